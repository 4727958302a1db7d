//! Writing a file whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use tempfile::Builder;

use crate::{Error, Result};

/// Writes beside the path, makes the bytes safe on the disk, and then puts the file in the place of an old one: whoever
/// looks there, after a crash too, finds the old file or the new one. Makes the folder if there is none.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    try_write(path, bytes).map_err(|error| Error::Io { path: path.to_owned(), error })
}

fn try_write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let prefix = format!(".{}.", name.to_string_lossy());
    let mut builder = Builder::new();
    #[cfg(unix)] // as any other new file: the user's umask says who may read it
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.prefix(&prefix).suffix(".tmp").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_data()?; // before the name, which may reach the disk first
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
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
}
