//! The chain rule from x² to a program that guesses a number: `cargo run --example chain_rule`.

use chainrule::graph::Graph;
use chainrule::prelude::*;
use chainrule_draw::{Curves, FunctionPlot};
use chainrule_lectures::{Lecture, Numbers};

/// (f(x + h) - f(x - h)) / 2h
fn central_difference(f: impl Fn(f64) -> f64, x: f64, h: f64) -> f64 {
    (f(x + h) - f(x - h)) / (2.0 * h)
}

fn main() -> Result<()> {
    let own = Numbers { rate: Some(0.1), epochs: Some(350), ..Numbers::default() };
    let lecture = Lecture::read(own);
    squares(&lecture);
    sigmoid_neuron(&lecture);
    tangent(&lecture)?;
    guess_the_number(&lecture)?;
    lecture.end();
    Ok(())
}

fn squares(lecture: &Lecture) {
    println!("1. Multiply the local derivatives\n");
    let graph = Graph::new();
    let x = graph.var("x", 3.0);
    let y = x.pow(2);
    y.backward();
    println!("y = x²   at 3: {}, dy/dx = 2x = {}", y.value(), x.gradient());
    let square = [y.value(), x.gradient()];

    let z = 2.0 * y;
    z.backward();
    println!("z = 2y   at 3: {}, dz/dx = dz/dy · dy/dx = {} · 6 = {}", z.value(), y.gradient(), x.gradient());

    // Without any rule: how much does y change if x changes a little?
    let numerical = central_difference(|x| x * x, 3.0, 1e-5);
    println!("dy/dx by central difference: {numerical}, exactly: 6\n");
    lecture.check("x² and its derivative", square, [9.0, 6.0], 0.0);
    lecture.check("2x² and its derivative", [z.value(), x.gradient()], [18.0, 12.0], 0.0);
    lecture.check("the central difference of x²", [numerical], [6.000000000039306], 1e-10);
}

fn sigmoid_neuron(lecture: &Lecture) {
    println!("\n2. A sigmoid neuron: L = ½(t - r)², r = σ(z), z = w₁·x₁ + w₂·x₂\n");
    let graph = Graph::new();
    let (w1, w2) = (graph.var("w1", 0.2), graph.var("w2", 0.4));
    let z = w1 * 0.5 + w2 * 0.8;
    let r = z.sigmoid();
    let loss = 0.5 * (1.0 - r).pow(2);
    loss.backward();
    println!("z = {:.4}, r = {:.4}, L = {:.4}", z.value(), r.value(), loss.value());

    let (dl_dr, dr_dz, dz_dw) = (r.value() - 1.0, r.value() * (1.0 - r.value()), [0.5, 0.8]);
    let by_hand = dz_dw.map(|dz_dw| dl_dr * dr_dz * dz_dw);
    println!("dL/dw₁ = dL/dr · dr/dz · dz/dw₁ = {dl_dr:.4} · {dr_dz:.4} · 0.5 = {:.4}", by_hand[0]);
    println!("dL/dw2 = dL/dr · dr/dz · dz/dw2 = {dl_dr:.4} · {dr_dz:.4} · 0.8 = {:.4}\n", by_hand[1]);
    let expected = [-0.047441487849868666, -0.07590638055978988];
    lecture.check("the neuron's gradient by hand", by_hand, expected, 1e-14);
    lecture.check("the neuron's gradient by the graph", [w1.gradient(), w2.gradient()], expected, 1e-14);
}

fn tangent(lecture: &Lecture) -> Result<()> {
    println!("\n3. What a derivative is: the slope of the tangent\n");
    let f = |x: f64| x * x * x - 3.0 * x * x + x + 1.0;
    let (x, half_width) = (3.0, 0.5);
    let slope = 3.0 * x * x - 6.0 * x + 1.0;
    let intercept = f(x) - slope * x;
    let numerical = central_difference(f, x, 1e-5);
    println!("f(x) = x³ - 3x² + x + 1 at {x}: {}, slope 3x² - 6x + 1 = {slope}", f(x));
    println!("tangent {slope}·x - {}, slope by central difference {numerical}", -intercept);
    let triangle = [x - half_width, x + half_width].map(|x| slope * x + intercept);
    println!("slope triangle: from (2.5, {}) to (3.5, {})\n", triangle[0], triangle[1]);

    let plot = FunctionPlot::new(-2.0..=4.0).title("What a derivative is").curve("x³ − 3x² + x + 1", f);
    lecture.save(&plot.tangent(x, slope).slope_triangle(half_width), "chain_rule_tangent")?;
    lecture.check("the tangent", [f(x), slope, intercept], [4.0, 10.0, -26.0], 0.0);
    lecture.check("the slope triangle", triangle, [-1.0, 9.0], 0.0);
    lecture.check("both ends of the curve", [f(-2.0), f(4.0)], [-21.0, 21.0], 0.0);
    lecture.check("the central difference of the cubic", [numerical], [10.000000000176534], 1e-8);
    Ok(())
}

fn guess_the_number(lecture: &Lecture) -> Result<()> {
    println!("\n4. Guess the number: step downhill on L = ½(42 - guess)²\n");
    let (target, start) = (42.0, -0.27342995251970814);
    let mut guess = start;

    // As a model: one weight, whose input is always 1.
    let dense = Dense::from_weights(array![[start]], array![0.0])?.without_bias();
    let mut model = Sequential::new([1]).add(dense).build(0)?;
    let (one, t, half_squared_error) = (array![[1.0]], array![[target]], Half(MeanSquaredError));
    let (rate, mut sgd) = (lecture.rate, Sgd::new(lecture.rate));

    let (mut guesses, mut losses, mut every_loss) = (Vec::new(), Vec::new(), Vec::new());
    println!("iteration  guess (after)       loss (before)           loss of that guess");
    for iteration in 1..=lecture.epochs {
        let loss = 0.5 * (target - guess) * (target - guess);
        guess -= rate * (guess - target);

        model.forward(&one)?;
        model.backward(&half_squared_error, &t)?;
        sgd.step(&mut model)?;

        every_loss.push(loss);
        if iteration % 5 == 0 {
            let after = 0.5 * (target - guess) * (target - guess);
            println!("{iteration:>9}  {guess:<18}  {loss:<22?}  {after:.3e}");
            guesses.push(guess);
            losses.push(loss);
        }
    }
    println!(
        "\nthe final guess: {guess}\n\n\
         The lecture calls the iterations epochs, and pairs each new guess with the loss of the guess before it:\n\
         the last column is the loss that belongs to the guess. Each time the error becomes {:.2} of itself.\n\
         The lecture's start is random and not shown, and its printout ends after 18 lines: with its rate this start\n\
         gives those 36 numbers to the last digit.\n",
        1.0 - rate
    );
    let curve = Curves::new().title("Guess the number").labels("iteration", "loss").line("loss", &every_loss);
    lecture.save(&curve.log_scale(), "chain_rule_guess")?;

    lecture.check(
        "the lecture's guesses",
        &guesses[..guesses.len().min(18)],
        LECTURE.map(|line| line.0),
        0.0,
    );
    lecture.check("the lecture's losses", &losses[..losses.len().min(18)], LECTURE.map(|line| line.1), 0.0);
    let error = |n: i32| 0.9_f64.powi(n) * (target - start);
    lecture.check(
        "the closed form 42 - 0.9ⁿ(42 - start)",
        &guesses,
        (1..=70).map(|n| target - error(5 * n)),
        1e-12,
    );
    lecture.check("its losses", &losses, (1..=70).map(|n| 0.5 * error(5 * n - 1).powi(2)), 1e-9);
    lecture.check("the final guess", [guess], [41.99999999999997], 1e-12);
    lecture.check("the model's guess", model.param("0.weight")?, [guess], 1e-12);
    Ok(())
}

/// The 18 lines of the lecture's printout: for iteration 5, 10, 15, … the guess after it and the loss before it.
const LECTURE: [(f64, f64); 18] = [
    (17.037962347336638, 384.6316813413478),
    (27.26016638647881, 134.11277466314144),
    (33.29627564955187, 46.76223306702692),
    (36.86053780830388, 16.30498248140361),
    (38.965198970425355, 5.685195857473662),
    (40.20798034004646, 1.9823052232469052),
    (40.941830310994035, 0.691187093043812),
    (41.37516138033887, 0.24100203741977202),
    (41.6310390434763, 0.08403221446844601),
    (41.78213224478232, 0.029300221459007722),
    (41.871351269221506, 0.010216355512911739),
    (41.92403421096261, 0.0035622229037491297),
    (41.95514296123131, 0.0012420703253677495),
    (41.97351236717747, 0.0004330831435438802),
    (41.984359317694626, 0.0001510067549244059),
    (41.9907643335055, 5.265279975158397e-05),
    (41.99454643129167, 1.8358896084288808e-05),
    (41.99677972221341, 6.401351248635689e-06),
];
