//! Copies layers and the optimizer out of the library as a user would: their text under other names, with the imports of
//! a user's program. `nothing_is_privileged` trains with the copies, and the bench `privilege` measures them.

use std::path::Path;
use std::{env, fs, io};

/// Each file with the name of what it holds and its new one.
const COPIES: [(&str, &str, &str); 10] = [
    ("layer/dense.rs", "Dense", "CopiedDense"),
    ("layer/relu.rs", "ReLU", "CopiedReLU"),
    ("layer/softmax.rs", "Softmax", "CopiedSoftmax"),
    ("layer/conv2d.rs", "Conv2D", "CopiedConv2D"),
    ("layer/batch_norm.rs", "BatchNorm", "CopiedBatchNorm"),
    ("layer/max_pool2d.rs", "MaxPool2D", "CopiedMaxPool2D"),
    ("layer/layer_norm.rs", "LayerNorm", "CopiedLayerNorm"),
    ("layer/residual.rs", "Residual", "CopiedResidual"),
    ("layer/dropout.rs", "Dropout", "CopiedDropout"),
    ("optimizer/sgd.rs", "Sgd", "CopiedSgd"),
];

fn main() -> io::Result<()> {
    let mut program = String::new();
    for (file, name, new_name) in COPIES {
        let path = Path::new("../src").join(file);
        println!("cargo::rerun-if-changed={}", path.display());
        let module = new_name.to_lowercase();
        let room = file.split('/').next().unwrap_or_default();
        let text = copy(&fs::read_to_string(path)?, room, name, new_name);
        program += &format!("mod {module} {{\n{text}}}\npub use {module}::{new_name};\n");
    }
    println!("cargo::rerun-if-changed=../tests/build.rs");
    let folder = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&folder).join("copied.rs"), program)
}

/// The code without its tests and comments, with other imports and under another name.
fn copy(source: &str, room: &str, name: &str, new_name: &str) -> String {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut copy = String::new();
    // comments, and what the library says to its lints
    let mut in_lint = false; // which may take several lines
    let mut is_left_out = |line: &&str| {
        let line = line.trim();
        let is_lint = in_lint || line.starts_with("#[expect(");
        in_lint = is_lint && !line.ends_with(")]");
        is_lint || line.starts_with("//")
    };
    for line in code.lines().filter(|line| !is_left_out(line)) {
        let line = match line.strip_prefix("use ") {
            Some(path) if path.starts_with("ndarray") => format!("use chainrule::{path}"),
            Some(path) => {
                let path = path.replace("super::", &format!("crate::{room}::"));
                format!("use {}", path.replace("crate::", "chainrule::"))
            }
            None => line.to_owned(),
        };
        let renamed = line.split_inclusive(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
        for word in renamed {
            let end = word.trim_end_matches(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
            copy += if end == name { new_name } else { end };
            copy += &word[end.len()..];
        }
        copy += "\n";
    }
    copy
}
