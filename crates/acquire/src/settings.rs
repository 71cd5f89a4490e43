//! What a recipe may say about the scan: where it is, and what its files do not tell. Opens no file.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::{Probe, Problem, parse_range};

use crate::{angle_source::AngleSource, skip_list::parse_skip};

/// What kind of files a scan is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Found out from the files.
    #[default]
    Auto,
    /// HDF5 in the NXtomo layout.
    Nexus,
    /// HDF5 in the Data Exchange layout of the APS.
    DataExchange,
    /// HDF5 in STP's TDF layout, sinogram by sinogram.
    Tdf,
    /// TIFF images, one radiograph a page.
    Tiff,
    /// FITS images, one radiograph a plane.
    Fits,
    /// Sinograms that are line integrals already: a page a detector row, `[angle, column]`.
    Sinogram,
    /// Projections that are line integrals already: a page an angle, `[row, column]`.
    LineIntegrals,
}

/// Whether the last angle of a range belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AngleEnd {
    /// `0:360` for 4 radiographs is 0, 90, 180, 270.
    #[default]
    Excluded,
    /// `0:360` for 4 radiographs is 0, 120, 240, 360.
    Included,
}

/// What the angles of a file are measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AngleUnit {
    /// Degrees.
    Degrees,
    /// Radians.
    Radians,
}

/// How frames are mirrored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mirror {
    /// As they are.
    #[default]
    None,
    /// The order of the rows is reversed: up becomes down.
    Rows,
    /// The order of the columns is reversed: left becomes right.
    Columns,
}

/// What to do with two radiographs at the same angle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RepeatedAngles {
    /// It is an error that names both.
    #[default]
    Error,
    /// Both are kept and count as two views.
    Keep,
}

/// Where the scan is, and what its files do not tell.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AcquireSettings {
    /// The scan: an HDF5 file, a folder of images, one image file, or a pattern with * and ?.
    /// A relative path starts at the folder of this recipe.
    pub path: PathBuf,
    /// What the files are: auto, nexus, data_exchange, tdf, tiff, fits, sinogram (line integrals,
    /// one detector row a page) or line_integrals (one angle a page).
    pub kind: Kind,
    /// Radiographs: a folder, a file or a pattern with * and ?, from the folder of `path`.
    pub radiographs: Option<String>,
    /// Flat fields (open beam) of which nobody knows when they were taken; same grammar.
    pub flats: Option<String>,
    /// Flat fields taken before the first radiograph; same grammar.
    pub flats_before: Option<String>,
    /// Flat fields taken after the last radiograph; same grammar.
    pub flats_after: Option<String>,
    /// Dark fields (shutter closed); same grammar.
    pub darks: Option<String>,
    /// Open beams with a grid of black bodies before the detector, for `correct.scatter`; same
    /// grammar. Without a word, a sub-folder `black_bodies_open` of a folder of images.
    pub black_bodies_open: Option<String>,
    /// Frames of the sample with black bodies or a beam stop before it, at some angles; same
    /// grammar. Without a word, a sub-folder `black_bodies_sample` of a folder of images.
    pub black_bodies_sample: Option<String>,
    /// Rotation angles of the frames of `black_bodies_sample`: `START:STOP` in degrees (as `angles`,
    /// see `angle_end`) or a file with one angle a line. Without a word, a file
    /// `black_bodies_angles.txt` where there is one.
    pub black_bodies_angles: Option<String>,
    /// Rotation angles: `START:STOP` in degrees, `golden` (steps of the golden ratio of 180
    /// degrees), `golden:360`, or a text file with one angle a line, or a CSV file with file names
    /// and angles, from the folder of `path`. It goes before what the scan's files say.
    pub angles: Option<String>,
    /// Whether the last angle of `START:STOP` belongs to it: excluded or included.
    pub angle_end: AngleEnd,
    /// Where each file tells its angle: a FITS header key, or an HDF5 dataset path.
    pub angle_key: Option<String>,
    /// Unit of the angles in the scan's files or in the angle file, where they do not say:
    /// degrees or radians.
    pub angle_unit: Option<AngleUnit>,
    /// Reverses the sense of rotation: every angle changes its sign.
    pub reverse_rotation: bool,
    /// File with the geometry of a cone beam, from the folder of `path`: TOML or JSON with
    /// `source_to_axis_mm`, `source_to_detector_mm`, `detector_pixel_mm` and more, or a table with
    /// source, origin, u and v of each radiograph (x, y, z in mm). It goes before what the scan's
    /// files say; `reconstruct.cone` goes before it.
    pub geometry: Option<String>,
    /// Edge of one unbinned detector pixel in the plane of the sample, in mm. Without it the
    /// attenuation comes out in 1/pixel.
    pub pixel_mm: Option<f64>,
    /// What passed through the sample: neutron or xray.
    pub probe: Option<Probe>,
    /// HDF5 path of the radiographs, where the layout is not recognised.
    pub dataset: Option<String>,
    /// HDF5 path of the dark fields, where the layout is not recognised.
    pub dark_dataset: Option<String>,
    /// HDF5 path of the flat fields, where the layout is not recognised.
    pub flat_dataset: Option<String>,
    /// Radiographs to leave out, by index from 0: `3,17,100:110` (the end is not left out).
    pub skip: String,
    /// Detector rows to keep, from 0: `A:B` (B is not kept). Counted after `turn` and `mirror`.
    pub crop_rows: Option<String>,
    /// Detector columns to keep, from 0: `A:B` (B is not kept). Counted after `turn` and `mirror`.
    pub crop_columns: Option<String>,
    /// Turns every frame clockwise by 0, 90, 180 or 270 degrees, so that the axis stands upright.
    pub turn: u16,
    /// Mirrors every frame after the turn: none, rows (up is down) or columns (left is right).
    pub mirror: Mirror,
    /// Two radiographs at the same angle: error, or keep.
    pub repeated_angles: RepeatedAngles,
    /// Count at which a pixel is saturated; 255 and 65535 are known from the number type.
    pub saturation: Option<f32>,
}

impl AcquireSettings {
    /// What is wrong with these settings, found without touching any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.path.as_os_str().is_empty() {
            let expected = "the scan's file or folder";
            problems.push(Problem::new("acquire.path", "nothing", expected));
        }
        self.check_numbers(&mut problems);
        self.check_ranges(&mut problems);
        self.check_contradictions(&mut problems);
        problems
    }

    fn check_numbers(&self, problems: &mut Vec<Problem>) {
        if let Some(pixel) = self.pixel_mm.filter(|&mm| !(1e-6..=100.0).contains(&mm)) {
            let expected = "a length in mm above 0, from 1e-6 (a nanometre) to 100";
            problems.push(Problem::new("acquire.pixel_mm", pixel, expected));
        }
        if let Some(count) = self.saturation.filter(|&count| !(count > 0.0 && count.is_finite())) {
            problems.push(Problem::new("acquire.saturation", count, "a count above 0"));
        }
        if ![0, 90, 180, 270].contains(&self.turn) {
            let expected = "0, 90, 180 or 270 degrees clockwise";
            problems.push(Problem::new("acquire.turn", self.turn, expected));
        }
    }

    fn check_ranges(&self, problems: &mut Vec<Problem>) {
        if let Err(found) = parse_skip(&self.skip) {
            let expected = "indices from 0 and ranges A:B with commas, as `3,17,100:110`";
            problems.push(Problem::new("acquire.skip", found, expected));
        }
        let crops = [("rows", &self.crop_rows), ("columns", &self.crop_columns)];
        for (side, range) in crops {
            if let Some(text) = range.as_ref().filter(|text| parse_range(text).is_none()) {
                let expected = "`A:B` in detector pixels from 0, with A below B";
                problems.push(Problem::new(&format!("acquire.crop_{side}"), text, expected));
            }
        }
        let angles = [
            ("acquire.angles", &self.angles),
            ("acquire.black_bodies_angles", &self.black_bodies_angles),
        ];
        for (key, told) in angles {
            if let Some(Err(expected)) = told.as_deref().map(AngleSource::parse) {
                problems.push(Problem::new(key, told.as_deref().unwrap_or_default(), expected));
            }
        }
    }

    fn check_contradictions(&self, problems: &mut Vec<Problem>) {
        if self.flats.is_some() && (self.flats_before.is_some() || self.flats_after.is_some()) {
            let found = "set beside `acquire.flats_before` or `acquire.flats_after`";
            let expected = "either `flats`, or `flats_before` and `flats_after`";
            problems.push(Problem::new("acquire.flats", found, expected));
        }
        if self.angles.is_some() && self.angle_key.is_some() {
            let expected = "either `angles`, or `angle_key` to take them from the files";
            problems.push(Problem::new(
                "acquire.angle_key",
                "set beside `acquire.angles`",
                expected,
            ));
        }
        let references = [
            &self.flats,
            &self.flats_before,
            &self.flats_after,
            &self.darks,
            &self.black_bodies_open,
            &self.black_bodies_sample,
        ];
        if matches!(self.kind, Kind::Sinogram | Kind::LineIntegrals)
            && references.iter().any(|told| told.is_some())
        {
            let found = format!("{:?} beside flats or darks", self.kind);
            let expected = "no flats and darks, since line integrals are corrected already";
            problems.push(Problem::new("acquire.kind", found, expected));
        }
        self.check_datasets(problems);
    }

    fn check_datasets(&self, problems: &mut Vec<Problem>) {
        let images = matches!(self.kind, Kind::Tiff | Kind::Fits);
        for (name, dataset) in [
            ("acquire.dataset", &self.dataset),
            ("acquire.dark_dataset", &self.dark_dataset),
            ("acquire.flat_dataset", &self.flat_dataset),
        ] {
            if let Some(text) = dataset.as_ref().filter(|_| images) {
                let expected = "no HDF5 path, since `acquire.kind` says image files";
                problems.push(Problem::new(name, text, expected));
            }
        }
    }
}
