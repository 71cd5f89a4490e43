//! The best placements from many first ones, and whether the best stands alone. Knows no settings
//! of the levels.

use rayon::prelude::*;
use voltomo_numeric::cast::to_index;
use voltomo_types::Transform;

use crate::{
    bootstrap::margin,
    can::Can,
    metric::{Degrees, Level},
    registration::RunnerUp,
    rigid::{Fit, Region, Steps, improve},
    start::{Candidate, mirror},
    turn::Sweep,
};

/// Step of the search along the axis, mm.
const SHIFT_MM: f64 = 0.5;
/// Placements that are followed from the coarse search.
const FOLLOWED: usize = 12;
/// Placements that are followed to the next finer level.
const KEPT: usize = 3;
/// Two placements nearer than this are the same.
const SAME_TURN_DEG: f64 = 10.0;
const SAME_SHIFT_MM: f64 = 0.5;
/// Angles about a placement that is followed.
const SWEEPS: [Sweep; 2] =
    [Sweep { step_deg: 1.5, each_side: 4 }, Sweep { step_deg: 0.5, each_side: 6 }];

/// What is searched: the ways to lay can onto can, and the steps about the axis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Search<'a> {
    pub(crate) cans: (&'a Can, &'a Can),
    pub(crate) candidates: &'a [Candidate],
    pub(crate) angle_step_deg: f64,
    pub(crate) region: Region,
    /// What mirrors the neutron volume before it is placed, where its mirror image is searched.
    pub(crate) mirror: Option<Transform>,
}

/// The winner on the middle level, and the best that differs from it.
pub(crate) fn search(
    search: &Search<'_>,
    coarse: &Level,
    middle: &Level,
) -> Option<(Fit, Option<RunnerUp>)> {
    let first = first_round(search, coarse);
    let limits = [SAME_TURN_DEG, SAME_SHIFT_MM];
    let region = &search.region;
    let steps = Steps { most: 10, least_mm: 0.02, longest_mm: 0.8 };
    let refined = first.into_iter().map(|start| {
        let near = improve(coarse, start, (Degrees::Rigid, region), &steps);
        let turned = SWEEPS[0].best(coarse, (&near, region, search.cans.1));
        improve(coarse, turned, (Degrees::Rigid, region), &steps)
    });
    let kept = different(refined.collect(), (search, limits), KEPT);
    let steps = Steps { most: 10, least_mm: 0.005, longest_mm: 0.3 };
    let refined = kept.into_iter().map(|start| {
        let start = Fit::at(middle, start.transform);
        let near = improve(middle, start, (Degrees::Rigid, region), &steps);
        let turned = SWEEPS[1].best(middle, (&near, region, search.cans.1));
        improve(middle, turned, (Degrees::Rigid, region), &steps)
    });
    let mut kept = different(refined.collect(), (search, limits), KEPT).into_iter();
    let best = kept.next()?;
    let runner_up = kept.next().map(|second| {
        let margin = margin(middle, [&best, &second], search.cans.1);
        let [turn_deg, shift_mm] = apart(&best.transform, &second.transform, search.region.centre);
        RunnerUp { score: second.score(), winner_score: best.score(), margin, turn_deg, shift_mm }
    });
    Some((best, runner_up))
}

/// By how many standard deviations the winner explains the neutron volume better than the best
/// placement of its mirror image, negative where that one is better; `None` without such a placement.
pub(crate) fn mirror_margin(
    direct: &Search<'_>,
    (coarse, middle): (&Level, &Level),
    winner: &Fit,
) -> Option<f64> {
    let (neutron, xray) = direct.cans;
    let mirrored = Search { mirror: Some(mirror(neutron)), ..*direct };
    let (image, _) = search(&mirrored, coarse, middle)?;
    tracing::debug!(score = image.score(), "the mirror image");
    let ahead = margin(middle, [winner, &image], xray);
    Some(if ahead >= 0.0 { ahead } else { -margin(middle, [&image, winner], xray) })
}

/// All angles and shifts of all candidates, and of them the best that differ by steps of the search.
fn first_round(search: &Search<'_>, coarse: &Level) -> Vec<Fit> {
    let angles = to_index((360.0 / search.angle_step_deg).ceil()).max(1);
    let mut starts = Vec::new();
    for candidate in search.candidates {
        let half = to_index((candidate.reach / SHIFT_MM).round());
        for shift in 0..=2 * half {
            let shift = (shift as f64 - half as f64) * SHIFT_MM;
            let angle = |k: usize| std::f64::consts::TAU * k as f64 / angles as f64;
            let placed = |k: usize| candidate.transform(search.cans, angle(k), shift);
            let mirror = search.mirror.unwrap_or(Transform::IDENTITY);
            starts.extend((0..angles).map(|k| mirror.then(&placed(k))));
        }
    }
    let fits: Vec<Fit> =
        starts.into_par_iter().map(|transform| Fit::at(coarse, transform)).collect();
    let apart = [4.5 * search.angle_step_deg, 2.5 * SHIFT_MM];
    different(fits, (search, apart), FOLLOWED)
}

/// The best `count` placements that differ from all better ones by a turn or a shift.
fn different(
    mut fits: Vec<Fit>,
    (search, [turn_deg, shift_mm]): (&Search<'_>, [f64; 2]),
    count: usize,
) -> Vec<Fit> {
    fits.sort_by(|a, b| b.explained.gain.total_cmp(&a.explained.gain));
    let mut kept: Vec<Fit> = Vec::new();
    for fit in fits {
        let is_known = kept.iter().any(|known| {
            let found = apart(&known.transform, &fit.transform, search.region.centre);
            found[0] < turn_deg && found[1] < shift_mm
        });
        if !is_known {
            kept.push(fit);
        }
        if kept.len() == count {
            break;
        }
    }
    kept
}

/// Turn between two placements, degrees, and how far apart they place what the first one places at
/// `centre`, mm.
pub(crate) fn apart(a: &Transform, b: &Transform, centre: [f64; 3]) -> [f64; 2] {
    let products: f64 =
        a.matrix.iter().flatten().zip(b.matrix.iter().flatten()).map(|(a, b)| a * b).sum();
    let turn = ((products - 1.0) / 2.0).clamp(-1.0, 1.0).acos().to_degrees();
    let moved = a.inverse().map_or(centre, |back| b.apply(back.apply(centre)));
    let shift = (0..3).map(|i| (moved[i] - centre[i]).powi(2)).sum::<f64>().sqrt();
    [turn, shift]
}
