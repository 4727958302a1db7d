//! What an optimizer remembers of each parameter.

use std::array::from_fn;
use std::collections::BTreeMap;

use ndarray::Array2;

use crate::kernels::aligned;
use crate::state::Field;
use crate::{Float, Result, State};

/// N matrices of state for each parameter, all zeros at first, and the number of its steps.
///
/// # Examples
/// See [`Optimizer`](crate::Optimizer).
#[derive(Clone, Debug)]
pub struct PerParam<F, const N: usize = 1>(BTreeMap<usize, Entry<F, N>>);

#[derive(Clone, Debug)]
struct Entry<F, const N: usize> {
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
    /// # Panics
    /// If no memory can hold it, with the text of [`Error::Memory`](crate::Error::Memory).
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
    /// # Panics
    /// As [`of`](PerParam::of).
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
        state.steps = state.steps.saturating_add(1); // a file may have said anything
        (state.steps, &mut state.matrices)
    }

    fn state(&mut self, index: usize, shape: (usize, usize)) -> &mut Entry<F, N> {
        let zeros = || Entry {
            steps: 0,
            matrices: from_fn(|_| aligned::zeros_that_fit("numbers of an optimizer's state", shape)),
        };
        let state = self.0.entry(index).or_insert_with(zeros);
        if state.matrices.iter().any(|matrix| matrix.dim() != shape) {
            *state = zeros();
        }
        state
    }
}

impl<F: Float, const N: usize> Field for PerParam<F, N> {
    fn visit(&mut self, state: &mut State) -> Result<()> {
        if state.is_read() {
            self.0 = self.indices_in(state)?;
        }
        let shapes = state.shapes().map(|shapes| shapes.params.clone());
        for (index, Entry { steps, matrices }) in &mut self.0 {
            let shape = shapes.as_ref().and_then(|shapes| shapes.get(*index).copied());
            state.within(&index.to_string(), |state| {
                state.field("steps", steps)?;
                matrices.iter_mut().enumerate().try_for_each(|(number, matrix)| {
                    state.within(&number.to_string(), |state| state.matrix(matrix, shape))
                })
            })?;
        }
        Ok(())
    }
}

impl<F: Float, const N: usize> PerParam<F, N> {
    /// Empty entries for the parameters that are there to be read.
    fn indices_in(&self, state: &State) -> Result<BTreeMap<usize, Entry<F, N>>> {
        let empty = || Entry { steps: 0, matrices: from_fn(|_| Array2::zeros((0, 0))) };
        let of_name = |name: String| match (name.parse::<usize>(), state.shapes()) {
            (Ok(index), Some(shapes)) if index >= shapes.params.len() => {
                let expected = format!("{} parameters", shapes.params.len());
                Err(state.wrong(expected, format!("one more: {index}")))
            }
            (Ok(index), _) => Ok((index, empty())),
            (Err(_), _) => Err(state.wrong("the number of a parameter", format!("{name:?}"))),
        };
        state.names().into_iter().map(of_name).collect()
    }
}
