//! Several reference frames into one, without their spots. Knows no radiographs.

use ndarray::{Array3, ArrayView3, Axis, s};
use rayon::prelude::*;
use voltomo_numeric::{
    cast::to_f32,
    median::{median_and_deviation_in_place, median_in_place},
};
use voltomo_types::{FrameShape, Frames, ReferenceFrames};

use crate::{
    Average, CorrectError, CorrectSettings, SpotMethod, SpotSettings, mark,
    noise::{DEVIATIONS, Noise},
    spots::SpotFilter,
};

/// Bytes of frames that are looked at together.
const BATCH_BYTES: usize = 32 << 20;

/// Frames from which a spot in one is told by all others.
const ENOUGH_TO_COMPARE: usize = 3;

/// One set of reference frames as one frame.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    /// Rows after each other, in counts; NaN where no frame holds a number.
    pub(crate) values: Vec<f32>,
    /// Frames in the set.
    pub(crate) count: usize,
    /// Spot pixels that were left out.
    pub(crate) spots: u64,
}

/// `flat` or `dark`, and the recipe key that names the frames.
pub(crate) type Kind = (&'static str, &'static str);

/// Mean or median of a set of reference frames.
///
/// With three frames or more, a spot is a pixel that differs from the same pixel of the others;
/// what all frames show belongs to the detector and stays. With one or two, spots are looked for
/// in the frame itself.
pub(crate) fn average(
    set: &ReferenceFrames,
    shape: FrameShape,
    settings: &CorrectSettings,
    kind: Kind,
) -> Result<Reference, CorrectError> {
    check_size(set.frames.as_ref(), shape, kind)?;
    if set.frames.shape().frames < ENOUGH_TO_COMPARE {
        mean_of_few(set.frames.as_ref(), &settings.spots)
    } else {
        compare(set.frames.as_ref(), settings)
    }
}

fn check_size(
    frames: &dyn Frames,
    shape: FrameShape,
    (kind, key): Kind,
) -> Result<(), CorrectError> {
    let found = frames.shape();
    if (found.rows, found.columns) == (shape.rows, shape.columns) {
        return Ok(());
    }
    let place = if found.frames > 0 { frames.name_of(0) } else { String::from("no frame") };
    Err(CorrectError::ReferenceSize {
        kind,
        found_rows: found.rows,
        found_columns: found.columns,
        rows: shape.rows,
        columns: shape.columns,
        key,
        place,
    })
}

fn mean_of_few(frames: &dyn Frames, spots: &SpotSettings) -> Result<Reference, CorrectError> {
    let FrameShape { frames: count, rows, columns } = frames.shape();
    let mut sums = vec![(0.0f64, 0u32); rows * columns];
    let mut frame = Array3::zeros((1, rows, columns));
    let mut removed = 0;
    for index in 0..count {
        frames.read(index..index + 1, 0..rows, frame.view_mut())?;
        let values = frame.as_slice_mut().unwrap_or_default();
        removed += clean_alone(values, columns, spots);
        for (sum, value) in sums.iter_mut().zip(values.iter()) {
            if value.is_finite() {
                *sum = (sum.0 + f64::from(*value), sum.1 + 1);
            }
        }
    }
    let mean = |(sum, count): (f64, u32)| to_f32(sum / f64::from(count));
    Ok(Reference { values: sums.into_iter().map(mean).collect(), count, spots: removed })
}

/// Takes the spots out of one frame, again where the first pass leaves some; the number of pixels.
fn clean_alone(values: &mut [f32], columns: usize, spots: &SpotSettings) -> u64 {
    if spots.method == SpotMethod::None {
        return 0;
    }
    let mut pixels = Vec::new();
    let mut sampler = SpotFilter::new(spots, Noise { constant: 0.0, slope: 0.0 });
    sampler.sample(&mut values.to_vec(), columns, (&[], 200_000, &mut pixels));
    let mut filter = SpotFilter::new(spots, Noise::fit(&mut pixels));
    let mut removed = 0;
    for _ in 0..3 {
        let rows = 0..values.len() / columns;
        let is_mended = filter.clean(values, columns, (&[], rows)).is_ok();
        let is_spot = |kind: &&u8| (mark::DARK..=mark::BRIGHT).contains(*kind);
        let spot_count = filter.marks().iter().filter(is_spot).count() as u64;
        removed += spot_count;
        if !is_mended {
            let holes = values.iter_mut().zip(filter.marks());
            holes.filter(|(_, kind)| **kind == mark::HOLE).for_each(|(v, _)| *v = f32::NAN);
        }
        if spot_count == 0 || !is_mended {
            break;
        }
    }
    removed
}

fn compare(frames: &dyn Frames, settings: &CorrectSettings) -> Result<Reference, CorrectError> {
    let FrameShape { frames: count, rows, columns } = frames.shape();
    let height = (BATCH_BYTES / (4 * count * columns).max(1)).clamp(1, rows.max(1));
    let mut stack = Array3::zeros((count, height.min(rows), columns));
    let mut reference = Reference { values: Vec::with_capacity(rows * columns), count, spots: 0 };
    for first in (0..rows).step_by(height) {
        let end = (first + height).min(rows);
        let mut part = stack.slice_mut(s![.., ..end - first, ..]);
        frames.read(0..count, first..end, part.view_mut())?;
        let part = part.view();
        let lines = (0..end - first).into_par_iter().map(|row| compare_row(part, row, settings));
        for (line, spots) in lines.collect::<Vec<_>>() {
            reference.values.extend(line);
            reference.spots += spots;
        }
    }
    Ok(reference)
}

/// One row of the average, and how many values were left out of it.
fn compare_row(stack: ArrayView3<f32>, row: usize, settings: &CorrectSettings) -> (Vec<f32>, u64) {
    let columns = stack.len_of(Axis(2));
    let count = stack.len_of(Axis(0));
    let mut values = Vec::with_capacity(count);
    let mut middles = Vec::with_capacity(columns);
    for column in 0..columns {
        gather(stack, [row, column], &mut values);
        middles.push(median_and_deviation_in_place(&mut values).unwrap_or((f32::NAN, 0.0)));
    }
    if settings.flat_field.average == Average::Median {
        return (middles.into_iter().map(|(median, _)| median).collect(), 0);
    }
    let mut distances: Vec<f32> = middles.iter().map(|(_, distance)| *distance).collect();
    // The distance of few values from their own median is short by about this factor.
    let few = 1.0 + 1.5 / count as f32;
    let usual = few * median_in_place(&mut distances).unwrap_or(0.0);
    let (mut line, mut spots) = (Vec::with_capacity(columns), 0);
    for (column, (median, distance)) in middles.into_iter().enumerate() {
        gather(stack, [row, column], &mut values);
        let limit = limit(&settings.spots, DEVIATIONS * usual.max(distance), median);
        let kept = values.iter().filter(|value| (**value - median).abs() <= limit);
        let (sum, kept) = kept.fold((0.0, 0u32), |(s, n), value| (s + f64::from(*value), n + 1));
        spots += values.len() as u64 - u64::from(kept);
        line.push(to_f32(sum / f64::from(kept)));
    }
    (line, spots)
}

fn limit(spots: &SpotSettings, sigma: f32, level: f32) -> f32 {
    match spots.method {
        SpotMethod::None => f32::INFINITY,
        SpotMethod::Adaptive => spots.threshold * sigma.max(1e-3 * level.abs()),
    }
}

fn gather(stack: ArrayView3<f32>, [row, column]: [usize; 2], values: &mut Vec<f32>) {
    values.clear();
    values.extend(stack.slice(s![.., row, column]).iter().filter(|value| value.is_finite()));
}
