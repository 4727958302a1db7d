//! Writes models of every kind into a folder, with inputs and predictions, for `check.py`; and opens what that has written.
//!
//! ```text
//! chainrule-interop write FOLDER RANDOM      the models of `layers.rs`, and as many random ones
//! chainrule-interop read FOLDER              weights that PyTorch and Keras have written, and what they predict
//! ```

use std::env;
use std::path::Path;
use std::process::ExitCode;

mod back;
mod case;
mod guide;
mod keras;
mod layers;
mod own;
mod random;
mod tensors;

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match &*arguments.iter().map(String::as_str).collect::<Vec<_>>() {
        ["write", folder, random] => write(Path::new(folder), random),
        ["read", folder] => read(Path::new(folder)),
        _ => Err("usage: chainrule-interop write FOLDER RANDOM, or read FOLDER".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path, random: &str) -> Result {
    guide::write(&folder.join("guide"))?;
    let models = folder.join("models");
    let mut written = layers::write(&models)?;
    for number in 0..random.parse()? {
        random::write(&models, number)?;
        written += 1;
    }
    println!("{written} models written");
    Ok(())
}

fn read(folder: &Path) -> Result {
    let from_torch = back::read(&folder.join("models"))?;
    println!("{from_torch} models filled with weights that PyTorch has written: the same predictions");
    let from_keras = keras::read(&folder.join("keras"))?;
    println!("{from_keras} models filled with weights that Keras has written: the same predictions");
    Ok(())
}
