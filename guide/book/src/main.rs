//! The guide as a book: `sources` makes of `guide/*.md` what mdBook reads, `check` looks at every link of what it writes.
//!
//! Chapters are written once, as files that read well by themselves and whose blocks are the tests of `chainrule::guide`.
//! What a book has more than they is made here: the order of pages, links to the documentation of an item, pictures where
//! `<!-- picture: name -->` stands, typeset equations, the playground, solutions that open on a click and say that they have
//! passed, and blocks that are whole programs once their hidden lines are shown.

#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing)]

mod chapter;
mod check;
mod code;
mod equation;
mod items;
mod notebook;
mod pictures;
mod playground;
mod search;
mod tested;

use std::path::Path;
use std::process::ExitCode;
use std::{env, error, fs};

use chapter::{Book, For};
use tested::Tested;

/// What went wrong, in words.
type Result<T> = std::result::Result<T, Box<dyn error::Error>>;

const USAGE: &str = "usage: chainrule-book sources GUIDE DOCS FOLDER [--tests OUTPUT] [--playground FILE] \
    | search GUIDE FOUND BOOK | check BOOK | notebooks GUIDE DOCS FOLDER";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sources", guide, docs, folder, ref options @ ..] => {
            sources(Path::new(guide), Path::new(docs), Path::new(folder), options)
        }
        ["search", guide, found, book] => search::take(Path::new(guide), Path::new(found), Path::new(book)),
        ["notebooks", guide, docs, folder] => notebooks(Path::new(guide), Path::new(docs), Path::new(folder)),
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

/// Everything that mdBook reads, in `folder`: afresh, so that nothing stays of a chapter that is gone. Below `shown` is what
/// readers see, below `searched` what the search index is made of.
fn sources(guide: &Path, docs: &Path, folder: &Path, options: &[&str]) -> Result<()> {
    let (mut tests, mut playground) = (None, None);
    for option in options.chunks(2) {
        match option {
            ["--tests", output] => tests = Some(read(Path::new(output))?),
            ["--playground", file] => playground = Some(Path::new(file)),
            _ => return Err(USAGE.into()),
        }
    }
    let contents = read(&guide.join("README.md"))?;
    let pages = chapter::pages(&contents)?;
    let files = ["README.md"].into_iter().chain(pages.iter().map(|page| page.file.as_str()));
    let texts = files.map(|file| Ok((file, read(&guide.join(file))?))).collect::<Result<Vec<_>>>()?;
    let of_guide: Vec<(&str, &str)> = texts.iter().map(|(file, text)| (*file, text.as_str())).collect();
    let tested = tests.map(|output| Tested::of(&of_guide, &output)).transpose()?;
    let book = Book {
        items: &items::Items::of(&docs.join("chainrule"))?,
        captions: &pictures::captions(&read(&guide.join("gallery.md"))?),
        solutions: &chapter::solutions(&read(&guide.join("solutions.md"))?),
        tested: tested.as_ref(),
        has_playground: playground.is_some(),
    };

    for (name, made_for) in [("shown", For::Readers), ("searched", For::Search)] {
        let src = folder.join(name).join("src");
        if src.exists() {
            fs::remove_dir_all(&src)?;
        }
        fs::create_dir_all(src.join("pictures"))?;
        for file in ["book.toml", "book.css"] {
            copy(&guide.join("book").join(file), &folder.join(name).join(file))?;
        }
        fs::write(src.join("SUMMARY.md"), chapter::summary(&pages))?;
        for (file, text) in &of_guide {
            let page = chapter::page(file, text, &book, made_for)
                .map_err(|error| format!("guide/{file}: {error}"))?;
            fs::write(src.join(chapter::in_book(file)), page)?;
        }
    }
    let src = folder.join("shown/src");
    for entry in fs::read_dir(guide.join("pictures"))? {
        let entry = entry?;
        copy(&entry.path(), &src.join("pictures").join(entry.file_name()))?;
    }
    if let Some(file) = playground {
        copy(file, &src.join(playground::FILE))?;
    }
    println!("{} pages in {}", of_guide.len(), src.display());
    println!(
        "{}",
        tested
            .map_or("no test was run: the book says of no block that it passed".to_owned(), |t| t.summary())
    );
    Ok(())
}

/// The notebooks of all chapters, without outputs, in `folder`: afresh.
fn notebooks(guide: &Path, docs: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let captions = pictures::captions(&read(&guide.join("gallery.md"))?);
    let items = items::Items::of(&docs.join("chainrule"))?;
    for page in chapter::pages(&read(&guide.join("README.md"))?)? {
        let Some(name) = notebook::name(&page.file) else { continue };
        let text = read(&guide.join(&page.file))?;
        let notebook = notebook::notebook(&page.file, &text, &items, &captions)
            .map_err(|error| format!("guide/{}: {error}", page.file))?;
        fs::write(folder.join(name), format!("{notebook:#}\n"))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map_err(|error| format!("{}: {error}", from.display()))?;
    Ok(())
}
