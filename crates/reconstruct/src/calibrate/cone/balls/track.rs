//! Which shadows are one ball's. Knows no source and no detector.
//!
//! Shadows of views that follow one another are joined where they run straight on; from the longest
//! such run an orbit is laid, which then gathers the shadows of that ball from view to view.

use rayon::prelude::*;

use super::{
    BallError, BallPoint, BallScan, BallTrack, ViewSource,
    orbit::{Orbit, Seen},
    shadow::{Shadow, shadows},
};

/// Views that are read at once.
const VIEWS_AT_ONCE: usize = 8;
/// A run is continued over a gap of so many radians.
const GAP: f64 = 0.15;
/// Least arc of a run from which an orbit is laid, radians.
const SEED: f64 = 0.6;
/// An orbit gathers shadows so far beyond those it has, radians.
const AHEAD: f64 = 0.25;
/// Least arc of a ball's orbit, radians: a third of a turn.
pub(super) const LEAST_ARC: f64 = 2.1;

/// One shadow, and which ball's it is.
struct Spot {
    view: usize,
    angle: f64,
    /// Detector `[row, column]`.
    place: [f64; 2],
    radius: f64,
    is_taken: bool,
}

/// Finds the shadows of balls in all views and follows each ball through them.
///
/// `watch(done, all)` is called as the work goes on, in views. Returns the balls with shadows over a
/// third of a turn or more, from above to below. Memory: eight radiographs, each four times.
///
/// # Errors
/// Frames that cannot be read, an angle that is no number, no balls.
pub fn find_tracks(
    source: &dyn ViewSource,
    scan: &BallScan,
    watch: &dyn Fn(usize, usize),
) -> Result<Vec<BallTrack>, BallError> {
    let count = source.shape().frames;
    if scan.angles.len() != count {
        let (angles, frames) = (scan.angles.len(), count);
        return Err(BallError::AngleCount { angles, frames });
    }
    if let Some(index) = scan.angles.iter().position(|angle| !angle.0.is_finite()) {
        return Err(BallError::BadAngle { index, value: scan.angles[index].0 });
    }
    let mut spots = vec![];
    for first in (0..count).step_by(VIEWS_AT_ONCE) {
        let views = first..(first + VIEWS_AT_ONCE).min(count);
        let found: Vec<Vec<Shadow>> = views
            .clone()
            .into_par_iter()
            .map(|view| Ok(shadows(&source.view(view)?)))
            .collect::<Result<_, BallError>>()?;
        for (view, found) in views.clone().zip(found) {
            spots.extend(found.iter().map(|shadow| spot(scan, view, shadow)));
        }
        watch(views.end, count);
    }
    spots.sort_by(|a, b| a.angle.total_cmp(&b.angle).then(a.view.cmp(&b.view)));
    let tracks = follow(&mut spots);
    if tracks.is_empty() {
        return Err(BallError::NoBalls { views: count, shadows: spots.len() });
    }
    Ok(tracks)
}

fn spot(scan: &BallScan, view: usize, shadow: &Shadow) -> Spot {
    let [row, column] = shadow.place;
    Spot {
        view,
        angle: scan.angles[view].0,
        place: [scan.frame.detector_row(row), scan.frame.detector_column(column)],
        radius: shadow.radius * scan.frame.bin as f64,
        is_taken: false,
    }
}

/// The balls, from above to below. `spots`: by angle.
fn follow(spots: &mut [Spot]) -> Vec<BallTrack> {
    let mut runs = runs(spots);
    runs.sort_by_key(|run| std::cmp::Reverse(run.len()));
    let mut tracks: Vec<(f64, BallTrack)> = vec![];
    for run in runs {
        let free: Vec<usize> = run.into_iter().filter(|&k| !spots[k].is_taken).collect();
        let Some(members) = gather(spots, free) else { continue };
        members.iter().for_each(|&k| spots[k].is_taken = true);
        let points: Vec<BallPoint> = members
            .iter()
            .map(|&k| BallPoint { view: spots[k].view, place: spots[k].place })
            .collect();
        let mean = |of: &dyn Fn(&Spot) -> f64| {
            members.iter().map(|&k| of(&spots[k])).sum::<f64>() / members.len() as f64
        };
        let track = BallTrack { points, radius_px: mean(&|spot| spot.radius) };
        tracks.push((mean(&|spot| spot.place[0]), track));
    }
    tracks.sort_by(|a, b| a.0.total_cmp(&b.0));
    tracks.into_iter().map(|(_, track)| track).collect()
}

/// Runs of shadows that follow one another straight on, as indices into the spots.
fn runs(spots: &[Spot]) -> Vec<Vec<usize>> {
    let mut runs: Vec<Vec<usize>> = vec![];
    let mut first = 0;
    while first < spots.len() {
        let angle = spots[first].angle;
        let end = first + spots[first..].partition_point(|spot| spot.angle <= angle + 1e-9);
        let mut is_used = vec![false; runs.len()];
        for k in first..end {
            let best = (0..is_used.len())
                .filter(|&run| !is_used[run])
                .filter_map(|run| Some((off(spots, &runs[run], k)?, run)))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            match best {
                Some((_, run)) => {
                    is_used[run] = true;
                    runs[run].push(k);
                }
                None => runs.push(vec![k]),
            }
        }
        first = end;
    }
    runs
}

/// How far a shadow is off the straight continuation of a run; `None` where it is too far to be
/// its next.
fn off(spots: &[Spot], run: &[usize], next: usize) -> Option<f64> {
    let (&last, spot) = (run.last()?, &spots[next]);
    let (last, before) = (&spots[last], run.iter().rev().nth(1).map(|&k| &spots[k]));
    let step = spot.angle - last.angle;
    if step > GAP || (spot.radius / last.radius - 1.0).abs() > 0.3 {
        return None;
    }
    // Without a direction yet: a ball is within twenty radii of the axis, hardly ever more.
    let (expected, limit): ([f64; 2], f64) = match before {
        Some(before) => {
            let part = step / (last.angle - before.angle);
            let on = |k: usize| last.place[k] + part * (last.place[k] - before.place[k]);
            ([on(0), on(1)], 2.0 + 0.5 * spot.radius)
        }
        None => (last.place, 2.0 + spot.radius.max(60.0 * spot.radius * step)),
    };
    let (down, across) = (spot.place[0] - expected[0], spot.place[1] - expected[1]);
    // A ball moves along the rows, and hardly across them.
    let off = (3.0 * down).hypot(across);
    (off < limit).then_some(off)
}

/// All shadows of one ball, grown from a run: those that its orbit meets, nearest views first.
fn gather(spots: &[Spot], run: Vec<usize>) -> Option<Vec<usize>> {
    let arc = |members: &[usize]| -> f64 {
        let (first, last) = (members.first(), members.last());
        first.zip(last).map_or(0.0, |(&a, &b)| spots[b].angle - spots[a].angle)
    };
    if arc(&run) < SEED {
        return None;
    }
    let mut members = run;
    let mut orbit = None;
    for _ in 0..60 {
        let seen: Vec<Seen> = members.iter().map(|&k| seen(&spots[k])).collect();
        let found = Orbit::through(&seen)?;
        let next = met(spots, &members, &found);
        orbit = Some(found);
        if next == members || next.len() < 8 {
            break;
        }
        members = next;
    }
    let scatter = orbit.map_or(f64::INFINITY, |orbit: Orbit| orbit.scatter);
    let mean = members.iter().map(|&k| spots[k].radius).sum::<f64>() / members.len() as f64;
    (arc(&members) >= LEAST_ARC && scatter < (0.1 * mean).max(0.5)).then_some(members)
}

fn seen(spot: &Spot) -> Seen {
    Seen { angle: spot.angle, place: spot.place }
}

/// The free shadows that an orbit meets, one a view, no further than a little ahead of those it
/// has. By angle, as the spots are.
fn met(spots: &[Spot], members: &[usize], orbit: &Orbit) -> Vec<usize> {
    let mut met: Vec<(usize, f64)> = vec![];
    for (k, spot) in spots.iter().enumerate().filter(|(_, spot)| !spot.is_taken) {
        let off = orbit.off(&seen(spot));
        if off > orbit.limit().max(0.15 * spot.radius + 0.3) {
            continue;
        }
        let after = members.partition_point(|&m| spots[m].angle < spot.angle);
        let near = [after.checked_sub(1), (after < members.len()).then_some(after)];
        let is_near = |m: usize| (spots[members[m]].angle - spot.angle).abs() <= AHEAD;
        if !near.into_iter().flatten().any(is_near) {
            continue;
        }
        match met.last_mut().filter(|(last, _)| spots[*last].view == spot.view) {
            Some(last) if last.1 > off => *last = (k, off),
            Some(_) => {}
            None => met.push((k, off)),
        }
    }
    met.into_iter().map(|(k, _)| k).collect()
}
