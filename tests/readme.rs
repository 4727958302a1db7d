//! What README and its neighbours say: what programs print, code that is quoted, files and examples that are named.

use std::fs;
use std::path::{Path, PathBuf};

use chainrule::prelude::*;

const README: &str = include_str!("../README.md");

const PAGES: [&str; 30] = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "benches/README.md",
    "benches/growth.md",
    "benches/peers/README.md",
    "benches/peers/results.md",
    "draw/README.md",
    "guide/README.md",
    "guide/solutions.md",
    "guide/01_perceptron.md",
    "guide/02_activations.md",
    "guide/03_loss.md",
    "guide/04_numerical_gradient.md",
    "guide/05_chain_rule.md",
    "guide/06_backpropagation.md",
    "guide/07_matrices.md",
    "guide/08_logic_gates.md",
    "guide/09_digits.md",
    "guide/10_your_own_layer.md",
    "guide/11_from_keras_or_pytorch.md",
    "guide/12_training_tools.md",
    "guide/13_images.md",
    "guide/14_tables.md",
    "guide/doctor.md",
    "guide/gallery.md",
    "lectures/README.md",
    "mnist/README.md",
    "notebooks/README.md",
    "src/guide.rs",
];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[test]
fn xor() {
    let x = array![[0., 0.], [0., 1.], [1., 0.], [1., 1.]];
    let y = array![[0.], [1.], [1.], [0.]];
    let mut model =
        Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(42).unwrap();
    let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).epochs(1_000);
    let history = trainer.fit(&mut model, (&x, &y)).unwrap();

    let loss = history.losses()[999];
    let printed = format!("```text\n{model}\nloss {loss:.4}\n{:.3}\n```", model.predict(&x).unwrap());
    assert!(README.contains(&printed), "README shows other numbers than\n{printed}");
}

#[test]
fn readme_is_short() {
    assert!(README.lines().count() <= 140);
}

/// Every page of the repository; those in `src/` are parts of the documentation, whose links rustdoc checks.
fn all_pages(folder: &Path) -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && !["target", "node_modules", "src"].contains(&&*name) {
            pages.extend(all_pages(&path));
        } else if name.ends_with(".md") {
            pages.push(path);
        }
    }
    pages
}

/// The names by which links reach the headings of a page.
fn anchors(text: &str) -> Vec<String> {
    let headings =
        text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let letter = |letter: char| match letter {
        ' ' => Some('-'),
        _ if letter.is_alphanumeric() || "-_".contains(letter) => Some(letter),
        _ => None,
    };
    headings.map(|heading| heading.to_lowercase().chars().filter_map(letter).collect()).collect()
}

/// The targets of `[…](target)` and of `[label]: target`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let inline = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let definitions = text.lines().filter(|line| line.starts_with('['));
    inline.chain(definitions.filter_map(|line| line.split_once("]: ")).map(|(_, target)| target))
}

#[test]
fn what_is_linked_exists() {
    let pages = all_pages(root());
    assert!(pages.len() >= PAGES.len());
    let mut checked = 0;
    for path in &pages {
        let text = fs::read_to_string(path).unwrap();
        for link in links(&text).filter(|link| !link.contains([' ', ':', '`'])) {
            let (file, anchor) =
                link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
            if !file.contains(['/', '.']) && !file.is_empty() {
                continue; // a bracket of code
            }
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            assert!(target.exists(), "{} links to {link}", path.display());
            if let Some(anchor) = anchor.filter(|_| target.extension().is_some_and(|kind| kind == "md")) {
                let there = anchors(&fs::read_to_string(&target).unwrap());
                assert!(there.iter().any(|there| there == anchor), "{} links to {link}", path.display());
            }
            checked += 1;
        }
    }
    assert!(checked > 300, "only {checked} links");
}

#[test]
fn examples_that_are_named_exist() {
    for page in PAGES {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let names = text.split("--example ").skip(1);
        let names = names.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap());
        for name in names.filter(|name| *name != "NAME") {
            let folders = ["examples", "lectures/examples", "mnist/examples"];
            let exists = |folder: &str| root().join(folder).join(name).with_extension("rs").exists();
            assert!(folders.into_iter().any(exists), "{page} names the example {name}");
        }
    }
}

/// The lines of `Dense` that chapter 7 shows are those of the source.
#[test]
fn the_guide_shows_the_code_of_dense() {
    let chapter = include_str!("../guide/07_matrices.md");
    let from = chapter.find("    fn forward").unwrap();
    let to = chapter.find("    fn params").unwrap();
    assert!(include_str!("../src/layer/dense.rs").contains(&chapter[from..to]), "{}", &chapter[from..to]);
}
