//! Dots behind opaque bodies: found in one picture, read in others. Knows no surfaces.

use std::collections::VecDeque;

use voltomo_numeric::{median::median_in_place, statistics::mean, threshold::otsu};

use crate::scatter_settings::{BlackBodySettings, DotValue};

/// Dots are darker than this share of what surrounds them.
const CONTRAST: f32 = 0.6;

/// Pixels beside the rim that still see less beam.
const PENUMBRA: usize = 4;

/// One dot: its pixels without the rim, and their middle `[row, column]`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DotPixels {
    pub(crate) pixels: Vec<usize>,
    /// Bright pixels about it.
    pub(crate) around: Vec<usize>,
    pub(crate) place: [f64; 2],
}

/// The dots of a grid.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DotGrid {
    pub(crate) dots: Vec<DotPixels>,
    /// Dark patches that were too small.
    pub(crate) dropped: usize,
    /// A pixel is dark below this share.
    pub(crate) threshold: f32,
    /// Pixels that the bodies darken, with a margin.
    pub(crate) shaded: Vec<bool>,
}

/// Finds the dots; an error says what there was instead.
///
/// `ratio`: the frame with dots over the frame without, rows of `columns`; NaN where a pixel tells
/// nothing. Threshold (Otsu 1979, doi:10.1109/TSMC.1979.4310076, or given), patches of dark pixels
/// with a common side, those of `least_area` pixels or more, less `rim` pixels all round.
pub(crate) fn find(
    ratio: &[f32],
    columns: usize,
    settings: &BlackBodySettings,
) -> Result<DotGrid, String> {
    let threshold = match settings.threshold {
        Some(threshold) => threshold,
        None => half_way(ratio).ok_or("no dark dots stand out of the frame")?,
    };
    let dark = filled(ratio, columns, threshold);
    let lit: Vec<bool> = grown(dark.clone(), columns, 1).iter().map(|dark| !dark).collect();
    let mut label = vec![0u32; ratio.len()];
    let (mut grid, mut patches) = (Vec::new(), 0);
    let mut dropped = 0;
    for first in 0..ratio.len() {
        if !dark[first] || label[first] > 0 {
            continue;
        }
        patches += 1;
        let patch = patch_of(&dark, columns, (first, patches), &mut label);
        let core = if patch.len() < settings.least_area {
            Vec::new()
        } else {
            without_rim(&patch, &dark, (columns, settings.rim))
        };
        match core.is_empty() {
            true => dropped += 1,
            false => grid.push(DotPixels {
                place: middle(&core, columns),
                pixels: core,
                around: beside(&patch, &lit, (columns, settings.rim + PENUMBRA)),
            }),
        }
    }
    if grid.is_empty() {
        return Err(format!(
            "{patches} dark patches, of which none keeps a pixel with at least {} pixels and a rim \
             of {} taken off",
            settings.least_area, settings.rim
        ));
    }
    let shaded = grown(dark, columns, settings.rim + PENUMBRA);
    Ok(DotGrid { dots: grid, dropped, threshold, shaded })
}

impl DotPixels {
    /// Median or mean of a picture over the dot; `None` where no pixel of it tells a number.
    pub(crate) fn value(&self, picture: &[f32], kind: DotValue) -> Option<f32> {
        let pixels = self.pixels.iter().map(|pixel| picture[*pixel]);
        let mut values: Vec<f32> = pixels.filter(|value| value.is_finite()).collect();
        match kind {
            DotValue::Median => median_in_place(&mut values),
            DotValue::Mean => mean(&values),
        }
    }
}

/// The threshold half-way between the dark and the bright pixels as they part best; `None` where
/// the dark ones are not dark enough or too many for dots.
fn half_way(ratio: &[f32]) -> Option<f32> {
    const BRIGHTEST: f32 = 1.5;
    let finite = ratio.iter().filter(|value| value.is_finite());
    let values = finite.map(|value| value.clamp(0.0, BRIGHTEST));
    let threshold = otsu(values.clone())?;
    let (dark, bright): (Vec<f32>, Vec<f32>) = values.partition(|value| *value < threshold);
    let [low, high] = [mean(&dark)?, mean(&bright)?];
    // In the middle between both, whichever has more pixels.
    (low < CONTRAST * high && dark.len() < bright.len()).then(|| f32::midpoint(low, high))
}

/// Dark pixels; a pixel that tells nothing, or alone among others, is as most of its neighbours.
fn filled(ratio: &[f32], columns: usize, threshold: f32) -> Vec<bool> {
    let is_dark = |pixel: usize| ratio[pixel] < threshold;
    let judge = |pixel: usize| {
        let around: Vec<usize> =
            neighbours(pixel, ratio.len(), columns, 1).filter(|k| ratio[*k].is_finite()).collect();
        let dark = around.iter().filter(|k| is_dark(**k)).count();
        match ratio[pixel].is_finite() {
            true => is_dark(pixel) && 4 * dark > around.len() || 4 * dark > 3 * around.len(),
            false => 2 * dark > around.len(),
        }
    };
    (0..ratio.len()).map(judge).collect()
}

/// Pixels around one, within a square, without itself.
fn neighbours(
    pixel: usize,
    count: usize,
    columns: usize,
    reach: usize,
) -> impl Iterator<Item = usize> {
    let (row, column) = (pixel / columns, pixel % columns);
    let rows = row.saturating_sub(reach)..(row + reach + 1).min(count / columns);
    let line = column.saturating_sub(reach)..(column + reach + 1).min(columns);
    rows.flat_map(move |y| line.clone().map(move |x| y * columns + x)).filter(move |k| *k != pixel)
}

/// All dark pixels that hang together with the first by common sides.
fn patch_of(
    dark: &[bool],
    columns: usize,
    (first, name): (usize, u32),
    label: &mut [u32],
) -> Vec<usize> {
    let mut patch = Vec::new();
    let mut queue = VecDeque::from([first]);
    label[first] = name;
    while let Some(pixel) = queue.pop_front() {
        patch.push(pixel);
        let column = pixel % columns;
        let left = (column > 0).then(|| pixel - 1);
        let right = (column + 1 < columns).then_some(pixel + 1);
        let down = Some(pixel + columns).filter(|next| *next < dark.len());
        for next in [pixel.checked_sub(columns), left, right, down].into_iter().flatten() {
            if dark[next] && label[next] == 0 {
                label[next] = name;
                queue.push_back(next);
            }
        }
    }
    patch
}

/// Pixels of the patch that are further than `rim` pixels from anything bright.
fn without_rim(patch: &[usize], dark: &[bool], (columns, rim): (usize, usize)) -> Vec<usize> {
    let is_near = |a: usize, b: usize| {
        let [down, right] = [a / columns, a % columns].map(|place| place as f64);
        (down - (b / columns) as f64).hypot(right - (b % columns) as f64) <= rim as f64
    };
    let is_inside = |pixel: &&usize| {
        let mut around = neighbours(**pixel, dark.len(), columns, rim);
        around.all(|other| dark[other] || !is_near(**pixel, other))
    };
    patch.iter().filter(is_inside).copied().collect()
}

fn grown(dark: Vec<bool>, columns: usize, reach: usize) -> Vec<bool> {
    let mut grown = dark.clone();
    for pixel in (0..dark.len()).filter(|pixel| dark[*pixel]) {
        neighbours(pixel, dark.len(), columns, reach).for_each(|other| grown[other] = true);
    }
    grown
}

/// Lit pixels within a reach of the outermost pixels of a patch, by rows and by columns.
fn beside(patch: &[usize], lit: &[bool], (columns, reach): (usize, usize)) -> Vec<usize> {
    let span = |place: &dyn Fn(usize) -> usize, count: usize| {
        let places = patch.iter().map(|pixel| place(*pixel));
        let (first, last) = places.fold((count, 0), |(a, b), place| (a.min(place), b.max(place)));
        first.saturating_sub(reach)..(last + reach + 1).min(count)
    };
    let rows = span(&|pixel| pixel / columns, lit.len() / columns);
    let line = span(&|pixel| pixel % columns, columns);
    let square = rows.flat_map(|row| line.clone().map(move |column| row * columns + column));
    square.filter(|pixel| lit[*pixel]).collect()
}

fn middle(pixels: &[usize], columns: usize) -> [f64; 2] {
    let mean = |place: &dyn Fn(usize) -> usize| {
        pixels.iter().map(|pixel| place(*pixel) as f64).sum::<f64>() / pixels.len() as f64
    };
    [mean(&|pixel| pixel / columns), mean(&|pixel| pixel % columns)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dots of radius 4 every 20 pixels, 60 × 80.
    fn picture(inside: f32) -> Vec<f32> {
        let value = |k: usize| {
            let [y, x] = [k / 80 % 20, k % 80 % 20].map(|place| place as f32 - 10.0);
            if y.hypot(x) <= 4.2 { inside } else { 1.0 + 0.02 * ((k * 7919) % 13) as f32 }
        };
        (0..60 * 80).map(value).collect()
    }

    #[test]
    fn dots_are_found_at_their_places_and_read_without_their_rims() {
        let mut picture = picture(0.05);
        picture[10 * 80 + 10] = f32::NAN;
        picture[11 * 80 + 30] = 3.0;
        picture[0] = 0.0;
        let found = find(&picture, 80, &BlackBodySettings::default()).unwrap();
        assert_eq!(found.dots.len(), 12);
        for dot in &found.dots {
            assert!(dot.place.iter().all(|place| (place % 20.0 - 10.0).abs() < 0.3), "{dot:?}");
            assert_eq!(dot.value(&picture, DotValue::Median), Some(0.05));
            assert!(dot.pixels.len() > 10 && dot.pixels.len() < 40, "{}", dot.pixels.len());
        }
        assert!(found.shaded[10 * 80 + 20 - 1] && !found.shaded[20 * 80 + 20]);
    }

    #[test]
    fn frames_without_dots_tell_so() {
        assert!(find(&picture(1.0), 80, &BlackBodySettings::default()).is_err());
        let wide = BlackBodySettings { rim: 6, ..Default::default() };
        assert!(find(&picture(0.0), 80, &wide).unwrap_err().contains("12 dark patches"));
    }
}
