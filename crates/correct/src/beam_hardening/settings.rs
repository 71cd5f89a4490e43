//! What a recipe may say of beam hardening. Touches no data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::Problem;

use super::{linearise::Linearisation, metal_artefacts::MetalArtefacts, polynomial::Polynomial};

/// Tube voltages that spectra are known for, kV.
const KILOVOLTS: [f64; 2] = [30.0, 90.0];

/// How line integrals are made proportional to thickness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HardeningMethod {
    /// Not at all.
    #[default]
    None,
    /// By the polynomial of `coefficients`.
    Polynomial,
    /// As if all were `material`, by the spectrum of the beam.
    Material,
    /// `metal` by a first reconstruction, the rest being `material`, by the spectrum of the beam.
    TwoMaterials,
}

/// Beam hardening, after the logarithm. Wants scatter and glare to be gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BeamHardeningSettings {
    /// `none`, `polynomial` (of `coefficients`), `material` (from the spectrum, as if all were
    /// `material`), or `two_materials` (a first reconstruction tells where `metal` is; the rest is
    /// `material`).
    pub method: HardeningMethod,
    /// `polynomial`: c1, c2, … of p' = c1 p + c2 p² + …, any degree; it must rise as far as the
    /// scan's line integrals go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub coefficients: Vec<f64>,
    /// `material`, `two_materials`: a name that `voltomo material --list` prints, a formula with `density`, or a
    /// mixture by volume such as `0.6 nfm111_coat_soaked + 0.4 aluminium`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub material: Option<String>,
    /// Density of `material` in g/cm³, where that is a formula.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub density: Option<f64>,
    /// X-rays: the energy in keV whose µ the volume shall have; left out, µ is that of a thin layer
    /// in the beam.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_kev: Option<f64>,
    /// Neutrons: the wavelength in Å whose µ the volume shall have; left out, µ is that of a thin
    /// layer in the beam.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_angstrom: Option<f64>,
    /// `two_materials`: the metal, named as `material` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metal: Option<String>,
    /// Density of `metal` in g/cm³, where that is a formula.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metal_density: Option<f64>,
    /// `two_materials`: above this attenuation, 1/cm, the first reconstruction is metal; left out,
    /// the limit is found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metal_above: Option<f64>,
    /// `two_materials`: how often the metal is looked for, 1 to 3; each time in a better volume.
    pub passes: usize,
    /// `two_materials`: edge of the voxels of that first reconstruction in pixels of the
    /// (binned) frames, 1 to 8. Twice as coarse takes a quarter of the memory.
    pub coarser: usize,
    /// `two_materials`: what is done where rays cross more than `metal_trace_mm` of metal: `none`,
    /// `interpolated` (linearly) or `normalised` (by a prior); the metal is put back.
    pub metal_artefacts: MetalArtefacts,
    /// How much metal that is, mm.
    pub metal_trace_mm: f64,
    /// The beam.
    pub beam: HardeningBeam,
}

impl Default for BeamHardeningSettings {
    fn default() -> Self {
        Self {
            method: HardeningMethod::None,
            coefficients: Vec::new(),
            material: None,
            density: None,
            at_kev: None,
            at_angstrom: None,
            metal: None,
            metal_density: None,
            metal_above: None,
            passes: 1,
            coarser: 2,
            metal_artefacts: MetalArtefacts::None,
            metal_trace_mm: 2.0,
            beam: HardeningBeam::default(),
        }
    }
}

/// The spectrum of the beam as its detector sees it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HardeningBeam {
    /// An instrument whose source, filters and screen are taken: `imax`, `titan`, or a TOML file;
    /// the keys below go before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instrument: Option<String>,
    /// X-rays: tube voltage, kV (30 to 90; tungsten).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kilovolts: Option<f64>,
    /// X-rays: filters in the beam, such as `["0.5 mm Cu", "1 mm Al"]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filters: Option<Vec<String>>,
    /// X-rays: thickness of the caesium iodide screen, mm (0.2 unless told).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csi_mm: Option<f64>,
    /// X-rays: density of that screen, g/cm³ (3.61 unless told).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csi_density: Option<f64>,
    /// Neutrons: temperature of the moderator, K.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kelvin: Option<f64>,
}

impl BeamHardeningSettings {
    /// Whether the method is made of a spectrum, so that somebody who knows one must make it.
    #[must_use]
    pub fn needs_spectrum(&self) -> bool {
        self.method == HardeningMethod::Material
    }

    /// What the settings alone tell of the correction.
    pub(crate) fn linearisation(&self) -> Option<Linearisation> {
        let is_polynomial = self.method == HardeningMethod::Polynomial;
        let polynomial = is_polynomial.then(|| Polynomial::new(&self.coefficients).ok()).flatten();
        polynomial.map(Linearisation::Polynomial)
    }

    /// Everything that cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.beam.problems();
        match self.method {
            HardeningMethod::None => {}
            HardeningMethod::Polynomial => {
                problems.extend(Polynomial::new(&self.coefficients).err());
            }
            HardeningMethod::Material => problems.extend(self.missing("material", &self.material)),
            HardeningMethod::TwoMaterials => {
                problems.extend(self.missing("material", &self.material));
                problems.extend(self.missing("metal", &self.metal));
            }
        }
        if !self.coefficients.is_empty() && self.method != HardeningMethod::Polynomial {
            let found = format!("{:?} with another method", self.coefficients);
            problems.push(problem("coefficients", found, "`method = \"polynomial\"`, or no key"));
        }
        problems.extend(self.metal_problems());
        let ranges = [
            ("density", self.density, [1e-6, 25.0], "g/cm³"),
            ("metal_density", self.metal_density, [1e-6, 25.0], "g/cm³"),
            ("at_kev", self.at_kev, [1.0, 160.0], "keV"),
            ("at_angstrom", self.at_angstrom, [0.3, 10.0], "Å"),
        ];
        problems.extend(ranges.into_iter().filter_map(outside));
        problems
    }

    fn missing(&self, key: &str, told: &Option<String>) -> Option<Problem> {
        let expected = "a material, such as `can_steel`, or a formula with its density";
        let found = format!("nothing, with `method = {:?}`", self.method);
        told.is_none().then(|| problem(key, found, expected))
    }

    fn metal_problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let counts = [("passes", self.passes, 3), ("coarser", self.coarser, 8)];
        for (key, count, most) in counts.into_iter().filter(|(_, n, most)| !(1..=*most).contains(n))
        {
            problems.push(problem(key, count, format!("a whole number from 1 to {most}")));
        }
        let lengths =
            [("metal_above", self.metal_above), ("metal_trace_mm", Some(self.metal_trace_mm))];
        for (key, value) in lengths {
            if let Some(value) = value.filter(|value| !(*value > 0.0 && value.is_finite())) {
                problems.push(problem(key, value, "a number above 0"));
            }
        }
        if self.metal_artefacts != MetalArtefacts::None
            && self.method != HardeningMethod::TwoMaterials
        {
            let expected = "`method = \"two_materials\"` beside it, which finds the metal";
            problems.push(problem("metal_artefacts", "set with another method", expected));
        }
        problems
    }
}

impl HardeningBeam {
    /// Everything that cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let ranges = [
            ("beam.kilovolts", self.kilovolts, KILOVOLTS, "kV: spectra are known there"),
            ("beam.csi_mm", self.csi_mm, [1e-3, 10.0], "mm"),
            ("beam.csi_density", self.csi_density, [0.05, 4.51], "g/cm³"),
            ("beam.kelvin", self.kelvin, [10.0, 3000.0], "K"),
        ];
        let mut problems: Vec<Problem> = ranges.into_iter().filter_map(outside).collect();
        for filter in self.filters.iter().flatten() {
            if parse_filter(filter).is_none() {
                let expected = "a thickness and a material, as `0.5 mm Cu`";
                problems.push(problem("beam.filters", format!("`{filter}`"), expected));
            }
        }
        problems
    }

    /// The filters by thickness, mm, and material; `None` where the recipe does not tell them.
    #[must_use]
    pub fn filter_list(&self) -> Option<Vec<(f64, String)>> {
        let filters = self.filters.as_ref()?;
        Some(filters.iter().filter_map(|filter| parse_filter(filter)).collect())
    }
}

/// `0.5 mm Cu` as a thickness and a material.
fn parse_filter(text: &str) -> Option<(f64, String)> {
    let (mm, material) = text.split_once("mm")?;
    let mm: f64 = mm.trim().parse().ok()?;
    let material = material.trim();
    ((0.0..=1000.0).contains(&mm) && !material.is_empty()).then(|| (mm, material.into()))
}

fn outside((key, value, [from, to], unit): (&str, Option<f64>, [f64; 2], &str)) -> Option<Problem> {
    let value = value.filter(|value| !(from..=to).contains(value))?;
    Some(problem(key, value, format!("{from} to {to} {unit}")))
}

fn problem(key: &str, found: impl ToString, expected: impl ToString) -> Problem {
    Problem::new(&format!("correct.beam_hardening.{key}"), found, expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_settings_are_named_by_their_keys() {
        let base = BeamHardeningSettings::default;
        let with_beam = |beam| BeamHardeningSettings { beam, ..base() };
        let beam = HardeningBeam::default;
        let polynomial = HardeningMethod::Polynomial;
        let (two, steel) = (HardeningMethod::TwoMaterials, || Some("ss304".to_string()));
        let cases = [
            ("coefficients", BeamHardeningSettings { method: polynomial, ..base() }),
            ("coefficients", BeamHardeningSettings { coefficients: vec![1.0], ..base() }),
            ("material", BeamHardeningSettings { method: HardeningMethod::Material, ..base() }),
            ("material", BeamHardeningSettings { method: two, metal: steel(), ..base() }),
            ("metal", BeamHardeningSettings { method: two, material: steel(), ..base() }),
            ("metal_above", BeamHardeningSettings { metal_above: Some(0.0), ..base() }),
            ("passes", BeamHardeningSettings { passes: 0, ..base() }),
            ("coarser", BeamHardeningSettings { coarser: 9, ..base() }),
            ("metal_trace_mm", BeamHardeningSettings { metal_trace_mm: -1.0, ..base() }),
            (
                "metal_artefacts",
                BeamHardeningSettings { metal_artefacts: MetalArtefacts::Normalised, ..base() },
            ),
            ("density", BeamHardeningSettings { density: Some(-1.0), ..base() }),
            ("at_kev", BeamHardeningSettings { at_kev: Some(0.0), ..base() }),
            ("at_angstrom", BeamHardeningSettings { at_angstrom: Some(99.0), ..base() }),
            ("beam.kilovolts", with_beam(HardeningBeam { kilovolts: Some(20.0), ..beam() })),
            ("beam.kilovolts", with_beam(HardeningBeam { kilovolts: Some(160.0), ..beam() })),
            ("beam.csi_mm", with_beam(HardeningBeam { csi_mm: Some(0.0), ..beam() })),
            ("beam.kelvin", with_beam(HardeningBeam { kelvin: Some(f64::NAN), ..beam() })),
            (
                "beam.filters",
                with_beam(HardeningBeam { filters: Some(vec!["Cu 0.5".into()]), ..beam() }),
            ),
        ];
        for (key, settings) in cases {
            let keys: Vec<String> =
                settings.problems().into_iter().map(|problem| problem.key).collect();
            assert_eq!(keys, [format!("correct.beam_hardening.{key}")]);
        }
        assert!(base().problems().is_empty());
    }

    #[test]
    fn filters_are_read_with_their_thickness() {
        let filters = Some(vec!["0.5 mm Cu".into(), "1mm aluminium".into()]);
        let beam = HardeningBeam { filters, ..HardeningBeam::default() };
        let wanted = vec![(0.5, "Cu".to_string()), (1.0, "aluminium".to_string())];
        assert_eq!(beam.filter_list(), Some(wanted));
    }
}
