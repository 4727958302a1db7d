//! The names of a model's numbers, in formulas and in pictures.

use super::formula::{self, UnitNames};
use crate::{Float, Output, Sequential};

/// The name of every number of a model, for whoever writes or draws it beside an [explanation](super).
///
/// # Examples
/// ```
/// use chainrule::explain::Names;
/// use chainrule::prelude::*;
///
/// let model = Sequential::<f64>::new([2]).add(Dense::new(3)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(1)?;
/// let names = Names::of(&model);
/// let units = [0, 1, 2, 3, 4].map(|position| names.unit(position, 0));
/// assert_eq!(units, ["x₁", "z0₁", "a1₁", "z2₁", "y₁"]);
/// assert_eq!(names.param(0, "weight", 1, 2), "W0₂₃");
/// assert_eq!(Names::gradient(&names.param(2, "bias", 0, 0)), "∂L/∂b2₁");
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Names {
    positions: Vec<String>,
    /// the shape by which the numbers of each position are counted
    shapes: Vec<Vec<usize>>,
    /// the parameters of each layer, with their rows and columns
    params: Vec<Vec<(&'static str, (usize, usize))>>,
}

impl Names {
    /// The name of the loss.
    pub const LOSS: &str = "L";

    /// The name of ∂L/∂ of anything.
    pub fn gradient(of: &str) -> String {
        formula::gradient(of)
    }

    /// The names of that model's numbers.
    pub fn of<F: Float>(model: &Sequential<F>) -> Self {
        let mut positions = vec!["x".to_owned()];
        for (index, layer) in model.layers().enumerate() {
            positions.push(match layer.output() {
                _ if layer.only_reshapes() => positions.last().cloned().unwrap_or_default(),
                Output::Logits => format!("z{index}"),
                _ => format!("a{index}"),
            });
        }
        positions.iter_mut().skip(model.last_layer() + 1).for_each(|last| "y".clone_into(last));
        let shapes = model
            .layers()
            .map(|layer| layer.params().iter().map(|param| (param.name, param.value.dim())).collect());
        Names { params: shapes.collect(), positions, shapes: counted_by(model) }
    }

    /// All numbers of a position: `z0`; nothing if the model has no such position.
    pub fn position(&self, position: usize) -> &str {
        self.positions.get(position).map_or("", String::as_str)
    }

    /// One number of a position: `z0₁`. Units are counted from 0, their subscripts from 1.
    pub fn unit(&self, position: usize, unit: usize) -> String {
        self.units(position).unit(unit)
    }

    /// The names of the numbers of a position.
    pub(crate) fn units(&self, position: usize) -> UnitNames<'_> {
        let shape = self.shapes.get(position).map_or(&[][..], Vec::as_slice);
        UnitNames { of_all: self.position(position), shape }
    }

    /// One number of a parameter of that layer: `W0₂₃`, `b0₃`. All counts start at 0, subscripts at 1.
    pub fn param(&self, layer: usize, param: &str, row: usize, column: usize) -> String {
        let params = self.params.get(layer).map_or(&[][..], Vec::as_slice);
        let shape = params
            .iter()
            .find(|(name, _)| *name == param)
            .map_or((row.saturating_add(1), column.saturating_add(1)), |own| own.1);
        formula::entry(layer, param, shape, row, column)
    }
}

/// The shape of each position, or that of the images which a layer that only reshapes makes of it or has made it of: a
/// pixel keeps its name.
fn counted_by<F: Float>(model: &Sequential<F>) -> Vec<Vec<usize>> {
    let mut shapes = vec![model.input_shape().to_vec()];
    let mut first = 0; // of the positions with the same numbers
    for (index, layer) in model.layers().enumerate() {
        let shape = model.shape(index + 1).unwrap_or_default().to_vec();
        if !layer.only_reshapes() {
            first = index + 1;
            shapes.push(shape);
        } else if shape.len() > 2 {
            shapes.iter_mut().skip(first).for_each(|same| same.clone_from(&shape));
            shapes.push(shape);
        } else {
            let named = shapes.last().filter(|named| named.len() > 2).cloned();
            shapes.push(named.unwrap_or(shape));
        }
    }
    shapes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dense, Flatten, Sigmoid};

    #[test]
    fn a_layer_that_only_reshapes_hands_names_on() {
        let layers = Sequential::<f32>::new([4, 3]).add(Flatten).add(Dense::new(2)).add(Flatten);
        let names = Names::of(&layers.add(Sigmoid).add(Flatten).build(1).unwrap());
        let positions = [0, 1, 2, 3, 4, 5, 6].map(|position| names.position(position));
        assert_eq!(positions, ["x", "x", "z1", "z1", "y", "y", ""]);
        assert_eq!(names.param(1, "weight", 0, 1), "W1₁,₂");
        assert_eq!(names.param(1, "bias", 0, 1), "b1₂");
        assert_eq!(names.param(7, "bias", 0, 1), "b7₂");
        // of numbers that no model has there is a name all the same
        assert_eq!(names.unit(7, usize::MAX), names.unit(7, usize::MAX - 1));
        assert!(names.param(7, "bias", usize::MAX, usize::MAX).starts_with("b7"));
    }
}
