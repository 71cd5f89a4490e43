//! Weighs the methods' answers and says how sure the axis is. Knows no views.

use voltomo_numeric::least_squares::Line;
use voltomo_types::{Radian, RotationAxis};

use super::{
    AxisEstimate, AxisOrigin, CandidateSlice, MethodEstimate,
    axis_search::{Fine, LineOf, Search, WHOLE_FRAMES},
    band_centres, sharpness,
};
use crate::ReconstructError;

/// Methods further apart are a disagreement, detector pixels.
const DISAGREEMENT_PX: f64 = 0.5;
/// The same of tilts, degrees.
const TILT_DISAGREEMENT_DEG: f64 = 0.1;
/// A centre less certain than this is warned of, detector pixels, and a tilt, degrees.
const LIMIT: [f64; 2] = [0.1, 0.02];
/// The limits are held against so many standard deviations.
const SIGMAS: f64 = 3.0;

/// A tilt less certain than this, in degrees, is believed only where it stands out of its noise.
const TILT_IN_DOUBT: f64 = 0.1;

/// A method's answer, and the line it comes from.
struct Answer {
    estimate: MethodEstimate,
    line: Line,
}

/// The axis of the surest method, with what the others say. Where two of them disagree, the least
/// negative slice decides.
pub(super) fn judge(search: &Search<'_>, fine: Fine) -> Result<AxisEstimate, ReconstructError> {
    let mut answers = answers(search, &fine);
    answers.sort_by(|a, b| a.estimate.centre_sigma_px.total_cmp(&b.estimate.centre_sigma_px));
    let (low, high) = extent(&answers);
    let (mut warnings, mut candidates) = (vec![], vec![]);
    if answers.len() < 2 {
        warnings.push(alone(&answers[0].estimate));
    }
    if high - low > DISAGREEMENT_PX {
        candidates = sharpness::candidates(search, (low, high), (&fine.clearest, &fine.axis))?;
        let best = sharpest(&candidates);
        let distance = |answer: &Answer| (answer.estimate.centre_px - best).abs();
        let tilted = against_frames(&answers);
        let rank = |answer: &Answer| (tilted.contains(&answer.estimate.name), distance(answer));
        answers.sort_by(|a, b| rank(a).0.cmp(&rank(b).0).then(rank(a).1.total_cmp(&rank(b).1)));
        warnings.push(disagreement(&answers, best));
    }
    warnings.extend(tilts_apart(&answers));
    let chosen = &answers[0];
    let centre_sigma_px = with_excess(&answers);
    warnings.extend(uncertain(&chosen.estimate, centre_sigma_px));
    Ok(AxisEstimate {
        axis: believable(search, chosen, &mut warnings),
        origin: AxisOrigin::Found,
        centre_sigma_px,
        tilt_sigma: chosen.estimate.tilt_sigma_deg.map(Radian::from_degrees),
        methods: answers.into_iter().map(|answer| answer.estimate).collect(),
        disagreement_px: high - low,
        warnings,
        candidates,
    })
}

/// The axis as the answer has it, upright where its tilt is both unsure and no more than noise.
fn believable(search: &Search<'_>, answer: &Answer, warnings: &mut Vec<String>) -> RotationAxis {
    let tilt = Radian(answer.line.slope.atan());
    let sigma_deg = answer.estimate.tilt_sigma_deg.unwrap_or(0.0);
    if sigma_deg < TILT_IN_DOUBT || tilt.degrees().abs() > SIGMAS * sigma_deg {
        return RotationAxis { centre: answer.estimate.centre_px, tilt };
    }
    warnings.push("the tilt is no more than its noise and taken as 0".into());
    let frame = &search.geometry.frame;
    let middle = frame.detector_row((search.source.shape().rows as f64 - 1.0) / 2.0);
    let there = (middle - frame.middle_row()) * answer.line.slope;
    RotationAxis { centre: answer.estimate.centre_px + there, tilt: Radian(0.0) }
}

fn answers(search: &Search<'_>, fine: &Fine) -> Vec<Answer> {
    let answer = |of: &LineOf| Answer { estimate: method(search, of), line: of.line.clone() };
    fine.answers.iter().map(answer).collect()
}

/// From the surest answer to those that differ from it beyond three standard deviations, or that are
/// sure enough to be held against it at all.
fn extent(answers: &[Answer]) -> (f64, f64) {
    let surest = &answers[0].estimate;
    let counts = |other: &MethodEstimate| {
        let expected = SIGMAS * surest.centre_sigma_px.hypot(other.centre_sigma_px);
        let apart = (other.centre_px - surest.centre_px).abs();
        apart > expected || expected < DISAGREEMENT_PX
    };
    let telling = answers.iter().map(|answer| &answer.estimate).filter(|other| counts(other));
    telling.fold((surest.centre_px, surest.centre_px), |(low, high), other| {
        (low.min(other.centre_px), high.max(other.centre_px))
    })
}

fn sharpest(candidates: &[CandidateSlice]) -> f64 {
    let best = candidates.iter().max_by(|a, b| a.sharpness.total_cmp(&b.sharpness));
    best.map_or(f64::NAN, |candidate| candidate.centre_px)
}

/// The methods whose tilt differs from that of the whole frames by more than both allow: they are no
/// answer where the centres disagree, since only whole frames compare rows of different height.
fn against_frames(answers: &[Answer]) -> Vec<String> {
    let estimates = || answers.iter().map(|answer| &answer.estimate);
    let Some(frames) = estimates().find(|one| one.name == WHOLE_FRAMES) else { return vec![] };
    estimates().filter(|other| tilt_differs(frames, other)).map(|one| one.name.clone()).collect()
}

fn tilt_differs(one: &MethodEstimate, other: &MethodEstimate) -> bool {
    let sigmas = [one, other].map(|one| one.tilt_sigma_deg.unwrap_or(0.0));
    let apart = other.tilt_deg.zip(one.tilt_deg).map_or(0.0, |(a, b)| (a - b).abs());
    apart > (SIGMAS * sigmas[0].hypot(sigmas[1])).max(TILT_DISAGREEMENT_DEG)
}

/// Tilts that differ by more than their uncertainties allow.
fn tilts_apart(answers: &[Answer]) -> Option<String> {
    let chosen = &answers[0].estimate;
    let other = answers[1..].iter().find(|other| tilt_differs(chosen, &other.estimate))?;
    let told = |one: &MethodEstimate| format!("{} {:.3}", one.name, one.tilt_deg.unwrap_or(0.0));
    Some(format!(
        "the methods disagree about the tilt of the axis: {}, {} degrees, expected within \
         {TILT_DISAGREEMENT_DEG} degrees; the first is taken, tell it in `reconstruct.tilt_deg`",
        told(chosen),
        told(&other.estimate)
    ))
}

/// Sigma of the first answer, widened by what the answers differ beyond their own sigmas.
fn with_excess(answers: &[Answer]) -> f64 {
    let chosen = &answers[0].estimate;
    let excess = answers[1..].iter().map(|other| {
        let expected = chosen.centre_sigma_px.hypot(other.estimate.centre_sigma_px);
        ((other.estimate.centre_px - chosen.centre_px).abs() - 3.0 * expected).max(0.0)
    });
    chosen.centre_sigma_px.hypot(excess.fold(0.0, f64::max) / 2.0)
}

fn alone(only: &MethodEstimate) -> String {
    format!(
        "only one method ({}) found the centre of rotation, expected two that agree; compare \
         slices, or tell it in `reconstruct.centre_px`",
        only.name
    )
}

fn disagreement(answers: &[Answer], sharpest: f64) -> String {
    let said: Vec<String> = answers
        .iter()
        .map(|answer| format!("{} {:.2}", answer.estimate.name, answer.estimate.centre_px))
        .collect();
    format!(
        "the methods disagree about the centre of rotation: {} px, expected within \
         {DISAGREEMENT_PX} px; the least negative of {} slices is at {sharpest:.2}, so {} is \
         taken; look at the contact sheet, and tell the centre in `reconstruct.centre_px`",
        said.join(", "),
        sharpness::SLICES,
        answers[0].estimate.name
    )
}

fn method(search: &Search<'_>, LineOf { name, line, points }: &LineOf) -> MethodEstimate {
    let frame = &search.geometry.frame;
    let bin = frame.bin as f64;
    let measured = search.known_slope().is_none();
    let row_of = |x: f64| frame.detector_row(x + search.middle());
    MethodEstimate {
        name: (*name).into(),
        centre_px: frame.detector_column(line.value),
        centre_sigma_px: line.value_sigma * bin,
        tilt_deg: measured.then(|| line.slope.atan().to_degrees()),
        tilt_sigma_deg: measured.then(|| line.slope_sigma.to_degrees()),
        residual: line.residual * bin,
        bands_used: line.kept.iter().filter(|kept| **kept).count(),
        bands_measured: line.kept.len(),
        bands: band_centres(points, line, (row_of, bin)),
    }
}

fn uncertain(chosen: &MethodEstimate, centre_sigma_px: f64) -> Vec<String> {
    let mut warnings = vec![];
    let [centre, tilt] = [centre_sigma_px * SIGMAS, chosen.tilt_sigma_deg.unwrap_or(0.0) * SIGMAS];
    if centre > LIMIT[0] {
        warnings.push(format!(
            "the centre of rotation is uncertain: {:.2} ± {centre:.2} px ({SIGMAS} standard \
             deviations); is the range of `acquire.angles` right? Compare slices, or tell the \
             centre in `reconstruct.centre_px`",
            chosen.centre_px
        ));
    }
    if tilt > LIMIT[1] {
        warnings.push(format!(
            "the tilt of the axis is uncertain: {:.3} ± {tilt:.3} degrees ({SIGMAS} standard \
             deviations); is the range of `acquire.angles` right? Or tell the tilt in \
             `reconstruct.tilt_deg`",
            chosen.tilt_deg.unwrap_or(0.0)
        ));
    }
    warnings
}
