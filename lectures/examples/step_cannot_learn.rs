//! Why nobody trains step functions (lecture E): `cargo run --example step_cannot_learn`.
//!
//! The net of the example `parabola`, from the same start, with the step function in place of the ReLU.

use chainrule::metrics::classes;
use chainrule::prelude::*;
use chainrule_draw::{Curves, Drawing, FunctionPlot, Gallery, Scatter};
use chainrule_lectures::parabola::{NAMES, START, count_ones, net, points, thirteen};
use chainrule_lectures::{Lecture, Numbers};

/// The trained net, the gradients of the first epoch, and the loss before each epoch.
fn train(
    hidden: impl Layer<f64> + 'static,
    lecture: &Lecture,
) -> Result<(Sequential<f64>, Vec<f64>, Vec<f64>)> {
    let (x, t) = points();
    let (mut model, mut sgd) = (net(&START, hidden)?, Sgd::new(lecture.rate));
    let (mut first_gradients, mut losses) = (Vec::new(), Vec::new());
    for epoch in 1..=lecture.epochs {
        model.forward(&x)?;
        losses.push(model.loss(&BinaryCrossEntropy, &t)?);
        model.backward(&BinaryCrossEntropy, &t)?;
        if epoch == 1 {
            first_gradients = thirteen(|name| model.gradient(name))?;
        }
        sgd.step(&mut model)?;
    }
    Ok((model, first_gradients, losses))
}

fn main() -> Result<()> {
    let lecture = Lecture::read(Numbers { rate: Some(0.1), epochs: Some(1000), ..Numbers::default() });
    let (x, t) = points();
    let classes = classes(&t)?.to_vec();
    let (step, step_gradients, step_losses) = train(Step, &lecture)?;
    let (relu, relu_gradients, relu_losses) = train(ReLU, &lecture)?;
    let trained = thirteen(|name| step.param(name))?;

    println!("        ∂L/∂θ in the first epoch       θ of the step net");
    println!("           ReLU          step         before      after");
    for (index, name) in NAMES.iter().enumerate() {
        let (relu, step) = (relu_gradients[index], step_gradients[index]);
        println!("{name} {relu:14.6} {step:13.6} {:13.6} {:11.6}", START[index], trained[index]);
    }
    println!(
        "
The chain rule multiplies the slopes on the way from the loss to a parameter. The step function is flat on both
sides of its jump, so its slope is 0, and all nine gradients in front of it are 0 with it: the hidden units stay as
they were drawn. Only what lies behind the step learns: w31, w32, w33 and b21. (It is often said that the step can't
be differentiated. It can, everywhere but at the jump; but the derivative is of no use. And ReLU has no derivative
at 0 either, which does no harm.)
"
    );
    let [step_accuracy, relu_accuracy] =
        [accuracy(&step.predict(&x)?, &t)?, accuracy(&relu.predict(&x)?, &t)?];
    println!("epochs      loss with ReLU    with step");
    for epoch in [1, 10, 100, 500, 1000].into_iter().filter(|&epoch| epoch <= lecture.epochs) {
        println!("{epoch:6} {:15.6} {:15.6}", relu_losses[epoch - 1], step_losses[epoch - 1]);
    }
    println!("accuracy {relu_accuracy:12.2} {step_accuracy:15.2}\n");

    let regions = |title: &str, model| -> Result<_> {
        let scatter = Scatter::new(&x, &classes)?.title(title).regions_of(model)?;
        Ok(scatter.margin(1.0).step(0.02).highlight(0, "first sample").picture())
    };
    lecture.save(
        &Gallery::new(2)
            .title(format!("After {} epochs", lecture.epochs))
            .add(&regions(&format!("ReLU: {:.0} of 100 right", 100.0 * relu_accuracy), &relu)?)
            .add(&regions(&format!("step: {:.0} of 100 right", 100.0 * step_accuracy), &step)?),
        "step_regions",
    )?;
    lecture.save(
        &Gallery::new(2)
            .title("What backpropagation goes through")
            .add(&FunctionPlot::activation(&ReLU, -2.0..=2.0)?.title("ReLU"))
            .add(&FunctionPlot::activation(&Step, -2.0..=2.0)?.title("step")),
        "step_slope",
    )?;
    lecture.save(
        &Curves::new().title("2-3-1 on the parabola").line("ReLU", &relu_losses).line("step", &step_losses),
        "step_loss",
    )?;

    let hidden = [0, 1, 2, 4, 5, 6, 7, 8, 9]; // the nine parameters in front of the step
    assert!(hidden.iter().all(|&index| step_gradients[index] == 0.0 && trained[index] == START[index]));
    let output = [trained[3], trained[10], trained[11], trained[12]];
    let expected = [-1.6310298752356664, 1.3576263475156645, 1.1833408040618907, 0.01886330441712037];
    lecture.check("b21, w31, w32, w33", &output, &expected, 1e-11);
    lecture.check("biases as printed", &trained[..4], &[0.0, 0.0, 0.0, -1.631], 5e-4);
    let ends = step_losses.first().into_iter().chain(step_losses.last());
    lecture.check("first and last loss", ends, &[0.6608921403694914, 0.5250105878264949], 1e-11);
    lecture.check("the accuracies", [step_accuracy, relu_accuracy], [0.78, 0.98], 0.0);
    lecture.check("the points of class 1", [count_ones(&step, &x)? as f64], [43556.0], 0.0);
    lecture.end();
    Ok(())
}
