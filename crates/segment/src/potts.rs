//! Labels that agree with their neighbours. Knows no attenuation.
//!
//! Potts' model: score of a label = logarithm of its evidence + strength × neighbours of that
//! label; each voxel takes the best one in turn. Source: iterated conditional modes, Besag 1986,
//! doi:10.1111/j.2517-6161.1986.tb01412.x. First all voxels of even z + y + x, then all odd ones:
//! no two of them are neighbours, so the result does not depend on the order.

use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};

use crate::label_table::{LABELS, LabelTable};

/// Slices of a slab.
pub(crate) struct Field<'a> {
    pub(crate) table: &'a LabelTable,
    /// The cell of each voxel, by slice.
    pub(crate) cells: &'a [Vec<u16>],
    /// Voxels of a row.
    pub(crate) columns: usize,
    /// Number of the first slice in the volume.
    pub(crate) first: usize,
    pub(crate) strength: f32,
    /// As [`surrounded`].
    pub(crate) surrounded: &'a [u8],
}

impl Field<'_> {
    /// Labels after so many sweeps; the outermost 2 × `sweeps` slices of a slab are not yet those
    /// of the volume.
    pub(crate) fn labels(&self, sweeps: usize) -> Vec<Vec<u8>> {
        let first = |cell: &u16| self.table.first[usize::from(*cell)];
        let slice = |cells: &Vec<u16>| cells.iter().map(first).collect();
        let mut labels: Vec<Vec<u8>> = self.cells.par_iter().map(slice).collect();
        for half in 0..2 * sweeps {
            let new = |z: usize| self.half_sweep(&labels, z, half % 2);
            labels = (0..labels.len()).into_par_iter().map(new).collect();
        }
        labels
    }

    fn half_sweep(&self, labels: &[Vec<u8>], z: usize, parity: usize) -> Vec<u8> {
        let mut new = labels[z].clone();
        let rows = new.len() / self.columns.max(1);
        for y in 0..rows {
            let start = (self.first + z + y + parity) % 2;
            for x in (start..self.columns).step_by(2) {
                let index = y * self.columns + x;
                let first = self.table.first[usize::from(self.cells[z][index])];
                new[index] = if self.is_surrounded(labels, [z, index], first) {
                    first
                } else {
                    self.best(z, index, &self.neighbours(labels, [z, y, x])).0
                };
            }
        }
        new
    }

    /// Whether all six neighbours have the label; a voxel at an end is not surrounded.
    fn is_surrounded(&self, labels: &[Vec<u8>], [z, index]: [usize; 2], label: u8) -> bool {
        let column = index % self.columns;
        let is_inside = z > 0
            && z + 1 < labels.len()
            && index >= self.columns
            && index + self.columns < labels[z].len()
            && column > 0
            && column + 1 < self.columns;
        if !is_inside {
            return false;
        }
        let here = &labels[z];
        here[index - 1] == label
            && here[index + 1] == label
            && here[index - self.columns] == label
            && here[index + self.columns] == label
            && labels[z - 1][index] == label
            && labels[z + 1][index] == label
    }

    fn neighbours(&self, labels: &[Vec<u8>], [z, y, x]: [usize; 3]) -> Neighbours {
        let index = y * self.columns + x;
        let here = &labels[z];
        let mut found = Neighbours { labels: [u8::MAX; 6] };
        let mut set = |place: usize, label: Option<u8>| {
            if let Some(label) = label {
                found.labels[place] = label;
            }
        };
        set(0, (x > 0).then(|| here[index - 1]));
        set(1, (x + 1 < self.columns).then(|| here[index + 1]));
        set(2, (y > 0).then(|| here[index - self.columns]));
        set(3, here.get(index + self.columns).copied());
        set(4, (z > 0).then(|| labels[z - 1][index]));
        set(5, labels.get(z + 1).map(|slice| slice[index]));
        found
    }

    /// The best label, and its share of the evidence among all.
    fn best(&self, z: usize, index: usize, neighbours: &Neighbours) -> (u8, f32) {
        let mut scores = self.table.logarithms[usize::from(self.cells[z][index])];
        for label in neighbours.labels.iter().filter(|label| usize::from(**label) < LABELS) {
            scores[usize::from(*label)] += self.strength;
        }
        let (mut best, mut most) = (0, scores[0]);
        for (label, score) in (0..).zip(scores) {
            if score > most {
                (best, most) = (label, score);
            }
        }
        let sum: f32 = scores.iter().map(|score| (score - most).exp()).sum();
        (best, 1.0 / sum)
    }

    /// For each voxel of a slice of labels: its share of the evidence, 0 to 255.
    pub(crate) fn confidence(&self, labels: &[Vec<u8>], z: usize) -> Vec<u8> {
        let confidence = |index: usize| {
            let cell = usize::from(self.cells[z][index]);
            let label = labels[z][index];
            let is_first = label == self.table.first[cell];
            if is_first && self.is_surrounded(labels, [z, index], label) {
                return self.surrounded[cell];
            }
            let place = [z, index / self.columns, index % self.columns];
            let neighbours = self.neighbours(labels, place);
            let (best, share) = self.best(z, index, &neighbours);
            // A neighbour has changed after this voxel did: both would do.
            let share = if best == labels[z][index] { share } else { 1.0 - share };
            byte(share)
        };
        (0..labels[z].len()).map(confidence).collect()
    }
}

/// A share as 0 to 255.
fn byte(share: f32) -> u8 {
    let byte = to_index(f64::from(share) * 255.0 + 0.5);
    u8::try_from(byte.min(255)).expect("at most 255")
}

/// The confidence of each cell's first label where all six neighbours have it.
pub(crate) fn surrounded(table: &LabelTable, strength: f32) -> Vec<u8> {
    let of = |(scores, first): (&[f32; LABELS], &u8)| {
        let most = scores[usize::from(*first)];
        let others = scores.iter().map(|score| (score - most - 6.0 * strength).exp());
        let first = (-6.0 * strength).exp();
        byte(1.0 / (1.0 - first + others.sum::<f32>()))
    };
    table.logarithms.iter().zip(&table.first).map(of).collect()
}

/// Labels of the six neighbours; beyond the ends there is none.
struct Neighbours {
    labels: [u8; 6],
}

/// The strength of a setting.
pub(crate) fn strength(smoothing: f64) -> f32 {
    to_f32(smoothing)
}
