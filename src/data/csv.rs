//! CSV: a table as text, a row for each sample and a column for each feature.
//!
//! ```text
//! sepal length,sepal width,petal length,petal width,species      the header: a name for each column
//! 5.1,3.5,1.4,0.2,setosa                                         a sample: numbers, and its class as text
//! ```
//!
//! Fields that hold a separator or a line break stand in quotes, and a quote in them is written twice. Empty lines are left
//! out, and so are spaces around a field. Source: Shafranovich, RFC 4180, 2005.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::{Dataset, Float, Result, disk};

mod apply;
mod columns;
mod field;
mod fit;
mod learner;
mod row;
mod summary;
mod table;

pub use columns::{Columns, InputColumn, InputKind, TargetColumns};
pub use summary::{ColumnSummary, Summary};
use table::Format;

/// A CSV file that is to become a [`Dataset`]: which columns are inputs, which one is the answer, and what is missing.
///
/// | setting | default |
/// | --- | --- |
/// | [`classes`](Csv::classes) or [`targets`](Csv::targets) | none: one of them has to be given |
/// | [`inputs`](Csv::inputs), [`ignore`](Csv::ignore) | all columns that are no targets, as numbers |
/// | [`one_hot`](Csv::one_hot) | none |
/// | [`class_names`](Csv::class_names) | those of the file, sorted: as numbers if all are, else as text |
/// | [`on_missing`](Csv::on_missing) | an error that says where |
/// | [`missing`](Csv::missing) | an empty field, `NA`, `N/A`, `NaN`, `nan`, `null`, `?` |
/// | [`has_header`](Csv::has_header) | yes, and a header of nothing but numbers is an error |
/// | [`separator`](Csv::separator), [`quote`](Csv::quote), [`decimal`](Csv::decimal) | `,` `"` `.` |
///
/// Columns are chosen by name, or by number from 0, which is the only way without a header.
///
/// # Examples
/// ```
/// use chainrule::data::Csv;
///
/// let text = "id,height,weight,animal\n1,25,4.1,cat\n2,60,28.5,dog\n3,23,3.9,cat\n";
/// let data = Csv::parse(text, "animals.csv").ignore(["id"]).classes("animal").read::<f64>()?;
/// assert_eq!(data.to_string(), "3 samples of shape 2, 2 classes");
/// assert_eq!(data.feature_names(), ["height", "weight"]);
/// assert_eq!(data.class_names(), ["cat", "dog"]);
/// # Ok::<(), chainrule::Error>(())
/// ```
///
/// Each error says where it is and what to do:
/// ```
/// # use chainrule::data::Csv;
/// let error = Csv::parse("height,animal\n25,cat\n?,dog\n", "animals.csv").classes("animal").read::<f64>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "animals.csv: line 3, column \"height\": expected a number, but got \"?\", a missing value\n  \
///      help: fill it by a rule, with .on_missing(Missing::Mean), or leave such rows out, with Missing::DropRow"
/// );
/// ```
#[derive(Clone, Debug)]
pub struct Csv<'a> {
    name: PathBuf,
    bytes: Cow<'a, [u8]>,
    format: Format,
    inputs: Option<Vec<Column>>,
    one_hot: Vec<Column>,
    ignored: Vec<Column>,
    target: Option<Target>,
    class_names: Option<Vec<String>>,
    rule: Missing,
    rules: Vec<(Column, Missing)>,
}

/// The columns that hold the answers.
#[derive(Clone, Debug)]
enum Target {
    Classes(Column),
    Numbers(Vec<Column>),
}

/// A column of a CSV file: by its name in the header, or by its number from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "files", derive(serde::Serialize, serde::Deserialize))]
pub enum Column {
    /// The column of that name.
    Name(String),
    /// The column of that number, from 0.
    Number(usize),
}

impl From<&str> for Column {
    fn from(name: &str) -> Self {
        Column::Name(name.to_owned())
    }
}

impl From<&String> for Column {
    fn from(name: &String) -> Self {
        Column::Name(name.clone())
    }
}

impl From<String> for Column {
    fn from(name: String) -> Self {
        Column::Name(name)
    }
}

impl From<usize> for Column {
    fn from(number: usize) -> Self {
        Column::Number(number)
    }
}

/// The rule for a missing value of an input.
///
/// What a rule fills in is found in the file that [`fit`](Csv::fit) reads, and kept in its [`Columns`], so that new data is
/// filled alike. Only rows that are kept count. An answer is never filled in: without one a row can only be left out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Missing {
    /// An error that says where it is.
    #[default]
    Refuse,
    /// The mean of the column.
    Mean,
    /// The value in the middle of the sorted column, or the mean of the two there.
    Median,
    /// The value that occurs most often, the smallest of them if there are several. The only rule that fills a
    /// [`one_hot`](Csv::one_hot) column.
    MostFrequent,
    /// A number of your own.
    Value(f64),
    /// Nothing: the row is left out.
    DropRow,
}

impl<'a> Csv<'a> {
    /// Reads a file, which has to be UTF-8.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) if it can't be read.
    ///
    /// # Examples
    /// ```no_run
    /// use chainrule::data::{Csv, Dataset};
    ///
    /// let iris: Dataset<f32> = Csv::open("iris.csv")?.classes("species").read()?;
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Csv<'static>> {
        let path = path.as_ref();
        let bytes = disk::read(path)?;
        Ok(Csv::new(path.to_owned(), bytes.into()))
    }

    /// A file that is in memory already; errors call it `name`.
    ///
    /// # Examples
    /// See [`Csv`].
    pub fn parse(text: &'a (impl AsRef<[u8]> + ?Sized), name: impl Into<PathBuf>) -> Self {
        Csv::new(name.into(), text.as_ref().into())
    }

    fn new(name: PathBuf, bytes: Cow<'a, [u8]>) -> Self {
        Csv {
            name,
            bytes,
            format: Format::default(),
            inputs: None,
            one_hot: Vec::new(),
            ignored: Vec::new(),
            target: None,
            class_names: None,
            rule: Missing::Refuse,
            rules: Vec::new(),
        }
    }

    /// The columns that are inputs, in this order. Without it all are that are no target.
    ///
    /// # Examples
    /// ```
    /// use chainrule::data::Csv;
    ///
    /// let text = "a,b,c,y\n1,2,3,4\n";
    /// let data = Csv::parse(text, "file").inputs(["c", "a"]).targets(["y"]).read::<f64>()?;
    /// assert_eq!(data.inputs().as_slice(), Some(&[3.0, 1.0][..]));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn inputs(mut self, columns: impl IntoIterator<Item: Into<Column>>) -> Self {
        self.inputs = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Columns that are no inputs, such as a number of each row, while all others are.
    #[must_use]
    pub fn ignore(mut self, columns: impl IntoIterator<Item: Into<Column>>) -> Self {
        self.ignored.extend(columns.into_iter().map(Into::into));
        self
    }

    /// Columns of categories: each becomes an input of 0 or 1 for each category, in their sorted order.
    ///
    /// # Examples
    /// ```
    /// use chainrule::data::Csv;
    ///
    /// let text = "island,mass,y\nDream,3.5,1\nBiscoe,4.5,0\n";
    /// let data = Csv::parse(text, "file").one_hot(["island"]).targets(["y"]).read::<f64>()?;
    /// assert_eq!(data.feature_names(), ["island=Biscoe", "island=Dream", "mass"]);
    /// assert_eq!(data.inputs().as_slice(), Some(&[0.0, 1.0, 3.5, 1.0, 0.0, 4.5][..]));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn one_hot(mut self, columns: impl IntoIterator<Item: Into<Column>>) -> Self {
        self.one_hot.extend(columns.into_iter().map(Into::into));
        self
    }

    /// The column that names the class of each sample, as text or as a number.
    ///
    /// Classes are numbered in the sorted order of their names: as numbers if all are numbers, else by their letters
    /// (capitals first), unless [`class_names`](Self::class_names) gives another.
    #[must_use]
    pub fn classes(mut self, column: impl Into<Column>) -> Self {
        self.target = Some(Target::Classes(column.into()));
        self
    }

    /// The names of all classes in the order of their numbers; any other name in the file is an error.
    ///
    /// # Examples
    /// ```
    /// use chainrule::data::Csv;
    ///
    /// let csv = Csv::parse("x,answer\n1,yes\n2,no\n", "file").classes("answer").class_names(["no", "yes"]);
    /// assert_eq!(csv.read::<f64>()?.labels().unwrap().as_slice(), Some(&[1, 0][..]));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn class_names(mut self, names: impl IntoIterator<Item: Into<String>>) -> Self {
        self.class_names = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// The columns of numbers that a regression is to find.
    #[must_use]
    pub fn targets(mut self, columns: impl IntoIterator<Item: Into<Column>>) -> Self {
        self.target = Some(Target::Numbers(columns.into_iter().map(Into::into).collect()));
        self
    }

    /// The rule for missing values, in all input columns that have [no rule of their own](Self::on_missing_in).
    ///
    /// # Examples
    /// ```
    /// use chainrule::data::{Csv, Missing};
    ///
    /// let csv = Csv::parse("x,y\n1,0\n,1\n5,1\n", "file").targets(["y"]).on_missing(Missing::Mean);
    /// assert_eq!(csv.read::<f64>()?.inputs().as_slice(), Some(&[1.0, 3.0, 5.0][..]));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn on_missing(mut self, rule: Missing) -> Self {
        self.rule = rule;
        self
    }

    /// The rule for missing values of one column.
    #[must_use]
    pub fn on_missing_in(mut self, column: impl Into<Column>, rule: Missing) -> Self {
        self.rules.push((column.into(), rule));
        self
    }

    /// The fields that stand for a missing value, instead of the default ones.
    #[must_use]
    pub fn missing(mut self, fields: impl IntoIterator<Item: Into<String>>) -> Self {
        self.format.missing = fields.into_iter().map(Into::into).collect();
        self
    }

    /// Whether the first line names the columns.
    ///
    /// # Examples
    /// ```
    /// use chainrule::data::Csv;
    ///
    /// let data = Csv::parse("5.1,3.5,setosa\n7.0,3.2,versicolor\n", "file").has_header(false).classes(2).read::<f64>()?;
    /// assert_eq!(data.len(), 2);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn has_header(mut self, yes: bool) -> Self {
        self.format.header = Some(yes);
        self
    }

    /// The letter between two fields, such as `';'` or `'\t'`.
    #[must_use]
    pub fn separator(mut self, letter: char) -> Self {
        self.format.separator = letter;
        self
    }

    /// The letter around a field that holds a separator.
    #[must_use]
    pub fn quote(mut self, letter: char) -> Self {
        self.format.quote = letter;
        self
    }

    /// The letter before the decimals of a number: `','` for 3,5.
    ///
    /// # Examples
    /// ```
    /// use chainrule::data::Csv;
    ///
    /// let csv = Csv::parse("x;y\n3,5;1\n", "file").separator(';').decimal(',').targets(["y"]);
    /// assert_eq!(csv.read::<f64>()?.inputs()[[0, 0]], 3.5);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn decimal(mut self, letter: char) -> Self {
        self.format.decimal = letter;
        self
    }

    /// The data set that the file holds: [`fit`](Self::fit), and then the same file through what was learned.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    ///
    /// # Examples
    /// See [`Csv`].
    pub fn read<F: Float>(&self) -> Result<Dataset<F>> {
        self.fit()?.parse(&self.bytes, &self.name)
    }

    /// Learns from the file what new data needs to be treated alike: which columns there are, the classes, the categories,
    /// and what fills a missing value. Give it the training data only.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) with line and column for a field that is not what its column asks for, a row with more or fewer
    /// fields, a column that is missing or named twice, a file without rows or that is no UTF-8; [`Error::Setting`](crate::Error::Setting) for
    /// a separator, quote or rule that can't be meant.
    ///
    /// # Examples
    /// ```
    /// use chainrule::data::{Csv, Missing};
    ///
    /// let train = Csv::parse("x,kind\n1,a\n,b\n5,a\n", "train.csv").classes("kind").on_missing(Missing::Mean);
    /// let columns = train.fit()?;
    /// let test = columns.parse::<f64>("kind,x\nb,\n", "test.csv")?;            // in another order, with a gap
    /// assert_eq!(test.inputs()[[0, 0]], 3.0);                              // the mean of the training data
    /// assert_eq!(test.labels().unwrap()[0], 1);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[inline(never)]
    pub fn fit(&self) -> Result<Columns> {
        fit::fit(self)
    }
}

#[cfg(test)]
mod tests;
