//! The table of layers, as text and in a notebook.

use std::fmt;

use super::Sequential;
use crate::table::{self, Table, thousands};
use crate::{Float, notebook};

impl<F: Float> Sequential<F> {
    /// Shows the table of layers in a [notebook], at the end of a cell.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f64>::new([2]).add(Dense::new(3)).build(1)?;
    /// model.evcxr_display();                                // what evcxr does with a cell that ends with `model`
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[inline(never)]
    pub fn evcxr_display(&self) {
        notebook::show([("text/html", self.html()), ("text/plain", self.to_string())]);
    }

    fn html(&self) -> String {
        let input = table::shape(self.input_shape());
        format!(
            "<p>input {input}</p>\n{}<p>total: {} parameters</p>\n",
            self.table().to_html(),
            thousands(self.param_count())
        )
    }

    /// The layers with output shape, parameters, and their count.
    fn table(&self) -> Table {
        let mut table = Table::new(&[">#", "layer", "output", "parameters", ">count"]);
        for (index, (layer, output)) in self.layers().zip(self.shapes.iter().skip(1)).enumerate() {
            let params = layer.params();
            let shapes: Vec<String> =
                params.iter().map(|p| format!("{} {}", p.name, table::shape(p.shape()))).collect();
            table.row([
                index.to_string(),
                layer.name().to_owned(),
                table::shape(output),
                shapes.join(", "),
                thousands(params.iter().map(|param| param.value.len()).sum()),
            ]);
        }
        table
    }
}

/// The table of layers: output shape, parameters, their count, and the total.
impl<F: Float> fmt::Display for Sequential<F> {
    #[inline(never)]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = self.table();
        writeln!(f, "input {}", table::shape(self.input_shape()))?;
        write!(f, "{table}total: {} parameters", thousands(self.param_count()))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{ArrayView2, ArrayViewMut2};

    use super::*;
    use crate::layer::{Dense, Layer, Memory, Pass};

    /// A layer whose author thinks of other things than HTML.
    #[derive(Clone, Debug)]
    struct Arrow;

    impl Layer<f64> for Arrow {
        fn name(&self) -> &str {
            "<b> & \n"
        }

        fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
            y.assign(&x);
        }

        fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
            dx.assign(&pass.dy);
        }
    }

    #[test]
    fn html_has_the_numbers_of_the_text_and_escapes_names() {
        let model = Sequential::new([2]).add(Dense::new(3)).add(Arrow).build(1).unwrap();
        let html = model.html();
        assert!(html.starts_with("<p>input 2</p>\n<table>\n<tr>"), "{html}");
        assert!(html.contains(">weight 2 × 3, bias 1 × 3</td>"), "{html}");
        assert!(html.contains(">&lt;b&gt; &amp;  </td>"), "{html}");
        assert!(html.ends_with("</table>\n<p>total: 9 parameters</p>\n"), "{html}");
    }
}
