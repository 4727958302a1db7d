//! Digits: a number as a formula writes it.

/// Numbers with that many decimals.
///
/// Short numbers stay short (`0.5`, `3`), others are rounded (`0.9370`). Small ones get decimals enough for three
/// significant digits; only beyond 10⁻⁵ and 10⁷ there is an exponent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digits(pub(crate) usize);

impl Digits {
    pub(crate) fn text(self, value: f64) -> String {
        let size = value.abs();
        if !value.is_finite() {
            let sign = if value < 0.0 { "-" } else { "" };
            return if value.is_nan() { "NaN".into() } else { format!("{sign}∞") };
        }
        if size == 0.0 {
            return "0".into();
        }
        if !(1e-5..1e7).contains(&size) {
            let text = format!("{value:.*e}", self.0.max(4) - 1);
            let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            return format!("{}e{exponent}", mantissa.trim_end_matches('0').trim_end_matches('.'));
        }
        // a number is short if zeros follow it within the twelve digits that are safe in f64, the six in f32
        let significant = if f64::from(value as f32) == value { 6 } else { 12 };
        let exponent = size.log10().floor() as i32;
        let safe = (significant - 1 - exponent).max(0) as usize;
        let short = format!("{value:.safe$}");
        let short = if safe > 0 { short.trim_end_matches('0').trim_end_matches('.') } else { &short };
        let needed = short.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let decimals = self.0.max((2 - exponent).max(0) as usize);
        let is_short = value.fract() == 0.0 || needed + 3 <= safe;
        if is_short && needed <= decimals { short.to_owned() } else { format!("{value:.decimals$}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (3.0, "3"),
            (0.1 + 0.2, "0.3"),
            (f64::from(0.1_f32), "0.1"),
            (f64::from(1.0_f32 / 3.0), "0.3333"),
            (0.9370266439430035, "0.9370"),
            (-0.00012345678, "-0.000123"),
            (0.0432, "0.0432"),
            (0.01234567, "0.0123"),
            (1234.56789, "1234.5679"),
            (0.99999999, "1.0000"),
            (123_456.0, "123456"),
            (0.1234, "0.1234"),
            (4.123456e-7, "4.123e-7"),
            (-5e9, "-5e9"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-∞"),
        ] {
            assert_eq!(Digits(4).text(value), text);
        }
        assert_eq!(Digits(8).text(0.9370266439430035), "0.93702664");
        assert_eq!(Digits(8).text(1.0 / 3e7), "3.3333333e-8");
        assert_eq!(Digits(16).text(0.6832187873470724), "0.6832187873470724");
        assert_eq!(Digits(2).text(0.016), "0.016");
        assert_eq!(Digits(0).text(12.7), "12.7");
    }
}
