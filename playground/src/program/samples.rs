//! The samples of a program: `x` and `t`, then `train`, and `test` if there are samples for it.

use chainrule::data::{Column, Missing};

use super::{Program, literal};
use crate::Result;
use crate::contract::{Curve, Data, Drawn, Gate, Input, Planar, Settings, Surface, Task, TaskChoice};
use crate::data::{Set, table};

/// The lines that make the samples.
pub(super) fn write(program: &mut Program, settings: &Settings, set: &Set) -> Result<()> {
    let seed = match &settings.data {
        Data::Planar { set: which, samples, noise, seed } => {
            planar(program, *which, *samples, *noise, *seed, set.task, &settings.inputs);
            *seed
        }
        Data::Gate { gate } => {
            write_gate(program, *gate, set.task);
            1
        }
        Data::Curve { set: which, samples, noise, seed } => {
            let function = match which {
                Curve::Line => "2.0 * x[0] + 1.0",
                Curve::Parabola => "x[0] * x[0]",
                Curve::Sine => "(PI * x[0]).sin()",
                Curve::Step => "if x[0] < 0.0 { 0.0 } else { 1.0 }",
            };
            if *which == Curve::Sine {
                program.uses("std::f64::consts::PI");
            }
            numbers(program, function, *samples, 1, *noise, *seed);
            program.line("let x = points;");
            *seed
        }
        Data::Surface { set: which, samples, noise, seed } => {
            let function = match which {
                Surface::Plane => "0.5 * (x[0] + x[1])",
                Surface::Gaussian => "(-3.0 * (x[0] * x[0] + x[1] * x[1])).exp()",
            };
            numbers(program, function, *samples, 2, *noise, *seed);
            inputs(program, &settings.inputs);
            *seed
        }
        Data::Points { points, classes, targets } => {
            program.line(&format!("let x = {};", literal::matrix(points.iter().cloned())));
            write_answers(program, classes.as_deref(), targets.as_deref(), set.task, set.class_names.len());
            1
        }
        Data::Digits { samples, seed, drawn } => {
            digits(program, *samples, *seed, drawn);
            *seed
        }
        Data::Csv { text, target, task } => {
            csv(program, &table::reading(text, target.as_deref(), *task)?, set.task);
            1
        }
    };
    split(program, settings, set, seed);
    Ok(())
}

fn split(program: &mut Program, settings: &Settings, set: &Set, seed: u32) {
    if set.test.is_some() {
        let share = 1.0 - settings.test_share;
        program.line(&format!("let (train, test) = Dataset::new(x, t)?.split({share:?}, {seed})?;"));
    } else {
        program.line("let train = Dataset::new(x, t)?;");
    }
    if !matches!(settings.data, Data::Csv { .. }) {
        return;
    }
    program.uses("chainrule::data::Standardize");
    program.line("let scaling = Standardize::fit(&train.inputs())?;");
    let targets = if set.target_scaling.is_some() {
        program.line("let target_scaling = Standardize::fit(&train.targets())?;");
        |part: &str| format!("target_scaling.apply(&{part}.targets())?")
    } else {
        |part: &str| format!("{part}.targets().to_owned()")
    };
    for part in ["train", "test"].into_iter().take(1 + usize::from(set.test.is_some())) {
        let scaled =
            format!("let {part} = Dataset::new(scaling.apply(&{part}.inputs())?, {})?;", targets(part));
        program.line(&scaled);
    }
}

/// From `points` to `x`.
fn inputs(program: &mut Program, inputs: &[Input]) {
    if inputs == [Input::X1, Input::X2] {
        return program.line("let x = points;");
    }
    let term = |input: &Input| match input {
        Input::X1 => "x1",
        Input::X2 => "x2",
        Input::X1Squared => "x1 * x1",
        Input::X2Squared => "x2 * x2",
        Input::X1X2 => "x1 * x2",
        Input::SinX1 => "x1.sin()",
        Input::SinX2 => "x2.sin()",
    };
    let terms: Vec<&str> = inputs.iter().map(term).collect();
    let terms = terms.join(", ");
    let names: Vec<&str> =
        ["x1", "x2"].into_iter().map(|name| if terms.contains(name) { name } else { "_" }).collect();
    program.line(&format!(
        "let x = Array2::from_shape_fn((points.nrows(), {}), |(row, column)| {{",
        inputs.len()
    ));
    program.line(&format!("    let [{}] = [points[[row, 0]], points[[row, 1]]];", names.join(", ")));
    program.line(&format!("    [{terms}][column]"));
    program.line("});");
}

fn planar(
    program: &mut Program,
    set: Planar,
    samples: usize,
    noise: f64,
    seed: u32,
    task: Task,
    chosen: &[Input],
) {
    let toy = |program: &mut Program, call: &str| {
        program.uses("chainrule::data::toy");
        program.line(&format!("let data = {call}?;"));
        program.line("let inputs = data.inputs();");
        program.line(
            "let points = Array2::from_shape_fn((data.len(), 2), |(row, column)| inputs[[row, column]]);",
        );
    };
    match set {
        Planar::Xor => {
            program.line("let corners = array![[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]];");
            toy(program, &format!("toy::blobs_around::<f64>(&corners, {samples}, {noise:?}, {seed})"));
            program.line(
                "let labels = data.labels().into_iter().flatten().map(|corner| [0, 1, 1, 0][*corner]);",
            );
            program.line("let labels: Vec<usize> = labels.collect();");
        }
        Planar::Parabola | Planar::Rare => own_points(program, set, samples, noise, seed),
        _ => {
            match set {
                Planar::Circles => {
                    toy(program, &format!("toy::circles::<f64>({samples}, 0.5, {noise:?}, {seed})"))
                }
                Planar::Moons => toy(program, &format!("toy::moons::<f64>({samples}, {noise:?}, {seed})")),
                Planar::Spirals => {
                    toy(program, &format!("toy::spirals::<f64>({samples}, 2, {noise:?}, {seed})"))
                }
                _ => {
                    program.line("let centers = array![[0.0, 1.0], [-0.9, -0.5], [0.9, -0.5]];");
                    toy(
                        program,
                        &format!("toy::blobs_around::<f64>(&centers, {samples}, {noise:?}, {seed})"),
                    );
                }
            }
            program.line("let labels: Vec<usize> = data.labels().into_iter().flatten().copied().collect();");
        }
    }
    inputs(program, chosen);
    targets_of_labels(program, task, if set == Planar::Blobs { 3 } else { 2 });
}

fn own_points(program: &mut Program, set: Planar, samples: usize, noise: f64, seed: u32) {
    program.line(&format!("let mut rng = Rng::new({seed});"));
    if set == Planar::Rare {
        program.line(&format!(
            "let labels: Vec<usize> = (0..{samples}).map(|sample| usize::from(sample % 10 == 0)).collect();"
        ));
        program.line(&format!("let points = Array2::from_shape_fn(({samples}, 2), |(sample, _)| {{"));
        program.line(&format!("    (0.5 + {noise:?}) * rng.normal() + 1.2 * labels[sample] as f64"));
        program.line("});");
        return;
    }
    program.line(&format!(
        "let points = Array2::from_shape_simple_fn(({samples}, 2), || 4.0 * rng.uniform() - 2.0);"
    ));
    program.line("let inside = |point: ArrayView1<f64>| usize::from(point[1] + 1.0 > point[0] * point[0]);");
    program.line("let labels: Vec<usize> = points.rows().into_iter().map(inside).collect();");
    program.line(&format!("let points = points.mapv(|x| x + {noise:?} * rng.normal());"));
}

/// From `labels` to `t`.
fn targets_of_labels(program: &mut Program, task: Task, classes: usize) {
    if task == Task::Binary {
        program.line("let t = Array2::from_shape_fn((labels.len(), 1), |(row, _)| labels[row] as f64);");
    } else {
        program.line(&format!("let t = one_hot(&labels, {classes})?;"));
    }
}

fn write_gate(program: &mut Program, gate: Gate, task: Task) {
    let name = match gate {
        Gate::And => "and",
        Gate::Or => "or",
        Gate::Nand => "nand",
        Gate::Nor => "nor",
        Gate::Xor | Gate::XorWithOnes => "xor",
    };
    program.uses("chainrule::data::toy");
    program.line(&format!("let (x, t) = toy::{name}::<f64>();"));
    if gate == Gate::XorWithOnes {
        program.line("let x = Array2::from_shape_fn((4, 3), |(row, column)| if column < 2 { x[[row, column]] } else { 1.0 });");
    }
    if task != Task::Binary {
        program.line("let t = one_hot(&t.iter().map(|&t| t as usize).collect::<Vec<_>>(), 2)?;");
    }
}

fn numbers(program: &mut Program, function: &str, samples: usize, inputs: usize, noise: f64, seed: u32) {
    program.line(&format!("let mut rng = Rng::new({seed});"));
    program.line(&format!(
        "let points = Array2::from_shape_simple_fn(({samples}, {inputs}), || 2.0 * rng.uniform() - 1.0);"
    ));
    program.line(&format!("let function = |x: ArrayView1<f64>| {function};"));
    program.line(&format!(
        "let t = points.map_axis(Axis(1), |x| function(x) + {noise:?} * rng.normal()).insert_axis(Axis(1));"
    ));
}

fn write_answers(
    program: &mut Program,
    classes: Option<&[usize]>,
    targets: Option<&[Vec<f64>]>,
    task: Task,
    count: usize,
) {
    if let Some(classes) = classes {
        program.line(&format!("let labels: Vec<usize> = vec!{classes:?};"));
        targets_of_labels(program, task, count);
    } else if let Some(targets) = targets {
        program.line(&format!("let t = {};", literal::matrix(targets.iter().cloned())));
    }
}

fn digits(program: &mut Program, samples: usize, seed: u32, drawn: &[Drawn]) {
    program.line("// 600 digits of MNIST, 60 of each, halved to 14 × 14 pixels of 16 greys");
    program.line("let mnist = chainrule_mnist::test()?;");
    program.line("let mut of_digit = vec![Vec::new(); 10];");
    program.line("mnist.labels.iter().enumerate().for_each(|(image, &label)| of_digit[usize::from(label)].push(image));");
    program.line("let grey = |image: usize, pixel: usize| {");
    program.line("    let (row, column) = (2 * (pixel / 14), 2 * (pixel % 14));");
    program.line("    let ink = |down, right| f64::from(mnist.images[[image, row + down, column + right]]);");
    program.line("    ((ink(0, 0) + ink(0, 1) + ink(1, 0) + ink(1, 1)) / 4.0 / 17.0).round() / 15.0");
    program.line("};");
    program.line("let mut order: Vec<usize> = (0..600).collect();");
    program.line(&format!("Rng::new({seed}).shuffle(&mut order);"));
    program.line(&format!("order.truncate({samples});"));
    if drawn.is_empty() {
        program.line("let labels: Vec<usize> = order.iter().map(|image| image % 10).collect();");
        program.line("let x = Array2::from_shape_fn((order.len(), 196), |(row, pixel)| {");
        program.line("    grey(of_digit[order[row] % 10][order[row] / 10], pixel)");
        program.line("});");
    } else {
        program.line("// those drawn by hand");
        let pixels = literal::matrix(drawn.iter().map(|digit| digit.pixels.clone()));
        program.line(&format!("let drawn = {pixels};"));
        let labels: Vec<usize> = drawn.iter().map(|digit| digit.label).collect();
        program.line("let mut labels: Vec<usize> = order.iter().map(|image| image % 10).collect();");
        program.line(&format!("labels.extend({labels:?});"));
        program
            .line("let x = Array2::from_shape_fn((labels.len(), 196), |(row, pixel)| match order.get(row) {");
        program.line("    Some(image) => grey(of_digit[image % 10][image / 10], pixel),");
        program.line(&format!("    None => drawn[[row - {samples}, pixel]],"));
        program.line("});");
    }
    program.line("let t = one_hot(&labels, 10)?;");
}

fn csv(program: &mut Program, reading: &table::Reading, task: Task) {
    program.uses("chainrule::data::Csv");
    let column = |column: &Column| match column {
        Column::Name(name) => format!("{name:?}"),
        Column::Number(number) => number.to_string(),
    };
    let columns = |columns: &[Column]| columns.iter().map(column).collect::<Vec<_>>().join(", ");
    let mut calls = Vec::new();
    if reading.separator != ',' {
        calls.push(format!(".separator({:?})", reading.separator));
    }
    if reading.decimal != '.' {
        calls.push(format!(".decimal({:?})", reading.decimal));
    }
    calls.push(format!(".has_header({})", reading.has_header));
    if !reading.ignored.is_empty() {
        calls.push(format!(".ignore([{}])", columns(&reading.ignored)));
    }
    if !reading.one_hot.is_empty() {
        calls.push(format!(".one_hot([{}])", columns(&reading.one_hot)));
    }
    if reading.drops_unanswered {
        calls.push(".on_missing(Missing::DropRow)".to_owned());
    }
    for (filled, rule) in &reading.filled {
        let rule = if *rule == Missing::Mean { "Mean" } else { "MostFrequent" };
        calls.push(format!(".on_missing_in({}, Missing::{rule})", column(filled)));
    }
    if reading.drops_unanswered || !reading.filled.is_empty() {
        program.uses("chainrule::data::Missing");
    }
    let target = reading.target.as_ref().map(column).unwrap_or_default();
    calls.push(match reading.task {
        TaskChoice::Classes => format!(".classes({target})"),
        TaskChoice::Numbers => format!(".targets([{target}])"),
    });
    program.line("// table.csv: the table as it was pasted");
    program.line("let data: Dataset<f64> = Csv::open(\"table.csv\")?");
    calls.iter().for_each(|call| program.line(&format!("    {call}")));
    program.line("    .read()?;");
    program.line("let x = data.inputs().to_owned();");
    let slice = if task == Task::Binary { ".slice(s![.., 1..])" } else { "" };
    program.line(&format!("let t = data.targets(){slice}.to_owned();"));
}
