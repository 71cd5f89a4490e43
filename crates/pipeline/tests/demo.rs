//! The demonstration finds the flaws that were built in, the axis that was simulated, and the parts
//! of the cell as bright as scatter and blur let them be.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use voltomo_pipeline::{Silent, demo};
use voltomo_types::{FindingKind, Probe, Verdict};

/// Found and true, of the line that begins with `label`.
fn of(lines: &[String], label: &str) -> [f64; 2] {
    let line = lines.iter().find(|line| line.starts_with(label));
    let line = line.unwrap_or_else(|| panic!("{label}: {lines:#?}"));
    let mut numbers = line.split_whitespace().rev().map(|word| word.parse().unwrap());
    let truth = numbers.next().unwrap();
    [numbers.next().unwrap(), truth]
}

#[test]
#[ignore = "slow: simulates, reconstructs and inspects two cells in two instruments"]
fn slow_the_demo_finds_what_was_put_in() {
    let folder = tempfile::tempdir().unwrap();
    let shown = demo(folder.path(), None, &Silent::default()).unwrap();
    let [wound, coin] = &shown.records[..] else { panic!("two cells") };
    assert_eq!(wound.verdict, Verdict::Fail);
    for kind in [
        FindingKind::RollOffCentre,
        FindingKind::TabVoid,
        FindingKind::WindingGap,
        FindingKind::Telescoping,
        FindingKind::BentSeparator,
        FindingKind::CanDent,
    ] {
        assert!(wound.findings.iter().any(|finding| finding.kind == kind), "{kind:?}");
    }
    assert!(coin.findings.iter().all(|finding| finding.verdict != Verdict::Fail));
    // X-rays hardly come through a coin cell: they tell nothing, and that is said.
    let of_xrays = coin.findings.iter().filter(|it| it.shown_by == [Probe::Xray]);
    let verdicts: Vec<Verdict> = of_xrays.map(|finding| finding.verdict).collect();
    assert!(!verdicts.is_empty() && verdicts.iter().all(|it| *it == Verdict::CannotTell));
    let of = |label| of(&shown.lines, label);
    let [centre, true_centre] = of("axis column");
    assert!((centre - true_centre).abs() < 0.1, "{centre} {true_centre}");
    let [tilt, true_tilt] = of("axis tilt");
    assert!((tilt - true_tilt).abs() < 0.02, "{tilt} {true_tilt}");
    // Scatter takes some 15 % from the roll and most from the gasket, and lifts what is void.
    let [roll, true_roll] = of("µ of roll");
    assert!((1.30..1.42).contains(&true_roll), "{true_roll}");
    assert!((0.75..0.95).contains(&(roll / true_roll)), "{roll} {true_roll}");
    let [gasket, true_gasket] = of("µ of gasket");
    assert!((4.3..4.6).contains(&true_gasket), "{true_gasket}");
    assert!((0.5..0.95).contains(&(gasket / true_gasket)), "{gasket}");
    let [void, true_void] = of("µ of void in the core");
    assert_eq!(true_void, 0.0);
    assert!(void < 0.2, "{void}");
    let [can, true_can] = of("µ of can");
    assert!((can / true_can - 1.0).abs() < 0.2, "{can} {true_can}");
}
