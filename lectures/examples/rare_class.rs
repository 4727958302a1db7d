//! A rare class: what class weights change, and what they do not: `cargo run --example rare_class`.
//!
//! One sample in ten is a yes. The same net is trained without and with weights, and both are asked how well they sort, how
//! many they find, and whether their probabilities can be believed.

use chainrule::metrics::{Calibration, LabelReport, RocCurve};
use chainrule::prelude::*;
use chainrule_draw::{Drawing, Gallery, ReliabilityDiagram, RocPlot};
use chainrule_lectures::{Lecture, Numbers};

/// 5000 points around two centres that overlap; a tenth of them is rare.
fn points(seed: u64) -> Result<Dataset<f64>> {
    let mut rng = Rng::new(seed);
    let labels: Vec<usize> = (0..5000).map(|sample| usize::from(sample % 10 == 0)).collect();
    let x = Array2::from_shape_fn((5000, 2), |(sample, _)| rng.normal() + 1.2 * labels[sample] as f64);
    Dataset::from_labels(x, labels, 2)
}

/// The probabilities of a yes that a net gives for the test samples after a training with this loss.
fn train(
    loss: impl Loss<f64>,
    train: &Dataset<f64>,
    test: &Dataset<f64>,
    lecture: &Lecture,
) -> Result<Array2<f64>> {
    let net = Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid);
    let mut model = net.build(lecture.seed.into())?;
    let mut trainer = Trainer::new(loss, Sgd::new(lecture.rate)).epochs(lecture.epochs).progress_bar(false);
    trainer.fit(&mut model, train)?;
    println!("{}\n", evaluate(&model, &BinaryCrossEntropy, test)?.with_names(["usual", "rare"])?);
    model.predict(&test.inputs())
}

fn main() -> Result<()> {
    let lecture =
        Lecture::read(Numbers { seed: Some(42), rate: Some(0.2), epochs: Some(10), ..Numbers::default() });
    let (training, test) = points(7)?.split_stratified(0.6, 1)?;
    let labels = training.labels().map(|labels| labels.to_vec()).unwrap_or_default();
    let t = test.targets().slice(s![.., 1..]).to_owned(); // yes or no

    println!("Without weights:\n");
    let plain = train(BinaryCrossEntropy, &training, &test, &lecture)?;
    let balanced = ClassWeights::balanced(BinaryCrossEntropy, labels, 2)?;
    println!("With the weights {:.3} and {:.3}:\n", balanced.weights()[0], balanced.weights()[1]);
    let weighted = train(balanced, &training, &test, &lecture)?;

    let curve = |y: &Array2<f64>| RocCurve::from_outputs(y, &t);
    let (plain_curve, weighted_curve) = (curve(&plain)?, curve(&weighted)?);
    let bins = |y: &Array2<f64>| Calibration::from_outputs(y, &t, 10);
    let (plain_bins, weighted_bins) = (bins(&plain)?, bins(&weighted)?);
    println!("area under the ROC curve     {:.3} {:.3}", plain_curve.auc(), weighted_curve.auc());
    println!(
        "expected calibration error   {:.3} {:.3}\n",
        plain_bins.expected_error(),
        weighted_bins.expected_error()
    );
    let moved = LabelReport::at(&plain, &t, 0.1)?.with_names(["rare"])?;
    println!("Without weights, but a yes from 0.1 on, the share of the rare class:\n\n{moved}\n");
    println!(
        "Weights make the net say yes more often. It does not sort the samples any better, so another threshold finds as many,
and the probabilities it gives are no longer those of the samples: they belong to a world in which both classes are as
common. Weight the loss where yes and no are all that counts; where the probability does, move the threshold.
"
    );

    let roc = RocPlot::new().title("They sort alike").curve("without weights", &plain_curve);
    lecture.save(&roc.curve("with weights", &weighted_curve), "rare_class_roc")?;
    let diagram = |title, bins| ReliabilityDiagram::new(bins).title(title).picture();
    lecture.save(
        &Gallery::new(2)
            .title("But are they right as often as they say?")
            .add(&diagram("without weights", &plain_bins))
            .add(&diagram("with weights", &weighted_bins)),
        "rare_class_calibration",
    )?;

    let recall = |y| LabelReport::from_outputs(y, &t).map(|report| report.recall(0).unwrap_or(0.0));
    let (few, many) = (recall(&plain)?, recall(&weighted)?);
    lecture.check_that(few < 0.3 && many > 0.7, || format!("found {few} without weights, {many} with them"));
    lecture.check("found by the threshold", moved.recall(0), [many], 0.05);
    lecture.check("areas", [plain_curve.auc()], [weighted_curve.auc()], 0.01);
    let errors = [plain_bins.expected_error(), weighted_bins.expected_error()];
    lecture.check_that(errors[0] < 0.03 && errors[1] > 0.15, || format!("calibration errors {errors:?}"));
    lecture.end();
    Ok(())
}
