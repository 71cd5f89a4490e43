//! Whether a placement that somebody told lays one can onto the other. Searches no better one.

use voltomo_types::{Probe, Transform, Volume};

use crate::{
    RegisterError, RegisterSettings,
    bootstrap::margin,
    can::Can,
    check::check,
    metric::Degrees,
    rigid::{Fit, Steps, improve},
    search::apart,
    stage::Run,
    turn::Sweep,
};

/// Most angle between the axes, degrees: a volume that leans further was placed by no registration.
const MOST_ASKEW_DEG: f64 = 5.0;
/// Most distance between the axes where both volumes hold the can, mm. Each is found within 0.05 mm or so.
const MOST_ASIDE_MM: f64 = 0.5;
/// Most distance between ends that both volumes show, mm: a registration searches 1.5 mm about them.
const MOST_ALONG_MM: f64 = 2.0;
/// Least share of the shorter can that both volumes hold.
const LEAST_SHARED: f64 = 0.2;
/// All angles about the axis.
const ALL_ROUND: Sweep = Sweep { step_deg: 3.0, each_side: 60 };
/// A turn by less is none.
const SAME_TURN_DEG: f64 = 10.0;

/// Holds a placement that comes from a file to the two volumes: the cans, as each beam shows its own,
/// must coincide, and no other angle about the axis may fit clearly better.
///
/// `xray_from_neutron`: where points of the neutron volume lie in the X-ray volume, mm. Memory: both
/// volumes on voxels of 0.3 mm.
///
/// # Errors
/// [`RegisterError::Apart`] says how they lie instead; whatever keeps a can from being found, so that
/// nothing can be said.
pub fn check_placement(
    neutron: &Volume,
    xray: &Volume,
    xray_from_neutron: &Transform,
) -> Result<(), RegisterError> {
    check(neutron, Probe::Neutron)?;
    check(xray, Probe::Xray)?;
    let settings = RegisterSettings::default();
    let run = Run::new(neutron, xray, &settings)?;
    axes_meet(&run, xray_from_neutron)?;
    ends_meet(run.cans(), xray_from_neutron)?;
    angle_is_best(&run, xray_from_neutron, settings.least_margin)
}

fn refused(found: String, expected: String) -> Result<(), RegisterError> {
    Err(RegisterError::Apart { found, expected })
}

/// A can in the frame of the other volume: a point of its axis, and its direction.
fn placed(can: &Can, transform: &Transform) -> ([f64; 3], [f64; 3]) {
    let turn = Transform { shift: [0.0; 3], ..*transform };
    (transform.apply(can.point), turn.apply(can.direction))
}

fn axes_meet(run: &Run<'_>, transform: &Transform) -> Result<(), RegisterError> {
    let (neutron, xray) = run.cans();
    let (point, direction) = placed(neutron, transform);
    let along: f64 = (0..3).map(|i| direction[i] * xray.direction[i]).sum();
    let length = direction.iter().map(|it| it * it).sum::<f64>().sqrt();
    let askew_deg = (along.abs() / length).min(1.0).acos().to_degrees();
    if askew_deg.is_nan() || askew_deg > MOST_ASKEW_DEG {
        let found = format!("the axes of the two cans are {askew_deg:.1}° askew");
        return refused(found, format!("at most {MOST_ASKEW_DEG}°"));
    }
    let shared = run.overlap(transform);
    if shared.is_nan() || shared < LEAST_SHARED {
        let found = format!("they share {:.0} % of the shorter can", 100.0 * shared);
        return refused(found, format!("at least {:.0} %", 100.0 * LEAST_SHARED));
    }
    let [from, _] = xray.height_and_radius(point);
    let aside = run.shared(transform).map(|height| {
        let place = std::array::from_fn(|i| point[i] + (height - from) / along * direction[i]);
        xray.height_and_radius(place)[1]
    });
    let aside_mm = aside[0].max(aside[1]);
    if aside_mm > MOST_ASIDE_MM {
        let found = format!("the axes of the two cans lie {aside_mm:.2} mm beside each other");
        return refused(found, format!("at most {MOST_ASIDE_MM} mm"));
    }
    Ok(())
}

/// Of the ends that both volumes show, one pair at least must coincide.
fn ends_meet((neutron, xray): (&Can, &Can), transform: &Transform) -> Result<(), RegisterError> {
    let (point, direction) = placed(neutron, transform);
    let along: f64 = (0..3).map(|i| direction[i] * xray.direction[i]).sum();
    let [from, _] = xray.height_and_radius(point);
    let between = |i: usize| {
        let other = if along > 0.0 { i } else { 1 - i };
        Some((from + along * neutron.ends[i]? - xray.ends[other]?).abs())
    };
    match (0..2).filter_map(between).min_by(f64::total_cmp) {
        Some(found_mm) if found_mm > MOST_ALONG_MM => {
            let found = format!("the ends of the two cans lie {found_mm:.2} mm apart");
            refused(found, format!("at most {MOST_ALONG_MM} mm"))
        }
        _ => Ok(()),
    }
}

/// No other angle about the axis may be better by more than chance.
fn angle_is_best(
    run: &Run<'_>,
    transform: &Transform,
    least_margin: f64,
) -> Result<(), RegisterError> {
    let (_, can) = run.cans();
    let (level, region) = (run.coarse(), run.region(transform));
    let steps = Steps { most: 10, least_mm: 0.02, longest_mm: 0.8 };
    let near = |start: Fit| improve(&level, start, (Degrees::Rigid, &region), &steps);
    let told = near(Fit::at(&level, *transform));
    let best = near(ALL_ROUND.best(&level, (&told, &region, can)));
    let [turn_deg, _] = apart(&told.transform, &best.transform, region.centre);
    if turn_deg > SAME_TURN_DEG && margin(&level, [&best, &told], can) >= least_margin {
        let found = format!("turned by {turn_deg:.0}° about the axis they fit clearly better");
        return refused(found, format!("the best angle to within {SAME_TURN_DEG}°"));
    }
    Ok(())
}
