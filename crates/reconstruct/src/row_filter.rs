//! Ramp filtering of sinogram rows, two views at once. Knows no angles and no grid.

use ndarray::ArrayViewMut2;
use voltomo_numeric::{
    cast::to_f32,
    fft::{Complex, PairFilter, fast_length},
};
use voltomo_types::NoiseCorrelation;

use crate::{
    Padding, ReconstructSettings,
    beside::edge_pixels,
    kernel::backproject::Interpolation,
    ramp::{ramp_response, variance_response},
    reading::Reading,
};

/// Views that stand for all where a mean over them is told.
const VIEWS: usize = 64;

/// Filters rows of one length with one window.
#[derive(Debug)]
pub(crate) struct RowFilter {
    pair: PairFilter,
    cutoff: f64,
    columns: usize,
    padding: Padding,
    /// Column of the rotation axis.
    axis: f64,
    join: Option<Join>,
    /// Values a column of a filtered row.
    factor: usize,
}

/// How a full turn with an axis far off the middle is joined: opposite views see both sides.
///
/// Each row is weighed by `w(s)` with `w(s) + w(−s) = 2`, falling smoothly to zero at the near
/// edge of the detector, and its filtered tail on that side is kept, so that both views together
/// are what a detector twice as wide would give; the filter being linear, this is exact.
/// Source: Wang 2002, doi:10.1118/1.1489043.
#[derive(Debug, Clone)]
pub(crate) struct Join {
    /// Columns to be added before the first and after the last.
    added: [usize; 2],
    weights: Vec<f32>,
}

impl Join {
    /// For `columns` columns with the axis at `axis_column`, or none where it is near the middle.
    pub(crate) fn needed(columns: usize, axis_column: f64) -> Option<Self> {
        let last = (columns - 1) as f64;
        let (left, right) = (axis_column, last - axis_column);
        if (left - right).abs() < 0.1 * last || left.min(right) < 4.0 {
            return None;
        }
        let missing = voltomo_numeric::cast::to_index((left - right).abs().ceil());
        let near = left.min(right);
        let side = if left < right { 1.0 } else { -1.0 };
        let weight = |column: usize| {
            let s = (column as f64 - axis_column) * side / near;
            to_f32(1.0 + (std::f64::consts::FRAC_PI_2 * s.clamp(-1.0, 1.0)).sin())
        };
        let added = if left < right { [missing, 0] } else { [0, missing] };
        Some(Self { added, weights: (0..columns).map(weight).collect() })
    }
}

/// What one thread needs to filter.
#[derive(Debug)]
pub(crate) struct FilterScratch {
    pair: Vec<Complex<f32>>,
    transform: Vec<Complex<f32>>,
}

impl RowFilter {
    /// For rows of so many columns with the axis at one of them; `cutoff`: fraction of the Nyquist
    /// frequency of the rows.
    pub(crate) fn new(
        (columns, axis): (usize, f64),
        cutoff: f64,
        settings: &ReconstructSettings,
        join: Option<Join>,
    ) -> Self {
        let width = columns + join.as_ref().map_or(0, |join| join.added[0] + join.added[1]);
        let response = ramp_response(fast_length(columns + width), cutoff, settings);
        let pair = PairFilter::new(&response);
        Self { pair, cutoff, columns, padding: settings.padding, axis, join, factor: 1 }
    }

    /// For rows of variances instead: out come the variances of what this filter gives.
    pub(crate) fn of_variances(self, settings: &ReconstructSettings) -> Self {
        let length = self.pair.length();
        let response = ramp_response(length, self.cutoff, settings);
        let squared = |mut join: Join| {
            join.weights.iter_mut().for_each(|weight| *weight *= *weight);
            join
        };
        let pair = PairFilter::new(&variance_response(&response));
        // Variances go on as they are: they are no chords.
        let cylinder = self.padding == Padding::Cylinder;
        let padding = if cylinder { Padding::Edge } else { self.padding };
        Self { pair, padding, join: self.join.map(squared), ..self }
    }

    /// How much more of the noise of each of `views` views comes into a voxel than by
    /// [`Self::of_variances`], which reads along straight lines. `left(view, f)`: the part of the
    /// variance that is left of the frequency f, in cycles a column.
    pub(crate) fn noise_gains(
        &self,
        views: usize,
        settings: &ReconstructSettings,
        left: &dyn Fn(usize, f64) -> f64,
    ) -> Vec<f32> {
        let length = self.pair.length();
        let response = ramp_response(length, self.cutoff, settings);
        let sum = |left: &dyn Fn(f64) -> f64| -> f64 {
            let frequencies = (0..length).map(|k| k.min(length - k) as f64 / length as f64);
            response.iter().zip(frequencies).map(|(h, f)| h * h * left(f)).sum()
        };
        let straight = sum(&|f| Interpolation::Linear.power(f));
        (0..views).map(|view| to_f32(sum(&|f| left(view, f)) / straight)).collect()
    }

    /// By how much more the variance of a voxel is than [`Self::of_variances`] and
    /// [`Self::noise_gains`] tell, in the mean over `views`, where line integrals are read out of
    /// frames by a [`Reading`] and their noise is `noise`'s.
    pub(crate) fn noise_gain(
        &self,
        views: usize,
        settings: &ReconstructSettings,
        (left, reading, noise): (&dyn Fn(usize, f64) -> f64, &Reading, &NoiseCorrelation),
    ) -> f64 {
        let length = self.pair.length();
        let response = ramp_response(length, self.cutoff, settings);
        let (mut told, mut true_one) = (0.0, 0.0);
        for (k, h) in response.iter().enumerate().take(length / 2 + 1) {
            let frequency = k as f64 / length as f64;
            let some = (0..views).step_by(views.div_ceil(VIEWS).max(1));
            let part = h * h * some.map(|view| left(view, frequency)).sum::<f64>();
            told += part;
            true_one += part * reading.power(noise, frequency).max(0.0);
        }
        true_one / told
    }

    /// With `factor` values a column in the filtered rows, between the first and the last.
    pub(crate) fn upsampled(self, factor: usize) -> Self {
        Self { pair: self.pair.upsampled(factor), factor, ..self }
    }

    /// Values of a filtered row: one a column, or as many more as it is upsampled.
    pub(crate) fn width(&self) -> usize {
        let [before, after] = self.added();
        (self.columns + before + after - 1) * self.factor + 1
    }

    /// Columns that stand before the detector's first and after its last.
    pub(crate) fn added(&self) -> [usize; 2] {
        self.join.as_ref().map_or([0, 0], |join| join.added)
    }

    pub(crate) fn scratch(&self) -> FilterScratch {
        let zeros = |count| vec![Complex::default(); count];
        FilterScratch {
            pair: zeros(self.pair.output_length()),
            transform: zeros(self.pair.scratch_length()),
        }
    }

    /// Bytes of [`Self::scratch`].
    pub(crate) fn scratch_bytes(&self) -> u64 {
        8 * (self.pair.output_length() + self.pair.scratch_length()) as u64
    }

    /// Filters the rows of two views, `[view, column]`, in place; each is then multiplied by its
    /// factor and written to `into`, two rows of [`Self::width`].
    pub(crate) fn apply(
        &self,
        (rows, factors): (ArrayViewMut2<'_, f32>, [f32; 2]),
        into: [&mut [f32]; 2],
        scratch: &mut FilterScratch,
    ) {
        self.pad(rows, &mut scratch.pair[..self.pair.length()]);
        self.pair.apply(&mut scratch.pair, &mut scratch.transform);
        let [before, _] = self.added();
        let (head, tail) = scratch.pair.split_at(scratch.pair.len() - before * self.factor);
        let filtered = tail.iter().chain(head);
        let [first, second] = into;
        for ((value, first), second) in filtered.zip(first).zip(second) {
            *first = value.re * factors[0];
            *second = value.im * factors[1];
        }
    }

    /// The detector, then half of the padding as beside its last pixel, half as before its first.
    fn pad(&self, mut rows: ArrayViewMut2<'_, f32>, pair: &mut [Complex<f32>]) {
        if let Some(join) = &self.join {
            for mut row in rows.outer_iter_mut() {
                row.iter_mut().zip(&join.weights).for_each(|(value, weight)| *value *= weight);
            }
        }
        let (data, padding) = pair.split_at_mut(self.columns);
        for (column, value) in data.iter_mut().enumerate() {
            *value = Complex::new(rows[[0, column]], rows[[1, column]]);
        }
        let (right, left) = padding.split_at_mut(padding.len() / 2);
        self.padding.go_on((data, self.axis), edge_pixels(self.columns), [&mut *left, &mut *right]);
        // On the side where the join ends, its weights have brought the row down to zero.
        match self.added() {
            [0, 0] => {}
            [0, _] => right.fill(Complex::default()),
            _ => left.fill(Complex::default()),
        }
    }
}
