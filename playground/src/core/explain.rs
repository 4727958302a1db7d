//! The equations of one number, in the library's words.

use chainrule::explain::{Explanation, Names, Part, Place, Section};
use chainrule::ndarray::Axis;

use super::Core;
use crate::contract::{Block, Explained, OptimizerKind, Target};
use crate::{Problem, Result};

/// The decimals of the numbers.
const DECIMALS: usize = 4;
/// The samples that a batch normalisation is explained with.
const BATCH: usize = 32;

impl Core {
    /// The equations of the target, for one of the training samples.
    ///
    /// # Errors
    /// If there is no such sample or target.
    #[expect(clippy::indexing_slicing, reason = "`check_target` has looked for the unit or weight")]
    pub fn explain(&mut self, sample: usize, target: &Target) -> Result<Explained> {
        self.check_target(target)?;
        let rate = self.training.next_rate();
        let is_plain = self.settings.optimizer.kind == OptimizerKind::Sgd && self.settings.mistake.is_none();
        let (part, sample) = self.part(sample, false)?;
        let model = &self.training.model;
        // of a batch normalisation one sample alone says nothing
        let others = (0..part.x.nrows()).filter(|&other| other != sample);
        let is_normalised = model.layers().any(|layer| layer.name() == "batch_norm");
        let rows: Vec<usize> =
            [sample].into_iter().chain(others.take(if is_normalised { BATCH - 1 } else { 0 })).collect();
        let [x, t] = [&part.x, &part.t].map(|all| all.select(Axis(0), &rows));
        let mut explanation = model.explain(&x, &t, &*self.training.loss)?.decimals(DECIMALS);
        if is_plain && self.settings.weight_decay == 0.0 && rate > 0.0 {
            explanation = explanation.with_learning_rate(rate)?;
        }
        let names = Names::of(model);
        Ok(match target {
            Target::Loss => Explained {
                title: Names::LOSS.to_owned(),
                blocks: blocks(&explanation, |section| {
                    section.part == Part::Loss || section.part == Part::Backward && section.layer.is_none()
                }),
            },
            Target::Layer { layer } => Explained {
                title: format!(
                    "Layer {layer}, {}",
                    model.layers().nth(*layer).map_or("", |layer| layer.name())
                ),
                blocks: blocks(&explanation, |section| section.layer == Some(*layer)),
            },
            Target::Unit { position, unit } => {
                let at = (*position, *unit);
                let is_of = |place: &Place| match place {
                    Place::Activation(position, unit) | Place::Delta(position, unit) => {
                        (*position, *unit) == at
                    }
                    _ => false,
                };
                let title = names.unit(*position, *unit);
                if *position == 0 {
                    let line = format!("{title} = {}", written(x[[0, *unit]]));
                    let of_input = Block {
                        part: "input".to_owned(),
                        title: String::new(),
                        notes: Vec::new(),
                        equations: vec![line],
                    };
                    return Ok(Explained { title, blocks: vec![of_input] });
                }
                let explanation = explanation.unit(*position, *unit);
                Explained { title, blocks: equations(&explanation, is_of) }
            }
            Target::Weight { param, row, column } => {
                let (layer, name) = split(param).unwrap_or((0, ""));
                let is_of = |place: &Place| match place {
                    Place::Activation(position, unit) => (*position, *unit) == (layer + 1, *column),
                    Place::Gradient(of, r, c) | Place::Updated(of, r, c) => {
                        (of, r, c) == (param, row, column)
                    }
                    _ => false,
                };
                let title = names.param(layer, name, *row, *column);
                let explanation = explanation.entry(param, *row, *column);
                let mut blocks = equations(&explanation, is_of);
                let is_dense = model.layers().nth(layer).is_some_and(|layer| layer.name() == "dense");
                let forward = blocks.iter_mut().find(|block| block.part == "forward");
                if let Some(forward) = forward
                    && is_dense
                    && name == "weight"
                    && !forward.equations.iter().any(|line| line.contains(&title))
                {
                    // a long sum leaves out all but its largest terms
                    let input = model.predict_activations(&x)?[layer][[0, *row]];
                    let weight = model.param(param)?[[*row, *column]];
                    let [of, by, product] = [input, weight, input * weight].map(written);
                    let by = if weight < 0.0 { format!("({by})") } else { by };
                    let unit = names.unit(layer, *row);
                    forward.equations.push(format!("{unit}·{title} = {of}·{by} = {product}"));
                }
                Explained { title, blocks }
            }
        })
    }

    fn check_target(&self, target: &Target) -> Result<()> {
        let model = &self.training.model;
        let exists = match target {
            Target::Loss => true,
            Target::Layer { layer } => *layer < model.layers().len(),
            Target::Unit { position, unit } => {
                model.shape(*position).and_then(<[usize]>::first).is_some_and(|width| unit < width)
            }
            Target::Weight { param, row, column } => {
                model.param(param).is_ok_and(|values| values.get([*row, *column]).is_some())
            }
        };
        let problem = || Problem::new("target", format!("there is no {target:?}"), "counts start at 0");
        if exists { Ok(()) } else { Err(problem()) }
    }
}

/// `2.weight`: layer 2, `weight`.
fn split(param: &str) -> Option<(usize, &str)> {
    let (layer, name) = param.split_once('.')?;
    Some((layer.parse().ok()?, name))
}

fn written(number: f64) -> String {
    format!("{number:.DECIMALS$}")
}

/// Whole sections.
fn blocks(explanation: &Explanation<f64>, is_wanted: impl Fn(&Section) -> bool) -> Vec<Block> {
    let sections = explanation.sections();
    sections.iter().filter(|section| is_wanted(section)).map(|section| block(section, |_| true)).collect()
}

/// Single equations under the headings of their sections.
fn equations(explanation: &Explanation<f64>, is_wanted: impl Fn(&Place) -> bool) -> Vec<Block> {
    let without_notes = |section: &Section| Block { notes: Vec::new(), ..block(section, &is_wanted) };
    let sections = explanation.sections();
    sections.iter().map(without_notes).filter(|block| !block.equations.is_empty()).collect()
}

fn block(section: &Section, is_wanted: impl Fn(&Place) -> bool) -> Block {
    let equations = section.equations.iter().filter(|equation| is_wanted(&equation.place));
    Block {
        part: match section.part {
            Part::Input => "input",
            Part::Forward => "forward",
            Part::Loss => "loss",
            Part::Backward => "backward",
            Part::Update => "update",
        }
        .to_owned(),
        title: section.title.clone(),
        notes: section.notes.clone(),
        equations: equations.map(|equation| equation.to_line(DECIMALS)).collect(),
    }
}
