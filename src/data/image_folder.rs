//! Folders of images: one folder for each class.
//!
//! ```text
//! pets/cat/001.png          the class is the name of the folder
//! pets/cat/002.jpg
//! pets/dog/001.png
//! ```

use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use image::imageops::FilterType;
use image::{DynamicImage, ImageReader};
use ndarray::{Array3, Array4};

use super::scaling::unit;
use crate::table::thousands;
use crate::{Dataset, Error, Float, Result, disk};

/// A folder with a folder of PNG or JPEG images for each class, which is to become a [`Dataset`].
///
/// A sample is channels × rows × columns: 3 channels for red, green and blue, or with [`gray`](Self::gray) one. Bytes become
/// numbers from 0 to 1 when a batch is gathered. Classes are numbered in the sorted order of their folders' names, samples come
/// in that of their files'. Transparency is left out; hidden files and files that are no images are passed over.
///
/// # Examples
/// ```no_run
/// use chainrule::{data::ImageFolder, prelude::*};
///
/// let pets = ImageFolder::new("pets").gray().resize(32, 32);
/// let data: Dataset<f32> = pets.read()?;
/// let (train, validation) = data.split_stratified(0.8, 42)?;
/// # let model = Sequential::<f32>::new([1, 32, 32]).add(Flatten).add(Dense::new(2)).add(Softmax).build(1)?;
/// // …
/// let class = model.predict_classes(&pets.image("who_is_this.jpg")?)?[0];
/// println!("{}", data.class_names()[class]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageFolder {
    path: PathBuf,
    gray: bool,
    size: Option<[usize; 2]>,
    class_names: Option<Vec<String>>,
}

impl ImageFolder {
    /// The folder that holds the folders of the classes.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        ImageFolder { path: path.into(), gray: false, size: None, class_names: None }
    }

    /// Makes gray of colours, by the weights of ITU-R BT.709.
    #[must_use]
    pub fn gray(mut self) -> Self {
        self.gray = true;
        self
    }

    /// Brings all images to as many rows and columns, by bilinear interpolation; what was not as wide is stretched. Without it, images
    /// of different sizes are an error.
    #[must_use]
    pub fn resize(mut self, rows: usize, columns: usize) -> Self {
        self.size = Some([rows, columns]);
        self
    }

    /// The names of the classes in the order of their numbers, as those of the training data, for a folder that may lack some. A folder of
    /// another name is an error.
    #[must_use]
    pub fn class_names(mut self, names: impl IntoIterator<Item: Into<String>>) -> Self {
        self.class_names = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Reads all images.
    ///
    /// # Errors
    /// [`Error::Io`] if a folder or file can't be read; [`Error::Data`] if there are fewer than two classes, a class has no image, a
    /// file is damaged or of another format, or the sizes differ; [`Error::Memory`] for more images than memory can hold.
    #[inline(never)]
    pub fn read<F: Float>(&self) -> Result<Dataset<F>> {
        let folders = self.class_folders()?;
        let names: Vec<String> = match &self.class_names {
            Some(names) => names.clone(),
            None => folders.iter().map(|(name, _)| name.clone()).collect(),
        };
        let mut pixels = Vec::new();
        let mut labels = Vec::new();
        let mut first: Option<([usize; 3], PathBuf)> = None;
        for (name, folder) in &folders {
            let Some(class) = names.iter().position(|other| other == name) else {
                let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
                let help =
                    "a model knows the classes of its training data only: move the folder, or train with it";
                return Err(Error::data(
                    folder.display().to_string(),
                    format!("one of {}", names.join(", ")),
                    format!("{name:?}"),
                    help,
                ));
            };
            for file in images_in(folder)? {
                let (shape, bytes) = self.decode(&file)?;
                let (first_shape, first_file) = first.get_or_insert_with(|| (shape, file.clone()));
                if shape != *first_shape {
                    return Err(other_size(&file, shape, first_file, *first_shape));
                }
                let all = [&[labels.len() + 1], &shape[..]].concat();
                Error::check_size::<u8>(
                    "bytes of images",
                    &all,
                    "make them smaller, with .resize(rows, columns)",
                )?;
                pixels.extend(bytes);
                labels.push(class);
            }
        }
        let [channels, rows, columns] = first.map_or([0; 3], |(shape, _)| shape);
        let images = Array4::from_shape_vec((labels.len(), channels, rows, columns), pixels);
        let images = images.map_err(|error| Error::mismatch(error.to_string(), "give images with pixels"))?;
        Dataset::from_bytes(images, labels, names.len())?.with_class_names(names)
    }

    /// One image, treated as those of the folder: channels × rows × columns, numbers from 0 to 1.
    ///
    /// # Errors
    /// [`Error::Io`] if it can't be read, [`Error::Data`] if it is damaged or of another format.
    pub fn image<F: Float>(&self, path: impl AsRef<Path>) -> Result<Array3<F>> {
        let (shape, bytes) = self.decode(path.as_ref())?;
        let image = Array3::from_shape_vec(shape, bytes.into_iter().map(unit).collect());
        image.map_err(|error| Error::mismatch(error.to_string(), "give an image with pixels"))
    }

    /// The folders of the classes with their names, sorted.
    fn class_folders(&self) -> Result<Vec<(String, PathBuf)>> {
        let folders = entries(&self.path)?.into_iter().filter(|path| path.is_dir());
        let folders: Vec<_> = folders.map(|path| (file_name(&path), path)).collect();
        let least = if self.class_names.is_some() { 1 } else { 2 };
        if folders.len() >= least {
            return Ok(folders);
        }
        Err(Error::data(
            self.path.display().to_string(),
            "a folder for each of at least two classes",
            folders.len().to_string(),
            "put the images of each class into a folder of its own, pets/cat and pets/dog, and give the folder above, pets",
        ))
    }

    /// The size that all images are brought to.
    fn checked_size(&self) -> Result<Option<(u32, u32)>> {
        let Some([rows, columns]) = self.size else { return Ok(None) };
        let size = |pixels: usize| u32::try_from(pixels).ok().filter(|pixels| (1..=4096).contains(pixels));
        size(rows).zip(size(columns)).map(Some).ok_or_else(|| {
            let help = "32 × 32 is a good first try";
            Error::setting("size", "from 1 to 4,096 rows and columns", format!("{rows} × {columns}"), help)
        })
    }

    /// The shape of an image and its bytes, channel by channel.
    fn decode(&self, path: &Path) -> Result<([usize; 3], Vec<u8>)> {
        let io = |error| Error::Io { path: path.to_owned(), error };
        let damaged = |error: String| {
            let help =
                "look whether other programs open it; save it again as PNG, or take it out of the folder";
            Error::data(path.display().to_string(), "a PNG or JPEG image", error, help)
        };
        let size = self.checked_size()?;
        let (file, _) = disk::open(path)?;
        let reader = ImageReader::new(BufReader::new(file)).with_guessed_format().map_err(io)?;
        let mut image = reader.decode().map_err(|error| damaged(error.to_string()))?;
        if let Some((rows, columns)) = size
            && (image.height(), image.width()) != (rows, columns)
        {
            image = image.resize_exact(columns, rows, FilterType::Triangle);
        }
        let (rows, columns) = (image.height() as usize, image.width() as usize);
        Ok(if self.gray {
            ([1, rows, columns], image.into_luma8().into_raw())
        } else {
            ([3, rows, columns], channels(image))
        })
    }
}

/// The bytes of red, then green, then blue: a file has them pixel by pixel.
fn channels(image: DynamicImage) -> Vec<u8> {
    let pixels = image.into_rgb8().into_raw();
    (0..3).flat_map(|channel| pixels.iter().skip(channel).step_by(3).copied()).collect()
}

/// The files of a folder that are images, sorted.
fn images_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut images = Vec::new();
    for path in entries(folder)? {
        let ending =
            path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        let what = || path.display().to_string();
        match &*ending {
            _ if path.is_dir() => {
                let help = "put all images of a class into its own folder";
                return Err(Error::data(what(), "an image", "a folder in the folder of a class", help));
            }
            "png" | "jpg" | "jpeg" => images.push(path),
            "webp" | "gif" | "bmp" | "tif" | "tiff" | "heic" | "avif" => {
                let help = "save it as PNG, or take it out of the folder";
                return Err(Error::data(what(), "a PNG or JPEG image", format!("a .{ending} file"), help));
            }
            _ => {}
        }
    }
    if images.is_empty() {
        let help = "put images into it, or take the folder out";
        return Err(Error::data(
            folder.display().to_string(),
            "at least one PNG or JPEG image",
            "none",
            help,
        ));
    }
    Ok(images)
}

/// What is in a folder, sorted, without hidden files.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let io = |error| Error::Io { path: folder.to_owned(), error };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        paths.push(entry.map_err(io)?.path());
    }
    paths.retain(|path| !file_name(path).starts_with('.'));
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn other_size(file: &Path, got: [usize; 3], first: &Path, expected: [usize; 3]) -> Error {
    let size =
        |[_, rows, columns]: [usize; 3]| format!("{} × {} pixels", thousands(rows), thousands(columns));
    Error::data(
        file.display().to_string(),
        format!("{}, as {}", size(expected), first.display()),
        size(got),
        "bring all to one size, with .resize(rows, columns)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma, Rgb, RgbImage};
    use ndarray::array;

    /// A folder that is gone at the end of its test.
    struct TempFolder(PathBuf);

    impl TempFolder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("chainrule-{}-{name}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).unwrap();
            TempFolder(path)
        }

        fn file(&self, name: &str) -> PathBuf {
            let path = self.0.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            path
        }

        fn error(&self) -> String {
            let error = ImageFolder::new(&self.0).read::<f32>().unwrap_err().to_string();
            error
                .replace(&format!("{}{}", self.0.display(), std::path::MAIN_SEPARATOR), "")
                .replace(&self.0.display().to_string(), "FOLDER")
                .replace('\\', "/")
        }
    }

    impl Drop for TempFolder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn gray(levels: [u8; 4]) -> GrayImage {
        GrayImage::from_fn(2, 2, |x, y| Luma([levels[(2 * y + x) as usize]]))
    }

    #[test]
    fn folders_become_classes_and_pixels_channels() {
        let folder = TempFolder::new("pets");
        let colours = RgbImage::from_fn(2, 2, |x, y| Rgb([(2 * y + x) as u8, 51, 255]));
        colours.save(folder.file("dog/1.png")).unwrap();
        gray([0, 51, 102, 255]).save(folder.file("cat/b.PNG")).unwrap();
        gray([255; 4]).save(folder.file("cat/a.jpeg")).unwrap();
        fs::write(folder.file("cat/.hidden.png"), "").unwrap();
        fs::write(folder.file("cat/notes.txt"), "a cat").unwrap();

        let data = ImageFolder::new(&folder.0).read::<f64>().unwrap();
        assert_eq!(data.to_string(), "3 samples of shape 3 × 2 × 2, 2 classes");
        assert_eq!(
            (data.class_names(), data.labels().unwrap()),
            (&["cat".into(), "dog".into()][..], array![0, 0, 1].view())
        );
        let inputs = data.inputs();
        let channel = |sample, channel| {
            inputs.slice(ndarray::s![sample, channel, .., ..]).mapv(|x| (255.0 * x).round())
        };
        assert_eq!(channel(1, 2), array![[0.0, 51.0], [102.0, 255.0]]);
        assert_eq!(channel(2, 0), array![[0.0, 1.0], [2.0, 3.0]]);
        assert_eq!((channel(2, 1)[[1, 1]], channel(2, 2)[[0, 1]]), (51.0, 255.0));

        let small = ImageFolder::new(&folder.0).gray().resize(1, 3);
        assert_eq!(small.read::<f32>().unwrap().sample_shape(), [1, 1, 3]);
        let one = small.image::<f32>(folder.file("cat/b.PNG")).unwrap();
        assert_eq!(
            one.view().into_dyn(),
            small.read::<f32>().unwrap().inputs().index_axis(ndarray::Axis(0), 1)
        );

        // the classes of the training, of which this folder has one
        fs::remove_dir_all(folder.file("cat/x").parent().unwrap()).unwrap();
        let test = ImageFolder::new(&folder.0).class_names(["cat", "dog"]).read::<f32>().unwrap();
        assert_eq!(test.labels().unwrap(), array![1]);
        let error =
            ImageFolder::new(&folder.0).class_names(["cat", "owl"]).read::<f32>().unwrap_err().to_string();
        assert!(error.contains("expected one of \"cat\", \"owl\", but got \"dog\""), "{error}");
    }

    #[test]
    fn what_is_no_data_set_says_what_to_do() {
        let folder = TempFolder::new("wrong");
        assert!(folder.error().starts_with(
            "FOLDER: expected a folder for each of at least two classes, but got 0\n  help: put"
        ));
        gray([1; 4]).save(folder.file("cat/1.png")).unwrap();
        fs::create_dir(folder.0.join("dog")).unwrap();
        assert_eq!(
            folder.error(),
            "dog: expected at least one PNG or JPEG image, but got none\n  help: put images into it, or take the folder out"
        );
        GrayImage::new(3, 2).save(folder.file("dog/1.png")).unwrap();
        assert_eq!(
            folder.error(),
            "dog/1.png: expected 2 × 2 pixels, as cat/1.png, but got 2 × 3 pixels\n  help: bring all to one size, with \
             .resize(rows, columns)"
        );
        fs::write(folder.file("dog/1.png"), "no image").unwrap();
        assert!(
            folder.error().starts_with("dog/1.png: expected a PNG or JPEG image, but got "),
            "{}",
            folder.error()
        );
        fs::write(folder.file("dog/0.webp"), "").unwrap();
        assert!(folder.error().starts_with("dog/0.webp: expected a PNG or JPEG image, but got a .webp file"));
        fs::create_dir(folder.file("cat/0")).unwrap();
        assert!(
            folder.error().starts_with("cat/0: expected an image, but got a folder in the folder of a class")
        );
        let error = ImageFolder::new(folder.0.join("none")).read::<f32>().unwrap_err();
        assert!(matches!(error, Error::Io { .. }));
        let zero = ImageFolder::new(&folder.0)
            .resize(0, 5)
            .image::<f32>(folder.file("cat/1.png"))
            .unwrap_err()
            .to_string();
        assert!(zero.starts_with("size: must be from 1 to 4,096 rows and columns, but is 0 × 5"));
    }

    /// A file may be cut anywhere, or promise more pixels than there is memory for.
    #[test]
    fn damaged_images_are_errors() {
        let folder = TempFolder::new("damaged");
        let path = folder.file("1.png");
        gray([1, 2, 3, 4]).save(&path).unwrap();
        let good = fs::read(&path).unwrap();
        let read = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            ImageFolder::new(&folder.0).image::<f32>(&path)
        };
        // the last twelve bytes only say that this is the end
        for length in 0..good.len() - 16 {
            assert!(read(&good[..length]).is_err(), "{length}");
        }
        let mut huge = good.clone();
        huge[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
        assert!(read(&huge).is_err());
        assert!(read(&good).is_ok());
    }
}
