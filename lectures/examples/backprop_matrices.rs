//! Backpropagation with nothing but matrix products (lecture A): `cargo run --example backprop_matrices`.
//!
//! Four samples, three features, four hidden sigmoid units, one sigmoid output, no biases: the third feature is 1 in
//! every sample and does their work. Once by hand, then as a model of the library.

use chainrule::prelude::*;
use chainrule_draw::{Curves, Network};
use chainrule_lectures::{Lecture, Numbers, random};

fn sigmoid(z: Array2<f64>) -> Array2<f64> {
    z.mapv(|z| 1.0 / (1.0 + (-z).exp()))
}

/// The derivative of the sigmoid, from what the sigmoid gave.
fn sigmoid_slope(a: &Array2<f64>) -> Array2<f64> {
    a.mapv(|a| a * (1.0 - a))
}

/// The hidden outputs H = σ(X·W1) and the outputs p = σ(H·W2).
fn forward(x: &Array2<f64>, w1: &Array2<f64>, w2: &Array2<f64>) -> (Array2<f64>, Array2<f64>) {
    let h = sigmoid(x.dot(w1));
    let p = sigmoid(h.dot(w2));
    (h, p)
}

/// Mean binary cross-entropy: what the lecture records.
fn cross_entropy(p: &Array2<f64>, y: &Array2<f64>) -> f64 {
    -(y * p.ln() + (1.0 - y) * (1.0 - p).ln()).sum() / p.nrows() as f64
}

fn main() -> Result<()> {
    let lecture = Lecture::read(Numbers {
        seed: Some(2045),
        rate: Some(1.0),
        epochs: Some(1000),
        ..Numbers::default()
    });
    let x = array![[0., 0., 1.], [0., 1., 1.], [1., 0., 1.], [1., 1., 1.]];
    let y = array![[0.], [1.], [1.], [0.]]; // XOR of the first two features
    let (rate, updates) = (lecture.rate, lecture.epochs);
    let start1 = Array2::from_shape_simple_fn((3, 4), random::uniform(lecture.seed));
    let start2 = Array2::from_shape_simple_fn((4, 1), random::uniform(lecture.seed.wrapping_add(1)));
    println!("X\n{x}\n\ny\n{y}\n\nW1 before\n{start1:.3}\n\nW2 before\n{start2:.3}\n");

    // by hand
    let (mut w1, mut w2, mut losses) = (start1.clone(), start2.clone(), Vec::new());
    for update in 1..=updates {
        let (h, p) = forward(&x, &w1, &w2);
        losses.push(cross_entropy(&p, &y)); // of the outputs before the update
        let e = -2.0 * (&y - &p) * sigmoid_slope(&p); // ∂/∂z2 of Σ(y - p)²
        let dw2 = h.t().dot(&e);
        let dw1 = x.t().dot(&(e.dot(&w2.t()) * sigmoid_slope(&h)));
        if update == 1 {
            println!("H before\n{h:.3}\n\np before\n{p:.3}\n\ndW1\n{dw1:.3}\n\ndW2\n{dw2:.3}\n");
        }
        w1 -= &(rate * dw1);
        w2 -= &(rate * dw2);
    }
    let (h, p) = forward(&x, &w1, &w2);
    println!("after {updates} updates\n\nW1\n{w1:.3}\n\nW2\n{w2:.3}\n\nH\n{h:.3}\n\np\n{p:.3}\n");

    // the same net as a model
    let train = |loss: &dyn Loss<f64>, rate: f64| -> Result<(Sequential<f64>, Vec<f64>)> {
        let layer = |weight: &Array2<f64>| {
            Ok::<_, chainrule::Error>(
                Dense::from_weights(weight.clone(), Array1::zeros(weight.ncols()))?.without_bias(),
            )
        };
        let mut model = Sequential::new([3])
            .add(layer(&start1)?)
            .add(Sigmoid)
            .add(layer(&start2)?)
            .add(Sigmoid)
            .build(0)?;
        let (mut sgd, mut losses) = (Sgd::new(rate), Vec::new());
        for _ in 0..updates {
            model.forward(&x)?;
            losses.push(model.loss(&BinaryCrossEntropy, &y)?);
            model.backward(loss, &y)?;
            sgd.step(&mut model)?;
        }
        model.forward(&x)?;
        Ok((model, losses))
    };
    let (model, model_losses) = train(&Summed(MeanSquaredError), rate)?;
    println!("The model\n{model}\nhas learned the same weights:\n{:.3}\n", model.param("0.weight")?);

    println!(
        "What is unusual in the lecture: its curve shows the cross-entropy, but its gradient is that of the summed squared
error, which has a factor p(1 - p) that makes it small where p is surely wrong. A curve should show what the gradient
makes small. And the text announces the rate 0.001, with which 1000 updates are too few; its numbers come from 1. Here the
rate is {rate}, and there are {updates} updates.
"
    );
    let (right, right_losses) = train(&Summed(BinaryCrossEntropy), rate)?;
    let (slow, slow_losses) = train(&Summed(MeanSquaredError), 0.001)?;
    let shown: Vec<usize> = [1, 10, 100, 1000].into_iter().filter(|&update| update <= updates).collect();
    println!("cross-entropy before the updates {shown:?}, and p at the end");
    for (name, model, losses) in [
        ("gradient of the squared error, as in the lecture", &model, &model_losses),
        ("gradient of the cross-entropy itself", &right, &right_losses),
        ("squared error with the announced rate 0.001", &slow, &slow_losses),
    ] {
        let shown: String = shown.iter().map(|&update| format!("  {:.3}", losses[update - 1])).collect();
        println!("{shown}   {:.3}  {name}", model.predict(&x)?.flatten());
    }

    lecture.save(
        &Curves::new()
            .title(format!("{updates} updates of the 3-4-1 net on XOR"))
            .labels("update", "cross-entropy")
            .line("squared error (lecture)", &losses)
            .line("cross-entropy", &right_losses)
            .line("rate 0.001", &slow_losses),
        "backprop_matrices_loss",
    )?;
    lecture.save(
        &Network::of(&model).title("The trained net, with the sample (1, 0)").sample(2),
        "backprop_matrices_net",
    )?;

    println!();
    let printed =
        array![[2.165, 4.556, 6.252, -4.313], [2.453, 4.884, -2.953, 6.580], [1.547, -0.552, 0.307, 1.498]];
    lecture.check("W1 as the lecture printed it", &w1, &printed, 5e-4);
    let final_w2 = [3.8896258212514554, 7.40126953623339, -7.3529770304872875, -7.362276151469888];
    lecture.check("W2", &w2, &final_w2, 1e-10);
    let outputs = [0.012841304310376576, 0.9636646488127064, 0.9646622318474449, 0.044263313021286686];
    lecture.check("p", &p, &outputs, 1e-10);
    let recorded = [0.951881142253973, 0.6529872807673689, 0.0328192949466828];
    lecture.check("losses", [1, 100, 1000].iter().filter_map(|n| losses.get(n - 1)), &recorded, 1e-11);
    lecture.check("W1 of the model", model.param("0.weight")?, &w1, 1e-10);
    lecture.check("losses of the model", &model_losses, &losses, 1e-11);
    lecture.check("last loss with rate 0.001", slow_losses.last(), &[0.7619538491434485], 1e-11);
    lecture.end();
    Ok(())
}
