//! What the numbers of a model stand for: the names of its features and classes, and the columns of a table.

use super::Sequential;
#[cfg(feature = "csv")]
use crate::data::Columns;
use crate::table::thousands;
use crate::{Error, Float, Result};

/// The names that travel with a model.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels {
    pub(crate) features: Vec<String>,
    pub(crate) classes: Vec<String>,
    #[cfg(feature = "csv")]
    pub(crate) columns: Option<Columns>,
    /// the columns that a file has and this program can't read, kept for the next file
    #[cfg(not(feature = "csv"))]
    #[cfg_attr(not(feature = "files"), expect(dead_code, reason = "only files have them"))]
    pub(crate) columns: Option<String>,
}

impl<F: Float> Sequential<F> {
    /// Names the classes, in the order of their numbers; model files and exports keep the names.
    ///
    /// # Errors
    /// [`Error::Data`] unless there is one name for each output, or two for a single probability, none of them twice.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let mut gate = Sequential::<f32>::new([2]).add(Dense::new(1)).add(Sigmoid).build(1)?;
    /// gate.set_class_names(["no", "yes"])?;
    /// assert_eq!(gate.class_names(), ["no", "yes"]);
    /// assert!(gate.set_class_names(["no", "yes", "perhaps"]).is_err());
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn set_class_names(&mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Result<()> {
        let outputs = self.class_count().unwrap_or(self.output_width());
        self.labels.classes = check("class names", "output", names, outputs)?;
        Ok(())
    }

    /// Names the numbers of a sample, in their order.
    ///
    /// # Errors
    /// [`Error::Data`] unless there is one name for each, none of them twice.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let mut model = Sequential::<f32>::new([2]).add(Dense::new(1)).build(1)?;
    /// model.set_feature_names(["mass", "speed"])?;
    /// assert_eq!(model.feature_names(), ["mass", "speed"]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn set_feature_names(&mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Result<()> {
        let features = self.input_shape().iter().product();
        self.labels.features = check("feature names", "number of a sample", names, features)?;
        Ok(())
    }

    /// The names of the classes, in the order of their numbers; empty if none were given.
    ///
    /// # Examples
    /// See [`set_class_names`](Self::set_class_names).
    pub fn class_names(&self) -> &[String] {
        &self.labels.classes
    }

    /// The names of the numbers of a sample; empty if none were given.
    ///
    /// # Examples
    /// See [`set_feature_names`](Self::set_feature_names).
    pub fn feature_names(&self) -> &[String] {
        &self.labels.features
    }

    /// Keeps with the model how the rows of a table become its samples, and takes the names of features and classes from there.
    ///
    /// # Errors
    /// [`Error::Data`] if the columns make other samples than the model takes, or have another number of classes.
    ///
    /// # Examples
    /// ```
    /// use chainrule::data::Csv;
    /// use chainrule::prelude::*;
    ///
    /// let columns = Csv::parse("width,length,kind\n1,2,cat\n3,4,dog\n", "train.csv").classes("kind").fit()?;
    /// let mut model = Sequential::<f64>::new([2]).add(Dense::new(2)).add(Softmax).build(1)?;
    /// model.set_columns(columns)?;
    /// assert_eq!(model.class_names(), ["cat", "dog"]);
    /// let sample = model.columns().unwrap().row::<f64>(["1.5", "2.5"])?;
    /// assert_eq!(model.predict(&sample.insert_axis(Axis(0)))?.dim(), (1, 2));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[cfg(feature = "csv")]
    pub fn set_columns(&mut self, columns: Columns) -> Result<()> {
        let before = self.labels.clone();
        self.labels.classes.clear();
        let named = self.set_feature_names(columns.feature_names()).and_then(|()| {
            let classes = columns.class_names();
            if classes.is_empty() { Ok(()) } else { self.set_class_names(classes.iter().cloned()) }
        });
        match named {
            Ok(()) => self.labels.columns = Some(columns),
            Err(_) => self.labels = before,
        }
        named
    }

    /// The columns of the table that the samples come from, if they were [given](Self::set_columns).
    ///
    /// # Examples
    /// See [`set_columns`](Self::set_columns).
    #[cfg(feature = "csv")]
    pub fn columns(&self) -> Option<&Columns> {
        self.labels.columns.as_ref()
    }

    #[cfg(feature = "files")]
    pub(crate) fn labels(&self) -> &Labels {
        &self.labels
    }

    #[cfg(all(feature = "files", not(feature = "csv")))]
    pub(crate) fn keep_columns(&mut self, columns: String) {
        self.labels.columns = Some(columns);
    }
}

/// The names, if there is one for each.
fn check(
    what: &str,
    each: &str,
    names: impl IntoIterator<Item = impl Into<String>>,
    count: usize,
) -> Result<Vec<String>> {
    let names: Vec<String> = names.into_iter().take(count.saturating_add(1)).map(Into::into).collect();
    if names.len() != count {
        let got = if names.len() > count { "more".to_owned() } else { thousands(names.len()) };
        let help = format!("give one name for each {each}");
        return Err(Error::data(what, thousands(count), got, help));
    }
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort();
    match sorted.iter().zip(sorted.iter().skip(1)).find(|(name, next)| name == next) {
        Some((name, _)) => {
            Err(Error::data(what, "names that differ", format!("{name:?} twice"), "name each once"))
        }
        None => Ok(names),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Dense, Sequential, Softmax};

    #[test]
    fn there_is_one_name_for_each_and_the_model_is_unchanged_otherwise() {
        let mut model = Sequential::<f32>::new([2]).add(Dense::new(3)).add(Softmax).build(1).unwrap();
        model.set_class_names(["a", "b", "c"]).unwrap();
        let error = model.set_class_names(["a", "b"]).unwrap_err().to_string();
        assert_eq!(error, "class names: expected 3, but got 2\n  help: give one name for each output");
        let error = model.set_class_names(["a", "b", "a"]).unwrap_err().to_string();
        assert_eq!(
            error,
            "class names: expected names that differ, but got \"a\" twice\n  help: name each once"
        );
        assert_eq!(model.class_names(), ["a", "b", "c"]);
        let error = model.set_feature_names(std::iter::repeat("x")).unwrap_err().to_string();
        assert_eq!(
            error,
            "feature names: expected 2, but got more\n  help: give one name for each number of a sample"
        );
    }
}
