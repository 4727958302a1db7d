//! Every drawing shows itself at the end of a cell of a notebook ([`chainrule::notebook`]).

use chainrule::{Float, notebook};

use crate::{
    ConfusionHeatmap, Curves, Diagram, Drawing, FunctionPlot, Gallery, ImageGrid, LayerStack, Network,
    Picture, ReliabilityDiagram, Report, RocPlot, Scatter,
};

macro_rules! shows_its_picture {
    ($($type:ident $(<$life:lifetime>)?,)*) => { $(
        impl $(<$life>)? $type $(<$life>)? {
            /// Shows the picture in a [notebook](chainrule::notebook), at the end of a cell.
            pub fn evcxr_display(&self) {
                notebook::show(forms(&self.picture()));
            }
        }
    )* };
}

shows_its_picture!(
    ConfusionHeatmap,
    Curves,
    Diagram,
    FunctionPlot<'a>,
    Gallery,
    ImageGrid,
    LayerStack,
    Network,
    Picture,
    ReliabilityDiagram,
    RocPlot,
    Scatter<'a>,
);

impl<F: Float> Report<'_, F> {
    /// Shows the page in a frame in a [notebook](chainrule::notebook), at the end of a cell.
    pub fn evcxr_display(&self) {
        notebook::show([
            ("text/html", framed(&self.to_html())),
            ("text/plain", "a report; save it as a web page".into()),
        ]);
    }
}

fn forms(picture: &Picture) -> [(&'static str, String); 2] {
    let title = if picture.title.is_empty() { "a drawing" } else { &picture.title };
    [("image/svg+xml", picture.to_svg()), ("text/plain", title.to_owned())]
}

/// The page in the page: its style stays its own.
fn framed(page: &str) -> String {
    let page = page.replace('&', "&amp;").replace('"', "&quot;");
    format!("<iframe srcdoc=\"{page}\" style=\"width: 100%; height: 40em; border: 0\"></iframe>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_an_image_and_its_title() {
        let [svg, text] = forms(&Curves::new().title("a < b\n").line("loss", &[1.0, 0.5]).picture());
        assert_eq!(svg.0, "image/svg+xml");
        assert!(
            svg.1.starts_with("<svg ") && svg.1.ends_with("</svg>\n") && svg.1.contains("<title>a &lt; b")
        );
        assert_eq!(text, ("text/plain", "a < b ".to_owned()));
        assert_eq!(forms(&Curves::new().picture())[1].1, "a drawing");
    }

    #[test]
    fn no_page_ends_its_frame() {
        let frame = framed("<p class=\"a\">&amp;</p>");
        assert!(frame.contains("srcdoc=\"<p class=&quot;a&quot;>&amp;amp;</p>\""), "{frame}");
    }
}
