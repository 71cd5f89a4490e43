//! Small scans of awkward geometry for the tests of projectors, with the rays of each pixel worked
//! out from the geometry. Knows no fast kernel.

use ndarray::{Array3, Dimension};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use voltomo_reconstruct::{
    ConeProjector, ParallelProjector, Projector, ReconstructError,
    kernel::{
        backproject::Processor,
        project::reference::{Ray, give, line_integral},
    },
};
use voltomo_types::{
    ConeCircle, ConeGeometry, ConeView, LengthUnit, Millimetre, ParallelGeometry, PixelFrame,
    Radian, RotationAxis, VoxelGrid,
};

pub(crate) enum Beam {
    Parallel(ParallelGeometry),
    Cone(ConeGeometry),
}

pub(crate) struct Scan {
    pub(crate) name: &'static str,
    pub(crate) beam: Beam,
    pub(crate) frame_shape: (usize, usize),
    pub(crate) grid: VoxelGrid,
    /// Rays along an edge of a pixel.
    pub(crate) rays: usize,
    /// Whether detector rows run along the axis.
    pub(crate) on_side: bool,
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
            Beam::Cone(_) => panic!("a cone beam"),
        }
    }

    pub(crate) fn cone_mut(&mut self) -> &mut ConeGeometry {
        match &mut self.beam {
            Beam::Parallel(_) => panic!("a parallel beam"),
            Beam::Cone(geometry) => geometry,
        }
    }

    pub(crate) fn data_shape(&self) -> (usize, usize, usize) {
        let views = match &self.beam {
            Beam::Parallel(geometry) => geometry.angles.len(),
            Beam::Cone(geometry) => geometry.views.len(),
        };
        (views, self.frame_shape.0, self.frame_shape.1)
    }

    pub(crate) fn projector(&self, processor: Processor) -> Box<dyn Projector> {
        self.try_projector(processor).unwrap()
    }

    pub(crate) fn try_projector(
        &self,
        processor: Processor,
    ) -> Result<Box<dyn Projector>, ReconstructError> {
        let (shape, grid) = (self.frame_shape, &self.grid);
        Ok(match &self.beam {
            Beam::Parallel(geometry) => {
                Box::new(ParallelProjector::new(geometry, shape, grid)?.on(processor))
            }
            Beam::Cone(geometry) => {
                Box::new(ConeProjector::new(geometry, shape, grid)?.on(processor))
            }
        })
    }

    /// The same scan, twice as large.
    pub(crate) fn doubled(&self) -> Option<Self> {
        let beam = match &self.beam {
            Beam::Parallel(geometry) => {
                let pixel = geometry.pixel.filter(|_| self.grid.unit == LengthUnit::Millimetre)?;
                let pixel = Some(Millimetre(2.0 * pixel.0));
                Beam::Parallel(ParallelGeometry { pixel, ..geometry.clone() })
            }
            Beam::Cone(geometry) => {
                let double = |vector: [f64; 3]| vector.map(|part| 2.0 * part);
                let view = |view: &ConeView| ConeView {
                    source: double(view.source),
                    origin: double(view.origin),
                    along_rows: double(view.along_rows),
                    along_columns: double(view.along_columns),
                    ..*view
                };
                let views = geometry.views.iter().map(view).collect();
                Beam::Cone(ConeGeometry { views, ..geometry.clone() })
            }
        };
        let grid = VoxelGrid {
            voxel: 2.0 * self.grid.voxel,
            first: self.grid.first.map(|place| 2.0 * place),
            ..self.grid
        };
        Some(Self { beam, grid, ..*self })
    }

    /// Point and direction of the ray through a place of a frame.
    fn line(&self, view: usize, [row, column]: [f64; 2]) -> [[f64; 3]; 2] {
        match &self.beam {
            Beam::Parallel(geometry) => {
                let pixel = match self.grid.unit {
                    LengthUnit::Millimetre => geometry.pixel.unwrap().0,
                    LengthUnit::Pixel => 1.0,
                };
                let frame = &geometry.frame;
                let place = [frame.detector_row(row), frame.detector_column(column)];
                let [z, s] = geometry.ray(place).map(|length| length * pixel);
                let (sin, cos) = geometry.angles[view].0.sin_cos();
                [[z, -s * sin, s * cos], [0.0, cos, sin]]
            }
            Beam::Cone(geometry) => {
                let frame = &geometry.frame;
                let (row, column) = (frame.detector_row(row), frame.detector_column(column));
                let view = &geometry.views[view];
                let toward = |k: usize| {
                    let pixel =
                        view.origin[k] + row * view.along_rows[k] + column * view.along_columns[k];
                    pixel - view.source[k]
                };
                [view.source, std::array::from_fn(toward)]
            }
        }
    }

    /// The ray through a place of a frame, in voxel indices. The middle of a detector column (of a
    /// row, where rows run along the axis) says which planes its rays walk.
    fn ray(&self, view: usize, place: [f64; 2]) -> Ray {
        let [point, direction] = self.line(view, place);
        let (rows, columns) = self.frame_shape;
        let middle = [rows, columns].map(|count| (count as f64 - 1.0) / 2.0);
        let at = if self.on_side { [place[0], middle[1]] } else { [middle[0], place[1]] };
        let [_, along] = self.line(view, at);
        let voxel = |k: usize| (point[k] - self.grid.first[k]) / self.grid.voxel;
        let main = if along[1].abs() >= along[2].abs() { 1 } else { 2 };
        // Where two rays of a detector column meet a plane.
        let on_plane = |ahead: f64| {
            let aside = if self.on_side { [0.0, ahead] } else { [ahead, 0.0] };
            let [point, along] = self.line(view, [place[0] + aside[0], place[1] + aside[1]]);
            let way = -point[main] / along[main];
            [point[0] + way * along[0], point[3 - main] + way * along[3 - main]]
        };
        let (one, other) = (on_plane(-0.5), on_plane(0.5));
        let turn = (other[1] - one[1]) / (other[0] - one[0]);
        Ray { point: std::array::from_fn(voxel), direction, main, turn }
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

    /// Line integrals of a ball of µ = 1/cm, the middle and radius in voxel indices: lengths of the
    /// chords in cm, without voxels.
    pub(crate) fn chords(&self, middle: [f64; 3], radius: f64) -> Array3<f64> {
        Array3::from_shape_fn(self.data_shape(), |(view, row, column)| {
            let chord = |ray: Ray| {
                let size = ray.direction.iter().map(|part| part * part).sum::<f64>();
                let beside: [f64; 3] = std::array::from_fn(|k| ray.point[k] - middle[k]);
                let along = (0..3).map(|k| beside[k] * ray.direction[k]).sum::<f64>();
                let distance =
                    beside.iter().map(|part| part * part).sum::<f64>() - along * along / size;
                2.0 * (radius * radius - distance).max(0.0).sqrt()
            };
            self.share() * self.rays([view, row, column]).map(chord).sum::<f64>()
        })
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
    upright_cases()
        .into_iter()
        .chain(tilted_cases())
        .chain(cone_cases())
        .chain(askew_cases())
        .collect()
}

fn upright_cases() -> Vec<Scan> {
    let (whole, half) = (std::f64::consts::TAU, std::f64::consts::PI);
    let mm = LengthUnit::Millimetre;
    let scan = |name, turn, (frame_shape, rays), grid: VoxelGrid| Scan {
        name,
        beam: Beam::Parallel(parallel(11, frame_shape, turn)),
        frame_shape,
        grid,
        rays,
        on_side: false,
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
        scan("many rows, long lines", half, ((23, 160), 1), grid([23, 140, 150], 0.4, mm)),
        scan("slightly finer voxels", half, ((2, 40), 1), grid([3, 40, 38], 0.375, mm)),
        binned,
    ]
}

fn tilted_cases() -> Vec<Scan> {
    let mm = LengthUnit::Millimetre;
    vec![
        tilted("tilted", 1.5, ((17, 50), 1), grid([19, 33, 41], 0.4, mm)),
        tilted("tilted much, fine voxels", -28.0, ((9, 21), 2), grid([30, 41, 33], 0.2, mm)),
        tilted("tilted, coarse voxels", 5.0, ((60, 40), 1), grid([15, 11, 9], 1.7, mm)),
        Scan {
            on_side: true,
            ..tilted("axis across", 90.0, ((30, 33), 1), grid([25, 20, 23], 0.4, mm))
        },
    ]
}

fn cone_cases() -> Vec<Scan> {
    let mm = LengthUnit::Millimetre;
    vec![
        cone("cone", |_| {}, ((40, 45), 1), grid([33, 35, 30], 0.2, mm)),
        cone(
            "cone of a short panel",
            |c| c.centre[1] = 3.0,
            ((5, 30), 1),
            grid([1, 40, 40], 0.2, mm),
        ),
        cone("cone, fine voxels", |_| {}, ((9, 12), 3), grid([40, 35, 41], 0.075, mm)),
        cone("cone, coarse voxels", |_| {}, ((70, 60), 1), grid([7, 12, 15], 0.7, mm)),
        cone(
            "cone from near by",
            |c| c.source_to_axis.0 = 6.5,
            ((50, 60), 1),
            grid([40, 40, 40], 0.1, mm),
        ),
        cone("cone on a leaning panel", lean, ((44, 47), 1), grid([37, 30, 33], 0.2, mm)),
        cone(
            "cone on a slanting panel",
            |c| c.roll.0 = 0.7,
            ((30, 33), 1),
            grid([25, 20, 23], 0.2, mm),
        ),
        Scan {
            on_side: true,
            ..cone(
                "cone on its side",
                |c| c.roll.0 = 1.4,
                ((30, 33), 1),
                grid([25, 20, 23], 0.2, mm),
            )
        },
        cone("tall cone", |_| {}, ((330, 6), 1), grid([300, 18, 17], 0.2, mm)),
    ]
}

/// Panels that stand a little askew, as real ones do.
fn askew_cases() -> Vec<Scan> {
    let mm = LengthUnit::Millimetre;
    vec![
        cone("cone on a panel rolled a little", rolled, ((62, 45), 1), grid([53, 35, 30], 0.2, mm)),
        cone(
            "cone on a panel turned a little, rays close together",
            |c| {
                rolled(c);
                (c.roll.0, c.pitch.0, c.yaw.0) = (-0.03, 0.06, -0.04);
            },
            ((90, 70), 1),
            grid([40, 35, 30], 0.25, mm),
        ),
        cone(
            "cone upside down, rays apart",
            |c| {
                rolled(c);
                (c.roll.0, c.pitch.0) = (std::f64::consts::PI - 0.01, 0.02);
            },
            ((40, 35), 2),
            grid([60, 33, 30], 0.15, mm),
        ),
    ]
}

/// So far from the source that the spacing of the rays changes little.
fn rolled(circle: &mut ConeCircle) {
    (circle.source_to_axis, circle.source_to_detector) = (Millimetre(60.0), Millimetre(120.0));
    circle.roll.0 = 0.02;
}

fn lean(circle: &mut ConeCircle) {
    (circle.roll.0, circle.pitch.0, circle.yaw.0) = (0.03, -0.1, 0.07);
}

fn tilted(
    name: &'static str,
    degrees: f64,
    (frame_shape, rays): ((usize, usize), usize),
    grid: VoxelGrid,
) -> Scan {
    let mut geometry = parallel(7, frame_shape, std::f64::consts::PI);
    geometry.axis.tilt = Radian::from_degrees(degrees);
    Scan { name, beam: Beam::Parallel(geometry), frame_shape, grid, rays, on_side: false }
}

/// A circle of views at a magnification of two, after what `change` makes of it.
fn cone(
    name: &'static str,
    change: impl Fn(&mut ConeCircle),
    (frame_shape, rays): ((usize, usize), usize),
    grid: VoxelGrid,
) -> Scan {
    let (rows, columns) = frame_shape;
    let mut circle = ConeCircle {
        source_to_axis: Millimetre(20.0),
        source_to_detector: Millimetre(40.0),
        pixel: Millimetre(0.4),
        centre: [(rows as f64 - 1.0) / 2.0 - 1.7, (columns as f64 - 1.0) / 2.0 + 2.3],
        roll: Radian(0.0),
        pitch: Radian(0.0),
        yaw: Radian(0.0),
    };
    change(&mut circle);
    let angles: Vec<Radian> = (0..7).map(|k| Radian(0.2 + 0.9 * f64::from(k))).collect();
    let beam = Beam::Cone(circle.geometry(&angles, PixelFrame::whole(rows, columns)));
    Scan { name, beam, frame_shape, grid, rays, on_side: false }
}

/// Balls of voxels: a few beams of every kind.
pub(crate) fn ball_cases() -> Vec<Scan> {
    let (mm, shape) = (LengthUnit::Millimetre, (90, 90));
    let about = |voxel| VoxelGrid { first: [-32.0 * voxel; 3], ..grid([65; 3], voxel, mm) };
    let upright = Scan {
        name: "parallel",
        beam: Beam::Parallel(parallel(9, shape, std::f64::consts::PI)),
        frame_shape: shape,
        grid: about(0.4),
        rays: 1,
        on_side: false,
    };
    vec![
        upright,
        tilted("tilted", 2.0, (shape, 1), about(0.4)),
        cone("cone", |_| {}, (shape, 1), about(0.2)),
        cone("cone on a leaning panel", lean, (shape, 1), about(0.2)),
    ]
}

/// The share of each voxel that lies in a ball, by 6 places along each axis.
pub(crate) fn ball(shape: (usize, usize, usize), middle: [f64; 3], radius: f64) -> Array3<f32> {
    const FINE: usize = 6;
    let places =
        |index: usize| (0..FINE).map(move |k| index as f64 + (k as f64 + 0.5) / FINE as f64 - 0.5);
    Array3::from_shape_fn(shape, |(z, y, x)| {
        let inside = |z: f64, y: f64, x: f64| {
            let distance = [z - middle[0], y - middle[1], x - middle[2]];
            distance.iter().map(|part| part * part).sum::<f64>() <= radius * radius
        };
        let of_plane = |z: f64| {
            places(y).map(|y| places(x).filter(|&x| inside(z, y, x)).count()).sum::<usize>()
        };
        places(z).map(of_plane).sum::<usize>() as f32 / (FINE * FINE * FINE) as f32
    })
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
