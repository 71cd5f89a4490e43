//! Volumes as the command line names them: one, and its partner of the other beam. No science.

use std::path::Path;

use voltomo_pipeline::VolumeRequest;
use voltomo_types::Probe;

use crate::arguments::{Modality, VoxelSize};

/// The volumes: the first of the beam `modality`, its partner of the other one.
pub(super) fn volumes(
    (volume, size): (&Path, Option<VoxelSize>),
    (partner, partner_size): (Option<&Path>, Option<VoxelSize>),
    modality: Modality,
    per_cm: bool,
) -> Vec<VolumeRequest> {
    let (probe, other) = match modality {
        Modality::Xray => (Probe::Xray, Probe::Neutron),
        Modality::Neutron => (Probe::Neutron, Probe::Xray),
    };
    let request = |path: &Path, size: Option<VoxelSize>, probe| VolumeRequest {
        path: path.to_path_buf(),
        voxel_mm: size.map(|size| size.0),
        probe,
        is_attenuation: per_cm.then_some(true),
    };
    let mut volumes = vec![request(volume, size, probe)];
    volumes.extend(partner.map(|path| request(path, partner_size, other)));
    volumes
}
