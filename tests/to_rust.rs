//! Models as plain Rust: what `to_rust` writes is compiled by rustc as part of a `#![no_std]` crate, without a warning, run,
//! and compared with the model.
//!
//! `TO_RUST_CASES=500 cargo test -p chainrule-tests --test to_rust` takes more nets than the usual 60.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use chainrule::export::{RustCall, RustSource};
use chainrule::prelude::*;
use chainrule_tests::{normal, random_batch, random_net};

/// y = x² + c
#[derive(Clone, Debug)]
struct Square(f64);

impl<F: Float> Layer<F> for Square {
    fn name(&self) -> &str {
        "square"
    }

    fn config(&self) -> chainrule::Config {
        chainrule::Config::new().with("c", self.0)
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        azip!((y in y, &x in x) *y = x * x + F::of(self.0));
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        azip!((dx in dx, &x in pass.x, &dy in pass.dy) *dx = (x + x) * dy);
    }
}

fn with_square<F: Float>() -> RustSource<F> {
    RustSource::new().layer("square", |layer| {
        layer.function(
            "/// y = x² + c.
             fn square(y: &mut [f32], c: f32) {
                 for y in y {
                     *y = *y * *y + c;
                 }
             }",
        )?;
        let c = layer.number(F::of(layer.layer().config().number("c")?));
        Ok(RustCall::in_place("square").arg(c))
    })
}

/// A model as a module of a crate, with samples, and what the model says of them.
struct Case {
    what: String,
    source: String,
    type_: &'static str,
    inputs: usize,
    outputs: usize,
    samples: Vec<f64>,
    expected: Vec<f64>,
    /// the largest difference, as a share of the largest output; 0 for the same bits
    tolerance: f64,
}

fn case<F: Float>(what: String, model: &Sequential<F>, x: &Array2<F>, tolerance: f64) -> Case {
    let shape = model.input_shape().to_vec();
    // one sample at a time, as the file does
    let expected = x.rows().into_iter().flat_map(|row| {
        let sample = row.to_owned().into_shape_with_order(shape.clone()).unwrap();
        model.predict(&sample).unwrap().into_iter()
    });
    Case {
        what: format!("{what}\n{model}"),
        source: with_square().write(model).unwrap(),
        type_: if size_of::<F>() == 4 { "f32" } else { "f64" },
        inputs: x.ncols(),
        outputs: model.output_width(),
        samples: x.iter().map(|x| x.as_f64()).collect(),
        expected: expected.map(|y| y.as_f64()).collect(),
        tolerance,
    }
}

/// The crate of some cases, compiled and run: what it says of all samples.
fn run(folder: &Path, cases: &[Case], edition: &str) -> Vec<f64> {
    fs::create_dir_all(folder).unwrap();
    let (mut crate_, mut table) =
        ("//! Nets.\n#![no_std]\n#![deny(missing_docs)]\n".to_owned(), String::new());
    let mut samples = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let Case { type_, inputs, outputs, .. } = case;
        let name = format!("net_{index}");
        // either way in which a program may take it
        if index % 2 == 0 {
            fs::write(folder.join(format!("{name}.rs")), &case.source).unwrap();
            writeln!(crate_, "mod {name};").unwrap();
        } else {
            fs::write(folder.join(format!("{name}.in")), &case.source).unwrap();
            writeln!(crate_, "mod {name} {{ include!(\"{name}.in\"); }}").unwrap();
        }
        writeln!(
            crate_,
            "/// A net.\npub fn run_{name}(input: &[{type_}], output: &mut [{type_}]) {{\n    let input: &[{type_}; \
             {inputs}] = input.try_into().unwrap();\n    output.copy_from_slice(&{name}::predict(input));\n}}"
        )
        .unwrap();
        let count = case.samples.len() / inputs;
        writeln!(
            table,
            "    for _ in 0..{count} {{\n        let x: Vec<{type_}> = (0..{inputs}).map(|_| next() as {type_}).collect();\n        \
             let mut y = [0.0; {outputs}];\n        nets::run_{name}(&x, &mut y);\n        y.iter().for_each(|&y| println!(\"{{:x}}\", (y as f64).to_bits()));\n    }}"
        )
        .unwrap();
        samples.extend(case.samples.iter().map(|x| format!("{:x}\n", x.to_bits())));
    }
    fs::write(folder.join("nets.rs"), crate_).unwrap();
    let main = format!(
        "#![allow(clippy::unnecessary_cast)]\nfn main() {{\n    let mut lines = std::io::stdin().lines();\n    let mut next = || \
         f64::from_bits(u64::from_str_radix(&lines.next().unwrap().unwrap(), 16).unwrap());\n{table}}}\n"
    );
    fs::write(folder.join("main.rs"), main).unwrap();
    fs::write(folder.join("samples.txt"), samples.concat()).unwrap();

    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    for args in [
        &["--crate-type", "rlib", "-o", "libnets.rlib", "nets.rs"][..],
        &["--extern", "nets=libnets.rlib", "-o", "main", "main.rs"],
    ] {
        let mut command = Command::new(&rustc);
        // overflows and other debug assertions panic
        command.args([
            "-D",
            "warnings",
            "-C",
            "opt-level=1",
            "-C",
            "debug-assertions=on",
            "--edition",
            edition,
        ]);
        let output = command.args(args).current_dir(folder).output().expect("rustc runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let input = fs::File::open(folder.join("samples.txt")).unwrap();
    let output = Command::new(folder.join("main")).stdin(input).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| f64::from_bits(u64::from_str_radix(line, 16).unwrap())).collect()
}

/// Compares; returns the largest difference in f32 and in f64, as a share of the largest output.
fn compare(cases: &[Case], got: &[f64]) -> [f64; 2] {
    let mut worst = [0.0_f64; 2];
    let mut got = got.iter();
    for case in cases {
        for (sample, expected) in case.expected.chunks(case.outputs).enumerate() {
            let got: Vec<f64> = got.by_ref().take(case.outputs).copied().collect();
            assert_eq!(got.len(), case.outputs);
            let scale = expected.iter().filter(|y| y.is_finite()).fold(0.0_f64, |max, y| max.max(y.abs()));
            for (&got, &expected) in got.iter().zip(expected) {
                let same = got.to_bits() == expected.to_bits() || got.is_nan() && expected.is_nan();
                let difference = if same { 0.0 } else { (got - expected).abs() / scale.max(1e-30) };
                assert!(
                    difference <= case.tolerance,
                    "{}sample {sample}: {got:?} and not {expected:?}\n{}",
                    case.what,
                    case.source.split("static").next().unwrap_or_default()
                );
                let worst = &mut worst[usize::from(case.type_ == "f64")];
                *worst = worst.max(difference);
            }
        }
    }
    assert_eq!(got.next(), None);
    worst
}

/// A new folder of that name among those of the tests.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("to_rust_{name}"));
    let _ = fs::remove_dir_all(&folder); // of an earlier run
    folder
}

/// Whether this CPU multiplies and adds in one step, so that the library leaves the bits that it promises.
fn fuses() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    cfg!(target_arch = "aarch64")
}

/// Of any layers: the same bits in f32, and in f64, where the library takes exp and others of the standard library, almost.
fn any_layers<F: Float>() -> f64 {
    match (size_of::<F>(), fuses()) {
        (4, true) => 0.0,
        (4, false) => 1e-6,
        _ => 1e-13,
    }
}

fn random_case<F: Float>(seed: u64) -> Case {
    let model = random_net::<F>(seed);
    let mut x = random_batch(&model, 7, seed); // and of 7 samples three that are unusual
    x.row_mut(4).fill(F::zero());
    x.row_mut(5).mapv_inplace(|x| x * F::of(1e10));
    let some = seed as usize % x.ncols();
    x[[6, some]] = F::nan();
    case(format!("seed {seed}\n"), &model, &x, any_layers::<F>())
}

/// All layers of the library but Reshape, which seldom fits; it is among the unusual nets.
const LAYERS: [&str; 25] = [
    "avg_pool2d",
    "batch_norm",
    "conv2d",
    "dense",
    "dropout",
    "elu",
    "flatten",
    "gelu",
    "global_avg_pool",
    "identity",
    "layer_norm",
    "leaky_relu",
    "log_softmax",
    "max_pool2d",
    "maxout",
    "relu",
    "rescale",
    "residual",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "step",
    "tanh",
];

#[test]
fn random_nets_say_what_their_models_say() {
    let count = env::var("TO_RUST_CASES").map_or(60, |count| count.parse().expect("a number of cases"));
    let seeds: Vec<u64> = (0..count).collect();
    let mut worst = [0.0_f64; 2];
    for (pack, seeds) in seeds.chunks(60).enumerate() {
        let of_seed =
            |&seed: &u64| if seed % 3 == 2 { random_case::<f64>(seed) } else { random_case::<f32>(seed) };
        let cases: Vec<Case> = seeds.iter().map(of_seed).collect();
        if pack == 0 {
            let nets: String = cases.iter().map(|case| &*case.what).collect();
            let missing = LAYERS.iter().find(|layer| !nets.contains(&format!("  {layer} ")));
            assert_eq!(missing, None, "drawn for no net");
        }
        let edition = if pack % 2 == 0 { "2024" } else { "2021" };
        let of_pack = compare(&cases, &run(&folder(&format!("random_{pack}")), &cases, edition));
        worst = [worst[0].max(of_pack[0]), worst[1].max(of_pack[1])];
    }
    println!("{count} nets; of the largest output {:e} in f32 and {:e} in f64", worst[0], worst[1]);
}

/// Nets of Dense, ReLU and Flatten, of widths around the blocks of a sum, and numbers of all sizes.
fn same_bits<F: Float>(cases: &mut Vec<Case>) {
    let tolerance = if fuses() { 0.0 } else { any_layers::<F>() };
    for (seed, widths) in (1..).zip([
        vec![1, 1],
        vec![1, 5, 1],
        vec![7, 40, 3],
        vec![400, 3, 2],
        vec![401, 17],
        vec![997, 9, 33, 1],
        vec![3, 801, 2],
    ]) {
        let mut rng = Rng::new(seed);
        let mut builder = Sequential::new([widths[0], 1]).add(Flatten);
        for pair in widths.windows(2) {
            let weight = normal::<F>((pair[0], pair[1]), &mut rng);
            let bias = normal::<F>((1, pair[1]), &mut rng).row(0).to_owned();
            builder = builder.add(Dense::from_weights(weight, bias).unwrap()).add(ReLU);
        }
        let model = builder.add(Dense::new(2).without_bias()).build(seed).unwrap();
        let mut x = normal::<F>((6, widths[0]), &mut rng);
        x.row_mut(1).mapv_inplace(|x| x * F::of(1e-37) * F::of(1e-6));
        x.row_mut(2).mapv_inplace(|x| x * F::of(1e37));
        x.row_mut(3).fill(F::of(-0.0));
        x.row_mut(4).fill(F::infinity());
        x[[5, 0]] = F::nan();
        cases.push(case(format!("widths {widths:?}\n"), &model, &x, tolerance));
    }
}

#[test]
fn dense_relu_and_flatten_leave_the_same_bits() {
    let mut cases = Vec::new();
    same_bits::<f32>(&mut cases);
    same_bits::<f64>(&mut cases);
    compare(&cases, &run(&folder("bits"), &cases, "2021"));
}

/// Weights of all kinds come back: 1·w + b with b = -0 is w.
fn strange_weights<F: Float>(smallest: F) -> Case {
    let weights =
        [-F::zero(), smallest, F::infinity(), F::neg_infinity(), F::nan(), F::max_value(), F::of(0.1)];
    let weight = Array2::from_shape_fn((1, weights.len()), |(_, i)| weights[i]);
    let bias = Array1::from_elem(weights.len(), -F::zero());
    let model =
        Sequential::new([1]).add(Dense::from_weights(weight.clone(), bias).unwrap()).build(1).unwrap();
    let case = case("strange weights\n".into(), &model, &array![[F::one()]], 0.0);
    let same = |(&got, weight): (&f64, &F)| {
        got.to_bits() == weight.as_f64().to_bits() || got.is_nan() && weight.is_nan()
    };
    assert!(case.expected.iter().zip(&weight).all(same), "{:?}", case.expected);
    case
}

/// What nets drawn at random seldom have: blocks in blocks, connections around the inputs, nothing that computes, a layer of
/// one's own, wide rows, names, and the digit net.
#[test]
fn unusual_nets() {
    let mut rng = Rng::new(1);
    let mut cases = vec![strange_weights(f32::from_bits(1)), strange_weights(f64::from_bits(1))];
    let mut add = |what: &str, builder: chainrule::SequentialBuilder<f32>| {
        let model = builder.build(3).unwrap();
        let x = random_batch(&model, 3, 5);
        cases.push(case(format!("{what}\n"), &model, &x, any_layers::<f32>()));
    };
    add(
        "blocks in blocks",
        Sequential::new([5])
            .add(Dense::new(8))
            .residual(|block| {
                block.add(Tanh).residual(|inner| inner.add(Dense::new(8)).add(ReLU)).add(Dense::new(8))
            })
            .add(Dense::new(3)),
    );
    add("around the inputs", Sequential::new([4]).residual(|block| block.add(ReLU)).add(Sigmoid));
    add("around all", Sequential::new([4]).residual(|block| block.add(Dense::new(4))));
    add("around nothing", Sequential::new([4]).residual(|block| block.add(Dropout::new(0.5))));
    add(
        "nothing at all",
        Sequential::new([2, 2]).add(Flatten).add(Reshape::new([1, 4])).add(Dropout::new(0.5)),
    );
    add(
        "a layer of one's own",
        Sequential::new([4]).add(Square(0.5)).add(Dense::new(3)).add(Square(-1.0)).add(Softmax),
    );
    add("very wide rows", Sequential::new([3000]).add(LogSoftmax));
    add("wide rows", Sequential::new([200]).add(LayerNorm::new()).add(LogSoftmax).add(Softmax));
    add(
        "a convolution net",
        Sequential::new([3, 12, 12])
            .add(Conv2D::new(50, 3).padding(1))
            .add(BatchNorm::new())
            .add(ReLU)
            .residual(|block| block.add(Conv2D::new(50, 3).padding(1)).add(SiLU))
            .add(MaxPool2D::new(2))
            .add(Conv2D::new(4, 3))
            .add(GlobalAvgPool)
            .add(LogSoftmax),
    );
    let mut named = Sequential::new([2]).add(Dense::new(2)).add(Softmax).build(1).unwrap();
    named.set_class_names(["\"no\"\n\\", "Ja 🙂"]).unwrap();
    named.set_feature_names(["mass", "speed"]).unwrap();
    let named = case::<f32>("names\n".into(), &named, &normal((2, 2), &mut rng), any_layers::<f32>());
    assert!(named.source.contains("pub const CLASS_NAMES: [&str; 2] = [\"\\\"no\\\"\\n\\\\\", \"Ja 🙂\"];"));
    assert!(named.source.contains("pub const FEATURE_NAMES: [&str; 2] = [\"mass\", \"speed\"];"));
    cases.push(named);
    let digits = Sequential::new([28, 28])
        .add(Flatten)
        .add(Dense::new(128))
        .add(ReLU)
        .add(Dense::new(10))
        .add(Softmax);
    let digits = digits.build(1).unwrap();
    let digits =
        case::<f32>("the digit net\n".into(), &digits, &normal((2, 784), &mut rng), any_layers::<f32>());
    assert!(digits.source.len() < 1_500_000, "{} bytes", digits.source.len());
    assert!(digits.source.contains("/// Takes 512 bytes of the stack"));
    cases.push(digits);
    compare(&cases, &run(&folder("unusual"), &cases, "2024"));
}

#[test]
fn a_file_holds_what_its_model_needs_and_no_more() {
    let model = Sequential::<f64>::new([2]).add(Dense::new(3)).add(Tanh).build(1).unwrap();
    let source = model.to_rust().unwrap();
    for there in ["fn dense(", "fn weighted_sum(", "fn mul_add(", "fn whole(", "fn tanh(", "fn reduced_exp("]
    {
        assert_eq!(source.matches(there).count(), 1, "{there}\n{source}");
    }
    for other in ["fn exp(", "fn relu(", "fn sqrt(", "Windows", "f32", "unsafe", "std", "pub(super)"] {
        assert!(!source.contains(other), "{other}");
    }
    assert!(source.starts_with("// A neural network as plain Rust, written by chainrule "), "{source}");
    assert!(source.contains("//       0  dense  3       weight 2 × 3, bias 1 × 3      9\n"), "{source}");
    assert_eq!(model.to_rust().unwrap(), source);
}

#[test]
fn errors_say_what_to_do() {
    let model = Sequential::<f32>::new([2]).add(Dense::new(3)).add(Square(0.0)).build(1).unwrap();
    assert_eq!(
        model.to_rust().unwrap_err().to_string(),
        "layer 1 (square): is not a layer of the library, so that plain Rust of it is not known\n  help: say how it is \
         written: RustSource::new().layer(\"square\", …).write(&model)"
    );
    let text = |text: &'static str, call: &'static str| {
        let source = RustSource::new().layer("square", move |layer| {
            layer.function(text)?;
            Ok(RustCall::in_place(call))
        });
        source.write(&model).unwrap_err().to_string()
    };
    assert_eq!(
        text("fn square(y: &mut [f32]) {}", "square"),
        "layer 1 (square): function for plain Rust: expected a comment and a function, but got neither\n  help: begin with \
         the comment `/// …` and then `fn name(…)`, each on a line of its own"
    );
    assert_eq!(
        text("/// Mine.\nfn dense() {}", "dense"),
        "layer 1 (square): function \"dense\" for plain Rust: expected one text for one name, but got two\n  help: give one \
         of them another name"
    );
    assert_eq!(
        text("/// Mine.\nfn square(y: &mut [f32]) {}", "sqare"),
        "a layer is to call \"sqare\", but there is no function of that name\n  help: put it into the file with \
         RustLayer::function"
    );
    let source =
        RustSource::new().layer("dense", |layer| Ok(RustCall::in_place(layer.param("wieght")?.name)));
    assert_eq!(
        source.write(&model).unwrap_err().to_string(),
        "layer 0 (dense): \"wieght\": expected a parameter or state of the layer, but got nothing\n  help: Layer::params \
         and Layer::state name them"
    );
}
