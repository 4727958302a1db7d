//! The names of features and classes, where they are known.

use std::sync::Arc;

use super::Dataset;
use crate::table::thousands;
use crate::{Error, Float, Result};

/// Names, shared by a data set and its parts; empty where there are none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Names {
    features: Arc<[String]>,
    classes: Arc<[String]>,
}

impl<F: Float> Dataset<F> {
    /// The names of the features, as a CSV file or [`with_feature_names`](Self::with_feature_names)
    /// has given them; empty if nobody has.
    ///
    /// # Examples
    /// See [`with_feature_names`](Self::with_feature_names).
    pub fn feature_names(&self) -> &[String] {
        &self.names.features
    }

    /// The names of the classes in the order of their numbers, as a file or [`with_class_names`](Self::with_class_names) has
    /// given them; empty if nobody has.
    ///
    /// # Examples
    /// See [`with_class_names`](Self::with_class_names).
    pub fn class_names(&self) -> &[String] {
        &self.names.classes
    }

    /// The data set with names for its features; parts of it keep them.
    ///
    /// # Errors
    /// [`Error::Data`] if there is not one name for each number of a sample.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::array};
    ///
    /// let data = Dataset::from_labels(array![[5.1, 3.5], [7.0, 3.2]], [0, 1], 2)?.with_feature_names(["length", "width"])?;
    /// assert_eq!(data.head(1)?.feature_names(), ["length", "width"]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn with_feature_names(mut self, names: impl IntoIterator<Item: Into<String>>) -> Result<Self> {
        let features = self.sample_shape().iter().product();
        self.names.features =
            checked("feature names", "feature", features, names.into_iter().map(Into::into))?;
        Ok(self)
    }

    /// The data set with names for its classes, in the order of their numbers; parts of it keep them.
    ///
    /// # Errors
    /// [`Error::Data`] if there is not one name for each class.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::array};
    ///
    /// let data = Dataset::from_labels(array![[5.1, 3.5], [7.0, 3.2]], [1, 0], 2)?.with_class_names(["cat", "dog"])?;
    /// let first = data.labels().unwrap()[0];
    /// assert_eq!(data.class_names()[first], "dog");
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn with_class_names(mut self, names: impl IntoIterator<Item: Into<String>>) -> Result<Self> {
        self.labels_for("class numbers, to have names", "make the data set with from_labels")?;
        let classes = self.classes().unwrap_or(0);
        self.names.classes = checked("class names", "class", classes, names.into_iter().map(Into::into))?;
        Ok(self)
    }
}

/// The names, if there is one for each.
fn checked(
    what: &str,
    each: &str,
    count: usize,
    names: impl Iterator<Item = String>,
) -> Result<Arc<[String]>> {
    let names: Arc<[String]> = names.collect();
    if names.len() == count {
        return Ok(names);
    }
    Err(Error::data(
        what,
        format!("{}, one for each {each}", thousands(count)),
        thousands(names.len()),
        format!("give one name for each {each}, in their order"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn parts_keep_names_and_wrong_counts_are_errors() {
        let data = Dataset::from_labels(array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [0, 1, 1], 2).unwrap();
        assert!(data.feature_names().is_empty() && data.class_names().is_empty());
        let named = data.with_class_names(["no", "yes"]).unwrap().with_feature_names(["a", "b"]).unwrap();
        let (first, second) = named.split(1, 1).unwrap();
        for part in [first, second] {
            assert_eq!((part.class_names().len(), part.feature_names().len()), (2, 2));
        }
        assert_eq!(
            named.clone().with_class_names(["no"]).unwrap_err().to_string(),
            "class names: expected 2, one for each class, but got 1\n  help: give one name for each class, in their order"
        );
        assert_eq!(
            named.with_feature_names(["a", "b", "c"]).unwrap_err().to_string(),
            "feature names: expected 2, one for each feature, but got 3\n  help: give one name for each feature, in their \
             order"
        );
    }
}
