//! Volumes as solid bodies in their light: rays through voxels, cut open where it helps. Knows no
//! tomography.

mod attenuation;
mod blocks;
mod camera;
mod captions;
mod cut;
mod histogram;
mod labels;
mod lattice;
mod light;
mod medium;
#[cfg(test)]
mod reference;
mod renderer;
mod strokes;
mod style;
#[cfg(test)]
mod tests;
mod trace;
mod transfer;
mod triad;
mod turntable;
mod vector;

pub use camera::{Camera, Projection};
pub use cut::Cut;
pub use light::Shading;
pub use renderer::{
    LabelsToRender, Renderer, VolumeToRender, render, render_labels, working_bytes,
};
pub use style::{Caption, RenderStyle};
pub use transfer::{ControlPoint, TransferFunction};
pub use turntable::{Turntable, turntable, write_turntable};
