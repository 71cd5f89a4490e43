//! From two volumes of one beam on disk to their differences on disk. Compares nothing itself.

use std::path::{Path, PathBuf};

use ndarray::{Array3, s};
use voltomo_inspect::Seen;
use voltomo_inspect::compare::{Beside, CompareSettings, compare as compare_volumes};
use voltomo_types::{Probe, Transform, Volume, VoxelGrid};

use crate::disk::check_disk;
use crate::error::RunError;
use crate::findings_file::{FindingsRecord, Inspected, JSON as FINDINGS};
use crate::memory::Bytes;
use crate::store::{self, Content, Existing, StoreSettings, VolumeMetadata, disk_bytes};
use crate::volume_input::{VolumeInput, VolumeRequest};
use crate::watch::{Watch, refuse_cancelled};
use crate::whole_volumes::{check_memory, check_place, hold_place, read_all, remove_former};

/// Volumes of the size of the first that a comparison takes beside both: a comparison with many regions
/// took 7.3.
const BESIDE: u64 = 8;
/// Slices that are written at once.
const AT_ONCE: usize = 64;

/// What is to be compared, and where the differences go.
#[derive(Debug, Clone)]
pub struct CompareOptions {
    /// The first volume, and the second: two states of one cell, or two cells, in one beam.
    pub volumes: [VolumeRequest; 2],
    /// Where points of the second volume lie in the first; without it both lie alike.
    pub first_from_second: Option<Transform>,
    /// How to compare.
    pub settings: CompareSettings,
    /// Folder for the differences.
    pub out: PathBuf,
    /// Replace what is there.
    pub force: bool,
    /// Memory allowed.
    pub memory: Option<Bytes>,
}

/// Compares two volumes; writes `difference.zarr` (second less first; 0 where one is unknown),
/// `findings.csv` and `findings.json`, this last. Memory: both volumes, and eight of the first.
///
/// # Errors
/// Volumes that cannot be read, are of different beams, or do not overlap.
pub fn compare(options: &CompareOptions, watch: &dyn Watch) -> Result<FindingsRecord, RunError> {
    let [first, second] = &options.volumes;
    let inputs = [VolumeInput::open(first)?, VolumeInput::open(second)?];
    let _held = hold_place(&options.out)?;
    let held = inputs[0].bytes() + inputs[1].bytes();
    let beside = BESIDE * inputs[0].grid().voxel_count() as u64 * 4;
    check_memory("the comparison", Bytes(held + beside), options.memory)?;
    let disk = disk_bytes(&StoreSettings::default(), inputs[0].grid());
    check_disk("the difference", Bytes(disk), &options.out)?;
    check_place(&options.out, FINDINGS, options.force)?;
    let volumes = read_all(&inputs, &options.out, watch)?;
    watch.begin_unwritten("compare the volumes", 1);
    let seen = |k: usize| seen(&volumes[k], inputs[k].probe, inputs[k].is_attenuation);
    let beside = Beside { first_from_second: options.first_from_second, ..Beside::default() };
    let found = compare_volumes(&seen(0), &seen(1), &beside, &options.settings)?;
    watch.end();
    remove_former(&options.out);
    write_difference(found.difference, inputs[0].grid(), (&options.out, watch))?;
    let told = inputs.iter().map(|input| Inspected::of(input, None)).collect();
    let record = FindingsRecord::new(None, told, found.findings);
    record.write(&options.out)?;
    Ok(record)
}

fn seen(volume: &Volume, probe: Probe, is_quantitative: bool) -> Seen<'_> {
    Seen { attenuation: volume.attenuation.view(), grid: volume.grid, probe, is_quantitative }
}

fn write_difference(
    mut difference: Array3<f32>,
    grid: &VoxelGrid,
    (out, watch): (&Path, &dyn Watch),
) -> Result<(), RunError> {
    difference.par_mapv_inplace(|value| if value.is_finite() { value } else { 0.0 });
    let metadata = VolumeMetadata {
        name: "difference".into(),
        grid: *grid,
        content: Content::Attenuation,
        provenance: serde_json::json!({ "compared_by": FINDINGS }),
    };
    let settings = StoreSettings::default();
    let mut store = store::create_at_once(out, &settings, &metadata, Existing::Replace)?;
    let depth = grid.shape[0];
    watch.begin("write the difference", depth);
    for from in (0..depth).step_by(AT_ONCE) {
        let z = from..(from + AT_ONCE).min(depth);
        refuse_cancelled(watch, out)?;
        store.write_slab(z.clone(), difference.slice(s![z.clone(), .., ..]))?;
        watch.advance(z.end);
    }
    watch.end();
    store.finish(false)?;
    Ok(())
}
