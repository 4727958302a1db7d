//! A model in a folder: its file, its Python, its ONNX, and batches with their predictions.

use std::fs;
use std::path::Path;

use chainrule::ndarray::{Array, IxDyn};
use chainrule::prelude::*;
use serde_json::json;

use crate::tensors::{self, Tensors, is_double};
use crate::{Result, own};

/// Fills a model with random numbers, writes it in all forms, and what it predicts for batches of these sizes.
pub fn write<F: Float>(folder: &Path, mut model: Sequential<F>, batches: &[usize], rng: &mut Rng) -> Result {
    fs::create_dir_all(folder)?;
    let weights = folder.join("weights.safetensors");
    tensors::save(&weights, &random_weights(&model, rng))?;
    model.load_weights(&weights)?;
    fs::remove_file(weights)?;

    model.save(folder.join("model.safetensors"))?;
    fs::write(folder.join("model.py"), own::pytorch().write(&model)?)?;
    own::onnx().save(&model, folder.join("model.onnx"))?;
    if is_double::<F>() {
        own::onnx().in_f32().save(&model, folder.join("in_f32.onnx"))?;
    }
    let mut numbers = Tensors::new();
    let mut labels = Vec::new();
    for &batch in batches {
        let shape: Vec<usize> = std::iter::once(batch).chain(model.input_shape().iter().copied()).collect();
        let x = Array::from_shape_simple_fn(IxDyn(&shape), || F::of(rng.normal()));
        let shape: Vec<usize> = std::iter::once(batch).chain(model.output_shape().iter().copied()).collect();
        numbers.insert(format!("output_{batch}"), model.predict(&x)?.into_shape_with_order(IxDyn(&shape))?);
        if !model.class_names().is_empty() {
            let classes = model.predict_classes(&x)?;
            labels.push((
                format!("{batch}"),
                classes.iter().map(|&class| json!(model.class_names()[class])).collect(),
            ));
        }
        numbers.insert(format!("input_{batch}"), x);
    }
    tensors::save(&folder.join("batches.safetensors"), &numbers)?;
    let layers: Vec<&str> = model.layers().map(|layer| layer.name()).collect();
    let labels: serde_json::Map<String, serde_json::Value> = labels.into_iter().collect();
    let dtype = if is_double::<F>() { "float64" } else { "float32" };
    let text = json!({ "batches": batches, "layers": layers, "labels": labels, "dtype": dtype }).to_string();
    fs::write(folder.join("case.json"), text)?;
    Ok(())
}

/// Numbers for all parameters and states, of a size that keeps activations near 1.
fn random_weights<F: Float>(model: &Sequential<F>, rng: &mut Rng) -> Tensors<F> {
    let mut tensors = Tensors::new();
    for (index, layer) in model.layers().enumerate() {
        for param in layer.params().iter().chain(layer.state()) {
            let shape = param.shape_in_files();
            let inputs = shape.iter().skip(1).product::<usize>();
            let scale = (1.0 / inputs as f64).sqrt();
            let numbers = Array::from_shape_simple_fn(IxDyn(&shape), || match (layer.name(), param.name) {
                (_, "running_var") => F::of(0.5 + rng.uniform()),
                ("dense" | "maxout" | "conv2d", "weight") => F::of(scale * rng.normal()),
                (_, "weight" | "scale") => F::of(1.0 + 0.2 * rng.normal()),
                _ => F::of(0.3 * rng.normal()),
            });
            tensors.insert(format!("{index}.{}", param.name), numbers);
        }
    }
    tensors
}
