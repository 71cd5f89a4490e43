//! Inspects cells with defects drawn by chance and counts what is found. Tunes nothing.
//!
//! `cargo run --release -p voltomo-inspect --example random_cells -- OUT FIRST_SEED CELLS [xray|neutron]`
//!
//! Writes `defects.csv` (a line a defect and beam), `findings.csv` (findings where there is nothing) and
//! `cells.csv` into OUT as it goes; `random_cells OUT` alone makes `summary.md` and `detection.svg`
//! of what lies there.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may stop")]

mod cells;
mod chart;
mod count;
mod curve;
mod summary;
#[path = "../../tests/twin/mod.rs"]
mod twin;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use cells::Drawn;
use count::Counted;
use twin::Look;
use voltomo_inspect::{InspectSettings, Limits, Views, inspect_cylindrical};
use voltomo_types::{Finding, Probe};

/// Edge of a voxel of each beam, mm.
const VOXELS: [(Probe, f64); 2] = [(Probe::Xray, 0.064), (Probe::Neutron, 0.084)];
/// Points along each edge of a voxel of which its value is the mean. With 2 the thin layers beat with
/// the points, and a beam that does not resolve them shows the beat as stripes.
const SAMPLES: [(Probe, usize); 2] = [(Probe::Xray, 2), (Probe::Neutron, 4)];
/// Air above and below the cell, mm.
const AIR_MM: f64 = 1.5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let out = Path::new(&arguments[0]);
    if arguments.len() == 1 {
        summary::write(out);
        return;
    }
    let number = |k: usize| arguments[k].parse::<u64>().unwrap();
    let (first, count) = (number(1), number(2));
    let is_wanted = |probe: Probe| arguments.get(3).is_none_or(|it| *it == beam(probe));
    std::fs::create_dir_all(out).unwrap();
    let mut tables = Tables::open(out);
    for seed in first..first + count {
        let drawn = Drawn::by(seed);
        for (probe, voxel) in VOXELS.into_iter().filter(|it| is_wanted(it.0)) {
            let began = Instant::now();
            let counted = inspected(&drawn, (probe, voxel));
            tables.add(&drawn, (probe, voxel), &counted);
            println!("{seed} {}: {:.1} s", beam(probe), began.elapsed().as_secs_f64());
        }
    }
}

/// A beam as the tables name it.
fn beam(probe: Probe) -> &'static str {
    match probe {
        Probe::Xray => "xray",
        Probe::Neutron => "neutron",
    }
}

/// A cell looked at in one beam, inspected, and held against its truth.
fn inspected(drawn: &Drawn, (probe, voxel): (Probe, f64)) -> Counted {
    let heights = [-AIR_MM, drawn.height_mm + AIR_MM];
    let seed = 1_000_000 * (drawn.seed + 1);
    let samples = SAMPLES.iter().find(|it| it.0 == probe).unwrap().1;
    let volume = Look { probe, voxel, heights, samples, seed }.of(&drawn.cell);
    let mut views = Views::default();
    match probe {
        Probe::Neutron => views.neutron = Some(volume.seen()),
        Probe::Xray => views.xray = Some(volume.seen()),
    }
    let findings = findings(&views);
    Counted::of(&drawn.cell.defects, &findings, (probe, voxel, heights[1]))
}

fn findings(views: &Views<'_>) -> Vec<Finding> {
    inspect_cylindrical(views, &InspectSettings::default(), &Limits::default()).unwrap().findings
}

/// The tables as they grow.
struct Tables {
    defects: File,
    findings: File,
    cells: File,
}

impl Tables {
    fn open(out: &Path) -> Self {
        let table = |name: &str, head: &str| {
            let path = out.join(name);
            let is_new = !path.is_file();
            let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
            if is_new {
                writeln!(file, "{head}").unwrap();
            }
            file
        };
        Self {
            defects: table(
                "defects.csv",
                "seed,cell,beam,kind,size_mm,size_voxels,is_counted,is_found,measured_mm",
            ),
            findings: table(
                "findings.csv",
                "seed,cell,beam,kind,why,value_mm,z_mm,radius_mm,angle_deg,note",
            ),
            cells: table("cells.csv", "seed,cell,beam,defects,false_findings,misnamed"),
        }
    }

    fn add(&mut self, drawn: &Drawn, (probe, voxel): (Probe, f64), counted: &Counted) {
        let head = format!("{},{},{}", drawn.seed, drawn.name, beam(probe));
        for it in &counted.defects {
            let measured = it.measured.map_or(String::new(), |value| format!("{value:.4}"));
            let (size, voxels) = (it.size_mm, it.size_mm / voxel);
            let (is_counted, is_found) = (u8::from(it.is_counted), u8::from(it.measured.is_some()));
            writeln!(
                self.defects,
                "{head},{},{size:.4},{voxels:.3},{is_counted},{is_found},{measured}",
                it.kind
            )
            .unwrap();
        }
        for (finding, why) in &counted.wrong {
            let value = finding.measures.first().map_or(f64::NAN, |it| it.value);
            let at =
                finding.place.map_or([f64::NAN; 3], |it| [it.z_mm, it.radius_mm, it.angle_deg]);
            let [z, radius, angle] = at;
            let kind = count::kind_key(finding.kind);
            let note = finding.note.replace([',', '"'], ";");
            writeln!(
                self.findings,
                "{head},{kind},{why},{value:.4},{z:.2},{radius:.2},{angle:.1},\"{note}\""
            )
            .unwrap();
        }
        let misnamed = counted.wrong.iter().filter(|it| it.1 == count::MISNAMED).count();
        let wrong = counted.wrong.len() - misnamed;
        writeln!(
            self.cells,
            "{head},{},{wrong},{misnamed}",
            drawn.cell.defects.iter().filter(|it| it.is_defect()).count()
        )
        .unwrap();
    }
}
