//! Every link and picture of a book that is written: is there what it leads to?

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use html5gum::{DefaultEmitter, Token, Tokenizer};

use crate::{Result, playground};

/// What a page links to, and where on it a link may lead.
#[derive(Clone, Default)]
pub(crate) struct Page {
    links: Vec<String>,
    loads: Vec<String>,
    pub(crate) ids: BTreeSet<String>,
}

impl Page {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        Ok(Self::of(&crate::read(path)?))
    }

    fn of(html: &str) -> Self {
        let mut page = Self::default();
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true); // what stands in a script is no tag
        for token in Tokenizer::new_with_emitter(html, emitter) {
            let Ok(Token::StartTag(tag)) = token else { continue };
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            for (name, value) in &tag.attributes {
                let value = text(value);
                match (&name[..], &tag.name[..]) {
                    (b"id", _) => drop(page.ids.insert(value)),
                    (b"href", b"link") | (b"src", _) => page.loads.push(value),
                    (b"href", _) => page.links.push(value),
                    _ => {}
                }
            }
        }
        page
    }
}

/// An error that names each link of the book's own pages that leads nowhere, and each file that a page loads from the
/// network. The documentation in `api` is rustdoc's, which checks its links itself.
pub(crate) fn book(folder: &Path) -> Result<()> {
    let mut own = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        own.push(entry?.path());
    }
    own.retain(|path| path.extension().is_some_and(|extension| extension == "html"));
    own.retain(|path| !path.ends_with(playground::FILE)); // a program, with tests of its own
    own.sort();
    let mut read = Pages::default();
    let (mut broken, mut count, mut outside) = (Vec::new(), 0, BTreeSet::new());
    for path in &own {
        if crate::read(path)?.contains("&lt;math") {
            broken.push(format!("{}: shows the text of a formula", path.display()));
        }
        let page = read.page(path)?.clone();
        let loads = page.loads.into_iter().map(|link| (link, true));
        let all = loads.chain(page.links.into_iter().map(|link| (link, false)));
        for (link, is_loaded) in all {
            if link.starts_with("data:") {
                continue;
            }
            if link.contains("://") || link.starts_with("mailto:") {
                if is_loaded {
                    broken.push(format!("{}: loads {link} from the network", path.display()));
                }
                outside.insert(link);
                continue;
            }
            count += 1;
            if !read.has(path, &link)? {
                broken.push(format!("{}: {link} leads nowhere", path.display()));
            }
        }
    }
    if own.is_empty() || !broken.is_empty() {
        return Err(format!("{}: {} pages\n{}", folder.display(), own.len(), broken.join("\n")).into());
    }
    println!("{} pages: all of their {count} links and pictures lead somewhere", own.len());
    println!("{} addresses outside of the book, which were not asked", outside.len());
    Ok(())
}

/// The pages that were read so far.
#[derive(Default)]
struct Pages(BTreeMap<PathBuf, Page>);

impl Pages {
    fn page(&mut self, path: &Path) -> Result<&Page> {
        Ok(match self.0.entry(path.to_owned()) {
            Entry::Occupied(page) => page.into_mut(),
            Entry::Vacant(place) => place.insert(Page::read(path)?),
        })
    }

    /// Whether there is what a link on the page `from` leads to.
    fn has(&mut self, from: &Path, link: &str) -> Result<bool> {
        let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
        let path = path.split('?').next().unwrap_or_default();
        let target = match path {
            "" => from.to_owned(),
            path if path.starts_with('/') => return Ok(false),
            path => from.with_file_name(path),
        };
        match anchor {
            _ if !target.is_file() => Ok(false),
            None | Some("") => Ok(true),
            // what the playground is to begin with is no place on its page
            Some(anchor) if target.ends_with(playground::FILE) => Ok(anchor.starts_with("preset=")),
            Some(anchor) => Ok(self.page(&target)?.ids.contains(&decoded(anchor))),
        }
    }
}

/// The letters of an address that are written as `%` and their bytes.
fn decoded(address: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = address.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = after.split_at_checked(2).filter(|_| first == b'%').and_then(|(digits, behind)| {
            Some((u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?, behind))
        });
        let (byte, behind) = escaped.unwrap_or((first, after));
        bytes.push(byte);
        rest = behind;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(pages: &[(&str, &str)]) -> std::result::Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, html) in pages {
            fs::write(folder.path().join(name), html).unwrap();
        }
        book(folder.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        let one = "<h1 id=\"über\">1</h1><a href=\"two.html#end\">on</a><a href=\"#%C3%BCber\">up</a>\
                   <a href=\"https://example.com/\">out</a><script>\"<a href='nowhere.html'>\"</script>\
                   <code>&lt;a href=\"none\"></code>";
        checked(&[("one.html", one), ("two.html", "<p id=end><img src=dot.svg>"), ("dot.svg", "<svg/>")])
            .unwrap();
    }

    #[test]
    fn the_playground_has_to_be_there() {
        let page = "<iframe src=\"playground.html?embed#preset=xor\"></iframe><a href=\"playground.html#preset=xor\">";
        checked(&[("one.html", page), ("playground.html", "<a href=\"made-by-its-script\">")]).unwrap();
        let error = checked(&[("one.html", page)]).unwrap_err();
        assert!(error.contains("one.html: playground.html?embed#preset=xor leads nowhere"), "{error}");
        let error = checked(&[("one.html", "<a href=\"playground.html#xor\">"), ("playground.html", "")])
            .unwrap_err();
        assert!(error.contains("playground.html#xor leads nowhere"), "{error}");
    }

    #[test]
    fn each_that_does_not_is_named() {
        let broken = "<a href=two.html>on</a><a href=\"#top\">up</a><img src=dot.svg><a href=/one.html>home</a>\
                      <script src=https://example.com/a.js></script>";
        let error = checked(&[("one.html", broken)]).unwrap_err();
        for part in
            ["two.html leads", "#top leads", "dot.svg leads", "/one.html leads", "a.js from the network"]
        {
            assert!(error.contains(part), "{part}: {error}");
        }
        assert!(
            checked(&[("1.html", "<code>&lt;math></code>")])
                .unwrap_err()
                .contains("shows the text of a formula")
        );
        assert!(checked(&[]).unwrap_err().ends_with(": 0 pages\n"));
    }
}
