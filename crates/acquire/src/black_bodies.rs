//! Frames with black bodies in the beam, from image files beside any scan. Finds no dots.

use std::{path::Path, sync::Arc};

use voltomo_types::{BlackBodies, BlackBodyFrames, Fact, Frames, Origin, Quantity, Radian, Scan};

use crate::{
    AcquireError, AcquireSettings, AngleUnit,
    angle_file::read_angle_file,
    angle_source::AngleSource,
    angles::{even_angles, find_file},
    read::{find_images::find, image_stack::ImageStack},
};

const OPEN: &str = "acquire.black_bodies_open";
const SAMPLE: &str = "acquire.black_bodies_sample";
const ANGLES: &str = "acquire.black_bodies_angles";

/// The file with the angles that is taken without a word.
const ANGLE_FILE: &str = "black_bodies_angles.txt";

/// Adds the frames with black bodies that the recipe names, or that lie in sub-folders of the usual
/// names, to a scan of which no frame is selected yet.
///
/// `folders`: where a name may start, the scan's own first.
///
/// # Errors
/// Nothing of that name, frames of another size than the radiographs, not one angle a frame.
pub(crate) fn tell_black_bodies(
    scan: &mut Scan,
    settings: &AcquireSettings,
    folders: [&Path; 2],
) -> Result<(), AcquireError> {
    let is_folder = folders[1].join(&settings.path).is_dir();
    let is_guessed = is_folder && scan.quantity == Quantity::Counts;
    let mut stack_of = |told: &Option<String>, key: &'static str| {
        // The sub-folder of the key's own name.
        let usual = key.trim_start_matches("acquire.").to_string();
        let there = (is_guessed && folders[0].join(&usual).is_dir()).then_some(usual);
        match (told, there) {
            (Some(told), _) => stack(scan, (key, told), (folders[0], Origin::Recipe)).map(Some),
            (None, Some(name)) => stack(scan, (key, &name), (folders[0], Origin::File)).map(Some),
            (None, None) => Ok(None),
        }
    };
    let open = stack_of(&settings.black_bodies_open, OPEN)?;
    let sample = stack_of(&settings.black_bodies_sample, SAMPLE)?;
    let angles = match &sample {
        Some(frames) => angles_of(scan, settings, (frames, folders))?,
        None => None,
    };
    let bodies = |frames: Option<Arc<dyn Frames>>, angles| {
        frames.map(|frames| BlackBodyFrames { frames, angles })
    };
    scan.black_bodies = BlackBodies { open: bodies(open, None), sample: bodies(sample, angles) };
    Ok(())
}

fn stack(
    scan: &mut Scan,
    (key, told): (&'static str, &str),
    (folder, origin): (&Path, Origin),
) -> Result<Arc<dyn Frames>, AcquireError> {
    let set = find(key, told, folder)?;
    let stack = ImageStack::open(set.files, key)?;
    let (found, wanted) = (stack.shape(), scan.radiographs.shape());
    if (found.rows, found.columns) != (wanted.rows, wanted.columns) {
        let first = (scan.radiographs.name_of(0), key);
        return Err(stack.wrong_size(0, (wanted.rows, wanted.columns), first));
    }
    let value = format!("{} of {} × {}, `{told}`", found.frames, found.rows, found.columns);
    let item = if key == OPEN { "black bodies, open beam" } else { "black bodies, sample" };
    scan.facts.push(Fact { item: item.into(), value, origin });
    scan.files.extend(stack.files().iter().cloned());
    Ok(Arc::new(stack))
}

/// One angle a frame, counted in the sense of the radiographs' angles.
fn angles_of(
    scan: &mut Scan,
    settings: &AcquireSettings,
    (frames, folders): (&Arc<dyn Frames>, [&Path; 2]),
) -> Result<Option<Vec<Radian>>, AcquireError> {
    let usual = folders[0].join(ANGLE_FILE);
    let source = match &settings.black_bodies_angles {
        Some(text) => AngleSource::parse(text).map_err(|expected| wrong(text, expected))?,
        None if usual.is_file() => AngleSource::File(ANGLE_FILE.into()),
        None => {
            let mend = format!("set `{ANGLES}`; until then they count for all angles");
            scan.facts.push(Fact::missing("angles of the black bodies", mend));
            return Ok(None);
        }
    };
    let count = frames.shape().frames;
    let (mut angles, words) = match source {
        AngleSource::Range(start, stop) => {
            let degrees = even_angles((start, stop), count, settings.angle_end);
            let words = format!("{start} to {stop} degrees");
            (degrees.into_iter().map(Radian::from_degrees).collect::<Vec<_>>(), words)
        }
        AngleSource::Golden(_) => {
            return Err(wrong("golden", "`START:STOP` in degrees, or a file".into()));
        }
        AngleSource::File(name) => {
            let path = find_file(&name, ANGLES, folders)?;
            let angles = of_file(&path, settings.angle_unit, count)?;
            let words = format!("from {}", path.display());
            scan.files.push(path);
            (angles, words)
        }
    };
    if settings.reverse_rotation {
        angles.iter_mut().for_each(|angle| angle.0 = -angle.0);
    }
    scan.facts.push(Fact::from_recipe("angles of the black bodies", words));
    Ok(Some(angles))
}

fn of_file(
    path: &Path,
    unit: Option<AngleUnit>,
    count: usize,
) -> Result<Vec<Radian>, AcquireError> {
    let lines = read_angle_file(path)?;
    if lines.len() != count {
        let found = format!("`{}` with {} angles", path.display(), lines.len());
        let expected = format!("{count}, one a frame of `{SAMPLE}`");
        return Err(AcquireError::setting("black_bodies_angles", found, expected));
    }
    let radian = |angle: f64| match unit {
        Some(AngleUnit::Radians) => Radian(angle),
        _ => Radian::from_degrees(angle),
    };
    Ok(lines.into_iter().map(|line| radian(line.angle)).collect())
}

fn wrong(text: &str, expected: String) -> AcquireError {
    AcquireError::setting("black_bodies_angles", format!("`{text}`"), expected)
}
