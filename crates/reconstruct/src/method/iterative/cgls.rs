//! CGLS: conjugate gradients on the normal equations. Knows no bounds on its way.

use ndarray::Array3;

use super::{
    course::{Course, Report},
    system::System,
};

/// Conjugate gradients for least squares, `min ‖A·µ − b‖²_W` over the support.
///
/// The residual falls with every iteration, fastest of all methods that use only A and Aᵀ; on
/// noisy data it must be stopped early (the count of iterations smooths). It cannot hold bounds on
/// its way; they are applied to what it ends with.
///
/// Memory beside data and volume: the rays twice, the volume twice.
/// Source: Hestenes & Stiefel 1952, doi:10.6028/jres.049.044; Björck 1996, section 7.4,
/// doi:10.1137/1.9781611971484.
pub(super) fn cgls(system: &System<'_>, volume: &mut Array3<f32>, course: &mut Course<'_>) {
    let (mut residual, mut image) = (system.zero_rays(), system.zero_rays());
    system.project(volume, &mut residual);
    system.residual(&mut residual);
    let mut gradient = system.zero_volume();
    gradient_of(system, (&residual, &mut image), &mut gradient);
    let mut direction = gradient.clone();
    let mut steepness = system.volume_products(&gradient, &gradient);
    let enough: Vec<f64> = steepness.iter().map(|start| start * 1e-14).collect();
    while course.goes_on() {
        system.project(&direction, &mut image);
        let curvature = system.weighted_squares(&image);
        let going = course.going();
        let length: Vec<f64> = (0..going.len())
            .map(|k| if curvature[k] > 0.0 { steepness[k] / curvature[k] } else { 0.0 })
            .zip(&going)
            .map(|(length, going)| length * f64::from(*going))
            .collect();
        let ones = vec![1.0; going.len()];
        let forward: Vec<f32> = length.iter().map(|v| voltomo_numeric::cast::to_f32(*v)).collect();
        let back: Vec<f32> = forward.iter().map(|length| -length).collect();
        let change = change(system, (volume, &direction, &length), course);
        system.combine((volume, &ones), (&direction, &forward));
        system.combine_rays(&mut residual, (&image, &back));
        let squares = system.weighted_squares(&residual);
        gradient_of(system, (&residual, &mut image), &mut gradient);
        let next = system.volume_products(&gradient, &gradient);
        let share = |k: usize| if steepness[k] > 0.0 { next[k] / steepness[k] } else { 0.0 };
        let share: Vec<f32> =
            (0..next.len()).map(|k| voltomo_numeric::cast::to_f32(share(k))).collect();
        system.combine((&mut direction, &share), (&gradient, &ones));
        steepness = next;
        course.step(&Report { residual: squares, change, ..Default::default() });
        for group in 0..steepness.len() {
            if steepness[group] <= enough[group] {
                course.end(group);
            }
        }
    }
    system.constrain(volume);
}

/// `Aᵀ·W·residual`; `weighed` is overwritten.
fn gradient_of(
    system: &System<'_>,
    (residual, weighed): (&Array3<f32>, &mut Array3<f32>),
    gradient: &mut Array3<f32>,
) {
    if system.weights().is_none() {
        system.backproject(residual, gradient);
        return;
    }
    weighed.assign(residual);
    system.weigh(weighed);
    system.backproject(weighed, gradient);
}

fn change(
    system: &System<'_>,
    (volume, direction, length): (&Array3<f32>, &Array3<f32>, &[f64]),
    course: &Course<'_>,
) -> Vec<f64> {
    if !course.wants_change() {
        return vec![];
    }
    let moved = system.volume_products(direction, direction);
    let norm = system.volume_products(volume, volume);
    let ratio = |k: usize| length[k] * (moved[k] / norm[k].max(f64::MIN_POSITIVE)).sqrt();
    (0..length.len()).map(ratio).collect()
}
