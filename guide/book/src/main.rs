//! The guide as a book: `sources` makes of `guide/*.md` what mdBook reads, `check` looks at every link of what it writes.
//!
//! Chapters are written once, as files that read well by themselves and whose blocks are the tests of `chainrule::guide`.
//! What a book has more than they is made here: the order of pages, links to the documentation of an item, pictures where
//! `<!-- picture: name -->` stands, solutions that open on a click, and blocks that are whole programs once their hidden
//! lines are shown.

mod chapter;
mod check;
mod code;
mod items;
mod pictures;

use std::path::Path;
use std::process::ExitCode;
use std::{env, error, fs};

/// What went wrong, in words.
type Result<T> = std::result::Result<T, Box<dyn error::Error>>;

const USAGE: &str = "usage: chainrule-book sources GUIDE DOCS FOLDER | check BOOK";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sources", guide, docs, folder] => sources(Path::new(guide), Path::new(docs), Path::new(folder)),
        ["check", book] => check::book(Path::new(book)),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Everything that mdBook reads, in `folder`: afresh, so that nothing stays of a chapter that is gone.
fn sources(guide: &Path, docs: &Path, folder: &Path) -> Result<()> {
    let src = folder.join("src");
    if src.exists() {
        fs::remove_dir_all(&src)?;
    }
    fs::create_dir_all(src.join("pictures"))?;
    for file in ["book.toml", "book.css"] {
        copy(&guide.join("book").join(file), &folder.join(file))?;
    }
    for entry in fs::read_dir(guide.join("pictures"))? {
        let entry = entry?;
        copy(&entry.path(), &src.join("pictures").join(entry.file_name()))?;
    }

    let contents = read(&guide.join("README.md"))?;
    let pages = chapter::pages(&contents)?;
    fs::write(src.join("SUMMARY.md"), chapter::summary(&pages))?;

    let captions = pictures::captions(&read(&guide.join("gallery.md"))?);
    let solutions = chapter::solutions(&read(&guide.join("solutions.md"))?);
    let items = items::Items::of(&docs.join("chainrule"))?;
    for file in ["README.md"].into_iter().chain(pages.iter().map(|page| page.file.as_str())) {
        let text = read(&guide.join(file))?;
        let page = chapter::page(file, &text, &items, &captions, &solutions)
            .map_err(|error| format!("guide/{file}: {error}"))?;
        fs::write(src.join(chapter::in_book(file)), page)?;
    }
    println!("{} pages in {}", pages.len() + 1, src.display());
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map_err(|error| format!("{}: {error}", from.display()))?;
    Ok(())
}
