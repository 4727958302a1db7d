//! The guide in both of its forms: as files that link to files, and as documentation.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const CHAPTERS: [&str; 15] = [
    "01_perceptron.md",
    "02_activations.md",
    "03_loss.md",
    "04_numerical_gradient.md",
    "05_chain_rule.md",
    "06_backpropagation.md",
    "07_matrices.md",
    "08_logic_gates.md",
    "09_digits.md",
    "10_your_own_layer.md",
    "11_from_keras_or_pytorch.md",
    "12_training_tools.md",
    "13_images.md",
    "14_tables.md",
    "15_files.md",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../guide")
}

fn read(file: &str) -> String {
    fs::read_to_string(folder().join(file)).unwrap()
}

/// What the links of a page are defined as: `[label]: target`.
fn definitions(text: &str) -> BTreeMap<&str, &str> {
    let definition = |line| -> Option<(&str, &str)> { str::strip_prefix(line, "[")?.split_once("]: ") };
    text.lines().filter_map(definition).collect()
}

/// The labels that a page uses: `[text][label]`.
fn labels(text: &str) -> BTreeSet<&str> {
    let labels = text.split("][").skip(1).filter_map(|rest| rest.split_once(']')).map(|(label, _)| label);
    labels.filter(|label| label.starts_with("crate") || *label == "pictures").collect()
}

/// The anchor that a heading gets on the pages of a repository.
fn anchor(heading: &str) -> String {
    let letters = heading.to_lowercase();
    let kept = letters.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

#[test]
fn every_link_leads_somewhere_in_both_forms() {
    let links = fs::read_to_string(folder().join("../src/guide/links.md")).unwrap();
    let in_docs = definitions(&links);
    for file in CHAPTERS.into_iter().chain(["README.md", "doctor.md", "solutions.md"]) {
        let text = read(file);
        let as_file = definitions(&text);
        let used: BTreeSet<&str> = labels(&text);
        assert_eq!(used, as_file.keys().copied().collect(), "{file}: links used, and links defined");
        assert!(!text.contains("](crate"), "{file}: a link for the documentation alone");
        for (label, target) in as_file {
            let (path, heading) =
                target.split_once('#').map_or((target, None), |(path, to)| (path, Some(to)));
            assert!(folder().join(path).exists(), "{file} links to {target}");
            if let Some(heading) = heading {
                let page = read(path);
                let mut headings = page.lines().filter(|line| line.starts_with('#'));
                let found = headings.any(|line| anchor(line.trim_start_matches(['#', ' '])) == heading);
                assert!(found, "{file} links to {target}");
            }
            assert!(in_docs.contains_key(label), "src/guide/links.md lacks {label} of {file}");
        }
    }
    for (label, target) in in_docs {
        assert!(target == label || target == "#pictures", "{label}: {target}");
    }
}

/// From each page back, to the contents and on, in the order of the contents.
#[test]
fn chapters_follow_each_other() {
    let contents = read("README.md");
    for (index, file) in CHAPTERS.into_iter().enumerate() {
        let text = read(file);
        let line = text.lines().find(|line| line.contains("[Contents][crate::guide]")).unwrap();
        let as_file = definitions(&text);
        let target = |word: &str| -> Option<&str> {
            let rest = line.split_once(word)?.1.split_once("][")?.1;
            as_file.get(rest.split_once(']')?.0).copied()
        };
        assert_eq!(target("Previous: "), index.checked_sub(1).map(|before| CHAPTERS[before]), "{file}");
        assert_eq!(target("Next: "), CHAPTERS.get(index + 1).copied(), "{file}");
        assert_eq!(
            definitions(&contents).into_values().filter(|target| *target == file).count(),
            1,
            "{file}"
        );
        let place = contents.find(&format!("\n{}. [", index + 1)).unwrap();
        let label = contents[place..].split_once("][").unwrap().1.split_once(']').unwrap().0;
        assert_eq!(definitions(&contents)[label], file);
    }
}

/// A chapter shows in the book what its module shows in the documentation, each picture once, and the gallery has them all.
#[test]
fn pictures_of_a_chapter_are_the_same_in_documentation_and_book() {
    let modules = fs::read_to_string(folder().join("../src/guide.rs")).unwrap();
    let gallery = read("gallery.md");
    let mut shown = 0;
    for file in CHAPTERS {
        let module =
            modules.split_once(&format!("guide/{file}\"")).unwrap().1.split_once("pub mod ").unwrap().0;
        let in_docs =
            module.split("guide/pictures/").skip(1).map(|rest| rest.split_once(".svg\"").unwrap().0);
        let text = read(file);
        let in_book =
            text.lines().filter_map(|line| line.strip_prefix("<!-- picture: ")?.strip_suffix(" -->"));
        let (mut in_docs, mut in_book): (Vec<&str>, Vec<&str>) = (in_docs.collect(), in_book.collect());
        shown += in_book.len();
        in_docs.sort_unstable();
        in_book.sort_unstable();
        assert_eq!(in_docs, in_book, "{file}: pictures of src/guide.rs, and those that the text asks for");
        for name in in_book {
            assert!(gallery.contains(&format!("](pictures/{name}.svg)\n*")), "guide/gallery.md lacks {name}");
        }
    }
    assert!(shown > 20, "{shown} pictures");
}

/// The code of a section, from its first block.
fn block(text: &str) -> Vec<&str> {
    let code = text.split_once("```rust").unwrap().1.split_once('\n').unwrap().1;
    code.split_once("```").unwrap().0.lines().collect()
}

/// A solution is its exercise with the inside written; the exercise shows none of it, says whether it passed, and which
/// value was expected.
#[test]
fn exercises_and_solutions_belong_together() {
    let solutions = read("solutions.md");
    for (number, file) in (1..).zip(CHAPTERS).filter(|(number, _)| *number != 11) {
        let chapter = read(file);
        let section = chapter.split_once("\n## Exercise\n").unwrap().1;
        let not_yet = ["```rust,compile_fail\n", "```rust,should_panic\n"];
        assert!(
            not_yet.iter().any(|mark| section.contains(mark)),
            "{file}: undone, an exercise does not pass"
        );
        let exercise = block(section);
        let solution = block(solutions.split_once(&format!("\n## {number}. ")).unwrap().1);
        let is_open = |line: &&str| {
            line.contains("// your line") || line.contains("// Maxout") || line.contains("// Dense")
        };
        assert_eq!(exercise.iter().filter(|line| is_open(line)).count(), 1, "{file}");
        let mut rest = solution.iter();
        for line in exercise.iter().filter(|line| !is_open(line)) {
            assert!(
                rest.any(|other| other == line),
                "{file}: the solution lacks, or has in another order: {line}"
            );
        }
        assert!(solution.len() >= exercise.len(), "{file}");
        let text = exercise.join("\n");
        assert!(text.contains("println!(\"passed: ") && text.contains("expected"), "{file}");
        assert!(exercise.iter().all(|line| !line.starts_with("# ") || line.contains("# Ok::<")), "{file}");
    }
}

/// A solution is on its own page, where each is closed: no page of the guide shows a line of it.
#[test]
fn no_page_shows_a_solution() {
    let solutions = read("solutions.md");
    for section in solutions.split("\n## ").skip(1) {
        let (heading, rest) = section.split_once('\n').unwrap();
        let is_closed = rest.starts_with("\n<details>\n<summary>One solution</summary>\n\n")
            && rest.contains("\n</details>\n");
        assert!(is_closed, "{heading}: the solution is open");
    }
    let mut told = 0;
    for (number, file) in (1..).zip(CHAPTERS).filter(|(number, _)| *number != 11) {
        let chapter = read(file);
        let exercise = block(chapter.split_once("\n## Exercise\n").unwrap().1);
        let section = solutions.split_once(&format!("\n## {number}. ")).unwrap().1;
        let lines =
            block(section).into_iter().filter(|line| !exercise.contains(line) && line.trim().len() > 20);
        for line in lines.map(str::trim) {
            told += 1;
            for page in CHAPTERS.into_iter().chain(["README.md", "doctor.md", "gallery.md"]) {
                assert!(!read(page).contains(line), "{page} tells of exercise {number}: {line}");
            }
        }
    }
    assert!(told > 15, "{told} lines");
}

/// A mark is alone on its line, and means something: the book shows what it stands for, and no other form shows the mark.
#[test]
fn marks_are_those_that_the_book_knows() {
    let presets = fs::read_dir(folder().join("../playground/presets")).unwrap().count();
    let (mut equations, mut shown) = (0, BTreeSet::new());
    for file in CHAPTERS.into_iter().chain(["README.md", "doctor.md", "solutions.md"]) {
        let text = read(file);
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate().filter(|(_, line)| line.contains("<!--")) {
            if *line == "<!-- notebook:" {
                let end = lines[index..].iter().position(|line| *line == "-->");
                assert!(end.is_some_and(|end| end > 1), "{file}: no end of the notebook's cell");
                continue;
            }
            let mark = line.strip_prefix("<!-- ").and_then(|line| line.strip_suffix(" -->"));
            let (kind, name) = mark.unwrap().split_once(": ").unwrap_or((mark.unwrap(), ""));
            match kind {
                "equation" => {
                    assert_eq!(lines.get(index + 1), Some(&"```text"), "{file}: no equation below its mark");
                    equations += 1;
                }
                "playground" => {
                    assert!(shown.insert(name.to_owned()), "{file}: {name} stands there twice");
                    let preset = read(&format!("../playground/presets/{name}.json"));
                    let chapter = format!("\"chapter\": \"{}\"", file.trim_end_matches(".md"));
                    assert!(preset.contains(&chapter), "playground/presets/{name}.json is in {file}");
                }
                "picture" | "notebook" | "interop" | "not run" => assert!(!name.is_empty(), "{file}: {line}"),
                _ => panic!("{file}: {line} is no mark"),
            }
        }
    }
    assert!(equations > 20 && shown.len() == presets, "{equations} equations, {shown:?} of {presets}");
}
