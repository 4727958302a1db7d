//! One axis: from numbers to parts of it, with ticks at round numbers.

use super::style::{number, significant, superscript};

/// Numbers beyond this are taken as infinite: their differences would be.
const HUGE: f64 = 1e150;

/// A finite number that can be drawn.
pub(crate) fn drawable(x: f64) -> bool {
    x.abs() < HUGE
}

/// The smallest and the largest drawable number; `None` if there is none.
pub(crate) fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter(|&x| drawable(x)).fold(None, |range, x| {
        let (low, high) = range.unwrap_or((x, x));
        Some((low.min(x), high.max(x)))
    })
}

/// One axis: which number is where.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) low: f64,
    pub(crate) high: f64,
    log: bool,
    pub(crate) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// From `low` to `high`, with `about` ticks, more or less; a range without extent is widened.
    pub(crate) fn linear(low: f64, high: f64, about: usize) -> Self {
        let (low, high) = widened(low, high);
        let step = round_step((high - low) / about.max(1) as f64);
        let (first, last) = ((low / step - 1e-6).ceil(), (high / step + 1e-6).floor());
        let count = (last - first).clamp(0.0, 50.0) as usize;
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let largest = low.abs().max(high.abs());
        let label = |x: f64| match decimals {
            0..=4 if largest < 1e7 => number(x, decimals),
            _ => significant(
                x,
                (x.abs().log10().floor() - step.log10().floor() + 1.0).clamp(1.0, 12.0) as usize,
            ),
        };
        let ticks = (0..=count).map(|i| (first + i as f64) * step).map(|x| (x, label(x))).collect();
        Axis { low, high, log: false, ticks }
    }

    /// From `low` to `high`, both positive, by powers of ten.
    pub(crate) fn log(low: f64, high: f64) -> Self {
        let (low, high) = if high / low < 1.5 { (low / 2.0, high * 2.0) } else { (low, high) };
        let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        let decades = (high / low).log10();
        let multiples: &[f64] = if decades < 2.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let every = (decades / 6.0).ceil().max(1.0) as usize;
        let ticks = (first..=last)
            .step_by(every)
            .flat_map(|power| multiples.iter().map(move |m| (m * 10.0_f64.powi(power), *m, power)))
            .filter(|&(x, ..)| x >= low * (1.0 - 1e-9) && x <= high * (1.0 + 1e-9))
            .map(|(x, m, power)| {
                let plain = (-4..=4).contains(&power);
                let exponent = superscript(&power.to_string());
                let label = match (plain, m == 1.0) {
                    (true, _) => number(x, power.min(0).unsigned_abs() as usize),
                    (false, true) => format!("10{exponent}"),
                    (false, false) => format!("{m}×10{exponent}"),
                };
                (x, label)
            })
            .collect();
        Axis { low, high, log: true, ticks }
    }

    /// The powers of two times `first`, which is positive, at equal distances: at least two of them.
    pub(crate) fn doublings(first: f64, count: usize) -> Self {
        let count = count.max(2);
        let x = |index: usize| first * 2.0_f64.powf(index as f64);
        let high = x(count - 1);
        let short = high < 1e5; // labels, so that more of them stand side by side
        let every = count.div_ceil(if short { 14 } else { 8 });
        let label = |x: f64| if short { number(x, 0) } else { significant(x, 2) };
        let ticks = (0..count).step_by(every).map(x).filter(|&x| drawable(x));
        Axis { low: first, high, log: true, ticks: ticks.map(|x| (x, label(x))).collect() }
    }

    /// The place of a number, as a part of the axis; `None` for one that has no place on it.
    pub(crate) fn part(&self, x: f64) -> Option<f64> {
        if !drawable(x) || (self.log && x <= 0.0) {
            return None;
        }
        Some(if self.log {
            (x / self.low).ln() / (self.high / self.low).ln()
        } else {
            (x - self.low) / (self.high - self.low)
        })
    }
}

/// The range itself, or more around it if it has no extent to speak of.
fn widened(low: f64, high: f64) -> (f64, f64) {
    let largest = low.abs().max(high.abs());
    if high - low > largest * 1e-9 {
        return (low, high);
    }
    let half = if largest > 0.0 { largest * 0.5 } else { 1.0 };
    (low - half, high + half)
}

/// 1, 2 or 5 times a power of ten, near the given step.
fn round_step(step: f64) -> f64 {
    let power = 10.0_f64.powf(step.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|m| m * power >= step * 0.7).unwrap_or(10.0) * power;
    step.max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn ticks_stand_at_round_numbers() {
        assert_eq!(labels(&Axis::linear(0.0, 1.0, 5)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&Axis::linear(-2.0, 4.0, 6)), ["−2", "−1", "0", "1", "2", "3", "4"]);
        assert_eq!(labels(&Axis::linear(0.0, 3e-9, 3)), ["0", "1×10⁻⁹", "2×10⁻⁹", "3×10⁻⁹"]);
        assert_eq!(labels(&Axis::log(1e-3, 1.0)), ["0.001", "0.01", "0.1", "1"]);
        assert_eq!(labels(&Axis::log(0.3, 1.2)), ["0.5", "1"]);
    }

    #[test]
    fn doublings_are_at_equal_distances() {
        let axis = Axis::doublings(16.0, 5);
        assert_eq!(labels(&axis), ["16", "32", "64", "128", "256"]);
        for (index, part) in [0.0, 0.25, 0.5, 0.75, 1.0].into_iter().enumerate() {
            assert!((axis.part(axis.ticks[index].0).unwrap() - part).abs() < 1e-12);
        }
        assert_eq!(Axis::doublings(1.0, 17).ticks.len(), 9);
        assert_eq!(Axis::doublings(1.0, 20).ticks.len(), 7);
        assert_eq!(Axis::doublings(3.0, 0).ticks.len(), 2);
        assert!(Axis::doublings(1.0, 5_000).ticks.len() < 9);
    }

    #[test]
    fn a_range_without_extent_is_widened() {
        for (low, high) in
            [(0.0, 0.0), (5.0, 5.0), (1e9, 1e9), (-1e149, 1e149), (1.0, 1.0 + 1e-16), (0.0, 5e-324)]
        {
            let axis = Axis::linear(low, high, 5);
            assert!(!axis.ticks.is_empty() && axis.ticks.len() < 60, "{low} {high}: {:?}", axis.ticks);
            let part = axis.part(low).unwrap();
            assert!((0.0..=1.0).contains(&part), "{low} {high}: {part}");
        }
        assert!(Axis::log(5e-324, 1e140).ticks.len() < 20);
        assert_eq!(Axis::log(1.0, 10.0).part(-1.0), None);
        assert_eq!(Axis::linear(0.0, 1.0, 5).part(f64::NAN), None);
    }
}
