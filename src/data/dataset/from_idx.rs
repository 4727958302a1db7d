//! A data set from a file of images and a file of labels.

use std::path::Path;

use ndarray::Axis;

use super::Dataset;
use crate::data::labels::check_class_count;
use crate::data::read_idx;
use crate::table::{self, thousands};
use crate::{Error, Float, Result};

impl<F: Float> Dataset<F> {
    /// Images and their labels from two IDX files of unsigned bytes, plain or compressed with gzip. The bytes of the
    /// images become numbers from 0 to 1.
    ///
    /// EMNIST's files have every image on its side, and those of its letters count classes from 1. Both are mended on the
    /// way, by [`read_idx`], `images.swap_axes(1, 2)`, labels less 1, and [`from_bytes`](Self::from_bytes).
    ///
    /// # Errors
    /// [`Error::Io`] if a file can't be read, [`Error::File`] if one is damaged, holds something else, or the two don't
    /// belong together; [`Error::Setting`] for fewer than two classes.
    ///
    /// # Examples
    /// ```no_run
    /// use chainrule::prelude::*;
    ///
    /// let train = Dataset::<f32>::from_idx("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", 10)?;
    /// println!("{train}");                       // 60,000 samples of shape 28 × 28, 10 classes
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn from_idx(images: impl AsRef<Path>, labels: impl AsRef<Path>, classes: usize) -> Result<Self> {
        const ORDER: &str = "the file of the images comes first, then that of the labels";
        check_class_count(classes)?;
        let (images_path, labels_path) = (images.as_ref(), labels.as_ref());
        let images = read_idx(images_path)?;
        if images.ndim() < 2 {
            let problem = "the array has one axis, but images have samples, rows and columns";
            return Err(Error::file(images_path, 3, problem, ORDER));
        }
        let labels = read_idx(labels_path)?;
        if labels.ndim() != 1 {
            let problem = format!("the array is {}, but labels have one axis", table::shape(labels.shape()));
            return Err(Error::file(labels_path, 3, problem, ORDER));
        }
        let counts = [labels.len(), images.len_of(Axis(0))];
        if counts[0] != counts[1] {
            let ([labels, images], path) = (counts.map(thousands), images_path.display());
            let problem = format!("there are {labels} labels, but {images} images in {path}");
            return Err(Error::file(labels_path, 4, problem, "give the labels that belong to the images"));
        }
        let is_too_large = |&(_, &label): &(usize, &u8)| usize::from(label) >= classes;
        if let Some((sample, label)) = labels.iter().enumerate().find(is_too_large) {
            let problem =
                format!("the label of sample {sample} is {label}, but classes are 0 to {}", classes - 1);
            let from_one = labels.iter().all(|&label| (1..=classes).contains(&label.into()));
            let help = if from_one {
                "these labels begin with 1, as those of EMNIST's letters do: read both files with read_idx, take 1 off \
                 each label, and make the data set with Dataset::from_bytes"
            } else {
                "check how many classes there are"
            };
            // with labels the data start at byte 8
            return Err(Error::file(labels_path, 8 + sample, problem, help));
        }
        Self::from_bytes(images, labels, classes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use std::path::PathBuf;

    const IMAGES: [u8; 28] =
        [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 51, 102, 255, 4, 5, 6, 7, 8, 9, 10, 11];

    /// A file that is gone at the end of its test.
    struct TempFile(PathBuf);

    impl TempFile {
        fn new(name: &str, bytes: &[u8]) -> Self {
            let path = std::env::temp_dir().join(format!("chainrule-{}-{name}", std::process::id()));
            std::fs::write(&path, bytes).unwrap();
            TempFile(path)
        }
    }

    impl Drop for TempFile {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    #[test]
    fn labels_from_1_are_told() {
        let images = TempFile::new("emnist", &IMAGES);
        let labels = TempFile::new("labels-from-1", &[0, 0, 8, 1, 0, 0, 0, 3, 1, 3, 2]);
        let error = Dataset::<f64>::from_idx(&images.0, &labels.0, 3).unwrap_err().to_string();
        assert!(error.contains("byte 9: the label of sample 1 is 3, but classes are 0 to 2"), "{error}");
        assert!(error.contains("begin with 1") && error.contains("take 1 off each"), "{error}");

        // as the help says, with the images turned
        let (mut images, labels) = (read_idx(&images.0).unwrap(), read_idx(&labels.0).unwrap());
        images.swap_axes(1, 2);
        let data = Dataset::<f64>::from_bytes(images, labels.iter().map(|&label| label - 1), 3).unwrap();
        assert_eq!(data.labels().unwrap(), array![0, 2, 1]);
    }

    #[test]
    fn two_files_become_a_data_set() {
        let images = TempFile::new("images", &IMAGES);
        let labels = TempFile::new("labels", &[0, 0, 8, 1, 0, 0, 0, 3, 9, 0, 9]);
        let data = Dataset::<f64>::from_idx(&images.0, &labels.0, 10).unwrap();
        assert_eq!(data.to_string(), "3 samples of shape 2 × 2, 10 classes");
        assert_eq!(data.labels().unwrap(), array![9, 0, 9]);
        assert_eq!(data.head(1).unwrap().inputs(), array![[[0.0, 0.2], [0.4, 1.0]]].into_dyn());
    }

    #[test]
    fn files_that_do_not_belong_together_are_errors() {
        let images = TempFile::new("images-of-others", &IMAGES);
        let labels = TempFile::new("labels-of-others", &[0, 0, 8, 1, 0, 0, 0, 2, 1, 2]);
        let load = |images: &TempFile, labels: &TempFile| {
            Dataset::<f32>::from_idx(&images.0, &labels.0, 10).unwrap_err().to_string()
        };
        let (images_path, labels_path) = (images.0.display(), labels.0.display());
        assert_eq!(
            load(&images, &labels),
            format!(
                "{labels_path}: byte 4: there are 2 labels, but 3 images in {images_path}\n  help: give the labels \
                 that belong to the images"
            )
        );
        assert_eq!(
            load(&labels, &images),
            format!(
                "{labels_path}: byte 3: the array has one axis, but images have samples, rows and columns\n  help: the file \
                 of the images comes first, then that of the labels"
            )
        );
        assert_eq!(
            load(&images, &images),
            format!(
                "{images_path}: byte 3: the array is 3 × 2 × 2, but labels have one axis\n  help: the file of \
                 the images comes first, then that of the labels"
            )
        );
        let letters = TempFile::new("letters", &[0, 0, 8, 1, 0, 0, 0, 3, 0, 2, 10]);
        assert_eq!(
            load(&images, &letters),
            format!(
                "{}: byte 10: the label of sample 2 is 10, but classes are 0 to 9\n  help: check how many classes there \
                 are",
                letters.0.display()
            )
        );
    }
}
