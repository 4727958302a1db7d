//! Pages of the book, made of the files of the guide.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::items::Items;
use crate::pictures::{self, Captions};
use crate::{Result, code};

/// A page of the book: its file, its title, and its place among the chapters if it is one.
#[derive(Debug, PartialEq)]
pub(crate) struct Page {
    pub(crate) file: String,
    title: String,
    is_chapter: bool,
}

/// The pages after the first, in the order of the contents: `1. [title][label]: …`, then what is no chapter.
pub(crate) fn pages(contents: &str) -> Result<Vec<Page>> {
    let files: BTreeMap<&str, &str> = contents.lines().filter_map(definition).collect();
    let mut pages = Vec::new();
    for line in contents.lines() {
        let Some((number, rest)) = line.split_once(". [") else { continue };
        let Some((title, rest)) = rest.split_once("][").filter(|_| number.parse::<usize>().is_ok()) else {
            continue;
        };
        let label = rest.split(']').next().unwrap_or_default();
        let file =
            files.get(label).ok_or_else(|| format!("guide/README.md: no file is defined for {label}"))?;
        pages.push(Page { file: (*file).to_owned(), title: title.to_owned(), is_chapter: true });
    }
    for (file, title) in
        [("doctor.md", "The doctor"), ("gallery.md", "Gallery"), ("solutions.md", "Solutions")]
    {
        pages.push(Page { file: file.to_owned(), title: title.to_owned(), is_chapter: false });
    }
    Ok(pages)
}

/// What mdBook takes the order of pages from.
pub(crate) fn summary(pages: &[Page]) -> String {
    let mut text = String::from("# Summary\n\n[The guide](index.md)\n\n");
    for page in pages {
        let mark = if page.is_chapter { "- " } else { "\n" };
        let _ = writeln!(text, "{mark}[{}]({})", page.title, page.file);
    }
    text
}

/// The file of a page in the book, whose first page is its index.
pub(crate) fn in_book(file: &str) -> &str {
    if file == "README.md" { "index.md" } else { file }
}

/// Solutions by the number of their chapter: what stands below `## 1. The perceptron`.
pub(crate) fn solutions(text: &str) -> BTreeMap<usize, String> {
    let section = |section: &str| -> Option<(usize, String)> {
        let (heading, rest) = section.split_once('\n')?;
        let body: Vec<&str> = rest.lines().filter(|line| definition(line).is_none()).collect();
        Some((heading.split_once(". ")?.0.parse().ok()?, body.join("\n").trim().to_owned()))
    };
    text.split("\n## ").skip(1).filter_map(section).collect()
}

/// The page of the book that a file of the guide becomes.
pub(crate) fn page(
    file: &str,
    text: &str,
    items: &Items,
    captions: &Captions,
    solutions: &BTreeMap<usize, String>,
) -> Result<String> {
    let text = match file {
        "solutions.md" => closed(text),
        _ => with_solution(file, text, solutions),
    };
    let mut page = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```rust") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            page.push(line.to_owned());
            page.extend(code::with_main(&block));
            page.push("```".to_owned());
        } else if line.starts_with("```") {
            page.push(line.to_owned());
            page.extend(lines.by_ref().take_while(|line| *line != "```").map(str::to_owned));
            page.push("```".to_owned());
        } else if let Some(name) = pictures::asked(line) {
            page.push(pictures::figure(name, captions)?);
        } else if let Some((label, target)) = definition(line) {
            page.push(format!("[{label}]: {}", address(label, target, items)?));
        } else if line != "---" && !line.contains("[Contents][crate::guide]") {
            // the book has its own way back and on
            page.push(line.to_owned());
        }
    }
    Ok(page.join("\n") + "\n")
}

/// A definition of a link: `[label]: target`.
fn definition(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix('[')?.split_once("]: ").filter(|(label, _)| !label.contains(']'))
}

/// Where a link of the guide leads in the book: to a page, or to the documentation of what the source file has.
fn address(label: &str, target: &str, items: &Items) -> Result<String> {
    if target.starts_with("../src/") {
        return items.address(label);
    }
    let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    let anchor = anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
    Ok(format!("{}{anchor}", in_book(file)))
}

const LINK: &str = " One [solution][crate::guide::solutions].\n";

/// A chapter with its solution below the exercise.
fn with_solution(file: &str, text: &str, solutions: &BTreeMap<usize, String>) -> String {
    let number = file.split('_').next().and_then(|number| number.parse::<usize>().ok());
    match number.and_then(|number| solutions.get(&number)) {
        Some(solution) => text.replace(LINK, &format!("\n\n{}", details("One solution", solution))),
        None => text.to_owned(),
    }
}

/// The page of solutions, with each of them behind its heading.
fn closed(text: &str) -> String {
    let solutions = solutions(text);
    let mut page = text.split("\n## ").next().unwrap_or_default().to_owned() + "\n";
    for section in text.split("\n## ").skip(1) {
        let heading = section.lines().next().unwrap_or_default();
        let number = heading.split_once(". ").and_then(|(number, _)| number.parse::<usize>().ok());
        if let Some(solution) = number.and_then(|number| solutions.get(&number)) {
            let _ = write!(page, "## {heading}\n\n{}\n", details("One solution", solution));
        }
    }
    for line in text.lines().filter(|line| definition(line).is_some()) {
        page += &format!("{line}\n");
    }
    page
}

fn details(title: &str, text: &str) -> String {
    format!("<details class=\"solution\">\n<summary>{title}</summary>\n\n{text}\n\n</details>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_contents() {
        let contents = "1. [One][crate::one]: first.\n2. [Two][crate::two]: next.\n\n[crate::one]: 1.md\n[crate::two]: 2.md\n";
        let summary = summary(&pages(contents).unwrap());
        assert!(summary.starts_with(
            "# Summary\n\n[The guide](index.md)\n\n- [One](1.md)\n- [Two](2.md)\n\n[The doctor]"
        ));
        let error = pages("1. [One][crate::one]: first.\n").unwrap_err();
        assert_eq!(error.to_string(), "guide/README.md: no file is defined for crate::one");
    }

    #[test]
    fn a_page_has_its_links_pictures_and_solution() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("struct.Dense.html"), "").unwrap();
        let items = Items::of(folder.path()).unwrap();
        let captions = pictures::captions("![Alt](pictures/one.svg)\n*Caption.*\n");
        let solutions = solutions(
            "# Solutions\n\n## 1. One\n\n```rust\nf()?;\n# Ok::<(), E>(())\n```\n\n## 2. Two\n\nText\n",
        );
        let text = "# 1. One\n\n<!-- picture: one -->\n\n```text\n---\n```\n\n[D][crate::Dense] It passes. One \
                    [solution][crate::guide::solutions].\n\n---\n\n[Contents][crate::guide] · Next\n\n\
                    [crate::Dense]: ../src/dense.rs\n[crate::guide]: README.md\n[pictures]: gallery.md#one\n";
        let page = |file, text: &str| {
            page(file, text, &items, &captions, &solutions).map_err(|error| error.to_string())
        };
        let one = page("01_one.md", text).unwrap();
        for part in [
            "<img src=\"pictures/one.svg\" alt=\"Alt\">",
            "```text\n---\n```",
            "It passes.\n\n<details class=\"solution\">\n<summary>One solution</summary>\n\n```rust\n# fn main()",
            "f()?;\n# Ok(())\n# }\n```\n\n</details>",
            "[crate::Dense]: api/chainrule/struct.Dense.html\n[crate::guide]: index.md\n[pictures]: gallery.md#one\n",
        ] {
            assert!(one.contains(part), "{part}\n\n{one}");
        }
        assert!(!one.contains("Contents") && !one.contains("\n\n---\n"), "{one}");
        assert!(page("01_one.md", "<!-- picture: two -->\n").is_err());
        assert!(page("01_one.md", "[crate::Sparse]: ../src/sparse.rs\n").is_err());
    }
}
