//! Spots go, clean pixels and thin structures stay to the bit, and no block can tell its place.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod phantom_scan;

use ndarray::{Array2, Array3, Axis, concatenate, s};
use phantom_scan::{
    BEAM, SHAPE, correct, counts, frame, line_integrals, references, scan, scan_of, settings,
};
use voltomo_correct::{
    Block, BlockFigures, CorrectSettings, SpotSettings, Survey, correct_block, remove_spots,
    working_bytes,
};
use voltomo_types::When;

/// Pixels that differ in their bits.
fn changed(before: &Array2<f32>, after: &Array2<f32>) -> Vec<(usize, usize)> {
    let pairs = before.indexed_iter().zip(after);
    pairs.filter(|((_, a), b)| a.to_bits() != b.to_bits()).map(|((place, _), _)| place).collect()
}

fn noisy() -> Array2<f32> {
    frame(&counts(BEAM), 4)
}

#[test]
fn a_frame_without_spots_keeps_its_bits() {
    let before = noisy();
    let mut after = before.clone();
    let count = remove_spots(&mut after, &SpotSettings::default()).unwrap();
    assert_eq!((count.bright, count.dark, count.non_finite), (0, 0, 0));
    assert_eq!(changed(&before, &after), []);
}

#[test]
fn bright_and_dark_spots_go_and_nothing_else_changes() {
    let clean = noisy();
    let mut hit = clean.clone();
    let bright = [(3, 3), (10, 50), (20, 32), (20, 33), (40, 12), (47, 63), (0, 0)];
    let dark = [(30, 30), (5, 30), (46, 1)];
    bright.iter().for_each(|place| hit[*place] += 30_000.0);
    dark.iter().for_each(|place| hit[*place] = 900.0);
    let mut mended = hit.clone();
    let count = remove_spots(&mut mended, &SpotSettings::default()).unwrap();
    let mut places = [bright.as_slice(), dark.as_slice()].concat();
    places.sort_unstable();
    assert_eq!(changed(&hit, &mended), places);
    assert_eq!((count.bright, count.dark), (7, 3));
    let off = places.iter().map(|place| (mended[*place] / clean[*place] - 1.0).abs());
    assert!(off.fold(0.0, f32::max) < 0.15);
}

#[test]
fn large_spots_with_a_halo_go_whole() {
    let clean = frame(&BEAM.flats((1, SHAPE.1, SHAPE.2)), 0);
    for radius in [1.0f32, 2.0, 2.9] {
        let mut hit = clean.clone();
        for ((y, x), value) in hit.indexed_iter_mut() {
            let distance = ((y as f32 - 20.0).powi(2) + (x as f32 - 30.0).powi(2)).sqrt();
            *value += 25_000.0 / (1.0 + (3.0 * (distance - radius + 0.5)).exp());
        }
        let settings = SpotSettings { radius: 4, ..SpotSettings::default() };
        let count = remove_spots(&mut hit, &settings).unwrap();
        let worst = clean.iter().zip(&hit).map(|(a, b)| (a - b).abs() / 20_000.0);
        let worst = worst.fold(0.0, f32::max);
        assert!(worst < 0.05, "radius {radius}: {worst} left, {} removed", count.bright);
    }
}

#[test]
fn edges_corners_and_wires_stay_to_the_bit() {
    let flat = frame(&BEAM.flats((1, SHAPE.1, SHAPE.2)), 0);
    let shade = |is_inside: &dyn Fn(usize, usize) -> bool| {
        let mut shaded = flat.clone();
        for ((y, x), value) in shaded.indexed_iter_mut() {
            *value *= if is_inside(y, x) { 0.05 } else { 1.0 };
        }
        shaded
    };
    let tilted = shade(&|y, x| x as f32 > 20.0 + 0.3 * y as f32);
    let corner = shade(&|y, x| y > 20 && x > 30);
    let hole = shade(&|y, x| !(20..40).contains(&y) || !(20..40).contains(&x));
    let wire = shade(&|y, x| x == 10 + y / 3);
    let sheet = shade(&|y, x| (20..22).contains(&y) && x > 8);
    for (name, before) in
        [("edge", tilted), ("corner", corner), ("hole", hole), ("wire", wire), ("sheet", sheet)]
    {
        let mut after = before.clone();
        remove_spots(&mut after, &SpotSettings::default()).unwrap();
        assert_eq!(changed(&before, &after), [], "{name}");
    }
}

#[test]
fn few_grey_levels_are_no_spots() {
    let before =
        Array2::from_shape_fn((40, 40), |(y, x)| 10.0 + ((y * 31 + x * 17) % 23 / 22) as f32);
    let mut after = before.clone();
    after[[20, 20]] = 200.0;
    let count = remove_spots(&mut after, &SpotSettings::default()).unwrap();
    assert_eq!(count.bright, 1);
    assert_eq!(changed(&before, &after).len(), usize::from(after[[20, 20]] != before[[20, 20]]));
}

/// NaN, infinity, zero, negative and hot: only the pixel and its closest neighbours may change.
#[test]
fn one_bad_pixel_changes_line_integrals_only_beside_it() {
    let good = correct(&scan(counts(BEAM)), &CorrectSettings::default()).unwrap().1;
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -500.0, 65_535.0] {
        let mut radiographs = counts(BEAM);
        radiographs[[7, 25, 20]] = bad;
        let scan = scan(radiographs);
        let (_, corrected) = correct(&scan, &CorrectSettings::default()).unwrap();
        let truth = line_integrals()[[7, 25, 20]];
        assert!((corrected.line_integrals[[7, 25, 20]] - truth).abs() < 0.1, "{bad}");
        for k in 0..SHAPE.0 {
            let (before, after) =
                (frame(&good.line_integrals, k), frame(&corrected.line_integrals, k));
            for (y, x) in changed(&before, &after) {
                let is_near = y.abs_diff(25) <= 2 && x.abs_diff(20) <= 2;
                assert!(k == 7 && is_near, "{bad} at [7, 25, 20] changed [{k}, {y}, {x}]");
            }
        }
        let figures = corrected.figures();
        assert_eq!(figures.spots_bright + figures.spots_dark + figures.non_finite, 1, "{bad}");
    }
}

fn with_dead_pixels() -> voltomo_types::Scan {
    let (_, rows, columns) = SHAPE;
    let kill = |stack: &mut Array3<f32>| {
        stack.slice_mut(s![.., .., 22..24]).fill(100.0);
        stack.slice_mut(s![.., 30..32, ..]).fill(100.0);
        stack.slice_mut(s![.., 20..26, 40..48]).fill(f32::NAN);
        stack.slice_mut(s![.., .., 63]).fill(0.0);
    };
    let (mut radiographs, mut flats) = (counts(BEAM), BEAM.flats((20, rows, columns)));
    kill(&mut radiographs);
    kill(&mut flats);
    for k in 0..40 {
        radiographs[[k % SHAPE.0, (k * 13) % rows, (k * 29) % columns]] += 30_000.0;
    }
    scan_of(radiographs, vec![references(flats, When::Before)], 100.0)
}

#[test]
fn dead_columns_rows_and_blocks_are_bridged() {
    let (survey, corrected) = correct(&with_dead_pixels(), &CorrectSettings::default()).unwrap();
    let dead = 48 * 3 + 2 * 61 + 6 * 8;
    assert_eq!(survey.figures().dead_pixels, dead);
    assert_eq!(corrected.figures().dead, (dead * SHAPE.0) as u64);
    assert!(corrected.line_integrals.iter().all(|value| value.is_finite()));
    let truth = line_integrals();
    let is_dead = |y: usize, x: usize| {
        let is_block = (20..26).contains(&y) && (40..48).contains(&x);
        is_block || (22..24).contains(&x) || (30..32).contains(&y) || x == 63
    };
    for ((place, found), expected) in corrected.line_integrals.indexed_iter().zip(&truth) {
        if !is_dead(place.1, place.2) {
            continue;
        }
        assert!((found - expected).abs() < 0.5, "{place:?}: {found} for {expected}");
    }
}

fn in_blocks(
    scan: &voltomo_types::Scan,
    settings: &CorrectSettings,
    size: [usize; 2],
) -> (Array3<f32>, BlockFigures) {
    let survey = Survey::measure(scan, settings, &|_, _| {}).unwrap();
    let shape = survey.shape();
    let (mut stack, mut figures) = (Vec::new(), BlockFigures::default());
    for frame in (0..shape.frames).step_by(size[0]) {
        let mut bands = Vec::new();
        for row in (0..shape.rows).step_by(size[1]) {
            let frames = frame..(frame + size[0]).min(shape.frames);
            let rows = row..(row + size[1]).min(shape.rows);
            let part = correct_block(scan, &survey, settings, Block { frames, rows }).unwrap();
            figures = figures.with(part.figures());
            bands.push(part.line_integrals);
        }
        let views: Vec<_> = bands.iter().map(|part| part.view()).collect();
        stack.push(concatenate(Axis(1), &views).unwrap());
    }
    let views: Vec<_> = stack.iter().map(|part| part.view()).collect();
    (concatenate(Axis(0), &views).unwrap(), figures)
}

#[test]
fn blocks_and_threads_do_not_change_a_bit() {
    let scan = with_dead_pixels();
    for settings in [CorrectSettings::default(), settings(r#"{"bin": 2, "spots": {"radius": 1}}"#)]
    {
        let (whole, figures) = in_blocks(&scan, &settings, [SHAPE.0, 48]);
        assert!(figures.spots_bright > 20);
        for (size, threads) in [([1, 1], 2), ([3, 7], 1), ([12, 5], 2), ([12, 48], 1), ([5, 23], 2)]
        {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (cut, sum) = pool.install(|| in_blocks(&scan, &settings, size));
            let differing = whole.iter().zip(&cut).filter(|(a, b)| a.to_bits() != b.to_bits());
            assert_eq!(differing.count(), 0, "{size:?}");
            assert_eq!(sum, figures, "{size:?}");
        }
    }
}

#[test]
fn working_bytes_hold_the_counts_of_the_block_and_its_halo() {
    let scan = scan(counts(BEAM));
    let settings = CorrectSettings::default();
    let bytes = working_bytes(&scan, &settings, Block { frames: 0..12, rows: 20..22 });
    let read = 2 + 2 * 14;
    assert!(bytes >= (4 * 12 * read * 64) as u64);
    let all = working_bytes(&scan, &settings, Block { frames: 0..12, rows: 0..48 });
    assert!(all < (8 * 12 * 48 * 64) as u64 + (1 << 20), "{all}");
}
