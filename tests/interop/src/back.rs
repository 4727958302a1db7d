//! Weights that PyTorch has written, in a model of this library.

use std::fs;
use std::path::Path;

use chainrule::prelude::*;

use crate::tensors::{difference, is_double, load};
use crate::{Result, own};

/// Opens every model of the folder, fills it with `torch.safetensors` and compares its predictions; returns how many.
pub fn read(folder: &Path) -> Result<usize> {
    let mut count = 0;
    let mut folders: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    folders.sort_by_key(|entry| entry.path());
    for case in folders {
        let case = case.path();
        if !case.join("torch.safetensors").exists() {
            continue;
        }
        let text: serde_json::Value = serde_json::from_str(&fs::read_to_string(case.join("case.json"))?)?;
        match text["dtype"].as_str() {
            Some("float64") => check::<f64>(&case)?,
            _ => check::<f32>(&case)?,
        }
        count += 1;
    }
    Ok(count)
}

fn check<F: Float>(case: &Path) -> Result {
    let mut model = Sequential::<F>::load_with(case.join("model.safetensors"), &own::layers())?;
    model.load_weights(case.join("torch.safetensors"))?;
    let batches = load::<F>(&case.join("torch_batch.safetensors"))?;
    let y = model.predict(&batches["input"])?;
    let (difference, limit) =
        (difference(&y, &batches["output"]), if is_double::<F>() { 1e-12 } else { 1e-6 });
    if difference <= limit {
        return Ok(());
    }
    let case = case.display();
    Err(format!("{case}: with PyTorch's weights the predictions differ by {difference:.1e} of their scale")
        .into())
}
