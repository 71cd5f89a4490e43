//! Whole volumes to labels: checks, the fit, slab by slab. Knows no method.

use ndarray::{Array3, ArrayView3, s};
use voltomo_types::{AttenuationUnit, BimodalVolume, Labels, Probe, Volume, VoxelGrid};

use crate::{JointHistogram, Model, SegmentError, SegmentSettings, Segmentation, Slab, Tally};

/// Slices that are labelled at a time.
const SLICES: usize = 32;

/// Materials from both beams.
///
/// A mixture of normal distributions is fitted to the joint histogram of µ (1/cm), from the points
/// where the materials are expected; voxels that two materials share are part of it. Then each
/// voxel takes the material of most evidence, its own and that of its neighbours. Where one beam
/// holds NaN the other one decides; what cannot be told is unknown.
///
/// Errors: settings that cannot be used; no length unit; volumes of different shapes; nothing,
/// one value, noise, or strange values in them. Memory: 2 bytes a voxel for what comes back, and
/// 7 bytes a voxel of about 50 slices.
pub fn segment(
    pair: &BimodalVolume,
    settings: &SegmentSettings,
) -> Result<Segmentation, SegmentError> {
    let shape_of = |array: &Array3<f32>| -> [usize; 3] { array.dim().into() };
    let (neutron, xray) = (shape_of(&pair.neutron), shape_of(&pair.xray));
    if neutron != xray {
        return Err(SegmentError::Shapes { neutron, xray });
    }
    label_all([Some(pair.neutron.view()), Some(pair.xray.view())], pair.grid, settings)
}

/// Materials from one beam, as far as it can tell them apart.
///
/// As [`segment`], with the expected µ of that beam alone.
pub fn segment_single(
    volume: &Volume,
    probe: Probe,
    settings: &SegmentSettings,
) -> Result<Segmentation, SegmentError> {
    let view = volume.attenuation.view();
    let views = match probe {
        Probe::Neutron => [Some(view), None],
        Probe::Xray => [None, Some(view)],
    };
    label_all(views, volume.grid, settings)
}

fn label_all(
    views: [Option<ArrayView3<'_, f32>>; 2],
    grid: VoxelGrid,
    settings: &SegmentSettings,
) -> Result<Segmentation, SegmentError> {
    if grid.attenuation_unit() != AttenuationUnit::PerCentimetre {
        return Err(SegmentError::NoUnit);
    }
    let shape = views[0].or(views[1]).map_or((0, 0, 0), |view| view.dim());
    let part = |from: usize, to: usize| {
        views.map(|view| view.map(|view| view.slice_move(s![from..to, .., ..])))
    };
    let mut histogram = JointHistogram::new();
    for z in JointHistogram::sampled_slices(shape.0) {
        let [neutron, xray] = part(z, z + 1);
        histogram.add(neutron, xray);
    }
    let model = Model::fit(histogram, grid.voxel, settings)?;
    let (mut materials, mut confidence) = (Array3::zeros(shape), Array3::zeros(shape));
    let mut tally = Tally::default();
    for from in (0..shape.0).step_by(SLICES) {
        let to = (from + SLICES).min(shape.0);
        let first = from.saturating_sub(model.halo());
        let [neutron, xray] = part(first, (to + model.halo()).min(shape.0));
        let found = model.label(&Slab { neutron, xray, first, wanted: from..to });
        materials.slice_mut(s![from..to, .., ..]).assign(&found.materials);
        confidence.slice_mut(s![from..to, .., ..]).assign(&found.confidence);
        tally.merge(&found.tally);
    }
    Ok(Segmentation {
        labels: Labels { materials, confidence, grid },
        materials: tally.figures(&grid),
        inseparable: model.inseparable().to_vec(),
        strangers: model.strangers(),
    })
}
