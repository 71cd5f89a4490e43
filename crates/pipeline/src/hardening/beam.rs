//! The spectrum that a recipe tells, by an instrument or key by key. Knows no sample.

use voltomo_acquire::simulate::{
    instrument::{Filter, Profile},
    spectrum::Spectrum,
};
use voltomo_correct::HardeningBeam;
use voltomo_types::Probe;

use super::refuse::refuse;
use crate::error::RunError;

/// Parts of a spectrum of X-rays, which keeps every keV, and of neutrons.
const PARTS_XRAY: usize = 1000;
const PARTS_NEUTRON: usize = 128;

/// The beam as its detector sees it, and what to call it.
///
/// # Errors
/// Nothing told, other quanta than the scan's, an unknown instrument, filter or voltage.
pub(super) fn spectrum(
    told: &HardeningBeam,
    probe: Option<Probe>,
) -> Result<(Spectrum, String), RunError> {
    let profile = profile(told)?;
    if let Some(probe) = probe.filter(|probe| *probe != profile.probe) {
        let found = format!("{} of {}", name(profile.probe), profile.name);
        let expected = format!("a beam of {}, as the scan is", name(probe));
        return Err(refuse("beam.instrument", found, expected));
    }
    let spectrum = profile.spectrum().map_err(|error| {
        let expected = "a beam with a spectrum: see `beam.kilovolts` and `beam.filters`";
        refuse("beam", format!("of no use: {error}"), expected)
    })?;
    Ok((spectrum, called(&profile)))
}

fn name(probe: Probe) -> &'static str {
    match probe {
        Probe::Neutron => "neutrons",
        Probe::Xray => "X-rays",
    }
}

/// An instrument with the source and the screen that the recipe tells.
fn profile(told: &HardeningBeam) -> Result<Profile, RunError> {
    let mut profile = match (&told.instrument, told.kilovolts, told.kelvin) {
        (Some(instrument), ..) => Profile::named(instrument).map_err(|error| {
            let expected = "`imax`, `titan` or a TOML file of an instrument";
            refuse("beam.instrument", format!("`{instrument}`: {error}"), expected)
        })?,
        (None, Some(kilovolts), _) => {
            if told.filters.is_none() {
                let found = format!("left out, with {kilovolts} kV");
                let expected = "what stands in the beam, as `[\"0.5 mm Cu\"]`: without it soft \
                                X-rays decide all; `[]` of a tube that is not filtered at all";
                return Err(refuse("beam.filters", found, expected));
            }
            unfiltered(Profile::imax())
        }
        (None, None, Some(_)) => Profile::titan(),
        (None, None, None) => {
            let expected = "the beam's spectrum: `beam.instrument`, `beam.kilovolts` with \
                            `beam.filters`, or for neutrons `beam.kelvin`";
            return Err(refuse("beam", "empty", expected));
        }
    };
    if let Some(tube) = &mut profile.tube {
        tube.kilovolts = told.kilovolts.unwrap_or(tube.kilovolts);
        if let Some(filters) = told.filter_list() {
            tube.filters =
                filters.into_iter().map(|(mm, material)| Filter { material, mm }).collect();
        }
    }
    if let Some(neutrons) = &mut profile.neutrons {
        neutrons.kelvin = told.kelvin.unwrap_or(neutrons.kelvin);
    }
    profile.screen.csi_mm = told.csi_mm.unwrap_or(profile.screen.csi_mm);
    profile.screen.csi_density = told.csi_density.unwrap_or(profile.screen.csi_density);
    profile.beam.bins = if profile.probe == Probe::Xray { PARTS_XRAY } else { PARTS_NEUTRON };
    Ok(profile)
}

fn unfiltered(mut profile: Profile) -> Profile {
    if let Some(tube) = &mut profile.tube {
        tube.filters.clear();
    }
    profile
}

fn called(profile: &Profile) -> String {
    match (&profile.tube, &profile.neutrons) {
        (Some(tube), _) => {
            let filter = |filter: &Filter| format!(", {} mm {}", filter.mm, filter.material);
            let filters: String = tube.filters.iter().map(filter).collect();
            format!("{} kV{filters}", tube.kilovolts)
        }
        (None, Some(neutrons)) => format!("neutrons of {} K", neutrons.kelvin),
        (None, None) => profile.name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(told: &HardeningBeam, probe: Option<Probe>) -> String {
        spectrum(told, probe).unwrap_err().to_string()
    }

    fn named(instrument: &str) -> HardeningBeam {
        HardeningBeam { instrument: Some(instrument.into()), ..HardeningBeam::default() }
    }

    #[test]
    fn a_beam_is_an_instrument_s_or_told_key_by_key() {
        let told = HardeningBeam {
            kilovolts: Some(80.0),
            filters: Some(vec!["0.5 mm Cu".into()]),
            ..HardeningBeam::default()
        };
        let (by_key, name) = spectrum(&told, Some(Probe::Xray)).unwrap();
        assert_eq!(name, "80 kV, 0.5 mm Cu");
        let (by_name, _) = spectrum(&named("imax"), None).unwrap();
        assert_eq!(by_key.bins(), by_name.bins());
        let (neutrons, name) = spectrum(&named("titan"), Some(Probe::Neutron)).unwrap();
        assert!(neutrons.bins().len() > 50 && name.starts_with("neutrons of"), "{name}");
        let cold = HardeningBeam { kelvin: Some(40.0), ..HardeningBeam::default() };
        assert_eq!(spectrum(&cold, None).unwrap().1, "neutrons of 40 K");
    }

    #[test]
    fn bad_beam_that_nobody_told() {
        let message = message(&HardeningBeam::default(), Some(Probe::Xray));
        for words in ["`correct.beam_hardening.beam` is empty", "`beam.kilovolts`"] {
            assert!(message.contains(words), "{message}");
        }
    }

    #[test]
    fn bad_tube_without_a_word_on_its_filters() {
        let told = HardeningBeam { kilovolts: Some(80.0), ..HardeningBeam::default() };
        let left_out = message(&told, None);
        assert!(
            left_out.contains("`correct.beam_hardening.beam.filters` is left out"),
            "{left_out}"
        );
        let bare = HardeningBeam { filters: Some(Vec::new()), ..told };
        assert_eq!(spectrum(&bare, None).unwrap().1, "80 kV");
    }

    #[test]
    fn bad_beam_of_other_quanta_than_the_scan() {
        let message = message(&named("imax"), Some(Probe::Neutron));
        assert!(message.contains("X-rays of IMAX; expected a beam of neutrons"), "{message}");
    }

    #[test]
    fn bad_instrument_and_filter_are_named() {
        let unknown = message(&named("imix"), None);
        assert!(unknown.contains("`correct.beam_hardening.beam.instrument`"), "{unknown}");
        let told = HardeningBeam {
            kilovolts: Some(80.0),
            filters: Some(vec!["0.5 mm coper".into()]),
            ..HardeningBeam::default()
        };
        let filter = message(&told, None);
        assert!(filter.contains("copper") && filter.contains("beam_hardening.beam"), "{filter}");
    }
}
