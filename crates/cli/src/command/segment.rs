//! `voltomo segment`. No science.

use voltomo_pipeline::{Registered, SegmentOptions, SegmentSettings};

use super::{
    screen::{print_lines, use_threads},
    volumes::volumes,
};
use crate::{arguments::SegmentArguments, progress::Console};

/// Gives each voxel a material.
pub(crate) fn segment(arguments: &SegmentArguments) -> Result<(), String> {
    use_threads(&arguments.machine)?;
    let transform = arguments.transform.as_deref().map(Registered::read).transpose();
    let options = SegmentOptions {
        volumes: volumes(
            (&arguments.volume, arguments.voxel_mm),
            (arguments.partner.as_deref(), arguments.partner_voxel_mm),
            arguments.modality,
            arguments.per_cm,
        ),
        xray_from_neutron: transform.map_err(|error| error.to_string())?,
        settings: SegmentSettings { smoothing: arguments.smoothing, ..SegmentSettings::default() },
        out: arguments.out.clone(),
        force: arguments.force,
        memory: arguments.machine.memory,
    };
    let record = voltomo_pipeline::segment(&options, &Console::listening()?)
        .map_err(|error| error.to_string())?;
    print_lines(&record.lines(&options.out))
}
