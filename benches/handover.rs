//! What it costs to hand work to other threads: `cargo bench --bench handover`.
//!
//! Inside a training, parts of nothing are handed to all threads that it has, and the clock stops when each of them has
//! come and all are done. Prints a Markdown table. Options after `--`:
//!
//! | option | |
//! | --- | --- |
//! | `--threads 4` | up to how many threads; without it as many as there are cores, at least 2 |
//! | `--save` | writes the table beside this file: `handover.md` |
//! | `--quick` | a few hand-overs, to see that it runs |

use std::hint::spin_loop;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use chainrule::kernels::join;
use chainrule::prelude::*;
use chainrule_benches::cpu;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let given = |name: &str| args.iter().any(|arg| arg == name);
    let number = |name: &str| args.iter().skip_while(|arg| *arg != name).nth(1)?.parse::<usize>().ok();
    let cores = thread::available_parallelism().map_or(2, |cores| cores.get().max(2));
    let (most, meetings) = (number("--threads").unwrap_or(cores), if given("--quick") { 5 } else { 500 });

    let mut text = format!(
        "What a hand-over to all other threads of a training takes and back, in microseconds, on {}: medians of {meetings}, \
         and what nine of ten took at most: `cargo bench --bench handover`. Awake is 10 µs after the work before, asleep \
         is 2 ms after it.\n\n\
         | threads | awake, µs | nine of ten | asleep, µs | nine of ten |\n| ---: | ---: | ---: | ---: | ---: |\n",
        cpu()
    );
    for threads in (2..=most).filter(|threads| threads.is_power_of_two() || *threads == most) {
        let awake = micros(threads, meetings, || {
            let start = Instant::now();
            while start.elapsed() < Duration::from_micros(10) {
                spin_loop();
            }
        })?;
        let asleep = micros(threads, meetings, || thread::sleep(Duration::from_millis(2)))?;
        let [(awake, slow_awake), (asleep, slow_asleep)] = [awake, asleep].map(|micros| {
            let at = |share: usize| micros[share * (micros.len() - 1) / 10];
            (at(5), at(9))
        });
        text += &format!("| {threads} | {awake:.1} | {slow_awake:.1} | {asleep:.1} | {slow_asleep:.1} |\n");
    }
    println!("{text}");
    if given("--save") {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("handover.md");
        let page = format!("# What a hand-over costs\n\n{text}");
        std::fs::write(&path, page).map_err(|error| chainrule::Error::Io { path, error })?;
    }
    Ok(())
}

/// Microseconds of each meeting, sorted; `before` runs ahead of each and is not timed.
fn micros(threads: usize, meetings: usize, before: impl Fn() + Send + Sync + 'static) -> Result<Vec<f64>> {
    let layer = Meetings { threads, before: Arc::new(before), micros: Arc::default() };
    let micros = Arc::clone(&layer.micros);
    // large enough for threads to be used at all
    let mut model = Sequential::<f32>::new([1024]).add(Dense::new(1024)).add(layer).build(1)?;
    let (x, t) = (Array2::<f32>::zeros((1, 1024)), Array2::<f32>::zeros((1, 1024)));
    let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).threads(threads).progress_bar(false);
    trainer.epochs(meetings).fit(&mut model, (&x, &t))?;
    let mut micros = std::mem::take(&mut *micros.lock().unwrap());
    micros.sort_by(f64::total_cmp);
    Ok(micros)
}

/// A layer that passes everything on and lets the threads meet.
#[derive(Clone)]
struct Meetings {
    threads: usize,
    before: Arc<dyn Fn() + Send + Sync>,
    micros: Arc<Mutex<Vec<f64>>>,
}

impl std::fmt::Debug for Meetings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meetings")
    }
}

impl Layer<f32> for Meetings {
    fn name(&self) -> &str {
        "meetings"
    }

    fn forward(&self, x: ArrayView2<f32>, mut y: ArrayViewMut2<f32>, _: &mut Memory<f32>) {
        y.assign(&x);
        (self.before)();
        let start = Instant::now();
        meet(self.threads, &AtomicUsize::new(0), self.threads);
        self.micros.lock().unwrap().push(1e6 * start.elapsed().as_secs_f64());
    }

    fn backward(&self, pass: Pass<f32>, mut dx: ArrayViewMut2<f32>) {
        dx.assign(&pass.dy);
    }
}

/// Hands a part to each thread; every part waits until all of them have begun, 10 ms at most.
fn meet(threads: usize, present: &AtomicUsize, all: usize) {
    if threads > 1 {
        join(|| meet(threads - threads / 2, present, all), || meet(threads / 2, present, all));
        return;
    }
    present.fetch_add(1, Ordering::AcqRel);
    let start = Instant::now();
    while present.load(Ordering::Acquire) < all && start.elapsed() < Duration::from_millis(10) {
        spin_loop();
    }
}
