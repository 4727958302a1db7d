//! Writing a file whole or not at all.

use std::ffi::OsStr;
use std::fs::{self, Metadata, Permissions};
use std::io::ErrorKind::{AlreadyExists, InvalidFilename, IsADirectory, NotADirectory};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::{Builder, NamedTempFile};

use crate::{Error, Result};

/// Writes beside the path, makes the bytes safe on the disk, and then puts the file in the place of an old one: whoever
/// looks there, after a crash too, finds the old file or the new one. Makes the folder if there is none. A link goes on
/// pointing where it did, and who may read an old file may read the new one.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let Place { target, old, mut file } = Place::of(path)?;
    let write = || {
        file.write_all(bytes)?;
        if let Some(old) = old.filter(|_| cfg!(unix)) {
            file.as_file().set_permissions(old)?;
        }
        file.as_file().sync_data() // before the name, which may reach the disk first
    };
    let written = write().and_then(|()| file.persist(target).map_err(|error| error.error));
    written.map(drop).map_err(|error| Error::Io { path: path.to_owned(), error })
}

/// Whether a file can be written there, as far as can be known before.
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
    file: NamedTempFile,
}

impl Place {
    fn of(path: &Path) -> Result<Self> {
        let io = |error| Error::Io { path: path.to_owned(), error };
        // the name would take the place of the link, or of the device
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let old = fs::metadata(&target).ok();
        if old.as_ref().is_some_and(|old| !old.is_file() && !old.is_dir()) {
            return Err(Error::file(path, 0, "this is a device or a pipe", "give a file"));
        }
        let (Some(name), false) = (target.file_name(), old.as_ref().is_some_and(Metadata::is_dir)) else {
            let kind = if path.as_os_str().is_empty() { InvalidFilename } else { IsADirectory };
            return Err(io(kind.into()));
        };
        let folder = folder_of(&target);
        fs::create_dir_all(folder)
            .map_err(|error| io(if error.kind() == AlreadyExists { NotADirectory.into() } else { error }))?;
        let mut builder = Builder::new();
        #[cfg(unix)] // as any other new file: the user's umask says who may read it
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.prefix(&temporary_name(name)).suffix(END).tempfile_in(folder).map_err(io)?;
        Ok(Place { old: old.map(|old| old.permissions()), file, target })
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
            write_whole(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        let error = write_whole(path.parent().unwrap(), b"").unwrap_err().to_string();
        assert!(error.contains("this is a folder"), "{error}");
        let error = write_whole(&path.join("below"), b"").unwrap_err().to_string();
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
    fn a_folder_that_is_a_file_and_an_empty_name_are_said_to_be_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        write_whole(&file, b"good").unwrap();
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
        write_whole(&file, b"first").unwrap();
        fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        symlink("file", &link).unwrap();
        write_whole(&link, b"second").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "second");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let error = write_whole(&pipe, b"").unwrap_err().to_string();
        assert!(error.ends_with("this is a device or a pipe\n  help: give a file"), "{error}");
        // nobody writes into it: to open it would take for ever
        assert!(crate::files::read(&pipe).unwrap_err().to_string().contains("a device or a pipe"));
    }
}
