//! The gradient of a parameter: its numbers, or a product that nobody has multiplied out yet.

use ndarray::{Array2, ArrayView2, ArrayViewMut2};

use crate::kernels::{FUSED_ROWS, add_product, add_scaled, map, matmul, update_by_product, update_entries};
use crate::{Error, Float, Result};

/// ∂L/∂θ of one parameter, of the shape of θ.
///
/// Most large gradients are products over the samples of a batch, such as dW = xᵀ·dy. A layer hands over the two
/// factors, and whoever takes the gradient decides: [`add_to`](Self::add_to) multiplies straight into its destination,
/// [`matrix`](Self::matrix) multiplies out. Both leave the same bits.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let (x, dy) = (array![[1.0, 2.0]], array![[3.0]]);
/// let mut room = Array2::zeros((2, 1));
/// assert_eq!(Gradient::product(x.view(), dy.view(), &mut room).matrix(), array![[3.0], [6.0]]);
///
/// let mut theta = array![[1.0], [1.0]];
/// Gradient::product(x.view(), dy.view(), &mut room).add_to(&mut theta, -0.5)?;
/// assert_eq!(theta, array![[-0.5], [-2.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Debug)]
pub struct Gradient<'a, F> {
    form: Form<'a, F>,
    of_weights: bool,
}

#[derive(Debug)]
enum Form<'a, F> {
    Matrix(ArrayView2<'a, F>),
    /// aᵀ·b, and where it is multiplied out
    Product {
        a: ArrayView2<'a, F>,
        b: ArrayView2<'a, F>,
        room: &'a mut Array2<F>,
    },
}

impl<'a, F> Gradient<'a, F> {
    fn new(form: Form<'a, F>) -> Self {
        Gradient { form, of_weights: true }
    }

    /// Whether its parameter is [weights](crate::layer::Param::is_weight), which weight decay pulls towards 0, and no bias
    /// or scale, which it may leave alone. Weights unless somebody has said otherwise.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let g = array![[1.0]];
    /// assert!(Gradient::from(&g).is_of_weights());
    /// assert!(!Gradient::from(&g).of_weights(false).is_of_weights());
    /// ```
    pub fn is_of_weights(&self) -> bool {
        self.of_weights
    }

    /// The same gradient, of weights or not.
    ///
    /// # Examples
    /// See [`is_of_weights`](Self::is_of_weights).
    #[must_use]
    pub fn of_weights(mut self, of_weights: bool) -> Self {
        self.of_weights = of_weights;
        self
    }
}

impl<'a, F: Float> Gradient<'a, F> {
    /// aᵀ·b of two matrices with one row for each sample, with room of the parameter's shape to multiply it out.
    ///
    /// # Examples
    /// See [`Gradient`].
    pub fn product(a: ArrayView2<'a, F>, b: ArrayView2<'a, F>, room: &'a mut Array2<F>) -> Self {
        Gradient::new(Form::Product { a, b, room })
    }

    /// Its rows and columns.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// assert_eq!(Gradient::from(&array![[1.0, 2.0]]).dim(), (1, 2));
    /// ```
    pub fn dim(&self) -> (usize, usize) {
        match &self.form {
            Form::Matrix(matrix) => matrix.dim(),
            Form::Product { a, b, .. } => (a.ncols(), b.ncols()),
        }
    }

    /// θ ← θ + α·g.
    ///
    /// # Errors
    /// [`Error::Diverged`] if an entry of g is not finite, or one of θ would not be finite any more; such an entry of θ
    /// keeps its value. [`Error::Mismatch`] if θ has another shape, or the factors of a product are of different samples.
    ///
    /// # Examples
    /// See [`Gradient`].
    #[inline(never)]
    pub fn add_to(self, theta: &mut Array2<F>, alpha: F) -> Result<()> {
        self.check_fits(theta)?;
        // sums over more samples are complete only after several blocks of the product, each scaled by itself
        if let Form::Product { a, b, .. } = &self.form
            && a.nrows() <= FUSED_ROWS
            && add_product(alpha, a.t(), *b, theta.view_mut())
        {
            return Ok(());
        }
        if add_scaled(alpha, self.matrix(), theta.view_mut()) { Ok(()) } else { Err(not_finite()) }
    }

    /// Moves N matrices, θ and the state of an optimizer, entry by entry: new numbers ← f(g, old numbers).
    ///
    /// An optimizer with state is one call: its averages and the parameter move in one pass through memory, and of a product
    /// only a part is multiplied out at a time.
    ///
    /// # Errors
    /// [`Error::Diverged`] if one of the new numbers would not be finite any more: that entry keeps all its old ones, the
    /// others move. [`Error::Mismatch`] if one of the matrices has another shape, or the factors of a product are of different
    /// samples.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// // momentum: v ← v/2 + g, θ ← θ - v
    /// let (mut v, mut theta) = (array![[2.0, 0.0]], array![[1.0, 1.0]]);
    /// let result = Gradient::from(&array![[1.0, f64::NAN]]).update([&mut v, &mut theta], |g, [v, theta]| {
    ///     let v = 0.5 * v + g;
    ///     [v, theta - v]
    /// });
    /// assert!(result.is_err());
    /// assert_eq!((v, theta), (array![[2.0, 0.0]], array![[-1.0, 1.0]]));
    /// ```
    #[inline(never)]
    pub fn update<const N: usize>(
        self,
        matrices: [&mut Array2<F>; N],
        f: impl Fn(F, [F; N]) -> [F; N] + Copy + Sync,
    ) -> Result<()> {
        matrices.iter().try_for_each(|matrix| self.check_fits(matrix))?;
        let fine = match self.form {
            Form::Matrix(g) => update_entries(g, matrices, f),
            Form::Product { a, b, .. } => update_by_product([a, b], matrices, f),
        };
        if fine { Ok(()) } else { Err(not_finite()) }
    }

    /// Every entry, multiplied out if it was a product.
    ///
    /// # Examples
    /// See [`Gradient`].
    #[inline(never)]
    pub fn matrix(self) -> ArrayView2<'a, F> {
        match self.form {
            Form::Matrix(matrix) => matrix,
            Form::Product { a, b, room } => {
                matmul(F::one(), a.t(), b, F::zero(), room.view_mut());
                room.view()
            }
        }
    }

    /// Every entry times a factor, written to a place of the same shape; a product is multiplied out there.
    pub(crate) fn write_to(self, factor: F, place: ArrayViewMut2<F>) {
        match self.form {
            Form::Matrix(matrix) => map(matrix, place, |g| factor * g),
            Form::Product { a, b, .. } => matmul(factor, a.t(), b, F::zero(), place),
        }
    }

    /// Whether a matrix that is to move by it has its shape.
    fn check_fits(&self, matrix: &Array2<F>) -> Result<()> {
        if let Some([a, b]) = self.uneven_samples() {
            let problem = format!("a gradient is the product of factors of {a} and {b} samples");
            return Err(Error::mismatch(problem, UNEVEN));
        }
        if matrix.dim() == self.dim() {
            return Ok(());
        }
        let [got, own] = [matrix.dim(), self.dim()].map(<[usize; 2]>::from);
        let problem = format!("a matrix of shape {got:?} can't move by a gradient of shape {own:?}");
        Err(Error::mismatch(
            problem,
            "an optimizer's state has the shape of θ: PerParam::of(index, theta.dim())",
        ))
    }

    /// How many samples both factors of a product are of, if they don't agree.
    pub(crate) fn uneven_samples(&self) -> Option<[usize; 2]> {
        match &self.form {
            Form::Product { a, b, .. } if a.nrows() != b.nrows() => Some([a.nrows(), b.nrows()]),
            _ => None,
        }
    }

    /// Its numbers were written down when it was made, not handed over as a product.
    pub(crate) fn is_matrix(&self) -> bool {
        matches!(self.form, Form::Matrix(_))
    }
}

/// What to do about a product of different samples.
pub(crate) const UNEVEN: &str = "give Gradient::product two matrices with a row for each sample of the batch";

#[cold]
fn not_finite() -> Error {
    Error::diverged(
        "a gradient, or a parameter after a step along it, is no longer finite",
        "make the learning rate smaller, or scale inputs and targets to about -1 to 1",
    )
}

impl<'a, F> From<ArrayView2<'a, F>> for Gradient<'a, F> {
    fn from(matrix: ArrayView2<'a, F>) -> Self {
        Gradient::new(Form::Matrix(matrix))
    }
}

impl<'a, F> From<&'a Array2<F>> for Gradient<'a, F> {
    fn from(matrix: &'a Array2<F>) -> Self {
        matrix.view().into()
    }
}

impl<'a, F> From<&'a mut Array2<F>> for Gradient<'a, F> {
    fn from(matrix: &'a mut Array2<F>) -> Self {
        matrix.view().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;
    use ndarray::array;

    /// On both sides of the bound up to which a product goes straight into θ.
    #[test]
    fn a_product_and_its_matrix_leave_the_same_bits() {
        for samples in [1, 32, FUSED_ROWS, FUSED_ROWS + 1, 3 * FUSED_ROWS] {
            let mut rng = Rng::new(samples as u64);
            let mut normal = |shape| Array2::<f32>::from_shape_simple_fn(shape, || rng.normal() as f32);
            let (a, b, theta) = (normal((samples, 50)), normal((samples, 40)), normal((50, 40)));
            let mut room = Array2::zeros((50, 40));
            let mut fused = theta.clone();
            Gradient::product(a.view(), b.view(), &mut room).add_to(&mut fused, -0.3).unwrap();
            let product = Gradient::product(a.view(), b.view(), &mut room);
            assert_eq!((product.dim(), product.is_matrix()), ((50, 40), false));
            let matrix = product.matrix().to_owned();
            let mut added = theta.clone();
            Gradient::from(&matrix).add_to(&mut added, -0.3).unwrap();
            assert_ne!(fused, theta);
            assert_eq!(fused, added, "{samples} samples");
            let mut written = Array2::from_elem((50, 40), f32::NAN);
            Gradient::product(a.view(), b.view(), &mut room).write_to(1.0, written.view_mut());
            assert_eq!(written, matrix);
            Gradient::from(&matrix).write_to(0.25, written.view_mut());
            assert_eq!(written, &matrix * 0.25);
        }
    }

    #[test]
    fn other_shapes_are_errors_and_nothing_moves() {
        let mut theta = array![[1.0, 2.0]];
        let (g, mut wide) = (array![[1.0], [1.0]], array![[1.0, 1.0, 1.0]]);
        let text = |got: &str, own: &str| {
            format!(
                "a matrix of shape {got} can't move by a gradient of shape {own}\n  help: an optimizer's state has the \
                 shape of θ: PerParam::of(index, theta.dim())"
            )
        };
        let error = Gradient::from(&g).add_to(&mut theta, 1.0).unwrap_err();
        assert_eq!(error.to_string(), text("[1, 2]", "[2, 1]"));
        let state = array![[0.5, 0.5]];
        let error =
            Gradient::from(&state).update([&mut theta, &mut wide], |g, m| m.map(|m| m + g)).unwrap_err();
        assert_eq!(error.to_string(), text("[1, 3]", "[1, 2]"));
        let (a, b, mut room) = (array![[1.0]], array![[1.0, 1.0], [1.0, 1.0]], Array2::zeros((1, 2)));
        for moves in [
            |g: Gradient<f64>, theta: &mut Array2<f64>| g.add_to(theta, 1.0),
            |g: Gradient<f64>, theta: &mut Array2<f64>| g.update([theta], |g, [theta]| [theta + g]),
        ] {
            let error = moves(Gradient::product(a.view(), b.view(), &mut room), &mut theta).unwrap_err();
            assert_eq!(
                error.to_string(),
                "a gradient is the product of factors of 1 and 2 samples\n  help: give Gradient::product two matrices \
                 with a row for each sample of the batch"
            );
        }
        assert_eq!(theta, array![[1.0, 2.0]]);
    }

    #[test]
    fn nothing_is_written_that_is_not_finite() {
        let mut theta = array![[1.0_f32, 2.0, 3.0]];
        Gradient::from(&array![[f32::NAN, f32::INFINITY, 1.0]]).add_to(&mut theta, -1.0).unwrap_err();
        assert_eq!(theta, array![[1.0, 2.0, 2.0]]);
        let (a, b) = (array![[1e30_f32]], array![[1e30, f32::NAN, 1e-30]]);
        Gradient::product(a.view(), b.view(), &mut Array2::zeros((1, 3)))
            .add_to(&mut theta, -1.0)
            .unwrap_err();
        assert_eq!(theta, array![[1.0, 2.0, 1.0]]);
    }
}
