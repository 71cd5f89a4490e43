//! Pictures of volumes through the door: what is drawn, and what is said of it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod scans;

use std::fs;

use scans::{Bench, Said};

/// A MetaImage of a rod about x = y = 0, voxels of 0.1 mm; `shift`: where its numbers begin.
fn rod(bench: &Bench, name: &str, shift: f32) {
    let mut bytes = String::from(
        "ObjectType = Image\nNDims = 3\nDimSize = 41 41 24\nElementSpacing = 0.1 0.1 0.1\n\
         Offset = -2 -2 3\nElementType = MET_FLOAT\nElementDataFile = LOCAL\n",
    )
    .into_bytes();
    for (z, y, x) in
        (0..24).flat_map(|z| (0..41).flat_map(move |y| (0..41).map(move |x| (z, y, x))))
    {
        let away = (y as f32 - 20.0).hypot(x as f32 - 20.0);
        let value = if away < 15.0 { 1.0 + 0.02 * z as f32 } else { 0.0 };
        bytes.extend_from_slice(&(value + shift).to_le_bytes());
    }
    fs::write(bench.path(name), bytes).unwrap();
}

fn bench() -> Bench {
    let bench = Bench::empty();
    rod(&bench, "rod.mha", 0.0);
    rod(&bench, "other.mha", 0.25);
    bench
}

/// The SVG that the words make, and what was said.
fn drawn(bench: &Bench, more: &[&str]) -> (String, Said) {
    let words = [&["show", "rod.mha", "--out", "drawn.svg"], more].concat();
    let said = bench.voltomo(&words);
    assert_eq!(said.code, Some(0), "{more:?}: {}", said.errors);
    let svg = fs::read_to_string(bench.path("drawn.svg")).unwrap();
    assert!(!bench.holds_parts());
    (svg, said)
}

fn holds(svg: &str, words: &[&str]) {
    for word in words {
        assert!(
            svg.contains(word),
            "no `{word}` in {}",
            svg.replace(|it: char| !it.is_ascii(), "?")
        );
    }
}

#[test]
fn every_way_to_cut_says_what_it_is() {
    let bench = bench();
    let cuts: [(&[&str], &[&str]); 11] = [
        (&[], &["Slice z = 12 of 24 (4.2 mm)", "grey value", ">1 mm<"]),
        (&["--at", "4.23"], &["Slice z = 4.23 mm"]),
        (&["--section", "y", "--at=-0.35"], &["Upright section at y = -0.35 mm", ">z<"]),
        (&["--plane", "4,0,0; 1,1,0"], &["Plane through z 4, y 0, x 0 mm, normal z 1, y 1, x 0"]),
        (&["--angle", "30"], &["Section through the axis at 30°", "axis y 0, x 0 mm"]),
        (&["--angle", "30", "--axis=-0.2,0.3"], &["axis y -0.2, x 0.3 mm"]),
        (&["--projection", "max"], &["Maximum along z from 3 to 5.3 mm"]),
        (
            &["--projection", "mean", "--section", "x", "--from", "0", "--to", "0.5"],
            &["Mean along x from 0 to 0.5 mm"],
        ),
        (
            &["--slice", "3", "--thickness", "0.4", "--projection", "min"],
            &["Slice z = 3 of 24 (3.3 mm), minimum over 0.4 mm"],
        ),
        (
            &["--unroll", "1.2:1.4"],
            &["Unrolled, mean from radius 1.2 to 1.4 mm", ">z in mm<", ">90<"],
        ),
        (&["--polar", "--at", "3.5"], &["Slice z = 3.5 mm, unrolled", ">radius in mm<"]),
    ];
    for (more, words) in cuts {
        holds(&drawn(&bench, more).0, words);
    }
}

#[test]
fn two_volumes_stand_beside_and_over_each_other() {
    let bench = bench();
    let (svg, _) = drawn(&bench, &["--beside", "other.mha", "--same-frame", "--same-range"]);
    assert_eq!((svg.matches("<image ").count(), svg.matches("class=\"key\"").count()), (2, 1));
    holds(&svg, &[">rod.mha<", ">other.mha<"]);
    let shift = r#"{ "xray_from_neutron": { "matrix": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0],
        [0.0, 0.0, 1.0]], "shift": [0.1, 0.0, 0.0] } }"#;
    fs::write(bench.path("registration.json"), shift).unwrap();
    let fuse = ["--fuse", "other.mha", "--transform", "registration.json", "--opacity", "0.5"];
    let (svg, _) = drawn(&bench, &fuse);
    assert_eq!((svg.matches("<image ").count(), svg.matches("class=\"key\"").count()), (1, 2));
    holds(&svg, &["X-rays: grey values", "neutrons: grey values"]);
}

#[test]
fn findings_on_the_section_have_arrows() {
    let bench = bench();
    let finding = |z: f64| {
        format!(
            r#"{{ "kind": "winding_gap", "place": {{ "z_mm": 1, "radius_mm": 1, "angle_deg": 0,
            "volume_mm": [{z}, 0.3, 0.8] }}, "measures": [{{ "name": "gap", "value": 0.214,
            "unit": "mm" }}], "confidence": 1, "shown_by": ["xray"], "verdict": "fail",
            "note": "" }}"#
        )
    };
    let json = format!(r#"{{ "findings": [{}, {}] }}"#, finding(4.1), finding(3.1));
    fs::write(bench.path("findings.json"), json).unwrap();
    let (svg, said) = drawn(&bench, &["--findings", "findings.json"]);
    assert_eq!(svg.matches(">winding gap 0.21 mm<").count(), 1);
    assert!(said.output.contains("1 of 2 with a place lie on the section"), "{}", said.output);
    let all = ["--findings", "findings.json", "--projection", "mean"];
    assert_eq!(drawn(&bench, &all).0.matches(">winding gap 0.21 mm<").count(), 2);
    let neutron = ["--findings", "findings.json", "--modality", "neutron"];
    assert!(drawn(&bench, &neutron).1.output.contains("2 of the other beam"));
}

#[test]
fn bare_numbers_are_written_with_their_scale() {
    let bench = bench();
    let words = ["show", "rod.mha", "--per-cm", "--depth", "16", "--out", "bare.png"];
    let said = bench.voltomo(&words);
    assert_eq!(said.code, Some(0), "{}", said.errors);
    assert!(said.output.contains("1 to 65535 are 0 to 1.2"), "{}", said.output);
    let bytes = fs::read(bench.path("bare.png")).unwrap();
    let holds = |words: &str| bytes.windows(words.len()).any(|it| it == words.as_bytes());
    assert!(holds("voltomo:slope") && holds("voltomo:intercept") && holds("1/cm") && holds("pHYs"));
}

#[test]
fn a_picture_does_not_depend_on_how_it_was_made() {
    let bench = bench();
    let one = drawn(&bench, &["--plane", "4,0,0; 1,1,0.3"]).0;
    assert_eq!(one, drawn(&bench, &["--plane", "4,0,0; 1,1,0.3"]).0);
    // One range: the numbers themselves are compared.
    let at = |place: [&str; 2]| drawn(&bench, &[&place[..], &["--range", "0:2"]].concat()).0;
    let image =
        |svg: &str| svg.split("base64,").nth(1).map(|it| it.split('"').next().map(String::from));
    let slice = image(&at(["--slice", "7"]));
    assert_eq!(slice, image(&at(["--at", "3.7"])));
    assert_ne!(slice, image(&at(["--at", "3.75"])));
}
