//! The samples that a training has, and what the net sees of them.

use serde::{Deserialize, Serialize};

/// Where the samples come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Data {
    /// Classes of points in the plane.
    Planar {
        /// Which.
        set: Planar,
        /// How many points, training and test together.
        samples: usize,
        /// The standard deviation of what is added to each coordinate.
        noise: f64,
        /// Their own seed.
        seed: u32,
    },
    /// The four rows of a logic gate.
    Gate {
        /// Which.
        gate: Gate,
    },
    /// A function of one number.
    Curve {
        /// Which.
        set: Curve,
        /// How many points.
        samples: usize,
        /// The standard deviation of what is added to the answer.
        noise: f64,
        /// Their own seed.
        seed: u32,
    },
    /// A function of two numbers.
    Surface {
        /// Which.
        set: Surface,
        /// How many points.
        samples: usize,
        /// The standard deviation of what is added to the answer.
        noise: f64,
        /// Their own seed.
        seed: u32,
    },
    /// Small grey digits, and those that were drawn by hand.
    Digits {
        /// How many of those in the page.
        samples: usize,
        /// The seed by which they are chosen.
        seed: u32,
        /// Those drawn by hand.
        drawn: Vec<Drawn>,
    },
    /// Samples in full, with classes or with targets.
    Points {
        /// The inputs, a row for each sample.
        points: Vec<Vec<f64>>,
        /// The class of each, counted from 0.
        classes: Option<Vec<usize>>,
        /// The targets of each.
        targets: Option<Vec<Vec<f64>>>,
    },
    /// A table as text.
    Csv {
        /// The table.
        text: String,
        /// The column with the answers; guessed where it is `null`.
        target: Option<String>,
        /// Whether the answers are classes or numbers; guessed where it is `null`.
        task: Option<TaskChoice>,
    },
}

/// Classes of points in the plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Planar {
    /// Four clouds; those across from each other are of one class.
    Xor,
    /// One circle in another.
    Circles,
    /// Two half moons.
    Moons,
    /// Two spiral arms.
    Spirals,
    /// Three clouds of three classes.
    Blobs,
    /// Inside and outside of a parabola.
    Parabola,
    /// One in ten is of a class that overlaps the other.
    Rare,
}

/// A logic gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// 1 if both are 1.
    And,
    /// 1 if any is 1.
    Or,
    /// 1 unless both are 1.
    Nand,
    /// 1 if none is 1.
    Nor,
    /// 1 if they differ.
    Xor,
    /// The same, with a third input that is always 1 and does the work of a bias.
    XorWithOnes,
}

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Curve {
    /// 2x + 1
    Line,
    /// x²
    Parabola,
    /// sin(π·x)
    Sine,
    /// 0 below 0, else 1
    Step,
}

/// A function of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// (x1 + x2)/2
    Plane,
    /// exp(-3·(x1² + x2²))
    Gaussian,
}

/// A digit that was drawn by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Drawn {
    /// Its pixels row by row, from 0, paper, to 1, ink.
    pub pixels: Vec<f64>,
    /// The digit that it is.
    pub label: usize,
}

/// What the answers of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TaskChoice {
    /// Names or numbers of classes.
    Classes,
    /// Numbers to come close to.
    Numbers,
}

/// An input that is computed from a point of the plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// x1
    X1,
    /// x2
    X2,
    /// x1²
    X1Squared,
    /// x2²
    X2Squared,
    /// x1·x2
    #[serde(rename = "x1_x2")]
    X1X2,
    /// sin(x1)
    SinX1,
    /// sin(x2)
    SinX2,
}
