//! Scatter and glare from the sample's own transmission: reads every radiograph once. Knows no black
//! bodies.

use ndarray::Array2;
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;
use voltomo_types::{Millimetre, Probe};

use super::{
    ScatterFigures,
    figures::KernelFigures,
    fit::{Air, Fitted, Usual, fit, is_air},
    given::{Found, Given},
    glare::{Glare, Part, usual},
    glare_fit::{self, Behind, GlareAir},
    grid::{at_nodes, cell_means, node_count},
    model::{Form, Model},
    spread::{Lit, Spread, whole},
};
use crate::{
    CorrectError,
    first_error::first_error,
    noise::spread,
    scatter_settings::{KernelForm, KernelSettings},
};

/// Radiographs that the kernel is fitted to.
const FITTED: usize = 24;

/// Rounds of transmission and fit: of scatter, and of glare.
const ROUNDS: usize = 3;
const GLARE_ROUNDS: usize = 4;

/// Share of the cells that may come out below nothing.
const NEGATIVE: f64 = 1e-3;

/// Share of the light below which a cell is behind a sample.
const DARK: f64 = 0.7;

/// Of the backlight, where nobody told it.
const BACKLIGHT_SIGMA: f64 = 0.01;

/// The background of every radiograph.
pub(super) fn measure(
    given: &Given<'_>,
    watch: &(dyn Fn(usize) + Sync),
) -> Result<Found, CorrectError> {
    let bench = Bench::new(given)?;
    let count = given.shape().frames;
    let chosen = spread(count, FITTED);
    let looked = first_error(chosen.par_iter().map(|frame| bench.cells(*frame)))?;
    let looked: Vec<Looked> =
        chosen.iter().map(|frame| f64::from(given.air[*frame])).zip(looked).collect();
    let mut warnings = bench.doubts();
    let (mut model, fitted, is_fitted) = bench.fitted(&looked);
    let told_glare = bench.fit_glare(&mut model, &looked);
    warnings.extend(told_glare.as_ref().and_then(glare_fit::Fitted::doubt));
    let unsure = told_glare.map(|told| told.deviation);
    warnings.extend(bench.beyond(&looked));
    warnings.extend(bench.limit(&mut model, &looked));
    let done = std::sync::atomic::AtomicUsize::new(0);
    let nodes = (0..count).into_par_iter().map(|frame| {
        if !given.is_wanted(frame) {
            return Ok(vec![0.0; node_count(&given.grid)]);
        }
        let told = model.solve(&bench.cells(frame)?, (f64::from(given.air[frame]), &bench.air));
        watch(done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1);
        Ok::<_, CorrectError>(
            model.background(&told).iter().map(|share| to_f32(*share)).collect::<Vec<f32>>(),
        )
    });
    let nodes = first_error(nodes)?.concat();
    let mut figures = ScatterFigures::of("kernel");
    figures.kernel = Some(bench.figures(&model, &fitted, (&looked, is_fitted, unsure)));
    let open = at_nodes(&given.grid, |_| model.open());
    Ok(Found { sample: nodes, open, figures, warnings })
}

/// A radiograph that is looked at: what its air reads, and the means of its cells.
type Looked = (f64, Array2<f64>);

/// A scan with what is known of its kernel.
struct Bench<'a> {
    given: &'a Given<'a>,
    usual: Usual,
    form: Form,
    pixel_mm: f64,
    distance_mm: Option<f64>,
    lit: Lit,
    /// Cells of the region of air.
    air: Vec<[usize; 2]>,
}

impl<'a> Bench<'a> {
    fn new(given: &'a Given<'a>) -> Result<Self, CorrectError> {
        let scan = given.instrument.scan;
        let told = &given.settings.scatter.kernel;
        let pixel = scan.cone.pixel.or(scan.detector.pixel);
        let Some(Millimetre(pixel)) = pixel else { return Err(CorrectError::KernelWithoutPixel) };
        let pixel_mm = pixel * scan.detector.frame.bin as f64;
        let is_xray = scan.probe == Some(Probe::Xray);
        let form = match (told.form, is_xray) {
            (KernelForm::Primary, _) | (KernelForm::Auto, true) => {
                Form::Primary { alpha: told.alpha, beta: told.beta }
            }
            _ => Form::Loss,
        };
        let facts = scan.cone.source_to_detector.zip(scan.cone.source_to_axis);
        let from_facts = facts.map(|(detector, axis)| detector.0 - axis.0).filter(|mm| *mm > 0.0);
        let distance_mm = told.distance_mm.or(from_facts);
        let mut usual = Usual::new(form, distance_mm);
        if let Some(width) = told.width_mm {
            usual.width = [width, 1e-3];
        }
        if let Some(amplitude) = told.amplitude {
            usual.amplitude = [amplitude, (0.02 * amplitude).max(1e-6)];
        }
        let air = air_cells(given);
        let lit = lit(given, pixel_mm);
        Ok(Self { given, usual, form, pixel_mm, distance_mm, lit, air })
    }

    fn told(&self) -> &KernelSettings {
        &self.given.settings.scatter.kernel
    }

    fn is_xray(&self) -> bool {
        self.given.instrument.scan.probe == Some(Probe::Xray)
    }

    fn backlight(&self) -> f64 {
        self.told().backlight.unwrap_or(if self.is_xray() { 0.0 } else { 0.02 })
    }

    fn glare(&self) -> f64 {
        let told = self.told();
        if let Some(parts) = &told.glare_parts {
            return parts.iter().map(|[_, share]| share).sum();
        }
        told.glare.unwrap_or(if self.is_xray() { 0.09 } else { 0.0 })
    }

    /// Means of a radiograph's cells over the open beam; a cell of dead pixels counts as air.
    fn cells(&self, frame: usize) -> Result<Array2<f64>, CorrectError> {
        let radiographs = &*self.given.instrument.scan.radiographs;
        let ratio = self.given.ratio(radiographs, (frame, frame))?;
        let grid = &self.given.grid;
        let mut means = cell_means(grid, |pixel| ratio[pixel]);
        let air = f64::from(self.given.air[frame]);
        means.iter_mut().filter(|mean| !mean.is_finite()).for_each(|mean| *mean = air);
        let shape = (grid[0].cells(), grid[1].cells());
        Ok(Array2::from_shape_vec(shape, means).expect("as many means as cells"))
    }

    fn model(&self, fitted: &Fitted) -> Model {
        let grid = self.given.grid;
        let share = self.glare();
        Model {
            grid,
            form: self.form,
            amplitude: fitted.amplitude[0],
            spread: Spread::new(&grid, self.lit, fitted.width[0] / self.pixel_mm),
            backlight: self.backlight(),
            glare: (share > 0.0).then(|| Glare::new(&grid, &self.usual_glare())),
        }
    }

    fn usual_glare(&self) -> Vec<Part> {
        if let Some(parts) = &self.told().glare_parts {
            let part = |&[width, share]: &[f64; 2]| Part { width: width / self.pixel_mm, share };
            return parts.iter().map(part).collect();
        }
        usual((self.glare(), self.told().glare_mm / self.pixel_mm))
    }

    /// Takes the share of glare and how far it goes from the air beside the sample, where nobody
    /// told it; `None` where there was not air enough.
    fn fit_glare(&self, model: &mut Model, looked: &[Looked]) -> Option<glare_fit::Fitted> {
        let told = self.told();
        let is_told = told.glare.is_some() || told.glare_parts.is_some();
        if !told.fit || is_told || self.air.is_empty() {
            return None;
        }
        let usual = self.usual_glare();
        let mut fitted = None;
        for _ in 0..GLARE_ROUNDS {
            let glare = model.glare.as_ref()?;
            let air = self.glare_air_of(model, glare, looked);
            let Some(found) = glare_fit::fit(&air, &usual) else { return fitted };
            model.glare = Some(Glare::new(&self.given.grid, &found.parts));
            fitted = Some(found);
        }
        fitted
    }

    /// The same air as glare shows in it.
    fn glare_air_of(&self, model: &Model, glare: &Glare, looked: &[Looked]) -> GlareAir {
        let shape = looked[0].1.dim();
        let mut air = GlareAir {
            excess: Array2::zeros(shape),
            lost: glare.parts().map(|_| Array2::zeros(shape)).collect(),
            is_air: Array2::from_elem(shape, true),
            behind: Behind { lost: vec![0.0; glare.parts().count()], ..Behind::default() },
        };
        let share = 1.0 / looked.len() as f64;
        let behind = behind(looked);
        for (dose, cells) in looked {
            let told = model.solve(cells, (*dose, &self.air));
            let scatter = model.spread.to_cells(&told.sent) * model.amplitude;
            let clear = (scatter + 1.0) * (1.0 - model.backlight) + model.backlight;
            air.excess.scaled_add(share, &(cells / told.dose - &clear));
            let light = told.light[behind];
            air.behind.light += share * light;
            air.behind.transmission += share * told.transmission[behind];
            for (part, strayed) in glare.by_part(&told.light).iter().enumerate() {
                air.lost[part].scaled_add(share, &(&clear - strayed));
                air.behind.lost[part] += share * (light - strayed[behind]);
            }
            air.is_air.zip_mut_with(&is_air(&told.transmission), |all, one| *all &= one);
        }
        air
    }

    /// The model, the numbers in it, and whether air told the amplitude better than what is usual.
    ///
    /// Glare takes from the air what scatter adds, so that with glare the usual numbers stay.
    fn fitted(&self, looked: &[Looked]) -> (Model, Fitted, bool) {
        let usual = Fitted {
            amplitude: self.usual.amplitude,
            width: [self.usual.width[0], self.usual.width[0] * self.usual.width[1]],
        };
        let mut model = self.model(&usual);
        let mut fitted = usual;
        if !self.told().fit || self.glare() > 0.0 || self.air.is_empty() {
            return (model, fitted, false);
        }
        for _ in 0..ROUNDS {
            let air = self.air_of(&model, looked);
            let Some(found) = fit(&air, &self.usual, (&self.given.grid, self.lit, self.pixel_mm))
            else {
                break;
            };
            fitted = found;
            model = self.model(&fitted);
        }
        (model, fitted, fitted.amplitude[1] < 0.7 * self.usual.amplitude[1])
    }

    /// Air of the radiographs that are looked at, its dose taken out.
    fn air_of(&self, model: &Model, looked: &[Looked]) -> Air {
        let shape = looked[0].1.dim();
        let (mut sent, mut excess) = (Array2::zeros(shape), Array2::zeros(shape));
        let mut everywhere = Array2::from_elem(shape, true);
        let share = 1.0 / looked.len() as f64;
        let b = model.backlight;
        for (air, cells) in looked {
            let told = model.solve(cells, (*air, &self.air));
            sent.scaled_add(share, &told.sent);
            excess.scaled_add(share, &((cells / told.dose - b) / (1.0 - b) - 1.0));
            everywhere.zip_mut_with(&is_air(&told.transmission), |all, one| *all &= one);
        }
        // What the noise of air sends is no sample's.
        sent.zip_mut_with(&everywhere, |sent, is_air| *sent *= f64::from(u8::from(!is_air)));
        Air { sent, excess, is_air: everywhere }
    }

    /// Takes amplitude and backlight back where they leave less than nothing behind the sample, and
    /// says so.
    fn limit(&self, model: &mut Model, looked: &[Looked]) -> Option<String> {
        let before = model.amplitude;
        let is_too_much = |model: &Model| {
            let below = looked.iter().map(|(air, cells)| {
                let told = model.solve(cells, (*air, &self.air));
                told.transmission.iter().filter(|t| **t < 0.0).count()
            });
            below.sum::<usize>() as f64 > NEGATIVE * (looked.len() * looked[0].1.len()) as f64
        };
        while is_too_much(model) && model.amplitude > 0.05 * before {
            model.amplitude *= 0.9;
            model.backlight *= 0.9;
        }
        (model.amplitude < before).then(|| {
            format!(
                "the usual scatter is more than what is seen behind the sample: its amplitude was \
                 taken back from {before:.3} to {:.3}, the backlight to {:.4}",
                model.amplitude, model.backlight
            )
        })
    }

    /// Says where the sample goes on beyond the frame, and nobody told how far the beam does.
    fn beyond(&self, looked: &[Looked]) -> Option<String> {
        let frame = self.given.instrument.scan.detector.frame;
        let is_window = [frame.first_row, frame.first_column] != [0, 0]
            || frame.detector_rows > self.given.shape().rows * frame.bin;
        let (air, cells) = &looked[0];
        let last = cells.nrows() - 1;
        let is_dark = |row: usize| cells.row(row).iter().any(|seen| seen / air < DARK);
        let is_told = self.told().beam_mm.is_some() || is_window;
        (!is_told && (is_dark(0) || is_dark(last))).then(|| {
            "the sample goes on above or below the frame, and scatters from there as far as the beam \
             falls: tell its height and width in `correct.scatter.kernel.beam_mm`, or the scatter comes \
             out too small"
                .into()
        })
    }

    fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        if self.distance_mm.is_none() && self.told().width_mm.is_none() {
            doubts.push(
                "nobody told the distance from the axis to the detector, on which the width of the \
                 scatter depends: 50 mm are taken, give or take twice; set \
                 `correct.scatter.kernel.distance_mm`"
                    .into(),
            );
        }
        if self.air.is_empty() {
            doubts.push(
                "the scatter is computed as if every radiograph had the dose of the open beam, since \
                 no air was found to read it in"
                    .into(),
            );
        }
        doubts
    }

    /// Standard deviations, mm, and shares of the parts of the glare.
    fn glare_parts(&self, model: &Model) -> Vec<[f64; 2]> {
        let parts = model.glare.iter().flat_map(Glare::parts);
        parts.map(|part| [part.width * self.pixel_mm, part.share]).collect()
    }

    fn figures(
        &self,
        model: &Model,
        fitted: &Fitted,
        (looked, is_fitted, unsure): (&[Looked], bool, Option<f64>),
    ) -> KernelFigures {
        let scale = model.amplitude / fitted.amplitude[0].max(1e-12);
        let amplitude_sigma = fitted.amplitude[1] * scale;
        let backlight_sigma = match self.told().backlight {
            None if !self.is_xray() => BACKLIGHT_SIGMA,
            _ => 0.0,
        };
        // Scatter where it is most, for a kernel of amplitude 1.
        let most = looked.iter().map(|(air, cells)| {
            let told = model.solve(cells, (*air, &self.air));
            model.spread.to_cells(&told.sent).iter().copied().fold(0.0, f64::max)
        });
        let most = most.fold(0.0, f64::max);
        KernelFigures {
            form: self.form.name().into(),
            amplitude: model.amplitude,
            amplitude_sigma,
            width_mm: fitted.width[0],
            width_sigma_mm: fitted.width[1],
            is_fitted,
            backlight: model.backlight,
            backlight_sigma,
            glare: model.glare.as_ref().map_or(0.0, Glare::share),
            is_glare_fitted: unsure.is_some(),
            glare_sigma: unsure,
            glare_parts: self.glare_parts(model),
            background_sigma: (most * amplitude_sigma)
                .hypot(backlight_sigma)
                .hypot(unsure.unwrap_or(0.0)),
        }
    }
}

/// The cell of median light among those behind the sample in all of them together; the darkest one
/// where there is hardly any sample.
fn behind(looked: &[Looked]) -> (usize, usize) {
    let mut sum = Array2::<f64>::zeros(looked[0].1.dim());
    looked.iter().for_each(|(dose, cells)| sum.scaled_add(1.0 / dose, cells));
    let mut cells: Vec<((usize, usize), f64)> =
        sum.indexed_iter().map(|(place, light)| (place, *light)).collect();
    cells.sort_by(|a, b| a.1.total_cmp(&b.1));
    let count = cells.iter().filter(|(_, light)| *light < DARK * looked.len() as f64).count();
    cells[count / 2].0
}

/// The beam that the recipe tells, about the middle of the frame, else that of the whole detector; the
/// frame at least.
fn lit(given: &Given<'_>, pixel_mm: f64) -> Lit {
    let shape = given.shape();
    let Some(beam) = given.settings.scatter.kernel.beam_mm else {
        return whole(&given.instrument.scan.detector.frame);
    };
    let side = |count: usize, mm: f64| {
        let (middle, half) = ((count as f64 - 1.0) / 2.0, (mm / pixel_mm).max(count as f64) / 2.0);
        [middle - half, middle + half]
    };
    [side(shape.rows, beam[0]), side(shape.columns, beam[1])]
}

/// Cells whose middles lie in the region of air; the nearest one where it is smaller than a cell.
fn air_cells(given: &Given<'_>) -> Vec<[usize; 2]> {
    let Some(region) = given.region else { return Vec::new() };
    let grid = &given.grid;
    let inside = |k: usize, range: &std::ops::Range<usize>| -> Vec<usize> {
        let middle = (range.start + range.end - 1) as f64 / 2.0;
        let is_inside = |cell: &usize| {
            let place = grid[k].middle(*cell);
            place >= range.start as f64 && place < range.end as f64
        };
        let cells: Vec<usize> = (0..grid[k].cells()).filter(is_inside).collect();
        let distance = |cell: &usize| (grid[k].middle(*cell) - middle).abs();
        let nearest = (0..grid[k].cells()).min_by(|a, b| distance(a).total_cmp(&distance(b)));
        if cells.is_empty() { nearest.into_iter().collect() } else { cells }
    };
    let columns = inside(1, &region.columns);
    let rows = inside(0, &region.rows);
    rows.iter().flat_map(|row| columns.iter().map(|column| [*row, *column])).collect()
}
