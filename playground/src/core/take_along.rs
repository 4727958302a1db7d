//! What can be taken along: the model's file, pictures; and what the doctor finds.

use chainrule::doctor::Doctor;
use chainrule_draw::{Curves, Drawing, FunctionPlot, Network, Scatter};

use super::Core;
use crate::contract::{Finding, Picture, Task};
use crate::{Problem, Result};

impl Core {
    /// What keeps the model from learning.
    pub fn diagnose(&self) -> Vec<Finding> {
        let (training, train) = (&self.training, &self.training.set.train);
        let diagnosis = Doctor::new().loss(&*training.loss).examine(&training.model, (&train.x, &train.t));
        let finding = |finding: &chainrule::doctor::Finding| Finding {
            code: finding.illness.code().to_owned(),
            layer: finding.layer,
            text: finding.seen.clone(),
            help: finding.help.clone(),
            chapter: format!("doctor#{}", finding.illness.code()),
        };
        diagnosis.iter().map(finding).collect()
    }

    /// The program in Rust that trains as far as this training has come, and ends with the same loss; from before the first
    /// step, to the end of the epochs.
    ///
    /// # Errors
    /// None that is known: the settings were good.
    pub fn rust_program(&self) -> Result<String> {
        crate::program::of(&self.training, &self.settings)
    }

    /// The model as a file of the library.
    ///
    /// # Errors
    /// If it can't be written down.
    pub fn model_file(&self) -> Result<Vec<u8>> {
        let mut model = self.training.model.clone();
        let set = &self.training.set;
        model.set_feature_names(set.input_names.clone())?;
        if model.class_count() == Some(set.class_names.len()) {
            model.set_class_names(set.class_names.clone())?;
        }
        Ok(model.to_bytes()?)
    }

    /// A picture as SVG: `output`, `net` or `loss`.
    ///
    /// # Errors
    /// If there is no such picture, or none of such samples.
    pub fn picture(&mut self, kind: &str) -> Result<String> {
        match kind {
            "output" => self.picture_of_output(),
            "net" => {
                let mut model = self.training.model.clone();
                let rows: Vec<usize> = (0..self.training.set.train.x.nrows().min(8)).collect();
                model.forward(&self.training.set.train.x.select(chainrule::ndarray::Axis(0), &rows))?;
                Ok(Network::of(&model)
                    .loss(self.training.measure(&self.training.set.train).0)
                    .picture()
                    .to_svg())
            }
            "loss" => {
                let history = self.frame().history;
                let every = history.step.get(1).map_or(1, |&second| second.max(1));
                let mut curves =
                    Curves::new().labels("step", "loss").steps(0, every).line("training", &history.loss);
                if !history.test_loss.is_empty() {
                    curves = curves.line("test", &history.test_loss);
                }
                Ok(curves.picture().to_svg())
            }
            _ => Err(Problem::new(
                "picture",
                format!("there is no picture {kind:?}"),
                "output, net and loss are known",
            )),
        }
    }

    fn picture_of_output(&self) -> Result<String> {
        let (training, set) = (&self.training, &self.training.set);
        let model = &training.model;
        let predict = |raw: &[f64]| self.predict(raw).unwrap_or_default();
        match (set.picture, set.task, &set.train.labels) {
            (Picture::Plane, Task::Binary, Some(labels)) => {
                let scatter = Scatter::new(&set.train.raw, labels)?.class_names(set.class_names.clone());
                let at = |x1: f64, x2: f64| predict(&[x1, x2]).first().copied().unwrap_or(f64::NAN);
                Ok(scatter.labels("x1", "x2").regions(at).shaded().picture().to_svg())
            }
            (Picture::Plane, Task::Classes, Some(labels)) if set.train.x == set.train.raw => {
                let scatter = Scatter::new(&set.train.x, labels)?.class_names(set.class_names.clone());
                Ok(scatter.regions_of(model)?.picture().to_svg())
            }
            (Picture::Plane, Task::Classes, Some(labels)) => Ok(Scatter::new(&set.train.raw, labels)?
                .class_names(set.class_names.clone())
                .picture()
                .to_svg()),
            (Picture::Curve, ..) => {
                let [from, to, ..] = set.range.unwrap_or([-1.0, 1.0, -1.0, 1.0]);
                let at = |x: f64| predict(&[x]).first().copied().unwrap_or(f64::NAN);
                Ok(FunctionPlot::new(from..=to).x_label("x").curve("the net", at).picture().to_svg())
            }
            _ => Err(Problem::new("picture", "these samples lie in no plane", "take the picture of the net")),
        }
    }

    /// The incoming weights of each unit of a layer that sees images: units × side × side.
    ///
    /// # Errors
    /// If the samples are no images, or the layer is not the first.
    pub fn images(&self, layer: usize) -> Result<Vec<f32>> {
        let weight = self.training.model.param(&format!("{layer}.weight"))?;
        if self.training.set.picture != Picture::Digits || layer != 0 {
            let message = format!("layer {layer} does not see images");
            return Err(Problem::new("images", message, "ask for layer 0 of a net for digits"));
        }
        Ok(weight.t().iter().map(|&w| w as f32).collect())
    }
}
