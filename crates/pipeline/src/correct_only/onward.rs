//! The recipe that goes on from corrected images: what is left to do, in their own pixels. Reads
//! nothing.

use std::{fmt::Write as _, path::PathBuf};

use voltomo_acquire::Kind;
use voltomo_correct::{BeamHardeningSettings, HardeningMethod, RingSettings, Survey};
use voltomo_reconstruct::Beam;
use voltomo_types::{ConeView, Millimetre, PixelFrame, Radian, RotationAxis, Scan};

use crate::{
    beam::{BeamFound, beam},
    error::RunError,
    layout::Layout,
    recipe::{Recipe, commented},
    stack::write_text,
};

/// File for the views of a cone beam that are told one by one.
const VIEWS: &str = "views.csv";

/// Corrections that want sinograms, or a reconstruction, and are left to the next run.
#[derive(Debug, Clone)]
pub(super) struct Left {
    rings: RingSettings,
    beam_hardening: Option<BeamHardeningSettings>,
}

impl Left {
    /// The recipe without them, and them.
    pub(super) fn taken_from(recipe: &Recipe) -> (Recipe, Self) {
        let mut recipe = recipe.clone();
        let correct = &mut recipe.correct;
        let rings = std::mem::take(&mut correct.rings);
        let is_left = correct.beam_hardening.method == HardeningMethod::TwoMaterials;
        let beam_hardening = is_left.then(|| std::mem::take(&mut correct.beam_hardening));
        (recipe, Self { rings, beam_hardening })
    }

    /// What a person should know of them.
    pub(super) fn note(&self) -> Option<String> {
        let rings = (self.rings != RingSettings::default()).then_some("rings");
        let hardening = self.beam_hardening.as_ref().map(|_| "beam hardening of two materials");
        let left: Vec<&str> = rings.into_iter().chain(hardening).collect();
        (!left.is_empty()).then(|| {
            format!(
                "left in the images: {}; reconstruct.toml beside them takes that off, where there are \
                 sinograms and a volume",
                left.join(" and ")
            )
        })
    }
}

/// Edge of a corrected pixel in the plane of the sample.
pub(super) fn pixel(scan: &Scan, survey: &Survey) -> Option<Millimetre> {
    scan.detector.pixel.map(|pixel| Millimetre(pixel.0 * survey.frame().bin as f64))
}

/// Writes the angles, the views of a cone where they are told one by one, and the recipe that reads
/// images, angles and views.
pub(super) fn describe(
    layout: &Layout,
    (scan, survey, recipe): (&Scan, &Survey, &Recipe),
    left: Left,
) -> Result<(), RunError> {
    let folder = layout.correct();
    let frame = survey.frame();
    let mut next = Recipe {
        reconstruct: recipe.reconstruct.clone(),
        store: recipe.store.clone(),
        ..Recipe::default()
    };
    next.correct.rings = left.rings;
    next.correct.beam_hardening = left.beam_hardening.unwrap_or_default();
    next.acquire.path = PathBuf::from("line-integrals");
    next.acquire.kind = Kind::LineIntegrals;
    next.acquire.probe = scan.probe;
    if let Some(angles) = &scan.angles {
        let lines: String = angles.iter().map(|angle| format!("{}\n", angle.degrees())).collect();
        write_text(&folder.join("angles.txt"), &format!("# degrees\n{lines}"))?;
        next.acquire.angles = Some("angles.txt".into());
    }
    if let Some(views) = tell_beam(&mut next, (scan, recipe), &frame)? {
        write_text(&folder.join(VIEWS), &table(&views, &frame))?;
    }
    in_own_pixels(&mut next, &frame, survey.shape().rows);
    let head = [
        "Goes on from the line integrals in this folder: voltomo run reconstruct.toml --out DIR"
            .to_string(),
        format!(
            "Columns and rows count from 0 in these images, whose first pixel is the detector's \
             column {}, row {}; their pixels are {} detector pixels wide.",
            frame.first_column, frame.first_row, frame.bin
        ),
    ];
    write_text(&folder.join("reconstruct.toml"), &commented(&next, &head))
}

/// Tells the beam as the scan's files and its recipe do; returns the views where these are told one by
/// one.
fn tell_beam(
    next: &mut Recipe,
    (scan, recipe): (&Scan, &Recipe),
    frame: &PixelFrame,
) -> Result<Option<Vec<ConeView>>, RunError> {
    match beam(recipe, scan)? {
        BeamFound::Parallel { .. } => {
            let bin = frame.bin as f64;
            next.acquire.pixel_mm = scan.detector.pixel.map(|pixel| pixel.0 * bin);
            next.reconstruct.cone.beam = Beam::Parallel;
        }
        BeamFound::Circle { circle, .. } => {
            let cone = &mut next.reconstruct.cone;
            let (told, files) = (recipe.reconstruct.cone.clone(), &scan.cone);
            let turn = |told: Option<f64>, file: Option<Radian>| told.or(file.map(Radian::degrees));
            cone.beam = Beam::Cone;
            cone.source_to_axis_mm = Some(circle.source_to_axis.0);
            cone.source_to_detector_mm = Some(circle.source_to_detector.0);
            cone.detector_pixel_mm = Some(circle.pixel.0 * frame.bin as f64);
            let row = told.centre_row_px.or(files.centre_row).unwrap_or(frame.middle_row());
            cone.centre_row_px = Some(frame.row(row));
            if recipe.reconstruct.tilt_deg.is_none() {
                cone.roll_deg = turn(told.roll_deg, files.roll);
            }
            cone.pitch_deg = turn(told.pitch_deg, files.pitch);
            cone.yaw_deg = turn(told.yaw_deg, files.yaw);
            next.reconstruct.centre_px = recipe.reconstruct.centre_px.or(files.axis_column);
        }
        BeamFound::Views(views) => {
            next.acquire.geometry = Some(VIEWS.into());
            next.reconstruct.cone.beam = Beam::Cone;
            return Ok(Some(views));
        }
    }
    Ok(None)
}

/// Places told in detector pixels, as pixels of images of so many rows.
fn in_own_pixels(next: &mut Recipe, frame: &PixelFrame, rows: usize) {
    let settings = &mut next.reconstruct;
    let slant = settings.tilt_deg.or(settings.cone.roll_deg).unwrap_or(0.0);
    let tilt = Radian::from_degrees(slant);
    // Images have a middle row of their own.
    let middle = frame.detector_row((rows as f64 - 1.0) / 2.0);
    let column = |centre| frame.column(RotationAxis { centre, tilt }.column_at(middle, frame));
    settings.centre_px = settings.centre_px.map(column);
    settings.search_px = settings.search_px.map(|range| range.map(column));
    settings.voxel_px = settings.voxel_px.map(|voxel| voxel / frame.bin as f64);
}

/// A line a view: source, first pixel of an image, steps to the next column and row; x, y, z in mm.
fn table(views: &[ConeView], frame: &PixelFrame) -> String {
    let mut text = String::from("# mm; pixels are those of the images\n");
    let names = ["source", "origin", "u", "v"].map(|name| format!("{name}_x,{name}_y,{name}_z"));
    let _ = writeln!(text, "{}", names.join(","));
    let [row, column] = [frame.detector_row(0.0), frame.detector_column(0.0)];
    let bin = frame.bin as f64;
    for view in views {
        let (u, v) = (view.along_columns, view.along_rows);
        let origin = std::array::from_fn(|k| view.origin[k] + row * v[k] + column * u[k]);
        let numbers = [view.source, origin, u.map(|step| bin * step), v.map(|step| bin * step)];
        let numbers = numbers.map(|[z, y, x]| format!("{x},{y},{z}"));
        let _ = writeln!(text, "{}", numbers.join(","));
    }
    text
}
