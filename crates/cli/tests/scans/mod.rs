//! Small scans of a turned cylinder in a folder, and the program run on them. Knows no mistake.
#![allow(dead_code, reason = "each test file takes what it needs")]
#![allow(clippy::cast_possible_truncation, reason = "counts stay below 65536")]

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;
use tiff::encoder::{TiffEncoder, colortype::Gray16, colortype::Gray32Float};

/// Rows and columns of every frame.
pub(crate) const SIZE: (u32, u32) = (4, 32);

/// Radiographs of a scan over 180 degrees.
pub(crate) const ANGLES: usize = 24;

/// Angles that fit the scan.
pub(crate) const ANGLE_RANGE: [&str; 2] = ["--set", "acquire.angles=0:180"];

/// A folder with a scan in `scan`, where the program is run.
pub(crate) struct Bench {
    folder: TempDir,
}

/// What the program said, and its exit code.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) errors: String,
    pub(crate) output: String,
}

impl Bench {
    /// A folder without a scan.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A folder with a scan that is in order.
    pub(crate) fn with_scan() -> Self {
        let bench = Self::empty();
        fs::create_dir(bench.path("scan")).unwrap();
        for index in 0..ANGLES {
            let angle = index as f64 * std::f64::consts::PI / ANGLES as f64;
            let name = format!("scan/proj_{index:04}.tif");
            bench.counts(&name, SIZE, |column| beam(index as u64, column) * shadow(angle, column));
        }
        for index in 0..4 {
            bench.flat(index, |column| beam(100 + index, column));
            bench.dark(index, |_| 0.0);
        }
        bench
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Whether something half-written lies in the folder.
    pub(crate) fn holds_parts(&self) -> bool {
        let names = fs::read_dir(self.folder.path()).unwrap().map(|it| it.unwrap().file_name());
        names.into_iter().any(|name| name.to_string_lossy().contains(".partial"))
    }

    /// Writes a flat field; 1 is the open beam above the dark field.
    pub(crate) fn flat(&self, index: u64, share: impl Fn(usize) -> f64) {
        self.counts(&format!("scan/flat_{index}.tif"), SIZE, share);
    }

    /// Writes a dark field; 0 is the shutter closed.
    pub(crate) fn dark(&self, index: u64, share: impl Fn(usize) -> f64) {
        self.counts(&format!("scan/dark_{index}.tif"), SIZE, share);
    }

    /// Writes a frame of counts: a dark field of 100, and 900 where `share` is 1.
    pub(crate) fn counts(
        &self,
        name: &str,
        (rows, columns): (u32, u32),
        share: impl Fn(usize) -> f64,
    ) {
        let pixel = |index: u32| (100.0 + 900.0 * share((index % columns) as usize)) as u16;
        let pixels: Vec<u16> = (0..rows * columns).map(pixel).collect();
        let file = File::create(self.path(name)).unwrap();
        TiffEncoder::new(file).unwrap().write_image::<Gray16>(columns, rows, &pixels).unwrap();
    }

    /// Writes an image of 32-bit numbers that are all the same.
    pub(crate) fn constant(&self, name: &str, (rows, columns): (u32, u32), value: f32) {
        let pixels = vec![value; (rows * columns) as usize];
        let file = File::create(self.path(name)).unwrap();
        let mut image = TiffEncoder::new(file).unwrap();
        image.write_image::<Gray32Float>(columns, rows, &pixels).unwrap();
    }

    /// Writes every radiograph anew.
    pub(crate) fn each_radiograph(&self, write: impl Fn(&str)) {
        (0..ANGLES).for_each(|index| write(&format!("scan/proj_{index:04}.tif")));
    }

    /// Runs the program in the folder.
    pub(crate) fn voltomo(&self, words: &[&str]) -> Said {
        let program = env!("CARGO_BIN_EXE_voltomo");
        let run = Command::new(program).args(words).current_dir(self.folder.path()).output();
        let run = run.unwrap();
        Said {
            code: run.status.code(),
            errors: String::from_utf8_lossy(&run.stderr).into_owned(),
            output: String::from_utf8_lossy(&run.stdout).into_owned(),
        }
    }

    /// Starts the program in the folder, unheard.
    pub(crate) fn start(&self, words: &[&str]) -> Child {
        let mut program = Command::new(env!("CARGO_BIN_EXE_voltomo"));
        program.args(words).current_dir(self.folder.path());
        program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Reconstructs `scan` with some more words into `out`.
    pub(crate) fn reconstruct(&self, more: &[&str]) -> Said {
        self.voltomo(&[&["reconstruct", "scan", "--out", "out"], more].concat())
    }

    /// Reconstructs `scan` over 180 degrees with some more words into `out`.
    pub(crate) fn reconstruct_half_turn(&self, more: &[&str]) -> Said {
        self.reconstruct(&[&ANGLE_RANGE, more].concat())
    }
}

impl Said {
    /// Holds what was said to a refusal: exit code 2, these words, and no panic.
    pub(crate) fn refuses(&self, words: &[&str]) {
        let text = &self.errors;
        assert_eq!(self.code, Some(2), "{text}");
        assert!(!text.contains("panicked") && !text.contains("RUST_BACKTRACE"), "{text}");
        assert!(text.contains("error: "), "{text}");
        words.iter().for_each(|word| assert!(text.contains(word), "`{word}` is not in: {text}"));
    }

    /// Holds what was said to findings beyond limits: exit code 1, and these words.
    pub(crate) fn finds(&self, words: &[&str]) {
        let text = format!("{}{}", self.errors, self.output);
        assert_eq!(self.code, Some(1), "{text}");
        words.iter().for_each(|word| assert!(text.contains(word), "`{word}` is not in: {text}"));
    }

    /// Holds what was said to success.
    pub(crate) fn succeeds(&self) {
        assert_eq!(self.code, Some(0), "{}{}", self.errors, self.output);
    }
}

/// The open beam of a frame, with some grain so that there is a noise to measure.
fn beam(frame: u64, column: usize) -> f64 {
    let mixed = (frame * 64 + column as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    1.0 + 0.006 * ((mixed >> 40) as f64 / (1u64 << 24) as f64 - 0.5)
}

/// Transmission of a cylinder off the axis.
fn shadow(angle: f64, column: usize) -> f64 {
    let distance = column as f64 - 15.5 - 3.0 * angle.cos() + 2.0 * angle.sin();
    (-0.12 * (64.0 - distance * distance).max(0.0).sqrt()).exp()
}
