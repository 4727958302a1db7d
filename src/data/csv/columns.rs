//! What was learned from one CSV file, to treat others alike.

use std::fmt;

use super::Column;
use super::field::{list, quoted};
use super::table::Format;
use crate::table::{self, thousands};

/// What [`Csv::fit`](super::Csv::fit) has learned from one file: columns, classes, categories, and what fills a missing value.
///
/// Other files are [read](Self::read) by it as that one was, whatever the order of their columns, and so is [a single
/// row](Self::row). It is a value: clone it, keep it beside the model, look at it.
///
/// # Examples
/// ```
/// use chainrule::data::Csv;
///
/// let columns = Csv::parse("width,length,kind\n1,2,cat\n3,4,dog\n", "train.csv").classes("kind").fit()?;
/// assert_eq!(
///     columns.to_string(),
/// "  column  read as    learned
///   ──────  ─────────  ────────────
///   width   number
///   length  number
///   kind    2 classes  \"cat\", \"dog\"
/// "
/// );
/// assert_eq!(columns.row::<f64>(["1.5", "2.5"])?, chainrule::ndarray::array![1.5, 2.5]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "files", derive(serde::Serialize, serde::Deserialize))]
pub struct Columns {
    pub(super) format: Format,
    pub(super) inputs: Vec<InputColumn>,
    pub(super) targets: TargetColumns,
    /// whether a row without an answer is left out
    pub(super) drops_unanswered: bool,
}

/// An input column and what was learned of it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "files", derive(serde::Serialize, serde::Deserialize))]
pub struct InputColumn {
    /// Where it stands: by name, if the file has a header.
    pub column: Column,
    /// Its name in the header, or else its number.
    pub name: String,
    /// How its fields become numbers.
    pub kind: InputKind,
    /// Whether a row is left out if its field is missing.
    pub drops_row: bool,
}

/// How the fields of a column become numbers.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "files", derive(serde::Serialize, serde::Deserialize))]
pub enum InputKind {
    /// Each is a number.
    Number {
        /// What fills a missing one.
        fill: Option<f64>,
    },
    /// Each is a category, and becomes as many numbers as there are categories: 1 for its own, 0 for the others.
    OneHot {
        /// Their names, in the order of their numbers.
        categories: Vec<String>,
        /// The category, counted from 0, that fills a missing one.
        fill: Option<usize>,
    },
}

/// The columns with the answers.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "files", derive(serde::Serialize, serde::Deserialize))]
pub enum TargetColumns {
    /// One that names a class.
    Classes {
        /// Where it stands.
        column: Column,
        /// The classes in the order of their numbers.
        names: Vec<String>,
    },
    /// Columns of numbers.
    Numbers {
        /// Where they stand.
        columns: Vec<Column>,
    },
}

impl Columns {
    /// The input columns.
    pub fn inputs(&self) -> &[InputColumn] {
        &self.inputs
    }

    /// The columns with the answers.
    pub fn targets(&self) -> &TargetColumns {
        &self.targets
    }

    /// The names of the numbers that a sample has: `mass` for a number, `island=Dream` for a category.
    pub fn feature_names(&self) -> Vec<String> {
        let names = self.inputs.iter().flat_map(|input| match &input.kind {
            InputKind::Number { .. } => vec![input.name.clone()],
            InputKind::OneHot { categories, .. } => {
                categories.iter().map(|category| format!("{}={category}", input.name)).collect()
            }
        });
        names.collect()
    }

    /// The names of the classes in the order of their numbers; empty if the answers are numbers.
    pub fn class_names(&self) -> &[String] {
        match &self.targets {
            TargetColumns::Classes { names, .. } => names,
            TargetColumns::Numbers { .. } => &[],
        }
    }
}

/// Display shows the columns as a table.
impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = table::Table::new(["column", "read as", "learned"]);
        for input in &self.inputs {
            let (kind, mut learned) = match &input.kind {
                InputKind::Number { fill: None } => ("number".to_owned(), String::new()),
                InputKind::Number { fill: Some(fill) } => ("number".to_owned(), format!("missing: {fill}")),
                InputKind::OneHot { categories, fill } => {
                    let fill = fill.and_then(|fill| categories.get(fill));
                    let missing = fill.map_or(String::new(), |name| format!("; missing: {}", quoted(name)));
                    (format!("{} categories", thousands(categories.len())), list(categories) + &missing)
                }
            };
            if input.drops_row {
                learned +=
                    if learned.is_empty() { "missing: row left out" } else { "; missing: row left out" };
            }
            table.row([input.name.clone(), kind, learned]);
        }
        let name = |column: &Column| match column {
            Column::Name(name) => name.clone(),
            Column::Number(number) => number.to_string(),
        };
        match &self.targets {
            TargetColumns::Classes { column, names } => {
                table.row([name(column), format!("{} classes", thousands(names.len())), list(names)]);
            }
            TargetColumns::Numbers { columns } => {
                columns.iter().for_each(|column| table.row([name(column), "target".into(), String::new()]));
            }
        }
        write!(f, "{table}")
    }
}

crate::notebook::shows_its_text!(Columns);
