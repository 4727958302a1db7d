//! The one look of all pictures: colours, sizes, the width of text, and how numbers are written.

use std::fmt;

/// A colour of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color(pub(crate) u8, pub(crate) u8, pub(crate) u8);

// Okabe and Ito, "Color Universal Design", 2008: eight colours that colour-blind readers can tell apart.
pub(crate) const BLUE: Color = Color(0x00, 0x72, 0xb2);
pub(crate) const ORANGE: Color = Color(0xe6, 0x9f, 0x00);
pub(crate) const GREEN: Color = Color(0x00, 0x9e, 0x73);
pub(crate) const VERMILLION: Color = Color(0xd5, 0x5e, 0x00);
pub(crate) const SKY: Color = Color(0x56, 0xb4, 0xe9);
pub(crate) const PURPLE: Color = Color(0xcc, 0x79, 0xa7);
pub(crate) const YELLOW: Color = Color(0xf0, 0xe4, 0x42);
pub(crate) const BLACK: Color = Color(0x1f, 0x23, 0x28);

pub(crate) const WHITE: Color = Color(0xff, 0xff, 0xff);
/// Red: for a mark that a reader has to find at once.
pub(crate) const RED: Color = Color(0xc8, 0x10, 0x2e);
/// Frames, axes and grid, from strong to faint.
pub(crate) const AXIS: Color = Color(0x6e, 0x77, 0x81);
pub(crate) const FRAME: Color = Color(0xd0, 0xd7, 0xde);
pub(crate) const GRID: Color = Color(0xea, 0xee, 0xf2);
/// Words that explain, beside those that say.
pub(crate) const MUTED: Color = Color(0x57, 0x60, 0x6a);

pub(crate) const TITLE: f64 = 15.0;
pub(crate) const BODY: f64 = 13.0;
pub(crate) const SMALL: f64 = 11.0;

/// The most letters of a line: more would make a picture that nobody can look at. The rest is cut off, with an ellipsis.
pub(crate) const MOST_LETTERS: usize = 500;

/// The room around what is drawn.
pub(crate) const MARGIN: f64 = 16.0;

/// The colour of class, line or unit number `index`: eight colours, then darker and lighter ones of them.
#[expect(clippy::indexing_slicing, reason = "a remainder of eight")]
pub(crate) fn series(index: usize) -> Color {
    let color = [BLUE, ORANGE, GREEN, PURPLE, VERMILLION, SKY, BLACK, YELLOW][index % 8];
    let round = index / 8;
    let part = 0.8 * (1.0 - 0.75_f64.powi(round.div_ceil(2) as i32));
    color.toward(if round.is_multiple_of(2) { WHITE } else { Color(0, 0, 0) }, part)
}

impl Color {
    /// The way from this colour to another: 0 is this one, 1 the other.
    pub(crate) fn toward(self, other: Color, part: f64) -> Color {
        let mix = |a: u8, b: u8| {
            (f64::from(a) + (f64::from(b) - f64::from(a)) * part.clamp(0.0, 1.0)).round() as u8
        };
        Color(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// The colour itself if text in it can be read on white, else a darker one.
    pub(crate) fn ink(self) -> Color {
        let mut ink = self;
        while 1.05 / (ink.luminance() + 0.05) < 4.5 {
            ink = ink.toward(Color(0, 0, 0), 0.1);
        }
        ink
    }

    /// Black or white, whichever can be read on this colour.
    pub(crate) fn text_on(self) -> Color {
        if self.luminance() > 0.35 { BLACK } else { WHITE }
    }

    /// The relative luminance of WCAG 2, from which contrast is computed.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// The widths of ASCII from space to tilde in DejaVu Sans, in hundredths of the font size. It is one of the widest
/// fonts that a browser may take for "sans-serif", so what has room in it has room in all.
const WIDTHS: [u8; 95] = [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63,
    61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97,
    63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
];

/// The largest width of a text at that font size, in pixels.
#[expect(clippy::indexing_slicing, reason = "there is a width for each letter from space to tilde")]
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    let hundredths = |c: char| match c {
        ' '..='~' => f64::from(WIDTHS[c as usize - 32]),
        '\u{2e80}'.. => 105.0,
        '×' => 84.0,
        '²' | '³' | '₀'..='₉' | '·' | '⁰'..='ⁿ' => 54.0,
        'À'..='ſ' | 'Α'..='ω' | '∂' => 80.0,
        '\u{a0}' => 32.0,
        _ => 100.0,
    };
    text.chars().take(MOST_LETTERS).map(hundredths).sum::<f64>() * size / 100.0
}

/// A number with its decimals and a real minus: `−0.60`; never `−0.00`, and with an exponent where digits would
/// run on: `1.2×10⁻⁹`.
pub(crate) fn number(x: f64, decimals: usize) -> String {
    if !x.is_finite() {
        return if x.is_nan() {
            "NaN".into()
        } else if x > 0.0 {
            "∞".into()
        } else {
            "−∞".into()
        };
    }
    if x.abs() >= 1e7 {
        return scientific(x, 2);
    }
    let text = format!("{x:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().all(|c| matches!(c, '0' | '.')) => digits.to_owned(),
        Some(digits) => format!("−{digits}"),
        None => text,
    }
}

/// A number with its decimals, or with an exponent where these would show nothing of it: `3.0×10⁻¹⁰`, not `0.00`.
pub(crate) fn visible(x: f64, decimals: usize) -> String {
    let text = number(x, decimals);
    let shows_nothing = x.is_finite() && x != 0.0 && text.chars().all(|c| matches!(c, '0' | '.'));
    if shows_nothing { scientific(x, 1) } else { text }
}

/// The labels of one axis of a terminal: each number with the digits that tell it from its neighbours. Small numbers have at
/// least `least` decimals, large ones an exponent.
pub(crate) fn ticks<const N: usize>(values: [f64; N], least: usize) -> [String; N] {
    let largest = values.iter().map(|x| x.abs()).filter(|x| x.is_finite()).fold(0.0, f64::max);
    let steps =
        values.iter().zip(values.iter().skip(1)).map(|(a, b)| (a - b).abs()).filter(|step| *step > 0.0);
    let step = steps.fold(f64::INFINITY, f64::min);
    let decimals =
        if step.is_finite() { (1.0 - step.log10().floor()).max(least as f64) as usize } else { least };
    let digits = if step.is_finite() && largest > 0.0 { (largest / step).log10().ceil() + 1.0 } else { 2.0 };
    let label = |x: f64| {
        if largest < 1e5 && decimals <= 7 {
            number(x, decimals)
        } else {
            scientific_or_zero(x, digits.clamp(1.0, 7.0) as usize)
        }
    };
    values.map(|x| label(x).replace('−', "-"))
}

fn scientific_or_zero(x: f64, decimals: usize) -> String {
    if x == 0.0 || !x.is_finite() { number(x, 0) } else { scientific(x, decimals) }
}

/// A number with as many decimals as show `digits` significant ones.
pub(crate) fn significant(x: f64, digits: usize) -> String {
    if !x.is_finite() || x == 0.0 {
        return number(x, 0);
    }
    let exponent = x.abs().log10().floor();
    if !(-4.0..7.0).contains(&exponent) {
        return scientific(x, digits.saturating_sub(1));
    }
    number(x, (digits as f64 - 1.0 - exponent).max(0.0) as usize)
}

/// A number with at most four significant digits, and no zeros behind them: `2.2`, `100`.
pub(crate) fn short(x: f64) -> String {
    if x.fract() == 0.0 {
        return number(x, 0);
    }
    let text = significant(x, 4);
    if text.contains('.') && !text.contains('×') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}

/// `−1.2×10⁻⁹`
fn scientific(x: f64, decimals: usize) -> String {
    let text = format!("{x:.decimals$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{}×10{}", mantissa.replace('-', "−"), superscript(exponent))
}

/// A count with thousands separators: `101,770`.
pub(crate) fn thousands(n: usize) -> String {
    if n < 1_000 { n.to_string() } else { format!("{},{:03}", thousands(n / 1_000), n % 1_000) }
}

/// A shape as people say it: `28 × 28`.
pub(crate) fn shape(shape: &[usize]) -> String {
    shape.iter().map(|&n| thousands(n)).collect::<Vec<_>>().join(" × ")
}

/// The digits of an exponent, raised.
pub(crate) fn superscript(exponent: &str) -> String {
    let raise = |c: char| match c {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4'..='9' => char::from_u32('⁰' as u32 + (c as u32 - '0' as u32)).unwrap_or(c),
        other => other,
    };
    exponent.chars().map(raise).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_one_way() {
        assert_eq!(number(-0.6, 2), "−0.60");
        assert_eq!(number(-0.001, 2), "0.00");
        assert_eq!(number(f64::NAN, 2), "NaN");
        assert_eq!(number(f64::NEG_INFINITY, 2), "−∞");
        assert_eq!(number(-1.5e9, 3), "−1.50×10⁹");
        assert_eq!(significant(0.034_217, 3), "0.0342");
        assert_eq!(significant(1234.5, 3), "1234");
        assert_eq!(significant(-2.34e-9, 3), "−2.34×10⁻⁹");
        assert_eq!(significant(0.0, 3), "0");
        assert_eq!(
            [2.2, 100.0, -0.5, 1.0 / 3.0, 99_999.5, f64::NAN].map(short),
            ["2.2", "100", "−0.5", "0.3333", "100000", "NaN"]
        );
    }

    #[test]
    fn counts_and_shapes_are_written_as_people_say_them() {
        let numbers = [0, 12, 999, 1_000, 101_770, 1_000_001];
        assert_eq!(numbers.map(thousands), ["0", "12", "999", "1,000", "101,770", "1,000,001"]);
        assert_eq!(shape(&[28, 28]), "28 × 28");
    }

    #[test]
    fn text_of_every_colour_can_be_read_on_white() {
        for index in 0..8 {
            assert!(1.05 / (series(index).ink().luminance() + 0.05) >= 4.5, "colour {index}");
        }
        assert_eq!(BLUE.ink(), BLUE);
        assert_eq!(Color(0, 0, 0).toward(WHITE, 2.0), WHITE);
    }

    #[test]
    fn wider_text_has_more_room() {
        assert!(text_width("WWW", 12.0) > text_width("iii", 12.0));
        assert_eq!(text_width("", 12.0), 0.0);
        assert!((text_width("0.10", 10.0) - 22.4).abs() < 1e-9);
    }
}
