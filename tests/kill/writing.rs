//! `kill -9` while files are written: each stays the old one or is the new one, whole, and nothing piles up beside it.

use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use chainrule::prelude::{Result, *};
use chainrule::training::History;
use chainrule_draw::{Curves, Drawing, Report};

use super::{folder, start};

/// The file by which a child says that it writes.
const READY: &str = "ready";
/// The writers, by the names of their files.
const FILES: [&str; 6] =
    ["model.safetensors", "with_history.safetensors", "history.csv", "page.html", "curves.svg", "net.onnx"];

/// A model and the history of its training, in two versions.
fn version(number: u64) -> Result<(Sequential<f32>, History)> {
    let mut rng = Rng::new(number);
    let x = Array2::from_shape_simple_fn((64, 100), || rng.normal() as f32);
    let t = x.slice(s![.., ..3]).to_owned();
    let mut model = Sequential::new([100]).add(Dense::new(200)).add(Tanh).add(Dense::new(3)).build(number)?;
    let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01)).epochs(20).progress_bar(false).threads(1);
    let history = { trainer }.fit(&mut model, (&x, &t))?;
    Ok((model, history))
}

/// Writes every file.
fn write_all(folder: &Path, (model, history): &(Sequential<f32>, History)) -> Result<()> {
    let [plain, with_history, log, page, curves, onnx] = FILES.map(|name| folder.join(name));
    model.save(plain)?;
    model.save_with_history(with_history, history)?;
    history.save_csv(log)?;
    Report::new("a training", model, history).save(page)?;
    Curves::of(history).save(curves)?;
    model.export_onnx(onnx)
}

/// The child: writes one version after the other, for ever.
pub fn write_for_ever(folder: &Path) -> Result<(), Box<dyn Error>> {
    let versions = [version(0)?, version(1)?];
    fs::write(folder.join(READY), "")?;
    loop {
        for version in &versions {
            write_all(folder, version)?;
        }
    }
}

fn contents(folder: &Path) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    Ok(FILES.iter().map(|name| fs::read(folder.join(name))).collect::<Result<_, _>>()?)
}

/// What killed processes have left beside the files.
fn left_over(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let known = |name: &str| name == READY || FILES.contains(&name);
    let names =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    Ok(names
        .into_iter()
        .filter(|path| !path.file_name().and_then(|name| name.to_str()).is_some_and(known))
        .collect())
}

/// Kills children that write, and looks at the files after each.
pub fn kill(kills: u64, seed: u64) -> Result<(), Box<dyn Error>> {
    let mut expected = Vec::new();
    for number in [0, 1] {
        let folder = folder()?;
        write_all(folder.path(), &version(number)?)?;
        expected.push(contents(folder.path())?);
    }
    assert!(
        expected[0].iter().zip(&expected[1]).all(|(old, new)| old != new),
        "the versions can be told apart"
    );

    let (folder, mut rng) = (folder()?, Rng::new(seed));
    let folder = folder.path();
    write_all(folder, &version(0)?)?;
    let (mut broken_off, mut mixed) = (0, 0);
    for number in 0..kills {
        fs::remove_file(folder.join(READY)).ok();
        let mut child = start(folder, "write")?;
        let begun = Instant::now();
        while !folder.join(READY).exists() {
            assert!(begun.elapsed() < Duration::from_secs(60), "a child does not begin to write");
            sleep(Duration::from_millis(1));
        }
        sleep(Duration::from_secs_f64(0.03 * rng.uniform()));
        child.kill()?;
        child.wait()?;

        let found = contents(folder)?;
        let newer: Vec<bool> = found.iter().enumerate().map(|(i, file)| *file == expected[1][i]).collect();
        for (i, file) in found.iter().enumerate() {
            assert!(
                *file == expected[0][i] || newer[i],
                "kill {number} of seed {seed}: {} is neither",
                FILES[i]
            );
        }
        mixed += u64::from(newer.contains(&true) && newer.contains(&false));
        let left = left_over(folder)?;
        broken_off += u64::from(!left.is_empty());
        assert!(left.len() <= FILES.len(), "kill {number} of seed {seed} has left {left:?}");
        // as if the next process came later: what is younger than a minute might be somebody's who writes now
        for path in left {
            File::options()
                .write(true)
                .open(path)?
                .set_modified(SystemTime::now() - Duration::from_secs(3600))?;
        }
    }
    println!(
        "{kills} processes killed while they wrote {} files: {broken_off} times one was half-written, under another name, \
         {mixed} times some were newer than others; all were whole",
        FILES.len()
    );
    assert!(broken_off + mixed > 0, "the kills have missed the writing");
    write_all(folder, &version(0)?)?;
    assert_eq!(left_over(folder)?, Vec::<PathBuf>::new(), "what was left is gone after the next time");
    assert!(contents(folder)? == expected[0]);
    Ok(())
}
