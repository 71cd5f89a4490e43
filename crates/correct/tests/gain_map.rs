//! What single pixels add: told from windings by the rows, held to a slow twin and to closed forms.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod rings_sinogram;

use std::{f64::consts::TAU, ops::Range, sync::Arc};

use ndarray::{Array2, Array3, Axis, Zip, s};
use rings_sinogram::noise;
use voltomo_correct::{
    Block, CorrectError, CorrectSettings, RingFilter, RingMethod, RingSettings, Survey,
    correct_block, decide_rings,
};
use voltomo_numeric::cast::to_f32;
use voltomo_types::{Detector, MemoryFrames, PixelFrame, Quantity, Radian, Scan};

/// Radiographs, rows, columns.
const SHAPE: (usize, usize, usize) = (90, 64, 120);

/// Layers of a roll on and beside the axis, the same in all rows, higher up a little less of them.
fn roll(turns: f64) -> Array3<f32> {
    Array3::from_shape_fn(SHAPE, |(angle, row, column)| {
        let theta = TAU * turns * angle as f64 / SHAPE.0 as f64;
        let x = column as f64 - 59.5 - 3.0 * theta.cos();
        let body = (1.0 - (x / 55.0).powi(2)).max(0.0).sqrt();
        let layers = 1.0 + 0.1 * (TAU * x.abs() / 7.0 - theta).cos();
        to_f32(2.0 * body * layers * (1.0 - 1e-4 * row as f64))
    })
}

/// What pixels add: all of them, or one in `every`.
fn gains(every: usize) -> Array2<f32> {
    Array2::from_shape_fn((SHAPE.1, SHAPE.2), |(row, column)| {
        let place = (row * SHAPE.2 + column) as u64;
        let is_bad = ((place * 2_654_435_761) >> 7).is_multiple_of(every as u64);
        let bell: f64 = (0..4).map(|k| noise(4 * place + k)).sum();
        if is_bad { to_f32(0.01 * bell) } else { 0.0 }
    })
}

fn scan(line_integrals: Array3<f32>, turns: f64) -> Scan {
    let (frames, rows, columns) = line_integrals.dim();
    Scan {
        radiographs: Arc::new(MemoryFrames(line_integrals)),
        flats: vec![],
        darks: vec![],
        black_bodies: Default::default(),
        angles: Some((0..frames).map(|k| Radian(TAU * turns * k as f64 / frames as f64)).collect()),
        quantity: Quantity::LineIntegrals,
        probe: None,
        cone: Default::default(),
        detector: Detector {
            frame: PixelFrame::whole(rows, columns),
            pixel: None,
            saturation: None,
        },
        facts: vec![],
        files: vec![],
    }
}

fn of(rings: &str) -> CorrectSettings {
    serde_json::from_str(&format!(r#"{{"rings": {rings}}}"#)).unwrap()
}

fn map() -> CorrectSettings {
    of(r#"{"method": "gain_map"}"#)
}

fn survey(scan: &Scan, settings: &CorrectSettings) -> Result<Survey, CorrectError> {
    let survey = Survey::measure(scan, settings, &|_, _| {}).unwrap();
    decide_rings(scan, survey, settings, &|_, _| {})
}

fn corrected(stack: &Array3<f32>, turns: f64, settings: &CorrectSettings) -> Array3<f32> {
    let scan = scan(stack.clone(), turns);
    let survey = survey(&scan, settings).unwrap();
    let block = Block { frames: 0..stack.dim().0, rows: 0..stack.dim().1 };
    correct_block(&scan, &survey, settings, block).unwrap().line_integrals
}

fn rms<'a>(values: impl Iterator<Item = &'a f32>) -> f64 {
    let (sum, count) = values
        .fold((0.0, 0.0f64), |(sum, count), value| (sum + f64::from(*value).powi(2), count + 1.0));
    (sum / count.max(1.0)).sqrt()
}

fn decibels(before: &Array3<f32>, after: &Array3<f32>, clean: &Array3<f32>) -> f64 {
    let error = |stack: &Array3<f32>| rms((stack - clean).iter());
    20.0 * (error(before) / error(after)).log10()
}

#[test]
fn gains_of_few_pixels_go_and_layers_stay_over_any_part_of_a_turn() {
    for turns in [0.5, 1.0] {
        let clean = roll(turns);
        let gain = decibels(
            &(&clean + &gains(40)),
            &corrected(&(&clean + &gains(40)), turns, &map()),
            &clean,
        );
        assert!(gain > 30.0, "{gain} dB over {turns} turns");
        let untouched = rms((corrected(&clean, turns, &map()) - &clean).iter());
        assert!(untouched < 2e-6, "{untouched} over {turns} turns");
    }
}

#[test]
fn gains_of_all_pixels_lose_ten_decibels_and_layers_less_than_a_hundredth() {
    let (clean, flat) = (roll(1.0), roll(1.0).mapv(|value| value.min(1.0)));
    let striped = &clean + &gains(1);
    let map = || of(r#"{"method": "gain_map", "gain_rows": 41, "gain_columns": 61}"#);
    let after = corrected(&striped, 1.0, &map());
    let gain = decibels(&striped, &after, &clean);
    assert!(gain > 10.0, "{gain} dB");
    let (layers, response) =
        (&clean - &flat, &after - &corrected(&(&flat + &gains(1)), 1.0, &map()));
    let share = (&response * &layers).sum() / (&layers * &layers).sum();
    assert!((share - 1.0).abs() < 1e-3, "{share} of the layers");
}

/// The five kinds of stripes: full ones go, the others a map of single pixels cannot know.
#[test]
fn full_stripes_go_and_wide_partial_fluctuating_and_dead_ones_are_no_worse() {
    let clean = roll(1.0);
    let mut one = clean.clone();
    one.slice_mut(s![.., 20, 60]).mapv_inplace(|value| value + 0.1);
    let gain = decibels(&one, &corrected(&one, 1.0, &map()), &clean);
    assert!(gain > 40.0, "full: {gain} dB");
    let mut wide = clean.clone();
    wide.slice_mut(s![.., 20..29, 50..59]).mapv_inplace(|value| value + 0.1);
    let mut partial = clean.clone();
    partial.slice_mut(s![10..40, 20, 60]).mapv_inplace(|value| value + 0.1);
    let mut fluctuating = clean.clone();
    let angles = fluctuating.slice_mut(s![.., 20, 60]).into_iter().enumerate();
    angles.for_each(|(angle, value)| *value += to_f32(0.1 * noise(angle as u64)));
    let mut dead = clean.clone();
    dead.slice_mut(s![.., 20, 60]).fill(5.0);
    let others =
        [("wide", wide), ("partial", partial), ("fluctuating", fluctuating), ("dead", dead)];
    for (kind, stripes) in others {
        let gain = decibels(&stripes, &corrected(&stripes, 1.0, &map()), &clean);
        assert!(gain > -0.1, "{kind}: {gain} dB");
    }
}

#[test]
fn what_passes_a_pixel_for_a_while_is_no_gain() {
    let clean = roll(1.0);
    let mut speck = clean.clone();
    for (angle, mut image) in speck.outer_iter_mut().enumerate() {
        let turn = (TAU * angle as f64 / SHAPE.0 as f64).cos();
        let column = voltomo_numeric::cast::to_index(59.5 + 30.0 * turn);
        image.slice_mut(s![22..25, column..column + 3]).mapv_inplace(|value| value + 0.5);
    }
    let change = corrected(&speck, 1.0, &map()) - &speck;
    let most = change.iter().fold(0.0f32, |most, value| most.max(value.abs()));
    // A mean over all radiographs would take 0.05 and more off where the speck turns.
    assert!(most < 5e-3, "{most}");
}

#[test]
fn what_follows_sees_sinograms_without_the_gains() {
    let striped = &roll(1.0) + &gains(3);
    let both =
        corrected(&striped, 1.0, &of(r#"{"method": "gain_map", "then": "sorting", "window": 5}"#));
    let mut expected = corrected(&striped, 1.0, &map());
    let rings = RingSettings { window: Some(5), ..RingSettings::of(RingMethod::Sorting) };
    let filter = RingFilter::new(&rings, (SHAPE.0, SHAPE.2)).unwrap();
    filter.apply_to_rows(expected.view_mut());
    assert_eq!(both, expected);
}

#[test]
fn the_curve_against_beam_hardening_gets_line_integrals_without_the_gains() {
    let clean = roll(1.0);
    let curve = |rings: &str| -> CorrectSettings {
        serde_json::from_str(&format!(
            r#"{{"rings": {rings},
                "beam_hardening": {{"method": "polynomial", "coefficients": [1.0, 0.1]}}}}"#
        ))
        .unwrap()
    };
    let mut straight = clean.clone();
    straight.mapv_inplace(|p| p + 0.1 * p * p);
    let striped = &clean + &gains(40);
    let plain = corrected(&striped, 1.0, &curve(r#"{"method": "none"}"#));
    let mapped = corrected(&striped, 1.0, &curve(r#"{"method": "gain_map"}"#));
    let gain = decibels(&plain, &mapped, &straight);
    assert!(gain > 30.0, "{gain} dB");
}

#[test]
fn auto_takes_gains_off_where_no_filter_of_sinograms_may_touch_the_layers() {
    let clean = roll(0.5);
    let noisy = Array3::from_shape_fn(SHAPE, |(angle, row, column)| {
        clean[[angle, row, column]]
            + to_f32(0.01 * noise(((angle * SHAPE.1 + row) * SHAPE.2 + column) as u64))
    });
    let settings = of(r#"{"method": "auto"}"#);
    let striped = scan(&noisy + &gains(1), 0.5);
    let choice = survey(&striped, &settings).unwrap().figures().rings.clone().unwrap();
    assert_eq!(choice.settings.method, RingMethod::GainMap, "{}", choice.why);
    assert_eq!(choice.settings.then, RingMethod::None, "{}", choice.why);
    assert!(choice.gains.unwrap().stripes > 0.009, "{choice:?}");
    let even = scan(noisy, 0.5);
    let choice = survey(&even, &settings).unwrap().figures().rings.clone().unwrap();
    assert_eq!(choice.settings.method, RingMethod::None, "{}", choice.why);
}

#[test]
fn any_blocks_and_threads_give_the_same_bits() {
    let scan = scan(&roll(1.0) + &gains(2), 1.0);
    let in_pool = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let survey = survey(&scan, &map()).unwrap();
            let part = |rows: Range<usize>| {
                let block = Block { frames: 0..SHAPE.0, rows };
                correct_block(&scan, &survey, &map(), block).unwrap().line_integrals
            };
            (part(0..SHAPE.1), [part(0..1), part(1..17), part(17..SHAPE.1)])
        })
    };
    let (whole, parts) = in_pool(1);
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    assert_eq!(whole, ndarray::concatenate(Axis(1), &views).unwrap());
    assert_eq!(whole, in_pool(3).0);
}

/// The slow twin, in f64: every window copied and sorted.
fn slow(stack: &Array3<f32>, window: usize) -> Array2<f64> {
    let (frames, rows, columns) = stack.dim();
    let means: Vec<Array2<f64>> = (0..15)
        .map(|k| {
            let piece = stack.slice(s![k * frames / 15..(k + 1) * frames / 15, .., ..]);
            piece.mapv(f64::from).mean_axis(Axis(0)).unwrap()
        })
        .collect();
    let standing = slow_agreed(&means, |mean, place| slow_standing(mean, place, window));
    let beside = slow_agreed(&means, slow_beside);
    let across =
        Array2::from_shape_fn((rows, columns), |place| slow_standing(&beside, place, window));
    let map = Array2::from_shape_fn((rows, columns), |(row, column)| {
        standing[[row, column]] - middle(slow_near(&standing, (row, column), (0, window / 2)))
    });
    let rank = |place, rank: usize| {
        let mut near = slow_near(&map.mapv(f64::abs), place, (2, 2));
        near.sort_by(f64::total_cmp);
        near[rank]
    };
    let usual: Vec<f64> = (0..columns)
        .map(|column| middle((0..rows).map(|row| rank((row, column), 12)).collect()).max(1e-4))
        .collect();
    let even = Array2::from_shape_fn((rows, columns), |place| {
        f64::from(u8::from(rank(place, 20) <= 4.0 * usual[place.1]))
    });
    Array2::from_shape_fn((rows, columns), |place| {
        let count: f64 = slow_near(&even, place, (4, 4)).iter().sum();
        let deviation = 1.4826 * usual[place.1];
        let differ = (map[place] - across[place]).abs();
        let stands_out = |value: f64| value.abs() > 4.0 * usual[place.1];
        let is_alike =
            !stands_out(map[place]) || differ <= 2.0 * deviation + 0.25 * map[place].abs();
        if even[place] > 0.0 && count >= 72.9 && is_alike {
            return map[place];
        }
        let near = slow_near(&across, place, (2, 2));
        let square = near.iter().map(|value| value * value).sum::<f64>() / 25.0;
        let is_even = square <= 2.0 * deviation * deviation && !stands_out(across[place]);
        if is_even { across[place] } else { 0.0 }
    })
}

/// What a place has in the pieces that agree, on average.
fn slow_agreed(
    pieces: &[Array2<f64>],
    of: impl Fn(&Array2<f64>, (usize, usize)) -> f64,
) -> Array2<f64> {
    Array2::from_shape_fn(pieces[0].dim(), |place| {
        let mut values: Vec<f64> = pieces.iter().map(|piece| of(piece, place)).collect();
        let median = middle(values.clone());
        let spread = middle(values.iter().map(|value| (value - median).abs()).collect());
        values.retain(|value| (value - median).abs() <= 4.0 * 1.4826 * spread);
        values.iter().sum::<f64>() / values.len() as f64
    })
}

/// A value less the parabola y = a + bx + cx² of least squares through the 21 columns about it.
fn slow_beside(mean: &Array2<f64>, place: (usize, usize)) -> f64 {
    let near = slow_near(mean, place, (0, 10));
    let squares = || (-10..=10).map(|x| f64::from(x * x));
    let [sum, sum_of_fourths] = [squares().sum::<f64>(), squares().map(|x| x * x).sum()];
    let [values, curved] =
        [near.iter().sum::<f64>(), near.iter().zip(squares()).map(|(y, x)| y * x).sum()];
    let fitted = (sum_of_fourths * values - sum * curved) / (21.0 * sum_of_fourths - sum * sum);
    mean[place] - fitted
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Everything so many rows and columns about a place, mirrored at the rims.
fn slow_near(
    plane: &Array2<f64>,
    (row, column): (usize, usize),
    (down, right): (usize, usize),
) -> Vec<f64> {
    let at = |place: usize, step: usize, reach: usize, count: usize| {
        let place = (place + step) as isize - reach as isize;
        let place = place.rem_euclid(2 * count as isize) as usize;
        place.min(2 * count - 1 - place)
    };
    let (rows, columns) = plane.dim();
    let steps = (0..=2 * down).flat_map(|y| (0..=2 * right).map(move |x| (y, x)));
    steps.map(|(y, x)| plane[[at(row, y, down, rows), at(column, x, right, columns)]]).collect()
}

fn slow_standing(means: &Array2<f64>, (row, column): (usize, usize), window: usize) -> f64 {
    let half = window / 2;
    let first = (row.max(half) - half).min(means.nrows() - window);
    let near: Vec<f64> = (first..first + window).map(|y| means[[y, column]]).collect();
    let [low, high] = [&near[..half], &near[half + 1..]].map(|end| middle(end.to_vec()));
    let models = [0.0, (high - low) / (half as f64 + 1.0)].map(|slope| {
        let level = |(k, value): (usize, &f64)| value - slope * ((first + k) as f64 - row as f64);
        let levels: Vec<f64> = near.iter().enumerate().map(level).collect();
        let median = middle(levels.clone());
        (middle(levels.iter().map(|value| (value - median).abs()).collect()), median)
    });
    let median = if models[1].0 < 0.8 * models[0].0 { models[1].1 } else { models[0].1 };
    means[[row, column]] - median
}

#[test]
fn the_map_agrees_with_its_slow_twin() {
    let mut stack = &roll(1.0) + &gains(1);
    let (rows, columns) = (SHAPE.1, SHAPE.2);
    stack.indexed_iter_mut().for_each(|((angle, row, column), value)| {
        *value += to_f32(0.02 * noise(((angle * rows + row) * columns + column) as u64));
    });
    let settings = of(r#"{"method": "gain_map", "gain_rows": 11, "gain_columns": 11}"#);
    let found = (&stack - &corrected(&stack, 1.0, &settings)).mean_axis(Axis(0)).unwrap();
    let expected = slow(&stack, 11);
    let mut errors = Vec::new();
    Zip::from(&found).and(&expected).for_each(|found, expected| {
        errors.push((f64::from(*found) - expected).powi(2));
    });
    // A limit that a pixel just reaches may be reached in f64 and not in f32.
    errors.sort_by(f64::total_cmp);
    errors.truncate(errors.len() - 4);
    let peak = expected.iter().fold(0.0f64, |peak, value| peak.max(value.abs()));
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    let psnr = 20.0 * (peak / mean.sqrt()).log10();
    assert!(psnr > 80.0, "{psnr} dB");
}

#[test]
fn bad_too_few_rows_radiographs_and_no_map_name_their_key() {
    let low = scan(roll(1.0).slice(s![.., ..20, ..]).to_owned(), 1.0);
    let message = survey(&low, &map()).unwrap_err().to_string();
    assert!(
        message.contains("20 rows") && message.contains("`correct.rings.gain_rows`"),
        "{message}"
    );
    let few = scan(roll(1.0).slice(s![..7, .., ..]).to_owned(), 1.0);
    let message = survey(&few, &map()).unwrap_err().to_string();
    assert!(message.contains("7 radiographs") && message.contains("`correct.rings."), "{message}");
    let whole = scan(roll(1.0), 1.0);
    let unmeasured = Survey::measure(&whole, &map(), &|_, _| {}).unwrap();
    let block = Block { frames: 0..1, rows: 0..SHAPE.1 };
    let message = correct_block(&whole, &unmeasured, &map(), block).unwrap_err().to_string();
    assert!(message.contains("`correct.rings.method` is `gain_map`"), "{message}");
}

#[test]
fn auto_of_a_scan_of_few_rows_tries_filters_alone() {
    for rows in [1, 2, 8] {
        let low = scan((&roll(1.0) + &gains(1)).slice(s![.., ..rows, ..]).to_owned(), 1.0);
        let survey = survey(&low, &of(r#"{"method": "auto"}"#)).unwrap();
        let choice = survey.figures().rings.clone().unwrap();
        assert!(choice.gains.is_none(), "{choice:?}");
    }
}
