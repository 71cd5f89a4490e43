//! Scans in STP's TDF layout of both generations: sinogram by sinogram. Knows no HDF5 library.

use std::path::Path;

use voltomo_types::{Frames, Radian, ReferenceFrames, Scan, When};

use super::hdf5::{Dataset, File, Hdf5Error, Order, Parts, StackFrames, Stacks, taken};
use crate::{AcquireError, AcquireSettings};

/// Where a generation keeps its stacks.
struct Generation {
    name: &'static str,
    radiographs: &'static str,
    flats: [&'static str; 3],
    darks: [&'static str; 3],
}

/// The generations, the newer first. References: those before, then two names of those after.
const GENERATIONS: [Generation; 2] = [
    Generation {
        name: "TDF",
        radiographs: "/exchange/data",
        flats: ["/exchange/data_white", "/exchange/data_white_post", "/exchange/data_white_after"],
        darks: ["/exchange/data_dark", "/exchange/data_dark_post", "/exchange/data_dark_after"],
    },
    Generation {
        name: "TDF of the first generation",
        radiographs: "/tomo",
        flats: ["/flat", "/flat_post", "/flat_after"],
        darks: ["/dark", "/dark_post", "/dark_after"],
    },
];

/// Whether the file is a TDF: the root has the *attribute* `implements` (in Data Exchange it is a
/// dataset) beside `/exchange/data`, or there is `/tomo`.
pub(crate) fn recognises(file: &File) -> bool {
    let has = |path| file.find(path).is_ok_and(|place| place.is_some_and(|place| place.is_dataset));
    let implements = file.group_text("/", "implements").unwrap_or_default();
    (implements.starts_with("exchange") && has("/exchange/data")) || has("/tomo")
}

/// Opens the scan at `path`. The format holds no angles.
///
/// # Errors
/// What is wrong with the file, and which key of the recipe mends it.
pub(crate) fn open(path: &Path, settings: &AcquireSettings) -> Result<Scan, AcquireError> {
    let file = File::open(path)?;
    let is_legacy = file.find("/exchange/data")?.is_none() && file.find("/tomo")?.is_some();
    let generation = &GENERATIONS[usize::from(is_legacy)];
    let mut parts = Parts::new(&file, settings, generation.name);
    let named = settings.dataset.as_deref().unwrap_or(generation.radiographs);
    let data = file.dataset(named, "acquire.dataset")?;
    let named = (settings.flat_dataset.as_ref(), "acquire.flat_dataset");
    let flats = references(&parts, &generation.flats, named)?;
    let named = (settings.dark_dataset.as_ref(), "acquire.dark_dataset");
    let darks = references(&parts, &generation.darks, named)?;
    let order = order(&mut parts, &data, [&flats, &darks])?;
    let radiographs = StackFrames::whole(&data, order, "acquire.dataset")?;
    parts.uses(&data);
    let expected = radiographs.shape();
    let mut sets = |what, key, found: Vec<(Dataset, When)>| {
        let set = |(dataset, when): (Dataset, When)| -> Result<ReferenceFrames, Hdf5Error> {
            Ok(taken(parts.reference(&dataset, order, (what, key, expected))?, when))
        };
        found.into_iter().map(set).collect::<Result<Vec<_>, _>>()
    };
    let flats = sets("flat fields", "acquire.flat_dataset", flats)?;
    let darks = sets("dark fields", "acquire.dark_dataset", darks)?;
    let angles = angles(&mut parts, expected.frames)?;
    let edge = parts.dataset(None, "/measurement/instrument/detector/pixel_size", "")?;
    let pixel = parts.pixel(edge.as_ref(), None)?;
    let words = parts.dataset(None, "/measurement/instrument/source/probe", "")?;
    let probe = parts.probe(words.as_ref());
    let saturation = data.element().saturation();
    Ok(parts.finish(Stacks { radiographs, flats, darks, saturation }, angles, (pixel, probe)))
}

/// The reference frames, and when they were taken: known where there are some before and after.
fn references(
    parts: &Parts<'_>,
    [before, post, after]: &[&str; 3],
    (named, key): (Option<&String>, &'static str),
) -> Result<Vec<(Dataset, When)>, Hdf5Error> {
    if named.is_some() {
        let dataset = parts.dataset(named, "", key)?;
        return Ok(dataset.into_iter().map(|dataset| (dataset, When::Unknown)).collect());
    }
    let at = |path: &str| parts.dataset(None, path, "");
    let first = at(before)?;
    let last = match at(post)? {
        Some(dataset) => Some(dataset),
        None => at(after)?,
    };
    let when = if last.is_some() { When::Before } else { When::Unknown };
    let first = first.into_iter().map(|dataset| (dataset, when));
    Ok(first.chain(last.into_iter().map(|dataset| (dataset, When::After))).collect())
}

/// The order of axes. The format stores sinograms whatever its attribute `axes` says, so the lengths
/// decide: rows and columns are the axes that radiographs and references share, and where the
/// provenance counts the images, angles are the axis that adds up to that.
fn order(
    parts: &mut Parts<'_>,
    data: &Dataset,
    [flats, darks]: [&[(Dataset, When)]; 2],
) -> Result<Order, Hdf5Error> {
    let others: Vec<_> = flats.iter().chain(darks).map(|(dataset, _)| dataset.shape()).collect();
    let shape = data.shape();
    if shape.len() != 3 {
        let expected = "sinograms of numbers, [row, angle, column]";
        return Err(data.content_error(expected, "acquire.dataset"));
    }
    let shares = |axis: usize| others.iter().all(|other| other.get(axis) == Some(&shape[axis]));
    let total = |axis: usize| -> usize {
        others.iter().map(|other| other.get(axis).copied().unwrap_or(0)).sum::<usize>()
            + shape[axis]
    };
    let counted = parts
        .dataset(None, "/provenance/detector_output", "")?
        .and_then(|list| list.shape().first().copied());
    let is_stack = match counted {
        Some(count) if total(1) == count => false,
        Some(count) if total(0) == count => true,
        _ => !shares(0) && shares(1),
    };
    let (order, words) = if is_stack {
        (Order::AngleRowColumn, "radiograph by radiograph, as the lengths of the datasets say")
    } else {
        (Order::RowAngleColumn, "sinogram by sinogram")
    };
    parts.told("order of the data", words);
    if let Some(count) = counted.filter(|&count| total(usize::from(!is_stack)) != count) {
        let words =
            format!("{count} images, but the datasets hold {}", total(usize::from(!is_stack)));
        parts.told("provenance", words);
    }
    Ok(order)
}

fn angles(parts: &mut Parts<'_>, frames: usize) -> Result<Option<Vec<Radian>>, Hdf5Error> {
    let settings = parts.settings;
    if settings.angles.is_some() {
        return Ok(None);
    }
    if settings.angle_key.is_some() {
        let list = parts.dataset(settings.angle_key.as_ref(), "", "acquire.angle_key")?;
        let all: Vec<_> = (0..frames).collect();
        return list.map_or(Ok(None), |list| parts.angles(&list, None, (&all, frames)));
    }
    parts
        .missing("rotation angles", "TDF holds none; set `acquire.angles` to START:STOP or a file");
    Ok(None)
}
