//! Weights of Keras models, written by the recipe of the guide.

use std::path::Path;

use chainrule::prelude::*;

use crate::Result;
use crate::tensors::{difference, load};

/// Fills the models that `check.py` has built in Keras with their weights; returns how many, 0 without the folder.
pub fn read(folder: &Path) -> Result<usize> {
    if !folder.exists() {
        return Ok(0);
    }
    let table = Sequential::<f32>::new([5])
        .add(Dense::new(16))
        .add(ReLU)
        .add(BatchNorm::new().epsilon(1e-3))
        .add(Dropout::new(0.3))
        .add(Dense::new(8).without_bias())
        .add(LayerNorm::new().epsilon(1e-3))
        .add(Tanh)
        .add(Dense::new(3))
        .add(Softmax);
    let images = Sequential::<f32>::new([2, 9, 8])
        .add(Conv2D::new(4, 3).padding(1))
        .add(ReLU)
        .add(BatchNorm::new().epsilon(1e-3))
        .add(MaxPool2D::new(2))
        .add(Conv2D::new(6, [2, 3]))
        .add(Tanh)
        .add(Flatten)
        .add(BatchNorm::new().epsilon(1e-3))
        .add(Dropout::new(0.2))
        .add(Dense::new(10))
        .add(Softmax);
    let models = [("table", table), ("images", images)];
    for (name, layers) in models.clone() {
        let mut model = layers.build(1)?;
        model.load_weights(folder.join(format!("{name}.safetensors")))?;
        let batch = load::<f32>(&folder.join(format!("{name}_batch.safetensors")))?;
        let difference = difference(&model.predict(&batch["input"])?, &batch["output"]);
        if difference > 1e-6 || difference.is_nan() {
            return Err(format!("the Keras model {name} differs by {difference:.1e}").into());
        }
    }
    Ok(models.len())
}
