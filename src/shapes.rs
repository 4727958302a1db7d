//! Whether arrays have the shapes that a model asks for.

use crate::{Error, Result};

/// The number of samples in a batch of that shape, if it fits: samples first, then the shape of one.
pub(crate) fn check_input_shape(sample: &[usize], shape: &[usize]) -> Result<usize> {
    let Some((&samples, _)) = shape.split_first().filter(|(_, one)| *one == sample) else {
        let help = if shape == sample {
            "add one: x.insert_axis(Axis(0))"
        } else if sample.len() == 1 && shape.len() > 2 {
            "for images, build the model with their shape and start with a Flatten"
        } else {
            "the first axis counts samples; Sequential::new takes the shape of one sample"
        };
        let expected = [None].into_iter().chain(sample.iter().copied().map(Some));
        return Err(Error::shape("inputs", expected, shape, help));
    };
    if samples == 0 {
        return Err(Error::data("inputs", "at least one sample", "an empty batch", "leave the call out"));
    }
    Ok(samples)
}

/// Whether targets of that shape fit the outputs for a number of samples. They never broadcast.
pub(crate) fn check_target_shape(
    what: &str,
    output: &[usize],
    samples: usize,
    shape: &[usize],
) -> Result<()> {
    let width = output.iter().fold(1_usize, |width, &size| width.saturating_mul(size));
    let fits = match shape.split_first() {
        Some((&rows, [])) => rows == samples && width == 1,
        Some((&rows, one)) => rows == samples && (*one == [width] || one == output),
        None => false,
    };
    if fits {
        return Ok(());
    }
    let help = if shape.len() == 1 && width > 1 {
        "class numbers become rows with one_hot(labels, classes)"
    } else {
        "there is one row for each sample and one column for each output"
    };
    Err(Error::shape(what, [samples, width].map(Some), shape, help))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input_error(sample: &[usize], shape: &[usize]) -> Error {
        check_input_shape(sample, shape).unwrap_err()
    }

    #[test]
    fn any_number_of_samples_fits_but_none() {
        check_input_shape(&[2], &[1, 2]).unwrap();
        check_input_shape(&[28, 28], &[1000, 28, 28]).unwrap();
        assert_eq!(
            input_error(&[2], &[0, 2]).to_string(),
            "inputs: expected at least one sample, but got an empty batch\n  help: leave the call out"
        );
    }

    #[test]
    fn inputs_of_another_shape_get_help() {
        assert_eq!(
            input_error(&[2], &[1, 3]).to_string(),
            "inputs: expected shape [samples, 2], but got [1, 3]\n  help: the first axis counts samples; \
             Sequential::new takes the shape of one sample"
        );
        assert_eq!(
            input_error(&[28, 28], &[28, 28]).to_string(),
            "inputs: expected shape [samples, 28, 28], but got [28, 28], one sample without a batch axis\n  help: add \
             one: x.insert_axis(Axis(0))"
        );
        assert_eq!(
            input_error(&[784], &[5, 28, 28]).to_string(),
            "inputs: expected shape [samples, 784], but got [5, 28, 28]\n  help: for images, build the model with \
             their shape and start with a Flatten"
        );
    }

    #[test]
    fn programs_read_the_shapes() {
        let Error::Shape { what, expected, got, .. } = input_error(&[2], &[5, 3]) else { panic!() };
        assert_eq!((&*what, &*expected, &*got), ("inputs", &[None, Some(2)][..], &[5, 3][..]));
        let error = check_target_shape("targets", &[2, 3], 4, &[4, 2]).unwrap_err();
        assert!(matches!(error, Error::Shape { expected, .. } if expected == [Some(4), Some(6)]));
    }

    #[test]
    fn targets_are_rows_or_samples_or_one_column() {
        check_target_shape("targets", &[2, 3], 4, &[4, 6]).unwrap();
        check_target_shape("targets", &[2, 3], 4, &[4, 2, 3]).unwrap();
        check_target_shape("targets", &[1], 4, &[4]).unwrap();
        for (shape, help) in [
            (&[4][..], "class numbers become rows with one_hot(labels, classes)"),
            (&[1, 6], "there is one row for each sample and one column for each output"),
            (&[], "there is one row for each sample and one column for each output"),
        ] {
            assert_eq!(
                check_target_shape("targets", &[2, 3], 4, shape).unwrap_err().to_string(),
                format!("targets: expected shape [4, 6], but got {shape:?}\n  help: {help}")
            );
        }
    }
}
