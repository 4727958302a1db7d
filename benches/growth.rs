//! How the cost of a training step grows with the batch and with the width of a net: `cargo bench --bench growth`.
//!
//! Prints a Markdown table, and each place where twice the size means much less speed. Options after `--`:
//!
//! | option | |
//! | --- | --- |
//! | `--threads 1,2,auto` | how many threads train, one number or several in turns; `auto`: as many as prove fastest |
//! | `--rounds 5` | rounds; each measures every size once, and the table has the medians |
//! | `--save` | writes the table and a picture of it beside this file: `growth.md`, `growth.svg` |
//! | `--quick` | a few small sizes in a second, to see that it runs |

use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

use chainrule::prelude::*;
use chainrule_benches::{classes, cpu, uniform};
use chainrule_draw::{Curves, Drawing, Gallery};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let given = |name: &str| args.iter().any(|arg| arg == name);
    let number = |name: &str| args.iter().skip_while(|arg| *arg != name).nth(1)?.parse::<usize>().ok();
    let quick = given("--quick");
    let threads = args.iter().skip_while(|arg| *arg != "--threads").nth(1).map_or("1", String::as_str);
    let settings: Vec<&str> = threads.split(',').collect();
    let rounds = number("--rounds").unwrap_or(if quick { 1 } else { 5 }).max(1);

    let mut series = all_series(quick, settings.len());
    for round in 1..=rounds {
        for series in &mut series {
            for size in &mut series.sizes {
                let seconds = seconds_per_step(size, &settings, quick)?;
                size.seconds.iter_mut().zip(seconds).for_each(|(all, seconds)| all.push(seconds));
            }
        }
        eprintln!("round {round} of {rounds}");
    }

    let mut text = format!("{}\n{}\n{}", heading(&settings, rounds), table(&series), cliffs(&series));
    if settings.len() > 1 {
        text += &comparison(&series, &settings);
    }
    println!("{text}");
    let picture = picture(&series, settings[0]);
    if given("--save") {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        picture.save(folder.join("growth.svg"))?;
        let markdown = folder.join("growth.md");
        let page =
            format!("# How the cost of a training step grows\n\n{text}\n![The same as curves](growth.svg)\n");
        std::fs::write(&markdown, page).map_err(|error| chainrule::Error::Io { path: markdown, error })?;
    }
    Ok(())
}

// What is measured

/// Nets of which one measure doubles.
struct Series {
    /// What doubles: batch or width.
    what: &'static str,
    name: String,
    sizes: Vec<Size>,
}

/// The net inputs-hidden-10 (ReLU, softmax with categorical cross-entropy), a batch, and what its steps took.
struct Size {
    inputs: usize,
    hidden: usize,
    batch: usize,
    /// for each number of threads, one for each round
    seconds: Vec<Vec<f64>>,
}

const CLASSES: usize = 10;

fn all_series(quick: bool, settings: usize) -> Vec<Series> {
    let doubled = |first: usize, last: usize| {
        std::iter::successors(Some(first), |size| Some(2 * size)).take_while(move |&size| size <= last)
    };
    let size = |inputs, hidden, batch| Size { inputs, hidden, batch, seconds: vec![Vec::new(); settings] };
    let (batch, width) = if quick { (8, 64) } else { (4096, 4096) };
    let over_batch = |inputs, hidden| Series {
        what: "batch",
        name: format!("{inputs}-{hidden}-{CLASSES}"),
        sizes: doubled(1, batch).map(|batch| size(inputs, hidden, batch)).collect(),
    };
    let over_width = |batch| Series {
        what: "width",
        name: format!("batch {batch}"),
        sizes: doubled(16, width).map(|width| size(width, width, batch)).collect(),
    };
    vec![over_batch(784, 128), over_batch(128, 128), over_width(32), over_width(128)]
}

impl Series {
    /// The measure that doubles.
    fn measure(&self, size: &Size) -> usize {
        if self.what == "batch" { size.batch } else { size.hidden }
    }
}

impl Size {
    /// Floating-point operations of a step: each product of a batch with weights takes two for each weight, forward,
    /// for the weights' gradient and, but for the first layer, for the inputs' gradient.
    fn operations(&self) -> f64 {
        let (first, second) = (self.inputs * self.hidden, self.hidden * CLASSES);
        2.0 * self.batch as f64 * (2 * first + 3 * second) as f64
    }

    /// The median over the rounds, for the first number of threads.
    fn step(&self) -> f64 {
        median(self.seconds[0].clone())
    }

    fn gflops(&self) -> f64 {
        1e-9 * self.operations() / self.step()
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The trainer of every step that is measured here.
fn trainer(batch: usize, threads: &str) -> Trainer<'static, f32> {
    let trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.01)).batch_size(batch);
    let trainer = trainer.without_shuffle().without_metrics();
    match threads.parse() {
        Ok(number) => trainer.threads(number),
        Err(_) => trainer, // auto
    }
}

/// Seconds for each step of a training over consecutive batches, after a first step that does not count; for each of the
/// numbers of threads with the same model, because it matters where its weights lie.
fn seconds_per_step(size: &Size, settings: &[&str], quick: bool) -> Result<Vec<f64>> {
    let &Size { inputs, hidden, batch, .. } = size;
    let net = Sequential::new([inputs]).add(Dense::new(hidden)).add(ReLU);
    let mut model = net.add(Dense::new(CLASSES)).add(Softmax).build(1)?;
    let samples = if quick { 8 * batch } else { (4 * batch).max(2048) };
    let (x, t) = (uniform(samples, inputs, 1), classes(samples, CLASSES, 2));
    let mut measure = |threads: &str, epochs: usize| -> Result<f64> {
        let mut trainer = trainer(batch, threads).epochs(epochs);
        trainer.train_batch(&mut model, &x.slice(s![..batch, ..]), &t.slice(s![..batch, ..]))?;
        let start = Instant::now();
        trainer.fit(&mut model, (&x, &t))?;
        Ok(start.elapsed().as_secs_f64() / (epochs * samples / batch) as f64)
    };
    let mut of = |threads: &&str| {
        let step = measure(threads, 1)?;
        let epochs = 0.05 / step * batch as f64 / samples as f64; // some 50 milliseconds
        if quick || epochs < 1.0 { Ok(step) } else { measure(threads, epochs.ceil() as usize) }
    };
    settings.iter().map(&mut of).collect()
}

// What is shown

fn heading(settings: &[&str], rounds: usize) -> String {
    format!(
        "Training steps of the net inputs-hidden-{CLASSES} (ReLU, softmax with categorical cross-entropy, plain SGD) in \
         f32 on consecutive batches, on {}, {}, median of {rounds}: \
         `cargo bench --bench growth -- --threads {}`. GFLOP/s count two operations for each multiplication of \
         the products: forward, the gradients of the weights, and those of the inputs without the first layer's.\n",
        cpu(),
        in_words(settings[0]),
        settings.join(","),
    )
}

fn in_words(threads: &str) -> String {
    match threads {
        "1" => "1 thread".to_owned(),
        "auto" => "as many threads as prove fastest".to_owned(),
        number => format!("{number} threads"),
    }
}

/// Every number of threads beside the others.
fn comparison(series: &[Series], settings: &[&str]) -> String {
    let mut text = format!(
        "\nThe same with {}: GFLOP/s, and the median over the rounds of the last one's speed divided by that of the one with \
         the best median.\n\n| net | batch | {} | quotient |\n| --- | ---: |{}\n",
        settings.iter().map(|threads| in_words(threads)).collect::<Vec<_>>().join(", "),
        settings.join(" | "),
        " ---: |".repeat(settings.len() + 1),
    );
    for size in series.iter().flat_map(|series| &series.sizes) {
        let Size { inputs, hidden, batch, seconds } = size;
        let medians: Vec<f64> = seconds.iter().map(|seconds| median(seconds.clone())).collect();
        let (last, others) = seconds.split_last().expect("one number of threads at least");
        let best = (0..others.len()).min_by(|&a, &b| medians[a].total_cmp(&medians[b])).unwrap_or(0);
        let quotient = median(others[best].iter().zip(last).map(|(other, last)| other / last).collect());
        let gflops = medians.iter().map(|median| format!("{:.1}", 1e-9 * size.operations() / median));
        let gflops = gflops.collect::<Vec<_>>().join(" | ");
        _ = writeln!(text, "| {inputs}-{hidden}-{CLASSES} | {batch} | {gflops} | {quotient:.2} |");
    }
    text
}

fn table(series: &[Series]) -> String {
    let mut table = String::from(
        "| net | batch | µs per step | µs per sample | GFLOP/s |\n| --- | ---: | ---: | ---: | ---: |\n",
    );
    for size in series.iter().flat_map(|series| &series.sizes) {
        let Size { inputs, hidden, batch, .. } = size;
        let step = 1e6 * size.step();
        let sample = step / *batch as f64;
        let gflops = size.gflops();
        _ = writeln!(
            table,
            "| {inputs}-{hidden}-{CLASSES} | {batch} | {step:.2} | {sample:.3} | {gflops:.1} |"
        );
    }
    table
}

/// Where twice the size means less than 70 % of the speed.
fn cliffs(series: &[Series]) -> String {
    let mut text = String::new();
    for series in series {
        for pair in series.sizes.windows(2) {
            let (before, after) = (pair[0].gflops(), pair[1].gflops());
            if after < 0.7 * before {
                let Series { what, name, .. } = series;
                let (from, to) = (series.measure(&pair[0]), series.measure(&pair[1]));
                _ = writeln!(
                    text,
                    "A cliff: {name}, {what} {from} to {to}: {before:.1} to {after:.1} GFLOP/s."
                );
            }
        }
    }
    if text.is_empty() {
        "No cliff: nowhere does twice the size mean less than 70 % of the GFLOP/s.\n".into()
    } else {
        text
    }
}

/// Time per step and speed, over batch and width.
fn picture(series: &[Series], threads: &str) -> Gallery {
    let plot = |what: &str, title: &str, unit: &str, value: &dyn Fn(&Size) -> f64| {
        let series = || series.iter().filter(|series| series.what == what);
        let first = series().map(|series| series.measure(&series.sizes[0])).next().unwrap_or(1);
        let plot = Curves::new().title(title).labels(what, unit).doublings(first).log_scale();
        series().fold(plot, |plot, series| {
            let values: Vec<f64> = series.sizes.iter().map(value).collect();
            plot.line(&series.name, &values)
        })
    };
    let (time, speed) = (|size: &Size| 1e6 * size.step(), |size: &Size| size.gflops());
    let threads = in_words(threads);
    Gallery::new(2)
        .title(format!("How the cost of a training step grows: f32, {threads}"))
        .add(&plot("batch", "Time by batch", "µs per step", &time))
        .add(&plot("width", "Time by width: width-width-10", "µs per step", &time))
        .add(&plot("batch", "Speed by batch", "GFLOP/s", &speed))
        .add(&plot("width", "Speed by width: width-width-10", "GFLOP/s", &speed))
}
