//! Learning-rate schedules, and early stopping at work: `cargo run --example training_tools`.

use chainrule::prelude::*;
use chainrule::training::{Cosine, ExponentialDecay, OneCycle, StepDecay, rates};
use chainrule_draw::Curves;
use chainrule_lectures::{Lecture, Numbers};

fn main() -> Result<()> {
    let lecture = Lecture::read(Numbers::default());
    schedules(&lecture)?;
    early_stopping(&lecture)
}

/// The rates of a training of 20 epochs, 50 steps each, from a rate of 0.1.
fn schedules(lecture: &Lecture) -> Result<()> {
    let (epochs, steps) = (20, 50);
    let lines = [
        ("step", rates(StepDecay::new(5, 0.6), 0.1, epochs, steps)?),
        ("exponential", rates(ExponentialDecay::new(0.87), 0.1, epochs, steps)?),
        ("cosine, warm-up", rates(Cosine::new().warm_up(0.1).lowest(0.3), 0.1, epochs, steps)?),
        ("one cycle", rates(OneCycle::new(), 0.1, epochs, steps)?),
    ];
    println!("epoch             0        5       10       15");
    for (name, rates) in &lines {
        let cells = [0, 5, 10, 15].map(|epoch| format!("{:9.5}", rates[epoch * steps]));
        println!("{name:<15}{}", cells.concat());
    }
    lecture.check("step", lines[0].1.iter().step_by(5 * steps), [0.1, 0.06, 0.036, 0.0216], 1e-12);
    lecture.check("the top of the warm-up", lines[2].1.iter().skip(2 * steps - 1).take(1), [0.1], 1e-12);
    let curves = lines.iter().fold(Curves::new(), |curves, (name, rates)| curves.line(*name, rates));
    let curves = curves.title("Learning rate").labels("epoch", "learning rate").per_epoch(steps);
    lecture.save(&curves, "schedules")
}

/// A net with far more weights than samples: what it learns after its best epoch is their noise.
fn early_stopping(lecture: &Lecture) -> Result<()> {
    let mut rng = Rng::new(5);
    let mut samples = |count: usize| {
        let x = Array2::from_shape_simple_fn((count, 1), || 6.0 * rng.uniform() - 3.0);
        let y = x.mapv(|x: f64| x.sin()) + Array2::from_shape_simple_fn((count, 1), || 0.5 * rng.normal());
        (x, y)
    };
    let ((x, y), (x_unseen, y_unseen)) = (samples(15), samples(200));
    let layers = Sequential::new([1]).add(Dense::new(64)).add(Tanh).add(Dense::new(64)).add(Tanh);
    let mut model = layers.add(Dense::new(1)).build(1)?;
    let history = Trainer::new(MeanSquaredError, Adam::new(0.01))
        .epochs(1_000)
        .validation((&x_unseen, &y_unseen))
        .callback(EarlyStopping::new(100))
        .progress_bar(false)
        .fit(&mut model, (&x, &y))?;

    println!("\n{}", history.stopped().unwrap_or("not stopped"));
    let after = evaluate(&model, &MeanSquaredError, (&x_unseen, &y_unseen))?.loss();
    let losses = history.validation_losses();
    let lowest = losses.iter().copied().fold(f64::INFINITY, f64::min);
    println!("validation loss: {lowest:.4} at its best, {:.4} in the last epoch", losses[losses.len() - 1]);
    lecture.check("the model is that of the best epoch", [after], [lowest], 0.0);
    lecture.check_that(history.stopped().is_some(), || "the training took all its epochs".to_owned());
    let curves = Curves::new()
        .title("Early stopping")
        .labels("epoch", "mean squared error")
        .line("training", &history.losses())
        .line("validation", &losses)
        .log_scale()
        .mark_lowest();
    lecture.save(&curves, "early_stopping")
}
