//! What is in a file, before anything is said of its columns.

use std::collections::HashSet;
use std::fmt;

use super::table::Table;
use super::{Column, Csv, field};
use crate::Result;
use crate::table::{self, thousands};

/// What a CSV file holds, column by column, to see which are numbers and which one is the answer.
///
/// # Examples
/// ```
/// use chainrule::data::Csv;
///
/// let summary = Csv::parse("width,kind\n1,cat\n2.5,dog\n?,cat\n", "animals.csv").summary()?;
/// assert_eq!((summary.rows, summary.columns[0].numbers, summary.columns[0].missing), (3, 2, 1));
/// assert_eq!(
///     summary.to_string(),
///     "  column  numbers  words  missing  different  first\n  \
///        ──────  ───────  ─────  ───────  ─────────  ─────────────\n  \
///        width         2      0        1          2  1, 2.5, ?\n  \
///        kind          0      3        0          2  cat, dog, cat\n\
///      3 rows\n"
/// );
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// The columns, in the order of the file.
    pub columns: Vec<ColumnSummary>,
    /// The rows, without the header.
    pub rows: usize,
}

/// What one column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ColumnSummary {
    /// What the other methods of [`Csv`] find it by.
    pub column: Column,
    /// Its name in the header, or else its number.
    pub name: String,
    /// How many of its fields are finite numbers.
    pub numbers: usize,
    /// How many are anything else that is not missing.
    pub words: usize,
    /// How many stand for a missing value.
    pub missing: usize,
    /// How many different fields it has, missing ones left out.
    pub different: usize,
    /// Its first fields, at most eight.
    pub first: Vec<String>,
}

/// The number of first fields.
const FIRST: usize = 8;

impl Csv<'_> {
    /// Looks at all columns of the file, whatever was said of them.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), for a file that can't be taken apart into rows and columns.
    ///
    /// # Examples
    /// See [`Summary`].
    pub fn summary(&self) -> Result<Summary> {
        let mut table = Table::new(&self.bytes, &self.name, &self.format)?;
        let of = |place| ColumnSummary {
            column: table.column(place),
            name: table.name(place),
            numbers: 0,
            words: 0,
            missing: 0,
            different: 0,
            first: Vec::new(),
        };
        let mut columns: Vec<ColumnSummary> = (0..table.width()).map(of).collect();
        let mut seen = vec![HashSet::new(); columns.len()];
        let mut rows = 0;
        table.for_each(|row| {
            rows += 1;
            for (place, (column, seen)) in columns.iter_mut().zip(&mut seen).enumerate() {
                let text = row.field(place)?;
                if column.first.len() < FIRST {
                    column.first.push(text.to_owned());
                }
                match row.value(place)? {
                    None => column.missing += 1,
                    Some(value) => {
                        let is_number = field::number(value, self.format.decimal, String::new).is_ok();
                        *(if is_number { &mut column.numbers } else { &mut column.words }) += 1;
                        if !seen.contains(value) {
                            seen.insert(value.to_owned());
                        }
                    }
                }
            }
            Ok(())
        })?;
        columns.iter_mut().zip(seen).for_each(|(column, seen)| column.different = seen.len());
        Ok(Summary { columns, rows })
    }
}

/// Display shows it as a table.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table =
            table::Table::new(&["column", ">numbers", ">words", ">missing", ">different", "first"]);
        for column in &self.columns {
            let counts = [column.numbers, column.words, column.missing, column.different].map(thousands);
            let [numbers, words, missing, different] = counts;
            let more = self.rows > column.first.len();
            let first = column.first.iter().map(|text| table::one_line(text));
            let first = first.chain(more.then(|| "…".to_owned())).collect::<Vec<_>>().join(", ");
            table.row([column.name.clone(), numbers, words, missing, different, first]);
        }
        writeln!(f, "{table}{} rows", thousands(self.rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(text: &str) -> Result<Summary> {
        Csv::parse(text, "f.csv").summary()
    }

    #[test]
    fn fields_are_counted() {
        let of = summary("a,b,c\n1,x,\n-2e3,y,NA\n1,x,inf\n").unwrap();
        let counts: Vec<_> =
            of.columns.iter().map(|c| (c.numbers, c.words, c.missing, c.different)).collect();
        assert_eq!(counts, [(3, 0, 0, 2), (0, 3, 0, 2), (0, 1, 2, 1)]);
        assert_eq!((of.rows, &*of.columns[1].first.concat()), (3, "xyx"));
        assert_eq!(of.columns[1].column, Column::Name("b".into()));
    }

    #[test]
    fn without_a_header_columns_have_numbers() {
        let of = Csv::parse("1;x\n2;y\n", "f.csv").separator(';').has_header(false).summary().unwrap();
        assert_eq!(
            (of.rows, of.columns[1].column.clone(), &*of.columns[1].name),
            (2, Column::Number(1), "1")
        );
    }

    #[test]
    fn what_is_no_table_is_an_error() {
        assert!(summary("").unwrap_err().to_string().contains("an empty file"));
        assert!(summary("a,b\n1\n").unwrap_err().to_string().starts_with("f.csv: line 2: expected 2 fields"));
        assert!(summary("1,2\n3,4\n").unwrap_err().to_string().contains("nothing but numbers"));
        assert_eq!(summary("a,b\n").unwrap().rows, 0);
    }
}
