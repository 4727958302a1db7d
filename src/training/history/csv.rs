//! The history as comma-separated values, so that any table program reads what was written (RFC 4180).

use std::ffi::OsStr;
use std::path::Path;

use super::Epoch;
use crate::{Error, Result};

/// A header and a line for each epoch; nothing of no epoch.
pub(super) fn of(epochs: &[Epoch]) -> String {
    let Some(first) = epochs.first() else { return String::new() };
    let names = first.training.metrics.iter().map(|(name, _)| &**name);
    let columns = columns(names, first.validation.is_some());
    epochs.iter().fold(header(&columns), |csv, epoch| csv + &row(epoch, &columns))
}

/// The line of the names.
pub(in crate::training) fn header(columns: &[String]) -> String {
    line(columns.iter().map(|name| field(name)))
}

/// The line of an epoch; empty where a column was not measured.
pub(in crate::training) fn row(epoch: &Epoch, columns: &[String]) -> String {
    let figures = columns.iter().skip(1).map(|column| epoch.figure(column).map_or_else(String::new, number));
    line(std::iter::once(epoch.number.to_string()).chain(figures))
}

/// Whether a file of that name may hold comma-separated values.
pub(in crate::training) fn check_name(path: &Path) -> Result<()> {
    let is_text = |end: &OsStr| end.eq_ignore_ascii_case("csv") || end.eq_ignore_ascii_case("txt");
    if path.extension().is_some_and(|end| !is_text(end)) {
        let problem = format!("{}: a file of this name can't be written", path.display());
        return Err(Error::mismatch(problem, "end the name with .csv"));
    }
    Ok(())
}

/// The names of the columns.
pub(in crate::training) fn columns<'a>(
    metrics: impl Iterator<Item = &'a str> + Clone,
    validation: bool,
) -> Vec<String> {
    let names = std::iter::once("loss").chain(metrics);
    let validated = names.clone().filter(|_| validation).map(|name| format!("validation_{name}"));
    std::iter::once("epoch".to_owned()).chain(names.map(str::to_owned)).chain(validated).collect()
}

/// All digits of a number, with an exponent where there would be rows of zeros.
fn number(value: f64) -> String {
    let plain = value == 0.0 || !value.is_finite() || (1e-5..1e16).contains(&value.abs());
    if plain { value.to_string() } else { format!("{value:e}") }
}

/// A name as one field, in quotes if it needs them.
fn field(name: &str) -> String {
    let special = |letter: char| matches!(letter, ',' | '"' | '\n' | '\r');
    let quoted = name.is_empty() || name.contains(special) || name.trim() != name;
    if quoted { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_owned() }
}

fn line(fields: impl Iterator<Item = String>) -> String {
    fields.collect::<Vec<_>>().join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::Measures;

    fn epoch(number: usize, losses: [f64; 2], names: &[&str]) -> Epoch {
        let measures = |loss: f64| Measures {
            loss,
            metrics: names.iter().map(|&name| (name.to_owned(), 1.0 - loss)).collect(),
        };
        Epoch { number, training: measures(losses[0]), validation: Some(measures(losses[1])) }
    }

    /// The records of a text in this form, as any other program would read them.
    fn read(csv: &str) -> Vec<Vec<String>> {
        let (mut records, mut record, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
        let mut letters = csv.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '"' if quoted && letters.next_if_eq(&'"').is_some() => field.push('"'),
                '"' => quoted = !quoted,
                ',' if !quoted => record.push(std::mem::take(&mut field)),
                '\n' if !quoted => {
                    record.push(std::mem::take(&mut field));
                    records.push(std::mem::take(&mut record));
                }
                letter => field.push(letter),
            }
        }
        records
    }

    #[test]
    fn csv_has_a_column_for_each_measure() {
        let epochs = [epoch(1, [0.5, 0.25], &["accuracy"]), epoch(2, [0.25, 0.75], &["accuracy"])];
        assert_eq!(
            of(&epochs),
            "epoch,loss,accuracy,validation_loss,validation_accuracy\n1,0.5,0.5,0.25,0.75\n2,0.25,0.75,0.75,0.25\n"
        );
        assert_eq!(of(&[]), "");
    }

    #[test]
    fn what_was_not_measured_stays_empty() {
        let epochs =
            [epoch(1, [0.5, 0.25], &["a"]), Epoch { validation: None, ..epoch(2, [0.25, 0.0], &["b"]) }];
        assert_eq!(
            of(&epochs),
            "epoch,loss,a,validation_loss,validation_a\n1,0.5,0.5,0.25,0.75\n2,0.25,,,\n"
        );
    }

    #[test]
    fn any_name_is_read_back() {
        let names = [
            "error, relative",
            "the \"best\"",
            "two\nlines",
            "two\r\nlines",
            " apart ",
            "",
            "\"",
            "Fehler in %",
        ];
        let records = read(&of(&[epoch(1, [0.5, 0.5], &names), epoch(2, [0.5, 0.5], &names)]));
        assert_eq!(records.len(), 3);
        assert_eq!(records[0][2..10], names);
        assert_eq!(records[0][11..], names.map(|name| format!("validation_{name}")));
        assert!(records.iter().all(|record| record.len() == records[0].len()));
        assert!(
            of(&[epoch(1, [0.5, 0.5], &names)]).starts_with("epoch,loss,\"error, relative\",\"the \"\"best")
        );
    }

    #[test]
    fn any_number_is_read_back_to_its_bits() {
        let numbers = [
            [0.1 + 0.2, 1.0 / 3.0],
            [f64::MAX, f64::MIN_POSITIVE],
            [5e-324, -1.0e-7],
            [f64::INFINITY, f64::NEG_INFINITY],
            [0.0, -0.0],
            [1e16, 12_345_678.9],
            [f64::NAN, 3.0],
        ];
        let csv = of(&numbers.map(|losses| epoch(1, losses, &[])));
        for (record, losses) in read(&csv)[1..].iter().zip(numbers) {
            for (text, loss) in record[1..].iter().zip(losses) {
                let back: f64 = text.parse().unwrap();
                assert!(
                    back.to_bits() == loss.to_bits() || back.is_nan() && loss.is_nan(),
                    "{text} for {loss:e}"
                );
                assert!(text.len() < 25, "{text}");
            }
        }
    }
}
