//! The beam of each radiograph: how its form changed, and its dose. Corrects nothing.

use ndarray::{Array3, Axis, s};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;
use voltomo_types::{FrameShape, Scan};

use super::Survey;
use crate::{
    CorrectError, CorrectSettings, DoseFigures, DoseMethod, DynamicFlatFigures, DynamicFlatMethod,
    air::{self, Tiling},
    dose::Instrument,
    dynamic_flat::{Components, Fit, Mean},
    error::{LEAST_DOSE, MOST_DOSE},
    first_error::first_error,
    noise::spread,
    region::{LEAST_PIXELS, Region},
    settings::MONITOR,
};

/// Radiographs that air is looked for in.
const AIR_SAMPLE: usize = 24;

/// Bytes of radiographs that are looked at together.
const BATCH_BYTES: usize = 64 << 20;

/// Weights beyond which a radiograph shows a beam that the flat fields do not, in their standard
/// deviations.
const FAR: f32 = 5.0;

impl Survey {
    /// Finds what the flat fields differ by, and how much of it each radiograph shows.
    pub(super) fn measure_dynamic_flat(
        &mut self,
        scan: &Scan,
        settings: &CorrectSettings,
    ) -> Result<(), CorrectError> {
        if settings.dynamic_flat.method == DynamicFlatMethod::None {
            return Ok(());
        }
        let open_beam = self.open_beam.sets()[0];
        let (dark, dead) = (&self.open_beam.dark[..], &self.detector.dead[..]);
        let mean = Mean { open_beam, dark, dead };
        let Components { pictures, shares } = Components::find(scan, mean, &settings.dynamic_flat)?;
        let live = |(beam, dead): (&f32, &bool)| if *dead { 0.0 } else { *beam };
        let live: Vec<f32> = open_beam.iter().zip(dead).map(live).collect();
        let fit = Fit::new(&live, &pictures, scan.radiographs.shape().columns);
        let weights = self.component_weights(scan, &fit)?;
        if pictures.is_empty() {
            self.warn(
                "the flat fields differ by no more than noise: `correct.dynamic_flat` does nothing"
                    .into(),
            );
        }
        let far = weights.iter().flatten().filter(|weight| weight.abs() > FAR).count();
        if far > 0 {
            self.warn(format!(
                "{far} radiographs show more than {FAR} times of a change of the beam than the flat \
                 fields do; expected flat fields over the whole scan (see `correct.dynamic_flat`)"
            ));
        }
        self.figures.dynamic_flat = Some(DynamicFlatFigures { shares, weights: weights.clone() });
        let open_beam = std::mem::take(&mut self.open_beam);
        self.open_beam = open_beam.with_components(pictures, weights);
        Ok(())
    }

    fn component_weights(&self, scan: &Scan, fit: &Fit) -> Result<Vec<Vec<f32>>, CorrectError> {
        let FrameShape { frames, rows, columns } = scan.radiographs.shape();
        let batch = (BATCH_BYTES / (4 * rows * columns)).clamp(1, frames);
        let mut counts = Array3::zeros((batch, rows, columns));
        let mut weights = Vec::with_capacity(frames);
        for first in (0..frames).step_by(batch) {
            let some = first..(first + batch).min(frames);
            let mut part = counts.slice_mut(s![..some.len(), .., ..]);
            scan.radiographs.read(some, 0..rows, part.view_mut())?;
            let found = part.axis_iter_mut(Axis(0)).into_par_iter().map(|mut frame| {
                let values = frame.as_slice_mut().unwrap_or_default();
                let known = self.open_beam.dark.iter().zip(&self.detector.dead);
                let above =
                    |value: f32, dark: f32, dead: bool| if dead { 0.0 } else { value - dark };
                values.iter_mut().zip(known).for_each(|(v, (d, dead))| *v = above(*v, *d, *dead));
                fit.weights(values, columns)
            });
            weights.extend(found.collect::<Vec<_>>());
        }
        Ok(weights)
    }

    /// Measures the dose of every radiograph, the way that the settings say.
    pub(super) fn measure_dose(
        &mut self,
        scan: &Scan,
        settings: &CorrectSettings,
        watch: &dyn Fn(usize),
    ) -> Result<(), CorrectError> {
        self.check_row_air(scan, settings)?;
        match settings.dose.method {
            DoseMethod::None => Ok(()),
            DoseMethod::Monitor => self.take_monitor(settings),
            DoseMethod::Found | DoseMethod::Region => self.dose_of_air(scan, settings, watch),
        }
    }

    fn dose_of_air(
        &mut self,
        scan: &Scan,
        settings: &CorrectSettings,
        watch: &dyn Fn(usize),
    ) -> Result<(), CorrectError> {
        let shape = scan.radiographs.shape();
        let instrument = self.instrument(scan, settings);
        let tiling = Tiling::new(shape.rows, shape.columns);
        let sample = spread(shape.frames, AIR_SAMPLE);
        let mut tiles = Vec::with_capacity(sample.len());
        for some in sample.chunks(rayon::current_num_threads()) {
            let found = some.par_iter().map(|frame| instrument.tiles(*frame, tiling));
            tiles.extend(first_error(found)?);
            watch(tiles.len() * shape.frames / sample.len());
        }
        let uneven = settings.scatter.unevenness_of_air();
        let (region, method) = match &settings.dose.region {
            Some(text) => (self.region_of_recipe(text, shape)?, "recipe"),
            None => match air::find(tiling, &tiles, (instrument.tile_noise(tiling), uneven)) {
                Ok(region) => (region, "found"),
                Err(why) => {
                    self.leave_dose(&why);
                    return Ok(());
                }
            },
        };
        let doses = instrument.doses(&region, &|frames| watch(shape.frames + frames))?;
        match instrument.check_region(&region, (&sample, &tiles), &doses) {
            // Nobody named the region that was found, so that nobody need mend it.
            Err(why) if method == "found" => {
                self.leave_dose(&why);
                return Ok(());
            }
            checked => checked?,
        }
        self.figures.dose = dose_figures(&doses, Some(&region), method);
        self.doses = doses;
        self.tell_range(&format!("region {region}"));
        Ok(())
    }

    /// Leaves the dose as it is, and says so.
    fn leave_dose(&mut self, why: &dyn std::fmt::Display) {
        self.warn(format!(
            "the dose is not corrected: {why}; name a region of air in `correct.dose.region`, or \
             say `correct.dose.method = \"none\"`"
        ));
    }

    fn region_of_recipe(&self, text: &str, shape: FrameShape) -> Result<Region, CorrectError> {
        let FrameShape { rows, columns, .. } = shape;
        let region = Region::parse(text).map_err(|expected| {
            let found = format!("`{text}`");
            CorrectError::Setting(voltomo_types::Problem::new(
                "correct.dose.region",
                found,
                expected,
            ))
        })?;
        if region.rows.end > rows || region.columns.end > columns {
            return Err(CorrectError::RegionOutside { region: region.to_string(), rows, columns });
        }
        let is_live = |row: usize| {
            let line = row * columns + region.columns.start..row * columns + region.columns.end;
            self.detector.dead[line].iter().filter(|dead| !**dead).count()
        };
        let live = region.rows.clone().map(is_live).sum();
        if live < LEAST_PIXELS {
            let region = region.to_string();
            return Err(CorrectError::RegionDead { region, live, least: LEAST_PIXELS });
        }
        Ok(region)
    }

    pub(super) fn instrument<'a>(
        &'a self,
        scan: &'a Scan,
        settings: &'a CorrectSettings,
    ) -> Instrument<'a> {
        Instrument {
            scan,
            detector: &self.detector,
            open_beam: &self.open_beam,
            noise: self.noise,
            spots: &settings.spots,
        }
    }

    /// An error where the sample stands before the columns of `row_air` in many rows of a radiograph.
    fn check_row_air(&self, scan: &Scan, settings: &CorrectSettings) -> Result<(), CorrectError> {
        if !settings.row_air.is_wanted() {
            return Ok(());
        }
        let shape = scan.radiographs.shape();
        let instrument = self.instrument(scan, settings);
        let looked = spread(shape.frames, AIR_SAMPLE).into_par_iter();
        let looked = looked.map(|frame| instrument.check_row_air(frame, &settings.row_air));
        first_error(looked).map(|_: Vec<()>| ())
    }

    /// The dose by the monitor in the beam.
    fn take_monitor(&mut self, settings: &CorrectSettings) -> Result<(), CorrectError> {
        let counts = &settings.dose.monitor_counts;
        let (found, frames) = (counts.len(), self.doses.len());
        if found != frames {
            return Err(CorrectError::NumberCount { found, frames, key: MONITOR });
        }
        let is_bad = |count: &f64| !(*count > 0.0 && count.is_finite());
        if let Some(frame) = counts.iter().position(is_bad) {
            return Err(CorrectError::NoMonitor { frame, found: counts[frame] });
        }
        let mean = counts.iter().sum::<f64>() / frames as f64;
        let open = settings.dose.monitor_of_flats.unwrap_or(mean);
        let is_beyond = |count: &f64| !(LEAST_DOSE..=MOST_DOSE).contains(&(count / open));
        if let Some(frame) = counts.iter().position(is_beyond) {
            let (found, dose) = (counts[frame], counts[frame] / open);
            return Err(CorrectError::MonitorBeyond { frame, found, dose });
        }
        self.doses = counts.iter().map(|count| to_f32(count / open)).collect();
        self.figures.dose = dose_figures(&self.doses, None, "monitor");
        self.tell_range("by the monitor");
        Ok(())
    }

    /// Says where doses differ much.
    fn tell_range(&mut self, by: &str) {
        let DoseFigures { min, max, .. } = self.figures.dose;
        if max > 1.25 * min {
            self.warn(format!(
                "the dose runs from {min:.3} to {max:.3} times the open beam ({by})"
            ));
        }
    }
}

/// Figures of doses; `method` names who chose the region, or what told them.
pub(super) fn dose_figures(doses: &[f32], region: Option<&Region>, method: &str) -> DoseFigures {
    let tenth = (doses.len() / 10).max(1);
    let mean = |part: &[f32]| voltomo_numeric::statistics::mean(part).unwrap_or(1.0);
    DoseFigures {
        region: region.map(ToString::to_string),
        method: method.into(),
        min: doses.iter().copied().fold(f32::INFINITY, f32::min),
        max: doses.iter().copied().fold(f32::NEG_INFINITY, f32::max),
        drift: mean(&doses[doses.len() - tenth..]) / mean(&doses[..tenth]) - 1.0,
        per_radiograph: doses.to_vec(),
    }
}
