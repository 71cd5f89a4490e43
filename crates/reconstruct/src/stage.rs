//! Chooses the method that suits a scan and makes it ready. Knows no slabs.

use ndarray::ArrayView3;
use voltomo_types::{Geometry, ParallelGeometry, Problem, Volume, VoxelGrid};

use crate::{
    Fbp, Fdk, Fourier, Iterative, Method, Projections, ReconstructError, ReconstructSettings,
    Reconstruction, grid_for, iterative::usual_iterations,
};

/// A method, and why it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The method; never [`Method::Auto`].
    pub method: Method,
    /// The reason, for a person.
    pub why: &'static str,
}

/// Views from which on Fourier gridding is quicker than back-projection, whatever the size of a
/// slice: its transforms take as long for any number of views, back-projection grows with them.
const VIEWS_FOR_GRIDDING: usize = 80;

/// The method that the settings name, or for `auto` the one that suits beam and size.
#[must_use]
pub fn choose(geometry: &Geometry, settings: &ReconstructSettings) -> Choice {
    let (method, why) = match (settings.method, geometry) {
        (Method::Auto, Geometry::Parallel(_)) if settings.interpolation.is_some() => {
            (Method::Fbp, "the beam is parallel, and the recipe names an interpolation")
        }
        (Method::Auto, Geometry::Parallel(beam)) if beam.angles.len() < VIEWS_FOR_GRIDDING => {
            (Method::Fbp, "the beam is parallel; below 80 views back-projection is quickest")
        }
        (Method::Auto, Geometry::Parallel(_)) => {
            (Method::Fourier, "the beam is parallel; from 80 views on gridding is quickest")
        }
        (Method::Auto, Geometry::Cone(_)) => (Method::Fdk, "the beam is a cone"),
        (named, _) => (named, "the recipe names it"),
    };
    Choice { method, why }
}

/// Makes the chosen method ready for projections of `frame_shape` = (rows, columns).
///
/// Errors: settings, angles or distances that cannot be used; a method that is not for the beam.
pub fn prepare(
    geometry: &Geometry,
    frame_shape: (usize, usize),
    grid: &VoxelGrid,
    settings: &ReconstructSettings,
) -> Result<Box<dyn Reconstruction>, ReconstructError> {
    let method = choose(geometry, settings).method;
    if let (Geometry::Cone(_), Some(interpolation)) = (geometry, settings.interpolation) {
        let found = format!("{interpolation:?} with a cone beam").to_lowercase();
        let expected = "no interpolation for a cone beam: it is for `fbp` of a parallel one";
        let problem = Problem::new("reconstruct.interpolation", found, expected);
        return Err(ReconstructError::Setting(problem));
    }
    Ok(match (method, geometry) {
        (Method::Fbp, Geometry::Parallel(geometry)) => {
            Box::new(Fbp::new(geometry, frame_shape, grid, settings)?)
        }
        (Method::Fourier, Geometry::Parallel(geometry)) => {
            Box::new(Fourier::new(geometry, frame_shape, grid, settings)?)
        }
        (Method::Fdk, Geometry::Cone(geometry)) => {
            Box::new(Fdk::new(geometry, frame_shape, grid, settings)?)
        }
        (method, _) if usual_iterations(method).is_some() => {
            Box::new(Iterative::new(geometry, frame_shape, grid, settings)?)
        }
        (method, Geometry::Parallel(_)) => {
            return Err(ReconstructError::MethodForBeam {
                method,
                beam: "parallel",
                instead: "fbp",
            });
        }
        (method, Geometry::Cone(_)) => {
            return Err(ReconstructError::MethodForBeam { method, beam: "cone", instead: "fdk" });
        }
    })
}

/// Makes ready what turns variances of line integrals into variances of µ; `None` where the
/// settings ask for no noise map.
///
/// Errors: as [`prepare`]; a method whose noise does not follow from its filter.
pub fn prepare_variances(
    geometry: &Geometry,
    frame_shape: (usize, usize),
    grid: &VoxelGrid,
    settings: &ReconstructSettings,
) -> Result<Option<Box<dyn Reconstruction>>, ReconstructError> {
    if !settings.noise_map {
        return Ok(None);
    }
    let method = choose(geometry, settings).method;
    Ok(Some(match (method, geometry) {
        (Method::Fbp, Geometry::Parallel(geometry)) => {
            Box::new(Fbp::of_variances(geometry, frame_shape, grid, settings)?)
        }
        (Method::Fourier, Geometry::Parallel(geometry)) => {
            Box::new(Fourier::of_variances(geometry, frame_shape, grid, settings)?)
        }
        (Method::Fdk, Geometry::Cone(geometry)) => {
            Box::new(Fdk::of_variances(geometry, frame_shape, grid, settings)?)
        }
        _ => return Err(ReconstructError::NoiseOfMethod { method }),
    }))
}

/// Reconstructs all slices of a parallel beam at once.
///
/// `projections`: line integrals `[angle, row, column]`, all rows of the frame. The axis is the
/// geometry's. Returns µ on the grid of the settings. Memory: [`Reconstruction::working_bytes`].
pub fn reconstruct(
    projections: ArrayView3<'_, f32>,
    geometry: &ParallelGeometry,
    settings: &ReconstructSettings,
) -> Result<Volume, ReconstructError> {
    let (_, rows, columns) = projections.dim();
    let grid = grid_for(geometry, (rows, columns), settings)?;
    let method = prepare(&Geometry::Parallel(geometry.clone()), (rows, columns), &grid, settings)?;
    let attenuation =
        method.reconstruct(Projections::new(projections, 0), 0..grid.shape[0], &())?;
    Ok(Volume { attenuation, grid })
}
