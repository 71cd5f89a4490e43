//! Sections through a volume as pictures of findings take them. Draws nothing.

use ndarray::{Array2, Axis};
use voltomo_inspect::frame::FoundCell;
use voltomo_inspect::{Seen, sample};
use voltomo_numeric::cast::to_index;
use voltomo_types::{Finding, ShownSlice, SliceDirection};

/// Volumes of fewer slices are not cut along the axis.
const FEW: usize = 8;
/// So much of a cell's diameter is shown around it.
const MARGIN: f64 = 0.05;

/// A section through a volume: the numbers, and where a point of the volume lies in it.
pub(super) struct Section {
    pub(super) values: Array2<f32>,
    pub(super) title: String,
    direction: SliceDirection,
    /// The cell's axis, about: `[y, x]`, mm of the volume.
    axis: [f64; 2],
    /// `[row, column]` of a point `[z, y, x]` in mm of the volume.
    place: Box<dyn Fn([f64; 3]) -> [f64; 2]>,
}

impl Section {
    /// What is framed of a finding at `at` of the volume, mm: its middle, `[row, column]` of the
    /// section, and height and width, mm.
    pub(super) fn framed(&self, finding: &Finding, at: [f64; 3]) -> ([f64; 2], [f64; 2]) {
        let [radial, tangential, axial] = finding.extent_mm.unwrap_or_default();
        let [y, x] = [at[1] - self.axis[0], at[2] - self.axis[1]];
        let radius = x.hypot(y).max(f64::MIN_POSITIVE);
        let (sin, cos) = (y / radius, x / radius);
        let down = (radial * sin).abs() + (tangential * cos).abs();
        let across = (radial * cos).abs() + (tangential * sin).abs();
        let middle = (self.place)(at);
        match self.direction {
            // What reaches around the axis is framed with all that it encloses.
            SliceDirection::Z if tangential > 2.0 * radius => {
                let axis = (self.place)([at[0], self.axis[0], self.axis[1]]);
                (axis, [(2.0 * radius + radial).max(radial); 2])
            }
            SliceDirection::Z => (middle, [down, across]),
            SliceDirection::Y => (middle, [axial, across]),
            SliceDirection::X => (middle, [axial, down]),
            SliceDirection::Axial => (middle, [axial, radial]),
        }
    }
}

/// The section that a finding names; `None` where it lies outside the volume.
pub(super) fn section(
    seen: &Seen<'_>,
    shown: ShownSlice,
    cell: Option<&FoundCell>,
) -> Option<Section> {
    let (grid, at) = (seen.grid, shown.position);
    let index_of = |axis: usize| {
        let index = ((at - grid.first[axis]) / grid.voxel).round();
        (index >= 0.0 && index < grid.shape[axis] as f64).then(|| to_index(index))
    };
    let plane = |axis: usize, name: &str, rest: [usize; 2]| {
        let index = index_of(axis)?;
        let values = seen.attenuation.index_axis(Axis(axis), index).to_owned();
        let title = format!("at {name} = {at:.2} mm of the volume");
        let upright = cell.filter(|cell| axis == 0 && cell.is_upright());
        let title = upright.map_or(title, |cell| {
            let middle = grid.centre_of([index, grid.shape[1] / 2, grid.shape[2] / 2]);
            let height = cell.frame.cell_from_volume.apply(middle)[0];
            format!("at height {height:.2} mm (z = {at:.2} mm of the volume)")
        });
        let place = Box::new(move |point: [f64; 3]| {
            rest.map(|axis| (point[axis] - grid.first[axis]) / grid.voxel)
        });
        let middle = grid.centre_of([0, grid.shape[1] / 2, grid.shape[2] / 2]);
        let axis = cell.map_or([middle[1], middle[2]], |cell| {
            let frame = cell.frame;
            let [_, y, x] = frame.volume_point(frame.cell_from_volume.apply(middle)[0], 0.0, 0.0);
            [y, x]
        });
        Some(Section { values, title, direction: shown.direction, axis, place })
    };
    match shown.direction {
        SliceDirection::Z => plane(0, "z", [1, 2]),
        SliceDirection::Y => plane(1, "y", [0, 2]),
        SliceDirection::X => plane(2, "x", [0, 1]),
        // A cut along the axis of a few slices shows nothing.
        SliceDirection::Axial if grid.shape[0] < FEW => {
            let middle = grid.centre_of([grid.shape[0] / 2, 0, 0])[0];
            let flat = ShownSlice { direction: SliceDirection::Z, position: middle };
            section(seen, flat, cell)
        }
        SliceDirection::Axial => axial(seen, at, cell?),
    }
}

/// The half planes at an angle about the axis and opposite it, the lid at the top; `degrees` count
/// from +x.
pub(super) fn axial(seen: &Seen<'_>, degrees: f64, cell: &FoundCell) -> Option<Section> {
    let (grid, frame) = (seen.grid, cell.frame);
    let margin = MARGIN * 2.0 * cell.radius_mm;
    let [low, high] = cell.part.heights_mm;
    let low = if cell.part.holds_bottom { low - margin } else { low };
    let high = if cell.part.holds_top { high + margin } else { high };
    let rows = to_index((high - low) / grid.voxel) + 1;
    let half = to_index((cell.radius_mm + margin) / grid.voxel);
    if half == 0 {
        return None;
    }
    let angle = degrees.to_radians();
    let values = Array2::from_shape_fn((rows, 2 * half + 1), |(row, column)| {
        let radius = (column as f64 - half as f64) * grid.voxel;
        let z = high - row as f64 * grid.voxel;
        sample::at(&seen.attenuation, &grid, frame.volume_point(z, radius, angle))
    });
    let place = Box::new(move |point: [f64; 3]| {
        let [z, y, x] = frame.cell_from_volume.apply(point);
        let across = x * angle.cos() + y * angle.sin();
        [(high - z) / grid.voxel, across / grid.voxel + half as f64]
    });
    let from = if frame.tab_angle.is_some() { "the tab" } else { "+x" };
    let told = (degrees - frame.tab_angle.unwrap_or(0.0).to_degrees()).rem_euclid(360.0);
    let title = format!("through the axis at {told:.0}° from {from}, the top above");
    let direction = SliceDirection::Axial;
    Some(Section { values, title, direction, axis: [0.0; 2], place })
}

/// The plane across the axis at a height of the cell, mm: x to the right, y downwards.
pub(super) fn across(seen: &Seen<'_>, height: f64, cell: &FoundCell) -> Option<Section> {
    let (grid, frame) = (seen.grid, cell.frame);
    let half = to_index((cell.radius_mm * (1.0 + 2.0 * MARGIN)) / grid.voxel);
    if half == 0 || !height.is_finite() {
        return None;
    }
    let of = |index: usize| (index as f64 - half as f64) * grid.voxel;
    let values = Array2::from_shape_fn((2 * half + 1, 2 * half + 1), |(row, column)| {
        let point = frame.volume_from_cell.apply([height, of(row), of(column)]);
        sample::at(&seen.attenuation, &grid, point)
    });
    let place = Box::new(move |point: [f64; 3]| {
        let [_, y, x] = frame.cell_from_volume.apply(point);
        [y, x].map(|at| at / grid.voxel + half as f64)
    });
    let title = format!("across the axis, {height:.2} mm above the floor");
    Some(Section { values, title, direction: SliceDirection::Z, axis: [0.0; 2], place })
}
