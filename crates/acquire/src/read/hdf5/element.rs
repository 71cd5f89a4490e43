//! What one element of an HDF5 dataset is. Knows no HDF5 library.

use std::fmt;

/// Type of one element of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Element {
    /// Unsigned integer of so many bytes.
    Unsigned(usize),
    /// Signed integer of so many bytes.
    Signed(usize),
    /// IEEE 754 float of so many bytes.
    Float(usize),
    /// A string, of fixed or variable length.
    Text,
    /// Anything else, in the library's words.
    Other(String),
}

impl Element {
    /// Whether values can be read as numbers.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Unsigned(_) | Self::Signed(_) | Self::Float(_))
    }

    /// Bytes of one element.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Unsigned(size) | Self::Signed(size) | Self::Float(size) => *size,
            Self::Text | Self::Other(_) => 1,
        }
    }

    /// Count at which a pixel is saturated, where the type tells it.
    pub(crate) fn saturation(&self) -> Option<f32> {
        match self {
            Self::Unsigned(1) => Some(255.0),
            Self::Unsigned(2) => Some(65535.0),
            _ => None,
        }
    }
}

impl fmt::Display for Element {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned(size) => write!(out, "u{}", size * 8),
            Self::Signed(size) => write!(out, "i{}", size * 8),
            Self::Float(size) => write!(out, "f{}", size * 8),
            Self::Text => write!(out, "text"),
            Self::Other(words) => write!(out, "{words}"),
        }
    }
}

/// What a dataset looks like, before any of it is read.
#[derive(Debug, Clone)]
pub(crate) struct Description {
    /// Extent of every axis.
    pub(crate) shape: Vec<usize>,
    /// Type of one element.
    pub(crate) element: Element,
    /// Extent of a chunk, where the dataset is stored in chunks.
    pub(crate) chunk: Option<Vec<usize>>,
    /// The filters that the chunks went through.
    pub(crate) filters: Vec<UsedFilter>,
    /// The boxes of other datasets that a virtual dataset shows; `None` where the library reads
    /// the dataset itself.
    pub(crate) sources: Option<Vec<SourceBox>>,
}

impl Description {
    /// Shape and type for people: `[3201, 22, 26] u16`.
    pub(crate) fn summary(&self) -> String {
        format!("{:?} {}", self.shape, self.element)
    }
}

/// A box of a source dataset, and where a virtual dataset shows it. Axes as in the dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceBox {
    /// File of the source as the virtual dataset names it; `.` is the same file.
    pub(crate) file: String,
    /// Path of the source dataset.
    pub(crate) dataset: String,
    /// First element in the source.
    pub(crate) source_start: Vec<usize>,
    /// First element in the virtual dataset.
    pub(crate) virtual_start: Vec<usize>,
    /// Extent of the box.
    pub(crate) extent: Vec<usize>,
}

/// What stands at the end of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Link {
    /// A group.
    Group,
    /// A dataset.
    Dataset,
    /// A path in the same file.
    Soft(String),
    /// A path in another file.
    External {
        /// The file, as the link names it.
        file: String,
        /// The path there.
        path: String,
    },
    /// Something else.
    Other,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Attribute {
    /// A string.
    Text(String),
    /// Numbers.
    Numbers(Vec<f64>),
}

/// A filter that chunks went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UsedFilter {
    /// Its number in the HDF Group's registry.
    pub(crate) id: u16,
    /// A way of using it that has a name, and that not every library knows.
    pub(crate) variant: Option<&'static str>,
}

/// A filter's name beside its number in the HDF Group's registry.
pub(crate) fn filter_name(filter: UsedFilter) -> String {
    let id = filter.id;
    let name = match id {
        1 => "gzip",
        2 => "shuffle",
        3 => "fletcher32",
        4 => "SZIP",
        5 => "n-bit",
        6 => "scale-offset",
        307 => "bzip2",
        32000 => "LZF",
        32001 => "Blosc",
        32004 => "LZ4",
        32008 => "bitshuffle",
        32013 => "ZFP",
        32015 => "zstd",
        32017 | 32024 => "SZ",
        32018 => "FCIDECOMP",
        32019 => "JPEG",
        32026 => "Blosc2",
        32029 => "HTJ2K",
        _ => "unregistered",
    };
    match filter.variant {
        Some(variant) => format!("{name} {variant} ({id})"),
        None => format!("{name} ({id})"),
    }
}
