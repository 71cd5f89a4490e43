//! `voltomo compare`. No science.

use voltomo_pipeline::{CompareOptions, CompareSettings, VolumeRequest};
use voltomo_types::Probe;

use super::screen::{print_lines, use_threads};
use crate::{
    arguments::{CompareArguments, Modality},
    progress::Console,
};

/// Finds what differs between two volumes.
pub(crate) fn compare(arguments: &CompareArguments) -> Result<(), String> {
    use_threads(&arguments.machine)?;
    if !(arguments.sigmas.is_finite() && arguments.sigmas > 0.0) {
        return Err(format!("`--sigmas` is {}; expected a number above 0", arguments.sigmas));
    }
    let request = |path: &std::path::Path| VolumeRequest {
        path: path.to_path_buf(),
        voxel_mm: arguments.voxel_mm.map(|size| size.0),
        probe: match arguments.modality {
            Modality::Xray => Probe::Xray,
            Modality::Neutron => Probe::Neutron,
        },
        is_attenuation: arguments.per_cm.then_some(true),
    };
    let options = CompareOptions {
        volumes: [request(&arguments.first), request(&arguments.second)],
        first_from_second: None,
        settings: CompareSettings {
            sigmas: arguments.sigmas,
            rescale: !arguments.absolute,
            ..CompareSettings::default()
        },
        out: arguments.out.clone(),
        force: arguments.force,
        memory: arguments.machine.memory,
    };
    let record = voltomo_pipeline::compare(&options, &Console::listening()?)
        .map_err(|error| error.to_string())?;
    print_lines(&record.lines(&options.out))
}
