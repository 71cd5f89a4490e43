//! Chooses the iterative method and runs it from its start to its end. Knows no geometry.

use ndarray::{Array3, Axis};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;

use super::{
    cgls::cgls,
    course::{Course, StopRule},
    em::em,
    fista_tv::{Penalty, fista_tv},
    mr_fbp::{bins, mr_fbp},
    pdhg_tv::pdhg_tv,
    sart::sart,
    sirt::sirt,
    system::System,
};
use crate::{Method, Progress, curve::Curve, settings::IterativeSettings};

/// What an iterative method ends with.
#[derive(Debug, Clone, PartialEq)]
pub struct Iterated {
    /// µ, `[z, y, x]`.
    pub volume: Array3<f32>,
    /// How it went.
    pub curve: Curve,
    /// What a person should know: that it was stopped.
    pub note: Option<String>,
}

/// Solves a system with a method of algebraic reconstruction, from `start` on.
///
/// `start`: `[z, y, x]`; it is brought within bounds and support first. With the total variation,
/// slices that are apart are still one problem. Cancelled by `progress`, it returns what it has by
/// then. `None` for a method that is not one of SIRT, SART, OS-SART, CGLS, MLEM, OSEM, FISTA-TV,
/// PDHG-TV and MR-FBP. Memory: the method's own, beside data and volume.
#[must_use]
pub fn solve(
    system: &System<'_>,
    what: (Method, &IterativeSettings),
    start: Array3<f32>,
    progress: &dyn Progress,
) -> Option<Iterated> {
    if matches!(what.0, Method::FistaTv | Method::PdhgTv) {
        return solve_as_told(&system.together(), what, start, progress);
    }
    solve_as_told(system, what, start, progress)
}

fn solve_as_told(
    system: &System<'_>,
    (method, settings): (Method, &IterativeSettings),
    start: Array3<f32>,
    progress: &dyn Progress,
) -> Option<Iterated> {
    let total = match (usual_iterations(method)?, method) {
        (_, Method::MrFbp) => bins(system.data().dim().2).len(),
        (usual, _) => settings.iterations.unwrap_or(usual),
    };
    let rule =
        StopRule { discrepancy: settings.stop_at_discrepancy, change: settings.stop_at_change };
    let mut course = Course::new(system, (total, rule), progress);
    let mut volume = start;
    system.constrain(&mut volume);
    let relaxation = to_f32(settings.relaxation);
    let (going, to) = (&mut course, &mut volume);
    match method {
        Method::Sirt => sirt(system, relaxation, to, going),
        Method::Sart => sart(system, (usize::MAX, relaxation), to, going),
        Method::OsSart => sart(system, (settings.subsets, relaxation), to, going),
        Method::Cgls => cgls(system, to, going),
        Method::Mlem => em(system, 1, to, going),
        Method::Osem => em(system, settings.subsets, to, going),
        Method::FistaTv => fista_tv(system, penalty(system, settings), to, going),
        Method::PdhgTv => pdhg_tv(system, penalty(system, settings), to, going),
        Method::MrFbp => mr_fbp(system, to, going),
        // The filters of SIRT-FBP come from a geometry.
        _ => return None,
    }
    let (curve, note) = course.finish();
    Some(Iterated { volume, curve, note })
}

/// Iterations that are usual for a method; `None` where it has none.
#[must_use]
pub fn usual_iterations(method: Method) -> Option<usize> {
    Some(match method {
        Method::Sirt | Method::SirtFbp => 100,
        Method::Sart | Method::Osem => 10,
        Method::OsSart | Method::Cgls => 20,
        Method::Mlem => 50,
        Method::FistaTv => 60,
        Method::PdhgTv => 200,
        // As many as its filter has bins.
        Method::MrFbp => 1,
        _ => return None,
    })
}

/// λ of the total variation: a fraction of `max |Aᵀ·W·b|`, so that it scales as the data term does
/// with attenuation, voxel size, weights and count of views.
fn penalty(system: &System<'_>, settings: &IterativeSettings) -> Penalty {
    let mut rays = system.data().to_owned();
    system.weigh(&mut rays);
    let mut image = system.zero_volume();
    system.backproject(&rays, &mut image);
    let slices = image.axis_iter(Axis(0)).into_par_iter();
    let most = |slice: ndarray::ArrayView2<'_, f32>| {
        slice.iter().fold(0.0f32, |most, value| most.max(value.abs()))
    };
    let largest = slices.map(most).reduce(|| 0.0, f32::max);
    let weight = (settings.tv_weight * f64::from(largest)).max(f64::MIN_POSITIVE);
    Penalty { weight, along_axis: to_f32(settings.tv_along_axis) }
}
