//! What stages on whole volumes share: memory, a folder, and how volumes are read. Knows no stage.

use std::path::Path;

use voltomo_types::Volume;

use crate::error::RunError;
use crate::layout::Layout;
use crate::memory::{self, Bytes};
use crate::unseen::warn_of;
use crate::volume_input::VolumeInput;
use crate::watch::{Watch, refuse_cancelled};
use crate::whole_file::MadeFolder;

/// Volumes being read, of which `out` will be the result.
pub(crate) struct Reading<'a> {
    out: &'a Path,
    watch: &'a dyn Watch,
    /// Slices of the volumes before.
    before: usize,
}

impl<'a> Reading<'a> {
    /// Begins to read `inputs`.
    pub(crate) fn begin(inputs: &[&VolumeInput], out: &'a Path, watch: &'a dyn Watch) -> Self {
        let slices = inputs.iter().map(|input| input.stored_shape()[0]).sum();
        watch.begin("read the volumes", slices);
        Self { out, watch, before: 0 }
    }

    /// Reads the next one.
    ///
    /// # Errors
    /// A file that cannot be read, or the watch is cancelled.
    pub(crate) fn read(&mut self, input: &VolumeInput) -> Result<Volume, RunError> {
        let volume = input.read_while(&mut |read| {
            self.watch.advance(self.before + read);
            refuse_cancelled(self.watch, self.out)
        })?;
        self.before += input.stored_shape()[0];
        Ok(volume)
    }

    /// All are read.
    pub(crate) fn end(self) {
        self.watch.end();
    }
}

/// Reads all of `inputs`, of which `out` will be the result, and warns of what they do not hold.
///
/// # Errors
/// A file that cannot be read, or the watch is cancelled.
pub(crate) fn read_all(
    inputs: &[VolumeInput],
    out: &Path,
    watch: &dyn Watch,
) -> Result<Vec<Volume>, RunError> {
    let all: Vec<&VolumeInput> = inputs.iter().collect();
    let mut reading = Reading::begin(&all, out, watch);
    let volumes = inputs.iter().map(|input| reading.read(input)).collect::<Result<Vec<_>, _>>()?;
    reading.end();
    inputs.iter().zip(&volumes).for_each(|(input, volume)| warn_of(input, volume, watch));
    Ok(volumes)
}

/// Holds two volumes to be those of two beams.
///
/// # Errors
/// Both are of one beam, or are one and the same volume.
pub(crate) fn check_beams(inputs: &[VolumeInput]) -> Result<(), RunError> {
    if let [first, second] = inputs
        && (first.probe == second.probe || is_same_file(first.path(), second.path()))
    {
        return Err(RunError::SameBeam { path: second.path().into() });
    }
    Ok(())
}

/// Whether two paths lead to one file or folder that is there.
pub(crate) fn is_same_file(first: &Path, second: &Path) -> bool {
    let [first, second] = [first, second].map(|path| path.canonicalize().ok());
    first.is_some() && first == second
}

/// Takes away what a former inspection or comparison left in `out` beside its findings, so that no
/// picture and no report tells of other findings. Leaves all that has other names.
pub(crate) fn remove_former(out: &Path) {
    let is_drawn = |name: &str| {
        let kinds = ["finding-", "rendering-", "section-", "map-"];
        name.ends_with(".png") && kinds.iter().any(|kind| name.starts_with(kind))
    };
    let told = ["report.html", "curves.json", "pictures.json"];
    for entry in out.read_dir().into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_drawn(&name) || told.contains(&name.as_str()) {
            // One that stays is written over, or told by the report as broken.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Holds what a stage on whole volumes takes to what is allowed: `budget`, else a share of what is
/// free.
///
/// # Errors
/// It takes more.
pub(crate) fn check_memory(
    what: &str,
    needed: Bytes,
    budget: Option<Bytes>,
) -> Result<(), RunError> {
    let share = |free: Bytes| Bytes(free.0 / 10 * 6);
    let Some(budget) = budget.or_else(|| memory::available().map(share)).filter(|it| *it < needed)
    else {
        return Ok(());
    };
    Err(RunError::Budget {
        what: what.into(),
        needed,
        most: "the volumes are held in memory".into(),
        budget,
        mends: "give volumes with larger voxels, or fewer slices",
    })
}

/// Holds the folder `out` to results of which `file` is the last to be written, and leaves it as it is.
///
/// # Errors
/// The result is there and may not be replaced; a file where the folder should be; a place that
/// cannot be written.
pub(crate) fn check_place(out: &Path, file: &str, may_replace: bool) -> Result<(), RunError> {
    let taken = out.join(file);
    if taken.exists() && !may_replace {
        return Err(RunError::FileExists { path: taken });
    }
    if out.is_file() {
        return Err(RunError::OutputNoFolder { path: out.into() });
    }
    make_place(out).map(drop)
}

/// A folder for a result, held against other stages and runs as long as this lives.
pub(crate) struct HeldPlace {
    _held: Layout,
    _made: MadeFolder,
}

/// Makes the folder `out` as [`make_place`] does, and holds it.
///
/// # Errors
/// Another stage or run that holds it; a file where the folder should be; a place that cannot be written.
pub(crate) fn hold_place(out: &Path) -> Result<HeldPlace, RunError> {
    if out.is_file() {
        return Err(RunError::OutputNoFolder { path: out.into() });
    }
    let made = make_place(out)?;
    let mut held = Layout::new(out);
    held.hold()?;
    Ok(HeldPlace { _held: held, _made: made })
}

/// Makes the folder `out`. It goes again where nothing was written into it before what is returned is
/// dropped.
///
/// # Errors
/// A place that cannot be written.
pub(crate) fn make_place(out: &Path) -> Result<MadeFolder, RunError> {
    let what = "cannot make the output folder";
    MadeFolder::make(out).map_err(|source| RunError::File { what, path: out.into(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_former_inspection_drew_goes_and_all_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let (drawn, kept) = (
            ["report.html", "curves.json", "finding-03.png", "map-overhang.png"],
            ["findings.json", "my-report.html", "finding-03.txt", "photo.png"],
        );
        drawn.iter().chain(&kept).for_each(|name| std::fs::write(path(name), "x").unwrap());
        remove_former(folder.path());
        assert!(drawn.iter().all(|name| !path(name).exists()));
        assert!(kept.iter().all(|name| path(name).exists()));
    }

    #[test]
    fn a_place_is_held_by_one_stage_until_that_ends() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("findings");
        let one = hold_place(&out).unwrap();
        assert!(matches!(hold_place(&out), Err(RunError::OutputBusy { .. })));
        drop(one);
        assert!(!out.exists(), "nothing was written into it");
        drop(hold_place(&out).unwrap());
    }

    #[test]
    fn a_file_is_itself_by_any_path_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("volume.mha");
        std::fs::write(&file, "x").unwrap();
        assert!(is_same_file(&file, &folder.path().join(".").join("volume.mha")));
        assert!(!is_same_file(&file, folder.path()));
        assert!(!is_same_file(&folder.path().join("none"), &folder.path().join("none")));
    }
}
