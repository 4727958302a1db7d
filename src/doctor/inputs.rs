//! Inputs that are not scaled, where the first weights meet them.

use ndarray::ArrayView2;

use super::look::{Look, mean_and_spread};
use super::{Diagnosis, Finding, Illness};
use crate::Float;
use crate::table::short;

/// First weights are sampled for inputs with a mean square of 1 (LeCun and others, *Efficient BackProp*, 1998; Glorot and
/// Bengio 2010); ten times as large is no matter of taste.
const LARGE: f64 = 10.0;
/// Ranges of two columns that are as many times apart: no learning rate is right for both.
const APART: f64 = 1000.0;
/// In images columns differ for good reasons, such as a border that is almost always empty; so they count in tables only.
const WIDEST_TABLE: usize = 100;

pub(super) fn look<F: Float>(look: &Look<F>, diagnosis: &mut Diagnosis) {
    let mut layers = look.model.layers().enumerate();
    let Some((first, layer)) = layers.find(|(_, layer)| !layer.params().is_empty()) else { return };
    if layer.name().contains("norm") {
        return; // scales them itself
    }
    let x = look.activation(first); // what a layer before it has scaled is
    let whose = if look.is_input(first) {
        String::new()
    } else {
        format!(" of the output of {}", look.layer_in_words(first - 1))
    };
    let size = |(mean, spread): (f64, f64)| mean.hypot(spread);
    let columns: Vec<(f64, f64)> = x.columns().into_iter().map(mean_and_spread).collect();
    let large = columns.iter().filter(|&&column| size(column) > LARGE).count();
    let largest = columns.iter().enumerate().max_by(|a, b| size(*a.1).total_cmp(&size(*b.1)));
    if let Some((column, &(mean, spread))) = largest.filter(|_| large > 0) {
        let seen = format!(
            "column {column}{whose} has mean {} and standard deviation {}; {large} of {} columns have a root mean square beyond {LARGE}",
            short(mean),
            short(spread),
            columns.len()
        );
        diagnosis.add(Finding::new(Illness::UnscaledInputs, seen, help(x)));
        return;
    }
    let spreads = || columns.iter().map(|column| column.1).enumerate().filter(|&(_, spread)| spread > 0.0);
    let by_spread = |a: &(usize, f64), b: &(usize, f64)| a.1.total_cmp(&b.1);
    if let (Some((small, least)), Some((wide, most))) =
        (spreads().min_by(by_spread), spreads().max_by(by_spread))
        && most > APART * least
        && columns.len() <= WIDEST_TABLE
    {
        let seen = format!(
            "column {wide}{whose} has a standard deviation of {}, column {small} one of {}",
            short(most),
            short(least)
        );
        diagnosis.add(Finding::new(Illness::UnscaledInputs, seen, help(x)));
    }
}

fn help<F: Float>(x: ArrayView2<F>) -> &'static str {
    let is_byte = |&x: &F| x >= F::zero() && x <= F::of(255.0) && x.fract() == F::zero();
    if x.ncols() > WIDEST_TABLE && x.iter().all(is_byte) {
        return "divide bytes by 255: Dataset::from_bytes does, or x / 255.0";
    }
    "fit a data::Standardize to the training samples and put it before the first layer, with .add(scaling.layer()), so that all \
     others are scaled alike; data::MinMax scales to a range"
}
