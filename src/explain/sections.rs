//! The sections of an explanation, and their equations.

use super::snapshot::Snapshot;
use super::writer::Writer;
use super::{Equation, Names, Part, Place, Section};
use crate::Param;
use crate::explain::formula::{self, Formula, LossFormula, Quantity, Subject, Term};
use crate::table::thousands;

pub(super) fn sections(of: &Snapshot) -> Vec<Section> {
    let writer = Writer::new(of);
    let layers = of.layers.len();
    let mut sections = vec![writer.input()];
    sections.extend((0..layers).map(|layer| writer.forward(layer)));
    sections.push(writer.loss());
    sections.push(writer.out_of_loss());
    sections.extend((writer.lowest..of.top).rev().filter_map(|layer| writer.backward(layer)));
    sections.extend((0..layers).filter_map(|layer| writer.update(layer)));
    sections.extend(writer.loss_after());
    sections
}

const LETTERS: &str =
    "x goes in, z and a leave the layers, y leaves the model, t is its target; W: weights, b: biases.";
const SUBSCRIPTS: &str = "z0₁ is output 1 of layer 0, W0₂₁ its weight from input 2 to output 1.";
const HOW: &str =
    "∂L/∂z says how fast L grows with z. It is handed back from layer to layer: ∂L/∂a = ∂L/∂z · ∂z/∂a.";

impl Writer<'_> {
    fn input(&self) -> Section {
        let of = self.of;
        let sample = match of.samples {
            1 => String::new(),
            n => format!(": sample {} of {}", of.sample + 1, thousands(n)),
        };
        let notes = vec![
            self.vector("x", &self.position(0).values),
            self.vector("t", &of.targets),
            LETTERS.to_owned(),
            SUBSCRIPTS.to_owned(),
        ];
        let params = of.layers.iter().flat_map(|layer| &layer.params).map(|param| param.value.len()).sum();
        let title = format!("One pass through a model of {} parameters{sample}", thousands(params));
        Section { part: Part::Input, layer: None, title, notes, equations: Vec::new() }
    }

    fn forward(&self, index: usize) -> Section {
        let layer = self.layer(index);
        let [from, to] = [index, index + 1].map(|position| self.position(position));
        let outputs = self.of.names.position(index + 1);
        let title = format!("{}: {} → {}", self.title(index), from.shape, to.shape);
        let pass = self.pass(index);
        let output = |unit| (layer.explain)(Subject::Output(unit), &pass);
        let mut notes = Vec::new();
        let mut equations = Vec::new();
        if layer.reshapes {
            let other = if from.shape == to.shape { "." } else { " in another shape." };
            notes.push(format!("The same numbers{other}"));
        } else if output(0).is_none() {
            notes.push("This layer does not say how it computes.".to_owned());
            for param in &layer.params {
                notes.push(self.range(&formula::param_name(index, param.name), param.value.iter().copied()));
            }
            notes.push(self.range(outputs, to.values.iter().copied()));
        } else {
            let shown = self.shown(index + 1);
            if shown.len() < to.values.len() {
                notes.push(self.range(outputs, to.values.iter().copied()));
            }
            let equation =
                |&unit: &usize| Equation::new(pass.y(unit), output(unit), Place::Activation(index + 1, unit));
            equations.extend(shown.iter().map(equation));
        }
        Section { part: Part::Forward, layer: Some(index), title, notes, equations }
    }

    fn loss(&self) -> Section {
        let loss = &self.of.loss;
        let formula = loss.formula.as_ref().map(|parts| self.loss_formula(parts));
        let quantity = Quantity { symbol: Names::LOSS.into(), value: loss.value };
        let equations = vec![Equation::new(quantity, formula, Place::Loss)];
        Section { part: Part::Loss, layer: None, title: loss.name.clone(), notes: Vec::new(), equations }
    }

    /// factor·Σ share / N: the outputs of this sample, and what the other samples add.
    fn loss_formula(&self, parts: &LossFormula) -> Formula {
        let loss = &self.of.loss;
        let share =
            |(output, &value): (usize, &f64)| Term::new(parts.share, &self.y_and_t(output)).with_value(value);
        let mut sum = Formula::sum(loss.shares.iter().enumerate().map(share)).abridged();
        if self.of.samples > 1 {
            let others = (loss.value * loss.count as f64 - loss.own) / parts.factor;
            sum = sum.and_rest(self.others(), Some(others));
        }
        sum.scaled(parts.factor, loss.count)
    }

    /// The first step of the chain rule: from the loss to the outputs, or to the logits of a loss that takes them.
    fn out_of_loss(&self) -> Section {
        let (loss, top) = (&self.of.loss, self.of.top);
        let through = self.of.layers.get(top);
        let mut notes = vec![HOW.to_owned()];
        let title = match through {
            Some(layer) => format!("From the loss through layer {top}, {}, at once", layer.name),
            None => "From the loss to the outputs".to_owned(),
        };
        let at_logits = loss.formula.as_ref().and_then(|parts| parts.at_logits).filter(|_| through.is_some());
        notes.extend(at_logits.map(|(_, why)| why.to_owned()));
        let formula = |unit: usize| {
            let parts = loss.formula.as_ref()?;
            let slope = if through.is_some() { at_logits?.0 } else { parts.slope };
            let term = Term::new(slope, &self.y_and_t(unit));
            Some(Formula::from(term).scaled(parts.factor, loss.count))
        };
        let delta =
            |&unit: &usize| Equation::new(self.delta_of(top, unit), formula(unit), Place::Delta(top, unit));
        let equations = self.shown(top).iter().map(delta).collect();
        Section { part: Part::Backward, layer: None, title, notes, equations }
    }

    /// One layer's step of the chain rule: the gradients of its parameters, then of its inputs.
    fn backward(&self, index: usize) -> Option<Section> {
        let layer = self.layer(index);
        if layer.reshapes {
            return None;
        }
        let pass = self.pass(index);
        let (mut notes, mut equations) = (Vec::new(), Vec::new());
        for (param, (gradient, Param { name, .. })) in layer.gradients.iter().zip(&layer.params).enumerate() {
            let Some(gradient) = gradient else { continue };
            let shown = self.choose_entries(index, name, gradient);
            if shown.len() < gradient.len() {
                let name = formula::gradient(&formula::param_name(index, name));
                notes.push(self.range(&name, gradient.iter().copied()));
            }
            for (row, column) in shown {
                let value = gradient[[row, column]];
                let symbol = formula::gradient(&pass.param(param, row, column).symbol);
                let own = (layer.explain)(Subject::Gradient { param, row, column }, &pass);
                let formula = own.map(|own| self.with_others(own, value));
                let place = Place::Gradient(format!("{index}.{name}"), row, column);
                equations.push(Equation::new(Quantity { symbol, value }, formula, place));
            }
        }
        let lowest_with_params = index == self.lowest && !layer.params.is_empty();
        let input = self.position(index);
        if let Some(delta) = input.delta.as_ref().filter(|_| !lowest_with_params) {
            if self.shown(index).len() < delta.len() {
                notes.push(
                    self.range(&formula::gradient(self.of.names.position(index)), delta.iter().copied()),
                );
            }
            for &unit in self.shown(index) {
                let back = (layer.explain)(Subject::InputGradient(unit), &pass);
                // what went another way too has a gradient from there
                let joins = (index..self.of.layers.len()).filter(|&at| self.layer(at).skipped == Some(index));
                let formula =
                    joins.fold(back, |formula, at| Some(formula?.plus(self.delta_of(at + 1, unit))));
                equations.push(Equation::new(self.delta_of(index, unit), formula, Place::Delta(index, unit)));
            }
        }
        let title = self.title(index);
        Some(Section { part: Part::Backward, layer: Some(index), title, notes, equations })
    }

    /// The step of gradient descent for the parameters of one layer.
    fn update(&self, index: usize) -> Option<Section> {
        let (rate, _) = self.of.step?;
        let layer = self.layer(index);
        let pass = self.pass(index);
        let mut equations = Vec::new();
        let matrices = layer.gradients.iter().zip(&layer.updated);
        for (param, (matrices, Param { name, .. })) in matrices.zip(&layer.params).enumerate() {
            let (Some(gradient), Some(new)) = matrices else { continue };
            for (row, column) in self.choose_entries(index, name, gradient) {
                let old = pass.param(param, row, column);
                let symbol = old.symbol.clone();
                let slope = Quantity { symbol: formula::gradient(&symbol), value: gradient[[row, column]] };
                let rate = Quantity { symbol: "η".into(), value: rate };
                let step =
                    Term::new("{old} - {rate}·{slope}", &[("old", old), ("rate", rate), ("slope", slope)]);
                let place = Place::Updated(format!("{index}.{name}"), row, column);
                let value = new[[row, column]];
                equations.push(Equation::new(Quantity { symbol, value }, Some(step.into()), place));
            }
        }
        let notes = match index == self.lowest {
            true => vec![format!("η = {} is the learning rate.", self.of.digits.text(rate))],
            false => Vec::new(),
        };
        let section =
            Section { part: Part::Update, layer: Some(index), title: self.title(index), notes, equations };
        (!layer.params.is_empty()).then_some(section)
    }

    fn loss_after(&self) -> Option<Section> {
        let (_, value) = self.of.step?;
        let quantity = Quantity { symbol: Names::LOSS.into(), value };
        let equations = vec![Equation::new(quantity, None, Place::UpdatedLoss)];
        let title = "Loss of the same batch after the step".to_owned();
        Some(Section { part: Part::Update, layer: None, title, notes: Vec::new(), equations })
    }
}
