//! Wrong arguments and the text of their errors; data of any size; a full disk.

use std::fs;
use std::path::Path;

use chainrule::metrics::{Calibration, RocCurve};
use chainrule::prelude::{Array3, Float, Sequential, s};
use chainrule::{Dense, Sigmoid, Softmax};

use super::*;

fn model(inputs: usize, outputs: usize) -> Sequential<f64> {
    Sequential::new([inputs]).add(Dense::new(outputs)).build(1).unwrap()
}

/// What a function says of an argument: which, the argument, its error, and the text that is expected.
fn case<T>(
    function: &str,
    argument: &str,
    call: impl FnOnce() -> Result<T>,
    expected: &str,
) -> Option<String> {
    let got = call().map_or_else(|error| error.to_string(), |_| "no error".to_owned());
    (got != expected).then(|| format!("{function}, {argument}\n  said     {got:?}\n  expected {expected:?}"))
}

/// A drawing for which nothing can be wrong.
fn drawing() -> Curves {
    Curves::new().line("loss", &[0.5, 0.25])
}

#[rustfmt::skip]
#[test]
fn wrong_arguments_say_what_to_do() {
    let points = Array2::<f64>::zeros((2, 2));
    let scatter = |classes: &[usize]| Scatter::new(&points, classes);
    let (one, two, three) = (model(1, 1), model(2, 2), model(3, 1));
    let labels = Sequential::<f64>::new([2]).add(Dense::new(2)).add(Sigmoid).build(1).unwrap();
    let classes = Sequential::<f64>::new([2]).add(Dense::new(2)).add(Softmax).build(1).unwrap();
    let history = History::default();
    let folder = std::env::temp_dir();
    let at = |name: &str| folder.join(name);
    let wrong = [
        case("Scatter::new", "three features", || Scatter::new(&Array2::<f64>::zeros((2, 3)), &[0, 1]), "points of a scatter: expected two features for each sample, but got 3\n  help: choose two columns: x.select(Axis(1), &[0, 1])"),
        case("Scatter::new", "a class too few", || scatter(&[0]), "classes of a scatter: expected one for each of the 2 samples, but got 1\n  help: samples and classes come in the same order"),
        case("Scatter::regions_of", "a model of three features", || scatter(&[0, 1])?.regions_of(&three).map(drop), "model for decision regions: expected two features for each sample, but got [3]\n  help: decision regions are drawn in the plane of two features; use .regions(|x1, x2| …) with the others fixed"),
        case("Scatter::regions_of", "a model of labels", || scatter(&[0, 1])?.regions_of(&labels).map(drop), "the model answers 2 independent questions, which have no single class\n  help: use .regions(|x1, x2| …) with the answer to one of them"),
        case("Scatter::regions_of", "a class beyond the model's", || scatter(&[0, 2])?.regions_of(&classes).map(drop), "class of sample 1: expected from 0 to 1, as the model tells them apart, but got 2\n  help: count classes from 0"),
        case("FunctionPlot::activation", "a layer of two outputs", || FunctionPlot::activation(&Dense::<f64>::new(2), 0.0..=1.0).map(drop), "dense makes [2] of one number, which is no curve\n  help: plot the functions themselves: FunctionPlot::new(range).curve(name, |x| …)"),
        case("ImageGrid::weights", "another shape", || ImageGrid::weights(&points, [3, 1]), "weights as images: expected inputs as many as the pixels of 3 × 1, but got 2\n  help: take the weight of the first Dense, and the shape of one sample"),
        case("ImageGrid::weights", "a shape whose product overflows", || ImageGrid::weights(&points, [usize::MAX, 2]), "weights as images: expected inputs as many as the pixels of 18446744073709551615 × 2, but got 2\n  help: take the weight of the first Dense, and the shape of one sample"),
        case("ImageGrid::filters", "no convolution", || ImageGrid::filters(&one, 0), "layer 0 for a picture of filters: expected a layer with weights of filters × channels × height × width, but got dense\n  help: give the number of a Conv2D, counted from 0 as in the table of the model"),
        case("ImageGrid::filters", "a layer beyond the last", || ImageGrid::filters(&one, usize::MAX), "layer 18446744073709551615 for a picture of filters: expected a layer with weights of filters × channels × height × width, but got none of the model's\n  help: give the number of a Conv2D, counted from 0 as in the table of the model"),
        case("ImageGrid::feature_maps", "no forward pass", || ImageGrid::feature_maps(&one, 1, 0), "position 1 for a picture of feature maps: expected images of channels × height × width that a forward pass has left, but got nothing\n  help: run model.forward(&x), and give the position before a Flatten"),
        case("Report::samples", "of another shape", || Report::new("", &two, &history).samples((&Array2::zeros((2, 3)), &[0, 1])), "inputs: expected shape [samples, 2], but got [2, 3]\n  help: the first axis counts samples; Sequential::new takes the shape of one sample"),
        case("Report::samples", "labels beyond the outputs", || Report::new("", &two, &history).samples((&points, &[0, 2])), "label of sample 1: expected a class number from 0 to 1, but got 2\n  help: count classes from 0: if yours begin with 1, take 1 off each"),
        case("Report::save", "another ending", || Report::new("", &one, &history).save("report.svg"), "report.svg: a file of this name can't be written\n  help: end the name with .html or .htm"),
        case("Report::save", "no name", || Report::new("", &one, &history).save(""), ": a file of this name can't be written\n  help: end the name with .html or .htm"),
        case("Drawing::save", "another ending", || drawing().save("picture.gif"), "picture.gif: a file of this name can't be written\n  help: end the name with .svg or .png"),
        case("Drawing::save", "a name that steers a terminal", || drawing().save("\u{1b}[2J"), "\\u{1b}[2J: a file of this name can't be written\n  help: end the name with .svg or .png"),
    ];
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    fs::create_dir_all(at("chainrule-draw-folder.svg")).unwrap();
    let error = drawing().save(at("chainrule-draw-folder.svg")).unwrap_err().to_string();
    assert!(error.ends_with("chainrule-draw-folder.svg: is a directory\n  help: this is a folder: give the file in it"), "{error}");
    fs::remove_dir(at("chainrule-draw-folder.svg")).unwrap();
}

/// A data set that promises far more samples than there are.
struct Endless;

impl<F: Float> chainrule::data::Samples<F> for Endless {
    fn len(&self) -> usize {
        1 << 40
    }

    fn check(&self, _: &[usize], _: &[usize]) -> Result<()> {
        Ok(())
    }

    fn gather_inputs(&self, _: &[usize], mut x: chainrule::prelude::ArrayViewMut2<F>) {
        x.fill(F::one());
    }

    fn gather_targets(&self, _: &[usize], mut t: chainrule::prelude::ArrayViewMut2<F>) {
        t.slice_mut(s![.., 0]).fill(F::one());
    }
}

/// More points, letters, classes, lines and pixels than anybody can look at, and settings of any size.
fn huge() -> Vec<(&'static str, Box<dyn Drawing>)> {
    let long = "W".repeat(1_000_000);
    let many: Vec<f64> = (0..1_000_000).map(|x| f64::from(x % 1_000)).collect();
    let x =
        Array2::from_shape_fn((1_000_000, 2), |(row, column)| many[row] + 3.0 * column as f64 * row as f64);
    let labels = Array2::from_shape_fn((100_000, 1), |(row, _)| (row % 2) as f64);
    let guesses = Array2::from_shape_fn((100_000, 1), |(row, _)| ((row * 7) % 100_000) as f64 / 1e5);
    let classes: Vec<usize> = (0..1_000_000).map(|row| row % 5_000).collect();
    let (wide, deep) =
        (model(300, 300), (0..300).fold(Sequential::<f64>::new([2]), |net, _| net.add(Dense::new(2))));
    let far =
        (1..600).fold(Diagram::new(), |net, node| net.edge(node / 3, node, "").edge(0, node, &long[..9]));
    let lines = (0..2_000)
        .fold(Curves::new(), |curves, index| curves.line(format!("line {index}"), &[0.0, f64::from(index)]));
    let tiles = (0..10)
        .fold(ImageGrid::new(usize::MAX), |grid, _| grid.image(&Array2::<f32>::ones((2_000, 2_000)), &long));
    vec![
        ("a long title", Box::new(drawing().title(&long).labels(&long, &long))),
        ("a long name", Box::new(Curves::new().line(&long, &many).mark_lowest())),
        ("steps of any size", Box::new(drawing().steps(usize::MAX, usize::MAX))),
        ("doublings of any size", Box::new(Curves::new().line("a", &many).doublings(usize::MAX))),
        ("parts of an epoch", Box::new(drawing().per_epoch(usize::MAX))),
        ("many lines", Box::new(lines)),
        ("many points", Box::new(Scatter::new(&x, &classes).unwrap().class_names([&*long]).step(1e-300))),
        (
            "many regions",
            Box::new(
                Scatter::new(&x.slice(s![..9, ..]), &[0; 9]).unwrap().regions(|x, y| x * y).step(1e-300),
            ),
        ),
        (
            "a size of NaN",
            Box::new(FunctionPlot::new(f64::NAN..=f64::NAN).curve("f", |x| x).size(f64::NAN, f64::INFINITY)),
        ),
        (
            "an endless range",
            Box::new(
                FunctionPlot::new(f64::NEG_INFINITY..=f64::INFINITY)
                    .curve("f", |x| x)
                    .tangent(0.0, f64::INFINITY)
                    .slope_triangle(f64::MAX),
            ),
        ),
        (
            "the largest range",
            Box::new(
                FunctionPlot::new(f64::MIN..=f64::MAX).y_range(f64::MAX..=f64::MIN).curve(&long, f64::exp),
            ),
        ),
        (
            "many classes",
            Box::new(
                ConfusionHeatmap::new(&Array2::<usize>::from_elem((3_000, 3_000), usize::MAX))
                    .class_names([&*long]),
            ),
        ),
        (
            "many thresholds",
            Box::new(RocPlot::new().curve(&*long, &RocCurve::from_outputs(&guesses, &labels).unwrap())),
        ),
        (
            "many bins",
            Box::new(ReliabilityDiagram::new(
                &Calibration::from_outputs(&guesses, &labels, usize::MAX).unwrap(),
            )),
        ),
        ("large images", Box::new(tiles)),
        (
            "many units",
            Box::new(
                Network::of(&wide)
                    .max_units(usize::MAX)
                    .decimals(usize::MAX)
                    .sample(usize::MAX)
                    .rename([("x", &*long)]),
            ),
        ),
        ("many layers", Box::new(Network::of(&deep.build(1).unwrap()).bias_nodes())),
        ("many arrows", Box::new(far)),
        (
            "a long node",
            Box::new(
                Diagram::new()
                    .node(&long, [&*long])
                    .edge(&long, &long, &*long)
                    .note(long.replace('W', "W  ")),
            ),
        ),
        (
            "many pictures",
            Box::new(
                (0..9).fold(Gallery::new(usize::MAX), |gallery, _| gallery.add(&drawing().title(&long))),
            ),
        ),
    ]
}

#[test]
fn data_of_any_size_make_pictures_of_some() {
    for (name, drawing) in huge() {
        let picture = drawing.picture();
        let svg = picture.to_svg();
        assert!(svg.len() < 40_000_000, "{name}: {} bytes", svg.len());
        assert!(
            picture.width() < 1e5 && picture.height() < 1e5,
            "{name}: {} × {}",
            picture.width(),
            picture.height()
        );
        #[cfg(feature = "png")]
        if picture.width() * picture.height() < 3e5 {
            picture.to_png().unwrap(); // of larger ones it takes seconds, where nothing is optimised
        }
    }
    let long = "W".repeat(1_000_000);
    assert!(terminal::curves(&[(&long, &[1.0, 2.0]), ("b", &[f64::NAN; 3])]).len() < 10_000);
    assert!(terminal::images(&[(&Array2::<f32>::ones((9, 1_000_000)), &*long)]).len() < 10_000);
    let model = Sequential::<f64>::new([2]).add(Dense::new(2)).add(Softmax).build(1).unwrap();
    let history = History::default();
    let report = Report::new("\u{1b}[2J<b>", &model, &history).samples(Endless).unwrap().to_html();
    assert!(report.len() < 100_000 && !report.contains('\u{1b}') && !report.contains("<b>"));
}

/// What is to be seen is seen, and steers nothing: in SVG, HTML, DOT and in a terminal.
#[test]
fn names_that_steer_a_terminal_reach_none() {
    let bad = "\u{1b}[2J\u{7}\r\u{202e}\u{9b}<&\"x";
    let heads = Diagram::new().title(bad).node(bad, [bad]).edge(bad, "b", bad).note(bad);
    let classes = ConfusionHeatmap::new(&array![[1, 0], [0, 1]]).class_names([bad, bad]);
    let tile = ImageGrid::new(1).image(&array![[1.0]], bad);
    let texts = [
        heads.to_svg(),
        heads.to_dot(),
        classes.to_svg(),
        tile.title(bad).to_svg(),
        drawing().line(bad, &[1.0]).labels(bad, bad).to_svg(),
        terminal::curves(&[(bad, &[1.0, 2.0])]),
        terminal::images(&[(&Array3::<f64>::zeros((1, 2, 2)).slice(s![0, .., ..]), bad)]),
    ];
    for text in texts {
        let steers = |letter: char| letter != '\n' && (letter.is_control() || letter == '\u{202e}');
        assert!(!text.contains(steers), "{text:?}");
    }
}

/// The folder in which a child is to write.
const FOLDER: &str = "CHAINRULE_DRAW_FULL_DISK";

/// Every writer, with the name of its file.
fn write_all(folder: &Path) -> Vec<(&'static str, Result<()>)> {
    let (model, history) = (model(2, 1), History::default());
    let mut all = vec![
        ("picture.svg", drawing().save(folder.join("picture.svg"))),
        ("report.html", Report::new("", &model, &history).save(folder.join("report.html"))),
    ];
    if cfg!(feature = "png") {
        all.push(("picture.png", drawing().save(folder.join("picture.png"))));
    }
    all
}

/// A child without rights for a file of any size has to leave what was there. The system tells this from a full disk by the
/// number of the error alone.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_old_files() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        for (name, result) in write_all(Path::new(&folder)) {
            let text = result.unwrap_err().to_string();
            let help = "File too large (os error 27)\n  help: make room on the disk, or choose another one";
            assert!(text.ends_with(help), "{name}: {text}");
        }
        return;
    }
    let folder = std::env::temp_dir().join(format!("chainrule-draw-full-{}", std::process::id()));
    let all = || {
        let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|file| (fs::read(&file).unwrap(), file)).collect::<Vec<_>>()
    };
    write_all(&folder)
        .into_iter()
        .for_each(|(name, result)| result.unwrap_or_else(|error| panic!("{name}: {error}")));
    let before = all();
    let output = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "tests::bad_input::a_full_disk_leaves_the_old_files", "--nocapture"])
        .env(FOLDER, &folder)
        .output()
        .unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert!(before.len() >= 2 && all() == before, "a file was lost, or something is left beside");
    fs::remove_dir_all(&folder).unwrap();
}
