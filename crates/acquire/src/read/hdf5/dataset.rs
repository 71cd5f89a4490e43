//! One dataset of an HDF5 file, read in part. Knows no tomography.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use ndarray::{ArrayView3, ArrayViewMut3, Axis, s};

use super::{
    Backend, File, Hdf5Error,
    element::{Attribute, Description, Element, Link, SourceBox, filter_name},
    file::Place,
};

/// Bytes that one thread unpacks at a time.
const BYTES_AT_A_TIME: usize = 4 << 20;
/// More values than this are no list of angles or keys.
const LONGEST_LIST: usize = 1 << 26;
/// Virtual datasets that may show each other.
const DEEPEST: usize = 8;

/// A dataset. A clone is another handle to the same dataset.
#[derive(Debug, Clone)]
pub(crate) struct Dataset(Arc<Opened>);

#[derive(Debug)]
struct Opened {
    file: File,
    /// Path in `file`.
    path: String,
    /// Path that was asked for, before links.
    asked: String,
    description: Description,
    /// The sources of a virtual dataset, opened when the first of it is read.
    sources: OnceLock<Result<Vec<(Dataset, SourceBox)>, Hdf5Error>>,
}

/// The datasets of a file, by name.
impl File {
    /// The dataset at `path`, through soft and external links.
    ///
    /// # Errors
    /// `MissingDataset` with the datasets that are there, and the recipe key `key`; `BrokenLink`.
    pub(crate) fn dataset(&self, path: &str, key: &'static str) -> Result<Dataset, Hdf5Error> {
        match self.find(path)? {
            Some(place) if place.is_dataset => Dataset::describe(place, path),
            _ => Err(Hdf5Error::MissingDataset {
                wanted: path.into(),
                present: self.listing(),
                key,
                path: self.path().into(),
            }),
        }
    }

    /// The dataset at `path`, or `None` where there is none of that name.
    ///
    /// # Errors
    /// A link on the way leads to nothing, or the dataset cannot be described.
    pub(crate) fn dataset_if_there(&self, path: &str) -> Result<Option<Dataset>, Hdf5Error> {
        match self.find(path)? {
            Some(place) if place.is_dataset => Dataset::describe(place, path).map(Some),
            _ => Ok(None),
        }
    }

    /// The datasets with shape and type, for messages: at most forty, those of numbers first.
    pub(crate) fn listing(&self) -> String {
        let Ok(names) = self.names() else { return "a damaged list of names".into() };
        let describe = |(path, link): &(String, Link)| match link {
            Link::External { file, path: target } => Some((1, format!("{path} → {file}:{target}"))),
            _ => {
                let dataset = self.dataset_if_there(path).ok()??;
                let is_stack = dataset.shape().len() > 1 && dataset.element().is_number();
                let is_text = *dataset.element() == Element::Text;
                let rank = if is_stack { 0 } else { 1 + usize::from(is_text) };
                Some((rank, format!("{path} {}", dataset.summary())))
            }
        };
        let mut lines: Vec<_> = names.iter().filter_map(describe).collect();
        lines.sort();
        let more = lines.len().saturating_sub(40);
        lines.truncate(40);
        let listed: Vec<_> = lines.into_iter().map(|(_, line)| line).collect();
        match (listed.is_empty(), more) {
            (true, _) => "no dataset at all".into(),
            (false, 0) => listed.join(", "),
            (false, more) => format!("{}, and {more} more", listed.join(", ")),
        }
    }
}

impl Dataset {
    /// The dataset at `place`, which was asked for as `asked`.
    pub(crate) fn describe(place: Place, asked: &str) -> Result<Self, Hdf5Error> {
        let Place { file, path, .. } = place;
        let description = file.with(&path, |backend| backend.describe(&path))?;
        let asked = format!("/{}", asked.trim_start_matches('/'));
        Ok(Self(Arc::new(Opened { file, path, asked, description, sources: OnceLock::new() })))
    }

    /// Extent of every axis.
    pub(crate) fn shape(&self) -> &[usize] {
        &self.0.description.shape
    }

    /// Type of one element.
    pub(crate) fn element(&self) -> &Element {
        &self.0.description.element
    }

    /// Shape and type for people.
    pub(crate) fn summary(&self) -> String {
        self.0.description.summary()
    }

    /// The path that was asked for.
    pub(crate) fn name(&self) -> &str {
        &self.0.asked
    }

    /// The file that holds the dataset, after links.
    pub(crate) fn file(&self) -> &File {
        &self.0.file
    }

    /// The files that the dataset is read from: its own, or those of a virtual dataset's sources.
    pub(crate) fn every_file(&self) -> Vec<PathBuf> {
        let mut files = vec![self.0.file.path().to_path_buf()];
        for (source, _) in self.sources().ok().flatten().unwrap_or_default() {
            let path = source.file().path().to_path_buf();
            if !files.contains(&path) {
                files.push(path);
            }
        }
        files
    }

    /// An error about what the dataset holds: what was expected, and the key that mends it.
    pub(crate) fn content_error(&self, expected: impl ToString, key: &'static str) -> Hdf5Error {
        Hdf5Error::Content {
            dataset: self.0.asked.clone(),
            found: self.summary(),
            expected: expected.to_string(),
            key,
            path: self.0.file.path().into(),
        }
    }

    fn damaged(&self, reason: impl ToString) -> Hdf5Error {
        Hdf5Error::Damaged {
            dataset: self.0.asked.clone(),
            reason: reason.to_string(),
            path: self.0.file.path().into(),
        }
    }

    /// Every value as `f64`, of a list or a scalar; `key` mends a dataset of something else.
    pub(crate) fn numbers(&self, key: &'static str) -> Result<Vec<f64>, Hdf5Error> {
        let count = self.shape().iter().try_fold(1usize, |count, &axis| count.checked_mul(axis));
        let few = count.is_some_and(|count| count <= LONGEST_LIST);
        if !self.element().is_number() || !few {
            return Err(self.content_error("a list of numbers", key));
        }
        self.check_filters()?;
        if self.0.description.sources.is_some() && self.shape().len() == 1 {
            return self.virtual_numbers();
        }
        self.0.file.with(&self.0.asked, |backend| backend.numbers(&self.0.path))
    }

    /// Every value of a dataset of strings.
    pub(crate) fn texts(&self) -> Result<Vec<String>, Hdf5Error> {
        self.0.file.with(&self.0.asked, |backend| backend.texts(&self.0.path))
    }

    /// A string attribute, without spaces at its ends; `None` where there is none of that name.
    ///
    /// # Errors
    /// It cannot be read: a unit that is there must not count as missing.
    pub(crate) fn text_attribute(&self, name: &str) -> Result<Option<String>, Hdf5Error> {
        let object = format!("{}@{name}", self.0.asked);
        let read = |backend: &Backend| backend.attribute(&self.0.path, name);
        Ok(match self.0.file.with(&object, read)? {
            Some(Attribute::Text(text)) => Some(text.trim().to_string()),
            Some(Attribute::Numbers(numbers)) => Some(format!("{numbers:?}")),
            None => None,
        })
    }

    /// Refuses a dataset that is packed with a filter that cannot be undone.
    pub(crate) fn check_filters(&self) -> Result<(), Hdf5Error> {
        let wrong = self.0.file.with(&self.0.asked, |backend| {
            let filters = &self.0.description.filters;
            Ok(filters.iter().copied().find(|&filter| !backend.can_undo(filter)))
        })?;
        let Some(filter) = wrong else { return Ok(()) };
        Err(Hdf5Error::Filter {
            dataset: self.0.asked.clone(),
            filter: filter_name(filter),
            known: super::KNOWN_FILTER_NAMES.into(),
            path: self.0.file.path().into(),
        })
    }

    /// Reads the box that begins at `start`, of the shape of `into`, as `f32`. A dataset of rank 2
    /// reads as one of rank 3 with a first axis of one.
    ///
    /// Memory: beside `into` about four times `BYTES_AT_A_TIME` a thread, or some chunks of the
    /// dataset where they are larger. Where a virtual dataset has no source the values are NaN.
    pub(crate) fn read(
        &self,
        start: [usize; 3],
        into: ArrayViewMut3<'_, f32>,
    ) -> Result<(), Hdf5Error> {
        self.read_nested(start, into, DEEPEST)
    }

    fn read_nested(
        &self,
        start: [usize; 3],
        mut into: ArrayViewMut3<'_, f32>,
        depth: usize,
    ) -> Result<(), Hdf5Error> {
        let Some(sources) = self.sources()? else { return self.read_cut(start, into) };
        if depth == 0 {
            return Err(self.damaged("virtual datasets that show each other without end"));
        }
        into.fill(f32::NAN);
        let extent: [usize; 3] = into.dim().into();
        for (source, part) in sources {
            let shown = three(&part.virtual_start, 0);
            let shown_extent = three(&part.extent, 1);
            let first: [usize; 3] = std::array::from_fn(|axis| start[axis].max(shown[axis]));
            let end: [usize; 3] = std::array::from_fn(|axis| {
                (start[axis] + extent[axis]).min(shown[axis] + shown_extent[axis])
            });
            if (0..3).any(|axis| first[axis] >= end[axis]) {
                continue;
            }
            let taken = three(&part.source_start, 0);
            let source_start = std::array::from_fn(|axis| taken[axis] + first[axis] - shown[axis]);
            let cut: [_; 3] =
                std::array::from_fn(|axis| first[axis] - start[axis]..end[axis] - start[axis]);
            let [a, b, c] = cut;
            source.read_nested(source_start, into.slice_mut(s![a, b, c]), depth - 1)?;
        }
        Ok(())
    }

    /// The sources of a virtual dataset, opened once.
    fn sources(&self) -> Result<Option<&[(Self, SourceBox)]>, Hdf5Error> {
        let Some(boxes) = &self.0.description.sources else { return Ok(None) };
        let open = || -> Result<Vec<_>, Hdf5Error> {
            let mut files: Vec<(&str, File)> = Vec::new();
            let mut sources = Vec::with_capacity(boxes.len());
            for part in boxes {
                let known = files.iter().rev().find(|(name, _)| *name == part.file);
                let file = match known {
                    Some((_, file)) => file.clone(),
                    None => self.0.file.linked_file(&self.0.asked, &part.file, &part.dataset)?,
                };
                let source = file.dataset(&part.dataset, "acquire.dataset")?;
                files.push((&part.file, file));
                sources.push((source, part.clone()));
            }
            Ok(sources)
        };
        match self.0.sources.get_or_init(open) {
            Ok(sources) => Ok(Some(sources)),
            Err(error) => Err(error.clone()),
        }
    }

    fn virtual_numbers(&self) -> Result<Vec<f64>, Hdf5Error> {
        let mut values = vec![f64::NAN; self.shape()[0]];
        for (source, part) in self.sources()?.unwrap_or_default() {
            let taken = source.numbers("acquire.dataset")?;
            let (from, to) = (part.source_start[0], part.virtual_start[0]);
            let extent = part.extent[0];
            let (Some(taken), Some(shown)) =
                (taken.get(from..from + extent), values.get_mut(to..to + extent))
            else {
                return Err(self.damaged("its sources are shorter than it says"));
            };
            shown.copy_from_slice(taken);
        }
        Ok(values)
    }

    /// Halves the box along chunk borders until one part is small, and reads the parts in parallel.
    fn read_cut(&self, start: [usize; 3], into: ArrayViewMut3<'_, f32>) -> Result<(), Hdf5Error> {
        let Some((axis, at)) = self.cut(start, into.dim().into()) else {
            return self.read_part(start, into);
        };
        let (before, after) = into.split_at(Axis(axis), at);
        let mut later = start;
        later[axis] += at;
        let (first, second) =
            rayon::join(|| self.read_cut(start, before), || self.read_cut(later, after));
        first.and(second)
    }

    /// Axis and place at which to halve a box; `None` where it is small enough.
    fn cut(&self, start: [usize; 3], extent: [usize; 3]) -> Option<(usize, usize)> {
        let chunk = match &self.0.description.chunk {
            Some(chunk) => three(chunk, 1),
            None => [1, 1, extent[2].max(1)],
        };
        let chunks_touched: [usize; 3] = std::array::from_fn(|axis| {
            (start[axis] + extent[axis]).div_ceil(chunk[axis]) - start[axis] / chunk[axis]
        });
        let values: usize = (0..3).map(|axis| chunks_touched[axis] * chunk[axis]).product();
        if values.saturating_mul(self.element().size()) <= self.bytes_at_a_time() {
            return None;
        }
        let axis = (0..3).find(|&axis| chunks_touched[axis] > 1)?;
        let border = (start[axis] / chunk[axis] + chunks_touched[axis] / 2) * chunk[axis];
        Some((axis, border - start[axis]))
    }

    /// The library walks its list of chunks at each call: a long list wants fewer, larger reads.
    fn bytes_at_a_time(&self) -> usize {
        let Some(chunk) = &self.0.description.chunk else { return BYTES_AT_A_TIME };
        let along = |(extent, chunk): (&usize, &usize)| extent.div_ceil((*chunk).max(1));
        let chunks: usize = self.shape().iter().zip(chunk).map(along).product();
        BYTES_AT_A_TIME.max(chunks.saturating_mul(16))
    }

    fn read_part(
        &self,
        start: [usize; 3],
        mut into: ArrayViewMut3<'_, f32>,
    ) -> Result<(), Hdf5Error> {
        let extent: [usize; 3] = into.dim().into();
        let rank = self.shape().len().min(3);
        let selection = [&start[3 - rank..], &extent[3 - rank..]];
        let values = self.0.file.with(&self.0.asked, |backend| {
            backend.read_box(&self.0.path, self.element(), selection)
        })?;
        let values = ArrayView3::from_shape(extent, &values)
            .map_err(|_| self.damaged(format!("{} values for {extent:?}", values.len())))?;
        into.assign(&values);
        Ok(())
    }
}

/// The last three axes, with `fill` for those that are not there.
fn three(axes: &[usize], fill: usize) -> [usize; 3] {
    let mut last = [fill; 3];
    let rank = axes.len().min(3);
    last[3 - rank..].copy_from_slice(&axes[axes.len() - rank..]);
    last.map(|axis| if fill == 1 { axis.max(1) } else { axis })
}
