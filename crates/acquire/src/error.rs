//! Why a scan could not be opened: what was found, what was expected, which key mends it. Prints nothing.

use std::path::PathBuf;

use voltomo_types::FrameError;

/// Why a scan could not be opened or looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AcquireError {
    /// Frames could not be read.
    #[error(transparent)]
    Frames(#[from] FrameError),
    /// An HDF5 scan could not be read.
    #[error(transparent)]
    Hdf5(Box<crate::Hdf5Error>),
    /// A setting cannot be used.
    #[error("`{key}` is {found}; expected {expected}")]
    Setting {
        /// Key in the recipe, dotted and whole.
        key: String,
        /// What stands there.
        found: String,
        /// What would be right.
        expected: String,
    },
    /// The scan is not where the recipe says.
    #[error("no such file or folder; set `{key}` to what is there ({path})")]
    NoSuchPath {
        /// Key in the recipe.
        key: String,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// What the recipe names is neither a file nor a folder.
    #[error("it is a device, a pipe or a socket; set `{key}` to a file or a folder ({path})")]
    NoFile {
        /// Key in the recipe.
        key: String,
        /// What it names.
        path: PathBuf,
    },
    /// A file or folder cannot be read.
    #[error("cannot be opened: {source} ({path})")]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A pattern or folder holds no image.
    #[error("`{key}`: no image matches `{pattern}`; there is {present} ({folder})")]
    NothingMatched {
        /// Key in the recipe.
        key: String,
        /// What was looked for.
        pattern: String,
        /// What is there instead.
        present: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// A folder whose names do not tell what is what.
    #[error(
        "it is not clear which images are radiographs, flats and darks: {found}; \
         set `acquire.radiographs`, `acquire.flats` and `acquire.darks` ({folder})"
    )]
    UnclearFolder {
        /// What was found.
        found: String,
        /// Where.
        folder: PathBuf,
    },
    /// A dark or flat field among the radiographs.
    #[error(
        "among the radiographs, but by its name a {looks_like}; name the radiographs alone in \
         `acquire.radiographs`, as `proj_*.tif` ({path})"
    )]
    ReferenceAmongRadiographs {
        /// `dark field` or `flat field`.
        looks_like: String,
        /// The image.
        path: PathBuf,
    },
    /// A frame of another size than the others.
    #[error(
        "{found_rows} × {found_columns} pixels (rows × columns), expected {rows} × {columns} as \
         in {first}; take the file out of `{key}` ({path})"
    )]
    FrameSize {
        /// Rows found.
        found_rows: usize,
        /// Columns found.
        found_columns: usize,
        /// Rows expected.
        rows: usize,
        /// Columns expected.
        columns: usize,
        /// The image that sets the size.
        first: String,
        /// Key in the recipe.
        key: String,
        /// The image.
        path: PathBuf,
    },
    /// A frame of another number type than the others of its stack.
    #[error(
        "numbers are {found}, expected {expected} as in {first}; take the file out of `{key}` ({path})"
    )]
    NumberType {
        /// Type found.
        found: String,
        /// Type expected.
        expected: String,
        /// The image that sets the type.
        first: String,
        /// Key in the recipe.
        key: String,
        /// The image.
        path: PathBuf,
    },
    /// An image file that cannot be used.
    #[error("{what} ({path})")]
    Image {
        /// Found, expected, mend.
        what: String,
        /// The image.
        path: PathBuf,
    },
    /// The file is no scan that voltomo knows.
    #[error(
        "{found}, expected HDF5 (NXtomo, Data Exchange, TDF), TIFF or FITS; set `acquire.path` to \
         the scan ({path})"
    )]
    NotAScan {
        /// What the file begins with.
        found: String,
        /// The file.
        path: PathBuf,
    },
    /// Not one angle a radiograph.
    #[error(
        "{angles} angles for {frames} radiographs; give one angle a radiograph in \
         `acquire.angles`, or leave frames out with `acquire.skip` ({place})"
    )]
    AngleCount {
        /// Angles found.
        angles: usize,
        /// Radiographs found.
        frames: usize,
        /// The angle file, or who told the angles.
        place: String,
    },
    /// A line of an angle file that is no angle.
    #[error("line {line}: `{text}` is {problem}, expected {expected} ({path})")]
    AngleLine {
        /// Line, from 1.
        line: usize,
        /// What stands there.
        text: String,
        /// What is wrong with it.
        problem: String,
        /// What was expected.
        expected: String,
        /// The angle file.
        path: PathBuf,
    },
    /// A radiograph without an angle in the angle file.
    #[error(
        "no angle for radiograph {radiograph}; add a line for it, or skip it with `acquire.skip` ({path})"
    )]
    AngleMissing {
        /// The radiograph's file name.
        radiograph: String,
        /// The angle file.
        path: PathBuf,
    },
    /// An angle that is no number.
    #[error(
        "angle {angle} of radiograph {frame} is no number of degrees up to 1e6; mend it or set `acquire.angles` ({place})"
    )]
    AngleNotFinite {
        /// What was found.
        angle: f64,
        /// Index of the radiograph.
        frame: usize,
        /// The radiograph.
        place: String,
    },
    /// Two radiographs at one angle.
    #[error(
        "radiographs {first} and {second} are both at {degrees} degrees; skip one with \
         `acquire.skip`, or set `acquire.repeated_angles = \"keep\"` ({place})"
    )]
    RepeatedAngle {
        /// Index and name of the first.
        first: String,
        /// Index and name of the second.
        second: String,
        /// Their angle.
        degrees: f64,
        /// Who told the angles.
        place: String,
    },
}

impl From<crate::Hdf5Error> for AcquireError {
    fn from(error: crate::Hdf5Error) -> Self {
        Self::Hdf5(Box::new(error))
    }
}

impl AcquireError {
    /// What keeps a path from being read as a file or a folder: nothing is there, or something else.
    pub(crate) fn absent(key: &str, path: &std::path::Path) -> Self {
        let (key, path) = (key.to_string(), path.to_path_buf());
        if path.exists() { Self::NoFile { key, path } } else { Self::NoSuchPath { key, path } }
    }

    /// A setting that cannot be used: key without `acquire.`, what stands there, what would be right.
    pub(crate) fn setting(key: &str, found: impl ToString, expected: impl ToString) -> Self {
        let (found, expected) = (found.to_string(), expected.to_string());
        Self::Setting { key: format!("acquire.{key}"), found, expected }
    }
}
