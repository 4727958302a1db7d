//! A pair of arrays as samples: `(&inputs, &targets)`.

use std::ops::Range;

use ndarray::{ArrayBase, ArrayView2, ArrayViewMut2, Data, Dimension};

use super::Samples;
use super::gather::{borrow_rows, gather_rows};
use super::targets::{ArrayLike, TargetValue};
use crate::shapes::check_input_shape;
use crate::{Float, Result};

impl<F, S, D, T> Samples<F> for (&ArrayBase<S, D>, &T)
where
    F: Float,
    S: Data<Elem = F> + Sync,
    D: Dimension,
    T: ArrayLike<Value: TargetValue<F>> + ?Sized,
{
    fn len(&self) -> usize {
        self.0.shape().first().copied().unwrap_or(0)
    }

    fn check(&self, input: &[usize], output: &[usize]) -> Result<()> {
        check_input_shape(input, self.0.shape())?;
        T::Value::check(self.1.values(), self.len(), output)
    }

    fn gather_inputs(&self, indices: &[usize], x: ArrayViewMut2<F>) {
        gather_rows(self.0.view().into_dyn(), indices, x, |number| number);
    }

    fn gather_targets(&self, indices: &[usize], t: ArrayViewMut2<F>) {
        T::Value::gather(self.1.values(), indices, t);
    }

    fn borrow_inputs(&self, samples: Range<usize>) -> Option<ArrayView2<'_, F>> {
        borrow_rows(self.0, samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, Array3, array, s};
    use std::marker::PhantomData;

    /// A model as type inference sees it: generic over its numbers.
    struct Model<F> {
        input: Vec<usize>,
        outputs: usize,
        numbers: PhantomData<F>,
    }

    fn model<F: Float, const N: usize>(input: [usize; N], outputs: usize) -> Model<F> {
        Model { input: input.into(), outputs, numbers: PhantomData }
    }

    /// A trainer as type inference sees it. Returns all samples in reverse order.
    fn fit<F: Float, S: Samples<F>>(model: &Model<F>, data: S) -> Result<(Array2<F>, Array2<F>)> {
        let samples = data.len();
        data.check(&model.input, &[model.outputs])?;
        let mut x = Array2::zeros((samples, model.input.iter().product()));
        let mut t = Array2::from_elem((samples, model.outputs), F::nan());
        let indices: Vec<usize> = (0..samples).rev().collect();
        data.gather_inputs(&indices, x.view_mut());
        data.gather_targets(&indices, t.view_mut());
        Ok((x, t))
    }

    #[test]
    fn numbers_need_no_suffix_and_no_type() {
        let model = model([2], 1);
        let x = array![[0., 0.], [0., 1.]];
        let y = array![[0.], [1.]];
        let (x, t) = fit(&model, (&x, &y)).unwrap();
        assert_eq!(x, array![[0.0_f64, 1.0], [0.0, 0.0]]);
        assert_eq!(t, array![[1.0_f64], [0.0]]);
    }

    #[test]
    fn the_inputs_decide_the_numbers_of_model_and_targets() {
        let model = model([2], 1);
        let x: Array2<f32> = array![[0., 0.], [0., 1.]];
        fit(&model, (&x, &array![[0.], [1.]])).unwrap();
        let (_, t) = fit(&model, (&x, &array![0., 1.])).unwrap();
        assert_eq!(t, array![[1.0_f32], [0.0]]);
        let (_, t) = fit(&model, (&x, &[0., 1.])).unwrap();
        assert_eq!(t, array![[1.0_f32], [0.0]]);
    }

    #[test]
    fn the_model_decides_the_numbers_of_the_inputs() {
        let model = model::<f32, _>([2], 1);
        let (_, t) = fit(&model, (&array![[0., 0.], [0., 1.]], &array![[0.], [1.]])).unwrap();
        assert_eq!(t, array![[1.0_f32], [0.0]]);
    }

    #[test]
    fn class_numbers_come_in_many_types() {
        let model = model([2], 3);
        let x = array![[0., 0.], [0., 1.], [1., 1.]];
        let expected = array![[0., 0., 1.], [0., 1., 0.], [1., 0., 0.]];
        assert_eq!(fit(&model, (&x, &array![0, 1, 2])).unwrap().1, expected);
        assert_eq!(fit(&model, (&x, &array![0_u8, 1, 2])).unwrap().1, expected);
        assert_eq!(fit(&model, (&x, &array![[0], [1], [2]])).unwrap().1, expected);
        assert_eq!(fit(&model, (&x, &array![0_usize, 1, 2].view())).unwrap().1, expected);
        assert_eq!(fit(&model, (&x, &[0, 1, 2])).unwrap().1, expected);
        assert_eq!(fit(&model, (&x, &vec![0, 1, 2])).unwrap().1, expected);
        let labels: &[usize] = &[0, 1, 2];
        assert_eq!(fit(&model, (&x, labels)).unwrap().1, expected);
    }

    #[test]
    fn one_output_takes_class_numbers_as_they_are() {
        let model = model([1], 1);
        let x = array![[0.], [1.], [2.]];
        assert_eq!(fit(&model, (&x, &[0, 1, 1])).unwrap().1, array![[1.], [1.], [0.]]);
        assert_eq!(
            fit(&model, (&x, &[0, 1, 2])).unwrap_err().to_string(),
            "label of sample 2: expected a class number from 0 to 1, but got 2\n  help: whole numbers are \
             classes, of which one output tells 0 and 1; write targets of a regression with a decimal point, such as \
             3.0"
        );
    }

    #[test]
    fn arrays_of_any_dimension_and_layout_are_gathered() {
        let x = Array3::from_shape_fn((4, 2, 3), |(i, j, k)| (6 * i + 3 * j + k) as f64);
        let y = Array2::from_shape_fn((2, 4), |(j, i)| (2 * i + j) as f64);
        let every_second = x.slice(s![..;2, .., ..]);
        let (x, t) = fit(&model([2, 3], 2), (&every_second, &y.t().slice(s![..;2, ..]))).unwrap();
        assert_eq!(x, array![[12., 13., 14., 15., 16., 17.], [0., 1., 2., 3., 4., 5.]]);
        assert_eq!(t, array![[4., 5.], [0., 1.]]);
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let model = model([2], 3);
        let x = array![[0., 0.], [0., 1.]];
        let error = |result: Result<(Array2<f64>, Array2<f64>)>| result.unwrap_err().to_string();
        assert_eq!(
            error(fit(&model, (&x, &[0, 1, 2]))),
            "labels: expected 2, one for each sample, but got 3\n  help: inputs and labels have to come from the same \
             samples, in the same order"
        );
        assert_eq!(
            error(fit(&model, (&x, &[0, -1]))),
            "label of sample 1: expected a class number from 0 to 2, but got -1\n  help: classes are counted from \
             0: of labels -1 and 1, say, make 0 and 1"
        );
        assert_eq!(
            error(fit(&model, (&x, &array![[1, 0, 0], [0, 0, 1]]))),
            "labels: expected shape [2], one class number for each sample, but got [2, 3]\n  help: rows of targets \
             are written with decimal points, or made of class numbers by one_hot(labels, classes)"
        );
        assert_eq!(
            error(fit(&model, (&x, &array![[0., 1., 0.]]))),
            "targets: expected shape [2, 3], but got [1, 3]\n  help: there is one row for each sample and one column \
             for each output"
        );
        assert_eq!(
            error(fit(&model, (&x, &array![0., 1.]))),
            "targets: expected shape [2, 3], but got [2]\n  help: class numbers become rows with one_hot(labels, \
             classes)"
        );
        assert_eq!(
            error(fit(&model, (&array![[0., 0., 0.]], &[0]))),
            "inputs: expected shape [samples, 2], but got [1, 3]\n  help: the first axis counts \
             samples; Sequential::new takes the shape of one sample"
        );
        let empty = Array2::zeros((0, 2));
        assert!(
            error(fit(&model, (&empty, &[0_usize; 0]))).starts_with("inputs: expected at least one sample")
        );
    }
}
