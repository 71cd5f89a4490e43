//! What a segmentation gives: labels, and figures with their uncertainty. Knows no methods.

use serde::Serialize;
use voltomo_numeric::cast::to_index;
use voltomo_types::{Labels, Material, VoxelGrid};

use crate::label_table::{LABELS, STRANGE, material};

/// Labels and what follows from them.
#[derive(Debug, Clone)]
pub struct Segmentation {
    /// One material a voxel; unknown ones have confidence 0.
    pub labels: Labels,
    /// Each material that was found, in the order of their numbers.
    pub materials: Vec<MaterialFigures>,
    /// Pairs of materials that the beams cannot tell apart at the noise of these volumes: voxels
    /// of either are unknown; but what looks like void counts as void.
    pub inseparable: Vec<[Material; 2]>,
    /// The factors by which µ fall short of the expected ones, in coarse steps: of all materials for
    /// neutrons, of steel for X-rays. Less than 1 tells of scatter or beam hardening that was not
    /// corrected.
    pub scale: [f64; 2],
    /// Share of the voxels looked at that are near no expected material.
    pub strangers: f64,
}

/// What follows from the labels of all slabs, where somebody else keeps them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentFigures {
    /// As [`Segmentation::materials`].
    pub materials: Vec<MaterialFigures>,
    /// As [`Segmentation::inseparable`].
    pub inseparable: Vec<[Material; 2]>,
    /// As [`Segmentation::scale`].
    pub scale: [f64; 2],
    /// As [`Segmentation::strangers`].
    pub strangers: f64,
}

/// What is known of one material.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MaterialFigures {
    /// The material.
    pub material: Material,
    /// Voxels with that label.
    pub voxels: u64,
    /// Their volume, mm³.
    pub volume_mm3: f64,
    /// Half of the span of that volume while the least confidence of a label goes from 0.3 to
    /// 0.9, mm³: what the choice of it does to the number.
    pub volume_spread_mm3: f64,
    /// Mean µ for neutrons of these voxels, 1/cm.
    pub neutron: Option<f64>,
    /// Mean µ for X-rays of these voxels, 1/cm.
    pub xray: Option<f64>,
}

/// Steps of one unit in which µ are summed, so that the order of the sums is free.
const STEPS: f64 = 16_777_216.0;
/// The limits of the sweep.
const SWEEP: [f64; 2] = [0.3, 0.9];

/// Counts and sums by material; those of slabs add up to those of the volume, to the bit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// By label and confidence; labels in doubt stand at unknown.
    confidences: Vec<[u64; 256]>,
    voxels: [u64; LABELS],
    /// By label and beam: voxels that hold a number, sum of their µ in steps.
    seen: [[u64; 2]; LABELS],
    sums: [[i64; 2]; LABELS],
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            confidences: vec![[0; 256]; LABELS],
            voxels: [0; LABELS],
            seen: [[0; 2]; LABELS],
            sums: [[0; 2]; LABELS],
        }
    }
}

impl Tally {
    /// Counts a voxel: label after the doubts, confidence, whether that is enough, and its µ.
    pub(crate) fn add(&mut self, (label, confidence): (u8, u8), is_sure: bool, values: [f32; 2]) {
        self.confidences[usize::from(label)][usize::from(confidence)] += 1;
        let label = usize::from(if is_sure { label } else { STRANGE });
        self.voxels[label] += 1;
        for (beam, value) in values.into_iter().enumerate().filter(|it| it.1.is_finite()) {
            self.seen[label][beam] += 1;
            self.sums[label][beam] += in_steps(value);
        }
    }

    /// Adds the counts of another part.
    pub fn merge(&mut self, other: &Self) {
        for label in 0..LABELS {
            let counts = self.confidences[label].iter_mut().zip(&other.confidences[label]);
            counts.for_each(|(count, more)| *count += more);
            self.voxels[label] += other.voxels[label];
            for beam in 0..2 {
                self.seen[label][beam] += other.seen[label][beam];
                self.sums[label][beam] += other.sums[label][beam];
            }
        }
    }

    /// Figures of the materials that were found, on voxels of this grid.
    #[must_use]
    pub fn figures(&self, grid: &VoxelGrid) -> Vec<MaterialFigures> {
        let cube = grid.voxel.powi(3);
        let of = |label: usize| {
            let at_least = |limit: f64| {
                let from = to_index((limit * 255.0).ceil());
                self.confidences[label][from..].iter().sum::<u64>() as f64
            };
            let mean = |beam: usize| {
                let count = self.seen[label][beam];
                (count > 0).then(|| self.sums[label][beam] as f64 / STEPS / count as f64)
            };
            let [loose, strict] = SWEEP.map(at_least);
            MaterialFigures {
                material: material(u8::try_from(label).unwrap_or(STRANGE)),
                voxels: self.voxels[label],
                volume_mm3: self.voxels[label] as f64 * cube,
                volume_spread_mm3: 0.5 * (loose - strict) * cube,
                neutron: mean(0),
                xray: mean(1),
            }
        };
        (0..LABELS).filter(|label| self.voxels[*label] > 0).map(of).collect()
    }
}

/// µ in whole steps; values beyond ±1000 count as that.
#[allow(clippy::cast_possible_truncation, reason = "the value is within ±1000 steps of 2^24")]
fn in_steps(value: f32) -> i64 {
    (f64::from(value.clamp(-1000.0, 1000.0)) * STEPS).round_ties_even() as i64
}
