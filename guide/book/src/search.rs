//! The search index of the book, without what would spoil an exercise.
//!
//! mdBook indexes all that a page has, and shows lines of what it finds: solutions, hidden lines, and the signs of an
//! equation one below the other. So the index is that of the same pages without them, made by mdBook too.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;

/// The index of the book in `folder`, whose name has a hash of its text.
fn index(folder: &Path) -> Result<PathBuf> {
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("searchindex") && name.ends_with(".js") {
            return Ok(path);
        }
    }
    Err(format!("{} has no searchindex.js", folder.display()).into())
}

/// Puts the index of `found` in the place of that of `book`, whose pages are the same. An error names a line of it that the
/// search must not show.
pub(crate) fn take(guide: &Path, found: &Path, book: &Path) -> Result<()> {
    let text = crate::read(&index(found)?)?;
    let solutions = crate::read(&guide.join("solutions.md"))?;
    let mut elsewhere = String::new();
    for entry in fs::read_dir(guide)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") && !path.ends_with("solutions.md") {
            elsewhere += &crate::read(&path)?;
        }
    }
    let is_spoiler =
        |line: &&str| line.len() > 20 && !line.contains(['"', '\\']) && !elsewhere.contains(line);
    let spoilers = solutions.lines().map(str::trim).filter(is_spoiler);
    for line in spoilers.chain(["fn main() -> std::result::Result", "<math", "<mi>"]) {
        if text.contains(line) {
            return Err(
                format!("the search would show a solution, a hidden line or a formula: {line}").into()
            );
        }
    }
    fs::write(index(book)?, text)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_that_of_the_pages_without_solutions() {
        let [guide, found, book] = [(); 3].map(|()| tempfile::tempdir().unwrap());
        let taken = || take(guide.path(), found.path(), book.path()).map_err(|error| error.to_string());
        fs::write(guide.path().join("1.md"), "let result = given(1, 2, 3);\n").unwrap();
        let solution = "let result = given(1, 2, 3);\nlet answer = result.map(|x| x + 1);\n";
        fs::write(guide.path().join("solutions.md"), solution).unwrap();
        assert!(taken().unwrap_err().ends_with("has no searchindex.js"));
        fs::write(found.path().join("searchindex-12.js"), "let result = given(1, 2, 3);").unwrap();
        fs::write(book.path().join("searchindex-34.js"), solution).unwrap();
        taken().unwrap();
        let text = fs::read_to_string(book.path().join("searchindex-34.js")).unwrap();
        assert_eq!(text, "let result = given(1, 2, 3);");
        for spoiled in [solution, "fn main() -> std::result::Result<(), chainrule::Error> {", "<mi>x</mi>"] {
            fs::write(found.path().join("searchindex-12.js"), spoiled).unwrap();
            assert!(taken().unwrap_err().starts_with("the search would show"), "{spoiled}");
        }
    }
}
