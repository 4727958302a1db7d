//! What the lecture's digit classifier sees, learns and gets wrong: `cargo run --release --example digits`.
//!
//! A sixth of MNIST and five epochs, so that it takes seconds; in f64, so that the pictures are the same on every
//! machine. The example `mnist` trains on all of it, in f32.

use chainrule::ndarray::Ix3;
use chainrule::prelude::*;
use chainrule_draw::{ConfusionHeatmap, Curves, ImageGrid, LayerStack};
use chainrule_lectures::{Lecture, Numbers};

const BATCH: usize = 32;

/// The loss of a training: the mean of each epoch, the smallest batch of each epoch, and that of the test digits.
#[derive(Default)]
struct Losses {
    mean: Vec<f64>,
    smallest: Vec<f64>,
    test: Vec<f64>,
}

fn net(init: Init, lecture: &Lecture) -> Result<Sequential<f64>> {
    Sequential::new([28, 28])
        .add(Flatten)
        .add(Dense::new(128).init(init))
        .add(ReLU)
        .add(Dense::new(10).init(init))
        .add(Softmax)
        .build(lecture.seed.into())
}

fn train(
    model: &mut Sequential<f64>,
    digits: &Dataset<f64>,
    test: &Dataset<f64>,
    lecture: &Lecture,
) -> Result<Losses> {
    let mut losses = Losses::default();
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(lecture.rate));
    let mut digits = digits.clone();
    for epoch in 1..=lecture.epochs as u64 {
        digits.shuffle(epoch); // the lecture always takes the same batches
        let batches = digits.batches(BATCH)?;
        let batch_losses =
            batches.map(|(x, t)| trainer.train_batch(model, &x, &t)).collect::<Result<Vec<_>>>()?;
        losses.mean.push(batch_losses.iter().sum::<f64>() / batch_losses.len() as f64);
        losses.smallest.push(batch_losses.iter().copied().fold(f64::INFINITY, f64::min));
        losses.test.push(evaluate(model, &CategoricalCrossEntropy, test)?.loss());
        let last = |losses: &[f64]| losses[losses.len() - 1];
        let Losses { mean, smallest, test } = &losses;
        println!("{epoch:5} {:13.4} {:17.4} {:11.4}", last(mean), last(smallest), last(test));
    }
    Ok(losses)
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let lecture =
        Lecture::read(Numbers { seed: Some(1), rate: Some(0.1), epochs: Some(5), ..Numbers::default() });
    let mnist = chainrule_mnist::load()?;
    let all = Dataset::<f64>::from_bytes(mnist.train.images, mnist.train.labels, 10)?;
    let digits = all.head(10_000)?; // pixels from 0 to 1
    let test = Dataset::<f64>::from_bytes(mnist.test.images, mnist.test.labels, 10)?;
    let test_images = test.inputs().into_dimensionality::<Ix3>()?;
    let labels = test.labels().map(|labels| labels.to_vec()).unwrap_or_default();
    println!("{} images of 28 × 28 to train with, {} to test with\n", digits.len(), test.len());

    let images = digits.head(16)?;
    let mut grid = ImageGrid::new(4).title("The first 16 digits");
    for (image, label) in
        images.inputs().into_dimensionality::<Ix3>()?.outer_iter().zip(images.labels().into_iter().flatten())
    {
        grid = grid.image(&image, label.to_string());
    }
    lecture.save(&grid, "digits")?;

    let model = net(Init::HeNormal, &lecture)?;
    println!("{model}\n");
    lecture.save(&LayerStack::of(&model).title("Layers, and what a pass keeps"), "digits_layers")?;

    // What the first weights do. 784 numbers from -1 to 1 give sums in the tens, so the softmax is sure of its answer
    // before it has seen a digit, and mostly wrong: the loss starts in the tens. He's weights have the variance
    // 2/784, which keeps the sums near 1 and the loss near ln 10, that of somebody who guesses.
    let mut starts = Vec::new();
    let mut trained = Vec::new();
    for (name, init) in [("uniform(-1, 1)", Init::Uniform(-1.0, 1.0)), ("He", Init::HeNormal)] {
        let mut model = net(init, &lecture)?;
        let start = evaluate(&model, &CategoricalCrossEntropy, &test)?;
        let surest = |p: ArrayView1<f64>| p.iter().copied().fold(0.0, f64::max);
        let sure = model.predict(&test_images)?.map_axis(Axis(1), surest).mean().unwrap_or_default();
        println!(
            "first weights: {name}\nbefore training: loss {:.2}, surest class on average {sure:.3}",
            start.loss()
        );
        println!("epoch     mean loss    smallest batch   test loss");
        let losses = train(&mut model, &digits, &test, &lecture)?;
        let accuracy = evaluate(&model, &CategoricalCrossEntropy, &test)?.accuracy().unwrap_or_default();
        println!("test accuracy {:.1} %\n", 100.0 * accuracy);
        starts.push(start.loss());
        trained.push((model, losses, accuracy));
    }
    let [(_, uniform, uniform_accuracy), (model, he, he_accuracy)] = &trained[..] else { return Ok(()) };
    // The lecture plots the smallest batch loss of each epoch, which is luck; the mean is what the training makes small.
    lecture.save(
        &Curves::new()
            .title("Loss per epoch")
            .line("uniform(-1, 1)", &uniform.mean)
            .line("uniform(-1, 1), test", &uniform.test)
            .line("He", &he.mean)
            .line("He, test", &he.test)
            .line("He, smallest batch", &he.smallest)
            .log_scale(),
        "digits_loss",
    )?;

    // Between the random first weights little can be seen; what the training has added to them shows strokes.
    let (before, after) = (net(Init::HeNormal, &lecture)?, model.param("1.weight")?);
    let added = &after - &before.param("1.weight")?;
    for (name, title, weight) in [
        ("digits_weights", "First-layer weights", after),
        ("digits_weights_added", &format!("What {} epochs added", lecture.epochs), added.view()),
    ] {
        lecture.save(
            &ImageGrid::weights(&weight.slice(s![.., ..16]), [28, 28])?
                .title(format!("{title}, 16 of the 128 units"))
                .columns(8),
            name,
        )?;
    }

    // the mistakes that the model is surest of
    let p = model.predict(&test_images)?;
    let classes = model.predict_classes(&test_images)?;
    let mut wrong: Vec<usize> = (0..labels.len()).filter(|&i| classes[i] != labels[i]).collect();
    wrong.sort_by(|&i, &j| p[[j, classes[j]]].total_cmp(&p[[i, classes[i]]]));
    println!("{} of {} test digits are taken for others; the surest mistakes:", wrong.len(), labels.len());
    let mut mistakes = ImageGrid::new(4).title("The most confident mistakes");
    for &i in wrong.iter().take(8) {
        println!(
            "  test digit {i:4} is a {}, taken for a {} with {:.1} %",
            labels[i],
            classes[i],
            100.0 * p[[i, classes[i]]]
        );
        mistakes = mistakes.prediction(&test_images.index_axis(Axis(0), i), labels[i], classes[i]);
    }
    lecture.save(&mistakes, "digits_mistakes")?;
    let confusion = ConfusionMatrix::from_outputs(&p, &test.targets())?;
    lecture.save(
        &ConfusionHeatmap::new(&confusion.counts()).title("Which digit is taken for which"),
        "digits_confusion",
    )?;

    lecture.check("the count of parameters", [model.param_count() as f64], [101_770.0], 0.0);
    lecture
        .check_that(starts[0] > 10.0, || format!("uniform(-1, 1) saturates the softmax: loss {}", starts[0]));
    lecture.check("the loss of a guess, ln 10, before training from He", [starts[1]], [10f64.ln()], 0.2);
    lecture.check("the accuracies", [*uniform_accuracy, *he_accuracy], [0.894, 0.937], 0.005);
    lecture.end();
    Ok(())
}
