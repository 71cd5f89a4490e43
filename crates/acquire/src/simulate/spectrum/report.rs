//! What both beams see of a material, as a table for people. Knows no cell.

use std::fmt;

use serde::Serialize;

use super::detected::Spectrum;
use super::thermal::{ScreenResponse, ThermalBeam};
use super::tube::{PanelResponse, TubeBeam};
use crate::simulate::material::{
    HydrogenModel, Library, MaterialError, NeutronParts, Substance, XrayParts,
};

/// Energies of the table, keV.
const ENERGIES: [f64; 6] = [20.0, 30.0, 40.0, 60.0, 80.0, 100.0];
/// Wavelengths of the table, Å.
const WAVELENGTHS: [f64; 3] = [1.0, 1.8, 4.0];
/// Tube voltage kV and copper filter mm of the effective values.
const TUBES: [(f64, f64); 2] = [(60.0, 0.1), (80.0, 0.5)];

/// X-ray attenuation at one energy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct XrayValues {
    /// Energy, keV.
    pub kev: f64,
    /// All processes, 1/cm.
    pub total_per_cm: f64,
    /// By process, 1/cm.
    pub parts_per_cm: XrayParts,
}

/// Neutron attenuation at one wavelength.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NeutronValues {
    /// Wavelength, Å.
    pub angstrom: f64,
    /// All processes, 1/cm.
    pub total_per_cm: f64,
    /// By process, 1/cm.
    pub parts_per_cm: NeutronParts,
}

/// Composition and attenuation of a material. [`fmt::Display`] gives a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MaterialReport {
    /// Its name or formula.
    pub name: String,
    /// Density, g/cm³.
    pub density_g_cm3: f64,
    /// Mass fractions by element or isotope.
    pub mass_fractions: Vec<(String, f64)>,
    /// How hydrogen was counted.
    pub hydrogen: HydrogenModel,
    /// X-ray attenuation by energy.
    pub xray: Vec<XrayValues>,
    /// Tube, and attenuation of a thin sample in its beam, 1/cm.
    pub xray_effective: Vec<(String, f64)>,
    /// Neutron attenuation by wavelength.
    pub neutron: Vec<NeutronValues>,
    /// Attenuation of a thin sample in a Maxwellian beam of 300 K on a ⁶LiF screen, 1/cm.
    pub neutron_effective_per_cm: f64,
}

/// What both beams see of a material.
///
/// `name_or_formula`: a name of the library, or a formula or list of mass fractions.
/// `density`: g/cm³; a formula needs it, a name takes it instead of its own.
/// Errors: neither a name nor a formula; a formula without a density; what [`Substance`] refuses.
pub fn report(
    name_or_formula: &str,
    density: Option<f64>,
    hydrogen: HydrogenModel,
) -> Result<MaterialReport, MaterialError> {
    let substance = find(name_or_formula, density)?;
    let xray = ENERGIES.map(|kev| {
        let parts_per_cm = substance.xray_parts(kev);
        XrayValues { kev, total_per_cm: parts_per_cm.total(), parts_per_cm }
    });
    let neutron = WAVELENGTHS.map(|angstrom| {
        let parts_per_cm = substance.neutron_parts(angstrom, hydrogen);
        NeutronValues { angstrom, total_per_cm: parts_per_cm.total(), parts_per_cm }
    });
    let fractions = substance.fractions().iter();
    Ok(MaterialReport {
        name: name_or_formula.into(),
        density_g_cm3: substance.density(),
        mass_fractions: fractions.map(|(nuclide, share)| (nuclide.to_string(), *share)).collect(),
        hydrogen,
        xray: xray.into(),
        xray_effective: TUBES.map(|tube| effective_in_tube(&substance, tube)).into(),
        neutron: neutron.into(),
        neutron_effective_per_cm: effective_in_reactor(&substance, hydrogen),
    })
}

fn find(text: &str, density: Option<f64>) -> Result<Substance, MaterialError> {
    let library = Library::standard();
    let known = library.get(text);
    if let (Err(_), Some(name)) = (&known, library.lookalike(text))
        && Substance::formula(text, text, 1.0).is_ok()
    {
        return Err(MaterialError::AlsoName { found: text.into(), name: name.into() });
    }
    match (known, density) {
        (Ok(known), None) => Ok(known),
        (Ok(known), Some(density)) => Substance::blend(text, &[(&known, 1.0)], density),
        (Err(_), Some(density)) if text.contains(':') => {
            Substance::mass_fractions(text, text, density)
        }
        (Err(_), Some(density)) => Substance::formula(text, text, density),
        (Err(unknown), None) => Err(without_density(text, unknown)),
    }
}

/// A formula lacks its density; anything else is an unknown name.
fn without_density(text: &str, unknown: MaterialError) -> MaterialError {
    let is_list = text.contains(':') && Substance::mass_fractions(text, text, 1.0).is_ok();
    if !is_list && Substance::formula(text, text, 1.0).is_err() {
        return unknown;
    }
    MaterialError::NoDensity { formula: text.into() }
}

fn effective_in_tube(substance: &Substance, (kv, copper_mm): (f64, f64)) -> (String, f64) {
    let beam = TubeBeam::with_copper(kv, copper_mm);
    let spectrum = Spectrum::tube(&beam, &PanelResponse::default(), 16);
    let spectrum = spectrum.expect("the tubes of the table are answered for");
    let value = spectrum.effective_attenuation(substance, HydrogenModel::Organic);
    (format!("{kv} kV, {copper_mm} mm Cu"), value)
}

fn effective_in_reactor(substance: &Substance, hydrogen: HydrogenModel) -> f64 {
    let spectrum = Spectrum::thermal(&ThermalBeam::default(), &ScreenResponse::default(), 16);
    let spectrum = spectrum.expect("the default beam is answered for");
    spectrum.effective_attenuation(substance, hydrogen)
}

impl fmt::Display for MaterialReport {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(to, "{}, {} g/cm3", self.name, four_digits(self.density_g_cm3))?;
        for (symbol, share) in &self.mass_fractions {
            writeln!(to, "  {symbol:>5} {share:8.5} by mass")?;
        }
        writeln!(to, "\nX-rays, 1/cm           total   photoelectric    coherent  incoherent")?;
        for row in &self.xray {
            let part = row.parts_per_cm;
            let numbers = [row.total_per_cm, part.photoelectric, part.coherent, part.incoherent];
            write_row(to, &format!("{} keV", row.kev), numbers)?;
        }
        for (tube, value) in &self.xray_effective {
            writeln!(to, "  {tube:<17} {:>8}   thin sample", four_digits(*value))?;
        }
        writeln!(to, "\nneutrons, 1/cm         total      absorption    coherent  incoherent")?;
        for row in &self.neutron {
            let part = row.parts_per_cm;
            let numbers = [row.total_per_cm, part.absorption, part.coherent, part.incoherent];
            write_row(to, &format!("{:.1} A", row.angstrom), numbers)?;
        }
        let effective = four_digits(self.neutron_effective_per_cm);
        writeln!(to, "  {:<17} {effective:>8}   thin sample", "Maxwell 300 K")?;
        writeln!(to, "  hydrogen as {}", hydrogen_words(self.hydrogen))
    }
}

fn write_row(to: &mut fmt::Formatter<'_>, label: &str, values: [f64; 4]) -> fmt::Result {
    let [total, first, second, third] = values.map(four_digits);
    writeln!(to, "  {label:<17} {total:>8} {first:>15} {second:>11} {third:>11}")
}

fn hydrogen_words(model: HydrogenModel) -> &'static str {
    match model {
        HydrogenModel::Organic => "in organics",
        HydrogenModel::Water => "in water",
        HydrogenModel::Bound => "bound (82 b), too strong for polymers in a thermal beam",
    }
}

/// Four significant digits.
fn four_digits(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let digits = 3.0 - value.abs().log10().floor();
    format!("{value:.*}", voltomo_numeric::cast::to_index(digits.clamp(0.0, 9.0)))
}
