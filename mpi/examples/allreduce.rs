//! What a step costs on several ranks: `mpirun -n 2 target/release/examples/allreduce`.
//!
//! Three things in turns, seven times each, and their medians: a step of one process with the whole batch, a step of all ranks
//! with their shares, and the sum of the gradients over the ranks alone. `--batch 32` and `--rounds 7` can be others.

use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

use chainrule::prelude::*;
use chainrule::training::Communicator;
use chainrule_mpi::World;

/// The steps of a round, and the sums.
const STEPS: usize = 200;

fn main() -> ExitCode {
    chainrule_mpi::run(measure)
}

fn measure(world: World) -> Result<(), Box<dyn Error>> {
    let [batch, rounds] = settings()?;
    let digits = chainrule_mnist::train()?;
    let train = Dataset::<f32>::from_bytes(digits.images, digits.labels, 10)?.head(STEPS * batch)?;
    let hidden = Sequential::new([28, 28]).add(Flatten).add(Dense::new(128)).add(ReLU);
    let model = hidden.add(Dense::new(10)).add(Softmax).build(1)?;
    let trainer = || {
        let trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).batch_size(batch).epochs(1);
        trainer.progress_bar(false).threads(1)
    };
    let fit = |mut trainer: Trainer<f32>| -> Result<f64, Box<dyn Error>> {
        let mut model = model.clone();
        let start = Instant::now();
        trainer.fit(&mut model, &train)?;
        Ok(start.elapsed().as_secs_f64() / STEPS as f64)
    };
    let mut ranks = world.communicator();
    let mut gradients = vec![0.0_f32; model.param_count()];
    let mut times = [const { Vec::new() }; 3];
    for round in 0..=rounds {
        // rank 0 alone, while the others wait for its sum
        let alone = if world.is_first() { fit(trainer())? } else { 0.0 };
        ranks.all_reduce(&mut [0.0_f32])?;
        let together = fit(trainer().distributed(world.communicator()))?;
        let start = Instant::now();
        for _ in 0..STEPS {
            ranks.all_reduce(&mut gradients)?;
        }
        let sums = start.elapsed().as_secs_f64() / STEPS as f64;
        if round > 0 {
            // the first one only warms up
            times.iter_mut().zip([alone, together, sums]).for_each(|(all, time)| all.push(1e6 * time));
        }
    }
    if !world.is_first() {
        return Ok(());
    }
    let [alone, together, sums] = times.map(median);
    let (count, numbers) = (world.ranks(), gradients.len());
    println!("batch {batch}, medians of {rounds} rounds of {STEPS} steps, each rank on one thread:");
    println!("  step of one process    {alone:7.1} µs");
    println!("  step of {count} ranks        {together:7.1} µs    {:.2} of one process", together / alone);
    println!("  all-reduce alone       {sums:7.1} µs    of {numbers} gradients");
    let lost = together - alone;
    println!("  {count} ranks {} {:.1} µs a step", if lost > 0.0 { "lose" } else { "win" }, lost.abs());
    if lost > sums {
        return Err(
            "the ranks lose more than their communication takes: is a core busy with something else?".into(),
        );
    }
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Samples of a batch, and rounds.
fn settings() -> Result<[usize; 2], Box<dyn Error>> {
    let mut settings = [32, 7];
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value: usize =
            words.next().ok_or_else(|| format!("{word}: there is nothing behind it"))?.parse()?;
        match &*word {
            "--batch" if value > 0 && STEPS * value <= 60_000 => settings[0] = value,
            "--rounds" if value > 0 => settings[1] = value,
            _ => return Err(format!("{word} {value}: --batch up to 300 and --rounds are there").into()),
        }
    }
    Ok(settings)
}
