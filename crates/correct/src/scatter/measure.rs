//! Chooses the method for scatter, and reads the dose with the background taken off. Knows no method.

use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;
use voltomo_types::{FrameShape, Problem, Quantity};

use super::{
    ScatterFigures, beam_stop, black_bodies, constant,
    field::Field,
    figures::StarvedView,
    given::Given,
    grid::{cell_means, grid},
    kernel,
};
use crate::{
    CorrectError, CorrectSettings, counting::Counting, first_error::first_error, noise::spread,
    scatter_settings::ScatterMethod,
};

/// Radiographs that are looked at for starved pixels.
const LOOKED_AT: usize = 24;

/// Share of a radiograph's pixels that may lie three standard deviations of their noise below the
/// background: of pixels that see nothing but it, 0.13 % do.
const MOST_BELOW: f64 = 0.005;

/// Least dose of a radiograph that saw a beam.
const LEAST_DOSE: f32 = 0.01;

/// The background of a scan, and the doses that go with it.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) field: Field,
    pub(crate) doses: Vec<f32>,
    pub(crate) figures: ScatterFigures,
    pub(crate) warnings: Vec<String>,
}

/// Bytes of the background that the survey of a scan keeps.
pub(crate) fn resident_bytes(shape: FrameShape, settings: &CorrectSettings) -> u64 {
    match settings.scatter.method {
        ScatterMethod::None => 0,
        _ => Field::bytes(&grid(shape.rows, shape.columns), shape.frames),
    }
}

/// Line integrals hold no counts that scatter could be taken from.
pub(crate) fn check_quantity(
    quantity: Quantity,
    settings: &CorrectSettings,
) -> Result<(), CorrectError> {
    if settings.scatter.method == ScatterMethod::None || quantity == Quantity::Counts {
        return Ok(());
    }
    let expected = "`none`, since the scan is line integrals, not counts";
    let (key, found) = ("correct.scatter.method", "another method");
    Err(CorrectError::Setting(Problem::new(key, found, expected)))
}

/// Measures the background of every radiograph and of the open beam by the method of the settings.
///
/// `counting`: noise of the counts, for starved pixels. `watch(radiographs done)`.
pub(crate) fn measure(
    given: &Given<'_>,
    counting: Counting,
    watch: &(dyn Fn(usize) + Sync),
) -> Result<Measured, CorrectError> {
    let found = match given.settings.scatter.method {
        ScatterMethod::BlackBodies => black_bodies::measure(given)?,
        ScatterMethod::Kernel => kernel::measure(given, watch)?,
        ScatterMethod::BeamStop => beam_stop::measure(given)?,
        ScatterMethod::Constant | ScatterMethod::None => constant::measure(given),
    };
    let (mut figures, mut warnings) = (found.figures, found.warnings);
    (figures.open, figures.sample) = (range(&found.open)[1], range(&found.sample));
    let field = Field::new(given.grid, found.sample, found.open);
    let doses = doses(given, &field)?;
    let looked = spread(given.shape().frames, LOOKED_AT).into_par_iter();
    let looked =
        first_error(looked.map(|frame| look(given, (&field, doses[frame], counting), frame)))?;
    figures.starved = looked.iter().map(|(starved, _)| *starved).collect();
    let sums = looked.iter().fold([0.0; 2], |[s, t], (_, [ds, dt, _])| [s + ds, t + dt]);
    figures.scatter_to_primary = to_f32(sums[0] / sums[1].max(1e-9));
    warnings.extend(judge(&figures));
    warnings.extend(too_much(&looked));
    Ok(Measured { field, doses, figures, warnings })
}

/// Least, mean and largest.
fn range(shares: &[f32]) -> [f32; 3] {
    let least = shares.iter().copied().fold(f32::INFINITY, f32::min);
    let most = shares.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = shares.iter().map(|share| f64::from(*share)).sum();
    [least, to_f32(sum / shares.len().max(1) as f64), most]
}

/// Air of a radiograph of the dose d reads `d·(1 − b + s)`.
fn doses(given: &Given<'_>, field: &Field) -> Result<Vec<f32>, CorrectError> {
    let Some(region) = given.region else { return Ok(given.air.to_vec()) };
    let dose = |frame: usize| {
        let dose = given.air[frame] / field.air(frame, (&region.rows, &region.columns));
        if dose > LEAST_DOSE && dose.is_finite() {
            return Ok(dose);
        }
        let radiographs = &given.instrument.scan.radiographs;
        let (place, frame) = (radiographs.name_of(frame), radiographs.number_of(frame));
        Err(CorrectError::NoDose { frame, found: dose, region: region.to_string(), place })
    };
    (0..given.shape().frames).into_par_iter().map(dose).collect()
}

/// What to say where a background is larger than what many pixels saw at all.
fn too_much(looked: &[(StarvedView, [f64; 3])]) -> Option<String> {
    let most = looked.iter().max_by(|a, b| a.1[2].total_cmp(&b.1[2]));
    let (view, [.., below]) = most.filter(|(_, [.., below])| *below > MOST_BELOW)?;
    Some(format!(
        "the background that is taken off is larger than all that was seen in {:.1} % of the pixels of \
         radiograph {}, expected at most {} %: line integrals are too large there; a smaller \
         background (`correct.scatter`) is all that the darkest rays allow",
        100.0 * below,
        view.radiograph,
        100.0 * MOST_BELOW
    ))
}

/// Starved pixels of a radiograph, and sums of background and primary over its darkest hundredth, with
/// the share of pixels that saw less than the background.
fn look(
    given: &Given<'_>,
    (field, dose, counting): (&Field, f32, Counting),
    frame: usize,
) -> Result<(StarvedView, [f64; 3]), CorrectError> {
    let shape = given.shape();
    let ratio = given.ratio(&*given.instrument.scan.radiographs, (frame, frame))?;
    let open_beam = given.instrument.open_beam.at(frame);
    let sigmas = given.settings.scatter.starved_sigma;
    let (mut starved, mut below, mut live) = (0u64, 0u64, 0u64);
    for (row, line) in ratio.chunks_exact(shape.columns).enumerate() {
        let [sample, _] = field.rows(frame, row);
        for (column, value) in line.iter().enumerate().filter(|(_, value)| value.is_finite()) {
            let beam = open_beam.at(row * shape.columns + column) * dose;
            let straight = value / dose - sample[column];
            let noise = counting.variance((value / dose).max(sample[column]) * beam).sqrt() / beam;
            starved += u64::from(straight < sigmas * noise);
            below += u64::from(straight < -3.0 * noise);
            live += 1;
        }
    }
    let share = to_f32(starved as f64 / live.max(1) as f64);
    let cells = cell_means(&given.grid, |pixel| ratio[pixel] / dose);
    let columns = given.grid[1].cells();
    let place = |k: usize| {
        [0, 1].map(|axis| {
            let cell = if axis == 0 { k / columns } else { k % columns };
            given.grid[axis].cell(cell).start + given.grid[axis].cell(cell).len() / 2
        })
    };
    let mut order: Vec<usize> = (0..cells.len()).filter(|k| cells[*k].is_finite()).collect();
    order.sort_by(|a, b| cells[*a].total_cmp(&cells[*b]));
    order.truncate(order.len().div_ceil(100));
    let [scatter, primary] = order.into_iter().fold([0.0; 2], |[s, t], k| {
        let [row, column] = place(k);
        let background = f64::from(field.rows(frame, row)[0][column]);
        [s + background, t + cells[k] - background]
    });
    let sums = [scatter, primary, below as f64 / live.max(1) as f64];
    Ok((StarvedView { radiograph: frame, share }, sums))
}

/// What a person should know of the background.
fn judge(figures: &ScatterFigures) -> Vec<String> {
    let mut warnings = Vec::new();
    let [least, _, most] = figures.sample;
    if least < -0.01 || most > 0.5 {
        warnings.push(format!(
            "the background of the radiographs runs from {least:.3} to {most:.3} of the open beam, \
             expected 0 to 0.5: see `correct.scatter`"
        ));
    }
    let worst = figures.starved.iter().max_by(|a, b| a.share.total_cmp(&b.share));
    if let Some(worst) = worst.filter(|worst| worst.share > 0.01) {
        warnings.push(format!(
            "up to {:.1} % of the pixels are starved (radiograph {}): they see less than their noise, \
             and their line integrals are means along their rows; expose longer, or take a harder \
             beam",
            100.0 * worst.share,
            worst.radiograph
        ));
    }
    if let Some(kernel) = &figures.kernel {
        warnings.push(format!(
            "the scatter is computed and not measured: {:.4} of the open beam behind the sample at \
             most, uncertain by {:.4}; frames with black bodies would measure it",
            most, kernel.background_sigma
        ));
    }
    warnings
}
