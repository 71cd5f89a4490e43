//! Mistakes in the recipe of a cell: each is told before any radiograph is read, and nothing is written.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod made_scan;

use std::fs;
use std::path::{Path, PathBuf};

use made_scan::{MadeScan, Making};
use voltomo_pipeline::{CellOptions, CellRecipe, RunError, Watch, plan_cell, run_cell};

const MAKING: Making =
    Making { shape: (12, 8, 32), span: 180.0, axis_off: 0.0, tilt: 0.0, seed: None, float: false };

/// Fails where a step begins.
struct NothingBegins;

impl Watch for NothingBegins {
    fn begin(&self, step: &str, _total: usize) {
        panic!("`{step}` began before everything was checked");
    }
    fn advance(&self, _done: usize) {}
    fn end(&self) {}
    fn note(&self, _text: &str) {}
    fn warn(&self, _text: &str) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// A folder with a scan, and recipes of it with and without a pixel size.
struct Bench {
    scan: MadeScan,
}

impl Bench {
    fn new() -> Self {
        let scan = MAKING.written(&MAKING.counts());
        let recipe = |pixel: &str| {
            format!(
                "[acquire]\npath = \".\"\nradiographs = \"radiographs\"\nflats = \"flats\"\n\
                 darks = \"darks\"\nangles = \"0:180\"\n{pixel}\n[reconstruct]\ncentre_px = 15.5\n\
                 tilt_deg = 0.0\n"
            )
        };
        fs::write(scan.folder.path().join("scan.toml"), recipe("pixel_mm = 0.05")).unwrap();
        fs::write(scan.folder.path().join("bare.toml"), recipe("")).unwrap();
        Self { scan }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.scan.folder.path().join(name)
    }

    fn options(&self) -> CellOptions {
        CellOptions {
            out: self.at("out"),
            base: self.at(""),
            memory: None,
            resume: false,
            force: false,
        }
    }

    fn recipe(&self, tables: &str) -> CellRecipe {
        fs::write(self.at("cell.toml"), format!("[cell]\nkind = \"cylindrical\"\n{tables}"))
            .unwrap();
        CellRecipe::open(&self.at("cell.toml")).unwrap()
    }

    /// What is said of a cell with a good scan of X-rays and these tables.
    fn refused(&self, tables: &str) -> RunError {
        let tables = format!("[xray]\nrecipe = \"scan.toml\"\n{tables}");
        let error = run_cell(&self.recipe(&tables), &self.options(), &NothingBegins).unwrap_err();
        assert!(!self.at("out").exists(), "something was written before: {error}");
        error
    }

    fn says(&self, tables: &str, parts: &[&str]) {
        let text = self.refused(tables).to_string();
        for part in parts {
            assert!(text.contains(part), "`{part}` is not in: {text}");
        }
    }
}

#[test]
fn the_second_scan_is_looked_at_before_the_first_is_run() {
    let bench = Bench::new();
    bench.says("[neutron]\nrecipe = \"nowhere.toml\"", &["nowhere.toml"]);
    fs::write(bench.at("odd.toml"), "[acquire]\npaht = \"x\"\n").unwrap();
    bench.says("[neutron]\nrecipe = \"odd.toml\"", &["paht", "odd.toml"]);
    fs::write(bench.at("lost.toml"), "[acquire]\npath = \"lost\"\nangles = \"0:180\"\n").unwrap();
    bench.says("[neutron]\nrecipe = \"lost.toml\"", &["no such file", "lost"]);
    let rows = fs::read_to_string(bench.at("scan.toml")).unwrap() + "rows = \"2:99\"\n";
    fs::write(bench.at("rows.toml"), rows).unwrap();
    bench.says("[neutron]\nrecipe = \"rows.toml\"", &["`reconstruct.rows`"]);
}

#[test]
fn volumes_and_pixel_sizes_are_looked_at_before_the_first_is_run() {
    let bench = Bench::new();
    bench.says("[neutron]\nvolume = \"nowhere.mha\"", &["nowhere.mha"]);
    let bare = "ObjectType = Image\nNDims = 3\nDimSize = 2 2 2\nElementType = MET_UCHAR\n\
                ElementDataFile = LOCAL\n12345678";
    fs::write(bench.at("bare.mha"), bare).unwrap();
    bench.says("[neutron]\nvolume = \"bare.mha\"", &["how large a voxel is", "bare.mha"]);
    let parts = ["[neutron]", "how large a pixel is", "acquire.pixel_mm", "bare.toml)"];
    bench.says("[neutron]\nrecipe = \"bare.toml\"", &parts);
}

#[test]
fn limits_are_read_before_the_first_is_run() {
    let bench = Bench::new();
    bench.says("[inspect]\nlimits = \"nowhere.toml\"", &["limits", "nowhere.toml)"]);
    fs::write(bench.at("limits.toml"), "[can_dints]\ndepth = {}\n").unwrap();
    bench.says("[inspect]\nlimits = \"limits.toml\"", &["can_dints", "limits.toml)"]);
}

#[test]
fn the_output_is_looked_at_before_the_first_is_run() {
    let bench = Bench::new();
    let said = |parts: &[&str]| {
        let recipe = bench.recipe("[xray]\nrecipe = \"scan.toml\"\n");
        let error = run_cell(&recipe, &bench.options(), &NothingBegins).unwrap_err().to_string();
        for part in parts {
            assert!(error.contains(part), "`{part}` is not in: {error}");
        }
    };
    fs::create_dir_all(bench.at("out/6-inspect")).unwrap();
    fs::write(bench.at("out/6-inspect/findings.json"), "{}").unwrap();
    said(&["there already", "findings.json"]);
    fs::remove_dir_all(bench.at("out")).unwrap();
    fs::write(bench.at("out"), "").unwrap();
    said(&["this is a file", "out)"]);
}

#[test]
fn a_plan_tells_each_scan_and_the_stages_after() {
    let bench = Bench::new();
    let recipe = "[xray]\nrecipe = \"scan.toml\"\n[neutron]\nrecipe = \"scan.toml\"\n";
    let plan = plan_cell(&bench.recipe(recipe), &bench.options()).unwrap();
    let lines = plan.lines().join("\n");
    for part in ["[xray]", "[neutron]", "slabs", "disk", "4-register", "5-segment", "6-inspect"] {
        assert!(lines.contains(part), "`{part}` is not in: {lines}");
    }
    assert!(!Path::new(&bench.at("out")).exists());
}
