//! The `nn.Sequential` that belongs to a model, as Python source.

use super::rules::{check_type, no_rule};
use super::{Exported, Rules};
use crate::{Float, Result, Sequential};

mod layers;
#[cfg(test)]
mod tests;

/// Writes a model as a PyTorch module, with rules of one's own for layers that the library does not know.
///
/// [`Sequential::to_pytorch`] does it with the library's layers alone.
///
/// # Examples
/// See [`layer`](Self::layer).
#[derive(Debug)]
pub struct PyTorch<'a, F: Float> {
    rules: Rules<Rule<'a, F>>,
}

type Rule<'a, F> = dyn Fn(&Exported<F>) -> Result<Module> + 'a;

/// What stands for a layer in an `nn.Sequential`.
///
/// # Examples
/// See [`PyTorch::layer`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    call: String,
    class: Option<String>,
}

impl Module {
    /// The module that this expression makes, such as `nn.ReLU()`.
    pub fn new(call: impl Into<String>) -> Self {
        Module { call: call.into(), class: None }
    }

    /// The module with the source of a class that it needs. Of several modules with the same source it is written once.
    #[must_use]
    pub fn with_class(mut self, source: impl Into<String>) -> Self {
        self.class = Some(source.into());
        self
    }
}

impl<'a, F: Float> PyTorch<'a, F> {
    /// The rules for the library's own layers.
    #[expect(clippy::new_without_default, reason = "exporters are made by `new`")]
    pub fn new() -> Self {
        PyTorch { rules: Rules::new() }
    }

    /// Adds a rule for the layers of that name; it comes before that of the library, if there is one.
    ///
    /// The module's parameters and buffers have to have the names and the
    /// [shapes in files](crate::layer::Param::shape_in_files) that the layer's have.
    ///
    /// # Examples
    /// ```
    /// use chainrule::export::{Module, PyTorch};
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
    /// let error = model.to_pytorch().unwrap_err().to_string();
    /// assert!(error.contains("give a rule for it: PyTorch::new().layer(\"square\", …)"));
    ///
    /// let class = "class Square(nn.Module):\n    def forward(self, x):\n        return x * x\n";
    /// let source = PyTorch::new()
    ///     .layer("square", |_| Ok(Module::new("Square()").with_class(class)))
    ///     .write(&model)?;
    /// assert!(source.contains("    nn.Linear(2, 3),\n    Square(),\n"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn layer(mut self, name: &str, rule: impl Fn(&Exported<F>) -> Result<Module> + 'a) -> Self {
        self.rules.add(name, Box::new(rule));
        self
    }

    /// The Python source of that model.
    ///
    /// # Errors
    /// As [`Sequential::to_pytorch`], and the errors of the rules.
    ///
    /// # Examples
    /// See [`layer`](Self::layer).
    pub fn write(&self, model: &Sequential<F>) -> Result<String> {
        let mut parts = Parts::default();
        for (index, layer) in model.exported().enumerate() {
            let name = layer.layer().name();
            let module = match (self.rules.find(name), layers::rule(name)) {
                (Some(rule), _) => rule(&layer),
                (None, Some(rule)) => check_type(layer.layer(), "PyTorch").and_then(|()| rule(&layer)),
                (None, None) => no_rule(&layer, "PyTorch", "PyTorch"),
            };
            let module = module.map_err(|error| error.in_layer(index, name))?;
            parts.add(index, module, layer.layer().skips());
        }
        Ok(parts.source(model.input_shape(), size_of::<F>() == size_of::<f64>()))
    }
}

impl<F: Float> Sequential<F> {
    /// The model as Python source: a `model` that is an `nn.Sequential` in which module i is layer i.
    ///
    /// Its parameters have the names and shapes of those in the model's file (`save`), which PyTorch loads with
    /// `model.load_state_dict(safetensors.torch.load_file(path))`. Where PyTorch has no module that computes the same, a small class
    /// is written before it, and one that adds what goes around a [`Residual`](crate::Residual)'s block. A model in f64 becomes
    /// one in `torch.float64`. It is in evaluation mode; `model.train()` makes Dropout and BatchNorm train again.
    ///
    /// # Errors
    /// [`Error::Layer`](crate::Error::Layer) with the first layer that is none of the library's; [`PyTorch`] takes rules for those.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([28, 28]).add(Flatten).add(Dense::new(10)).add(Softmax).build(1)?;
    /// let source = "model = nn.Sequential(\n    nn.Flatten(),\n    nn.Linear(784, 10),\n    nn.Softmax(dim=1),\n)\n";
    /// assert!(model.to_pytorch()?.contains(source));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn to_pytorch(&self) -> Result<String> {
        PyTorch::new().write(self)
    }
}

/// The parts of the source.
#[derive(Default)]
struct Parts {
    classes: Vec<String>,
    calls: Vec<String>,
    /// the module to whose output something is added, and the one whose input that is
    skips: Vec<(usize, usize)>,
}

impl Parts {
    fn add(&mut self, index: usize, module: Module, skips: Option<usize>) {
        self.calls.push(module.call);
        if let Some(class) = module.class.filter(|class| !self.classes.contains(class)) {
            self.classes.push(class);
        }
        self.skips.extend(skips.map(|layers| (index, index.saturating_sub(layers))));
    }

    fn source(mut self, input: &[usize], double: bool) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let axes = input.iter().map(|axis| format!(" × {axis}")).collect::<String>();
        let mut text = format!(
            "\"\"\"A model of chainrule {version}, for batches of N{axes}.\n\n    \
             model.load_state_dict(safetensors.torch.load_file(path))\n\"\"\"\n\n"
        );
        text.push_str("import torch\nfrom torch import nn\n");
        let mut sequential = "nn.Sequential";
        if !self.skips.is_empty() {
            sequential = "Sequential";
            self.classes.push(SEQUENTIAL.to_owned());
        }
        for class in &self.classes {
            text.push_str(&format!("\n\n{}\n", class.trim_end()));
        }
        text.push_str(if self.classes.is_empty() { "\n" } else { "\n\n" });
        text.push_str(&format!("model = {sequential}(\n"));
        for call in &self.calls {
            text.push_str(&format!("    {call},\n"));
        }
        if !self.skips.is_empty() {
            let skips: Vec<String> = self.skips.iter().map(|(to, from)| format!("{to}: {from}")).collect();
            text.push_str(&format!("    skips={{{}}},\n", skips.join(", ")));
        }
        text.push_str(if double { ").double()\n" } else { ")\n" });
        text.push_str("model.eval()\n");
        text
    }
}

/// The model around blocks; names stay those of an `nn.Sequential`.
const SEQUENTIAL: &str = r#"class Sequential(nn.Sequential):
    """Modules in a row. skips[i] = j: to what module i makes, what went into module j is added."""

    def __init__(self, *modules, skips):
        super().__init__(*modules)
        self.skips = skips

    def forward(self, x):
        inputs = []
        for index, module in enumerate(self):
            inputs.append(x)
            x = module(x)
            if index in self.skips:
                x = x + inputs[self.skips[index]]
        return x
"#;

#[cfg(all(test, feature = "onnx"))]
pub(super) fn has_rule(name: &str) -> bool {
    layers::rule::<f32>(name).is_some()
}
