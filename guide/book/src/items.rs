//! Where the documentation of an item is: the page and the place on it that rustdoc has made.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Result, check};

const KINDS: [&str; 9] = ["struct", "enum", "trait", "fn", "type", "constant", "macro", "derive", "attr"];
const MEMBERS: [&str; 5] = ["method", "tymethod", "variant", "structfield", "associatedconstant"];

/// All pages that rustdoc has written of the library.
pub(crate) struct Items {
    folder: PathBuf,
    pages: Vec<PathBuf>,
}

impl Items {
    /// The pages in `folder`, which is rustdoc's of the crate.
    pub(crate) fn of(folder: &Path) -> Result<Self> {
        let mut pages = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            let entries = fs::read_dir(&next)
                .map_err(|error| format!("{}: {error}; cargo doc makes it", next.display()))?;
            for entry in entries {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "html") {
                    pages.push(path.strip_prefix(folder)?.to_owned());
                }
            }
        }
        // of two pages with one name the item's is the one nearer to the root of the crate
        pages.sort_by_key(|page| (page.components().count(), page.clone()));
        Ok(Self { folder: folder.to_owned(), pages })
    }

    /// The address of `crate::Dense`, `crate::Loss::value` or `crate::explain#notation`, from a page of the book.
    pub(crate) fn address(&self, label: &str) -> Result<String> {
        let (path, anchor) =
            label.split_once('#').map_or((label, None), |(path, anchor)| (path, Some(anchor)));
        let names: Vec<&str> = path.split("::").skip(1).collect();
        if let Some(page) = self.page(&names) {
            let anchor = anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
            return Ok(address(page, &anchor));
        }
        let found = names.split_last().and_then(|(member, parent)| Some((member, self.page(parent)?)));
        if let (Some((member, page)), None) = (found, anchor) {
            let ids = check::Page::read(&self.folder.join(page))?.ids;
            let id = MEMBERS.iter().map(|kind| format!("{kind}.{member}")).find(|id| ids.contains(id));
            if let Some(id) = id {
                return Ok(address(page, &format!("#{id}")));
            }
        }
        Err(format!("the documentation has no page of {label}").into())
    }

    /// The page of an item or module; an item at the root may be the re-export of one further in.
    fn page(&self, names: &[&str]) -> Option<&Path> {
        let module = names.iter().collect::<PathBuf>().join("index.html");
        if let Some(page) = self.pages.iter().find(|page| **page == module) {
            return Some(page);
        }
        let (name, modules) = names.split_last()?;
        let file = |page: &Path| -> bool {
            KINDS
                .iter()
                .any(|kind| page.file_name().is_some_and(|file| *file == *format!("{kind}.{name}.html")))
        };
        let folder: PathBuf = modules.iter().collect();
        self.pages.iter().find(|page| page.starts_with(&folder) && file(page)).map(PathBuf::as_path)
    }
}

fn address(page: &Path, anchor: &str) -> String {
    let parts: Vec<_> = page.iter().map(|part| part.to_string_lossy()).collect();
    format!("api/chainrule/{}{anchor}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_modules_and_members_have_their_pages() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("layer")).unwrap();
        for (page, text) in [
            ("index.html", ""),
            ("layer/index.html", ""),
            ("layer/struct.Dense.html", "<section id=\"method.new\">"),
        ] {
            fs::write(folder.path().join(page), text).unwrap();
        }
        let items = Items::of(folder.path()).unwrap();
        let address = |label| items.address(label).map_err(|error| error.to_string());
        assert_eq!(address("crate#the-tour").unwrap(), "api/chainrule/index.html#the-tour");
        assert_eq!(address("crate::layer").unwrap(), "api/chainrule/layer/index.html");
        assert_eq!(address("crate::Dense").unwrap(), "api/chainrule/layer/struct.Dense.html");
        assert_eq!(address("crate::Dense::new").unwrap(), "api/chainrule/layer/struct.Dense.html#method.new");
        assert_eq!(
            address("crate::Dense::old").unwrap_err(),
            "the documentation has no page of crate::Dense::old"
        );
        assert!(address("crate::Sparse").is_err());
    }
}
