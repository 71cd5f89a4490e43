//! Phase out of one frame at one distance. Knows no counts.

use std::f64::consts::{PI, TAU};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_numeric::{
    cast::to_index,
    plane_filter::{PlaneFilter, PlaneRoom},
};
use voltomo_types::Problem;

/// λ·E of photons, in mm·keV.
const MM_KEV: f64 = 1.239_841_984e-6;

/// How phase is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhaseMethod {
    /// Fringes stay.
    #[default]
    None,
    /// One material: `1/(1 + a·|k|²)` on the transmission (Paganin 2002).
    Paganin,
    /// The same with the Laplacian of pixels, which keeps more detail (Paganin 2020).
    GeneralisedPaganin,
    /// Transport of intensity: `½/(u + 10⁻ᴿ)` on T − 1.
    Tie,
    /// Contrast transfer: `½·sgn(sin u)/(|sin u| + 10⁻ᴿ)` on T − 1.
    Ctf,
    /// `ctf` up to the first zero of the sine, nothing beyond.
    CtfHalfSine,
    /// `ctf` without the rings around its zeros, `|sin u| < threshold` beyond u = π/2
    /// (Moosmann 2011).
    QuasiParticle,
    /// `quasi_particle` up to the first zero of the sine.
    QuasiParticleHalfSine,
    /// `ctf` with these rings held at their edge.
    ProjectedCtf,
}

/// Phase of single frames, by free propagation behind the sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PhaseSettings {
    /// The method. `paganin` and `generalised_paganin` leave line integrals of µ; all others give
    /// those of the phase, 2πδ/λ, in radians.
    pub method: PhaseMethod,
    /// δ/β of the sample's material (`paganin`, `generalised_paganin`).
    pub delta_over_beta: Option<f64>,
    /// Energy of the X-rays in keV, or `wavelength_nm`.
    pub energy_kev: Option<f64>,
    /// Wavelength in nm, or `energy_kev`.
    pub wavelength_nm: Option<f64>,
    /// Distance from the sample to the detector in mm.
    pub distance_mm: Option<f64>,
    /// Magnification of a cone beam; the distance counts less by it.
    pub magnification: f64,
    /// R: the slowest waves are raised by up to ½·10ᴿ (all but `paganin` and
    /// `generalised_paganin`).
    pub regularisation: f64,
    /// Least |sin u| beyond u = π/2 (`quasi_particle`, `quasi_particle_half_sine`,
    /// `projected_ctf`).
    pub threshold: f64,
}

impl Default for PhaseSettings {
    fn default() -> Self {
        Self {
            method: PhaseMethod::None,
            delta_over_beta: None,
            energy_kev: None,
            wavelength_nm: None,
            distance_mm: None,
            magnification: 1.0,
            regularisation: 2.5,
            threshold: 0.1,
        }
    }
}

impl PhaseSettings {
    fn is_paganin(&self) -> bool {
        matches!(self.method, PhaseMethod::Paganin | PhaseMethod::GeneralisedPaganin)
    }

    /// Whether what comes out is a line integral, not a transmission.
    pub(crate) fn gives_line_integrals(&self) -> bool {
        self.method != PhaseMethod::None && !self.is_paganin()
    }

    /// Everything that cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.method == PhaseMethod::None {
            return problems;
        }
        let mut check = |is_right: bool, (key, found, expected): (&str, String, &str)| {
            if !is_right {
                let key = format!("correct.phase.{key}");
                problems.push(Problem::new(&key, found, expected));
            }
        };
        let text = |value: Option<f64>| value.map_or("nothing".into(), |value| value.to_string());
        let within = |value: Option<f64>, least: f64, most: f64| {
            value.is_some_and(|value| (least..=most).contains(&value))
        };
        if self.is_paganin() {
            let expected = "δ/β of the material, 0.01 to 1000000";
            let found = self.delta_over_beta;
            check(within(found, 0.01, 1e6), ("delta_over_beta", text(found), expected));
        }
        let distance = self.distance_mm;
        let expected = "the distance from the sample to the detector, 0.001 to 1000000 mm";
        check(within(distance, 1e-3, 1e6), ("distance_mm", text(distance), expected));
        match (self.energy_kev, self.wavelength_nm) {
            (Some(_), Some(_)) => {
                let found = "given, and so is `wavelength_nm`".to_string();
                check(false, ("energy_kev", found, "one of both"));
            }
            (energy, None) => {
                let expected = "0.01 to 10000 keV, or `wavelength_nm`";
                check(within(energy, 0.01, 1e4), ("energy_kev", text(energy), expected));
            }
            (None, wave) => {
                check(within(wave, 1e-4, 100.0), ("wavelength_nm", text(wave), "0.0001 to 100 nm"));
            }
        }
        let (m, r, t) = (self.magnification, self.regularisation, self.threshold);
        check((1.0..=1e4).contains(&m), ("magnification", m.to_string(), "1 to 10000"));
        check((0.0..=8.0).contains(&r), ("regularisation", r.to_string(), "0 to 8 (2.5 is usual)"));
        check((0.001..=1.0).contains(&t), ("threshold", t.to_string(), "0.001 to 1"));
        problems
    }

    /// z·λ over the area of a pixel `pixel_mm` wide in the plane of the sample, no unit.
    fn spread(&self, pixel_mm: f64) -> f64 {
        let wave_mm = match (self.energy_kev, self.wavelength_nm) {
            (Some(energy), _) => MM_KEV / energy,
            (None, wave) => wave.unwrap_or(0.0) * 1e-6,
        };
        let distance = self.distance_mm.unwrap_or(0.0) / self.magnification;
        distance * wave_mm / (pixel_mm * pixel_mm)
    }

    /// `a = zδ/(µp²) = zλ·(δ/β)/(4πp²)` of Paganin's filter, in pixels².
    fn blur(&self, pixel_mm: f64) -> f64 {
        self.spread(pixel_mm) * self.delta_over_beta.unwrap_or(0.0) / (4.0 * PI)
    }

    /// The response at a frequency in cycles a pixel.
    fn response(&self, pixel_mm: f64, [y, x]: [f64; 2]) -> f64 {
        let square = y * y + x * x;
        match self.method {
            PhaseMethod::None => 1.0,
            PhaseMethod::Paganin => 1.0 / (1.0 + self.blur(pixel_mm) * TAU * TAU * square),
            PhaseMethod::GeneralisedPaganin => {
                let laplacian = 2.0 * ((TAU * y).cos() + (TAU * x).cos() - 2.0);
                1.0 / (1.0 - self.blur(pixel_mm) * laplacian)
            }
            _ => -self.of_weak_phase(PI * self.spread(pixel_mm) * square),
        }
    }

    /// H(u) on T − 1.
    fn of_weak_phase(&self, u: f64) -> f64 {
        let (sin, little) = (u.sin(), 10f64.powf(-self.regularisation));
        let sign = if sin < 0.0 { -1.0 } else { 1.0 };
        let transfer = 0.5 * sign / (sin.abs() + little);
        let is_ring = u > PI / 2.0 && sin.abs() < self.threshold;
        match self.method {
            PhaseMethod::Tie => 0.5 / (u + little),
            PhaseMethod::CtfHalfSine | PhaseMethod::QuasiParticleHalfSine if u >= PI => 0.0,
            PhaseMethod::QuasiParticle | PhaseMethod::QuasiParticleHalfSine if is_ring => 0.0,
            PhaseMethod::ProjectedCtf if is_ring => 0.5 * sign / (self.threshold + little),
            _ => transfer,
        }
    }

    /// Pixels beyond the edge that the filter reaches.
    fn border(&self, pixel_mm: f64, [rows, columns]: [usize; 2]) -> usize {
        let most = rows.max(columns) / 2;
        match self.is_paganin() {
            // Its kernel falls off as e^(−r/√a).
            true => to_index(8.0 * self.blur(pixel_mm).sqrt()).clamp(16, most.max(16)),
            false => most.max(16),
        }
    }
}

/// The filter of a recipe, for frames of one size and pixels of one size.
#[derive(Debug)]
pub(super) struct Phase {
    filter: PlaneFilter,
    is_weak: bool,
}

impl Phase {
    /// `None` where a recipe asks for none.
    pub(super) fn new(settings: &PhaseSettings, size: [usize; 2], pixel_mm: f64) -> Option<Self> {
        (settings.method != PhaseMethod::None).then(|| {
            let border = settings.border(pixel_mm, size);
            let response = |y: f64, x: f64| settings.response(pixel_mm, [y, x]);
            let filter = PlaneFilter::new(size, border, response);
            Self { filter, is_weak: settings.gives_line_integrals() }
        })
    }

    /// Transmission to that of contact (Paganin), or to line integrals of the phase, in place.
    pub(super) fn apply(&self, values: &mut [f32], room: &mut PlaneRoom) {
        if self.is_weak {
            values.iter_mut().for_each(|value| *value -= 1.0);
        }
        self.filter.apply(values, room);
    }

    /// Bytes of the filter and of one thread.
    pub(super) fn bytes(settings: &PhaseSettings, size: [usize; 2], pixel_mm: f64) -> [u64; 2] {
        match settings.method {
            PhaseMethod::None => [0, 0],
            _ => PlaneFilter::bytes(size, settings.border(pixel_mm, size)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(method: PhaseMethod) -> PhaseSettings {
        PhaseSettings {
            method,
            delta_over_beta: Some(500.0),
            energy_kev: Some(22.0),
            distance_mm: Some(50.0),
            ..PhaseSettings::default()
        }
    }

    /// 22 keV, 50 mm and 9 µm: λ = 5.6356·10⁻⁸ mm, u = πλz/p² at one cycle a pixel.
    #[test]
    fn responses_are_the_formulas_at_known_numbers() {
        let u = PI * 5.635_645e-8 * 50.0 / (0.009 * 0.009);
        let at = |method, f: f64| settings(method).response(0.009, [f, 0.0]);
        let little = 10f64.powf(-2.5);
        assert!((at(PhaseMethod::Tie, 0.5) + 0.5 / (u / 4.0 + little)).abs() < 1e-5);
        assert!((at(PhaseMethod::Tie, 0.0) + 0.5 * 10f64.powf(2.5)).abs() < 1e-9);
        let a = 5.635_645e-8 * 50.0 * 500.0 / (4.0 * PI) / (0.009 * 0.009);
        assert!((at(PhaseMethod::Paganin, 0.5) - 1.0 / (1.0 + a * PI * PI)).abs() < 1e-6);
        assert!((at(PhaseMethod::GeneralisedPaganin, 0.5) - 1.0 / (1.0 + 4.0 * a)).abs() < 1e-6);
    }

    /// At u = 3.1, beyond π/2, with |sin u| = 0.0416 below the threshold; at u = 3.3 beyond π.
    #[test]
    fn variants_differ_where_they_should() {
        let at = |method, u: f64| settings(method).of_weak_phase(u);
        let little = 10f64.powf(-2.5);
        let full = 0.5 / (3.1f64.sin() + little);
        for method in [PhaseMethod::Ctf, PhaseMethod::CtfHalfSine] {
            assert!((at(method, 3.1) - full).abs() < 1e-12);
        }
        assert_eq!(at(PhaseMethod::QuasiParticle, 3.1), 0.0);
        assert!((at(PhaseMethod::ProjectedCtf, 3.1) - 0.5 / (0.1 + little)).abs() < 1e-12);
        assert_eq!(at(PhaseMethod::CtfHalfSine, 3.3), 0.0);
        assert_eq!(at(PhaseMethod::QuasiParticleHalfSine, 3.3), 0.0);
        assert!(at(PhaseMethod::Ctf, 3.3) < 0.0 && at(PhaseMethod::QuasiParticle, 3.3) < 0.0);
        assert!((at(PhaseMethod::Ctf, 1.0) - at(PhaseMethod::ProjectedCtf, 1.0)).abs() < 1e-12);
    }
}
