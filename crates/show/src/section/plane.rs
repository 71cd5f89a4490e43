//! Planes through a volume: slices, oblique cuts, cuts through an axis, projections. Holds no
//! numbers.

use voltomo_numeric::cast::to_index;

use super::axis::Axis;
use super::error::SectionError;
use super::lattice::Lattice;
use super::surface::{Depth, Flat, Surface};
use super::vector::{along, beside, cross, dot, minus, unit};

/// Rounding, as a part of a pixel.
const SLACK: f64 = 1e-6;
/// A corner so near to a plane, as a part of a voxel, lies in it.
const IN_IT: f64 = 1e-7;

/// How an oblique plane lies, `[z, y, x]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Directions {
    /// At right angles to this. Down in the picture is as near to +z as that allows, or to +y for a
    /// plane that lies rather than stands, and right is on the side of +x (or else of +y).
    Normal([f64; 3]),
    /// Right in the picture along the first; the second points to its lower half.
    RightDown([f64; 3], [f64; 3]),
}

/// The plane across the axis 0, 1 or 2 (z, y, x) at a place along it, mm.
///
/// # Errors
/// A place outside the volume.
pub fn slice(lattice: &Lattice, across: usize, at: f64) -> Result<Surface, SectionError> {
    let mut through = lattice.checked()?.first;
    through[across] = at;
    if !at.is_finite() {
        return Err(misses("a slice", lattice));
    }
    let mut normal = [0.0; 3];
    normal[across] = 1.0;
    oblique(lattice, through, Directions::Normal(normal))
}

/// The plane through a point, mm, as large as the volume has it; its pixels are as large as the
/// shortest edge of a voxel.
///
/// # Errors
/// Directions that span no plane, a plane beside the volume.
pub fn oblique(
    lattice: &Lattice,
    through: [f64; 3],
    directions: Directions,
) -> Result<Surface, SectionError> {
    lattice.checked()?;
    let no = |what, found| SectionError::Direction { what, found };
    if through.iter().any(|it| !it.is_finite()) {
        return Err(no("a point of the plane at", through));
    }
    let (right, down) = match directions {
        Directions::Normal(found) => {
            let normal = unit(found).ok_or_else(|| no("a normal of", found))?;
            spanned(normal).ok_or_else(|| no("a normal of", found))?
        }
        Directions::RightDown(across, below) => {
            let right = unit(across).ok_or_else(|| no("a direction", across))?;
            let below = unit(below).ok_or_else(|| no("a direction", below))?;
            let rest = beside(below, right);
            let rest = Some(rest).filter(|rest| dot(*rest, *rest) > 1e-12);
            let down = rest.and_then(unit);
            (right, down.ok_or(SectionError::Parallel { found: [across, below] })?)
        }
    };
    framed(lattice, through, (right, down), "a plane")
}

/// The plane through an axis at an angle about it, radians: what lies at the angle is to the right,
/// what lies opposite to the left.
///
/// # Errors
/// A plane beside the volume.
pub fn through_axis(lattice: &Lattice, axis: &Axis, angle: f64) -> Result<Surface, SectionError> {
    lattice.checked()?;
    if !angle.is_finite() {
        return Err(misses("a plane", lattice));
    }
    // Rows on slices, where the axis is upright.
    let height = if axis.up[0].abs() > 0.5 {
        (lattice.first[0] - axis.through[0]) / axis.up[0]
    } else {
        0.0
    };
    framed(lattice, axis.at(height), (axis.outwards(angle), axis.up), "a plane")
}

/// What lies behind each pixel of a slice across `across`, from the place `from` to `to`, mm: a
/// sample a voxel.
///
/// # Errors
/// No voxel's centre between the places.
pub fn projection(
    lattice: &Lattice,
    across: usize,
    [from, to]: [f64; 2],
) -> Result<Surface, SectionError> {
    let last = lattice.checked()?.shape[across] - 1;
    let [low, high] = [from, to].map(|at| lattice.position(across, at));
    let first = low.max(0.0).ceil();
    let end = high.min(last as f64).floor();
    if low.is_nan() || high.is_nan() || first > end {
        return Err(misses("a projection", lattice));
    }
    let step = lattice.spacing[across];
    let mut surface = slice(lattice, across, lattice.first[across] + first * step)?;
    surface.depth = Depth { first: 0.0, step, count: to_index(end - first) + 1 };
    Ok(surface)
}

/// Right and down in the picture of a plane with this normal.
fn spanned(normal: [f64; 3]) -> Option<([f64; 3], [f64; 3])> {
    let stands = normal[0].abs() < std::f64::consts::FRAC_1_SQRT_2;
    let below = if stands { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
    let down = unit(beside(below, normal))?;
    let right = cross(down, normal);
    let side = if right[2].abs() > 1e-9 { right[2] } else { right[1] };
    Some((if side < 0.0 { right.map(|value| -value) } else { right }, down))
}

/// The plane's rectangle about what it shares with the volume; its pixels lie so that one is at
/// `through`, or would be.
fn framed(
    lattice: &Lattice,
    through: [f64; 3],
    (right, down): ([f64; 3], [f64; 3]),
    what: &'static str,
) -> Result<Surface, SectionError> {
    let pixel = lattice.finest();
    let shared = shared(lattice, through, cross(right, down));
    let mut sides = [[0.0; 2]; 2];
    for (side, direction) in sides.iter_mut().zip([down, right]) {
        let along = shared.iter().map(|point| dot(minus(*point, through), direction) / pixel);
        let (low, high) =
            along.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        *side = [(low - SLACK).ceil(), (high + SLACK).floor()];
    }
    let [[top, bottom], [left, end]] = sides;
    if !(top <= bottom && left <= end) {
        return Err(misses(what, lattice));
    }
    let corner = along(along(through, top * pixel, down), left * pixel, right);
    let shape = [to_index(bottom - top) + 1, to_index(end - left) + 1];
    Surface::new(Flat::Plane { corner, right, down, pixel }, shape)
}

/// Corners of what a plane shares with the box of the voxels.
fn shared(lattice: &Lattice, through: [f64; 3], normal: [f64; 3]) -> Vec<[f64; 3]> {
    let corners = lattice.corners();
    let near = IN_IT * lattice.finest();
    let away = corners.map(|corner| {
        let distance = dot(minus(corner, through), normal);
        if distance.abs() < near { 0.0 } else { distance }
    });
    let mut shared: Vec<[f64; 3]> =
        (0..8).filter(|k| away[*k] == 0.0).map(|k| corners[k]).collect();
    for (from, axis) in (0..8).flat_map(|k| (0..3).map(move |axis| (k, axis))) {
        let to = from | 1 << axis;
        if from != to && away[from] * away[to] < 0.0 {
            let part = away[from] / (away[from] - away[to]);
            shared.push(along(corners[from], part, minus(corners[to], corners[from])));
        }
    }
    shared
}

pub(super) fn misses(what: &'static str, lattice: &Lattice) -> SectionError {
    SectionError::Misses { what, first: lattice.first, last: lattice.last() }
}
