//! The report as a whole: order, sentences, escapes, ids, and what is missing.

use voltomo_types::{
    CellKind, CellPart, CellPlace, Counted, Curve, CurveLine, Finding, FindingKind, HeightOrigin,
    Limit, Measure, MeasureUnit, Probe, Verdict,
};

use super::*;

/// A finding of `kind` with one measure and a limit from above.
fn finding(kind: FindingKind, measure: (&str, f64, f64), most: Option<f64>) -> Finding {
    let (name, value, sigma) = measure;
    let limit = most.map(|most| Limit { key: name.into(), least: None, most: Some(most) });
    let measure =
        Measure { limit, ..Measure::new(name, value, Some(sigma), MeasureUnit::Millimetre) };
    let is_beyond = most.is_some_and(|most| value > most);
    Finding {
        kind,
        place: Some(place(49.0, 2.4, 249.0)),
        extent_mm: None,
        measures: vec![measure],
        confidence: 0.99,
        shown_by: vec![Probe::Xray],
        verdict: if is_beyond { Verdict::Fail } else { Verdict::Pass },
        slice: None,
        note: "A note.".into(),
    }
}

fn place(z_mm: f64, radius_mm: f64, angle_deg: f64) -> CellPlace {
    CellPlace { z_mm, radius_mm, angle_deg, volume_mm: [0.0; 3] }
}

fn report(findings: Vec<Finding>, verdict: Verdict) -> ReportContent {
    let findings =
        findings.into_iter().map(|finding| ReportFinding { finding, picture: None, part: None });
    ReportContent { findings: findings.collect(), verdict, ..ReportContent::default() }
}

fn page(content: &ReportContent) -> String {
    let mut bytes = Vec::new();
    write_html(content, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn what_two_beams_show_is_as_high_as_both_together_show_it() {
    let gap = |sigma: f64, height: f64, beam: Probe| {
        let gap = finding(FindingKind::WindingGap, ("thickness", 0.11, sigma), Some(0.05));
        Finding { extent_mm: Some([0.1, 2.0, height]), shown_by: vec![beam], ..gap }
    };
    let both = vec![gap(0.003, 10.0, Probe::Xray), gap(0.01, 30.0, Probe::Neutron)];
    let summary = summarise(&report(both, Verdict::Fail));
    assert_eq!(summary.points.len(), 1);
    assert!(summary.points[0].text.ends_with("at heights 34.0 to 64.0\u{a0}mm"), "{summary:?}");
    assert!(summary.points[0].because.starts_with("0.1100 ± 0.0030\u{a0}mm; limit at most 0.05"));
}

#[test]
fn what_ought_not_to_be_there_is_told_without_a_limit_too() {
    let mut band = finding(FindingKind::SeparatorBand, ("depth", 0.67, 0.01), None);
    band.verdict = Verdict::Seen;
    band.measures.push(Measure::new("gas_thickness", 0.1, None, MeasureUnit::Millimetre));
    let tilt = finding(FindingKind::SpacerTilt, ("tilt", 0.1, 0.01), Some(0.5));
    let content = report(vec![tilt, band], Verdict::Pass);
    let summary = summarise(&content);
    assert_eq!((summary.points.len(), summary.unjudged.len()), (0, 1));
    assert!(summary.unjudged[0].text.starts_with("gas of 0.10\u{a0}mm lies at the separator"));
    assert_eq!(summary.unjudged[0].findings, [2]);
    assert!(page(&content).contains("Seen, and without a limit to judge it by"));
}

#[test]
fn what_reaches_to_the_end_of_the_volume_may_go_on_beyond_it() {
    let mut gap = finding(FindingKind::WindingGap, ("thickness", 0.11, 0.003), Some(0.05));
    gap.extent_mm = Some([0.1, 2.0, 11.0]);
    let part = CellPart {
        heights_mm: [43.0, 65.0],
        counted_from: HeightOrigin::NominalTop,
        holds_bottom: false,
        holds_top: true,
    };
    let told = |part: Option<CellPart>, volumes: Vec<ReportVolume>| {
        let mut content = report(vec![gap.clone()], Verdict::Fail);
        content.findings[0].part = part;
        content.volumes = volumes;
        (summarise(&content).sentence(), page(&content))
    };
    let below = "at heights 43.5 to 54.5\u{a0}mm and perhaps below: the volume ends there";
    let path = String::new();
    let volume = ReportVolume { probe: Probe::Xray, path, facts: vec![], part: Some(part) };
    let (sentence, page) = told(Some(part), vec![volume]);
    assert!(sentence.contains(below), "{sentence}");
    assert!(
        page.contains("X-rays: the top of the cell, heights 43.0 to 65.0\u{a0}mm; what lies below")
    );
    let whole = CellPart { holds_bottom: true, ..part };
    let (sentence, page) = told(Some(whole), vec![]);
    assert!(!sentence.contains("perhaps") && !page.contains("What was looked at"), "{sentence}");
    let slice = CellPart { counted_from: HeightOrigin::Volume, ..whole };
    assert!(told(Some(slice), vec![]).0.contains("54.5\u{a0}mm in the volume"));
}

#[test]
fn the_sentence_says_what_is_wrong_and_where_the_worst_first() {
    let mut roll = finding(FindingKind::RollOffCentre, ("shift", 0.121, 0.003), Some(0.1));
    roll.place = Some(place(51.0, 0.121, 180.0));
    roll.extent_mm = Some([0.1, 18.0, 13.0]);
    let gap = finding(FindingKind::WindingGap, ("thickness", 0.114, 0.003), Some(0.05));
    let told = summarise(&report(vec![roll, gap], Verdict::Fail)).sentence();
    assert_eq!(
        told,
        "Fails: two windings gape by 0.11\u{a0}mm, at 249°, 2.40\u{a0}mm from the axis, at height \
         49.0\u{a0}mm; the roll sits 0.12\u{a0}mm off the can's axis, towards 180°, at heights 44.5 \
         to 57.5\u{a0}mm."
    );
}

#[test]
fn what_both_beams_show_is_one_thing_and_what_one_beam_shows_twice_is_two() {
    let xray = finding(FindingKind::TabVoid, ("thickness", 0.1, 0.01), Some(0.05));
    let mut neutron = xray.clone();
    neutron.shown_by = vec![Probe::Neutron];
    let summary = summarise(&report(vec![xray.clone(), neutron.clone()], Verdict::Fail));
    assert_eq!(summary.points.len(), 1);
    assert_eq!(summary.points[0].findings, [1, 2]);
    assert!(summary.points[0].because.contains("seen by X-rays and neutrons"), "{summary:?}");
    let twice = summarise(&report(vec![xray.clone(), xray.clone()], Verdict::Fail));
    assert_eq!(twice.points.len(), 2);
    neutron.place = Some(place(49.0, 2.4, 20.0));
    assert_eq!(summarise(&report(vec![xray, neutron], Verdict::Fail)).points.len(), 2);
}

#[test]
fn a_cathode_beyond_its_anode_goes_before_all_else() {
    let mut overhang = finding(FindingKind::Overhang, ("least", -0.05, 0.005), None);
    let limit = Limit { key: "overhang.least".into(), least: Some(0.0), most: None };
    overhang.measures[0].limit = Some(limit);
    overhang.verdict = Verdict::Fail;
    let dent = finding(FindingKind::CanDent, ("depth", 0.3, 0.01), Some(0.1));
    let summary = summarise(&report(vec![dent, overhang], Verdict::Fail));
    assert!(
        summary.points[0].text.starts_with("the cathode stands 0.050\u{a0}mm beyond the anode"),
        "{summary:?}"
    );
}

#[test]
fn at_most_five_things_are_told_and_the_lead_counts_them_all() {
    let far = |k: u32| {
        let mut found =
            finding(FindingKind::CanDent, ("depth", 0.2 + f64::from(k), 0.01), Some(0.1));
        found.place = Some(place(f64::from(k), 9.0, 10.0));
        found
    };
    let summary = summarise(&report((0..8).map(far).collect(), Verdict::Fail));
    assert_eq!(summary.points.len(), 5);
    assert!(summary.lead.starts_with("Eight things"), "{}", summary.lead);
    assert_eq!(summary.points[0].findings, [8]);
}

#[test]
fn a_cell_that_cannot_be_judged_says_why() {
    assert!(summarise(&ReportContent::default()).sentence().starts_with("Cannot tell. Nothing"));
    let mut blind = finding(FindingKind::Cell, ("diameter", 20.0, 0.1), None);
    blind.verdict = Verdict::CannotTell;
    blind.note = "The volume is smeared.".into();
    let summary = summarise(&report(vec![blind], Verdict::CannotTell));
    assert_eq!(summary.sentence(), "Cannot tell: The volume is smeared.");
}

#[test]
fn rows_come_fail_doubtful_pass_seen_cannot_tell() {
    let mut findings: Vec<Finding> =
        [Verdict::CannotTell, Verdict::Seen, Verdict::Pass, Verdict::Doubtful, Verdict::Fail]
            .into_iter()
            .map(|verdict| Finding {
                verdict,
                ..finding(FindingKind::Can, ("wall_least", 0.2, 0.01), None)
            })
            .collect();
    let worse = finding(FindingKind::CanDent, ("depth", 0.9, 0.01), Some(0.1));
    findings.push(worse);
    let page = page(&report(findings, Verdict::Fail));
    let at =
        |number: usize| page.find(&format!("<tr role=\"row\" id=\"finding-{number}\"")).unwrap();
    let places = [6, 5, 4, 3, 2, 1].map(at);
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn names_of_others_stay_text() {
    let mut content = report(
        vec![finding(FindingKind::Void, ("</dd><script>x</script>", 1.0, 0.1), Some(0.5))],
        Verdict::Fail,
    );
    content.title = "<script>alert(1)</script> Zelle Süd \"5\" خلية".into();
    content.findings[0].finding.note = "</script><img src=x onerror=y>".into();
    content.warnings = vec!["<b>&".into()];
    content.files = vec![FileLink { path: "javascript:alert(1)".into(), title: "<i>".into() }];
    content.texts = vec![TextBlock { title: "<u>".into(), text: "</pre><script>".into() }];
    let page = page(&content);
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("</script").count(), 1);
    for foreign in ["<img src=x", "<b>&<", "href=\"javascript:", "<i>", "<u>", "</pre><script"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert!(page.contains("Zelle Süd &quot;5&quot; خلية"));
}

/// Every value of an attribute in a page.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!(" {name}=\"");
    page.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// A report that has something of everything, twice where it can.
fn full() -> ReportContent {
    let kinds = [FindingKind::Can, FindingKind::Void, FindingKind::Tab];
    let findings = kinds.map(|kind| finding(kind, ("size", 1.0, 0.1), Some(0.5)));
    let mut content = report(findings.into(), Verdict::Fail);
    let picture = ReportPicture { png: vec![1], width: 9, height: 9, alt: "a".into() };
    content.findings[1].picture = Some(picture.clone());
    content.overview = Some(ReportFigure { picture: picture.clone(), ..ReportFigure::default() });
    content.figures = vec![ReportFigure { picture, ..ReportFigure::default() }; 2];
    let [across, quantity] = ["a", "b"].map(|name| Counted::new(name, "mm"));
    let curve = Curve {
        name: "same".into(),
        title: "a".into(),
        across: across.clone(),
        quantity: quantity.clone(),
        along: vec![0.0, 1.0],
        lines: vec![CurveLine { label: "a".into(), values: vec![1.0, 2.0] }],
        levels: vec![],
    };
    content.curves = vec![curve; 2];
    content.heat_maps = vec![HeatMap {
        title: "joint".into(),
        up: across.clone(),
        across,
        across_range: [0.0, 1.0],
        up_range: [0.0, 1.0],
        quantity,
        values: ndarray::Array2::from_elem((3, 2), f32::NAN),
        is_logarithmic: true,
    }];
    content
}

#[test]
fn ids_are_unique_and_links_within_the_page_lead_somewhere() {
    let page = page(&full());
    let mut ids = attributes(&page, "id");
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    for link in attributes(&page, "href").iter().filter_map(|link| link.strip_prefix('#')) {
        assert!(ids.contains(&link), "#{link} leads nowhere");
    }
    for label in attributes(&page, "aria-labelledby") {
        assert!(ids.contains(&label), "{label} labels nothing");
    }
}

#[test]
fn empty_and_broken_values_still_make_a_page() {
    let mut broken = finding(FindingKind::GasBubble, ("", f64::NAN, f64::NAN), Some(f64::NAN));
    broken.place = Some(place(f64::NAN, -1.0, f64::INFINITY));
    broken.extent_mm = Some([f64::NAN; 3]);
    broken.confidence = f64::NAN;
    broken.shown_by.clear();
    broken.note = "ß".repeat(3000);
    let mut bare = broken.clone();
    bare.place = None;
    bare.measures.clear();
    bare.note.clear();
    for verdict in [Verdict::Fail, Verdict::Doubtful, Verdict::Seen, Verdict::CannotTell] {
        let each = |it: &Finding| Finding { verdict, ..it.clone() };
        let mut content = report(vec![each(&broken), each(&bare)], verdict);
        content.cell = Some(CellKind::Coin);
        let page = page(&content);
        assert!(!page.contains("NaN") && !page.contains("inf,") && page.contains("Coin cell"));
        assert!(page.contains("The whole note"));
    }
    assert!(page(&ReportContent::default()).contains("Nothing was found."));
}

#[test]
fn five_hundred_findings_make_a_page_of_bearable_size() {
    let one = finding(FindingKind::ForeignParticle, ("diameter", 0.08, 0.01), Some(0.05));
    let page = page(&report(vec![one; 500], Verdict::Fail));
    assert_eq!(page.matches("class=\"row fail\"").count(), 500);
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
}

#[test]
fn the_page_asks_nothing_of_the_network() {
    let page = page(&report(vec![], Verdict::CannotTell));
    for asked in ["http://", "https://", "src=\"//", "@import", "url("] {
        assert!(!page.contains(asked), "{asked}");
    }
    assert!(page.contains("default-src &#39;none&#39;"));
}
