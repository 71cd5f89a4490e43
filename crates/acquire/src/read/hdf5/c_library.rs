//! HDF5 through the C library, for the feature `hdf5-c`. Follows no links and knows no tomography.

use std::{
    ffi::{CStr, CString, c_char, c_uint, c_void},
    path::{Path, PathBuf},
};

use hdf5_metno::{
    Container, Dataset, File, Group, Hyperslab, IndexType, IterationOrder, LinkType, Location,
    LocationType, SliceOrIndex,
    plist::DatasetCreate,
    types::{FixedAscii, FixedUnicode, TypeDescriptor, VarLenAscii, VarLenUnicode},
};
use hdf5_metno_sys::{LOCK, h5l, h5p::H5P_DEFAULT, h5z::H5Zfilter_avail};

use super::element::{Attribute, Description, Element, Link, UsedFilter};

/// The filters that can be undone, in words.
pub(crate) const KNOWN_FILTER_NAMES: &str =
    "gzip, shuffle, fletcher32, SZIP, n-bit, scale-offset, or a plugin in HDF5_PLUGIN_PATH";

/// One open file. The library works on one thing at a time in all of them.
pub(crate) struct Backend {
    file: File,
    /// Where the sources of its virtual datasets are looked for.
    folder: PathBuf,
}

/// What the library says is wrong.
type Reason = String;

fn reason(error: impl std::fmt::Display) -> Reason {
    error.to_string()
}

/// Longest value of a link: two paths.
const LONGEST_LINK: usize = 8192;

impl Backend {
    /// Opens a file for reading. The library takes a lock, unless `HDF5_USE_FILE_LOCKING` is `FALSE`.
    pub(crate) fn open(path: &Path) -> Result<Self, Reason> {
        let file = File::open(path).map_err(reason)?;
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        Ok(Self { file, folder })
    }

    /// Whether the filter can be undone.
    pub(crate) fn can_undo(&self, filter: UsedFilter) -> bool {
        let _lock = LOCK.lock();
        // SAFETY: the call takes a number and no pointer; the library's lock is held.
        unsafe { H5Zfilter_avail(filter.id.into()) > 0 }
    }

    /// The names in a group, in name order, with what they lead to.
    pub(crate) fn links(&self, group: &str) -> Result<Vec<(String, Link)>, Reason> {
        let group = self.group(group)?;
        let mut found = Vec::new();
        let visited = group.iter_visit_default(|name, info| {
            found.push((name.to_string(), info.link_type));
            Ok(())
        });
        visited.map_err(reason)?;
        let link = |(name, class): (String, LinkType)| {
            let link = link_of(&group, &name, class);
            (name, link)
        };
        Ok(found.into_iter().map(link).collect())
    }

    /// What the name `name` in a group leads to; `None` where there is no such name.
    pub(crate) fn link(&self, group: &str, name: &str) -> Option<Link> {
        let group = self.group(group).ok()?;
        let (by, order) = (IndexType::Name, IterationOrder::Native);
        let found =
            group.find_link(by, order, |there, info| Ok((there == name).then_some(info.link_type)));
        found.ok().flatten().map(|class| link_of(&group, name, class))
    }

    fn group(&self, path: &str) -> Result<Group, Reason> {
        self.file.group(path).map_err(reason)
    }

    fn dataset(&self, path: &str) -> Result<Dataset, Reason> {
        self.file.dataset(path).map_err(reason)
    }

    /// Shape, type and storage of a dataset. Virtual datasets are left to the library.
    pub(crate) fn describe(&self, path: &str) -> Result<Description, Reason> {
        let dataset = self.dataset(path)?;
        let used = |filter: &hdf5_metno::filters::Filter| {
            let id = u16::try_from(filter.id()).ok()?;
            Some(UsedFilter { id, variant: None })
        };
        let properties = dataset.dcpl().map_err(reason)?;
        self.check_sources(&properties)?;
        let filters = if dataset.is_chunked() { properties.filters() } else { Vec::new() };
        let is_null = !dataset.is_scalar() && dataset.shape().is_empty();
        Ok(Description {
            shape: if is_null { vec![0] } else { dataset.shape() },
            element: element_of(&dataset),
            chunk: dataset.chunk(),
            filters: filters.iter().filter_map(used).collect(),
            sources: None,
        })
    }

    /// The library reads a source that is not there as the fill value, silently.
    fn check_sources(&self, properties: &DatasetCreate) -> Result<(), Reason> {
        let absent = |name: &&String| *name != "." && !self.folder.join(name).is_file();
        let mappings = properties.virtual_map();
        match mappings.iter().map(|mapping| &mapping.src_filename).find(absent) {
            Some(name) => Err(format!("its source file {name} is not there")),
            None => Ok(()),
        }
    }

    /// Reads a box of a numeric dataset as `f32`.
    pub(crate) fn read_box(
        &self,
        path: &str,
        _element: &Element,
        [start, extent]: [&[usize]; 2],
    ) -> Result<Vec<f32>, Reason> {
        let side = |(&start, &count): (&usize, &usize)| SliceOrIndex::SliceCount {
            start,
            step: 1,
            count,
            block: 1,
        };
        let sides: Vec<_> = start.iter().zip(extent).map(side).collect();
        let dataset = self.dataset(path)?;
        let selection = Hyperslab::from(sides);
        let values = dataset.read_slice::<f32, _, ndarray::IxDyn>(selection).map_err(reason)?;
        Ok(values.into_iter().collect())
    }

    /// Reads a whole numeric dataset, scalar or of any rank, as `f64`.
    pub(crate) fn numbers(&self, path: &str) -> Result<Vec<f64>, Reason> {
        self.dataset(path)?.read_raw::<f64>().map_err(reason)
    }

    /// Reads a whole dataset of strings, of fixed or variable length.
    pub(crate) fn texts(&self, path: &str) -> Result<Vec<String>, Reason> {
        let dataset = self.dataset(path)?;
        texts(&dataset)
    }

    /// An attribute of a dataset; `None` where it has none of that name.
    pub(crate) fn attribute(&self, path: &str, name: &str) -> Result<Option<Attribute>, Reason> {
        let dataset = self.dataset(path)?;
        if !dataset.attr_names().map_err(reason)?.iter().any(|present| present == name) {
            return Ok(None);
        }
        let attribute = dataset.attr(name).map_err(reason)?;
        if element_of(&attribute).is_number() {
            return attribute.read_raw::<f64>().map(Attribute::Numbers).map(Some).map_err(reason);
        }
        Ok(texts(&attribute)?.into_iter().next().map(Attribute::Text))
    }

    /// A string attribute of a group; `None` where it has none of that name.
    pub(crate) fn group_text(&self, group: &str, name: &str) -> Option<String> {
        let group = self.group(group).ok()?;
        let is_there = |group: &Location| {
            group.attr_names().is_ok_and(|names| names.iter().any(|present| present == name))
        };
        let attribute = is_there(&group).then(|| group.attr(name).ok()).flatten()?;
        texts(&attribute).ok()?.into_iter().next()
    }
}

fn link_of(group: &Group, name: &str, class: LinkType) -> Link {
    match class {
        LinkType::Hard => match group.loc_type_by_name(name) {
            Ok(LocationType::Group) => Link::Group,
            Ok(LocationType::Dataset) => Link::Dataset,
            _ => Link::Other,
        },
        LinkType::Soft => soft_target(group, name).map_or(Link::Other, Link::Soft),
        LinkType::External => external_target(group, name)
            .map_or(Link::Other, |(file, path)| Link::External { file, path }),
    }
}

/// The bytes of a soft or external link's value.
fn link_value(group: &Group, name: &str) -> Option<Vec<u8>> {
    let name = CString::new(name).ok()?;
    let mut value = vec![0u8; LONGEST_LINK];
    let _lock = LOCK.lock();
    // SAFETY: the group is open, the name ends in NUL, the buffer is as long as it is said to be,
    // and the library's lock is held.
    let status = unsafe {
        let into = value.as_mut_ptr().cast::<c_void>();
        h5l::H5Lget_val(group.id(), name.as_ptr(), into, value.len(), H5P_DEFAULT)
    };
    (status >= 0).then_some(value)
}

fn soft_target(group: &Group, name: &str) -> Option<String> {
    let value = link_value(group, name)?;
    Some(CStr::from_bytes_until_nul(&value).ok()?.to_string_lossy().into_owned())
}

fn external_target(group: &Group, name: &str) -> Option<(String, String)> {
    let value = link_value(group, name)?;
    let (mut flags, mut file, mut path): (c_uint, *const c_char, *const c_char) =
        (0, std::ptr::null(), std::ptr::null());
    let _lock = LOCK.lock();
    // SAFETY: the value is what the library gave for this link; it sets the two pointers to strings
    // inside of it that end in NUL, and `value` outlives their use.
    unsafe {
        let from = value.as_ptr().cast::<c_void>();
        let status = h5l::H5Lunpack_elink_val(from, value.len(), &mut flags, &mut file, &mut path);
        if status < 0 || file.is_null() || path.is_null() {
            return None;
        }
        let text = |at| CStr::from_ptr(at).to_string_lossy().into_owned();
        Some((text(file), text(path)))
    }
}

/// The element type of a dataset or an attribute.
fn element_of(container: &Container) -> Element {
    let described = container.dtype().and_then(|datatype| datatype.to_descriptor());
    match described {
        Ok(TypeDescriptor::Unsigned(size)) => Element::Unsigned(size as usize),
        Ok(TypeDescriptor::Integer(size)) => Element::Signed(size as usize),
        Ok(TypeDescriptor::Float(size)) => Element::Float(size as usize),
        Ok(TypeDescriptor::Boolean) => Element::Unsigned(1),
        Ok(TypeDescriptor::Enum(kind)) if kind.signed => Element::Signed(kind.size as usize),
        Ok(TypeDescriptor::Enum(kind)) => Element::Unsigned(kind.size as usize),
        Ok(
            TypeDescriptor::FixedAscii(_)
            | TypeDescriptor::FixedUnicode(_)
            | TypeDescriptor::VarLenAscii
            | TypeDescriptor::VarLenUnicode,
        ) => Element::Text,
        Ok(other) => Element::Other(other.to_string()),
        Err(error) => Element::Other(error.to_string()),
    }
}

/// Strings of either character set, of fixed or variable length; the library converts lengths but
/// not between the kinds.
fn texts(container: &Container) -> Result<Vec<String>, Reason> {
    const WIDEST: usize = 4096;
    match container.dtype().and_then(|datatype| datatype.to_descriptor()).map_err(reason)? {
        TypeDescriptor::VarLenUnicode => strings::<VarLenUnicode>(container),
        TypeDescriptor::VarLenAscii => strings::<VarLenAscii>(container),
        TypeDescriptor::FixedUnicode(width) if width <= WIDEST => {
            strings::<FixedUnicode<WIDEST>>(container)
        }
        TypeDescriptor::FixedAscii(width) if width <= WIDEST => {
            strings::<FixedAscii<WIDEST>>(container)
        }
        other => Err(format!("{other} is no text")),
    }
}

fn strings<T: hdf5_metno::H5Type + AsRef<str>>(
    container: &Container,
) -> Result<Vec<String>, Reason> {
    let values = container.read_raw::<T>().map_err(reason)?;
    Ok(values.iter().map(|value| value.as_ref().trim_end().to_string()).collect())
}
