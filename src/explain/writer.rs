//! The pieces that the sections of an explanation are put together from, and the choice of which numbers are shown.

use ndarray::Array2;

use super::snapshot::Snapshot;
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

    /// All entries of a short parameter; of a long one those with the largest gradients, of units that are shown, and those
    /// that are wanted.
    pub(super) fn choose_entries(
        &self,
        layer: usize,
        param: &str,
        gradient: &Array2<f64>,
    ) -> Vec<(usize, usize)> {
        let one_for_each_unit = gradient.ncols() == self.of.positions[layer + 1].values.len();
        let shown = |column: &usize| !one_for_each_unit || self.units[layer + 1].contains(column);
        let every = gradient.indexed_iter().map(|(place, _)| place);
        let places: Vec<(usize, usize)> = every.filter(|(_, column)| shown(column)).collect();
        if places.len() <= MANY {
            return places;
        }
        let largest = formula::largest(places.iter().map(|&place| gradient[place].abs()), KEPT);
        let mut chosen: Vec<(usize, usize)> = largest.into_iter().map(|index| places[index]).collect();
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
        let [before, behind] = [&self.of.positions[layer], &self.of.positions[layer + 1]];
        let skipped = self.of.layers[layer].skipped;
        NamedPass {
            layer,
            names: [layer, layer + 1].map(|position| self.of.names.units(position)),
            x: &before.values,
            y: &behind.values,
            dx: before.delta.as_deref(),
            dy: behind.delta.as_deref(),
            params: &self.of.layers[layer].params,
            memory: self.of.layers[layer].memory.as_ref(),
            skipped: skipped
                .map(|position| (self.of.names.units(position), &*self.of.positions[position].values)),
        }
    }

    pub(super) fn title(&self, layer: usize) -> String {
        format!("Layer {layer}, {}", self.of.layers[layer].name)
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

    pub(super) fn y_and_t(&self, output: usize) -> [(&'static str, Quantity); 2] {
        let last = self.of.layers.len();
        let y = Quantity {
            symbol: self.of.names.unit(last, output),
            value: self.of.positions[last].values[output],
        };
        let t = UnitNames { of_all: "t", ..self.of.names.units(last) };
        [("y", y), ("t", Quantity { symbol: t.unit(output), value: self.of.targets[output] })]
    }

    pub(super) fn delta_of(&self, position: usize, unit: usize) -> Quantity {
        let delta = self.of.positions[position].delta.as_ref();
        let value = delta.map_or(f64::NAN, |delta| delta[unit]);
        Quantity { symbol: formula::gradient(&self.of.names.unit(position, unit)), value }
    }
}

/// All units of a narrow position; of a wide one those with the largest deltas. Layers without parameters that keep the
/// width keep the choice, so that one path can be followed through them.
fn units(of: &Snapshot) -> Vec<Vec<usize>> {
    let mut shown: Vec<Vec<usize>> = Vec::new();
    for (index, position) in of.positions.iter().enumerate() {
        let width = position.values.len();
        let follows = index > 0
            && of.layers[index - 1].params.is_empty()
            && of.positions[index - 1].values.len() == width;
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
        param.split_once('.').and_then(|(layer, _)| layer.parse::<usize>().ok()).map(|layer| layer + 1)
    };
    let of_entries = of
        .wanted
        .entries
        .iter()
        .filter(move |(param, ..)| behind(param) == Some(position))
        .map(|entry| entry.2);
    of.wanted.units.iter().filter(move |(at, _)| *at == position).map(|(_, unit)| *unit).chain(of_entries)
}
