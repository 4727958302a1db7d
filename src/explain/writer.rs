//! The pieces that the sections of an explanation are put together from, and the choice of which numbers are shown.

use std::iter::once;

use ndarray::Array2;

use super::snapshot::{LayerSnapshot, Position, Snapshot};
use crate::explain::formula::{self, Formula, NamedPass, Quantity, UnitNames};
use crate::table::thousands;

/// The widest layer whose units are all shown, the longest parameter whose entries are, and the count otherwise.
const WIDE: usize = 9;
const MANY: usize = 30;
const KEPT: usize = 2;

/// An explanation while it is written.
pub(super) struct Writer<'a> {
    pub(super) of: &'a Snapshot<'a>,
    /// the units of each position that are shown
    pub(super) units: Vec<Vec<usize>>,
    /// the first layer that the chain rule is followed to
    pub(super) lowest: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(of: &'a Snapshot<'a>) -> Self {
        let lowest = of.layers.iter().position(|layer| !layer.params.is_empty()).unwrap_or(0);
        Writer { of, units: units(of), lowest }
    }

    #[expect(clippy::indexing_slicing, reason = "callers count the layers of the model")]
    pub(super) fn layer(&self, index: usize) -> &'a LayerSnapshot<'a> {
        &self.of.layers[index]
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "callers count positions: one before each layer, and one behind the last"
    )]
    pub(super) fn position(&self, position: usize) -> &'a Position {
        &self.of.positions[position]
    }

    /// The units of a position that are shown.
    #[expect(
        clippy::indexing_slicing,
        reason = "callers count positions: one before each layer, and one behind the last"
    )]
    pub(super) fn shown(&self, position: usize) -> &[usize] {
        &self.units[position]
    }

    /// All entries of a short parameter; of a long one those with the largest gradients, of units that are shown, and those
    /// that are wanted.
    pub(super) fn choose_entries(
        &self,
        layer: usize,
        param: &str,
        gradient: &Array2<f64>,
    ) -> Vec<(usize, usize)> {
        let one_for_each_unit = gradient.ncols() == self.position(layer + 1).values.len();
        let shown = |column: &usize| !one_for_each_unit || self.shown(layer + 1).contains(column);
        let every = gradient.indexed_iter().map(|(place, _)| place);
        let places: Vec<(usize, usize)> = every.filter(|(_, column)| shown(column)).collect();
        if places.len() <= MANY {
            return places;
        }
        let largest = formula::largest(places.iter().map(|&place| gradient[place].abs()), KEPT);
        let mut chosen: Vec<(usize, usize)> =
            largest.into_iter().filter_map(|index| places.get(index).copied()).collect();
        let of_param = self.of.wanted.entries.iter().filter(|(name, ..)| *name == format!("{layer}.{param}"));
        chosen.extend(
            of_param.map(|(_, row, column)| (*row, *column)).filter(|&at| gradient.get(at).is_some()),
        );
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    /// The numbers of a layer under their names, for its formulas.
    pub(super) fn pass(&self, layer: usize) -> NamedPass<'a> {
        let [before, behind] = [layer, layer + 1].map(|position| self.position(position));
        let LayerSnapshot { params, memory, skipped, .. } = self.layer(layer);
        NamedPass {
            layer,
            names: [layer, layer + 1].map(|position| self.of.names.units(position)),
            x: &before.values,
            y: &behind.values,
            dx: before.delta.as_deref(),
            dy: behind.delta.as_deref(),
            params,
            memory: memory.as_ref(),
            skipped: skipped
                .map(|position| (self.of.names.units(position), &*self.position(position).values)),
        }
    }

    pub(super) fn title(&self, layer: usize) -> String {
        format!("Layer {layer}, {}", self.layer(layer).name)
    }

    /// `a1: 128 numbers from 0 to 1.2, mean 0.3`
    pub(super) fn range(&self, name: &str, values: impl Iterator<Item = f64> + Clone) -> String {
        let count = values.clone().count();
        let smallest = values.clone().fold(f64::INFINITY, f64::min);
        let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
        let mean = values.sum::<f64>() / count as f64;
        let [smallest, largest, mean] = [smallest, largest, mean].map(|value| self.of.digits.text(value));
        format!("{name}: {} numbers from {smallest} to {largest}, mean {mean}", thousands(count))
    }

    /// All numbers in parentheses if they are few, their range if they are many.
    pub(super) fn vector(&self, name: &str, values: &[f64]) -> String {
        if values.len() > WIDE + 1 {
            return self.range(name, values.iter().copied());
        }
        let numbers: Vec<String> = values.iter().map(|value| self.of.digits.text(*value)).collect();
        format!("{name} = ({})", numbers.join(", "))
    }
}

// Pieces of equations

impl Writer<'_> {
    /// The gradient of a parameter is a sum over the batch: this sample's part, and that of the others together.
    pub(super) fn with_others(&self, own: Formula, total: f64) -> Formula {
        if self.of.samples == 1 {
            return own;
        }
        let others = own.value().map(|own| total - own);
        own.abridged().and_rest(self.others(), others)
    }

    pub(super) fn others(&self) -> [String; 2] {
        match self.of.samples - 1 {
            1 => ["1 other sample".to_owned(), "the other".to_owned()],
            n => [format!("{} other samples", thousands(n)), "the others".to_owned()],
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "callers count the outputs, for each of which there is a target"
    )]
    pub(super) fn y_and_t(&self, output: usize) -> [(&'static str, Quantity); 2] {
        let last = self.of.layers.len();
        let y =
            Quantity { symbol: self.of.names.unit(last, output), value: self.position(last).values[output] };
        let t = UnitNames { of_all: "t", ..self.of.names.units(last) };
        [("y", y), ("t", Quantity { symbol: t.unit(output), value: self.of.targets[output] })]
    }

    pub(super) fn delta_of(&self, position: usize, unit: usize) -> Quantity {
        let delta = self.position(position).delta.as_ref().and_then(|delta| delta.get(unit));
        let value = delta.copied().unwrap_or(f64::NAN);
        Quantity { symbol: formula::gradient(&self.of.names.unit(position, unit)), value }
    }
}

/// All units of a narrow position; of a wide one those with the largest deltas. Layers without parameters that keep the
/// width keep the choice, so that one path can be followed through them.
fn units(of: &Snapshot) -> Vec<Vec<usize>> {
    let mut shown: Vec<Vec<usize>> = Vec::new();
    let before = once(None).chain(of.positions.iter().zip(&of.layers).map(Some));
    for (index, (position, before)) in of.positions.iter().zip(before).enumerate() {
        let width = position.values.len();
        let follows =
            before.is_some_and(|(inputs, layer)| layer.params.is_empty() && inputs.values.len() == width);
        let mut units = match (shown.last(), &position.delta) {
            _ if width <= WIDE => (0..width).collect(),
            (Some(before), _) if follows => before.clone(),
            (_, Some(delta)) => formula::largest(delta.iter().map(|d| d.abs()), KEPT),
            _ => (0..KEPT).collect(),
        };
        units.extend(wanted(of, index).filter(|&unit| unit < width));
        units.sort_unstable();
        units.dedup();
        shown.push(units);
    }
    shown
}

/// The units of a position that are wanted, of entries too: the unit of a column.
fn wanted<'s>(of: &'s Snapshot, position: usize) -> impl Iterator<Item = usize> + 's {
    let behind = move |param: &str| {
        param.split_once('.').and_then(|(layer, _)| layer.parse::<usize>().ok()?.checked_add(1))
    };
    let of_entries = of
        .wanted
        .entries
        .iter()
        .filter(move |(param, ..)| behind(param) == Some(position))
        .map(|entry| entry.2);
    of.wanted.units.iter().filter(move |(at, _)| *at == position).map(|(_, unit)| *unit).chain(of_entries)
}
