//! Model files that were tampered with: no panic, and no memory on a header's word.
//!
//! `cargo test --release -p chainrule-tests --test hostile_files` takes 20,000 of them, and `FILES=10000000` before it more.

use std::collections::BTreeMap;

use chainrule::files::Layers;
use chainrule::prelude::*;
use chainrule::training::History;
use chainrule_tests::{random_batch, random_net};
use serde_json::Value;

/// What memory all of it may take beyond what one good file takes.
const ALLOWED: usize = 64 << 20;

fn main() {
    let count: u64 = std::env::var("FILES").map_or(20_000, |count| count.parse().expect("a number in FILES"));
    let files: Vec<Vec<u8>> = (0..64).map(file).collect();
    let mut rng = Rng::new(std::env::var("SEED").map_or(1, |seed| seed.parse().expect("a number in SEED")));
    let (mut opened, mut outcomes) = (0_u64, BTreeMap::<String, u64>::new());
    files.iter().for_each(|file| use_it(&Sequential::from_bytes(file, &Layers::new()).expect("a good file")));
    let before = most_memory();
    for _ in 0..count {
        let bytes = tampered(&files[rng.below(files.len())], &mut rng);
        match Sequential::<f32>::from_bytes(&bytes, &Layers::new()) {
            Ok(model) => {
                opened += 1;
                use_it(&model);
            }
            Err(error) => *outcomes.entry(kind(&error.to_string())).or_default() += 1,
        }
    }
    for bytes in large_headers() {
        drop(Sequential::<f32>::from_bytes(&bytes, &Layers::new()));
    }
    let beyond = most_memory().zip(before).map(|(now, before)| now - before);
    println!(
        "{count} tampered files: {opened} opened and used; bytes of memory beyond good files: {beyond:?}"
    );
    let mut by_count: Vec<_> = outcomes.iter().collect();
    by_count.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    by_count.iter().take(20).for_each(|(kind, count)| println!("{count:>9}  {kind}"));
    assert!(opened > 0 && outcomes.len() > 10, "the files are tampered with in too few ways");
    assert!(beyond.is_none_or(|bytes| bytes <= ALLOWED), "{beyond:?} bytes");
}

/// The most memory that the process has had so far, where the system tells. A check for room that asks for memory and
/// gives it back untouched does not count.
fn most_memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<usize>().ok()? << 10)
}

/// Headers of the largest size that is read at all, full of what takes far more memory than text.
fn large_headers() -> impl Iterator<Item = Vec<u8>> {
    const LONGEST: usize = 2 << 20;
    let model = r#"{"__metadata__":{"chainrule":"{\"format\":1,\"version\":\"\",\"seed\":1,\"input\":[2],\"layers\":["#;
    let parts = [
        ("{".to_owned(), r#""NUMBER":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#, "}"),
        (r#"{"a":["#.to_owned(), "[]", "]}"),
        (model.to_owned(), r#"{\"name\":\"relu\"}"#, r#"]}"}}"#),
        (model.to_owned() + r#"],\"columns\":["#, "[]", r#"]}"}}"#),
        (model.to_owned() + r#"],\"classes\":["#, r#"\"\""#, r#"]}"}}"#),
    ];
    parts.into_iter().map(|(mut text, unit, end)| {
        for number in 0.. {
            let unit = unit.replace("NUMBER", &number.to_string());
            if text.len() + unit.len() + 1 + end.len() > LONGEST {
                break;
            }
            text += &unit;
            text.push(',');
        }
        text.pop();
        text += end;
        [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
    })
}

/// What a program does with a model that it has opened.
fn use_it(model: &Sequential<f32>) {
    let widths =
        (0..).map_while(|position| model.shape(position)).map(|shape| shape.iter().product::<usize>());
    if widths.max().is_some_and(|width| width < 100_000) {
        let shape: Vec<usize> = [1].iter().chain(model.input_shape()).copied().collect();
        let x = random_batch(model, 1, 1).into_shape_with_order(shape).expect("the model's own shape");
        let _ = model.predict(&x);
    }
    let _ = (model.to_string(), model.to_bytes(), model.class_names().len());
}

/// The words of an error without what the file has put there: numbers, and what stands in parentheses or quotes.
fn kind(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let plain = first
        .split(['(', '"', '`'])
        .step_by(2)
        .map(|part| part.split_once(')').map_or(part, |(_, rest)| rest));
    let words = plain.flat_map(|part| part.split(|letter: char| !letter.is_alphabetic()));
    words.filter(|word| word.len() > 2).take(9).collect::<Vec<_>>().join(" ")
}

fn file(seed: u64) -> Vec<u8> {
    let mut model = random_net::<f32>(seed);
    let names =
        (0..model.class_count().unwrap_or(model.output_width())).map(|class| format!("class {class}"));
    model.set_class_names(names).expect("a name for each");
    if !seed.is_multiple_of(4) {
        return model.to_bytes().expect("layers of the library");
    }
    let folder = std::env::temp_dir().join(format!("chainrule-hostile-{}", std::process::id()));
    let path = folder.join("model.safetensors");
    model.save_with_history(&path, &History::default()).expect("a folder to write to");
    let bytes = std::fs::read(&path).expect("the file was written");
    std::fs::remove_dir_all(folder).expect("the folder was made");
    bytes
}

fn tampered(file: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = if rng.below(2) == 0 { file.to_vec() } else { with_other_values(file, rng) };
    let header = bytes.first_chunk().map_or(0, |length| u64::from_le_bytes(*length) as usize + 8);
    for _ in 0..rng.below(3) {
        let end = if rng.below(4) == 0 { bytes.len() } else { header.min(bytes.len()) };
        let at = rng.below(end.max(1));
        match rng.below(6) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 => bytes.insert(at.min(bytes.len()), rng.below(256) as u8),
            3 if at < bytes.len() => bytes[at] = rng.below(256) as u8,
            4 if at < bytes.len() => bytes[at] ^= 1 << rng.below(8),
            5 if at < bytes.len() => bytes[at] = b"0123456789[]{}\",:-e"[rng.below(19)],
            _ => {}
        }
    }
    bytes
}

/// The file with some values of its header and of its description replaced.
fn with_other_values(file: &[u8], rng: &mut Rng) -> Vec<u8> {
    let length = u64::from_le_bytes(*file.first_chunk().expect("a whole file")) as usize;
    let mut header: Value = serde_json::from_slice(&file[8..8 + length]).expect("a whole header");
    let text = &mut header["__metadata__"]["chainrule"];
    let mut description: Value = serde_json::from_str(text.as_str().expect("a text")).expect("JSON");
    for _ in 0..1 + rng.below(2) {
        replace_one(&mut description, rng);
    }
    *text = description.to_string().into();
    if rng.below(4) == 0 {
        replace_one(&mut header, rng);
    }
    let header = serde_json::to_vec(&header).expect("JSON");
    [&(header.len() as u64).to_le_bytes()[..], &header, &file[8 + length..]].concat()
}

fn replace_one(value: &mut Value, rng: &mut Rng) {
    let inside = match value {
        Value::Array(values) if !values.is_empty() && rng.below(8) > 0 => {
            let index = rng.below(values.len());
            values.get_mut(index)
        }
        Value::Object(values) if !values.is_empty() && rng.below(8) > 0 => {
            let index = rng.below(values.len());
            values.values_mut().nth(index)
        }
        _ => None,
    };
    match inside {
        Some(inside) => replace_one(inside, rng),
        None => *value = other(value, rng),
    }
}

fn other(value: &Value, rng: &mut Rng) -> Value {
    match rng.below(12) {
        0 => Value::Null,
        1 => 0.into(),
        2 => 1.into(),
        3 => u64::MAX.into(),
        4 => (1_u64 << rng.below(64)).into(),
        5 => (-1).into(),
        6 => 1e300.into(),
        7 => "NaN".into(),
        8 => Value::Array(vec![value.clone(); 2]),
        9 => rng.below(20).into(),
        10 => vec![Value::from(rng.below(100)); rng.below(4)].into(),
        _ => ["relu", "dense", "flatten", "residual", "max_pool2d", "conv2d", "reshape", "softmax"]
            [rng.below(8)]
        .into(),
    }
}
