//! How sharp an instrument is and how noisy its default scans are. Knows no cell.

use voltomo_types::Probe;

use crate::simulate::instrument::{InstrumentError, Profile};
use crate::simulate::material::{HydrogenModel, Substance};
use crate::simulate::sample::{Bounds, ColumnRays, PathLengths, RowRay, Sample};
use crate::simulate::spectrum::{AttenuationTable, Spectrum};

/// Noise of a voxel, 1/cm, in default scans of a wound cell: neutrons, 42 µm.
const NEUTRON_NOISE: f64 = 0.15;
/// The same for X-rays, 16 µm.
const XRAY_NOISE: f64 = 0.07;
/// Share of the beam that comes through such a cell.
const USUAL_TRANSMISSION: f64 = 0.1;
/// A change is seen where it stands out of the noise so many times.
const TIMES_NOISE: f64 = 4.0;
/// Where less comes through, scatter and glare drown it.
const LEAST_TRANSMISSION: f64 = 0.002;
/// Full width at half maximum of a disc, in diameters.
const DISC_FWHM: f64 = 0.87;
/// Directions from which a place is seen.
const DIRECTIONS: usize = 24;

/// An instrument by what decides whether something is seen in its tomograms.
#[derive(Debug, Clone)]
pub struct Eye {
    /// Name of the instrument.
    pub name: String,
    /// Full width at half maximum of the blur at the rotation axis, mm.
    pub resolution_mm: f64,
    /// Noise of a voxel of the default scan, 1/cm.
    pub noise_per_cm: f64,
    spectrum: Spectrum,
}

impl Eye {
    /// The eye of an instrument.
    ///
    /// Source, screen and pixels are added in quadrature: of neutrons the pinhole's disc at the
    /// distance of the axis (0.87 of its diameter), of X-rays the focal spot × (1 − 1/M) and what
    /// the panel does, divided by the magnification M.
    ///
    /// # Errors
    /// A beam that cannot be computed.
    pub fn of(profile: &Profile) -> Result<Self, InstrumentError> {
        let pixel = profile.detector.pixel_mm * profile.detector.bin.max(1) as f64;
        let (screen, geometry) = (&profile.screen, &profile.geometry);
        let panel = screen.light_fwhm_mm.hypot(screen.depth_fwhm_mm).hypot(pixel);
        let (resolution_mm, noise_per_cm) = match profile.probe {
            Probe::Neutron => {
                let collimation = profile.neutrons.as_ref().map_or(0.0, |it| it.collimation);
                let disc =
                    if collimation > 0.0 { geometry.axis_screen_mm / collimation } else { 0.0 };
                (panel.hypot(DISC_FWHM * disc), NEUTRON_NOISE)
            }
            Probe::Xray => {
                let smaller = geometry.source_axis_mm / geometry.source_detector_mm;
                let spot = profile.tube.as_ref().map_or(0.0, |tube| tube.spot_mm);
                ((panel * smaller).hypot(spot * (1.0 - smaller)), XRAY_NOISE)
            }
        };
        let spectrum = profile.spectrum()?;
        Ok(Self { name: profile.name.clone(), resolution_mm, noise_per_cm, spectrum })
    }

    /// Attenuation of a thin layer of each substance, 1/cm.
    pub(super) fn coefficients(&self, substances: &[Substance]) -> Vec<f64> {
        let thin = |one| self.spectrum.effective_attenuation(one, HydrogenModel::Organic);
        substances.iter().map(thin).collect()
    }

    /// Least change of µ, after the blur, that is seen at a place through which so much of the beam
    /// comes; none where scatter drowns it.
    ///
    /// Four times the noise of a voxel of the default scan; the noise grows with 1/√transmission.
    pub(super) fn needed(&self, transmission: f64) -> Option<f64> {
        let darker = (USUAL_TRANSMISSION / transmission).sqrt().max(1.0);
        (transmission >= LEAST_TRANSMISSION).then_some(TIMES_NOISE * self.noise_per_cm * darker)
    }

    /// Share of the beam that comes through the sample at a place `[x, y, z]`, mm: the median over
    /// horizontal directions.
    pub(super) fn transmission(&self, sample: &dyn Sample, [x, y, z]: [f64; 3]) -> f64 {
        let table = AttenuationTable::new(&self.spectrum, sample.materials());
        let Bounds { radius, .. } = sample.bounds();
        let back = radius + x.hypot(y) + 1.0;
        let through = |step: usize| {
            let (sin, cos) = (step as f64 * std::f64::consts::PI / DIRECTIONS as f64).sin_cos();
            let mut lengths = PathLengths::new(sample.materials().len(), 1);
            let rows = [RowRay { z, slope: 0.0 }];
            let origin = [x - back * cos, y - back * sin];
            sample.trace(&ColumnRays { origin, direction: [cos, sin], rows: &rows }, &mut lengths);
            let mut signal = [1.0];
            table.transmission(&lengths, &mut signal);
            f64::from(signal[0])
        };
        let mut all: Vec<f64> = (0..DIRECTIONS).map(through).collect();
        all.sort_by(f64::total_cmp);
        all[DIRECTIONS / 2]
    }
}
