//! Projector of a cone beam. Knows no files.

use ndarray::{ArrayView3, ArrayViewMut3};
use voltomo_types::{ConeGeometry, ConeView, VoxelGrid};

use super::{
    Projector, check_call, check_shapes,
    parallel::available,
    space::{Pixel, Rays, Space},
};
use crate::{
    ReconstructError,
    kernel::{
        backproject::Processor,
        project::{Sheaf, Walk},
    },
};

/// Rays of a cone beam by Joseph's method, any source and any flat detector a view.
///
/// A ray walks the planes of one y or of one x: those that the ray in the middle of its detector
/// column crosses more nearly at right angles. It is sampled once a plane, so rays that rise by
/// more than 45° against the slices are sampled less often than once a voxel. A pixel that is, at
/// the middle of the volume, more than a tenth larger than a voxel takes the mean of several rays.
///
/// Source: Joseph 1982, doi:10.1109/TMI.1982.4307572.
#[derive(Debug)]
pub struct ConeProjector {
    volume_shape: [usize; 3],
    frame_shape: (usize, usize),
    space: Space,
    processor: Processor,
}

impl ConeProjector {
    /// A projector of the `geometry`, its frames of `frame_shape` = (rows, columns), onto `grid`.
    ///
    /// Errors: no pixels, no voxels, a grid that is not in mm, a source that is not before the whole
    /// volume as seen from the detector. Memory: a few kilobytes a view; a call takes room for a
    /// copy of its projections, which is kept for the next call, and three quarters of a megabyte a thread.
    pub fn new(
        geometry: &ConeGeometry,
        frame_shape: (usize, usize),
        grid: &VoxelGrid,
    ) -> Result<Self, ReconstructError> {
        check_shapes(grid, frame_shape)?;
        if grid.unit != voltomo_types::LengthUnit::Millimetre {
            return Err(ReconstructError::ConeGridUnit);
        }
        let mut pixel = Pixel::default();
        let mut views = Vec::with_capacity(geometry.views.len());
        for (index, view) in geometry.views.iter().enumerate() {
            let view = in_voxels(view, grid);
            let depth = middle_depth(&view, grid);
            let depth = depth.ok_or(ReconstructError::ConeGeometry { view: index })?;
            let scale = depth * geometry.frame.bin as f64;
            for (k, edge) in [view.along_rows, view.along_columns].into_iter().enumerate() {
                pixel.size[k] = pixel.size[k].max(length(edge) * scale);
                pixel.rise[k] = pixel.rise[k].max(edge[0].abs() * scale);
            }
            views.push(view);
        }
        let rays = Rays::new(&geometry.frame, frame_shape, pixel);
        let views = views.iter().map(|view| sheaves(view, &rays)).collect();
        Ok(Self {
            volume_shape: grid.shape,
            frame_shape,
            space: Space::new(views, rays, grid),
            processor: Processor::found(),
        })
    }

    /// The same with other instructions, where the machine has them; for comparisons.
    #[must_use]
    pub fn on(mut self, processor: Processor) -> Self {
        self.processor = available(processor);
        self
    }
}

fn length(vector: [f64; 3]) -> f64 {
    vector.iter().map(|part| part * part).sum::<f64>().sqrt()
}

/// The view with lengths in voxels, from the first voxel.
fn in_voxels(view: &ConeView, grid: &VoxelGrid) -> ConeView {
    let point = |point: [f64; 3]| std::array::from_fn(|k| (point[k] - grid.first[k]) / grid.voxel);
    let vector = |vector: [f64; 3]| vector.map(|part| part / grid.voxel);
    ConeView {
        source: point(view.source),
        origin: point(view.origin),
        along_rows: vector(view.along_rows),
        along_columns: vector(view.along_columns),
        ..*view
    }
}

/// Depth of the middle of the volume, 1 on the detector; `None` where a part of the volume is not
/// before the source, or the view holds what is no number.
fn middle_depth(view: &ConeView, grid: &VoxelGrid) -> Option<f64> {
    let depth = |place: [f64; 3]| {
        let toward = std::array::from_fn(|k| place[k] - view.source[k]);
        view.pixel_of(toward).map(|[_, _, depth]| depth).filter(|depth| *depth > 0.0)
    };
    let last = grid.shape.map(|count| count as f64 - 0.5);
    for corner in 0..8 {
        depth(std::array::from_fn(|k| if corner >> k & 1 == 1 { last[k] } else { -0.5 }))?;
    }
    depth(grid.shape.map(|count| (count as f64 - 1.0) / 2.0)).filter(|depth| depth.is_finite())
}

/// The rays of a view; lengths in voxels.
fn sheaves(view: &ConeView, rays: &Rays) -> Vec<Sheaf> {
    let [z, y, x] = std::array::from_fn(|k| {
        let toward = view.origin[k] - view.source[k];
        rays.form(toward, view.along_rows[k], view.along_columns[k])
    });
    let sheaf = |(walk, columns)| {
        let (below, across, main, other) = match walk {
            Walk::Rows => (y, x, 1, 2),
            Walk::Columns => (x, y, 2, 1),
        };
        Sheaf {
            walk,
            columns,
            up: z,
            across,
            below,
            height: view.source[0],
            place: [view.source[other], 0.0],
            depth: [-view.source[main], 1.0],
        }
    };
    rays.runs([y, x]).into_iter().map(sheaf).collect()
}

impl Projector for ConeProjector {
    fn volume_shape(&self) -> [usize; 3] {
        self.volume_shape
    }

    fn view_count(&self) -> usize {
        self.space.view_count()
    }

    fn frame_shape(&self) -> (usize, usize) {
        self.frame_shape
    }

    fn project(&self, volume: ArrayView3<'_, f32>, views: &[usize], into: ArrayViewMut3<'_, f32>) {
        check_call(self, views, [volume.shape(), into.shape()]);
        self.space.project(self.processor, (volume, views), into);
    }

    fn backproject(
        &self,
        data: ArrayView3<'_, f32>,
        views: &[usize],
        into: ArrayViewMut3<'_, f32>,
    ) {
        check_call(self, views, [into.shape(), data.shape()]);
        self.space.backproject(self.processor, (data, views), into);
    }
}
