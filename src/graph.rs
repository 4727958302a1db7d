//! A scalar computation graph: what bigger frameworks do instead of layers.
//!
//! Each operation on a [`Var`] computes its value at once and leaves a node in the [`Graph`]: which operation it was,
//! on what, and how steep it is there (the local derivative). The chain rule then walks the nodes from the last to the
//! first and hands each gradient on, times the local derivative. No operation knows more than itself.
//!
//! ```
//! use chainrule::graph::Graph;
//!
//! // two apples for 100 each, 10 % tax
//! let graph = Graph::new();
//! let price = graph.var("price", 100.0);
//! let count = graph.var("count", 2.0);
//! let tax = graph.var("tax", 1.1);
//!
//! let total = price * count * tax;
//! total.backward();
//! assert!((total.value() - 220.0).abs() < 1e-12);
//! assert!((price.gradient() - 2.2).abs() < 1e-12);   // 1 more for an apple makes 2.2 more in total
//!
//! price.set(101.0);
//! assert!((total.forward() - 222.2).abs() < 1e-12);
//! ```

use std::cell::RefCell;
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

mod nodes;

pub use nodes::{Edge, Node};

/// Variables, constants and operations, each behind what it is computed from.
///
/// That order makes both directions a simple walk: forward through the list, backward against it.
#[derive(Debug, Default)]
pub struct Graph {
    nodes: RefCell<Vec<Entry>>,
}

#[derive(Debug)]
struct Entry {
    name: Option<String>,
    op: Op,
    /// the nodes that it is computed from, each with the local derivative ∂(this)/∂(input)
    inputs: Vec<(usize, f64)>,
    value: f64,
    gradient: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Op {
    Variable,
    Constant,
    Add,
    Sub,
    Mul,
    Div,
    Neg,
    Pow(f64),
    Exp,
    Ln,
    Tanh,
    Relu,
    Sigmoid,
}

impl Op {
    /// y, ∂y/∂a and ∂y/∂b of y = a op b; functions of one number ignore b.
    fn apply(self, a: f64, b: f64) -> (f64, [f64; 2]) {
        match self {
            Op::Variable | Op::Constant => (a, [0.0, 0.0]),
            Op::Add => (a + b, [1.0, 1.0]),
            Op::Sub => (a - b, [1.0, -1.0]),
            Op::Mul => (a * b, [b, a]),
            Op::Div => (a / b, [1.0 / b, -a / (b * b)]),
            Op::Neg => (-a, [-1.0, 0.0]),
            Op::Pow(0.0) => (1.0, [0.0, 0.0]),
            Op::Pow(n) => (a.powf(n), [n * a.powf(n - 1.0), 0.0]),
            Op::Exp => (a.exp(), [a.exp(), 0.0]),
            Op::Ln => (a.ln(), [1.0 / a, 0.0]),
            Op::Tanh => (a.tanh(), [1.0 - a.tanh() * a.tanh(), 0.0]),
            Op::Relu if a <= 0.0 => (0.0, [0.0, 0.0]),
            Op::Relu => (a, [1.0, 0.0]),
            Op::Sigmoid => {
                let y = 1.0 / (1.0 + (-a).exp());
                (y, [y * (1.0 - y), 0.0])
            }
        }
    }
}

impl Graph {
    /// A graph without nodes.
    pub fn new() -> Self {
        Self::default()
    }

    /// A variable with its first value: what gradients are wanted for.
    pub fn var(&self, name: impl Into<String>, value: f64) -> Var<'_> {
        self.push(Op::Variable, &[], value).named(name)
    }

    /// A number that never changes; numbers in formulas (`2.0 * x`) become one by themselves.
    pub fn constant(&self, value: f64) -> Var<'_> {
        self.push(Op::Constant, &[], value)
    }

    fn push(&self, op: Op, inputs: &[usize], value: f64) -> Var<'_> {
        let mut nodes = self.nodes.borrow_mut();
        let inputs = inputs.iter().map(|&input| (input, 0.0)).collect();
        nodes.push(Entry { name: None, op, inputs, value, gradient: 0.0 });
        let id = nodes.len() - 1;
        compute(&mut nodes, id);
        Var { graph: self, id }
    }
}

/// Fills a node's value and local derivatives from its inputs.
#[expect(clippy::indexing_slicing, reason = "inputs are nodes that came before")]
fn compute(nodes: &mut [Entry], id: usize) {
    let input = |index: usize| nodes[id].inputs.get(index).map(|&(input, _)| nodes[input].value);
    let Some(a) = input(0) else { return };
    let (value, derivatives) = nodes[id].op.apply(a, input(1).unwrap_or_default());
    nodes[id].value = value;
    for ((_, derivative), new) in nodes[id].inputs.iter_mut().zip(derivatives) {
        *derivative = new;
    }
}

/// A number in a [`Graph`], to calculate with.
///
/// It is a handle, as cheap to copy as a reference. `+ - * /` take another one of the same graph or an `f64`.
#[derive(Clone, Copy)]
pub struct Var<'g> {
    graph: &'g Graph,
    id: usize,
}

impl<'g> Var<'g> {
    /// Its value. After a [`set`](Var::set) somewhere before it, run [`forward`](Var::forward) first.
    pub fn value(self) -> f64 {
        self.node(|node| node.value)
    }

    /// The derivative of whichever node last ran [`backward`](Var::backward) with respect to this one; 0 before that.
    pub fn gradient(self) -> f64 {
        self.node(|node| node.gradient)
    }

    /// Its position in [`Graph::nodes`].
    pub fn id(self) -> usize {
        self.id
    }

    /// This node under that name.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.node(|node| node.name = Some(name));
        self
    }

    /// Gives a variable another value. What is computed from it follows with the next [`forward`](Var::forward); a
    /// node that is itself computed goes back to its own value then.
    pub fn set(self, value: f64) {
        self.node(|node| node.value = value);
    }

    /// Computes everything before this node, and it, from the present values of the variables; returns its value.
    pub fn forward(self) -> f64 {
        let mut nodes = self.graph.nodes.borrow_mut();
        for id in 0..=self.id {
            compute(&mut nodes, id);
        }
        drop(nodes);
        self.value()
    }

    /// Looks at its entry, or changes it.
    #[expect(clippy::indexing_slicing, reason = "a graph has the nodes of its variables, and loses none")]
    fn node<R>(self, look: impl FnOnce(&mut Entry) -> R) -> R {
        look(&mut self.graph.nodes.borrow_mut()[self.id])
    }

    /// The chain rule: fills every node's gradient with the derivative of this node with respect to it.
    ///
    /// It starts from zeros, so calling it again changes nothing. A node that is used twice gets the sum of both ways.
    #[expect(clippy::indexing_slicing, reason = "inputs are nodes that came before")]
    pub fn backward(self) {
        self.forward();
        let mut nodes = self.graph.nodes.borrow_mut();
        nodes.iter_mut().for_each(|node| node.gradient = 0.0);
        nodes[self.id].gradient = 1.0;
        for id in (0..=self.id).rev() {
            let (before, rest) = nodes.split_at_mut(id);
            for &(input, derivative) in &rest[0].inputs {
                // a node without influence hands on nothing, however steep it is
                if rest[0].gradient != 0.0 {
                    before[input].gradient += rest[0].gradient * derivative;
                }
            }
        }
    }

    /// selfⁿ for a number n, whole or not. The power 0 is 1 everywhere.
    pub fn pow(self, n: impl Into<f64>) -> Self {
        self.function(Op::Pow(n.into()))
    }

    /// eˣ.
    pub fn exp(self) -> Self {
        self.function(Op::Exp)
    }

    /// The natural logarithm.
    pub fn ln(self) -> Self {
        self.function(Op::Ln)
    }

    /// The hyperbolic tangent.
    pub fn tanh(self) -> Self {
        self.function(Op::Tanh)
    }

    /// max(0, x); the derivative at 0 is taken as 0.
    pub fn relu(self) -> Self {
        self.function(Op::Relu)
    }

    /// 1 / (1 + e⁻ˣ).
    pub fn sigmoid(self) -> Self {
        self.function(Op::Sigmoid)
    }

    fn function(self, op: Op) -> Self {
        self.graph.push(op, &[self.id], 0.0)
    }

    /// # Panics
    /// If the other number belongs to another graph: there is no gradient between two graphs.
    fn with(self, op: Op, other: Self) -> Self {
        assert!(
            std::ptr::eq(self.graph, other.graph),
            "{self:?} and {other:?} belong to two different graphs"
        );
        self.graph.push(op, &[self.id, other.id], 0.0)
    }
}

impl fmt::Debug for Var<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, value, gradient) = self.node(|node| (node.name.clone(), node.value, node.gradient));
        let name = name.unwrap_or_else(|| format!("node {}", self.id));
        write!(f, "{name} = {value} (gradient {gradient})")
    }
}

/// `a op b` for two numbers of a graph, and for one with an `f64` on either side.
macro_rules! operator {
    ($trait:ident, $method:ident) => {
        impl<'g> $trait for Var<'g> {
            type Output = Var<'g>;

            fn $method(self, other: Var<'g>) -> Var<'g> {
                self.with(Op::$trait, other)
            }
        }

        impl<'g> $trait<f64> for Var<'g> {
            type Output = Var<'g>;

            fn $method(self, other: f64) -> Var<'g> {
                self.with(Op::$trait, self.graph.constant(other))
            }
        }

        impl<'g> $trait<Var<'g>> for f64 {
            type Output = Var<'g>;

            fn $method(self, other: Var<'g>) -> Var<'g> {
                other.graph.constant(self).with(Op::$trait, other)
            }
        }
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);

impl Neg for Var<'_> {
    type Output = Self;

    fn neg(self) -> Self {
        self.function(Op::Neg)
    }
}

#[cfg(test)]
mod tests;
