//! Which equations an explanation consists of.

use ndarray::s;

use super::writer::Writer;
use super::{Explanation, Part, Place, Section};
use crate::Float;
use crate::formula::{self, Formula, LossFormula, Quantity, Subject, Term};
use crate::table::{shape, thousands};

pub(super) fn sections<F: Float>(explanation: &Explanation<F>) -> Vec<Section> {
    let writer = Writer::new(explanation);
    let layers = explanation.model.layers().len();
    let mut sections = vec![writer.input()];
    sections.extend((0..layers).map(|layer| writer.forward(layer)));
    sections.push(writer.loss());
    sections.push(writer.out_of_loss());
    sections.extend((writer.lowest..writer.top).rev().filter_map(|layer| writer.backward(layer)));
    sections.extend((0..layers).filter_map(|layer| writer.update(layer)));
    sections.extend(writer.loss_after());
    sections
}

const LETTERS: &str =
    "x goes in, z and a leave the layers, y leaves the model, t is its target; W: weights, b: biases.";
const SUBSCRIPTS: &str = "z0₁ is output 1 of layer 0, W0₂₁ its weight from input 2 to output 1.";
const HOW: &str =
    "∂L/∂z says how fast L grows with z. It is handed back from layer to layer: ∂L/∂a = ∂L/∂z · ∂z/∂a.";

impl<'a, F: Float> Writer<'a, F> {
    fn input(&self) -> Section {
        let model = &self.of.model;
        let sample = match self.samples {
            1 => String::new(),
            n => format!(": sample {} of {}", self.of.sample + 1, thousands(n)),
        };
        let notes = vec![
            self.vector("x", self.activation(0)),
            self.vector("t", self.row(self.of.targets.view())),
            LETTERS.to_owned(),
            SUBSCRIPTS.to_owned(),
        ];
        let title =
            format!("One pass through a model of {} parameters{sample}", thousands(model.param_count()));
        Section { part: Part::Input, layer: None, title, notes, equations: Vec::new() }
    }

    fn forward(&self, layer: usize) -> Section {
        let (here, next) = (layer, layer + 1);
        let [from, to] =
            [here, next].map(|position| self.of.model.shape(position).map(shape).unwrap_or_default());
        let title = format!("{}: {from} → {to}", self.title(layer));
        let at = self.at(layer);
        let reshapes = self.layers[layer].only_reshapes();
        let mut notes = Vec::new();
        let mut equations = Vec::new();
        if reshapes {
            notes.push(
                if from == to { "The same numbers." } else { "The same numbers in another shape." }
                    .to_owned(),
            );
        } else if self.layers[layer].explain(Subject::Output(0), &at).is_none() {
            notes.push("This layer does not say how it computes.".to_owned());
            for param in self.layers[layer].params() {
                notes.push(self.range(&formula::param_name(layer, param.name), param.value.iter().copied()));
            }
            notes.push(self.range(&self.names[next], at.y.iter().copied()));
        } else {
            if self.shown[next].len() < at.outputs() {
                notes.push(self.range(&self.names[next], at.y.iter().copied()));
            }
            for &unit in &self.shown[next] {
                let formula = self.layers[layer].explain(Subject::Output(unit), &at);
                equations.push(self.equation(at.y(unit), formula, Place::Activation(next, unit)));
            }
        }
        Section { part: Part::Forward, layer: Some(layer), title, notes, equations }
    }

    fn loss(&self) -> Section {
        let value = self.of.model.loss_unchecked(self.of.loss, self.of.targets.view()).as_f64();
        let formula = self.of.loss.explain().map(|parts| self.loss_formula(&parts, value));
        let quantity = Quantity { symbol: "L".into(), value };
        let equations = vec![self.equation(quantity, formula, Place::Loss)];
        let title = self.of.loss.name().to_owned();
        Section { part: Part::Loss, layer: None, title, notes: Vec::new(), equations }
    }

    /// factor·Σ share / N: the outputs of this sample, and what the other samples add.
    fn loss_formula(&self, parts: &LossFormula, value: f64) -> Formula {
        let (loss, outputs) = (self.of.loss, self.of.model.output_width());
        let last = self.layers.len();
        let [y, t] = [self.of.model.kept_activation(last), self.of.targets.view()];
        let own = s![self.of.sample..=self.of.sample, ..];
        let share = |j: usize| {
            let one = s![self.of.sample..=self.of.sample, j..=j];
            let value = loss.value(y.slice(one), t.slice(one)).as_f64() / parts.factor;
            Term::new(parts.share, &self.y_and_t(j)).with_value(value)
        };
        let mut sum = Formula::sum((0..outputs).map(share)).abridged();
        let n = loss.mean_over(self.samples, outputs);
        if self.samples > 1 {
            let z = self.of.model.kept_activation(self.of.model.last_layer());
            let own_value = loss
                .value_with_logits(self.of.model.output(), z.slice(own), t.slice(own))
                .unwrap_or_else(|| loss.value(y.slice(own), t.slice(own)));
            let own_sum = own_value.as_f64() * loss.mean_over(1, outputs) as f64;
            sum = sum.and_rest(self.others(), Some((value * n as f64 - own_sum) / parts.factor));
        }
        self.scaled(sum, parts.factor, n)
    }

    /// The first step of the chain rule: from the loss to the outputs, or to the logits of a pair.
    fn out_of_loss(&self) -> Section {
        let last = self.layers.len();
        let parts = self.of.loss.explain();
        let slope = parts.as_ref().and_then(|parts| match parts.at_logits {
            Some((slope, _)) if self.top < last => Some(slope),
            _ if self.top == last => Some(parts.slope),
            _ => None,
        });
        let mut notes = vec![HOW.to_owned()];
        let mut title = "From the loss to the outputs".to_owned();
        if self.top < last {
            title = format!(
                "From the loss through layer {}, {}, at once",
                self.top,
                self.layers[self.top].name()
            );
            let why = parts.as_ref().and_then(|parts| parts.at_logits).map(|(_, why)| why);
            notes.extend(why.map(|why| why.to_owned()));
        }
        let n = self.of.loss.mean_over(self.samples, self.of.model.output_width());
        let delta = |&unit: &usize| {
            let formula = slope.zip(parts.as_ref()).map(|(slope, parts)| {
                let term = Term::new(slope, &self.y_and_t(unit));
                self.scaled(Formula::from(term), parts.factor, n)
            });
            self.equation(self.delta_of(self.top, unit), formula, Place::Delta(self.top, unit))
        };
        let equations = self.shown[self.top].iter().map(delta).collect();
        Section { part: Part::Backward, layer: None, title, notes, equations }
    }

    /// One layer's step of the chain rule: the gradients of its parameters, then of its inputs.
    fn backward(&self, layer: usize) -> Option<Section> {
        if self.layers[layer].only_reshapes() {
            return None;
        }
        let at = self.at(layer);
        let (mut notes, mut equations) = (Vec::new(), Vec::new());
        for (index, param) in self.layers[layer].params().iter().enumerate() {
            let name = format!("{layer}.{}", param.name);
            let Ok(gradient) = self.of.model.gradient(&name) else { continue };
            let shown = self.choose_entries(layer, gradient.view());
            if shown.len() < gradient.len() {
                let name = format!("∂L/∂{}", formula::param_name(layer, param.name));
                notes.push(self.range(&name, gradient.iter().copied()));
            }
            for (row, column) in shown {
                let value = gradient[[row, column]].as_f64();
                let symbol = format!("∂L/∂{}", at.param(index, row, column).symbol);
                let subject = Subject::Gradient { param: index, row, column };
                let formula =
                    self.layers[layer].explain(subject, &at).map(|own| self.with_others(own, value));
                let place = Place::Gradient(name.clone(), row, column);
                equations.push(self.equation(Quantity { symbol, value }, formula, place));
            }
        }
        let lowest_with_params = layer == self.lowest && !self.layers[layer].params().is_empty();
        if let Some(delta) = self.delta(layer).filter(|_| !lowest_with_params) {
            if self.shown[layer].len() < delta.len() {
                notes.push(self.range(&format!("∂L/∂{}", self.names[layer]), delta.iter().copied()));
            }
            for &unit in &self.shown[layer] {
                let formula = self.layers[layer].explain(Subject::InputGradient(unit), &at);
                equations.push(self.equation(self.delta_of(layer, unit), formula, Place::Delta(layer, unit)));
            }
        }
        let title = self.title(layer);
        Some(Section { part: Part::Backward, layer: Some(layer), title, notes, equations })
    }

    /// The step of gradient descent for the parameters of one layer.
    fn update(&self, layer: usize) -> Option<Section> {
        let (rate, after) = self.of.step.as_ref()?;
        let params = self.layers[layer].params();
        let at = self.at(layer);
        let mut equations = Vec::new();
        for (index, param) in params.iter().enumerate() {
            let name = format!("{layer}.{}", param.name);
            let (Ok(gradient), Ok(new)) = (self.of.model.gradient(&name), after.param(&name)) else {
                continue;
            };
            for (row, column) in self.choose_entries(layer, gradient.view()) {
                let old = at.param(index, row, column);
                let symbol = format!("∂L/∂{}", old.symbol);
                let slope = Quantity { symbol, value: gradient[[row, column]].as_f64() };
                let rate = Quantity { symbol: "η".into(), value: *rate };
                let value = new[[row, column]].as_f64();
                let symbol = old.symbol.clone();
                let step =
                    Term::new("{old} - {rate}·{slope}", &[("old", old), ("rate", rate), ("slope", slope)]);
                let place = Place::Updated(name.clone(), row, column);
                equations.push(self.equation(Quantity { symbol, value }, Some(step.into()), place));
            }
        }
        let notes = match layer == self.lowest {
            true => vec![format!("η = {} is the learning rate.", self.of.digits().text(*rate))],
            false => Vec::new(),
        };
        let title = self.title(layer);
        let section = Section { part: Part::Update, layer: Some(layer), title, notes, equations };
        (!params.is_empty()).then_some(section)
    }

    fn loss_after(&self) -> Option<Section> {
        let (_, after) = self.of.step.as_ref()?;
        let value = after.loss_unchecked(self.of.loss, self.of.targets.view()).as_f64();
        let quantity = Quantity { symbol: "L".into(), value };
        let equations = vec![self.equation(quantity, None, Place::UpdatedLoss)];
        let title = "Loss of the same batch after the step".to_owned();
        Some(Section { part: Part::Update, layer: None, title, notes: Vec::new(), equations })
    }
}
