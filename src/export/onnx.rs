//! ONNX: a model as a graph that ONNX Runtime and others compute.

use std::path::Path;

use prost::Message;

use super::rules::{check_type, no_rule};
use super::{Exported, Rules};
use crate::{Error, Float, Result, Sequential, disk};

mod graph;
mod label;
mod layers;
mod node;
mod proto;
#[cfg(test)]
mod tests;

pub use graph::Graph;
pub use node::{Attribute, Node};
use proto::{
    Dimension, GraphProto, ModelProto, OperatorSetIdProto, StringStringEntryProto, TensorShapeProto,
    TensorType, TypeProto, ValueInfoProto, data_type,
};

/// Operator set 17 and IR version 8, of 2022: the first with LayerNormalization, for ONNX Runtime 1.12 and later.
const OPSET: i64 = 17;
const IR_VERSION: i64 = 8;

/// Writes a model as ONNX, with rules of one's own for layers that the library does not know.
///
/// [`Sequential::to_onnx`] and [`Sequential::export_onnx`] do it with the library's layers alone. Operators are those of set 17
/// of the ONNX standard.
///
/// # Examples
/// See [`layer`](Self::layer).
#[derive(Debug)]
pub struct Onnx<'a, F: Float> {
    rules: Rules<Rule<'a, F>>,
    in_f32: bool,
}

type Rule<'a, F> = dyn Fn(&Exported<F>, &mut Graph, &str) -> Result<String> + 'a;

impl<'a, F: Float> Onnx<'a, F> {
    /// The rules for the library's own layers, and the numbers as the model has them.
    #[expect(clippy::new_without_default, reason = "exporters are made by `new`")]
    pub fn new() -> Self {
        Onnx { rules: Rules::new(), in_f32: false }
    }

    /// Writes a model in f64 as one in f32: half the size and twice as fast. ONNX Runtime computes `Conv2D`, `AvgPool2D` and the
    /// exact `GELU` in f32 only.
    ///
    /// # Examples
    /// ```
    /// use chainrule::export::Onnx;
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f64>::new([64]).add(Dense::new(64)).build(1)?;
    /// let single = Onnx::new().in_f32().write(&model)?;
    /// assert!(single.len() < model.to_onnx()?.len() * 6 / 10);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn in_f32(mut self) -> Self {
        self.in_f32 = true;
        self
    }

    /// Adds a rule for the layers of that name; it comes before that of the library, if there is one.
    ///
    /// The rule gets the layer, the graph, and the name of the value that goes into the layer, of shape N × the sample's. It
    /// returns the name of what comes out. Layers that [skip](crate::Layer::skips) others leave the sum to the model here too.
    ///
    /// # Examples
    /// ```
    /// use chainrule::export::{Node, Onnx};
    /// use chainrule::prelude::*;
    ///
    /// #[derive(Clone, Debug)]
    /// struct Square;
    ///
    /// impl<F: Float> Layer<F> for Square {
    ///     fn name(&self) -> &str {
    ///         "square"
    ///     }
    /// #   fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
    /// #       azip!((y in y, &x in x) *y = x * x);
    /// #   }
    /// #   fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
    /// #       azip!((dx in dx, &x in pass.x, &dy in pass.dy) *dx = (x + x) * dy);
    /// #   }
    ///     // …
    /// }
    ///
    /// let model = Sequential::<f32>::new([2]).add(Dense::new(3)).add(Square).build(1)?;
    /// let error = model.to_onnx().unwrap_err().to_string();
    /// assert!(error.contains("give a rule for it: Onnx::new().layer(\"square\", …)"));
    ///
    /// let bytes = Onnx::new()
    ///     .layer("square", |_, graph, x| Ok(graph.add(Node::new("Mul", [x, x]))))
    ///     .write(&model)?;
    /// assert!(bytes.windows(3).any(|part| part == b"Mul"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn layer(
        mut self,
        name: &str,
        rule: impl Fn(&Exported<F>, &mut Graph, &str) -> Result<String> + 'a,
    ) -> Self {
        self.rules.add(name, Box::new(rule));
        self
    }

    /// The bytes of an ONNX file.
    ///
    /// # Errors
    /// As [`Sequential::to_onnx`], and the errors of the rules.
    ///
    /// # Examples
    /// See [`layer`](Self::layer).
    pub fn write(&self, model: &Sequential<F>) -> Result<Vec<u8>> {
        let file = self.model(model)?;
        check_size(file.encoded_len())?;
        Ok(file.encode_to_vec())
    }

    /// Writes an ONNX file, whole or not at all.
    ///
    /// # Errors
    /// As [`write`](Self::write); [`Error::Io`] if it can't be written.
    ///
    /// # Examples
    /// See [`Sequential::export_onnx`].
    pub fn save(&self, model: &Sequential<F>, path: impl AsRef<Path>) -> Result<()> {
        disk::write(path, self.write(model)?)
    }

    fn model(&self, model: &Sequential<F>) -> Result<ModelProto> {
        let double = size_of::<F>() == size_of::<f64>() && !self.in_f32;
        let graph = self.graph(model, double)?;
        let mut metadata = Vec::new();
        for (key, names) in [("class_names", model.class_names()), ("feature_names", model.feature_names())] {
            if !names.is_empty() {
                let value = serde_json::Value::from(names.to_vec()).to_string();
                metadata.push(StringStringEntryProto { key: Some(key.to_owned()), value: Some(value) });
            }
        }
        let numbers = if double { data_type::DOUBLE } else { data_type::FLOAT };
        let mut output = vec![value("output", numbers, model.output_shape(), "what the last layer gives")];
        if label::applies(model) {
            output.push(value("label", data_type::STRING, &[], "the name of the most probable class"));
        }
        Ok(ModelProto {
            ir_version: Some(IR_VERSION),
            producer_name: Some("chainrule".to_owned()),
            producer_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            doc_string: Some(model.to_string()),
            opset_import: vec![OperatorSetIdProto { domain: Some(String::new()), version: Some(OPSET) }],
            metadata_props: metadata,
            graph: Some(GraphProto {
                node: graph.nodes,
                name: Some("chainrule".to_owned()),
                initializer: graph.tensors,
                input: vec![value("input", numbers, model.input_shape(), "a batch of N samples")],
                output,
            }),
        })
    }

    /// The operations of all layers, from `input` to `output`, and to `label` if the classes have names.
    #[expect(clippy::indexing_slicing, reason = "a value is there for the inputs and for each layer before")]
    fn graph(&self, model: &Sequential<F>, double: bool) -> Result<Graph> {
        let mut graph = Graph::new(double);
        let mut values = vec!["input".to_owned()];
        for (index, layer) in model.exported().enumerate() {
            let name = layer.layer().name();
            graph.layer = format!("{index}.{name}");
            let x = values.last().cloned().unwrap_or_default();
            let y = match (self.rules.find(name), layers::rule(name)) {
                (Some(rule), _) => rule(&layer, &mut graph, &x),
                (None, Some(rule)) => {
                    check_type(layer.layer(), "Onnx").and_then(|()| rule(&layer, &mut graph, &x))
                }
                (None, None) => no_rule(&layer, "ONNX", "Onnx"),
            };
            let y = y.and_then(|y| if graph.has(&y) { Ok(y) } else { Err(no_value(&y)) });
            let mut y = y.map_err(|error| error.in_layer(index, name))?;
            if let Some(layers) = layer.layer().skips() {
                y = graph.add(Node::new("Add", [&y, &values[index.saturating_sub(layers)]]));
            }
            values.push(y);
        }
        graph.layer.clear();
        let mut last = values.pop().unwrap_or_default();
        if !graph.nodes.iter().any(|node| node.output.contains(&last)) {
            last = graph.add(Node::new("Identity", [last]));
        }
        graph.rename(&last, "output");
        label::add(model, &mut graph)?;
        Ok(graph)
    }
}

/// The size of a file that the format allows, 2 GiB - 1.
const MOST_BYTES: usize = i32::MAX as usize;

fn check_size(bytes: usize) -> Result<()> {
    if bytes <= MOST_BYTES {
        return Ok(());
    }
    let problem = format!("the model takes {bytes} bytes, and an ONNX file holds at most {MOST_BYTES}");
    Err(Error::mismatch(problem, "take fewer units, or write a model in f64 as f32: Onnx::new().in_f32()"))
}

/// What a rule returned, if that is none of the graph's values.
fn no_value(name: &str) -> Error {
    let help = "return the name that Graph::add has given, or the input for a layer that changes nothing";
    Error::data("what its rule returned", "the name of a value in the graph", format!("{name:?}"), help)
}

/// The type of a value: N samples of that shape.
fn value(name: &str, numbers: i32, sample: &[usize], doc: &str) -> ValueInfoProto {
    let batch = Dimension { dim_param: Some("N".to_owned()), ..Default::default() };
    let axis = |&size: &usize| Dimension { dim_value: Some(size as i64), ..Default::default() };
    let shape = TensorShapeProto { dim: std::iter::once(batch).chain(sample.iter().map(axis)).collect() };
    let tensor = TensorType { elem_type: Some(numbers), shape: Some(shape) };
    ValueInfoProto {
        name: Some(name.to_owned()),
        r#type: Some(TypeProto { tensor_type: Some(tensor) }),
        doc_string: Some(doc.to_owned()),
    }
}

impl<F: Float> Sequential<F> {
    /// The model as the bytes of an ONNX file.
    ///
    /// ```text
    /// input     N × input shape                     f32 or f64, as the model's numbers
    /// output    N × output shape                    what predict() gives
    /// label     N texts                             if the model has class names: the most probable class of each
    /// ```
    ///
    /// N is free, so the graph takes batches of any size. The operators are those of set 17, which ONNX Runtime has since
    /// version 1.12. A [`Rescale`](crate::Rescale) goes along; [`Dropout`](crate::Dropout) does nothing in predictions and
    /// leaves no trace. The names of classes and features are in the metadata too, as JSON lists `class_names` and
    /// `feature_names`, and the table of layers is the description. Attributes of ONNX, such as the ε of a normalisation, are
    /// f32 in a model of f64 as well, and ONNX Runtime lacks some operations in f64: [`Onnx::in_f32`].
    ///
    /// # Errors
    /// [`Error::Layer`] with the first layer that is none of the library's ([`Onnx`] takes rules for those);
    /// [`Error::Mismatch`] for a model of more than 2 GiB, which the format can't hold.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([4]).add(Dense::new(3)).add(Softmax).build(1)?;
    /// assert!(model.to_onnx()?.windows(7).any(|part| part == b"Softmax"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn to_onnx(&self) -> Result<Vec<u8>> {
        Onnx::new().write(self)
    }

    /// Writes the model as an ONNX file, whole or not at all: see [`to_onnx`](Self::to_onnx).
    ///
    /// # Errors
    /// As [`to_onnx`](Self::to_onnx); [`Error::Io`] if the file can't be written.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// # let path = std::env::temp_dir().join(format!("chainrule-{}.onnx", std::process::id()));
    /// let model = Sequential::<f32>::new([4]).add(Dense::new(3)).add(Softmax).build(1)?;
    /// model.export_onnx(&path)?;
    /// # assert_eq!(std::fs::read(&path).unwrap(), model.to_onnx()?);
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn export_onnx(&self, path: impl AsRef<Path>) -> Result<()> {
        Onnx::new().save(self, path)
    }
}
