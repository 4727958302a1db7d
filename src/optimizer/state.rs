//! What an optimizer remembers of each parameter.

use std::array::from_fn;
use std::collections::BTreeMap;

use ndarray::Array2;

use crate::Float;
use crate::kernels::aligned;

/// N matrices of state for each parameter, all zeros at first, and the number of its steps.
///
/// # Examples
/// See [`Optimizer`](crate::Optimizer).
#[derive(Clone, Debug)]
pub struct PerParam<F, const N: usize = 1>(BTreeMap<usize, State<F, N>>);

#[derive(Clone, Debug)]
struct State<F, const N: usize> {
    steps: u64,
    matrices: [Array2<F>; N],
}

impl<F, const N: usize> Default for PerParam<F, N> {
    fn default() -> Self {
        PerParam(BTreeMap::new())
    }
}

impl<F: Float> PerParam<F> {
    /// The state of the parameter with that index and shape.
    ///
    /// A parameter that has changed its shape starts from zeros again.
    ///
    /// # Examples
    /// See [`Optimizer`](crate::Optimizer).
    pub fn of(&mut self, index: usize, shape: (usize, usize)) -> &mut Array2<F> {
        let [matrix] = &mut self.state(index, shape).matrices;
        matrix
    }
}

impl<F: Float, const N: usize> PerParam<F, N> {
    /// Counts a step of the parameter with that index and shape: its number, from 1 on, and the state.
    ///
    /// A parameter that has changed its shape starts from zeros and with step 1 again.
    ///
    /// # Examples
    /// ```
    /// use chainrule::optimizer::PerParam;
    ///
    /// let mut averages = PerParam::<f64, 2>::default();
    /// let (step, [mean, square]) = averages.step(0, (1, 3));
    /// assert_eq!((step, mean.dim(), square.sum()), (1, (1, 3), 0.0));
    /// assert_eq!(averages.step(0, (1, 3)).0, 2);
    /// ```
    pub fn step(&mut self, index: usize, shape: (usize, usize)) -> (u64, &mut [Array2<F>; N]) {
        let state = self.state(index, shape);
        state.steps += 1;
        (state.steps, &mut state.matrices)
    }

    fn state(&mut self, index: usize, shape: (usize, usize)) -> &mut State<F, N> {
        let zeros = || State { steps: 0, matrices: from_fn(|_| aligned::zeros(shape)) };
        let state = self.0.entry(index).or_insert_with(zeros);
        if state.matrices.iter().any(|matrix| matrix.dim() != shape) {
            *state = zeros();
        }
        state
    }
}
