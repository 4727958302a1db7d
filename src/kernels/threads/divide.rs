//! Work in parts, for the threads of a pool.

use std::ops::Range;

use ndarray::{ArrayView2, ArrayViewMut2, Axis};

use super::{current, pool, with_current};

/// Work that can be divided between two rows, or two of whatever stands for them.
pub(crate) trait Divide: Sized {
    /// How many rows there are.
    fn rows(&self) -> usize;

    /// The first `rows` rows, and the rest.
    fn split(self, rows: usize) -> (Self, Self);
}

/// Calls `each` with parts of the work, at most `parts` of them and each but the last of a multiple of `unit` rows, on
/// as many threads as there are. Within a part nothing is divided any further.
pub(crate) fn divide<W: Divide + Send>(work: W, unit: usize, parts: usize, each: &(impl Fn(W) + Sync)) {
    let units = work.rows().div_ceil(unit);
    let parts = parts.min(units);
    if parts <= 1 {
        return with_current(1, || each(work));
    }
    let (left, right) = work.split(units * (parts / 2) / parts * unit);
    let (left_parts, right_parts) = (parts / 2, parts - parts / 2);
    pool::join(parts - 1, || divide(left, unit, left_parts, each), || divide(right, unit, right_parts, each));
}

/// Calls `each` with chunks of `chunk` rows, of which each thread takes about as many as the others. A single chunk
/// stays whole, and the work for it may be divided.
pub(crate) fn divide_chunks<W: Divide + Send>(work: W, chunk: usize, each: &(impl Fn(W) + Sync)) {
    if work.rows() <= chunk {
        return each(work);
    }
    divide(work, chunk, current(), each);
}

impl<A> Divide for ArrayView2<'_, A> {
    fn rows(&self) -> usize {
        self.nrows()
    }

    fn split(self, rows: usize) -> (Self, Self) {
        self.split_at(Axis(0), rows)
    }
}

impl<A> Divide for ArrayViewMut2<'_, A> {
    fn rows(&self) -> usize {
        self.nrows()
    }

    fn split(self, rows: usize) -> (Self, Self) {
        self.split_at(Axis(0), rows)
    }
}

impl<T> Divide for &[T] {
    fn rows(&self) -> usize {
        self.len()
    }

    fn split(self, rows: usize) -> (Self, Self) {
        self.split_at(rows)
    }
}

impl<T> Divide for &mut [T] {
    fn rows(&self) -> usize {
        self.len()
    }

    fn split(self, rows: usize) -> (Self, Self) {
        self.split_at_mut(rows)
    }
}

/// Several slices of one length.
impl<T, const N: usize> Divide for [&mut [T]; N] {
    fn rows(&self) -> usize {
        self.first().map_or(0, |first| first.len())
    }

    fn split(self, rows: usize) -> (Self, Self) {
        let mut second = [(); N].map(|()| Default::default());
        let mut halves = self.into_iter().zip(&mut second);
        let first = [(); N].map(|()| {
            let (whole, second) = halves.next()?;
            let (first, rest) = whole.split_at_mut(rows);
            *second = rest;
            Some(first)
        });
        (first.map(Option::unwrap_or_default), second)
    }
}

impl Divide for Range<usize> {
    fn rows(&self) -> usize {
        self.len()
    }

    fn split(self, rows: usize) -> (Self, Self) {
        (self.start..self.start + rows, self.start + rows..self.end)
    }
}

/// Several matrices that have the same rows.
impl<A, const N: usize> Divide for [ArrayView2<'_, A>; N] {
    fn rows(&self) -> usize {
        self.first().map_or(0, |first| first.nrows())
    }

    fn split(self, rows: usize) -> (Self, Self) {
        (self.map(|x| x.split_at(Axis(0), rows).0), self.map(|x| x.split_at(Axis(0), rows).1))
    }
}

/// Two things that have the same rows.
impl<A: Divide, B: Divide> Divide for (A, B) {
    fn rows(&self) -> usize {
        self.0.rows()
    }

    fn split(self, rows: usize) -> (Self, Self) {
        let (first, second) = (self.0.split(rows), self.1.split(rows));
        ((first.0, second.0), (first.1, second.1))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// The parts in which numbers in order are divided, and that each number came once.
    fn parts(rows: usize, unit: usize, parts: usize) -> Vec<usize> {
        let mut seen = vec![(0, 0); rows];
        let count = AtomicUsize::new(0);
        divide((0..rows, &mut *seen), unit, parts, &|(numbers, seen)| {
            assert_eq!(current(), 1, "a part is not divided any further");
            let part = count.fetch_add(1, Ordering::Relaxed);
            numbers.zip(seen).for_each(|(number, seen)| *seen = (number, part));
        });
        assert!(seen.iter().map(|&(number, _)| number).eq(0..rows));
        let mut part: Vec<usize> = seen.iter().map(|&(_, part)| part).collect();
        part.dedup();
        assert_eq!(part.len(), count.into_inner());
        part.iter().map(|&part| seen.iter().filter(|&&(_, other)| other == part).count()).collect()
    }

    #[test]
    fn every_row_is_in_one_part() {
        assert_eq!(parts(10, 1, 1), [10]);
        assert_eq!(parts(10, 1, 3), [3, 3, 4]);
        assert_eq!(parts(100, 16, 2), [48, 52]);
        assert_eq!(parts(100, 16, 100), [16, 16, 16, 16, 16, 16, 4]);
        assert_eq!(parts(5, 16, 4), [5]);
    }
}
