//! A sample in an instrument: frames as the instrument would write them. Writes no file.

use std::{
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use ndarray::{Array2, Zip};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;
use voltomo_types::{ConeView, Geometry, Radian};

use super::{
    attenuation::Attenuation,
    beam_image::BeamImage,
    error::InstrumentError,
    facts::{InstrumentFact, facts},
    frame_plan::{FrameJob, FrameKind},
    glare::LightSpread,
    open_beam::{SpotPath, black_bodies, dose, open_quanta},
    placement::{Placement, SourceShift},
    profile::Profile,
    quanta::Counting,
    random::{Chance, Effect},
    readout::{Electronics, Shot},
    sample_scatter::SampleScatter,
};
use crate::simulate::{PlacedProblem, Sample};

/// A sample in an instrument.
///
/// Every number that is drawn depends on the seed, the frame, the effect and the row alone, and
/// what a frame inherits from the one before is that one's expected picture: **a frame has the same
/// bits for any number of threads and any way of asking for it**.
pub struct Twin<'a> {
    profile: Profile,
    image: BeamImage<'a>,
    scatter: Option<SampleScatter>,
    schedule: Vec<FrameJob>,
    geometry: Geometry,
    spot: SpotPath,
    open: Array2<f32>,
    bodies: Option<Array2<f32>>,
    counting: Counting,
    light: LightSpread,
    electronics: Electronics,
    chance: Chance,
    /// The expected quanta of the frame that was rendered last, for the afterglow in the next.
    last: Mutex<Option<(usize, Arc<Light>)>>,
}

impl std::fmt::Debug for Twin<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut fields = formatter.debug_struct("Twin");
        fields.field("profile", &self.profile.name).field("frames", &self.schedule.len()).finish()
    }
}

/// Expected detected quanta of a frame, in quanta of the open beam.
struct Light {
    mean: Array2<f32>,
    /// Size of a quantum; 1 where all are alike.
    size: Option<Array2<f32>>,
}

impl<'a> Twin<'a> {
    /// Puts a sample into an instrument.
    ///
    /// `preset`: one of the profile's presets; `None` takes the profile as it is. `seed`: of all
    /// that is drawn anew for each frame; the detector's own pattern follows from its serial
    /// number.
    ///
    /// # Errors
    /// The preset is unknown, a value of the profile is absurd, the beam cannot be computed, or the
    /// sample does not fit into the instrument or is out of its sight.
    pub fn new(
        sample: &'a dyn Sample,
        profile: &Profile,
        preset: Option<&str>,
        seed: u64,
    ) -> Result<Self, InstrumentError> {
        let profile = profile.with_preset(preset)?;
        let problems = profile.problems();
        if !problems.is_empty() {
            let placed = problems.into_iter().map(|problem| PlacedProblem {
                problem,
                line: None,
                source_name: profile.name.clone(),
            });
            return Err(InstrumentError::Problems(placed.collect()));
        }
        let placement = Placement::new(&profile, sample.bounds())?;
        let attenuation = Attenuation::new(&profile, sample)?;
        let image = BeamImage::new(sample, &profile, placement, attenuation);
        Ok(Self::assembled(profile, image, seed))
    }

    fn assembled(profile: Profile, image: BeamImage<'a>, seed: u64) -> Self {
        let chance = Chance::new(seed);
        let placement = &image.placement;
        let schedule = profile.frames.schedule();
        let duration = schedule.last().map_or(0.0, |job| job.time_s);
        let spot = SpotPath::new(&profile, &chance, duration);
        let radiographs = schedule.iter().filter(|job| job.kind == FrameKind::Radiograph);
        let spots: Vec<_> = radiographs.map(|job| spot.at(job.time_s)).collect();
        let pitch = placement.pitch();
        let screen = &profile.screen;
        let central = image.attenuation.detected_per_cm2_s()
            * profile.frames.exposure_s
            * (0.1 * pitch).powi(2);
        Self {
            scatter: SampleScatter::new(&profile, placement),
            geometry: placement.geometry(profile.frames.angles(), &spots),
            open: open_quanta(&profile, placement, central),
            bodies: (profile.frames.black_bodies > 0).then(|| black_bodies(&profile, placement)),
            counting: Counting::new(screen.swank),
            light: LightSpread::new(
                screen.light_fwhm_mm / pitch,
                screen.glare,
                screen.glare_fwhm_mm / pitch,
            ),
            electronics: Electronics::new(&profile, placement.shape),
            last: Mutex::new(None),
            profile,
            image,
            schedule,
            spot,
            chance,
        }
    }

    /// Less memory than a twin of a profile and one frame of it take, bytes, whatever the sample;
    /// known before anything is made.
    #[must_use]
    pub fn least_memory(profile: &Profile) -> u64 {
        let [rows, columns] = profile.frame_shape().map(|count| count as u64);
        // The open beam, patterns, black bodies, the frame before; two pictures and what they become.
        (6 + 6) * rows * columns * 4
    }

    /// The profile with its preset written in.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Every frame of the scan in the order in which it is taken.
    #[must_use]
    pub fn schedule(&self) -> &[FrameJob] {
        &self.schedule
    }

    /// Rows and columns of a frame.
    #[must_use]
    pub fn shape(&self) -> [usize; 2] {
        self.image.placement.shape
    }

    /// The true geometry of the radiographs, with the spot where it has wandered to; heights as in
    /// [`Self::aim_mm`], mm in a cone beam.
    #[must_use]
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// Source and panel at an angle, the spot at its own place. `None` in a parallel beam.
    #[must_use]
    pub fn cone_view(&self, angle: Radian) -> Option<ConeView> {
        self.image.placement.cone_view(angle, [0.0; 2])
    }

    /// Height in the cell's frame, mm, that the detector's middle row sees on the axis: grid
    /// `z = aim_mm − z_cell`.
    #[must_use]
    pub fn aim_mm(&self) -> f64 {
        self.image.placement.aim_mm
    }

    /// Counts of the brightest pixel of the open beam, and the largest that can be written.
    #[must_use]
    pub fn open_beam_counts(&self) -> [f64; 2] {
        let readout = &self.profile.readout;
        let brightest = f64::from(self.open.fold(0.0, |most: f32, quanta| most.max(*quanta)));
        // Binned pixels are averaged after they were read.
        let pixels = self.profile.detector.bin.max(1).pow(2) as f64;
        let gain = readout.electrons_per_quantum / (readout.electrons_per_count * pixels);
        [readout.bias + gain * brightest, f64::from(readout.bits).exp2() - 1.0]
    }

    /// Whether a place `[x, y, z]` of the cell, mm, is on every radiograph.
    #[must_use]
    pub fn shows(&self, [x, y, z]: [f64; 3]) -> bool {
        let frame = self.geometry.frame();
        let [rows, columns] = self.shape().map(|count| -0.5..=count as f64 - 0.5);
        let down = self.aim_mm() - z;
        (0..self.geometry.view_count()).all(|view| {
            let place = match &self.geometry {
                Geometry::Parallel(geometry) => {
                    let pixel = self.image.placement.pixel_mm;
                    let point = [down, y, x].map(|length| length / pixel);
                    Some(geometry.detector_position(geometry.angles[view], point))
                }
                Geometry::Cone(cone) => cone.views[view].detector_position([down, y, x]),
            };
            place.is_some_and(|[row, column]| {
                rows.contains(&frame.row(row)) && columns.contains(&frame.column(column))
            })
        })
    }

    /// What an operator would write down.
    #[must_use]
    pub fn facts(&self) -> Vec<InstrumentFact> {
        let open = f64::from(self.open.mean().unwrap_or(0.0));
        facts(&self.profile, &self.image.placement, open)
    }

    /// Greatest memory that rendering so many frames in one call takes, bytes: the twin itself, the
    /// frames that are worked on at a time (as many as threads) and the frames that come back.
    #[must_use]
    pub fn memory_bytes(&self, frames: usize) -> usize {
        let pixels = self.shape()[0] * self.shape()[1];
        let rays = self.image.rays()[0] * self.image.rays()[1];
        let channels = if self.image.attenuation.has_variance() { 2 } else { 1 };
        // The open beam, the pattern (two), black bodies, the frame before (two).
        let kept = 6 * pixels * 4;
        let traced = (self.image.source_parts() * channels + 3) * rays * 4;
        // Two pictures, scatter, mean and size, the drawn signal and its convolution.
        let worked = traced.max(3 * pixels * 4) + 6 * pixels * 4;
        let at_a_time = rayon::current_num_threads().min(frames.max(1)) + 1;
        kept + at_a_time * worked + frames * pixels * 2
    }

    /// Frames of a range of the schedule, counts `[row, column]`. A range that goes beyond the
    /// schedule ends with it.
    #[must_use]
    pub fn render(&self, range: Range<usize>) -> Vec<Array2<u16>> {
        let end = range.end.min(self.schedule.len());
        let mut frames = Vec::with_capacity(end.saturating_sub(range.start));
        let mut start = range.start;
        while start < end {
            let stop = (start + rayon::current_num_threads().max(1)).min(end);
            frames.extend(self.render_together(start, stop));
            start = stop;
        }
        frames
    }

    fn render_together(&self, start: usize, stop: usize) -> Vec<Array2<u16>> {
        let has_afterglow = self.profile.screen.afterglow > 0.0;
        let before = (has_afterglow && start > 0).then(|| self.light_before(start));
        let lights: Vec<Arc<Light>> =
            (start..stop).into_par_iter().map(|frame| Arc::new(self.expected(frame))).collect();
        let frames = (start..stop)
            .into_par_iter()
            .map(|frame| {
                let index = frame - start;
                let earlier = match index.checked_sub(1) {
                    Some(index) => Some(&lights[index]),
                    None => before.as_ref(),
                };
                let earlier = earlier.filter(|_| has_afterglow);
                self.exposed(frame, &lights[index], earlier.map(AsRef::as_ref))
            })
            .collect();
        if let (true, Some(light)) = (has_afterglow, lights.last()) {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            *last = Some((stop - 1, Arc::clone(light)));
        }
        frames
    }

    fn light_before(&self, frame: usize) -> Arc<Light> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).take();
        match last {
            Some((index, light)) if index + 1 == frame => light,
            _ => Arc::new(self.expected(frame - 1)),
        }
    }

    /// Draws a frame from its expected light and that of the frame before.
    fn exposed(&self, frame: usize, light: &Light, before: Option<&Light>) -> Array2<u16> {
        let job = &self.schedule[frame];
        let mut signal = self.counted(frame, light);
        let share = to_f32(self.profile.screen.afterglow);
        if share > 0.0 {
            signal *= 1.0 - share;
            if let Some(before) = before {
                signal.scaled_add(share, &before.mean);
            }
        }
        let signal = self.light.spread(signal);
        let shot = Shot {
            chance: &self.chance,
            frame,
            is_dark: job.kind == FrameKind::Dark,
            shows_sample: job.kind.shows_sample(),
        };
        self.electronics.read(signal, shot)
    }

    /// Poisson numbers of quanta and their light.
    fn counted(&self, frame: usize, light: &Light) -> Array2<f32> {
        let mut signal = light.mean.clone();
        if !self.profile.noise.counting || self.schedule[frame].kind == FrameKind::Dark {
            return signal;
        }
        signal.outer_iter_mut().into_par_iter().enumerate().for_each(|(row, mut line)| {
            let mut source = self.chance.stream(frame, Effect::Counting, row);
            let sizes = light.size.as_ref().map(|size| size.row(row));
            for (column, value) in line.iter_mut().enumerate() {
                let size = sizes.as_ref().map_or(1.0, |sizes| sizes[column]);
                *value = self.counting.draw(*value, size, &mut source);
            }
        });
        signal
    }

    /// Expected detected quanta of a frame: flux × (transmission + scatter + backlight).
    fn expected(&self, frame: usize) -> Light {
        let job = &self.schedule[frame];
        if job.kind == FrameKind::Dark {
            return Light { mean: Array2::zeros(self.shape()), size: None };
        }
        let bodies = self.bodies.as_ref().filter(|_| job.kind.shows_black_bodies());
        let (mut signal, mut variance) = self.shares(job);
        if let Some(bodies) = bodies {
            signal *= bodies;
            variance.iter_mut().for_each(|variance| *variance *= bodies);
        }
        let strewn = self.strewn(job);
        signal += &strewn;
        let moment = to_f32(self.image.attenuation.size_moment());
        let size = variance.map(|mut variance| {
            variance += &strewn;
            Zip::from(&mut variance).and(&signal).par_for_each(|variance, &signal| {
                *variance = moment * if signal > 0.0 { *variance / signal } else { 1.0 };
            });
            variance
        });
        let dose = to_f32(dose(&self.profile, &self.chance, frame, job));
        Zip::from(&mut signal).and(&self.open).par_for_each(|value, &open| *value *= open * dose);
        Light { mean: signal, size }
    }

    /// What comes straight through, as shares of the open beam's signal and variance.
    fn shares(&self, job: &FrameJob) -> (Array2<f32>, Option<Array2<f32>>) {
        if job.kind.shows_sample() {
            let picture = self.image.picture((job.index, job.angle), self.spot_at(job));
            return (picture.transmission, picture.variance);
        }
        let has_variance = self.image.attenuation.has_variance();
        (Array2::ones(self.shape()), has_variance.then(|| Array2::ones(self.shape())))
    }

    /// Scatter and backlight, as a share of the open beam.
    fn strewn(&self, job: &FrameJob) -> Array2<f32> {
        let mut strewn = match &self.scatter {
            Some(scatter) if job.kind.shows_sample() => scatter.picture(&self.image, job.angle),
            _ => Array2::zeros(self.shape()),
        };
        strewn += to_f32(self.profile.scatter.backlight);
        strewn
    }

    fn spot_at(&self, job: &FrameJob) -> SourceShift {
        match self.geometry {
            Geometry::Parallel(_) => [0.0; 2],
            Geometry::Cone(_) => self.spot.at(job.time_s),
        }
    }

    fn radiograph(&self, view: usize) -> Option<&FrameJob> {
        let mut jobs = self.schedule.iter();
        jobs.find(|job| job.kind == FrameKind::Radiograph && job.index == view)
    }

    /// Share of the open beam that comes straight through, `[row, column]`: blurred by the source
    /// and the pixels, without scatter, light spread and noise. `None` beyond the last view.
    #[must_use]
    pub fn transmission(&self, view: usize) -> Option<Array2<f32>> {
        let job = self.radiograph(view)?;
        Some(self.image.picture((job.index, job.angle), self.spot_at(job)).transmission)
    }

    /// Share of the open beam that the sample scatters into each pixel and that is backlight,
    /// `[row, column]`. `None` beyond the last view.
    #[must_use]
    pub fn scattered(&self, view: usize) -> Option<Array2<f32>> {
        self.radiograph(view).map(|job| self.strewn(job))
    }

    /// Path lengths of the ray through the middle of each pixel, mm, a plane `[row, column]` for
    /// each material: nothing blurred. `None` beyond the last view.
    #[must_use]
    pub fn path_lengths(&self, view: usize) -> Option<Vec<Array2<f32>>> {
        let job = self.radiograph(view)?;
        Some(self.image.centre_rays(job.angle, self.spot_at(job)))
    }

    /// Expected detected quanta of a frame of the schedule, `[row, column]`, before light spread,
    /// afterglow and electronics. `None` beyond the schedule.
    #[must_use]
    pub fn expected_quanta(&self, frame: usize) -> Option<Array2<f32>> {
        (frame < self.schedule.len()).then(|| self.expected(frame).mean)
    }

    /// Angle of a radiograph. `None` beyond the last view.
    #[must_use]
    pub fn angle(&self, view: usize) -> Option<Radian> {
        self.radiograph(view).map(|job| job.angle)
    }
}
