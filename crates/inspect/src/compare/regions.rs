//! Regions that changed beyond noise, and what is told of them. Knows no cell.

use ndarray::{Array3, Zip};
use voltomo_numeric::components::{Connectivity, components};
use voltomo_numeric::median::median_in_place;
use voltomo_types::{
    Finding, FindingKind, Labels, Material, Measure, MeasureUnit, ShownSlice, SliceDirection,
    Verdict,
};

use super::noise::CORRELATED;
use crate::frame::CellFrame;
use crate::seen::Seen;

/// A region goes on where the change is beyond so many standard deviations.
const EDGE: f64 = 2.5;
/// Fewer voxels are no region.
const LEAST: usize = 8;

/// A set of neighbouring voxels that changed alike.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Region {
    /// Voxels whose change is at least half of the plateau's.
    voxels: Vec<[usize; 3]>,
    /// Mean change over them, 1/cm, and its standard deviation.
    change: [f64; 2],
    /// By how many standard deviations its clearest voxel stands out.
    sigmas: f64,
}

/// The regions with a voxel beyond `sigmas`, the clearest first.
pub(super) fn regions(
    (difference, smooth, sigma): (&Array3<f32>, &Array3<f32>, &Array3<f32>),
    first: &Seen<'_>,
    sigmas: f64,
) -> Vec<Region> {
    let mut found = Vec::new();
    for sign in [1.0, -1.0] {
        let mut mask = Array3::from_elem(first.grid.shape, false);
        Zip::from(&mut mask).and(smooth).and(sigma).par_for_each(|inside, change, sigma| {
            *inside = sign * f64::from(*change) > EDGE * f64::from(*sigma) && *sigma > 0.0;
        });
        let sets = components(mask.view(), Connectivity::Faces);
        let mut voxels = vec![Vec::new(); sets.count()];
        for run in sets.runs() {
            let [z, y] = run.row();
            voxels[run.component as usize].extend(run.columns().map(|x| [z, y, x]));
        }
        for set in voxels.into_iter().filter(|set| set.len() >= LEAST) {
            let clear = |at: &[usize; 3]| sign * f64::from(smooth[*at]) / f64::from(sigma[*at]);
            let most = set.iter().map(clear).fold(0.0, f64::max);
            if most > sigmas {
                found.push(region(set, (difference, smooth, sigma), most));
            }
        }
    }
    found.sort_by(|a, b| b.sigmas.total_cmp(&a.sigmas));
    found
}

fn region(
    set: Vec<[usize; 3]>,
    (difference, smooth, sigma): (&Array3<f32>, &Array3<f32>, &Array3<f32>),
    sigmas: f64,
) -> Region {
    // The greatest change has the noise on its side: half of the plateau is meant.
    let most = set.iter().map(|at| smooth[*at].abs()).fold(0.0, f32::max);
    let mut high: Vec<f32> =
        set.iter().map(|at| smooth[*at].abs()).filter(|change| *change >= 0.5 * most).collect();
    let plateau = median_in_place(&mut high).unwrap_or(most);
    let voxels: Vec<[usize; 3]> =
        set.into_iter().filter(|at| smooth[*at].abs() >= 0.5 * plateau).collect();
    let core = core(&voxels);
    let count = core.len() as f64;
    let mean = core.iter().map(|at| f64::from(difference[*at])).sum::<f64>() / count;
    let square: f64 = core.iter().map(|at| f64::from(sigma[*at]).powi(2)).sum();
    // A smoothed voxel is a mean of 27; what hangs together counts once.
    let alone = (count / (27.0 + CORRELATED)).max(1.0);
    Region { voxels, change: [mean, (square / count / alone).sqrt()], sigmas }
}

/// The voxels with all neighbours inside, which no blur has thinned; all, where there are few.
fn core(voxels: &[[usize; 3]]) -> Vec<[usize; 3]> {
    let inside: std::collections::BTreeSet<[usize; 3]> = voxels.iter().copied().collect();
    let is_core = |at: &&[usize; 3]| {
        (0..6).all(|side| {
            let mut near = **at;
            near[side / 2] = (near[side / 2] + 2 * (side % 2)).saturating_sub(1);
            inside.contains(&near)
        })
    };
    let core: Vec<[usize; 3]> = voxels.iter().filter(is_core).copied().collect();
    if core.len() < LEAST { voxels.to_vec() } else { core }
}

impl Region {
    /// What is told of it.
    pub(super) fn finding(
        &self,
        first: &Seen<'_>,
        frame: &CellFrame,
        labels: Option<&Labels>,
    ) -> Finding {
        let points: Vec<[f64; 3]> =
            self.voxels.iter().map(|at| first.grid.centre_of(*at)).collect();
        let count = points.len() as f64;
        let centre: [f64; 3] =
            std::array::from_fn(|i| points.iter().map(|point| point[i]).sum::<f64>() / count);
        let place = frame.place(frame.cell_from_volume.apply(centre));
        let volume = count * first.grid.voxel.powi(3);
        let [change, sigma] = self.change;
        let of = labels.and_then(|labels| self.material(labels));
        let of = of.map_or(String::new(), |material| format!(", in {}", material.name()));
        let note = format!(
            "µ {} by {:.2} /cm over {volume:.2} mm³{of}.",
            if change > 0.0 { "rose" } else { "fell" },
            change.abs()
        );
        let of_volume = first.grid.voxel * volume.powf(2.0 / 3.0);
        let amount = (change * of_volume).hypot(sigma * volume);
        Finding {
            kind: FindingKind::Difference,
            place: Some(place),
            extent_mm: Some(self.extent(&points, frame, centre)),
            measures: vec![
                Measure::new("change", change, Some(sigma), MeasureUnit::PerCentimetre),
                Measure::new("volume", volume, Some(of_volume), MeasureUnit::CubicMillimetre),
                Measure::new(
                    "amount",
                    0.1 * change * volume,
                    Some(0.1 * amount),
                    MeasureUnit::SquareMillimetre,
                ),
                Measure::new("sigmas", self.sigmas, None, MeasureUnit::One),
            ],
            confidence: (1.0 - (-0.5 * self.sigmas.powi(2)).exp()).min(0.999),
            shown_by: vec![first.probe],
            verdict: Verdict::Seen,
            slice: Some(ShownSlice { direction: SliceDirection::Z, position: centre[0] }),
            note,
        }
    }

    /// Radial, tangential and axial extent, mm.
    fn extent(&self, points: &[[f64; 3]], frame: &CellFrame, centre: [f64; 3]) -> [f64; 3] {
        let [_, y, x] = frame.cell_from_volume.apply(centre);
        let (sin, cos) = y.atan2(x).sin_cos();
        let mut low = [f64::INFINITY; 3];
        let mut high = [f64::NEG_INFINITY; 3];
        for point in points {
            let [z, y, x] = frame.cell_from_volume.apply(*point);
            let along = [x * cos + y * sin, y * cos - x * sin, z];
            for axis in 0..3 {
                low[axis] = low[axis].min(along[axis]);
                high[axis] = high[axis].max(along[axis]);
            }
        }
        std::array::from_fn(|axis| high[axis] - low[axis])
    }

    /// The material of most of its voxels.
    fn material(&self, labels: &Labels) -> Option<Material> {
        let count = |material: &Material| {
            self.voxels.iter().filter(|at| labels.materials[**at] == material.number()).count()
        };
        Material::ALL.into_iter().max_by_key(count)
    }
}
