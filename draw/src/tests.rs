//! What holds for every drawing, also of data that nobody wants to see.

use chainrule::ndarray::{Array2, array};

use super::picture::{Area, Paint, Picture, Point, Shape, Text};
use super::style::SMALL;
use super::*;
use chainrule::{BinaryCrossEntropy, Dense, Flatten, ReLU, Sequential, Sigmoid, Softmax, Tanh};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// The net of 2-3-1 with given weights, after a pass of one sample.
fn parabola_net() -> Sequential<f64> {
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
    model.forward(&array![[-0.782_598_744, 0.905_208_697]]).unwrap();
    model.backward(&BinaryCrossEntropy, &array![[1.0]]).unwrap();
    model
}

fn digit_net() -> Sequential<f64> {
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
fn usual() -> Vec<(&'static str, Picture)> {
    let model = parabola_net();
    let loss: Vec<f64> = (0..60).map(|epoch| (-0.1 * f64::from(epoch)).exp()).collect();
    let validation: Vec<f64> = loss.iter().map(|loss| loss + 0.1).collect();
    let points = Array2::from_shape_fn((40, 2), |(i, j)| ((i * (7 + j)) % 13) as f64 / 6.0 - 1.0);
    let classes: Vec<usize> = (0..40).map(|i| i % 3).collect();
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
            Scatter::new(&points, &classes)
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
    ]
}

/// Drawings of nothing, of one, of the same, and of what is no number.
fn odd() -> Vec<(String, Picture)> {
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
    add("one weight", &|| Network::of(&zero).names(Vec::<String>::new()).bias_nodes().picture());
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
    add("no gallery", &|| Gallery::new(0).picture());
    all
}

/// All texts, and all lines of a picture in its own coordinates.
fn parts(shapes: &[Shape], by: Point, texts: &mut Vec<Text>, lines: &mut Vec<(Vec<Point>, Paint)>) {
    for shape in shapes {
        match shape {
            Shape::Text(text) => {
                let mut text = text.clone();
                text.at = (text.at.0 + by.0, text.at.1 + by.1);
                texts.push(text);
            }
            Shape::Path { lines: paths, paint, .. } => lines.extend(
                paths.iter().map(|path| (path.iter().map(|p| (p.0 + by.0, p.1 + by.1)).collect(), *paint)),
            ),
            Shape::Inside { at, shapes } => parts(shapes, (at.0 + by.0, at.1 + by.1), texts, lines),
            _ => {}
        }
    }
}

fn texts(picture: &Picture) -> Vec<Text> {
    let (mut texts, mut lines) = (Vec::new(), Vec::new());
    parts(&picture.shapes, (0.0, 0.0), &mut texts, &mut lines);
    texts
}

/// Whether every tag is closed in its turn, attributes are quoted, and no special character stands bare.
fn check_xml(name: &str, svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    for part in svg.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("{name}: no end of <{part}"));
        let bare = text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "");
        assert!(!bare.contains(['&', '>']), "{name}: {text}");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{name}: {text:?}");
        assert!(
            tag.matches('"').count() % 2 == 0 && !tag.contains("NaN") && !tag.contains("inf"),
            "{name}: <{tag}>"
        );
        match (tag.strip_prefix('/'), tag.ends_with('/')) {
            (Some(closed), _) => assert_eq!(open.pop(), Some(closed), "{name}"),
            (None, false) => open.push(tag.split(' ').next().unwrap()),
            (None, true) => {}
        }
    }
    assert!(open.is_empty() && svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{name}: {open:?}");
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    for ((name, one), (_, other)) in usual().into_iter().zip(usual()) {
        assert_eq!(one.to_svg(), other.to_svg(), "{name}");
    }
}

#[test]
fn every_drawing_is_well_formed_and_has_a_size() {
    let usual = usual().into_iter().map(|(name, picture)| (name.to_owned(), picture));
    for (name, picture) in usual.chain(odd()) {
        check_xml(&name, &picture.to_svg());
        assert!(
            picture.width() >= 40.0 && picture.height() >= 16.0,
            "{name}: {} {}",
            picture.width(),
            picture.height()
        );
        assert!(
            picture.width() < 3e5 && picture.height() < 1e5,
            "{name}: {} {}",
            picture.width(),
            picture.height()
        );
    }
}

#[test]
fn every_text_can_be_read() {
    for (name, picture) in usual() {
        let card = Area::new(0.0, 0.0, picture.width(), picture.height());
        let texts = texts(&picture);
        assert!(!texts.is_empty(), "{name}");
        for (index, text) in texts.iter().enumerate() {
            let area = text.area();
            assert!(text.size >= SMALL, "{name}: {}", text.text);
            let inside = card.holds((area.x, area.y)) && card.holds((area.right(), area.bottom()));
            assert!(inside, "{name}: {:?} reaches out: {area:?}", text.text);
            for other in &texts[..index] {
                assert!(!area.overlaps(&other.area()), "{name}: {:?} is on {:?}", text.text, other.text);
            }
        }
    }
}

#[test]
fn the_network_of_the_lecture_has_eleven_nodes_and_fourteen_arrows() {
    let model = parabola_net();
    let network = Network::of(&model).names(["x", "a", "z", "ay", "y"]).loss(0.131);
    let dot = network.to_dot();
    assert_eq!(dot.matches(" -> ").count(), 14);
    assert_eq!(dot.lines().filter(|line| line.contains(" [label=") && !line.contains("->")).count(), 11);

    let texts: Vec<String> = texts(&network.picture()).into_iter().map(|text| text.text).collect();
    let values = [
        "x1=−0.78",
        "x2=0.91",
        "a1=1.47",
        "a2=1.17",
        "a3=−3.95",
        "z1=1.47",
        "z2=1.17",
        "z3=0.00",
        "ay=2.48",
        "y=0.92",
        "loss=0.13",
    ];
    let weights =
        ["1.20", "0.92", "3.37", "0.90", "0.72", "0.09", "2.08", "1.47", "−3.55", "relu", "sigmoid"];
    for wanted in values.into_iter().chain(weights) {
        assert!(texts.iter().any(|text| text == wanted), "{wanted} is not in {texts:?}");
    }
    let below = texts.last().unwrap();
    for bias in ["b11=1.587", "b12=1.236", "b13=−1.398", "b21=−2.293"] {
        assert!(below.contains(bias), "{below}");
    }
}

#[test]
fn no_arrow_crosses_the_label_of_another() {
    let model = parabola_net();
    let network = Network::of(&model).loss(0.13);
    for (name, picture) in [("plain", network.picture()), ("gradients", network.gradients().picture())] {
        let (mut texts, mut lines) = (Vec::new(), Vec::new());
        parts(&picture.shapes, (0.0, 0.0), &mut texts, &mut lines);
        let arrows: Vec<Vec<Point>> =
            lines.into_iter().filter(|(_, paint)| paint.stroke.is_some()).map(|(line, _)| line).collect();
        assert_eq!(arrows.len(), 14);
        for text in texts {
            let area = text.area();
            let crossed =
                arrows.iter().filter(|line| line.windows(2).any(|ends| area.meets(ends[0], ends[1])));
            assert!(crossed.count() <= 1, "{name}: {:?} is on more than its own arrow", text.text);
        }
    }
}

#[test]
fn big_layers_are_abridged() {
    let texts: Vec<String> =
        texts(&Network::of(&digit_net()).picture()).into_iter().map(|text| text.text).collect();
    for wanted in ["x1", "x784", "… 777 more", "… 9 more", "y10", "input 28 × 28"] {
        assert!(texts.iter().any(|text| text == wanted), "{wanted} is not in {texts:?}");
    }
    assert!(Network::of(&digit_net()).to_dot().contains("… 777 more"));
}

#[test]
fn dot_quotes_what_has_to_be_quoted() {
    let dot = Diagram::new().node("a\"b", ["1\\2", "3\n4"]).edge("a\"b", "c", "").to_dot();
    assert!(dot.contains(r#""a\"b" [label="1\\2\n3"#), "{dot}");
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let folder = std::env::temp_dir().join("chainrule-draw-test");
    std::fs::create_dir_all(&folder).unwrap();
    let error = Curves::new().save(&folder).unwrap_err().to_string();
    assert!(error.starts_with(&folder.display().to_string()), "{error}");

    let path = folder.join("new folder").join("loss.svg");
    Curves::new().title("Loss").save(&path).unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().contains("<title>Loss</title>"));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_does_not_fit_is_an_error() {
    let model = digit_net();
    let points = array![[0.0, 1.0]];
    let errors = [
        Scatter::new(&points, &[0, 1]).unwrap_err(),
        Scatter::new(&array![[1.0, 2.0, 3.0]], &[0]).unwrap_err(),
        Scatter::new(&points, &[0]).unwrap().regions_of(&model).unwrap_err(),
        ImageGrid::weights(&array![[1.0], [2.0]], [2, 2]).unwrap_err(),
        FunctionPlot::activation(&Dense::new(2), 0.0..=1.0).unwrap_err(),
    ];
    for error in errors {
        assert!(error.to_string().contains("help: "), "{error}");
    }
}

#[test]
fn a_positive_number_is_blue_and_a_negative_one_orange() {
    let picture = ImageGrid::new(1).signed().image(&array![[1.0, -1.0, 0.0, NAN]], "").picture();
    let Some(Shape::Pixels(pixels)) = picture.shapes.iter().find(|shape| matches!(shape, Shape::Pixels(_)))
    else {
        panic!("no pixels");
    };
    let color = |column: usize| pixels.palette[usize::from(pixels.levels[0][column])];
    assert!(color(0).2 > color(0).0, "blue");
    assert!(color(1).0 > color(1).2, "orange");
    assert_eq!(color(2), super::style::WHITE);
    assert_eq!(color(3), super::style::YELLOW);
}

#[test]
fn the_derivative_of_an_activation_is_that_of_its_backward_pass() {
    let svg = FunctionPlot::activation(&ReLU, -2.0..=2.0).unwrap().to_svg();
    assert!(svg.contains(">relu<") && svg.contains(">derivative<"));
    assert!(svg.contains("stroke-dasharray=\"2 3\""), "the jump of the derivative is dotted");
}
