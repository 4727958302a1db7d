//! Blocks of Rust as cells of a notebook.

/// What every block of the guide begins with, and the first cell of a notebook has.
pub(super) const PRELUDE: &str = "use chainrule::prelude::*;";

/// A block of Rust on its way into a cell.
#[derive(Default)]
pub(super) struct Code {
    pub(super) lines: Vec<String>,
    pub(super) shown: Option<String>,
    pub(super) is_exercise: bool,
}

impl Code {
    pub(super) fn of(expression: &str) -> Self {
        Code { shown: Some(expression.to_owned()), ..Code::default() }
    }

    /// The lines of the cell.
    pub(super) fn into_lines(self) -> Vec<String> {
        let mut lines = self.lines;
        let shown = self.shown.unwrap_or_default();
        let Some(in_braces) = shown.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            lines.extend(shown.lines().map(str::to_owned));
            let opening =
                lines.iter().rfind(|line| !line.is_empty() && !line.starts_with([' ', '}', ']', ')']));
            let is_loop = opening.is_some_and(|line| is_statement(line));
            if let Some(last) = lines.last_mut().filter(|last| is_loop && *last == "}") {
                last.push(';'); // else the kernel would show its ()
            }
            return lines;
        };
        // `use`, functions and types stay outside of the braces
        let mut start = lines.iter().position(|line| is_statement(line)).unwrap_or(0);
        while let Some(before) = start.checked_sub(1)
            && lines.get(before).is_some_and(|line| line.starts_with("//"))
        {
            start = before;
        }
        let inside = lines.split_off(start);
        let inside = inside.into_iter().chain(in_braces.trim().lines().map(str::to_owned));
        lines.push("{".to_owned());
        lines.extend(indented(inside));
        lines.push(if in_braces.trim_end().ends_with(';') { "};" } else { "}" }.to_owned());
        lines
    }
}

fn is_statement(line: &str) -> bool {
    ["let ", "for ", "assert", "println!", "while ", "if "].iter().any(|start| line.starts_with(start))
}

/// Lines further to the right, but for those that begin inside of a string.
fn indented(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut in_string = false;
    let indent = |line: String| {
        let begins_inside = in_string;
        let mut letters = line.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' if in_string => drop(letters.next()),
                '"' => in_string = !in_string,
                '/' if !in_string && letters.peek() == Some(&'/') => break,
                _ => {}
            }
        }
        if begins_inside || line.is_empty() { line } else { format!("    {line}") }
    };
    lines.map(indent).collect()
}

/// The lines of a block without what only a test needs: lines that are hidden behind the last that is shown and check
/// something, the type of `?`, and features.
pub(super) fn visible(block: &[&str]) -> Vec<String> {
    let is_hidden = |line: &str| line == "#" || line.starts_with("# ");
    let last = block.iter().rposition(|line| !is_hidden(line)).unwrap_or(0);
    let feature = block.iter().any(|line| line.starts_with("# #[cfg(") && line.ends_with('{'));
    let feature_end = block.iter().rposition(|&line| line == "# }").filter(|_| feature);
    let for_the_test = |index: usize, line: &str| {
        let only_checks = index > last && (line.starts_with("# assert") || line.starts_with("# let "));
        let is_feature = line.starts_with("# #[cfg(") || Some(index) == feature_end;
        only_checks || is_feature || line.starts_with("# Ok::<")
    };
    let mut lines: Vec<String> = Vec::new();
    for (index, line) in block.iter().enumerate() {
        let line = line.trim_end();
        if for_the_test(index, line) || line == PRELUDE {
            continue;
        }
        let line = if is_hidden(line) { line.get(2..).unwrap_or_default() } else { line };
        let line = line.replacen("##", "#", usize::from(line.trim_start().starts_with("##"))); // rustdoc's #
        if line.is_empty() && lines.last().is_none_or(String::is_empty) {
            continue;
        }
        lines.push(line.replace("\"data/", "\"../lectures/data/"));
    }
    lines
}
