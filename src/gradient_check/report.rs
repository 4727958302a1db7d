//! The result of a gradient check: as data, as a table and in a sentence.

use std::fmt;

use crate::table::{self, Table, printed, thousands};

/// The result of a gradient check: one row for each parameter and one for the input.
///
/// Printed, it is a table with the worst entry of each row, and a verdict.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let report = check_layer(Dense::new(3), [2], 4, 1)?;
/// assert!(report.verdict().starts_with("passed: all 17 gradients are right"));
/// assert_eq!(report.rows.iter().map(|row| row.parameter.as_str()).collect::<Vec<_>>(), ["weight", "bias", "x"]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GradientReport {
    /// The parameters in the order of the model, then the input.
    pub rows: Vec<GradientRow>,
    /// The first prediction that is not what the layer's contract promises; `None` if all are.
    pub prediction: Option<PredictionFault>,
    /// The loss at the point where the gradients were checked.
    pub loss: f64,
    /// The largest relative error that is taken for rounding.
    pub tolerance: f64,
}

/// The check of one matrix of gradients.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientRow {
    /// The position of the layer, from 0; `None` for the input of the model.
    pub layer: Option<usize>,
    /// The name of the layer; `input` for the input of the model.
    pub layer_name: String,
    /// The name of the parameter; `x` for the input of the model.
    pub parameter: String,
    /// The shape of the matrix; that of the input is samples × features.
    pub shape: (usize, usize),
    /// The number of entries whose relative error is at most the tolerance.
    pub right: usize,
    /// The number of entries that are off by more than the tolerance.
    pub wrong: usize,
    /// The number of entries that can't be judged because the loss has a kink there, within a step.
    pub at_kink: usize,
    /// The number of entries that can't be judged because they are lost in the rounding of the loss.
    pub too_small: usize,
    /// Some entry that could be judged is other than 0.
    pub nonzero: bool,
    /// The entry with the largest relative error among those that could be judged.
    pub worst: Option<GradientEntry>,
}

/// One gradient, computed in two ways.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientEntry {
    /// Row and column in the parameter or the input.
    pub index: (usize, usize),
    /// The gradient in `backward`.
    pub analytic: f64,
    /// The central difference.
    pub numeric: f64,
    /// |a - n| / max(|a|, |n|, floor); infinite if one of both is not a finite number.
    pub relative_error: f64,
}

/// A number that a layer predicts for a sample in a batch, and another or none for the sample alone.
#[derive(Clone, Debug, PartialEq)]
pub struct PredictionFault {
    /// The position of the layer, from 0.
    pub layer: usize,
    /// The name of the layer.
    pub layer_name: String,
    /// Row and column in the layer's output for the whole batch.
    pub index: (usize, usize),
    /// The number there.
    pub together: f64,
    /// The number if that row comes alone.
    pub alone: f64,
}

impl GradientReport {
    /// Whether no gradient is wrong, enough of each parameter could be judged, and predictions are what they promise: see
    /// [`verdict`](Self::verdict).
    pub fn passed(&self) -> bool {
        self.problem().is_none()
    }

    /// The row whose worst entry is the worst of all; `None` if no entry could be compared.
    pub fn worst(&self) -> Option<&GradientRow> {
        let error = |row: &&GradientRow| row.worst.map_or(0.0, |entry| entry.relative_error);
        let rows = self.rows.iter().filter(|row| row.worst.is_some());
        // the first of equals
        rows.reduce(|worst, row| if error(&row) > error(&worst) { row } else { worst })
    }

    /// The result in a sentence that begins with `passed` or `FAILED`.
    pub fn verdict(&self) -> String {
        printed(&self.sentence()).into_owned()
    }

    fn sentence(&self) -> String {
        if let Some(problem) = self.problem() {
            return format!("FAILED: {problem}");
        }
        let right = self.count(|row| row.right);
        let entries = self.count(|row| row.shape.0 * row.shape.1);
        let which = match () {
            () if right == entries => format!("all {} gradients are", thousands(entries)),
            () if right + self.count(GradientRow::unjudged) == entries => {
                format!("{} gradients are", thousands(right))
            }
            () => format!("{} gradients, chosen from {}, are", thousands(right), thousands(entries)),
        };
        let error = self.worst().and_then(|row| row.worst).map_or(0.0, |entry| entry.relative_error);
        let unjudged = self.unjudged();
        format!(
            "passed: {which} right, relative error at most {error:.1e} (tolerance {:.0e}){unjudged}",
            self.tolerance
        )
    }

    /// The end of a verdict: the entries that could not be judged.
    fn unjudged(&self) -> String {
        match [self.count(|row| row.at_kink), self.count(|row| row.too_small)] {
            [0, 0] => String::new(),
            counts => format!("; not judged: {}", reasons(counts)),
        }
    }

    /// The sum of a number of each row.
    fn count(&self, number: fn(&GradientRow) -> usize) -> usize {
        self.rows.iter().map(number).sum()
    }

    /// The first reason against a pass.
    fn problem(&self) -> Option<String> {
        if !self.loss.is_finite() {
            return Some(format!("the loss itself is {}", self.loss));
        }
        let wrong = self.count(|row| row.wrong);
        let worst = self.worst().filter(|_| wrong > 0).and_then(|row| Some((row, row.worst?)));
        if let Some((row, GradientEntry { index: (i, j), analytic, numeric, .. })) = worst {
            return Some(format!(
                "{} of {} gradients are wrong; the worst, entry [{i}, {j}] of {}, is {} in backward and {} in differences{}",
                thousands(wrong),
                thousands(wrong + self.count(|row| row.right)),
                row.place(),
                number(analytic),
                number(numeric),
                self.unjudged(),
            ));
        }
        if let Some(fault) = &self.prediction {
            return Some(fault.problem());
        }
        let elsewhere = "check at another point: other inputs or weights, numbers nearer to 1";
        if self.rows.iter().all(|row| !row.nonzero && row.unjudged() == 0) {
            return Some(format!("nothing was checked: every gradient is 0; {elsewhere}"));
        }
        if let Some(row) = self.rows.iter().find(|row| row.unjudged() > row.right) {
            return Some(format!(
                "{} of {} entries of {} can't be judged: {}; {elsewhere}",
                thousands(row.unjudged()),
                thousands(row.unjudged() + row.right),
                row.place(),
                reasons([row.at_kink, row.too_small]),
            ));
        }
        let row = self.rows.iter().find(|row| row.layer.is_some() && !row.nonzero)?;
        Some(format!("no entry of {} was checked: its gradients are all 0; {elsewhere}", row.place()))
    }
}

/// The numbers of entries at a kink and too small to judge, in words.
fn reasons([at_kink, too_small]: [usize; 2]) -> String {
    let reasons = [(at_kink, "at a kink"), (too_small, "too small (lost in the rounding of the loss)")];
    let reasons = reasons.iter().filter(|(count, _)| *count > 0);
    reasons.map(|(count, why)| format!("{} {why}", thousands(*count))).collect::<Vec<_>>().join(", ")
}

impl PredictionFault {
    fn problem(&self) -> String {
        let PredictionFault { layer, layer_name, index: (row, column), together, alone } = self;
        if together.is_nan() && alone.is_nan() {
            return format!(
                "layer {layer} ({layer_name}) predicts NaN or nothing at entry [{row}, {column}] of its output; write \
                 every entry of y, also where memory.rng() is None"
            );
        }
        format!(
            "layer {layer} ({layer_name}) looks at other samples in a prediction: entry [{row}, {column}] of its output \
             is {} in the batch and {} where its row comes alone; keep what it learns from batches in state(), and let \
             predictions, where memory.rng() is None, use that",
            number(*together),
            number(*alone),
        )
    }
}

impl GradientRow {
    /// The number of entries that can't be judged.
    fn unjudged(&self) -> usize {
        self.at_kink + self.too_small
    }

    fn place(&self) -> String {
        let of_layer = |index| format!("the {} of layer {index} ({})", self.parameter, self.layer_name);
        self.layer.map_or("the input".into(), of_layer)
    }
}

/// Seven digits, in the notation that is easier to read.
fn number(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return x.to_string();
    }
    match x.abs().log10().floor() as i32 {
        digits @ -3..=5 => format!("{x:.*}", (6 - digits) as usize),
        _ => format!("{x:.6e}"),
    }
}

impl fmt::Display for GradientReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = ">worst entry, >analytic, >numeric, >relative error";
        let header =
            format!(">#, layer, parameter, >shape, >right, >wrong, >at a kink, >too small, {numbers}");
        let mut table = Table::new(&header.split(", ").collect::<Vec<_>>());
        for row in &self.rows {
            let worst = row.worst.map_or([(); 4].map(|()| "-".into()), |entry| {
                let (i, j) = entry.index;
                let error = entry.relative_error;
                let error = if error < 1e-3 { format!("{error:.1e}") } else { format!("{error:.3}") };
                [format!("[{i}, {j}]"), number(entry.analytic), number(entry.numeric), error]
            });
            let cells = [
                row.layer.map_or(String::new(), |index| index.to_string()),
                row.layer_name.clone(),
                row.parameter.clone(),
                table::shape(&[row.shape.0, row.shape.1]),
            ];
            let counts = [row.right, row.wrong, row.at_kink, row.too_small].map(thousands);
            table.row(cells.into_iter().chain(counts).chain(worst));
        }
        write!(f, "{table}{}", self.verdict())
    }
}

crate::notebook::shows_its_text!(GradientReport);
