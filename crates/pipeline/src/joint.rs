//! How often pairs of µ occur in two registered volumes, in even steps, as a file beside the labels.
//! Knows no materials and draws nothing.

use std::{ops::Range, path::Path};

use ndarray::{Array2, Array3};
use serde::{Deserialize, Serialize};
use voltomo_numeric::cast::{to_f32, to_index};

use crate::{error::RunError, provenance::write_json};

/// Name of the file.
pub(crate) const JOINT: &str = "joint-histogram.json";
/// Steps along either axis.
const STEPS: usize = 160;
/// Slices that are looked at, at most.
const SLICES: usize = 48;
/// Pairs of a slice that are looked at, at most, about.
const PAIRS_OF_A_SLICE: usize = 60_000;
/// Share of the values that lie beyond either end of an axis.
const BEYOND: f64 = 0.001;

/// Counts of pairs of µ, in 1/cm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct JointRecord {
    /// First and last edge of the columns, µ for X-rays.
    pub(crate) xray_per_cm: [f64; 2],
    /// First and last edge of the rows, µ for neutrons.
    pub(crate) neutron_per_cm: [f64; 2],
    /// Voxels `[neutron, xray]`, the lowest µ first.
    pub(crate) counts: Vec<Vec<u64>>,
}

impl JointRecord {
    /// Counts every so many pairs of every so many slices; `None` where there are none.
    ///
    /// `slices(range)`: µ for neutrons and for X-rays on one grid, `[z, y, x]`.
    pub(crate) fn of(
        depth: usize,
        slices: impl Fn(Range<usize>) -> Option<[Array3<f32>; 2]>,
    ) -> Option<Self> {
        let count = depth.min(SLICES);
        let mut pairs = Vec::new();
        for z in (0..count).map(|index| (2 * index + 1) * depth / (2 * count)) {
            let [neutron, xray] = slices(z..z + 1)?;
            let step = (neutron.len() / PAIRS_OF_A_SLICE).max(1);
            let both = neutron.iter().zip(&xray).step_by(step);
            pairs.extend(both.map(|(n, x)| [*n, *x]).filter(|it| it.iter().all(|v| v.is_finite())));
        }
        let [neutron, xray] = [0, 1].map(|beam| range(&pairs, beam));
        let (neutron_per_cm, xray_per_cm) = (neutron?, xray?);
        let mut counts = vec![vec![0; STEPS]; STEPS];
        for [neutron, xray] in pairs {
            if let Some((row, column)) = step(neutron, neutron_per_cm).zip(step(xray, xray_per_cm))
            {
                counts[row][column] += 1;
            }
        }
        Some(Self { xray_per_cm, neutron_per_cm, counts })
    }

    /// Writes it into a folder.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), RunError> {
        write_json(&folder.join(JOINT), self)
    }

    /// The record in a folder; `None` where there is none. Errors: why it holds something else.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>, String> {
        let path = folder.join(JOINT);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = voltomo_acquire::read_file(&path).map_err(|error| error.to_string())?;
        let read: Self = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        let columns = read.counts.first().map_or(0, Vec::len);
        if columns == 0 || read.counts.iter().any(|row| row.len() != columns) {
            return Err("its rows of counts are missing, or not of one length".into());
        }
        Ok(Some(read))
    }

    /// The counts `[neutron, xray]`.
    pub(crate) fn values(&self) -> Array2<f32> {
        let columns = self.counts.first().map_or(0, Vec::len);
        Array2::from_shape_fn((self.counts.len(), columns), |(row, column)| {
            to_f32(self.counts[row][column] as f64)
        })
    }
}

/// The values of one beam, less the outermost; `None` where they are all alike.
fn range(pairs: &[[f32; 2]], beam: usize) -> Option<[f64; 2]> {
    let mut values: Vec<f32> = pairs.iter().map(|pair| pair[beam]).collect();
    let last = values.len().checked_sub(1)?;
    values.sort_unstable_by(f32::total_cmp);
    let at = |share: f64| f64::from(values[to_index(share * last as f64)]);
    let [low, high] = [at(BEYOND), at(1.0 - BEYOND)];
    (low < high).then_some([low, high])
}

/// The step that a value lies in; `None` beyond the ends.
fn step(value: f32, [low, high]: [f64; 2]) -> Option<usize> {
    let place = (f64::from(value) - low) / (high - low);
    (0.0..=1.0).contains(&place).then(|| to_index(place * STEPS as f64).min(STEPS - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_counted_where_they_lie() {
        let slices = |z: Range<usize>| {
            let shape = (z.len(), 20, 20);
            let ramp = Array3::from_shape_fn(shape, |(_, y, _)| to_f32(y as f64));
            Some([ramp.clone(), ramp.mapv(|value| 10.0 - value)])
        };
        let record = JointRecord::of(3, slices).unwrap();
        assert_eq!((record.neutron_per_cm, record.xray_per_cm), ([0.0, 19.0], [-9.0, 10.0]));
        let total: u64 = record.counts.iter().flatten().sum();
        assert_eq!(total, 1200);
        // A line that falls: the least µ for neutrons is the largest for X-rays.
        assert_eq!((record.counts[0][STEPS - 1], record.counts[0][0]), (60, 0));
    }

    #[test]
    fn nothing_is_counted_of_nothing() {
        let flat = |z: Range<usize>| Some([0, 1].map(|_| Array3::zeros((z.len(), 4, 4))));
        assert_eq!(JointRecord::of(2, flat), None);
        assert_eq!(JointRecord::of(0, flat), None);
        let none =
            |z: Range<usize>| Some([0, 1].map(|_| Array3::from_elem((z.len(), 2, 2), f32::NAN)));
        assert_eq!(JointRecord::of(2, none), None);
    }
}
