//! Chooses the reader for a scan, and lets the recipe have the last word. Reads no file format.

use std::{fs::File, io::Read, path::Path, sync::Arc};

use voltomo_types::{BlackBodies, Fact, Frames, Millimetre, Origin, Quantity, Radian, Scan};

use crate::{
    AcquireError, AcquireSettings, Kind, RepeatedAngles,
    angles::{check_angles, told_angles},
    black_bodies::tell_black_bodies,
    geometry::{tell_geometry, tell_pixel},
    read::{
        ImageFormat, find_images::is_pattern, hdf5::is_hdf5, hdf5_scan, image_scan,
        image_sets::folder_of, show_bytes,
    },
    select::{Selected, View, kept_frames},
};

/// Opens the scan that `settings` name; nothing of its frames is read.
///
/// `base`: folder at which a relative `acquire.path` starts, that of the recipe.
/// Returns a scan whose `facts` list what the files told, what the recipe told and what is missing.
///
/// # Errors
/// What was found, what was expected, which key of the recipe mends it, and the file.
pub fn open(settings: &AcquireSettings, base: &Path) -> Result<Scan, AcquireError> {
    if let Some(problem) = settings.problems().into_iter().next() {
        let (key, found, expected) = (problem.key, problem.found, problem.expected);
        return Err(AcquireError::Setting { key, found: format!("`{found}`"), expected });
    }
    let path = base.join(&settings.path);
    let mut scan = read(&path, settings)?;
    let kept = kept_frames(&settings.skip, scan.radiographs.shape().frames)?;
    tell_angles(&mut scan, settings, (&kept, [folder_of(&path), base]))?;
    tell_geometry(&mut scan, settings, (&kept, [folder_of(&path), base]))?;
    tell_black_bodies(&mut scan, settings, [folder_of(&path), base])?;
    select_frames(&mut scan, settings, kept)?;
    tell_the_rest(&mut scan, settings);
    check(&scan, settings, &path)?;
    Ok(scan)
}

fn read(path: &Path, settings: &AcquireSettings) -> Result<Scan, AcquireError> {
    if !path.exists() && !is_pattern(&settings.path.to_string_lossy()) {
        return Err(AcquireError::absent("acquire.path", path));
    }
    if matches!(settings.kind, Kind::Nexus | Kind::DataExchange | Kind::Tdf) {
        return hdf5_scan::open(path, settings);
    }
    if path.is_file() {
        let start = first_bytes(path)?;
        if is_hdf5(&start) {
            return hdf5_scan::open(path, settings);
        }
        if settings.radiographs.is_none() {
            check_is_image(&start, path)?;
        }
    }
    image_scan::open(path, settings)
}

fn first_bytes(path: &Path) -> Result<Vec<u8>, AcquireError> {
    let open = |source| AcquireError::Open { path: path.into(), source };
    let mut start = Vec::with_capacity(16);
    File::open(path).map_err(open)?.take(16).read_to_end(&mut start).map_err(open)?;
    Ok(start)
}

/// An empty file is left to the image reader, which says so.
fn check_is_image(start: &[u8], path: &Path) -> Result<(), AcquireError> {
    if start.is_empty() || ImageFormat::of_bytes(start).is_some() {
        return Ok(());
    }
    let found = format!("the file begins with {}", show_bytes(start));
    Err(AcquireError::NotAScan { found, path: path.into() })
}

/// The recipe's angles go before the files'; without any they stay missing.
fn tell_angles(
    scan: &mut Scan,
    settings: &AcquireSettings,
    (kept, folders): (&[usize], [&Path; 2]),
) -> Result<(), AcquireError> {
    let told = told_angles(settings, (&*scan.radiographs, kept), folders)?;
    match (told, &mut scan.angles) {
        (Some(told), angles) => {
            tell(&mut scan.facts, Fact::from_recipe("rotation angles", told.words));
            scan.files.extend(told.file);
            *angles = Some(told.angles);
        }
        (None, Some(angles)) => *angles = kept_angles(angles, kept, &*scan.radiographs)?,
        (None, None) => {
            let mend = "set `acquire.angles` to START:STOP in degrees, `golden` or a file";
            tell(&mut scan.facts, Fact::missing("rotation angles", mend));
        }
    }
    if let (true, Some(angles)) = (settings.reverse_rotation, &mut scan.angles) {
        angles.iter_mut().for_each(|angle| angle.0 = -angle.0);
        tell(&mut scan.facts, Fact::from_recipe("sense of rotation", "reversed"));
    }
    Ok(())
}

fn kept_angles(
    angles: &[Radian],
    kept: &[usize],
    frames: &dyn Frames,
) -> Result<Vec<Radian>, AcquireError> {
    let frame_count = frames.shape().frames;
    if angles.len() != frame_count {
        let place = frames.name_of(0);
        let angles = angles.len();
        return Err(AcquireError::AngleCount { angles, frames: frame_count, place });
    }
    Ok(kept.iter().map(|&frame| angles[frame]).collect())
}

fn select_frames(
    scan: &mut Scan,
    settings: &AcquireSettings,
    kept: Vec<usize>,
) -> Result<(), AcquireError> {
    let shape = scan.radiographs.shape();
    let view = View::of(settings, (shape.rows, shape.columns))?;
    if kept.len() < shape.frames {
        let value = format!("{} of {} radiographs", shape.frames - kept.len(), shape.frames);
        tell(&mut scan.facts, Fact::from_recipe("skipped", value));
    }
    if !view.is_whole((shape.rows, shape.columns)) {
        tell(&mut scan.facts, Fact::from_recipe("window", words_of(settings)));
    }
    scan.detector.frame = view.pixel_frame(&scan.detector.frame, shape);
    for set in scan.flats.iter_mut().chain(&mut scan.darks) {
        let all = (0..set.frames.shape().frames).collect();
        set.frames = Selected::wrap(Arc::clone(&set.frames), all, view.clone());
    }
    let BlackBodies { open, sample } = &mut scan.black_bodies;
    for set in open.iter_mut().chain(sample) {
        let all = (0..set.frames.shape().frames).collect();
        set.frames = Selected::wrap(Arc::clone(&set.frames), all, view.clone());
    }
    scan.radiographs = Selected::wrap(Arc::clone(&scan.radiographs), kept, view);
    Ok(())
}

fn words_of(settings: &AcquireSettings) -> String {
    let crop = |range: &Option<String>| range.clone().unwrap_or_else(|| "all".into());
    format!(
        "rows {}, columns {}, turned by {} degrees clockwise, mirrored: {:?}",
        crop(&settings.crop_rows),
        crop(&settings.crop_columns),
        settings.turn,
        settings.mirror
    )
}

fn tell_the_rest(scan: &mut Scan, settings: &AcquireSettings) {
    if let Some(mm) = settings.pixel_mm {
        if let Some(pixel) = scan.detector.pixel {
            scan.facts.push(Fact::from_file("pixel size in the files", format!("{} mm", pixel.0)));
        }
        scan.detector.pixel = Some(Millimetre(mm));
        tell(&mut scan.facts, Fact::from_recipe("pixel size", format!("{mm} mm")));
    } else {
        tell_pixel(scan, settings);
    }
    if scan.detector.pixel.is_none() {
        let mend = "set `acquire.pixel_mm`; until then attenuation is in 1/pixel";
        tell(&mut scan.facts, Fact::missing("pixel size", mend));
    }
    if let Some(probe) = settings.probe {
        scan.probe = Some(probe);
        tell(&mut scan.facts, Fact::from_recipe("probe", format!("{probe:?}").to_lowercase()));
    } else if scan.probe.is_none() {
        tell(&mut scan.facts, Fact::missing("probe", "set `acquire.probe` to neutron or xray"));
    }
    if let Some(count) = settings.saturation {
        scan.detector.saturation = Some(count);
        tell(&mut scan.facts, Fact::from_recipe("saturation", format!("{count} counts")));
    }
    if matches!(settings.kind, Kind::Sinogram | Kind::LineIntegrals) {
        scan.quantity = Quantity::LineIntegrals;
        scan.detector.saturation = None;
        tell(&mut scan.facts, Fact::from_recipe("quantity", "line integrals"));
    }
}

/// Adds a fact; one of the same item that was missing gives way, but not to one that is missing,
/// too: the reader's own words tell more.
fn tell(facts: &mut Vec<Fact>, fact: Fact) {
    let is_missing = |other: &Fact| other.item == fact.item && other.origin == Origin::Missing;
    if fact.origin == Origin::Missing && facts.iter().any(is_missing) {
        return;
    }
    facts.retain(|other| !is_missing(other));
    facts.push(fact);
}

fn check(scan: &Scan, settings: &AcquireSettings, path: &Path) -> Result<(), AcquireError> {
    let Some(angles) = &scan.angles else { return Ok(()) };
    let place = match &settings.angles {
        Some(told) => format!("`acquire.angles` says {told}"),
        None => path.display().to_string(),
    };
    let allow_repeats = settings.repeated_angles == RepeatedAngles::Keep;
    check_angles(angles, &*scan.radiographs, (&place, allow_repeats))
}
