//! Computing as if this CPU had narrower vectors, and the same bits in all of them.

use std::cell::Cell;

use ndarray::{Array1, Array2, ArrayView2};
use pulp::Arch;
#[cfg(target_arch = "x86_64")]
use pulp::x86::{V3, V4};

use crate::kernels::{
    dot, exp_rows, log_sum_exp_rows, map_channels, map_sigmoid, map_tanh, map2, matmul, sum, sum_channels,
    sum_map2, sum_over_rows, sum_over_samples, sum_rows,
};
use crate::layer::*;
use crate::loss::*;
use crate::optimizer::*;
use crate::{Float, Rng, Sequential, Trainer};

thread_local! { static CHOSEN: Cell<Option<Arch>> = const { Cell::new(None) } }

/// The vectors that a test has chosen for this thread.
pub(super) fn chosen() -> Option<Arch> {
    CHOSEN.get()
}

/// What `work` gives in vectors of a kind, on this thread.
fn within<R>(arch: Arch, work: impl FnOnce() -> R) -> R {
    CHOSEN.set(Some(arch));
    let result = work();
    CHOSEN.set(None);
    result
}

/// All vectors of this CPU that multiply and add in one step, with their names: the widest first.
fn fused() -> Vec<(&'static str, Arch)> {
    let mut found = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        found.extend(V4::try_new().map(|simd| ("AVX-512", Arch::V4(simd))));
        found.extend(V3::try_new().map(|simd| ("AVX2", Arch::V3(simd))));
    }
    println!(
        "vectors of this CPU: {:?}, and plain numbers",
        found.iter().map(|(name, _)| name).collect::<Vec<_>>()
    );
    found
}

fn normal<F: Float>(shape: (usize, usize), rng: &mut Rng) -> Array2<F> {
    Array2::from_shape_simple_fn(shape, || F::of(3.0 * rng.normal()))
}

fn bits<'a, F: Float>(numbers: impl IntoIterator<Item = &'a F>) -> Vec<u64> {
    numbers.into_iter().map(|x| x.as_f64().to_bits()).collect()
}

/// What every kernel but the product leaves for random numbers, also where a vector is not full.
fn kernels<F: Float>() -> Vec<u64> {
    let mut rng = Rng::new(5);
    let mut all = Vec::new();
    for (rows, columns) in [(1, 1), (3, 7), (9, 16), (70, 33), (5, 131)] {
        let [a, b] = [(); 2].map(|()| normal::<F>((rows, columns), &mut rng));
        let mut maps = [(); 4].map(|()| Array2::<F>::zeros((rows, columns)));
        let [tanh, sigmoid, exp, both] = &mut maps;
        map_tanh(a.view(), tanh.view_mut());
        map_sigmoid(a.view(), sigmoid.view_mut());
        exp_rows(a.view(), exp.view_mut());
        map2(a.view(), b.view(), both.view_mut(), |a, b| a * b + a / b);
        maps.iter().for_each(|y| all.extend(bits(y)));

        let mut row = Array2::zeros((1, columns));
        sum_rows(a.view(), &mut row);
        all.extend(bits(&row));
        all.extend(bits(&[sum_over_rows([a.view(), b.view()], |[a, b]| dot(a, b))]));
        let mut products = Array2::zeros((columns, columns));
        sum_over_samples([a.view(), b.view()], products.view_mut(), 0, columns, |[a, b], sum, _| {
            sum.chunks_exact_mut(columns).zip(a).for_each(|(sum, &a)| {
                sum.iter_mut().zip(b).for_each(|(sum, &b)| *sum += a * b);
            });
        });
        all.extend(bits(&products));

        log_sum_exp_rows(a.view(), |_, max, rest| all.extend(bits(&[max, rest])));
        let slices = [&a, &b].map(|x| x.as_slice().unwrap());
        all.extend(bits(&[sum(slices[0]), dot(slices[0], slices[1])]));
        all.extend(bits(&[sum_map2(a.view(), b.view(), |a, b| (a - b) * (a - b))]));
        let mut channels = vec![F::zero(); columns];
        sum_channels([a.view()], [], &mut channels, |[a], []| a * a);
        all.extend(bits(&channels));
        let mut y = Array2::zeros((rows, columns));
        map_channels([a.view()], [&channels], y.view_mut(), |[a], [c]| (a - c) * c);
        all.extend(bits(&y));
    }
    all
}

fn kernels_in_every_width<F: Float>() {
    let plain = within(Arch::Scalar, kernels::<F>);
    for (name, arch) in fused() {
        assert!(within(arch, kernels::<F>) == plain, "{name}");
    }
}

#[test]
fn every_kernel_but_the_product_has_the_same_bits_in_all_vectors_and_in_plain_numbers() {
    kernels_in_every_width::<f32>();
    kernels_in_every_width::<f64>();
}

/// Nets that draw on every layer which computes.
fn nets<F: Float>() -> Vec<Sequential<F>> {
    let of_numbers = Sequential::new([36])
        .add(Rescale::new([F::of(0.5)], [F::of(2.0)]))
        .add(Dense::new(41))
        .add(LayerNorm::new())
        .add(GELU::new())
        .add(Maxout::new(19, 2))
        .residual(|block| block.add(Dense::new(19)).add(SELU).add(ELU::default()))
        .add(Dropout::new(0.2))
        .add(Softplus);
    let of_images = Sequential::new([36])
        .add(Reshape::new([1, 6, 6]))
        .add(Conv2D::new(5, 3).padding(1))
        .add(BatchNorm::new())
        .add(LeakyReLU::new(0.1))
        .add(MaxPool2D::new(2))
        .add(Conv2D::new(7, [2, 1]))
        .add(SiLU)
        .add(AvgPool2D::new(2).stride(1))
        .add(Tanh)
        .add(GlobalAvgPool)
        .add(GELU::approximate());
    let ends = [of_numbers.add(Dense::new(5)), of_images.add(ReLU).add(Dense::new(5))];
    let outputs = ends.map(|net| [net.clone().add(Sigmoid).build(3), net.add(Softmax).build(3)]);
    outputs.into_iter().flatten().map(Result::unwrap).collect()
}

fn optimizers<F: Float>() -> [Box<dyn Optimizer<F>>; 4] {
    [
        Box::new(Sgd::new(0.05)),
        Box::new(ClipNorm::new(1.0, Sgd::new(0.02).momentum(0.9).nesterov())),
        Box::new(AdamW::new(0.01).amsgrad()),
        Box::new(RmsProp::new(0.01).centered()),
    ]
}

/// The numbers that trainings of all nets by all optimizers leave, and their losses.
fn trainings<F: Float>() -> Vec<F> {
    let mut rng = Rng::new(9);
    let x = normal::<F>((50, 36), &mut rng);
    let labels = Array1::from_shape_fn(50, |sample| sample * sample % 5);
    let mut all = Vec::new();
    for model in nets::<F>() {
        for optimizer in optimizers::<F>() {
            let (mut model, loss): (_, Box<dyn Loss<F>>) = match model.output().is_distribution() {
                true => (model.clone(), Box::new(CategoricalCrossEntropy)),
                false => (model.clone(), Box::new(MeanSquaredError)),
            };
            let trainer =
                Trainer::new(loss, optimizer).epochs(2).batch_size(17).threads(1).progress_bar(false);
            let t: Array2<F> = crate::data::one_hot(&labels, 5).unwrap();
            let history = { trainer }.fit(&mut model, (&x, &t)).unwrap();
            all.extend(history.losses().into_iter().map(F::of));
            let numbers = |value: ArrayView2<F>| value.iter().copied().collect::<Vec<_>>();
            all.extend(model.params().chain(model.state()).flat_map(|(_, value)| numbers(value)));
            all.extend(model.predict(&x).unwrap());
        }
    }
    all
}

fn trainings_in_every_width<F: Float>(tolerance: f64) {
    let mut fused = fused().into_iter();
    let Some((_, widest)) = fused.next() else { return println!("this CPU has plain numbers only") };
    let expected = within(widest, trainings::<F>);
    assert!(expected.iter().all(|x| x.is_finite()));
    for (name, arch) in fused {
        assert!(bits(&within(arch, trainings::<F>)) == bits(&expected), "{name}");
    }
    let plain = within(Arch::Scalar, trainings::<F>);
    assert!(bits(&plain) != bits(&expected), "plain numbers round each product");
    let distance = |(a, b): (&F, &F)| (a.as_f64() - b.as_f64()).abs() / (1.0 + b.as_f64().abs());
    let worst = plain.iter().zip(&expected).map(distance).fold(0.0, f64::max);
    println!("{} in plain numbers: {worst:e} away at most", std::any::type_name::<F>());
    assert!(plain.len() == expected.len() && worst < tolerance, "{worst:e}");
}

#[test]
fn trainings_have_the_same_bits_in_all_vectors_and_nearly_the_same_in_plain_numbers() {
    // measured: 2.9e-3 and 2.5e-11, of steps that divide by the size of a small gradient, which is what rounding has left
    trainings_in_every_width::<f32>(1e-2);
    trainings_in_every_width::<f64>(1e-10);
}

/// √k·u of Σ |a·b|, as the docs of the kernels say: twice that at most.
fn product_in_plain_numbers<F: Float>() {
    let Some((_, widest)) = fused().into_iter().next() else { return };
    let mut rng = Rng::new(2);
    for (m, k, n) in [(1, 50, 7), (9, 200, 33), (40, 1000, 40), (64, 37, 1)] {
        let (a, b) = (normal::<F>((m, k), &mut rng), normal::<F>((k, n), &mut rng));
        let product = |arch| {
            let mut c = Array2::zeros((m, n));
            within(arch, || matmul(F::one(), a.view(), b.view(), F::zero(), c.view_mut()));
            c
        };
        let [plain, fused] = [Arch::Scalar, widest].map(product);
        let magnitudes = a.mapv(|x| x.as_f64().abs()).dot(&b.mapv(|x| x.as_f64().abs()));
        for ((plain, fused), sum) in plain.iter().zip(&fused).zip(&magnitudes) {
            let unit = F::epsilon().as_f64() / 2.0;
            let distance = (plain.as_f64() - fused.as_f64()).abs();
            assert!(
                distance <= 2.0 * (k as f64).sqrt() * unit * sum,
                "{m} × {k} × {n}: {distance:e} of {sum:e}"
            );
        }
    }
}

#[test]
fn products_in_plain_numbers_are_as_far_away_as_is_said() {
    product_in_plain_numbers::<f32>();
    product_in_plain_numbers::<f64>();
}
