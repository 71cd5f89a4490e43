//! The extended source: a pinhole in parts, or a focal spot. Traces nothing.

use voltomo_types::Probe;

use super::{
    kernel::{FWHM_PER_SIGMA, Taps, disc, gaussian, rectangle},
    placement::{Placement, SourceShift},
    profile::Profile,
};

/// One part of the source: rays are traced from its middle, and its extent is smeared at the
/// distance of the axis.
#[derive(Debug, Clone)]
pub(super) struct SourcePart {
    /// Slopes of its rays, `[up, across]`.
    pub(super) shift: SourceShift,
    /// Its share of the intensity.
    pub(super) weight: f32,
    /// What smears the picture, across and along the columns of rays.
    pub(super) smear: Vec<Taps>,
}

/// How far the source smears on the detector from the middle, mm.
pub(super) fn reach(profile: &Profile, placement: &Placement) -> f64 {
    match (&profile.neutrons, &profile.tube) {
        (Some(neutrons), _) if neutrons.collimation > 0.0 => {
            (placement.axis_detector() + placement.bounds.radius) / neutrons.collimation
        }
        (_, Some(tube)) => {
            (2.0 * tube.spot_mm + tube.spot_drift_mm) * (placement.magnification() - 1.0)
                + 2.0 * profile.screen.depth_fwhm_mm
        }
        _ => 0.0,
    }
}

/// The parts of the source; `step` is the distance of rays on the detector, `[v, u]`, mm.
pub(super) fn parts(
    profile: &Profile,
    placement: &Placement,
    pinhole: [usize; 2],
    step: [f64; 2],
) -> Vec<SourcePart> {
    let samples = |[v, u]: [f64; 2]| [u / step[1], v / step[0]];
    let whole = |smear| vec![SourcePart { shift: [0.0; 2], weight: 1.0, smear }];
    if profile.probe == Probe::Xray {
        let spot = profile.tube.as_ref().map_or(0.0, |tube| tube.spot_mm);
        let penumbra = spot * (placement.magnification() - 1.0);
        let sigma = penumbra.hypot(profile.screen.depth_fwhm_mm) / FWHM_PER_SIGMA;
        return whole(gaussian(samples([sigma, sigma])));
    }
    let collimation = profile.neutrons.as_ref().map_or(0.0, |neutrons| neutrons.collimation);
    if collimation <= 0.0 {
        return whole(vec![]);
    }
    let (diameter, distance) = (1.0 / collimation, placement.axis_detector());
    if pinhole == [1, 1] {
        return whole(vec![disc(samples([diameter * distance; 2]))]);
    }
    let [rows, columns] = pinhole.map(|count| count as f64);
    let mut parts = Vec::new();
    for row in 0..pinhole[0] {
        let up = ((row as f64 + 0.5) / rows - 0.5) * diameter;
        let chord = (diameter * diameter - 4.0 * up * up).max(0.0).sqrt();
        let size = [diameter / rows * distance, chord / columns * distance];
        for column in 0..pinhole[1] {
            let across = ((column as f64 + 0.5) / columns - 0.5) * chord;
            let smear = rectangle(samples(size));
            parts.push((SourcePart { shift: [up, across], weight: 0.0, smear }, chord));
        }
    }
    let sum: f64 = parts.iter().map(|(_, chord)| chord).sum();
    let weighted =
        |(part, chord)| SourcePart { weight: voltomo_numeric::cast::to_f32(chord / sum), ..part };
    parts.into_iter().map(weighted).collect()
}
