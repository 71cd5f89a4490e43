//! What a beam makes of two materials, as numbers. Reads no scan.

use voltomo_acquire::simulate::{
    material::{HydrogenModel, Substance},
    spectrum::Spectrum,
};
use voltomo_correct::{BeamHardeningSettings, Polychromatic};
use voltomo_types::{Probe, Scan};

use super::{beam, refuse::refuse, substance};
use crate::{error::RunError, recipe::Recipe};

/// The largest line integral that is met: what is raised to the least transmission lies below it.
pub(crate) fn largest(recipe: &Recipe) -> f64 {
    (0.5 - f64::from(recipe.correct.flat_field.least_transmission).ln()).max(2.0)
}

/// What the beam makes of two materials, part by part.
pub(super) fn polychromatic(
    (spectrum, settings): (&Spectrum, &BeamHardeningSettings),
    materials: [&Substance; 2],
) -> Result<Polychromatic, RunError> {
    let at = |substance: &Substance, place: f64| match spectrum.probe() {
        Probe::Xray => substance.xray(place),
        Probe::Neutron => substance.neutron(place, HydrogenModel::Organic),
    };
    let by_bin = |substance: &Substance| -> Vec<f64> {
        spectrum.bins().iter().map(|bin| at(substance, bin.at)).collect()
    };
    let told = match spectrum.probe() {
        Probe::Xray => settings.at_kev,
        Probe::Neutron => settings.at_angstrom,
    };
    let mut beam = Polychromatic {
        weights: spectrum.bins().iter().map(|bin| bin.weight).collect(),
        first_per_cm: by_bin(materials[0]),
        second_per_cm: by_bin(materials[1]),
        linear_per_cm: [0.0; 2],
    };
    let thin = beam.thin_per_cm();
    let linear = |which: usize| told.map_or(thin[which], |place| at(materials[which], place));
    beam.linear_per_cm = [linear(0), linear(1)];
    if beam.linear_per_cm.iter().any(|mu| *mu <= 0.0) {
        let found = format!("`{}`, which attenuates nothing", materials[0].name());
        return Err(refuse("material", found, "a material that attenuates the beam"));
    }
    Ok(beam)
}

/// The beam in metal and in the rest.
pub(crate) fn two_materials(recipe: &Recipe, scan: &Scan) -> Result<Polychromatic, RunError> {
    let settings = &recipe.correct.beam_hardening;
    let (spectrum, _) = beam::spectrum(&settings.beam, scan.probe)?;
    let metal = substance::told("metal", settings.metal.as_deref(), settings.metal_density)?;
    let rest = substance::told("material", settings.material.as_deref(), settings.density)?;
    let beam = polychromatic((&spectrum, settings), [&metal, &rest])?;
    let [of_metal, of_rest] = beam.linear_per_cm;
    if of_metal > of_rest {
        return Ok(beam);
    }
    let found = format!("`{}` with {of_metal:.3} 1/cm", metal.name());
    let expected = format!(
        "what attenuates more than `correct.beam_hardening.material`, `{}` with {of_rest:.3} 1/cm: \
         are the two swapped?",
        rest.name()
    );
    Err(refuse("metal", found, expected))
}
