//! Files, read and written whole or not at all.
//!
//! Every reader and every writer of the library goes through here, and a program's own may too: what
//! [`Sequential::to_rust`](crate::Sequential::to_rust) gives is saved with [`write()`].

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::ErrorKind::{AlreadyExists, InvalidFilename, IsADirectory, NotADirectory};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::MOST_BYTES;
use crate::table::thousands;
use crate::{Error, Result};

/// Reads a file into memory.
///
/// # Errors
/// [`Error::Io`] if it can't be read; [`Error::File`] for a device or a pipe, which may never end, and for a file of more than
/// 8 GiB.
///
/// # Examples
/// ```
/// use chainrule::disk;
///
/// # let folder = std::env::temp_dir().join(format!("chainrule-doc-disk-{}", std::process::id()));
/// # let path = folder.join("notes.txt");
/// disk::write(&path, "loss 0.25")?;
/// assert_eq!(disk::read(&path)?, b"loss 0.25");
/// # std::fs::remove_dir_all(folder).ok();
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn read(path: impl AsRef<Path>) -> Result<Vec<u8>> {
    let path = path.as_ref();
    let mut bytes = Vec::new();
    let (file, _) = open(path)?;
    let read = file.take(MOST_BYTES + 1).read_to_end(&mut bytes); // what /proc has says that it is empty
    read.map_err(|error| Error::Io { path: path.to_owned(), error })?;
    if bytes.len() as u64 > MOST_BYTES { Err(too_long(path, "no end")) } else { Ok(bytes) }
}

/// A file to be read, and its length.
pub(crate) fn open(path: &Path) -> Result<(File, u64)> {
    let io = |error| Error::Io { path: path.to_owned(), error };
    let about = fs::metadata(path).map_err(io)?; // a pipe would not open until somebody writes into it
    if about.is_dir() {
        return Err(io(IsADirectory.into()));
    }
    if !about.is_file() {
        return Err(no_file(path));
    }
    if about.len() > MOST_BYTES {
        return Err(too_long(
            path,
            &format!("{} bytes", thousands(usize::try_from(about.len()).unwrap_or(usize::MAX))),
        ));
    }
    Ok((File::open(path).map_err(io)?, about.len()))
}

fn too_long(path: &Path, length: &str) -> Error {
    Error::file(path, 0, format!("the file has {length}, and at most 8 GiB are read"), "give a part of it")
}

fn no_file(path: &Path) -> Error {
    Error::file(path, 0, "this is a device or a pipe", "give a file")
}

/// Writes a file whole or not at all; its folder is made if there is none.
///
/// It is written beside its place, made safe on the disk, and then takes the place of an old one: whoever looks there, after
/// a crash or with a full disk too, finds the old file or the new one. A link goes on pointing where it did, and who may read
/// the old file may read the new one.
///
/// # Errors
/// [`Error::Io`] if it can't be written: then an old file is as it was. [`Error::File`] for a device or a pipe.
///
/// # Examples
/// ```
/// use chainrule::{disk, prelude::*};
///
/// # let folder = std::env::temp_dir().join(format!("chainrule-doc-write-{}", std::process::id()));
/// let model = Sequential::<f32>::new([2]).add(Dense::new(1)).add(Sigmoid).build(1)?;
/// # let path = folder.join("model.rs");
/// disk::write(&path, model.to_rust()?)?;
/// # std::fs::remove_dir_all(folder).ok();
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn write(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> Result<()> {
    let path = path.as_ref();
    let Place { target, old, mut new } = Place::of(path)?;
    let write = || {
        new.file.write_all(bytes.as_ref())?;
        if let Some(old) = old.filter(|_| cfg!(unix)) {
            new.file.set_permissions(old)?;
        }
        new.file.sync_data() // before the name, which may reach the disk first
    };
    let written = write().and_then(|()| new.takes_the_place_of(&target));
    written.map_err(|error| Error::Io { path: path.to_owned(), error })
}

/// Whether a file can be written there, as far as can be known before.
#[cfg(feature = "files")]
pub(crate) fn check_place(path: &Path) -> Result<()> {
    Place::of(path).map(drop)
}

/// Removes what a process has left beside the file that was killed while it wrote. What is younger than a minute may be
/// somebody's who writes now.
pub(crate) fn clear_leftovers(path: &Path) {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let Some(start) = target.file_name().map(temporary_name) else { return };
    for entry in fs::read_dir(folder_of(&target)).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
        if name.starts_with(&start)
            && name.ends_with(END)
            && age().is_some_and(|age| age > Duration::from_secs(60))
        {
            fs::remove_file(entry.path()).ok(); // it stays where it can't be removed: nothing depends on it
        }
    }
}

/// The end of a temporary name.
const END: &str = ".tmp";
/// The most temporary files beside one file: of processes that write it now, or were killed.
const MOST_TEMPORARY: usize = 10_000;

/// The beginning of one: of a part of the name, because all of it may be as long as a name may be.
fn temporary_name(name: &OsStr) -> String {
    format!(".{}.", name.to_string_lossy().chars().take(40).collect::<String>())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// Where a file is going to be, and the file beside it that takes its place. Dropped, it leaves nothing but the folder.
struct Place {
    target: PathBuf,
    old: Option<Permissions>,
    new: Unnamed,
}

impl Place {
    fn of(path: &Path) -> Result<Self> {
        let io = |error| Error::Io { path: path.to_owned(), error };
        // the name would take the place of the link, or of the device
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let old = fs::metadata(&target).ok();
        if old.as_ref().is_some_and(|old| !old.is_file() && !old.is_dir()) {
            return Err(no_file(path));
        }
        let (Some(name), false) = (target.file_name(), old.as_ref().is_some_and(Metadata::is_dir)) else {
            let kind = if path.as_os_str().is_empty() { InvalidFilename } else { IsADirectory };
            return Err(io(kind.into()));
        };
        let folder = folder_of(&target);
        fs::create_dir_all(folder)
            .map_err(|error| io(if error.kind() == AlreadyExists { NotADirectory.into() } else { error }))?;
        let start = temporary_name(name);
        if folder.join(format!("{start}0{END}")).exists() {
            clear_leftovers(&target); // somebody writes now, or was killed: those must not become ever more
        }
        let new = Unnamed::beside(folder, &start).map_err(io)?;
        Ok(Place { old: old.map(|old| old.permissions()), new, target })
    }
}

/// A new file under a temporary name, which is removed if it never gets another.
struct Unnamed {
    file: File,
    path: PathBuf,
}

impl Unnamed {
    /// The first free name is taken; who may read the file says the umask, as for any other.
    fn beside(folder: &Path, start: &str) -> io::Result<Self> {
        let mut names = (0..MOST_TEMPORARY).map(|number| folder.join(format!("{start}{number}{END}")));
        let created =
            names.find_map(|path| match OpenOptions::new().write(true).create_new(true).open(&path) {
                Err(error) if error.kind() == AlreadyExists => None,
                created => Some(created.map(|file| Unnamed { file, path })),
            });
        created.unwrap_or_else(|| Err(AlreadyExists.into()))
    }

    fn takes_the_place_of(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.path.clear(); // another process may have a file of that name from now on
        Ok(())
    }
}

impl Drop for Unnamed {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            fs::remove_file(&self.path).ok(); // where it can't be removed it stays: nothing depends on it
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_takes_the_place_of_the_old_one_and_leaves_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/folder/file");
        for text in ["first", "second"] {
            write(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        let error = write(path.parent().unwrap(), "").unwrap_err().to_string();
        assert!(error.contains("this is a folder"), "{error}");
        let error = write(path.join("below"), "").unwrap_err().to_string();
        assert!(error.starts_with(&path.join("below").display().to_string()), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "second");
    }

    #[test]
    fn what_a_killed_process_has_left_goes_and_what_is_young_or_another_stays() {
        let folder = tempfile::tempdir().unwrap();
        let an_hour_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
        for (name, old) in
            [(".a.safetensors.x1.tmp", true), (".a.safetensors.x2.tmp", false), (".b.x3.tmp", true)]
        {
            let file = fs::File::create(folder.path().join(name)).unwrap();
            if old {
                file.set_modified(an_hour_ago).unwrap();
            }
        }
        clear_leftovers(&folder.path().join("a.safetensors"));
        let left =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut left: Vec<_> = left.collect();
        left.sort();
        assert_eq!(left, [".a.safetensors.x2.tmp", ".b.x3.tmp"]);
        clear_leftovers(Path::new("")); // nothing to do, and no panic
    }

    #[test]
    fn processes_that_are_killed_again_and_again_leave_no_more_and_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let an_hour_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
        for text in ["first", "second", "third"] {
            for number in 0..5 {
                let left = File::create(folder.path().join(format!(".file.{number}{END}"))).unwrap();
                left.set_modified(an_hour_ago).unwrap();
            }
            write(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        }
    }

    #[test]
    #[cfg(feature = "files")]
    fn a_folder_that_is_a_file_and_an_empty_name_are_said_to_be_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        write(&file, "good").unwrap();
        let text = |path: &Path| check_place(path).unwrap_err().to_string();
        assert!(text(&file.join("below")).contains("a folder on the way there is a file"));
        assert!(text(Path::new("")).contains("give it a shorter name"), "{}", text(Path::new("")));
        check_place(&folder.path().join("x".repeat(255))).unwrap();
        check_place(&file).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "good");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn links_devices_and_rights_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let [file, link, pipe] = ["file", "link", "pipe"].map(|name| folder.path().join(name));
        write(&file, "first").unwrap();
        fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        symlink("file", &link).unwrap();
        write(&link, "second").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "second");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let error = write(&pipe, "").unwrap_err().to_string();
        assert!(error.ends_with("this is a device or a pipe\n  help: give a file"), "{error}");
        // nobody writes into it: to open it would take for ever
        assert!(read(&pipe).unwrap_err().to_string().contains("a device or a pipe"));
    }
}
