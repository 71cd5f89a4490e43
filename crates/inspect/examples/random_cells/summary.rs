//! The tables of a run in figures. Inspects nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::chart::{Panel, svg};
use crate::curve::{Logistic, wilson};

/// Borders of the sizes that are taken together, voxels.
const SIZES: [f64; 6] = [0.0, 1.0, 2.0, 4.0, 8.0, f64::INFINITY];

/// Curves end at so many voxels.
const MOST: f64 = 12.0;

/// Defects of one kind in one beam.
#[derive(Default)]
struct Class {
    /// Edge of a voxel, mm.
    voxel_mm: f64,
    /// Size in voxels, found.
    points: Vec<(f64, bool)>,
    counted: usize,
    found: usize,
}

fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_string).collect()).collect()
}

/// Writes `summary.md`, `curves.csv` and `detection.svg` beside the tables.
pub(crate) fn write(out: &Path) {
    let mut classes: BTreeMap<(String, String), Class> = BTreeMap::new();
    for row in rows(&out.join("defects.csv")) {
        let class = classes.entry((row[2].clone(), row[3].clone())).or_default();
        let is_found = row[7] == "1";
        let [size_mm, voxels] = [4, 5].map(|k| row[k].parse::<f64>().unwrap());
        class.voxel_mm = size_mm / voxels;
        class.points.push((voxels, is_found));
        if row[6] == "1" {
            class.counted += 1;
            class.found += usize::from(is_found);
        }
    }
    let text = recalls(&classes) + &sizes(&classes) + &wrong(out);
    std::fs::write(out.join("summary.md"), text).unwrap();
    std::fs::write(out.join("curves.csv"), curves(&classes)).unwrap();
    let panels: Vec<Panel> = classes.iter().map(panel).collect();
    std::fs::write(out.join("detection.svg"), svg(&panels)).unwrap();
}

fn recalls(classes: &BTreeMap<(String, String), Class>) -> String {
    let mut text =
        "| beam | defect | counted | found | recall | 95 % |\n|---|---|---|---|---|---|\n"
            .to_string();
    let mut line = |beam: &str, kind: &str, found: usize, counted: usize| {
        let share = found as f64 / counted.max(1) as f64;
        let [low, high] = wilson(found, counted);
        let _ = writeln!(
            text,
            "| {beam} | {kind} | {counted} | {found} | {share:.2} | {low:.2}–{high:.2} |"
        );
    };
    for ((beam, kind), class) in classes.iter().filter(|it| it.1.counted > 0) {
        line(beam, kind, class.found, class.counted);
    }
    for beam in ["neutron", "xray"] {
        let own = classes.iter().filter(|it| it.0.0 == beam).map(|it| it.1);
        let (found, counted) = own.fold((0, 0), |sum, it| (sum.0 + it.found, sum.1 + it.counted));
        line(beam, "all", found, counted);
    }
    text
}

fn sizes(classes: &BTreeMap<(String, String), Class>) -> String {
    let mut text = "\n| found / of, by size in voxels | 0–1 | 1–2 | 2–4 | 4–8 | 8– |\n|---|---|---|---|---|---|\n".to_string();
    for ((beam, kind), class) in classes {
        let _ = write!(text, "| {beam}: {kind} |");
        for border in SIZES.windows(2) {
            let own = || class.points.iter().filter(|it| it.0 >= border[0] && it.0 < border[1]);
            let _ = write!(text, " {} / {} |", own().filter(|it| it.1).count(), own().count());
        }
        text.push('\n');
    }
    text
}

fn wrong(out: &Path) -> String {
    let mut text = "\n| beam | cells | clean | clean without a false finding | false a cell | misnamed a cell |\n|---|---|---|---|---|---|\n".to_string();
    for beam in ["neutron", "xray"] {
        let cells: Vec<Vec<String>> =
            rows(&out.join("cells.csv")).into_iter().filter(|row| row[2] == beam).collect();
        let sum = |k: usize| cells.iter().map(|row| row[k].parse::<f64>().unwrap()).sum::<f64>();
        let is_clean = |row: &&Vec<String>| row[3] == "0";
        let passed = cells.iter().filter(is_clean).filter(|row| row[4] == "0").count();
        let count = cells.len();
        let each = count.max(1) as f64;
        let clean = cells.iter().filter(is_clean).count();
        let _ = writeln!(
            text,
            "| {beam} | {count} | {clean} | {passed} | {:.2} | {:.2} |",
            sum(4) / each,
            sum(5) / each
        );
    }
    let mut kinds: BTreeMap<[String; 3], usize> = BTreeMap::new();
    for row in rows(&out.join("findings.csv")) {
        *kinds.entry([row[2].clone(), row[3].clone(), row[4].clone()]).or_default() += 1;
    }
    text.push_str("\n| beam | finding | why it is wrong | number |\n|---|---|---|---|\n");
    for ([beam, kind, why], count) in kinds {
        let _ = writeln!(text, "| {beam} | {kind} | {why} | {count} |");
    }
    text
}

fn at_sizes(class: &Class) -> Vec<[f64; 4]> {
    let Some(fit) = Logistic::through(&class.points) else { return Vec::new() };
    let greatest = class.points.iter().map(|it| it.0).fold(0.0, f64::max).min(MOST);
    let size = |k: u32| 0.2 + (greatest - 0.2) * f64::from(k) / 40.0;
    (0..=40).map(size).map(|size| (size, fit.at(size))).map(|(s, [p, l, h])| [s, p, l, h]).collect()
}

fn curves(classes: &BTreeMap<(String, String), Class>) -> String {
    let mut text = "beam,defect,size_voxels,probability,low_95,high_95\n".to_string();
    for ((beam, kind), class) in classes {
        for [size, share, low, high] in at_sizes(class) {
            let _ = writeln!(text, "{beam},{kind},{size:.2},{share:.4},{low:.4},{high:.4}");
        }
    }
    text
}

fn panel(((beam, kind), class): (&(String, String), &Class)) -> Panel {
    let voxel = class.voxel_mm;
    let curve = at_sizes(class).into_iter();
    Panel {
        title: format!("{} ({beam})", kind.replace('_', " ")),
        points: class.points.iter().map(|(size, found)| (size * voxel, *found)).collect(),
        curve: curve.map(|[size, p, low, high]| [size * voxel, p, low, high]).collect(),
    }
}
