//! One input column while it is read: what is learned of it.

use std::collections::BTreeMap;

use super::field::{self, sorted};
use super::row::Row;
use super::{Column, InputColumn, InputKind, Missing};
use crate::{Error, Result};

/// An input column while it is read.
pub(super) struct Learner {
    column: Column,
    pub(super) place: usize,
    one_hot: bool,
    pub(super) rule: Missing,
    /// the number of values, and their mean
    count: usize,
    mean: f64,
    /// the numbers, for rules that need them all
    numbers: Vec<f64>,
    /// how often each category occurs
    categories: BTreeMap<String, usize>,
}

fn check_rule(rule: Missing, for_categories: bool) -> Result<()> {
    match rule {
        Missing::Value(value) if !value.is_finite() => {
            Err(Error::setting("Missing::Value", "finite", value, "0.0 is one"))
        }
        Missing::Mean | Missing::Median | Missing::Value(_) if for_categories => Err(Error::setting(
            "rule",
            "MostFrequent, DropRow or Refuse for a column of categories",
            format!("{rule:?}"),
            "categories have no mean: .on_missing_in(column, Missing::MostFrequent)",
        )),
        _ => Ok(()),
    }
}

impl Learner {
    pub(super) fn new(
        column: Column,
        place: usize,
        one_hot: bool,
        rule: Missing,
        own_rule: bool,
    ) -> Result<Self> {
        check_rule(rule, one_hot && own_rule)?;
        let (numbers, categories) = (Vec::new(), BTreeMap::new());
        Ok(Learner { column, place, one_hot, rule, count: 0, mean: 0.0, numbers, categories })
    }

    pub(super) fn see(&mut self, row: Row<'_>) -> Result<()> {
        let Some(text) = row.value(self.place)? else { return self.see_missing(row) };
        self.count += 1;
        if self.one_hot {
            match self.categories.get_mut(text) {
                Some(count) => *count += 1,
                None => drop(self.categories.insert(text.to_owned(), 1)),
            }
            return Ok(());
        }
        let number = field::number(text, row.format.decimal, || row.place_of(self.place))?;
        let count = self.count as f64;
        self.mean += number / count - self.mean / count;
        if matches!(self.rule, Missing::Median | Missing::MostFrequent) {
            self.numbers.push(number);
        }
        Ok(())
    }

    fn see_missing(&self, row: Row<'_>) -> Result<()> {
        let (expected, help) = match (self.one_hot, self.rule) {
            (_, Missing::MostFrequent | Missing::DropRow) => return Ok(()),
            (false, Missing::Refuse) => (
                "a number",
                "fill it by a rule, with .on_missing(Missing::Mean), or leave such rows out, with Missing::DropRow",
            ),
            (false, _) => return Ok(()),
            (true, _) => (
                "a category",
                "fill it with .on_missing_in(column, Missing::MostFrequent), leave such rows out, with Missing::DropRow, or \
                 make it a category of its own, with .missing that does not name it",
            ),
        };
        Err(row.is_missing(self.place, expected, help))
    }

    /// What was learned of the column that errors call `what`.
    pub(super) fn learned(self, what: &str, name: String) -> Result<InputColumn> {
        if self.count == 0 && !matches!(self.rule, Missing::Value(_)) {
            return Err(Error::data(
                what,
                "at least one value",
                "none: all are missing",
                "leave it out, with .ignore",
            ));
        }
        let drops_row = self.rule == Missing::DropRow;
        let kind = if self.one_hot {
            let names = sorted(self.categories.keys().cloned().collect());
            let most = names.iter().enumerate().rev().max_by_key(|(_, name)| self.categories.get(*name));
            let fill = most.filter(|_| self.rule == Missing::MostFrequent).map(|(category, _)| category);
            InputKind::OneHot { categories: names, fill }
        } else {
            InputKind::Number { fill: fill(self.rule, self.mean, self.numbers) }
        };
        Ok(InputColumn { column: self.column, name, kind, drops_row })
    }
}

/// What the rule fills in.
fn fill(rule: Missing, mean: f64, mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    match rule {
        Missing::Refuse | Missing::DropRow => None,
        Missing::Value(value) => Some(value),
        Missing::Mean => Some(mean),
        Missing::Median => {
            let (low, high) = (numbers.get((numbers.len() - 1) / 2)?, numbers.get(numbers.len() / 2)?);
            Some(low / 2.0 + high / 2.0)
        }
        Missing::MostFrequent => {
            let runs = numbers.chunk_by(|one, other| one == other);
            runs.rev().max_by_key(|run| run.len()).and_then(|run| run.first().copied())
        }
    }
}
