//! Axis, faces, rim and upper side of a coin. Knows nothing of its inside.

use voltomo_types::{CellKind, Probe};

use super::axes::{frame, unit};
use super::body::{self, Body};
use super::fit::{Estimate, Surface};
use super::rays::{Rays, crossing};
use super::upright::{Upright, estimate};
use super::working::Working;
use crate::error::InspectError;
use crate::frame::CellFrame;
use crate::round::{harmonics, median};

/// Faces are looked at out to this share of the radius: the flat of any cap.
pub(super) const FLAT: f64 = 0.55;
/// The faces of a housing are planes to this share of a voxel; those of a volume that was
/// reconstructed about a tilted axis are cones.
const FLATNESS: f64 = 0.5;
/// … and to so many mm.
const UNEVEN_MM: f64 = 0.03;
/// A face is looked at every so many mm.
const PATCH_MM: f64 = 0.5;
/// Matter behind a face is looked for so deep, mm: the steel of a wall.
const SKIN_MM: f64 = 0.4;
/// Up to this angle between the cell's axis and the rotation axis, rays run along the layers.
const ALONG_DEG: f64 = 20.0;
/// Rounds of cutting the cell out and finding its faces and rim again.
const ROUNDS: usize = 3;
/// Directions in which the rim is looked at.
const ANGLES: usize = 180;

/// Where a coin is, and how large.
#[derive(Debug)]
pub(super) struct Pose {
    /// The cell on its own axes, a millimetre of air about it.
    pub(super) upright: Upright,
    /// How blur adds up.
    pub(super) rays: Rays,
    /// µ of the steel of the floor as it reads, 1/cm.
    pub(super) steel: Estimate,
    /// From face to face, mm.
    pub(super) height: Estimate,
    /// Outer radius of the can, mm.
    pub(super) radius: Estimate,
    /// Radius just below the upper face, mm.
    pub(super) cap_radius: Estimate,
    /// Radius just above the lower face, mm.
    pub(super) floor_radius: Estimate,
    /// Standard deviation of the direction of the axis, degrees.
    pub(super) lean_deg: f64,
    /// How far the faces are from planes, mm, one standard deviation of the worse.
    pub(super) flatness: f64,
    /// How far the rim is from a circle, mm, one standard deviation.
    pub(super) roughness: f64,
}

impl Pose {
    /// Whether the faces are smeared, so that nothing between them is where it seems to be.
    pub(super) fn is_smeared(&self) -> bool {
        self.flatness > (FLATNESS * self.upright.step).max(UNEVEN_MM)
    }

    /// Whether the upper side is known: the cap is narrower than the can.
    pub(super) fn is_up_known(&self) -> bool {
        let sigma = self.cap_radius.sigma.hypot(self.floor_radius.sigma);
        self.floor_radius.value - self.cap_radius.value > 4.0 * sigma
    }
}

/// The coin of a volume.
///
/// # Errors
/// No disc, or a disc whose faces or rim cannot be found.
pub(super) fn find(working: &Working<'_>, probe: Probe) -> Result<Pose, InspectError> {
    let body = body::find(working, probe)?;
    let height_mm = 2.0 * body.half_height;
    let diameter_mm = 2.0 * body.radius;
    let wrong = InspectError::WrongKind { wanted: CellKind::Coin, height_mm, diameter_mm };
    let foot =
        |axis: [f64; 3]| std::array::from_fn(|i| body.centre[i] - body.half_height * axis[i]);
    let start = frame(foot(body.axis), body.axis);
    let pose = settle(working, start, &body).ok_or(wrong.clone())?;
    if pose.cap_radius.value <= pose.floor_radius.value {
        return Ok(pose);
    }
    let over = &pose.upright.frame.volume_from_cell;
    let axis = over.matrix.map(|row| -row[0]);
    let start = frame(over.apply([pose.height.value, 0.0, 0.0]), axis);
    settle(working, start, &body).ok_or(wrong)
}

/// Finds faces and rim, takes the frame from them, and does so again.
fn settle(working: &Working<'_>, start: CellFrame, body: &Body) -> Option<Pose> {
    let mut pose = measure(working, start, body)?;
    for _ in 1..ROUNDS {
        pose = measure(working, pose.upright.frame, body)?;
    }
    let heights = [-1.0, pose.height.value + 1.0];
    pose.upright = Upright::cut(working, pose.upright.frame, heights, pose.radius.value + 1.0);
    Some(pose)
}

/// One round: the measures of this frame, and the frame that they ask for.
fn measure(working: &Working<'_>, start: CellFrame, body: &Body) -> Option<Pose> {
    let heights = [-1.0, 2.0 * body.half_height + 1.0];
    let mut upright = Upright::cut(working, start, heights, body.radius + 1.0);
    let rays = rays(&start, body.radius);
    let steel = skin(&upright, body, rays)?;
    let level = rays.middle(0.0, steel.value);
    let [floor, top] = [false, true].map(|is_top| face(&upright, body.radius, level, is_top));
    let (floor, top) = (floor?, top?);
    let height = top.terms[0] - floor.terms[0];
    let band = [0.3, 0.7].map(|share| floor.terms[0] + share * height);
    let rim = rim(&upright, band, 0.5 * steel.value, ANGLES)?;
    let axis = axis(&start, [&floor, &top]);
    let origin = start.volume_from_cell.apply([floor.terms[0], rim.terms[2], rim.terms[1]]);
    let edge = |[from, to]: [f64; 2]| {
        radius(&upright, [floor.terms[0] + from, floor.terms[0] + to], 0.5 * steel.value)
    };
    let (floor_radius, cap_radius) = (edge([0.1, 0.35])?, edge([height - 0.35, height - 0.1])?);
    upright.frame = frame(origin, axis);
    let apart = (floor.terms[1] - top.terms[1]).hypot(floor.terms[2] - top.terms[2]);
    let lean = floor.sigmas[1].hypot(floor.sigmas[2]).max(0.5 * apart);
    // Against simulated scans; where rays run across the layers their edges are less well known.
    let [of_face, of_rim] = match rays {
        Rays::Along(_) => [0.15, 0.1],
        Rays::Across => [0.75, 0.25],
    }
    .map(|voxels| voxels * working.grid.voxel);
    let of_height = floor.sigmas[0].hypot(top.sigmas[0]).hypot(of_face);
    Some(Pose {
        rays,
        steel,
        height: Estimate { value: height, sigma: of_height },
        radius: Estimate { value: rim.terms[0], sigma: rim.sigmas[0].hypot(of_rim) },
        cap_radius,
        floor_radius,
        lean_deg: lean.atan().to_degrees(),
        flatness: floor.scatter.max(top.scatter),
        roughness: rim.scatter,
        upright,
    })
}

/// The direction at right angles to both faces, on average.
fn axis(frame: &CellFrame, faces: [&Surface; 2]) -> [f64; 3] {
    let slope = [1, 2].map(|term| 0.5 * (faces[0].terms[term] + faces[1].terms[term]));
    unit(frame.volume_from_cell.matrix.map(|row| row[0] - slope[0] * row[1] - slope[1] * row[2]))
}

fn rays(frame: &CellFrame, radius: f64) -> Rays {
    let upright = frame.volume_from_cell.matrix[0][0].abs();
    let is_along = upright > ALONG_DEG.to_radians().cos();
    // The mean chord of a disc.
    if is_along { Rays::Along(std::f64::consts::FRAC_PI_2 * radius) } else { Rays::Across }
}

/// What the steel behind the lower face reads; where its side is not known yet, behind the face
/// that has more of it.
fn skin(upright: &Upright, body: &Body, rays: Rays) -> Option<Estimate> {
    let layers = upright.layers([0.0, FLAT * body.radius]);
    let most = layers.value.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let level = rays.middle(0.0, 0.5 * most);
    let count = layers.value.len();
    let depth = (SKIN_MM / upright.step).ceil();
    let best = |from: f64, sense: f64| {
        let last = (count - 1) as f64;
        let [a, b] = [from, from + sense * depth].map(|it| it.clamp(0.0, last));
        let range = [a.min(b), a.max(b)].map(voltomo_numeric::cast::to_index);
        (range[0]..=range[1])
            .map(|k| Estimate { value: layers.value[k], sigma: layers.sigma[k] })
            .max_by(|a, b| a.value.total_cmp(&b.value))
    };
    let low = best(crossing(&layers.value, 0..count, level, true)?, 1.0)?;
    let high = best(crossing(&layers.value, (0..count).rev(), level, true)?, -1.0)?;
    Some(if low.value >= high.value { low } else { high })
}

/// The lower or upper face as a plane over y and x.
fn face(upright: &Upright, radius: f64, level: f64, is_top: bool) -> Option<Surface> {
    let patch = PATCH_MM.max(2.0 * upright.step);
    let reach = FLAT * radius;
    let count = voltomo_numeric::cast::to_index(2.0 * reach / patch);
    let places = (0..=count).flat_map(|j| (0..=count).map(move |i| [j, i]));
    let points: Vec<[f64; 3]> = places
        .map(|at| at.map(|k| k as f64 * patch - reach))
        .filter(|[y, x]| y.hypot(*x) <= reach)
        .filter_map(|[y, x]| {
            let column = upright.column([y, x], 0.5 * patch);
            let last = column.len();
            let slice = if is_top {
                crossing(&column, (0..last).rev(), level, true)
            } else {
                crossing(&column, 0..last, level, true)
            };
            Some([upright.height(slice?), y, x])
        })
        .collect();
    Surface::through(&points, 1)
}

/// Outer edge between two heights as a circle: radius, shift along x, shift along y.
fn rim(
    upright: &Upright,
    heights: [f64; 2],
    level: f64,
    angles: usize,
) -> Option<crate::round::Harmonics> {
    harmonics(&edges(upright, heights, level, angles), 1)
}

/// Angle and distance of the outermost edge.
fn edges(upright: &Upright, heights: [f64; 2], level: f64, angles: usize) -> Vec<(f64, f64)> {
    let polar = upright.polar(&upright.slab(heights), [0.0; 2], angles);
    let rows = polar.outer_iter().enumerate();
    rows.filter_map(|(k, row)| {
        let values: Vec<f64> = row.iter().copied().collect();
        let place = crossing(&values, (0..values.len()).rev(), level, true)?;
        let angle = std::f64::consts::TAU * k as f64 / angles as f64;
        Some((angle, 0.5 * place * upright.step))
    })
    .collect()
}

/// Median distance of the outermost edge between two heights.
fn radius(upright: &Upright, heights: [f64; 2], level: f64) -> Option<Estimate> {
    let found: Vec<f64> =
        edges(upright, heights, level, ANGLES).into_iter().map(|(_, radius)| radius).collect();
    let value = median(found.clone())?;
    Some(Estimate { value, sigma: estimate(&found).sigma.max(0.02 * upright.step) })
}
