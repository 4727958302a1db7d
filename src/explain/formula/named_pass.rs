//! The numbers that a pass has left of one sample around one layer, under the names that formulas use.

use ndarray::Array2;

use super::{Formula, Quantity, Subject, Term};
use crate::Param;

/// One sample's row of a [`Pass`](crate::Pass), each number with the name that formulas give it, for
/// [`Layer::explain`](crate::Layer::explain). All counts start at 0, the subscripts of the names at 1.
#[derive(Clone, Debug)]
pub struct NamedPass<'a> {
    pub(crate) layer: usize,
    /// the names of the inputs and of the outputs
    pub(crate) names: [UnitNames<'a>; 2],
    pub(crate) x: &'a [f64],
    pub(crate) y: &'a [f64],
    pub(crate) dx: Option<&'a [f64]>,
    pub(crate) dy: Option<&'a [f64]>,
    pub(crate) params: &'a [Param<f64>],
    pub(crate) memory: Option<&'a Array2<f64>>,
    /// the name and the numbers of what the model adds to the outputs
    pub(crate) skipped: Option<(UnitNames<'a>, &'a [f64])>,
}

impl NamedPass<'_> {
    /// The number of inputs.
    pub fn inputs(&self) -> usize {
        self.x.len()
    }

    /// The number of outputs.
    pub fn outputs(&self) -> usize {
        self.y.len()
    }

    /// An input.
    pub fn x(&self, index: usize) -> Quantity {
        quantity(self.names[0].unit(index), Some(self.x), index)
    }

    /// An output.
    pub fn y(&self, index: usize) -> Quantity {
        quantity(self.names[1].unit(index), Some(self.y), index)
    }

    /// What the model adds to an output by way of a connection around the layers before; `None` if there is
    /// [none](crate::Layer::skips).
    pub fn skipped(&self, index: usize) -> Option<Quantity> {
        self.skipped.map(|(names, values)| quantity(names.unit(index), Some(values), index))
    }

    /// ∂L/∂x of an input; NaN if it was not computed.
    pub fn dx(&self, index: usize) -> Quantity {
        quantity(gradient(&self.names[0].unit(index)), self.dx, index)
    }

    /// ∂L/∂y of an output; NaN if it was not computed.
    pub fn dy(&self, index: usize) -> Quantity {
        quantity(gradient(&self.names[1].unit(index)), self.dy, index)
    }

    /// An entry of a parameter.
    pub fn param(&self, param: usize, row: usize, column: usize) -> Quantity {
        let value = self.params.get(param).and_then(|param| param.value.get([row, column]));
        let entry = |param: &Param<f64>| {
            let at = row.saturating_mul(param.value.ncols()).saturating_add(column);
            match param.shape() {
                [_, _] => entry(self.layer, param.name, param.value.dim(), row, column),
                shape => param_name(self.layer, param.name) + &subscripts(at, shape),
            }
        };
        let symbol = self.params.get(param).map(entry);
        Quantity { symbol: symbol.unwrap_or_default(), value: value.copied().unwrap_or(f64::NAN) }
    }

    /// A number that the layer has [saved](crate::Memory::saved) on the way forward; NaN if there is none.
    pub fn remembered(&self, row: usize, column: usize) -> f64 {
        self.memory.and_then(|saved| saved.get([row, column])).copied().unwrap_or(f64::NAN)
    }

    /// The formulas of a layer that works entry by entry and has no parameters: templates with the places `{x}`,
    /// `{y}`, and backward also `{dy}`, all of the same entry.
    ///
    /// See the [module](super) for an example.
    pub fn entrywise(&self, subject: Subject, forward: &str, backward: &str) -> Option<Formula> {
        let (template, index) = match subject {
            Subject::Output(index) => (forward, index),
            Subject::InputGradient(index) => (backward, index),
            Subject::Gradient { .. } => return None,
        };
        let quantities = [("x", self.x(index)), ("y", self.y(index)), ("dy", self.dy(index))];
        Some(Term::new(template, &quantities).into())
    }
}

fn quantity(symbol: String, values: Option<&[f64]>, index: usize) -> Quantity {
    let value = values.and_then(|values| values.get(index).copied());
    Quantity { symbol, value: value.unwrap_or(f64::NAN) }
}

/// The names of the numbers at one position: `x₄₀₃` for one of many features, `a1₂,₅,₇` for a pixel of a channel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnitNames<'a> {
    pub(crate) of_all: &'a str,
    pub(crate) shape: &'a [usize],
}

impl UnitNames<'_> {
    pub(crate) fn unit(&self, index: usize) -> String {
        match self.shape {
            [_, _, _, ..] => format!("{}{}", self.of_all, subscripts(index, self.shape)),
            _ => unit(self.of_all, index),
        }
    }
}

/// The subscripts of a number in an array of that shape, all counted from 1.
fn subscripts(index: usize, shape: &[usize]) -> String {
    let mut rest = index;
    let place = |&axis: &usize| {
        let place = rest % axis.max(1);
        rest /= axis.max(1);
        subscript(place + 1)
    };
    let mut places: Vec<String> = shape.iter().rev().map(place).collect(); // from the innermost axis to the outermost
    places.reverse();
    places.join(",")
}

/// `∂L/∂x₁` for the gradient of x₁.
pub(crate) fn gradient(of: &str) -> String {
    format!("∂L/∂{of}")
}

/// The name of one of the numbers of a layer's own: `μ₁` for the first.
///
/// # Examples
/// ```
/// use chainrule::explain::formula::unit;
///
/// assert_eq!(unit("μ", 0), "μ₁");
/// ```
pub fn unit(name: &str, index: usize) -> String {
    format!("{name}{}", subscript(index.saturating_add(1)))
}

/// `W0₁₂` for the first row and second column of the weights of layer 0, `b0₂` for the second bias; the shape decides
/// which subscripts it takes.
pub(crate) fn entry(
    layer: usize,
    param: &str,
    (rows, columns): (usize, usize),
    row: usize,
    column: usize,
) -> String {
    let name = param_name(layer, param);
    let (row, column) = (subscript(row.saturating_add(1)), subscript(column.saturating_add(1)));
    match rows {
        1 if param != "weight" => format!("{name}{column}"),
        _ if rows > 9 || columns > 9 => format!("{name}{row},{column}"),
        _ => format!("{name}{row}{column}"),
    }
}

/// `W0` for the weights of layer 0, `b0` for its biases.
pub(crate) fn param_name(layer: usize, name: &str) -> String {
    let letter = match name {
        "weight" => "W",
        "bias" => "b",
        other => other,
    };
    format!("{letter}{layer}")
}

fn subscript(n: usize) -> String {
    n.to_string().chars().map(|digit| char::from_u32(digit as u32 - 48 + 0x2080).unwrap_or(digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_from_one() {
        assert_eq!((unit("x", 0), unit("a1", 11)), ("x₁".into(), "a1₁₂".into()));
        assert_eq!(entry(0, "weight", (3, 2), 2, 1), "W0₃₂");
        assert_eq!(entry(1, "weight", (784, 2), 402, 1), "W1₄₀₃,₂");
        assert_eq!(entry(2, "weight", (1, 2), 0, 1), "W2₁₂");
        assert_eq!(entry(2, "bias", (1, 12), 0, 11), "b2₁₂");
        assert_eq!(entry(3, "scale", (1, 2), 0, 0), "scale3₁");
    }
}
