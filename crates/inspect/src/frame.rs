//! Where the cell lies in its volume. Knows no attenuation.

use voltomo_types::{CellPart, CellPlace, Probe, Transform};

/// Cosine of the angle to the volume's z within which a cell stands upright.
const UPRIGHT: f64 = 0.99;

/// The cell's own frame: z along its axis, up from the outer face of its bottom to its lid, x and y
/// as near to the volume's as an upright axis allows, x = y = 0 on the axis. Lengths are mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellFrame {
    /// Takes `[z, y, x]` of the cell to `[z, y, x]` of the volume, mm. Where the cell's top is at
    /// small z of the volume, its matrix turns z over.
    pub volume_from_cell: Transform,
    /// The way back.
    pub cell_from_volume: Transform,
    /// Direction of the positive tab from +x towards +y, radians; what angles are counted from.
    pub tab_angle: Option<f64>,
}

impl CellFrame {
    /// A frame whose axis goes through `middle` (`[z, y, x]` of the volume, mm; it has the height
    /// `height` in the cell) along `slope` = `[dy/dz, dx/dz]` of the volume, with the lid towards
    /// smaller z of the volume if `is_lid_at_small_z`.
    ///
    /// The axis is taken to be nearly upright: cross-sections at right angles to the volume's z.
    #[must_use]
    pub fn new(middle: [f64; 3], height: f64, slope: [f64; 2], is_lid_at_small_z: bool) -> Self {
        let sense = if is_lid_at_small_z { -1.0 } else { 1.0 };
        let [dy, dx] = slope.map(|slope| slope * sense);
        let matrix = [[sense, 0.0, 0.0], [dy, 1.0, 0.0], [dx, 0.0, 1.0]];
        let shift = [middle[0] - sense * height, middle[1] - dy * height, middle[2] - dx * height];
        let back = [[sense, 0.0, 0.0], [-dy * sense, 1.0, 0.0], [-dx * sense, 0.0, 1.0]];
        let volume_from_cell = Transform { matrix, shift };
        let turned = Transform { matrix: back, shift: [0.0; 3] }.apply(shift);
        let cell_from_volume = Transform { matrix: back, shift: turned.map(|value| -value) };
        Self { volume_from_cell, cell_from_volume, tab_angle: None }
    }

    /// The volume's point at a height and a distance from the axis, mm, and a direction from +x
    /// towards +y, radians.
    #[must_use]
    pub fn volume_point(&self, z: f64, radius: f64, angle: f64) -> [f64; 3] {
        let (sin, cos) = angle.sin_cos();
        self.volume_from_cell.apply([z, radius * sin, radius * cos])
    }

    /// What is said of a point of the cell, `[z, y, x]` of the cell, mm.
    #[must_use]
    pub fn place(&self, [z, y, x]: [f64; 3]) -> CellPlace {
        let angle = y.atan2(x) - self.tab_angle.unwrap_or(0.0);
        CellPlace {
            z_mm: z,
            radius_mm: x.hypot(y),
            angle_deg: angle.to_degrees().rem_euclid(360.0),
            volume_mm: self.volume_from_cell.apply([z, y, x]),
        }
    }
}

/// A cell as it was found in one volume.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FoundCell {
    /// Whose volume.
    pub probe: Probe,
    /// Where the cell lies in it.
    pub frame: CellFrame,
    /// What of the cell it holds.
    pub part: CellPart,
    /// Outer radius of the can, mm.
    pub radius_mm: f64,
}

impl FoundCell {
    /// Whether the cell's axis is the volume's z to within a few degrees.
    #[must_use]
    pub fn is_upright(&self) -> bool {
        self.frame.volume_from_cell.matrix[0][0].abs() > UPRIGHT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaning() -> CellFrame {
        CellFrame::new([1.0, 2.0, 3.0], 40.0, [0.01, -0.02], true)
    }

    #[test]
    fn the_axis_goes_through_its_middle_along_its_slope() {
        let frame = leaning();
        let near = |a: [f64; 3], b: [f64; 3]| (0..3).all(|i| (a[i] - b[i]).abs() < 1e-12);
        assert!(near(frame.volume_point(40.0, 0.0, 0.0), [1.0, 2.0, 3.0]));
        assert!(near(frame.volume_point(39.0, 0.0, 0.0), [2.0, 2.01, 2.98]));
        let back = frame.cell_from_volume.apply(frame.volume_point(37.0, 5.0, 1.0));
        assert!(near(back, [37.0, 5.0 * 1.0_f64.sin(), 5.0 * 1.0_f64.cos()]));
    }

    #[test]
    fn angles_are_counted_from_the_tab() {
        let frame = CellFrame { tab_angle: Some(1.0), ..leaning() };
        let place = frame.place([30.0, 2.0 * 1.5_f64.sin(), 2.0 * 1.5_f64.cos()]);
        assert!((place.angle_deg - 0.5_f64.to_degrees()).abs() < 1e-9);
        assert!((place.radius_mm - 2.0).abs() < 1e-12);
    }
}
