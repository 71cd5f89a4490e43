//! Whether a scan's beam is parallel or a cone, and where source and detector stand. Finds no axis.

use std::path::{Path, PathBuf};

use voltomo_reconstruct::{Beam, ConeSettings, distance_problem};
use voltomo_types::{
    ConeCircle, ConeFacts, ConeGeometry, ConeView, Geometry, Millimetre, ParallelGeometry,
    PixelFrame, Radian, RotationAxis, Scan,
};

use crate::{error::RunError, recipe::Recipe};

/// The widest fan, in degrees over the frame, that is reconstructed as a parallel beam unless the
/// recipe says otherwise: at a reactor the rays open by less than one.
const WIDEST_FAN_DEG: f64 = 2.0;

/// Pixels on the detector and on the axis that differ by more than this contradict each other.
const CONTRADICTION: f64 = 0.01;

/// The beam of a scan, but for the axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum BeamFound {
    /// Parallel rays.
    Parallel {
        /// What a person should know.
        warning: Option<String>,
    },
    /// A source on a circle.
    Circle {
        /// Distances and turns; the central column is still to be found.
        circle: ConeCircle,
        /// Detector column of the axis at the middle row, where it is told, and by whom.
        axis_column: Option<(f64, &'static str)>,
        /// Whether the roll was told.
        has_roll: bool,
    },
    /// Source and detector of every view.
    Views(Vec<ConeView>),
}

/// The beam of a scan, as its files and the recipe say.
///
/// # Errors
/// A cone whose distances are missing, absurd, or contradict each other.
pub(crate) fn beam(recipe: &Recipe, scan: &Scan) -> Result<BeamFound, RunError> {
    let told = &recipe.reconstruct.cone;
    let fan = fan_deg(&scan.cone, scan);
    let is_cone = match told.beam {
        Beam::Parallel => false,
        Beam::Cone => true,
        Beam::Auto => {
            is_told(told) || recipe.acquire.geometry.is_some() || fan > Some(WIDEST_FAN_DEG)
        }
    };
    if !is_cone {
        let opened = fan.filter(|fan| *fan > WIDEST_FAN_DEG);
        let warning = opened.map(|fan| {
            format!(
                "the files put the source so near that the rays open by {fan:.1}° over the frame, \
                 but `reconstruct.cone.beam` says parallel"
            )
        });
        return Ok(BeamFound::Parallel { warning });
    }
    let tells_distance = told.source_to_axis_mm.or(told.source_to_detector_mm).is_some();
    match &scan.cone.views {
        Some(views) if !tells_distance => Ok(BeamFound::Views(checked(views, (recipe, scan))?)),
        Some(_) => {
            let key = if told.source_to_axis_mm.is_some() { AXIS_KEY } else { DETECTOR_KEY };
            Err(refuse(
                scan,
                (key, "a distance beside the views of the geometry file".into()),
                "one of the two: the views hold all distances".into(),
            ))
        }
        None => circle(recipe, scan),
    }
}

/// Farthest from the detector that the central ray may meet its plane, in heights of it.
const FARTHEST_HEIGHTS: f64 = 2.0;

const AXIS_KEY: &str = "reconstruct.cone.source_to_axis_mm";
const DETECTOR_KEY: &str = "reconstruct.cone.source_to_detector_mm";
const PIXEL_KEY: &str = "reconstruct.cone.detector_pixel_mm";

fn is_told(told: &ConeSettings) -> bool {
    told.source_to_axis_mm.or(told.source_to_detector_mm).is_some()
}

fn refuse(scan: &Scan, (key, found): (&str, String), expected: String) -> RunError {
    let path: PathBuf = scan.files.first().cloned().unwrap_or_default();
    RunError::Cone { key: key.into(), found, expected, path }
}

/// As [`refuse`], where the geometry file is at fault.
fn refuse_file((recipe, scan): (&Recipe, &Scan), found: String, expected: String) -> RunError {
    let path = geometry_file(recipe, scan);
    RunError::Cone { key: "acquire.geometry".into(), found, expected, path }
}

/// The geometry file among the files of a scan; without one, the first file.
pub(crate) fn geometry_file(recipe: &Recipe, scan: &Scan) -> PathBuf {
    let name = recipe.acquire.geometry.as_ref().and_then(|told| Path::new(told).file_name());
    let is_it = |path: &&PathBuf| name.is_some() && path.file_name() == name;
    scan.files.iter().find(is_it).or(scan.files.first()).cloned().unwrap_or_default()
}

/// Numbers of a geometry file that are none.
fn check_numbers(recipe: &Recipe, scan: &Scan) -> Result<(), RunError> {
    let files = &scan.cone;
    let numbers = [
        ("centre_px", files.axis_column),
        ("centre_row_px", files.centre_row),
        ("roll_deg", files.roll.map(Radian::degrees)),
        ("pitch_deg", files.pitch.map(Radian::degrees)),
        ("yaw_deg", files.yaw.map(Radian::degrees)),
    ];
    for (key, value) in numbers {
        let is_turn = key.ends_with("_deg");
        let is_bad = |value: &f64| !value.is_finite() || is_turn && value.abs() > 45.0;
        if let Some(value) = value.filter(is_bad) {
            let expected = match is_turn {
                true => format!("a `{key}` between -45 and 45 degrees in it, or none"),
                false => format!("a finite `{key}` in it, or none"),
            };
            return Err(refuse_file(
                (recipe, scan),
                format!("a file with {key} = {value}"),
                expected,
            ));
        }
    }
    Ok(())
}

/// The row of the central ray: as recipe or files tell it, else the middle.
fn centre_row(recipe: &Recipe, scan: &Scan) -> Result<f64, RunError> {
    let frame = &scan.detector.frame;
    let told = recipe.reconstruct.cone.centre_row_px;
    let row = told.or(scan.cone.centre_row).unwrap_or(frame.middle_row());
    let reach = FARTHEST_HEIGHTS * frame.detector_rows as f64;
    if (row - frame.middle_row()).abs() <= reach + frame.middle_row() {
        return Ok(row);
    }
    let expected = format!(
        "a row of the detector (0 to {}) or one near it, at most {reach} rows beyond",
        frame.detector_rows.saturating_sub(1)
    );
    Err(match told {
        Some(_) => refuse(scan, ("reconstruct.cone.centre_row_px", row.to_string()), expected),
        None => {
            let found = format!("a file with centre_row_px = {row}");
            refuse_file((recipe, scan), found, expected)
        }
    })
}

/// Angle between the outermost rays, as far as the files tell.
fn fan_deg(cone: &ConeFacts, scan: &Scan) -> Option<f64> {
    let columns = scan.detector.frame.detector_columns as f64;
    let of = |pixel: Option<Millimetre>, distance: Option<Millimetre>| {
        let (pixel, distance) = (pixel?, distance?);
        Some(2.0 * (pixel.0 * columns / 2.0 / distance.0.abs()).atan().to_degrees())
    };
    of(cone.pixel, cone.source_to_detector).or(of(scan.detector.pixel, cone.source_to_axis))
}

/// A source on a circle, from the recipe, else from the files.
fn circle(recipe: &Recipe, scan: &Scan) -> Result<BeamFound, RunError> {
    let (settings, told) = (&recipe.reconstruct, &recipe.reconstruct.cone);
    let files = &scan.cone;
    check_numbers(recipe, scan)?;
    let [axis, detector] = distances(recipe, scan)?;
    let pixel = pixel(recipe, scan, detector / axis)?;
    let frame = &scan.detector.frame;
    let turn = |degrees: Option<f64>, file: Option<Radian>| {
        degrees.map(Radian::from_degrees).or(file).unwrap_or(Radian(0.0))
    };
    let roll = told.roll_deg.or(settings.tilt_deg);
    let axis_column = settings.centre_px.map(|column| (column, "the recipe"));
    let by_file = files.axis_column.map(|column| (column, "the geometry file"));
    let inclination = Radian::from_degrees(told.inclination_deg.unwrap_or(0.0));
    let circle = ConeCircle {
        source_to_axis: Millimetre(axis),
        source_to_detector: Millimetre(detector),
        pixel: Millimetre(pixel),
        centre: [centre_row(recipe, scan)?, (frame.detector_columns as f64 - 1.0) / 2.0],
        roll: turn(roll, files.roll),
        pitch: turn(told.pitch_deg, files.pitch),
        yaw: turn(told.yaw_deg, files.yaw),
    };
    Ok(BeamFound::Circle {
        circle: circle.inclined(inclination),
        axis_column: axis_column.or(by_file),
        has_roll: roll.is_some() || files.roll.is_some(),
    })
}

/// Distances from the source to axis and detector, mm: as the recipe tells them, else the files.
fn distances(recipe: &Recipe, scan: &Scan) -> Result<[f64; 2], RunError> {
    let (told, files) = (&recipe.reconstruct.cone, &scan.cone);
    let missing = |key: &str, what: &str| {
        let expected =
            format!("{what}, since the beam is a cone: from `{key}` or `acquire.geometry`");
        refuse(scan, (key, "nothing".into()), expected)
    };
    let length = |recipe: Option<f64>, file: Option<Millimetre>| recipe.or(file.map(|mm| mm.0));
    let axis = length(told.source_to_axis_mm, files.source_to_axis)
        .ok_or_else(|| missing(AXIS_KEY, "the distance from the source to the axis"))?;
    let detector = length(told.source_to_detector_mm, files.source_to_detector)
        .ok_or_else(|| missing(DETECTOR_KEY, "the distance from the source to the detector"))?;
    if let Some(problem) = distance_problem(axis, detector) {
        let is_told = match problem.key.as_str() {
            AXIS_KEY => told.source_to_axis_mm.is_some(),
            _ => told.source_to_detector_mm.is_some(),
        };
        if is_told || recipe.acquire.geometry.is_none() {
            return Err(refuse(scan, (&problem.key, problem.found), problem.expected));
        }
        let key = problem.key.rsplit('.').next().unwrap_or_default();
        let found = format!("a file with {key} = {}", problem.found);
        return Err(refuse_file((recipe, scan), found, problem.expected));
    }
    Ok([axis, detector])
}

/// Edge of a pixel on the detector: as the recipe tells it there or in the plane of the sample, else
/// as the files do.
fn pixel(recipe: &Recipe, scan: &Scan, magnification: f64) -> Result<f64, RunError> {
    let on_detector = recipe.reconstruct.cone.detector_pixel_mm;
    let in_sample = recipe.acquire.pixel_mm.map(|mm| mm * magnification);
    let by_file = scan.cone.pixel.map(|mm| mm.0);
    if let (Some(other), Some(from_sample)) = (on_detector.or(by_file), in_sample)
        && (other / from_sample - 1.0).abs() > CONTRADICTION
    {
        let sample = from_sample / magnification;
        let found = format!(
            "{sample} mm in the plane of the sample, {from_sample:.6} mm on the detector at the \
             magnification {magnification:.4}"
        );
        let expected = format!(
            "{:.6} mm, since a pixel has {other} mm on the detector; or nothing here",
            other / magnification
        );
        return Err(refuse(scan, ("acquire.pixel_mm", found), expected));
    }
    let of_scan = scan.detector.pixel.map(|mm| mm.0 * magnification);
    let pixel = on_detector.or(in_sample).or(by_file).or(of_scan).ok_or_else(|| {
        let expected = "the edge of a detector pixel in mm, since the beam is a cone; or \
                        `acquire.pixel_mm`, its edge in the plane of the sample";
        refuse(scan, (PIXEL_KEY, "nothing".into()), expected.into())
    })?;
    if pixel > 0.0 && pixel.is_finite() {
        return Ok(pixel);
    }
    let expected = "the edge of a detector pixel above 0 mm";
    Err(refuse(scan, (PIXEL_KEY, pixel.to_string()), expected.into()))
}

/// Views must be as many as radiographs, each with a source off the axis before a detector.
fn checked(
    views: &[ConeView],
    (recipe, scan): (&Recipe, &Scan),
) -> Result<Vec<ConeView>, RunError> {
    let frames = scan.radiographs.shape().frames;
    if views.len() != frames {
        let expected = format!("{frames} views, one for each radiograph");
        return Err(refuse_file((recipe, scan), format!("{} views", views.len()), expected));
    }
    let middle = scan.detector.frame.middle_row();
    let flawed =
        views.iter().enumerate().find_map(|(index, view)| Some((index, flaw(view, middle)?)));
    match flawed {
        None => Ok(views.to_vec()),
        Some((index, flaw)) => {
            let found = format!("a file whose view {index} (counted from 0) has {flaw}");
            let expected = "a source off the axis (x = y = 0), and a detector behind the axis that \
                            it shines on; all in mm as x, y, z";
            Err(refuse_file((recipe, scan), found, expected.into()))
        }
    }
}

/// What of a view cannot image anything.
fn flaw(view: &ConeView, middle_row: f64) -> Option<String> {
    const ON_AXIS_MM: f64 = 1e-6;
    if view.pixel_on_axis().and(view.axis_at(middle_row)).is_some() {
        return None;
    }
    let place = |[z, y, x]: [f64; 3]| format!("({x}, {y}, {z})");
    let source = place(view.source);
    Some(if view.source[1].hypot(view.source[2]) < ON_AXIS_MM {
        format!("its source on the axis, at {source}")
    } else {
        let [rows, columns] = [view.along_rows, view.along_columns].map(place);
        format!(
            "a detector that does not face its source over the axis: source {source}, first pixel \
             at {}, u {columns}, v {rows}",
            place(view.origin)
        )
    })
}

impl BeamFound {
    /// The geometry with an axis; its tilt is the roll of a detector in a cone beam.
    ///
    /// Heights are counted from what the detector's middle row sees on the axis. Views that are
    /// told one by one hold their axis already.
    pub(crate) fn geometry(
        &self,
        angles: &[Radian],
        (frame, pixel): (PixelFrame, Option<Millimetre>),
        axis: RotationAxis,
    ) -> Geometry {
        let angles = angles.to_vec();
        match self {
            Self::Parallel { .. } => {
                Geometry::Parallel(ParallelGeometry { angles, axis, frame, pixel })
            }
            Self::Views(views) => Geometry::Cone(ConeGeometry { views: views.clone(), frame }),
            Self::Circle { circle, .. } => {
                let mut circle = ConeCircle { roll: axis.tilt, ..*circle };
                let middle = frame.middle_row();
                let seen = |circle: &ConeCircle| circle.view(Radian(0.0)).axis_at(middle);
                // A shift of the detector along its columns shifts the axis on it as much.
                let column = seen(&circle).map_or(circle.centre[1], |point| point.column);
                circle.centre[1] += axis.centre - column;
                let height = seen(&circle).map_or(0.0, |point| point.height);
                Geometry::Cone(circle.geometry(&angles, frame).counted_from(height))
            }
        }
    }

    /// The roll of a cone's detector, where it is told.
    pub(crate) fn told_tilt(&self) -> Option<Radian> {
        match self {
            Self::Circle { circle, has_roll: true, .. } => Some(circle.roll),
            _ => None,
        }
    }

    /// The axis as far as it is told; `None` where it must be found (or, in a cone, assumed).
    pub(crate) fn told_axis(&self, frame: &PixelFrame) -> Option<(RotationAxis, &'static str)> {
        match self {
            Self::Parallel { .. } => None,
            Self::Circle { circle, axis_column, .. } => {
                axis_column.map(|(centre, by)| (RotationAxis { centre, tilt: circle.roll }, by))
            }
            Self::Views(views) => {
                let view = views.first()?;
                let at = |row: f64| view.axis_at(row).map(|point| point.column);
                let middle = frame.middle_row();
                let centre = at(middle)?;
                let tilt = Radian((at(middle + 1.0)? - centre).atan());
                Some((RotationAxis { centre, tilt }, "the views of the geometry file"))
            }
        }
    }
}
