//! The spiral as a finding. Judges nothing.

use voltomo_types::{
    Finding, FindingKind, Measure, MeasureUnit, Probe, ShownSlice, SliceDirection, Verdict,
};

use super::reader::Reader;
use super::spiral::{Sense, Spiral};

/// What is told of the windings as a whole: their number, pitch, deviation from the spiral.
#[must_use]
pub fn spiral_finding((reader, probe): (&Reader<'_>, Probe), spiral: &Spiral) -> Finding {
    let middle = spiral.heights[spiral.heights.len() / 2];
    let place = reader.frame.place(reader.cell_point(middle, 0.0, 0.0));
    let outer = 2.0 * spiral.ideal(spiral.ends[1]);
    let height = spiral.heights[spiral.heights.len() - 1] - spiral.heights[0];
    Finding {
        kind: FindingKind::Windings,
        place: Some(place),
        extent_mm: Some([outer, outer, height]),
        measures: measures(spiral, reader.grid.voxel),
        confidence: spiral.agreement,
        shown_by: vec![probe],
        verdict: Verdict::Seen,
        slice: Some(ShownSlice { direction: SliceDirection::Z, position: place.volume_mm[0] }),
        note: note(spiral),
    }
}

fn measures(spiral: &Spiral, voxel: f64) -> Vec<Measure> {
    let mm = MeasureUnit::Millimetre;
    let count = MeasureUnit::Count;
    let layers = spiral.layers();
    let rms = layers.iter().map(|it| it.rms_mm).sum::<f64>() / layers.len().max(1) as f64;
    let largest = layers.iter().map(|it| it.largest_mm).fold(0.0, f64::max);
    let sigma = Some(spiral.radius_uncertainty);
    let offset = spiral.centre[0].hypot(spiral.centre[1]);
    vec![
        Measure::new("windings", spiral.windings()[1] as f64, None, count),
        Measure::new("turns", spiral.length(), Some(spiral.ends_uncertainty), count),
        Measure::new("pitch", spiral.pitch, Some(spiral.pitch_uncertainty), mm),
        Measure::new("deviation_rms", rms, sigma, mm),
        Measure::new("deviation_largest", largest, sigma, mm),
        Measure::new("axis_offset", offset, Some(0.1 * voxel), mm),
    ]
}

fn note(spiral: &Spiral) -> String {
    let [least, most] = spiral.windings();
    let sense = match spiral.sense {
        Sense::Anticlockwise => "outwards from +x to +y",
        Sense::Clockwise => "outwards from +y to +x",
    };
    format!(
        "One spiral of {:.2} turns, {sense}, from {:.0}° from +x of the volume; a ray from the roll's \
         axis crosses {least} to {most} windings. Traced at {} heights.",
        spiral.length(),
        spiral.start_angle().to_degrees(),
        spiral.heights.len(),
    )
}
