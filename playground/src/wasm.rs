//! The class in JavaScript. Objects travel as JSON text, long rows of numbers as typed arrays; a problem is thrown as JSON text.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::contract::Settings;
use crate::{Core, Problem, Result, Stride};

/// The core as the page holds it.
#[wasm_bindgen(js_name = Core)]
pub struct JsCore(Core);

#[wasm_bindgen(js_class = Core)]
impl JsCore {
    /// A training of these settings.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str) -> Result<JsCore, String> {
        thrown(parse(settings).and_then(Core::new)).map(JsCore)
    }

    /// All presets.
    pub fn presets() -> Result<String, String> {
        thrown(crate::presets().and_then(|presets| text(&presets)))
    }

    /// The settings of a new page.
    pub fn defaults() -> Result<String, String> {
        thrown(text(&Settings::default()))
    }

    /// What a table holds.
    pub fn preview_csv(table: &str, target: Option<String>) -> Result<String, String> {
        thrown(crate::preview_csv(table, target.as_deref()).and_then(|preview| text(&preview)))
    }

    /// The version of the library.
    pub fn version() -> String {
        env!("CARGO_PKG_VERSION").to_owned()
    }

    /// The settings with all changes.
    pub fn settings(&self) -> Result<String, String> {
        thrown(text(&self.0.settings()))
    }

    /// What was built.
    pub fn structure(&self) -> Result<String, String> {
        thrown(text(&self.0.structure()))
    }

    /// Takes other settings: `"kept"` or `"rebuilt"`.
    pub fn change(&mut self, settings: &str) -> Result<String, String> {
        let kept = thrown(parse(settings).and_then(|settings| self.0.change(settings)))?;
        Ok(if kept { "kept" } else { "rebuilt" }.to_owned())
    }

    /// Back to before the first step.
    pub fn reset(&mut self) -> Result<(), String> {
        thrown(self.0.reset())
    }

    /// Some steps on; how many were made.
    pub fn run(&mut self, steps: u32) -> u32 {
        self.0.run(steps as usize) as u32
    }

    /// One epoch, step, sample or layer on.
    pub fn advance(&mut self, what: &str) -> Result<(), String> {
        thrown(Stride::of(what).and_then(|stride| self.0.advance(stride)))
    }

    /// One epoch, step or layer back.
    pub fn back(&mut self, what: &str) -> Result<(), String> {
        thrown(Stride::of(what).and_then(|stride| self.0.back(stride)))
    }

    /// To a step of the past.
    pub fn go_to(&mut self, step: u32) -> Result<(), String> {
        thrown(self.0.go_to(step as usize))
    }

    /// Changes a weight by hand.
    pub fn set_weight(&mut self, param: &str, row: u32, column: u32, value: f64) -> Result<(), String> {
        thrown(self.0.set_weight(param, row as usize, column as usize, value))
    }

    /// How the training stands, without `params`.
    pub fn frame(&mut self) -> Result<String, String> {
        let frame = self.0.frame();
        thrown(text(&frame))
    }

    /// The `params` of the frame.
    pub fn params(&self) -> Vec<f64> {
        self.0.params()
    }

    /// The outputs over the plane or a line.
    pub fn regions(&mut self, resolution: u32) -> Result<Vec<f32>, String> {
        thrown(self.0.regions(resolution as usize))
    }

    /// The activations at a position over the plane or a line.
    pub fn unit_regions(&mut self, position: u32, resolution: u32) -> Result<Vec<f32>, String> {
        thrown(self.0.unit_regions(position as usize, resolution as usize))
    }

    /// The outputs for one sample.
    pub fn predict(&self, inputs: &[f64]) -> Result<Vec<f64>, String> {
        thrown(self.0.predict(inputs))
    }

    /// One sample on its way through the net.
    pub fn sample(&self, index: u32, test: bool) -> Result<String, String> {
        thrown(self.0.sample(index as usize, test).and_then(|view| text(&view)))
    }

    /// The equations of a target, for one of the training samples.
    pub fn explain(&mut self, sample: u32, target: &str) -> Result<String, String> {
        let explained = parse(target).and_then(|target| self.0.explain(sample as usize, &target));
        thrown(explained.and_then(|explained| text(&explained)))
    }

    /// What keeps the model from learning.
    pub fn diagnose(&self) -> Result<String, String> {
        thrown(text(&self.0.diagnose()))
    }

    /// The incoming weights of the units of the first layer, as images.
    pub fn images(&self, layer: u32) -> Result<Vec<f32>, String> {
        thrown(self.0.images(layer as usize))
    }

    /// The program that does the same.
    pub fn rust_program(&self) -> Result<String, String> {
        thrown(self.0.rust_program())
    }

    /// The model as a file of the library.
    pub fn model_file(&self) -> Result<Vec<u8>, String> {
        thrown(self.0.model_file())
    }

    /// A picture as SVG.
    pub fn picture(&mut self, kind: &str) -> Result<String, String> {
        thrown(self.0.picture(kind))
    }
}

fn text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Problem::new("json", error.to_string(), ""))
}

fn parse<T: DeserializeOwned>(json: &str) -> Result<T> {
    let help = "the link or the settings may be of another version";
    serde_json::from_str(json).map_err(|error| Problem::new("settings", error.to_string(), help))
}

fn thrown<T>(result: Result<T>) -> Result<T, String> {
    result.map_err(|problem| serde_json::to_string(&problem).unwrap_or(problem.message))
}
