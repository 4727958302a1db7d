//! The logic gates of the lectures.

use chainrule::data::toy;

use super::{Answers, Features, Source};
use crate::contract::{Gate, Picture};

/// The four rows of a gate, in the order of the truth table.
pub(crate) fn gate(gate: Gate) -> Source {
    let (raw, targets) = match gate {
        Gate::And => toy::and::<f64>(),
        Gate::Or => toy::or(),
        Gate::Nand => toy::nand(),
        Gate::Nor => toy::nor(),
        Gate::Xor | Gate::XorWithOnes => toy::xor(),
    };
    Source {
        raw,
        answers: Answers::Classes(
            targets.iter().map(|&t| usize::from(t == 1.0)).collect(),
            ["0", "1"].map(String::from).to_vec(),
        ),
        names: ["x1", "x2"].map(String::from).to_vec(),
        features: if gate == Gate::XorWithOnes { Features::WithOnes } else { Features::Raw },
        picture: Picture::Plane,
        seed: 1,
        warnings: Vec::new(),
    }
}
