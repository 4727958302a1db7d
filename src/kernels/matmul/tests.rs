use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};
use pulp::{Arch, Scalar, Scalar128b, Scalar256b, Scalar512b, Simd};

use super::*;
use crate::kernels::threads::{Kind, Threads, Work};
use crate::{Float, Rng};

fn uniform<F: Float>((rows, columns): (usize, usize), rng: &mut Rng) -> Array2<F> {
    Array2::from_shape_simple_fn((rows, columns), || F::of(2.0 * rng.uniform() - 1.0))
}

/// A matrix in one of the layouts that a product may meet.
enum Layout<F> {
    Whole(Array2<F>),
    /// last row first, or last column, or both
    Backwards(Array2<F>, [isize; 2]),
    /// every second row and third column, the rest NaN
    Gaps(Array2<F>),
}

impl<F: Float> Layout<F> {
    fn any(a: &Array2<F>, rng: &mut Rng) -> Self {
        let (rows, columns) = a.dim();
        match rng.below(5) {
            0 | 1 => Layout::Whole(a.clone()),
            2 => Layout::Whole(a.t().as_standard_layout().into_owned().reversed_axes()),
            3 => {
                let steps = [[-1, 1], [1, -1], [-1, -1]][rng.below(3)];
                let mut turned = Layout::Backwards(a.clone(), steps);
                turned.view_mut().assign(a);
                turned
            }
            _ => {
                let mut all = Array2::from_elem((2 * rows + 1, 3 * columns + 2), F::nan());
                all.slice_mut(s![1..;2, 2..;3]).assign(a);
                Layout::Gaps(all)
            }
        }
    }

    fn view(&self) -> ArrayView2<'_, F> {
        match self {
            Layout::Whole(a) => a.view(),
            Layout::Backwards(a, [i, j]) => a.slice(s![..;*i, ..;*j]),
            Layout::Gaps(all) => all.slice(s![1..;2, 2..;3]),
        }
    }

    fn view_mut(&mut self) -> ArrayViewMut2<'_, F> {
        match self {
            Layout::Whole(a) => a.view_mut(),
            Layout::Backwards(a, [i, j]) => a.slice_mut(s![..;*i, ..;*j]),
            Layout::Gaps(all) => all.slice_mut(s![1..;2, 2..;3]),
        }
    }
}

/// The definition in f64: Cᵢⱼ = α·Σ Aᵢₖ·Bₖⱼ + β·Cᵢⱼ. Each entry may be off by rounding, which grows with the number and
/// the sizes of what is added.
fn assert_close<F: Float>(
    got: ArrayView2<F>,
    alpha: F,
    a: &Array2<F>,
    b: &Array2<F>,
    beta: F,
    c: &Array2<F>,
) {
    for ((i, j), &got) in got.indexed_iter() {
        let products = a.row(i).into_iter().zip(b.column(j)).map(|(a, b)| a.as_f64() * b.as_f64());
        let (mut sum, mut size) = (0.0, 0.0);
        products.for_each(|product| (sum, size) = (sum + product, size + product.abs()));
        let old = if beta == F::zero() { 0.0 } else { beta.as_f64() * c[[i, j]].as_f64() };
        let expected = alpha.as_f64() * sum + old;
        let bound =
            F::epsilon().as_f64() * (a.ncols() + 3) as f64 * (alpha.as_f64().abs() * size + old.abs());
        let error = (got.as_f64() - expected).abs();
        assert!(error <= bound, "{:?} × {:?} at {i}, {j}: {got} for {expected}", a.dim(), b.dim());
    }
}

/// Random small shapes, and some that are cut into blocks and panels.
fn shapes(count: usize, rng: &mut Rng) -> Vec<(usize, usize, usize)> {
    let mut shapes: Vec<_> = (0..count).map(|_| (rng.below(41), rng.below(41), rng.below(41))).collect();
    shapes.extend([
        (1, 784, 128),
        (784, 1, 128),
        (32, 784, 128),
        (784, 33, 10),
        (129, 300, 259),
        (257, 512, 1),
        // the last block of rows has only one
        (5953, 2, 70),
    ]);
    // few columns, in one block and in several, and rows shorter than a vector; each in several layouts
    for _ in 0..6 {
        shapes.extend([
            (64, 400, 10),
            (64, 401, 5),
            (100, 900, 10),
            (100, 1, 7),
            (33, 1, 8),
            (40, 1, 9),
            (50, 1, 15),
        ]);
    }
    shapes
}

fn every_shape_and_layout_is_the_definition<F: Float>() {
    let mut rng = Rng::new(1);
    for (m, k, n) in shapes(400, &mut rng) {
        let (a, b, c) = (uniform((m, k), &mut rng), uniform((k, n), &mut rng), uniform((m, n), &mut rng));
        let scale = [0.0, 1.0, -0.5].map(F::of);
        let (alpha, beta) = (scale[rng.below(3)], scale[rng.below(3)]);
        let mut got = Layout::any(&c, &mut rng);
        let (left, right) = (Layout::any(&a, &mut rng), Layout::any(&b, &mut rng));
        matmul(alpha, left.view(), right.view(), beta, got.view_mut());
        assert_close(got.view(), alpha, &a, &b, beta, &c);
        if let Layout::Gaps(all) = got {
            let between = all.slice(s![..;2, ..]);
            assert!(
                between.iter().chain(all.slice(s![.., ..;3])).all(|c| c.is_nan()),
                "wrote between the entries"
            );
        }
    }
}

#[test]
fn every_shape_and_layout_is_the_definition_in_f32() {
    every_shape_and_layout_is_the_definition::<f32>();
}

#[test]
fn every_shape_and_layout_is_the_definition_in_f64() {
    every_shape_and_layout_is_the_definition::<f64>();
}

/// So one sample gives the same bits alone as in a batch, and a product the same on any number of threads.
#[test]
fn an_entry_depends_on_its_row_and_column_only() {
    let mut rng = Rng::new(2);
    for round in 0..100 {
        let (m, k, n) = match round % 20 {
            0 => (150, 700, 300),
            _ => (1 + rng.below(40), 1 + rng.below(40), 1 + rng.below(40)),
        };
        let (a, b, c) = (uniform((m, k), &mut rng), uniform((k, n), &mut rng), uniform((m, n), &mut rng));
        let (alpha, beta) = (0.7_f32, [0.0, 1.0, 0.3][rng.below(3)]);
        let mut whole = c.clone();
        matmul(alpha, a.view(), b.view(), beta, whole.view_mut());
        for _ in 0..10 {
            let (i, j) = (rng.below(m), rng.below(n));
            let (rows, columns) = (i..i + 1 + rng.below(m - i), j..j + 1 + rng.below(n - j));
            let a = Layout::any(&a.slice(s![rows.clone(), ..]).to_owned(), &mut rng);
            let b = Layout::any(&b.slice(s![.., columns.clone()]).to_owned(), &mut rng);
            let mut part = Layout::any(&c.slice(s![rows.clone(), columns.clone()]).to_owned(), &mut rng);
            matmul(alpha, a.view(), b.view(), beta, part.view_mut());
            let place = format!("{m} × {k} × {n}: {rows:?}, {columns:?}");
            assert_eq!(part.view(), whole.slice(s![rows, columns]), "{place}");
        }
    }
}

#[test]
#[cfg(feature = "threads")]
fn the_bits_do_not_depend_on_the_number_of_threads() {
    let mut rng = Rng::new(3);
    let mut ways = Vec::new();
    // in every way, ragged ones too; in more blocks than one, and one row more than they have
    for (m, k, n) in [
        (37, 900, 96),
        (333, 70, 127),
        (2100, 1000, 1),
        (700, 65, 64),
        (128, 200, 205),
        (200, 128, 205),
        (9, 390, 610),
        (2, 900, 1200),
        (1, 3000, 700),
        (50, 1999, 30),
        (1203, 70, 40),
        // the last block of the depth has one row
        (4, 159_601, 1),
    ] {
        let (a, b, c) = (uniform((m, k), &mut rng), uniform((k, n), &mut rng), uniform((m, n), &mut rng));
        let (at, bt) = (a.t().as_standard_layout().into_owned(), b.t().as_standard_layout().into_owned());
        for (a, b) in [(a.view(), b.view()), (at.t(), b.view()), (a.view(), bt.t()), (at.t(), bt.t())] {
            for (alpha, beta) in [(1.0_f64, 0.0), (1.0, 1.0), (-0.5, 2.0)] {
                let product = |threads: usize| {
                    let mut c = c.clone();
                    Threads::new(threads).run(Work::new(Kind::Batch, 1, usize::MAX), || {
                        assert!(threads == 1 || parts(m * k * n) > 1, "it is divided");
                        matmul(alpha, a, b, beta, c.view_mut());
                    });
                    c
                };
                let one = product(1);
                for threads in [2, 3, 5, 8] {
                    assert_eq!(product(threads), one, "{m} × {k} × {n} with beta {beta}, {threads} threads");
                    let (mut c, epilogue) = (c.clone(), Epilogue::Replace { alpha });
                    let (a, b) = (in_slice(&a).unwrap(), in_slice(&b).unwrap());
                    ways.push(Way::of(&Product { k, a, b, c: c.view_mut(), epilogue }, threads));
                }
            }
        }
    }
    for way in [Way::Depth, Way::Inputs, Way::Columns, Way::Rows] {
        let count = ways.iter().filter(|&&other| other == way).count();
        assert!(count > 5, "{count} products by {way:?}");
    }
}

/// This CPU has vectors of one width; `pulp` computes as if it had others.
fn every_width_of_vectors_gives_the_same_bits<F: Lanes>() {
    fn run<F: Lanes, S: Simd>(simd: S, a: &Array2<F>, b: &Array2<F>, c: &Array2<F>) -> Array2<F> {
        let (mut c, k) = (c.clone(), a.ncols());
        let (a, b) = (a.view(), b.view());
        let (a, b) = (in_slice(&a).unwrap(), in_slice(&b).unwrap());
        let epilogue = Epilogue::Add { alpha: F::of(0.3) };
        simd.vectorize(Product { k, a, b, c: c.view_mut(), epilogue });
        c
    }
    let mut rng = Rng::new(4);
    let mut shapes = shapes(100, &mut rng);
    shapes.retain(|&(m, k, n)| m * k * n > 0);
    for (m, k, n) in shapes {
        let turned = |a: Array2<F>, turn: bool| {
            if turn { a.t().as_standard_layout().into_owned().reversed_axes() } else { a }
        };
        let a = turned(uniform((m, k), &mut rng), rng.below(2) == 1);
        let b = turned(uniform((k, n), &mut rng), rng.below(2) == 1);
        let c = uniform((m, n), &mut rng);
        let (alpha, one) = (F::of(0.3), F::one());
        let expected = run(Scalar512b, &a, &b, &c);
        assert_close(expected.view(), alpha, &a, &b, one, &c);
        assert_eq!(run(Scalar256b, &a, &b, &c), expected);
        assert_eq!(run(Scalar128b, &a, &b, &c), expected);
        // without a fused multiply-add
        assert_close(run(Scalar, &a, &b, &c).view(), alpha, &a, &b, one, &c);
        if !matches!(Arch::new(), Arch::Scalar) {
            let mut here = c.clone();
            matmul(alpha, a.view(), b.view(), one, here.view_mut());
            assert_eq!(here, expected);
        }
    }
}

#[test]
fn every_width_of_vectors_gives_the_same_bits_in_f32() {
    every_width_of_vectors_gives_the_same_bits::<f32>();
}

#[test]
fn every_width_of_vectors_gives_the_same_bits_in_f64() {
    every_width_of_vectors_gives_the_same_bits::<f64>();
}

/// Two roundings, as if the gradient had been stored.
#[test]
fn a_descent_is_the_product_and_then_the_step() {
    let mut rng = Rng::new(5);
    for (m, k, n) in [(1, 1, 1), (2, 4, 8), (784, 1, 128), (50, 32, 10), (130, 256, 128)] {
        let (x, dy) = (uniform::<f32>((k, m), &mut rng), uniform((k, n), &mut rng));
        let theta = uniform((m, n), &mut rng);
        let mut gradient = Array2::zeros((m, n));
        matmul(1.0, x.t(), dy.view(), 0.0, gradient.view_mut());
        let expected = &theta - &(gradient * 0.3);
        let mut got = theta.clone();
        assert!(add_product(-0.3, x.t(), dy.view(), got.view_mut()));
        assert_eq!(got, expected, "{m} × {k} × {n}");
    }
}

#[test]
fn a_descent_that_might_not_stay_finite_is_left_alone() {
    for (m, k, n) in [(5, 1, 9), (7, 3, 20), (200, 100, 130), (300, 100, 70)] {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e38] {
            let (mut a, b) = (Array2::ones((m, k)), Array2::ones((k, n)));
            a[[2, 0]] = bad;
            let mut theta = Array2::ones((m, n));
            // those that are large enough on two threads
            let all = Work::new(Kind::Batch, 1, usize::MAX);
            let done = Threads::new(2).run(all, || add_product(-1.0, a.view(), b.view(), theta.view_mut()));
            assert!(!done && theta.iter().all(|&theta| theta == 1.0), "{m} × {k} × {n}, {bad}");
        }
    }
}

#[test]
fn without_beta_old_numbers_do_not_matter() {
    let mut rng = Rng::new(2);
    for (m, k, n) in [(5, 6, 4), (1, 60, 40), (50, 1, 40), (50, 60, 40), (3, 0, 2)] {
        let (a, b) = (uniform::<f64>((m, k), &mut rng), uniform((k, n), &mut rng));
        let mut c = Array2::from_elem((m, n), f64::NAN);
        matmul(1.0, a.view(), b.view(), 0.0, c.view_mut());
        assert!(c.iter().all(|c| c.is_finite()), "{m} × {k} × {n}");
    }
}

#[test]
fn nan_and_infinity_go_where_they_belong() {
    for (m, k, n) in [(1, 5, 3), (7, 1, 9), (4, 8, 1), (33, 40, 35), (50, 300, 20)] {
        for (bad, value) in [(f32::NAN, 0.0), (f32::INFINITY, 0.0), (f32::INFINITY, 1.0)] {
            let (mut a, b) = (Array2::ones((m, k)), Array2::from_elem((k, n), value));
            a[[m / 2, k / 2]] = bad;
            let mut c = Array2::zeros((m, n));
            matmul(1.0, a.view(), b.view(), 0.0, c.view_mut());
            for ((i, _), &c) in c.indexed_iter() {
                let expected = if i == m / 2 { bad * value } else { k as f32 * value };
                assert!(c == expected || c.is_nan() && expected.is_nan(), "{c} for {expected}");
            }
        }
    }
}

#[test]
fn of_no_products_only_the_old_numbers_remain() {
    let (a, b) = (Array2::<f64>::zeros((2, 0)), Array2::zeros((0, 3)));
    let mut c = Array2::from_elem((2, 3), 4.0);
    matmul(1.0, a.view(), b.view(), 0.5, c.view_mut());
    assert_eq!(c, Array2::from_elem((2, 3), 2.0));
}

#[test]
#[should_panic(expected = "a product of 2 × 3 and 4 × 5 can't go into (2, 5)")]
fn shapes_that_do_not_fit_are_a_programmers_mistake() {
    let (a, b, mut c) = (Array2::zeros((2, 3)), Array2::zeros((4, 5)), Array2::<f32>::zeros((2, 5)));
    matmul(1.0, a.view(), b.view(), 0.0, c.view_mut());
}
