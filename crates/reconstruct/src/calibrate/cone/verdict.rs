//! Weighs the methods' answers and says how sure the axis of a cone beam is. Knows no views.

use voltomo_types::{ConeCircle, Radian};

use super::{
    super::{AxisOrigin, MethodEstimate, band_centres},
    ConeAxisEstimate,
    axis_search::{Fine, Fitted, Search},
};
use crate::ReconstructError;

/// Methods further apart are a disagreement, detector pixels.
const DISAGREEMENT_PX: f64 = 0.3;
/// A centre less certain than this is warned of, detector pixels, and a roll, degrees.
const LIMIT: [f64; 2] = [0.1, 0.05];
/// The limits are held against so many standard deviations.
const SIGMAS: f64 = 3.0;
/// A roll less certain than this, in degrees, is believed only where it stands out of its noise.
const ROLL_IN_DOUBT: f64 = 0.1;
/// Opposite rays that match no better than this are no opposite rays.
const POOR_MATCH: f64 = 0.3;
/// Turned the other way, rays that match better by this factor speak for that sense.
const REVERSED: f64 = 0.7;

/// A method's answer, and the circle that follows from it.
struct Answer {
    estimate: MethodEstimate,
    circle: ConeCircle,
}

/// The axis of the surest method, with what the others say.
pub(super) fn judge(
    search: &Search<'_>,
    fine: &Fine,
) -> Result<ConeAxisEstimate, ReconstructError> {
    let lines = [("opposite rays", &fine.rays), ("round can", &fine.can)];
    let mut answers: Vec<Answer> = lines
        .into_iter()
        .filter_map(|(name, fitted)| Some(answer(search, fine, (name, fitted.as_ref()?))))
        .collect();
    answers.sort_by(|a, b| a.estimate.centre_sigma_px.total_cmp(&b.estimate.centre_sigma_px));
    let centres = || answers.iter().map(|answer| answer.estimate.centre_px);
    let apart =
        centres().fold(f64::NEG_INFINITY, f64::max) - centres().fold(f64::INFINITY, f64::min);
    let Some(chosen) = answers.first() else {
        return Err(ReconstructError::NoSample { bands: fine.bands, not_finite: 0 });
    };
    let mut warnings = vec![];
    let centre_sigma_px = with_excess(&answers, |m| (m.centre_px, m.centre_sigma_px));
    let roll_sigma_deg = chosen.estimate.tilt_sigma_deg.map(|_| {
        with_excess(&answers, |m| (m.tilt_deg.unwrap_or(0.0), m.tilt_sigma_deg.unwrap_or(0.0)))
    });
    let circle = believable(chosen, roll_sigma_deg, &mut warnings);
    warnings.extend(doubts(search, fine, (&answers, apart)));
    warnings.extend(uncertain(&circle, centre_sigma_px, roll_sigma_deg));
    Ok(ConeAxisEstimate {
        circle,
        origin: AxisOrigin::Found,
        centre_sigma_px,
        roll_sigma: roll_sigma_deg.map(Radian::from_degrees),
        methods: answers.into_iter().map(|answer| answer.estimate).collect(),
        disagreement_px: apart,
        mismatch: fine.mismatch.is_finite().then_some(fine.mismatch),
        warnings,
    })
}

fn answer(search: &Search<'_>, fine: &Fine, (name, fitted): (&str, &Fitted)) -> Answer {
    let Fitted { line, points } = fitted;
    let circle = fine.upright.moved((line.value, line.slope));
    let measured = search.known_slope().is_none();
    let row_of = |x: f64| circle.centre[0] + x * search.bin();
    let estimate = MethodEstimate {
        name: name.into(),
        centre_px: circle.centre[1],
        centre_sigma_px: line.value_sigma * search.bin(),
        tilt_deg: measured.then(|| circle.roll.degrees()),
        tilt_sigma_deg: measured.then(|| line.slope_sigma.to_degrees()),
        residual: line.residual * search.bin(),
        bands_used: line.kept.iter().filter(|kept| **kept).count(),
        bands_measured: fine.bands,
        bands: band_centres(points, line, (row_of, search.bin())),
    };
    Answer { estimate, circle }
}

/// Sigma of the first answer, widened by what the answers differ beyond their own sigmas.
fn with_excess(answers: &[Answer], of: impl Fn(&MethodEstimate) -> (f64, f64)) -> f64 {
    let (value, sigma) = of(&answers[0].estimate);
    let excess = answers[1..].iter().map(|other| {
        let (other, its_sigma) = of(&other.estimate);
        ((other - value).abs() - SIGMAS * sigma.hypot(its_sigma)).max(0.0)
    });
    sigma.hypot(excess.fold(0.0, f64::max) / 2.0)
}

/// The circle as the answer has it, without roll where that is both unsure and no more than noise.
fn believable(answer: &Answer, sigma_deg: Option<f64>, warnings: &mut Vec<String>) -> ConeCircle {
    let (circle, sigma_deg) = (answer.circle, sigma_deg.unwrap_or(0.0));
    if sigma_deg < ROLL_IN_DOUBT || circle.roll.degrees().abs() > SIGMAS * sigma_deg {
        return circle;
    }
    warnings.push("the roll is no more than its noise and taken as 0".into());
    ConeCircle { roll: Radian(0.0), ..circle }
}

fn disagreement(answers: &[Answer]) -> String {
    let said = answers.iter().map(|answer| {
        let said = &answer.estimate;
        format!("{} {:.2} ± {:.2}", said.name, said.centre_px, said.centre_sigma_px)
    });
    format!(
        "the methods disagree about the centre of rotation: {} px, expected within \
         {DISAGREEMENT_PX} px; {} is taken: compare slices, and tell the centre in \
         `reconstruct.centre_px`",
        said.collect::<Vec<_>>().join(", "),
        answers[0].estimate.name
    )
}

/// What puts the search itself in doubt.
fn doubts(search: &Search<'_>, fine: &Fine, (answers, apart): (&[Answer], f64)) -> Vec<String> {
    let mut warnings = vec![];
    if answers.len() < 2 {
        warnings.push(format!(
            "only one method ({}) found the centre of rotation, expected two that agree; compare \
             slices, or tell it in `reconstruct.centre_px`",
            answers[0].estimate.name
        ));
    }
    if apart > DISAGREEMENT_PX {
        warnings.push(disagreement(answers));
    }
    if fine.mismatch_reversed < REVERSED * fine.mismatch {
        warnings.push(format!(
            "opposite rays match better if the sample turned the other way (mismatch {:.3}, as the \
             angles have it {:.3}); is `acquire.reverse_rotation` right?",
            fine.mismatch_reversed, fine.mismatch
        ));
    } else if fine.mismatch > POOR_MATCH {
        warnings.push(format!(
            "opposite rays hardly match (mismatch {:.2} over {:.1}°, expected below {POOR_MATCH}): \
             noise, a sample that moved, or wrong angles or distances; look at \
             `acquire.angles` and `reconstruct.cone`",
            fine.mismatch,
            search.arc_deg()
        ));
    }
    warnings
}

fn uncertain(
    circle: &ConeCircle,
    centre_sigma_px: f64,
    roll_sigma_deg: Option<f64>,
) -> Vec<String> {
    let mut warnings = vec![];
    let [centre, roll] =
        [centre_sigma_px, roll_sigma_deg.unwrap_or(0.0)].map(|sigma| sigma * SIGMAS);
    if centre > LIMIT[0] {
        warnings.push(format!(
            "the centre of rotation is uncertain: {:.2} ± {centre:.2} px ({SIGMAS} standard \
             deviations); compare slices, or tell the centre in `reconstruct.centre_px`",
            circle.centre[1]
        ));
    }
    if roll > LIMIT[1] {
        warnings.push(format!(
            "the roll of the detector is uncertain: {:.3} ± {roll:.3} degrees ({SIGMAS} standard \
             deviations); tell it in `reconstruct.cone.roll_deg`",
            circle.roll.degrees()
        ));
    }
    warnings
}
