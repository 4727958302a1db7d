//! The files that the Python of the guide's chapter opens.

use std::fs;
use std::path::Path;

use chainrule::prelude::*;

use crate::Result;

/// A model of three named classes, in all forms.
pub fn write(folder: &Path) -> Result {
    fs::create_dir_all(folder)?;
    let mut model = Sequential::<f32>::new([4])
        .add(Rescale::new([5.8, 3.0, 3.8, 1.2], [1.2, 2.3, 0.6, 1.3]))
        .add(Dense::new(8))
        .add(Tanh)
        .add(Dense::new(3))
        .add(Softmax)
        .build(1)?;
    model.set_class_names(["setosa", "versicolor", "virginica"])?;
    model.save(folder.join("iris.safetensors"))?;
    fs::write(folder.join("iris_net.py"), model.to_pytorch()?)?;
    model.export_onnx(folder.join("iris.onnx"))?;
    Ok(())
}
