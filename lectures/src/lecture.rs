//! A lecture as it is run: with its own numbers, which are then checked, or with those of its reader.

use std::borrow::Borrow;
use std::fmt::Display;
use std::path::PathBuf;

use approx::abs_diff_eq;
use chainrule::Result;
use chainrule_draw::Drawing;
use clap::{Arg, ArgMatches, Command, value_parser};

/// The numbers of a lecture that its reader may change; `None` where it has no such number.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbers {
    /// The seed of its random numbers.
    pub seed: Option<u32>,
    /// The learning rate.
    pub rate: Option<f64>,
    /// How often it goes through its samples.
    pub epochs: Option<usize>,
    /// Whether it writes a report instead of pictures.
    pub report: bool,
}

/// A run of a lecture: its numbers, and where its pictures go.
#[derive(Clone, Debug)]
pub struct Lecture {
    /// The seed of its random numbers; 0 if it has none.
    pub seed: u32,
    /// The learning rate; 0 if it has none.
    pub rate: f64,
    /// How often it goes through its samples; 0 if it trains nothing.
    pub epochs: usize,
    /// Where the report is to go, if one was asked for.
    pub report: Option<PathBuf>,
    pictures: PathBuf,
    changed: Vec<String>,
}

impl Lecture {
    /// Reads the command line of a lecture with these numbers of its own. Where it asks for help, or can't be understood,
    /// the program ends here.
    pub fn read(own: Numbers) -> Self {
        Self::from_args(own, std::env::args()).unwrap_or_else(|error| error.exit())
    }

    fn from_args(own: Numbers, args: impl IntoIterator<Item = String>) -> clap::error::Result<Self> {
        let mut command = Command::new("lecture")
            .about("A lecture, digit for digit; with other numbers it runs as well, and compares none.");
        let option = |name: &'static str, help: &'static str, own: String| {
            Arg::new(name).long(name).help(help).default_value(own).allow_negative_numbers(true)
        };
        if let Some(own) = own.seed {
            let seed = option("seed", "of the random numbers", own.to_string());
            command = command.arg(seed.value_parser(value_parser!(u32)));
        }
        if let Some(own) = own.rate {
            command = command.arg(option("rate", "learning rate", own.to_string()).value_parser(positive));
        }
        if let Some(own) = own.epochs {
            let epochs = option("epochs", "how often to go through the samples", own.to_string());
            command = command.arg(epochs.value_parser(at_least_one));
        }
        if own.report {
            let help = "file for a page that tells how it went, such as run.html";
            command = command.arg(Arg::new("report").long("report").help(help).value_parser(page));
        } else {
            let pictures = option("pictures", "folder that the pictures are written to", "pictures".into());
            command = command.arg(pictures.value_parser(value_parser!(PathBuf)));
        }

        let matches = command.try_get_matches_from(args)?;
        let mut changed = Vec::new();
        Ok(Lecture {
            seed: number("seed", own.seed, &matches, &mut changed),
            rate: number("rate", own.rate, &matches, &mut changed),
            epochs: number("epochs", own.epochs, &matches, &mut changed),
            report: if own.report { matches.get_one("report").cloned() } else { None },
            pictures: if own.report {
                PathBuf::new()
            } else {
                matches.get_one("pictures").cloned().unwrap_or_default()
            },
            changed,
        })
    }

    /// Whether all numbers are the lecture's own.
    pub fn is_unchanged(&self) -> bool {
        self.changed.is_empty()
    }

    /// Writes `NAME.svg` into the folder of the pictures: the one that was asked for, or else `pictures`, which git ignores.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn save(&self, drawing: &impl Drawing, name: &str) -> Result<()> {
        let path = self.pictures.join(format!("{name}.svg"));
        drawing.save(&path)?;
        println!("picture: {}", path.display());
        Ok(())
    }

    /// Fails unless the values are the expected ones within the (absolute) tolerance; of changed numbers nothing is expected.
    ///
    /// # Panics
    /// If a number is farther off, or there are more or fewer of them.
    pub fn check<A, B>(&self, name: &str, values: A, expected: B, tolerance: f64)
    where
        A: IntoIterator<Item: Borrow<f64>>,
        B: IntoIterator<Item: Borrow<f64>>,
    {
        let values: Vec<f64> = values.into_iter().map(|item| *item.borrow()).collect();
        let expected: Vec<f64> = expected.into_iter().map(|item| *item.borrow()).collect();
        let agree = abs_diff_eq!(values[..], expected[..], epsilon = tolerance);
        self.check_that(agree, || format!("{name}: {values:?} is not {expected:?} within {tolerance:e}"));
        if self.is_unchanged() {
            println!("checked: {name}");
        }
    }

    /// Fails unless something holds for the lecture's own numbers.
    ///
    /// # Panics
    /// If it does not.
    pub fn check_that(&self, holds: bool, problem: impl FnOnce() -> String) {
        assert!(holds || !self.is_unchanged(), "{}", problem());
    }

    /// Says at the end whether the numbers were compared.
    pub fn end(&self) {
        if !self.is_unchanged() {
            println!("\nnot compared with the lecture: {}", self.changed.join(", "));
        }
    }
}

/// The number that was given, or the lecture's own; a change of it is noted.
fn number<T>(name: &str, own: Option<T>, matches: &ArgMatches, changed: &mut Vec<String>) -> T
where
    T: Copy + Default + Display + PartialEq + Send + Sync + 'static,
{
    let Some(own) = own else { return T::default() };
    let now = matches.get_one(name).copied().unwrap_or(own);
    if now != own {
        changed.push(format!("{name} {now} instead of {own}"));
    }
    now
}

fn at_least_one(text: &str) -> std::result::Result<usize, String> {
    let count = text.parse().map_err(|_| "a whole number, such as 100, is needed".to_owned())?;
    if count > 0 { Ok(count) } else { Err("it has to be at least 1".into()) }
}

/// A name that a page can be written under, so that this is known before the training and not after it.
fn page(text: &str) -> std::result::Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let is_page = path.extension().is_some_and(|end| end == "html" || end == "htm");
    if is_page { Ok(path) } else { Err("its name has to end with .html".into()) }
}

fn positive(text: &str) -> std::result::Result<f64, String> {
    let rate = text.parse().map_err(|_| "a number, such as 0.1, is needed".to_owned())?;
    if rate > 0.0 && f64::is_finite(rate) {
        Ok(rate)
    } else {
        Err("it has to be finite and more than 0".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: Numbers = Numbers { seed: Some(3), rate: Some(0.1), epochs: Some(20), report: false };

    fn read(own: Numbers, args: &str) -> clap::error::Result<Lecture> {
        Lecture::from_args(own, std::iter::once("lecture").chain(args.split_whitespace()).map(str::to_owned))
    }

    #[test]
    fn a_lecture_has_its_own_numbers() {
        let lecture = read(OWN, "").unwrap();
        assert_eq!((lecture.seed, lecture.rate, lecture.epochs), (3, 0.1, 20));
        assert_eq!(lecture.pictures, PathBuf::from("pictures"));
        assert!(lecture.is_unchanged() && read(OWN, "--seed 3 --pictures elsewhere").unwrap().is_unchanged());
    }

    #[test]
    #[should_panic(expected = "sum: [1.0] is not [2.0] within 1e-1")]
    fn its_own_numbers_are_checked() {
        read(OWN, "").unwrap().check("sum", [1.0], [2.0], 0.1);
    }

    #[test]
    fn changed_numbers_are_not() {
        let lecture = read(OWN, "--seed 4 --rate 0.5 --epochs 7").unwrap();
        assert_eq!((lecture.seed, lecture.rate, lecture.epochs), (4, 0.5, 7));
        assert_eq!(
            lecture.changed,
            ["seed 4 instead of 3", "rate 0.5 instead of 0.1", "epochs 7 instead of 20"]
        );
        lecture.check("sum", [1.0], [2.0, 3.0], 0.1);
        lecture.check_that(false, String::new);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for args in
            ["--seed -1", "--rate 0", "--rate nan", "--rate x", "--epochs 0", "--epochs -3", "--sed 1", "4"]
        {
            assert!(read(OWN, args).is_err(), "{args}");
        }
        let with_report = Numbers { report: true, ..OWN };
        assert!(
            read(with_report, "--report run.pdf").is_err() && read(with_report, "--pictures here").is_err()
        );
        assert_eq!(
            read(with_report, "--report a/run.html").unwrap().report,
            Some(PathBuf::from("a/run.html"))
        );
        // a lecture without such a number
        assert!(read(Numbers::default(), "--seed 4").is_err());
        assert!(read(Numbers::default(), "").unwrap().is_unchanged());
    }
}
