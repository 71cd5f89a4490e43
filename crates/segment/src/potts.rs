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
                let neighbours = self.neighbours(labels, [z, y, x]);
                let first = self.table.first[usize::from(self.cells[z][index])];
                if neighbours.is_all(first) {
                    new[index] = first;
                } else {
                    new[index] = self.best(z, index, &neighbours).0;
                }
            }
        }
        new
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
            let place = [z, index / self.columns, index % self.columns];
            let neighbours = self.neighbours(labels, place);
            let (best, share) = self.best(z, index, &neighbours);
            // A neighbour has changed after this voxel did: both would do.
            let share = if best == labels[z][index] { share } else { 1.0 - share };
            let byte = to_index(f64::from(share) * 255.0 + 0.5);
            u8::try_from(byte.min(255)).expect("at most 255")
        };
        (0..labels[z].len()).map(confidence).collect()
    }
}

/// Labels of the six neighbours; beyond the ends there is none.
struct Neighbours {
    labels: [u8; 6],
}

impl Neighbours {
    fn is_all(&self, label: u8) -> bool {
        self.labels.iter().all(|other| *other == label)
    }
}

/// The strength of a setting.
pub(crate) fn strength(smoothing: f64) -> f32 {
    to_f32(smoothing)
}
