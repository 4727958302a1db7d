//! One self-contained web page that tells how a training went.

use std::fmt::Write;
use std::path::Path;

use chainrule::data::Samples;
use chainrule::ndarray::{Array2, ArrayView1, ShapeError};
use chainrule::training::{Evaluation, History, Measures};
use chainrule::{Error, Float, Result, Sequential, disk, metrics};

use crate::style::short;
use crate::svg::escape;
use crate::{ConfusionHeatmap, Curves, Drawing, ImageGrid, LayerStack, Network};

/// The number of samples that a report shows with their predictions.
const SHOWN_SAMPLES: usize = 24;

/// The page of one training: settings, layers, curves, and, if they are given, how the model does on samples.
///
/// The page needs no network and runs no script; it can be mailed, printed and kept beside the weights.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule_draw::Report;
///
/// let (x, y) = chainrule::data::toy::xor::<f64>();
/// let mut model = Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(42)?;
/// let history = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).epochs(100).fit(&mut model, (&x, &y))?;
/// let result = evaluate(&model, &BinaryCrossEntropy, (&x, &y))?;
///
/// let html = Report::new("XOR", &model, &history).evaluation(&result).samples((&x, &y))?.to_html();
/// assert!(html.contains("<h1>XOR</h1>") && html.contains("<svg"));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Debug)]
pub struct Report<'a, F: Float> {
    title: String,
    model: &'a Sequential<F>,
    history: &'a History,
    evaluation: Option<&'a Evaluation>,
    predictions: String,
}

impl<'a, F: Float> Report<'a, F> {
    /// The report of a model and the training that it has gone through.
    pub fn new(title: impl Into<String>, model: &'a Sequential<F>, history: &'a History) -> Self {
        Report { title: title.into(), model, history, evaluation: None, predictions: String::new() }
    }

    /// Shows how well the model does: its measures and which class it takes for which.
    #[must_use]
    pub fn evaluation(mut self, evaluation: &'a Evaluation) -> Self {
        self.evaluation = Some(evaluation);
        self
    }

    /// Shows the first of these samples with what the model says of them: as images if they are images, else as a
    /// table of outputs and targets.
    ///
    /// # Errors
    /// [`Error::Data`] if the samples don't fit the model.
    pub fn samples(mut self, samples: impl Samples<F>) -> Result<Self> {
        samples.check(self.model.input_shape(), self.model.output_shape())?;
        let indices: Vec<usize> = (0..samples.len().min(SHOWN_SAMPLES)).collect();
        let sample_shape = self.model.input_shape();
        let mut x = Array2::zeros((indices.len(), sample_shape.iter().product()));
        let mut t = Array2::zeros((indices.len(), self.model.output_width()));
        samples.gather_inputs(&indices, x.view_mut());
        samples.gather_targets(&indices, t.view_mut());
        let shape: Vec<usize> = std::iter::once(indices.len()).chain(sample_shape.iter().copied()).collect();
        let not_samples = |error: ShapeError| Error::mismatch(error.to_string(), "give samples of the model");
        let y = self.model.predict(&x.to_shape(shape).map_err(not_samples)?)?;

        self.predictions = match (sample_shape, self.model.class_count()) {
            (&[height, width], Some(_)) => {
                metrics::accuracy(&y, &t)?; // an error for labels in another code, and for NaN
                let (predicted, truth) = (metrics::classes(&y)?, metrics::classes(&t)?);
                let mut grid = ImageGrid::new(8);
                for ((x, truth), predicted) in x.rows().into_iter().zip(truth).zip(predicted) {
                    let image = x.to_shape((height, width)).map_err(not_samples)?;
                    grid = grid.prediction(&image, truth, predicted);
                }
                framed(&grid)
            }
            _ => {
                let cells = |row: ArrayView1<F>| {
                    let first: Vec<String> = row.iter().take(8).map(|value| short(value.as_f64())).collect();
                    first.join("  ") + if row.len() > 8 { "  …" } else { "" }
                };
                let rows = x.rows().into_iter().zip(y.rows()).zip(t.rows());
                table(
                    &["input", "output", "target"],
                    rows.map(|((x, y), t)| vec![cells(x), cells(y), cells(t)]),
                )
            }
        };
        Ok(self)
    }

    /// The page as text.
    pub fn to_html(&self) -> String {
        let title = escape(&self.title);
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
             <h1>{title}</h1>\n"
        );
        let mut section = |heading: &str, content: &str| {
            if !content.is_empty() {
                let _ = writeln!(page, "<section>\n<h2>{heading}</h2>\n{content}\n</section>");
            }
        };
        let model_seed = ("seed of the first weights".to_owned(), self.model.seed().to_string());
        let settings = self.history.settings().iter().cloned().chain([model_seed]);
        section("Settings", &table(&["setting", "value"], settings.map(|(name, value)| vec![name, value])));
        section("Layers", &format!("<pre>{}</pre>\n{}", escape(&self.model.to_string()), self.structure()));
        section("Training", &(self.remarks() + &self.curves() + &self.epochs()));
        section("Result", &self.result());
        section("Sample predictions", &self.predictions);
        section("First-layer weights", &self.weights());
        page + "</body>\n</html>\n"
    }

    /// Writes the page to a file whose name ends with `.html`, and makes the folders on the path.
    ///
    /// # Errors
    /// [`Error::Io`] if the file can't be written, [`Error::Mismatch`] if its name promises another format.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        super::ending(path, &["html", "htm"])?;
        disk::write(path, self.to_html())
    }

    fn structure(&self) -> String {
        let small = (0..)
            .map_while(|position| self.model.shape(position))
            .all(|shape| shape.iter().product::<usize>() <= 12);
        if small { framed(&Network::of(self.model)) } else { framed(&LayerStack::of(self.model)) }
    }

    /// Warnings, what stopped the training, and what callbacks say.
    fn remarks(&self) -> String {
        let line = |class: &str, text: &str| format!("<p{class}>{}</p>\n", escape(text));
        let warnings = self.history.warnings().iter().map(|warning| line(" class=\"warning\"", warning));
        let notes = self.history.notes().iter().map(String::as_str);
        let said = self.history.stopped().into_iter().chain(notes).map(|text| line("", text));
        warnings.chain(said).collect()
    }

    fn curves(&self) -> String {
        let epochs = self.history.epochs();
        let series = |measure: &dyn Fn(&Measures) -> Option<f64>| {
            let training: Vec<f64> = epochs.iter().filter_map(|epoch| measure(&epoch.training)).collect();
            let validation: Vec<f64> =
                epochs.iter().filter_map(|epoch| measure(epoch.validation.as_ref()?)).collect();
            (training, validation)
        };
        let draw = |title: &str, (training, validation): (Vec<f64>, Vec<f64>)| {
            let mut curves = Curves::new().title(title).labels("epoch", title).line("training", &training);
            if !validation.is_empty() {
                curves = curves.line("validation", &validation);
            }
            curves
        };
        let mut svg = framed(&draw("loss", series(&|measures| Some(measures.loss))).mark_lowest());
        for (name, _) in epochs.first().map(|epoch| &epoch.training.metrics[..]).unwrap_or_default() {
            svg += &framed(&draw(&name.replace('_', " "), series(&|measures| measures.metric(name))));
        }
        svg
    }

    fn epochs(&self) -> String {
        let epochs = self.history.epochs();
        // long trainings by every tenth, hundredth, … epoch, so that some twenty lines tell them
        let every = (epochs.len() / 20).max(1);
        let shown = epochs.iter().filter(|epoch| epoch.number % every == 0 || epoch.number == epochs.len());
        let best = self
            .history
            .best()
            .map_or(String::new(), |epoch| format!("<p>best: {}</p>", escape(&epoch.to_string())));
        let lines: String = shown.map(|epoch| format!("{epoch}\n")).collect();
        format!("<pre>{}</pre>{best}", escape(&lines))
    }

    fn result(&self) -> String {
        let Some(evaluation) = self.evaluation else { return String::new() };
        let heatmap = evaluation.confusion.as_ref().map_or(String::new(), |confusion| {
            let counts = confusion.counts().to_owned();
            format!(
                "{}<pre>{}</pre>",
                framed(&ConfusionHeatmap::new(&counts)),
                escape(&confusion.to_string())
            )
        });
        format!("<p>{}</p>{heatmap}", escape(&evaluation.measures.to_string()))
    }

    /// The weights of the first layer as images if the samples are images.
    fn weights(&self) -> String {
        let &[height, width] = self.model.input_shape() else { return String::new() };
        let Some((_, weight)) = self.model.params().next() else { return String::new() };
        ImageGrid::weights(&weight, [height, width]).map_or(String::new(), |grid| framed(&grid.columns(12)))
    }
}

// On a narrow screen pictures keep their size, and with it readable letters, and are pushed sideways. On a dark one
// light and dark change places in them, and half a turn brings the colours back.
const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:860px;margin:2rem auto;padding:0 1rem;\
    color:#222;background:#fff}h1,h2{line-height:1.2}h2{margin-top:2.5rem}.picture{overflow-x:auto;margin:1rem 0}\
    svg{display:block}pre{overflow-x:auto;background:#f6f6f6;padding:.8rem;font-size:13px;line-height:1.35}\
    .warning{border-left:4px solid #d55e00;padding-left:.8rem}\
    table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.2rem 1.2rem .2rem 0;\
    border-bottom:1px solid #ddd;overflow-wrap:anywhere}\
    @media(max-width:700px){svg{max-width:none!important}}\
    @media(prefers-color-scheme:dark){body{color:#ddd;background:#0d1117}pre{background:#161b22}\
    td,th{border-color:#333}svg{filter:invert(.93) hue-rotate(180deg)}}";

/// A picture in a frame of its own, which can be pushed sideways where it is wider than the page.
fn framed(drawing: &impl Drawing) -> String {
    format!("<div class=\"picture\">\n{}</div>\n", drawing.to_svg())
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let row = |tag: &str, cells: &[String]| {
        let cells: String = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escape(cell))).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let header: Vec<String> = header.iter().map(|&title| title.to_owned()).collect();
    let rows: String = rows.map(|cells| row("td", &cells)).collect();
    format!("<table>\n{}{rows}</table>", row("th", &header))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainrule::prelude::*;

    fn digits(width: usize) -> (Sequential<f32>, Array3<f32>, Vec<usize>) {
        let model = Sequential::new([width, width]).add(Flatten).add(Dense::new(14)).add(ReLU);
        let x = Array3::from_shape_fn((30, width, width), |(i, j, k)| ((i * 7 + j * 3 + k) % 5) as f32);
        (model.add(Dense::new(3)).add(Softmax).build(1).unwrap(), x, (0..30).map(|i| i % 3).collect())
    }

    #[test]
    fn the_page_stands_alone_and_tells_everything() {
        let (mut model, x, labels) = digits(4);
        let mut trainer =
            Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).epochs(3).validation((&x, &labels));
        let history = trainer.fit(&mut model, (&x, &labels)).unwrap();
        let result = evaluate(&model, &CategoricalCrossEntropy, (&x, &labels)).unwrap();
        let report = Report::new("a <b> & c", &model, &history).evaluation(&result);
        let html = report.samples((&x, &labels)).unwrap().to_html();
        for part in [
            "<h1>a &lt;b&gt; &amp; c</h1>",
            "<td>learning rate</td><td>0.1</td>",
            "<td>seed of the first weights</td><td>1</td>",
            "total: 283 parameters",
            "validation",
            "<h2>Result</h2>",
            "<h2>Sample predictions</h2>",
            "<h2>First-layer weights</h2>",
        ] {
            assert!(html.contains(part), "{part}");
        }
        for foreign in ["<script", "<link", "src=", "href=", "@import", "url("] {
            assert!(!html.contains(foreign), "{foreign}");
        }
        for tag in ["section", "table", "pre>", "svg", "p>"] {
            let (open, close) = (format!("<{tag}"), format!("</{tag}"));
            assert_eq!(html.matches(&open).count(), html.matches(&close).count(), "{tag}");
        }
    }

    #[test]
    fn warnings_of_the_training_stand_before_its_curves() {
        let x = Array2::from_shape_fn((64, 1), |(i, _)| i as f64 * 10.0);
        let y = x.mapv(|x| (x / 100.0).sin());
        let mut model =
            Sequential::new([1]).add(Dense::new(8)).add(ReLU).add(Dense::new(1)).build(2).unwrap();
        let history = Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut model, (&x, &y)).unwrap();
        let html = Report::new("", &model, &history).to_html();
        let training = html.split("<h2>Training</h2>\n").nth(1).unwrap();
        assert!(training.starts_with("<p class=\"warning\">the loss rose to "), "{training}");
    }

    #[test]
    fn what_stopped_a_training_stands_there_too() {
        let (x, y) = (Array2::from_elem((4, 1), 1.0), Array2::from_elem((4, 1), 0.5));
        let mut model = Sequential::new([1]).add(Dense::new(1)).build(2).unwrap();
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).after_epoch(|_, _| Next::Stop);
        let mut history = trainer.fit(&mut model, (&x, &y)).unwrap();
        history.note("a < b");
        let html = Report::new("", &model, &history).to_html();
        assert!(html.contains("<p>stopped after epoch 1 by a closure</p>\n<p>a &lt; b</p>\n"));
    }

    #[test]
    fn a_history_without_epochs_and_without_anything_else_is_a_page_too() {
        let (model, ..) = digits(4);
        assert!(Report::new("", &model, &History::default()).to_html().ends_with("</html>\n"));
    }

    #[test]
    fn samples_that_do_not_fit_are_an_error() {
        let (model, ..) = digits(4);
        let (_, x, labels) = digits(5);
        let history = History::default();
        let error = Report::new("", &model, &history).samples((&x, &labels)).unwrap_err().to_string();
        assert!(error.starts_with("inputs: expected shape [samples, 4, 4], but got [30, 5, 5]"), "{error}");
    }
}
