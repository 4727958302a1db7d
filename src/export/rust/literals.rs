//! Numbers as Rust writes them, with their exact bits.

use std::any::Any;

use crate::Float;

/// `f32` or `f64`.
pub(super) fn number_type<F: Float>() -> &'static str {
    if size_of::<F>() == 4 { "f32" } else { "f64" }
}

/// The shortest decimal that is read as this number, or what stands for those that have none.
pub(super) fn literal<F: Float>(number: F) -> String {
    let any: &dyn Any = &number;
    match (any.downcast_ref::<f32>(), any.downcast_ref::<f64>()) {
        (Some(number), _) if number.is_nan() && number.to_bits() != f32::NAN.to_bits() => {
            format!("f32::from_bits({:#x})", number.to_bits())
        }
        (_, Some(number)) if number.is_nan() && number.to_bits() != f64::NAN.to_bits() => {
            format!("f64::from_bits({:#x})", number.to_bits())
        }
        _ if number.is_nan() => format!("{}::NAN", number_type::<F>()),
        _ if number == F::infinity() => format!("{}::INFINITY", number_type::<F>()),
        _ if number == F::neg_infinity() => format!("{}::NEG_INFINITY", number_type::<F>()),
        _ => format!("{number:?}"),
    }
}

/// Numbers in lines of at most that many columns.
pub(super) struct Columns {
    text: String,
    width: usize,
    column: usize,
}

impl Columns {
    pub(super) fn new(width: usize) -> Self {
        Columns { text: String::new(), width, column: 0 }
    }

    pub(super) fn push(&mut self, number: &str) {
        if self.column + number.len() + 2 > self.width {
            self.text.push('\n');
            self.column = 0;
        }
        let before = if self.column == 0 { "    " } else { " " };
        self.text += before;
        self.text += number;
        self.text.push(',');
        self.column += before.len() + number.len() + 1;
    }

    /// The lines.
    pub(super) fn text(mut self) -> String {
        if self.column > 0 {
            self.text.push('\n');
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is printed is read by the parser of Rust's own literals.
    #[test]
    fn every_number_comes_back() {
        let mut rng = crate::Rng::new(1);
        for _ in 0..100_000 {
            let bits = (rng.uniform() * 2_f64.powi(32)) as u32;
            let number = f32::from_bits(bits);
            if number.is_finite() {
                assert_eq!(literal(number).parse::<f32>().unwrap().to_bits(), bits);
                assert!(literal(number).contains(['.', 'e']), "{}", literal(number));
            }
        }
    }

    #[test]
    fn numbers_that_are_not_finite() {
        assert_eq!(literal(-0.0_f32), "-0.0");
        assert_eq!([1e-45_f32, f32::INFINITY].map(literal), ["1e-45", "f32::INFINITY"]);
        assert_eq!([f64::NEG_INFINITY, f64::NAN].map(literal), ["f64::NEG_INFINITY", "f64::NAN"]);
        assert_eq!(literal(-f32::NAN), "f32::from_bits(0xffc00000)");
        assert_eq!(literal(f64::from_bits(0x7ff8_0000_0000_0001)), "f64::from_bits(0x7ff8000000000001)");
    }

    #[test]
    fn lines_are_not_too_long() {
        let mut columns = Columns::new(12);
        ["0.25", "1.0", "-0.5"].iter().for_each(|number| columns.push(number));
        assert_eq!(columns.text(), "    0.25,\n    1.0,\n    -0.5,\n");
    }
}
