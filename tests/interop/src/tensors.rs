//! Arrays in safetensors files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chainrule::Float;
use chainrule::ndarray::{Array, Dimension, IxDyn};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::Result;

/// Tensors by name.
pub type Tensors<F> = BTreeMap<String, Array<F, IxDyn>>;

/// Whether the numbers are f64.
pub fn is_double<F>() -> bool {
    size_of::<F>() == 8
}

pub fn save<F: Float>(path: &Path, tensors: &Tensors<F>) -> Result {
    let bytes_of = |array: &Array<F, IxDyn>| -> Vec<u8> {
        let numbers = array.iter().map(|number| number.as_f64());
        match is_double::<F>() {
            true => numbers.flat_map(f64::to_le_bytes).collect(),
            false => numbers.flat_map(|number| (number as f32).to_le_bytes()).collect(),
        }
    };
    let bytes: Vec<(String, Vec<usize>, Vec<u8>)> =
        tensors.iter().map(|(name, array)| (name.clone(), array.shape().to_vec(), bytes_of(array))).collect();
    let dtype = if is_double::<F>() { Dtype::F64 } else { Dtype::F32 };
    let views =
        bytes.iter().map(|(name, shape, bytes)| Ok((name, TensorView::new(dtype, shape.clone(), bytes)?)));
    fs::write(path, safetensors::serialize(views.collect::<Result<Vec<_>>>()?, None)?)?;
    Ok(())
}

pub fn load<F: Float>(path: &Path) -> Result<Tensors<F>> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut tensors = Tensors::new();
    for (name, view) in SafeTensors::deserialize(&bytes)?.tensors() {
        let numbers: Vec<F> = match view.dtype() {
            Dtype::F64 => {
                view.data().as_chunks().0.iter().map(|&bytes| F::of(f64::from_le_bytes(bytes))).collect()
            }
            Dtype::F32 => view
                .data()
                .as_chunks()
                .0
                .iter()
                .map(|&bytes| F::of(f32::from_le_bytes(bytes).into()))
                .collect(),
            other => return Err(format!("{}: {name} is of {other:?}", path.display()).into()),
        };
        tensors.insert(name, Array::from_shape_vec(IxDyn(view.shape()), numbers)?);
    }
    Ok(tensors)
}

/// The largest difference, relative to the largest number (or 1, if none is larger).
pub fn difference<F: Float, D: Dimension, E: Dimension>(a: &Array<F, D>, b: &Array<F, E>) -> f64 {
    let scale = a.iter().fold(1.0, |scale: f64, number| scale.max(number.as_f64().abs()));
    let pairs = a.iter().zip(b).map(|(a, b)| (a.as_f64() - b.as_f64()).abs());
    if a.len() == b.len() {
        pairs.fold(0.0, |worst: f64, pair| if pair > worst || pair.is_nan() { pair } else { worst }) / scale
    } else {
        f64::INFINITY
    }
}
