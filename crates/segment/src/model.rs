//! What was learned from a pair of volumes, and labels slab by slab from it. Knows no files.

use std::ops::Range;

use ndarray::{Array3, ArrayView3};
use rayon::prelude::*;
use voltomo_numeric::cast::to_index;
use voltomo_types::Material;

use crate::{
    SegmentError, SegmentSettings,
    component::noise,
    expected::{Expected, expected_points},
    joint_histogram::{JointHistogram, levels},
    label_table::{LabelTable, STRANGE, inseparable, material, unseen},
    mixture::Mixture,
    potts::{Field, strength, surrounded},
    scale,
    segmentation::Tally,
    steep::Steepness,
};

/// Slices that are labelled at a time.
pub(crate) const SLICES: usize = 32;
/// Rounds of the fit at most.
const ROUNDS: usize = 40;
/// What a volume of something shows at least, as the correlation of voxels a few apart.
const LEAST_CORRELATION: f64 = 0.05;
/// Less deviation than this is none, 1/cm.
const LEAST_DEVIATION: f64 = 1e-4;
/// So many voxels near no material are too many.
const MOST_STRANGERS: f64 = 0.25;

/// A fitted mixture, ready to label slabs in any order and of any thickness; about 3 MB.
#[derive(Debug, Clone)]
pub struct Model {
    histogram: JointHistogram,
    mixture: Mixture,
    table: LabelTable,
    steepness: Steepness,
    inseparable: Vec<[Material; 2]>,
    scale: [f64; 2],
    settings: SegmentSettings,
}

/// A slab to be labelled.
#[derive(Debug, Clone)]
pub struct Slab<'a> {
    /// µ for neutrons, 1/cm, `[z, y, x]`, if there are neutrons.
    pub neutron: Option<ArrayView3<'a, f32>>,
    /// µ for X-rays, 1/cm, of the same shape, if there are X-rays.
    pub xray: Option<ArrayView3<'a, f32>>,
    /// Number of its first slice in the volume.
    pub first: usize,
    /// Slices of the volume that are wanted. The slab must reach [`Model::halo`] slices beyond
    /// them, or to the end of the volume.
    pub wanted: Range<usize>,
}

/// The labels of a slab.
#[derive(Debug, Clone)]
pub struct LabelSlab {
    /// [`Material::number`] of each voxel, `[z, y, x]`.
    pub materials: Array3<u8>,
    /// Its probability, 0 to 255; 0 where it is unknown.
    pub confidence: Array3<u8>,
    /// Counts of these voxels.
    pub tally: Tally,
}

impl Model {
    /// Fits a mixture to the counts.
    ///
    /// `voxel_mm`: edge of a voxel, by which the blur of the settings is measured.
    /// Errors: settings that cannot be used; no numbers, one value, noise, or values that no
    /// expected material explains.
    pub fn fit(
        histogram: JointHistogram,
        voxel_mm: f64,
        settings: &SegmentSettings,
    ) -> Result<Self, SegmentError> {
        if let Some(problem) = settings.problems().into_iter().next() {
            return Err(SegmentError::Setting(problem));
        }
        check(&histogram)?;
        let beams = [0, 1].map(|beam| histogram.is_seen(beam));
        let points = points(settings);
        let scale = scale::best(&histogram, &points);
        let points = scale::scaled(&points, scale);
        let (mut mixture, _) = Mixture::fit(&histogram, &points, ROUNDS);
        let mut inseparable = inseparable(&mixture.components, beams, settings.separation);
        let unseen = unseen(&mixture.components, beams, settings.separation);
        let mut ghosts = Vec::new();
        if unseen.contains(&true) {
            let all = mixture.components.iter().zip(&unseen);
            ghosts = all.filter(|it| *it.1).map(|it| *it.0).collect();
            // What looks like void would take a part of its voxels by chance.
            let seen = points.iter().zip(&unseen).filter(|it| !it.1).map(|it| *it.0);
            (mixture, _) = Mixture::fit(&histogram, &seen.collect::<Vec<_>>(), ROUNDS);
            inseparable.retain(|pair| pair[0] != Material::Void);
            let more = points.iter().zip(&unseen).filter(|it| *it.1);
            inseparable.extend(more.map(|it| [Material::Void, it.0.material]));
            inseparable.sort_unstable();
            inseparable.dedup();
        }
        tracing::debug!(?mixture.components, mixture.strange, "fitted");
        if mixture.strange > MOST_STRANGERS {
            return Err(SegmentError::Strangers { share: mixture.strange });
        }
        let table = LabelTable::new(&histogram, &mixture, &ghosts, settings.separation);
        let lags = steepness_lags(settings, voxel_mm);
        let steepness = Steepness::new(lags, noise(&mixture.components));
        let settings = settings.clone();
        Ok(Self { histogram, mixture, table, steepness, inseparable, scale, settings })
    }

    /// Slices that a slab must hold on either side of those that are wanted.
    #[must_use]
    pub fn halo(&self) -> usize {
        halo(&self.settings, self.steepness.reach())
    }

    /// Pairs of materials that cannot be told apart. What cannot be told from void counts as void.
    #[must_use]
    pub fn inseparable(&self) -> &[[Material; 2]] {
        &self.inseparable
    }

    /// The factors by which µ fall short of the expected ones, neutrons first.
    #[must_use]
    pub fn scale(&self) -> [f64; 2] {
        self.scale
    }

    /// Share of the voxels that no expected material explains.
    #[must_use]
    pub fn strangers(&self) -> f64 {
        self.mixture.strange
    }

    /// Labels the wanted slices of a slab.
    ///
    /// The bits do not depend on the slab or on threads. Memory: 6 bytes a voxel of the slab beside
    /// the slab itself.
    ///
    /// # Panics
    /// If the beams have different shapes, or a wanted slice is not in the slab.
    #[must_use]
    pub fn label(&self, slab: &Slab<'_>) -> LabelSlab {
        let (_, rows, columns) = slab.neutron.or(slab.xray).map_or((0, 0, 0), |view| view.dim());
        let views = [slab.neutron, slab.xray];
        let mut cells = levels(&self.histogram.axes, views);
        cells.par_iter_mut().enumerate().for_each(|(z, cells)| {
            let is_imitated = |cell: u16| self.table.is_imitated[usize::from(cell)];
            self.steepness.mark(&views, (z, cells), is_imitated);
        });
        let strength = strength(self.settings.smoothing);
        let surrounded = surrounded(&self.table, strength);
        let field = Field {
            table: &self.table,
            cells: &cells,
            columns,
            first: slab.first,
            strength,
            surrounded: &surrounded,
        };
        let labels = field.labels(self.settings.sweeps);
        let wanted = slab.wanted.start - slab.first..slab.wanted.end - slab.first;
        let slice = |z: usize| self.finish(&field, &labels, (z, slab));
        let slices: Vec<Labelled> = wanted.into_par_iter().map(slice).collect();
        let mut tally = Tally::default();
        slices.iter().for_each(|slice| tally.merge(&slice.tally));
        let shape = (slices.len(), rows, columns);
        let gather = |of: fn(&Labelled) -> &Vec<u8>| {
            let all = slices.iter().flat_map(|slice| of(slice).iter().copied()).collect();
            Array3::from_shape_vec(shape, all).expect("a label a voxel")
        };
        let materials = gather(|slice| &slice.materials);
        LabelSlab { materials, confidence: gather(|slice| &slice.confidence), tally }
    }

    /// Materials, confidence and counts of one slice, once its labels are settled.
    fn finish(
        &self,
        field: &Field<'_>,
        labels: &[Vec<u8>],
        (z, slab): (usize, &Slab<'_>),
    ) -> Labelled {
        let mut found = Labelled {
            materials: Vec::with_capacity(labels[z].len()),
            confidence: field.confidence(labels, z),
            tally: Tally::default(),
        };
        let least = to_index((self.settings.least_confidence * 255.0).ceil());
        for (index, (label, confidence)) in labels[z].iter().zip(&mut found.confidence).enumerate()
        {
            let cell = usize::from(field.cells[z][index]);
            let is_doubtful = self.table.doubtful[cell] >> label & 1 == 1;
            let label = if is_doubtful { STRANGE } else { *label };
            let is_sure = usize::from(*confidence) >= least && label != STRANGE;
            let place = [z, index / field.columns, index % field.columns];
            let values = [&slab.neutron, &slab.xray]
                .map(|view| view.as_ref().map_or(f32::NAN, |view| view[place]));
            found.tally.add((label, *confidence), is_sure, values);
            if !is_sure {
                *confidence = 0;
            }
            let material = if is_sure { material(label) } else { Material::Unknown };
            found.materials.push(material.number());
        }
        found
    }
}

/// Slices that are labelled at a time, with those that are read on either side of them, for voxels of
/// that edge in mm: of so many slices a segmentation holds a slab.
#[must_use]
pub fn slab_depth(settings: &SegmentSettings, voxel_mm: f64) -> usize {
    let [neutron, xray] = steepness_lags(settings, voxel_mm);
    SLICES + 2 * halo(settings, neutron.max(xray))
}

fn halo(settings: &SegmentSettings, reach: usize) -> usize {
    2 * settings.sweeps + 1 + reach
}

/// Over how many voxels an edge is looked for: half the blur, for both beams.
fn steepness_lags(settings: &SegmentSettings, voxel_mm: f64) -> [usize; 2] {
    [settings.neutron_blur_mm, settings.xray_blur_mm]
        .map(|blur| to_index((0.5 * blur / voxel_mm).round()).max(1))
}

/// One slice.
struct Labelled {
    materials: Vec<u8>,
    confidence: Vec<u8>,
    tally: Tally,
}

fn check(histogram: &JointHistogram) -> Result<(), SegmentError> {
    if histogram.total() == 0 {
        return Err(SegmentError::NoNumbers);
    }
    let (correlation, deviation, value) = histogram.structure();
    if deviation < LEAST_DEVIATION {
        return Err(SegmentError::Constant { value });
    }
    match correlation {
        Some(correlation) if correlation < LEAST_CORRELATION => {
            Err(SegmentError::Noise { correlation, least: LEAST_CORRELATION })
        }
        _ => Ok(()),
    }
}

/// The points to start from, by the settings.
fn points(settings: &SegmentSettings) -> Vec<Expected> {
    let is_wanted = |material: Material| {
        settings.materials.is_empty() || settings.materials.contains(&material)
    };
    let more = settings.points.iter().map(|point| Expected {
        material: point.material,
        kind: "of the recipe",
        neutron: point.neutron,
        xray: point.xray,
    });
    let all = expected_points(settings.xray_beam).into_iter().chain(more);
    all.filter(|point| is_wanted(point.material)).collect()
}
