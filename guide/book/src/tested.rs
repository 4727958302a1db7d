//! Whether every block of Rust in the guide was run as a test: what rustdoc's tests say, beside what the files have.

use std::collections::{BTreeMap, BTreeSet};

use crate::Result;

/// A block of Rust in a file of the guide.
#[derive(Debug, PartialEq)]
struct Block {
    /// Where its fence is, counted from 1.
    line: usize,
    /// `rust,should_panic`
    fence: String,
    /// The heading of level 2 above it.
    section: String,
    /// Whether `<!-- not run: why -->` stands above it.
    has_reason: bool,
}

/// The blocks of a file. One that names no language is Rust to rustdoc.
fn blocks(text: &str) -> Vec<Block> {
    let (mut blocks, mut section, mut before) = (Vec::new(), String::new(), "");
    let mut lines = (1..).zip(text.lines());
    while let Some((line, content)) = lines.next() {
        if let Some(heading) = content.strip_prefix("## ") {
            section = heading.to_owned();
        } else if let Some(fence) = content.trim_start().strip_prefix("```") {
            if fence.is_empty() || fence.split(',').any(|word| word == "rust") {
                let has_reason =
                    before.strip_prefix("<!-- not run: ").is_some_and(|reason| reason.len() > " -->".len());
                blocks.push(Block { line, fence: fence.to_owned(), section: section.clone(), has_reason });
            }
            lines.by_ref().find(|(_, content)| content.trim_start() == "```");
        }
        before = content;
    }
    blocks
}

/// What a test of rustdoc has said: `test …/guide/FILE.md - … (line 3) - compile fail ... ok`.
fn results(output: &str) -> BTreeMap<(&str, usize), (&str, &str)> {
    let result = |line| -> Option<_> {
        let (name, status) = str::strip_prefix(line, "test ")?.rsplit_once(" ... ")?;
        let (file, rest) = name.split_once("guide/")?.1.split_once(" - ")?;
        let (line, mode) = rest.split_once("(line ")?.1.split_once(')')?;
        Some(((file, line.parse().ok()?), (mode.trim_start_matches(" - "), status)))
    };
    output.lines().filter_map(result).collect()
}

/// The blocks that ran and passed.
pub(crate) struct Tested {
    programs: BTreeMap<String, usize>,
    solutions: BTreeSet<usize>,
}

impl Tested {
    /// What the tests say of the files, by name and text. An error names each block that was not run, and has no reason.
    pub(crate) fn of(files: &[(&str, &str)], output: &str) -> Result<Self> {
        let results = results(output);
        let (mut programs, mut solutions, mut not_run) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
        for (file, text) in files {
            for block in blocks(text) {
                let place = format!("guide/{file}:{}", block.line);
                let is_exercise = block.section == "Exercise";
                match results.get(&(file, block.line)) {
                    Some(("", "ok")) => {
                        *programs.entry((*file).to_owned()).or_default() += 1;
                        let number = block
                            .section
                            .split_once(". ")
                            .and_then(|(number, _)| number.parse::<usize>().ok());
                        solutions.extend(number.filter(|_| *file == "solutions.md"));
                    }
                    Some(("compile fail" | "should panic", "ok")) if is_exercise => {}
                    _ if block.has_reason => {}
                    Some((mode, "ok")) => not_run.push(format!("{place}: only tested with \"{mode}\"")),
                    Some((_, status)) => not_run.push(format!("{place}: {status}")),
                    None => not_run.push(format!("{place}: no test has run this block ({})", block.fence)),
                }
            }
        }
        if !not_run.is_empty() {
            let help = "a line <!-- not run: why --> above a block says why it can't be run";
            return Err(format!("{}\n  = help: {help}", not_run.join("\n")).into());
        }
        Ok(Self { programs, solutions })
    }

    /// The number of programs on a page that ran and passed.
    pub(crate) fn programs(&self, file: &str) -> usize {
        self.programs.get(file).copied().unwrap_or_default()
    }

    pub(crate) fn solution_passed(&self, chapter: usize) -> bool {
        self.solutions.contains(&chapter)
    }

    /// All of them, in words.
    pub(crate) fn summary(&self) -> String {
        let (programs, solutions) = (self.programs.values().sum::<usize>(), self.solutions.len());
        format!("{programs} blocks of Rust ran and passed, {solutions} of them solutions")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAPTER: &str =
        "# 1. One\n\n```rust\nf();\n```\n\n```text\n```\n\n## Exercise\n\n```rust,compile_fail\n```\n";
    const OUTPUT: &str = "running 3 tests\n\
        test src/../guide/1.md - guide::one (line 3) ... ok\n\
        test src/../guide/1.md - guide::one (line 12) - compile fail ... ok\n\
        test lectures/src/../../guide/solutions.md - solutions (line 3) ... ok\n";

    fn said(files: &[(&str, &str)], output: &str) -> String {
        Tested::of(files, output).map_or_else(|error| error.to_string(), |tested| tested.summary())
    }

    #[test]
    fn a_block_that_ran_is_counted_and_an_exercise_is_not() {
        let files = [("1.md", CHAPTER), ("solutions.md", "## 1. One\n\n```rust\nf();\n```\n")];
        assert_eq!(said(&files, OUTPUT), "2 blocks of Rust ran and passed, 1 of them solutions");
        let tested = Tested::of(&files, OUTPUT).unwrap();
        assert!(tested.programs("1.md") == 1 && tested.solution_passed(1) && !tested.solution_passed(2));
    }

    #[test]
    fn a_block_that_did_not_run_is_named() {
        for (fence, output, expected) in [
            ("rust", "", "guide/1.md:3: no test has run this block (rust)\n"),
            ("", "", "guide/1.md:3: no test has run this block ()\n"),
            ("rust,ignore", "test guide/1.md - one (line 3) ... ignored\n", "guide/1.md:3: ignored\n"),
            ("rust", "test guide/1.md - one (line 3) ... FAILED\n", "guide/1.md:3: FAILED\n"),
            (
                "rust,no_run",
                "test guide/1.md - one (line 3) - compile ... ok\n",
                "guide/1.md:3: only tested with \"compile\"\n",
            ),
            (
                "rust,compile_fail",
                "test guide/1.md - one (line 3) - compile fail ... ok\n",
                "guide/1.md:3: only tested with \"compile fail\"\n",
            ),
        ] {
            let text = format!("# One\n\n```{fence}\nf();\n```\n");
            let error = said(&[("1.md", &text)], output);
            assert!(
                error.starts_with(expected) && error.contains("= help: a line <!-- not run: why -->"),
                "{error}"
            );
            let with_reason = format!("# One\n<!-- not run: it takes a day -->\n```{fence}\nf();\n```\n");
            assert_eq!(
                said(&[("1.md", &with_reason)], output),
                "0 blocks of Rust ran and passed, 0 of them solutions"
            );
        }
        assert!(said(&[("1.md", "<!-- not run: -->\n```rust\n```\n")], "").starts_with("guide/1.md:2"));
    }
}
