//! One slice from the even and from the odd radiographs: what both show is the sample, what they
//! do not share is noise. Writes nothing.

use ndarray::{Array3, ArrayView2, Axis, Slice, s};
use serde::Serialize;
use voltomo_correct::Block;
use voltomo_numeric::{shell_correlation::shell_correlation, statistics::Summary, threshold::otsu};
use voltomo_reconstruct::{Method, Projections, ReconstructSettings, choose};
use voltomo_types::{ConeGeometry, Geometry, ParallelGeometry};

use crate::{bands::CorrectedBands, error::RunError, prepare::Prepared, recipe::Recipe};

/// What a slice is worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SliceQuality {
    /// Which slice: the middle one.
    pub slice: usize,
    /// Method of both halves.
    pub method: &'static str,
    /// Smallest detail that stands out of the noise, half a period at the frequency where the ring
    /// correlation of the halves falls below half a bit, in voxels; `None` where it never does, so
    /// that the voxels, not the noise, end it.
    pub resolution_voxels: Option<f64>,
    /// The same in the unit of the voxels.
    pub resolution: Option<f64>,
    /// Mean µ of the sample (above the threshold that parts the slice best) and beside it.
    pub attenuation: [f64; 2],
    /// Standard deviation of a voxel's noise in the sample, in units of µ.
    pub noise: f64,
    /// Difference of the two means over the noise.
    pub contrast_to_noise: f64,
    /// Edge of a voxel, and its unit.
    pub voxel: (f64, &'static str),
}

impl SliceQuality {
    pub(super) fn lines(&self) -> Vec<String> {
        let (voxel, unit) = self.voxel;
        let resolution = match (self.resolution_voxels, self.resolution) {
            (Some(voxels), Some(length)) => format!("{voxels:.2} voxels = {length:.4} {unit}"),
            _ => format!("ended by the voxels ({voxel:.4} {unit}), not by noise"),
        };
        let [sample, beside] = self.attenuation;
        vec![
            format!(
                "  ring correlation     {resolution} (half a period at half a bit, slice {}, {})",
                self.slice, self.method
            ),
            format!(
                "  contrast to noise    {:.1}: {sample:.4} beside {beside:.4}, noise {:.4} a voxel",
                self.contrast_to_noise, self.noise
            ),
        ]
    }
}

/// The middle slice from both halves of the radiographs; `None` where it is even, or where half of
/// the views are too few directions for a direct method.
///
/// # Errors
/// Radiographs that cannot be read or mended.
pub(super) fn slice(
    bands: &CorrectedBands<'_>,
    prepared: &Prepared,
    recipe: &Recipe,
) -> Result<Option<SliceQuality>, RunError> {
    if prepared.geometry.view_count() < 8 {
        return Ok(None);
    }
    let settings = ReconstructSettings {
        method: direct(recipe.reconstruct.method),
        noise_map: false,
        ..recipe.reconstruct.clone()
    };
    let middle = prepared.grid.shape[0] / 2;
    let [even, odd] = [0, 1].map(|first| half(bands, (prepared, &settings), (middle, first)));
    let (Some(even), Some(odd)) = (even?, odd?) else { return Ok(None) };
    let halves = [square(even), square(odd)];
    let correlation = shell_correlation(halves[0].view(), halves[1].view());
    let resolution_voxels = correlation.half_bit_frequency().map(|frequency| 0.5 / frequency);
    let views = [0, 1].map(|half| halves[half].index_axis(Axis(0), 0));
    let Some(contrast) = Contrast::of(views) else { return Ok(None) };
    let grid = &prepared.grid;
    Ok(Some(SliceQuality {
        slice: middle,
        method: choose(&prepared.geometry, &settings).method.name(),
        resolution_voxels,
        resolution: resolution_voxels.map(|voxels| voxels * grid.voxel),
        attenuation: [contrast.sample, contrast.beside],
        noise: contrast.noise,
        contrast_to_noise: (contrast.sample - contrast.beside) / contrast.noise,
        voxel: (grid.voxel, grid.unit.symbol()),
    }))
}

/// A direct method: what the iterative ones make of half the radiographs is no half of the slice.
fn direct(method: Method) -> Method {
    match method {
        Method::Fbp | Method::Fourier | Method::Fdk => method,
        _ => Method::Auto,
    }
}

/// The slice from every second radiograph, where these make one.
fn half(
    bands: &CorrectedBands<'_>,
    (prepared, settings): (&Prepared, &ReconstructSettings),
    (z, first): (usize, usize),
) -> Result<Option<Array3<f32>>, RunError> {
    let geometry = every_second(&prepared.geometry, first);
    let shape = bands.survey.shape();
    let frame = (shape.rows, shape.columns);
    let Ok(method) = voltomo_reconstruct::prepare(&geometry, frame, &prepared.grid, settings)
    else {
        return Ok(None);
    };
    let rows = method.rows_needed(z..z + 1);
    let block = Block { frames: 0..shape.frames, rows: rows.clone() };
    let corrected = bands.block(block)?.line_integrals;
    let chosen = corrected.slice_axis(Axis(0), Slice::new(first.cast_signed(), None, 2)).to_owned();
    Ok(Some(method.reconstruct(Projections::new(chosen.view(), rows.start), z..z + 1, &())?))
}

fn every_second(geometry: &Geometry, first: usize) -> Geometry {
    match geometry {
        Geometry::Parallel(parallel) => Geometry::Parallel(ParallelGeometry {
            angles: parallel.angles.iter().copied().skip(first).step_by(2).collect(),
            ..parallel.clone()
        }),
        Geometry::Cone(cone) => Geometry::Cone(ConeGeometry {
            views: cone.views.iter().copied().skip(first).step_by(2).collect(),
            ..cone.clone()
        }),
    }
}

/// The square in the circle that all rays cross.
fn square(slice: Array3<f32>) -> Array3<f32> {
    let (_, rows, columns) = slice.dim();
    let edge = (rows.min(columns) * 7 / 10).max(1);
    let (top, left) = ((rows - edge) / 2, (columns - edge) / 2);
    slice.slice(s![.., top..top + edge, left..left + edge]).to_owned()
}

/// The sample and what is beside it in a slice.
struct Contrast {
    sample: f64,
    beside: f64,
    noise: f64,
}

impl Contrast {
    fn of([even, odd]: [ArrayView2<'_, f32>; 2]) -> Option<Self> {
        let means: Vec<f32> = even.iter().zip(odd).map(|(a, b)| f32::midpoint(*a, *b)).collect();
        let threshold = otsu(means.iter().copied())?;
        let (mut sample, mut beside, mut noise) = (Vec::new(), Vec::new(), Vec::new());
        for ((a, b), mean) in even.iter().zip(odd).zip(means) {
            if mean < threshold {
                beside.push(mean);
            } else {
                sample.push(mean);
                noise.push(0.5 * (a - b));
            }
        }
        let mean = |values: &[f32]| Summary::of(values).mean();
        let squares: f64 = noise.iter().map(|value| f64::from(*value).powi(2)).sum();
        let noise = (squares / noise.len() as f64).sqrt();
        let found = Self { sample: mean(&sample)?, beside: mean(&beside)?, noise };
        (noise > 0.0).then_some(found)
    }
}
