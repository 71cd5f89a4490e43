//! What a recipe may say about the reconstruction. Knows no data.

mod cone;
mod iterative;
mod window;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::{Problem, parse_range};

use crate::kernel::backproject::Interpolation;

pub use cone::{Beam, ConeSettings, ConeSlices, ShortScan, distance_problem};
pub use iterative::{IterativeSettings, Start};
pub use window::Window;

/// How line integrals become attenuation coefficients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReconstructSettings {
    /// Method: `auto` (what suits beam and size), `fbp` or `fourier` for a parallel beam, `fdk` for a
    /// cone.
    pub method: Method,
    /// Window on the ramp filter: `ramp` is sharpest; `hann`, `parzen` and `flat_top` are smooth.
    pub window: Window,
    /// Shape of the windows that have one: the tapered part of `tukey` (0 to 1; 0.5), sigma of
    /// `gaussian` as a fraction of the cutoff (0.4), beta of `kaiser` (8).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_parameter: Option<f64>,
    /// The window `table`: pairs of frequency (0 to 1, a fraction of the cutoff, rising) and
    /// factor, joined by straight lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_table: Option<Vec<[f64; 2]>>,
    /// Where the window ends, as a fraction of the Nyquist frequency (0 to 1).
    pub cutoff: f64,
    /// Order of the Butterworth window; higher is steeper.
    pub butterworth_order: u32,
    /// How filtered rows are read between their columns: `linear` (quickest; smooths a little),
    /// `cubic` or `upsampled` (sharper, noisier, slower). For `fbp` alone, which `auto` then takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interpolation: Option<Interpolation>,
    /// What stands beside the detector while filtering: `edge` continues the outermost values
    /// (for samples wider than the detector), `cylinder` as the chords of an even cylinder about the
    /// axis do (for round samples wider than the detector), `cosine` lets them fall to air within
    /// half a width, `zero` is air.
    pub padding: Padding,
    /// Centre of rotation, as a detector pixel index of the uncropped, unbinned frame at its
    /// middle row; left out, it is found. Where it is told, a tilt (or roll) that is left out is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub centre_px: Option<f64>,
    /// Tilt of the rotation axis in the detector plane, in degrees, positive where the axis moves
    /// to larger columns with larger rows; left out, it is found with the centre, and 0 where
    /// `centre_px` is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tilt_deg: Option<f64>,
    /// Where the centre of rotation is searched, first and last detector pixel index; left out,
    /// the middle half of the frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_px: Option<[f64; 2]>,
    /// Bands of rows in which the centre is measured to find the tilt.
    pub bands: usize,
    /// Edge of a voxel in mm; left out, the pixel of the (binned) frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voxel_mm: Option<f64>,
    /// Edge of a voxel in unbinned detector pixels, instead of `voxel_mm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voxel_px: Option<f64>,
    /// Part of each slice to reconstruct, `Y0:Y1,X0:X1` in voxels of the whole slice, half open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Rows of the (cropped, binned) frame whose slices are reconstructed, `A:B`, half open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<String>,
    /// Set voxels to 0 that some view does not see; iterative methods hold them at 0 throughout.
    pub circular_mask: bool,
    /// Write beside the volume how far the noise of the counts makes each voxel uncertain: one
    /// standard deviation, in the volume's unit (filtered back-projections only).
    pub noise_map: bool,
    /// A cone beam.
    pub cone: ConeSettings,
    /// How an iterative method goes on, and when it ends.
    pub iterative: IterativeSettings,
}

impl Default for ReconstructSettings {
    fn default() -> Self {
        Self {
            method: Method::Auto,
            window: Window::Ramp,
            window_parameter: None,
            window_table: None,
            cutoff: 1.0,
            butterworth_order: 4,
            interpolation: None,
            padding: Padding::Edge,
            centre_px: None,
            tilt_deg: None,
            search_px: None,
            bands: 12,
            voxel_mm: None,
            voxel_px: None,
            region: None,
            rows: None,
            circular_mask: false,
            noise_map: false,
            cone: ConeSettings::default(),
            iterative: IterativeSettings::default(),
        }
    }
}

/// Reconstruction method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The method that suits beam and size; which and why stands in the record.
    Auto,
    /// Filtered back-projection of a parallel beam.
    Fbp,
    /// Filtered back-projection of a parallel beam by Fourier gridding.
    Fourier,
    /// Filtered back-projection of a cone beam (Feldkamp, Davis and Kress).
    Fdk,
    /// Simultaneous iterative reconstruction: smooth, robust, slow.
    Sirt,
    /// Simultaneous algebraic reconstruction, view by view.
    Sart,
    /// Simultaneous algebraic reconstruction by ordered subsets.
    OsSart,
    /// Conjugate gradients for least squares: quickest to a small residual.
    Cgls,
    /// Maximum likelihood by expectation maximisation: positive.
    Mlem,
    /// Expectation maximisation by ordered subsets.
    Osem,
    /// Least squares with total variation, by FISTA: few views, noisy data, even materials.
    FistaTv,
    /// Least squares with total variation, by the primal–dual method.
    PdhgTv,
    /// Filtered back-projection with a filter fitted to the data (minimum residual).
    MrFbp,
    /// Filtered back-projection with filters that are nearly SIRT.
    SirtFbp,
}

impl Method {
    /// The name in a recipe.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Fbp => "fbp",
            Self::Fourier => "fourier",
            Self::Fdk => "fdk",
            Self::Sirt => "sirt",
            Self::Sart => "sart",
            Self::OsSart => "os_sart",
            Self::Cgls => "cgls",
            Self::Mlem => "mlem",
            Self::Osem => "osem",
            Self::FistaTv => "fista_tv",
            Self::PdhgTv => "pdhg_tv",
            Self::MrFbp => "mr_fbp",
            Self::SirtFbp => "sirt_fbp",
        }
    }
}

/// What stands beside the detector while filtering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// The mean of the outermost pixels goes on.
    Edge,
    /// It falls to air as the chords of an even cylinder or ellipse about the axis do, of which the
    /// outermost twelfth of the row tells level and slope; at most half the width of the detector.
    /// Source: Hsieh et al. 2004, Med. Phys. 31, 2385 (who know µ and look for the middle; here the
    /// middle is the axis, and µ follows).
    Cylinder,
    /// It falls to air within half the width of the detector, as a cosine does.
    Cosine,
    /// Air.
    Zero,
}

impl ReconstructSettings {
    /// What cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = self.filter_problems();
        found.extend(self.axis_problems());
        found.extend(self.grid_problems());
        found.extend(self.cone.problems());
        found.extend(self.roll_problem());
        found.extend(self.iterative.problems());
        found.extend(self.positive_problem());
        found
    }

    /// Expectation maximisation stays above 0.
    fn positive_problem(&self) -> Option<Problem> {
        let max = self.iterative.max.filter(|max| *max <= 0.0)?;
        matches!(self.method, Method::Mlem | Method::Osem).then(|| {
            let found = format!("{max} with `reconstruct.method` {}", self.method.name());
            let expected = "a coefficient above 0, or no key: the method gives none below 0";
            Problem::new("reconstruct.iterative.max", found, expected)
        })
    }

    fn filter_problems(&self) -> Vec<Problem> {
        let mut found = vec![];
        if !(self.cutoff >= 0.001 && self.cutoff <= 1.0) {
            let expected = "a fraction of the Nyquist frequency, 0.001 to 1";
            found.push(Problem::new("reconstruct.cutoff", self.cutoff, expected));
        }
        if let Some(interpolation) = self.interpolation
            && !matches!(self.method, Method::Auto | Method::Fbp)
        {
            let found_for = format!("{interpolation:?}").to_lowercase();
            let found_for = format!("{found_for} with `reconstruct.method` {}", self.method.name());
            let expected =
                "`fbp` or `auto` as the method, or no interpolation: others have their own";
            found.push(Problem::new("reconstruct.interpolation", found_for, expected));
        }
        found.extend(self.window_problems());
        found
    }

    fn axis_problems(&self) -> Vec<Problem> {
        let mut found = vec![];
        if let Some(centre) = self.centre_px.filter(|centre| !centre.is_finite()) {
            let expected = "a detector pixel index of the uncropped frame";
            found.push(Problem::new("reconstruct.centre_px", centre, expected));
        }
        if let Some(tilt) = self.tilt_deg.filter(|tilt| tilt.is_nan() || tilt.abs() > 45.0) {
            let expected = "degrees between -45 and 45; turn the frames with `acquire.turn`";
            found.push(Problem::new("reconstruct.tilt_deg", tilt, expected));
        }
        if let Some([low, high]) = self.search_px
            && !(low.is_finite() && high.is_finite() && low < high)
        {
            let expected = "two detector pixel indices, the smaller first";
            let range = format!("[{low}, {high}]");
            found.push(Problem::new("reconstruct.search_px", range, expected));
        }
        if self.bands == 0 {
            found.push(Problem::new("reconstruct.bands", 0, "1 or more; 12 is usual"));
        }
        found
    }

    /// Tilt and roll are the same turn.
    fn roll_problem(&self) -> Option<Problem> {
        let (tilt, roll) = self.tilt_deg.zip(self.cone.roll_deg)?;
        (tilt != roll).then(|| {
            let both = format!("{roll} and `reconstruct.tilt_deg` {tilt}");
            let expected = "one of the two: they are the same turn";
            Problem::new("reconstruct.cone.roll_deg", both, expected)
        })
    }

    fn grid_problems(&self) -> Vec<Problem> {
        let mut found = vec![];
        if let (Some(mm), Some(px)) = (self.voxel_mm, self.voxel_px) {
            let both = format!("voxel_mm = {mm} and voxel_px = {px}");
            found.push(Problem::new("reconstruct.voxel_mm", both, "one of the two, not both"));
        }
        for (key, voxel) in
            [("reconstruct.voxel_mm", self.voxel_mm), ("reconstruct.voxel_px", self.voxel_px)]
        {
            if let Some(edge) = voxel.filter(|edge| !(*edge > 0.0 && edge.is_finite())) {
                found.push(Problem::new(key, edge, "the edge of a voxel, above 0"));
            }
        }
        found.extend(self.region.as_deref().and_then(region_problem));
        if let Some(rows) = self.rows.as_deref().filter(|rows| parse_range(rows).is_none()) {
            let expected = "`A:B`, frame rows, half open, A below B";
            found.push(Problem::new("reconstruct.rows", rows, expected));
        }
        found
    }
}

fn region_problem(region: &str) -> Option<Problem> {
    let usable = region
        .split_once(',')
        .is_some_and(|(y, x)| parse_range(y).is_some() && parse_range(x).is_some());
    let expected = "`Y0:Y1,X0:X1`, voxels, half open, the smaller first";
    (!usable).then(|| Problem::new("reconstruct.region", region, expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(settings: &ReconstructSettings) -> Vec<String> {
        settings.problems().into_iter().map(|problem| problem.key).collect()
    }

    #[test]
    fn default_settings_have_no_problem() {
        assert!(keys(&ReconstructSettings::default()).is_empty());
    }

    #[test]
    fn each_unusable_setting_is_named_by_its_key() {
        let base = ReconstructSettings::default;
        let cases = [
            ("cutoff", ReconstructSettings { cutoff: 0.0, ..base() }),
            ("cutoff", ReconstructSettings { cutoff: f64::NAN, ..base() }),
            (
                "interpolation",
                ReconstructSettings {
                    interpolation: Some(Interpolation::Cubic),
                    method: Method::Fourier,
                    ..base()
                },
            ),
            (
                "iterative.max",
                ReconstructSettings {
                    method: Method::Mlem,
                    iterative: IterativeSettings { max: Some(-1.0), ..Default::default() },
                    ..base()
                },
            ),
            ("butterworth_order", ReconstructSettings { butterworth_order: 0, ..base() }),
            ("centre_px", ReconstructSettings { centre_px: Some(f64::NAN), ..base() }),
            ("tilt_deg", ReconstructSettings { tilt_deg: Some(90.0), ..base() }),
            ("search_px", ReconstructSettings { search_px: Some([9.0, 3.0]), ..base() }),
            ("bands", ReconstructSettings { bands: 0, ..base() }),
            ("voxel_mm", ReconstructSettings { voxel_mm: Some(0.0), ..base() }),
            ("voxel_px", ReconstructSettings { voxel_px: Some(-2.0), ..base() }),
            ("region", ReconstructSettings { region: Some("0:10".into()), ..base() }),
            ("region", ReconstructSettings { region: Some("5:5,0:10".into()), ..base() }),
            ("rows", ReconstructSettings { rows: Some("10".into()), ..base() }),
        ];
        for (key, settings) in cases {
            assert_eq!(keys(&settings), [format!("reconstruct.{key}")]);
        }
    }

    #[test]
    fn both_voxel_sizes_at_once_are_refused() {
        let settings = ReconstructSettings {
            voxel_mm: Some(0.1),
            voxel_px: Some(2.0),
            ..ReconstructSettings::default()
        };
        assert!(settings.problems()[0].expected.contains("not both"));
    }
}
