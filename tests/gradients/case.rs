//! One random case: a model, a loss and a batch, of which every gradient is judged; and the count of what was found.

use std::fmt::Write;

use chainrule::prelude::*;
use chainrule_tests::shaped;

use crate::judge::{Verdict, judge};

/// A model under a loss, with a batch.
pub struct Case {
    pub model: Sequential<f64>,
    pub loss: Box<dyn Loss<f64>>,
    pub x: Array2<f64>,
    pub t: Array2<f64>,
}

/// L = Σ t·y, whose slopes are the targets: for layers alone.
#[derive(Clone, Copy, Debug)]
pub struct Slopes;

impl Loss<f64> for Slopes {
    fn name(&self) -> &str {
        "slopes"
    }

    fn reads(&self, _: Output, _: usize) -> Result<Reads> {
        Ok(Reads::Outputs)
    }

    fn value(&self, y: ArrayView2<f64>, t: ArrayView2<f64>) -> f64 {
        (&y * &t).sum()
    }

    fn gradient(&self, _: ArrayView2<f64>, t: ArrayView2<f64>, mut dy: ArrayViewMut2<f64>) {
        dy.assign(&t);
    }

    fn mean_over(&self, _: usize, _: usize) -> usize {
        1
    }
}

/// What was found in a number of entries.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub cases: usize,
    pub right: usize,
    pub zero: usize,
    pub at_kink: usize,
    pub too_small: usize,
    pub wrong: usize,
    /// the largest relative error of the entries that are right
    pub worst: f64,
    /// the first wrong entry, in words
    pub fault: Option<String>,
}

impl Tally {
    pub fn add(&mut self, other: &Tally) {
        self.cases += other.cases;
        self.right += other.right;
        self.zero += other.zero;
        self.at_kink += other.at_kink;
        self.too_small += other.too_small;
        self.wrong += other.wrong;
        self.worst = self.worst.max(other.worst);
        self.fault = self.fault.take().or_else(|| other.fault.clone());
    }

    /// The share of the entries that could not be judged.
    pub fn left_out(&self) -> f64 {
        let left_out = self.at_kink + self.too_small;
        left_out as f64 / (self.right + self.zero + self.wrong + left_out).max(1) as f64
    }

    pub fn count(&mut self, verdict: Verdict, place: impl FnOnce(f64) -> String) {
        match verdict {
            Verdict::Right(error) => (self.right, self.worst) = (self.right + 1, self.worst.max(error)),
            Verdict::Zero => self.zero += 1,
            Verdict::AtKink => self.at_kink += 1,
            Verdict::TooSmall => self.too_small += 1,
            Verdict::Wrong { numeric } => {
                self.wrong += 1;
                self.fault.get_or_insert_with(|| place(numeric));
            }
        }
    }

    pub fn text(&self, what: &str) -> String {
        format!(
            "{what}: {} cases, {} entries right (worst relative error {:.1e}), {} zero both ways, left out {} at a kink and \
             {} too small ({:.2} %)",
            self.cases,
            self.right,
            self.worst,
            self.zero,
            self.at_kink,
            self.too_small,
            100.0 * self.left_out()
        )
    }
}

/// A parameter by its name, or the input.
#[derive(Clone, Debug, PartialEq)]
pub enum Variable {
    Param(String),
    Input,
}

impl Case {
    /// Judges up to that many entries of the input and of each parameter, chosen by `rng`.
    pub fn check(&self, entries: usize, rng: &mut Rng) -> Tally {
        let mut tally = Tally { cases: 1, ..Tally::default() };
        for (_, of_variable) in self.check_each(entries, rng) {
            tally.add(&of_variable);
        }
        tally
    }

    /// The verdicts on each parameter and on the input by themselves.
    pub fn check_each(&self, entries: usize, rng: &mut Rng) -> Vec<(Variable, Tally)> {
        let start = self.used_before();
        let mut model = start.clone();
        model.forward(&shaped(&self.model, &self.x)).unwrap();
        let value = model.loss(&*self.loss, &self.t).unwrap();
        assert!(value.is_finite(), "the loss is {value}\n{}", self.text());
        model.backward(&*self.loss, &self.t).unwrap();
        let size = value.abs() + sum_of_terms(&model);
        let params = model.gradients().unwrap().into_iter().map(|(name, g)| (Variable::Param(name), g));
        let input = (Variable::Input, model.delta(0).unwrap().into_owned());
        params
            .chain([input])
            .map(|(variable, gradient)| {
                let mut tally = Tally::default();
                for index in choose(gradient.len(), entries, rng) {
                    let index = (index / gradient.ncols(), index % gradient.ncols());
                    let analytic = gradient[index];
                    let verdict = self.judge(&start, &variable, index, analytic, [value, size]);
                    tally.count(verdict, |numeric| {
                        let text = self.text();
                        format!("{variable:?} {index:?}: {analytic:e} in backward, {numeric:e} in differences\n{text}")
                    });
                }
                (variable, tally)
            })
            .collect()
    }

    fn judge(
        &self,
        start: &Sequential<f64>,
        variable: &Variable,
        index: (usize, usize),
        analytic: f64,
        [value, size]: [f64; 2],
    ) -> Verdict {
        let mut model = start.clone();
        // a dropout draws its mask anew in each pass, unless the model is as it was
        let draws = model.layers().any(|layer| layer.name() == "dropout");
        let mut moved = match variable {
            Variable::Param(name) => start.param(name).unwrap().to_owned(),
            Variable::Input => self.x.clone(),
        };
        let x = shaped(&self.model, &self.x);
        judge(analytic, moved[index], value, size, |entry| {
            moved[index] = entry;
            if draws {
                model = start.clone();
            }
            match variable {
                Variable::Param(name) => {
                    model.set_param(name, &moved).unwrap();
                    model.forward(&x).unwrap();
                }
                Variable::Input => drop(model.forward(&shaped(&self.model, &moved)).unwrap()),
            }
            model.loss(&*self.loss, &self.t).unwrap()
        })
    }

    /// The model with a pass behind it, so that what a layer leaves unwritten or adds to is not 0.
    fn used_before(&self) -> Sequential<f64> {
        let mut model = self.model.clone();
        model.forward(&shaped(&self.model, &self.x.mapv(|x| 0.5 - 0.3 * x))).unwrap();
        model.backward_from(&Array2::from_elem((self.x.nrows(), model.output_width()), 0.7)).unwrap();
        model.gradients().unwrap();
        model
    }

    /// The case as somebody reads it who has to find the mistake.
    pub fn text(&self) -> String {
        let mut text = format!("{:?} over {} samples, behind\n", self.loss, self.x.nrows());
        for layer in self.model.layers() {
            writeln!(text, "  {} {:?}", layer.name(), layer.config()).unwrap();
        }
        write!(text, "{}", self.model).unwrap();
        text
    }
}

/// Σ |y·∂L/∂y| where the chain rule starts: what a loss sums up, about, whatever cancels in it.
fn sum_of_terms(model: &Sequential<f64>) -> f64 {
    let last = (0..=model.layers().len()).rev().find_map(|i| Some((model.activation(i)?, model.delta(i)?)));
    last.map_or(0.0, |(y, dy)| y.iter().zip(&dy).map(|(y, dy)| (y * dy).abs()).sum())
}

/// Up to `count` different numbers below `end`.
fn choose(end: usize, count: usize, rng: &mut Rng) -> Vec<usize> {
    if end <= count {
        return (0..end).collect();
    }
    let mut chosen = Vec::with_capacity(count);
    while chosen.len() < count {
        let next = rng.below(end);
        if !chosen.contains(&next) {
            chosen.push(next);
        }
    }
    chosen
}
