//! Scans in the Data Exchange layout of the APS, or with datasets that the recipe names.
//!
//! Knows no HDF5 library. Source: De Carlo et al. 2014, doi:10.1107/S160057751401604X.

use std::path::Path;

use voltomo_types::{Frames, Radian, ReferenceFrames, Scan, When};

use super::hdf5::{Dataset, File, Hdf5Error, Order, Parts, StackFrames, Stacks, in_radians, taken};
use crate::{AcquireError, AcquireSettings, AngleUnit};

/// Whether the file has `/exchange/data`.
pub(crate) fn recognises(file: &File) -> bool {
    file.find("/exchange/data").is_ok_and(|place| place.is_some_and(|place| place.is_dataset))
}

/// Opens the scan at `path`. `acquire.dataset`, `flat_dataset`, `dark_dataset` and `angle_key` go
/// before the paths of the layout, so that any layout can be read.
///
/// # Errors
/// What is wrong with the file, and which key of the recipe mends it.
pub(crate) fn open(path: &Path, settings: &AcquireSettings) -> Result<Scan, AcquireError> {
    let file = File::open(path)?;
    let named = settings.dataset.is_some();
    let layout = if named { "HDF5, datasets named by the recipe" } else { "Data Exchange" };
    let mut parts = Parts::new(&file, settings, layout);
    let key = "acquire.dataset";
    let data = file.dataset(settings.dataset.as_deref().unwrap_or("/exchange/data"), key)?;
    let order = order_of(&data, Order::AngleRowColumn)?;
    let stacks = stacks(&mut parts, &data, order)?;
    let angles = angles(&mut parts, &file, stacks.radiographs.shape().frames)?;
    let pixel = pixel(&mut parts)?;
    let source = parts.dataset(None, "/measurement/instrument/source/probe", "acquire.probe");
    let probe = parts.probe(source.ok().flatten().as_ref());
    Ok(parts.finish(stacks, angles, (pixel, probe)))
}

fn stacks(parts: &mut Parts<'_>, data: &Dataset, order: Order) -> Result<Stacks, Hdf5Error> {
    let radiographs = StackFrames::whole(data, order, "acquire.dataset")?;
    parts.uses(data);
    let expected = radiographs.shape();
    let settings = parts.settings;
    let kinds = [
        ("flat fields", &settings.flat_dataset, "/exchange/data_white", "acquire.flat_dataset"),
        ("dark fields", &settings.dark_dataset, "/exchange/data_dark", "acquire.dark_dataset"),
    ];
    let mut references: Vec<Vec<ReferenceFrames>> = Vec::new();
    for (what, named, usual, key) in kinds {
        let sets = match parts.dataset(named.as_ref(), usual, key)? {
            Some(dataset) => {
                let order = order_of(&dataset, order)?;
                let frames = parts.reference(&dataset, order, (what, key, expected))?;
                vec![taken(frames, When::Unknown)]
            }
            None => Vec::new(),
        };
        references.push(sets);
    }
    let darks = references.pop().unwrap_or_default();
    let flats = references.pop().unwrap_or_default();
    Ok(Stacks { radiographs, flats, darks, saturation: data.element().saturation() })
}

/// The order of axes that the attribute `axes` names, as `theta:y:x`; `usual` where there is none.
fn order_of(dataset: &Dataset, usual: Order) -> Result<Order, Hdf5Error> {
    let Some(axes) = dataset.text_attribute("axes")? else { return Ok(usual) };
    let names: Vec<_> = axes.split([':', ',']).map(|name| name.trim().to_lowercase()).collect();
    let is_angle = |name: &String| name.starts_with("theta") || name.starts_with("angle");
    match names.as_slice() {
        [angle, y, x] if is_angle(angle) && y == "y" && x == "x" => Ok(Order::AngleRowColumn),
        [y, angle, x] if is_angle(angle) && y == "y" && x == "x" => Ok(Order::RowAngleColumn),
        _ => Err(dataset.content_error(
            format!("the axes theta:y:x or y:theta:x, not `{axes}`"),
            "acquire.dataset",
        )),
    }
}

fn angles(
    parts: &mut Parts<'_>,
    file: &File,
    frames: usize,
) -> Result<Option<Vec<Radian>>, Hdf5Error> {
    let settings = parts.settings;
    if settings.angles.is_some() {
        return Ok(None);
    }
    let key = "acquire.angle_key";
    if let Some(theta) = parts.dataset(settings.angle_key.as_ref(), "/exchange/theta", key)? {
        let all: Vec<_> = (0..frames).collect();
        let is_layout = settings.angle_key.is_none();
        let usual = is_layout.then_some(AngleUnit::Degrees);
        return parts.angles(&theta, usual, (&all, frames));
    }
    let rotation = rotation(parts, file, frames)?;
    if rotation.is_none() {
        parts.missing("rotation angles", "set `acquire.angles` to START:STOP or a file");
    }
    Ok(rotation)
}

/// Angles from `/process/acquisition/rotation`: start, step and, where it is there, the count.
fn rotation(
    parts: &mut Parts<'_>,
    file: &File,
    frames: usize,
) -> Result<Option<Vec<Radian>>, Hdf5Error> {
    const GROUP: &str = "/process/acquisition/rotation";
    let scalar = |name: &str| -> Result<Option<f64>, Hdf5Error> {
        let dataset = file.dataset_if_there(&format!("{GROUP}/{name}"))?;
        let values = dataset.map(|dataset| dataset.numbers("acquire.angles")).transpose()?;
        Ok(values.and_then(|values| values.first().copied()))
    };
    let (Some(start), Some(step)) = (scalar("rotation_start")?, scalar("rotation_step")?) else {
        return Ok(None);
    };
    if let Some(count) = scalar("num_angles")?.filter(|&count| count != frames as f64) {
        return Err(Hdf5Error::AngleCount {
            angles: voltomo_numeric::cast::to_index(count),
            frames,
            dataset: format!("{GROUP}/num_angles"),
            path: file.path().into(),
        });
    }
    if !(start.is_finite() && step.is_finite() && step != 0.0) {
        let dataset = format!("{GROUP}/rotation_step");
        return Err(Hdf5Error::AngleNotFinite {
            angle: step,
            frame: 0,
            dataset,
            path: file.path().into(),
        });
    }
    let value = format!("{frames} values from {start} in steps of {step} degrees in {GROUP}");
    parts.told("rotation angles", value);
    let angle = |index| in_radians(start + step * index as f64, AngleUnit::Degrees);
    Ok(Some((0..frames).map(angle).collect()))
}

fn pixel(parts: &mut Parts<'_>) -> Result<Option<voltomo_types::Millimetre>, Hdf5Error> {
    const DETECTOR: &str = "/measurement/instrument/detector";
    for [width, height] in [["x_pixel_size", "y_pixel_size"], ["pixel_size_x", "pixel_size_y"]] {
        let at = |name: &str| parts.dataset(None, &format!("{DETECTOR}/{name}"), "");
        if let Some(width) = at(width)? {
            let height = at(height)?;
            return parts.pixel(Some(&width), height.as_ref());
        }
    }
    let edge = parts.dataset(None, &format!("{DETECTOR}/pixel_size"), "")?;
    parts.pixel(edge.as_ref(), None)
}
