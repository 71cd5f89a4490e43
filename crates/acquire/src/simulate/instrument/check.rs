//! What is absurd in a profile, key by key. Reads no file.

use voltomo_types::{Probe, Problem};

use super::profile::Profile;

/// Collects problems with numbers of a profile.
#[derive(Default)]
struct Findings(Vec<Problem>);

impl Findings {
    fn add(&mut self, key: &str, found: impl ToString, expected: impl ToString) {
        self.0.push(Problem::new(key, found, expected));
    }

    /// A number in `low..=high`; NaN never is.
    fn within(&mut self, key: &str, value: f64, [low, high]: [f64; 2]) {
        if !(low..=high).contains(&value) {
            self.add(key, value, format!("a number from {low} to {high}"));
        }
    }

    /// A number above 0 and at most `high`.
    fn above_zero(&mut self, key: &str, value: f64, high: f64) {
        if !(value > 0.0 && value <= high) {
            self.add(key, value, format!("a number above 0, at most {high}"));
        }
    }

    fn count(&mut self, key: &str, value: usize, [low, high]: [usize; 2]) {
        if !(low..=high).contains(&value) {
            self.add(key, value, format!("a number from {low} to {high}"));
        }
    }
}

impl Profile {
    /// What cannot be used, each with its key, dotted and whole.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut findings = Findings::default();
        match self.probe {
            Probe::Neutron => self.neutron_problems(&mut findings),
            Probe::Xray => self.xray_problems(&mut findings),
        }
        self.beam_problems(&mut findings);
        self.geometry_problems(&mut findings);
        self.detector_problems(&mut findings);
        self.screen_problems(&mut findings);
        self.readout_problems(&mut findings);
        self.fault_problems(&mut findings);
        self.frame_problems(&mut findings);
        findings.0
    }

    fn neutron_problems(&self, findings: &mut Findings) {
        let Some(neutrons) = &self.neutrons else {
            return findings.add("neutrons", "not there", "a table, since `probe` is neutron");
        };
        findings.above_zero("neutrons.flux_per_cm2_s", neutrons.flux_per_cm2_s, 1e12);
        findings.within("neutrons.kelvin", neutrons.kelvin, [10.0, 2000.0]);
        let collimation = neutrons.collimation;
        if collimation != 0.0 {
            findings.within("neutrons.collimation", collimation, [10.0, 1e6]);
        }
        if self.tube.is_some() {
            findings.add("tube", "there", "no such table, since `probe` is neutron");
        }
        findings.above_zero("screen.efficiency", self.screen.efficiency, 1.0);
        findings.above_zero("geometry.axis_screen_mm", self.geometry.axis_screen_mm, 1e5);
    }

    fn xray_problems(&self, findings: &mut Findings) {
        let Some(tube) = &self.tube else {
            return findings.add("tube", "not there", "a table, since `probe` is xray");
        };
        findings.within("tube.kilovolts", tube.kilovolts, [30.0, 90.0]);
        findings.above_zero("tube.milliamperes", tube.milliamperes, 1e3);
        for (index, filter) in tube.filters.iter().enumerate() {
            findings.within(&format!("tube.filters[{index}].mm"), filter.mm, [0.0, 1e4]);
        }
        findings.within("tube.spot_mm", tube.spot_mm, [0.0, 10.0]);
        findings.within("tube.spot_drift_mm", tube.spot_drift_mm, [0.0, 1.0]);
        findings.within("tube.heel_per_degree", tube.heel_per_degree, [0.0, 0.05]);
        if self.neutrons.is_some() {
            findings.add("neutrons", "there", "no such table, since `probe` is xray");
        }
        findings.above_zero("screen.csi_mm", self.screen.csi_mm, 10.0);
        findings.within("screen.csi_density", self.screen.csi_density, [0.0, 4.6]);
        let geometry = &self.geometry;
        findings.above_zero("geometry.source_axis_mm", geometry.source_axis_mm, 1e5);
        findings.above_zero("geometry.source_detector_mm", geometry.source_detector_mm, 1e5);
        if geometry.source_axis_mm >= geometry.source_detector_mm {
            let expected = format!(
                "less than `geometry.source_detector_mm`, {}: the axis is between source and \
                 detector",
                geometry.source_detector_mm
            );
            findings.add("geometry.source_axis_mm", geometry.source_axis_mm, expected);
        }
    }

    fn beam_problems(&self, findings: &mut Findings) {
        findings.within("beam.drift_per_hour", self.beam.drift_per_hour, [-0.5, 0.5]);
        findings.within("beam.jitter", self.beam.jitter, [0.0, 0.3]);
        findings.within("beam.falloff", self.beam.falloff, [0.0, 0.95]);
        findings.count("beam.bins", self.beam.bins, [0, 256]);
        findings.within("scatter.strength", self.scatter.strength, [0.0, 2.0]);
        findings.within("scatter.backlight", self.scatter.backlight, [0.0, 2.0]);
        if self.scatter.strength != 0.0 {
            findings.within("scatter.spread", self.scatter.spread, [0.05, 10.0]);
        }
    }

    fn geometry_problems(&self, findings: &mut Findings) {
        let geometry = &self.geometry;
        if let super::layout::Aim::Height(height) = geometry.aim {
            findings.within("geometry.aim", height, [-1e4, 1e4]);
        }
        findings.within("geometry.axis_offset_mm", geometry.axis_offset_mm, [-1e3, 1e3]);
        findings.within("geometry.axis_tilt_deg", geometry.axis_tilt_deg, [-30.0, 30.0]);
        findings.within("geometry.panel_roll_deg", geometry.panel_roll_deg, [-30.0, 30.0]);
        findings.within("geometry.inclination_deg", geometry.inclination_deg, [-60.0, 60.0]);
        for pixels in geometry.piercing_offset {
            findings.within("geometry.piercing_offset", pixels, [-1e4, 1e4]);
        }
        for (key, counts) in
            [("rays.per_pixel", self.rays.per_pixel), ("rays.pinhole", self.rays.pinhole)]
        {
            counts.into_iter().for_each(|count| findings.count(key, count, [0, 64]));
        }
    }

    fn detector_problems(&self, findings: &mut Findings) {
        let detector = &self.detector;
        findings.count("detector.rows", detector.rows, [1, 65536]);
        findings.count("detector.columns", detector.columns, [1, 65536]);
        findings.within("detector.pixel_mm", detector.pixel_mm, [1e-3, 10.0]);
        findings.count("detector.bin", detector.bin, [0, 64]);
        let sides = [detector.rows, detector.columns];
        for (name, (region, side)) in
            ["rows", "columns"].into_iter().zip(detector.region.into_iter().zip(sides))
        {
            let read = if region == 0 { side } else { region };
            if read > side || read < detector.bin.max(1) {
                let expected = format!(
                    "{name} from `detector.bin` to the detector's {side}, or 0 for all of them"
                );
                findings.add("detector.region", format!("{region} {name}"), expected);
            }
        }
    }

    fn screen_problems(&self, findings: &mut Findings) {
        let screen = &self.screen;
        findings.within("screen.swank", screen.swank, [0.0, 1.0]);
        if screen.swank > 0.0 && screen.swank < 0.05 {
            findings.add("screen.swank", screen.swank, "a number from 0.05 to 1, or 0 for none");
        }
        findings.within("screen.light_fwhm_mm", screen.light_fwhm_mm, [0.0, 10.0]);
        findings.within("screen.depth_fwhm_mm", screen.depth_fwhm_mm, [0.0, 10.0]);
        findings.within("screen.glare", screen.glare, [0.0, 0.9]);
        if screen.glare != 0.0 {
            findings.above_zero("screen.glare_fwhm_mm", screen.glare_fwhm_mm, 1e3);
        }
        findings.within("screen.afterglow", screen.afterglow, [0.0, 0.9]);
    }

    fn readout_problems(&self, findings: &mut Findings) {
        let readout = &self.readout;
        let electrons = readout.electrons_per_quantum;
        findings.above_zero("readout.electrons_per_quantum", electrons, 1e9);
        findings.above_zero("readout.electrons_per_count", readout.electrons_per_count, 1e9);
        let full = f64::from(readout.bits.min(16)).exp2() - 1.0;
        if !(readout.bias >= 0.0 && readout.bias < full) {
            let expected = format!("0 or more, and less than the {full} that `readout.bits` hold");
            findings.add("readout.bias", readout.bias, expected);
        }
        if !(1..=16).contains(&readout.bits) {
            findings.add("readout.bits", readout.bits, "a number from 1 to 16");
        }
        findings.within("readout.read_electrons", readout.read_electrons, [0.0, 1e6]);
        findings.within("readout.dark_electrons_per_s", readout.dark_electrons_per_s, [0.0, 1e9]);
        findings.within("readout.prnu", readout.prnu, [0.0, 0.3]);
        findings.within("readout.gain_residual", readout.gain_residual, [0.0, 0.3]);
    }

    fn fault_problems(&self, findings: &mut Findings) {
        let (spots, defects) = (&self.spots, &self.defects);
        findings.within("spots.per_megapixel_s", spots.per_megapixel_s, [0.0, 1e4]);
        if spots.per_megapixel_s != 0.0 {
            findings.within("spots.mean_pixels", spots.mean_pixels, [1.0, 1e3]);
            findings.above_zero("spots.mean_counts", spots.mean_counts, 1e6);
        }
        findings.within("spots.dark_share", spots.dark_share, [0.0, 1.0]);
        findings.within("defects.hot_share", defects.hot_share, [0.0, 0.2]);
        findings.within("defects.hot_counts_per_s", defects.hot_counts_per_s, [0.0, 1e6]);
        findings.within("defects.dead_share", defects.dead_share, [0.0, 0.2]);
        let columns = self.detector.columns / 2;
        findings.count("defects.dead_columns", defects.dead_columns, [0, columns]);
        findings.count("defects.hot_columns", defects.hot_columns, [0, columns]);
    }

    fn frame_problems(&self, findings: &mut Findings) {
        let frames = &self.frames;
        findings.count("frames.views", frames.views, [1, 1_000_000]);
        let [start, arc] = frames.arc_deg;
        findings.within("frames.arc_deg", start, [-1e6, 1e6]);
        if !(arc.abs() <= 1e6 && arc != 0.0) {
            findings.add("frames.arc_deg", arc, "an arc other than 0, as in `[0.0, 360.0]`");
        }
        findings.above_zero("frames.exposure_s", frames.exposure_s, 1e6);
        findings.within("frames.pause_s", frames.pause_s, [0.0, 1e6]);
        for (key, count) in [
            ("frames.open_before", frames.open_before),
            ("frames.open_after", frames.open_after),
            ("frames.darks", frames.darks),
            ("frames.black_bodies", frames.black_bodies),
        ] {
            findings.count(key, count, [0, 1_000_000]);
        }
        if frames.black_bodies > 0 {
            findings.above_zero("frames.black_body_mm", frames.black_body_mm, 1e3);
            let pitch = frames.black_body_pitch_mm;
            findings.within("frames.black_body_pitch_mm", pitch, [frames.black_body_mm, 1e3]);
        }
    }
}
