//! Properties of every drawing, also of data that nobody wants to see.

use chainrule::ndarray::{Array2, array};
use chainrule::training::History;
use chainrule::{BinaryCrossEntropy, Dense, ReLU};

use super::area::{Area, Point};
use super::picture::{Paint, Picture, Shape, Text};
use super::style::SMALL;
use super::*;
use drawings::{NAN, PARABOLA_POINT, digit_net, odd, parabola_net, usual};

mod bad_input;
mod drawings;

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
    let network = Network::of(&model)
        .rename([("z0", "a"), ("a1", "z"), ("z2₁", "ay"), ("y₁", "y"), ("b0", "b1")])
        .loss(0.131);
    let dot = network.to_dot();
    assert_eq!(dot.matches(" -> ").count(), 14);
    assert_eq!(dot.lines().filter(|line| line.contains(" [label=") && !line.contains("->")).count(), 11);

    let texts: Vec<String> = texts(&network.picture()).into_iter().map(|text| text.text).collect();
    let values = [
        "x₁=−0.78",
        "x₂=0.91",
        "a₁=1.47",
        "a₂=1.17",
        "a₃=−3.95",
        "z₁=1.47",
        "z₂=1.17",
        "z₃=0.00",
        "ay=2.48",
        "y=0.92",
        "L=0.13",
    ];
    let weights =
        ["1.20", "0.92", "3.37", "0.90", "0.72", "0.09", "2.08", "1.47", "−3.55", "relu", "sigmoid"];
    for wanted in values.into_iter().chain(weights) {
        assert!(texts.iter().any(|text| text == wanted), "{wanted} is not in {texts:?}");
    }
    let below = texts.last().unwrap();
    for bias in ["b1₁=1.587", "b1₂=1.236", "b1₃=−1.398", "b2₁=−2.293"] {
        assert!(below.contains(bias), "{below}");
    }
}

/// Every name in a picture is in the formulas, with the number that the picture gives it.
#[test]
fn names_are_those_of_the_formulas() {
    let (model, x, t) = (parabola_net(), array![PARABOLA_POINT], array![[1.0]]);
    let explanation = model.explain(&x, &t, &BinaryCrossEntropy).unwrap().decimals(12);
    let formulas = explanation.to_string();
    let words: Vec<&str> = formulas.split(|c: char| !c.is_alphanumeric() && !"∂/,".contains(c)).collect();
    let equations: Vec<_> =
        explanation.sections().into_iter().flat_map(|section| section.equations).collect();
    let loss = model.loss(&BinaryCrossEntropy, &t).unwrap();
    let network = Network::of(&model).loss(loss).gradients();
    let pictures = [
        network.to_svg(),
        network.bias_nodes().weight_names().to_svg(),
        LayerStack::of(&model).to_svg(),
        Scatter::new(&x, &[1]).unwrap().regions_of(&model).unwrap().to_svg(),
    ];
    let mut names = Vec::new();
    for svg in pictures {
        let labels = svg.split("</text>").filter_map(|before| before.rsplit_once('>'));
        for label in labels.flat_map(|(_, text)| text.split('\u{a0}')).map(str::trim) {
            let (name, number) = label.split_once(['=', ':']).unwrap_or((label, ""));
            if !name.chars().last().is_some_and(|c| "₀₁₂₃₄₅₆₇₈₉L".contains(c)) {
                continue;
            }
            assert!(words.contains(&name), "{name} is not in\n{formulas}");
            if let Some(equation) = equations.iter().find(|equation| equation.symbol == name) {
                let decimals = number.split(' ').next().unwrap_or("").split('.').nth(1).map_or(0, str::len);
                let expected = super::style::number(equation.value, decimals);
                assert!(number.is_empty() || number.starts_with(&expected), "{label}: {expected}");
            }
            names.push(name.to_owned());
        }
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 24, "2 inputs, 8 units, 13 parameters, L: {names:?}");
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
    for wanted in ["x₁", "x₇₈₄", "… 777 more", "… 9 more", "y₁₀", "input 28 × 28"] {
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
    let folder = std::env::temp_dir().join("chainrule-draw-test.svg");
    std::fs::create_dir_all(&folder).unwrap();
    let error = Curves::new().save(&folder).unwrap_err().to_string();
    assert!(
        error.starts_with(&folder.display().to_string()) && error.contains("this is a folder"),
        "{error}"
    );

    let path = folder.join("new folder").join("loss.svg");
    Curves::new().title("Loss").save(&path).unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().contains("<title>Loss</title>"));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_holds_the_format_that_its_name_promises() {
    let folder = std::env::temp_dir().join("chainrule-draw-formats");
    std::fs::remove_dir_all(&folder).ok();
    let (curves, model, history) = (Curves::new().line("a", &[1.0]), digit_net(), History::default());
    for name in ["a.jpg", "a.pdf", "a.svg.gz", "a.html", "a", ".svg", "a.SVGZ"] {
        let error = curves.save(folder.join(name)).unwrap_err().to_string();
        assert!(error.ends_with("can't be written\n  help: end the name with .svg or .png"), "{error}");
    }
    let report = Report::new("a", &model, &history);
    for name in ["a.pdf", "a.md", "a", "a.svg"] {
        let error = report.save(folder.join(name)).unwrap_err().to_string();
        assert!(error.ends_with("can't be written\n  help: end the name with .html or .htm"), "{error}");
    }
    assert!(
        history.save_csv(folder.join("a.xlsx")).unwrap_err().to_string().contains("end the name with .csv")
    );
    assert!(!folder.exists(), "nothing is written, not even a folder");

    // each saver makes its folder
    curves.save(folder.join("pictures/a.SVG")).unwrap();
    report.save(folder.join("reports/a.html")).unwrap();
    history.save_csv(folder.join("tables/a.csv")).unwrap();
    for (file, start) in [("pictures/a.SVG", "<svg"), ("reports/a.html", "<!DOCTYPE"), ("tables/a.csv", "")] {
        assert!(std::fs::read_to_string(folder.join(file)).unwrap().starts_with(start), "{file}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_is_not_finite_has_no_place_and_no_class() {
    let x = array![[0.0, 0.0], [1.0, NAN], [f64::INFINITY, 1.0], [1.0, 1.0]];
    let scatter = Scatter::new(&x, &[0, 1, 1, 1]).unwrap();
    assert!(scatter.to_svg().contains(">2 not finite<"));
    assert!(!Scatter::new(&array![[0.0, 1.0]], &[0]).unwrap().to_svg().contains("not finite"));
    // a model that knows no class on the left half colours the right one only
    let fills = |svg: String| {
        svg.lines().filter(|line| line.starts_with("<path") && line.contains("fill=\"#")).count()
    };
    let half = |x1: f64| if x1 < 0.5 { NAN } else { 0.9 };
    let known = scatter.clone().regions(|_, _| 0.9).to_svg();
    let unknown = scatter.clone().regions(|_, _| NAN).to_svg();
    assert!(fills(unknown) < fills(known));
    let partly = scatter.regions(move |x1, _| half(x1)).to_svg();
    assert!(partly.lines().any(|line| line.starts_with("<path d=\"M")));
}

#[test]
fn regions_are_of_classes_that_the_model_knows() {
    let plane = || chainrule::Sequential::<f64>::new([2]);
    let x = array![[0.0, 1.0], [1.0, 0.0]];
    let questions = plane().add(Dense::new(3)).add(chainrule::Sigmoid).build(1).unwrap();
    let error = Scatter::new(&x, &[0, 1]).unwrap().regions_of(&questions).unwrap_err().to_string();
    assert!(error.contains("3 independent questions"), "{error}");
    let two = plane().add(Dense::new(2)).add(chainrule::Softmax).build(1).unwrap();
    let error = Scatter::new(&x, &[1, 2]).unwrap().regions_of(&two).unwrap_err().to_string();
    assert!(
        error.starts_with("class of sample 1: expected from 0 to 1") && error.contains("from 0"),
        "{error}"
    );
    assert!(Scatter::new(&x, &[0, 1]).unwrap().regions_of(&two).is_ok());
}

#[test]
fn every_line_and_class_has_its_name() {
    let curves =
        (0..30).fold(Curves::new(), |curves, i| curves.line(format!("line {i}"), &[f64::from(i), 1.0]));
    let (picture, mut texts) = (curves.picture(), Vec::new());
    parts(&picture.shapes, (0.0, 0.0), &mut texts, &mut Vec::new());
    let names: Vec<_> = texts.iter().filter(|text| text.text.starts_with("line ")).collect();
    assert_eq!(names.len(), 30);
    assert!(names.iter().all(|name| name.at.1 < picture.height()), "all are inside");
    let svg = Curves::new().line("a", &[1.0, NAN, f64::INFINITY, 2.0]).to_svg();
    assert!(
        svg.contains(">2 not finite<") && !Curves::new().line("a", &[1.0]).to_svg().contains("not finite")
    );

    let x = array![[0.0, 1.0], [1.0, 0.0]];
    let scatter = Scatter::new(&x, &[0, 1]).unwrap().class_names(["a".repeat(200), "b".into()]);
    let key = Text::new("a".repeat(200), (0.0, 0.0), super::style::BODY).width();
    assert!(scatter.picture().width() > key);
    assert!(!scatter.highlight(99, "not there").to_svg().contains("not there"));
}

#[test]
fn a_name_is_one_line() {
    let svg = Curves::new().title("a\tb\nc\u{0}").line("d\re", &[1.0, 2.0]).to_svg();
    assert!(svg.contains(">a b c <") && svg.contains(">d e<"), "{svg}");
    assert!(!svg.contains(|letter: char| letter.is_control() && letter != '\n'));
}

#[test]
fn ten_classes_have_looks_of_their_own() {
    let x = Array2::from_shape_fn((10, 2), |(i, _)| i as f64);
    let svg = Scatter::new(&x, &(0..10).collect::<Vec<_>>()).unwrap().to_svg();
    let mut looks: Vec<&str> = svg
        .lines()
        .filter(|line| line.starts_with("<circle"))
        .map(|line| line.split(" fill").nth(1).unwrap())
        .collect();
    let points = looks.split_off(looks.len() / 2); // the key, then the points
    assert_eq!(looks, points);
    assert_eq!(looks.len(), 1, "one class of ten is a circle");
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
