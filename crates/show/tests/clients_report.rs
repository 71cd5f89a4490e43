//! A report in a real browser: it loads without a fault, asks nothing of the network, fits a phone,
//! and can be read by everybody.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ndarray::Array2;
use voltomo_show::picture::{SliceStyle, slice_picture, write_png};
use voltomo_show::report::{
    FileLink, QualityRow, QualityTable, ReportContent, ReportFigure, ReportFinding, ReportPicture,
    ReportVolume, TextBlock, write_html,
};
use voltomo_types::{
    CellKind, CellPart, CellPlace, Counted, Curve, CurveLine, Finding, FindingKind, HeightOrigin,
    Limit, Measure, MeasureUnit, Probe, Verdict,
};

/// Looks at the report in a frame of its own and leaves what it found in `<title>`: links that lead
/// nowhere, pictures that were not drawn, how far the page is wider than its frame, texts of too
/// little contrast (WCAG 2.1, 1.4.3), and whether pictures open and close and the filter works.
const LOOK: &str = r##"
const frame = document.querySelector("iframe");
frame.addEventListener("load", () => setTimeout(() => {
  const page = frame.contentDocument, view = frame.contentWindow, faults = [];
  for (const link of page.querySelectorAll('a[href^="#"]'))
    if (!page.getElementById(link.hash.slice(1))) faults.push("no " + link.hash);
  for (const image of page.images)
    if (image.src && !image.naturalWidth) faults.push("not drawn: " + image.alt);
  const root = page.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push("wider by " + (root.scrollWidth - root.clientWidth));
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = numbers(colour).map((it) => it / 255)
      .map((it) => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let it = element; it; it = it.parentElement) {
      const colour = view.getComputedStyle(it).backgroundColor;
      if (numbers(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  for (const element of page.querySelectorAll("body *:not(svg *)")) {
    const own = [...element.childNodes].some((it) => it.nodeType === 3 && it.data.trim());
    if (!own || !element.getClientRects().length) continue;
    const style = view.getComputedStyle(element);
    const pair = [light(style.color), light(behind(element))].sort((a, b) => b - a);
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (contrast < 4.5) faults.push("contrast " + contrast.toFixed(2) + ": " + element.textContent.slice(0, 40));
  }
  const levels = [...page.querySelectorAll("h1, h2, h3, h4")].map((it) => Number(it.tagName[1]));
  levels.forEach((level, k) => { if (level - (levels[k - 1] ?? 0) > 1) faults.push("heading " + k); });
  const small = page.querySelector("td a.enlarge"), viewer = page.getElementById("viewer");
  small.click();
  if (!viewer.open || !viewer.querySelector("img").alt) faults.push("no picture opens");
  viewer.querySelector("button").click();
  if (viewer.open) faults.push("the picture does not close");
  const button = page.querySelector(".filter button");
  if (!button || button.closest("[hidden]")) faults.push("no filter");
  const shown = () => [...page.querySelectorAll("tr.row")].filter((it) => it.getClientRects().length).length;
  const before = shown();
  button.click();
  if (!(shown() < before)) faults.push("the filter hides nothing");
  document.title = "faults: " + (faults.join(" | ") || "none");
}, 300));
"##;

fn png(folder: &Path) -> ReportPicture {
    let values = Array2::from_shape_fn((200, 500), |(y, x)| ((x * y) % 97) as f32);
    let picture = slice_picture(values.view(), &SliceStyle::default());
    let path = folder.join("finding-01.png");
    write_png(&picture, &path).unwrap();
    let [width, height] = [picture.width(), picture.height()].map(|it| u32::try_from(it).unwrap());
    ReportPicture { png: std::fs::read(path).unwrap(), width, height, alt: "A slice".into() }
}

/// Findings of every verdict, with names of many scripts and one that is far too long.
fn findings(picture: &ReportPicture) -> Vec<ReportFinding> {
    let all = [Verdict::Fail, Verdict::Doubtful, Verdict::Pass, Verdict::Seen, Verdict::CannotTell];
    let finding = |k: usize| {
        let limit = Limit { key: "winding_gap.thickness".into(), least: None, most: Some(0.05) };
        let measure = Measure::new("thickness", 0.11, Some(0.01), MeasureUnit::Millimetre);
        let angle_deg = 17.0 * k as f64;
        let place = CellPlace { z_mm: 40.0, radius_mm: 6.0, angle_deg, volume_mm: [0.0; 3] };
        Finding {
            kind: FindingKind::WindingGap,
            place: Some(place),
            extent_mm: Some([0.1, 4.0, 20.0]),
            measures: vec![Measure { limit: Some(limit), ..measure.clone() }, measure],
            confidence: 0.99,
            shown_by: vec![if k.is_multiple_of(2) { Probe::Xray } else { Probe::Neutron }],
            verdict: all[k % 5],
            slice: None,
            note: ["Schräg <b>", "خلية بطارية", "電池", &"long".repeat(90), ""][k % 5].into(),
        }
    };
    let mut found: Vec<ReportFinding> =
        (0..20).map(|k| ReportFinding { finding: finding(k), picture: None, part: None }).collect();
    found[0].picture = Some(picture.clone());
    found
}

fn volume() -> ReportVolume {
    let part = CellPart {
        heights_mm: [30.0, 65.0],
        counted_from: HeightOrigin::NominalTop,
        holds_bottom: false,
        holds_top: true,
    };
    ReportVolume {
        probe: Probe::Neutron,
        path: "out/neutron/volume.zarr".into(),
        facts: vec![("voxel".into(), "0.084 mm".into())],
        part: Some(part),
    }
}

fn content(folder: &Path) -> ReportContent {
    let picture = png(folder);
    let along: Vec<f64> = (0..=36).map(|k| f64::from(k) * 10.0).collect();
    let line = |k: usize| CurveLine {
        label: format!("winding {k}"),
        values: along.iter().map(|it| if *it == 90.0 { f64::NAN } else { it * k as f64 }).collect(),
    };
    let curve = |count: usize| Curve {
        name: "gap".into(),
        title: "Gap round the clock".into(),
        across: Counted::new("direction", "°"),
        quantity: Counted::new("gap", "mm"),
        along: along.clone(),
        lines: (0..count).map(line).collect(),
        levels: vec![("limit".into(), 300.0)],
    };
    let row = QualityRow {
        name: "dose drift".into(),
        value: "0.1".into(),
        unit: "%".into(),
        judged: Some(Verdict::Pass),
        note: "last over first".into(),
    };
    let title = "Zelle <script>fail()</script> Süd 電池 خلية".to_string();
    ReportContent {
        title: title.clone(),
        cell: Some(CellKind::Cylindrical),
        verdict: Verdict::Fail,
        volumes: vec![volume()],
        findings: findings(&picture),
        overview: Some(ReportFigure { picture, title: title.clone(), caption: title.clone() }),
        curves: vec![curve(2), curve(17)],
        quality: vec![QualityTable { title: title.clone(), rows: vec![row] }],
        texts: vec![TextBlock { title, text: "a = 1\n".repeat(200) }],
        provenance: vec![("SHA-256".into(), "0123456789abcdef".repeat(4))],
        files: vec![FileLink { path: "finding-01.png".into(), title: "a picture".into() }],
        warnings: vec!["w".repeat(300)],
        ..ReportContent::default()
    }
}

/// Writes the report into `folder`.
fn written(folder: &Path) -> PathBuf {
    let path = folder.join("report.html");
    write_html(&content(folder), std::fs::File::create(&path).unwrap()).unwrap();
    path
}

fn browse(arguments: &[&str], page: &Path) -> Output {
    let browser = std::env::var_os("VOLTOMO_CHROMIUM")
        .expect("VOLTOMO_CHROMIUM names no browser; `cargo xtask test` finds it");
    let profile = tempfile::tempdir().unwrap();
    let own = format!("--user-data-dir={}", profile.path().display());
    let output = Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"])
        .args(["--enable-logging=stderr", "--v=0", "--virtual-time-budget=4000", &own])
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(!log.contains("CONSOLE"), "{log}");
    assert!(output.status.success(), "{log}");
    output
}

/// What the browser found amiss in a frame of so many pixels.
fn faults(folder: &Path, width: u32, arguments: &[&str]) -> String {
    let escaped = std::fs::read_to_string(written(folder)).unwrap();
    let escaped = escaped.replace('&', "&amp;").replace('"', "&quot;");
    let look = folder.join("look.html");
    let page = format!(
        "<!DOCTYPE html><meta charset=\"utf-8\"><title>not looked</title><iframe srcdoc=\"{escaped}\" \
         style=\"width:{width}px;height:3000px;border:0\"></iframe><script>{LOOK}</script>"
    );
    std::fs::write(&look, page).unwrap();
    let output = browse(&[arguments, &["--dump-dom", "--window-size=1400,3200"]].concat(), &look);
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let title = dom.split_once("<title>").and_then(|it| it.1.split_once("</title>"));
    title.unwrap().0.to_string()
}

#[test]
#[ignore = "needs Chromium; apt install chromium"]
fn a_report_is_whole_on_a_desk_and_on_a_phone_by_day_and_by_night() {
    for width in [1280, 768, 390] {
        for scheme in
            ["--blink-settings=preferredColorScheme=1", "--blink-settings=preferredColorScheme=0"]
        {
            let folder = tempfile::tempdir().unwrap();
            let found = faults(folder.path(), width, &[scheme]);
            assert_eq!(found, "faults: none", "{width} pixels, {scheme}");
        }
    }
}

#[test]
#[ignore = "needs Chromium; apt install chromium"]
fn a_report_loads_alone_without_a_word_on_the_console() {
    let folder = tempfile::tempdir().unwrap();
    let page = written(folder.path());
    let shot = folder.path().join("shot.png");
    let output =
        browse(&[&format!("--screenshot={}", shot.display()), "--window-size=1280,2000"], &page);
    assert!(output.status.success());
    assert!(std::fs::metadata(shot).unwrap().len() > 50_000, "the picture of the page is blank");
    assert!(folder.path().join("finding-01.png").is_file());
}

#[test]
#[ignore = "needs Chromium; apt install chromium"]
fn a_report_prints() {
    let folder = tempfile::tempdir().unwrap();
    let page = written(folder.path());
    let paper = folder.path().join("report.pdf");
    browse(&["--no-pdf-header-footer", &format!("--print-to-pdf={}", paper.display())], &page);
    let pdf = std::fs::read(paper).unwrap();
    assert!(pdf.starts_with(b"%PDF") && pdf.len() > 30_000, "{} bytes", pdf.len());
}
