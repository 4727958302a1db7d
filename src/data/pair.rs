//! A pair of arrays as samples: `(&inputs, &targets)`.

use std::ops::Range;

use ndarray::{
    ArrayBase, ArrayRef, ArrayView1, ArrayView2, ArrayViewD, ArrayViewMut2, Axis, Data, Dimension,
};

use super::Samples;
use super::labels::{ClassNumber, index_below, wrong_count};
use crate::entrywise::{Kernel, vectorised};
use crate::shapes::{check_input_shape, check_target_shape};
use crate::{Error, Float, Result};

/// What can be the second of `(&inputs, &targets)`: an array of any kind and dimension, a `Vec`, a slice.
pub trait TargetArray: Sync {
    /// One of its values; see [`TargetValue`].
    type Value;

    /// All values as an array whose first axis counts samples.
    fn values(&self) -> ArrayViewD<'_, Self::Value>;
}

impl<S: Data + Sync, D: Dimension> TargetArray for ArrayBase<S, D> {
    type Value = S::Elem;

    fn values(&self) -> ArrayViewD<'_, S::Elem> {
        self.view().into_dyn()
    }
}

impl<E: Sync> TargetArray for [E] {
    type Value = E;

    fn values(&self) -> ArrayViewD<'_, E> {
        ArrayView1::from(self).into_dyn()
    }
}

impl<E: Sync> TargetArray for Vec<E> {
    type Value = E;

    fn values(&self) -> ArrayViewD<'_, E> {
        self.as_slice().values()
    }
}

impl<E: Sync, const N: usize> TargetArray for [E; N] {
    type Value = E;

    fn values(&self) -> ArrayViewD<'_, E> {
        self.as_slice().values()
    }
}

/// One value among the targets of a model with numbers `F`.
///
/// It is an `F` itself, and then a row of targets has one of it for each output, or it is a whole number, and then it
/// is the class of its sample: a one-hot row in a batch, or 0 or 1 for a model with one output.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a target of a model of `{F}`",
    note = "targets are the model's own numbers, or whole numbers for classes"
)]
pub trait TargetValue<F: Float>: Sized {
    /// Whether these are targets for `samples` samples and outputs of shape `output`.
    ///
    /// # Errors
    /// [`Error::Data`] with what does not fit.
    fn check(targets: ArrayViewD<'_, Self>, samples: usize, output: &[usize]) -> Result<()>;

    /// Copies the targets of those samples into the rows of `t`.
    fn gather(targets: ArrayViewD<'_, Self>, indices: &[usize], t: ArrayViewMut2<'_, F>);
}

impl<F: Float> TargetValue<F> for F {
    fn check(targets: ArrayViewD<'_, F>, samples: usize, output: &[usize]) -> Result<()> {
        check_target_shape("targets", output, samples, targets.shape())
    }

    fn gather(targets: ArrayViewD<'_, F>, indices: &[usize], t: ArrayViewMut2<'_, F>) {
        gather_rows(targets, indices, t, |number| number);
    }
}

macro_rules! classes_are_targets {
    ($($integer:ty)*) => {$(
        impl<F: Float> TargetValue<F> for $integer {
            fn check(targets: ArrayViewD<'_, Self>, samples: usize, output: &[usize]) -> Result<()> {
                check_classes(targets, samples, output)
            }

            fn gather(targets: ArrayViewD<'_, Self>, indices: &[usize], t: ArrayViewMut2<'_, F>) {
                gather_classes(targets, indices, t);
            }
        }
    )*};
}
classes_are_targets!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

fn check_classes<C: ClassNumber>(labels: ArrayViewD<'_, C>, samples: usize, output: &[usize]) -> Result<()> {
    let shape = labels.shape();
    if shape.len() != 1 && shape.get(1..) != Some(&[1]) {
        return Err(Error::data(
            "labels",
            format!("shape {:?}, one class number for each sample", [samples]),
            format!("{shape:?}"),
            "rows of targets are written with decimal points, or made of class numbers by one_hot(labels, classes)",
        ));
    }
    if shape[0] != samples {
        return Err(wrong_count(samples, shape[0]));
    }
    let width: usize = output.iter().product();
    let classes = if width == 1 { 2 } else { width };
    labels.iter().enumerate().try_for_each(|(sample, &label)| index_below(classes, sample, label).map(drop))
}

fn gather_classes<F: Float, C: ClassNumber>(
    labels: ArrayViewD<'_, C>,
    indices: &[usize],
    mut t: ArrayViewMut2<'_, F>,
) {
    t.fill(F::zero());
    let one_output = t.ncols() == 1;
    let all = labels.to_slice();
    for (mut row, &sample) in t.rows_mut().into_iter().zip(indices) {
        let label =
            all.map_or_else(|| labels.index_axis(Axis(0), sample).first().copied(), |all| Some(all[sample]));
        match label.and_then(ClassNumber::index) {
            Some(1) if one_output => row[0] = F::one(),
            Some(class) if !one_output => row[class] = F::one(),
            _ => {}
        }
    }
}

/// Copies the samples of those indices into the rows of `to`, each number converted.
pub(super) fn gather_rows<A: Copy, F>(
    from: ArrayViewD<'_, A>,
    indices: &[usize],
    mut to: ArrayViewMut2<'_, F>,
    convert: impl Fn(A) -> F,
) {
    let width = to.ncols().max(1);
    if let (Some(from), Some(to)) = (from.to_slice(), to.as_slice_mut()) {
        let sample = |index: usize| &from[index * width..][..width];
        for (rows, indices) in to.chunks_mut(AHEAD * width).zip(indices.chunks(AHEAD)) {
            indices.iter().for_each(|&index| touch(sample(index)));
            for (row, &index) in rows.chunks_exact_mut(width).zip(indices) {
                vectorised(Convert(&convert), (sample(index), row));
            }
        }
        return;
    }
    // a transposed or sliced array
    for (mut row, &index) in to.rows_mut().into_iter().zip(indices) {
        let sample = from.index_axis(Axis(0), index);
        row.iter_mut().zip(&sample).for_each(|(to, &from)| *to = convert(from));
    }
}

/// The rows of neighbouring samples as a view, if they lie in row-major order.
pub(super) fn borrow_rows<A, D: Dimension>(
    from: &ArrayRef<A, D>,
    samples: Range<usize>,
) -> Option<ArrayView2<'_, A>> {
    let width = from.len().checked_div(from.shape().first().copied()?)?;
    let rows = from.as_slice()?.get(samples.start * width..samples.end * width)?;
    ArrayView2::from_shape((samples.len(), width), rows).ok()
}

struct Convert<C>(C);

impl<A: Copy, F, C: Fn(A) -> F> Kernel<(&[A], &mut [F])> for Convert<&C> {
    type Output = ();

    #[inline(always)]
    fn run(self, (from, to): (&[A], &mut [F])) {
        to.iter_mut().zip(from).for_each(|(to, &from)| *to = self.0(from));
    }
}

/// How many samples are asked of the main memory at a time.
const AHEAD: usize = 8;

/// Reads one number of each 64 bytes, the CPU's unit of memory, so that it fetches them all at once: samples in random
/// order are rarely in its cache.
fn touch<A: Copy>(numbers: &[A]) {
    for &number in numbers.iter().step_by(64 / size_of::<A>().clamp(1, 64)) {
        std::hint::black_box(number);
    }
}

impl<F, S, D, T> Samples<F> for (&ArrayBase<S, D>, &T)
where
    F: Float,
    S: Data<Elem = F> + Sync,
    D: Dimension,
    T: TargetArray<Value: TargetValue<F>> + ?Sized,
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
    use crate::{Dense, Sequential};
    use ndarray::{Array2, Array3, array, s};

    /// What a trainer looks like to type inference.
    fn fit<F: Float, S: Samples<F>>(model: &mut Sequential<F>, data: S) -> Result<(Array2<F>, Array2<F>)> {
        let samples = data.len();
        let output = model.shape(1).unwrap();
        data.check(model.input_shape(), output)?;
        let mut x = Array2::zeros((samples, model.input_shape().iter().product()));
        let mut t = Array2::from_elem((samples, model.output_width()), F::nan());
        let indices: Vec<usize> = (0..samples).rev().collect();
        data.gather_inputs(&indices, x.view_mut());
        data.gather_targets(&indices, t.view_mut());
        Ok((x, t))
    }

    #[test]
    fn numbers_need_no_suffix_and_no_type() {
        let mut model = Sequential::new([2]).add(Dense::new(1)).build(1).unwrap();
        let x = array![[0., 0.], [0., 1.]];
        let y = array![[0.], [1.]];
        let (x, t) = fit(&mut model, (&x, &y)).unwrap();
        assert_eq!(x, array![[0.0_f64, 1.0], [0.0, 0.0]]);
        assert_eq!(t, array![[1.0_f64], [0.0]]);
    }

    #[test]
    fn the_inputs_decide_the_numbers_of_model_and_targets() {
        let mut model = Sequential::new([2]).add(Dense::new(1)).build(1).unwrap();
        let x: Array2<f32> = array![[0., 0.], [0., 1.]];
        fit(&mut model, (&x, &array![[0.], [1.]])).unwrap();
        let (_, t) = fit(&mut model, (&x, &array![0., 1.])).unwrap();
        assert_eq!(t, array![[1.0_f32], [0.0]]);
        let (_, t) = fit(&mut model, (&x, &[0., 1.])).unwrap();
        assert_eq!(t, array![[1.0_f32], [0.0]]);
    }

    #[test]
    fn the_model_decides_the_numbers_of_the_inputs() {
        let mut model = Sequential::<f32>::new([2]).add(Dense::new(1)).build(1).unwrap();
        let (_, t) = fit(&mut model, (&array![[0., 0.], [0., 1.]], &array![[0.], [1.]])).unwrap();
        assert_eq!(t, array![[1.0_f32], [0.0]]);
    }

    #[test]
    fn class_numbers_come_in_many_types() {
        let mut model = Sequential::new([2]).add(Dense::new(3)).build(1).unwrap();
        let x = array![[0., 0.], [0., 1.], [1., 1.]];
        let expected = array![[0., 0., 1.], [0., 1., 0.], [1., 0., 0.]];
        assert_eq!(fit(&mut model, (&x, &array![0, 1, 2])).unwrap().1, expected);
        assert_eq!(fit(&mut model, (&x, &array![0_u8, 1, 2])).unwrap().1, expected);
        assert_eq!(fit(&mut model, (&x, &array![[0], [1], [2]])).unwrap().1, expected);
        assert_eq!(fit(&mut model, (&x, &array![0_usize, 1, 2].view())).unwrap().1, expected);
        assert_eq!(fit(&mut model, (&x, &[0, 1, 2])).unwrap().1, expected);
        assert_eq!(fit(&mut model, (&x, &vec![0, 1, 2])).unwrap().1, expected);
        let labels: &[usize] = &[0, 1, 2];
        assert_eq!(fit(&mut model, (&x, labels)).unwrap().1, expected);
    }

    #[test]
    fn one_output_takes_class_numbers_as_they_are() {
        let mut model = Sequential::new([1]).add(Dense::new(1)).build(1).unwrap();
        let x = array![[0.], [1.], [2.]];
        assert_eq!(fit(&mut model, (&x, &[0, 1, 1])).unwrap().1, array![[1.], [1.], [0.]]);
        assert_eq!(
            fit(&mut model, (&x, &[0, 1, 2])).unwrap_err().to_string(),
            "label of sample 2: expected a class number from 0 to 1, but got 2\n  help: count classes from 0, and \
             check how many there are"
        );
    }

    #[test]
    fn arrays_of_any_dimension_and_layout_are_gathered() {
        let mut model = Sequential::new([2, 3]).add(crate::Flatten).add(Dense::new(2)).build(1).unwrap();
        let x = Array3::from_shape_fn((4, 2, 3), |(i, j, k)| (6 * i + 3 * j + k) as f64);
        let y = Array2::from_shape_fn((2, 4), |(j, i)| (2 * i + j) as f64);
        let every_second = x.slice(s![..;2, .., ..]);
        let transposed = y.t();
        let (x, t) = {
            let data = (&every_second, &transposed.slice(s![..;2, ..]));
            data.check(model.input_shape(), &[2]).unwrap();
            let (mut x, mut t) = (Array2::zeros((2, 6)), Array2::zeros((2, 2)));
            data.gather_inputs(&[1, 0], x.view_mut());
            data.gather_targets(&[1, 0], t.view_mut());
            (x, t)
        };
        assert_eq!(x, array![[12., 13., 14., 15., 16., 17.], [0., 1., 2., 3., 4., 5.]]);
        assert_eq!(t, array![[4., 5.], [0., 1.]]);
        model.forward(&every_second).unwrap();
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let mut model = Sequential::new([2]).add(Dense::new(3)).build(1).unwrap();
        let x = array![[0., 0.], [0., 1.]];
        let error = |result: Result<(Array2<f64>, Array2<f64>)>| result.unwrap_err().to_string();
        assert_eq!(
            error(fit(&mut model, (&x, &[0, 1, 2]))),
            "labels: expected 2, one for each sample, but got 3\n  help: inputs and labels have to come from the same \
             samples, in the same order"
        );
        assert_eq!(
            error(fit(&mut model, (&x, &[0, -1]))),
            "label of sample 1: expected a class number from 0 to 2, but got -1\n  help: count classes from 0, and \
             check how many there are"
        );
        assert_eq!(
            error(fit(&mut model, (&x, &array![[1, 0, 0], [0, 0, 1]]))),
            "labels: expected shape [2], one class number for each sample, but got [2, 3]\n  help: rows of targets \
             are written with decimal points, or made of class numbers by one_hot(labels, classes)"
        );
        assert_eq!(
            error(fit(&mut model, (&x, &array![[0., 1., 0.]]))),
            "targets: expected shape [2, 3], but got [1, 3]\n  help: there is one row for each sample and one column \
             for each output"
        );
        assert_eq!(
            error(fit(&mut model, (&x, &array![0., 1.]))),
            "targets: expected shape [2, 3], but got [2]\n  help: class numbers become rows with one_hot(labels, \
             classes)"
        );
        assert_eq!(
            error(fit(&mut model, (&array![[0., 0., 0.]], &[0]))),
            "inputs: expected shape [samples, 2], but got [1, 3]\n  help: the first axis counts \
             samples; Sequential::new takes the shape of one sample"
        );
        let empty = Array2::zeros((0, 2));
        assert!(
            error(fit(&mut model, (&empty, &[0_usize; 0])))
                .starts_with("inputs: expected at least one sample")
        );
    }
}
