//! Dense: every output is a weighted sum of every input.

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis};

use super::{Layer, Layout, Memory, Output, Param, Pass};
use crate::explain::formula::{Formula, NamedPass, Subject, Term};
use crate::kernels::{matmul, repeat_row, sum_rows};
use crate::{Config, Error, Float, Gradient, Init, Result, Rng};

/// Fully connected layer.
///
/// ```text
/// forward     y = x·W + b         x: (batch, in)   W: (in, out)   b: (1, out)   y: (batch, out)
/// backward    dW = xᵀ·dy
///             db = Σ dy           the sum over the batch
///             dx = dy·Wᵀ
/// ```
///
/// Samples have one axis; put a [`Flatten`](crate::Flatten) before it for images. The number of inputs is found when
/// the model is built.
///
/// The first weights come from [`Init::GlorotUniform`] unless [`init`](Dense::init) says otherwise, the biases are 0.
/// Glorot because it suits every activation here: it balances the way forward and the way back, and small ReLU nets
/// learn as well with it as with [`Init::HeNormal`], the better choice in deep ReLU nets.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let layer = Dense::from_weights(array![[1.0, 2.0], [3.0, 4.0]], array![10.0, 20.0])?;
/// let model = Sequential::new([2]).add(layer).build(1)?;
/// assert_eq!(model.predict(&array![[1.0, 1.0]])?, array![[14.0, 26.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Dense<F> {
    units: usize,
    bias: bool,
    /// `None` if the weights were given.
    init: Option<Init>,
    /// weight and bias; empty until they are sampled. Without biases the second stays a row of zeros that nobody sees.
    params: [Param<F>; 2],
}

const IN_OUT: &str = "weights are in × out: transpose them if they came as out × in";

impl<F: Float> Dense<F> {
    /// A layer of that many units, with biases.
    pub fn new(units: usize) -> Self {
        let empty = Array2::zeros((0, 0));
        Dense { units, bias: true, init: Some(Init::GlorotUniform), params: params(empty.clone(), empty) }
    }

    /// A layer that starts from these weights (in × out) and biases (out).
    ///
    /// # Errors
    /// [`Error::Data`] if there is not one bias for each column of `weight`.
    pub fn from_weights(weight: Array2<F>, bias: Array1<F>) -> Result<Self> {
        if bias.len() != weight.ncols() {
            let expected = format!("one for each of the {} columns of the weights", weight.ncols());
            return Err(Error::data("bias of a Dense", expected, format!("{} biases", bias.len()), IN_OUT));
        }
        let units = weight.ncols();
        // row-major like every other matrix of a model, whatever layout they came in
        let params = params(
            weight.as_standard_layout().into_owned(),
            bias.as_standard_layout().into_owned().insert_axis(Axis(0)),
        );
        Ok(Dense { units, bias: true, init: None, params })
    }

    /// Leaves out the biases: y = x·W. Those that were given are dropped.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([3]).add(Dense::new(4).without_bias()).build(1)?;
    /// assert_eq!(model.param_count(), 12);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn without_bias(mut self) -> Self {
        self.bias = false;
        self.params[1].value.fill(F::zero());
        self
    }

    /// Samples the first weights by `init`, also if some were given.
    #[must_use]
    pub fn init(mut self, init: Init) -> Self {
        self.init = Some(init);
        self
    }
}

fn params<F>(weight: Array2<F>, bias: Array2<F>) -> [Param<F>; 2] {
    [
        Param::new("weight", weight).in_files(Layout::Transposed),
        Param::new("bias", bias).not_a_weight().in_files(Layout::Vector),
    ]
}

impl<F: Float> Layer<F> for Dense<F> {
    fn name(&self) -> &str {
        "dense"
    }

    fn config(&self) -> Config {
        let config = Config::new().with("units", self.units).with("bias", self.bias);
        self.init.map_or(config.clone(), |init| config.with("init", init))
    }

    #[inline(never)]
    fn build(&mut self, input: &[usize], rng: &mut Rng) -> Result<Vec<usize>> {
        let &[inputs] = input else {
            let problem = format!("expects samples of one axis, but gets {input:?}");
            return Err(Error::mismatch(problem, "put a Flatten before it"));
        };
        if self.units == 0 {
            return Err(Error::mismatch("has 0 units", "give it at least one: Dense::new(1)"));
        }
        let [weight, bias] = &mut self.params;
        if let Some(init) = self.init {
            weight.value = init.sample(inputs, self.units, rng)?;
            bias.value = Array2::zeros((1, self.units));
        } else if weight.value.nrows() != inputs {
            let rows = weight.value.nrows();
            let problem = format!("has weights for {rows} features, but gets samples of {inputs}");
            return Err(Error::mismatch(problem, IN_OUT));
        }
        Ok(vec![self.units])
    }

    fn forward(&self, x: ArrayView2<F>, mut y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        let [w, b] = &self.params;
        repeat_row(&b.value, y.view_mut());
        matmul(F::one(), x, w.value.view(), F::one(), y);
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        let [w, _] = &self.params;
        matmul(F::one(), pass.dy, w.value.t(), F::zero(), dx);
    }

    fn gradient<'a>(&self, param: usize, pass: Pass<'a, F>, room: &'a mut Array2<F>) -> Gradient<'a, F> {
        if param == 0 {
            return Gradient::product(pass.x, pass.dy, room); // dW = xᵀ·dy
        }
        sum_rows(pass.dy, room); // db = Σ dy
        room.into()
    }

    fn params(&self) -> &[Param<F>] {
        if self.bias { &self.params } else { &self.params[..1] }
    }

    fn params_mut(&mut self) -> &mut [Param<F>] {
        if self.bias { &mut self.params } else { &mut self.params[..1] }
    }

    fn output(&self) -> Output {
        Output::Logits
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        Some(formula(subject, pass, self.bias))
    }
}

/// The equation behind one number of a Dense, apart from its number type so that it is compiled once.
fn formula(subject: Subject, pass: &NamedPass, bias: bool) -> Formula {
    match subject {
        Subject::Output(j) => {
            let products = (0..pass.inputs()).map(|i| Term::product(pass.x(i), pass.param(0, i, j)));
            Formula::sum(products.chain(bias.then(|| pass.param(1, 0, j).into())))
        }
        Subject::InputGradient(i) => {
            Formula::sum((0..pass.outputs()).map(|j| Term::product(pass.dy(j), pass.param(0, i, j))))
        }
        Subject::Gradient { param: 0, row, column } => Term::product(pass.dy(column), pass.x(row)).into(),
        Subject::Gradient { column, .. } => Term::from(pass.dy(column)).into(),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::{Sequential, check_layer};

    #[test]
    fn by_hand() {
        let layer =
            Dense::from_weights(array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], array![0.5, -0.5]).unwrap();
        let mut model = Sequential::new([3]).add(layer).build(0).unwrap();
        let x = array![[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]];
        assert_eq!(model.forward(&x).unwrap(), array![[11.5, 13.5], [-1.5, -2.5]]);
        model.backward_from(&array![[1.0, 2.0], [3.0, 4.0]]).unwrap();
        assert_eq!(model.gradient("0.weight").unwrap(), array![[1.0, 2.0], [3.0, 4.0], [-1.0, 0.0]]);
        assert_eq!(model.gradient("0.bias").unwrap(), array![[4.0, 6.0]]);
        assert_eq!(model.delta(0).unwrap(), array![[5.0, 11.0, 17.0], [11.0, 25.0, 39.0]]);
    }

    #[test]
    fn gradients_are_right() {
        for layer in
            [Dense::new(3), Dense::new(3).without_bias(), Dense::new(3).init(Init::Uniform(-2.0, 2.0))]
        {
            let report = check_layer(layer, [4], 5, 1).unwrap();
            assert!(report.passed(), "{report}");
        }
    }

    #[test]
    fn first_weights() {
        let model = Sequential::<f64>::new([30]).add(Dense::new(20)).build(1).unwrap();
        let bound = (6.0_f64 / 50.0).sqrt();
        let weight = model.param("0.weight").unwrap();
        assert!(weight.iter().all(|w| w.abs() <= bound) && weight.iter().any(|w| w.abs() > 0.9 * bound));
        assert!(model.param("0.bias").unwrap().iter().all(|&b| b == 0.0));
    }

    /// Built twice, a layer with given weights keeps them, one with an initialiser samples again.
    #[test]
    fn given_weights_stay() {
        let given = Dense::from_weights(array![[1.0], [2.0]], array![3.0]).unwrap();
        for seed in [1, 2] {
            let model = Sequential::new([2]).add(given.clone()).build(seed).unwrap();
            assert_eq!(model.param("0.weight").unwrap(), array![[1.0], [2.0]]);
        }
        let model = Sequential::new([2]).add(given.init(Init::Constant(0.25))).build(1).unwrap();
        assert_eq!(model.param("0.weight").unwrap(), array![[0.25], [0.25]]);
        assert_eq!(model.param("0.bias").unwrap(), array![[0.0]]);
    }

    /// Weights that come transposed or reversed keep their numbers and get row-major order.
    #[test]
    fn any_layout() {
        let turned = array![[1.0, 3.0], [2.0, 4.0]].reversed_axes();
        let layer = Dense::from_weights(turned, array![0.0, 0.0]).unwrap();
        assert!(layer.params()[0].value.is_standard_layout());
        assert_eq!(layer.params()[0].value, array![[1.0, 2.0], [3.0, 4.0]]);
    }
}
