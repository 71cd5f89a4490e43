//! What an iteration starts from. Iterates nothing.

use voltomo_types::{Geometry, VoxelGrid};

use super::extended_rows::Extension;
use crate::{
    Fbp, Fdk, Method, ReconstructError, ReconstructSettings, Reconstruction, Start, Window,
};

/// The filtered back-projection that an iteration starts from.
#[derive(Debug)]
pub(super) struct Beginning {
    pub(super) filtered: Box<dyn Reconstruction>,
    /// How rows go on for it.
    pub(super) beyond: Extension,
}

/// Whether an iteration starts from the filtered back-projection.
pub(crate) fn starts_filtered(method: Method, start: Start) -> bool {
    match start {
        Start::Zero | Start::Coarser => false,
        Start::Filtered => true,
        Start::Auto => has_total_variation(method),
    }
}

/// The filtered back-projection that the beam has.
pub(super) fn filtered_start(
    geometry: &Geometry,
    (frame_shape, grid): ((usize, usize), &VoxelGrid),
    (beyond, settings): (Extension, &ReconstructSettings),
) -> Result<Beginning, ReconstructError> {
    let mut settings = settings.clone();
    let (geometry, shape) = (beyond.of_geometry(geometry), (frame_shape.0, beyond.width()));
    if beyond.width() > frame_shape.1 {
        settings.circular_mask = false;
        if !has_total_variation(settings.method) {
            // Only what is slow is to be known beforehand, and no noise.
            (settings.window, settings.cutoff) = (Window::Hann, 0.25);
        }
    }
    let filtered: Box<dyn Reconstruction> = match &geometry {
        Geometry::Parallel(beam) => Box::new(Fbp::new(beam, shape, grid, &settings)?),
        Geometry::Cone(beam) => Box::new(Fdk::new(beam, shape, grid, &settings)?),
    };
    Ok(Beginning { filtered, beyond })
}

/// Whether a method comes slowly to what lies beside the frame, so that it begins with an estimate
/// of that: few rays cross it.
pub(super) fn is_slow_beyond_the_frame(method: Method, start: Start) -> bool {
    let is_stepping = !matches!(method, Method::MrFbp | Method::SirtFbp);
    is_stepping && start == Start::Auto
}

/// Whether a method ties neighbouring voxels together.
pub(super) fn has_total_variation(method: Method) -> bool {
    matches!(method, Method::FistaTv | Method::PdhgTv)
}
