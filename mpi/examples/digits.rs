//! The digits on several ranks: `mpirun -n 2 target/release/examples/digits`. Without `mpirun` it is the same training in one
//! process.
//!
//! `--epochs 5 --batch 32 --seed 1 --samples 60000` say how to train, `--checkpoint FILE` where the training is written after
//! each epoch, from where it goes on if the file is there, and `--like FILE` compares the weights at the end with those of a file.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use chainrule::prelude::*;
use chainrule_mpi::World;

fn main() -> ExitCode {
    chainrule_mpi::run(train)
}

fn train(world: World) -> Result<(), Box<dyn Error>> {
    let Settings { epochs, batch, seed, samples, checkpoint, like } = Settings::read()?;
    // one piece of text, into which no other rank writes
    let process = format!("rank {} of {} is process {}\n", world.rank(), world.ranks(), std::process::id());
    eprint!("{process}");
    let mnist = chainrule_mnist::load()?;
    let train = Dataset::<f32>::from_bytes(mnist.train.images, mnist.train.labels, 10)?.head(samples)?;
    let test = Dataset::<f32>::from_bytes(mnist.test.images, mnist.test.labels, 10)?;
    let mut model = Sequential::new([28, 28])
        .add(Flatten)
        .add(Dense::new(128).init(Init::HeNormal))
        .add(ReLU)
        .add(Dense::new(10))
        .add(Softmax)
        .build(seed)?;

    let start = Instant::now();
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.3))
        .epochs(epochs)
        .batch_size(batch)
        .shuffle(seed)
        .validation(&test)
        .progress_bar(false)
        .after_epoch(|epoch, _| println!("{epoch}")) // on rank 0, as every callback
        .distributed(world.communicator());
    if let Some(path) = &checkpoint {
        trainer = trainer.checkpoint(path, 1);
    }
    let history = match checkpoint.filter(|path| path.exists()) {
        Some(path) => trainer.resume(path, &mut model, &train)?,
        None => trainer.fit(&mut model, &train)?,
    };
    if !world.is_first() {
        return Ok(());
    }
    let seconds = start.elapsed().as_secs_f64();
    let steps = history.epochs().len() * train.len().div_ceil(batch);
    println!(
        "{} ranks: {seconds:.1} s, {:.0} µs a step with its validation",
        world.ranks(),
        1e6 * seconds / steps as f64
    );
    if let Some(path) = like {
        let difference = largest_difference(&model, &path)?;
        println!("weights: at most {difference:.1e} from those in {}", path.display());
        if difference > 1e-6 {
            return Err("these weights are not those of the other training".into());
        }
    }
    Ok(())
}

/// The largest distance of a weight from that of the model in a file.
fn largest_difference(model: &Sequential<f32>, path: &Path) -> Result<f32, Box<dyn Error>> {
    let other = Sequential::<f32>::load(path)?;
    let pairs = model.params().zip(other.params());
    let distances = pairs.flat_map(|((_, own), (_, other))| (&own - &other).into_iter().map(f32::abs));
    Ok(distances.fold(0.0, f32::max))
}

/// What stands behind the program's name.
struct Settings {
    epochs: usize,
    batch: usize,
    seed: u64,
    samples: usize,
    checkpoint: Option<PathBuf>,
    like: Option<PathBuf>,
}

impl Settings {
    fn read() -> Result<Self, Box<dyn Error>> {
        let mut settings =
            Settings { epochs: 5, batch: 32, seed: 1, samples: 60_000, checkpoint: None, like: None };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word}: there is nothing behind it"))?;
            match &*word {
                "--epochs" => settings.epochs = value.parse()?,
                "--batch" => settings.batch = value.parse()?,
                "--seed" => settings.seed = value.parse()?,
                "--samples" => settings.samples = value.parse()?,
                "--checkpoint" => settings.checkpoint = Some(value.into()),
                "--like" => settings.like = Some(value.into()),
                _ => return Err(format!("{word}: no such setting; look at the top of the example").into()),
            }
        }
        Ok(settings)
    }
}
