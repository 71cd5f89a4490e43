//! Small scans of awkward geometry for the tests of projectors, with the rays of each pixel worked
//! out from the geometry. Knows no fast kernel.

use ndarray::{Array3, Dimension};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use voltomo_reconstruct::{
    ParallelProjector, Projector, ReconstructError,
    kernel::{
        backproject::Processor,
        project::reference::{Ray, give, line_integral},
    },
};
use voltomo_types::{
    LengthUnit, Millimetre, ParallelGeometry, PixelFrame, Radian, RotationAxis, VoxelGrid,
};

pub(crate) enum Beam {
    Parallel(ParallelGeometry),
}

pub(crate) struct Scan {
    pub(crate) name: &'static str,
    pub(crate) beam: Beam,
    pub(crate) frame_shape: (usize, usize),
    pub(crate) grid: VoxelGrid,
    /// Rays along an edge of a pixel.
    pub(crate) rays: usize,
}

impl Scan {
    pub(crate) fn volume_shape(&self) -> (usize, usize, usize) {
        self.grid.shape.into()
    }

    pub(crate) fn grid_mut(&mut self) -> &mut VoxelGrid {
        &mut self.grid
    }

    pub(crate) fn parallel_mut(&mut self) -> &mut ParallelGeometry {
        match &mut self.beam {
            Beam::Parallel(geometry) => geometry,
        }
    }

    pub(crate) fn data_shape(&self) -> (usize, usize, usize) {
        let views = match &self.beam {
            Beam::Parallel(geometry) => geometry.angles.len(),
        };
        (views, self.frame_shape.0, self.frame_shape.1)
    }

    pub(crate) fn try_projector(&self) -> Result<ParallelProjector, ReconstructError> {
        match &self.beam {
            Beam::Parallel(geometry) => {
                ParallelProjector::new(geometry, self.frame_shape, &self.grid)
            }
        }
    }

    pub(crate) fn projector(&self, processor: Processor) -> Box<dyn Projector> {
        Box::new(self.try_projector().unwrap().on(processor))
    }

    /// The same scan, twice as large.
    pub(crate) fn doubled(&self) -> Option<Self> {
        let Beam::Parallel(geometry) = &self.beam;
        let pixel = geometry.pixel.filter(|_| self.grid.unit == LengthUnit::Millimetre)?;
        let geometry =
            ParallelGeometry { pixel: Some(Millimetre(2.0 * pixel.0)), ..geometry.clone() };
        let grid = VoxelGrid {
            voxel: 2.0 * self.grid.voxel,
            first: self.grid.first.map(|place| 2.0 * place),
            ..self.grid
        };
        Some(Self { beam: Beam::Parallel(geometry), grid, ..*self })
    }

    /// The ray through a place of a frame, in voxel indices.
    fn ray(&self, view: usize, place: [f64; 2]) -> Ray {
        let (point, direction) = match &self.beam {
            Beam::Parallel(geometry) => {
                let pixel = match self.grid.unit {
                    LengthUnit::Millimetre => geometry.pixel.unwrap().0,
                    LengthUnit::Pixel => 1.0,
                };
                let frame = &geometry.frame;
                let place = [frame.detector_row(place[0]), frame.detector_column(place[1])];
                let [z, s] = geometry.ray(place).map(|length| length * pixel);
                let (sin, cos) = geometry.angles[view].0.sin_cos();
                ([z, -s * sin, s * cos], [0.0, cos, sin])
            }
        };
        (std::array::from_fn(|k| (point[k] - self.grid.first[k]) / self.grid.voxel), direction)
    }

    /// The rays of a pixel; each counts an equal share.
    fn rays(&self, [view, row, column]: [usize; 3]) -> impl Iterator<Item = Ray> {
        let rays = self.rays;
        let place =
            move |index: usize, k: usize| index as f64 + (k as f64 + 0.5) / rays as f64 - 0.5;
        (0..rays * rays)
            .map(move |k| self.ray(view, [place(row, k / rays), place(column, k % rays)]))
    }

    /// Length of a voxel's edge over the rays of a pixel.
    fn share(&self) -> f64 {
        let edge = match self.grid.unit {
            LengthUnit::Millimetre => self.grid.voxel / 10.0,
            LengthUnit::Pixel => self.grid.voxel,
        };
        edge / (self.rays * self.rays) as f64
    }

    pub(crate) fn twin_project(&self, volume: &Array3<f32>) -> Array3<f64> {
        Array3::from_shape_fn(self.data_shape(), |(view, row, column)| {
            let rays = self.rays([view, row, column]);
            self.share() * rays.map(|ray| line_integral(volume.view(), ray)).sum::<f64>()
        })
    }

    pub(crate) fn twin_backproject(&self, data: &Array3<f32>) -> Array3<f64> {
        let mut sums = Array3::zeros(self.volume_shape());
        for ((view, row, column), &value) in data.indexed_iter() {
            for ray in self.rays([view, row, column]) {
                give(&mut sums, ray, self.share() * f64::from(value));
            }
        }
        sums
    }
}

/// A parallel beam whose axis stands beside the middle, some views twice.
fn parallel(count: usize, (rows, columns): (usize, usize), turn: f64) -> ParallelGeometry {
    let mut angles: Vec<Radian> =
        (0..count).map(|k| Radian(0.11 + turn * k as f64 / count as f64)).collect();
    // Exactly along the axes, where a ray meets voxel centres or the middle between two.
    angles.push(Radian(0.0));
    angles.push(Radian(std::f64::consts::FRAC_PI_2));
    let centre = (columns as f64 - 1.0) / 2.0 + 3.3;
    ParallelGeometry {
        angles,
        axis: RotationAxis { centre, tilt: Radian(0.0) },
        frame: PixelFrame::whole(rows, columns),
        pixel: Some(Millimetre(0.4)),
    }
}

/// A grid about the axis and the middle row, somewhat beside both.
fn grid(shape: [usize; 3], voxel: f64, unit: LengthUnit) -> VoxelGrid {
    let beside = [0.0, 1.3, -2.1];
    let first = std::array::from_fn(|k| (beside[k] - (shape[k] as f64 - 1.0) / 2.0) * voxel);
    VoxelGrid { shape, voxel, first, unit }
}

pub(crate) fn cases() -> Vec<Scan> {
    let (whole, half) = (std::f64::consts::TAU, std::f64::consts::PI);
    let mm = LengthUnit::Millimetre;
    let scan = |name, turn, (frame_shape, rays), grid: VoxelGrid| Scan {
        name,
        beam: Beam::Parallel(parallel(11, frame_shape, turn)),
        frame_shape,
        grid,
        rays,
    };
    let mut binned = scan(
        "binned, cropped, in pixels",
        half,
        ((3, 37), 1),
        grid([3, 60, 47], 2.1, LengthUnit::Pixel),
    );
    binned.parallel_mut().frame = PixelFrame::whole(20, 100).cropped(3, 7).binned(2);
    binned.parallel_mut().axis.centre = 45.2;
    vec![
        scan("voxel = pixel", whole, ((5, 50), 1), grid([5, 33, 41], 0.4, mm)),
        scan("one row, wide", half, ((1, 700), 1), grid([1, 90, 600], 0.4, mm)),
        scan("fine voxels", whole, ((4, 50), 3), grid([9, 70, 101], 0.15, mm)),
        scan("coarse voxels", whole, ((7, 90), 1), grid([2, 21, 30], 1.0, mm)),
        scan("short views of a large volume", half, ((6, 17), 1), grid([6, 64, 64], 0.4, mm)),
        scan("slightly finer voxels", half, ((2, 40), 1), grid([3, 40, 38], 0.375, mm)),
        binned,
    ]
}

pub(crate) fn processors() -> Vec<Processor> {
    let mut found = vec![Processor::found()];
    if Processor::found() == Processor::Avx512 {
        found.push(Processor::Avx2);
    }
    if Processor::found() != Processor::Portable {
        found.push(Processor::Portable);
    }
    found
}

pub(crate) fn noise(shape: (usize, usize, usize), seed: u64) -> Array3<f32> {
    let mut source = ChaCha8Rng::seed_from_u64(seed);
    Array3::from_shape_simple_fn(shape, || source.random_range(-1.0..1.0))
}

pub(crate) fn forward(projector: &dyn Projector, volume: &Array3<f32>) -> Array3<f32> {
    let views: Vec<usize> = (0..projector.view_count()).collect();
    let (rows, columns) = projector.frame_shape();
    let mut into = Array3::from_elem((views.len(), rows, columns), f32::NAN);
    projector.project(volume.view(), &views, into.view_mut());
    into
}

pub(crate) fn transposed(projector: &dyn Projector, data: &Array3<f32>) -> Array3<f32> {
    let views: Vec<usize> = (0..projector.view_count()).collect();
    let mut into = Array3::zeros(projector.volume_shape());
    projector.backproject(data.view(), &views, into.view_mut());
    into
}

pub(crate) fn dot(one: &Array3<f32>, other: &Array3<f32>) -> f64 {
    one.iter().zip(other).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

pub(crate) fn norm(values: &Array3<f32>) -> f64 {
    dot(values, values).sqrt()
}

pub(crate) fn peak_ratio_db(found: &Array3<f32>, expected: &Array3<f64>) -> f64 {
    assert_eq!(found.raw_dim().slice(), expected.raw_dim().slice());
    let peak = expected.iter().fold(0.0f64, |peak, value| peak.max(value.abs()));
    let squares = found.iter().zip(expected).map(|(&a, b)| (f64::from(a) - b).powi(2));
    let mean = squares.sum::<f64>() / expected.len() as f64;
    20.0 * (peak / mean.sqrt()).log10()
}
