//! HDF5 through the pure-Rust library rust-hdf5. Follows no links and knows no tomography.

use std::path::Path;

use rust_hdf5::{
    DatatypeMessage, Filter, H5Dataset, H5File, H5Group, H5Type, LinkClass, StorageLayout,
};
use voltomo_numeric::cast::to_f32;

use super::{
    element::{Attribute, Description, Element, Link, UsedFilter},
    virtual_layout,
};

/// Filters that the library can undo, by number.
const KNOWN_FILTERS: [u16; 12] = [1, 2, 3, 4, 5, 6, 307, 32000, 32001, 32004, 32008, 32015];

/// The same filters in words.
pub(crate) const KNOWN_FILTER_NAMES: &str = "gzip, shuffle, fletcher32, SZIP, n-bit, scale-offset, bzip2, LZF, Blosc, LZ4, bitshuffle, zstd";

/// One open file. Each thread that reads has its own.
pub(crate) struct Backend {
    file: H5File,
}

/// What the library says is wrong.
pub(crate) type Reason = String;

fn reason(error: impl std::fmt::Display) -> Reason {
    error.to_string()
}

impl Backend {
    /// Opens a file for reading; takes no lock, so that read-only media and files in use open.
    pub(crate) fn open(path: &Path) -> Result<Self, Reason> {
        let file = H5File::options().no_locking().open(path).map_err(reason)?;
        Ok(Self { file })
    }

    /// Whether the filter can be undone.
    pub(crate) fn can_undo(&self, filter: UsedFilter) -> bool {
        KNOWN_FILTERS.contains(&filter.id) && filter.variant.is_none()
    }

    /// The names in a group, in name order, with what they lead to.
    pub(crate) fn links(&self, group: &str) -> Result<Vec<(String, Link)>, Reason> {
        let group = self.group(group)?;
        let subgroups = group.group_names().map_err(reason)?;
        let names = group.link_names().map_err(reason)?;
        let link = |name: String| {
            let class = group.link_class(&name).map_err(reason)?;
            let link = link_of(class, subgroups.contains(&name));
            Ok((name, link))
        };
        names.into_iter().map(link).collect()
    }

    /// What the name `name` in a group leads to; `None` where there is no such name.
    pub(crate) fn link(&self, group: &str, name: &str) -> Option<Link> {
        let group = self.group(group).ok()?;
        let class = group.link_class(name).ok()?;
        let is_group = matches!(class, LinkClass::Hard) && group.group(name).is_ok();
        Some(link_of(class, is_group))
    }

    fn group(&self, path: &str) -> Result<H5Group, Reason> {
        let parts = path.split('/').filter(|part| !part.is_empty());
        parts
            .into_iter()
            .try_fold(self.file.root_group(), |group, name| group.group(name).map_err(reason))
    }

    fn dataset(&self, path: &str) -> Result<H5Dataset, Reason> {
        self.file.dataset(path).map_err(reason)
    }

    /// Shape, type and storage of a dataset.
    pub(crate) fn describe(&self, path: &str) -> Result<Description, Reason> {
        let dataset = self.dataset(path)?;
        let element = element_of(&dataset.datatype().map_err(reason)?);
        let filters = dataset.filters().map_err(reason)?.iter().map(used).collect();
        let mut description = Description {
            shape: if dataset.is_null() { vec![0] } else { dataset.shape() },
            element,
            chunk: dataset.chunk_dims(),
            filters,
            sources: None,
        };
        if dataset.storage_layout().map_err(reason)? == StorageLayout::Virtual {
            let mappings = dataset.virtual_mappings().map_err(reason)?;
            description.sources = Some(virtual_layout::boxes(&mappings, &description.shape)?);
        }
        Ok(description)
    }

    /// Reads a box of a numeric dataset as `f32`.
    pub(crate) fn read_box(
        &self,
        path: &str,
        element: &Element,
        [start, extent]: [&[usize]; 2],
    ) -> Result<Vec<f32>, Reason> {
        let dataset = self.dataset(path)?;
        match element {
            Element::Unsigned(1) => read_box::<u8>(&dataset, start, extent, f32::from),
            Element::Unsigned(2) => read_box::<u16>(&dataset, start, extent, f32::from),
            Element::Unsigned(4) => read_box::<u32>(&dataset, start, extent, |v| v as f32),
            Element::Unsigned(8) => read_box::<u64>(&dataset, start, extent, |v| v as f32),
            Element::Signed(1) => read_box::<i8>(&dataset, start, extent, f32::from),
            Element::Signed(2) => read_box::<i16>(&dataset, start, extent, f32::from),
            Element::Signed(4) => read_box::<i32>(&dataset, start, extent, |v| v as f32),
            Element::Signed(8) => read_box::<i64>(&dataset, start, extent, |v| v as f32),
            Element::Float(2) => read_box::<u16>(&dataset, start, extent, half),
            Element::Float(4) => dataset.read_slice::<f32>(start, extent).map_err(reason),
            Element::Float(8) => read_box::<f64>(&dataset, start, extent, to_f32),
            other => Err(format!("{other} is no number")),
        }
    }

    /// Reads a whole numeric dataset, scalar or of any rank, as `f64`.
    pub(crate) fn numbers(&self, path: &str) -> Result<Vec<f64>, Reason> {
        let dataset = self.dataset(path)?;
        match element_of(&dataset.datatype().map_err(reason)?) {
            Element::Unsigned(1) => read_all::<u8>(&dataset, f64::from),
            Element::Unsigned(2) => read_all::<u16>(&dataset, f64::from),
            Element::Unsigned(4) => read_all::<u32>(&dataset, f64::from),
            Element::Unsigned(8) => read_all::<u64>(&dataset, |v| v as f64),
            Element::Signed(1) => read_all::<i8>(&dataset, f64::from),
            Element::Signed(2) => read_all::<i16>(&dataset, f64::from),
            Element::Signed(4) => read_all::<i32>(&dataset, f64::from),
            Element::Signed(8) => read_all::<i64>(&dataset, |v| v as f64),
            Element::Float(2) => read_all::<u16>(&dataset, |v| f64::from(half(v))),
            Element::Float(4) => read_all::<f32>(&dataset, f64::from),
            Element::Float(8) => read_all::<f64>(&dataset, |v| v),
            other => Err(format!("{other} is no number")),
        }
    }

    /// Reads a whole dataset of strings, of fixed or variable length.
    pub(crate) fn texts(&self, path: &str) -> Result<Vec<String>, Reason> {
        self.dataset(path)?.read_strings_lossy().map_err(reason)
    }

    /// An attribute of a dataset; `None` where it has none of that name.
    pub(crate) fn attribute(&self, path: &str, name: &str) -> Result<Option<Attribute>, Reason> {
        let dataset = self.dataset(path)?;
        if !dataset.attr_names().map_err(reason)?.iter().any(|present| present == name) {
            return Ok(None);
        }
        let attribute = dataset.attr(name).map_err(reason)?;
        let value = match element_of(&attribute.datatype().map_err(reason)?) {
            Element::Float(_) => {
                Attribute::Numbers(attribute.read_numeric_as::<f64>().map_err(reason)?)
            }
            Element::Signed(_) | Element::Unsigned(_) => {
                let whole = attribute.read_numeric_as::<i64>().map_err(reason)?;
                Attribute::Numbers(whole.into_iter().map(|value| value as f64).collect())
            }
            _ => Attribute::Text(attribute.read_string().map_err(reason)?),
        };
        Ok(Some(value))
    }

    /// A string attribute of a group; `None` where it has none of that name.
    pub(crate) fn group_text(&self, group: &str, name: &str) -> Option<String> {
        self.group(group).ok()?.attr_string(name).ok()
    }
}

/// Bitshuffle's fifth parameter is its packer; the library knows LZ4 (2) but not zstd (3).
fn used(filter: &Filter) -> UsedFilter {
    let is_bitshuffle_zstd = filter.id == 32008 && filter.cd_values.get(4) == Some(&3);
    UsedFilter { id: filter.id, variant: is_bitshuffle_zstd.then_some("with zstd") }
}

fn link_of(class: LinkClass, is_group: bool) -> Link {
    match class {
        LinkClass::Hard if is_group => Link::Group,
        LinkClass::Hard => Link::Dataset,
        LinkClass::Soft { path } => Link::Soft(path),
        LinkClass::External { file, path } => Link::External { file, path },
        LinkClass::UserDefined { .. } => Link::Other,
    }
}

/// The element type of a datatype. The library's typed reads look only at its size.
fn element_of(datatype: &DatatypeMessage) -> Element {
    match datatype {
        DatatypeMessage::FixedPoint { size, signed, bit_precision, .. }
            if matches!(size, 1 | 2 | 4 | 8) && u32::from(*bit_precision) <= size * 8 =>
        {
            if *signed {
                Element::Signed(*size as usize)
            } else {
                Element::Unsigned(*size as usize)
            }
        }
        DatatypeMessage::FloatingPoint { size, .. } if datatype.ieee_format().is_some() => {
            Element::Float(*size as usize)
        }
        DatatypeMessage::Enum { base, .. } => element_of(base),
        DatatypeMessage::FixedString { .. } | DatatypeMessage::VarLenString { .. } => Element::Text,
        other => Element::Other(format!("{other}")),
    }
}

fn read_box<T: H5Type>(
    dataset: &H5Dataset,
    start: &[usize],
    extent: &[usize],
    single: impl Fn(T) -> f32,
) -> Result<Vec<f32>, Reason> {
    let values = dataset.read_slice::<T>(start, extent).map_err(reason)?;
    Ok(values.into_iter().map(single).collect())
}

fn read_all<T: H5Type>(dataset: &H5Dataset, double: impl Fn(T) -> f64) -> Result<Vec<f64>, Reason> {
    let values = dataset.read_raw::<T>().map_err(reason)?;
    Ok(values.into_iter().map(double).collect())
}

/// The value of an IEEE 754 half-precision bit pattern: sign, 5 bits of exponent, 10 of mantissa.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, mantissa) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => mantissa * 2f32.powi(-24),
        31 if mantissa == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + mantissa / 1024.0) * 2f32.powi(exponent - 15),
    };
    sign * magnitude
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision_patterns_have_their_values() {
        for (bits, value) in
            [(0x3c00, 1.0), (0xc000, -2.0), (0x7bff, 65504.0), (0x0001, 5.960_464_5e-8), (0, 0.0)]
        {
            assert_eq!(half(bits), value, "{bits:#06x}");
        }
        assert!(half(0x7e00).is_nan());
        assert_eq!(half(0xfc00), f32::NEG_INFINITY);
    }
}
