//! What a state has written: values and matrices by name.

use std::collections::BTreeMap;

use ndarray::Array2;

use crate::Float;
use crate::kernels::aligned;

/// The values of a state by their whole names, `optimizer/moments/0/1`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Record {
    pub(crate) values: BTreeMap<String, Value>,
    pub(crate) tensors: BTreeMap<String, Tensor>,
}

/// One value that is no matrix.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Count(u64),
    Number(f64),
    Flag(bool),
    Text(String),
}

/// A matrix: the bytes of its numbers, row by row, little-endian.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tensor {
    pub(crate) shape: (usize, usize),
    /// the bytes of one number: 4 or 8
    pub(crate) width: usize,
    pub(crate) bytes: Vec<u8>,
}

/// The shapes of a model, by which what is read is measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shapes {
    /// of the parameters as an optimizer counts them
    pub(crate) params: Vec<(usize, usize)>,
    /// of parameters and state of each layer
    pub(crate) layers: Vec<[Vec<(usize, usize)>; 2]>,
}

impl Tensor {
    pub(crate) fn of<F: Float>(matrix: &Array2<F>) -> Self {
        let width = size_of::<F>();
        let mut bytes = Vec::with_capacity(width * matrix.len());
        for x in matrix {
            let x = x.as_f64(); // exactly
            if width == 4 {
                bytes.extend((x as f32).to_le_bytes());
            } else {
                bytes.extend(x.to_le_bytes());
            }
        }
        Tensor { shape: matrix.dim(), width, bytes }
    }

    /// The matrix, if the numbers are of this type and as many as the shape says.
    pub(super) fn to_matrix<F: Float>(&self) -> Option<Array2<F>> {
        let (rows, columns) = self.shape;
        let bytes = rows.checked_mul(columns)?.checked_mul(self.width)?;
        if self.width != size_of::<F>() || bytes != self.bytes.len() {
            return None;
        }
        let number = |bytes: &[u8]| match *bytes {
            [a, b, c, d] => F::of(f64::from(f32::from_le_bytes([a, b, c, d]))),
            [a, b, c, d, e, f, g, h] => F::of(f64::from_le_bytes([a, b, c, d, e, f, g, h])),
            _ => F::nan(), // there is no other width
        };
        let mut matrix = aligned::zeros(self.shape);
        matrix.iter_mut().zip(self.bytes.chunks_exact(self.width)).for_each(|(x, bytes)| *x = number(bytes));
        Some(matrix)
    }
}
