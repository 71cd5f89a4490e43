//! `voltomo render`. No science.

use voltomo_pipeline::{RenderOptions, VolumeRequest, render_volume};
use voltomo_types::Probe;

use super::{
    screen::{print_lines, use_threads},
    show::colours,
};
use crate::{
    arguments::{Modality, RenderArguments},
    progress::Console,
};

/// Draws a volume in its light.
pub(crate) fn render(arguments: &RenderArguments) -> Result<(), String> {
    use_threads(&arguments.machine)?;
    let probe = match arguments.modality {
        Modality::Xray => Probe::Xray,
        Modality::Neutron => Probe::Neutron,
    };
    let options = RenderOptions {
        volume: VolumeRequest {
            path: arguments.volume.clone(),
            voxel_mm: arguments.voxel_mm.map(|size| size.0),
            probe,
            is_attenuation: None,
        },
        view_degrees: [arguments.azimuth, arguments.elevation],
        is_upside_down: arguments.upside_down,
        zoom: arguments.zoom,
        wedge_degrees: arguments.wedge.map(|wedge| wedge.0.map(f64::from)),
        cut_above_mm: arguments.cut_above,
        colours: colours(arguments.colours),
        size: arguments.size.0,
        turntable: arguments.turntable,
        out: arguments.out.clone(),
        memory: arguments.machine.memory,
    };
    let lines =
        render_volume(&options, &Console::listening()?).map_err(|error| error.to_string())?;
    print_lines(&lines)
}
