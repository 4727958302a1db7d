//! What a file says of its model beside the tensors.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::archive::Archive;
use super::history::HistoryText;
use super::{FORMAT, Layers};
use crate::config::Value;
use crate::layer::Layer;
use crate::table::one_line;
use crate::{Config, Error, Float, Result, Sequential};

/// The key of the metadata.
pub(super) const KEY: &str = "chainrule";
/// A net of more layers is none that a file is likely to hold.
const MAX_LAYERS: usize = 10_000;

#[derive(Serialize, Deserialize)]
pub(super) struct Description {
    format: u64,
    version: String,
    pub(super) seed: u64,
    pub(super) input: Vec<usize>,
    layers: Vec<LayerText>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) features: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) classes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) columns: Option<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) history: Option<HistoryText>,
}

/// What every format has.
#[derive(Deserialize)]
struct Format {
    format: u64,
    #[serde(default)]
    version: String,
}

#[derive(PartialEq, Serialize, Deserialize)]
struct LayerText {
    name: String,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    config: Map<String, Json>,
}

impl Description {
    /// What is to be said of a model.
    pub(super) fn of<F: Float>(model: &Sequential<F>) -> Self {
        let config = |layer: &dyn Layer<F>| {
            layer.config().iter().map(|(name, value)| (name.to_owned(), to_json(value))).collect()
        };
        let layers = model.layers();
        let labels = model.labels();
        Description {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: model.seed(),
            input: model.input_shape().to_vec(),
            layers: layers
                .map(|layer| LayerText { name: layer.name().to_owned(), config: config(layer) })
                .collect(),
            features: labels.features.clone(),
            classes: labels.classes.clone(),
            columns: columns_to_json(model),
            history: None,
        }
    }

    /// What a file says.
    pub(super) fn read(archive: &Archive) -> Result<Self> {
        let Some(Format { format, version }) = archive.json(KEY)? else {
            let problem = "the file has tensors, but says nothing of the layers that they belong to";
            let help = "build the model, and fill it with Sequential::load_weights";
            return Err(Error::file(archive.path, 0, problem, help));
        };
        if format > FORMAT {
            let problem = format!(
                "the file is of format {format}, written by chainrule {}; this is chainrule {}, which opens formats up \
                 to {FORMAT}",
                one_line(&version),
                env!("CARGO_PKG_VERSION")
            );
            return Err(Error::file(archive.path, 0, problem, "update it: cargo update -p chainrule"));
        }
        let Some(description) = archive.json::<Description>(KEY)? else { return Self::read(archive) };
        if description.layers.len() > MAX_LAYERS {
            let problem = format!("the model is said to have {} layers", description.layers.len());
            return Err(Error::file(archive.path, 0, problem, "open a file with a smaller model"));
        }
        Ok(description)
    }

    /// Whether a model has the layers of this one.
    pub(super) fn check_same_layers(&self, model: &Description) -> Result<()> {
        let help = "build the model as it was when the file was written";
        let words = |layer: Option<&LayerText>| match layer {
            Some(LayerText { name, config }) if config.is_empty() => name.clone(),
            Some(LayerText { name, config }) => {
                let settings = config.iter().map(|(name, value)| format!("{name}: {value}"));
                format!("{name} ({})", settings.collect::<Vec<_>>().join(", "))
            }
            None => "no more layer".to_owned(),
        };
        if self.input != model.input {
            let [theirs, own] = [self, model].map(|model| format!("samples of shape {:?}", model.input));
            return Err(Error::data("the model", theirs, own, help));
        }
        let count = self.layers.len().max(model.layers.len());
        let mut pairs = (0..count).map(|index| (index, self.layers.get(index), model.layers.get(index)));
        match pairs.find(|(_, theirs, own)| theirs != own) {
            Some((index, theirs, own)) => {
                let [theirs, own] = [theirs, own].map(|layer| one_line(&words(layer)));
                Err(Error::data(format!("layer {index} of the model"), theirs, own, help))
            }
            None => Ok(()),
        }
    }

    /// The layers, as yet without numbers.
    pub(super) fn layers<F: Float>(&self, known: &Layers<F>) -> Result<Vec<Box<dyn Layer<F>>>> {
        let make = |(index, LayerText { name, config }): (usize, &LayerText)| {
            let config = config
                .iter()
                .fold(Config::new(), |config, (name, value)| config.with(name, from_json(value)));
            known.make(name, &config).map_err(|error| error.in_layer(index, name))
        };
        self.layers.iter().enumerate().map(make).collect()
    }
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::Flag(flag) => (*flag).into(),
        Value::Count(count) => (*count).into(),
        Value::Number(number) if number.is_finite() => (*number).into(),
        Value::Number(number) => number.to_string().into(), // JSON has no such numbers
        Value::Text(text) => text.as_str().into(),
        Value::List(values) => values.iter().map(to_json).collect(),
    }
}

fn from_json(json: &Json) -> Value {
    match json {
        Json::Bool(flag) => (*flag).into(),
        Json::Number(number) => match number.as_u64().and_then(|count| usize::try_from(count).ok()) {
            Some(count) => count.into(),
            None => number.as_f64().unwrap_or(f64::NAN).into(),
        },
        Json::String(text) => text.as_str().into(),
        Json::Array(values) => Value::List(values.iter().map(from_json).collect()),
        Json::Null | Json::Object(_) => Value::List(Vec::new()), // no setting is one
    }
}

#[cfg(feature = "csv")]
fn columns_to_json<F: Float>(model: &Sequential<F>) -> Option<Json> {
    model.columns().and_then(|columns| serde_json::to_value(columns).ok())
}

#[cfg(not(feature = "csv"))]
fn columns_to_json<F: Float>(model: &Sequential<F>) -> Option<Json> {
    model.labels().columns.as_ref().and_then(|columns| serde_json::from_str(columns).ok())
}
