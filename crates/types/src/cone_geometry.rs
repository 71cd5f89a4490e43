//! A cone beam: source and detector of every view as free vectors. Holds no data.

use serde::{Deserialize, Serialize};

use crate::{Millimetre, PixelFrame, Radian};

/// One view of a cone beam; vectors are `[z, y, x]` in the sample's frame, mm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ConeView {
    /// Rotation angle.
    pub angle: Radian,
    /// The focal spot.
    pub source: [f64; 3],
    /// Centre of the pixel `[0, 0]` of the uncropped detector.
    pub origin: [f64; 3],
    /// From one detector row to the next.
    pub along_rows: [f64; 3],
    /// From one detector column to the next.
    pub along_columns: [f64; 3],
}

/// Source and detector of every view. The rotation axis is x = y = 0, z along it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConeGeometry {
    /// The views, in the order of the radiographs.
    pub views: Vec<ConeView>,
    /// The window of the detector that the projections show.
    pub frame: PixelFrame,
}

/// A source and a flat detector that circle the rotation axis (or stand still while the sample
/// turns, which is the same).
///
/// A sample point `(x, y)` is at `s = x·cos θ − y·sin θ` across the beam and `b = x·sin θ + y·cos θ`
/// along it; the source at `b = −SOD`, the detector at `b = SDD − SOD`. Columns rise with s, rows
/// with z.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ConeCircle {
    /// Distance from the source to the rotation axis (SOD).
    pub source_to_axis: Millimetre,
    /// Distance from the source to the detector along the central ray (SDD).
    pub source_to_detector: Millimetre,
    /// Edge of one unbinned detector pixel, on the detector.
    pub pixel: Millimetre,
    /// Detector `[row, column]` on which the central ray falls: the one from the source through
    /// the axis at its own height, z = 0.
    pub centre: [f64; 2],
    /// Turn of the detector in its own plane, as the tilt of a parallel beam's axis: positive
    /// where the axis moves to larger columns with larger rows.
    pub roll: Radian,
    /// Turn of the detector about its central row; positive where larger rows are farther away.
    pub pitch: Radian,
    /// Turn of the detector about its central column; positive where larger columns are farther.
    pub yaw: Radian,
}

/// What a detector row sees of the rotation axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AxisPoint {
    /// Height z, mm.
    pub height: f64,
    /// Detector column.
    pub column: f64,
}

impl ConeCircle {
    /// How much larger than the sample its image is, on the axis.
    #[must_use]
    pub fn magnification(&self) -> f64 {
        self.source_to_detector.0 / self.source_to_axis.0
    }

    /// The same instrument with its axis inclined in the plane of the central ray, so that the ray
    /// meets the plane at right angles to the axis under `inclination` (between ±90°); positive
    /// where the source is before the sample's first slices and the detector behind its last.
    ///
    /// Distances and `centre` of `self` are those along the central ray; those of what comes back
    /// are of the ray at right angles to the axis, which may miss the detector.
    #[must_use]
    pub fn inclined(self, inclination: Radian) -> Self {
        let (cos, tan) = (inclination.0.cos(), inclination.0.tan());
        let [row, column] = self.centre;
        Self {
            source_to_axis: Millimetre(self.source_to_axis.0 * cos),
            source_to_detector: Millimetre(self.source_to_detector.0 / cos),
            centre: [row - self.source_to_detector.0 * tan / self.pixel.0, column],
            pitch: Radian(self.pitch.0 - inclination.0),
            ..self
        }
    }

    /// Source and detector at the angle θ.
    #[must_use]
    pub fn view(&self, angle: Radian) -> ConeView {
        let (sin, cos) = angle.0.sin_cos();
        // Unit vectors across the beam, along it, and along the axis, as [z, y, x].
        let (across, along, up) = ([0.0, -sin, cos], [0.0, cos, sin], [1.0, 0.0, 0.0]);
        let (roll_sin, roll_cos) = self.roll.0.sin_cos();
        let (pitch_sin, pitch_cos) = self.pitch.0.sin_cos();
        let (yaw_sin, yaw_cos) = self.yaw.0.sin_cos();
        let pixel = self.pixel.0;
        let of = |s: f64, b: f64, z: f64| -> [f64; 3] {
            std::array::from_fn(|k| pixel * (s * across[k] + b * along[k] + z * up[k]))
        };
        // Detector axes before the roll, then turned in their plane.
        let columns = of(yaw_cos, yaw_sin, 0.0);
        let rows = of(-yaw_sin * pitch_sin, yaw_cos * pitch_sin, pitch_cos);
        let turned = |a: f64, b: f64| std::array::from_fn(|k| a * columns[k] + b * rows[k]);
        let along_columns: [f64; 3] = turned(roll_cos, roll_sin);
        let along_rows: [f64; 3] = turned(-roll_sin, roll_cos);
        let [row, column] = self.centre;
        let distance = self.source_to_detector.0 - self.source_to_axis.0;
        ConeView {
            angle,
            source: along.map(|k| -self.source_to_axis.0 * k),
            origin: std::array::from_fn(|k| {
                distance * along[k] - row * along_rows[k] - column * along_columns[k]
            }),
            along_rows,
            along_columns,
        }
    }

    /// The views at all angles.
    #[must_use]
    pub fn geometry(&self, angles: &[Radian], frame: PixelFrame) -> ConeGeometry {
        ConeGeometry { views: angles.iter().map(|&angle| self.view(angle)).collect(), frame }
    }
}

impl ConeGeometry {
    /// The same geometry with heights counted from `height` (mm) on.
    #[must_use]
    pub fn counted_from(mut self, height: f64) -> Self {
        for view in &mut self.views {
            view.source[0] -= height;
            view.origin[0] -= height;
        }
        self
    }
}

impl ConeView {
    /// Rotation angle that a source stands for: it is at `[y, x] = −SOD·[cos θ, sin θ]`.
    #[must_use]
    pub fn angle_of(source: [f64; 3]) -> Radian {
        let [_, y, x] = source;
        Radian((-x).atan2(-y))
    }

    /// Where the sample point `[z, y, x]` falls: detector `[row, column]`; `None` where the ray
    /// to it never meets the detector.
    #[must_use]
    pub fn detector_position(&self, point: [f64; 3]) -> Option<[f64; 2]> {
        let toward = std::array::from_fn(|k| point[k] - self.source[k]);
        let [row, column, scale] = self.pixel_of(toward)?;
        (scale > 0.0).then(|| [row / scale, column / scale])
    }

    /// What a detector row sees of the rotation axis; `None` where it never meets it.
    #[must_use]
    pub fn axis_at(&self, row: f64) -> Option<AxisPoint> {
        // Homogeneous positions are linear along the axis: start + z·change.
        let start = self.pixel_of(self.source.map(|k| -k))?;
        let change = self.pixel_of([1.0, 0.0, 0.0])?;
        let height = (row * start[2] - start[0]) / (change[0] - row * change[2]);
        let w = start[2] + height * change[2];
        let column = (start[1] + height * change[1]) / w;
        (w > 0.0 && column.is_finite()).then_some(AxisPoint { height, column })
    }

    /// Edges of an unbinned pixel `[row, column]` as they are on the axis: over the magnification
    /// of what stands there, straight behind each other.
    #[must_use]
    pub fn pixel_on_axis(&self) -> Option<[f64; 2]> {
        let toward = std::array::from_fn(|k| self.origin[k] - self.source[k]);
        let normal = cross(self.along_rows, self.along_columns);
        let distance = (dot(normal, toward) / dot(normal, normal).sqrt()).abs();
        let [_, y, x] = self.source;
        let scale = y.hypot(x) / distance;
        let edges = [self.along_rows, self.along_columns].map(|v| dot(v, v).sqrt() * scale);
        edges.iter().all(|edge| *edge > 0.0 && edge.is_finite()).then_some(edges)
    }

    /// Homogeneous detector `[row·w, column·w, w]` of the ray from the source along `direction`:
    /// the solution of `row·along_rows + column·along_columns + w·(origin − source) = direction`.
    #[must_use]
    pub fn pixel_of(&self, direction: [f64; 3]) -> Option<[f64; 3]> {
        let toward: [f64; 3] = std::array::from_fn(|k| self.origin[k] - self.source[k]);
        let determinant = triple(self.along_rows, self.along_columns, toward);
        if determinant == 0.0 || !determinant.is_finite() {
            return None;
        }
        Some([
            triple(direction, self.along_columns, toward) / determinant,
            triple(self.along_rows, direction, toward) / determinant,
            triple(self.along_rows, self.along_columns, direction) / determinant,
        ])
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(b: [f64; 3], c: [f64; 3]) -> [f64; 3] {
    [b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2], b[0] * c[1] - b[1] * c[0]]
}

/// a · (b × c).
fn triple(a: [f64; 3], b: [f64; 3], c: [f64; 3]) -> f64 {
    dot(a, cross(b, c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circle() -> ConeCircle {
        ConeCircle {
            source_to_axis: Millimetre(60.0),
            source_to_detector: Millimetre(240.0),
            pixel: Millimetre(0.064),
            centre: [100.0, 80.5],
            roll: Radian(0.0),
            pitch: Radian(0.0),
            yaw: Radian(0.0),
        }
    }

    #[test]
    fn a_point_is_magnified_by_its_depth_and_falls_where_the_conventions_say() {
        let (angle, [z, y, x]) = (Radian(0.7), [1.5, -2.0, 3.0]);
        let s = x * angle.0.cos() - y * angle.0.sin();
        let b = x * angle.0.sin() + y * angle.0.cos();
        let scale = 240.0 / (60.0 + b) / 0.064;
        let found = circle().view(angle).detector_position([z, y, x]).unwrap();
        assert!((found[0] - (100.0 + z * scale)).abs() < 1e-9);
        assert!((found[1] - (80.5 + s * scale)).abs() < 1e-9);
    }

    #[test]
    fn a_row_sees_the_axis_where_the_axis_falls_on_it() {
        let turned =
            ConeCircle { roll: Radian(0.03), pitch: Radian(-0.05), yaw: Radian(0.04), ..circle() };
        for row in [-20.0, 100.0, 333.0] {
            let AxisPoint { height, column } = turned.view(Radian(0.2)).axis_at(row).unwrap();
            let found = turned.view(Radian(1.1)).detector_position([height, 0.0, 0.0]).unwrap();
            assert!((found[0] - row).abs() < 1e-9 && (found[1] - column).abs() < 1e-9);
        }
        assert!(turned.view(Radian(0.2)).axis_at(100.0).unwrap().height.abs() < 1e-12);
        let raised = turned.geometry(&[Radian(1.1)], PixelFrame::whole(9, 9)).counted_from(2.0);
        let found = raised.views[0].detector_position([-2.0, 0.0, 0.0]).unwrap();
        assert!((found[1] - 80.5).abs() < 1e-9);
        let angle = ConeView::angle_of(raised.views[0].source);
        assert!((angle.0 - 1.1).abs() < 1e-12);
        let [high, wide] = ConeCircle { roll: Radian(0.03), ..circle() }
            .view(Radian(0.4))
            .pixel_on_axis()
            .unwrap();
        assert!((high - 0.016).abs() < 1e-12 && (wide - 0.016).abs() < 1e-12);
    }

    #[test]
    fn roll_moves_the_axis_to_larger_columns_with_larger_rows() {
        let rolled = ConeCircle { roll: Radian::from_degrees(1.0), ..circle() };
        let view = rolled.view(Radian(0.3));
        let [row, column] = view.detector_position([2.0, 0.0, 0.0]).unwrap();
        assert!(row > 100.0);
        assert!(((column - 80.5) / (row - 100.0) - 1f64.to_radians().tan()).abs() < 1e-9);
    }

    #[test]
    fn pitch_and_yaw_take_the_far_side_of_the_detector_away() {
        for (turned, point) in [
            (ConeCircle { pitch: Radian(0.1), ..circle() }, [5.0, 0.0, 0.0]),
            (ConeCircle { yaw: Radian(0.1), ..circle() }, [0.0, 0.0, 5.0]),
        ] {
            let distance = |point: [f64; 3]| {
                let [row, column] = turned.view(Radian(0.0)).detector_position(point).unwrap();
                (row - 100.0).hypot(column - 80.5)
            };
            // A pixel farther from the source is met farther out.
            assert!(distance(point) > distance(point.map(|k| -k)));
        }
    }
}
