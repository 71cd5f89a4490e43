//! Why a reconstruction could not be made. Knows no recipe format.

use std::ops::Range;

use voltomo_types::{FrameError, Problem};

use crate::Method;

/// Why a reconstruction could not be made: what was found, what was expected, what mends it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReconstructError {
    /// A setting cannot be used.
    #[error("`{}` is {}; expected {}", .0.key, .0.found, .0.expected)]
    Setting(Problem),
    /// A method that cannot reconstruct this beam.
    #[error(
        "`reconstruct.method` is \"{}\", which is not for a {beam} beam; expected \"auto\", \
         \"{instead}\" or another method for a {beam} beam", method.name()
    )]
    MethodForBeam {
        /// The method asked for.
        method: Method,
        /// The beam.
        beam: &'static str,
        /// A method for it.
        instead: &'static str,
    },
    /// A noise map is asked of a method whose noise does not follow from a filter.
    #[error(
        "`reconstruct.noise_map` is true with the method \"{}\"; expected a filtered \
         back-projection (\"auto\", \"fbp\", \"fourier\", \"fdk\"), or no noise map", method.name()
    )]
    NoiseOfMethod {
        /// The method asked for.
        method: Method,
    },
    /// The axis does not lie on the frame.
    #[error(
        "the rotation axis is at detector column {centre_px:.2} (rows of the frame: {low:.2} to \
         {high:.2}), expected it on the frame's columns {first} to {last}; mend \
         `reconstruct.centre_px` (an index of the uncropped, unbinned detector) or \
         `acquire.crop_columns`"
    )]
    AxisOutsideFrame {
        /// The centre as told, at the detector's middle row.
        centre_px: f64,
        /// Smallest detector column of the axis on the frame.
        low: f64,
        /// Largest detector column of the axis on the frame.
        high: f64,
        /// First detector column of the frame.
        first: f64,
        /// Last detector column of the frame.
        last: f64,
    },
    /// A voxel far smaller than a pixel, or larger than the frame.
    #[error(
        "a voxel of {voxel_px} detector pixels, expected {finest_px} to {coarsest_px} (the frame's \
         width); mend `reconstruct.voxel_px` or `reconstruct.voxel_mm`"
    )]
    VoxelSize {
        /// Edge asked for, in detector pixels.
        voxel_px: f64,
        /// Least edge, in detector pixels.
        finest_px: f64,
        /// Greatest edge, in detector pixels.
        coarsest_px: f64,
    },
    /// A voxel size in mm, but nobody told the pixel size.
    #[error(
        "a voxel of {voxel_mm} mm is asked for, but the pixel size is unknown; tell it in \
         `acquire.pixel_mm`, or use `reconstruct.voxel_px`"
    )]
    PixelSizeUnknown {
        /// The voxel asked for.
        voxel_mm: f64,
    },
    /// Rows or a region beyond what there is.
    #[error("`{key}` asks for {asked:?} of {what}, but there are {count}; expected a part of them")]
    BeyondFrame {
        /// Recipe key.
        key: &'static str,
        /// What was asked for.
        asked: Range<usize>,
        /// Of what: frame rows, voxels along y, voxels along x.
        what: &'static str,
        /// How many there are.
        count: usize,
    },
    /// No slice has its centre in the rows asked for.
    #[error(
        "`reconstruct.rows` = {rows:?} holds the centre of no slice, since a voxel is \
         {voxel_rows:.1} rows high; ask for more rows or smaller voxels"
    )]
    NoSlice {
        /// The rows asked for.
        rows: Range<usize>,
        /// Height of a voxel in frame rows.
        voxel_rows: f64,
    },
    /// Fewer than two different directions.
    #[error(
        "{count} angles in {directions} different directions; expected at least 2: mend \
         `acquire.angles`"
    )]
    TooFewAngles {
        /// Angles.
        count: usize,
        /// Different directions among them.
        directions: usize,
    },
    /// An angle that is no number.
    #[error("angle {index} is {value}, expected a finite number; mend `acquire.angles`")]
    BadAngle {
        /// Which angle, from 0.
        index: usize,
        /// Its value in radians.
        value: f64,
    },
    /// The projections do not have the shape that was agreed on.
    #[error(
        "projections of [angle, row, column] = {found:?}, expected {angles} angles, {columns} \
         columns and at least rows {rows:?}, given from row {first_row} on"
    )]
    ProjectionShape {
        /// Shape found.
        found: [usize; 3],
        /// First frame row found.
        first_row: usize,
        /// Angles expected.
        angles: usize,
        /// Columns expected.
        columns: usize,
        /// Frame rows expected.
        rows: Range<usize>,
    },
    /// Slices beyond the grid.
    #[error("slices {asked:?} are asked for, but the grid has {count}")]
    SlicesBeyondGrid {
        /// Slices asked for.
        asked: Range<usize>,
        /// Slices of the grid.
        count: usize,
    },
    /// NaN or infinity in the line integrals.
    #[error(
        "the line integral at [angle, row, column] = [{angle}, {row}, {column}] is {value}, \
         expected a finite number; repair dead pixels before (`correct.spots`) or crop them \
         away (`acquire.crop_rows`, `acquire.crop_columns`)"
    )]
    NonFinite {
        /// Angle index.
        angle: usize,
        /// Frame row.
        row: usize,
        /// Frame column.
        column: usize,
        /// What stands there.
        value: f32,
    },
    /// Projections without an extent.
    #[error("projections of {rows} rows and {columns} columns, expected at least 1 and 2")]
    NoPixels {
        /// Rows.
        rows: usize,
        /// Columns.
        columns: usize,
    },
    /// A cone beam on a grid of pixels.
    #[error(
        "a grid in pixels for a cone beam, whose source and detector are in mm; expected a grid in \
         mm: tell the pixel size in `acquire.pixel_mm`"
    )]
    ConeGridUnit,
    /// A grid without an extent.
    #[error(
        "a grid of {shape:?} voxels of {voxel}, the first at {first:?}; expected at least one voxel \
         of a positive size at a finite place; mend `reconstruct.rows`, `reconstruct.region` or the \
         voxel size"
    )]
    NoVoxels {
        /// Voxels along `[z, y, x]`.
        shape: [usize; 3],
        /// Edge of a voxel.
        voxel: f64,
        /// Centre of the first voxel.
        first: [f64; 3],
    },
    /// A source or a detector that cannot be.
    #[error(
        "the source of view {view} (counted from 0) does not stand before the whole volume, or its \
         detector not behind it; expected a source outside it, and a detector behind it whose rows \
         run along the axis and whose columns across it: mend `reconstruct.cone.source_to_axis_mm` \
         and `reconstruct.cone.source_to_detector_mm`, or the views in the file of \
         `acquire.geometry`"
    )]
    ConeGeometry {
        /// Which view, from 0.
        view: usize,
    },
    /// An axis far off the middle, and less than a turn.
    #[error(
        "the detector reaches {near_mm:.2} mm to one side of the axis and {far_mm:.2} mm to the \
         other, on less than a whole turn: rays on the far side are seen once, and half of them \
         never; expected views over 360 degrees, which see the far side from both sides, or an axis \
         nearer to the middle: mend `acquire.angles` or `reconstruct.centre_px`"
    )]
    OffsetArc {
        /// Reach on the near side.
        near_mm: f64,
        /// Reach on the far side.
        far_mm: f64,
    },
    /// Not one angle a frame.
    #[error("{angles} angles for {frames} radiographs, expected one each; mend `acquire.angles`")]
    AngleCount {
        /// Angles.
        angles: usize,
        /// Radiographs.
        frames: usize,
    },
    /// The best centre is the first or last that was tried.
    #[error(
        "the best centre of rotation, {found_px:.1}, is at the edge of the search range \
         {from_px:.1} to {to_px:.1} (detector pixels), expected inside it; widen \
         `reconstruct.search_px`, or tell the centre in `reconstruct.centre_px`"
    )]
    CentreAtEdge {
        /// Where opposite views match best.
        found_px: f64,
        /// First detector column searched.
        from_px: f64,
        /// Last detector column searched.
        to_px: f64,
    },
    /// A search range that holds nothing to try.
    #[error(
        "no centre of rotation can be tried from {from_px:.1} to {to_px:.1} (detector pixels), \
         expected a range of columns inside the frame about which opposite views overlap; mend \
         `reconstruct.search_px`, or tell the centre in `reconstruct.centre_px`"
    )]
    NothingToSearch {
        /// First detector column of the range within the frame.
        from_px: f64,
        /// Last detector column.
        to_px: f64,
    },
    /// Nothing to find an axis by.
    #[error(
        "no sample in any of {bands} bands of rows ({not_finite} of them hold NaN or infinity), \
         expected something that turns; check the flat fields, or tell the centre in \
         `reconstruct.centre_px`"
    )]
    NoSample {
        /// Bands looked at.
        bands: usize,
        /// Bands with values that are no numbers.
        not_finite: usize,
    },
    /// No two views from opposite sides.
    #[error(
        "{views} views over {arc_deg:.1} degrees hold no opposite pair, expected half a turn or \
         more (the last step may be missing); mend `acquire.angles`, or tell the centre in \
         `reconstruct.centre_px`"
    )]
    NoOppositeViews {
        /// Views.
        views: usize,
        /// Arc that they cover.
        arc_deg: f64,
    },
    /// Frames could not be read.
    #[error(transparent)]
    Read(#[from] FrameError),
}

impl ReconstructError {
    /// The first problem as an error, if there is one.
    pub(crate) fn first_of(problems: Vec<Problem>) -> Result<(), Self> {
        problems.into_iter().next().map_or(Ok(()), |problem| Err(Self::Setting(problem)))
    }
}
