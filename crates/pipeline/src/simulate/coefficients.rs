//! How strongly a thin layer of each material attenuates the beams. Knows no shapes.

use voltomo_acquire::simulate::{
    instrument::Profile,
    material::{HydrogenModel, Substance},
};
use voltomo_types::Probe;

use super::error::SimulateError;

/// Coefficients of each material for neutrons and for X-rays, 1/cm: in the beam of the scan, and
/// in that of the built-in instrument of the other kind.
///
/// # Errors
/// A beam that cannot be computed.
pub(super) fn coefficients(
    profile: &Profile,
    substances: &[Substance],
) -> Result<[Vec<f64>; 2], SimulateError> {
    let other = match profile.probe {
        Probe::Neutron => Profile::imax(),
        Probe::Xray => Profile::titan(),
    };
    let of = |probe: Probe| -> Result<Vec<f64>, SimulateError> {
        let spectrum = if profile.probe == probe { profile } else { &other }.spectrum()?;
        let thin = |substance| spectrum.effective_attenuation(substance, HydrogenModel::Organic);
        Ok(substances.iter().map(thin).collect())
    };
    Ok([of(Probe::Neutron)?, of(Probe::Xray)?])
}
