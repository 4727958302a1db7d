//! Images, two rows of pixels in each line.

use chainrule::Float;
use chainrule::ndarray::ArrayRef2;

use unicode_width::UnicodeWidthStr;

use super::{WIDTH, cut, shade};

/// An image in characters, one for each two rows of pixels; the largest number is darkest. 28 × 28 pixels are 14 lines of
/// 28 characters. Images of more than 78 columns are cut at the right.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule_draw::terminal;
///
/// let image = array![[0.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]];
/// assert_eq!(terminal::image(&image), "▄█▄\n ▀\n");
/// ```
pub fn image<F: Float>(image: &ArrayRef2<F>) -> String {
    rows_of(image).into_iter().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Images with captions, side by side as 80 columns allow.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule_draw::terminal;
///
/// let dot = array![[1.0, 1.0], [1.0, 1.0]];
/// assert_eq!(terminal::images(&[(&dot, "one"), (&dot, "two")]), "██    ██\none   two\n");
/// ```
pub fn images<F: Float, A: std::ops::Deref<Target = ArrayRef2<F>>>(images: &[(&A, &str)]) -> String {
    const GAP: usize = 3;
    let tiles: Vec<(Vec<String>, String)> =
        images.iter().map(|(image, caption)| (rows_of(image), cut(caption, WIDTH))).collect();
    let wide = |(rows, caption): &(Vec<String>, String)| {
        rows.iter().map(|row| row.width()).max().unwrap_or(0).max(caption.width())
    };
    let cell = tiles.iter().map(wide).max().unwrap_or(0);
    let mut text = String::new();
    for tiles in tiles.chunks(((WIDTH + GAP) / (cell + GAP)).max(1)) {
        let high = tiles.iter().map(|(rows, _)| rows.len()).max().unwrap_or(0);
        for row in 0..=high {
            let part = |(rows, caption): &(Vec<String>, String)| {
                let part = if row == high { caption } else { rows.get(row).map_or("", String::as_str) };
                part.to_owned() + &" ".repeat(cell - part.width())
            };
            let line = tiles.iter().map(part).collect::<Vec<String>>().join(&" ".repeat(GAP));
            text += line.trim_end();
            text.push('\n');
        }
    }
    text
}

fn rows_of<F: Float>(image: &ArrayRef2<F>) -> Vec<String> {
    let finite = image.iter().map(|value| value.as_f64()).filter(|value| value.abs() < 1e150);
    let largest = Some(finite.fold(0.0, f64::max)).filter(|&largest| largest > 0.0).unwrap_or(1.0);
    let value =
        |row: usize, column: usize| image.get((row, column)).map_or(0.0, |value| value.as_f64() / largest);
    let cell = |row: usize, column: usize| {
        let (upper, lower) = (value(row, column), value(row + 1, column));
        match lower - upper {
            step if step > 0.6 => '▄',
            step if step < -0.6 => '▀',
            _ => shade((upper + lower) / 2.0),
        }
    };
    let columns = image.ncols().min(WIDTH - 2);
    (0..image.nrows()).step_by(2).map(|row| (0..columns).map(|column| cell(row, column)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::check_width;
    use chainrule::ndarray::{Array2, array};

    #[test]
    fn images_are_half_as_high_as_they_have_pixels() {
        let digit =
            Array2::from_shape_fn((28, 28), |(i, j)| if (10..18).contains(&j) { i as f32 } else { 0.0 });
        let text = image(&digit);
        assert_eq!(text.lines().count(), 14);
        check_width(&images(&[(&digit, "a"), (&digit, "b"), (&digit, "c")]));
        check_width(&image(&Array2::<f64>::ones((3, 500))));
        assert_eq!(image(&array![[f64::NAN], [1.0]]), "?\n");
        assert_eq!(image(&Array2::<f64>::zeros((0, 0))), "");
        assert_eq!(images::<f64, Array2<f64>>(&[]), "");
        assert_eq!(image(&array![[0.0, 0.5], [1.0, 0.5]]), "▄▒\n");
    }

    #[test]
    fn captions_stay_under_their_images() {
        let dot = array![[1.0, 1.0], [1.0, 1.0]];
        let long = "a".repeat(100);
        for caption in ["猫猫猫猫猫猫猫猫猫猫", "a\nb\tc", &long] {
            let text = images(&[(&dot, caption); 6]);
            check_width(&text);
            let columns = 80_usize.min(UnicodeWidthStr::width(super::cut(caption, 80).as_str()));
            let rows = 6_usize.div_ceil(((80 + 3) / (columns + 3)).max(1));
            assert_eq!(text.lines().count(), 2 * rows, "{text}");
        }
    }
}
