//! The playground live in a page, where `<!-- playground: preset -->` stands.

/// Where the playground is, beside the pages.
pub(crate) const FILE: &str = "playground.html";

/// Name of the preset that a line asks for.
pub(crate) fn asked(line: &str) -> Option<&str> {
    line.strip_prefix("<!-- playground: ")?.strip_suffix(" -->")
}

/// The playground with that preset, in the page and for a window of its own.
pub(crate) fn figure(preset: &str) -> String {
    let title = preset.replace('_', " ");
    format!(
        // the class playground is mdBook's, for code
        "<figure class=\"live\">\n<iframe loading=\"lazy\" title=\"Playground: {title}\" \
         src=\"{FILE}?embed#preset={preset}\"></iframe>\n<figcaption>Live, in this page: train it, take a step, change a \
         weight. <a href=\"{FILE}#preset={preset}\" target=\"_blank\">Open it in a window</a></figcaption>\n</figure>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_becomes_a_frame_and_a_link() {
        let html = figure(asked("<!-- playground: xor_stuck -->").unwrap());
        assert!(html.contains("<iframe loading=\"lazy\" title=\"Playground: xor stuck\" src=\"playground.html?embed#preset=xor_stuck\">"));
        assert!(html.contains("<a href=\"playground.html#preset=xor_stuck\" target=\"_blank\">"));
        assert_eq!(asked("<!-- picture: xor -->"), None);
    }
}
