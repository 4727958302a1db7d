//! A model in a file: this process trains and saves one, a second one opens it and predicts the same bits:
//! `cargo run --release --example save_and_load`.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use chainrule::prelude::*;
use chainrule::training::History;

type AnyResult<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> AnyResult<()> {
    if let [_, open, path] = &*std::env::args().collect::<Vec<_>>()
        && open == "open"
    {
        return open_and_predict(Path::new(path));
    }
    let mnist = chainrule_mnist::load()?;
    let train = Dataset::<f32>::from_bytes(mnist.train.images, mnist.train.labels, 10)?;
    let mut model = Sequential::new([28, 28])
        .add(Flatten)
        .add(Dense::new(128).init(Init::HeNormal))
        .add(ReLU)
        .add(Dense::new(10))
        .add(Softmax)
        .build(1)?;
    model.set_class_names((0..10).map(|digit| digit.to_string()))?;
    let history = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).epochs(2).fit(&mut model, &train)?;

    let folder = tempfile::tempdir()?;
    let path = folder.path().join("digits.safetensors");
    model.save_with_history(&path, &history)?;
    println!("{model}");
    println!("{} bytes in {}", std::fs::metadata(&path)?.len(), path.display());

    // a process of its own, which knows nothing but the file
    let second = Command::new(std::env::current_exe()?).arg("open").arg(&path).output()?;
    let answers = String::from_utf8(second.stdout)?;
    answers.lines().take(3).for_each(|line| println!("{line}"));
    eprint!("{}", String::from_utf8_lossy(&second.stderr));
    assert!(answers.ends_with(&predictions(&model)?), "the second process predicts the same bits");
    assert_eq!(History::load(&path)?, history);

    let median = |work: &mut dyn FnMut() -> Result<()>| -> Result<f64> {
        let mut times = Vec::new();
        for _ in 0..21 {
            let start = Instant::now();
            work()?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        Ok(times[times.len() / 2])
    };
    let saving = median(&mut || model.save(&path))?;
    let loading = median(&mut || Sequential::<f32>::load(&path).map(drop))?;
    println!("saving {saving:.1} ms, loading {loading:.1} ms (medians of 21)");
    println!("the second process predicted the same bits");
    Ok(())
}

fn open_and_predict(path: &Path) -> AnyResult<()> {
    let model = Sequential::<f32>::load(path)?;
    println!(
        "a second process has opened {} layers, classes {}",
        model.layers().len(),
        model.class_names().join(", ")
    );
    print!("{}", predictions(&model)?);
    Ok(())
}

/// The bits of what the model says of ten test images.
fn predictions(model: &Sequential<f32>) -> AnyResult<String> {
    let mnist = chainrule_mnist::load()?;
    let test = Dataset::<f32>::from_bytes(mnist.test.images, mnist.test.labels, 10)?;
    let outputs = model.predict(&test.inputs().slice_axis(Axis(0), (..10).into()))?;
    let lines = outputs.rows().into_iter().map(|row| {
        let bits: Vec<String> = row.iter().map(|p| format!("{:08x}", p.to_bits())).collect();
        bits.join(" ") + "\n"
    });
    Ok(lines.collect())
}
