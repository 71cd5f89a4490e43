//! Geometry without a volume: the axis of a scan, or source, axis and detector from balls. No
//! science.

use std::path::{Path, PathBuf};

use ndarray::{Array2, Axis};
use serde_json::{Value, json};
use voltomo_correct::Block;
use voltomo_reconstruct::calibrate::{
    BandSource,
    cone::balls::{self, BallCalibration, BallScan, Figure, ViewSource},
};
use voltomo_types::{FrameError, FrameShape, Millimetre, Problem, Radian};

use crate::{
    bands::CorrectedBands,
    beam::{BeamFound, beam},
    cone_axis::cone_axis,
    error::RunError,
    memory::default_budget,
    prepare,
    provenance::{Program, as_json, write_json},
    ready::ready,
    recipe::Recipe,
    replaced::may_replace,
    spool::Spool,
    survey::survey,
    watch::Watch,
    whole_frames::WholeFrames,
};

/// How a geometry is found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CalibrateOptions {
    /// Folder at which a relative `acquire.path` starts.
    pub base: PathBuf,
    /// File for the result.
    pub out: PathBuf,
    /// Replace a file that is there.
    pub force: bool,
    /// The scan shows balls.
    pub balls: bool,
    /// Distance from each ball to the next.
    pub spacing_mm: Option<f64>,
}

/// A geometry that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Figures with their uncertainties, a line each.
    pub figures: Vec<String>,
    /// What to write into the recipe, as TOML.
    pub recipe: Vec<String>,
    /// What a person must read.
    pub warnings: Vec<String>,
    /// What is beyond limits.
    pub findings: Vec<String>,
    /// The file that holds all of it.
    pub path: PathBuf,
}

impl Calibration {
    /// What a person wants to know.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = self.figures.clone();
        lines.extend(self.warnings.iter().map(|text| format!("warning  {text}")));
        lines.extend(self.findings.iter().map(|text| format!("finding  {text}")));
        lines.push(format!("written  {}", self.path.display()));
        if !self.recipe.is_empty() {
            lines.push("For the recipe:".into());
            lines.push(String::new());
            lines.extend(self.recipe.clone());
        }
        lines
    }
}

/// Finds the geometry of the recipe's scan, and writes it as JSON.
///
/// What the recipe tells of the axis (centre, tilt, roll) is searched anew; with balls also its
/// distances are measured, as far as lengths are known.
///
/// # Errors
/// A scan that cannot be read, an axis that cannot be found, balls that do not tell a geometry, a
/// file that is there already or cannot be written.
pub fn calibrate(
    recipe: &Recipe,
    options: &CalibrateOptions,
    watch: &dyn Watch,
) -> Result<Calibration, RunError> {
    if options.out.exists() && !options.force {
        return Err(RunError::FileExists { path: options.out.clone() });
    }
    let is_json = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
    may_replace(&options.out, ("a record in JSON", is_json))?;
    let recipe = &ready(recipe, &options.base)?;
    let scan = voltomo_acquire::open(&recipe.acquire, &options.base)?;
    prepare::angles(&scan)?;
    let survey = survey(&scan, recipe, watch)?;
    let frames = WholeFrames { scan: &scan, survey: &survey, settings: &recipe.correct };
    let folder = options.out.parent().unwrap_or(Path::new(""));
    let spool = Spool::where_needed(&frames, (folder, default_budget()), watch)?;
    let as_read = CorrectedBands::of(&scan, &survey, &recipe.correct);
    let bands = spool.as_ref().map_or(as_read, Spool::bands);
    let (record, mut found) = if options.balls {
        by_balls((&bands, recipe), options, watch)?
    } else {
        by_scan((&bands, recipe), watch)?
    };
    let written = json!({
        "program": as_json(&Program::this()),
        "found": record,
        "recipe": found.recipe.join("\n"),
        "warnings": found.warnings,
        "findings": found.findings,
        "files": scan.files,
    });
    write_json(&options.out, &written)?;
    found.path.clone_from(&options.out);
    Ok(found)
}

/// The axis from the scan itself.
fn by_scan(
    (bands, recipe): (&CorrectedBands<'_>, &Recipe),
    watch: &dyn Watch,
) -> Result<(Value, Calibration), RunError> {
    let scan = bands.scan;
    let mut open = recipe.clone();
    (open.reconstruct.centre_px, open.reconstruct.tilt_deg) = (None, None);
    open.reconstruct.cone.roll_deg = None;
    let (record, warnings, is_cone) = match beam(&open, scan)? {
        BeamFound::Parallel { .. } => {
            let estimate = prepare::axis(bands, &open, watch)?;
            let record = prepare::axis_record(&estimate, scan.detector.pixel);
            (record, estimate.warnings, false)
        }
        BeamFound::Circle { mut circle, .. } => {
            circle.roll = Radian(0.0);
            let unknown = BeamFound::Circle { circle, axis_column: None, has_roll: false };
            let axis = cone_axis(&unknown, (bands, &open), watch)?;
            (axis.record, axis.warnings, true)
        }
        BeamFound::Views(_) => {
            return Err(RunError::Cone {
                key: "acquire.geometry".into(),
                found: "views told one by one, which hold their axis".into(),
                expected: "distances on a circle where the axis is to be found".into(),
                path: scan.files.first().cloned().unwrap_or_default(),
            });
        }
    };
    let mut found = axis_report(&record, is_cone, recipe.reconstruct.centre_px);
    found.warnings = warnings;
    Ok((record, found))
}

/// `told`: the centre that the recipe has.
fn axis_report(record: &Value, is_cone: bool, told: Option<f64>) -> Calibration {
    let number = |key: &str| record[key].as_f64();
    let (centre, tilt) = (number("centre_px").unwrap_or(0.0), number("tilt_deg").unwrap_or(0.0));
    let sigma = number("tilt_sigma_rad").map(|sigma| Radian(sigma).degrees());
    let (table, key) =
        if is_cone { ("reconstruct.cone", "roll_deg") } else { ("reconstruct", "tilt_deg") };
    let centre_line =
        with_sigma("reconstruct.centre_px", (centre, number("centre_sigma_px")), "px");
    let mut figures = vec![centre_line];
    let mut recipe = vec!["[reconstruct]".to_string(), format!("centre_px = {centre:.4}")];
    if sigma.is_some() {
        figures.push(with_sigma(&format!("{table}.{key}"), (tilt, sigma), "°"));
        recipe.extend(is_cone.then(|| format!("\n[{table}]")));
        recipe.push(format!("{key} = {tilt:.5}"));
    }
    figures.extend(methods(record));
    figures.extend(told.map(|told| {
        format!("the recipe tells {told} px, {:+.3} px from what was found", told - centre)
    }));
    let findings = prepare::axis_findings(record);
    Calibration { figures, recipe, warnings: vec![], findings, path: PathBuf::new() }
}

fn methods(record: &Value) -> Vec<String> {
    let of_method = |method: &Value| {
        let number = |key: &str| method[key].as_f64().unwrap_or(f64::NAN);
        let name = method["name"].as_str().unwrap_or("?");
        let counted = if name == "whole frames" { "pairs of frames" } else { "bands of rows" };
        format!(
            "  {name}: {:.3} ± {:.3} px, {} of {} {counted}",
            number("centre_px"),
            number("centre_sigma_px"),
            number("bands_used"),
            number("bands_measured")
        )
    };
    record["methods"].as_array().into_iter().flatten().map(of_method).collect()
}

/// A figure with its standard deviation, to as many digits as that is worth.
fn with_sigma(name: &str, (value, sigma): (f64, Option<f64>), unit: &str) -> String {
    match sigma.filter(|sigma| *sigma > 0.0 && sigma.is_finite()) {
        Some(sigma) => {
            let digits = (1.0 - sigma.log10().floor()).clamp(0.0, 8.0);
            let digits = voltomo_numeric::cast::to_index(digits);
            format!("{name}  {value:.digits$} ± {sigma:.digits$} {unit}")
        }
        None => format!("{name}  {value} {unit}"),
    }
}

impl ViewSource for CorrectedBands<'_> {
    fn shape(&self) -> FrameShape {
        BandSource::shape(self)
    }

    fn view(&self, index: usize) -> Result<Array2<f32>, FrameError> {
        let block = Block { frames: index..index + 1, rows: 0..BandSource::shape(self).rows };
        self.block(block)
            .map(|corrected| corrected.line_integrals.index_axis_move(Axis(0), 0))
            .map_err(|error| FrameError { what: error.to_string(), place: "ball search".into() })
    }
}

/// Source, axis and detector from balls.
fn by_balls(
    (bands, recipe): (&CorrectedBands<'_>, &Recipe),
    options: &CalibrateOptions,
    watch: &dyn Watch,
) -> Result<(Value, Calibration), RunError> {
    let scan = bands.scan;
    let (told, files) = (&recipe.reconstruct.cone, &scan.cone);
    let phantom = BallScan {
        angles: prepare::angles(scan)?.to_vec(),
        frame: bands.survey.frame(),
        pixel: told.detector_pixel_mm.map(Millimetre).or(files.pixel),
        spacing: options.spacing_mm.map(Millimetre),
        source_to_axis: told.source_to_axis_mm.map(Millimetre).or(files.source_to_axis),
    };
    watch.begin("find the balls", 100);
    let tracks = balls::find_tracks(bands, &phantom, &|done, total| {
        watch.advance(done * 100 / total.max(1));
    })?;
    watch.end();
    let found = balls::calibrate(&tracks, &phantom)?;
    let record = as_json(&found);
    Ok((record, report(found)))
}

fn report(found: BallCalibration) -> Calibration {
    let of_figure = |figure: &Figure| {
        let line = with_sigma(&figure.name, (figure.value, figure.sigma), figure.unit);
        if figure.is_measured { line } else { format!("{line} (not measured)") }
    };
    let mut figures: Vec<String> = found.figures.iter().map(of_figure).collect();
    figures.extend(found.correlations.iter().map(|pair| {
        format!("correlated {:+.3}: {} and {}", pair.value, pair.between[0], pair.between[1])
    }));
    figures.push(format!(
        "{} balls, {} shadows used, {} left out, {:.3} px from where they should be (rms)",
        found.balls.len(),
        found.shadows[0],
        found.shadows[1],
        found.residual_px
    ));
    let (recipe, refused) = usable(lines(&found));
    let warnings = [found.warnings, refused].concat();
    Calibration { recipe, figures, warnings, findings: vec![], path: PathBuf::new() }
}

/// The lines without those that a recipe refuses, and for each of these why.
fn usable(mut lines: Vec<String>) -> (Vec<String>, Vec<String>) {
    let mut refused = vec![];
    loop {
        let text = lines.join("\n");
        let recipe: Result<Recipe, _> = toml::from_str(&text);
        let problem =
            recipe.ok().and_then(|recipe| recipe.reconstruct.problems().into_iter().next());
        let Some(problem) = problem else { return (lines, refused) };
        let Problem { key, found, expected } = problem;
        refused.push(format!(
            "`{key}` = {found} is left out, since no recipe takes it: expected {expected}"
        ));
        let name = key.rsplit('.').next().unwrap_or_default().to_string();
        let before = lines.len();
        lines.retain(|line| !line.starts_with(&format!("{name} =")));
        if lines.len() == before {
            return (lines, refused);
        }
    }
}

/// The figures that have a recipe key, as TOML: measured ones, and told ones as they are.
fn lines(found: &BallCalibration) -> Vec<String> {
    let mut lines = vec!["[reconstruct]".to_string()];
    let keyed = |figure: &Figure, table: &str| {
        let key = figure.name.strip_prefix(table).filter(|key| !key.contains('.'))?;
        // A turn that the balls do not show is left to what the recipe says.
        let is_known = figure.is_measured || figure.unit == "mm";
        is_known.then(|| format!("{key} = {:.6}", figure.value))
    };
    lines.extend(found.figures.iter().filter_map(|figure| keyed(figure, "reconstruct.")));
    lines.extend([String::new(), "[reconstruct.cone]".into()]);
    lines.extend(found.figures.iter().filter_map(|figure| keyed(figure, "reconstruct.cone.")));
    let pixel = found.circle.map(|circle| format!("detector_pixel_mm = {}", circle.pixel.0));
    lines.extend(pixel);
    lines
}
