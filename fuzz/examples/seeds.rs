//! Writes the seeds again, after the format of a file has changed.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    chainrule_fuzz::seeds::write(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds"))
}
