//! The record of a run: program, recipe, inputs, figures. Decides nothing.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use voltomo_reconstruct::kernel::simd::simd_name;

use crate::{
    error::RunError, gate::Passed, hardening_record::HardeningRecord, iterations::SlabIterations,
    memory::Bytes, method::MethodRecord, plan::Plan, recipe::Recipe, starvation::StarvationRecord,
    whole_file::write_whole,
};

/// Name of the record in the output folder.
pub(crate) const RECORD: &str = "run.json";

/// Which program made a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// `voltomo`.
    pub name: String,
    /// Version.
    pub version: String,
    /// Commit that it was built from.
    pub commit: String,
}

impl Program {
    /// This program.
    #[must_use]
    pub fn this() -> Self {
        Self {
            name: "voltomo".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            commit: env!("VOLTOMO_COMMIT").into(),
        }
    }
}

/// An input file as it was when the run read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// Sizes and hashes of the input files, in their order; all cores read.
///
/// # Errors
/// The first file that cannot be read.
pub(crate) fn hash_inputs(files: &[PathBuf]) -> Result<Vec<Input>, RunError> {
    files.par_iter().map(|path| hash_file(path)).collect()
}

fn hash_file(path: &Path) -> Result<Input, RunError> {
    let failed =
        |source| RunError::File { what: "cannot read the input", path: path.into(), source };
    let mut file = File::open(path).map_err(failed)?;
    let (mut hasher, mut bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = file.read(&mut buffer).map_err(failed)?;
        if count == 0 {
            let path = path.into();
            return Ok(Input { path, bytes, sha256: hex(&hasher.finalize()) });
        }
        hasher.update(&buffer[..count]);
        bytes += count as u64;
    }
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The machine that made a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// What computed: `cpu`, with the instruction set of the kernels.
    pub device: String,
    /// Threads used.
    pub threads: usize,
    /// Operating system and processor family.
    pub system: String,
}

impl Machine {
    /// This machine.
    #[must_use]
    pub fn this() -> Self {
        Self {
            device: format!("cpu, {}", simd_name()),
            threads: rayon::current_num_threads(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// All slabs are written.
    Done,
    /// Stopped by the user; the finished slabs are usable. Where there is a volume, it is an
    /// iteration before the last that was asked for.
    Stopped,
}

/// Memory of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MemoryRecord {
    /// Allowed.
    pub budget: Bytes,
    /// Planned peak.
    pub planned_peak: Bytes,
    /// Measured peak, where the system tells it.
    pub actual_peak: Option<Bytes>,
}

/// The volume that a run wrote.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VolumeRecord {
    /// Where it is, relative to the output folder.
    pub path: PathBuf,
    /// `1/cm` or `1/pixel`.
    pub unit: String,
    /// SHA-256 over the SHA-256 (in hexadecimal) of each slice's attenuations as little-endian
    /// f32, whatever the store.
    pub sha256: String,
    /// Range, mean, and voxels outside the limits of the store.
    pub figures: serde_json::Value,
}

/// The noise map that a run wrote.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NoiseRecord {
    /// Where it is, relative to the output folder.
    pub path: PathBuf,
    /// `1/cm` or `1/pixel`.
    pub unit: String,
    /// Range and mean.
    pub figures: serde_json::Value,
}

/// Range and health of what passed a stage's gate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GateRecord {
    /// Counts and range.
    #[serde(flatten)]
    pub passed: Passed,
    /// Share of the values that were finite.
    pub finite_fraction: f64,
}

impl From<Passed> for GateRecord {
    fn from(passed: Passed) -> Self {
        Self { passed, finite_fraction: passed.finite_fraction() }
    }
}

/// The record of a run, written as `run.json`.
#[derive(Debug, Clone, Serialize)]
pub struct RunRecord {
    /// Which program.
    pub program: Program,
    /// How it ended.
    pub status: Status,
    /// When it began, in UTC.
    pub began: String,
    /// The recipe as completed.
    pub recipe: Recipe,
    /// The input files.
    pub inputs: Vec<Input>,
    /// What was understood of the scan.
    pub scan: serde_json::Value,
    /// The machine.
    pub machine: Machine,
    /// The plan.
    pub plan: Plan,
    /// Memory.
    pub memory: MemoryRecord,
    /// The method of reconstruction.
    pub method: MethodRecord,
    /// Seconds each stage took.
    pub seconds: BTreeMap<String, f64>,
    /// The rotation axis with its methods and residuals.
    pub axis: serde_json::Value,
    /// References and dose.
    pub references: serde_json::Value,
    /// Spots, dead pixels and clipped values, summed over the slabs.
    pub corrections: serde_json::Value,
    /// Cupping before and after the correction of beam hardening, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beam_hardening: Option<HardeningRecord>,
    /// Starved rays, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starvation: Option<StarvationRecord>,
    /// How good the scan is, in figures; null of a run that was stopped.
    pub quality: serde_json::Value,
    /// What passed each stage's gate.
    pub gates: BTreeMap<String, GateRecord>,
    /// The volume.
    pub volume: Option<VolumeRecord>,
    /// How iterations went, a slab each; empty of a method without.
    pub iterations: Vec<SlabIterations>,
    /// Its noise map, one standard deviation of each voxel.
    pub noise: Option<NoiseRecord>,
    /// Everything that a person should have read.
    pub warnings: Vec<String>,
    /// Figures beyond their limits: the run is done, and its result is in doubt.
    pub findings: Vec<String>,
}

impl RunRecord {
    /// Writes the record beside the volume.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), RunError> {
        write_json(&folder.join(RECORD), self)
    }
}

/// Writes a value as JSON: first beside its place, then renamed onto it.
///
/// # Errors
/// A folder that cannot be written.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), RunError> {
    let failed = |source| RunError::File { what: "cannot write", path: path.into(), source };
    let text = serde_json::to_string_pretty(value).map_err(|error| failed(error.into()))?;
    write_text(path, &(text + "\n"))
}

/// Writes a text: first beside its place, then renamed onto it.
///
/// # Errors
/// A folder that cannot be written.
pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), RunError> {
    let failed = |source| RunError::File { what: "cannot write", path: path.into(), source };
    write_whole(path, text.as_bytes()).map_err(failed)
}

/// A value as it stands in the record; what cannot be written as JSON becomes null.
pub(crate) fn as_json(value: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The present moment in UTC, as `2026-11-22T09:30:00Z`.
#[must_use]
pub(crate) fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    utc(seconds)
}

/// Seconds since 1970 as a date. Source: Hinnant 2014, "chrono-compatible low-level date algorithms".
fn utc(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}Z", second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utc_knows_leap_days() {
        assert_eq!(utc(0), "1970-01-01T00:00:00Z");
        assert_eq!(utc(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(utc(1_795_339_805), "2026-11-22T09:30:05Z");
    }

    #[test]
    fn hash_of_a_file_is_its_sha256() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        std::fs::write(&path, "abc").unwrap();
        let input = &hash_inputs(&[path]).unwrap()[0];
        assert_eq!(input.bytes, 3);
        assert!(input.sha256.starts_with("ba7816bf8f01cfea414140de5dae2223"));
    }
}
