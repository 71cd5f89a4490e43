//! Files that end, and small ones of text that a person wrote. Knows no format.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

/// What a person writes by hand is shorter than this.
const LONGEST: u64 = 4 << 20;

/// Opens a file for reading; a pipe or a device, which may never end, is an error at once.
///
/// # Errors
/// A file that cannot be opened, or is no ordinary file.
pub fn open_file(path: &Path) -> io::Result<File> {
    let about = fs::metadata(path)?;
    if about.is_file() {
        return File::open(path);
    }
    let found = if about.is_dir() { "it is a folder" } else { "it is a device or a pipe" };
    Err(io::Error::other(format!("{found}, expected an ordinary file")))
}

/// The bytes of such a file.
///
/// # Errors
/// As [`open_file`].
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_file(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text of a file: a recipe, a cell, an instrument.
///
/// # Errors
/// A file that cannot be read, is no ordinary file (a folder, a device), is longer than 4 MiB, or
/// is not text in UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    let about = fs::metadata(path)?;
    let wrong = |found: String| {
        io::Error::other(format!("{found}, expected a text file of no more than 4 MiB"))
    };
    if about.is_dir() {
        return Err(wrong("it is a folder".into()));
    }
    if !about.is_file() {
        return Err(wrong("it is a device or a pipe".into()));
    }
    if about.len() > LONGEST {
        return Err(wrong(format!("it has {} MiB", about.len() >> 20)));
    }
    let bytes = fs::read(path)?;
    String::from_utf8(bytes).map_err(|_| wrong("it is not text (UTF-8)".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(path: &Path) -> String {
        read_text(path).unwrap_err().to_string()
    }

    #[test]
    fn only_text_of_a_hands_length_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cell.toml");
        fs::write(&path, "kind = \"coin\"").unwrap();
        assert_eq!(read_text(&path).unwrap(), "kind = \"coin\"");
        assert!(message(folder.path()).contains("a folder, expected a text file"));
        fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
        assert!(message(&path).contains("not text (UTF-8)"));
        fs::File::create(&path).unwrap().set_len(LONGEST + 1).unwrap();
        assert!(message(&path).contains("4 MiB, expected"));
        #[cfg(unix)]
        assert!(message(Path::new("/dev/zero")).contains("a device or a pipe"));
        #[cfg(unix)]
        assert!(read_file(Path::new("/dev/zero")).unwrap_err().to_string().contains("a device"));
    }
}
