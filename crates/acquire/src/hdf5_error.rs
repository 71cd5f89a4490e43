//! Why an HDF5 scan could not be read: found, expected, which key mends it. Prints nothing.

use std::path::PathBuf;

/// Why an HDF5 scan could not be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Hdf5Error {
    /// The file is not HDF5.
    #[error(
        "the file begins with {found}, expected the HDF5 signature; set `acquire.path` to the scan, \
         or `acquire.kind` to what it is ({path})"
    )]
    NotHdf5 {
        /// The first bytes.
        found: String,
        /// The file.
        path: PathBuf,
    },
    /// The file is shorter than its own header says.
    #[error(
        "{length} bytes long, expected {expected} bytes as its header says: it was cut short; \
         copy it again from the instrument ({path})"
    )]
    Truncated {
        /// Bytes found.
        length: u64,
        /// Bytes that the header promises.
        expected: u64,
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be opened.
    #[error("cannot be opened as HDF5: {reason}; set `acquire.path` to a readable scan ({path})")]
    Open {
        /// What the HDF5 library says.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// A dataset is not there.
    #[error("no dataset `{wanted}`, only {present}; set `{key}` to one of these ({path})")]
    MissingDataset {
        /// The dataset that was wanted.
        wanted: String,
        /// The datasets that are there.
        present: String,
        /// Key in the recipe.
        key: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// A link leads to nothing.
    #[error(
        "`{link}` links to `{target}`, which is not there (looked in {searched}); expected that \
         file beside the scan: copy it there, or set `acquire.dataset` or `acquire.angle_key` to \
         another dataset ({path})"
    )]
    BrokenLink {
        /// The link.
        link: String,
        /// File and dataset that it names.
        target: String,
        /// Where the file was looked for.
        searched: String,
        /// The file that holds the link.
        path: PathBuf,
    },
    /// The dataset is compressed by a filter that is not there.
    #[error(
        "`{dataset}` is packed with the HDF5 filter {filter}, which this build cannot unpack; \
         expected none or one of {known}: repack it with `h5repack -f GZIP=4`, or set \
         `acquire.dataset` ({path})"
    )]
    Filter {
        /// The dataset.
        dataset: String,
        /// Name and number of the filter.
        filter: String,
        /// The filters that can be undone.
        known: String,
        /// The file.
        path: PathBuf,
    },
    /// The dataset does not hold what is needed.
    #[error("`{dataset}` holds {found}, expected {expected}; set `{key}` ({path})")]
    Content {
        /// The dataset.
        dataset: String,
        /// Type or shape found.
        found: String,
        /// Type or shape expected.
        expected: String,
        /// Key in the recipe.
        key: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The dataset cannot be decoded.
    #[error(
        "`{dataset}` cannot be read: {reason}; expected an undamaged dataset: copy the file again, \
         or leave the frames out with `acquire.skip` ({path})"
    )]
    Damaged {
        /// The dataset.
        dataset: String,
        /// What the HDF5 library says.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// No layout that is known.
    #[error(
        "no NXtomo image key, no Data Exchange `/exchange/data` and no TDF `/tomo`, only {datasets}; \
         name the radiographs in `acquire.dataset` ({path})"
    )]
    NoScan {
        /// Every dataset with shape and type.
        datasets: String,
        /// The file.
        path: PathBuf,
    },
    /// Not one image key a frame.
    #[error(
        "{keys} image keys in `{image_key}` for {frames} frames in `{dataset}`, expected one a \
         frame; set `acquire.dataset` to the frames that belong to them ({path})"
    )]
    ImageKeyCount {
        /// Image keys found.
        keys: usize,
        /// Frames found.
        frames: usize,
        /// Dataset of the keys.
        image_key: String,
        /// Dataset of the frames.
        dataset: String,
        /// The file.
        path: PathBuf,
    },
    /// An image key without a meaning.
    #[error(
        "image key {value} of frame {frame} in `{image_key}`, expected 0 (radiograph), 1 (flat), \
         2 (dark) or 3 (invalid); mend the key, or set `acquire.dataset`, `acquire.flat_dataset` \
         and `acquire.dark_dataset` with `acquire.kind = \"data_exchange\"` ({path})"
    )]
    ImageKeyValue {
        /// The key.
        value: f64,
        /// Index of the frame.
        frame: usize,
        /// Dataset of the keys.
        image_key: String,
        /// The file.
        path: PathBuf,
    },
    /// No radiograph among the frames.
    #[error(
        "no radiograph among {frames} frames of `{dataset}` ({found}), expected at least one with \
         image key 0; set `acquire.dataset` ({path})"
    )]
    NoRadiographs {
        /// Frames in all.
        frames: usize,
        /// What they are instead.
        found: String,
        /// Dataset of the frames.
        dataset: String,
        /// The file.
        path: PathBuf,
    },
    /// Not one angle a radiograph.
    #[error(
        "{angles} angles in `{dataset}` for {frames} radiographs, expected one a radiograph; set \
         `acquire.angle_key` to another dataset or give `acquire.angles` ({path})"
    )]
    AngleCount {
        /// Angles found.
        angles: usize,
        /// Radiographs found.
        frames: usize,
        /// Dataset of the angles.
        dataset: String,
        /// The file.
        path: PathBuf,
    },
    /// An angle that is no number.
    #[error(
        "the angle of frame {frame} in `{dataset}` is {angle}, expected a number; give \
         `acquire.angles` ({path})"
    )]
    AngleNotFinite {
        /// The angle found.
        angle: f64,
        /// Index of the frame.
        frame: usize,
        /// Dataset of the angles.
        dataset: String,
        /// The file.
        path: PathBuf,
    },
    /// A unit that is not known.
    #[error("the unit of `{dataset}` is `{found}`, expected {expected}; set `{key}` ({path})")]
    Unit {
        /// The dataset.
        dataset: String,
        /// The unit found.
        found: String,
        /// The units known.
        expected: String,
        /// Key in the recipe.
        key: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// A pixel size that cannot be.
    #[error(
        "pixels of {x_mm} mm by {y_mm} mm in `{dataset}`, expected square ones above 0; set \
         `acquire.pixel_mm` ({path})"
    )]
    PixelSize {
        /// Width, mm.
        x_mm: f64,
        /// Height, mm.
        y_mm: f64,
        /// Dataset of the width.
        dataset: String,
        /// The file.
        path: PathBuf,
    },
    /// Reference frames of another size than the radiographs.
    #[error(
        "{found_rows} × {found_columns} pixels (rows × columns) in `{dataset}`, expected {rows} × \
         {columns} as the radiographs; set `{key}` to {what} of their size ({path})"
    )]
    ReferenceSize {
        /// `flat fields` or `dark fields`.
        what: &'static str,
        /// Rows found.
        found_rows: usize,
        /// Columns found.
        found_columns: usize,
        /// Rows of the radiographs.
        rows: usize,
        /// Columns of the radiographs.
        columns: usize,
        /// Dataset of the reference frames.
        dataset: String,
        /// Key in the recipe.
        key: &'static str,
        /// The file.
        path: PathBuf,
    },
}
