//! Whole volumes to labels: checks, the fit, slab by slab. Knows no method.

use std::ops::Range;

use ndarray::{Array3, ArrayView3, s};
use voltomo_types::{AttenuationUnit, BimodalVolume, Labels, Probe, Volume, VoxelGrid};

use crate::{
    JointHistogram, LabelSlab, Model, SegmentError, SegmentFigures, SegmentSettings, Segmentation,
    Slab, Tally, model::SLICES,
};

/// Materials from both beams.
///
/// A mixture of normal distributions is fitted to the joint histogram of µ (1/cm), from the points
/// where the materials are expected; voxels that two materials share are part of it. Then each
/// voxel takes the material of most evidence, its own and that of its neighbours. Where one beam
/// holds NaN the other one decides; what cannot be told is unknown.
///
/// Errors: settings that cannot be used; no length unit; volumes of different shapes; nothing,
/// one value, noise, or strange values in them. Memory: 2 bytes a voxel for what comes back, and
/// that of [`segment_slabs`].
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
    let shape = views[0].or(views[1]).map_or((0, 0, 0), |view| view.dim());
    let (mut materials, mut confidence) = (Array3::zeros(shape), Array3::zeros(shape));
    let read = |slices: Range<usize>| {
        let part = |view: Option<ArrayView3<'_, f32>>| {
            view.map(|view| view.slice(s![slices.clone(), .., ..]).to_owned())
        };
        Ok(PairSlab { neutron: part(views[0]), xray: part(views[1]) })
    };
    let keep = |slices: Range<usize>, found: LabelSlab| {
        materials.slice_mut(s![slices.clone(), .., ..]).assign(&found.materials);
        confidence.slice_mut(s![slices, .., ..]).assign(&found.confidence);
        Ok(())
    };
    let grid = VoxelGrid { shape: shape.into(), ..grid };
    let figures = segment_slabs(&grid, settings, read, keep)?;
    let labels = Labels { materials, confidence, grid };
    let SegmentFigures { materials, inseparable, scale, strangers } = figures;
    Ok(Segmentation { labels, materials, inseparable, scale, strangers })
}

/// Slices of both volumes on one grid, as far as there are both.
#[derive(Debug, Clone, Default)]
pub struct PairSlab {
    /// µ for neutrons, 1/cm, `[z, y, x]`.
    pub neutron: Option<Array3<f32>>,
    /// µ for X-rays, 1/cm, `[z, y, x]`.
    pub xray: Option<Array3<f32>>,
}

/// Materials slab by slab, for volumes that do not fit in the memory, or of which one must first be
/// brought onto the grid of the other.
///
/// `read`: gives the slices of a range; first up to 64 single ones, from which the mixture is
/// fitted, then slabs that overlap. `keep`: takes the labels of each range, in order, each slice
/// once. The labels are those of [`segment`], to the bit. Errors: as [`segment`], and those of
/// `read` and `keep`. Memory: 16 bytes a voxel of a slab, which has 32 slices and a few more on
/// either side (13 for voxels of 16 µm).
///
/// # Panics
/// If `read` gives other slices than those asked for.
pub fn segment_slabs<E: From<SegmentError>>(
    grid: &VoxelGrid,
    settings: &SegmentSettings,
    mut read: impl FnMut(Range<usize>) -> Result<PairSlab, E>,
    mut keep: impl FnMut(Range<usize>, LabelSlab) -> Result<(), E>,
) -> Result<SegmentFigures, E> {
    if grid.attenuation_unit() != AttenuationUnit::PerCentimetre {
        return Err(SegmentError::NoUnit.into());
    }
    let depth = grid.shape[0];
    let mut histogram = JointHistogram::new();
    for z in JointHistogram::sampled_slices(depth) {
        let PairSlab { neutron, xray } = read(z..z + 1)?;
        let [neutron, xray] = [&neutron, &xray].map(|it| it.as_ref().map(|it| it.view()));
        histogram.add(neutron, xray);
    }
    let model = Model::fit(histogram, grid.voxel, settings)?;
    let mut tally = Tally::default();
    for from in (0..depth).step_by(SLICES) {
        let wanted = from..(from + SLICES).min(depth);
        let first = from.saturating_sub(model.halo());
        let PairSlab { neutron, xray } = read(first..(wanted.end + model.halo()).min(depth))?;
        let [neutron, xray] = [&neutron, &xray].map(|it| it.as_ref().map(|it| it.view()));
        let found = model.label(&Slab { neutron, xray, first, wanted: wanted.clone() });
        tally.merge(&found.tally);
        keep(wanted, found)?;
    }
    let inseparable = model.inseparable().to_vec();
    let materials = tally.figures(grid);
    let (scale, strangers) = (model.scale(), model.strangers());
    Ok(SegmentFigures { materials, inseparable, scale, strangers })
}
