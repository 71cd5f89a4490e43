//! Ring removal in the wavelets' stripe bands. Knows sinograms; knows no files.

use std::f64::consts::TAU;

use voltomo_numeric::cast::{to_f32, to_index};

use super::{
    basis::{add_lines, project_strip},
    daubechies::{Band, Wavelet},
    filter::{Filter, Room},
    plane::{Rows, mirrored, shape},
};

/// Columns that go through all levels together, so that they stay in the processor's cache.
const STRIP: usize = 64;

/// Damps the slow waves along the angle in the bands of the wavelet transform that hold stripes.
///
/// The sinogram is taken apart level by level. In the band that is coarse along the angle and fine
/// across columns, `[angle, column]`, a stripe is a wave of frequency zero along the angle: the
/// transform along it is multiplied by `1 − exp(−k²/2σ²)`, and the sinogram put together again.
///
/// All of that is linear, and few waves are damped: only they are taken through the levels, and
/// what they make is taken off. The way is the same as the source's up to rounding (waves of a
/// share below 10⁻⁷ are left alone).
/// Source: Münch, Trtik, Marone & Stampanoni 2009, doi:10.1364/OE.17.008567.
#[derive(Debug)]
pub(super) struct WaveletFourier {
    wavelet: Wavelet,
    /// From the finest to the coarsest.
    levels: Vec<Level>,
}

/// The waves of one level along the angle.
#[derive(Debug)]
struct Level {
    /// Lines of the level.
    lines: usize,
    /// Orthonormal waves, `[wave][line]`.
    waves: Vec<Vec<f32>>,
    /// The same, `[line][wave]`, each times the share that is taken off.
    damped: Vec<Vec<f32>>,
}

impl Level {
    fn new(lines: usize, sigma: f64) -> Self {
        // exp(−k²/2σ²) = 10⁻⁷.
        let last = to_index((sigma * (2.0 * 7.0 * 10f64.ln()).sqrt()).floor()).min(lines / 2);
        let mut waves = Vec::new();
        let mut shares = Vec::new();
        for k in 0..=last {
            let alone = k == 0 || 2 * k == lines;
            let scale = (if alone { 1.0 } else { 2.0 } / lines as f64).sqrt();
            let phase = |t: usize| TAU * ((k * t) % lines) as f64 / lines as f64;
            waves.push((0..lines).map(|t| to_f32(scale * phase(t).cos())).collect::<Vec<f32>>());
            if !alone {
                waves.push((0..lines).map(|t| to_f32(scale * phase(t).sin())).collect());
            }
            shares.resize(waves.len(), to_f32((-0.5 * (k as f64 / sigma).powi(2)).exp()));
        }
        let damped = (0..lines)
            .map(|t| waves.iter().zip(&shares).map(|(wave, share)| wave[t] * share).collect())
            .collect();
        Self { lines, waves, damped }
    }
}

impl WaveletFourier {
    /// For sinograms of so many angles.
    pub(super) fn new(angles: usize, (moments, levels): (usize, usize), sigma: f32) -> Self {
        let wavelet = Wavelet::new(moments);
        let mut lines = angles;
        let level = |_| {
            lines = wavelet.half(lines);
            Level::new(lines, f64::from(sigma))
        };
        let levels = (0..levels).map(level).collect();
        Self { wavelet, levels }
    }

    /// The slow waves of each level, `[level][wave × column]`.
    fn waves(&self, rows: &[&mut [f32]]) -> Vec<Vec<f32>> {
        let (angles, columns) = shape(rows);
        let mut found: Vec<Vec<f32>> =
            self.levels.iter().map(|level| vec![0.0; level.waves.len() * columns]).collect();
        for first in (0..columns).step_by(STRIP) {
            let strip = first..columns.min(first + STRIP);
            let width = strip.len();
            let (mut lines, mut above) = (angles, Vec::new());
            for (depth, (level, found)) in self.levels.iter().zip(&mut found).enumerate() {
                let coarse = match depth {
                    0 => self.coarser(lines, width, |line| &rows[line][strip.clone()]),
                    _ => self.coarser(lines, width, |line| lines_at(&above, width, line)),
                };
                for (wave, into) in level.waves.iter().zip(found.chunks_exact_mut(columns)) {
                    let line = |line: usize| lines_at(&coarse, width, line);
                    project_strip(wave, line, &mut into[strip.clone()]);
                }
                (lines, above) = (level.lines, coarse);
            }
        }
        found
    }

    /// The coarse half along the angle, `[line × column]`.
    fn coarser<'a>(
        &self,
        lines: usize,
        width: usize,
        line: impl Fn(usize) -> &'a [f32],
    ) -> Vec<f32> {
        let filter = self.wavelet.filter(Band::Coarse);
        let mut coarse = vec![0.0; self.wavelet.half(lines) * width];
        for (k, into) in coarse.chunks_exact_mut(width).enumerate() {
            let start = self.wavelet.start(k);
            for (taps, at) in filter.chunks(4).zip((start..).step_by(4)) {
                add_lines(into, taps, |tap| line(mirrored(at + tap.cast_signed(), lines)));
            }
        }
        coarse
    }

    /// What a line across columns is in the fine band of a level alone.
    fn fine_part(&self, line: &mut [f32], depth: usize) {
        let mut lengths = vec![line.len()];
        let mut part = line.to_vec();
        for _ in 0..depth {
            part = self.wavelet.analyse(&part, Band::Coarse);
            lengths.push(part.len());
        }
        part = self.wavelet.analyse(&part, Band::Fine);
        let mut band = Band::Fine;
        for length in lengths.into_iter().rev() {
            part = self.wavelet.synthesise(&part, length, band);
            band = Band::Coarse;
        }
        line.copy_from_slice(&part);
    }

    /// Takes the stripes of one strip of columns off.
    fn take_off(&self, rows: Rows<'_, '_>, strip: std::ops::Range<usize>, waves: &[Vec<f32>]) {
        let (_, columns) = shape(rows);
        let width = strip.len();
        let mut stripes: Vec<f32> = Vec::new();
        for (level, waves) in self.levels.iter().zip(waves).rev() {
            let mut lines = vec![0.0; level.lines * width];
            for (line, into) in lines.chunks_exact_mut(width).enumerate() {
                self.add_coarser(into, line, &stripes);
                for (shares, first) in level.damped[line].chunks(4).zip((0..).step_by(4)) {
                    let start = |k: usize| (first + k) * columns + strip.start;
                    add_lines(into, shares, |k| &waves[start(k)..start(k) + width]);
                }
            }
            stripes = lines;
        }
        let mut line = vec![0.0; width];
        for (angle, row) in rows.iter_mut().enumerate() {
            line.fill(0.0);
            self.add_coarser(&mut line, angle, &stripes);
            row[strip.clone()].iter_mut().zip(&line).for_each(|(value, stripe)| *value -= stripe);
        }
    }

    /// Adds to a line what the coarse half, `[line × column]`, has there; nothing where it is empty.
    fn add_coarser(&self, into: &mut [f32], line: usize, coarse: &[f32]) {
        if coarse.is_empty() {
            return;
        }
        let width = into.len();
        let (first, taps) = self.wavelet.windows_of(line);
        for (taps, at) in taps.chunks(4).zip((first..).step_by(4)) {
            add_lines(into, taps, |k| lines_at(coarse, width, at + k));
        }
    }
}

fn lines_at(lines: &[f32], width: usize, line: usize) -> &[f32] {
    &lines[line * width..(line + 1) * width]
}

impl Filter for WaveletFourier {
    fn apply(&self, rows: Rows<'_, '_>, _: &mut Room) {
        let (_, columns) = shape(rows);
        let mut waves = self.waves(rows);
        for (depth, waves) in waves.iter_mut().enumerate() {
            waves.chunks_exact_mut(columns).for_each(|line| self.fine_part(line, depth));
        }
        for first in (0..columns).step_by(STRIP) {
            self.take_off(rows, first..columns.min(first + STRIP), &waves);
        }
    }
}
