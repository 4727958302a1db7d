//! A table as text: what its columns are is guessed where nobody says it, and then the library reads it.

use chainrule::Dataset;
use chainrule::data::{Column as Place, ColumnSummary, Csv, Missing, Summary};
use chainrule::ndarray::Ix2;

use super::{Answers, Features, Source};
use crate::contract::{Column, CsvPreview, Picture, Task, TaskChoice};
use crate::{Problem, Result};

/// The largest table.
const BYTES: usize = 5_000_000;
const ROWS: usize = 100_000;
/// The most inputs after words have become columns of 0 and 1.
const INPUTS: usize = 64;
/// The most words of a column that become columns, and the most classes.
const WORDS: usize = 20;
const CLASSES: usize = 20;

/// A table whose columns are known.
struct Table {
    signs: Reading,
    summary: Summary,
    target: usize,
    task: TaskChoice,
}

/// What a table holds, to be looked at before it is taken.
///
/// # Errors
/// If it is none, or too large.
pub(crate) fn preview(text: &str, target: Option<&str>) -> Result<CsvPreview> {
    let table = Table::of(text, target, None)?;
    let (summary, answer) = (&table.summary, table.answer());
    let column = |column: &ColumnSummary| Column {
        name: column.name.clone(),
        kind: if column.words > 0 {
            "words"
        } else if column.numbers > 0 {
            "number"
        } else {
            "empty"
        }
        .to_owned(),
        distinct: column.different,
        missing: column.missing,
    };
    let head_rows = summary.columns.iter().map(|column| column.first.len()).max().unwrap_or(0);
    let head =
        |row: usize| summary.columns.iter().map(|c| c.first.get(row).cloned().unwrap_or_default()).collect();
    Ok(CsvPreview {
        columns: summary.columns.iter().map(column).collect(),
        rows: summary.rows,
        target: answer.name.clone(),
        task: match table.task {
            TaskChoice::Numbers => Task::Numbers,
            TaskChoice::Classes if answer.different == 2 => Task::Binary,
            TaskChoice::Classes => Task::Classes,
        },
        head: (0..head_rows).map(head).collect(),
    })
}

/// The samples of a table.
pub(crate) fn samples(text: &str, target: Option<&str>, task: Option<TaskChoice>) -> Result<Source> {
    let table = Table::of(text, target, task)?;
    let answer = table.answer();
    if table.task == TaskChoice::Classes && answer.different < 2 {
        let message = format!("column {} has one class only: {}", answer.name, answer.first.concat());
        let problem =
            Problem::new("one_class", message, "choose another column, or rows of at least two classes");
        return Err(problem.field("data.target").value("column", &answer.name));
    }
    if table.task == TaskChoice::Classes && answer.different > CLASSES {
        let message = format!("column {} has {} classes", answer.name, answer.different);
        let problem = Problem::new("many_classes", message, "choose another column, or numbers as the task");
        return Err(problem
            .field("data.target")
            .value("column", &answer.name)
            .value("classes", answer.different));
    }
    let (reading, warnings) = table.reading()?;
    let dataset: Dataset<f64> = reading.apply(text).read()?;
    let raw = dataset
        .inputs()
        .into_dimensionality::<Ix2>()
        .map_err(|error| Problem::new("data", error.to_string(), ""))?;
    if raw.ncols() > INPUTS {
        let message = format!("{} inputs are too many", raw.ncols());
        return Err(
            Problem::new("many_inputs", message, "leave out columns: up to 64 inputs fit").field("data")
        );
    }
    let answers = match dataset.labels() {
        Some(labels) => Answers::Classes(labels.to_vec(), dataset.class_names().to_vec()),
        None => Answers::Numbers(dataset.targets().to_owned()),
    };
    Ok(Source {
        raw: raw.to_owned(),
        answers,
        names: dataset.feature_names().to_vec(),
        features: Features::Scaled(None),
        picture: if raw.ncols() == 2 { Picture::Plane } else { Picture::None },
        seed: 1,
        warnings,
    })
}

impl Table {
    fn of(text: &str, target: Option<&str>, task: Option<TaskChoice>) -> Result<Self> {
        check_size(text)?;
        let signs = signs(text);
        let summary = signs.apply_signs(text).summary()?;
        if summary.rows == 0 {
            return Err(Problem::new("no_rows", "the table has a header and no rows", "paste its rows too")
                .field("data"));
        }
        if summary.columns.len() < 2 {
            let message = "the table has one column, and needs an input and an answer";
            return Err(Problem::new("one_column", message, "separate columns by commas").field("data"));
        }
        let target = match target {
            None => guess_target(&summary),
            Some(name) => summary.columns.iter().position(|column| column.name == name).ok_or_else(|| {
                let message = format!("there is no column {name:?}");
                Problem::new("no_column", message, "choose one of the table")
                    .field("data.target")
                    .value("column", name)
            })?,
        };
        let task = task.unwrap_or_else(|| guess_task(&summary, target));
        Ok(Table { signs, summary, target, task })
    }

    /// The column of the answers.
    #[expect(clippy::indexing_slicing, reason = "`of` has found the target among the columns")]
    fn answer(&self) -> &ColumnSummary {
        &self.summary.columns[self.target]
    }

    /// How the library is to read the columns, and what is left out.
    fn reading(&self) -> Result<(Reading, Vec<Problem>)> {
        let Table { summary, target, task, .. } = self;
        let mut reading =
            Reading { target: Some(self.answer().column.clone()), task: *task, ..self.signs.clone() };
        let mut warnings = Vec::new();
        let mut inputs = 0;
        for (_, column) in summary.columns.iter().enumerate().filter(|(place, _)| place != target) {
            let (name, missing) = (&column.name, column.missing);
            if column.numbers + column.words == 0 || column.words > 0 && column.different > WORDS {
                warnings.push(left_out(column));
                reading.ignored.push(column.column.clone());
                continue;
            }
            inputs += 1;
            if column.words > 0 {
                reading.one_hot.push(column.column.clone());
            }
            if missing > 0 {
                let by_words = column.words > 0;
                let rule = if by_words { Missing::MostFrequent } else { Missing::Mean };
                reading.filled.push((column.column.clone(), rule));
                let how = if by_words { "the most frequent word" } else { "the mean" };
                let message = format!(
                    "column {name}: {missing} missing {} became {how}",
                    if missing == 1 { "value" } else { "values" }
                );
                let warning = Problem::new("filled", message, "");
                warnings.push(warning.value("column", name).value("missing", missing).value("by", how));
            }
        }
        if inputs == 0 {
            let problem =
                Problem::new("no_inputs", "no column is left to be an input", "add columns of numbers");
            return Err(problem.field("data"));
        }
        let missing = self.answer().missing;
        if missing > 0 {
            reading.drops_unanswered = true;
            let message = match missing {
                1 => "1 row has no answer and is left out".to_owned(),
                _ => format!("{missing} rows have no answer and are left out"),
            };
            warnings.push(Problem::new("unanswered", message, "").value("rows", missing));
        }
        Ok((reading, warnings))
    }
}

fn left_out(column: &ColumnSummary) -> Problem {
    let (name, words) = (&column.name, column.different);
    let (code, what) = match column.words {
        0 => ("column_empty", "no value".to_owned()),
        _ => ("column_of_words", format!("{words} different words")),
    };
    let warning = Problem::new(code, format!("column {name} is left out: {what}"), "");
    warning.value("column", name).value("words", words)
}

/// How a table is read: what is said to the library's reader.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) separator: char,
    pub(crate) decimal: char,
    pub(crate) has_header: bool,
    pub(crate) ignored: Vec<Place>,
    pub(crate) one_hot: Vec<Place>,
    pub(crate) filled: Vec<(Place, Missing)>,
    pub(crate) drops_unanswered: bool,
    pub(crate) target: Option<Place>,
    pub(crate) task: TaskChoice,
}

impl Reading {
    fn apply<'a>(&self, text: &'a str) -> Csv<'a> {
        let mut csv = self.apply_signs(text).ignore(self.ignored.clone()).one_hot(self.one_hot.clone());
        if self.drops_unanswered {
            csv = csv.on_missing(Missing::DropRow);
        }
        csv = self.filled.iter().fold(csv, |csv, (column, rule)| csv.on_missing_in(column.clone(), *rule));
        match (&self.target, self.task) {
            (None, _) => csv,
            (Some(column), TaskChoice::Classes) => csv.classes(column.clone()),
            (Some(column), TaskChoice::Numbers) => csv.targets([column.clone()]),
        }
    }

    fn apply_signs<'a>(&self, text: &'a str) -> Csv<'a> {
        Csv::parse(text, "table").separator(self.separator).decimal(self.decimal).has_header(self.has_header)
    }
}

/// How the table of these settings is read.
pub(crate) fn reading(text: &str, target: Option<&str>, task: Option<TaskChoice>) -> Result<Reading> {
    Ok(Table::of(text, target, task)?.reading()?.0)
}

fn check_size(text: &str) -> Result<()> {
    if text.trim().is_empty() {
        return Err(
            Problem::new("empty", "the table is empty", "paste rows, with a header above them").field("data")
        );
    }
    let rows = text.lines().count();
    if text.len() > BYTES || rows > ROWS + 1 {
        let message = format!("the table has {rows} rows and {} characters", text.len());
        let help = "take a part of it: up to 100000 rows and 5 million characters fit into the page";
        return Err(Problem::new("too_large", message, help).field("data").value("rows", rows));
    }
    Ok(())
}

/// The separator, the decimal sign and whether there is a header, guessed by the first line.
fn signs(text: &str) -> Reading {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: char| first.matches(separator).count();
    // where commas are decimal signs, there are as many of them as of another separator at most
    let separator = ['\t', ';'].into_iter().find(|&other| count(other) > 0 && count(other) >= count(','));
    let mut reading = Reading {
        separator: separator.unwrap_or(','),
        decimal: '.',
        has_header: true,
        ignored: Vec::new(),
        one_hot: Vec::new(),
        filled: Vec::new(),
        drops_unanswered: false,
        target: None,
        task: TaskChoice::Classes,
    };
    let numbers = |decimal: char| {
        let summary = Reading { decimal, ..reading.clone() }.apply_signs(text).summary();
        summary.map_or(0, |summary| summary.columns.iter().map(|column| column.numbers).sum::<usize>())
    };
    if reading.separator != ',' && numbers(',') > numbers('.') {
        reading.decimal = ',';
    }
    let decimal = reading.decimal;
    let is_number = |field: &str| field.trim().trim_matches('"').replace(decimal, ".").parse::<f64>().is_ok();
    reading.has_header = !first.split(reading.separator).any(is_number);
    reading
}

/// The last column of words of few kinds, else the last one.
fn guess_target(summary: &Summary) -> usize {
    let is_class = |column: &ColumnSummary| column.words > 0 && column.different <= CLASSES;
    summary.columns.iter().rposition(is_class).unwrap_or(summary.columns.len() - 1)
}

/// Words are classes, and so are a few whole numbers that come again and again.
#[expect(clippy::indexing_slicing, reason = "the target is one of the columns")]
fn guess_task(summary: &Summary, target: usize) -> TaskChoice {
    let column = &summary.columns[target];
    let whole = column.first.iter().all(|field| field.parse::<i64>().is_ok());
    let few = column.different == 2 || column.different <= 10 && column.different * 5 <= summary.rows;
    if column.words > 0 || whole && few { TaskChoice::Classes } else { TaskChoice::Numbers }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOWERS: &str = "length,width,colour,id,species\n1,2,red,a,x\n2,,blue,b,y\n3,4,red,c,x\n";

    #[test]
    fn a_table_is_guessed() {
        let of = preview(FLOWERS, None).unwrap();
        assert_eq!((of.rows, &*of.target, of.task), (3, "species", Task::Binary));
        assert_eq!(
            of.columns[1],
            Column { name: "width".into(), kind: "number".into(), distinct: 2, missing: 1 }
        );
        assert_eq!(of.head[1], ["2", "", "blue", "b", "y"]);
        let source = samples(FLOWERS, None, None).unwrap();
        assert_eq!(source.raw.row(1).to_vec()[..4], [2.0, 3.0, 1.0, 0.0]);
        assert_eq!(source.names[..4], ["length", "width", "colour=blue", "colour=red"]);
        assert_eq!(source.warnings[0].code, "filled");
    }

    #[test]
    fn other_signs_and_no_header() {
        let of = preview("1,5;2,5;yes\n2,5;1,0;no\n", None).unwrap();
        assert_eq!((of.columns.len(), of.rows, of.columns[0].kind.as_str()), (3, 2, "number"));
        assert_eq!(samples("1,5;2,5;yes\n2,5;1,0;no\n", None, None).unwrap().raw[[0, 0]], 1.5);
        let of = preview("x y,z\n1,2\n", Some("z")).unwrap();
        assert_eq!((of.columns[0].name.as_str(), of.task), ("x y", Task::Numbers));
    }

    #[test]
    fn what_can_not_be_taken_says_why() {
        let code = |text: &str, target| samples(text, target, None).map(drop).unwrap_err().code;
        assert_eq!(code("  \n", None), "empty");
        assert_eq!(code("a,b\n", None), "no_rows");
        assert_eq!(code("a\n1\n", None), "one_column");
        assert_eq!(code("a,b\n1,x\n2,x\n", None), "one_class");
        assert_eq!(code("a,b\n1,x\n2,y\n", Some("c")), "no_column");
        assert_eq!(code("a,b\n1,2,3\n", None), "data");
        assert_eq!(code(&"1,2\n".repeat(1_000_000), None), "too_large");
        assert_eq!(code(&"1".repeat(6_000_000), None), "too_large");
        assert_eq!(code("a,b\n,x\n,y\n", None), "no_inputs");
    }
}
