//! The matrix products of `benches/products.rs`, in chainrule and in other libraries, on one thread:
//! `cargo run --release -- --help`.

mod peers;

use std::hint::black_box;
use std::process::exit;
use std::time::{Duration, Instant};

use chainrule::Rng;
use chainrule::ndarray::{Array2, ArrayView2, ArrayViewMut2};
use peers::PEERS;

const HELP: &str = "\
Matrix products in f32 on one thread, in chainrule and in other libraries, as a Markdown table.

  --rounds 9         rounds; each measures every library once for every shape
  --shapes TEXT      only shapes with this text in their names, such as 'weights' or '1024x'
  --milliseconds 4   how long each library computes one shape in one round
";

/// C ← A·B.
type Multiply = fn(ArrayView2<f32>, ArrayView2<f32>, ArrayViewMut2<f32>);

struct Options {
    rounds: usize,
    shapes: String,
    time: Duration,
}

impl Options {
    fn from_arguments() -> Result<Options, String> {
        let mut options = Options { rounds: 9, shapes: String::new(), time: Duration::from_millis(4) };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            if name == "--help" {
                print!("{HELP}");
                exit(0);
            }
            let value =
                arguments.next().ok_or(format!("{name} lacks its value, or is unknown: try --help"))?;
            let number = || {
                value.parse().ok().filter(|&n| n > 0).ok_or(format!("{name} {value} is no number above 0"))
            };
            match &*name {
                "--rounds" => options.rounds = number()?,
                "--milliseconds" => options.time = Duration::from_millis(number()? as u64),
                "--shapes" => options.shapes = value,
                _ => return Err(format!("{name} is unknown: try --help")),
            }
        }
        Ok(options)
    }
}

/// One product, and how long each library takes for it, round by round.
struct Case {
    name: String,
    a: Array2<f32>,
    b: Array2<f32>,
    c: Array2<f32>,
    /// for each library, how often it computes the product in a round
    repeats: Vec<u32>,
    /// for each library, the seconds of one product in each round
    seconds: Vec<Vec<f64>>,
}

impl Case {
    /// A (m × k) times B (k × n), either of them as a transposed view.
    fn new(kind: &str, [m, k, n]: [usize; 3], transpose: [bool; 2]) -> Case {
        let mut rng = Rng::new(1);
        let mut matrix = |rows, columns, transposed| {
            let mut uniform = |shape| Array2::from_shape_simple_fn(shape, || rng.uniform() as f32);
            if transposed { uniform((columns, rows)).reversed_axes() } else { uniform((rows, columns)) }
        };
        let (a, b) = (matrix(m, k, transpose[0]), matrix(k, n, transpose[1]));
        let name = format!("{kind} {m}x{k}x{n}");
        Case {
            name,
            a,
            b,
            c: Array2::zeros((m, n)),
            repeats: Vec::new(),
            seconds: vec![Vec::new(); PEERS.len()],
        }
    }

    /// All cases of `benches/products.rs`.
    fn all() -> Vec<Case> {
        let mut cases = Vec::new();
        for batch in [1, 32, 128, 1024] {
            for (inputs, outputs) in [(784, 128), (128, 10)] {
                cases.push(Case::new("forward x·W", [batch, inputs, outputs], [false, false]));
                cases.push(Case::new("weights xᵀ·dy", [inputs, batch, outputs], [true, false]));
                cases.push(Case::new("inputs dy·Wᵀ", [batch, outputs, inputs], [false, true]));
            }
        }
        for size in [64, 128, 256, 512, 1024] {
            cases.push(Case::new("square", [size; 3], [false, false]));
        }
        cases
    }

    fn operations(&self) -> f64 {
        2.0 * (self.a.len() * self.b.ncols()) as f64
    }

    /// How long `repeats` products take.
    fn time(&mut self, multiply: Multiply, repeats: u32) -> Duration {
        let start = Instant::now();
        for _ in 0..repeats {
            multiply(black_box(self.a.view()), black_box(self.b.view()), black_box(self.c.view_mut()));
        }
        start.elapsed()
    }

    /// Checks that each library computes what the first one does, and finds out how many products last `time`.
    fn prepare(&mut self, time: Duration) -> Result<(), String> {
        (PEERS[0].multiply)(self.a.view(), self.b.view(), self.c.view_mut());
        let expected = self.c.clone();
        for peer in PEERS {
            self.c.fill(f32::NAN);
            (peer.multiply)(self.a.view(), self.b.view(), self.c.view_mut());
            // all that is added is positive, so the sum bounds its own rounding
            let bound = self.a.ncols() as f32 * f32::EPSILON;
            let agrees = |(&c, &expected): (&f32, &f32)| (c - expected).abs() <= bound * expected;
            if !self.c.iter().zip(&expected).all(agrees) {
                return Err(format!("{} disagrees about {}", peer.name, self.name));
            }
            let mut repeats = 1;
            while self.time(peer.multiply, repeats) < time / 2 {
                repeats *= 2;
            }
            self.repeats.push(repeats);
        }
        Ok(())
    }

    /// GFLOP/s of each library: medians over the rounds.
    fn rates(&self) -> Vec<f64> {
        self.seconds
            .iter()
            .map(|seconds| self.operations() * 1e-9 / median(seconds.iter().copied()))
            .collect()
    }

    /// How fast the first library is beside the best of the others: medians of what the rounds say, in each of which
    /// they ran one after the other.
    fn ratio(&self) -> f64 {
        let beside =
            |peer: &Vec<f64>| median(peer.iter().zip(&self.seconds[0]).map(|(peer, own)| peer / own));
        self.seconds[1..].iter().map(beside).fold(f64::INFINITY, f64::min)
    }
}

fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<_> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    let (below, above) = (numbers[(numbers.len() - 1) / 2], numbers[numbers.len() / 2]);
    (below + above) / 2.0
}

/// What the system calls this CPU.
fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name| {
        let line = info.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_string())
    };
    let name = field("model name").unwrap_or(format!("an unknown CPU ({})", std::env::consts::ARCH));
    let flags = field("flags").unwrap_or_default();
    let widest = ["avx512f", "avx2"].into_iter().find(|&name| flags.split(' ').any(|flag| flag == name));
    widest.map_or(name.clone(), |widest| format!("{name}, {widest}"))
}

fn run() -> Result<(), String> {
    let options = Options::from_arguments()?;
    let mut cases = Case::all();
    cases.retain(|case| case.name.contains(&options.shapes));
    for case in &mut cases {
        case.prepare(options.time)?;
    }
    // every library meets the same slow moments of the machine, and each comes first in some rounds
    for round in 0..options.rounds {
        for case in &mut cases {
            for turn in 0..PEERS.len() {
                let peer = (round + turn) % PEERS.len();
                let repeats = case.repeats[peer];
                let time = case.time(PEERS[peer].multiply, repeats);
                case.seconds[peer].push(time.as_secs_f64() / f64::from(repeats));
            }
        }
    }

    println!("GFLOP/s in f32 on one thread of {}, medians of {} rounds.\n", cpu(), options.rounds);
    let names: Vec<_> = PEERS.iter().map(|peer| peer.name).collect();
    println!("| product | {} | chainrule ÷ best peer |", names.join(" | "));
    println!("| --- |{}", " ---: |".repeat(PEERS.len() + 1));
    let mut worst = (f64::INFINITY, "");
    for case in &cases {
        let (rates, ratio) = (case.rates(), case.ratio());
        if ratio < worst.0 {
            worst = (ratio, &case.name);
        }
        let cells: Vec<_> = rates.iter().map(|rate| format!("{rate:.1}")).collect();
        println!("| {} | {} | {ratio:.2} × |", case.name, cells.join(" | "));
    }
    println!("\nWorst of {}: {:.2} × ({}).", cases.len(), worst.0, worst.1);
    Ok(())
}

fn main() {
    if let Err(message) = run() {
        eprintln!("{message}");
        exit(1);
    }
}
