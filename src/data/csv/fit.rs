//! What is learned from a file: its columns, classes and categories, and what fills a missing value.

use std::collections::{BTreeMap, BTreeSet};

use super::apply::{no_answer, no_rows};
use super::field::{list, quoted, sorted};
use super::learner::Learner;
use super::table::Table;
use super::{Column, Columns, Csv, Missing, Target, TargetColumns};
use crate::{Error, Result};

/// A column as it was chosen, and where it stands in this file.
type Chosen = (Column, usize);

pub(super) fn fit(csv: &Csv<'_>) -> Result<Columns> {
    let mut table = Table::new(&csv.bytes, &csv.name, &csv.format)?;
    let answers = find(&table, csv.target.as_ref().map_or(&[], Target::columns))?;
    check_answers(csv, &table, &answers)?;
    let mut inputs = learners(csv, &table, input_columns(csv, &table, &answers)?)?;
    let drops_unanswered = csv.rule == Missing::DropRow;
    let dropping = inputs.iter().filter(|input| input.rule == Missing::DropRow).map(|input| input.place);
    let mut dropping: Vec<usize> = dropping.collect();
    if drops_unanswered {
        dropping.extend(places(&answers));
    }
    let class = csv.target.as_ref().filter(|target| target.is_class()).and_then(|_| answers.first().cloned());
    let (mut classes, mut rows) = (BTreeSet::new(), 0_usize);
    table.for_each(|row| {
        if row.any_missing(&dropping)? {
            return Ok(());
        }
        rows += 1;
        inputs.iter_mut().try_for_each(|input| input.see(row))?;
        let Some((_, place)) = class else { return Ok(()) };
        let Some(name) = row.value(place)? else { return Err(no_answer(row, place, "a class")) };
        if !classes.contains(name) {
            classes.insert(name.to_owned());
        }
        Ok(())
    })?;
    if rows == 0 {
        return Err(no_rows(&csv.name));
    }
    let targets = match class {
        Some((column, place)) => {
            TargetColumns::Classes { column, names: class_names(csv, &csv.name_of(&table, place), classes)? }
        }
        None => TargetColumns::Numbers { columns: answers.into_iter().map(|(column, _)| column).collect() },
    };
    let learned = |input: Learner| {
        let (what, name) = (csv.name_of(&table, input.place), table.name(input.place));
        input.learned(&what, name)
    };
    let inputs = inputs.into_iter().map(learned).collect::<Result<_>>()?;
    Ok(Columns { format: csv.format.clone(), inputs, targets, drops_unanswered })
}

impl Target {
    fn columns(&self) -> &[Column] {
        match self {
            Target::Classes(column) => std::slice::from_ref(column),
            Target::Numbers(columns) => columns,
        }
    }

    fn is_class(&self) -> bool {
        matches!(self, Target::Classes(_))
    }
}

impl Csv<'_> {
    /// A column in an error.
    fn name_of(&self, table: &Table<'_>, place: usize) -> String {
        format!("{}: column {}", self.name.display(), quoted(&table.name(place)))
    }

    /// The choice of columns in an error.
    fn choice(&self) -> String {
        format!("{}: columns", self.name.display())
    }
}

fn find(table: &Table<'_>, columns: &[Column]) -> Result<Vec<Chosen>> {
    columns.iter().map(|column| Ok((column.clone(), table.find(column)?))).collect()
}

fn places(columns: &[Chosen]) -> impl Iterator<Item = usize> {
    columns.iter().map(|&(_, place)| place)
}

/// Whether each column of the table is one of these.
#[expect(clippy::indexing_slicing, reason = "`find` gives places in the table")]
fn flags(table: &Table<'_>, columns: &[Chosen]) -> Vec<bool> {
    let mut flags = vec![false; table.width()];
    places(columns).for_each(|place| flags[place] = true);
    flags
}

fn check_answers(csv: &Csv<'_>, table: &Table<'_>, answers: &[Chosen]) -> Result<()> {
    if !answers.is_empty() {
        return check_once(csv, table, answers);
    }
    let names: Vec<String> = (0..table.width()).map(|place| table.name(place)).collect();
    let help = format!("choose .classes(…), or .targets([…]) for numbers, out of {}", list(&names));
    Err(Error::data(csv.choice(), "one that holds the answers", "none", help))
}

/// A column that was chosen twice is a mistake.
#[expect(clippy::indexing_slicing, reason = "`find` gives places in the table")]
fn check_once(csv: &Csv<'_>, table: &Table<'_>, columns: &[Chosen]) -> Result<()> {
    let mut seen = vec![false; table.width()];
    let Some(place) = places(columns).find(|&place| std::mem::replace(&mut seen[place], true)) else {
        return Ok(());
    };
    let got = format!("column {} twice", quoted(&table.name(place)));
    let help = "a column is an input or an answer: name it once";
    Err(Error::data(csv.choice(), "each column once", got, help))
}

/// The input columns in their order.
#[expect(
    clippy::indexing_slicing,
    reason = "`find` gives places in the table, for each of which there is a flag"
)]
fn input_columns(csv: &Csv<'_>, table: &Table<'_>, answers: &[Chosen]) -> Result<Vec<Chosen>> {
    let (ignored, one_hot) = (find(table, &csv.ignored)?, find(table, &csv.one_hot)?);
    let is_ignored = flags(table, &ignored);
    let chosen = match &csv.inputs {
        Some(columns) => {
            let mut chosen = find(table, columns)?;
            let is_chosen = flags(table, &chosen);
            chosen.extend(one_hot.iter().filter(|(_, place)| !is_chosen[*place]).cloned());
            chosen
        }
        None => {
            let is_answer = flags(table, answers);
            let rest = (0..table.width()).filter(|&place| !is_answer[place] && !is_ignored[place]);
            find(table, &rest.map(|place| table.column(place)).collect::<Vec<_>>())?
        }
    };
    check_once(csv, table, &[&chosen, answers].concat())?;
    check_once(csv, table, &one_hot)?;
    if let Some(place) = places(&one_hot).chain(places(&chosen)).find(|&place| is_ignored[place]) {
        let help = "leave it out of .ignore";
        return Err(Error::data(csv.name_of(table, place), "an input", "a column to ignore", help));
    }
    if chosen.is_empty() {
        let help = "choose .inputs that are no answers";
        return Err(Error::data(csv.choice(), "at least one input", "none", help));
    }
    Ok(chosen)
}

/// What each input column starts with: its kind and its rule.
#[expect(
    clippy::indexing_slicing,
    reason = "`find` gives places in the table, for each of which there is a flag"
)]
fn learners(csv: &Csv<'_>, table: &Table<'_>, chosen: Vec<Chosen>) -> Result<Vec<Learner>> {
    let is_one_hot = flags(table, &find(table, &csv.one_hot)?);
    let mut rules = BTreeMap::new();
    for (column, rule) in &csv.rules {
        rules.insert(table.find(column)?, *rule);
    }
    let learner = |(column, place)| {
        let own = rules.remove(&place);
        Learner::new(column, place, is_one_hot[place], own.unwrap_or(csv.rule), own.is_some())
    };
    let learners = chosen.into_iter().map(learner).collect::<Result<_>>()?;
    let Some((&place, _)) = rules.first_key_value() else { return Ok(learners) };
    Err(Error::data(
        csv.name_of(table, place),
        "an input, for it has a rule for missing values",
        "another column",
        "an answer can't be filled in: .on_missing(Missing::DropRow) leaves out rows without one",
    ))
}

fn class_names(csv: &Csv<'_>, what: &str, found: BTreeSet<String>) -> Result<Vec<String>> {
    let names = match &csv.class_names {
        None => sorted(found),
        Some(names) => {
            let given: BTreeSet<&String> = names.iter().collect();
            if given.len() < names.len() {
                let help = "give each class a name of its own";
                return Err(Error::data(what, "class names that differ", list(names), help));
            }
            names.clone()
        }
    };
    if names.len() > 1 {
        return Ok(names);
    }
    let help = "is this the column of the classes? .class_names names those that the file lacks";
    let got = if names.is_empty() { "none".to_owned() } else { list(&names) };
    Err(Error::data(what, "at least two classes", got, help))
}
