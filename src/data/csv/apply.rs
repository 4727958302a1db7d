//! New data, read by what was learned from the first.

use std::collections::HashMap;
use std::path::Path;

use ndarray::{Array1, Array2};

use super::columns::{Columns, InputColumn, InputKind, TargetColumns};
use super::field::{self, list, quoted};
use super::row::Row;
use super::table::Table;
use crate::table::thousands;
use crate::{Dataset, Error, Float, Result, disk};

impl Columns {
    /// Reads another file with these columns, in any order; it may have more.
    ///
    /// # Errors
    /// [`Error::Io`] if it can't be read; [`Error::Data`] as [`Csv::fit`](super::Csv::fit), and for a class or a category
    /// that the first file did not have.
    pub fn read<F: Float>(&self, path: impl AsRef<Path>) -> Result<Dataset<F>> {
        let path = path.as_ref();
        self.parse(&disk::read(path)?, path)
    }

    /// As [`read`](Self::read), for a file that is in memory already; errors call it `name`.
    ///
    /// # Errors
    /// [`Error::Data`] as [`read`](Self::read).
    ///
    /// # Examples
    /// ```
    /// use chainrule::data::Csv;
    ///
    /// let columns = Csv::parse("x,kind\n1,cat\n2,dog\n", "train.csv").classes("kind").fit()?;
    /// let error = columns.parse::<f64>("x,kind\n3,dog\n4,owl\n", "test.csv").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "test.csv: line 3, column \"kind\": expected one of \"cat\", \"dog\", but got \"owl\"\n  \
    ///      help: a model knows the classes of its training data only: check how it is spelt, or train with it"
    /// );
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn parse<F: Float>(
        &self,
        text: &(impl AsRef<[u8]> + ?Sized),
        name: impl AsRef<Path>,
    ) -> Result<Dataset<F>> {
        let mut table = Table::new(text.as_ref(), name.as_ref(), &self.format)?;
        match &self.targets {
            TargetColumns::Classes { column, names } => {
                let (place, index) = (table.find(column)?, index(names));
                let mut labels = Vec::new();
                let inputs = self.gather(&mut table, &[place], |row| {
                    let Some(name) = row.value(place)? else { return Err(no_answer(row, place, "a class")) };
                    let unknown = || {
                        let help = "a model knows the classes of its training data only: check how it is spelt, or train \
                                    with it";
                        unknown(row.place_of(place), names, name, help)
                    };
                    labels.push(*index.get(name).ok_or_else(unknown)?);
                    Ok(())
                })?;
                Dataset::from_labels(inputs, labels, names.len())?.with_class_names(names)
            }
            TargetColumns::Numbers { columns } => {
                let places = columns.iter().map(|column| table.find(column)).collect::<Result<Vec<_>>>()?;
                let mut targets = Vec::new();
                let inputs = self.gather(&mut table, &places, |row| {
                    for &place in &places {
                        let Some(text) = row.value(place)? else { return Err(no_answer(row, place, "a number")) };
                        let number = field::number(text, row.format.decimal, || row.place_of(place))?;
                        targets.push(field::fits(number, || row.place_of(place))?);
                    }
                    Ok(())
                })?;
                Dataset::new(inputs, matrix(targets, columns.len())?)
            }
        }?
        .with_feature_names(self.feature_names())
    }

    /// The inputs of a file that has no answers, or whose answers don't matter: samples × features.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_inputs<F: Float>(&self, path: impl AsRef<Path>) -> Result<Array2<F>> {
        let path = path.as_ref();
        self.parse_inputs(&disk::read(path)?, path)
    }

    /// As [`read_inputs`](Self::read_inputs), for a file that is in memory already; errors call it `name`.
    ///
    /// # Errors
    /// [`Error::Data`] as [`read`](Self::read).
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Csv, ndarray::array};
    ///
    /// let columns = Csv::parse("x,kind\n1,cat\n2,dog\n", "train.csv").classes("kind").fit()?;
    /// assert_eq!(columns.parse_inputs::<f64>("x\n3\n4\n", "new.csv")?, array![[3.0], [4.0]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn parse_inputs<F: Float>(
        &self,
        text: &(impl AsRef<[u8]> + ?Sized),
        name: impl AsRef<Path>,
    ) -> Result<Array2<F>> {
        let mut table = Table::new(text.as_ref(), name.as_ref(), &self.format)?;
        self.gather(&mut table, &[], |_| Ok(()))
    }

    /// One sample from the fields of its input columns, in their order, as somebody may have typed them.
    ///
    /// # Errors
    /// [`Error::Data`] with the column for a field that is not what it has to be, or for more or fewer of them.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::{Csv, Missing}, ndarray::array};
    ///
    /// let text = "island,mass,kind\nDream,3,a\nBiscoe,5,b\n";
    /// let csv = Csv::parse(text, "train.csv").one_hot(["island"]).classes("kind").on_missing(Missing::Mean);
    /// let columns = csv.fit()?;
    /// assert_eq!(columns.row::<f64>(["Dream", "?"])?, array![0.0, 1.0, 4.0]);
    ///
    /// let error = columns.row::<f64>(["Dream", "heavy"]).unwrap_err().to_string();
    /// assert!(error.starts_with("column \"mass\": expected a number, but got \"heavy\""));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn row<F: Float>(&self, fields: impl IntoIterator<Item: AsRef<str>>) -> Result<Array1<F>> {
        let fields: Vec<_> = fields.into_iter().collect();
        if fields.len() != self.inputs.len() {
            let names: Vec<String> = self.inputs.iter().map(|input| input.name.clone()).collect();
            return Err(Error::data(
                "row",
                format!("{} fields: {}", thousands(self.inputs.len()), list(&names)),
                thousands(fields.len()),
                "give a field for each input column, in their order, and \"\" for a missing value",
            ));
        }
        let mut sample = Vec::new();
        for (input, field) in self.inputs.iter().zip(&fields) {
            let place = || format!("column {}", quoted(&input.name));
            let text = field.as_ref().trim();
            let value = Some(text).filter(|text| !self.format.is_missing(text));
            let find = |name: &str| match &input.kind {
                InputKind::OneHot { categories, .. } => {
                    categories.iter().position(|category| category == name)
                }
                InputKind::Number { .. } => None,
            };
            if !push(input, value, self.format.decimal, find, &mut sample, &place)? {
                let got = format!("{}, a missing value", quoted(text));
                let help = "rows like this were left out of the training data: give the value";
                return Err(Error::data(place(), "a value", got, help));
            }
        }
        Ok(sample.into())
    }

    /// The inputs of all rows that are kept; `answer` takes the answers of each.
    fn gather<F: Float>(
        &self,
        table: &mut Table<'_>,
        answers: &[usize],
        mut answer: impl FnMut(Row<'_>) -> Result<()>,
    ) -> Result<Array2<F>> {
        let places = self.inputs.iter().map(|input| table.find(&input.column)).collect::<Result<Vec<_>>>()?;
        let indices: Vec<_> = self.inputs.iter().map(InputColumn::index).collect();
        let dropping = self.inputs.iter().zip(&places).filter(|(input, _)| input.drops_row);
        let mut dropping: Vec<usize> = dropping.map(|(_, &place)| place).collect();
        if self.drops_unanswered {
            dropping.extend(answers);
        }
        let width = self.inputs.iter().map(InputColumn::width).sum();
        let (mut numbers, mut rows) = (Vec::new(), 0);
        table.for_each(|row| {
            if row.any_missing(&dropping)? {
                return Ok(());
            }
            rows += 1;
            let help = "take fewer rows, or columns with fewer categories";
            Error::check_size::<F>("inputs", &[rows, width], help)?;
            for ((input, &place), index) in self.inputs.iter().zip(&places).zip(&indices) {
                let (value, find) = (row.value(place)?, |name: &str| index.get(name).copied());
                push(input, value, row.format.decimal, find, &mut numbers, &|| row.place_of(place))?;
            }
            answer(row)
        })?;
        if rows == 0 {
            return Err(no_rows(table.file));
        }
        matrix(numbers, width)
    }
}

impl InputColumn {
    /// How many numbers a field becomes.
    fn width(&self) -> usize {
        match &self.kind {
            InputKind::Number { .. } => 1,
            InputKind::OneHot { categories, .. } => categories.len(),
        }
    }

    /// The number of each category.
    fn index(&self) -> HashMap<&str, usize> {
        match &self.kind {
            InputKind::Number { .. } => HashMap::new(),
            InputKind::OneHot { categories, .. } => index(categories),
        }
    }
}

/// The number of each name.
fn index(names: &[String]) -> HashMap<&str, usize> {
    names.iter().enumerate().map(|(number, name)| (name.as_str(), number)).collect()
}

/// Appends the numbers of one field; `false` if its row is to be left out.
fn push<F: Float>(
    input: &InputColumn,
    value: Option<&str>,
    decimal: char,
    find: impl Fn(&str) -> Option<usize>,
    numbers: &mut Vec<F>,
    place: &dyn Fn() -> String,
) -> Result<bool> {
    match (&input.kind, value) {
        _ if value.is_none() && input.drops_row => return Ok(false),
        (InputKind::Number { fill }, _) => {
            let number = match value {
                Some(text) => field::number(text, decimal, place)?,
                None => fill.ok_or_else(|| missing(place(), "a number"))?,
            };
            numbers.push(field::fits(number, place)?);
        }
        (InputKind::OneHot { categories, fill }, _) => {
            let help = "the model knows the categories of its training data only: check how it is spelt, or train with it";
            let category = match value {
                Some(name) => find(name).ok_or_else(|| unknown(place(), categories, name, help))?,
                None => fill.ok_or_else(|| missing(place(), "a category"))?,
            };
            numbers.extend((0..categories.len()).map(|other| F::from_count(usize::from(other == category))));
        }
    }
    Ok(true)
}

fn missing(place: String, expected: &str) -> Error {
    let help =
        "no rule was given for it when the columns were fitted: fill it in, or fit with .on_missing(…)";
    Error::data(place, expected, "a missing value", help)
}

/// An error about a row without an answer.
pub(super) fn no_answer(row: Row<'_>, place: usize, expected: &str) -> Error {
    let help = "an answer can't be filled in: leave such rows out, with .on_missing(Missing::DropRow)";
    row.is_missing(place, expected, help)
}

fn unknown(place: String, names: &[String], got: &str, help: &str) -> Error {
    Error::data(place, format!("one of {}", list(names)), quoted(got), help)
}

/// An error about a file of which nothing is left.
pub(super) fn no_rows(file: &Path) -> Error {
    let what = file.display().to_string();
    Error::data(
        what,
        "at least one row",
        "none",
        "give a file with samples; rows with missing values may have been left out",
    )
}

/// Numbers row by row as a matrix.
fn matrix<F>(numbers: Vec<F>, width: usize) -> Result<Array2<F>> {
    let rows = numbers.len().checked_div(width).unwrap_or(0);
    Array2::from_shape_vec((rows, width), numbers)
        .map_err(|error| Error::mismatch(error.to_string(), "choose columns"))
}
