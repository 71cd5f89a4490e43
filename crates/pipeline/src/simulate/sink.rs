//! Where frames go: a folder a kind, or one HDF5 file. Knows no file format and renders nothing.

use std::ops::Range;

use ndarray::Array2;
use rayon::prelude::*;
use voltomo_acquire::simulate::instrument::{FrameJob, Twin};
use voltomo_types::{Geometry, Probe};

use super::{
    error::SimulateError,
    folder::{ScanFolder, make},
    frame_kinds,
    request::ScanFormat,
};
use crate::store::{
    FrameFormat, FrameTags, NexusFile, NexusFrame, NexusScan, StoreError, write_frame,
};

/// Name of the HDF5 file.
pub(super) const NEXUS: &str = "scan.nxs";

/// Its name until it is whole.
const NEXUS_PARTIAL: &str = "scan.nxs.partial";

/// Takes the frames of a schedule in its order.
pub(super) enum Sink<'a> {
    /// An image file a frame.
    Images { folder: ScanFolder, format: FrameFormat, jobs: &'a [FrameJob], tags: FrameTags },
    /// All in one file.
    Nexus(Box<NexusFile>),
}

impl<'a> Sink<'a> {
    /// Begins to write, or goes on with what a stopped simulation left.
    pub(super) fn open(
        folder: &ScanFolder,
        (twin, sample): (&'a Twin<'_>, &str),
        format: ScanFormat,
        goes_on: bool,
    ) -> Result<Self, SimulateError> {
        let Some(images) = format.images() else {
            let scan = nexus_scan(twin, sample);
            let path = folder.at(NEXUS);
            let file = match goes_on {
                true => NexusFile::reopen(&path, &scan)?,
                false => NexusFile::create(&path, &scan)?,
            };
            return Ok(Self::Nexus(Box::new(file)));
        };
        for (kind, _) in frame_kinds::counts(twin.schedule()) {
            make(&folder.at(frame_kinds::folder(kind)))?;
        }
        let detector = &twin.profile().detector;
        let tags = FrameTags {
            kind: "",
            exposure_s: twin.profile().frames.exposure_s,
            pixel_mm: detector.pixel_mm * detector.bin.max(1) as f64,
            angle_deg: None,
        };
        Ok(Self::Images { folder: folder.clone(), format: images, jobs: twin.schedule(), tags })
    }

    /// How many frames from the first on have their file; all that one HDF5 file may hold.
    pub(super) fn whole_frames(folder: &ScanFolder, twin: &Twin<'_>, format: ScanFormat) -> usize {
        let jobs = twin.schedule();
        let Some(images) = format.images() else { return jobs.len() };
        // A frame is written under another name first, so one of no length was emptied since.
        let is_there = |job: &FrameJob| {
            folder.at(&frame_name(job, images)).metadata().is_ok_and(|file| file.len() > 0)
        };
        jobs.iter().take_while(|job| is_there(job)).count()
    }

    /// Whether a file that holds all frames waits for its name.
    pub(super) fn is_open(folder: &ScanFolder) -> bool {
        folder.at(NEXUS_PARTIAL).exists()
    }

    /// Writes the frames of a part of the schedule; when it returns they survive a kill.
    pub(super) fn write(
        &mut self,
        range: Range<usize>,
        frames: &[Array2<u16>],
    ) -> Result<(), SimulateError> {
        match self {
            Self::Nexus(file) => Ok(file.write(range.start, frames)?),
            Self::Images { folder, format, jobs, tags } => {
                let write = |(job, frame): (&FrameJob, &Array2<u16>)| -> Result<(), StoreError> {
                    let angle = job.kind.shows_sample().then(|| job.angle.degrees());
                    let tags =
                        FrameTags { kind: frame_kinds::word(job.kind), angle_deg: angle, ..*tags };
                    let name = frame_name(job, *format);
                    write_frame(&folder.at(&name), *format, frame.view(), &tags)
                };
                Ok(jobs[range].par_iter().zip(frames).try_for_each(write)?)
            }
        }
    }

    /// Ends the writing; a file of a whole scan gets its name.
    pub(super) fn finish(self, is_whole: bool) -> Result<(), SimulateError> {
        match self {
            Self::Nexus(file) => Ok(file.finish(is_whole)?),
            Self::Images { .. } => Ok(()),
        }
    }
}

/// Path of a frame's file within the output folder.
fn frame_name(job: &FrameJob, format: FrameFormat) -> String {
    let (folder, word) = (frame_kinds::folder(job.kind), frame_kinds::word(job.kind));
    format!("{folder}/{word}_{:04}.{}", job.index, format.ending())
}

fn nexus_scan(twin: &Twin<'_>, sample: &str) -> NexusScan {
    let profile = twin.profile();
    let exposure_s = profile.frames.exposure_s;
    let frame = |job: &FrameJob| NexusFrame {
        key: frame_kinds::image_key(job.kind),
        angle_deg: job.angle.degrees(),
        exposure_s,
    };
    let pixel_mm = profile.detector.pixel_mm * profile.detector.bin.max(1) as f64;
    let (sample_pixel_mm, distances_mm) = match twin.geometry() {
        Geometry::Parallel(_) => (pixel_mm, (None, profile.geometry.axis_screen_mm)),
        Geometry::Cone(_) => {
            let (axis, detector) =
                (profile.geometry.source_axis_mm, profile.geometry.source_detector_mm);
            (pixel_mm * axis / detector, (Some(axis), detector - axis))
        }
    };
    let (probe, source) = match profile.probe {
        Probe::Neutron => ("neutron", "Reactor Neutron Source"),
        Probe::Xray => ("x-ray", "Fixed Tube X-ray"),
    };
    NexusScan {
        sample: sample.into(),
        instrument: profile.name.clone(),
        probe,
        source,
        frames: twin.schedule().iter().map(frame).collect(),
        size: twin.shape(),
        pixel_mm,
        sample_pixel_mm,
        distances_mm,
    }
}
