//! `kill -9` at any moment: the training goes on from its last checkpoint to the same bits.
//!
//! The program is its own child: with [`FOLDER`] in the environment it trains, or writes files, and without it kills such
//! children at random moments and compares what they have left in the end. `CHAINRULE_KILLS` says how many trainings are
//! killed, `CHAINRULE_WRITE_KILLS` how many who write, `CHAINRULE_KILL_SEED` when.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use chainrule::prelude::{Result, *};
use chainrule::training::{CsvLog, ReduceOnPlateau};

#[path = "kill/writing.rs"]
mod writing;

/// What the child does: it trains, or writes.
const TASK: &str = "CHAINRULE_KILL_TASK";
const FOLDER: &str = "CHAINRULE_KILL_FOLDER";
const CHECKPOINT: &str = "training.safetensors";
const EPOCHS: usize = 40;
/// A training that is gone on with is killed again, up to that often.
const CHAIN: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    match std::env::var_os(FOLDER) {
        Some(folder) if std::env::var(TASK)? == "write" => writing::write_for_ever(Path::new(&folder)),
        Some(folder) => train(Path::new(&folder)),
        None => {
            let seed = setting("CHAINRULE_KILL_SEED", 1)?;
            writing::kill(setting("CHAINRULE_WRITE_KILLS", 40)?, seed)?;
            kill(setting("CHAINRULE_KILLS", 200)?, seed)
        }
    }
}

/// The child: begins a training or goes on with it, and writes down all that it has left.
fn train(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut rng = Rng::new(3);
    let x = Array2::from_shape_simple_fn((128, 8), || rng.normal() as f32);
    let t = Array2::from_shape_fn((128, 1), |(i, _)| x[[i, 0]] * x[[i, 1]] + (0.3 * rng.normal()) as f32);
    let layers =
        Sequential::new([8]).add(Dense::new(32)).add(BatchNorm::new()).add(ReLU).add(Dropout::new(0.2));
    let mut model = layers.add(Dense::new(1)).build(7)?;
    let path = folder.join(CHECKPOINT);
    let mut trainer = Trainer::new(MeanSquaredError, ClipNorm::new(1.0, Adam::new(0.01)))
        .epochs(EPOCHS)
        .batch_size(16)
        .validation((&x, &t))
        .schedule(ReduceOnPlateau::new(0.5, 3))
        .callback(EarlyStopping::new(50))
        .callback(CsvLog::create(folder.join("log.csv")))
        .progress_bar(false)
        .threads(1)
        .checkpoint(&path, 1);
    let history = if path.exists() {
        trainer.resume(&path, &mut model, (&x, &t))?
    } else {
        trainer.fit(&mut model, (&x, &t))?
    };
    let numbers = model.params().chain(model.state());
    let numbers: Vec<(String, Vec<u32>)> =
        numbers.map(|(name, value)| (name, value.iter().map(|x| x.to_bits()).collect())).collect();
    fs::write(folder.join("left.txt"), format!("{numbers:?}\n{history:?}"))?;
    Ok(())
}

/// A folder in memory, if there is one: most of a short training would be waiting for the disk.
fn folder() -> Result<tempfile::TempDir, Box<dyn Error>> {
    let memory = Path::new("/dev/shm");
    Ok(if memory.is_dir() { tempfile::tempdir_in(memory)? } else { tempfile::tempdir()? })
}

fn start(folder: &Path, task: &str) -> Result<Child, Box<dyn Error>> {
    let mut child = Command::new(std::env::current_exe()?);
    Ok(child.env(FOLDER, folder).env(TASK, task).stdout(Stdio::null()).spawn()?)
}

/// A training without interruption: how long it takes, and what it leaves.
fn run(folder: &Path) -> Result<(Duration, [String; 2]), Box<dyn Error>> {
    let start_of = Instant::now();
    let ended = start(folder, "train")?.wait()?;
    assert!(ended.success(), "a training has failed: {ended}");
    Ok((start_of.elapsed(), left(folder)?))
}

fn left(folder: &Path) -> Result<[String; 2], Box<dyn Error>> {
    Ok([fs::read_to_string(folder.join("left.txt"))?, fs::read_to_string(folder.join("log.csv"))?])
}

fn setting(name: &str, default: u64) -> Result<u64, Box<dyn Error>> {
    Ok(std::env::var(name).map_or(Ok(default), |text| text.parse())?)
}

fn kill(trainings: u64, seed: u64) -> Result<(), Box<dyn Error>> {
    let mut unbroken = Vec::new();
    for _ in 0..5 {
        unbroken.push(run(folder()?.path())?);
    }
    unbroken.sort();
    let (time, expected) = &unbroken[2];
    assert!(unbroken.iter().all(|(_, left)| left == expected), "the same training leaves other numbers");
    assert!(expected[1].lines().count() > EPOCHS / 2, "too short to be killed");

    let mut rng = Rng::new(seed);
    let (mut kills, mut before, mut within, mut after) = (0, 0, 0, 0);
    for training in 0..trainings {
        let folder = folder()?;
        let folder = folder.path();
        for _ in 0..1 + rng.below(CHAIN) {
            let mut child = start(folder, "train")?;
            sleep(time.mul_f64(rng.uniform()));
            child.kill()?;
            child.wait()?;
            kills += 1;
            let (begun, ended) = (folder.join(CHECKPOINT).exists(), folder.join("left.txt").exists());
            *(if ended {
                &mut after
            } else if begun {
                &mut within
            } else {
                &mut before
            }) += 1;
        }
        let ended = start(folder, "train")?.wait()?;
        assert!(ended.success(), "training {training} of seed {seed} does not go on: {ended}");
        assert!(left(folder)? == *expected, "training {training} of seed {seed} has left other numbers");
    }
    println!(
        "{trainings} trainings of {time:?}, killed {kills} times: {before} before the first checkpoint, {within} between \
         two, {after} at the end; all came to the same bits"
    );
    assert!(within > kills / 4, "the kills have missed the trainings");
    Ok(())
}
