//! The playground live in a page, where `<!-- playground: preset -->` stands.

/// Where the playground is, beside the pages.
pub(crate) const FILE: &str = "playground.html";

/// Name of the preset that a line asks for.
pub(crate) fn asked(line: &str) -> Option<&str> {
    line.strip_prefix("<!-- playground: ")?.strip_suffix(" -->")
}

/// The playground with that preset, in the page; it has a button that opens it in a window of its own.
pub(crate) fn figure(preset: &str) -> String {
    let title = preset.replace('_', " ");
    format!(
        // the class playground is mdBook's, for code
        "<figure class=\"live\">\n<iframe loading=\"lazy\" title=\"Playground: {title}\" \
         src=\"{FILE}?embed#preset={preset}\"></iframe>\n<figcaption>Live, in this page: train it, take a step, change a \
         weight.</figcaption>\n</figure>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_becomes_a_frame() {
        let html = figure(asked("<!-- playground: xor_stuck -->").unwrap());
        assert!(html.contains("<iframe loading=\"lazy\" title=\"Playground: xor stuck\" src=\"playground.html?embed#preset=xor_stuck\">"));
        assert_eq!(asked("<!-- picture: xor -->"), None);
    }
}
