//! What the sections of an explanation are put together from: which numbers are shown, and what they are called.

use ndarray::{Array1, ArrayView1, ArrayView2, Axis, CowArray, Ix2};

use super::{Equation, Explanation, Place};
use crate::formula::{self, Formula, NamedPass, Quantity, Term};
use crate::table::thousands;
use crate::{Float, Layer, Output};

/// The widest layer whose units are all shown, the longest parameter whose entries are, and how many are otherwise.
const WIDE: usize = 9;
const MANY: usize = 30;
const KEPT: usize = 2;

/// An explanation while it is written.
pub(super) struct Writer<'a, F: Float> {
    pub(super) of: &'a Explanation<'a, F>,
    pub(super) layers: Vec<&'a dyn Layer<F>>,
    /// what each position is called
    pub(super) names: Vec<String>,
    /// which units of each position are shown
    pub(super) shown: Vec<Vec<usize>>,
    /// the position where the chain rule starts, and the first layer that it is followed to
    pub(super) top: usize,
    pub(super) lowest: usize,
    /// the derivative of L with respect to what each position holds of the sample that is shown
    deltas: Vec<Option<Array1<F>>>,
    pub(super) samples: usize,
}

impl<'a, F: Float> Writer<'a, F> {
    pub(super) fn new(of: &'a Explanation<'a, F>) -> Self {
        let layers: Vec<&dyn Layer<F>> = of.model.layers().collect();
        let own = |delta: CowArray<'_, F, Ix2>| delta.row(of.sample).to_owned();
        let mut writer = Writer {
            names: names(&layers),
            shown: Vec::new(),
            top: of.model.chain_start(),
            deltas: (0..=layers.len()).map(|position| of.model.delta(position).map(own)).collect(),
            lowest: layers.iter().position(|layer| !layer.params().is_empty()).unwrap_or(0),
            samples: of.targets.nrows(),
            of,
            layers,
        };
        writer.shown = writer.choose_units();
        writer
    }

    /// All units of a narrow position; of a wide one those with the largest deltas. Layers without parameters that
    /// keep the width keep the choice, so that one path can be followed through them.
    fn choose_units(&self) -> Vec<Vec<usize>> {
        let mut shown: Vec<Vec<usize>> = Vec::new();
        for position in 0..=self.layers.len() {
            let width = self.activation(position).len();
            let follows = position > 0
                && self.layers[position - 1].params().is_empty()
                && self.activation(position - 1).len() == width;
            shown.push(match (shown.last(), self.delta(position)) {
                _ if width <= WIDE => (0..width).collect(),
                (Some(before), _) if follows => before.clone(),
                (_, Some(delta)) => formula::largest(delta.iter().map(|d| d.abs().as_f64()), KEPT),
                _ => (0..KEPT).collect(),
            });
        }
        shown
    }

    /// All entries of a short parameter; of a long one those with the largest gradients, of units that are shown.
    pub(super) fn choose_entries(&self, layer: usize, gradient: ArrayView2<F>) -> Vec<(usize, usize)> {
        let one_for_each_unit = gradient.ncols() == self.activation(layer + 1).len();
        let shown = |column: &usize| !one_for_each_unit || self.shown[layer + 1].contains(column);
        let every = gradient.indexed_iter().map(|(place, _)| place);
        let places: Vec<(usize, usize)> = every.filter(|(_, column)| shown(column)).collect();
        if places.len() <= MANY {
            return places;
        }
        let largest = formula::largest(places.iter().map(|&place| gradient[place].abs().as_f64()), KEPT);
        largest.into_iter().map(|index| places[index]).collect()
    }

    /// What a position holds of the sample that is shown.
    pub(super) fn activation(&self, position: usize) -> ArrayView1<'a, F> {
        self.row(self.of.model.kept_activation(position))
    }

    /// What L's derivative with respect to that is, if the pass has it.
    pub(super) fn delta(&self, position: usize) -> Option<ArrayView1<'_, F>> {
        self.deltas[position].as_ref().map(|delta| delta.view())
    }

    pub(super) fn row<'b>(&self, batch: ArrayView2<'b, F>) -> ArrayView1<'b, F> {
        batch.index_axis_move(Axis(0), self.of.sample)
    }

    /// The numbers of a layer under their names, for its formulas.
    pub(super) fn at(&self, layer: usize) -> NamedPass<'_, F> {
        NamedPass {
            layer,
            names: [&self.names[layer], &self.names[layer + 1]],
            x: self.activation(layer),
            y: self.activation(layer + 1),
            dx: self.delta(layer),
            dy: self.delta(layer + 1),
            params: self.layers[layer].params(),
        }
    }

    pub(super) fn title(&self, layer: usize) -> String {
        format!("Layer {layer}, {}", self.layers[layer].name())
    }

    pub(super) fn equation(&self, quantity: Quantity, formula: Option<Formula>, place: Place) -> Equation {
        Equation {
            symbol: quantity.symbol,
            formula: formula.map(Formula::abridged),
            value: quantity.value,
            place,
        }
    }

    /// `a1: 128 numbers from 0 to 1.2, mean 0.3`
    pub(super) fn range(&self, name: &str, values: impl Iterator<Item = F> + Clone) -> String {
        let values = values.map(F::as_f64);
        let count = values.clone().count();
        let smallest = values.clone().fold(f64::INFINITY, f64::min);
        let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
        let mean = values.sum::<f64>() / count as f64;
        let [smallest, largest, mean] = [smallest, largest, mean].map(|value| self.of.digits().text(value));
        format!("{name}: {} numbers from {smallest} to {largest}, mean {mean}", thousands(count))
    }

    /// All numbers in parentheses if they are few, their range if they are many.
    pub(super) fn vector(&self, name: &str, values: ArrayView1<F>) -> String {
        if values.len() > WIDE + 1 {
            return self.range(name, values.iter().copied());
        }
        let numbers: Vec<String> = values.iter().map(|value| self.of.digits().text(value.as_f64())).collect();
        format!("{name} = ({})", numbers.join(", "))
    }
}

// Pieces of equations

impl<F: Float> Writer<'_, F> {
    /// The gradient of a parameter is a sum over the batch: this sample's part, and that of the others together.
    pub(super) fn with_others(&self, own: Formula, total: f64) -> Formula {
        if self.samples == 1 {
            return own;
        }
        let others = own.value().map(|own| total - own);
        own.abridged().and_rest(self.others(), others)
    }

    pub(super) fn others(&self) -> [String; 2] {
        match self.samples - 1 {
            1 => ["1 other sample".to_owned(), "the other".to_owned()],
            n => [format!("{} other samples", thousands(n)), "the others".to_owned()],
        }
    }

    /// factor·(sum) / n, as far as they are not 1.
    pub(super) fn scaled(&self, sum: Formula, factor: f64, n: usize) -> Formula {
        let before = match factor {
            1.0 => String::new(),
            0.5 => "½·".to_owned(),
            factor => format!("{factor}·"),
        };
        let after = if n == 1 { String::new() } else { format!(" / {n}") };
        if (before.is_empty() && after.is_empty()) || sum.is_product() {
            return sum.between(Term::new(&before, &[]), Term::new(&after, &[]));
        }
        sum.between(Term::new(&(before + "("), &[]), Term::new(&format!("){after}"), &[]))
    }

    pub(super) fn y_and_t(&self, output: usize) -> [(&'static str, Quantity); 2] {
        let quantity = |name: &str, values: ArrayView1<F>| Quantity {
            symbol: formula::unit(name, output),
            value: values[output].as_f64(),
        };
        [
            ("y", quantity("y", self.activation(self.layers.len()))),
            ("t", quantity("t", self.row(self.of.targets.view()))),
        ]
    }

    pub(super) fn delta_of(&self, position: usize, unit: usize) -> Quantity {
        let value = self.delta(position).map_or(f64::NAN, |delta| delta[unit].as_f64());
        Quantity { symbol: format!("∂L/∂{}", formula::unit(&self.names[position], unit)), value }
    }
}

/// What each position is called: x goes in, y comes out, z are scores, a anything else.
fn names<F: Float>(layers: &[&dyn Layer<F>]) -> Vec<String> {
    let mut names = vec!["x".to_owned()];
    for (index, layer) in layers.iter().enumerate() {
        names.push(match layer.output() {
            _ if layer.only_reshapes() => names[index].clone(),
            Output::Logits => format!("z{index}"),
            _ => format!("a{index}"),
        });
    }
    for index in (0..layers.len()).rev() {
        names[index + 1] = "y".to_owned();
        if !layers[index].only_reshapes() {
            break;
        }
    }
    names
}
