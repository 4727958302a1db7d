//! Drawings as they are meant, and of data that nobody wants to see.

use chainrule::metrics::{Calibration, RocCurve};
use chainrule::ndarray::{Array2, array};
use chainrule::{BinaryCrossEntropy, Dense, Flatten, ReLU, Sequential, Sigmoid, Softmax, Tanh};

use crate::*;

pub(super) const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// The sample that the net of 2-3-1 has seen.
pub(super) const PARABOLA_POINT: [f64; 2] = [-0.782_598_744, 0.905_208_697];

/// The net of 2-3-1 with given weights, after a pass of one sample.
pub(super) fn parabola_net() -> Sequential<f64> {
    let hidden = Dense::from_weights(
        array![[1.197, 0.918, 3.368], [0.902, 0.72, 0.088]],
        array![1.587, 1.236, -1.398],
    );
    let output = Dense::from_weights(array![[2.079], [1.472], [-3.553]], array![-2.293]);
    let mut model = Sequential::new([2])
        .add(hidden.unwrap())
        .add(ReLU)
        .add(output.unwrap())
        .add(Sigmoid)
        .build(0)
        .unwrap();
    model.forward(&array![PARABOLA_POINT]).unwrap();
    model.backward(&BinaryCrossEntropy, &array![[1.0]]).unwrap();
    model
}

pub(super) fn digit_net() -> Sequential<f64> {
    Sequential::new([28, 28])
        .add(Flatten)
        .add(Dense::new(16))
        .add(ReLU)
        .add(Dense::new(10))
        .add(Softmax)
        .build(1)
        .unwrap()
}

/// Drawings as they are meant, with their names.
pub(super) fn usual() -> Vec<(&'static str, Picture)> {
    let model = parabola_net();
    let loss: Vec<f64> = (0..60).map(|epoch| (-0.1 * f64::from(epoch)).exp()).collect();
    let validation: Vec<f64> = loss.iter().map(|loss| loss + 0.1).collect();
    let points = Array2::from_shape_fn((40, 2), |(i, j)| ((i * (7 + j)) % 13) as f64 / 6.0 - 1.0);
    let classes: Vec<usize> = (0..40).map(|i| i % 3).collect();
    let two_classes: Vec<usize> = (0..40).map(|i| i % 2).collect();
    let xor = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let image = Array2::from_shape_fn((28, 28), |(i, j)| ((i * j) % 17) as f64 / 16.0);
    let curves = Curves::new().title("Loss").line("training", &loss).line("validation", &validation);
    let cubic = |x: f64| x.powi(3) - 3.0 * x * x + x + 1.0;
    let layers = [&Sigmoid as &dyn chainrule::Layer<f64>, &Tanh, &ReLU];
    let mut gallery = Gallery::new(2).title("Activations");
    for layer in layers {
        gallery = gallery.add(
            &FunctionPlot::activation(layer, -4.0..=4.0).unwrap().title(layer.name()).size(300.0, 180.0),
        );
    }
    let graph = Diagram::new()
        .title("A neuron & its <bias>")
        .node("x", ["x", "2.00", "grad -1.50"])
        .node("w", ["w", "-3.00", "grad 1.00"])
        .node("b", ["b", "6.88", "grad 0.50"])
        .node("p", ["×", "-6.00", "grad 0.50"])
        .edge("x", "p", "")
        .edge("w", "p", "")
        .edge("p", "sum", "")
        .edge("b", "sum", "")
        .edge("sum", "out", "tanh")
        .edge("x", "out", "skip")
        .note("one neuron");
    let digits = digit_net();
    let mut images = ImageGrid::new(3).title("Digits");
    for index in 0..7 {
        images = images.prediction(&image, index, index / 2 * 2);
    }
    let counts = Array2::from_shape_fn((10, 10), |(i, j)| if i == j { 1000 + i } else { (i * j) % 7 });
    let network = Network::of(&model).title("2-3-1").loss(0.13);
    vec![
        ("curves", curves.clone().mark_lowest().picture()),
        ("doublings", curves.clone().doublings(1).line("few", &loss[..13]).log_scale().picture()),
        ("logarithmic curves", curves.log_scale().mark_highest().picture()),
        ("equal curves", Curves::new().line("one", &loss).line("two", &loss).line("three", &loss).picture()),
        (
            "cubic",
            FunctionPlot::new(-2.0..=4.0).curve("f", cubic).tangent(3.0, 10.0).slope_triangle(0.5).picture(),
        ),
        (
            "falling",
            FunctionPlot::new(-3.0..=3.0)
                .curve("f", |x| -x * x)
                .tangent(1.0, -2.0)
                .slope_triangle(0.7)
                .picture(),
        ),
        ("step", FunctionPlot::new(-1.0..=1.0).curve("step", |x| if x < 0.0 { 0.0 } else { 1.0 }).picture()),
        ("gallery", gallery.picture()),
        ("scatter", Scatter::new(&points, &classes).unwrap().title("Three").picture()),
        (
            "regions",
            Scatter::new(&points, &two_classes)
                .unwrap()
                .regions_of(&model)
                .unwrap()
                .highlight(3, "first")
                .picture(),
        ),
        (
            "shades",
            Scatter::new(&xor, &[0, 1, 1, 0])
                .unwrap()
                .regions_of(&model)
                .unwrap()
                .shaded()
                .margin(0.5)
                .picture(),
        ),
        ("network", network.picture()),
        ("gradients", network.gradients().picture()),
        ("biases", Network::of(&model).bias_nodes().picture()),
        ("digit net", Network::of(&digits).picture()),
        ("small digit net", Network::of(&digits).max_units(3).picture()),
        ("graph", graph.picture()),
        ("computation graph", {
            let graph = chainrule::graph::Graph::new();
            let (x, y) = (graph.var("x", 1.0), graph.var("y", 2.0));
            let sum = x + y;
            (sum * sum).named("square").backward();
            Diagram::of(&graph).picture()
        }),
        ("images", images.picture()),
        ("weights", ImageGrid::weights(&digits.param("1.weight").unwrap(), [28, 28]).unwrap().picture()),
        ("confusion", ConfusionHeatmap::new(&counts).title("Digits").picture()),
        ("stack", LayerStack::of(&digits).title("Digits").picture()),
        ("roc", {
            let (y, t) = yes_or_no(300);
            let wrong = RocCurve::from_outputs(&(-&y), &t).unwrap();
            let plot = RocPlot::new().title("Two models").mark_best();
            plot.curve("a model", &RocCurve::from_outputs(&y, &t).unwrap()).curve("turned", &wrong).picture()
        }),
        ("reliability", {
            let (y, t) = yes_or_no(3000);
            let calibration = Calibration::from_outputs(&y, &t, 10).unwrap();
            ReliabilityDiagram::new(&calibration).title("As often as it says?").picture()
        }),
    ]
}

/// Probabilities of yes and what came true: too sure of itself.
fn yes_or_no(samples: usize) -> (Array2<f64>, Array2<f64>) {
    let mut rng = chainrule::Rng::new(1);
    let y = Array2::from_shape_simple_fn((samples, 1), || rng.uniform());
    let t = y.mapv(|p| if rng.uniform() < 0.25 + 0.5 * p { 1.0 } else { 0.0 });
    (y, t)
}

/// Drawings of nothing, of one, of the same, and of what is no number.
pub(super) fn odd() -> Vec<(String, Picture)> {
    let mut all: Vec<(String, Picture)> = Vec::new();
    let mut add = |name: &str, drawing: &dyn Fn() -> Picture| all.push((name.to_owned(), drawing()));
    let series: [&[f64]; 9] = [
        &[],
        &[1.0],
        &[NAN],
        &[0.0, 0.0, 0.0],
        &[-5.0, -5.0],
        &[1.0, NAN, 2.0, INF, 0.5],
        &[1e300, -1e300, 1.0],
        &[1e-320, 2e-320],
        &[1e9, 1e9 + 1e-7],
    ];
    for values in series {
        let curves = Curves::new().line("values", values).line("others", &[]).mark_lowest();
        add(&format!("curves of {values:?}"), &|| curves.picture());
        add(&format!("logarithmic curves of {values:?}"), &|| curves.clone().log_scale().picture());
        add(&format!("doublings of {values:?}"), &|| curves.clone().doublings(0).picture());
        add("last line", &|| Curves::new().line("values", values).mark_highest().picture());
    }
    add("too many doublings", &|| Curves::new().line("values", &[1.0; 1_100]).doublings(1).picture());
    add("no curves", &|| Curves::default().log_scale().mark_highest().picture());
    for range in [0.0..=0.0, NAN..=1.0, 1.0..=-1.0, -INF..=INF, -1e300..=1e300] {
        let plot = FunctionPlot::new(range).curve("1/x", |x| 1.0 / x).tangent(0.0, INF).slope_triangle(NAN);
        add("function", &|| plot.picture());
        add("function in a range", &|| plot.clone().y_range(NAN..=0.0).picture());
    }
    add("no function", &|| FunctionPlot::new(0.0..=1.0).tangent(0.0, 1.0).picture());
    add("not a number", &|| FunctionPlot::new(0.0..=1.0).curve("NaN", |_| NAN).size(NAN, -5.0).picture());

    let points = [
        array![[0.0, 0.0]],
        array![[NAN, 1.0]],
        array![[INF, -INF]],
        array![[1.0, 1.0], [1.0, 1.0]],
        Array2::zeros((0, 2)),
    ];
    for points in points {
        let scatter = Scatter::new(&points, &vec![7; points.nrows()]).unwrap().highlight(9, "nobody");
        add("scatter", &|| scatter.picture());
        for (margin, step) in [(0.0, 0.0), (NAN, NAN), (-1.0, -1.0), (1.0, 1e-300), (INF, INF)] {
            let regions = scatter.clone().margin(margin).step(step);
            add("regions", &|| {
                regions.clone().regions(|a, b| if step > 0.0 { a - b } else { NAN }).picture()
            });
        }
        add("constant", &|| scatter.clone().regions(|_, _| 1.0).shaded().threshold(NAN).picture());
    }

    let mut broken = parabola_net();
    broken.set_param("0.weight", &array![[NAN, INF, -INF], [0.0, 0.0, 0.0]]).unwrap();
    broken.forward(&array![[NAN, 1e300]]).unwrap();
    add("broken network", &|| {
        Network::of(&broken).gradients().sample(5).decimals(99).max_units(0).loss(NAN).picture()
    });
    let zero = Sequential::<f32>::new([1]).add(Dense::new(1).without_bias()).build(1).unwrap();
    add("one weight", &|| Network::of(&zero).rename([("", "w")]).weight_names().bias_nodes().picture());
    let activation = Sequential::<f64>::new([3]).add(Tanh).build(1).unwrap();
    add("no weight", &|| Network::of(&activation).picture());
    add("only reshapes", &|| {
        Network::of(&Sequential::<f64>::new([2, 2]).add(Flatten).build(1).unwrap()).picture()
    });

    add("no graph", &|| Diagram::new().picture());
    add("circle", &|| {
        Diagram::new().edge(1, 2, "a").edge(2, 1, "b").edge(1, 1, "self").edge(1, 2, "twice").picture()
    });
    add("empty node", &|| Diagram::new().node("", [""; 0]).note("").picture());
    let chain = |nodes: usize| {
        (1..nodes).fold(Diagram::new(), |graph, node| graph.edge(0, node, "x").edge(node - 1, node, ""))
    };
    add("large graph", &|| chain(280).picture());
    add("too large graph", &|| chain(2000).picture());

    add("no images", &|| ImageGrid::new(0).picture());
    add("empty images", &|| ImageGrid::new(2).image(&Array2::<f32>::zeros((0, 0)), "").signed().picture());
    add("odd images", &|| {
        let images =
            ImageGrid::new(2).image(&array![[NAN, INF], [-INF, 0.0]], "odd").image(&array![[0.0]], "");
        images.image(&Array2::from_elem((1, 3), 1e200), "").signed().columns(0).picture()
    });
    add("many images", &|| {
        (0..450).fold(ImageGrid::new(20), |grid, _| grid.image(&array![[1.0]], "")).picture()
    });
    add("no weights", &|| ImageGrid::weights(&Array2::<f64>::zeros((4, 0)), [2, 2]).unwrap().picture());
    add("no confusion", &|| ConfusionHeatmap::new(&Array2::zeros((0, 0))).picture());
    add("confusion of one", &|| ConfusionHeatmap::new(&array![[0]]).picture());
    add("large confusion", &|| ConfusionHeatmap::new(&array![[usize::MAX, usize::MAX], [0, 1]]).picture());
    let deep = (0..40).fold(Sequential::<f32>::new([1]), |model, _| model.add(Tanh)).build(1).unwrap();
    add("deep stack", &|| LayerStack::of(&deep).picture());
    add("no roc", &|| RocPlot::new().mark_best().picture());
    let (y, t) = (array![[1.0], [1.0]], array![[1.0], [0.0]]);
    let constant = RocCurve::from_outputs(&y, &t).unwrap();
    add("roc of one point", &|| RocPlot::new().mark_best().curve("", &constant).picture());
    let infinite = RocCurve::from_outputs(&array![[INF], [-INF]], &t).unwrap();
    let names = || (0..30).map(|index| format!("a rather long name of curve number {index}"));
    add("many rocs", &|| {
        names().fold(RocPlot::new().mark_best(), |plot, name| plot.curve(name, &infinite)).picture()
    });
    for bins in [1, 16, 1_000_000] {
        let calibration = Calibration::from_outputs(&y, &t, bins).unwrap();
        add("reliability", &|| ReliabilityDiagram::new(&calibration).picture());
    }
    add("no gallery", &|| Gallery::new(0).picture());
    all
}
