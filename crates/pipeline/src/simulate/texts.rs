//! The texts beside the frames: angles, notes, geometry, recipe. Writes what an operator knows, and
//! nothing that only the simulation knows.

use std::fmt::Write;
use std::path::PathBuf;

use serde::Serialize;
use voltomo_acquire::simulate::instrument::{FrameKind, Twin};
use voltomo_numeric::cast::to_f32;
use voltomo_reconstruct::ConeSlices;
use voltomo_types::Geometry;

use super::{folder::ScanFolder, frame_kinds, request::ScanFormat, sink::NEXUS};
use crate::{error::RunError, recipe::Recipe, recipe::commented, stack::write_text};

/// Writes the texts of a scan of a sample.
pub(super) fn write(
    folder: &ScanFolder,
    twin: &Twin<'_>,
    (sample, format): (&str, ScanFormat),
) -> Result<(), RunError> {
    write_text(&folder.at("angles.txt"), &angles(twin))?;
    let with_bodies = angles_of(twin, FrameKind::BlackBodySample);
    if !with_bodies.is_empty() {
        let head = "# rotation angle of each frame of black_bodies_sample, degrees\n";
        write_text(&folder.at("black_bodies_angles.txt"), &format!("{head}{with_bodies}"))?;
    }
    write_text(&folder.at("notes.txt"), &notes(twin, sample))?;
    let head = [format!(
        "{} of {sample}; run it with: voltomo run recipe.toml --out DIR",
        twin.profile().name
    )];
    write_text(&folder.at("recipe.toml"), &commented(&recipe(twin, format), &head))?;
    match twin.geometry() {
        Geometry::Parallel(_) => Ok(()),
        Geometry::Cone(_) => write_text(&folder.at(GEOMETRY), &geometry(twin)),
    }
}

/// Name of the file with the distances of a cone beam.
const GEOMETRY: &str = "geometry.toml";

/// One angle a line, in degrees, as many digits as bring the angle back.
fn angles(twin: &Twin<'_>) -> String {
    let lines = angles_of(twin, FrameKind::Radiograph);
    format!("# rotation angle of each radiograph, degrees\n{lines}")
}

/// The angles of the frames of a kind, one a line.
fn angles_of(twin: &Twin<'_>, kind: FrameKind) -> String {
    let mut text = String::new();
    for job in twin.schedule().iter().filter(|job| job.kind == kind) {
        let _ = writeln!(text, "{}", job.angle.degrees());
    }
    text
}

fn notes(twin: &Twin<'_>, sample: &str) -> String {
    let mut text = format!("Notes of the instrument\n\nsample: {sample}\n");
    for fact in twin.facts() {
        let line = format!("{}: {} {}", fact.name, fact.value, fact.unit);
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text += "\nframes, in the order in which they were taken:\n";
    for (kind, count) in frame_kinds::counts(twin.schedule()) {
        let _ = writeln!(text, "  {}: {count}", frame_kinds::folder(kind));
    }
    text
}

/// The nominal geometry of a cone beam, as a drawing of the instrument gives it.
#[derive(Debug, Serialize)]
struct ConeText {
    beam: &'static str,
    source_to_axis_mm: f64,
    source_to_detector_mm: f64,
    detector_pixel_mm: f64,
    rows: usize,
    columns: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    centre_row_px: Option<f64>,
}

fn geometry(twin: &Twin<'_>) -> String {
    let profile = twin.profile();
    let [rows, columns] = twin.shape();
    let frame = twin.geometry().frame();
    let row = frame.row(frame.middle_row() + profile.planned_row());
    let cone = ConeText {
        beam: "cone",
        source_to_axis_mm: profile.geometry.source_axis_mm,
        source_to_detector_mm: profile.geometry.source_detector_mm,
        detector_pixel_mm: profile.detector.pixel_mm * profile.detector.bin.max(1) as f64,
        rows,
        columns,
        centre_row_px: (profile.geometry.inclination_deg != 0.0).then_some(row),
    };
    let table = toml::to_string(&cone).unwrap_or_default();
    format!(
        "# The cone beam as planned: where the axis and the panel truly are is to be calibrated.\n\
         # Pixels are those of the frames, binned. Angles are in angles.txt.\n{table}"
    )
}

/// A recipe that reconstructs the scan from the folder it lies in.
pub(super) fn recipe(twin: &Twin<'_>, format: ScanFormat) -> Recipe {
    let mut recipe = Recipe::default();
    let acquire = &mut recipe.acquire;
    acquire.probe = Some(twin.profile().probe);
    // Files of 16 bits do not tell of how many bits the counts are.
    let [_, largest] = twin.open_beam_counts();
    acquire.saturation = Some(to_f32(largest));
    let is_cone = matches!(twin.geometry(), Geometry::Cone(_));
    if is_cone {
        recipe.reconstruct.cone.slices = ConeSlices::Axis;
    }
    if format == ScanFormat::Nexus {
        // Everything else stands in the file, but for where the ray at right angles to the axis is.
        acquire.path = PathBuf::from(NEXUS);
        let is_inclined = is_cone && twin.profile().geometry.inclination_deg != 0.0;
        acquire.geometry = is_inclined.then(|| GEOMETRY.into());
        return recipe;
    }
    acquire.path = PathBuf::from(".");
    let there = |kind: FrameKind| {
        let is_there = twin.schedule().iter().any(|job| job.kind == kind);
        is_there.then(|| frame_kinds::folder(kind).to_string())
    };
    acquire.radiographs = there(FrameKind::Radiograph);
    acquire.flats_before = there(FrameKind::OpenBefore);
    acquire.flats_after = there(FrameKind::OpenAfter);
    acquire.darks = there(FrameKind::Dark);
    acquire.black_bodies_open = there(FrameKind::BlackBodyOpen);
    acquire.black_bodies_sample = there(FrameKind::BlackBodySample);
    if acquire.black_bodies_sample.is_some() {
        acquire.black_bodies_angles = Some("black_bodies_angles.txt".into());
    }
    acquire.angles = Some("angles.txt".into());
    if is_cone {
        acquire.geometry = Some(GEOMETRY.into());
        return recipe;
    }
    let detector = &twin.profile().detector;
    acquire.pixel_mm = Some(detector.pixel_mm * detector.bin.max(1) as f64);
    recipe
}
