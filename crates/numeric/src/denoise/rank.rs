//! Medians over circles and balls, and outliers against them. Knows no noise.

use ndarray::ArrayView3;

use super::{
    SliceFilter,
    border::{self, Bordered, LANES},
};
use crate::{
    cast::to_index,
    median::{WindowMedians, median_in_place},
};

/// Pixels of a kernel up to which neighbouring windows are sorted together.
const MOST_TOGETHER: usize = 150;

/// The R² of a circle, in whole pixels, as ImageJ draws it: a pixel is in it if `x² + y² ≤ R²`.
///
/// `r` becomes 1.75 within 1.5 to 1.75, and 2.85 within 2.5 to 2.85; then `R² = ⌊r²⌋ + 1`.
/// Source: the documented kernels of ImageJ's *Show Circular Masks*.
fn square(radius: f64) -> usize {
    let radius = match radius {
        r if (1.5..1.75).contains(&r) => 1.75,
        r if (2.5..2.85).contains(&r) => 2.85,
        r => r,
    };
    to_index(radius * radius) + 1
}

/// Pixels from the middle of a circle to its farthest.
fn half(radius: f64) -> usize {
    square(radius).isqrt()
}

/// `[z, y, x]` of a circle's pixels, or of a ball's where `is_deep`.
fn kernel(radius: f64, is_deep: bool) -> Vec<[isize; 3]> {
    let (square, half) = (square(radius), half(radius).cast_signed());
    let depth = if is_deep { half } else { 0 };
    let all = (-depth..=depth)
        .flat_map(|z| (-half..=half).flat_map(move |y| (-half..=half).map(move |x| [z, y, x])));
    let from_middle = |offset: &[isize; 3]| -> usize {
        offset.iter().map(|by| by.unsigned_abs() * by.unsigned_abs()).sum()
    };
    all.filter(|offset| from_middle(offset) <= square).collect()
}

/// Medians of one slice of `volume` over the kernel.
fn medians(volume: ArrayView3<'_, f32>, z: usize, (radius, into): (f64, &mut [f32])) {
    let columns = volume.dim().2;
    let half = half(radius);
    let is_deep = volume.dim().0 > 1;
    let around = Bordered::about(volume, z, [if is_deep { half } else { 0 }, half, half]);
    let offsets: Vec<usize> =
        kernel(radius, is_deep).into_iter().map(|offset| around.offset(offset)).collect();
    let mut together = WindowMedians::new(offsets.len());
    let mut alone = Vec::with_capacity(offsets.len());
    for (row, line) in into.chunks_exact_mut(columns).enumerate() {
        for (chunk, medians) in line.chunks_mut(LANES).enumerate() {
            let start = around.start(row) + chunk * LANES;
            if offsets.len() <= MOST_TOGETHER {
                medians.copy_from_slice(
                    &together.of(&around.values[start..], &offsets)[..medians.len()],
                );
                continue;
            }
            for (x, median) in medians.iter_mut().enumerate() {
                alone.clear();
                alone.extend(offsets.iter().map(|offset| around.values[start + x + offset]));
                *median = median_in_place(&mut alone).unwrap_or(0.0);
            }
        }
    }
}

fn bytes_of(radius: f64, slice: [usize; 2], slices: usize) -> u64 {
    let half = half(radius);
    border::bytes(slice, [if slices > 1 { half } else { 0 }, half, half])
}

/// Median over a circle (a frame) or a ball (a volume): takes single wild values, keeps edges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Median {
    /// Radius in pixels, as ImageJ counts it: 0.5 is a cross of 5, 1 a square of 9, 2 has 21.
    pub radius: f64,
}

impl SliceFilter for Median {
    fn reach(&self) -> usize {
        half(self.radius)
    }

    fn slice(&self, volume: ArrayView3<'_, f32>, z: usize, into: &mut [f32]) {
        medians(volume, z, (self.radius, into));
    }

    fn bytes(&self, slice: [usize; 2], slices: usize) -> u64 {
        bytes_of(self.radius, slice, slices)
    }
}

/// Which values are outliers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outliers {
    /// Those above the median.
    Bright,
    /// Those below it.
    Dark,
}

/// ImageJ's *Remove Outliers*: a value that exceeds the median of the circle around it (or stays
/// below it) by more than the threshold becomes that median; all others keep their bits.
///
/// Slice by slice, as ImageJ does it in a stack.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RemoveOutliers {
    /// Radius of the circle in pixels; ImageJ's default is 2.
    pub radius: f64,
    /// What a value may differ by; ImageJ's default is 50.
    pub threshold: f32,
    /// Above or below.
    pub which: Outliers,
}

impl SliceFilter for RemoveOutliers {
    fn reach(&self) -> usize {
        0
    }

    fn slice(&self, volume: ArrayView3<'_, f32>, z: usize, into: &mut [f32]) {
        let slice = volume.slice(ndarray::s![z..z + 1, .., ..]);
        medians(slice, 0, (self.radius, into));
        for (median, value) in into.iter_mut().zip(slice.iter()) {
            let beyond = match self.which {
                Outliers::Bright => value - *median,
                Outliers::Dark => *median - value,
            };
            if beyond <= self.threshold {
                *median = *value;
            }
        }
    }

    fn bytes(&self, slice: [usize; 2], _slices: usize) -> u64 {
        bytes_of(self.radius, slice, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of pixels that ImageJ's manual and its masks show.
    #[test]
    fn circles_are_those_of_imagej() {
        let count = |radius: f64| kernel(radius, false).len();
        assert_eq!([0.0, 0.5, 1.0, 1.5, 2.0, 2.5].map(count), [5, 5, 9, 13, 21, 29]);
        assert_eq!([3.0, 4.0, 5.0].map(count), [37, 57, 89]);
        assert_eq!([1.6, 1.75].map(count), [13, 13]);
    }

    #[test]
    fn a_ball_is_symmetric_and_its_middle_is_the_circle() {
        for radius in [0.5, 1.0, 2.0, 3.0] {
            let ball = kernel(radius, true);
            let middle: Vec<_> = ball.iter().copied().filter(|[z, _, _]| *z == 0).collect();
            assert_eq!(middle, kernel(radius, false), "{radius}");
            assert!(ball.iter().all(|[z, y, x]| ball.contains(&[-z, -y, -x])));
            assert!(ball.iter().all(|[z, y, x]| ball.contains(&[*y, *z, *x])), "{radius}");
        }
    }
}
