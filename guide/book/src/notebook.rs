//! Notebooks for Jupyter and the Rust kernel evcxr, one for each chapter, without outputs: `notebooks/execute.py` adds these.
//!
//! Text becomes cells of Markdown, a block of Rust a cell of code: without the lines that only a test needs, and with its
//! `use` of the prelude in the first cell. `<!-- notebook: expression -->` behind a block says what its cell shows in the end;
//! a second one becomes a cell of its own, and one behind the mark of a picture draws it in its place. In braces,
//! `<!-- notebook: { expression } -->`, the whole cell gets braces: the kernel keeps variables from cell to cell, and can't keep
//! closures and references. A block that a reader has to complete is a cell that is not executed.

mod code;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::Result;
use crate::chapter::definition;
use crate::items::Items;
use crate::pictures::{self, Captions};
use code::{Code, PRELUDE};

const DOCS: &str = "https://docs.rs/chainrule/latest/";

/// Chapters that read and write files. All others go without these features, because the first build is sooner done then.
const WITH_FILES: [&str; 3] = ["12_training_tools.md", "14_tables.md", "15_files.md"];

/// The name of a chapter's notebook; `None` for what is no chapter.
pub(crate) fn name(file: &str) -> Option<String> {
    let chapter = file == "doctor.md" || file.starts_with(|letter: char| letter.is_ascii_digit());
    chapter.then(|| file.replace(".md", ".ipynb"))
}

/// The notebook of a chapter.
pub(crate) fn notebook(file: &str, text: &str, items: &Items, captions: &Captions) -> Result<Value> {
    let mut cells = Cells { title: true, ..Cells::default() };
    let links: BTreeMap<&str, &str> = text.lines().filter_map(definition).collect();
    let mut lines = text.lines().peekable();
    let mut is_drawn = false; // by the next mark, in the place of a picture
    while let Some(line) = lines.next() {
        if line.starts_with("```rust") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            cells.block(&block, line != "```rust");
        } else if line.starts_with("```") {
            cells.end_code();
            cells.text.push(line.to_owned());
            cells.text.extend(lines.by_ref().take_while(|line| *line != "```").map(str::to_owned));
            cells.text.push("```".to_owned());
        } else if let Some(picture) = pictures::asked(line) {
            while lines.next_if(|line| line.is_empty()).is_some() {}
            match lines.peek() {
                Some(line) if line.starts_with("<!-- notebook:") => is_drawn = true,
                _ => {
                    cells.end_code();
                    cells.text.push(image(picture, captions)? + "\n");
                }
            }
        } else if let Some(mark) = line.strip_prefix("<!-- notebook:") {
            let mut expression = vec![mark];
            while !expression.last().is_some_and(|line| line.ends_with("-->")) {
                expression.push(lines.next().ok_or("a mark for the notebook has no end")?);
            }
            let expression = expression.join("\n");
            let expression = expression.trim_end_matches("-->").trim();
            if std::mem::take(&mut is_drawn) {
                cells.end_code();
                cells.end_text();
                cells.code.push(Code::of(expression));
                cells.end_code();
            } else {
                cells.show(expression)?;
            }
        } else if definition(line).is_none() && !line.starts_with("<!--") && line != "---" {
            cells.line(line);
        }
    }
    cells.end_code();
    cells.end_text();
    let first = cells.cells.iter().position(|cell| cell.is_code).unwrap_or(0).min(1);
    cells.cells.insert(first, Cell { lines: dependencies(file, text), is_code: true, is_exercise: false });
    let cells: Result<Vec<Value>> = cells
        .cells
        .iter()
        .enumerate()
        .map(|(index, cell)| {
            cell.json(index, &|label| links.get(label).map(|target| address(label, target, items)))
        })
        .collect();
    Ok(json!({
        "cells": cells?,
        "metadata": {
            "kernelspec": { "display_name": "Rust", "language": "rust", "name": "rust" },
            "language_info": { "file_extension": ".rs", "mimetype": "text/rust", "name": "rust" },
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }))
}

/// What the first cell of code has: the packages, and the names that every cell uses.
fn dependencies(file: &str, text: &str) -> Vec<String> {
    let features = if WITH_FILES.contains(&file) { r#", features = ["csv", "files", "onnx"]"# } else { "" };
    let mut lines = vec![
        "// The first time this builds the library: about a minute on two cores of an AMD EPYC (Zen 4)."
            .to_owned(),
        "// Later cells answer within seconds.".to_owned(),
        format!(r#":dep chainrule = {{ path = ".."{features} }}"#),
        r#":dep chainrule-draw = { path = "../draw" }"#.to_owned(),
    ];
    if text.lines().any(|line| line.contains("chainrule_mnist::") && !line.starts_with("//")) {
        lines.push(r#":dep chainrule-mnist = { path = "../mnist" }"#.to_owned());
    }
    // at its first `?` the kernel compiles a cell twice, and shows the `Debug` of what stands in the same line
    let question_mark = "std::env::current_dir()?; // so that the kernel has seen a question mark";
    lines.extend([PRELUDE, "use chainrule_draw::*;", question_mark].map(str::to_owned));
    lines
}

/// Where a link of the guide leads in a notebook: to another one, to a page of the guide, or to docs.rs.
fn address(label: &str, target: &str, items: &Items) -> Result<String> {
    if target.starts_with("../src/") {
        return Ok(items.address(label)?.replacen("api/", DOCS, 1));
    }
    let (file, anchor) =
        target.split_once('#').map_or((target, ""), |(file, _)| (file, &target[file.len()..]));
    Ok(match file {
        "README.md" => format!("README.md{anchor}"),
        _ => name(file).unwrap_or_else(|| format!("../guide/{file}")) + anchor,
    })
}

fn image(picture: &str, captions: &Captions) -> Result<String> {
    let (alt, caption) =
        captions.get(picture).ok_or_else(|| format!("the gallery has no picture {picture}"))?;
    Ok(format!("![{alt}](../guide/pictures/{picture}.svg)\n\n*{caption}*"))
}

/// A cell of the notebook.
struct Cell {
    lines: Vec<String>,
    is_code: bool,
    is_exercise: bool,
}

impl Cell {
    /// The form of nbformat 4.5, with the definitions of all links in the cell, because each cell is rendered by itself.
    fn json(&self, index: usize, link: &dyn Fn(&str) -> Option<Result<String>>) -> Result<Value> {
        let mut lines = self.lines.clone();
        if !self.is_code {
            let text = lines.join("\n");
            let labels: Vec<&str> =
                text.split("][").skip(1).filter_map(|rest| Some(rest.split_once(']')?.0)).collect();
            let mut definitions: Vec<String> = Vec::new();
            for label in labels {
                let definition = link(label).transpose()?.map(|target| format!("[{label}]: {target}"));
                definitions.extend(definition.filter(|definition| !definitions.contains(definition)));
            }
            if !definitions.is_empty() {
                lines.push(String::new());
                lines.extend(definitions);
            }
        }
        let count = lines.len();
        let source: Vec<String> = lines
            .into_iter()
            .enumerate()
            .map(|(index, line)| if index + 1 == count { line } else { line + "\n" })
            .collect();
        let id = format!("cell-{index:02}");
        Ok(match self.is_code {
            false => json!({ "cell_type": "markdown", "id": id, "metadata": {}, "source": source }),
            true => {
                // nbclient leaves cells of this tag out
                let metadata =
                    if self.is_exercise { json!({ "tags": ["skip-execution"] }) } else { json!({}) };
                json!({
                    "cell_type": "code", "execution_count": null, "id": id, "metadata": metadata, "outputs": [],
                    "source": source,
                })
            }
        })
    }
}

#[derive(Default)]
struct Cells {
    cells: Vec<Cell>,
    text: Vec<String>,
    code: Vec<Code>,
    title: bool,
}

impl Cells {
    fn block(&mut self, block: &[&str], is_exercise: bool) {
        self.end_code();
        self.end_text();
        self.code.push(Code { lines: code::visible(block), shown: None, is_exercise });
    }

    /// What the last cell of code shows, or a cell more.
    fn show(&mut self, expression: &str) -> Result<()> {
        match self.code.last_mut() {
            Some(code) if code.shown.is_none() => code.shown = Some(expression.to_owned()),
            Some(_) => self.code.push(Code::of(expression)),
            None => {
                return Err(format!("no block stands before the mark for the notebook: {expression}").into());
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &str) {
        if !line.is_empty() {
            self.end_code();
        }
        if line.starts_with("## ") {
            self.end_text();
        }
        self.text.push(line.to_owned());
        if self.title && line.starts_with("# ") {
            self.title = false;
            self.end_text();
        }
    }

    fn end_code(&mut self) {
        for code in std::mem::take(&mut self.code) {
            let is_exercise = code.is_exercise;
            self.cells.push(Cell { lines: code.into_lines(), is_code: true, is_exercise });
        }
    }

    fn end_text(&mut self) {
        let text = std::mem::take(&mut self.text).join("\n");
        let text = text.trim();
        if !text.is_empty() {
            let lines = text.lines().map(str::to_owned).collect();
            self.cells.push(Cell { lines, is_code: false, is_exercise: false });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Result<Vec<Value>> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("struct.Dense.html"), "")?;
        let items = Items::of(folder.path())?;
        let captions = pictures::captions("![Alt](pictures/one.svg)\n*Caption.*\n");
        let notebook = notebook("01_one.md", text, &items, &captions)?;
        Ok(notebook["cells"].as_array().cloned().unwrap_or_default())
    }

    fn source(cell: &Value) -> String {
        cell["source"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The sources of all cells behind the title and the packages.
    fn sources(text: &str) -> Vec<String> {
        cells(&format!("# 1. One\n\n{text}")).unwrap().iter().skip(2).map(source).collect()
    }

    #[test]
    fn title_packages_text_and_code_are_cells() {
        let text = "# 1. One\n\nText.\n\n```rust\nuse chainrule::prelude::*;\n\nlet x = f()?;\n# Ok::<(), E>(())\n```\n\nMore.\n";
        let cells = cells(text).unwrap();
        let kinds: Vec<&str> = cells.iter().filter_map(|cell| cell["cell_type"].as_str()).collect();
        assert_eq!(kinds, ["markdown", "code", "markdown", "code", "markdown"]);
        assert_eq!(source(&cells[0]), "# 1. One");
        assert!(source(&cells[1]).contains("\n:dep chainrule = { path = \"..\" }\n"));
        assert_eq!(source(&cells[3]), "let x = f()?;");
        let ids: Vec<&str> = cells.iter().filter_map(|cell| cell["id"].as_str()).collect();
        assert_eq!(ids, ["cell-00", "cell-01", "cell-02", "cell-03", "cell-04"]);
    }

    #[test]
    fn marks_say_what_cells_show() {
        let block = "```rust\nlet x = 1;\n```\n\n<!-- notebook: x -->\n\n<!-- notebook:\nf(x);\nx + 1\n-->\n";
        assert_eq!(sources(block), ["let x = 1;\nx", "f(x);\nx + 1"]);
        assert_eq!(sources("<!-- picture: one -->\n\n<!-- notebook: draw() -->\n"), ["draw()"]);
        assert_eq!(
            sources("<!-- picture: one -->\n\nText.\n"),
            ["![Alt](../guide/pictures/one.svg)\n\n*Caption.*\n\nText."]
        );
        assert!(cells("# 1. One\n\n<!-- notebook: x -->\n").is_err());
        assert!(cells("# 1. One\n\n```rust\nf();\n```\n\n<!-- notebook: x\n").is_err());
        assert!(cells("<!-- picture: two -->\n").is_err());
    }

    #[test]
    fn braces_go_around_statements_and_leave_strings_alone() {
        let block = "```rust\nuse a::b;\n\nfn f() {}\n\n// why\nlet x = \"a\n b \\\" \"; // it's \"\nlet y = |z| z;\n```\n\n";
        assert_eq!(
            sources(&format!("{block}<!-- notebook: {{ y(x) }} -->\n")),
            [
                "use a::b;\n\nfn f() {}\n\n{\n    // why\n    let x = \"a\n b \\\" \"; // it's \"\n    let y = |z| z;\n    y(x)\n}"
            ]
        );
        assert!(sources(&format!("{block}<!-- notebook: {{ g(x); }} -->\n"))[0].ends_with("\n    g(x);\n};"));
    }

    #[test]
    fn a_loop_at_the_end_shows_nothing() {
        assert_eq!(
            sources("```rust\nfor i in 0..2 {\n    f(i);\n\n    g();\n}\n```\n"),
            ["for i in 0..2 {\n    f(i);\n\n    g();\n};"]
        );
        assert_eq!(
            sources("```rust\nfor i in [\n    1,\n] {\n    f(i);\n}\n```\n"),
            ["for i in [\n    1,\n] {\n    f(i);\n};"]
        );
        assert_eq!(sources("```rust\nfn f() {\n}\n```\n"), ["fn f() {\n}"]);
    }

    #[test]
    fn lines_for_the_test_alone_are_left_out() {
        let block = "```rust\n# #[cfg(feature = \"files\")] {\n# let path = p();\nsave(&path)?;\nassert_eq!(s, \"\n  ##  a\");\n\
                     # assert!(true);\n# remove(path);\n# }\n# Ok::<(), E>(())\n```\n";
        assert_eq!(
            sources(block),
            ["let path = p();\nsave(&path)?;\nassert_eq!(s, \"\n  #  a\");\nremove(path);"]
        );
        assert_eq!(
            sources("```rust\nopen(\"data/iris.csv\");\n```\n"),
            ["open(\"../lectures/data/iris.csv\");"]
        );
    }

    #[test]
    fn an_exercise_is_not_executed() {
        let cells =
            cells("# 1. One\n\n```rust,compile_fail\nfn f() -> u8 {\n    // your lines\n}\n```\n").unwrap();
        assert_eq!(cells[2]["metadata"], json!({ "tags": ["skip-execution"] }));
        assert_eq!(cells[1]["metadata"], json!({}));
    }

    #[test]
    fn each_cell_has_the_links_that_it_uses() {
        let text = "[D][crate::Dense] and `[a][b]`, [next][n], [s][s], [c][c], [o][o]\n\n```text\n[x]\n```\n\n---\n\n\
                    [crate::Dense]: ../src/dense.rs\n[n]: 02_two.md#why\n[s]: solutions.md\n[c]: README.md\n[o]: doctor.md\n";
        let cells = sources(text);
        let expected = "\n\n[crate::Dense]: https://docs.rs/chainrule/latest/chainrule/struct.Dense.html\n\
                        [n]: 02_two.ipynb#why\n[s]: ../guide/solutions.md\n[c]: README.md\n[o]: doctor.ipynb";
        assert!(cells[0].ends_with(expected), "{}", cells[0]);
    }
}
