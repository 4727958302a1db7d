//! Maxout: the largest of several weighted sums.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut2};

use super::{Dense, Layer, Memory, Param, Pass};
use crate::explain::formula::{Formula, NamedPass, Subject, Term};
use crate::{Config, Error, Float, Gradient, Init, Result, Rng};

/// Fully connected layer whose units each take the largest of k linear pieces.
///
/// ```text
/// forward     z = x·W + b         x: (batch, in)   W: (in, out·k)   b: (1, out·k)   z: (batch, out·k)
///             yᵤ = max(zᵤ₁ … zᵤₖ)                                                   y: (batch, out)
/// backward    dz = dy for the piece that was the largest, 0 for the others
///             dW = xᵀ·dz,  db = Σ dz,  dx = dz·Wᵀ
/// ```
///
/// The k columns of a unit stand side by side: column u·k + p, counted from 0, is piece p of unit u. Of equal pieces
/// the first counts as the largest. Samples have one axis.
///
/// The unit learns its own activation function: two pieces can be a ReLU (0 and x) or |x| (x and -x), more of them any
/// convex function. No activation is needed after it. It costs k times the parameters of [`Dense`](crate::Dense).
///
/// Source: Goodfellow et al., *Maxout Networks*, ICML 2013.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// // |x| as the larger of x and -x
/// let layer = Maxout::from_weights(array![[1.0, -1.0]], array![0.0, 0.0], 2)?;
/// let model = Sequential::new([1]).add(layer).build(1)?;
/// assert_eq!(model.predict(&array![[-3.0], [2.0]])?, array![[3.0], [2.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Maxout<F> {
    units: usize,
    pieces: usize,
    /// all pieces of all units
    dense: Dense<F>,
}

impl<F: Float> Maxout<F> {
    /// A layer of that many units with that many pieces each. The first weights come from [`Init::GlorotUniform`],
    /// the biases are 0.
    pub fn new(units: usize, pieces: usize) -> Self {
        // too many pieces for a number are too many for `build`
        Maxout { units, pieces, dense: Dense::new(units.saturating_mul(pieces)) }
    }

    /// A layer that starts from these weights (in × out·pieces) and biases (out·pieces).
    ///
    /// # Errors
    /// [`Error::Data`] if there is not one bias for each column of `weight`, or the columns can't be dealt out to
    /// units of that many pieces.
    pub fn from_weights(weight: Array2<F>, bias: Array1<F>, pieces: usize) -> Result<Self> {
        let columns = weight.ncols();
        if pieces == 0 || !columns.is_multiple_of(pieces) || bias.len() != columns {
            let expected = "in × out·pieces, with one bias for each column";
            let got = format!("{columns} columns and {} biases for units of {pieces} pieces", bias.len());
            let help = "each unit has one column and one bias for each of its pieces";
            return Err(Error::data("weights of a Maxout", expected, got, help));
        }
        Ok(Maxout { units: columns / pieces, pieces, dense: Dense::from_weights(weight, bias)? })
    }

    /// Samples the first weights by `init`, also if some were given.
    #[must_use]
    pub fn init(mut self, init: Init) -> Self {
        self.dense = self.dense.init(init);
        self
    }

    /// The column of the largest piece of a unit, given the row z of all pieces. A NaN counts as the largest.
    #[expect(clippy::indexing_slicing, reason = "z has a number for each piece of each unit")]
    fn winner(&self, z: ArrayView1<F>, unit: usize) -> usize {
        let first = unit * self.pieces;
        let larger = |best: usize, column: usize| {
            if z[column] > z[best] || z[column].is_nan() { column } else { best }
        };
        (first..first + self.pieces).reduce(larger).unwrap_or(first)
    }

    /// Σ dy over the samples in which that column is the largest piece, in f64, so that a sum of many keeps its digits.
    fn sum_of_wins(&self, column: usize, pass: Pass<F>) -> F {
        let unit = column / self.pieces;
        let samples = pass.dy.column(unit).into_iter().zip(pass.memory.saved.rows());
        let wins = samples.filter(|(_, z)| self.winner(*z, unit) == column);
        F::of(wins.fold(0.0, |sum, (dy, _)| sum + dy.as_f64()))
    }

    /// Sample, column and dy of each largest piece: only these have a part in the output, so only these learn.
    fn winners(&self, pass: Pass<F>) -> impl Iterator<Item = (usize, usize, F)> {
        pass.dy
            .into_indexed_iter()
            .map(move |((sample, unit), &dy)| (sample, self.winner(pass.memory.saved.row(sample), unit), dy))
    }
}

impl<F: Float> Layer<F> for Maxout<F> {
    fn name(&self) -> &str {
        "maxout"
    }

    fn config(&self) -> Config {
        self.dense.config().with("units", self.units).with("pieces", self.pieces)
    }

    fn build(&mut self, input: &[usize], rng: &mut Rng) -> Result<Vec<usize>> {
        if self.units == 0 || self.pieces == 0 {
            let problem = format!("has {} units of {} pieces", self.units, self.pieces);
            return Err(Error::mismatch(
                problem,
                "give it at least one unit of two pieces: Maxout::new(1, 2)",
            ));
        }
        self.dense.build(input, rng)?;
        Ok(vec![self.units])
    }

    #[expect(clippy::indexing_slicing, reason = "z has a number for each piece of each unit")]
    fn forward(&self, x: ArrayView2<F>, mut y: ArrayViewMut2<F>, memory: &mut Memory<F>) {
        let mut z = memory.room((x.nrows(), self.units * self.pieces));
        self.dense.forward(x, z.view_mut(), &mut Memory::for_prediction());
        for (mut y, z) in y.rows_mut().into_iter().zip(z.rows()) {
            y.iter_mut().enumerate().for_each(|(unit, y)| *y = z[self.winner(z, unit)]);
        }
    }

    #[expect(clippy::indexing_slicing, reason = "a Dense has weights and biases")]
    fn backward(&self, pass: Pass<F>, mut dx: ArrayViewMut2<F>) {
        let w = &self.params()[0].value;
        dx.fill(F::zero());
        for (sample, column, dy) in self.winners(pass) {
            dx.row_mut(sample).scaled_add(dy, &w.column(column));
        }
    }

    fn gradient<'a>(&self, param: usize, pass: Pass<'a, F>, room: &'a mut Array2<F>) -> Gradient<'a, F> {
        room.fill(F::zero());
        if param == 0 {
            for (sample, column, dy) in self.winners(pass) {
                room.column_mut(column).scaled_add(dy, &pass.x.row(sample)); // dW = xᵀ·dz
            }
        } else {
            for (column, db) in room.iter_mut().enumerate() {
                *db = self.sum_of_wins(column, pass); // db = Σ dz
            }
        }
        room.into()
    }

    fn memory_shape(&self, (samples, _): (usize, usize)) -> (usize, usize) {
        (samples, self.units.saturating_mul(self.pieces))
    }

    fn params(&self) -> &[Param<F>] {
        self.dense.params()
    }

    fn params_mut(&mut self) -> &mut [Param<F>] {
        self.dense.params_mut()
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        let x = Array2::from_shape_fn((1, pass.inputs()), |(_, i)| F::of(pass.x(i).value));
        let mut z = Array2::zeros((1, self.units * self.pieces));
        self.dense.forward(x.view(), z.view_mut(), &mut Memory::for_prediction());
        Some(formula(subject, pass, self.pieces, &|unit| self.winner(z.row(0), unit)))
    }
}

/// The equation behind one number of a Maxout with that largest piece of each unit, apart from the layer's number type
/// so that it is compiled once.
fn formula(subject: Subject, pass: &NamedPass, pieces: usize, winner: &dyn Fn(usize) -> usize) -> Formula {
    match subject {
        Subject::Output(unit) => {
            let column = winner(unit);
            let products = (0..pass.inputs()).map(|i| Term::product(pass.x(i), pass.param(0, i, column)));
            let largest = Term::new(&format!("    (the largest of {pieces} pieces)"), &[]);
            Formula::sum(products.chain([pass.param(1, 0, column).into()])).between(Term::default(), largest)
        }
        Subject::InputGradient(i) => Formula::sum(
            (0..pass.outputs()).map(|unit| Term::product(pass.dy(unit), pass.param(0, i, winner(unit)))),
        ),
        Subject::Gradient { column, .. } if winner(column / pieces) != column => {
            Term::new("0", &[]).with_value(0.0).into() // another piece is the largest
        }
        Subject::Gradient { param: 0, row, column } => {
            Term::product(pass.dy(column / pieces), pass.x(row)).into()
        }
        Subject::Gradient { column, .. } => Term::from(pass.dy(column / pieces)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MeanSquaredError, Sequential, check_gradients};
    use ndarray::{array, s};

    #[test]
    fn takes_the_largest_piece_of_each_unit() {
        let weight = array![[1.0, 2.0, 0.0, 0.0], [0.0, 0.0, -1.0, 1.0]];
        let layer = Maxout::from_weights(weight, array![0.0, 0.0, 0.5, 0.0], 2).unwrap();
        let model = Sequential::new([2]).add(layer).build(1).unwrap();
        let y = model.predict(&array![[3.0, 4.0], [-3.0, -4.0]]).unwrap();
        assert_eq!(y, array![[6.0, 4.0], [-3.0, 4.5]]);
    }

    /// The gallery of the lecture: max(2x - 1, -x + 1), whose lowest point is 1/3 at x = 2/3.
    #[test]
    fn the_lectures_maxout() {
        let layer = Maxout::from_weights(array![[2.0, -1.0]], array![-1.0, 1.0], 2).unwrap();
        let model = Sequential::new([1]).add(layer).build(1).unwrap();
        let x: Array2<f64> = array![[-5.0], [-4.898989898989899], [2.0 / 3.0], [0.0], [5.0]];
        let expected = array![[6.0], [5.898989898989899], [1.0 / 3.0], [1.0], [9.0]];
        let y = model.predict(&x).unwrap();
        assert!((&y - &expected).iter().all(|d| d.abs() <= 1e-15), "{y}");
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        let model = Sequential::new([3]).add(Maxout::new(4, 3)).add(Maxout::new(2, 2)).build(7).unwrap();
        let x = array![[0.5, -1.0, 2.0], [1.5, 0.3, -0.7], [-0.2, 0.9, 0.4]];
        let t = array![[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]];
        let report = check_gradients(&model, &MeanSquaredError, &x, &t).unwrap();
        assert!(report.passed(), "{report}");
    }

    #[test]
    fn ties_go_to_the_first_and_nan_passes() {
        let layer = Maxout::from_weights(array![[1.0, 1.0]], array![0.0, 0.0], 2).unwrap();
        let mut model = Sequential::new([1]).add(layer).build(1).unwrap();
        model.forward(&array![[2.0]]).unwrap();
        model.backward_from(&array![[1.0]]).unwrap();
        assert_eq!(model.gradient("0.weight").unwrap(), array![[2.0, 0.0]]);
        assert!(model.predict(&array![[f64::NAN]]).unwrap()[[0, 0]].is_nan());
    }

    #[test]
    fn batches_may_grow_and_shrink() {
        let mut model = Sequential::<f64>::new([2]).add(Maxout::new(3, 2)).build(1).unwrap();
        let unused = model.clone();
        let x = array![[1.0, 2.0], [3.0, -4.0], [0.5, 0.5]];
        for batch in [0..1, 0..3, 1..2] {
            let mut fresh = unused.clone();
            for model in [&mut model, &mut fresh] {
                model.forward(&x.slice(s![batch.clone(), ..])).unwrap();
                model.backward_from(&Array2::ones((batch.len(), 3))).unwrap();
            }
            assert_eq!(model.activation(1), fresh.activation(1));
            assert_eq!(model.gradient("0.weight").unwrap(), fresh.gradient("0.weight").unwrap());
        }
    }

    #[test]
    fn weights_that_can_not_be_meant_are_errors() {
        let error = Maxout::from_weights(array![[1.0, 2.0, 3.0]], array![0.0, 0.0, 0.0], 2).unwrap_err();
        assert_eq!(
            error.to_string(),
            "weights of a Maxout: expected in × out·pieces, with one bias for each column, but got 3 columns and 3 \
             biases for units of 2 pieces\n  help: each unit has one column and one bias for each of its pieces"
        );
        let build = |layer: Maxout<f64>, input: &[usize]| {
            Sequential::new(input).add(layer).build(1).unwrap_err().to_string()
        };
        assert!(build(Maxout::new(1, 0), &[2]).contains("1 units of 0 pieces"));
        assert!(build(Maxout::new(1, 2), &[2, 2]).contains("put a Flatten before it"));
        let given = Maxout::from_weights(array![[1.0, 2.0]], array![0.0, 0.0], 2).unwrap();
        assert!(build(given, &[2]).contains("weights for 1 features, but gets samples of 2"));
    }
}
