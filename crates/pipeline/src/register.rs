//! From two volumes on disk to their registration on disk. Registers nothing itself.

use std::path::{Path, PathBuf};

use ndarray::Array3;
use serde::Serialize;
use voltomo_register::{Placement, RegisterSettings, Registration, resample_slab};
use voltomo_types::{Probe, Volume, VoxelGrid};

use crate::disk::check_disk;
use crate::error::RunError;
use crate::memory::Bytes;
use crate::provenance::write_json;
use crate::registered::RegisteredGrids;
use crate::store::{self, Content, Existing, StoreSettings, VolumeMetadata, disk_bytes};
use crate::unseen::warn_of;
use crate::volume_input::{VolumeInput, VolumeRequest};
use crate::watch::{Watch, refuse_cancelled};
use crate::whole_volumes::{Reading, check_memory, check_place, hold_place, is_same_file};

/// Name of the record of a registration.
pub(crate) const RECORD: &str = "registration.json";
/// Slices that are resampled at once.
const AT_ONCE: usize = 32;
/// What the registration takes beside the volumes, bytes.
const BESIDE: u64 = 1_500_000_000;

/// What is to be registered, and where the result goes.
#[derive(Debug, Clone)]
pub struct RegisterOptions {
    /// The neutron volume.
    pub neutron: VolumeRequest,
    /// The X-ray volume of the same cell.
    pub xray: VolumeRequest,
    /// How to register.
    pub settings: RegisterSettings,
    /// Whether the neutron volume is written on the voxels of the X-ray volume.
    pub is_resampled: bool,
    /// Folder for the result.
    pub out: PathBuf,
    /// Replace a result that is there.
    pub force: bool,
    /// Memory allowed.
    pub memory: Option<Bytes>,
}

/// What stands in `registration.json`.
#[derive(Debug, Clone, Serialize)]
pub struct RegistrationRecord {
    /// The program and its version.
    pub program: String,
    /// The neutron volume.
    pub neutron: String,
    /// The X-ray volume.
    pub xray: String,
    /// The voxels of both.
    pub grids: RegisteredGrids,
    /// The neutron volume on the voxels of the X-ray volume, where it was wanted.
    pub resampled: Option<Resampled>,
    /// How it was done.
    pub settings: RegisterSettings,
    /// What was found.
    #[serde(flatten)]
    pub registration: Registration,
}

/// The neutron volume on the voxels of the X-ray volume.
#[derive(Debug, Clone, Serialize)]
pub struct Resampled {
    /// Where it lies.
    pub path: PathBuf,
    /// Share of its voxels that the neutron volume reaches; the others hold 0.
    pub covered: f64,
}

/// Registers a neutron volume onto an X-ray volume, and writes `registration.json` when all is done.
/// Memory: both volumes, and 1.5 GB.
///
/// # Errors
/// Volumes that cannot be read, that do not fit together, or of which the result would not be sure.
pub fn register(
    options: &RegisterOptions,
    watch: &dyn Watch,
) -> Result<RegistrationRecord, RunError> {
    let open = |request: &VolumeRequest, probe| {
        VolumeInput::open(&VolumeRequest { probe, ..request.clone() })
    };
    let neutron = open(&options.neutron, Probe::Neutron)?;
    let xray = open(&options.xray, Probe::Xray)?;
    if is_same_file(neutron.path(), xray.path()) {
        return Err(RunError::SameBeam { path: xray.path().into() });
    }
    let _held = hold_place(&options.out)?;
    check_memory("the registration", needed(neutron.bytes() + xray.bytes()), options.memory)?;
    if options.is_resampled {
        let disk = disk_bytes(&StoreSettings::default(), xray.grid());
        check_disk("the resampled volume", Bytes(disk), &options.out)?;
    }
    check_place(&options.out, RECORD, options.force)?;
    let mut reading = Reading::begin(&[&neutron, &xray], &options.out, watch);
    let (moved, fixed) = (reading.read(&neutron)?, reading.read(&xray)?);
    reading.end();
    warn_of(&neutron, &moved, watch);
    warn_of(&xray, &fixed, watch);
    watch.begin_unwritten("register", 1);
    let found = voltomo_register::register(&moved, &fixed, &options.settings)?;
    watch.end();
    refuse_cancelled(watch, &options.out)?;
    let (grid, transform) = (fixed.grid, found.xray_from_neutron);
    drop(fixed);
    let placement = Placement { transform, deformation: found.deformation.as_ref() };
    let write = || write_resampled(&moved, (&grid, &placement), &options.out, watch);
    let resampled = options.is_resampled.then(write).transpose()?;
    let record = RegistrationRecord {
        program: concat!("voltomo ", env!("CARGO_PKG_VERSION")).into(),
        neutron: neutron.path().display().to_string(),
        xray: xray.path().display().to_string(),
        grids: RegisteredGrids { neutron: *neutron.grid(), xray: *xray.grid() },
        resampled,
        settings: options.settings.clone(),
        registration: found,
    };
    write_json(&options.out.join(RECORD), &record)?;
    Ok(record)
}

/// Memory that the registration of volumes of so many bytes takes.
pub(crate) fn needed(held: u64) -> Bytes {
    Bytes(held + BESIDE)
}

fn write_resampled(
    moved: &Volume,
    (grid, placement): (&VoxelGrid, &Placement<'_>),
    out: &Path,
    watch: &dyn Watch,
) -> Result<Resampled, RunError> {
    let metadata = VolumeMetadata {
        name: "neutron".into(),
        grid: *grid,
        content: Content::Attenuation,
        provenance: serde_json::json!({ "registered_by": RECORD }),
    };
    let settings = StoreSettings::default();
    let mut store = store::create_at_once(out, &settings, &metadata, Existing::Replace)?;
    let depth = grid.shape[0];
    watch.begin("resample", depth);
    let mut held = 0_usize;
    for from in (0..depth).step_by(AT_ONCE) {
        let z = from..(from + AT_ONCE).min(depth);
        let mut slab: Array3<f32> = resample_slab(moved, grid, placement, z.clone());
        held += slab.iter().filter(|value| value.is_finite()).count();
        slab.par_mapv_inplace(|value| if value.is_finite() { value } else { 0.0 });
        refuse_cancelled(watch, out)?;
        store.write_slab(z.clone(), slab.view())?;
        watch.advance(z.end);
    }
    watch.end();
    let stored = store.finish(false)?;
    Ok(Resampled { path: stored.path, covered: held as f64 / grid.voxel_count() as f64 })
}

impl RegistrationRecord {
    /// What a person wants to know at once.
    #[must_use]
    pub fn lines(&self, out: &Path) -> Vec<String> {
        let found = &self.registration;
        let error = &found.target_error;
        let mut lines = vec![
            format!(
                "target error  {:.4} mm (root mean square), {:.4} mm at the worst place",
                error.rms_mm, error.largest_mm
            ),
            format!(
                "about axis    ± {:.3}° (one standard deviation); along it ± {:.4} mm",
                error.turn_about_axis_deg, error.along_axis_mm
            ),
            format!("score         {:.3} of the neutron volume's variance explained", found.score),
            format!("scale         {:.5} ± {:.5}", found.scale, found.scale_sigma),
            format!("overlap       {:.0} % of the smaller of the two", 100.0 * found.overlap),
        ];
        if let Some(second) = &found.runner_up {
            lines.push(format!(
                "next best     {:.1} standard deviations worse: turned by {:.1}°, {:.2} mm away",
                second.margin, second.turn_deg, second.shift_mm
            ));
        }
        let least = self.settings.least_margin;
        if let Some(margin) = found.mirror_margin.filter(|margin| *margin < least) {
            lines.push(format!(
                "WARNING       the mirrored neutron volume fits about as well ({margin:+.1} standard \
                 deviations of {least} that would tell): nothing tells the sense of rotation"
            ));
        }
        if let Some(resampled) = &self.resampled {
            let covered = 100.0 * resampled.covered;
            let path = resampled.path.display();
            lines.push(format!("volume        {path} ({covered:.0} % reached, 0 elsewhere)"));
        }
        lines.push(format!("record        {}", out.join(RECORD).display()));
        lines
    }
}
