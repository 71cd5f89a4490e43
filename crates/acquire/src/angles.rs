//! Rotation angles: of a range, in golden-ratio order, or from a text file. Knows no image format.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use voltomo_types::{Frames, Radian};

use crate::{
    AcquireError, AcquireSettings, AngleEnd, AngleUnit,
    angle_file::{AngleLine, read_angle_file},
    angle_source::{AngleSource, LARGEST_DEGREES},
};

/// Angles closer than this are the same, in radians.
const SAME_ANGLE: f64 = 1e-9;
/// The golden ratio (1 + √5)/2.
const GOLDEN: f64 = 1.618_033_988_749_895;

/// Angles that the recipe tells, of the radiographs that are kept.
#[derive(Debug)]
pub(crate) struct ToldAngles {
    pub(crate) angles: Vec<Radian>,
    /// In words, for the list of facts.
    pub(crate) words: String,
    /// The file they come from.
    pub(crate) file: Option<PathBuf>,
}

/// `frame_count` angles from `start` to `stop`, in degrees, the last one at `stop` or one step
/// before it.
pub(crate) fn even_angles(
    (start, stop): (f64, f64),
    frame_count: usize,
    end: AngleEnd,
) -> Vec<f64> {
    let steps = match end {
        AngleEnd::Excluded => frame_count,
        AngleEnd::Included => frame_count.saturating_sub(1).max(1),
    };
    (0..frame_count).map(|i| start + (stop - start) * i as f64 / steps as f64).collect()
}

/// Angles in golden-ratio order, in degrees: `θᵢ = fmod(i·φ·arc, arc)`, φ = (1 + √5)/2, arc 180 or
/// 360 degrees. Source: Köhler 2004, doi:10.1109/NSSMIC.2004.1466745.
pub(crate) fn golden_angles(arc: f64, frame_count: usize) -> Vec<f64> {
    (0..frame_count).map(|i| (i as f64 * GOLDEN).fract() * arc).collect()
}

/// The angles that `settings.angles` tells for the radiographs `kept` of `frames`.
///
/// Ranges, golden order and files count all radiographs, before any is skipped; a file may also
/// have just one line for each that is kept. `folders`: where a file name may start.
///
/// # Errors
/// An angle file that is not there or not readable, or that has another count or other names.
pub(crate) fn told_angles(
    settings: &AcquireSettings,
    (frames, kept): (&dyn Frames, &[usize]),
    folders: [&Path; 2],
) -> Result<Option<ToldAngles>, AcquireError> {
    let Some(text) = &settings.angles else { return Ok(None) };
    let count = frames.shape().frames;
    let source = AngleSource::parse(text)
        .map_err(|expected| AcquireError::setting("angles", format!("`{text}`"), expected))?;
    let keep = |all: Vec<f64>| kept.iter().map(|&i| Radian::from_degrees(all[i])).collect();
    let (angles, words, file) = match source {
        AngleSource::Range(start, stop) => {
            let end = settings.angle_end;
            let is_out = if end == AngleEnd::Excluded { "excluded" } else { "included" };
            let words = format!("{start} to {stop} degrees, the end {is_out}");
            (keep(even_angles((start, stop), count, end)), words, None)
        }
        AngleSource::Golden(arc) => {
            (keep(golden_angles(arc, count)), format!("golden ratio of {arc} degrees"), None)
        }
        AngleSource::File(name) => {
            let path = find_file(&name, "acquire.angles", folders)?;
            let words = format!("from {}", path.display());
            let lines = read_angle_file(&path)?;
            let numbers = of_lines(&lines, (frames, kept), &path)?;
            let is_radians = settings.angle_unit == Some(AngleUnit::Radians);
            let unit = |n| if is_radians { Radian(n) } else { Radian::from_degrees(n) };
            (numbers.into_iter().map(unit).collect(), words, Some(path))
        }
    };
    Ok(Some(ToldAngles { angles, words, file }))
}

/// The file that the recipe names in `key`, from the first folder that has it.
///
/// # Errors
/// None has it.
pub(crate) fn find_file(
    name: &Path,
    key: &str,
    folders: [&Path; 2],
) -> Result<PathBuf, AcquireError> {
    let places = folders.map(|folder| folder.join(name));
    let found = places.iter().find(|path| path.is_file()).cloned();
    let [first, _] = places;
    found.ok_or_else(|| AcquireError::absent(key, &first))
}

fn of_lines(
    lines: &[AngleLine],
    (frames, kept): (&dyn Frames, &[usize]),
    path: &Path,
) -> Result<Vec<f64>, AcquireError> {
    if lines.iter().any(|line| line.name.is_some()) {
        return by_name(lines, (frames, kept), path);
    }
    let count = frames.shape().frames;
    if lines.len() == count {
        return Ok(kept.iter().map(|&frame| lines[frame].angle).collect());
    }
    if lines.len() == kept.len() {
        return Ok(lines.iter().map(|line| line.angle).collect());
    }
    let place = path.display().to_string();
    Err(AcquireError::AngleCount { angles: lines.len(), frames: kept.len(), place })
}

fn by_name(
    lines: &[AngleLine],
    (frames, kept): (&dyn Frames, &[usize]),
    path: &Path,
) -> Result<Vec<f64>, AcquireError> {
    let names: Vec<String> = (0..frames.shape().frames).map(|i| frames.name_of(i)).collect();
    let by_name: HashMap<&str, usize> =
        names.iter().enumerate().flat_map(|(i, name)| [(&name[..], i), (stem(name), i)]).collect();
    let mut found: Vec<Option<f64>> = vec![None; names.len()];
    for AngleLine { line, name, angle } in lines {
        let name = name.as_deref().unwrap_or_default();
        let own = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let wrong = |problem: &str, expected: &str| AcquireError::AngleLine {
            line: *line,
            text: name.into(),
            problem: problem.into(),
            expected: expected.into(),
            path: path.into(),
        };
        let expected = format!("a name like {}; `acquire.radiographs` chooses them", names[0]);
        let frame =
            by_name.get(own).ok_or_else(|| wrong("no radiograph of this scan", &expected))?;
        if found[*frame].replace(*angle).is_some() {
            return Err(wrong("listed twice", "each radiograph once"));
        }
    }
    let missing = |frame: usize| AcquireError::AngleMissing {
        radiograph: names[frame].clone(),
        path: path.into(),
    };
    kept.iter().map(|&frame| found[frame].ok_or_else(|| missing(frame))).collect()
}

fn stem(name: &str) -> &str {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn is_angle(angle: &Radian) -> bool {
    angle.degrees().abs() <= LARGEST_DEGREES
}

/// Each angle must be a number; no two the same, unless `allow_repeats`.
///
/// # Errors
/// Names the radiographs.
pub(crate) fn check_angles(
    angles: &[Radian],
    frames: &dyn Frames,
    (place, allow_repeats): (&str, bool),
) -> Result<(), AcquireError> {
    if angles.len() != frames.shape().frames {
        let (angles, frames) = (angles.len(), frames.shape().frames);
        return Err(AcquireError::AngleCount { angles, frames, place: place.into() });
    }
    if let Some(frame) = angles.iter().position(|angle| !is_angle(angle)) {
        let place = frames.name_of(frame);
        return Err(AcquireError::AngleNotFinite { angle: angles[frame].degrees(), frame, place });
    }
    let mut order: Vec<usize> = (0..angles.len()).collect();
    order.sort_by(|&a, &b| angles[a].0.total_cmp(&angles[b].0));
    let is_same = |pair: &&[usize]| (angles[pair[1]].0 - angles[pair[0]].0).abs() <= SAME_ANGLE;
    match order.windows(2).find(is_same).filter(|_| !allow_repeats) {
        None => Ok(()),
        Some(pair) => {
            let words = |frame: usize| format!("{frame} ({})", frames.name_of(frame));
            Err(AcquireError::RepeatedAngle {
                first: words(pair[0].min(pair[1])),
                second: words(pair[0].max(pair[1])),
                degrees: angles[pair[0]].degrees(),
                place: place.into(),
            })
        }
    }
}
