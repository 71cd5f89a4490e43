//! What each kind of frame is called on disk, and its key in NeXus. Knows no files.

use voltomo_acquire::simulate::instrument::{FrameJob, FrameKind};

/// All kinds, in the order of a scan.
const KINDS: [FrameKind; 6] = [
    FrameKind::Dark,
    FrameKind::OpenBefore,
    FrameKind::BlackBodyOpen,
    FrameKind::Radiograph,
    FrameKind::BlackBodySample,
    FrameKind::OpenAfter,
];

/// Folder of the frames of a kind.
pub(super) fn folder(kind: FrameKind) -> &'static str {
    match kind {
        FrameKind::Dark => "darks",
        FrameKind::OpenBefore => "open_before",
        FrameKind::BlackBodyOpen => "black_bodies_open",
        FrameKind::Radiograph => "radiographs",
        FrameKind::BlackBodySample => "black_bodies_sample",
        FrameKind::OpenAfter => "open_after",
    }
}

/// Folders of all kinds.
pub(super) fn folders() -> [&'static str; 6] {
    KINDS.map(folder)
}

/// What a frame of the kind is, in a word.
pub(super) fn word(kind: FrameKind) -> &'static str {
    match kind {
        FrameKind::Dark => "dark",
        FrameKind::OpenBefore | FrameKind::OpenAfter => "open",
        FrameKind::Radiograph => "radiograph",
        FrameKind::BlackBodyOpen | FrameKind::BlackBodySample => "black_bodies",
    }
}

/// NeXus's image key: frames with black bodies are neither radiograph nor reference.
pub(super) fn image_key(kind: FrameKind) -> i32 {
    match kind {
        FrameKind::Radiograph => 0,
        FrameKind::OpenBefore | FrameKind::OpenAfter => 1,
        FrameKind::Dark => 2,
        FrameKind::BlackBodyOpen | FrameKind::BlackBodySample => 3,
    }
}

/// The kinds that a schedule has, with the number of their frames, in the order of a scan.
pub(super) fn counts(schedule: &[FrameJob]) -> Vec<(FrameKind, usize)> {
    let count = |kind| schedule.iter().filter(|job| job.kind == kind).count();
    KINDS.map(|kind| (kind, count(kind))).into_iter().filter(|(_, count)| *count > 0).collect()
}
