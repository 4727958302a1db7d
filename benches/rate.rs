//! Throughputs under their own names: FLOP/s and samples/s, where criterion would say elem/s.

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{Criterion, Throughput};
use std::time::{Duration, Instant};

/// The unit of a throughput, with its thousands, millions and billions.
#[derive(Debug, Clone, Copy)]
pub struct Rate([&'static str; 4]);

impl Rate {
    /// Floating-point operations.
    pub const FLOPS: Rate = Rate(["FLOP/s", "kFLOP/s", "MFLOP/s", "GFLOP/s"]);
    /// Samples of a batch.
    pub const SAMPLES: Rate = Rate(["samples/s", "k samples/s", "M samples/s", "G samples/s"]);
    /// Entries of a matrix.
    pub const ENTRIES: Rate = Rate(["entries/s", "k entries/s", "M entries/s", "G entries/s"]);
    /// Parameters of a model.
    pub const PARAMETERS: Rate = Rate(["parameters/s", "k parameters/s", "M parameters/s", "G parameters/s"]);

    /// A criterion that names its throughput so.
    pub fn criterion(self) -> Criterion<Rate> {
        Criterion::default().with_measurement(self)
    }
}

impl ValueFormatter for Rate {
    fn scale_values(&self, typical: f64, values: &mut [f64]) -> &'static str {
        WallTime.formatter().scale_values(typical, values)
    }

    fn scale_throughputs(&self, typical: f64, amount: &Throughput, values: &mut [f64]) -> &'static str {
        let Throughput::Elements(amount) = *amount else {
            return WallTime.formatter().scale_throughputs(typical, amount, values);
        };
        let per_second = |nanoseconds: f64| amount as f64 / (nanoseconds * 1e-9);
        let thousands = [1e3, 1e6, 1e9].iter().filter(|&&bound| per_second(typical) >= bound).count();
        values.iter_mut().for_each(|value| *value = per_second(*value) / 1e3_f64.powi(thousands as i32));
        self.0[thousands]
    }

    fn scale_for_machines(&self, values: &mut [f64]) -> &'static str {
        WallTime.formatter().scale_for_machines(values)
    }
}

impl Measurement for Rate {
    type Intermediate = Instant;
    type Value = Duration;

    fn start(&self) -> Instant {
        WallTime.start()
    }

    fn end(&self, start: Instant) -> Duration {
        WallTime.end(start)
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        WallTime.add(a, b)
    }

    fn zero(&self) -> Duration {
        WallTime.zero()
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        self
    }
}
