//! What README and its neighbours say: what programs print, code that is quoted, files and examples that are named.

use std::fs;
use std::path::Path;

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

#[test]
fn files_that_are_linked_exist() {
    for page in PAGES {
        let path = root().join(page);
        let text = fs::read_to_string(&path).unwrap();
        let links = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        for link in links.filter(|link| link.contains(['/', '.']) && !link.contains("://")) {
            assert!(path.parent().unwrap().join(link).exists(), "{page} links to {link}");
        }
    }
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
