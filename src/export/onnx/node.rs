//! An operation of a graph.

use super::proto::{AttributeProto, NodeProto, attribute_type};
use crate::kernels::Size2D;

/// An operation of ONNX with its inputs and attributes; [`Graph::add`](super::Graph::add) puts it into a graph.
///
/// # Examples
/// See [`Onnx::layer`](super::Onnx::layer).
#[derive(Clone, Debug)]
pub struct Node(pub(super) NodeProto);

/// A setting of an operation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Attribute {
    /// A count, an axis, or 0 and 1 for no and yes.
    Int(i64),
    /// Several of them.
    Ints(Vec<i64>),
    /// A number; ONNX has no attributes in f64.
    Float(f32),
    /// A text.
    Text(String),
}

impl Node {
    /// The operation of that name, such as `Mul`, of the operator set that [`Onnx`](super::Onnx) states.
    pub fn new<S: Into<String>>(operation: &str, inputs: impl IntoIterator<Item = S>) -> Self {
        let input = inputs.into_iter().map(Into::into).collect();
        Node(NodeProto { input, op_type: Some(operation.to_owned()), ..Default::default() })
    }

    /// The operation with one attribute more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Attribute>) -> Self {
        let mut attribute = AttributeProto { name: Some(name.to_owned()), ..Default::default() };
        attribute.r#type = Some(match value.into() {
            Attribute::Int(int) => {
                attribute.i = Some(int);
                attribute_type::INT
            }
            Attribute::Ints(ints) => {
                attribute.ints = ints;
                attribute_type::INTS
            }
            Attribute::Float(float) => {
                attribute.f = Some(float);
                attribute_type::FLOAT
            }
            Attribute::Text(text) => {
                attribute.s = Some(text.into_bytes());
                attribute_type::STRING
            }
        });
        self.0.attribute.push(attribute);
        self
    }
}

impl From<i64> for Attribute {
    fn from(int: i64) -> Self {
        Attribute::Int(int)
    }
}

impl From<f32> for Attribute {
    fn from(float: f32) -> Self {
        Attribute::Float(float)
    }
}

impl From<&str> for Attribute {
    fn from(text: &str) -> Self {
        Attribute::Text(text.to_owned())
    }
}

impl From<Vec<i64>> for Attribute {
    fn from(ints: Vec<i64>) -> Self {
        Attribute::Ints(ints)
    }
}

impl From<Size2D> for Attribute {
    fn from(Size2D { height, width }: Size2D) -> Self {
        vec![height as i64, width as i64].into()
    }
}
