//! Diabetes: a regression, and how a large net learns few samples by heart: `cargo run --release --example diabetes`.

use chainrule::data::Standardize;
use chainrule::prelude::*;
use chainrule_draw::{Curves, Scatter};
use chainrule_lectures::{Lecture, Numbers, sets};

const FOLDS: usize = 5;

/// A line of the ten measures, or a net with a hidden layer of that width. Its outputs are in standard deviations.
fn model(hidden: Option<usize>, inputs: &Standardize<f64>, lecture: &Lecture) -> Result<Sequential<f64>> {
    let layers = Sequential::new([10]).add(inputs.layer());
    let layers = match hidden {
        Some(width) => layers.add(Dense::new(width)).add(ReLU),
        None => layers,
    };
    layers.add(Dense::new(1)).build(lecture.seed.into())
}

/// The answers (measured, predicted) of all folds, and the losses of the first one: training and validation.
fn cross_validate(hidden: Option<usize>, lecture: &Lecture) -> Result<(Vec<[f64; 2]>, [Vec<f64>; 2])> {
    let data = sets::diabetes::<f64>()?;
    let (mut answers, mut losses) = (Vec::new(), [Vec::new(), Vec::new()]);
    for (train, validation) in data.k_fold(FOLDS, lecture.seed.into())? {
        let (inputs, targets) = (Standardize::fit(&train.inputs())?, Standardize::fit(&train.targets())?);
        let scaled = |part: &Dataset<f64>| Dataset::new(part.inputs(), targets.apply(&part.targets())?);
        let mut model = model(hidden, &inputs, lecture)?;
        let history = Trainer::new(MeanSquaredError, Adam::new(lecture.rate))
            .epochs(lecture.epochs)
            .validation(&scaled(&validation)?)
            .progress_bar(false)
            .fit(&mut model, &scaled(&train)?)?;
        if answers.is_empty() {
            losses = [history.losses(), history.validation_losses()];
        }
        let predicted = targets.invert(&model.predict(&validation.inputs())?)?; // back to the scale of the disease
        answers.extend(validation.targets().iter().zip(&predicted).map(|(&t, &y)| [t, y]));
    }
    Ok((answers, losses))
}

/// The root of the mean square error, and R²: the share of the variance that is explained.
fn errors(answers: &[[f64; 2]]) -> (f64, f64) {
    let n = answers.len() as f64;
    let mean = answers.iter().map(|[t, _]| t).sum::<f64>() / n;
    let error = answers.iter().map(|[t, y]| (t - y).powi(2)).sum::<f64>() / n;
    let variance = answers.iter().map(|[t, _]| (t - mean).powi(2)).sum::<f64>() / n;
    (error.sqrt(), 1.0 - error / variance)
}

fn main() -> Result<()> {
    let lecture =
        Lecture::read(Numbers { seed: Some(1), rate: Some(0.01), epochs: Some(100), report: false });
    println!("{}: {}\n", sets::diabetes::<f64>()?, sets::diabetes::<f64>()?.feature_names().join(", "));
    let mut curves = Curves::new().title("Loss per epoch: a line, and a net with 100 hidden units");
    let mut explained = Vec::new();
    for (name, hidden) in [("line", None), ("net", Some(100))] {
        let (answers, [training, validation]) = cross_validate(hidden, &lecture)?;
        let (error, share) = errors(&answers);
        println!(
            "{name:4}   off by {error:.1} on average (root mean square), explains {:.0} % of the variance",
            100.0 * share
        );
        explained.push(share);
        curves = curves.line(name, &training).line(format!("{name}, validation"), &validation);
        if hidden.is_none() {
            let points = Array2::from_shape_fn((answers.len(), 2), |(row, column)| answers[row][column]);
            let scatter = Scatter::new(&points, &vec![0; answers.len()])?.labels("measured", "predicted");
            let scatter = scatter.class_names(["a patient"]).title("Progression after a year, by a line");
            lecture.save(&scatter, "diabetes_predictions")?;
        }
    }
    lecture.save(&curves.log_scale(), "diabetes_loss")?;
    println!(
        "\n442 patients are few: the net learns its own by heart, and tells less of others than a line does."
    );
    let holds = explained[0] > 0.45 && explained[0] > explained[1] + 0.1;
    lecture.check_that(holds, || format!("explained {explained:?}"));
    lecture.end();
    Ok(())
}
