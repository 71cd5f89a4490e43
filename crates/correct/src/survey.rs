//! What must be known of a whole scan before a part of it can be corrected. Corrects nothing.

mod background;
mod beam;
mod sample;

use ndarray::Array3;
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;
use voltomo_types::{FrameShape, NoiseCorrelation, PixelFrame, Quantity, Scan, When};

use crate::{
    CorrectError, CorrectSettings, DoseFigures, DynamicFlatMethod, SurveyFigures,
    beam_hardening::Linearisation,
    cleaning::{Cleaner, Window},
    clipped,
    counting::{self, Counting},
    detector_pixels::DetectorPixels,
    first_error::first_error,
    flat_field::{OpenBeam, weighted_mean},
    noise::{Noise, spread},
    references::{self, Reference},
    rings::{GainMap, RingMethod},
    scatter::{self, Field},
    shared_noise,
    stuck::{Answering, Stuck},
    whole_frame::pixel_mm,
};

/// Radiographs that the noise is measured in.
const NOISE_SAMPLE: usize = 5;

/// Open beam, dark field, dead pixels, noise and dose of a scan.
#[derive(Debug, Clone)]
pub struct Survey {
    shape: FrameShape,
    frame: PixelFrame,
    pub(crate) figures: SurveyFigures,
    pub(crate) open_beam: OpenBeam,
    pub(crate) detector: DetectorPixels,
    pub(crate) noise: Noise,
    pub(crate) counting: Counting,
    /// How far pixels of the detector share the noise of counted quanta.
    pub(crate) shared: NoiseCorrelation,
    /// Dose of each radiograph; all 1 where it is not corrected.
    pub(crate) doses: Vec<f32>,
    /// Rows and columns that the sample stands off in each radiograph, in pixels of the frames.
    pub(crate) shifts: Vec<[f64; 2]>,
    /// Background of scatter and glare.
    pub(crate) scatter: Option<Field>,
    /// What is done to line integrals against beam hardening.
    pub(crate) linearisation: Option<Linearisation>,
    /// What each pixel adds to its line integrals, taken off before that.
    pub(crate) gain_map: Option<GainMap>,
}

impl Survey {
    /// Measures the reference frames and the dose of every radiograph.
    ///
    /// `watch(done, total)` is called as it goes on. Memory: a few frames for each set of flat
    /// fields and each thread, however long the scan.
    ///
    /// # Errors
    /// Missing or unfit flats, darks, region and settings; frames that cannot be read.
    pub fn measure(
        scan: &Scan,
        settings: &CorrectSettings,
        watch: &dyn Fn(usize, usize),
    ) -> Result<Self, CorrectError> {
        let shape = check(scan, settings)?;
        let mut survey = Self::unmeasured(scan, settings, shape);
        let total = scan.flats.len() + scan.darks.len() + NOISE_SAMPLE + 2 * shape.frames;
        if scan.quantity == Quantity::Counts {
            let done = survey.measure_references(scan, settings, &|done| watch(done, total))?;
            clipped::warning(&scan.flats)?.into_iter().for_each(|text| survey.warn(text));
            survey.measure_dynamic_flat(scan, settings)?;
            survey.measure_noise(scan, settings)?;
            survey.measure_counting(scan, settings)?;
            let done = done + NOISE_SAMPLE;
            survey.measure_dose(scan, settings, &|frames| watch(done + frames, total))?;
            survey.tell_saturated(scan)?;
            survey.measure_scatter(scan, settings)?;
        } else {
            survey.measure_noise(scan, settings)?;
            survey.measure_counting(scan, settings)?;
        }
        survey.measure_sample(scan, settings)?;
        watch(total, total);
        for warning in &survey.figures.warnings {
            tracing::warn!("{warning}");
        }
        Ok(survey)
    }

    /// Frames, rows and columns of the corrected scan (after binning).
    #[must_use]
    pub fn shape(&self) -> FrameShape {
        self.shape
    }

    /// Where the corrected pixels lie on the detector (after binning).
    #[must_use]
    pub fn frame(&self) -> PixelFrame {
        self.frame
    }

    /// What was found, for the log and the report.
    #[must_use]
    pub fn figures(&self) -> &SurveyFigures {
        &self.figures
    }

    /// Bytes that the survey of a scan holds, from [`Self::measure`] on: the average of each set of
    /// reference frames, the dark field, the components of a changing open beam, what is known of
    /// each detector pixel, what it adds, and the background of scatter (at most 10 kB a radiograph).
    #[must_use]
    pub fn resident_bytes(scan: &Scan, settings: &CorrectSettings) -> u64 {
        let shape = scan.radiographs.shape();
        let pixels = (shape.rows * shape.columns) as u64;
        let sets = 1 + scan.flats.len() as u64;
        let sets = sets + settings.dynamic_flat.pictures() as u64;
        let maps = if scan.quantity == Quantity::Counts { 4 * sets + 4 } else { 4 };
        let is_mapped = matches!(settings.rings.method, RingMethod::GainMap | RingMethod::Auto);
        let maps = maps + if is_mapped { 4 } else { 0 };
        pixels * maps + scatter::resident_bytes(shape, settings)
    }

    /// Shape and place of the corrected frames, before anything is measured.
    ///
    /// # Errors
    /// Missing or unfit flats, darks and settings.
    pub fn corrected_shape(
        scan: &Scan,
        settings: &CorrectSettings,
    ) -> Result<(FrameShape, PixelFrame), CorrectError> {
        let shape = check(scan, settings)?;
        let unmeasured = Self::unmeasured(scan, settings, shape);
        Ok((unmeasured.shape, unmeasured.frame))
    }

    fn unmeasured(scan: &Scan, settings: &CorrectSettings, shape: FrameShape) -> Self {
        let FrameShape { frames, rows, columns } = shape;
        let bin = settings.bin;
        Self {
            shape: FrameShape { frames, rows: rows / bin, columns: columns / bin },
            frame: scan.detector.frame.binned(bin),
            figures: SurveyFigures {
                flats: scan.flats.iter().map(|set| set.frames.shape().frames).collect(),
                darks: scan.darks.iter().map(|set| set.frames.shape().frames).collect(),
                deblur_noise_gain: settings.deblur.noise_gain(pixel_mm(scan)),
                dose: DoseFigures::none(frames),
                left_over_by_binning: [rows % bin, columns % bin],
                ..SurveyFigures::default()
            },
            open_beam: OpenBeam::default(),
            detector: DetectorPixels::perfect(rows, columns),
            noise: Noise { constant: 0.0, slope: 0.0 },
            counting: Counting::default(),
            shared: NoiseCorrelation::white(),
            doses: vec![1.0; frames],
            shifts: vec![[0.0; 2]; frames],
            scatter: None,
            linearisation: settings.beam_hardening.linearisation(),
            gain_map: None,
        }
    }

    fn measure_references(
        &mut self,
        scan: &Scan,
        settings: &CorrectSettings,
        watch: &dyn Fn(usize),
    ) -> Result<usize, CorrectError> {
        let shape = scan.radiographs.shape();
        let mut done = 0;
        let mut average = |sets: &[voltomo_types::ReferenceFrames], kind| {
            let mut averaged: Vec<(When, Reference)> = Vec::with_capacity(sets.len());
            for set in sets {
                averaged.push((set.when, references::average(set, shape, settings, kind)?));
                done += 1;
                watch(done);
            }
            Ok::<_, CorrectError>(averaged)
        };
        let darks = average(&scan.darks, ("dark", "acquire.darks"))?;
        let flats = average(&scan.flats, ("flat", "acquire.flats"))?;
        let spots = |sets: &[(When, Reference)]| sets.iter().map(|(_, one)| one.spots).sum();
        self.figures.spots_in_darks = spots(&darks);
        self.figures.spots_in_flats = spots(&flats);
        let dark = if darks.is_empty() {
            self.warn("no dark fields: the dark field is taken as zero".into());
            vec![0.0; shape.rows * shape.columns]
        } else {
            weighted_mean(darks.iter().map(|(_, dark)| dark))
        };
        let is_dynamic = settings.dynamic_flat.method != DynamicFlatMethod::None;
        let interpolate = settings.flat_field.interpolate && !is_dynamic;
        self.open_beam = OpenBeam::new(flats, dark, (shape.frames, interpolate));
        self.judge_detector(scan, shape)?;
        Ok(done)
    }

    fn judge_detector(&mut self, scan: &Scan, shape: FrameShape) -> Result<(), CorrectError> {
        self.detector =
            DetectorPixels::judge(&self.open_beam.sets(), &self.open_beam.dark, shape.columns);
        let pixels = self.detector.dead.len();
        let dead = self.detector.dead.iter().filter(|dead| **dead).count();
        if 2 * dead > pixels {
            let place = scan.flats.first().map_or(String::new(), |set| set.frames.name_of(0));
            return Err(CorrectError::NoOpenBeam { live: pixels - dead, pixels, place });
        }
        let live_mean = |values: &[f32]| {
            let live = values.iter().zip(&self.detector.dead).filter(|(_, dead)| !**dead);
            let sum: f64 = live.map(|(value, _)| f64::from(*value)).sum();
            to_f32(sum / (pixels - dead) as f64)
        };
        self.figures.open_beam = self.open_beam.sets().into_iter().map(live_mean).collect();
        self.figures.dark_field = live_mean(&self.open_beam.dark);
        self.figures.dead_pixels = dead;
        self.figures.widest_dead_run = self.detector.widest_gap();
        self.figures.uneven_pixels = self.detector.uneven.iter().map(Vec::len).sum();
        let unreachable = self.detector.unreachable();
        if unreachable > 0 {
            self.warn(format!(
                "{unreachable} dead pixels lie in rows without any beam and count as air; crop \
                 them with `acquire.crop_rows`"
            ));
        }
        if 10 * dead > pixels {
            self.warn(format!("{dead} of {pixels} pixels of the detector are dead"));
        }
        Ok(())
    }

    fn measure_noise(
        &mut self,
        scan: &Scan,
        settings: &CorrectSettings,
    ) -> Result<(), CorrectError> {
        let shape = scan.radiographs.shape();
        let window = Window { rows: 0..shape.rows, columns: 0..shape.columns };
        let mut picture = Array3::zeros((1, shape.rows, shape.columns));
        let mut pixels = Vec::new();
        let mut stuck = Stuck::new(shape.rows * shape.columns, shape.columns);
        let saturation = scan.detector.saturation.unwrap_or(f32::INFINITY);
        let mut saturated = 0;
        for frame in spread(shape.frames, NOISE_SAMPLE) {
            scan.radiographs.read(frame..frame + 1, 0..shape.rows, picture.view_mut())?;
            let values = picture.as_slice_mut().unwrap_or_default();
            if scan.quantity == Quantity::Counts {
                saturated += values.iter().filter(|count| **count >= saturation).count();
                let least_share = settings.flat_field.least_transmission;
                let open_beam = self.open_beam.at(frame);
                stuck.see(values, |index| Answering {
                    least: self.open_beam.dark[index] + least_share * open_beam.at(index),
                    most: saturation,
                });
            }
            let mut cleaner = Cleaner::new(&settings.spots, self.noise, &self.detector);
            cleaner.sample(values, &window, &mut pixels);
        }
        self.noise = Noise::fit(&mut pixels);
        self.figures.noise_constant = self.noise.constant;
        self.figures.noise_slope = self.noise.slope;
        if scan.quantity == Quantity::Counts {
            self.bury(&stuck.found());
            let looked_at = shape.rows * shape.columns * NOISE_SAMPLE.min(shape.frames);
            self.judge_saturation(saturated as f64 / looked_at as f64, saturation);
        }
        Ok(())
    }

    /// Measures how the pixels scatter from exposure to exposure.
    fn measure_counting(
        &mut self,
        scan: &Scan,
        settings: &CorrectSettings,
    ) -> Result<(), CorrectError> {
        let shape = scan.radiographs.shape();
        let frames = spread(shape.frames, counting::frames_to_see(shape.rows * shape.columns));
        let seen = frames.into_par_iter().map(|frame| self.see_counting(scan, settings, frame));
        let seen = first_error(seen)?.concat();
        self.counting = Counting::fit(seen);
        if scan.quantity == Quantity::Counts {
            self.measure_shared_noise(scan)?;
        }
        self.figures.counting_constant = self.counting.constant;
        self.figures.counting_slope = self.counting.slope;
        Ok(())
    }

    /// Measures how far pixels share their noise, and what the radiographs' noise is by that.
    fn measure_shared_noise(&mut self, scan: &Scan) -> Result<(), CorrectError> {
        let pixels = shared_noise::Pixels {
            open: self.open_beam.at(0),
            dark: &self.open_beam.dark,
            dead: &self.detector.dead,
        };
        let found = shared_noise::measure(&scan.flats, pixels, self.counting.constant)?;
        let rows = scan.radiographs.shape().rows;
        let seen = found.as_ref().and_then(|shared| counting::seen_of(shared, rows));
        if let Some((shared, seen)) = found.zip(seen) {
            self.counting = self.counting.seen_by(seen);
            let lags = shared.along_rows().iter();
            self.figures.counting_correlation = lags.map(|lag| to_f32(*lag)).collect();
            self.shared = shared;
        }
        Ok(())
    }

    /// What one radiograph tells of that, once its spots are mended.
    fn see_counting(
        &self,
        scan: &Scan,
        settings: &CorrectSettings,
        frame: usize,
    ) -> Result<Vec<counting::Seen>, CorrectError> {
        let shape = scan.radiographs.shape();
        let mut picture = Array3::zeros((1, shape.rows, shape.columns));
        scan.radiographs.read(frame..frame + 1, 0..shape.rows, picture.view_mut())?;
        let (mut values, _) = picture.into_raw_vec_and_offset();
        let spots = settings.spots_of(scan.quantity);
        let window = Window { rows: 0..shape.rows, columns: 0..shape.columns };
        // A row that nothing mends is an error when it is corrected; here it tells nothing.
        let _ = Cleaner::new(&spots, self.noise, &self.detector).clean(
            &mut values,
            &window,
            0..shape.rows,
        );
        let beam = (scan.quantity == Quantity::Counts).then(|| counting::Beam {
            open: self.open_beam.at(frame),
            dark: &self.open_beam.dark,
            flats: self.open_beam.flats_behind(frame),
        });
        let saturation = scan.detector.saturation.unwrap_or(f32::INFINITY);
        let is_usable = |k: usize| !self.detector.dead[k] && values[k] < saturation;
        let mut seen = Vec::new();
        counting::see((&values, shape.columns), beam, is_usable, &mut seen);
        Ok(seen)
    }

    /// Names radiographs that are saturated all over, where no air was read that would tell.
    fn tell_saturated(&mut self, scan: &Scan) -> Result<(), CorrectError> {
        const NAMED: usize = 8;
        let Some(saturation) = scan.detector.saturation else { return Ok(()) };
        if self.figures.dose.region.is_some() {
            return Ok(());
        }
        let found = clipped::saturated(&*scan.radiographs, saturation)?;
        if !found.is_empty() {
            let named: Vec<String> = found.iter().take(NAMED).map(usize::to_string).collect();
            self.warn(format!(
                "{} radiographs are saturated all over at {saturation} counts, the first of them {}; \
                 expected none: leave them out with `acquire.skip`",
                found.len(),
                named.join(", ")
            ));
        }
        Ok(())
    }

    /// Says where counts end at the saturation: what is cut off there is lost.
    fn judge_saturation(&mut self, share: f64, saturation: f32) {
        const SHARE: f64 = 1e-3;
        let bright = |mean: &f32| mean + self.figures.dark_field >= 0.98 * saturation;
        if self.figures.open_beam.iter().any(bright) {
            self.warn(format!(
                "the flat fields lie at the saturation of {saturation} counts: the transmission \
                 comes out too large; expose shorter, or mend `acquire.saturation`"
            ));
        }
        if share > SHARE {
            self.warn(format!(
                "{:.2} % of the radiographs' pixels are saturated at {saturation} counts; expected \
                 at most {} %: expose shorter, or mend `acquire.saturation`",
                share * 100.0,
                SHARE * 100.0
            ));
        }
    }

    /// Takes pixels that stand still in the radiographs for dead ones.
    fn bury(&mut self, stuck: &[usize]) {
        let fresh: Vec<usize> =
            stuck.iter().copied().filter(|pixel| !self.detector.dead[*pixel]).collect();
        if fresh.is_empty() {
            return;
        }
        self.detector = std::mem::take(&mut self.detector).with_more_dead(&fresh);
        self.figures.dead_pixels += fresh.len();
        self.figures.widest_dead_run = self.detector.widest_gap();
        self.warn(format!(
            "{} pixels answer in the flat fields and stay dark or saturated in the radiographs, \
             the first of them at row {}, column {}: they are bridged like dead ones",
            fresh.len(),
            fresh[0] / self.detector.columns,
            fresh[0] % self.detector.columns
        ));
    }

    fn warn(&mut self, warning: String) {
        self.figures.warnings.push(warning);
    }
}

/// Everything that can be told without reading a frame.
fn check(scan: &Scan, settings: &CorrectSettings) -> Result<FrameShape, CorrectError> {
    if let Some(problem) = settings.problems().into_iter().next() {
        return Err(CorrectError::Setting(problem));
    }
    let shape = scan.radiographs.shape();
    let FrameShape { frames, rows, columns } = shape;
    if frames * rows * columns == 0 {
        return Err(CorrectError::NoRadiographs { frames, rows, columns });
    }
    let air = settings.row_air.left + settings.row_air.right;
    if air >= columns && air > 0 {
        return Err(CorrectError::NoRowBesideAir { air, columns });
    }
    let bin = settings.bin;
    if bin > rows.min(columns) {
        return Err(CorrectError::BinTooLarge { bin, rows, columns });
    }
    settings.of_whole_frames().check(scan)?;
    if scan.quantity == Quantity::LineIntegrals {
        return scatter::check_quantity(scan.quantity, settings).map(|()| shape);
    }
    let place = || scan.radiographs.name_of(0);
    if scan.flats.is_empty() {
        return Err(CorrectError::NoFlats { place: place() });
    }
    if scan.darks.is_empty() && !settings.flat_field.without_darks {
        return Err(CorrectError::NoDarks { place: place() });
    }
    let flats = scan.flats.iter().map(|set| (set, ("flat", "acquire.flats")));
    let darks = scan.darks.iter().map(|set| (set, ("dark", "acquire.darks")));
    for (set, (kind, key)) in flats.chain(darks) {
        if set.frames.shape().frames == 0 {
            return Err(CorrectError::EmptyReference { kind, key, place: place() });
        }
    }
    Ok(shape)
}
