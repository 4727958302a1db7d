//! Values that show themselves in a notebook: the last line of a cell is enough.
//!
//! In Jupyter with [evcxr](https://github.com/evcxr/evcxr), the kernel for Rust, a cell may end with a value. A value with a
//! method `evcxr_display` is asked to show itself, any other is shown as its `Debug`. [`Sequential`](crate::Sequential) shows the
//! table of its layers, [`History`](crate::training::History) one of its epochs,
//! [`Explanation`](crate::Explanation) its equations; what prints itself, such as an [`Evaluation`](crate::training::Evaluation),
//! a [`Diagnosis`](crate::Diagnosis) or an [`Error`](enum@crate::Error), shows that text. Drawings of `chainrule-draw` show the
//! picture.
//!
//! ```text
//! :dep chainrule = { path = "../chainrule" }
//! use chainrule::prelude::*;
//!
//! let model = Sequential::<f64>::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).build(42)?;
//! model
//! ```
//!
//! A type of your own does it in the same way, with [`show`].

use std::fmt::{Display, Write as _};
use std::io::{self, Write as _};

/// Shows one value at the end of a cell, in one or several forms, each a MIME type and a text; the notebook takes the richest
/// that it knows.
///
/// The forms go to standard output, between the marks of [evcxr's
/// protocol](https://github.com/evcxr/evcxr/blob/main/evcxr_jupyter/README.md). Text of unknown origin has to be escaped for
/// `text/html` by the caller. Outside of a notebook the marks are printed too.
///
/// # Examples
/// ```
/// use chainrule::notebook;
///
/// /// A colour that shows itself.
/// struct Colour(u8, u8, u8);
///
/// impl Colour {
///     pub fn evcxr_display(&self) {
///         let Colour(red, green, blue) = self;
///         let html = format!("<span style=\"background: rgb({red} {green} {blue})\">&emsp;</span>");
///         notebook::show([("text/html", html), ("text/plain", format!("rgb({red} {green} {blue})"))]);
///     }
/// }
///
/// Colour(0, 114, 178).evcxr_display();
/// ```
pub fn show(forms: impl IntoIterator<Item = (&'static str, String)>) {
    // a notebook that is gone reads nothing, and is no reason to panic
    let _ = io::stdout().lock().write_all(blocks(forms).as_bytes());
}

/// Shows the text that a value prints.
pub(crate) fn show_text(value: &dyn Display) {
    show([("text/plain", value.to_string())]);
}

/// What is printed: each form between two marks. A line that looks like a mark gets a space before it.
fn blocks(forms: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let mut text = String::new();
    for (mime, form) in forms {
        let _ = writeln!(text, "EVCXR_BEGIN_CONTENT {mime}");
        for line in form.lines() {
            let space = if line.starts_with("EVCXR_") { " " } else { "" };
            let _ = writeln!(text, "{space}{line}");
        }
        text.push_str("EVCXR_END_CONTENT\n");
    }
    text
}

/// Text that can't be taken for HTML.
pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

/// Gives types that print themselves the method by which a notebook shows that text.
macro_rules! shows_its_text {
    ($type:ident $(<$float:ident>)?) => {
        impl $(<$float: $crate::Float>)? $type $(<$float>)? {
            /// Shows its text in a [notebook](crate::notebook), at the end of a cell.
            #[doc(hidden)]
            #[inline(never)]
            pub fn evcxr_display(&self) {
                $crate::notebook::show_text(self);
            }
        }
    };
}
pub(crate) use shows_its_text;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_stands_between_its_marks() {
        let forms = [("text/html", "<b>1</b>\n".to_owned()), ("text/plain", "1\n\n2".to_owned())];
        assert_eq!(
            blocks(forms),
            "EVCXR_BEGIN_CONTENT text/html\n<b>1</b>\nEVCXR_END_CONTENT\n\
             EVCXR_BEGIN_CONTENT text/plain\n1\n\n2\nEVCXR_END_CONTENT\n"
        );
    }

    #[test]
    fn no_text_ends_its_own_block() {
        let text = "EVCXR_END_CONTENT\r\nEVCXR_BEGIN_CONTENT text/html\nEVCXR_END_CONTENT".to_owned();
        assert_eq!(
            blocks([("text/plain", text)]),
            "EVCXR_BEGIN_CONTENT text/plain\n EVCXR_END_CONTENT\n EVCXR_BEGIN_CONTENT text/html\n EVCXR_END_CONTENT\n\
             EVCXR_END_CONTENT\n"
        );
    }

    #[test]
    fn escaped_text_is_no_html() {
        assert_eq!(escaped("<b>\"a\" & 'b'</b>"), "&lt;b&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/b&gt;");
    }
}
