//! Chooses and orders the corrections of a block. Knows no files and no slabs.

use std::ops::Range;

use ndarray::{Array3, Axis};
use rayon::prelude::*;
use voltomo_types::{Quantity, Scan};

use crate::{
    BlockFigures, CorrectError, CorrectSettings, RingFilter, RingMethod, RingSettings, Survey,
    absorbance,
    cleaning::{Cleaner, Window},
    detector_pixels::BRIDGE_REACH,
    dose::grown,
    rings::GainMap,
    scatter::mend_row,
    spots::halo,
    whole_frame::{FrameRoom, FrameSteps, pixel_mm},
};

/// A part of the corrected scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Radiographs.
    pub frames: Range<usize>,
    /// Rows of the corrected (binned) frames.
    pub rows: Range<usize>,
}

/// Line integrals of a block, and what was done to get them.
#[derive(Debug, Clone)]
pub struct Corrected {
    /// −ln(I/I₀), `[angle, row, column]`, no unit; every value is finite.
    pub line_integrals: Array3<f32>,
    /// What happened in each of these rows, over all these frames.
    pub row_figures: Vec<BlockFigures>,
}

impl Corrected {
    /// What happened in exactly these rows and frames.
    #[must_use]
    pub fn figures(&self) -> BlockFigures {
        self.row_figures.iter().copied().fold(BlockFigures::default(), BlockFigures::with)
    }

    /// Takes the rings out, where the sinograms are whole.
    pub(crate) fn without_rings(
        mut self,
        settings: &RingSettings,
        radiographs: usize,
    ) -> Result<Self, CorrectError> {
        let (angles, _, columns) = self.line_integrals.dim();
        if settings.method == RingMethod::None || angles < radiographs {
            return Ok(self);
        }
        let filter = RingFilter::new(settings, (angles, columns))?;
        filter.apply_to_rows(self.line_integrals.view_mut());
        let rows = self.line_integrals.axis_iter(Axis(1)).into_par_iter();
        rows.zip(&mut self.row_figures).for_each(|(values, figures)| {
            (figures.min, figures.max) =
                values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(min, max), &value| {
                    (min.min(value), max.max(value))
                });
        });
        Ok(self)
    }
}

/// Line integrals −ln(I/I₀) of the block.
///
/// Reads the rows beside the block that it needs itself. The result does not depend on how the
/// scan is cut into blocks nor on the number of threads, to the bit. Rings are taken out of whole
/// sinograms: a block without all radiographs keeps them, but for what single pixels add. Where the settings need whole frames, the
/// block must have all rows. Memory: [`working_bytes`].
///
/// # Errors
/// Frames that cannot be read or mended, a block outside the scan, or a band of rows where whole
/// frames are needed.
pub fn correct_block(
    scan: &Scan,
    survey: &Survey,
    settings: &CorrectSettings,
    block: Block,
) -> Result<Corrected, CorrectError> {
    line_integrals(scan, survey, settings, block)?
        .without_rings(survey.rings(settings), survey.shape().frames)
}

/// The line integrals of a block, with the rings still in them.
pub(crate) fn line_integrals(
    scan: &Scan,
    survey: &Survey,
    settings: &CorrectSettings,
    block: Block,
) -> Result<Corrected, CorrectError> {
    let shape = survey.shape();
    check(survey, settings, &block)?;
    let way = Way::new(scan, survey, settings, &block);
    let columns = scan.radiographs.shape().columns;
    let mut counts = Array3::zeros((block.frames.len(), way.read.len(), columns));
    scan.radiographs.read(block.frames.clone(), way.read.clone(), counts.view_mut())?;
    let (mut values, _) = counts.into_raw_vec_and_offset();
    let frame_length = way.read.len() * columns;
    let spots = settings.spots_of(scan.quantity);
    let row_figures = values
        .par_chunks_mut(frame_length)
        .zip(block.frames.clone())
        .map_init(
            || (Cleaner::new(&spots, survey.noise, &survey.detector), FrameRoom::default()),
            |room, (values, frame)| way.correct(frame, values, room),
        )
        .reduce(
            || Ok(vec![BlockFigures::default(); block.rows.len()]),
            // Of two errors the one of the earlier frame, whichever came first.
            |left, right| {
                let pairs = left?.into_iter().zip(right?);
                Ok(pairs.map(|(left, right)| left.with(right)).collect())
            },
        )?;
    // Each frame's line integrals stand at the front of its counts: move them together.
    let length = block.rows.len() * shape.columns;
    for frame in 1..block.frames.len() {
        values.copy_within(frame * frame_length..frame * frame_length + length, frame * length);
    }
    values.truncate(block.frames.len() * length);
    values.shrink_to_fit();
    let dimensions = (block.frames.len(), block.rows.len(), shape.columns);
    let line_integrals =
        Array3::from_shape_vec(dimensions, values).expect("as many values as the block has pixels");
    Ok(Corrected { line_integrals, row_figures })
}

/// A block within the scan, and of whole frames where the settings need them; a correction of beam
/// hardening that somebody made ready.
fn check(survey: &Survey, settings: &CorrectSettings, block: &Block) -> Result<(), CorrectError> {
    let shape = survey.shape();
    let is_inside = block.frames.end <= shape.frames && block.rows.end <= shape.rows;
    if block.frames.is_empty() || block.rows.is_empty() || !is_inside {
        let (frames, rows) = (block.frames.clone(), block.rows.clone());
        let (frame_count, row_count) = (shape.frames, shape.rows);
        return Err(CorrectError::BlockOutside { frames, rows, frame_count, row_count });
    }
    if let Some(key) = settings.of_whole_frames().key().filter(|_| block.rows.len() < shape.rows) {
        let (rows, row_count) = (block.rows.clone(), shape.rows);
        return Err(CorrectError::NotWholeFrames { rows, row_count, key });
    }
    if survey.gain_map.is_none() && settings.rings.method == RingMethod::GainMap {
        return Err(CorrectError::GainsUnmeasured);
    }
    if survey.linearisation.is_none() && settings.beam_hardening.needs_spectrum() {
        return Err(CorrectError::HardeningUndecided);
    }
    Ok(())
}

/// Bytes that [`correct_block`] needs at most for this block, its result included.
///
/// The counts of the block and of the rows beside it, read at once and turned into line integrals
/// in place, and about six bytes a pixel of one frame's rows for each thread, with what the steps on
/// whole frames take; after that the line integrals, and the room of one sinogram for each thread
/// that takes out rings.
#[must_use]
pub fn working_bytes(scan: &Scan, settings: &CorrectSettings, block: Block) -> u64 {
    let shape = scan.radiographs.shape();
    let wanted = block.rows.start * settings.bin..block.rows.end * settings.bin;
    let beside = halo(&settings.spots) + BRIDGE_REACH;
    let rows = grown(&wanted, beside, shape.rows.max(wanted.end)).len();
    let window = (rows * shape.columns) as u64;
    let threads = rayon::current_num_threads().min(block.frames.len()) as u64;
    let size = [wanted.len(), shape.columns];
    let [shared, steps] = FrameSteps::bytes(settings.of_whole_frames(), size, pixel_mm(scan));
    let thread = 6 * window + (256 << 10) + steps;
    let reading = 4 * window * block.frames.len() as u64 + shared + threads * thread;
    if block.frames.len() < shape.frames {
        return reading;
    }
    let sinogram = (shape.frames, shape.columns / settings.bin);
    let threads = rayon::current_num_threads().min(block.rows.len()) as u64;
    let result = 4 * (block.rows.len() * sinogram.0 * sinogram.1) as u64;
    reading.max(result + threads * RingFilter::working_bytes(&settings.rings, sinogram))
}

/// The way of one block: which rows are read, and what is done to them.
#[derive(Debug)]
struct Way<'a> {
    scan: &'a Scan,
    survey: &'a Survey,
    settings: &'a CorrectSettings,
    /// Frame rows that become line integrals.
    wanted: Range<usize>,
    /// Those and the rows that dead pixels in them are bridged from.
    mended: Range<usize>,
    /// Those and the rows that spots in them are judged by.
    read: Range<usize>,
    /// What is done to whole frames, if anything.
    steps: Option<FrameSteps>,
    /// What each pixel adds, where that is taken off.
    gains: Option<&'a GainMap>,
}

impl<'a> Way<'a> {
    fn new(
        scan: &'a Scan,
        survey: &'a Survey,
        settings: &'a CorrectSettings,
        block: &Block,
    ) -> Self {
        let rows = scan.radiographs.shape().rows;
        let wanted = block.rows.start * settings.bin..block.rows.end * settings.bin;
        let mended = grown(&wanted, survey.detector.reach, rows);
        let read = grown(&mended, halo(&settings.spots), rows);
        let columns = scan.radiographs.shape().columns;
        let steps =
            FrameSteps::new(settings.of_whole_frames(), [wanted.len(), columns], pixel_mm(scan));
        let is_wanted = settings.rings.method != RingMethod::None;
        let gains = survey.gain_map.as_ref().filter(|_| is_wanted);
        Self { scan, survey, settings, wanted, mended, read, steps, gains }
    }

    /// Turns the counts of one frame into line integrals, which then stand at the front.
    fn correct(
        &self,
        frame: usize,
        values: &mut [f32],
        (cleaner, room): &mut (Cleaner<'_>, FrameRoom),
    ) -> Result<Vec<BlockFigures>, CorrectError> {
        let columns = self.scan.radiographs.shape().columns;
        let bin = self.settings.bin;
        let window = Window { rows: self.read.clone(), columns: 0..columns };
        let from_read =
            |rows: &Range<usize>| rows.start - self.read.start..rows.end - self.read.start;
        cleaner.clean(values, &window, from_read(&self.mended)).map_err(|missing| {
            CorrectError::Unmendable {
                frame: self.scan.radiographs.number_of(frame),
                row: self.read.start + missing.row,
                missing: missing.missing,
                place: self.scan.radiographs.name_of(frame),
            }
        })?;
        if self.scan.quantity == Quantity::Counts {
            self.divide_by_open_beam(frame, values);
        }
        if self.scan.quantity == Quantity::Counts && self.settings.row_air.is_wanted() {
            let rows = from_read(&self.wanted);
            values[rows.start * columns..rows.end * columns]
                .chunks_exact_mut(columns)
                .for_each(|row| self.settings.row_air.divide(row));
        }
        // Beam hardening follows after the logarithm.
        let wanted = from_read(&self.wanted);
        values.copy_within(wanted.start * columns..wanted.end * columns, 0);
        if let Some(steps) = &self.steps {
            let values = &mut values[..wanted.len() * columns];
            steps.apply(values, self.survey.shifts[frame], room);
        }
        let count = absorbance::bin_in_place(&mut values[..wanted.len() * columns], columns, bin);
        let rows = values[..count].chunks_exact_mut(columns / bin).zip(wanted.step_by(bin));
        rows.map(|(values, row)| self.finish_row(values, (frame, row), cleaner)).collect()
    }

    /// Takes the logarithm of one corrected row, which began at row `row` of those read, and makes
    /// it proportional to thickness.
    fn finish_row(
        &self,
        values: &mut [f32],
        (frame, row): (usize, usize),
        cleaner: &Cleaner<'_>,
    ) -> Result<BlockFigures, CorrectError> {
        let bin = self.settings.bin;
        let is_done = self.steps.as_ref().is_some_and(|steps| steps.gives_line_integrals);
        let starved = match self.settings.scatter.starved_sigma {
            sigmas if self.survey.scatter.is_some() && sigmas > 0.0 && !is_done => {
                let place = (frame, (self.read.start + row) / bin);
                mend_row(values, &self.survey.transmission_noise(place, values, bin), sigmas)
            }
            _ => 0,
        };
        let mended = cleaner.mended(row..row + bin, 0..values.len() * bin);
        let found = if self.scan.quantity == Quantity::Counts && !is_done {
            absorbance::minus_logarithm(values, self.settings.flat_field.least_transmission)
        } else {
            absorbance::range_of(values)
        };
        let (clipped, mut beyond_curve) = (found.clipped, 0);
        let found = self.without_gains(values, (self.read.start + row) / bin).unwrap_or(found);
        let found = match &self.survey.linearisation {
            None => found,
            Some(linearisation) => {
                beyond_curve =
                    linearisation.apply([frame, (self.read.start + row) / bin], values)?;
                absorbance::range_of(values)
            }
        };
        Ok(BlockFigures {
            pixels: values.len() as u64,
            raw_pixels: (values.len() * bin * bin) as u64,
            spots_bright: mended.bright,
            spots_dark: mended.dark,
            dead: mended.dead,
            clipped,
            starved,
            beyond_curve,
            non_finite: mended.holes,
            min: found.min,
            max: found.max,
        })
    }

    /// Takes off what each pixel adds to the line integrals of a row; `None`: nobody asks for that.
    fn without_gains(&self, values: &mut [f32], row: usize) -> Option<absorbance::Logarithms> {
        self.gains?.subtract(row, values);
        Some(absorbance::range_of(values))
    }

    fn divide_by_open_beam(&self, frame: usize, values: &mut [f32]) {
        let columns = self.scan.radiographs.shape().columns;
        let rows = self.mended.start - self.read.start..self.mended.end - self.read.start;
        absorbance::transmission(
            &mut values[rows.start * columns..rows.end * columns],
            (&self.survey.open_beam.dark, self.survey.open_beam.at(frame)),
            (self.mended.start * columns, self.survey.doses[frame]),
        );
        if let Some(scatter) = &self.survey.scatter {
            let values = &mut values[rows.start * columns..rows.end * columns];
            scatter.subtract(frame, self.mended.start, values);
        }
        absorbance::bridge_dead_pixels(
            values,
            &self.survey.detector,
            (self.read.start, self.wanted.clone()),
            self.settings.flat_field.least_transmission,
        );
    }
}
