//! Why counts could not become line integrals. Knows no methods.

use voltomo_types::{FrameError, Problem};

/// Doses beyond these are no dose of a radiograph that saw the beam.
pub(crate) const LEAST_DOSE: f64 = 0.01;
pub(crate) const MOST_DOSE: f64 = 100.0;

/// Why a scan could not be corrected: what was found, what was expected, what mends it, where.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CorrectError {
    /// Frames could not be read.
    #[error(transparent)]
    Frames(#[from] FrameError),
    /// A setting that cannot be used.
    #[error("`{}` is {}; expected {}", .0.key, .0.found, .0.expected)]
    Setting(Problem),
    /// Asked to choose a method for rings while it is at work.
    #[error(
        "`correct.rings.method` is `auto`, and no method was chosen from the scan; expected \
         `decide_rings` before, or a method by its name"
    )]
    RingsUndecided,
    /// A curve against beam hardening that is none.
    #[error(
        "a curve against beam hardening of {nodes} nodes does not begin at 0 and rise from node to \
         node: see `correct.beam_hardening.material` and `.beam`"
    )]
    HardeningCurve {
        /// Nodes of the curve.
        nodes: usize,
    },
    /// Asked to correct beam hardening by a spectrum that nobody told.
    #[error(
        "`correct.beam_hardening.method` needs the spectrum of the beam, and no curve was made of \
         it; expected one before, or `method = \"polynomial\"`"
    )]
    HardeningUndecided,
    /// A polynomial against beam hardening that falls within the scan's line integrals.
    #[error(
        "the polynomial of `correct.beam_hardening.coefficients` falls beyond a line integral of \
         {rises_to:.3}, and the scan's go up to {largest:.3}; expected one that rises so far, or a \
         larger `correct.flat_field.least_transmission` where single dark pixels lie there"
    )]
    PolynomialFalls {
        /// Up to here it rises.
        rises_to: f64,
        /// The largest line integral of a row.
        largest: f32,
    },
    /// Sinograms too small to tell stripes from the sample.
    #[error(
        "sinograms of {angles} radiographs × {columns} columns; expected at least {least} of both \
         to remove rings, or `correct.rings.method = \"none\"`"
    )]
    TooSmallForRings {
        /// Radiographs of the scan.
        angles: usize,
        /// Columns of the corrected frames.
        columns: usize,
        /// Least of both.
        least: usize,
    },
    /// Asked to take off what pixels add while nobody measured it.
    #[error(
        "`correct.rings.method` is `gain_map`, and no map was measured; expected `decide_rings` \
         before, or another method"
    )]
    GainsUnmeasured,
    /// Fewer rows than a pixel is held against.
    #[error(
        "{rows} rows; expected at least {expected} to tell what a pixel adds from the rows about \
         it: lower `correct.rings.gain_rows`, or name another `correct.rings.method`"
    )]
    TooFewRowsForGains {
        /// Rows of the corrected frames.
        rows: usize,
        /// Rows of the window.
        expected: usize,
    },
    /// Counts without an open beam to divide them by.
    #[error(
        "no flat fields (open beam), and the radiographs are counts; name them in \
         `acquire.flats`, or, if they are −ln already, say `acquire.kind = \"sinogram\"` (a \
         detector row an image) or `\"line_integrals\"` (an angle an image) \
         ({place})"
    )]
    NoFlats {
        /// The first radiograph.
        place: String,
    },
    /// Counts without a dark field.
    #[error(
        "no dark fields, and the radiographs are counts; name them in `acquire.darks`, or set \
         `correct.flat_field.without_darks = true` to take the dark field as zero ({place})"
    )]
    NoDarks {
        /// The first radiograph.
        place: String,
    },
    /// A set of reference frames without a frame in it.
    #[error("a set of {kind} fields holds no frame; expected at least one: see `{key}` ({place})")]
    EmptyReference {
        /// `flat` or `dark`.
        kind: &'static str,
        /// The recipe key that names them.
        key: &'static str,
        /// The first radiograph.
        place: String,
    },
    /// Reference frames of another size than the radiographs.
    #[error(
        "{kind} fields of {found_rows} × {found_columns} pixels for radiographs of {rows} × \
         {columns}; name frames of the same size in `{key}` ({place})"
    )]
    ReferenceSize {
        /// `flat` or `dark`.
        kind: &'static str,
        /// Rows of the reference frames.
        found_rows: usize,
        /// Columns of the reference frames.
        found_columns: usize,
        /// Rows of the radiographs.
        rows: usize,
        /// Columns of the radiographs.
        columns: usize,
        /// The recipe key that names the reference frames.
        key: &'static str,
        /// The first reference frame.
        place: String,
    },
    /// A scan without radiographs, or with radiographs without pixels.
    #[error(
        "{frames} radiographs of {rows} × {columns} pixels; expected at least one of at least \
         one pixel: see `acquire.radiographs`, `acquire.skip` and the crop"
    )]
    NoRadiographs {
        /// Frames found.
        frames: usize,
        /// Rows found.
        rows: usize,
        /// Columns found.
        columns: usize,
    },
    /// The flats are not brighter than the darks.
    #[error(
        "the open beam is above the dark field in {live} of {pixels} pixels; expected at least \
         half: are `acquire.flats` and `acquire.darks` swapped, or was the shutter closed? \
         ({place})"
    )]
    NoOpenBeam {
        /// Pixels with an open beam.
        live: usize,
        /// All pixels of a frame.
        pixels: usize,
        /// The first flat field.
        place: String,
    },
    /// The air region does not lie in the frame.
    #[error(
        "the air region {region} does not lie in a frame of {rows} × {columns} pixels; mend \
         `correct.dose.region` (rows, then columns, of the frames as read)"
    )]
    RegionOutside {
        /// The region, as the recipe writes it.
        region: String,
        /// Rows of a frame.
        rows: usize,
        /// Columns of a frame.
        columns: usize,
    },
    /// The air region has too few pixels that see the beam.
    #[error(
        "the air region {region} has {live} pixels that see the beam; expected at least {least}: \
         mend `correct.dose.region`"
    )]
    RegionDead {
        /// The region, as the recipe writes it.
        region: String,
        /// Pixels in it that are not dead.
        live: usize,
        /// How many are needed.
        least: usize,
    },
    /// The sample stands before the air region.
    #[error(
        "the air region {region} is not air: its transmission is {found:.3} in radiograph {frame} \
         where the brightest part of that frame has {brightest:.3}; expected no sample there at \
         any angle: mend `correct.dose.region` ({place})"
    )]
    RegionCovered {
        /// The region, as the recipe writes it.
        region: String,
        /// Its transmission.
        found: f32,
        /// The transmission of the brightest part of the frame.
        brightest: f32,
        /// Which radiograph.
        frame: usize,
        /// Where that radiograph is.
        place: String,
    },
    /// No beam in one radiograph.
    #[error(
        "radiograph {frame} has a dose of {found} times the open beam in {region}; expected a \
         number above 0.01: was the beam off? Drop it with `acquire.skip = \"{frame}\"`, or mend \
         `correct.dose.region` ({place})"
    )]
    NoDose {
        /// Which radiograph.
        frame: usize,
        /// The dose found.
        found: f32,
        /// The region it was read in.
        region: String,
        /// Where that radiograph is.
        place: String,
    },
    /// A line of a text file that does not hold the numbers it should.
    #[error("line {line} is `{text}`; expected {columns} number(s) a radiograph: mend `{key}`")]
    BadNumbers {
        /// Which line, from 1.
        line: usize,
        /// What stands there.
        text: String,
        /// Numbers expected.
        columns: usize,
        /// The recipe key that names the file.
        key: &'static str,
    },
    /// No angles to follow the sample by.
    #[error(
        "the angles are not known, and `correct.drift.method = \"moments\"` follows the centre of \
         mass by them; expected `acquire.angles`, or the drift in `correct.drift.file`"
    )]
    NoAnglesForDrift,
    /// Numbers of another count than there are radiographs.
    #[error("{found} numbers for {frames} radiographs; expected one each: mend `{key}`")]
    NumberCount {
        /// Numbers found.
        found: usize,
        /// Radiographs of the scan.
        frames: usize,
        /// The recipe key that names them.
        key: &'static str,
    },
    /// A monitor that counted nothing.
    #[error(
        "the monitor counted {found} at radiograph {frame}; expected a number above 0: drop the \
         radiograph with `acquire.skip`, or mend `correct.dose.monitor`"
    )]
    NoMonitor {
        /// Which radiograph.
        frame: usize,
        /// What was counted.
        found: f64,
    },
    /// A monitor far off the beam.
    #[error(
        "the monitor counted {found} at radiograph {frame}, {dose} times that of the open beam; \
         expected {LEAST_DOSE} to {MOST_DOSE} times: drop the radiograph with `acquire.skip`, or mend \
         `correct.dose.monitor` or `correct.dose.monitor_of_flats`"
    )]
    MonitorBeyond {
        /// Which radiograph.
        frame: usize,
        /// What was counted.
        found: f64,
        /// That over the count of the open beam.
        dose: f64,
    },
    /// Too few flat fields to tell what they differ by.
    #[error(
        "{found} flat fields; expected at least {least} for `correct.dynamic_flat.method = \
         \"components\"`, or `\"none\"` there ({place})"
    )]
    TooFewFlats {
        /// Flat fields of all sets.
        found: usize,
        /// How many are needed.
        least: usize,
        /// The first of them.
        place: String,
    },
    /// More air than the rows have columns.
    #[error(
        "`correct.row_air` takes {air} columns for air of frames of {columns} columns; expected \
         fewer"
    )]
    NoRowBesideAir {
        /// Columns of air.
        air: usize,
        /// Columns of a frame.
        columns: usize,
    },
    /// The sample stands before the air of the rows.
    #[error(
        "the {side} columns of `correct.row_air.{side}` are not air: their transmission is {found:.3} \
         in rows {rows:?} of radiograph {frame} where the brightest part of that frame has \
         {brightest:.3}; expected no sample there at any angle: take fewer columns, or 0 ({place})"
    )]
    RowAirCovered {
        /// `left` or `right`.
        side: &'static str,
        /// Their transmission.
        found: f32,
        /// Rows in which they have it.
        rows: std::ops::Range<usize>,
        /// The transmission of the brightest part of the frame.
        brightest: f32,
        /// Which radiograph.
        frame: usize,
        /// Where that radiograph is.
        place: String,
    },
    /// No frames with black bodies.
    #[error(
        "`correct.scatter.method` is `black_bodies`, and the scan has no such frames; name them in \
         `{key}`, or take `correct.scatter.method = \"kernel\"`, which needs none"
    )]
    NoBlackBodies {
        /// The recipe key that would name them.
        key: &'static str,
    },
    /// No beam stop.
    #[error(
        "`correct.scatter.method` is `beam_stop`, and no stop is named; say where one stands in \
         every radiograph in `correct.scatter.beam_stop.regions`, or name frames with stops before \
         the sample in `acquire.black_bodies_sample`"
    )]
    NoBeamStop,
    /// Frames with black bodies in which no dot is found.
    #[error(
        "found {what}; expected dots of a grid of black bodies: see \
         `correct.scatter.black_bodies.threshold`, `least_area` and `rim`, and `{key}` ({place})"
    )]
    NoDots {
        /// What there was instead.
        what: String,
        /// The recipe key that names the frames.
        key: &'static str,
        /// The first frame.
        place: String,
    },
    /// The dots are not where the frames without sample have them.
    #[error(
        "{bright} of {all} dots are as bright as the beam in a frame of `{key}`; expected dark dots \
         where those of `acquire.black_bodies_open` are: the grid was moved between them ({place})"
    )]
    BrightDots {
        /// Dots that are bright.
        bright: usize,
        /// All dots.
        all: usize,
        /// The recipe key that names the frames.
        key: &'static str,
        /// The frame.
        place: String,
    },
    /// A frame with black bodies that shows none.
    #[error(
        "a frame of `{key}` shows no dots: where those of `acquire.black_bodies_open` are it has \
         {brightness:.3} of what is around them; expected less than 0.9, since nothing comes through \
         a black body: was the grid in the beam? ({place})"
    )]
    MissingDots {
        /// Median of the dots' brightness over that of what surrounds them.
        brightness: f32,
        /// The recipe key that names the frames.
        key: &'static str,
        /// The frame.
        place: String,
    },
    /// The dots are elsewhere.
    #[error(
        "the dots in a frame of `{key}` stand {rows} rows and {columns} columns off those of \
         `acquire.black_bodies_open`; expected the same places: the grid was moved between them \
         ({place})"
    )]
    MovedDots {
        /// Rows down.
        rows: isize,
        /// Columns right.
        columns: isize,
        /// The recipe key that names the frames.
        key: &'static str,
        /// The frame.
        place: String,
    },
    /// No length to measure the kernel in.
    #[error(
        "`correct.scatter.method` is `kernel`, and nobody told the size of a pixel; expected it in \
         the scan's files or in `acquire.pixel_mm`: the width of scatter is a length"
    )]
    KernelWithoutPixel,
    /// Binning that leaves no pixel.
    #[error(
        "`correct.bin` is {bin} for frames of {rows} × {columns} pixels; expected at most the \
         smaller of both"
    )]
    BinTooLarge {
        /// The binning.
        bin: usize,
        /// Rows of a frame.
        rows: usize,
        /// Columns of a frame.
        columns: usize,
    },
    /// Too much of a frame is missing.
    #[error(
        "row {row} of radiograph {frame} has {missing} pixels that hold no number and no usable \
         neighbour; expected at least one: drop the radiograph with `acquire.skip = \"{frame}\"` \
         ({place})"
    )]
    Unmendable {
        /// Which radiograph.
        frame: usize,
        /// Row of the frame as read.
        row: usize,
        /// Pixels of that row.
        missing: usize,
        /// Where that radiograph is.
        place: String,
    },
    /// A band of rows where whole frames are needed.
    #[error(
        "a block of rows {rows:?} of {row_count}, and `correct.{key}` looks at whole frames; \
         expected all rows, or `correct.{key}.method = \"none\"`"
    )]
    NotWholeFrames {
        /// Corrected rows asked for.
        rows: std::ops::Range<usize>,
        /// Rows of a corrected frame.
        row_count: usize,
        /// The table of the recipe that needs all.
        key: &'static str,
    },
    /// Line integrals where a method needs counts.
    #[error(
        "the radiographs are line integrals, and `correct.{key}` works on counts; expected counts \
         with flat fields, or `correct.{key}.method = \"none\"` ({place})"
    )]
    NotCounts {
        /// The table of the recipe that needs counts.
        key: &'static str,
        /// The first radiograph.
        place: String,
    },
    /// No size of a pixel where a method needs lengths.
    #[error(
        "the size of a pixel is not known, and `correct.{key}` needs it; expected \
         `acquire.pixel_mm`"
    )]
    NoPixel {
        /// The table of the recipe that needs it.
        key: &'static str,
    },
    /// A block that is no part of the corrected scan.
    #[error(
        "the block of radiographs {frames:?} and rows {rows:?} is no part of a corrected scan of \
         {frame_count} radiographs with {row_count} rows"
    )]
    BlockOutside {
        /// Radiographs asked for.
        frames: std::ops::Range<usize>,
        /// Corrected rows asked for.
        rows: std::ops::Range<usize>,
        /// Radiographs of the scan.
        frame_count: usize,
        /// Rows of a corrected frame.
        row_count: usize,
    },
}
