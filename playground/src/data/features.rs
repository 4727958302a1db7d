//! What the net sees of a sample.

use chainrule::data::Standardize;
use chainrule::ndarray::{Array2, Axis, concatenate};

use crate::Result;
use crate::contract::Input;

/// From raw inputs to those of the net.
#[derive(Clone, Debug)]
pub(crate) enum Features {
    /// The same.
    Raw,
    /// Some of what can be made of a point of the plane.
    Plane(Vec<Input>),
    /// A third column of ones.
    WithOnes,
    /// Scaled by mean and deviation of the training samples.
    Scaled(Option<Standardize<f64>>),
}

impl Features {
    /// Learns from the training samples.
    pub(crate) fn fit(&mut self, raw: &Array2<f64>) -> Result<()> {
        if let Features::Scaled(scaling) = self {
            *scaling = Some(Standardize::fit(raw)?);
        }
        Ok(())
    }

    /// The inputs of the net: samples × inputs.
    #[expect(
        clippy::indexing_slicing,
        reason = "samples in the plane have two numbers, and a column for each input"
    )]
    pub(crate) fn of(&self, raw: &Array2<f64>) -> Result<Array2<f64>> {
        Ok(match self {
            Features::Raw | Features::Scaled(None) => raw.clone(),
            Features::Plane(inputs) => Array2::from_shape_fn((raw.nrows(), inputs.len()), |(row, column)| {
                value(inputs[column], raw[[row, 0]], raw[[row, 1]])
            }),
            Features::WithOnes => {
                let ones = Array2::ones((raw.nrows(), 1));
                concatenate(Axis(1), &[raw.view(), ones.view()]).unwrap_or_else(|_| raw.clone())
            }
            Features::Scaled(Some(scaling)) => scaling.apply(raw)?,
        })
    }

    /// A name for each input of the net.
    pub(crate) fn names(&self, raw: &[String]) -> Vec<String> {
        match self {
            Features::Raw | Features::Scaled(_) => raw.to_vec(),
            Features::Plane(inputs) => inputs.iter().map(|&input| name(input).to_owned()).collect(),
            Features::WithOnes => raw.iter().cloned().chain(["1".to_owned()]).collect(),
        }
    }
}

fn value(input: Input, x1: f64, x2: f64) -> f64 {
    match input {
        Input::X1 => x1,
        Input::X2 => x2,
        Input::X1Squared => x1 * x1,
        Input::X2Squared => x2 * x2,
        Input::X1X2 => x1 * x2,
        Input::SinX1 => x1.sin(),
        Input::SinX2 => x2.sin(),
    }
}

fn name(input: Input) -> &'static str {
    match input {
        Input::X1 => "x1",
        Input::X2 => "x2",
        Input::X1Squared => "x1²",
        Input::X2Squared => "x2²",
        Input::X1X2 => "x1·x2",
        Input::SinX1 => "sin(x1)",
        Input::SinX2 => "sin(x2)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainrule::ndarray::array;

    #[test]
    fn all_inputs_of_a_point() {
        use Input::*;
        let features = Features::Plane(vec![X1, X2, X1Squared, X2Squared, X1X2, SinX1, SinX2]);
        let x = features.of(&array![[2.0, -3.0]]).unwrap();
        assert_eq!(x, array![[2.0, -3.0, 4.0, 9.0, -6.0, 2_f64.sin(), (-3_f64).sin()]]);
        assert_eq!(Features::WithOnes.of(&array![[2.0, -3.0]]).unwrap(), array![[2.0, -3.0, 1.0]]);
    }
}
