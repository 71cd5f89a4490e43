//! Scans in the NeXus layout NXtomo and the variants of the facilities. Knows no HDF5 library.
//!
//! Found by the image key, wherever it is: 0 radiograph, 1 flat field, 2 dark field, 3 invalid.

use std::path::Path;

use voltomo_types::{Frames, Radian, ReferenceFrames, Scan, When};

use super::hdf5::{
    Dataset, File, Hdf5Error, Link, Order, Parts, StackFrames, Stacks, name, parent, taken,
};
use crate::{AcquireError, AcquireSettings};

/// Names of image keys; the control key of the ESRF knows return frames, too, and goes before.
const KEYS: [&str; 2] = ["image_key_control", "image_key"];
/// Names of lists of angles, the definition's first; the second is of Diamond's beamline DIAD.
const ANGLES: [&str; 3] = ["rotation_angle", "gts_theta_value", "theta"];

/// Whether an image key is somewhere in the file.
pub(crate) fn recognises(file: &File) -> bool {
    file.names().is_ok_and(|names| names.iter().any(|(path, _)| KEYS.contains(&name(path))))
}

/// What the frames are, one by one.
#[derive(Debug, Default, PartialEq)]
struct Sorted {
    radiographs: Vec<usize>,
    /// Runs of frames that were taken together.
    flats: Vec<(When, Vec<usize>)>,
    darks: Vec<(When, Vec<usize>)>,
    invalid: usize,
    /// Frames taken again on the way back, after the scan.
    alignment: usize,
}

/// Frames with their image keys.
struct Keyed {
    data: Dataset,
    key: Dataset,
    values: Vec<f64>,
}

/// Opens the scan at `path`.
///
/// # Errors
/// What is wrong with the file, and which key of the recipe mends it.
pub(crate) fn open(path: &Path, settings: &AcquireSettings) -> Result<Scan, AcquireError> {
    let file = File::open(path)?;
    let mut parts = Parts::new(&file, settings, "NXtomo");
    let names: Vec<String> = file.names()?.into_iter().map(leaf).collect();
    let keyed = keyed_frames(&mut parts, &file, &names)?;
    let all = StackFrames::whole(&keyed.data, Order::AngleRowColumn, "acquire.dataset")?;
    parts.uses(&keyed.data);
    let sorted = sort(&keyed)?;
    tell(&mut parts, &keyed, &sorted);
    let radiographs = all.only(sorted.radiographs.clone());
    let runs = |runs: &[(When, Vec<usize>)]| -> Vec<ReferenceFrames> {
        runs.iter().map(|(when, indices)| taken(all.only(indices.clone()), *when)).collect()
    };
    let frames = (sorted.radiographs.as_slice(), all.shape().frames);
    let angles = angles(&mut parts, &names, (&keyed, frames))?;
    let pixel = pixel(&mut parts, &names, &keyed)?;
    let words = at_end(&names, "source/probe", keyed.key.name());
    let words = words.map(|path| file.dataset_if_there(path)).transpose().ok().flatten().flatten();
    let probe = parts.probe(words.as_ref());
    let saturation = keyed.data.element().saturation();
    let (flats, darks) = (runs(&sorted.flats), runs(&sorted.darks));
    Ok(parts.finish(Stacks { radiographs, flats, darks, saturation }, angles, (pixel, probe)))
}

fn leaf((path, _): (String, Link)) -> String {
    path
}

/// The first image key in the file whose frames can be found. What cannot be followed is passed
/// over, and told; where nothing is left, the first trouble is the error.
fn keyed_frames(parts: &mut Parts<'_>, file: &File, names: &[String]) -> Result<Keyed, Hdf5Error> {
    let mut trouble = None;
    let keys =
        KEYS.iter().flat_map(|wanted| names.iter().filter(move |path| name(path) == *wanted));
    for path in keys {
        match frames_of(parts.settings, file, (names, path)) {
            Ok(keyed) => {
                for error in trouble.iter() {
                    parts.told("passed over", error);
                }
                return Ok(keyed);
            }
            Err(error) => trouble = trouble.or(Some(error)),
        }
    }
    Err(trouble.unwrap_or_else(|| Hdf5Error::MissingDataset {
        wanted: "image_key".into(),
        present: file.listing(),
        key: "acquire.dataset",
        path: file.path().into(),
    }))
}

/// The frames that an image key belongs to: what the recipe names, else `data` beside the key, else
/// the stack of numbers with as many frames, nearest to the key.
fn frames_of(
    settings: &AcquireSettings,
    file: &File,
    (names, key): (&[String], &str),
) -> Result<Keyed, Hdf5Error> {
    let dataset_key = "acquire.dataset";
    let key = file.dataset(key, dataset_key)?;
    let values = key.numbers(dataset_key)?;
    let data = if let Some(path) = &settings.dataset {
        file.dataset(path, dataset_key)?
    } else if let Some(data) = file.dataset_if_there(&format!("{}/data", parent(key.name())))? {
        data
    } else {
        nearest_stack(file, names, (&key, values.len()))?
    };
    let is_stack = data.shape().len() == 3;
    if !is_stack || !data.element().is_number() {
        return Err(data.content_error("frames of numbers, [frame, row, column]", dataset_key));
    }
    if data.shape()[0] != values.len() {
        return Err(Hdf5Error::ImageKeyCount {
            keys: values.len(),
            frames: data.shape()[0],
            image_key: key.name().into(),
            dataset: data.name().into(),
            path: file.path().into(),
        });
    }
    Ok(Keyed { data, key, values })
}

/// The stack of as many frames as there are keys whose path has most in common with the key's.
fn nearest_stack(
    file: &File,
    names: &[String],
    (key, count): (&Dataset, usize),
) -> Result<Dataset, Hdf5Error> {
    let mut broken = None;
    let mut stacks = Vec::new();
    for path in names {
        match file.dataset_if_there(path) {
            Ok(Some(dataset)) if dataset.shape().len() == 3 && dataset.element().is_number() => {
                stacks.push(dataset);
            }
            Ok(_) => {}
            Err(error) => broken = broken.or(Some(error)),
        }
    }
    let nearness = |dataset: &&Dataset| {
        let has_count = dataset.shape()[0] == count;
        (has_count, name(dataset.name()) == "data", in_common(dataset.name(), key.name()))
    };
    match stacks.iter().max_by_key(nearness) {
        Some(stack) => Ok(stack.clone()),
        None => Err(broken.unwrap_or_else(|| Hdf5Error::MissingDataset {
            wanted: format!("{}/data", parent(key.name())),
            present: file.listing(),
            key: "acquire.dataset",
            path: file.path().into(),
        })),
    }
}

/// How many names two paths begin with together.
fn in_common(path: &str, other: &str) -> usize {
    path.split('/').zip(other.split('/')).take_while(|(a, b)| a == b).count()
}

/// The path that ends in `end` and has most in common with `near`.
fn at_end<'a>(names: &'a [String], end: &str, near: &str) -> Option<&'a str> {
    let ends = names.iter().filter(|path| path.ends_with(&format!("/{end}")));
    ends.max_by_key(|path| in_common(path, near)).map(String::as_str)
}

/// Sorts the frames by their keys.
fn sort(keyed: &Keyed) -> Result<Sorted, Hdf5Error> {
    let is_control = name(keyed.key.name()) == KEYS[0];
    let mut sorted = Sorted::default();
    let mut run_of = None;
    for (frame, &value) in keyed.values.iter().enumerate() {
        let taken = sorted.radiographs.len();
        match value {
            0.0 => sorted.radiographs.push(frame),
            1.0 => add(&mut sorted.flats, (frame, taken), run_of == Some(1)),
            2.0 => add(&mut sorted.darks, (frame, taken), run_of == Some(2)),
            3.0 => sorted.invalid += 1,
            -1.0 if is_control => sorted.alignment += 1,
            _ => {
                let (image_key, path) = (keyed.key.name().into(), keyed.key.file().path().into());
                return Err(Hdf5Error::ImageKeyValue { value, frame, image_key, path });
            }
        }
        run_of = match value {
            1.0 => Some(1),
            2.0 => Some(2),
            3.0 => run_of,
            _ => None,
        };
    }
    let count = sorted.radiographs.len();
    for (when, _) in sorted.flats.iter_mut().chain(&mut sorted.darks) {
        if *when == When::During(count) {
            *when = When::After;
        }
    }
    if count > 0 {
        return Ok(sorted);
    }
    let many = |runs: &[(When, Vec<usize>)]| runs.iter().map(|(_, run)| run.len()).sum::<usize>();
    let (flats, darks, invalid) = (many(&sorted.flats), many(&sorted.darks), sorted.invalid);
    Err(Hdf5Error::NoRadiographs {
        frames: keyed.values.len(),
        found: format!("{flats} flats, {darks} darks, {invalid} invalid"),
        dataset: keyed.data.name().into(),
        path: keyed.data.file().path().into(),
    })
}

/// Adds a reference frame that follows `taken` radiographs, to the run that goes on or a new one.
fn add(runs: &mut Vec<(When, Vec<usize>)>, (frame, taken): (usize, usize), goes_on: bool) {
    match runs.last_mut() {
        Some((_, run)) if goes_on => run.push(frame),
        _ => {
            let when = if taken == 0 { When::Before } else { When::During(taken) };
            runs.push((when, vec![frame]));
        }
    }
}

fn tell(parts: &mut Parts<'_>, keyed: &Keyed, sorted: &Sorted) {
    parts.told("frames", format!("{} in {}", keyed.values.len(), keyed.data.name()));
    parts.told("image key", keyed.key.name());
    for (what, runs) in [("flat fields", &sorted.flats), ("dark fields", &sorted.darks)] {
        for (when, run) in runs {
            let moment = match when {
                When::Before => "before the first radiograph".into(),
                When::After => "after the last radiograph".into(),
                When::During(index) => format!("before radiograph {index}"),
                When::Unknown => "at an unknown time".into(),
            };
            parts.told(what, format!("{} {moment}", run.len()));
        }
    }
    if sorted.invalid > 0 {
        parts.told("invalid frames", format!("{} left out, image key 3", sorted.invalid));
    }
    if sorted.alignment > 0 {
        let value = format!("{} left out, taken again after the scan", sorted.alignment);
        parts.told("return frames", value);
    }
}

/// The angles: from the dataset that the recipe names, else from the usual names nearest to the key
/// whose list has one angle a frame or one a radiograph.
fn angles(
    parts: &mut Parts<'_>,
    names: &[String],
    (keyed, frames): (&Keyed, (&[usize], usize)),
) -> Result<Option<Vec<Radian>>, Hdf5Error> {
    let settings = parts.settings;
    if settings.angles.is_some() {
        return Ok(None);
    }
    let key = "acquire.angle_key";
    if settings.angle_key.is_some() {
        let list = parts.dataset(settings.angle_key.as_ref(), "", key)?;
        return list.map_or(Ok(None), |list| parts.angles(&list, None, frames));
    }
    let mut candidates = Vec::new();
    let mut trouble = None;
    for wanted in ANGLES {
        let mut here: Vec<_> = names.iter().filter(|path| name(path) == wanted).collect();
        here.sort_by_key(|path| std::cmp::Reverse(in_common(path, keyed.key.name())));
        for path in here {
            match parts.dataset(None, path, key) {
                Ok(Some(dataset)) if dataset.element().is_number() => candidates.push(dataset),
                Ok(_) => {}
                Err(error) => trouble = trouble.or(Some(error)),
            }
        }
    }
    let fits = |list: &&Dataset| [frames.0.len(), frames.1].contains(&elements(list));
    match (candidates.iter().find(fits).or(candidates.first()), trouble) {
        (Some(list), _) => parts.angles(list, None, frames),
        (None, Some(error)) => Err(error),
        (None, None) => {
            let mend = "set `acquire.angle_key` to a dataset, or `acquire.angles` to START:STOP";
            parts.missing("rotation angles", mend);
            Ok(None)
        }
    }
}

fn elements(dataset: &Dataset) -> usize {
    dataset.shape().iter().product()
}

/// The pixel size in the plane of the sample where it is told, else that of the detector.
fn pixel(
    parts: &mut Parts<'_>,
    names: &[String],
    keyed: &Keyed,
) -> Result<Option<voltomo_types::Millimetre>, Hdf5Error> {
    let near = keyed.key.name();
    let detector = parent(near);
    let told = [
        ("detector magnification", "magnification"),
        ("centre of rotation in the file", "x_rotation_axis_pixel_position"),
    ];
    for (item, end) in told {
        let dataset = parts.dataset(None, &format!("{detector}/{end}"), "").ok().flatten();
        parts.tell_number(item, dataset.as_ref());
    }
    let elsewhere = |parts: &mut Parts<'_>, end: &str| {
        let path = at_end(names, end, near);
        path.and_then(|path| parts.dataset(None, path, "").ok().flatten())
    };
    let (source, monitor) = (elsewhere(parts, "source/distance"), elsewhere(parts, "control/data"));
    let beside = |parts: &mut Parts<'_>, end: &str| {
        let here = parts.dataset(None, &format!("{detector}/{end}"), "").ok().flatten();
        here.or_else(|| elsewhere(parts, &format!("detector/{end}")))
    };
    let (distance, on_detector) = (beside(parts, "distance"), beside(parts, "x_pixel_size"));
    parts.cone([source.as_ref(), distance.as_ref()], on_detector.as_ref());
    parts.tell_number("monitor counts", monitor.as_ref());
    let nearest = |end: &str| -> Result<Option<Dataset>, Hdf5Error> {
        let path = at_end(names, &format!("sample/{end}"), near).or(at_end(names, end, near));
        path.map_or(Ok(None), |path| parts.dataset(None, path, "acquire.pixel_mm"))
    };
    let (width, height) = (nearest("x_pixel_size")?, nearest("y_pixel_size")?);
    parts.pixel(width.as_ref(), height.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_names_in_common_from_the_root() {
        assert_eq!(in_common("/entry/data/data", "/entry/instrument/image_key"), 2);
        let names = ["/entry0/source/probe", "/entry1/source/probe"].map(String::from);
        assert_eq!(at_end(&names, "source/probe", "/entry1/x"), Some("/entry1/source/probe"));
    }
}
