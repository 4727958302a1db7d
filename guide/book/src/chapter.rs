//! Pages of the book, made of the files of the guide.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::equation::{self, Prose};
use crate::items::Items;
use crate::pictures::{self, Captions};
use crate::tested::Tested;
use crate::{Result, code, playground};

/// An entry of the contents: its file, its title, and its place among the chapters if it is one.
#[derive(Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) file: String,
    title: String,
    is_chapter: bool,
}

/// The pages after the first, in the order of the contents: `1. [title][label]: …`, then what is no chapter.
pub(crate) fn pages(contents: &str) -> Result<Vec<Entry>> {
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
        pages.push(Entry { file: (*file).to_owned(), title: title.to_owned(), is_chapter: true });
    }
    for (file, title) in
        [("doctor.md", "The doctor"), ("gallery.md", "Gallery"), ("solutions.md", "Solutions")]
    {
        pages.push(Entry { file: file.to_owned(), title: title.to_owned(), is_chapter: false });
    }
    Ok(pages)
}

/// What mdBook takes the order of pages from.
pub(crate) fn summary(pages: &[Entry]) -> String {
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
        // closed in the file too, where a page of solutions would tell more than was asked for
        let is_wrapping =
            |line: &str| ["<details>", "<summary>", "</details>"].iter().any(|tag| line.starts_with(tag));
        let body: Vec<&str> =
            rest.lines().filter(|line| definition(line).is_none() && !is_wrapping(line)).collect();
        Some((heading.split_once(". ")?.0.parse().ok()?, body.join("\n").trim().to_owned()))
    };
    text.split("\n## ").skip(1).filter_map(section).collect()
}

/// What pages are made with, beside their text.
pub(crate) struct Book<'a> {
    pub(crate) items: &'a Items,
    pub(crate) captions: &'a Captions,
    pub(crate) solutions: &'a BTreeMap<usize, String>,
    /// What was tested, if tests were run.
    pub(crate) tested: Option<&'a Tested>,
    /// Whether there is a playground to be shown in the pages.
    pub(crate) has_playground: bool,
}

/// What a page is for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum For {
    Readers,
    /// The search shows lines of what it has found: it finds no solutions and no hidden lines, and equations as written.
    Search,
}

/// The page of the book that a file of the guide becomes.
pub(crate) fn page(file: &str, text: &str, book: &Book, made_for: For) -> Result<String> {
    let is_shown = made_for == For::Readers;
    let solution = chapter_number(file).and_then(|number| book.solutions.get(&number).zip(Some(number)));
    let text = match (file, solution) {
        ("solutions.md", _) => closed(text, book),
        (_, Some(_)) if !is_shown => text.replace(LINK, "\n"),
        (_, Some((solution, number))) => {
            text.replace(LINK, &format!("\n\n{}", details("One solution", solution, passed(number, book))))
        }
        _ => text.to_owned(),
    };
    let mut page = Page::default();
    let mut lines = text.lines();
    let mut is_equation = false;
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            match language {
                "text" if is_equation && is_shown => page.line(&equation::block(&block)?),
                language => {
                    let is_rust = language.starts_with("rust");
                    let block = if is_rust {
                        code::with_main(&block)
                    } else {
                        block.into_iter().map(str::to_owned).collect()
                    };
                    page.line(line);
                    for line in block.iter().filter(|line| is_shown || !is_rust || !code::is_hidden(line)) {
                        page.line(line);
                    }
                    page.line("```");
                }
            }
            is_equation = false;
        } else if is_equation {
            return Err(format!("{}: no block of text stands below it", equation::MARK).into());
        } else if line == equation::MARK {
            is_equation = true;
        } else if let Some(name) = pictures::asked(line) {
            page.line(&pictures::figure(name, book.captions)?);
        } else if let Some(preset) = playground::asked(line) {
            if book.has_playground && is_shown {
                page.line(&playground::figure(preset));
            }
        } else if let Some((label, target)) = definition(line) {
            page.line(&format!("[{label}]: {}", address(label, target, book.items)?));
        } else if line.starts_with('#') || line.starts_with('<') {
            page.line(line);
        } else if line != "---" && !line.contains("[Contents][crate::guide]") {
            // the book has its own way back and on
            if is_shown { page.prose(line) } else { page.line(line) }
        }
    }
    if let Some(count) =
        book.tested.map(|tested| tested.programs(file)).filter(|count| is_shown && *count > 0)
    {
        page.line(&format!("\n<p class=\"tested\">✓ {}</p>", match count {
            1 => "The program of this page ran when this book was built, and its assertions held.".to_owned(),
            _ => format!("All {count} programs of this page ran when this book was built, and their assertions held."),
        }));
    }
    Ok(page.text())
}

/// The lines of a page, and those of a paragraph that has not ended yet.
#[derive(Default)]
struct Page {
    lines: Vec<String>,
    paragraph: Vec<String>,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.end_paragraph();
        self.lines.push(line.to_owned());
    }

    fn prose(&mut self, line: &str) {
        if line.is_empty() {
            self.line(line);
        } else {
            self.paragraph.push(line.to_owned());
        }
    }

    /// A formula may go on in the next line.
    fn end_paragraph(&mut self) {
        if !self.paragraph.is_empty() {
            let text = std::mem::take(&mut self.paragraph).join("\n");
            self.lines.push(equation::typeset(
                &text,
                if text.starts_with('|') { Prose::Table } else { Prose::Paragraph },
            ));
        }
    }

    fn text(mut self) -> String {
        self.end_paragraph();
        self.lines.join("\n") + "\n"
    }
}

/// A definition of a link: `[label]: target`.
pub(crate) fn definition(line: &str) -> Option<(&str, &str)> {
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

/// The number of a chapter: `7` of `07_matrices.md`.
fn chapter_number(file: &str) -> Option<usize> {
    file.split('_').next()?.parse().ok()
}

/// Whether the solution of a chapter was tested; without tests nothing is said.
fn passed(number: usize, book: &Book) -> bool {
    book.tested.is_some_and(|tested| tested.solution_passed(number))
}

/// The page of solutions, with each of them behind its heading.
fn closed(text: &str, book: &Book) -> String {
    let mut page = text.split("\n## ").next().unwrap_or_default().to_owned() + "\n";
    for section in text.split("\n## ").skip(1) {
        let heading = section.lines().next().unwrap_or_default();
        let number = heading.split_once(". ").and_then(|(number, _)| number.parse::<usize>().ok());
        if let Some((number, solution)) =
            number.and_then(|number| Some((number, book.solutions.get(&number)?)))
        {
            let _ =
                write!(page, "## {heading}\n\n{}\n", details("One solution", solution, passed(number, book)));
        }
    }
    for line in text.lines().filter(|line| definition(line).is_some()) {
        page += &format!("{line}\n");
    }
    page
}

fn details(title: &str, text: &str, has_passed: bool) -> String {
    let passed =
        if has_passed { "<p class=\"tested\">✓ passed when this book was built</p>\n\n" } else { "" };
    format!("<details class=\"solution\">\n<summary>{title}</summary>\n\n{text}\n\n{passed}</details>\n")
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
            "# Solutions\n\n## 1. One\n\n<details>\n<summary>One solution</summary>\n\n```rust\nf()?;\n\
             # Ok::<(), E>(())\n```\n\n\
             </details>\n\n## 2. Two\n\nText\n",
        );
        let text = "# 1. One\n\n<!-- picture: one -->\n\n<!-- playground: xor -->\n\n```text\n---\n```\n\n\
                    <!-- equation -->\n```text\nz = x·w\n```\n\n[D][crate::Dense] It passes. One \
                    [solution][crate::guide::solutions].\n\n---\n\n[Contents][crate::guide] · Next\n\n\
                    [crate::Dense]: ../src/dense.rs\n[crate::guide]: README.md\n[pictures]: gallery.md#one\n";
        let tests = "test src/../guide/solutions.md - guide::solutions (line 5) ... ok\n";
        let solved = "# Solutions\n\n## 1. One\n\n```rust\n```\n";
        let tested = Tested::of(&[("solutions.md", solved)], tests).unwrap();
        let book = Book {
            items: &items,
            captions: &captions,
            solutions: &solutions,
            tested: Some(&tested),
            has_playground: true,
        };
        let page =
            |file, text: &str| page(file, text, &book, For::Readers).map_err(|error| error.to_string());
        let one = page("01_one.md", text).unwrap();
        for part in [
            "<img src=\"pictures/one.svg\" alt=\"Alt\">",
            "```text\n---\n```",
            "It passes.\n\n<details class=\"solution\">\n<summary>One solution</summary>\n\n```rust\n# fn main()",
            "f()?;\n# Ok(())\n# }\n```\n\n<p class=\"tested\">✓ passed when this book was built</p>\n\n</details>",
            "<iframe loading=\"lazy\"",
            "<div class=\"equations\">",
            "[crate::Dense]: api/chainrule/struct.Dense.html\n[crate::guide]: index.md\n[pictures]: gallery.md#one\n",
        ] {
            assert!(one.contains(part), "{part}\n\n{one}");
        }
        assert!(!one.contains("Contents") && !one.contains("\n\n---\n"), "{one}");
        let searched = super::page("01_one.md", text, &book, For::Search).unwrap();
        assert!(searched.contains("z = x·w") && !searched.contains("f()?"), "{searched}");
        assert!(page("01_one.md", "<!-- picture: two -->\n").is_err());
        assert!(page("01_one.md", "<!-- equation -->\n\n```text\nx = y\n```\n").is_err());
        assert!(page("01_one.md", "[crate::Sparse]: ../src/sparse.rs\n").is_err());
    }
}
