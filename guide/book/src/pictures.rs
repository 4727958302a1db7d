//! Pictures where a chapter speaks of them, with the captions of the gallery.

use std::collections::BTreeMap;

use crate::Result;

/// What the gallery says of each picture: the text for those who can't see it, and the caption below.
pub(crate) type Captions = BTreeMap<String, (String, String)>;

/// Captions of all pictures of the gallery, by the name of the picture: `![alt](pictures/name.svg)`, then `*caption*`.
pub(crate) fn captions(gallery: &str) -> Captions {
    let picture = |paragraph: &str| -> Option<(String, (String, String))> {
        let (alt, rest) = paragraph.trim().strip_prefix("![")?.split_once("](pictures/")?;
        let (name, caption) = rest.split_once(".svg)")?;
        let caption = caption.trim().trim_matches('*').replace('\n', " ");
        Some((name.to_owned(), (alt.to_owned(), caption)))
    };
    gallery.split("\n\n").filter_map(picture).collect()
}

/// Name of the picture that a line asks for: `<!-- picture: name -->`.
pub(crate) fn asked(line: &str) -> Option<&str> {
    line.strip_prefix("<!-- picture: ")?.strip_suffix(" -->")
}

/// The picture with its caption.
pub(crate) fn figure(name: &str, captions: &Captions) -> Result<String> {
    let (alt, caption) = captions.get(name).ok_or_else(|| format!("the gallery has no picture {name}"))?;
    let (alt, caption) = (escaped(alt), escaped(caption));
    Ok(format!(
        "<figure>\n<img src=\"pictures/{name}.svg\" alt=\"{alt}\">\n<figcaption>{caption}</figcaption>\n</figure>\n"
    ))
}

fn escaped(text: &str) -> String {
    let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    html.split('`').enumerate().fold(String::new(), |html, (index, part)| match index {
        0 => part.to_owned(),
        _ if index % 2 == 1 => html + "<code>" + part,
        _ => html + "</code>" + part,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_has_the_captions_of_the_gallery() {
        let captions =
            captions("# Gallery\n\n![The loss](pictures/loss.svg)\n*The loss, by\n`fit` & <co>.*\n");
        let html = figure("loss", &captions).unwrap();
        assert!(html.contains("alt=\"The loss\""));
        assert!(
            html.contains("<figcaption>The loss, by <code>fit</code> &amp; &lt;co&gt;.</figcaption>"),
            "{html}"
        );
        assert_eq!(figure("gain", &captions).unwrap_err().to_string(), "the gallery has no picture gain");
        assert_eq!(asked("<!-- picture: loss -->"), Some("loss"));
    }
}
