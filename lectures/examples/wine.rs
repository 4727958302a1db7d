//! Wines, whose measures go from 0.13 to 1680: what scaling does, by cross-validation: `cargo run --release --example wine`.

use chainrule::data::Standardize;
use chainrule::prelude::*;
use chainrule_draw::{ConfusionHeatmap, Curves};
use chainrule_lectures::{Lecture, Numbers, sets};

const FOLDS: usize = 5;

/// What the folds of one cross-validation have given.
struct Folds {
    /// actual and predicted classes of all samples, each by a model that has not seen it
    actual: Vec<usize>,
    predicted: Vec<usize>,
    /// the loss of each epoch in the first fold
    losses: Vec<f64>,
}

fn cross_validate(wine: &Dataset<f64>, scaled: bool, lecture: &Lecture) -> Result<Folds> {
    let mut folds = Folds { actual: Vec::new(), predicted: Vec::new(), losses: Vec::new() };
    for (train, validation) in wine.k_fold_stratified(FOLDS, lecture.seed.into())? {
        let mut layers = Sequential::new([13]);
        if scaled {
            layers = layers.add(Standardize::fit(&train.inputs())?.layer()); // of this fold's training data only
        }
        let layers = layers.add(Dense::new(16)).add(ReLU).add(Dense::new(3)).add(Softmax);
        let mut model = layers.build(lecture.seed.into())?;
        let trainer = Trainer::new(CategoricalCrossEntropy, Adam::new(lecture.rate)).epochs(lecture.epochs);
        let history = trainer.progress_bar(false).fit(&mut model, &train)?;
        if folds.losses.is_empty() {
            folds.losses = history.losses();
        }
        folds.predicted.extend(model.predict_classes(&validation.inputs())?);
        folds.actual.extend(validation.labels().into_iter().flatten());
    }
    Ok(folds)
}

fn main() -> Result<()> {
    let lecture = Lecture::read(Numbers { seed: Some(1), rate: Some(0.01), epochs: Some(60), report: false });
    let wine = sets::wine::<f64>()?;
    println!("{wine}, {:?} of each; features:", wine.class_counts().unwrap_or_default());
    let inputs = wine.inputs();
    for (name, column) in wine.feature_names().iter().zip(inputs.axis_iter(Axis(1))) {
        let (low, high) =
            column.iter().fold((f64::MAX, f64::MIN), |(low, high), &x| (low.min(x), high.max(x)));
        println!("  {name:22} {low:8.2} to {high:8.2}");
    }

    let mut curves = Curves::new().title("Loss per epoch, in the first fold").log_scale();
    let mut accuracies = Vec::new();
    for (name, scaled) in [("as they are", false), ("scaled", true)] {
        let folds = cross_validate(&wine, scaled, &lecture)?;
        let matrix = ConfusionMatrix::new(&folds.predicted, &folds.actual, 3)?;
        println!("\nmeasures {name}, {FOLDS} folds:\n{}", matrix.clone().with_names(wine.class_names())?);
        accuracies.push(matrix.accuracy());
        curves = curves.line(name, &folds.losses);
        if scaled {
            let heatmap = ConfusionHeatmap::new(&matrix.counts()).class_names(wine.class_names());
            lecture.save(&heatmap.title("Which cultivar is taken for which"), "wine_confusion")?;
        }
    }
    lecture.save(&curves, "wine_loss")?;
    let holds = accuracies[1] >= 0.97 && accuracies[1] > accuracies[0] + 0.02;
    lecture.check_that(holds, || format!("accuracies {accuracies:?}"));
    lecture.end();
    Ok(())
}
