//! Small files of text that a person wrote. Knows no format.

use std::{fs, io, path::Path};

/// What a person writes by hand is shorter than this.
const LONGEST: u64 = 4 << 20;

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
    }
}
