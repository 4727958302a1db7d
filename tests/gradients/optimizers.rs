//! Every optimizer with random settings against its published formula, written out here for one number at a time.

use chainrule::optimizer::{Look, Trainable, Visit, WeightDecay};
use chainrule::prelude::*;
use chainrule_tests::normal;

use crate::case::Tally;
use crate::judge::{TOLERANCE, Verdict};

/// Every optimizer of the library, by the name that src/optimizer.rs exports.
pub const OPTIMIZERS: [&str; 7] = ["AdaGrad", "Adam", "AdamW", "ClipNorm", "ClipValue", "RmsProp", "Sgd"];

/// What src/optimizer.rs exports beside optimizers.
pub const NO_OPTIMIZERS: [&str; 2] = ["PerParam", "WeightDecay"];

/// The rules with their settings, without clipping.
///
/// Sources: the papers that the docs of each optimizer name, in the form of PyTorch 2 (torch.optim).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    AdaGrad { epsilon: f64 },
    Adam { beta1: f64, beta2: f64, epsilon: f64, decoupled: bool, amsgrad: bool },
    RmsProp { alpha: f64, epsilon: f64, momentum: f64, centered: bool },
    Sgd { momentum: f64, dampening: f64, nesterov: bool },
}

/// An optimizer's settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    pub rule: Rule,
    pub rate: f64,
    pub decay: f64,
    pub weights_only: bool,
    pub clip_norm: Option<f64>,
    pub clip_value: Option<f64>,
}

impl Settings {
    /// Settings for the optimizer with that number in [`OPTIMIZERS`].
    pub fn draw(kind: usize, rng: &mut Rng) -> Self {
        let clip = Some(10.0_f64.powf(2.0 * rng.uniform() - 1.0));
        let (name, clip_norm, clip_value) = match OPTIMIZERS[kind] {
            "ClipNorm" => (["AdaGrad", "Adam", "RmsProp", "Sgd"][rng.below(4)], clip, None),
            "ClipValue" => (["AdaGrad", "Adam", "RmsProp", "Sgd"][rng.below(4)], None, clip),
            name => (name, None, None),
        };
        let epsilon = 10.0_f64.powf(-9.0 * rng.uniform());
        let momentum = if rng.below(2) == 0 { 0.0 } else { 0.95 * rng.uniform() };
        let rule = match name {
            "AdaGrad" => Rule::AdaGrad { epsilon },
            "Adam" | "AdamW" => Rule::Adam {
                beta1: 0.99 * rng.uniform(),
                beta2: 0.9999 * rng.uniform(),
                epsilon,
                decoupled: name == "AdamW",
                amsgrad: rng.below(2) == 0,
            },
            "RmsProp" => Rule::RmsProp {
                alpha: 0.3 + 0.69 * rng.uniform(),
                epsilon,
                momentum,
                centered: rng.below(2) == 0,
            },
            _ => {
                let nesterov = momentum > 0.0 && rng.below(2) == 0;
                let dampening = if nesterov || rng.below(2) == 0 { 0.0 } else { 0.9 * rng.uniform() };
                Rule::Sgd { momentum, dampening, nesterov }
            }
        };
        let decay = if rng.below(2) == 0 { 0.0 } else { rng.uniform() };
        Settings {
            rule,
            rate: 10.0_f64.powf(-2.0 * rng.uniform()),
            decay,
            weights_only: rng.below(2) == 0,
            clip_norm,
            clip_value,
        }
    }

    /// The library's optimizer with these settings.
    fn optimizer(&self) -> Box<dyn Optimizer<f64>> {
        let decay = WeightDecay { rate: self.decay, weights_only: self.weights_only };
        let inner: Box<dyn Optimizer<f64>> = match self.rule {
            Rule::AdaGrad { epsilon } => {
                Box::new(AdaGrad::new(self.rate).epsilon(epsilon).weight_decay(decay))
            }
            Rule::Adam { beta1, beta2, epsilon, decoupled, amsgrad } => {
                let adam = if decoupled { AdamW::new(self.rate) } else { Adam::new(self.rate) };
                let adam = adam.betas(beta1, beta2).epsilon(epsilon).weight_decay(decay);
                Box::new(if amsgrad { adam.amsgrad() } else { adam })
            }
            Rule::RmsProp { alpha, epsilon, momentum, centered } => {
                let rms = RmsProp::new(self.rate).alpha(alpha).epsilon(epsilon).momentum(momentum);
                let rms = rms.weight_decay(decay);
                Box::new(if centered { rms.centered() } else { rms })
            }
            Rule::Sgd { momentum, dampening, nesterov } => {
                let sgd = Sgd::new(self.rate).momentum(momentum).dampening(dampening).weight_decay(decay);
                Box::new(if nesterov { sgd.nesterov() } else { sgd })
            }
        };
        match (self.clip_norm, self.clip_value) {
            (Some(limit), _) => Box::new(ClipNorm::new(limit, inner)),
            (_, Some(limit)) => Box::new(ClipValue::new(limit, inner)),
            _ => inner,
        }
    }

    /// θ after step t, from its gradient; `s` is what is kept of the steps before, the last of it the largest |θ|.
    fn published(&self, t: i32, theta: f64, g: f64, is_weight: bool, s: &mut [f64; 4]) -> f64 {
        let decay = if self.weights_only && !is_weight { 0.0 } else { self.decay };
        let rate = self.rate;
        s[3] = s[3].max(theta.abs());
        match self.rule {
            Rule::AdaGrad { epsilon } => {
                let g = g + decay * theta;
                s[0] += g.powi(2);
                if g == 0.0 { theta } else { theta - rate * g / (s[0].sqrt() + epsilon) }
            }
            Rule::Adam { beta1, beta2, epsilon, decoupled, amsgrad } => {
                let (g, theta) =
                    if decoupled { (g, theta - rate * decay * theta) } else { (g + decay * theta, theta) };
                s[0] = beta1 * s[0] + (1.0 - beta1) * g;
                s[1] = beta2 * s[1] + (1.0 - beta2) * g.powi(2);
                s[2] = s[2].max(s[1]);
                let mean = s[0] / (1.0 - beta1.powi(t));
                let square = (if amsgrad { s[2] } else { s[1] }) / (1.0 - beta2.powi(t));
                theta - rate * mean / (square.sqrt() + epsilon)
            }
            Rule::RmsProp { alpha, epsilon, momentum, centered } => {
                let g = g + decay * theta;
                s[0] = alpha * s[0] + (1.0 - alpha) * g.powi(2);
                s[1] = alpha * s[1] + (1.0 - alpha) * g;
                let variance = if centered { s[0] - s[1].powi(2) } else { s[0] };
                let step = if g == 0.0 { 0.0 } else { g / (variance.max(0.0).sqrt() + epsilon) };
                s[2] = momentum * s[2] + step;
                theta - rate * s[2]
            }
            Rule::Sgd { momentum, dampening, nesterov } => {
                let g = g + decay * theta;
                if momentum == 0.0 {
                    return theta - rate * g; // dampening is of the velocity, and there is none
                }
                s[0] = if t == 1 { g } else { momentum * s[0] + (1.0 - dampening) * g };
                theta - rate * if nesterov { g + momentum * s[0] } else { s[0] }
            }
        }
    }

    /// The same settings with one of them off by a hundredth, or the other way round, by its name.
    pub fn spoiled(&self) -> Vec<(&'static str, Settings)> {
        let with = |rule: Rule| Settings { rule, ..*self };
        let mut all = vec![("rate", Settings { rate: 1.01 * self.rate, ..*self })];
        if self.decay > 0.0 {
            all.push(("decay", Settings { decay: 1.01 * self.decay, ..*self }));
            all.push(("weights only", Settings { weights_only: !self.weights_only, ..*self }));
        }
        all.extend(self.clip_norm.map(|l| ("norm", Settings { clip_norm: Some(1.01 * l), ..*self })));
        all.extend(self.clip_value.map(|l| ("value", Settings { clip_value: Some(1.01 * l), ..*self })));
        match self.rule {
            Rule::AdaGrad { epsilon } => {
                all.push(("AdaGrad ε", with(Rule::AdaGrad { epsilon: 1.01 * epsilon })));
            }
            Rule::Adam { beta1, beta2, epsilon, decoupled, amsgrad } => all.extend([
                ("β₁", with(Rule::Adam { beta1: 0.99 * beta1, beta2, epsilon, decoupled, amsgrad })),
                ("β₂", with(Rule::Adam { beta1, beta2: 0.99 * beta2, epsilon, decoupled, amsgrad })),
                ("Adam ε", with(Rule::Adam { beta1, beta2, epsilon: 1.01 * epsilon, decoupled, amsgrad })),
                ("decoupled", with(Rule::Adam { beta1, beta2, epsilon, decoupled: !decoupled, amsgrad })),
                ("AMSGrad", with(Rule::Adam { beta1, beta2, epsilon, decoupled, amsgrad: !amsgrad })),
            ]),
            Rule::RmsProp { alpha, epsilon, momentum, centered } => all.extend([
                ("α", with(Rule::RmsProp { alpha: 0.99 * alpha, epsilon, momentum, centered })),
                ("RMSprop ε", with(Rule::RmsProp { alpha, epsilon: 1.01 * epsilon, momentum, centered })),
                (
                    "RMSprop momentum",
                    with(Rule::RmsProp { alpha, epsilon, momentum: momentum + 0.01, centered }),
                ),
                ("centered", with(Rule::RmsProp { alpha, epsilon, momentum, centered: !centered })),
            ]),
            Rule::Sgd { momentum, dampening, nesterov } if momentum > 0.0 => all.extend([
                ("momentum", with(Rule::Sgd { momentum: 0.99 * momentum, dampening, nesterov })),
                ("dampening", with(Rule::Sgd { momentum, dampening: dampening + 0.01, nesterov })),
                ("Nesterov", with(Rule::Sgd { momentum, dampening, nesterov: !nesterov })),
            ]),
            Rule::Sgd { .. } => {}
        }
        all
    }
}

/// Parameters with gradients that are numbers or products.
struct Held(Vec<Parameter>);

struct Parameter {
    theta: Array2<f64>,
    /// of a product, the other factor of which is a column of ones for numbers
    a: Array2<f64>,
    b: Array2<f64>,
    is_product: bool,
    is_weight: bool,
}

impl Parameter {
    fn gradient(&self) -> Array2<f64> {
        if self.is_product { self.a.t().dot(&self.b) } else { self.b.clone() }
    }

    fn view<'a>(&'a self, room: &'a mut Array2<f64>) -> Gradient<'a, f64> {
        let gradient = match self.is_product {
            true => Gradient::product(self.a.view(), self.b.view(), room),
            false => Gradient::from(&self.b),
        };
        gradient.of_weights(self.is_weight)
    }
}

impl Trainable<f64> for Held {
    fn visit_params(&mut self, visit: &mut Visit<'_, f64>) -> Result<()> {
        self.0.iter_mut().enumerate().try_for_each(|(index, parameter)| {
            let mut theta = parameter.theta.clone();
            visit(index, &mut theta, parameter.view(&mut Array2::zeros(parameter.theta.dim())))?;
            parameter.theta = theta;
            Ok(())
        })
    }

    fn visit_gradients(&mut self, look: &mut Look<'_, f64>) -> Result<()> {
        self.0.iter().enumerate().try_for_each(|(index, parameter)| {
            look(index, parameter.view(&mut Array2::zeros(parameter.theta.dim())))
        })
    }
}

/// Some steps of the optimizer with `settings`, against the formula with those of `formula`.
pub fn check(settings: &Settings, formula: &Settings, rng: &mut Rng) -> Tally {
    let mut tally = Tally { cases: 1, ..Tally::default() };
    let mut optimizer = settings.optimizer();
    let mut held = Held((0..1 + rng.below(3)).map(|_| parameter(rng)).collect());
    let mut expected: Vec<_> =
        held.0.iter().map(|p| (p.theta.clone(), Array2::from_elem(p.theta.dim(), [0.0; 4]))).collect();
    for t in 1..=1 + rng.below(6) as i32 {
        // from gradients that are far below ε to some that are far above
        let size = 10.0_f64.powf(6.0 * rng.uniform() - 3.0);
        for p in &mut held.0 {
            p.b = size * normal(p.b.dim(), rng);
            if rng.below(4) == 0 {
                p.b.column_mut(0).fill(0.0);
            }
        }
        let gradients: Vec<Array2<f64>> = held.0.iter().map(Parameter::gradient).collect();
        let norm = gradients.iter().flatten().map(|g| g * g).sum::<f64>().sqrt();
        optimizer.step(&mut held).unwrap();
        for ((p, g), (theta, state)) in held.0.iter().zip(&gradients).zip(&mut expected) {
            for (index, g) in g.indexed_iter() {
                let g = formula.clip_norm.map_or(*g, |limit| g * (limit / norm).min(1.0));
                let g = formula.clip_value.map_or(g, |limit| g.clamp(-limit, limit));
                let before = theta[index];
                theta[index] = formula.published(t, before, g, p.is_weight, &mut state[index]);
                let verdict = compare(p.theta[index], theta[index], before, f64::from(t) * state[index][3]);
                tally.count(verdict, |numeric| {
                    let got = p.theta[index] - before;
                    format!("entry {index:?} in step {t}: moves by {got:e}, the formula by {numeric:e}\n{settings:?}")
                });
            }
        }
    }
    tally
}

fn parameter(rng: &mut Rng) -> Parameter {
    let (rows, columns, samples) = (1 + rng.below(17), 1 + rng.below(17), 1 + rng.below(33));
    let is_product = rng.below(2) == 0;
    Parameter {
        theta: normal((rows, columns), rng),
        a: normal((samples, rows), rng),
        b: Array2::zeros((if is_product { samples } else { rows }, columns)),
        is_product,
        is_weight: rng.below(2) == 0,
    }
}

/// The relative error of a step, where it is not lost in the rounding of θ.
fn compare(got: f64, expected: f64, before: f64, largest: f64) -> Verdict {
    let (step, error) = ((expected - before).abs(), (got - expected).abs());
    let rounding = 8.0 * f64::EPSILON * largest.max(expected.abs());
    let judged = 3.0 * rounding <= TOLERANCE * step;
    match () {
        () if judged && error <= TOLERANCE * step => Verdict::Right(error / step),
        () if step == 0.0 && error <= rounding => Verdict::Zero,
        () if !judged && error <= TOLERANCE * step + 3.0 * rounding => Verdict::TooSmall,
        () => Verdict::Wrong { numeric: expected - before },
    }
}
