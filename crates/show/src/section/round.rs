//! What lies about an axis, laid flat: walls of cylinders, and discs. Holds no numbers.

use voltomo_numeric::cast::to_index;

use super::axis::Axis;
use super::error::SectionError;
use super::lattice::Lattice;
use super::plane::misses;
use super::surface::{Flat, Surface};
use super::vector::{dot, minus};

/// The wall of a cylinder about an axis, from one radius to another, mm, laid flat: rows along the
/// axis, columns once round from 0°. A pixel is a voxel high and, in the middle of the wall, at
/// most one wide.
///
/// # Errors
/// Radii below 0 or the larger one first; a wall beside the volume.
pub fn cylinder(
    lattice: &Lattice,
    axis: &Axis,
    [inner, outer]: [f64; 2],
) -> Result<Surface, SectionError> {
    let step = lattice.checked()?.finest();
    let expected = || "one above 0, the smaller radius first".to_string();
    let found = [inner, outer].into_iter().find(|radius| !(*radius > 0.0 && radius.is_finite()));
    let found = found.or((inner > outer).then_some(inner));
    if let Some(found) = found {
        return Err(SectionError::Length { what: "a radius", found, expected: expected() });
    }
    let axis = on_slices(lattice, axis);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for corner in lattice.corners() {
        let height = dot(minus(corner, axis.through), axis.up) / step;
        (low, high) = (low.min(height), high.max(height));
    }
    let (first, last) = ((low - 1e-6).ceil(), (high + 1e-6).floor());
    let radius = 0.5 * (inner + outer);
    let flat = Flat::Cylinder { axis, radius, heights: [first * step, step] };
    let shape = [to_index(last - first) + 1, around(radius, step)];
    let surface = Surface::new(flat, shape)?.thick(outer - inner, step)?;
    surface.slices(lattice).ok_or_else(|| misses("a cylinder", lattice))?;
    Ok(surface)
}

/// The disc about an axis at a height, mm from the axis' point, laid flat: rows from the axis
/// outwards as far as `radius`, columns once round from 0°.
///
/// # Errors
/// A radius not above 0, a disc beside the volume.
pub fn roll(
    lattice: &Lattice,
    axis: &Axis,
    (height, radius): (f64, f64),
) -> Result<Surface, SectionError> {
    let step = lattice.checked()?.finest();
    if !(radius > 0.0 && radius.is_finite()) {
        let expected = "one above 0".to_string();
        return Err(SectionError::Length { what: "a radius", found: radius, expected });
    }
    let flat = Flat::Disc { axis: *axis, height, radii: [0.0, step] };
    let surface = Surface::new(flat, [to_index(radius / step + 1e-6) + 1, around(radius, step)])?;
    surface.slices(lattice).ok_or_else(|| misses("a disc", lattice))?;
    Ok(surface)
}

/// Columns so that one is at most `step` wide.
fn around(radius: f64, step: f64) -> usize {
    to_index((std::f64::consts::TAU * radius / step).ceil()).max(8)
}

/// The same axis with its point at the first slice, so that an upright one has its rows on slices.
fn on_slices(lattice: &Lattice, axis: &Axis) -> Axis {
    if axis.up[0].abs() < 0.5 {
        return *axis;
    }
    let through = axis.at((lattice.first[0] - axis.through[0]) / axis.up[0]);
    Axis { through, ..*axis }
}
