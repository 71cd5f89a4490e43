//! What the flat fields of a scan differ by: their principal components. Knows no radiographs.

use ndarray::{Array3, s};
use rayon::prelude::*;
use voltomo_numeric::{
    cast::to_f32,
    eigen,
    median::{MedianOf25, median_in_place},
};
use voltomo_types::{Frames, Scan};

use crate::{CorrectError, DynamicFlatSettings, noise::DEVIATIONS};

/// Flat fields from which components can be told from noise.
const LEAST_FLATS: usize = 5;

/// Bytes of flat fields that are looked at together.
const BATCH_BYTES: usize = 64 << 20;

/// How far a pixel of one flat field may differ, in usual deviations of its row: beyond are spots.
const SPOT: f32 = 6.0;

/// How far the eigenvalue of a component stands above the largest that noise alone would give, so
/// that it holds more beam than noise.
const ABOVE_NOISE: f64 = 1.5;

/// Principal components of the flat fields, strongest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Components {
    /// Each in counts, for one standard deviation of what the flat fields show of it.
    pub(crate) pictures: Vec<Vec<f32>>,
    /// Share of the variance of the flat fields, cell by cell, that each stands for.
    pub(crate) shares: Vec<f32>,
}

/// The mean of all flat fields above the dark field, what is dark, and what is dead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mean<'a> {
    pub(crate) open_beam: &'a [f32],
    pub(crate) dark: &'a [f32],
    pub(crate) dead: &'a [bool],
}

/// One flat field: where it is, and its dose relative to the mean.
struct Flat<'a> {
    frames: &'a dyn Frames,
    index: usize,
    dose: f32,
}

/// The flat fields of a scan and their mean.
struct Flats<'a> {
    all: Vec<Flat<'a>>,
    mean: Mean<'a>,
    columns: usize,
    rows: usize,
}

impl Components {
    /// The components that stand out of the noise, or as many as the settings say.
    ///
    /// Every flat field is first brought to the dose of the mean, so that the dose is no component.
    /// The number is what parallel analysis tells for many pixels: an eigenvalue above Marčenko and
    /// Pastur's limit for noise with the variances of the cells (1967,
    /// doi:10.1070/SM1967v001n04ABEH001994).
    pub(crate) fn find(
        scan: &Scan,
        mean: Mean<'_>,
        settings: &DynamicFlatSettings,
    ) -> Result<Self, CorrectError> {
        let flats = Flats::new(scan, mean)?;
        let count = flats.all.len();
        let (gram, limit) = flats.gram(settings.cell)?;
        let eigen = eigen::symmetric(&gram, count);
        let total: f64 = eigen.iter().map(|one| one.value.max(0.0)).sum();
        // The mean is taken off, which leaves one value less.
        let most = if settings.components > 0 { settings.components } else { settings.most };
        let is_wanted = |value: f64| settings.components > 0 || value > ABOVE_NOISE * limit;
        let kept: Vec<_> = eigen
            .into_iter()
            .take(most.min(count - 1))
            .take_while(|one| one.value > 0.0 && is_wanted(one.value))
            .collect();
        let shares = kept.iter().map(|one| to_f32(one.value / total)).collect();
        let mut pictures = flats.combine(kept.into_iter().map(|one| one.vector).collect())?;
        pictures.iter_mut().for_each(|picture| smooth(picture, flats.columns));
        Ok(Self { pictures, shares })
    }
}

impl<'a> Flats<'a> {
    fn new(scan: &'a Scan, mean: Mean<'a>) -> Result<Self, CorrectError> {
        let shape = scan.radiographs.shape();
        let mut flats = Self { all: Vec::new(), mean, columns: shape.columns, rows: shape.rows };
        for set in &scan.flats {
            let frames = set.frames.as_ref();
            let each = (0..frames.shape().frames).map(|index| Flat { frames, index, dose: 1.0 });
            flats.all.extend(each);
        }
        let found = flats.all.len();
        if found < LEAST_FLATS {
            let place = scan.flats.first().map_or(String::new(), |set| set.frames.name_of(0));
            return Err(CorrectError::TooFewFlats { found, least: LEAST_FLATS, place });
        }
        let mut sums = vec![(0.0f64, 0.0f64); found];
        flats.for_each_band(|flats, first, band| {
            let open = &flats.mean.open_beam[first..];
            let sum = |deviations: &[f32], sums: &mut (f64, f64)| {
                for (by, open) in deviations.iter().zip(open) {
                    sums.0 += f64::from(*by);
                    sums.1 += f64::from(*open) * f64::from(u8::from(*by != 0.0));
                }
            };
            band.par_chunks_exact(band.len() / found)
                .zip(&mut sums)
                .for_each(|(deviations, sums)| sum(deviations, sums));
        })?;
        for (flat, (by, open)) in flats.all.iter_mut().zip(sums) {
            flat.dose = to_f32(1.0 + by / open.max(f64::MIN_POSITIVE));
        }
        Ok(flats)
    }

    /// Deviations of all flat fields from the mean, band of rows by band; `see(self, first pixel,
    /// [flat, row, column])`. Dead pixels and spots deviate by nothing.
    fn for_each_band(
        &self,
        mut see: impl FnMut(&Self, usize, &mut [f32]),
    ) -> Result<(), CorrectError> {
        let (count, columns) = (self.all.len(), self.columns);
        // Whole cells of any size up to 64 rows.
        let height = (BATCH_BYTES / (4 * count * columns).max(1)).next_multiple_of(64).max(64);
        for first in (0..self.rows).step_by(height) {
            let rows = first..(first + height).min(self.rows);
            let mut band = Array3::zeros((count, rows.len(), columns));
            for (k, flat) in self.all.iter().enumerate() {
                let into = band.slice_mut(s![k..k + 1, .., ..]);
                flat.frames.read(flat.index..flat.index + 1, rows.clone(), into)?;
            }
            let (mut band, _) = band.into_raw_vec_and_offset();
            let size = rows.len() * columns;
            let flats = band.par_chunks_exact_mut(size).zip(&self.all);
            flats
                .for_each(|(values, flat)| self.deviate(values, (rows.start * columns, flat.dose)));
            see(self, rows.start * columns, &mut band);
        }
        Ok(())
    }

    /// `(F − D)/dose − mean` of whole rows from pixel `first` on.
    fn deviate(&self, values: &mut [f32], (first, dose): (usize, f32)) {
        let Mean { open_beam, dark, dead } = self.mean;
        let mut sizes = Vec::with_capacity(self.columns);
        for (row, line) in values.chunks_exact_mut(self.columns).enumerate() {
            sizes.clear();
            for (column, value) in line.iter_mut().enumerate() {
                let pixel = first + row * self.columns + column;
                let by = (*value - dark[pixel]) / dose - open_beam[pixel];
                *value = if dead[pixel] || !by.is_finite() { 0.0 } else { by };
                sizes.push(value.abs());
            }
            let limit = SPOT * DEVIATIONS * median_in_place(&mut sizes).unwrap_or(0.0);
            line.iter_mut().filter(|by| by.abs() > limit).for_each(|by| *by = 0.0);
        }
    }

    /// Products of all flat fields' deviations with one another, cell by cell, and the largest
    /// eigenvalue that noise alone would give.
    fn gram(&self, cell: usize) -> Result<(Vec<f64>, f64), CorrectError> {
        let count = self.all.len();
        let mut gram = vec![0.0f64; count * count];
        // Sums over the cells of their variance and of its square.
        let (mut variances, mut squares) = (0.0f64, 0.0f64);
        self.for_each_band(|flats, _, band| {
            let size = band.len() / count;
            let cells: Vec<Vec<f32>> = band
                .par_chunks_exact(size)
                .map(|flat| means_of_cells(flat, flats.columns, cell))
                .collect();
            gram.par_chunks_exact_mut(count).enumerate().for_each(|(i, line)| {
                for (j, sum) in line.iter_mut().enumerate().skip(i) {
                    *sum += product(&cells[i], &cells[j]);
                }
            });
            for k in 0..cells[0].len() {
                let variance: f64 = cells.iter().map(|flat| f64::from(flat[k]).powi(2)).sum();
                variances += variance;
                squares += variance * variance;
            }
        })?;
        // An even variance over so many cells would spread as much.
        let cells = variances * variances / squares.max(f64::MIN_POSITIVE);
        let usual = variances / (count - 1) as f64;
        Ok((gram, usual * (1.0 + (count as f64 / cells.max(1.0)).sqrt()).powi(2)))
    }

    /// `Σ_j v_j·deviation_j/√count` of every vector: a picture for one standard deviation.
    fn combine(&self, vectors: Vec<Vec<f64>>) -> Result<Vec<Vec<f32>>, CorrectError> {
        let count = self.all.len();
        let mut pictures = vec![Vec::with_capacity(self.rows * self.columns); vectors.len()];
        let scale = 1.0 / (count as f64).sqrt();
        self.for_each_band(|_, _, band| {
            let size = band.len() / count;
            pictures.par_iter_mut().zip(&vectors).for_each(|(picture, vector)| {
                let mut part = vec![0.0f32; size];
                for (deviations, share) in band.chunks_exact(size).zip(vector) {
                    let share = to_f32(share * scale);
                    part.iter_mut().zip(deviations).for_each(|(sum, by)| *sum += share * by);
                }
                picture.extend(part);
            });
        })?;
        Ok(pictures)
    }
}

fn product(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// Means over `cell` × `cell` pixels of whole rows; what does not fill a cell at the far edges is
/// left out, unless nothing else is there.
pub(super) fn means_of_cells(values: &[f32], columns: usize, cell: usize) -> Vec<f32> {
    let rows = values.len() / columns;
    let cell = cell.min(rows).min(columns).max(1);
    let (down, right) = (rows / cell, columns / cell);
    let mut sums = vec![0.0f32; down * right];
    for row in 0..down * cell {
        let line = &values[row * columns..][..right * cell];
        let into = &mut sums[row / cell * right..][..right];
        let parts = line.chunks_exact(cell).map(|part| part.iter().sum::<f32>());
        into.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
    }
    let share = 1.0 / (cell * cell) as f32;
    sums.iter_mut().for_each(|sum| *sum *= share);
    sums
}

/// Medians over 5 × 5 pixels: a component is smooth, its noise is not.
fn smooth(picture: &mut Vec<f32>, columns: usize) {
    let mut medians = vec![0.0; picture.len()];
    let rows: Vec<&[f32]> = picture.chunks(columns).collect();
    let mut filter = MedianOf25::default();
    for (y, into) in medians.chunks_mut(columns).enumerate() {
        let around = |k: usize| rows[(y + k).saturating_sub(2).min(rows.len() - 1)];
        filter.row(std::array::from_fn(around), into);
    }
    *picture = medians;
}
