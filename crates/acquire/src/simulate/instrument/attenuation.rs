//! The beam as its detector sees it: how many quanta, and how much of their signal is left behind so
//! much of each material. Knows no geometry.

use voltomo_types::Probe;

use super::{error::InstrumentError, profile::Profile, source::Tube};
use crate::simulate::{
    PathLengths, Sample,
    material::Library,
    spectrum::{
        AttenuationTable, Filter, PanelResponse, ScreenResponse, Spectrum, ThermalBeam, TubeBeam,
    },
};

/// Bins of wavelength or energy where the profile does not say.
const BINS: usize = 16;
/// Density of solid caesium iodide, g/cm³.
const CSI_SOLID: f64 = 4.51;
/// Density of a packed screen where the profile does not say, g/cm³.
const CSI_PACKED: f64 = 3.61;

/// Quanta of the open beam, and transmission by path lengths.
#[derive(Debug)]
pub(super) struct Attenuation {
    table: AttenuationTable,
    /// Quanta differ in size, so that the variance has a transmission of its own.
    has_variance: bool,
    size_moment: f64,
    detected_per_cm2_s: f64,
}

impl Attenuation {
    pub(super) fn new(profile: &Profile, sample: &dyn Sample) -> Result<Self, InstrumentError> {
        let spectrum = profile.spectrum()?;
        let moment = spectrum.mean_square_signal() / spectrum.mean_signal().powi(2);
        Ok(Self {
            table: AttenuationTable::new(&spectrum, sample.materials()),
            has_variance: profile.probe == Probe::Xray,
            size_moment: moment,
            detected_per_cm2_s: detected(profile, &spectrum),
        })
    }

    /// Whether quanta differ in size, so that the variance needs a table of its own.
    pub(super) fn has_variance(&self) -> bool {
        self.has_variance
    }

    /// Second moment of the size of a detected quantum of the open beam over the square of the
    /// first.
    pub(super) fn size_moment(&self) -> f64 {
        self.size_moment
    }

    /// Detected quanta of the open beam a cm² and s at the detector, along the central beam.
    pub(super) fn detected_per_cm2_s(&self) -> f64 {
        self.detected_per_cm2_s
    }

    /// Transmissions, and behind them, where there are any, variances: `out` has one or two values
    /// a ray.
    pub(super) fn signal(&self, lengths: &PathLengths, out: &mut [f32]) {
        let (transmission, variance) = out.split_at_mut(lengths.rows());
        if self.has_variance {
            self.table.transmission_and_variance(lengths, transmission, variance);
        } else {
            self.table.transmission(lengths, transmission);
        }
    }

    /// Transmissions alone, one value a ray.
    pub(super) fn transmission(&self, lengths: &PathLengths, out: &mut [f32]) {
        self.table.transmission(lengths, out);
    }
}

impl Profile {
    /// The beam as the detector sees it.
    ///
    /// # Errors
    /// A source, a filter or a screen that is not answered for.
    pub fn spectrum(&self) -> Result<Spectrum, InstrumentError> {
        let beam = |message| InstrumentError::Beam { message, name: self.name.clone() };
        spectrum(self).map_err(beam)
    }
}

fn spectrum(profile: &Profile) -> Result<Spectrum, String> {
    let bins = if profile.beam.bins == 0 { BINS } else { profile.beam.bins };
    let made = match (&profile.neutrons, &profile.tube) {
        (Some(neutrons), _) => {
            let beam = ThermalBeam { kelvin: neutrons.kelvin, ..ThermalBeam::default() };
            Spectrum::thermal(&beam, &ScreenResponse::default(), bins)
        }
        (None, Some(tube)) => Spectrum::tube(&tube_beam(tube)?, &panel(profile), bins),
        (None, None) => return Err("the profile has no source".into()),
    };
    made.map_err(|error| error.to_string())
}

fn tube_beam(tube: &Tube) -> Result<TubeBeam, String> {
    let library = Library::standard();
    let filters = tube.filters.iter().enumerate().map(|(index, filter)| {
        let substance = library
            .get(filter_id(&filter.material))
            .map_err(|error| format!("`tube.filters[{index}].material`: {error}"))?;
        Ok(Filter { substance, mm: filter.mm })
    });
    Ok(TubeBeam { kv: tube.kilovolts, filters: filters.collect::<Result<_, String>>()? })
}

/// The library's name of a filter that is told by its symbol.
fn filter_id(material: &str) -> &str {
    match material {
        "Cu" => "copper",
        "Al" => "aluminium",
        "Be" => "beryllium",
        other => other,
    }
}

fn panel(profile: &Profile) -> PanelResponse {
    let screen = &profile.screen;
    let density = if screen.csi_density > 0.0 { screen.csi_density } else { CSI_PACKED };
    PanelResponse { csi_mm: screen.csi_mm, packing: (density / CSI_SOLID).min(1.0) }
}

/// Detected quanta a cm² and s. A tube's are told at 1 m and fall with the square of the distance.
fn detected(profile: &Profile, spectrum: &Spectrum) -> f64 {
    match (&profile.neutrons, &profile.tube) {
        (Some(neutrons), _) => neutrons.flux_per_cm2_s * profile.screen.efficiency,
        (None, Some(tube)) => {
            let metres = profile.geometry.source_detector_mm / 1000.0;
            let arriving = spectrum.quanta() * tube.milliamperes / (metres * metres);
            arriving * spectrum.detected_fraction()
        }
        (None, None) => 0.0,
    }
}
