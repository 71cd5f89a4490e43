//! One or two attenuation coefficients a voxel to one material a voxel, with a confidence. Knows no
//! cell.
