//! What is true of a cell, for whoever checks an inspection against it. Builds nothing.

use serde::{Deserialize, Serialize};

use crate::simulate::shape::{Ovality, Placement};

/// Whether a record tells of a fault or of something that belongs to the cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordClass {
    /// Something wrong.
    Defect,
    /// Something that every such cell has.
    Feature,
}

/// The truth about one defect or feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DefectRecord {
    /// Fault or feature.
    pub class: RecordClass,
    /// Its kind, as in a cell's file.
    pub kind: String,
    /// Its middle in the cell frame, `[x, y, z]`, mm.
    pub place_mm: [f64; 3],
    /// Distance of its middle from the can's axis, mm.
    pub radius_mm: f64,
    /// Direction of its middle, degrees from +x towards +y.
    pub angle_deg: f64,
    /// Its extent `[radial, tangential, axial]`, mm.
    pub size_mm: [f64; 3],
    /// A sentence with what the numbers do not tell.
    pub description: String,
}

impl DefectRecord {
    /// A record of a defect at `place_mm` (`[x, y, z]`) with an extent `size_mm` (`[radial,
    /// tangential, axial]`), both mm.
    #[must_use]
    pub fn defect(kind: &str, place_mm: [f64; 3], size_mm: [f64; 3], description: String) -> Self {
        let [x, y, _] = place_mm;
        Self {
            class: RecordClass::Defect,
            kind: kind.into(),
            place_mm,
            radius_mm: x.hypot(y),
            angle_deg: y.atan2(x).to_degrees().rem_euclid(360.0),
            size_mm,
            description,
        }
    }

    /// A record of something that belongs to the cell.
    #[must_use]
    pub fn feature(kind: &str, place_mm: [f64; 3], size_mm: [f64; 3], description: String) -> Self {
        let class = RecordClass::Feature;
        Self { class, ..Self::defect(kind, place_mm, size_mm, description) }
    }

    /// Whether it tells of a fault.
    #[must_use]
    pub fn is_defect(&self) -> bool {
        self.class == RecordClass::Defect
    }

    /// Turns and moves place and extent with the whole cell; what is then said of the extent is
    /// the least that holds it along the new directions.
    pub(super) fn mount(&mut self, placement: &Placement) {
        let old = directions(self.angle_deg).map(|along| placement.turn(along));
        let place = placement.cell_from_solid(self.place_mm);
        let moved = Self::defect(&self.kind, place, self.size_mm, String::new());
        let size = self.size_mm;
        let extent = |new: [f64; 3]| {
            let share = |k: usize| (0..3).map(|i| old[k][i] * new[i]).sum::<f64>().abs();
            (0..3).map(|k| size[k] * share(k)).sum()
        };
        self.size_mm = directions(moved.angle_deg).map(extent);
        (self.place_mm, self.radius_mm) = (moved.place_mm, moved.radius_mm);
        self.angle_deg = moved.angle_deg;
    }

    /// Moves the place with a squeeze of the whole cell.
    pub(super) fn squeeze(&mut self, Ovality { along, across, angle }: Ovality) {
        let (sin, cos) = angle.sin_cos();
        let [x, y, z] = self.place_mm;
        let (u, v) = (along * (x * cos + y * sin), across * (y * cos - x * sin));
        let place = [u * cos - v * sin, u * sin + v * cos, z];
        let moved = Self::defect(&self.kind, place, self.size_mm, String::new());
        (self.place_mm, self.radius_mm) = (moved.place_mm, moved.radius_mm);
        self.angle_deg = moved.angle_deg;
    }
}

/// The radial, tangential and axial direction at an angle from x, degrees.
fn directions(angle_deg: f64) -> [[f64; 3]; 3] {
    let (sin, cos) = angle_deg.to_radians().sin_cos();
    [[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]]
}
