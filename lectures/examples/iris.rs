//! Irises, from a CSV file to a table of precision and recall: `cargo run --example iris`.

use chainrule::data::{Csv, Standardize};
use chainrule::prelude::*;
use chainrule::training::{Evaluation, History};
use chainrule_draw::{ConfusionHeatmap, Curves, Scatter};
use chainrule_lectures::{Lecture, Numbers, sets};

fn main() -> Result<()> {
    let lecture =
        Lecture::read(Numbers { seed: Some(1), rate: Some(0.01), epochs: Some(100), report: false });
    let iris = Csv::open(sets::path("iris.csv"))?.classes("species").read::<f64>()?;
    println!("{iris}: {}\n", iris.class_names().join(", "));
    let (train, test) = iris.split_stratified(0.7, lecture.seed.into())?;

    let scaling = Standardize::fit(&train.inputs())?; // to the training data only
    let mut model = Sequential::new([4])
        .add(scaling.layer()) // which travels with the model
        .add(Dense::new(8))
        .add(Tanh)
        .add(Dense::new(3))
        .add(Softmax)
        .build(lecture.seed.into())?;
    let history = Trainer::new(CategoricalCrossEntropy, Adam::new(lecture.rate))
        .epochs(lecture.epochs)
        .validation(&test)
        .fit(&mut model, &train)?;

    let result = evaluate(&model, &CategoricalCrossEntropy, &test)?.with_names(iris.class_names())?;
    println!("{result}");
    lecture.check_that(result.accuracy() >= Some(0.95), || format!("accuracy {:?}", result.accuracy()));
    pictures(&lecture, &iris, &history, &result)?;
    lecture.end();
    Ok(())
}

/// How it went, which species are taken for which, and what two of the four measures tell.
fn pictures(lecture: &Lecture, iris: &Dataset<f64>, history: &History, result: &Evaluation) -> Result<()> {
    let curves = Curves::new().title("Loss per epoch").line("training", &history.losses());
    lecture.save(&curves.line("test", &history.validation_losses()).log_scale(), "iris_loss")?;
    if let Some(matrix) = &result.confusion {
        let heatmap = ConfusionHeatmap::new(&matrix.counts()).title("Which species is taken for which");
        lecture.save(&heatmap.class_names(iris.class_names()), "iris_confusion")?;
    }

    let csv = Csv::open(sets::path("iris.csv"))?.inputs(["petal length", "petal width"]).classes("species");
    let petals = csv.read::<f64>()?;
    let layers = Sequential::new([2]).add(Standardize::fit(&petals.inputs())?.layer());
    let mut model =
        layers.add(Dense::new(8)).add(Tanh).add(Dense::new(3)).add(Softmax).build(lecture.seed.into())?;
    Trainer::new(CategoricalCrossEntropy, Adam::new(lecture.rate))
        .epochs(lecture.epochs)
        .fit(&mut model, &petals)?;
    let points = petals.inputs().into_owned().into_shape_with_order((petals.len(), 2));
    let points =
        points.map_err(|error| chainrule::Error::mismatch(error.to_string(), "take two features"))?;
    let labels: Vec<usize> = petals.labels().into_iter().flatten().copied().collect();
    let scatter = Scatter::new(&points, &labels)?.title("Two measures, and what a net makes of them");
    let scatter = scatter.labels("petal length in cm", "petal width in cm").class_names(petals.class_names());
    lecture.save(&scatter.regions_of(&model)?.shaded().margin(0.5), "iris_petals")
}
