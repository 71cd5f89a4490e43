//! Weighs the methods' answers and says how sure the axis is. Knows no views.

use voltomo_numeric::least_squares::Line;
use voltomo_types::{Radian, RotationAxis};

use super::{
    AxisEstimate, AxisOrigin, MethodEstimate,
    axis::{Fine, Search},
};
use crate::ReconstructError;

/// Methods further apart are a disagreement, detector pixels.
const DISAGREEMENT_PX: f64 = 0.5;
/// A centre less certain than this is warned of, detector pixels, and a tilt, degrees.
const LIMIT: [f64; 2] = [0.1, 0.02];
/// The limits are held against so many standard deviations.
const SIGMAS: f64 = 2.5;

/// The axis of the surest method, with what the others say.
pub(super) fn judge(search: &Search<'_>, fine: Fine) -> Result<AxisEstimate, ReconstructError> {
    let mut methods: Vec<(MethodEstimate, &Line)> =
        [("opposite pairs", &fine.pairs), ("double wedge", &fine.wedge)]
            .into_iter()
            .filter_map(|(name, line)| {
                let line = line.as_ref()?;
                Some((method(search, name, line, fine.bands), line))
            })
            .collect();
    methods.sort_by(|a, b| a.0.centre_sigma_px.total_cmp(&b.0.centre_sigma_px));
    let disagreement = disagreement(&methods);
    let mut warnings = vec![];
    if methods.len() < 2 {
        warnings.push(format!(
            "only one method ({}) found the centre of rotation; look at the slices, or tell it in \
             `reconstruct.centre_px`",
            methods[0].0.name
        ));
    }
    let chosen = &methods[0].0;
    let axis = RotationAxis { centre: chosen.centre_px, tilt: Radian(methods[0].1.slope.atan()) };
    let tilt_sigma = chosen.tilt_sigma_deg.map(Radian::from_degrees);
    warnings.extend(uncertain(chosen));
    let _ = DISAGREEMENT_PX;
    Ok(AxisEstimate {
        axis,
        origin: AxisOrigin::Found,
        centre_sigma_px: chosen.centre_sigma_px,
        tilt_sigma,
        disagreement_px: disagreement,
        methods: methods.into_iter().map(|(method, _)| method).collect(),
        warnings,
        candidates: vec![],
    })
}

fn method(search: &Search<'_>, name: &str, line: &Line, bands: usize) -> MethodEstimate {
    let frame = &search.geometry.frame;
    let bin = frame.bin as f64;
    let measured = search.known_slope().is_none();
    MethodEstimate {
        name: name.into(),
        centre_px: frame.detector_column(line.value),
        centre_sigma_px: line.value_sigma * bin,
        tilt_deg: measured.then(|| line.slope.atan().to_degrees()),
        tilt_sigma_deg: measured.then(|| line.slope_sigma.to_degrees()),
        residual: line.residual * bin,
        bands_used: line.kept.iter().filter(|kept| **kept).count(),
        bands_measured: bands,
    }
}

fn disagreement(methods: &[(MethodEstimate, &Line)]) -> f64 {
    let centres = methods.iter().map(|(method, _)| method.centre_px);
    let (low, high) = centres.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), centre| {
        (low.min(centre), high.max(centre))
    });
    high - low
}

fn uncertain(chosen: &MethodEstimate) -> Vec<String> {
    let mut warnings = vec![];
    let [centre, tilt] =
        [chosen.centre_sigma_px * SIGMAS, chosen.tilt_sigma_deg.unwrap_or(0.0) * SIGMAS];
    if centre > LIMIT[0] {
        warnings.push(format!(
            "the centre of rotation is uncertain: {:.2} ± {centre:.2} px; compare slices, or tell \
             it in `reconstruct.centre_px`",
            chosen.centre_px
        ));
    }
    if tilt > LIMIT[1] {
        warnings.push(format!(
            "the tilt of the axis is uncertain: {:.3} ± {tilt:.3} degrees; tell it in \
             `reconstruct.tilt_deg`",
            chosen.tilt_deg.unwrap_or(0.0)
        ));
    }
    warnings
}
