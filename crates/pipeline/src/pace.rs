//! About how long the methods of reconstruction take on this machine. Plans no slabs.
//!
//! The run's own method is timed on a small scan of the same kind of beam, here and now, and the
//! time is scaled by how its work grows. That holds within a factor of 2, other programs aside.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use ndarray::Array3;
use voltomo_reconstruct::{
    Method, Projections, ReconstructSettings, cone_grid_for, grid_for, iterative::usual_iterations,
};
use voltomo_types::{
    ConeCircle, Geometry, Millimetre, ParallelGeometry, PixelFrame, Radian, RotationAxis, VoxelGrid,
};

use crate::error::RunError;

/// Angles, rows and columns of the small scan that is timed, in a parallel beam and in a cone.
const SMALL: [[usize; 3]; 2] = [[96, 32, 128], [64, 64, 96]];

/// Iterations of the small scan: what their times differ by is that of an iteration.
const ITERATIONS: [usize; 2] = [1, 4];

/// What the work of a method grows with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Voxels `[z, y, x]`.
    pub(crate) voxels: [usize; 3],
    /// Views.
    pub(crate) views: usize,
    /// Columns of a view.
    pub(crate) columns: usize,
}

/// Seconds of a part of a method, or how much it does, in units of its own: work of one size over
/// that of another is what counts.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Parts {
    /// What is done once.
    once: f64,
    /// What an iteration does.
    iteration: f64,
}

/// Seconds that `method` takes for a scan of that size.
///
/// # Errors
/// A method that is not for the beam.
pub(crate) fn seconds(
    geometry: &Geometry,
    size: Size,
    (method, settings): (Method, &ReconstructSettings),
) -> Result<f64, RunError> {
    let usual = usual_iterations(method);
    let iterations = usual.map_or(0, |usual| settings.iterative.iterations.unwrap_or(usual));
    let (work, pace) = (work(method, size), pace(geometry, method)?);
    Ok(work.once * pace.once + iterations as f64 * work.iteration * pace.iteration)
}

/// How much a method does.
///
/// Back-projection goes through voxels × views, filtering costs a sample what 70 voxels do. Gridding
/// transforms a plane twice as fine as a slice, and spreads each sample over some 36 places of it.
/// Total variation costs a voxel what 30 views do.
fn work(method: Method, size: Size) -> Parts {
    const FILTERING: f64 = 70.0;
    const SPREAD: f64 = 36.0;
    const VARIATION: f64 = 30.0;
    let [slices, height, width] = size.voxels.map(|count| count as f64);
    let (views, columns) = (size.views as f64, size.columns as f64);
    let updates = slices * height * width * views;
    let samples = slices * views * columns;
    let even = |once: f64| Parts { once, iteration: once };
    match method {
        Method::Fourier => {
            let plane = 4.0 * height * width;
            even(slices * plane * plane.log2() + SPREAD * samples)
        }
        Method::FistaTv | Method::PdhgTv => {
            let variation = VARIATION * slices * height * width;
            Parts { once: updates, iteration: 2.0 * updates + variation }
        }
        // As many passes as its filter has bins.
        Method::MrFbp => even((columns.log2() + 4.0) * updates),
        // Filters come from one slice twice as wide.
        Method::SirtFbp => Parts { once: updates, iteration: 4.0 * height * width * views },
        method if usual_iterations(method).is_some() => even(updates),
        _ => even(updates + FILTERING * samples),
    }
}

/// Seconds for one unit of work, timed once a process.
fn pace(geometry: &Geometry, method: Method) -> Result<Parts, RunError> {
    static KNOWN: Mutex<BTreeMap<(&str, bool), Parts>> = Mutex::new(BTreeMap::new());
    let key = (method.name(), matches!(geometry, Geometry::Parallel(_)));
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pace) = known().get(&key) {
        return Ok(*pace);
    }
    let pace = timed(geometry, method)?;
    known().insert(key, pace);
    Ok(pace)
}

fn timed(geometry: &Geometry, method: Method) -> Result<Parts, RunError> {
    let shape = SMALL[usize::from(matches!(geometry, Geometry::Cone(_)))];
    let on_small = |iterations: usize| {
        let mut settings = ReconstructSettings { method, ..Default::default() };
        settings.iterative.iterations = Some(iterations);
        timed_on(shape, geometry, &settings)
    };
    // The first call of a process is slower.
    on_small(ITERATIONS[0])?;
    let (few, size) = on_small(ITERATIONS[0])?;
    let work = work(method, size);
    if usual_iterations(method).is_none() || method == Method::MrFbp {
        return Ok(Parts { once: few / work.once, iteration: 0.0 });
    }
    let (many, _) = on_small(ITERATIONS[1])?;
    let iteration = ((many - few) / (ITERATIONS[1] - ITERATIONS[0]) as f64).max(0.1 * few);
    let once = (few - ITERATIONS[0] as f64 * iteration).max(0.0);
    Ok(Parts { once: once / work.once, iteration: iteration / work.iteration })
}

/// Seconds of a method for a scan of `[angles, rows, columns]` with the same kind of beam as
/// `geometry`, and its size.
fn timed_on(
    shape: [usize; 3],
    geometry: &Geometry,
    settings: &ReconstructSettings,
) -> Result<(f64, Size), RunError> {
    let [views, rows, columns] = shape;
    let (scan, grid) = scan_of(shape, geometry, settings)?;
    let method = voltomo_reconstruct::prepare(&scan, (rows, columns), &grid, settings)?;
    let values = Array3::from_elem((views, rows, columns), 0.5f32);
    let start = Instant::now();
    method.reconstruct(Projections::new(values.view(), 0), 0..grid.shape[0], &())?;
    let seconds = start.elapsed().as_secs_f64();
    Ok((seconds, Size { voxels: grid.shape, views, columns }))
}

/// A scan with the same kind of beam, and its grid.
fn scan_of(
    [views, rows, columns]: [usize; 3],
    geometry: &Geometry,
    settings: &ReconstructSettings,
) -> Result<(Geometry, VoxelGrid), RunError> {
    let frame = PixelFrame::whole(rows, columns);
    let middle = (columns as f64 - 1.0) / 2.0;
    let angles = |turn: f64| -> Vec<Radian> {
        (0..views).map(|i| Radian(i as f64 * turn / views as f64)).collect()
    };
    if matches!(geometry, Geometry::Parallel(_)) {
        let axis = RotationAxis { centre: middle, tilt: Radian(0.0) };
        let angles = angles(std::f64::consts::PI);
        let scan = ParallelGeometry { angles, axis, frame, pixel: None };
        let grid = grid_for(&scan, (rows, columns), settings)?;
        return Ok((Geometry::Parallel(scan), grid));
    }
    let circle = ConeCircle {
        source_to_axis: Millimetre(4.0 * columns as f64),
        source_to_detector: Millimetre(8.0 * columns as f64),
        pixel: Millimetre(2.0),
        centre: [frame.middle_row(), middle],
        roll: Radian(0.0),
        pitch: Radian(0.0),
        yaw: Radian(0.0),
    };
    let scan = circle.geometry(&angles(std::f64::consts::TAU), frame);
    let grid = cone_grid_for(&scan, (rows, columns), settings)?;
    Ok((Geometry::Cone(scan), grid))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parallel() -> Geometry {
        Geometry::Parallel(ParallelGeometry {
            angles: vec![],
            axis: RotationAxis { centre: 0.0, tilt: Radian(0.0) },
            frame: PixelFrame::whole(1, 1),
            pixel: None,
        })
    }

    fn cone() -> Geometry {
        let circle = ConeCircle {
            source_to_axis: Millimetre(100.0),
            source_to_detector: Millimetre(200.0),
            pixel: Millimetre(0.1),
            centre: [0.0, 0.0],
            roll: Radian(0.0),
            pitch: Radian(0.0),
            yaw: Radian(0.0),
        };
        Geometry::Cone(circle.geometry(&[Radian(0.0)], PixelFrame::whole(1, 1)))
    }

    /// Told over taken for methods on a scan with some ten times the work.
    fn told_over_taken(geometry: &Geometry, shape: [usize; 3], methods: &[(Method, usize)]) {
        let mut wrong = vec![];
        for &(method, iterations) in methods {
            let mut settings = ReconstructSettings { method, ..Default::default() };
            settings.iterative.iterations = Some(iterations);
            let (taken, size) = timed_on(shape, geometry, &settings).unwrap();
            let told = seconds(geometry, size, (method, &settings)).unwrap();
            println!("{} told {told:.2} s, taken {taken:.2} s, {:.2}", method.name(), told / taken);
            if !(0.5..2.0).contains(&(told / taken)) {
                wrong.push((method, told / taken));
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    #[ignore = "slow: times half a minute of reconstructions, on a machine with nothing beside"]
    fn slow_told_seconds_of_a_parallel_beam_are_within_a_factor_of_two() {
        let methods = [
            (Method::Fbp, 1),
            (Method::Fourier, 1),
            (Method::Sirt, 10),
            (Method::Sart, 3),
            (Method::OsSart, 5),
            (Method::Cgls, 10),
            (Method::Mlem, 10),
            (Method::Osem, 5),
            (Method::FistaTv, 6),
            (Method::PdhgTv, 10),
            (Method::MrFbp, 1),
            (Method::SirtFbp, 30),
        ];
        told_over_taken(&parallel(), [180, 32, 256], &methods);
    }

    #[test]
    #[ignore = "slow: times half a minute of reconstructions, on a machine with nothing beside"]
    fn slow_told_seconds_of_a_cone_beam_are_within_a_factor_of_two() {
        let methods =
            [(Method::Fdk, 1), (Method::Sirt, 6), (Method::Cgls, 6), (Method::FistaTv, 4)];
        told_over_taken(&cone(), [120, 96, 160], &methods);
    }
}
