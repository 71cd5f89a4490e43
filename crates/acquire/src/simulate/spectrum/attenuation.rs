//! Transmission of a polychromatic beam by path lengths: fast, in f32. Knows no shapes.

use voltomo_numeric::cast::to_f32;

use super::detected::Spectrum;
use super::exponential::{BLOCK, Crossing, Processor, Rays, sum};
use crate::simulate::PathLengths;
use crate::simulate::material::{HydrogenModel, Substance};

/// Attenuation of materials in the bins of a spectrum.
#[derive(Debug, Clone, PartialEq)]
pub struct AttenuationTable {
    materials: usize,
    /// 1/mm, by bin, in it by material.
    per_mm: Vec<f32>,
    weights: Vec<f32>,
    variance_weights: Vec<f32>,
}

impl AttenuationTable {
    /// Attenuation of `substances`, in their order, with the hydrogen of organics.
    #[must_use]
    pub fn new(spectrum: &Spectrum, substances: &[Substance]) -> Self {
        Self::with_hydrogen(spectrum, substances, HydrogenModel::Organic)
    }

    /// As [`AttenuationTable::new`], with another hydrogen.
    #[must_use]
    pub fn with_hydrogen(
        spectrum: &Spectrum,
        substances: &[Substance],
        hydrogen: HydrogenModel,
    ) -> Self {
        let by_bin = |substance| spectrum.attenuation_by_bin(substance, hydrogen);
        let columns: Vec<Vec<f64>> = substances.iter().map(by_bin).collect();
        let bins = spectrum.bins();
        let row = |bin: usize| columns.iter().map(move |column| to_f32(column[bin] / 10.0));
        Self {
            materials: substances.len(),
            per_mm: (0..bins.len()).flat_map(row).collect(),
            weights: bins.iter().map(|bin| to_f32(bin.weight)).collect(),
            variance_weights: bins.iter().map(|bin| to_f32(bin.variance_weight)).collect(),
        }
    }

    /// Transmission of the detected signal, `Σ_k w_k exp(−Σ_m µ_mk L_m)`, `[row]`, into `into`.
    ///
    /// `lengths`: mm, by the materials of the table. No ray falls below 1e-38. The same ray has
    /// the same bits in any row. Panics where materials or rows do not match: a bug.
    pub fn transmission(&self, lengths: &PathLengths, into: &mut [f32]) {
        self.fill(lengths, [(&self.weights, into)]);
    }

    /// Transmission of the signal, and of its Poisson variance, each 1 in the open beam.
    ///
    /// As [`AttenuationTable::transmission`].
    pub fn transmission_and_variance(
        &self,
        lengths: &PathLengths,
        transmission: &mut [f32],
        variance: &mut [f32],
    ) {
        let outputs =
            [(self.weights.as_slice(), transmission), (self.variance_weights.as_slice(), variance)];
        self.fill(lengths, outputs.map(|(weights, into)| (weights, into)));
    }

    fn fill<const N: usize, W: AsRef<[f32]>>(
        &self,
        lengths: &PathLengths,
        mut outputs: [(W, &mut [f32]); N],
    ) {
        let rows = lengths.rows();
        assert!(rows == 0 || lengths.materials() == self.materials, "a length for each material");
        for (_, into) in &outputs {
            assert_eq!(into.len(), rows, "one value a ray");
        }
        let processor = Processor::found();
        let mut block = vec![[0.0; BLOCK]; self.materials];
        let mut present = Vec::with_capacity(self.materials);
        let mut sums: [Rays; N] = [[0.0; BLOCK]; N];
        for first in (0..rows).step_by(BLOCK) {
            let count = BLOCK.min(rows - first);
            load(lengths, first..first + count, (&mut block, &mut present));
            let weights: [&[f32]; N] = std::array::from_fn(|set| outputs[set].0.as_ref());
            let (lengths, per_mm) = (block.as_slice(), self.per_mm.as_slice());
            let crossing = Crossing { present: &present, lengths, per_mm, weights: &weights };
            sum(processor, crossing, &mut sums);
            for ((_, into), sum) in outputs.iter_mut().zip(&sums) {
                into[first..first + count].copy_from_slice(&sum[..count]);
            }
        }
    }
}

/// Copies a block of rays, and notes the materials that they cross.
fn load(
    lengths: &PathLengths,
    rows: std::ops::Range<usize>,
    (block, present): (&mut [Rays], &mut Vec<usize>),
) {
    present.clear();
    for (material, into) in block.iter_mut().enumerate() {
        let these = &lengths.material(material)[rows.clone()];
        if these.iter().any(|mm| *mm != 0.0) {
            into[..these.len()].copy_from_slice(these);
            into[these.len()..].fill(0.0);
            present.push(material);
        }
    }
}
