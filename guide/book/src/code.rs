//! Blocks of Rust: what a test hides is hidden in the book too, and shown it is a whole program.

/// The lines of a block, with a `main` around them that returns what the block's last line says.
///
/// mdBook puts `fn main() { … }` around a block that has none, which does not compile around a `?`. The `main` here has a
/// type, and its lines are hidden until a reader asks for them.
pub(crate) fn with_main(lines: &[&str]) -> Vec<String> {
    let owned = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect();
    let is_end = |line: &str| line.starts_with("# Ok::<(), ") && line.ends_with(">(())");
    let Some((last, body)) = lines.split_last().filter(|(last, _)| is_end(last)) else { return owned(lines) };
    let error = last.trim_start_matches("# Ok::<(), ").trim_end_matches(">(())");
    let mut block = vec![format!("# fn main() -> std::result::Result<(), {error}> {{")];
    block.extend(body.iter().map(|&line| line.to_owned()));
    block.extend(["# Ok(())".to_owned(), "# }".to_owned()]);
    block
}

/// Whether a line is hidden until a reader asks for it; `##` begins a line that is not.
pub(crate) fn is_hidden(line: &str) -> bool {
    let line = line.trim_start();
    line == "#" || line.starts_with("# ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_may_fail_gets_a_main_with_its_error() {
        let block = with_main(&["let x = f()?;", "# Ok::<(), chainrule::Error>(())"]);
        let main = "# fn main() -> std::result::Result<(), chainrule::Error> {";
        assert_eq!(block, [main, "let x = f()?;", "# Ok(())", "# }"]);
        assert_eq!(with_main(&["let x = 1;", "# f(x);"]), ["let x = 1;", "# f(x);"]);
    }
}
