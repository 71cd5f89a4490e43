//! A volume made ready for pictures from any side. Knows no files.

use std::collections::BTreeMap;

use ndarray::ArrayView3;
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;
use voltomo_types::VoxelGrid;

use super::attenuation::{Attenuation, LitAttenuation};
use super::blocks::{Blocks, Pyramid};
use super::camera::{Camera, Subject, Viewer};
use super::captions;
use super::cut::Cuts;
use super::labels::{LabelField, LitLabels};
use super::light::Light;
use super::medium::Medium;
use super::style::RenderStyle;
use super::trace::{View, byte};
use super::transfer::TransferFunction;
use super::triad;
use crate::ShowError;
use crate::picture::{Picture, Side, Surround, label_colour};

/// Part of the colours' range that a slope must have, per voxel, to count as a surface.
const FLAT: f64 = 0.025;

/// Attenuation to be rendered.
#[derive(Debug, Clone, Copy)]
pub struct VolumeToRender<'a> {
    /// µ, `[z, y, x]`, in the grid's unit of attenuation (1/cm). What is not finite is transparent.
    pub attenuation: ArrayView3<'a, f32>,
    /// Where the voxels are.
    pub grid: VoxelGrid,
}

/// Labels to be rendered.
#[derive(Debug, Clone, Copy)]
pub struct LabelsToRender<'a> {
    /// A label a voxel, `[z, y, x]`.
    pub labels: ArrayView3<'a, u8>,
    /// Where the voxels are.
    pub grid: VoxelGrid,
    /// What the labels stand for, for the legend.
    pub names: &'a BTreeMap<usize, String>,
}

/// Bytes that rendering a volume takes beside the volume itself, which must lie in standard order
/// (`[z, y, x]`, x fastest): another order costs a copy.
#[must_use]
pub fn working_bytes(shape: [usize; 3], size: [usize; 2]) -> u64 {
    let pixels = size.iter().fold(1_u64, |all, side| all.saturating_mul(*side as u64));
    // Colours twice as floats, the image and the picture as bytes; tables and the sample of the
    // histogram.
    pixels.saturating_mul(2 * 12 + 2 * 3).saturating_add(Pyramid::bytes(shape) + (3 << 20))
}

enum Content<'a> {
    Attenuation { field: Box<Attenuation<'a>>, transfer: TransferFunction },
    Labels { field: Box<LabelField<'a>>, legend: Vec<([u8; 3], String)> },
}

/// A volume made ready for pictures: where it is empty, and how opaque at large.
pub struct Renderer<'a> {
    content: Content<'a>,
    pub(super) blocks: Blocks,
    pyramid: Pyramid,
    cuts: Cuts,
    subject: Subject,
    grid: VoxelGrid,
    style: RenderStyle,
}

impl<'a> Renderer<'a> {
    /// Attenuation, made ready.
    ///
    /// # Errors
    /// A volume without voxels or without a finite number, a grid of another shape, or a setting
    /// that cannot be used.
    pub fn of_volume(volume: &VolumeToRender<'a>, style: &RenderStyle) -> Result<Self, ShowError> {
        style.checked()?;
        check_shape(volume.attenuation.shape(), &volume.grid)?;
        if !volume.attenuation.iter().any(|value| value.is_finite()) {
            let found = "no finite number in this volume".into();
            let expected = "attenuation coefficients; look at the reconstruction".into();
            return Err(ShowError::Volume { found, expected });
        }
        let choice = (style.probe, style.colour_map);
        let preset = || TransferFunction::preset(volume.attenuation, volume.grid.voxel, choice);
        let nothing = || ShowError::Volume {
            found: "no histogram of this volume".into(),
            expected: "a transfer function in `transfer`".into(),
        };
        let transfer = style.transfer.clone().or_else(preset).ok_or_else(nothing)?;
        let tables = transfer.tables(volume.grid.voxel);
        let field = Box::new(Attenuation::new(volume.attenuation, tables));
        let blocks = Blocks::of(field.as_ref());
        let finest = Pyramid::of(field.as_ref(), &blocks);
        let content = Content::Attenuation { field, transfer };
        Ok(Self::assembled(content, (blocks, finest), volume.grid, style))
    }

    /// Labels, made ready.
    ///
    /// # Errors
    /// A volume without voxels, a grid of another shape, or a setting that cannot be used.
    pub fn of_labels(labels: &LabelsToRender<'a>, style: &RenderStyle) -> Result<Self, ShowError> {
        style.checked()?;
        check_shape(labels.labels.shape(), &labels.grid)?;
        let opacity = std::array::from_fn(|label| {
            let unnamed = if label == 0 { 0.0 } else { 1.0 };
            let key = u8::try_from(label).unwrap_or_default();
            to_f32(style.label_opacity.get(&key).copied().unwrap_or(unnamed))
        });
        let mut is_there = [false; 256];
        labels.labels.iter().for_each(|label| is_there[usize::from(*label)] = true);
        let shown = (0..256_usize).filter(|label| is_there[*label] && opacity[*label] > 0.0);
        let named = shown.map(|label| {
            let name = labels.names.get(&label).cloned();
            (label_colour(label), name.unwrap_or_else(|| format!("label {label}")))
        });
        let field = Box::new(LabelField::new(labels.labels, opacity));
        let blocks = Blocks::of(field.as_ref());
        let finest = Pyramid::of(field.as_ref(), &blocks);
        let content = Content::Labels { field, legend: named.collect() };
        Ok(Self::assembled(content, (blocks, finest), labels.grid, style))
    }

    fn assembled(
        content: Content<'a>,
        (blocks, finest): (Blocks, Pyramid),
        grid: VoxelGrid,
        style: &RenderStyle,
    ) -> Self {
        let cuts = Cuts::new(&style.cuts, &grid);
        let voxels = finest.subject(grid.shape);
        let pyramid = finest.without(&cuts);
        let subject = Subject {
            middle: std::array::from_fn(|axis| grid.first[axis] + voxels.middle[axis] * grid.voxel),
            radius: voxels.radius * grid.voxel,
            half_height: voxels.half_height * grid.voxel,
        };
        Self { content, blocks, pyramid, cuts, subject, grid, style: style.clone() }
    }

    pub(super) fn viewer(&self) -> Viewer {
        Viewer::new(&self.style.camera, self.subject)
    }

    /// The same volume from another azimuth.
    pub fn turn_to(&mut self, azimuth_degrees: f64) {
        self.style.camera.azimuth_degrees = azimuth_degrees;
    }

    /// The camera as it stands.
    #[must_use]
    pub fn camera(&self) -> &Camera {
        &self.style.camera
    }

    /// Edge of a pixel in the grid's unit; in a perspective at the distance of the target.
    #[must_use]
    pub fn pixel_size(&self) -> f64 {
        self.viewer().pixel_size
    }

    /// Where on [`Self::image`] a point (`[z, y, x]` in the grid's unit) is seen, in pixels from
    /// its top left corner; `None` behind the camera.
    #[must_use]
    pub fn project(&self, point: [f64; 3]) -> Option<[f64; 2]> {
        self.viewer().project(point)
    }

    /// Colours and opacities of the attenuation; `None` of labels.
    #[must_use]
    pub fn transfer(&self) -> Option<&TransferFunction> {
        match &self.content {
            Content::Attenuation { transfer, .. } => Some(transfer),
            Content::Labels { .. } => None,
        }
    }

    /// The rendered volume alone. Takes [`working_bytes`]; the same bits for any number of threads.
    #[must_use]
    pub fn image(&self) -> Picture {
        let viewer = self.viewer();
        let light = Light::new(&self.style.shading, &viewer);
        let step = to_f32(self.style.step);
        let (blocks, pyramid) = (&self.blocks, &self.pyramid);
        match &self.content {
            Content::Attenuation { field, transfer } => {
                let [low, high] = transfer.colour_limits;
                let flat = to_f32(FLAT * (high - low));
                let medium = LitAttenuation {
                    values: field.lattice(),
                    tables: &field.tables,
                    shape: self.grid.shape,
                    blocks,
                    pyramid,
                    light,
                    step,
                    flat,
                    has_faces: self.style.has_faces,
                };
                self.traced(&medium, &viewer)
            }
            Content::Labels { field, .. } => {
                self.traced(&LitLabels { field, blocks, pyramid, light, step }, &viewer)
            }
        }
    }

    fn traced(&self, medium: &impl Medium, viewer: &Viewer) -> Picture {
        let view = View {
            medium,
            viewer,
            cuts: &self.cuts,
            grid: &self.grid,
            background: self.style.background.map(|level| f32::from(level) / 255.0),
            fineness: self.style.anti_aliasing,
            size: self.style.camera.size,
        };
        let pixels = view.pixels().into_par_iter().map(|colour| colour.map(byte)).collect();
        Picture::of_pixels(self.style.camera.size, pixels)
    }

    /// The rendered volume with title, colour bar or legend, scale bar, axes and captions.
    #[must_use]
    pub fn picture(&self) -> Picture {
        let mut image = self.image();
        let viewer = self.viewer();
        if self.style.show_axes {
            triad::draw(&mut image, &viewer);
        }
        let captions = self.style.captions.iter();
        let seen = captions.filter_map(|it| Some((viewer.project(it.at)?, it.text.as_str())));
        captions::draw(&mut image, &seen.collect::<Vec<_>>());
        let side = match &self.content {
            Content::Attenuation { transfer, .. } => Side::Bar {
                map: transfer.colour_map,
                limits: transfer.colour_limits,
                quantity: self.style.quantity.clone().unwrap_or_else(|| {
                    format!("attenuation in {}", self.grid.attenuation_unit().symbol())
                }),
            },
            Content::Labels { legend, .. } => Side::Legend(legend.clone()),
        };
        let note = match self.style.camera.projection {
            super::camera::Projection::Orthographic => "",
            super::camera::Projection::Perspective { .. } => "at the distance of the middle",
        };
        let surround = Surround {
            title: &self.style.title,
            side,
            pixel_size: viewer.pixel_size,
            unit: self.grid.unit,
            note,
        };
        surround.about(&image)
    }
}

/// The attenuation of a volume as a picture with title, colour bar, scale bar, axes and captions.
///
/// # Errors
/// As [`Renderer::of_volume`].
pub fn render(volume: &VolumeToRender, style: &RenderStyle) -> Result<Picture, ShowError> {
    Ok(Renderer::of_volume(volume, style)?.picture())
}

/// The labels of a volume as a picture of their surfaces, with a legend.
///
/// # Errors
/// As [`Renderer::of_labels`].
pub fn render_labels(labels: &LabelsToRender, style: &RenderStyle) -> Result<Picture, ShowError> {
    Ok(Renderer::of_labels(labels, style)?.picture())
}

fn check_shape(found: &[usize], grid: &VoxelGrid) -> Result<(), ShowError> {
    if found.contains(&0) {
        let expected = "at least one voxel along each axis".into();
        return Err(ShowError::Volume { found: format!("a volume of {found:?} voxels"), expected });
    }
    if found != grid.shape {
        let found = format!("a volume of {found:?} voxels with a grid of {:?}", grid.shape);
        return Err(ShowError::Volume { found, expected: "the grid of this volume".into() });
    }
    let is_placed = grid.first.iter().all(|part| part.is_finite());
    if !(grid.voxel > 0.0 && grid.voxel.is_finite() && is_placed) {
        let found = format!("voxels of an edge of {} at {:?}", grid.voxel, grid.first);
        let expected = "an edge above 0 at finite coordinates".into();
        return Err(ShowError::Volume { found, expected });
    }
    Ok(())
}
