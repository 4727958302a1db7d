//! Layers to come, written as a user would, against the public interface alone: what the seam has to carry beyond a
//! matrix product and a function of each entry.

#[path = "layers_to_come/batch_norm.rs"]
mod batch_norm;
#[path = "layers_to_come/conv2d.rs"]
mod conv2d;
