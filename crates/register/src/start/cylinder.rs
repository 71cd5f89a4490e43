//! The can in one volume: axis, radius and ends. Knows nothing of the other volume.

use voltomo_types::{Probe, Volume};

use super::{circle::best_circle, ends::reach, silhouette::silhouette};
use crate::{
    RegisterError,
    can::Can,
    field::{Blocks, Field},
    smooth::smooth,
};

/// Edge of the voxels on which the can is looked for, and the blur of them, mm.
const VOXEL_MM: f64 = 0.4;
const BLUR_MM: f64 = 0.3;
/// Share of the upright walls of the silhouette that must lie on one cylinder.
const LEAST_SHARE: f64 = 0.35;
/// Degrees of the can's circle that must be seen.
const LEAST_SEEN_DEG: f64 = 200.0;
/// Smallest and largest radius of a cell, mm.
const RADII_MM: [f64; 2] = [2.0, 40.0];

/// Finds the can in a volume from its silhouette, which both beams see.
///
/// The axis starts from the main directions of the surface's normals and is fitted to the distances
/// of the wall from a cylinder with Tukey's weights, so that lid, neck, holder and cut faces count
/// for nothing. Memory: the volume on voxels of 0.4 mm.
///
/// # Errors
/// Nothing round in the volume, or less than 200° of the can's circle.
pub(crate) fn find_can(volume: &Volume, which: Probe) -> Result<Can, RegisterError> {
    let no_cell = |found: String| RegisterError::NoCell { which, found };
    let mut field = Field::mean(volume, &Blocks::whole(&volume.grid, VOXEL_MM));
    smooth(&mut field, BLUR_MM);
    let outline = silhouette(&field);
    if outline.places.is_empty() {
        return Err(no_cell("nothing stands out of the air".into()));
    }
    let circle = best_circle(&outline)
        .ok_or_else(|| no_cell("the outline of what stands out is no cylinder".into()))?;
    if circle.share < LEAST_SHARE {
        let percent = 100.0 * circle.share;
        let found = format!("only {percent:.0} % of the outline lies on one cylinder");
        return Err(no_cell(found));
    }
    if !(RADII_MM[0]..=RADII_MM[1]).contains(&circle.radius) {
        let found = format!("the largest cylinder is {:.2} mm across", 2.0 * circle.radius);
        return Err(no_cell(found));
    }
    if circle.seen_deg < LEAST_SEEN_DEG {
        let (seen_deg, least_deg) = (circle.seen_deg, LEAST_SEEN_DEG);
        return Err(RegisterError::PartOfCell { which, seen_deg, least_deg });
    }
    let mut circle = circle;
    let leading = circle.direction.into_iter().max_by(|a, b| a.abs().total_cmp(&b.abs()));
    if leading.is_some_and(|value| value < 0.0) {
        circle.direction = circle.direction.map(|value| -value);
    }
    let reach = reach(&field, &outline.is_inside, &circle)
        .ok_or_else(|| no_cell("the cylinder is hollow all along".into()))?;
    Ok(Can {
        point: circle.point,
        direction: circle.direction,
        radius_mm: circle.radius,
        seen_deg: circle.seen_deg,
        ends: reach.ends,
        held: reach.held,
    })
}
