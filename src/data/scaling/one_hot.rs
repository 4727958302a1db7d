//! Categories as numbers of their own: a column for each.

use std::cmp::Ordering;

use ndarray::{Array1, Array2, ArrayRef2};

use super::training_data;
use crate::table::thousands;
use crate::{Error, Float, Result};

/// Makes of a feature that is the number of a category, such as 1 for sedan and 7 for van, a feature of 0 or 1 for each category.
///
/// ```text
/// x = category c   →   0 … 0 1 0 … 0, with the 1 in the column of c
/// ```
///
/// A network would take the number itself for a size, and a van for seven sedans. The categories are the values that the
/// *training* data have, sorted, in the place of their feature; any other value is an error. (Text in a CSV file becomes
/// such columns when it is read; for class numbers there is [`one_hot`](crate::data::one_hot).)
///
/// # Examples
/// ```
/// use chainrule::{data::OneHot, ndarray::array};
///
/// let train = array![[1.0, 0.5], [7.0, 0.25], [1.0, 0.75]];
/// let categories = OneHot::fit(&train, [0])?;
/// let x = categories.apply(&train)?;
/// assert_eq!(x, array![[1.0, 0.0, 0.5], [0.0, 1.0, 0.25], [1.0, 0.0, 0.75]]);
/// assert_eq!(categories.invert(&x)?, train);
/// assert_eq!(categories.categories(), [(0, array![1.0, 7.0])]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct OneHot<F> {
    features: usize,
    /// each such feature, in order, with its sorted categories
    categories: Vec<(usize, Array1<F>)>,
}

impl<F: Float> OneHot<F> {
    /// Finds the categories of those features, counted from 0, in samples × features.
    ///
    /// # Errors
    /// [`Error::Data`] if there is no sample, a value is not finite, or a feature does not exist or is named twice.
    pub fn fit(inputs: &ArrayRef2<F>, features: impl IntoIterator<Item = usize>) -> Result<Self> {
        let x = training_data(inputs)?;
        let mut columns: Vec<usize> = features.into_iter().collect();
        columns.sort_unstable();
        let twice =
            columns.iter().zip(columns.iter().skip(1)).find(|(one, next)| one == next).map(|(&one, _)| one);
        if let Some(wrong) = columns.iter().copied().find(|&column| column >= x.ncols()).or(twice) {
            return Err(Error::data(
                "features",
                format!("each once, from 0 to {}", x.ncols() - 1),
                wrong.to_string(),
                "features are counted from 0",
            ));
        }
        let categories = columns.into_iter().map(|feature| {
            let mut values = x.column(feature).to_vec();
            values.sort_unstable_by(order);
            values.dedup();
            (feature, values.into())
        });
        Ok(OneHot { features: x.ncols(), categories: categories.collect() })
    }

    /// The features that are categories, in order, each with the values that it has.
    pub fn categories(&self) -> &[(usize, Array1<F>)] {
        &self.categories
    }

    /// The number of features after [`apply`](Self::apply).
    pub fn width(&self) -> usize {
        let added: usize = self.categories.iter().map(|(_, values)| values.len()).sum();
        self.features - self.categories.len() + added
    }

    /// Puts a column for each category in the place of its feature.
    ///
    /// # Errors
    /// [`Error::Data`] if there are more or fewer features than in the training data, or a value that these did not have;
    /// [`Error::Memory`] if the columns don't fit into memory.
    #[expect(
        clippy::indexing_slicing,
        reason = "y has a column for each feature that is no category, and one for each category of the others"
    )]
    pub fn apply(&self, inputs: &ArrayRef2<F>) -> Result<Array2<F>> {
        self.check_width(inputs, self.features)?;
        let help = "leave out features that have a value of their own for each sample";
        Error::check_memory::<F>("numbers of categories", &[inputs.nrows(), self.width()], help)?;
        let mut y = Array2::zeros((inputs.nrows(), self.width()));
        for (sample, (x, mut y)) in inputs.rows().into_iter().zip(y.rows_mut()).enumerate() {
            let (mut column, mut rest) = (0, self.categories.iter().peekable());
            for (feature, &value) in x.iter().enumerate() {
                let Some((_, values)) = rest.next_if(|(category, _)| *category == feature) else {
                    y[column] = value;
                    column += 1;
                    continue;
                };
                let category =
                    position(values, value).ok_or_else(|| unknown(sample, feature, value, values))?;
                y[column + category] = F::one();
                column += values.len();
            }
        }
        Ok(y)
    }

    /// Goes back to the numbers of the categories: of each, the one whose column is largest.
    ///
    /// # Errors
    /// [`Error::Data`] if there are more or fewer columns than [`apply`](Self::apply) makes.
    #[expect(
        clippy::indexing_slicing,
        reason = "y has a column for each feature that is no category, and one for each category of the others"
    )]
    pub fn invert(&self, columns: &ArrayRef2<F>) -> Result<Array2<F>> {
        self.check_width(columns, self.width())?;
        let mut x = Array2::zeros((columns.nrows(), self.features));
        for (y, mut x) in columns.rows().into_iter().zip(x.rows_mut()) {
            let (mut column, mut rest) = (0, self.categories.iter().peekable());
            for (feature, x) in x.iter_mut().enumerate() {
                let Some((_, values)) = rest.next_if(|(category, _)| *category == feature) else {
                    *x = y[column];
                    column += 1;
                    continue;
                };
                let largest = (0..values.len())
                    .rev()
                    .max_by(|&one, &other| order(&y[column + one], &y[column + other]));
                *x = values[largest.unwrap_or(0)];
                column += values.len();
            }
        }
        Ok(x)
    }

    fn check_width(&self, x: &ArrayRef2<F>, expected: usize) -> Result<()> {
        if x.ncols() == expected {
            return Ok(());
        }
        Err(Error::data(
            "inputs",
            format!("{} features, as in the training data", thousands(expected)),
            thousands(x.ncols()),
            "give arrays with the same columns",
        ))
    }
}

fn order<F: Float>(one: &F, other: &F) -> Ordering {
    one.partial_cmp(other).unwrap_or(Ordering::Equal)
}

/// Where a value stands among sorted ones.
fn position<F: Float>(values: &Array1<F>, value: F) -> Option<usize> {
    let place = values.as_slice()?.partition_point(|&other| other < value);
    values.get(place).filter(|&&other| other == value).map(|_| place)
}

fn unknown<F: Float>(sample: usize, feature: usize, value: F, values: &Array1<F>) -> Error {
    const SHOWN: usize = 10;
    let mut list: Vec<String> = values.iter().take(SHOWN).map(ToString::to_string).collect();
    if values.len() > SHOWN {
        list.push(format!("and {} more", thousands(values.len() - SHOWN)));
    }
    Error::data(
        format!("feature {feature} of sample {sample}"),
        format!("one of {}", list.join(", ")),
        value.to_string(),
        "a model knows the categories of its training data only: leave such samples out, or train with them",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn categories_stand_in_the_place_of_their_feature() {
        let x = array![[2.0, 10.0, -1.0], [0.0, 20.0, -1.0], [5.0, 30.0, 4.0]];
        let categories = OneHot::fit(&x, [2, 0]).unwrap();
        assert_eq!(categories.width(), 6);
        let y = categories.apply(&x).unwrap();
        assert_eq!(
            y,
            array![[0., 1., 0., 10., 1., 0.], [1., 0., 0., 20., 1., 0.], [0., 0., 1., 30., 0., 1.]]
        );
        assert_eq!(categories.invert(&y).unwrap(), x);
        assert_eq!(
            categories.invert(&array![[0.2, 0.5, 0.3, 7.0, 0.5, 0.5]]).unwrap(),
            array![[2.0, 7.0, -1.0]]
        );
        assert_eq!(OneHot::fit(&x, []).unwrap().apply(&x).unwrap(), x);
    }

    #[test]
    fn wrong_data_are_errors() {
        let x = array![[2.0, 10.0], [0.0, 20.0]];
        let error = OneHot::fit(&x, [2]).unwrap_err().to_string();
        assert_eq!(
            error,
            "features: expected each once, from 0 to 1, but got 2\n  help: features are counted from 0"
        );
        assert!(OneHot::fit(&x, [1, 1]).unwrap_err().to_string().contains("but got 1"));
        let categories = OneHot::fit(&x, [0]).unwrap();
        for value in [1.0, f64::NAN] {
            assert_eq!(
                categories.apply(&array![[0.0, 1.0], [value, 2.0]]).unwrap_err().to_string(),
                format!(
                    "feature 0 of sample 1: expected one of 0, 2, but got {value}\n  help: a model knows the categories of \
                     its training data only: leave such samples out, or train with them"
                )
            );
        }
        assert_eq!(
            categories.invert(&x).unwrap_err().to_string(),
            "inputs: expected 3 features, as in the training data, but got 2\n  help: give arrays with the same columns"
        );
    }
}
