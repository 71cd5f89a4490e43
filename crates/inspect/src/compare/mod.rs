//! Two volumes of one cell, or of two cells: what differs, where, and how sure. Knows no kind of
//! cell.
//!
//! The second volume is brought onto the grid of the first, its scale held to it, and what is left is
//! held against the noise of both.

mod align;
mod error;
mod noise;
mod regions;

use ndarray::Array3;
use voltomo_types::{
    Finding, FindingKind, Labels, Material, Measure, MeasureUnit, Transform, Verdict,
};

use crate::frame::CellFrame;
use crate::seen::Seen;

pub use error::CompareError;

/// From this share of the first one's matter on all of it was compared.
const WHOLE: f64 = 0.99;

/// How two volumes are compared.
#[derive(Debug, Clone, Copy)]
pub struct CompareSettings {
    /// A change stands out by so many standard deviations.
    pub sigmas: f64,
    /// How far the volumes may lie beside one another still, mm; `None` is a tenth of a voxel. Edges
    /// change by that times their slope and are not told as changes.
    pub registration_mm: Option<f64>,
    /// Hold the scale of the second volume to the first. A change of all of the cell is then told by
    /// the scale alone.
    pub rescale: bool,
}

impl Default for CompareSettings {
    fn default() -> Self {
        Self { sigmas: 5.0, registration_mm: None, rescale: true }
    }
}

/// What is known beside the two volumes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// Where points of the second volume lie in the first; without it both lie alike.
    pub first_from_second: Option<Transform>,
    /// The cell in the first volume; without it places are those of the volume, z as height.
    pub frame: Option<&'a CellFrame>,
    /// Materials of the first volume, on its grid.
    pub labels: Option<&'a Labels>,
}

/// What differs.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Second less first on the grid of the first, 1/cm, the scale held; NaN where one is unknown.
    pub difference: Array3<f32>,
    /// Median ratio of second to first in matter, and its standard deviation.
    pub scale: [f64; 2],
    /// The whole first, then one finding a changed region, the clearest first.
    pub findings: Vec<Finding>,
}

/// Compares `second` with `first`.
///
/// Returns the difference, the ratio of the scales and the regions that changed by more than the
/// noise of both volumes. Memory: seven volumes of the size of the first, f32, and 24 bytes a voxel of a region.
///
/// # Errors
/// Volumes without millimetres or contrast, of different beams, that do not overlap or resemble each
/// other, one upside down, a transform without a way back, labels of another grid.
pub fn compare(
    first: &Seen<'_>,
    second: &Seen<'_>,
    beside: &Beside<'_>,
    settings: &CompareSettings,
) -> Result<Comparison, CompareError> {
    if first.probe != second.probe {
        return Err(CompareError::Probes { first: first.probe, second: second.probe });
    }
    first.check()?;
    second.check()?;
    if let Some(labels) = beside.labels.filter(|labels| labels.grid.shape != first.grid.shape) {
        let (found, expected) = (labels.grid.shape, first.grid.shape);
        return Err(CompareError::Labels { found, expected });
    }
    let mut difference = align::onto(first, second, beside.first_from_second.as_ref())?;
    let level = align::level(first);
    let (scale, share) = align::scale(first, &difference, level)?;
    align::check_upright(first, &difference)?;
    align::check_likeness(first, &difference)?;
    let divisor = if settings.rescale { scale[0] } else { 1.0 };
    align::subtract(&mut difference, first, divisor);
    let registration = settings.registration_mm.unwrap_or(0.1 * first.grid.voxel);
    let smooth = noise::smoothed(&difference);
    let sigma = noise::sigma(first, (&difference, &smooth), (level, registration));
    let upright = CellFrame::new([0.0; 3], 0.0, [0.0; 2], false);
    let frame = beside.frame.unwrap_or(&upright);
    let regions = regions::regions((&difference, &smooth, &sigma), first, settings.sigmas);
    let mut findings = vec![whole(first, &difference, beside.labels, (scale, share))];
    findings[0].note = format!(
        "The second volume reads {:.1} % of the first ({:.1} % standard deviation); {} regions differ \
         beyond noise{}.",
        100.0 * scale[0],
        100.0 * scale[1],
        regions.len(),
        not_compared(share)
    );
    findings.extend(regions.iter().map(|region| region.finding(first, frame, beside.labels)));
    Ok(Comparison { difference, scale, findings })
}

/// What of the first cell was not compared, in words.
fn not_compared(share: f64) -> String {
    if share > WHOLE {
        return String::new();
    }
    format!(
        "; the second shows {:.0} % of the first one's matter, the rest was not compared",
        100.0 * share
    )
}

/// The scale, the share that was compared, and the mean change by material.
fn whole(
    first: &Seen<'_>,
    difference: &Array3<f32>,
    labels: Option<&Labels>,
    (scale, share): ([f64; 2], f64),
) -> Finding {
    let mut measures = vec![
        Measure::new("scale", scale[0], Some(scale[1]), MeasureUnit::One),
        Measure::new("compared", share, None, MeasureUnit::One),
    ];
    for material in Material::ALL {
        let Some(labels) = labels else { break };
        let voxels = labels.materials.iter().zip(difference);
        let inside = voxels.filter(|(label, _)| **label == material.number());
        let values: Vec<f64> =
            inside.map(|(_, change)| f64::from(*change)).filter(|it| it.is_finite()).collect();
        if values.len() < 100 {
            continue;
        }
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let square: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let sigma = (square / count).sqrt() / (count / noise::CORRELATED).sqrt();
        let name = format!("mean_change_{}", material.name().replace(' ', "_"));
        measures.push(Measure::new(&name, mean, Some(sigma), MeasureUnit::PerCentimetre));
    }
    Finding {
        kind: FindingKind::Difference,
        place: None,
        extent_mm: None,
        measures,
        confidence: 1.0,
        shown_by: vec![first.probe],
        verdict: Verdict::Seen,
        slice: None,
        note: String::new(),
    }
}
