//! OME-Zarr 0.4 and 0.5 of other programs. Knows no record of voltomo's.
//!
//! A chunk that is not there holds the fill value, by the definition of Zarr: other programs leave out
//! what is empty. So it is read as that, and the volume says how many there are; a volume of which no
//! chunk at all is there is refused.
//!
//! Source: OME-NGFF 0.4 and 0.5, <https://ngff.openmicroscopy.org>.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use ndarray::Array3;
use serde_json::Value;
use zarrs::array::{Array, ArrayBytes, ArraySubset};
use zarrs::filesystem::FilesystemStore;

use super::element::Element;
use super::told::{Told, foreign};
use crate::store::StoreError;
use crate::store::chunks::missing_chunks;

/// The finest level of a multiscale image, its last three axes being z, y, x.
pub(super) struct ZarrNumbers {
    array: Array<FilesystemStore>,
    element: Element,
    /// Axes before z; all of size 1.
    leading: usize,
}

/// What the attributes of a group say of its finest level.
struct Finest {
    path: String,
    /// Names of the axes in their order.
    axes: Vec<String>,
    scale: Option<Vec<f64>>,
    translation: Option<Vec<f64>>,
    /// mm in the unit of the space axes, where one is told.
    unit_mm: Option<f64>,
}

/// Opens the finest level of the folder's first multiscale image.
pub(super) fn open(path: &Path) -> Result<(Told, ZarrNumbers), StoreError> {
    let attributes = attributes(path)?;
    let finest = finest(&attributes).ok_or_else(|| {
        foreign("a Zarr folder without OME-Zarr `multiscales`; expected an image".into(), path)
    })?;
    let failed = |error: &(dyn std::error::Error + 'static)| foreign(error.to_string(), path);
    let storage = FilesystemStore::new(path).map_err(|error| failed(&error))?;
    let array = Array::open(Arc::new(storage), &format!("/{}", finest.path)).map_err(|error| {
        let found = format!("{error}; write the volume again with gzip, zstd or no compression");
        if error.to_string().contains("codec") { foreign(found, path) } else { failed(&error) }
    })?;
    // A type of Zarr 2 is told by both its names, as `uint16 / <u2`.
    let told = array.data_type().to_string();
    let name = told.split(" / ").next().unwrap_or_default();
    let element = Element::of_name(name)
        .ok_or_else(|| foreign(format!("voxels of type {name}, expected grey numbers"), path))?;
    let sizes: Vec<usize> =
        array.shape().iter().map(|&size| usize::try_from(size).unwrap_or(usize::MAX)).collect();
    let leading = sizes.len().saturating_sub(3);
    let shape = <[usize; 3]>::try_from(&sizes[leading..]).ok();
    let is_upright =
        finest.axes.is_empty() || finest.axes.ends_with(&["z", "y", "x"].map(Into::into));
    let Some(shape) = shape.filter(|_| is_upright && sizes[..leading].iter().all(|&n| n == 1))
    else {
        let axes = finest.axes.join(", ");
        let found = format!("axes {axes} of sizes {sizes:?}, expected z, y, x and single others");
        return Err(foreign(found, path));
    };
    let last = |numbers: &Option<Vec<f64>>| {
        let numbers = numbers.as_ref().filter(|it| it.len() == sizes.len())?;
        let mm = finest.unit_mm?;
        Some([0, 1, 2].map(|axis| numbers[leading + axis] * mm))
    };
    let told = Told {
        shape,
        spacing_mm: last(&finest.scale),
        odd_mm: None,
        first_mm: last(&finest.translation),
        storage: format!("OME-Zarr, {name}{}", left_out(&array, path)?),
    };
    Ok((told.checked(), ZarrNumbers { array, element, leading }))
}

/// How many chunks are not there, in words; nothing where all are.
fn left_out(array: &Array<FilesystemStore>, path: &Path) -> Result<String, StoreError> {
    let voxels: Vec<Range<u64>> = array.shape().iter().map(|&size| 0..size).collect();
    let missing = missing_chunks(array, &voxels, path);
    let missing = missing.map_err(|error| foreign(error.to_string(), path))?.len() as u64;
    let count: u64 = array.chunk_grid_shape().iter().product();
    match missing {
        0 => Ok(String::new()),
        all if all == count => {
            let found =
                format!("none of its {count} chunks is there, expected some; copy it again");
            Err(foreign(found, path))
        }
        some => Ok(format!(", {some} of {count} chunks are not there and count as the fill value")),
    }
}

/// The group's attributes, of Zarr 3 or 2.
fn attributes(path: &Path) -> Result<Value, StoreError> {
    let (file, key) = match path.join("zarr.json") {
        file if file.is_file() => (file, Some("attributes")),
        _ => (path.join(".zattrs"), None),
    };
    let text =
        std::fs::read(&file).map_err(|source| StoreError::Io { path: file.clone(), source })?;
    let value: Value = serde_json::from_slice(&text)
        .map_err(|error| foreign(format!("no JSON: {error}"), &file))?;
    Ok(key.map_or_else(|| value.clone(), |key| value[key].clone()))
}

fn finest(attributes: &Value) -> Option<Finest> {
    let held = if attributes["ome"].is_object() { &attributes["ome"] } else { attributes };
    let image = held["multiscales"].get(0)?;
    let dataset = image["datasets"].get(0)?;
    let axes = image["axes"].as_array().cloned().unwrap_or_default();
    let name = |axis: &Value| axis["name"].as_str().or(axis.as_str()).unwrap_or("?").to_string();
    let unit = axes.iter().rev().find_map(|axis| axis["unit"].as_str());
    let transforms = |holder: &Value, kind: &str| {
        let all = holder["coordinateTransformations"].as_array()?;
        let found = all.iter().find_map(|it| it[kind].as_array())?;
        found.iter().map(Value::as_f64).collect::<Option<Vec<_>>>()
    };
    let scale = transforms(dataset, "scale").map(|scale| match transforms(image, "scale") {
        Some(more) if more.len() == scale.len() => {
            scale.iter().zip(more).map(|(a, b)| a * b).collect()
        }
        _ => scale,
    });
    Some(Finest {
        path: dataset["path"].as_str()?.to_string(),
        axes: axes.iter().map(name).collect(),
        scale,
        translation: transforms(dataset, "translation"),
        unit_mm: unit.and_then(unit_mm),
    })
}

fn unit_mm(unit: &str) -> Option<f64> {
    match unit {
        "nanometer" => Some(1e-6),
        "micrometer" => Some(1e-3),
        "millimeter" => Some(1.0),
        "centimeter" => Some(10.0),
        "meter" => Some(1000.0),
        _ => None,
    }
}

impl ZarrNumbers {
    /// The slices `z`.
    pub(super) fn read(&self, z: Range<usize>, path: &Path) -> Result<Array3<f32>, StoreError> {
        let sizes = self.array.shape();
        let mut ranges = vec![0..1; self.leading];
        ranges.push(z.start as u64..z.end as u64);
        ranges.extend(sizes[self.leading + 1..].iter().map(|&size| 0..size));
        let failed = |error: &(dyn std::error::Error + 'static)| foreign(error.to_string(), path);
        let bytes: ArrayBytes = self
            .array
            .retrieve_array_subset(&ArraySubset::new_with_ranges(&ranges))
            .map_err(|error| failed(&error))?;
        let bytes = bytes.into_fixed().map_err(|error| failed(&error))?;
        let numbers = self.element.decode(&bytes, cfg!(target_endian = "big"));
        let size = |axis: usize| usize::try_from(sizes[self.leading + axis]).unwrap_or(usize::MAX);
        Array3::from_shape_vec((z.len(), size(1), size(2)), numbers).map_err(|error| failed(&error))
    }
}
