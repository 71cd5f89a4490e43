//! Rings in the correction of a scan: any blocks give the same bits, and mistakes name their key.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod phantom_scan;

use ndarray::{Array3, Axis, concatenate, s};
use phantom_scan::{BEAM, SHAPE, correct, counts, scan, settings};
use voltomo_correct::{
    Block, CorrectSettings, RingFilter, RingMethod, RingSettings, Survey, correct_block,
    decide_rings, working_bytes,
};
use voltomo_types::Scan;

fn with_stripes() -> Scan {
    let mut counts = counts(BEAM);
    counts.slice_mut(s![.., .., 30]).mapv_inplace(|count| 100.0 + 0.95 * (count - 100.0));
    scan(counts)
}

const METHODS: [&str; 15] = [
    "gain_map",
    "sorting",
    "filtering",
    "large",
    "dead",
    "combined",
    "gentle",
    "fitting",
    "wavelet_fourier",
    "regularised",
    "raven",
    "rivers",
    "boin_haibel",
    "oimoen",
    "sijbers_postnov",
];

fn of(method: &str) -> CorrectSettings {
    settings(&format!(r#"{{"rings": {{"method": "{method}", "window": 5}}}}"#))
}

fn all(scan: &Scan, settings: &CorrectSettings, cuts: &[usize]) -> Array3<f32> {
    let survey = Survey::measure(scan, settings, &|_, _| {}).unwrap();
    let survey = decide_rings(scan, survey, settings, &|_, _| {}).unwrap();
    let blocks = cuts.windows(2).map(|cut| {
        let block = Block { frames: 0..SHAPE.0, rows: cut[0]..cut[1] };
        correct_block(scan, &survey, settings, block).unwrap().line_integrals
    });
    let blocks: Vec<Array3<f32>> = blocks.collect();
    let views: Vec<_> = blocks.iter().map(|block| block.view()).collect();
    concatenate(Axis(1), &views).unwrap()
}

#[test]
fn any_blocks_of_rows_give_the_same_bits() {
    let scan = with_stripes();
    for method in METHODS {
        let whole = all(&scan, &of(method), &[0, SHAPE.1]);
        let cut = all(&scan, &of(method), &[0, 1, 17, 18, SHAPE.1]);
        assert!(whole.iter().zip(&cut).all(|(a, b)| a.to_bits() == b.to_bits()), "{method}");
    }
}

#[test]
fn the_stage_does_what_the_filter_does_to_each_row_and_tells_the_range_after_it() {
    let scan = with_stripes();
    let (_, before) = correct(&scan, &settings("{}")).unwrap();
    let (_, after) = correct(&scan, &of("sorting")).unwrap();
    let rings = RingSettings { window: Some(5), ..RingSettings::of(RingMethod::Sorting) };
    let filter = RingFilter::new(&rings, (SHAPE.0, SHAPE.2)).unwrap();
    let mut expected = before.line_integrals.clone();
    expected.axis_iter_mut(Axis(1)).for_each(|sinogram| filter.apply(sinogram));
    assert_eq!(after.line_integrals, expected);
    assert_ne!(after.line_integrals, before.line_integrals);
    let largest = expected.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    assert_eq!(after.figures().max.to_bits(), largest.to_bits());
}

#[test]
fn a_block_without_all_radiographs_keeps_its_rings() {
    let scan = with_stripes();
    let part = |settings: &CorrectSettings| {
        let survey = Survey::measure(&scan, settings, &|_, _| {}).unwrap();
        let block = Block { frames: 0..SHAPE.0 - 1, rows: 0..SHAPE.1 };
        correct_block(&scan, &survey, settings, block).unwrap().line_integrals
    };
    assert_eq!(part(&of("combined")), part(&settings("{}")));
}

#[test]
fn auto_is_decided_once_for_all_blocks_and_told() {
    let scan = with_stripes();
    let settings = of("auto");
    let survey = Survey::measure(&scan, &settings, &|_, _| {}).unwrap();
    let block = || Block { frames: 0..SHAPE.0, rows: 3..9 };
    let message = correct_block(&scan, &survey, &settings, block()).unwrap_err().to_string();
    assert!(message.contains("`correct.rings.method` is `auto`"), "{message}");

    let survey = decide_rings(&scan, survey, &settings, &|_, _| {}).unwrap();
    let choice = survey.figures().rings.clone().unwrap();
    assert!(!choice.why.is_empty());
    let decided = CorrectSettings { rings: choice.settings, ..settings.clone() };
    let of_its_own = correct_block(&scan, &survey, &settings, block()).unwrap();
    let by_name = correct_block(&scan, &survey, &decided, block()).unwrap();
    assert_eq!(of_its_own.line_integrals, by_name.line_integrals);
}

#[test]
fn a_plan_counts_the_room_of_the_filter() {
    let scan = with_stripes();
    let block = || Block { frames: 0..SHAPE.0, rows: 0..SHAPE.1 };
    let bytes = |method: &str| working_bytes(&scan, &of(method), block());
    assert!(bytes("sorting") > bytes("none"));
}

#[test]
fn settings_that_cannot_be_used_name_their_key() {
    for (table, words) in [
        (r#"{"window": 4}"#, ["correct.rings.window", "4", "odd"]),
        (r#"{"window": 1}"#, ["correct.rings.window", "1", "odd"]),
        (r#"{"gain_rows": 4}"#, ["correct.rings.gain_rows", "4", "odd"]),
        (r#"{"gain_columns": 1}"#, ["correct.rings.gain_columns", "1", "odd"]),
        (r#"{"then": "auto"}"#, ["correct.rings.then", "`auto`", "`none`"]),
        (r#"{"then": "gain_map"}"#, ["correct.rings.then", "`gain_map`", "`none`"]),
        (r#"{"large_window": 2000}"#, ["correct.rings.large_window", "2000", "1001"]),
        (r#"{"threshold": 0.5}"#, ["correct.rings.threshold", "0.5", "1 to 1000"]),
        (r#"{"drop": 0.9}"#, ["correct.rings.drop", "0.9", "0.8"]),
        (r#"{"sigma": 0.0}"#, ["correct.rings.sigma", "0", "0.1 to 200"]),
        (r#"{"degree": 10}"#, ["correct.rings.degree", "10", "0 to 9"]),
        (r#"{"wavelet": 0}"#, ["correct.rings.wavelet", "0", "1 to 20"]),
        (r#"{"levels": 11}"#, ["correct.rings.levels", "11", "1 to 10"]),
        (r#"{"strength": 0.0}"#, ["correct.rings.strength", "0", "1e-8 to 1"]),
        (r#"{"cutoff": 0.5}"#, ["correct.rings.cutoff", "0.5", "1 to 10000"]),
        (r#"{"frequencies": 0}"#, ["correct.rings.frequencies", "0", "1 to 99"]),
        (r#"{"angle_window": 8}"#, ["correct.rings.angle_window", "8", "odd"]),
        (r#"{"even_share": 0.0}"#, ["correct.rings.even_share", "0", "0.01 to 1"]),
    ] {
        let settings = settings(&format!(r#"{{"rings": {table}}}"#));
        let problem = settings.problems().into_iter().next().unwrap();
        let said = format!("{} is {}; {}", problem.key, problem.found, problem.expected);
        words.iter().for_each(|word| assert!(said.contains(word), "`{word}` not in: {said}"));
    }
}

#[test]
fn sinograms_of_seven_radiographs_are_refused() {
    let counts = counts(BEAM).slice(s![..7, .., ..]).to_owned();
    let message = correct(&scan(counts), &of("sorting")).unwrap_err().to_string();
    assert!(message.contains("7 radiographs × 64 columns"), "{message}");
    assert!(message.contains("`correct.rings.method = \"none\"`"), "{message}");
}
