//! The seeds: small good cases, from which a fuzzer begins. `cargo run --example seeds` writes them into `seeds/`.

use std::fs;
use std::path::Path;

use chainrule::ndarray::Array2;
use chainrule::prelude::*;
use chainrule::training::History;

use crate::archive::parts;
use crate::checkpoint::{net, samples, trainer};
use crate::{idx, npy};

/// Writes all of them below that folder.
///
/// # Errors
/// What the system says of a file, and the library of a model.
pub fn write(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let all = [
        ("idx", of_idx()),
        ("csv", of_csv()),
        ("npy", of_npy()),
        ("model_file", of_model_file()?),
        ("checkpoint", of_checkpoint()?),
        ("any_model", of_any_model()),
    ];
    for (target, seeds) in all {
        let folder = folder.join(target);
        fs::create_dir_all(&folder)?;
        for (name, bytes) in seeds {
            fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}

type Seeds = Vec<(String, Vec<u8>)>;

fn of_idx() -> Seeds {
    let types =
        [("bytes", 8, 1), ("signed", 9, 1), ("i16", 11, 2), ("i32", 12, 4), ("f32", 13, 4), ("f64", 14, 8)];
    let mut seeds: Seeds = Vec::new();
    for (name, code, size) in types {
        let file = [&[0, 0, code, 2, 0, 0, 0, 2, 0, 0, 0, 3], &[1; 48][..6 * size]].concat();
        seeds.push((format!("{name}.gz"), idx::stored(&file)));
        seeds.push((name.to_owned(), file));
    }
    let image = [&[0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 4][..], &[7; 16]].concat();
    seeds.push(("image".to_owned(), image));
    seeds
}

fn of_csv() -> Seeds {
    let tables: [(&str, [u8; 2], &str); 8] = [
        ("numbers", [0, 0], "y,a,b\n1,2,3\n4,5.5,-6e2\n"),
        ("classes", [2 << 5, 0], "a,b,y\n1,2,yes\n3,4,no\n"),
        ("no_header", [2, 0], "1,2\n3,4\n"),
        ("missing", [1 << 2, 0], "y,a,b\n1,,3\n4,5,NA\n"),
        ("left_out", [5 << 2, 0], "y,a,b\n1,,3\n4,5,6\n"),
        ("one_hot", [0, 16], "y,b,c\n1,2,red\n4,5,green\n3,1,red\n"),
        ("decimal_comma", [0, 1 | 4], "y;a;b\n1,5;2;3\n4;5,25;6\n"),
        ("quotes", [2 << 5, 16], "y,b,c\n\"a \"\"b\"\"\",2,\"r,\n\"\nx,5,g\n\0y,b,c\nx,1,g\n"),
    ];
    tables.map(|(name, choices, table)| (name.to_owned(), [&choices[..], table.as_bytes()].concat())).into()
}

fn of_npy() -> Seeds {
    let array = |descr: &str, order: &str, shape: &str, data: &[u8]| {
        let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
    };
    let mut seeds = vec![
        ("f8".to_owned(), array("<f8", "False", "(3,)", &[0; 24])),
        ("f4_big".to_owned(), array(">f4", "False", "(1, 2)", &[0x3f; 8])),
        ("f2".to_owned(), array("<f2", "False", "(2, 1)", &[0, 0x3c, 0, 0xc0])),
        ("bytes_fortran".to_owned(), array("|u1", "True", "(2, 3)", &[1, 2, 3, 4, 5, 6])),
        ("i8".to_owned(), array("<i8", "False", "()", &[7, 0, 0, 0, 0, 0, 0, 0])),
        ("flags".to_owned(), array("|b1", "False", "(0, 3)", &[])),
    ];
    let archives = seeds.iter().filter_map(|(name, file)| Some((format!("{name}.npz"), npy::zipped(file)?)));
    let archives: Seeds = archives.collect();
    seeds.extend(archives);
    seeds
}

/// Files, and the parts of each.
fn with_parts(files: Seeds) -> Seeds {
    let parts: Seeds =
        files.iter().filter_map(|(name, file)| Some((format!("{name}.parts"), parts(file)?))).collect();
    [files, parts].concat()
}

fn of_model_file() -> chainrule::Result<Seeds> {
    let mut gate =
        Sequential::<f32>::new([2]).add(Dense::new(3)).add(Tanh).add(Dense::new(2)).add(Softmax).build(1)?;
    gate.set_class_names(["no", "yes"])?;
    gate.set_feature_names(["a", "b"])?;
    let images = Sequential::<f32>::new([1, 4, 4])
        .add(Rescale::new([0.5], [2.0]))
        .add(Conv2D::new(2, 3).padding(1))
        .add(BatchNorm::new())
        .add(LeakyReLU::new(0.1))
        .add(MaxPool2D::new(2))
        .add(AvgPool2D::new([1, 2]))
        .add(Flatten)
        .add(Maxout::new(2, 2))
        .build(2)?;
    let wide = Sequential::<f64>::new([4])
        .add(Reshape::new([1, 2, 2]))
        .add(GlobalAvgPool)
        .add(LayerNorm::new())
        .add(Dropout::new(0.5))
        .add(GELU::approximate())
        .add(Dense::new(1).without_bias())
        .build(3)?;
    let residual =
        Sequential::<f32>::new([2]).residual(|block| block.add(Dense::new(2)).add(ELU::new(1.0))).build(4)?;
    let files = [
        ("gate", gate.to_bytes()?),
        ("images", images.to_bytes()?),
        ("wide", wide.to_bytes()?),
        ("residual", residual.to_bytes()?),
    ];
    Ok(with_parts(files.map(|(name, file)| (name.to_owned(), file)).into()))
}

fn of_checkpoint() -> Result<Seeds, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("training.safetensors");
    let (x, t) = samples();
    let mut seeds = Vec::new();
    for kind in 0..4 {
        for epochs in [1, 3] {
            let mut model = net();
            let made: chainrule::Result<History> =
                trainer(kind).epochs(epochs).checkpoint(&path, 1).fit(&mut model, (&x, &t));
            made?;
            for (name, file) in with_parts(vec![(format!("{kind}_epoch_{epochs}"), fs::read(&path)?)]) {
                seeds.push((name, [&[b'0' + kind as u8], &file[..]].concat()));
            }
        }
    }
    net().save_with_history(&path, &History::default())?;
    seeds.push(("no_training".to_owned(), [b"0", &fs::read(&path)?[..]].concat()));
    Ok(seeds)
}

/// Bytes that mean nothing yet, but are many.
fn of_any_model() -> Seeds {
    let mut rng = Rng::new(1);
    let mut bytes = |count: usize| {
        Array2::from_shape_simple_fn((1, count), || rng.below(256) as u8).into_raw_vec_and_offset().0
    };
    (0..24).map(|number| (format!("random_{number:02}"), bytes(64 + 8 * number))).collect()
}
