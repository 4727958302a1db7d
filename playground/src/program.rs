//! The program in Rust that does the same: data, model, training, and the loss to the last digit.

use std::fmt::Write;

use crate::contract::{Data, Mistake, ScheduleKind, Settings};
use crate::training::Training;
use crate::{Result, net};

mod literal;
mod model;
mod samples;
mod train;

/// A program while it is written.
#[derive(Debug, Default)]
struct Program {
    /// what it uses besides the prelude
    uses: Vec<&'static str>,
    /// the lines of main
    main: String,
    /// what stands behind main
    behind: String,
}

/// The program that trains as far as this training has come; from before its first step, to the end of its epochs.
pub(crate) fn of(training: &Training, settings: &Settings) -> Result<String> {
    let mut program = Program::default();
    samples::write(&mut program, settings, &training.set)?;
    model::write(&mut program, settings, &training.set);
    train::write(&mut program, settings, training)?;
    Ok(program.text(settings, training))
}

impl Program {
    /// Uses a path besides the prelude.
    fn uses(&mut self, path: &'static str) {
        if !self.uses.contains(&path) {
            self.uses.push(path);
        }
    }

    /// A line of main.
    fn line(&mut self, line: &str) {
        if !line.is_empty() {
            self.main.push_str("    ");
        }
        let _ = writeln!(self.main, "{line}");
    }

    fn text(mut self, settings: &Settings, training: &Training) -> String {
        let units: Vec<String> = [training.set.train.x.ncols()]
            .into_iter()
            .chain(settings.layers.iter().map(|layer| layer.units))
            .chain([training.set.train.t.ncols()])
            .map(|units| units.to_string())
            .collect();
        let is_digits = matches!(settings.data, Data::Digits { .. });
        let packages = if is_digits { "chainrule chainrule-mnist" } else { "chainrule" };
        let features = if matches!(settings.data, Data::Csv { .. }) { " --features csv" } else { "" };
        let mut text = format!(
            "//! A net of {} units. `cargo add {packages}{features}`, this as src/main.rs, and `cargo run --release`.\n\n",
            units.join("-"),
        );
        self.uses("chainrule::prelude::*");
        self.uses.sort_unstable();
        self.uses.iter().for_each(|path| text += &format!("use {path};\n"));
        let result = if is_digits { "Result<(), Box<dyn std::error::Error>>" } else { "Result<()>" };
        let _ = write!(text, "\nfn main() -> {result} {{\n{}    Ok(())\n}}\n{}", self.main, self.behind);
        text
    }
}

/// The mistake's own optimizer, without the first line of its file.
fn mistake(mistake: Mistake) -> &'static str {
    let file = match mistake {
        Mistake::StaleInput => include_str!("mistakes/stale_input.rs"),
        Mistake::StillBiases => include_str!("mistakes/still_biases.rs"),
        Mistake::SummedWeights => include_str!("../../lectures/src/gates/summed_weights.rs"),
    };
    file.trim_start_matches("use chainrule::prelude::*;\n")
}

/// The schedule in Rust.
fn schedule(settings: &Settings) -> Option<(&'static str, String)> {
    Some(match settings.schedule.kind {
        ScheduleKind::Constant => return None,
        ScheduleKind::StepDecay => {
            ("StepDecay", format!("StepDecay::new({}, 0.5)", net::quarter(settings.epochs)))
        }
        ScheduleKind::Exponential => {
            let factor = net::to_a_hundredth(settings.epochs);
            ("ExponentialDecay", format!("ExponentialDecay::new({factor:?})"))
        }
        ScheduleKind::Cosine => ("Cosine", "Cosine::new()".to_owned()),
        ScheduleKind::OneCycle => ("OneCycle", "OneCycle::new()".to_owned()),
    })
}
