//! Gradient clipping: a bound for what one step may see.

use ndarray::{Array2, ArrayView2};

use super::{Optimizer, PerParam, Trainable};
use crate::kernels::{largest_magnitude, map, map_in_place, sum_map2};
use crate::{Error, Float, Gradient, Result, State};

/// Clips the gradients before another optimizer meets them: all together to a norm.
///
/// ```text
/// g ← g · min(1, limit / ‖g‖)                ‖g‖ = √Σ g² over all parameters: the direction stays
/// ```
///
/// One batch with a huge loss, as recurrent and deep nets meet now and then, can no longer throw the model far away.
///
/// # Errors
/// A limit that is not finite or not positive is an error when training starts; what the other optimizer says holds too.
///
/// Source: Pascanu, Mikolov and Bengio, *On the difficulty of training Recurrent Neural Networks*, ICML 2013.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let (x, y) = (array![[0.0], [1.0]], array![[1.0], [1e6]]);
/// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
/// let before = model.clone();
/// let mut trainer = Trainer::new(MeanSquaredError, ClipNorm::new(1.0, Sgd::new(0.1))).epochs(1);
/// trainer.fit(&mut model, (&x, &y))?;
/// let moved = |name: &str| -> Result<f64> { Ok(model.param(name)?[[0, 0]] - before.param(name)?[[0, 0]]) };
/// assert!(moved("0.weight")?.hypot(moved("0.bias")?) < 0.1 + 1e-9);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ClipNorm<F, O> {
    limit: f64,
    optimizer: O,
    clipped: PerParam<F>,
}

impl<F: Float, O: Optimizer<F>> ClipNorm<F, O> {
    /// That optimizer, with gradients whose norm over all parameters is at most `limit`, usually 0.5 to 5.
    pub fn new(limit: f64, optimizer: O) -> Self {
        ClipNorm { limit, optimizer, clipped: PerParam::default() }
    }

    /// By how much the gradients get shorter. Of a norm that is not finite the other optimizer will tell.
    fn scale(&self, norm: f64) -> F {
        let scale = self.limit / norm;
        F::of(if scale < 1.0 { scale } else { 1.0 })
    }
}

impl<F: Float, O: Optimizer<F> + Clone + 'static> Optimizer<F> for ClipNorm<F, O> {
    fn name(&self) -> &str {
        self.optimizer.name()
    }

    /// Clips one parameter to its own norm: only [`step`](Optimizer::step) knows all.
    fn update(&mut self, index: usize, theta: &mut Array2<F>, gradient: Gradient<F>) -> Result<()> {
        let of_weights = gradient.is_of_weights();
        let g = gradient.matrix();
        let scale = self.scale(norm(g));
        let clipped = self.clipped.of(index, theta.dim());
        map(g, clipped.view_mut(), |g| scale * g);
        self.optimizer.update(index, theta, Gradient::from(&*clipped).of_weights(of_weights))
    }

    fn begin_step(&mut self) {
        self.optimizer.begin_step();
    }

    fn step(&mut self, model: &mut dyn Trainable<F>) -> Result<()> {
        self.check()?;
        let (mut squares, mut far, clipped) = (0.0, 0.0_f64, &mut self.clipped);
        model.visit_gradients(&mut |index, gradient| {
            let g = gradient.matrix();
            let of_matrix = sum_of_squares(g);
            squares += of_matrix;
            // ‖g‖ another way, for squares that overflow
            far = far.hypot(if of_matrix.is_finite() { of_matrix.sqrt() } else { norm(g) });
            clipped.of(index, g.dim()).assign(&g);
            Ok(())
        })?;
        let scale = self.scale(if squares.is_finite() { squares.sqrt() } else { far });
        self.optimizer.begin_step();
        model.visit_params(&mut |index, theta, gradient| {
            let clipped = self.clipped.of(index, theta.dim());
            map_in_place(clipped.view_mut(), |g| scale * g);
            // the gradient itself is not multiplied out a second time
            let clipped = Gradient::from(&*clipped).of_weights(gradient.is_of_weights());
            self.optimizer.update(index, theta, clipped)
        })
    }

    fn learning_rate(&self) -> Option<f64> {
        self.optimizer.learning_rate()
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.optimizer.set_learning_rate(rate);
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = self.optimizer.settings();
        settings.push(("gradients clipped to a norm of", format!("{:?}", self.limit)));
        settings
    }

    fn check(&self) -> Result<()> {
        check_limit(self.limit)?;
        self.optimizer.check()
    }

    fn state(&mut self, state: &mut State) -> Result<()> {
        state.within("clipped", |state| self.optimizer.state(state))
    }
}

/// Clips the gradients before another optimizer meets them: each entry by itself.
///
/// ```text
/// g ← max(-limit, min(limit, g))             entry by entry: the direction may change
/// ```
///
/// # Errors
/// As [`ClipNorm`].
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let mut theta = array![[0.0, 0.0]];
/// ClipValue::new(1.0, Sgd::new(0.5)).update(0, &mut theta, (&array![[100.0, -0.5]]).into())?;
/// assert_eq!(theta, array![[-0.5, 0.25]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ClipValue<F, O> {
    limit: f64,
    optimizer: O,
    clipped: PerParam<F>,
}

impl<F: Float, O: Optimizer<F>> ClipValue<F, O> {
    /// That optimizer, with gradients whose entries are at most `limit` away from 0.
    pub fn new(limit: f64, optimizer: O) -> Self {
        ClipValue { limit, optimizer, clipped: PerParam::default() }
    }
}

impl<F: Float, O: Optimizer<F> + Clone + 'static> Optimizer<F> for ClipValue<F, O> {
    fn name(&self) -> &str {
        self.optimizer.name()
    }

    fn update(&mut self, index: usize, theta: &mut Array2<F>, gradient: Gradient<F>) -> Result<()> {
        let (limit, of_weights) = (F::of(self.limit), gradient.is_of_weights());
        let clipped = self.clipped.of(index, theta.dim());
        // clamp keeps a NaN; the infinite stays too, for it is a fault and no large gradient
        map(
            gradient.matrix(),
            clipped.view_mut(),
            |g| if g.is_finite() { g.clamp(-limit, limit) } else { g },
        );
        self.optimizer.update(index, theta, Gradient::from(&*clipped).of_weights(of_weights))
    }

    fn begin_step(&mut self) {
        self.optimizer.begin_step();
    }

    fn learning_rate(&self) -> Option<f64> {
        self.optimizer.learning_rate()
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.optimizer.set_learning_rate(rate);
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = self.optimizer.settings();
        settings.push(("gradients clipped to", format!("±{:?}", self.limit)));
        settings
    }

    fn check(&self) -> Result<()> {
        check_limit(self.limit)?;
        self.optimizer.check()
    }

    fn state(&mut self, state: &mut State) -> Result<()> {
        state.within("clipped", |state| self.optimizer.state(state))
    }
}

/// ‖g‖, also of numbers whose squares are too large for f64; NaN if one of them is not finite.
fn norm<F: Float>(g: ArrayView2<F>) -> f64 {
    let squares = sum_of_squares(g);
    if squares.is_finite() {
        return squares.sqrt();
    }
    let largest = largest_magnitude(g).as_f64();
    largest * g.iter().map(|g| (g.as_f64() / largest).powi(2)).sum::<f64>().sqrt()
}

fn sum_of_squares<F: Float>(g: ArrayView2<F>) -> f64 {
    let squares = sum_map2(g, g, |a, b| a * b).as_f64();
    if squares.is_finite() {
        return squares;
    }
    // squares of f32 may overflow where the numbers do not
    g.iter().map(|g| g.as_f64() * g.as_f64()).sum()
}

fn check_limit(limit: f64) -> Result<()> {
    if limit.is_finite() && limit > 0.0 {
        return Ok(());
    }
    let help = "1 is a good first try for a norm; leave the clipping out for none";
    Err(Error::setting("limit of the gradients", "finite and greater than 0", format!("{limit:?}"), help))
}
