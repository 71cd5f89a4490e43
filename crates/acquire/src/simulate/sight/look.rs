//! One defect before one instrument: the cell with it against the cell without it. Renders nothing.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::eye::Eye;
use super::region::{Region, even};
use crate::simulate::cell::{Cell, CellError};
use crate::simulate::shape::Scene;

/// Places where a change is looked for.
const PLACES: usize = 256;
/// Points over which µ is averaged at a place.
const POINTS: usize = 64;
/// Integral over a Gaussian, along one direction, in full widths at half maximum times its peak.
const GAUSSIAN_WIDTH: f64 = 1.064;

/// What a beam sees of a defect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// The instrument whose beam it is.
    pub instrument: String,
    /// Whether its tomogram shows the defect: the contrast is what is needed or more, in the field
    /// of view where one is known.
    pub visible: bool,
    /// Whether some of the defect is on every radiograph; unknown of an instrument that takes none.
    pub in_field_of_view: Option<bool>,
    /// Greatest change of µ that the defect makes at a place as large as the blur or as the defect,
    /// whichever is less, 1/cm; below 0 where it attenuates less than what it replaces.
    pub material_change_per_cm: f64,
    /// The same after the blur of the instrument, 1/cm.
    pub contrast_per_cm: f64,
    /// The contrast over µ of what is replaced there; none in a void.
    pub relative_contrast: Option<f64>,
    /// Least extent of the defect, mm.
    pub least_size_mm: f64,
    /// Blur of the instrument at the axis, full width at half maximum, mm.
    pub resolution_mm: f64,
    /// Share of the beam that comes through the cell there, the median over directions.
    pub transmission: f64,
    /// The contrast that is needed, 1/cm: four times the noise of a default scan, more where little
    /// comes through; none where less comes through than is scattered.
    pub needed_per_cm: Option<f64>,
}

/// Whether a place `[x, y, z]` of the cell, mm, is on every radiograph.
pub type Field<'a> = dyn Fn([f64; 3]) -> bool + Sync + 'a;

/// What an instrument sees of the cell's defect `index`.
///
/// µ is averaged over a window, as wide as the blur but no wider than the defect, in the cell with
/// the defect and in the cell without it; the difference times the share of the blur that the defect
/// fills is the contrast, and its greatest value over the defect's extent counts. Where nothing
/// changes, as by a bubble in a void, it is 0.
///
/// `field`: which places the scan shows; `None` where it is not known.
///
/// # Errors
/// The cell cannot be built without the defect.
pub fn look(
    cell: &Cell,
    index: usize,
    eye: &Eye,
    field: Option<&Field<'_>>,
) -> Result<Seen, CellError> {
    let record = &cell.defects[index];
    let without = cell.without(index)?;
    let region = Region::of(record);
    let blur = GAUSSIAN_WIDTH * eye.resolution_mm;
    let window = region.size.map(|size| size.min(blur));
    let filled: f64 = window.iter().map(|width| width / blur).product();
    let pair = [Map::new(&cell.scene, eye), Map::new(&without, eye)];
    let place = |index: usize| {
        let middle: [f64; 3] = match index.checked_sub(1) {
            None => [0.0; 3],
            Some(index) => {
                let share = even(index);
                std::array::from_fn(|k| (share[k] - 0.5) * (region.size[k] - window[k]))
            }
        };
        Place::at(&region, (middle, window), &pair)
    };
    let places: Vec<Place> = (0..PLACES).into_par_iter().map(place).collect();
    let shown = |place: &&Place| field.is_none_or(|field| field(place.point));
    let changed = |place: &&Place| place.change != 0.0;
    let most = |a: &&Place, b: &&Place| a.change.abs().total_cmp(&b.change.abs());
    // The first of equals, which is nearest to the middle.
    let found = places.iter().rev().filter(shown).filter(changed).max_by(most);
    let any = found.or_else(|| places.iter().find(shown)).unwrap_or(&places[0]);
    let transmission = eye.transmission(&cell.scene, any.point);
    let needed_per_cm = eye.needed(transmission);
    let change = found.map_or(0.0, |place| place.change);
    let contrast_per_cm = change * filled;
    Ok(Seen {
        instrument: eye.name.clone(),
        visible: needed_per_cm.is_some_and(|needed| contrast_per_cm.abs() >= needed),
        in_field_of_view: field.map(|_| places.iter().any(|place| shown(&place))),
        material_change_per_cm: change,
        contrast_per_cm,
        relative_contrast: (any.before > 0.0).then(|| contrast_per_cm / any.before),
        least_size_mm: record.size_mm.into_iter().fold(f64::INFINITY, f64::min),
        resolution_mm: eye.resolution_mm,
        transmission,
        needed_per_cm,
    })
}

/// µ of a scene at its points.
struct Map<'a> {
    scene: &'a Scene,
    coefficients: Vec<f64>,
}

impl<'a> Map<'a> {
    fn new(scene: &'a Scene, eye: &Eye) -> Self {
        use crate::simulate::sample::Sample;
        Self { scene, coefficients: eye.coefficients(scene.materials()) }
    }

    fn at(&self, point: [f64; 3]) -> f64 {
        self.scene.material_at(point).map_or(0.0, |material| self.coefficients[material])
    }
}

/// A place of a defect.
struct Place {
    point: [f64; 3],
    /// Mean of µ with the defect, less that without it, 1/cm.
    change: f64,
    /// Mean of µ without it.
    before: f64,
}

impl Place {
    fn at(
        region: &Region,
        (middle, window): ([f64; 3], [f64; 3]),
        [with, without]: &[Map<'_>; 2],
    ) -> Self {
        let mut sums = [0.0; 2];
        for index in 0..POINTS {
            let share = even(index);
            let offset = std::array::from_fn(|k| middle[k] + (share[k] - 0.5) * window[k]);
            let point = region.point(offset);
            let before = without.at(point);
            sums[0] += with.at(point) - before;
            sums[1] += before;
        }
        let [change, before] = sums.map(|sum| sum / POINTS as f64);
        Self { point: region.point(middle), change, before }
    }
}
