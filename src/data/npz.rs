//! NPZ, NumPy's archive of named arrays: a ZIP file that holds a NPY file for each.

use std::fmt;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ndarray::ArrayD;
use zip::ZipArchive;

use super::npy::read_array;
use super::numbers::FileNumber;
use crate::{Error, Result, disk};

/// An archive that `numpy.savez` or `numpy.savez_compressed` has written: arrays by name.
///
/// # Examples
/// ```no_run
/// use chainrule::{data::Npz, prelude::*};
///
/// let mnist = Npz::open("mnist.npz")?;                       // as Keras keeps it
/// assert_eq!(mnist.names(), ["x_test", "x_train", "y_test", "y_train"]);
/// let train = Dataset::<f32>::from_bytes(mnist.array("x_train")?, mnist.array::<u8>("y_train")?, 10)?;
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone)]
pub struct Npz {
    path: PathBuf,
    archive: ZipArchive<Cursor<Arc<[u8]>>>,
    /// sorted
    names: Vec<String>,
}

impl Npz {
    /// Opens an archive.
    ///
    /// # Errors
    /// [`Error::Io`] if it can't be read; [`Error::File`] if it is no archive.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = disk::read(path)?;
        Npz::parse(bytes, path)
    }

    /// Opens an archive that is in memory; errors call it `name`.
    ///
    /// # Errors
    /// [`Error::File`] if it is no archive.
    pub fn parse(bytes: impl Into<Arc<[u8]>>, name: impl Into<PathBuf>) -> Result<Self> {
        let path = name.into();
        let archive = ZipArchive::new(Cursor::new(bytes.into())).map_err(|error| {
            let help =
                "give a file that numpy.savez has written, the whole of it; one array is read with read_npy";
            Error::file(&path, 0, format!("this is no archive ({error})"), help)
        })?;
        let names =
            archive.file_names().filter_map(|name| Some(name.ok()?.trim_end_matches(".npy").to_owned()));
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        Ok(Npz { path, archive, names })
    }

    /// The names of the arrays, sorted.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The array of that name, with numbers of any type, as numbers of type `T`.
    ///
    /// # Errors
    /// [`Error::Data`] if there is none of that name; [`Error::File`] as [`read_npy`](super::read_npy).
    pub fn array<T: FileNumber>(&self, name: &str) -> Result<ArrayD<T>> {
        let mut archive = self.archive.clone(); // which shares the bytes
        let file = [format!("{name}.npy"), name.to_owned()]
            .into_iter()
            .find_map(|name| archive.index_for_name(&name));
        let Some(index) = file else {
            let names: Vec<String> = self.names.iter().map(|name| format!("{name:?}")).collect();
            return Err(Error::data(
                self.path.display().to_string(),
                format!("an array {name:?}"),
                names.join(", "),
                "choose one of these",
            ));
        };
        let path = self.path.join(name);
        let entry = archive.by_index(index).map_err(|error| {
            let help = "save it again, with numpy.savez and without a password";
            Error::file(&path, 0, format!("it can't be taken out of its archive ({error})"), help)
        })?;
        read_array(entry, &path)
    }
}

/// Debug shows the names: the bytes would fill the screen.
impl fmt::Debug for Npz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Npz").field("path", &self.path).field("names", &self.names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::npy::tests::npy;
    use ndarray::array;
    use std::io::Write;
    use zip::CompressionMethod;
    use zip::write::{SimpleFileOptions, ZipWriter};

    fn archive(method: CompressionMethod, files: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn two_arrays(method: CompressionMethod) -> Vec<u8> {
        let x = npy(
            "'<f4'",
            "'fortran_order': False, 'shape': (1, 2), ",
            &[1.5_f32, 2.0].map(f32::to_le_bytes).concat(),
        );
        let y = npy(
            "'<i8'",
            "'fortran_order': False, 'shape': (2,), ",
            &[3_i64, 0].map(i64::to_le_bytes).concat(),
        );
        archive(method, &[("y.npy", y), ("x.npy", x)])
    }

    #[test]
    fn arrays_are_read_by_name_plain_and_compressed() {
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let npz = Npz::parse(two_arrays(method), "f.npz").unwrap();
            assert_eq!(npz.names(), ["x", "y"]);
            assert_eq!(npz.array::<f64>("x").unwrap(), array![[1.5, 2.0]].into_dyn());
            assert_eq!(npz.array::<usize>("y").unwrap(), array![3, 0].into_dyn());
            assert_eq!(
                npz.array::<usize>("x").unwrap_err().to_string(),
                format!(
                    "{}: byte 79: the number is 1.5, which is no usize\n  help: read the file as numbers of another type, such \
                     as f64",
                    Path::new("f.npz").join("x").display()
                )
            );
            assert_eq!(
                npz.array::<f64>("z").unwrap_err().to_string(),
                "f.npz: expected an array \"z\", but got \"x\", \"y\"\n  help: choose one of these"
            );
            assert_eq!(format!("{npz:?}"), "Npz { path: \"f.npz\", names: [\"x\", \"y\"] }");
        }
    }

    #[test]
    fn a_damaged_archive_is_an_error() {
        assert!(
            Npz::parse(*b"no archive", "f.npz")
                .unwrap_err()
                .to_string()
                .starts_with("f.npz: byte 0: this is no archive (")
        );
        let good = two_arrays(CompressionMethod::Deflated);
        for length in 0..good.len() {
            assert!(Npz::parse(&good[..length], "f.npz").is_err());
        }
        for position in 0..good.len() {
            let mut changed = good.clone();
            changed[position] ^= 0x55;
            if let Ok(npz) = Npz::parse(changed, "f.npz") {
                npz.names().iter().for_each(|name| drop(npz.array::<f32>(name))); // an error or numbers, and no panic
            }
        }
    }

    /// What unpacks to far more than its header promises is not unpacked.
    #[test]
    fn an_archive_that_expands_without_end_is_stopped_by_its_header() {
        let bomb = npy("'|u1'", "'fortran_order': False, 'shape': (2,), ", &vec![0; 10_000_000]);
        let npz = Npz::parse(archive(CompressionMethod::Deflated, &[("x.npy", bomb)]), "f.npz").unwrap();
        assert!(npz.array::<u8>("x").unwrap_err().to_string().contains("the file goes on after the 2 bytes"));
    }
}
