//! The graph that grows layer by layer.

use std::collections::HashSet;

use super::Node;
use super::proto::{NodeProto, TensorProto, data_type};
use crate::layer::Param;
use crate::{Error, Float, Result};

/// A graph of ONNX, to which a rule adds what its layer computes. Every value has a name.
///
/// # Examples
/// See [`Onnx::layer`](super::Onnx::layer).
#[derive(Debug)]
pub struct Graph {
    double: bool,
    /// the layer that is written, as a prefix of names
    pub(super) layer: String,
    pub(super) nodes: Vec<NodeProto>,
    pub(super) tensors: Vec<TensorProto>,
    names: HashSet<String>,
}

impl Graph {
    pub(super) fn new(double: bool) -> Self {
        Graph {
            double,
            layer: String::new(),
            nodes: Vec::new(),
            tensors: Vec::new(),
            names: HashSet::from(["input".to_owned()]),
        }
    }

    /// Whether its numbers are f64, as those of the model, and not f32. ONNX Runtime knows some operations only in f32.
    pub fn is_double(&self) -> bool {
        self.double
    }

    /// Adds an operation of one output; returns that value's name.
    pub fn add(&mut self, node: Node) -> String {
        let mut node = node.0;
        let operation = node.op_type.as_deref().unwrap_or_default().to_lowercase();
        let name = self.name(&operation);
        node.output = vec![name.clone()];
        node.name = Some(name.clone());
        self.nodes.push(node);
        name
    }

    /// Adds the numbers of a parameter, in its [own shape](Param::shape); returns their name, such as `0.weight`.
    ///
    /// # Errors
    /// As [`numbers`](Self::numbers).
    pub fn param<F: Float>(&mut self, param: &Param<F>) -> Result<String> {
        self.numbers(param.name, param.shape(), param.value.iter().map(|number| number.as_f64()))
    }

    /// Adds numbers of that shape, of the type that the graph has; returns their name.
    ///
    /// # Errors
    /// [`Error::Data`] if a graph in f32 gets a finite number that only f64 can hold; [`Error::Mismatch`] if there are
    /// not as many numbers as the shape says.
    pub fn numbers(
        &mut self,
        name: &str,
        shape: &[usize],
        numbers: impl IntoIterator<Item = f64>,
    ) -> Result<String> {
        let mut bytes = Vec::new();
        for number in numbers {
            match (self.double, number as f32) {
                (true, _) => bytes.extend_from_slice(&number.to_le_bytes()),
                (false, single) if single.is_finite() || !number.is_finite() => {
                    bytes.extend_from_slice(&single.to_le_bytes());
                }
                _ => {
                    let help = "write the model in f64, or look for what made it grow";
                    return Err(Error::data(name, "numbers that f32 can hold", format!("{number:e}"), help));
                }
            }
        }
        let size = if self.double { 8 } else { 4 };
        let promised = shape.iter().try_fold(size, |bytes: usize, &axis| bytes.checked_mul(axis));
        if promised != Some(bytes.len()) {
            let problem =
                format!("{name} has {} numbers, but is to have the shape {shape:?}", bytes.len() / size);
            return Err(Error::mismatch(problem, "give a shape whose product is the number of entries"));
        }
        let data_type = if self.double { data_type::DOUBLE } else { data_type::FLOAT };
        Ok(self.tensor(
            name,
            shape,
            TensorProto { data_type: Some(data_type), raw_data: Some(bytes), ..Default::default() },
        ))
    }

    /// Adds one number, which fits to any shape; returns its name.
    ///
    /// # Errors
    /// As [`numbers`](Self::numbers).
    pub fn number(&mut self, name: &str, number: f64) -> Result<String> {
        self.numbers(name, &[], [number])
    }

    /// Adds a list of whole numbers, such as the shape that `Reshape` asks for; returns its name.
    pub fn ints(&mut self, name: &str, ints: &[i64]) -> String {
        let raw_data = Some(ints.iter().flat_map(|int| int.to_le_bytes()).collect());
        let tensor = TensorProto { data_type: Some(data_type::INT64), raw_data, ..Default::default() };
        self.tensor(name, &[ints.len()], tensor)
    }

    /// Adds a list of texts; returns its name.
    pub fn texts<'a>(&mut self, name: &str, texts: impl IntoIterator<Item = &'a str>) -> String {
        let string_data: Vec<Vec<u8>> = texts.into_iter().map(|text| text.as_bytes().to_vec()).collect();
        let shape = [string_data.len()];
        let tensor = TensorProto { data_type: Some(data_type::STRING), string_data, ..Default::default() };
        self.tensor(name, &shape, tensor)
    }

    fn tensor(&mut self, name: &str, shape: &[usize], mut tensor: TensorProto) -> String {
        let name = self.name(name);
        tensor.name = Some(name.clone());
        tensor.dims = shape.iter().map(|&axis| axis as i64).collect();
        self.tensors.push(tensor);
        name
    }

    /// A name that no value has yet: `3.gelu.mul`, and `3.gelu.mul_2` for a second one.
    fn name(&mut self, own: &str) -> String {
        let first = if self.layer.is_empty() { own.to_owned() } else { format!("{}.{own}", self.layer) };
        let mut name = first.clone();
        let mut number = 1;
        while !self.names.insert(name.clone()) {
            number += 1;
            name = format!("{first}_{number}");
        }
        name
    }

    /// Whether a value has that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Gives a value another name wherever it is made or used.
    pub(super) fn rename(&mut self, old: &str, new: &str) {
        let names = self.nodes.iter_mut().flat_map(|node| node.input.iter_mut().chain(&mut node.output));
        names.filter(|name| *name == old).for_each(|name| new.clone_into(name));
    }
}
