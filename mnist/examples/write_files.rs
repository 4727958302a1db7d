//! Writes MNIST's four original files into a folder: `cargo run --example write_files FOLDER`.

use std::path::PathBuf;

use chainrule_mnist::File;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder? cargo run --example write_files FOLDER")?;
    let folder = PathBuf::from(folder);
    std::fs::create_dir_all(&folder)?;
    for file in File::ALL {
        let path = folder.join(file.name());
        std::fs::write(&path, file.bytes()?)?;
        println!("{}", path.display());
    }
    Ok(())
}
