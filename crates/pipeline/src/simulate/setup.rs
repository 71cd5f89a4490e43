//! The cell and the instrument that a simulation asks for. Renders nothing.

use serde_json::{Value, json};
use voltomo_acquire::simulate::{
    cell::{Cell, CellFile, random_defects},
    instrument::{Profile, Twin},
    material::Library,
    shape::Scene,
};
use voltomo_types::Probe;

use super::{
    error::SimulateError,
    request::{ScanFormat, SimulateOptions},
};
use crate::memory::Bytes;
use crate::provenance::{Program, as_json};

/// What is simulated.
pub(crate) struct Setup {
    pub(super) cell: Cell,
    /// The instrument, its preset written in.
    pub(super) profile: Profile,
    pub(super) format: ScanFormat,
    seed: u64,
    /// What decides the bits of every file.
    pub(super) identity: Value,
}

impl Setup {
    /// Reads cell and instrument.
    pub(crate) fn read(options: &SimulateOptions) -> Result<Self, SimulateError> {
        let file = CellFile::read(&options.cell)?;
        let drawn = random_defects(&file, options.random_defects, options.seed)?;
        let cell = Cell::build(&file, &drawn, &Library::standard())?;
        let found = cell.substances().len();
        if found > 255 {
            return Err(SimulateError::Materials { found });
        }
        let profile =
            Profile::named(&options.instrument)?.with_preset(options.preset.as_deref())?;
        let profile = if options.noise_free { profile.without_noise() } else { profile };
        let format = options.format.unwrap_or(match profile.probe {
            Probe::Neutron => ScanFormat::Tiff,
            Probe::Xray => ScanFormat::Nexus,
        });
        let identity = json!({
            "program": Program::this(),
            "cell": cell_json(&file),
            "random_defects": options.random_defects,
            "instrument": as_json(&profile),
            "preset": options.preset,
            "noise_free": options.noise_free,
            "seed": options.seed,
            "format": as_json(&format),
            "truth": options.truth,
        });
        Ok(Self { cell, profile, format, seed: options.seed, identity })
    }

    /// The cell's solids.
    pub(crate) fn scene(&self) -> &Scene {
        &self.cell.scene
    }

    /// The cell in the instrument.
    ///
    /// # Errors
    /// A detector larger than the memory allows, before any of it is made; what [`Twin::new`] says.
    pub(super) fn twin(&self, budget: Bytes) -> Result<Twin<'_>, SimulateError> {
        let needed = Bytes(Twin::least_memory(&self.profile));
        if needed > budget {
            let what = "rendering one frame";
            return Err(SimulateError::Budget { what, needed, budget });
        }
        Ok(Twin::new(&self.cell.scene, &self.profile, None, self.seed)?)
    }
}

/// The cell's file as it was understood.
fn cell_json(file: &CellFile) -> Value {
    match file {
        CellFile::Cylindrical(file) => as_json(file),
        CellFile::Coin(file) => as_json(file),
    }
}
