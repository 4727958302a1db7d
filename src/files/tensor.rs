//! The numbers of a tensor, as a file holds them and as a model does.

use ndarray::{Array2, ArrayView2};
use safetensors::Dtype;

use crate::layer::{Layout, Param};
use crate::table::thousands;
use crate::{Error, Float, Result};

/// A tensor of a file.
pub(crate) struct Tensor<'a> {
    pub(super) name: &'a str,
    pub(super) dtype: Dtype,
    pub(super) shape: &'a [usize],
    pub(super) bytes: &'a [u8],
}

/// A tensor for a file.
pub(crate) struct Bytes {
    pub(super) dtype: Dtype,
    pub(super) shape: Vec<usize>,
    pub(super) bytes: Vec<u8>,
}

impl Bytes {
    /// The numbers of a parameter, in its layout for files.
    pub(crate) fn of_param<F: Float>(param: &Param<F>) -> Self {
        let value = param.value.view();
        let value = if param.layout() == Layout::Transposed { value.reversed_axes() } else { value };
        Bytes { shape: param.shape_in_files(), ..Bytes::of(value) }
    }

    /// The numbers of a matrix.
    pub(crate) fn of<F: Float>(matrix: ArrayView2<F>) -> Self {
        let numbers = matrix.iter().map(|number| number.as_f64());
        let (dtype, bytes) = if is_f32::<F>() {
            (Dtype::F32, numbers.flat_map(|number| (number as f32).to_le_bytes()).collect())
        } else {
            (Dtype::F64, numbers.flat_map(f64::to_le_bytes).collect())
        };
        Bytes { dtype, shape: matrix.shape().to_vec(), bytes }
    }
}

fn is_f32<F>() -> bool {
    size_of::<F>() == size_of::<f32>()
}

impl Tensor<'_> {
    /// The numbers for a parameter of that shape.
    pub(crate) fn for_param<F: Float>(&self, param: &Param<F>) -> Result<Array2<F>> {
        let expected = param.shape_in_files();
        if self.shape != expected {
            let help = match (&*expected, self.shape) {
                ([a, b], [c, d]) if (a, b) == (d, c) => "transpose it: files hold weights as out × in",
                _ => "the file is of a model with other layers: build the one that it belongs to",
            };
            return Err(Error::shape(self.place(), expected.into_iter().map(Some), self.shape, help));
        }
        let (rows, columns) = param.value.dim();
        match param.layout() {
            Layout::Transposed => Ok(self.matrix((columns, rows))?.reversed_axes()),
            _ => self.matrix((rows, columns)),
        }
    }

    /// The numbers as a matrix of that shape, row by row.
    pub(crate) fn matrix<F: Float>(&self, shape: (usize, usize)) -> Result<Array2<F>> {
        let numbers = match self.dtype {
            Dtype::F32 => self.numbers(|bytes| f64::from(f32::from_le_bytes(bytes)))?,
            Dtype::F64 => self.numbers(f64::from_le_bytes)?,
            other => {
                let help = "save it in f32 or f64, in PyTorch with tensor.float()";
                return Err(Error::data(
                    self.place(),
                    "numbers of the type F32 or F64",
                    other.to_string(),
                    help,
                ));
            }
        };
        let count = numbers.len();
        Array2::from_shape_vec(shape, numbers).map_err(|_| {
            let expected = format!("{} × {} numbers", shape.0, shape.1);
            Error::data(self.place(), expected, thousands(count), "the file is damaged: save it again")
        })
    }

    fn numbers<F: Float, const N: usize>(&self, read: impl Fn([u8; N]) -> f64) -> Result<Vec<F>> {
        let (numbers, _) = self.bytes.as_chunks::<N>();
        let rounded = |(index, &bytes): (usize, &[u8; N])| {
            let (number, rounded) = (read(bytes), F::of(read(bytes)));
            if number.is_finite() && !rounded.is_finite() {
                let (expected, got) = (format!("at most {:e}", F::max_value()), format!("{number:e}"));
                let place = format!("{}, number {index}", self.place());
                return Err(Error::data(place, expected, got, "open the file as a model of f64"));
            }
            Ok(rounded)
        };
        numbers.iter().enumerate().map(rounded).collect()
    }

    fn place(&self) -> String {
        format!("tensor {:?}", self.name)
    }
}
