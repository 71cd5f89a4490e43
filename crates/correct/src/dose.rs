//! Dose of each radiograph: its beam relative to the open beam, read in a region of air. Knows no
//! line integrals.

use ndarray::{Array3, s};
use rayon::prelude::*;
use voltomo_numeric::{cast::to_f32, median::median_in_place};
use voltomo_types::Scan;

use crate::{
    CorrectError, SpotSettings,
    air::{self, Tiling},
    cleaning::{Cleaner, Window},
    detector_pixels::DetectorPixels,
    first_error::first_error,
    flat_field::OpenBeam,
    noise::Noise,
    region::Region,
    row_air::RowAirSettings,
    spots::halo,
};

/// Bytes of frames that are read together.
const BATCH_BYTES: usize = 32 << 20;

/// Least dose of a radiograph that saw a beam.
const LEAST_DOSE: f32 = 0.01;

/// What a radiograph is measured with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instrument<'a> {
    pub(crate) scan: &'a Scan,
    pub(crate) detector: &'a DetectorPixels,
    pub(crate) open_beam: &'a OpenBeam,
    pub(crate) noise: Noise,
    pub(crate) spots: &'a SpotSettings,
}

impl Instrument<'_> {
    /// Dose of every radiograph: the median over the rows of the region of Σ(I − D)/Σ(I₀ − D).
    pub(crate) fn doses(
        &self,
        region: &Region,
        watch: &dyn Fn(usize),
    ) -> Result<Vec<f32>, CorrectError> {
        let shape = self.scan.radiographs.shape();
        let reach = halo(self.spots);
        let window = Window {
            rows: grown(&region.rows, reach, shape.rows),
            columns: grown(&region.columns, reach, shape.columns),
        };
        let size = 4 * window.rows.len() * shape.columns;
        let batch = (BATCH_BYTES / size.max(1)).clamp(1, shape.frames);
        let mut doses = Vec::with_capacity(shape.frames);
        let mut rows = Array3::zeros((batch, window.rows.len(), shape.columns));
        for first in (0..shape.frames).step_by(batch) {
            let frames = first..(first + batch).min(shape.frames);
            let mut part = rows.slice_mut(s![..frames.len(), .., ..]);
            self.scan.radiographs.read(frames.clone(), window.rows.clone(), part.view_mut())?;
            let part = part.view();
            let found = frames.clone().into_par_iter().map(|frame| {
                let columns = window.columns.clone();
                let picture = part.slice(s![frame - first, .., columns]);
                self.dose(frame, picture.iter().copied().collect(), (&window, region))
            });
            doses.extend(first_error(found)?);
            watch(frames.end);
        }
        Ok(doses)
    }

    fn dose(
        &self,
        frame: usize,
        mut values: Vec<f32>,
        (window, region): (&Window, &Region),
    ) -> Result<f32, CorrectError> {
        let mut cleaner = Cleaner::new(self.spots, self.noise, self.detector);
        let first = region.rows.start - window.rows.start;
        let mended = cleaner.clean(&mut values, window, first..first + region.rows.len());
        let mut rows = Vec::with_capacity(region.rows.len());
        for row in region.rows.clone() {
            let line = Window { rows: row..row + 1, columns: region.columns.clone() };
            rows.push(self.transmission(frame, &values, (window, &line)));
        }
        rows.retain(|dose| dose.is_finite());
        let found = median_in_place(&mut rows).filter(|_| mended.is_ok()).unwrap_or(f32::NAN);
        if found > LEAST_DOSE && found.is_finite() {
            return Ok(found);
        }
        let place = self.scan.radiographs.name_of(frame);
        let frame = self.scan.radiographs.number_of(frame);
        Err(CorrectError::NoDose { frame, found, region: region.to_string(), place })
    }

    /// Σ(I − D)/Σ(I₀ − D) over the live pixels of `part`; `values` are those of `window`. NaN if
    /// all are dead.
    fn transmission(
        &self,
        frame: usize,
        values: &[f32],
        (window, part): (&Window, &Window),
    ) -> f32 {
        let open_beam = self.open_beam.at(frame);
        let (mut seen, mut open) = (0.0f64, 0.0f64);
        for row in part.rows.clone() {
            let line = (row - window.rows.start) * window.columns.len();
            for column in part.columns.clone() {
                let pixel = row * self.detector.columns + column;
                if !self.detector.dead[pixel] {
                    let value = values[line + column - window.columns.start];
                    seen += f64::from(value - self.open_beam.dark[pixel]);
                    open += f64::from(open_beam.at(pixel));
                }
            }
        }
        to_f32(seen / open)
    }

    /// Transmission of every tile of a radiograph, without its dose.
    pub(crate) fn tiles(&self, frame: usize, tiling: Tiling) -> Result<Vec<f32>, CorrectError> {
        self.parts(frame, &tiles_of(tiling))
    }

    /// Transmission of parts of a radiograph, without its dose.
    fn parts(&self, frame: usize, parts: &[Window]) -> Result<Vec<f32>, CorrectError> {
        let shape = self.scan.radiographs.shape();
        let window = Window { rows: 0..shape.rows, columns: 0..shape.columns };
        let mut picture = Array3::zeros((1, shape.rows, shape.columns));
        self.scan.radiographs.read(frame..frame + 1, 0..shape.rows, picture.view_mut())?;
        let values = picture.as_slice_mut().unwrap_or_default();
        let mut cleaner = Cleaner::new(self.spots, self.noise, self.detector);
        cleaner.clean(values, &window, 0..shape.rows).map_err(|missing| {
            let place = self.scan.radiographs.name_of(frame);
            let frame = self.scan.radiographs.number_of(frame);
            CorrectError::Unmendable { frame, row: missing.row, missing: missing.missing, place }
        })?;
        Ok(parts.iter().map(|part| self.transmission(frame, values, (&window, part))).collect())
    }

    /// An error if the sample covers the columns of `row_air` in more than a quarter of the rows of a
    /// radiograph: a stage or a lid may cover some.
    pub(crate) fn check_row_air(
        &self,
        frame: usize,
        air: &RowAirSettings,
    ) -> Result<(), CorrectError> {
        let shape = self.scan.radiographs.shape();
        let tiling = Tiling::new(shape.rows, shape.columns);
        let (height, columns) = (tiling.tile[0], shape.columns);
        let bands = || (0..shape.rows / height).map(|k| k * height..(k + 1) * height);
        let tiles = tiles_of(tiling);
        let mut parts = tiles.clone();
        let sides = [("left", 0..air.left), ("right", columns - air.right..columns)];
        for (_, side) in &sides {
            parts.extend(bands().map(|rows| Window { rows, columns: side.clone() }));
        }
        let found = self.parts(frame, &parts)?;
        let (tiles, strips) = found.split_at(tiles.len());
        let brightest = air::brightest(tiles);
        for ((side, _), strip) in sides.iter().zip(strips.chunks(bands().len())) {
            let covered = bands().zip(strip).filter(|(_, found)| **found < 0.9 * brightest);
            let mut covered: Vec<_> = covered.collect();
            covered.sort_by(|a, b| a.1.total_cmp(b.1));
            if 4 * covered.len() > strip.len() {
                let (rows, found) = (covered[0].0.clone(), *covered[0].1);
                let place = self.scan.radiographs.name_of(frame);
                return Err(CorrectError::RowAirCovered {
                    side,
                    found,
                    rows,
                    brightest,
                    frame,
                    place,
                });
            }
        }
        Ok(())
    }

    /// Standard deviation of a tile's transmission in the open beam. Light spreads over
    /// neighbouring pixels, so that the noise of a tile is taken twice as large as that of pixels
    /// without relation.
    pub(crate) fn tile_noise(&self, tiling: Tiling) -> f32 {
        let mut levels: Vec<f32> = Vec::new();
        for set in self.open_beam.sets() {
            let live = set.iter().zip(&self.detector.dead).filter(|(_, dead)| !**dead);
            levels.extend(live.map(|(level, _)| *level).step_by(101));
        }
        let level = median_in_place(&mut levels).unwrap_or(1.0);
        let pixels = (tiling.tile[0] * tiling.tile[1]) as f32;
        2.0 * self.noise.variance(level).sqrt() / level / pixels.sqrt()
    }

    /// An error if the sample covers the region in a sampled frame, or if it is dead.
    pub(crate) fn check_region(
        &self,
        region: &Region,
        sample: (&[usize], &[Vec<f32>]),
        doses: &[f32],
    ) -> Result<(), CorrectError> {
        for (&frame, tiles) in sample.0.iter().zip(sample.1) {
            let brightest = air::brightest(tiles);
            if doses[frame] < 0.9 * brightest {
                return Err(CorrectError::RegionCovered {
                    region: region.to_string(),
                    found: doses[frame],
                    brightest,
                    frame,
                    place: self.scan.radiographs.name_of(frame),
                });
            }
        }
        Ok(())
    }
}

/// The tiles of a frame, row by row.
fn tiles_of(tiling: Tiling) -> Vec<Window> {
    let ([down, right], [height, width]) = (tiling.counts(), tiling.tile);
    let tile = |k: usize| {
        let (row, column) = (k / right * height, k % right * width);
        Window { rows: row..row + height, columns: column..column + width }
    };
    (0..down * right).map(tile).collect()
}

/// The range and so many more on both sides, within `0..count`.
pub(crate) fn grown(
    range: &std::ops::Range<usize>,
    by: usize,
    count: usize,
) -> std::ops::Range<usize> {
    range.start.saturating_sub(by)..(range.end + by).min(count)
}
