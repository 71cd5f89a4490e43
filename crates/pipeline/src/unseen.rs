//! What a volume does not hold, said to a person. Mends nothing.

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;
use voltomo_types::Volume;

use crate::volume_input::VolumeInput;
use crate::watch::Watch;

/// Share of the round field of view's radius within which every voxel should be a number.
const FIELD: f64 = 0.95;
/// Share of these voxels that need not be one.
const MOST: f64 = 0.01;

/// Warns of voxels that are no number, of empty slices, and of voxels of another size than the files say.
pub(crate) fn warn_of(input: &VolumeInput, volume: &Volume, watch: &dyn Watch) {
    let missing = missing(volume);
    let path = input.path().display();
    missing.iter().for_each(|text| watch.warn(&format!("{text} ({path})")));
    input.warning.iter().for_each(|text| watch.warn(text));
}

/// What is missing in a volume, in words.
fn missing(volume: &Volume) -> Vec<String> {
    let slices: Vec<Slice> =
        volume.attenuation.axis_iter(Axis(0)).into_par_iter().map(Slice::of).collect();
    let count = |of: fn(&Slice) -> usize| slices.iter().map(of).sum::<usize>() as f64;
    let share = count(|it| it.unknown) / count(|it| it.voxels).max(1.0);
    let mut said = Vec::new();
    if share > MOST {
        said.push(format!(
            "{:.0} % of the voxels in the field of view are no numbers; expected at most {:.0} %: what \
             lies there is not seen, and what borders on it may be wrong: look at the reconstruction",
            100.0 * share,
            100.0 * MOST
        ));
    }
    let filled = || slices.iter().enumerate().filter(|(_, slice)| !slice.is_empty);
    if let (Some((first, _)), Some((last, _))) = (filled().next(), filled().next_back()) {
        let empty = slices[first..last].iter().filter(|slice| slice.is_empty).count();
        if empty > 0 {
            let all = slices.len();
            said.push(format!(
                "{empty} of {all} slices, between others, hold nothing; expected none: the cell is not \
                 seen there: look at the reconstruction"
            ));
        }
    }
    said
}

/// What one slice holds.
struct Slice {
    /// Voxels in the field of view.
    voxels: usize,
    /// Those that are no number.
    unknown: usize,
    /// Whether it holds no two numbers that differ.
    is_empty: bool,
}

impl Slice {
    fn of(slice: ArrayView2<'_, f32>) -> Self {
        let middle = [slice.nrows(), slice.ncols()].map(|length| 0.5 * (length as f64 - 1.0));
        let radius = FIELD * (middle[0].min(middle[1]) + 0.5);
        let (mut voxels, mut unknown) = (0, 0);
        let [mut low, mut high] = [f32::INFINITY, f32::NEG_INFINITY];
        for (y, row) in slice.outer_iter().enumerate() {
            let half = (radius.powi(2) - (y as f64 - middle[0]).powi(2)).max(0.0).sqrt();
            for (x, value) in row.iter().enumerate() {
                let is_seen = (x as f64 - middle[1]).abs() < half;
                voxels += usize::from(is_seen);
                unknown += usize::from(is_seen && !value.is_finite());
                if value.is_finite() {
                    (low, high) = (low.min(*value), high.max(*value));
                }
            }
        }
        Self { voxels, unknown, is_empty: low >= high }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, s};
    use voltomo_types::{LengthUnit, VoxelGrid};

    use super::*;

    fn volume() -> Volume {
        let shape = [10, 20, 20];
        let grid = VoxelGrid { shape, voxel: 1.0, first: [0.0; 3], unit: LengthUnit::Millimetre };
        let attenuation = Array3::from_shape_fn(shape, |(z, y, x)| (z + y + x) as f32);
        Volume { attenuation, grid }
    }

    #[test]
    fn corners_and_ends_that_hold_nothing_are_usual() {
        let mut volume = volume();
        volume.attenuation.slice_mut(s![.., ..2, ..2]).fill(f32::NAN);
        volume.attenuation.slice_mut(s![8.., .., ..]).fill(0.0);
        assert_eq!(missing(&volume), [""; 0]);
    }

    #[test]
    fn voxels_that_are_no_numbers_and_empty_slices_are_told() {
        let mut volume = volume();
        volume.attenuation.slice_mut(s![3..5, .., ..]).fill(f32::NAN);
        volume.attenuation.slice_mut(s![6, .., ..]).fill(0.0);
        let said = missing(&volume);
        assert!(said[0].starts_with("20 % of the voxels"), "{said:?}");
        assert!(said[1].starts_with("3 of 10 slices"), "{said:?}");
    }
}
