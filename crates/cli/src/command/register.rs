//! `voltomo register`. No science.

use voltomo_pipeline::{self as pipeline, RegisterOptions, RegisterSettings, VolumeRequest};
use voltomo_types::Probe;

use super::screen::{print_lines, use_threads};
use crate::{
    arguments::{Model, RegisterArguments, VoxelSize},
    progress::Console,
};

/// Registers a neutron volume onto an X-ray volume.
pub(crate) fn register(arguments: &RegisterArguments) -> Result<(), String> {
    use_threads(&arguments.machine)?;
    let request = |path: &std::path::Path, size: Option<VoxelSize>, probe| VolumeRequest {
        path: path.to_path_buf(),
        voxel_mm: size.map(|size| size.0),
        probe,
        is_attenuation: None,
    };
    let options = RegisterOptions {
        neutron: request(&arguments.neutron, arguments.neutron_voxel_mm, Probe::Neutron),
        xray: request(&arguments.xray, arguments.xray_voxel_mm, Probe::Xray),
        settings: RegisterSettings {
            model: match arguments.model {
                Model::Rigid => pipeline::Model::Rigid,
                Model::Affine => pipeline::Model::Affine,
                Model::Deformable => pipeline::Model::Deformable,
            },
            neutron_blur_mm: arguments.neutron_blur_mm,
            ..RegisterSettings::default()
        },
        is_resampled: arguments.resample,
        out: arguments.out.clone(),
        force: arguments.force,
        memory: arguments.machine.memory,
    };
    let record =
        pipeline::register(&options, &Console::listening()?).map_err(|error| error.to_string())?;
    print_lines(&record.lines(&options.out))
}
