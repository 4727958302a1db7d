//! Numbers as files hold them, in any of their types, and the types that they become.

/// A number type that the numbers of a file may become: `f32`, `f64`, or any of Rust's integers up to 64 bits.
///
/// A whole number becomes the nearest float; a float becomes a whole number only if it is one. What does not fit is an error.
pub trait FileNumber: Copy {
    /// A whole number as this type; `None` if it does not fit.
    fn from_whole(number: i128) -> Option<Self>;

    /// A float as this type; `None` if it does not fit.
    fn from_float(number: f64) -> Option<Self>;
}

macro_rules! whole_numbers {
    ($($integer:ty)*) => {$(
        impl FileNumber for $integer {
            fn from_whole(number: i128) -> Option<Self> {
                number.try_into().ok()
            }

            fn from_float(number: f64) -> Option<Self> {
                // the cast can't be trusted beyond 2¹²⁷, where no integer of 64 bits is
                if number.fract() == 0.0 && number.abs() < 1e30 { Self::from_whole(number as i128) } else { None }
            }
        }
    )*};
}
whole_numbers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

impl FileNumber for f64 {
    fn from_whole(number: i128) -> Option<Self> {
        Some(number as f64)
    }

    fn from_float(number: f64) -> Option<Self> {
        Some(number)
    }
}

impl FileNumber for f32 {
    fn from_whole(number: i128) -> Option<Self> {
        Some(number as f32)
    }

    fn from_float(number: f64) -> Option<Self> {
        let nearest = number as f32;
        (nearest.is_finite() || !number.is_finite()).then_some(nearest)
    }
}

/// A type of numbers in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Unsigned,
    Signed,
    Float,
}

/// How numbers lie in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Encoding {
    pub(super) kind: Kind,
    /// the bytes of one: 1, 2, 4 or 8, and of a float not 1
    pub(super) size: usize,
    pub(super) big_endian: bool,
}

impl Encoding {
    /// All numbers, or which one does not fit and what it is.
    pub(super) fn numbers<T: FileNumber>(self, bytes: &[u8]) -> Result<Vec<T>, (usize, String)> {
        let numbers = bytes.chunks_exact(self.size).enumerate().map(|(index, bytes)| {
            let word = self.word(bytes);
            let (number, shown) = match self.kind {
                Kind::Unsigned => (T::from_whole(word.into()), i128::from(word)),
                Kind::Signed => {
                    let unused = 64 - 8 * self.size;
                    let number = i128::from((word << unused) as i64 >> unused); // the sign is copied into the upper bits
                    (T::from_whole(number), number)
                }
                Kind::Float => {
                    let number = self.float(word);
                    return T::from_float(number).ok_or_else(|| (index, number.to_string()));
                }
            };
            number.ok_or_else(|| (index, shown.to_string()))
        });
        numbers.collect()
    }

    /// The bits of one number.
    fn word(self, bytes: &[u8]) -> u64 {
        let append = |word: u64, &byte: &u8| word << 8 | u64::from(byte);
        if self.big_endian { bytes.iter().fold(0, append) } else { bytes.iter().rev().fold(0, append) }
    }

    fn float(self, word: u64) -> f64 {
        match self.size {
            2 => half(word as u16),
            4 => f32::from_bits(word as u32).into(),
            _ => f64::from_bits(word),
        }
    }
}

/// A float of 16 bits, of which 10 are its fraction and 5 its exponent (IEEE 754).
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023) / 1024.0);
    let size = match exponent {
        0 => fraction * 2.0_f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2.0_f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(kind: Kind, size: usize) -> Encoding {
        Encoding { kind, size, big_endian: false }
    }

    #[test]
    fn every_type_and_both_byte_orders() {
        let big = |kind, size| Encoding { big_endian: true, ..encoding(kind, size) };
        assert_eq!(encoding(Kind::Unsigned, 1).numbers(&[0, 255]), Ok(vec![0_i64, 255]));
        assert_eq!(encoding(Kind::Signed, 1).numbers(&[0x80, 0xff, 0x7f]), Ok(vec![-128, -1, 127]));
        for numbers in [[0, 1, -1, 300], [i16::MIN, i16::MAX, -2, 5]] {
            let expected: Vec<i64> = numbers.iter().copied().map(i64::from).collect();
            assert_eq!(
                encoding(Kind::Signed, 2).numbers(&numbers.map(i16::to_le_bytes).concat()),
                Ok(expected.clone())
            );
            assert_eq!(big(Kind::Signed, 2).numbers(&numbers.map(i16::to_be_bytes).concat()), Ok(expected));
        }
        assert_eq!(big(Kind::Signed, 4).numbers(&(-70_000_i32).to_be_bytes()), Ok(vec![-70_000.0_f32]));
        assert_eq!(encoding(Kind::Signed, 8).numbers(&i64::MIN.to_le_bytes()), Ok(vec![i64::MIN]));
        assert_eq!(encoding(Kind::Unsigned, 8).numbers(&u64::MAX.to_le_bytes()), Ok(vec![u64::MAX]));
        assert_eq!(big(Kind::Unsigned, 4).numbers(&[0, 1, 0, 2]), Ok(vec![65_538_usize]));
        assert_eq!(big(Kind::Float, 4).numbers(&1.5_f32.to_be_bytes()), Ok(vec![1.5_f64]));
        assert_eq!(encoding(Kind::Float, 8).numbers(&(-0.1_f64).to_le_bytes()), Ok(vec![-0.1_f32]));
    }

    /// Source of the values: IEEE 754-2008, and `numpy.float16`.
    #[test]
    fn floats_of_16_bits() {
        let values = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65_504.0),
            (0x0400, 0.000_061_035_156_25),
            (0x0001, 5.960_464_477_539_063e-8),
            (0x3555, 0.333_251_953_125),
            (0x7c00, f64::INFINITY),
            (0xfc00, f64::NEG_INFINITY),
        ];
        for (bits, value) in values {
            assert_eq!(half(bits), value, "{bits:04x}");
        }
        assert!(half(0x7e00).is_nan() && half(0x8000).is_sign_negative());
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let float = |number: f64| encoding(Kind::Float, 8).numbers::<u8>(&number.to_le_bytes());
        assert_eq!(float(255.0), Ok(vec![255]));
        for number in [256.0, -1.0, 0.5, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(float(number), Err((0, number.to_string())));
        }
        assert_eq!(encoding(Kind::Signed, 1).numbers::<usize>(&[3, 0xff]), Err((1, "-1".into())));
        assert_eq!(
            encoding(Kind::Float, 8).numbers::<f32>(&1e300_f64.to_le_bytes()),
            Err((0, 1e300.to_string()))
        );
        let nan = encoding(Kind::Float, 4).numbers::<f32>(&f32::NAN.to_le_bytes());
        assert!(nan.is_ok_and(|numbers| numbers[0].is_nan()));
    }
}
