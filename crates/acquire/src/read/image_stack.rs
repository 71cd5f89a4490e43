//! Equal images from many files as one stack of frames, read in bands. Knows no angles.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use ndarray::{ArrayViewMut3, Axis};
use rayon::prelude::*;
use voltomo_types::{FrameError, FrameShape, Frames};

use super::{
    fits, image_file,
    image_page::{ImageFile, Page, PagePlace},
    number_type::NumberType,
    tiff_image,
};
use crate::AcquireError;

/// Images of one size and number type. Each read opens the files that it needs and closes them.
#[derive(Debug)]
pub(crate) struct ImageStack {
    files: Vec<PathBuf>,
    /// File (index) and page of each frame.
    frames: Vec<(usize, Page)>,
    /// Whether a file holds several frames.
    has_pages: bool,
    /// Format and compression.
    pub(crate) storage: String,
    /// Pixel size in mm that the first file really tells.
    pub(crate) pixel_mm: Option<f64>,
    /// Distance from page to page in mm that the first file really tells.
    pub(crate) slice_mm: Option<f64>,
}

impl ImageStack {
    /// Looks into the headers of all files, in parallel.
    ///
    /// # Errors
    /// A file that is no image, empty, truncated, of another size or number type than the first;
    /// `key` is the recipe key that chose the files.
    pub(crate) fn open(files: Vec<PathBuf>, key: &str) -> Result<Self, AcquireError> {
        let all: Vec<_> = files.par_iter().map(|path| image_file::describe(path)).collect();
        // Of many that are bad the first one is told.
        let all = all.into_iter().collect::<Result<Vec<ImageFile>, _>>()?;
        let pages = all.iter().enumerate();
        let frames: Vec<(usize, Page)> = pages
            .flat_map(|(file, held)| held.pages.iter().map(move |page| (file, *page)))
            .collect();
        let Some((first, _)) = all.first().zip(frames.first()) else {
            let folder = files.first().cloned().unwrap_or_default();
            let found = "no image in the files".into();
            return Err(AcquireError::UnclearFolder { found, folder });
        };
        let storage = first.storage.clone();
        let (pixel_mm, slice_mm) = (first.pixel_mm, first.slice_mm);
        let has_pages = frames.len() > files.len();
        let stack = Self { has_pages, files, frames, storage, pixel_mm, slice_mm };
        stack.check_equal(key)?;
        Ok(stack)
    }

    fn check_equal(&self, key: &str) -> Result<(), AcquireError> {
        let first = self.frames[0].1;
        for (frame, (file, page)) in self.frames.iter().enumerate() {
            let path = self.files[*file].clone();
            if (page.rows, page.columns) != (first.rows, first.columns) {
                return Err(self.wrong_size(
                    frame,
                    (first.rows, first.columns),
                    (self.name_of(0), key),
                ));
            }
            if page.number != first.number {
                return Err(AcquireError::NumberType {
                    found: page.number.to_string(),
                    expected: first.number.to_string(),
                    first: self.name_of(0),
                    key: key.into(),
                    path,
                });
            }
        }
        Ok(())
    }

    /// The error for a stack whose frames are not of the size of another one.
    pub(crate) fn wrong_size(
        &self,
        frame: usize,
        (rows, columns): (usize, usize),
        (first, key): (String, &str),
    ) -> AcquireError {
        let (file, page) = &self.frames[frame];
        AcquireError::FrameSize {
            found_rows: page.rows,
            found_columns: page.columns,
            rows,
            columns,
            first,
            key: key.into(),
            path: self.files[*file].clone(),
        }
    }

    /// How the pixels are stored.
    pub(crate) fn number(&self) -> NumberType {
        self.frames[0].1.number
    }

    /// The files, in the order of the frames.
    pub(crate) fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Whether a file holds several frames.
    pub(crate) fn has_pages(&self) -> bool {
        self.has_pages
    }

    /// The first frame of each piece of work: gzip'd planes of a file are read in one go.
    fn pieces(&self, frames: Range<usize>) -> Vec<Range<usize>> {
        let mut pieces: Vec<Range<usize>> = Vec::with_capacity(frames.len());
        for frame in frames {
            let (file, page) = &self.frames[frame];
            let zipped = matches!(page.place, PagePlace::Fits(plane) if plane.is_zipped());
            match pieces.last_mut() {
                Some(last) if zipped && self.frames[last.start].0 == *file => last.end = frame + 1,
                _ => pieces.push(frame..frame + 1),
            }
        }
        pieces
    }

    fn read_piece(
        &self,
        frames: Range<usize>,
        rows: Range<usize>,
        mut into: ArrayViewMut3<'_, f32>,
    ) -> Result<(), FrameError> {
        let (file, page) = &self.frames[frames.start];
        let path: &Path = &self.files[*file];
        let read = match page.place {
            PagePlace::Tiff { .. } => {
                tiff_image::read_rows(path, page, rows, into.index_axis_mut(Axis(0), 0))
            }
            PagePlace::Fits(_) => {
                let pages: Vec<Page> = self.frames[frames.clone()].iter().map(|f| f.1).collect();
                fits::read_rows(path, &pages, rows, into)
            }
        };
        read.map_err(|what| FrameError { what, place: self.place_of(frames.start) })
    }

    fn place_of(&self, frame: usize) -> String {
        let (file, _) = self.frames[frame];
        let page = self.page_of(frame).map(|page| format!(", page {page}")).unwrap_or_default();
        format!("{}{page}", self.files[file].display())
    }

    /// Index of a frame among the pages of its file, where files have several.
    fn page_of(&self, frame: usize) -> Option<usize> {
        let file = self.frames[frame].0;
        let before = self.frames[..frame].iter().rev().take_while(|(other, _)| *other == file);
        self.has_pages.then(|| before.count())
    }
}

impl Frames for ImageStack {
    fn shape(&self) -> FrameShape {
        let page = self.frames[0].1;
        FrameShape { frames: self.frames.len(), rows: page.rows, columns: page.columns }
    }

    fn read(
        &self,
        frames: Range<usize>,
        rows: Range<usize>,
        into: ArrayViewMut3<'_, f32>,
    ) -> Result<(), FrameError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut rest = into;
        let mut work = Vec::with_capacity(frames.len());
        for piece in self.pieces(frames) {
            let (own, others) = rest.split_at(Axis(0), piece.len());
            work.push((piece, own));
            rest = others;
        }
        let pieces = work.into_par_iter();
        let read: Vec<_> =
            pieces.map(|(piece, own)| self.read_piece(piece, rows.clone(), own)).collect();
        // Of many that are bad the first one is told.
        read.into_iter().collect()
    }

    fn name_of(&self, frame: usize) -> String {
        let file = &self.files[self.frames[frame].0];
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
        self.page_of(frame).map_or(name.to_string(), |page| format!("{name} page {page}"))
    }
}
