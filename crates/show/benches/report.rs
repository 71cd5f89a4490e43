//! A report with forty findings, each with a picture, and everything beside them. Its size is checked
//! before it is timed.
#![allow(missing_docs, reason = "a bench has no readers of its items")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::Array2;
use voltomo_show::picture::{SliceStyle, encode_png, slice_picture};
use voltomo_show::report::{
    HeatMap, ReportContent, ReportFigure, ReportFinding, ReportPicture, write_html,
};
use voltomo_types::{
    Counted, Curve, CurveLine, Finding, FindingKind, Measure, MeasureUnit, Probe, Verdict,
};

/// Bytes that a report may take.
const MOST: usize = 15_000_000;

/// A slice of noise, `side` pixels wide, as a PNG.
fn picture(side: usize) -> ReportPicture {
    let noise = |(y, x)| ((x * 7919 + y * 104_729) % 1009) as f32;
    let values = Array2::from_shape_fn((side, side), noise);
    let drawn = slice_picture(values.view(), &SliceStyle::default());
    let [width, height] =
        [drawn.width(), drawn.height()].map(|length| u32::try_from(length).unwrap_or(0));
    let png = encode_png(&drawn).expect("a picture with pixels");
    ReportPicture { png, width, height, alt: "a slice".into() }
}

fn finding() -> ReportFinding {
    let measure = Measure {
        name: "depth".into(),
        value: 0.22,
        uncertainty: Some(0.01),
        unit: MeasureUnit::Millimetre,
        limit: None,
    };
    let finding = Finding {
        kind: FindingKind::CanDent,
        place: None,
        extent_mm: None,
        measures: vec![measure; 4],
        confidence: 0.9,
        shown_by: vec![Probe::Xray],
        verdict: Verdict::Fail,
        slice: None,
        note: "The wall is pressed in.".repeat(8),
    };
    ReportFinding { finding, picture: Some(picture(160)), part: None }
}

fn curve() -> Curve {
    let along: Vec<f64> = (0..360).map(f64::from).collect();
    let values = along.iter().map(|angle| angle.to_radians().sin()).collect();
    Curve {
        name: "gap".into(),
        title: "Gap round the clock".into(),
        across: Counted::new("angle", "degrees"),
        quantity: Counted::new("gap", "mm"),
        along,
        lines: vec![CurveLine { label: "mean".into(), values }],
        levels: vec![],
    }
}

fn content() -> ReportContent {
    let joint = HeatMap {
        title: "Both beams".into(),
        across: Counted::new("µ for X-rays", "1/cm"),
        across_range: [0.0, 6.0],
        up: Counted::new("µ for neutrons", "1/cm"),
        up_range: [0.0, 4.0],
        quantity: Counted::new("voxels", ""),
        values: Array2::from_shape_fn((160, 160), |(y, x)| (y * x) as f32),
        is_logarithmic: true,
    };
    let figure = ReportFigure { picture: picture(400), ..ReportFigure::default() };
    ReportContent {
        title: "18650".into(),
        verdict: Verdict::Fail,
        findings: vec![finding(); 40],
        overview: Some(figure.clone()),
        figures: vec![figure; 4],
        curves: vec![curve(); 12],
        heat_maps: vec![joint],
        ..ReportContent::default()
    }
}

fn written(content: &ReportContent) -> Vec<u8> {
    let mut page = Vec::new();
    write_html(content, &mut page).expect("memory can be written");
    page
}

fn report(criterion: &mut Criterion) {
    let content = content();
    let page = written(&content);
    assert!((MOST / 10..MOST).contains(&page.len()), "{} bytes", page.len());
    assert!(String::from_utf8_lossy(&page).matches("class=\"row fail\"").count() == 40);
    let mut group = criterion.benchmark_group("report");
    group.sample_size(10);
    group.bench_function("40_findings", |bench| {
        bench.iter(|| black_box(written(black_box(&content))));
    });
    group.finish();
}

criterion_group!(benches, report);
criterion_main!(benches);
