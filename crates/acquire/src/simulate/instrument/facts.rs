//! What an operator would write down of an instrument. Knows no samples.

use serde::Serialize;
use voltomo_types::Probe;

use super::{placement::Placement, profile::Profile};

/// One line of the notes: a name, a value, its unit (empty where there is none).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InstrumentFact {
    /// What it is.
    pub name: &'static str,
    /// Its value, as printed.
    pub value: String,
    /// Its unit.
    pub unit: &'static str,
}

/// Collects the lines.
struct Notes(Vec<InstrumentFact>);

impl Notes {
    fn add(&mut self, name: &'static str, value: impl ToString, unit: &'static str) {
        self.0.push(InstrumentFact { name, value: value.to_string(), unit });
    }
}

pub(super) fn facts(profile: &Profile, placement: &Placement, open: f64) -> Vec<InstrumentFact> {
    let mut notes = Notes(Vec::new());
    let (detector, readout, frames) = (&profile.detector, &profile.readout, &profile.frames);
    notes.add("instrument", &profile.name, "");
    source(profile, &mut notes);
    distances(profile, placement, &mut notes);
    notes.add("pixel", detector.pixel_mm, "mm");
    notes.add("binning", detector.bin.max(1), "");
    notes.add("frame rows", placement.shape[0], "");
    notes.add("frame columns", placement.shape[1], "");
    notes.add("exposure", frames.exposure_s, "s");
    notes.add("views", frames.views, "");
    notes.add("first angle", frames.arc_deg[0], "degrees");
    notes.add("arc", frames.arc_deg[1], "degrees");
    notes.add("detected quanta a frame pixel, open beam", format!("{open:.1}"), "");
    notes.add("electrons a quantum", readout.electrons_per_quantum, "");
    notes.add("electrons a count", readout.electrons_per_count, "");
    notes.add("bias", readout.bias, "counts");
    notes.add("read noise", readout.read_electrons, "electrons");
    notes.add("bits", readout.bits, "");
    notes.0
}

fn source(profile: &Profile, notes: &mut Notes) {
    if let Some(neutrons) = &profile.neutrons {
        notes.add("probe", "neutron", "");
        notes.add("flux", neutrons.flux_per_cm2_s, "1/(cm² s)");
        notes.add("L/D", neutrons.collimation, "");
        notes.add("moderator", neutrons.kelvin, "K");
    }
    if let Some(tube) = &profile.tube {
        notes.add("probe", "xray", "");
        notes.add("tube voltage", tube.kilovolts, "kV");
        notes.add("tube current", tube.milliamperes, "mA");
        let filter =
            |filter: &super::source::Filter| format!("{} mm {}", filter.mm, filter.material);
        let filters: Vec<String> = tube.filters.iter().map(filter).collect();
        notes.add(
            "filters",
            if filters.is_empty() { "none".into() } else { filters.join(", ") },
            "",
        );
        notes.add("focal spot", tube.spot_mm, "mm");
    }
}

fn distances(profile: &Profile, placement: &Placement, notes: &mut Notes) {
    let geometry = &profile.geometry;
    if profile.probe == Probe::Neutron {
        notes.add("distance axis to screen", geometry.axis_screen_mm, "mm");
    } else {
        notes.add("distance source to axis", geometry.source_axis_mm, "mm");
        notes.add("distance source to detector", geometry.source_detector_mm, "mm");
        notes.add("magnification", format!("{:.4}", placement.magnification()), "");
    }
    notes.add("height at the middle row", format!("{:.3}", placement.aim_mm), "mm");
}
