//! Parts of space that are taken away, so that the inside is seen. Knows no voxels and no colours.

use serde::{Deserialize, Serialize};
use voltomo_types::{Problem, VoxelGrid};

use super::vector::{Vector, along, cross, difference, dot, unit};

/// Sides of the prism that stands for a circle.
const SIDES: usize = 32;

/// A part of space that is taken away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Cut {
    /// All beyond a plane.
    Plane {
        /// A point of the plane, `[z, y, x]` in the grid's unit.
        point: [f64; 3],
        /// Points at what is taken away, `[z, y, x]`, of any length.
        normal: [f64; 3],
    },
    /// All between two half-planes that meet in an axis.
    Wedge {
        /// A point of the axis, `[z, y, x]` in the grid's unit.
        point: [f64; 3],
        /// Direction of the axis, `[z, y, x]`, of any length.
        axis: [f64; 3],
        /// Where the wedge begins and ends about the axis, in degrees, right-handed; 0 towards +x
        /// (towards +y for an axis along x).
        degrees: [f64; 2],
        /// Only from here to there along the axis, from `point` on in the grid's unit.
        along: Option<[f64; 2]>,
    },
}

impl Cut {
    /// A wedge about an upright axis through the point `[y, x]`, over the whole height.
    #[must_use]
    pub fn upright_wedge([y, x]: [f64; 2], degrees: [f64; 2]) -> Self {
        Self::Wedge { point: [0.0, y, x], axis: [1.0, 0.0, 0.0], degrees, along: None }
    }

    /// All outside the circle about the middle of a grid that touches its sides: what not every
    /// view saw. A prism of 32 sides stands for the circle.
    #[must_use]
    pub fn outside_the_circle(grid: &VoxelGrid) -> Vec<Self> {
        let [_, rows, columns] = grid.shape;
        let middle = grid.centre_of([0, rows / 2, columns / 2]);
        let radius = 0.5 * rows.min(columns) as f64 * grid.voxel;
        let side = |k: usize| {
            let (sin, cos) = (std::f64::consts::TAU * k as f64 / SIDES as f64).sin_cos();
            let normal = [0.0, sin, cos];
            Self::Plane { point: along(middle, radius, normal), normal }
        };
        (0..SIDES).map(side).collect()
    }

    /// What is wrong with it; `key` is where it stands.
    pub(super) fn problems(&self, key: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut hold = |is_right: bool, name: &str, found: String, expected: &str| {
            if !is_right {
                problems.push(Problem::new(&format!("{key}.{name}"), found, expected));
            }
        };
        let finite = |vector: &[f64]| vector.iter().all(|part| part.is_finite());
        let (three, way) = ("three finite numbers", "a direction of some length");
        match self {
            Self::Plane { point, normal } => {
                hold(finite(point), "plane.point", format!("{point:?}"), three);
                hold(unit(*normal).is_some(), "plane.normal", format!("{normal:?}"), way);
            }
            Self::Wedge { point, axis, degrees, along } => {
                hold(finite(point), "wedge.point", format!("{point:?}"), three);
                hold(unit(*axis).is_some(), "wedge.axis", format!("{axis:?}"), way);
                let opening = degrees[1] - degrees[0];
                let expected =
                    "a second angle above the first by more than 0 and less than 360 degrees";
                let is_wedge = opening > 0.0 && opening < 360.0;
                hold(is_wedge, "wedge.degrees", format!("{degrees:?}"), expected);
                let is_range = along.is_none_or(|[low, high]| low < high);
                let expected = "two rising numbers, or none";
                hold(is_range, "wedge.along", format!("{along:?}"), expected);
            }
        }
        problems
    }

    /// The convex bodies that it takes away, in voxels of the grid.
    fn bodies(&self, grid: &VoxelGrid) -> Vec<Body> {
        match self {
            Self::Plane { point, normal } => {
                vec![Body(vec![HalfSpace::new(grid, *point, unit(*normal).unwrap_or_default())])]
            }
            Self::Wedge { point, axis, degrees: [from, to], along: range } => {
                let axis = unit(*axis).unwrap_or_default();
                // A wedge beyond half a turn is no convex body: two halves are.
                let count = if to - from > 180.0 { 2.0 } else { 1.0 };
                let part = (to - from) / count;
                let starts = (0..2).map(f64::from).take_while(|index| *index < count);
                let begins = starts.map(|index| from + index * part);
                let body = |begin: f64| {
                    let sides = wedge_normals(axis, [begin, begin + part]);
                    let mut faces =
                        sides.map(|normal| HalfSpace::new(grid, *point, normal)).to_vec();
                    if let Some([low, high]) = range {
                        let at = |length: f64| along(*point, length, axis);
                        faces.push(HalfSpace::new(grid, at(*low), axis));
                        faces.push(HalfSpace::new(grid, at(*high), axis.map(|part| -part)));
                    }
                    Body(faces)
                };
                begins.map(body).collect()
            }
        }
    }
}

/// Normals, pointing inwards, of a wedge of at most half a turn.
fn wedge_normals(axis: Vector, degrees: [f64; 2]) -> [Vector; 2] {
    let sideways = |of: Vector| unit(along(of, -dot(of, axis), axis));
    let x_like = if axis[2].abs() < 0.999 { [0.0, 0.0, 1.0] } else { [0.0, 1.0, 0.0] };
    let zero = sideways(x_like).unwrap_or_default();
    let quarter = cross(axis, zero);
    let [from, to] = degrees.map(|angle| {
        let (sin, cos) = angle.to_radians().sin_cos();
        // A quarter of a turn beyond the half-plane at this angle.
        along(zero.map(|part| -sin * part), cos, quarter)
    });
    [from, to.map(|part| -part)]
}

/// All points with `normal · point > offset`, in voxels.
#[derive(Debug, Clone, Copy)]
struct HalfSpace {
    normal: Vector,
    offset: f64,
}

impl HalfSpace {
    fn new(grid: &VoxelGrid, point: Vector, normal: Vector) -> Self {
        let at = difference(point, grid.first).map(|part| part / grid.voxel);
        Self { normal, offset: dot(normal, at) }
    }
}

/// A convex body: what lies in all its half-spaces.
#[derive(Debug, Clone)]
struct Body(Vec<HalfSpace>);

impl Body {
    fn holds(&self, point: Vector) -> bool {
        self.0.iter().all(|face| dot(face.normal, point) > face.offset)
    }

    /// Where a ray enters and leaves it, if it does.
    fn crossed(&self, origin: Vector, direction: Vector) -> Option<[f64; 2]> {
        let (mut enters, mut leaves) = (f64::NEG_INFINITY, f64::INFINITY);
        for face in &self.0 {
            let speed = dot(face.normal, direction);
            let depth = dot(face.normal, origin) - face.offset;
            let at = -depth / speed;
            if speed.abs() < 1e-12 {
                if depth <= 0.0 {
                    return None;
                }
            } else if speed > 0.0 {
                enters = enters.max(at);
            } else {
                leaves = leaves.min(at);
            }
        }
        (enters < leaves).then_some([enters, leaves])
    }
}

/// A stretch of a ray that is left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    pub(super) begin: f64,
    pub(super) end: f64,
}

/// All that is taken away, in voxels of a grid.
#[derive(Debug, Clone)]
pub(super) struct Cuts {
    bodies: Vec<Body>,
}

impl Cuts {
    pub(super) fn new(cuts: &[Cut], grid: &VoxelGrid) -> Self {
        Self { bodies: cuts.iter().flat_map(|cut| cut.bodies(grid)).collect() }
    }

    /// Whether a point is taken away.
    pub(super) fn hold(&self, point: Vector) -> bool {
        self.bodies.iter().any(|body| body.holds(point))
    }

    pub(super) fn are_none(&self) -> bool {
        self.bodies.is_empty()
    }

    /// What is left of a ray between two places, nearest first.
    pub(super) fn left_of(
        &self,
        (origin, direction): (Vector, Vector),
        [begin, end]: [f64; 2],
        left: &mut Vec<Stretch>,
    ) {
        left.clear();
        left.push(Stretch { begin, end });
        for body in &self.bodies {
            let Some([enters, leaves]) = body.crossed(origin, direction) else { continue };
            let mut at = 0;
            while at < left.len() {
                let stretch = left[at];
                if leaves <= stretch.begin || enters >= stretch.end {
                    at += 1;
                    continue;
                }
                let before = Stretch { end: enters, ..stretch };
                let after = Stretch { begin: leaves, ..stretch };
                let rest = [before, after].into_iter().filter(|part| part.begin < part.end);
                let count = rest.clone().count();
                left.splice(at..=at, rest);
                at += count;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use voltomo_types::LengthUnit;

    use super::*;

    fn grid() -> VoxelGrid {
        let unit = LengthUnit::Millimetre;
        VoxelGrid { shape: [20; 3], voxel: 0.5, first: [-5.0; 3], unit }
    }

    #[test]
    fn a_wedge_holds_its_angles_and_no_others() {
        for degrees in [[20.0, 75.0], [-30.0, 150.0], [100.0, 380.0]] {
            let cuts = Cuts::new(&[Cut::upright_wedge([0.0, 0.0], degrees)], &grid());
            for angle in (0..360).step_by(7) {
                let (sin, cos) = f64::from(angle).to_radians().sin_cos();
                let point = [3.0, 10.0 + 4.0 * sin, 10.0 + 4.0 * cos];
                let turned = (f64::from(angle) - degrees[0]).rem_euclid(360.0);
                let expected = turned < degrees[1] - degrees[0];
                assert_eq!(cuts.hold(point), expected, "{degrees:?} {angle}");
            }
        }
    }

    #[test]
    fn what_lies_in_the_corners_is_outside_the_circle() {
        let cuts = Cuts::new(&Cut::outside_the_circle(&grid()), &grid());
        for angle in (0..360).step_by(7) {
            let (sin, cos) = f64::from(angle).to_radians().sin_cos();
            let at = |radius: f64| [3.0, 10.0 + radius * sin, 10.0 + radius * cos];
            assert_eq!([9.9, 10.2].map(|it| cuts.hold(at(it))), [false, true], "{angle}");
        }
    }

    #[test]
    fn a_ray_keeps_what_no_cut_takes() {
        let wedge = Cut::upright_wedge([0.0, 0.0], [-45.0, 45.0]);
        let plane = Cut::Plane { point: [0.0, 0.0, -3.0], normal: [0.0, 0.0, -1.0] };
        let cuts = Cuts::new(&[wedge, plane], &grid());
        let mut left = Vec::new();
        // From +x towards -x through the axis, which is at voxel 10.
        let ray = ([5.0, 10.0, 20.0], [0.0, 0.0, -1.0]);
        cuts.left_of(ray, [0.0, 20.0], &mut left);
        assert_eq!(left.len(), 1);
        assert!((left[0].begin - 10.0).abs() < 1e-9 && (left[0].end - 16.0).abs() < 1e-9);
    }
}
