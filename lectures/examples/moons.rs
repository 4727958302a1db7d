//! Toy sets, and how many hidden units two moons take: `cargo run --release --example moons`.

use chainrule::data::toy;
use chainrule::ndarray::Ix2;
use chainrule::prelude::*;
use chainrule_draw::{Curves, Gallery, Scatter};
use chainrule_lectures::{Lecture, Numbers};

/// The points of a data set of two features, by class.
fn scatter<'a>(
    data: &Dataset<f64>,
    title: &str,
) -> std::result::Result<Scatter<'a>, Box<dyn std::error::Error>> {
    let points = data.inputs().into_dimensionality::<Ix2>()?;
    let labels: Vec<usize> = data.labels().into_iter().flatten().copied().collect();
    Ok(Scatter::new(&points, &labels)?.title(title))
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let lecture =
        Lecture::read(Numbers { seed: Some(1), rate: Some(0.05), epochs: Some(200), report: false });
    let seed = lecture.seed.into();
    let sets = Gallery::new(2)
        .add(&scatter(&toy::moons(200, 0.15, seed)?, "moons")?)
        .add(&scatter(&toy::circles(200, 0.5, 0.08, seed)?, "circles")?)
        .add(&scatter(&toy::spirals(300, 3, 0.03, seed)?, "spirals")?)
        .add(&scatter(&toy::blobs(200, 4, 1.0, seed)?, "blobs")?);
    lecture.save(&sets.title("Toy sets"), "toy_sets")?;

    let (train, test) = toy::moons::<f64>(600, 0.2, seed)?.split_stratified(0.5, seed)?;
    let (mut curves, mut models, mut accuracies) =
        (Curves::new().title("Loss per epoch").log_scale(), Vec::new(), Vec::new());
    for units in [1, 2, 4, 16] {
        let layers = Sequential::new([2]).add(Dense::new(units)).add(Tanh).add(Dense::new(1)).add(Sigmoid);
        let mut model = layers.build(seed)?;
        let history = Trainer::new(BinaryCrossEntropy, Adam::new(lecture.rate))
            .epochs(lecture.epochs)
            .fit(&mut model, &train)?;
        let accuracy = evaluate(&model, &BinaryCrossEntropy, &test)?.accuracy().unwrap_or_default();
        println!(
            "{units:2} hidden units: loss {:.4}, {:.1} % of the test points right",
            history.losses()[lecture.epochs - 1],
            100.0 * accuracy
        );
        curves = curves.line(format!("{units} hidden"), &history.losses());
        models.push((units, model));
        accuracies.push(accuracy);
    }
    lecture.save(&curves, "moons_loss")?;
    let mut regions = Gallery::new(2).title("What each net makes of the plane");
    for (units, model) in &models {
        let title = format!("{units} hidden {}", if *units == 1 { "unit" } else { "units" });
        regions = regions.add(&scatter(&test, &title)?.regions_of(model)?.shaded().margin(0.3));
    }
    lecture.save(&regions, "moons_regions")?;
    let holds = accuracies[0] < 0.92 && accuracies[2] > 0.95;
    lecture.check_that(holds, || format!("accuracies {accuracies:?}"));
    lecture.end();
    Ok(())
}
