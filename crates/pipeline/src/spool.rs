//! Line integrals of a whole scan on disk, for corrections that need whole radiographs: slabs are
//! read from there. Knows no correction by name.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use ndarray::{ArrayView3, ArrayViewMut3};
use voltomo_correct::{BlockFigures, CorrectSettings, Survey};
use voltomo_types::{FrameError, FrameShape, Frames, Quantity, Scan};

use crate::{
    bands::CorrectedBands, error::RunError, memory::Bytes, survey::rings, watch::Watch,
    whole_file::MadeFolder, whole_frames::WholeFrames,
};

/// Name of the file, which is there only while the run goes on.
const NAME: &str = "line-integrals.partial.f32";

/// A scan whose radiographs were corrected whole.
#[derive(Debug)]
pub(crate) struct Spool {
    scan: Scan,
    survey: Survey,
    settings: CorrectSettings,
    row_figures: Vec<BlockFigures>,
}

impl Spool {
    /// Disk that a scan takes meanwhile.
    pub(crate) fn disk(shape: FrameShape) -> Bytes {
        Bytes(4 * (shape.frames * shape.rows * shape.columns) as u64)
    }

    /// How a scan is corrected once its radiographs were corrected whole.
    pub(crate) fn settings_after(settings: &CorrectSettings) -> CorrectSettings {
        CorrectSettings { rings: settings.rings.clone(), ..CorrectSettings::default() }
    }

    /// Such a scan as it is seen from then on, with these radiographs.
    pub(crate) fn scan_after(scan: &Scan, survey: &Survey, frames: Arc<dyn Frames>) -> Scan {
        let mut after = scan.clone();
        (after.flats, after.darks) = (vec![], vec![]);
        (after.radiographs, after.quantity) = (frames, Quantity::LineIntegrals);
        after.detector.frame = survey.frame();
        after.detector.saturation = None;
        after
    }

    /// Such a spool, in a folder, where the settings ask for whole radiographs.
    ///
    /// # Errors
    /// As [`Self::make`].
    pub(crate) fn where_needed(
        frames: &WholeFrames<'_>,
        (folder, budget): (&Path, Bytes),
        watch: &dyn Watch,
    ) -> Result<Option<Self>, RunError> {
        let is_needed = frames.settings.needs_whole_frames();
        is_needed.then(|| Self::make(frames, (folder, budget), watch)).transpose()
    }

    /// Corrects every radiograph of a scan and keeps the line integrals in a folder, which is made.
    ///
    /// # Errors
    /// Whatever cannot be corrected or written; a stop.
    fn make(
        frames: &WholeFrames<'_>,
        (folder, budget): (&Path, Bytes),
        watch: &dyn Watch,
    ) -> Result<Self, RunError> {
        let shape = frames.survey.shape();
        let file = SpoolFile::create(folder, shape)?;
        let mut row_figures = vec![BlockFigures::default(); shape.rows];
        let stopped = frames.each(budget, watch, |corrected| {
            for (all, some) in row_figures.iter_mut().zip(&corrected.row_figures) {
                *all = all.with(*some);
            }
            file.push(corrected.line_integrals.view())
        })?;
        if stopped.is_some() {
            let path = folder.into();
            return Err(RunError::CancelledEarly { path });
        }
        let settings = Self::settings_after(frames.settings);
        let scan = Self::scan_after(frames.scan, frames.survey, Arc::new(file));
        let survey = Survey::measure(&scan, &settings, &|_, _| ())?.following(frames.survey);
        let survey = rings(&scan, survey, &settings, watch)?;
        Ok(Self { scan, survey, settings, row_figures })
    }

    /// The corrected scan.
    pub(crate) fn bands(&self) -> CorrectedBands<'_> {
        CorrectedBands {
            scan: &self.scan,
            survey: &self.survey,
            settings: &self.settings,
            row_figures: Some(&self.row_figures),
        }
    }
}

/// Frames of 32-bit floating point numbers in one file, which goes with it.
#[derive(Debug)]
struct SpoolFile {
    path: PathBuf,
    shape: FrameShape,
    /// Goes after the file, where nothing else is in it.
    folder: MadeFolder,
}

impl SpoolFile {
    fn create(folder: &Path, shape: FrameShape) -> Result<Self, RunError> {
        let mut made = Self { path: folder.join(NAME), shape, folder: MadeFolder::default() };
        let what = "cannot write the corrected radiographs";
        made.folder = MadeFolder::make(folder).map_err(|source| made.failed(what, source))?;
        File::create(&made.path).map_err(|source| made.failed(what, source))?;
        Ok(made)
    }

    fn failed(&self, what: &'static str, source: std::io::Error) -> RunError {
        RunError::File { what, path: self.path.clone(), source }
    }

    fn push(&self, frames: ArrayView3<'_, f32>) -> Result<(), RunError> {
        let written = File::options().append(true).open(&self.path).and_then(|mut file| {
            frames.outer_iter().try_for_each(|frame| {
                let bytes: Vec<u8> = frame.iter().flat_map(|value| value.to_le_bytes()).collect();
                file.write_all(&bytes)
            })
        });
        written.map_err(|source| self.failed("cannot write the corrected radiographs", source))
    }

    fn read_rows(&self, (frame, rows): (usize, &Range<usize>)) -> std::io::Result<Vec<u8>> {
        let FrameShape { rows: height, columns, .. } = self.shape;
        let mut bytes = vec![0; 4 * rows.len() * columns];
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(4 * ((frame * height + rows.start) * columns) as u64))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl Frames for SpoolFile {
    fn shape(&self) -> FrameShape {
        self.shape
    }

    fn read(
        &self,
        frames: Range<usize>,
        rows: Range<usize>,
        mut into: ArrayViewMut3<'_, f32>,
    ) -> Result<(), FrameError> {
        for (frame, mut image) in frames.zip(into.outer_iter_mut()) {
            let bytes = self.read_rows((frame, &rows)).map_err(|error| FrameError {
                what: format!("the corrected radiographs cannot be read back: {error}"),
                place: self.name_of(frame),
            })?;
            for (value, bytes) in image.iter_mut().zip(bytes.chunks_exact(4)) {
                *value = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            }
        }
        Ok(())
    }

    fn name_of(&self, frame: usize) -> String {
        format!("{}, corrected radiograph {frame}", self.path.display())
    }
}

impl Drop for SpoolFile {
    fn drop(&mut self) {
        // A file that stays behind only takes room.
        let _ = std::fs::remove_file(&self.path);
    }
}
