//! Where the sample stands in each radiograph, and which radiographs are unlike the others.
//! Corrects nothing.

use ndarray::{Array3, Axis, s};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;
use voltomo_types::{FrameShape, Problem, Quantity, Scan};

use super::Survey;
use crate::{
    CorrectError, CorrectSettings, DriftFigures, OutlierFigures, OutlierRadiographs, absorbance,
    cleaning::{Cleaner, Window},
    drift::{self, DRIFT, DriftMethod, Weighed},
};

/// Bytes of radiographs that are looked at together.
const BATCH_BYTES: usize = 64 << 20;

/// Outliers that a warning names.
const NAMED: usize = 8;

/// A sample that is moved out of the frame leaves nothing to correct.
fn check_given(shifts: &[[f64; 2]], shape: FrameShape) -> Result<(), CorrectError> {
    let is_inside = |[down, right]: &[f64; 2]| {
        down.abs() < shape.rows as f64 && right.abs() < shape.columns as f64
    };
    let Some(radiograph) = shifts.iter().position(|shift| !is_inside(shift)) else {
        return Ok(());
    };
    let [down, right] = shifts[radiograph];
    let found = format!("{down} rows and {right} columns of drift at radiograph {radiograph}");
    let expected =
        format!("less than the {} rows and {} columns of the frames", shape.rows, shape.columns);
    Err(CorrectError::Setting(Problem::new(DRIFT, found, expected)))
}

impl Survey {
    /// Finds the drift, and radiographs unlike their neighbours, as far as the settings ask.
    pub(super) fn measure_sample(
        &mut self,
        scan: &Scan,
        settings: &CorrectSettings,
    ) -> Result<(), CorrectError> {
        let is_reported = settings.outliers == OutlierRadiographs::Report;
        if is_reported || settings.drift.method == DriftMethod::Moments {
            let weighed = self.weigh(scan, settings)?;
            if is_reported {
                self.tell_outliers(scan, &weighed);
            }
            if settings.drift.method == DriftMethod::Moments {
                self.take_moments(scan, &weighed)?;
            }
        }
        if settings.drift.method == DriftMethod::Given {
            let (found, frames) = (settings.drift.shifts.len(), self.shifts.len());
            if found != frames {
                return Err(CorrectError::NumberCount { found, frames, key: DRIFT });
            }
            check_given(&settings.drift.shifts, scan.radiographs.shape())?;
            self.shifts.clone_from(&settings.drift.shifts);
            self.tell_drift("given");
        }
        Ok(())
    }

    fn take_moments(&mut self, scan: &Scan, weighed: &[Weighed]) -> Result<(), CorrectError> {
        let Some(angles) = scan.angles.as_ref().filter(|angles| angles.len() == weighed.len())
        else {
            return Err(CorrectError::NoAnglesForDrift);
        };
        if !scan.cone.is_empty() {
            self.warn(
                "the drift is measured as in a parallel beam; a cone's magnification changes what \
                 rows weigh: give the drift in `correct.drift.file` where it matters"
                    .into(),
            );
        }
        let stays = || vec![0.0; weighed.len()];
        let (has_rows, has_columns) =
            (drift::ends_in_rows(weighed), drift::ends_in_columns(weighed));
        let down = if has_rows { drift::down(weighed) } else { stays() };
        let right = if has_columns { drift::right(weighed, angles) } else { stays() };
        let unknown =
            [(has_rows, "rows", "above or below"), (has_columns, "columns", "at both sides")];
        for (_, along, ends) in unknown.iter().filter(|(is_known, ..)| !is_known) {
            self.warn(format!(
                "the drift along the {along} is not measured: the sample does not end inside the frame \
                 {ends}, so that nothing tells where it stands; give the drift in \
                 `correct.drift.file`, or take frames that show its ends"
            ));
        }
        self.shifts = down.into_iter().zip(right).map(|(down, right)| [down, right]).collect();
        self.tell_drift("moments");
        Ok(())
    }

    fn tell_drift(&mut self, method: &str) {
        let along =
            |axis: usize| self.shifts.iter().map(|shift| to_f32(shift[axis])).collect::<Vec<f32>>();
        let figures = DriftFigures { method: method.into(), rows: along(0), columns: along(1) };
        self.figures.drift = Some(figures);
    }

    fn tell_outliers(&mut self, scan: &Scan, weighed: &[Weighed]) {
        let numbered = |(frame, kind)| (scan.radiographs.number_of(frame), kind);
        let found: Vec<(usize, &str)> = drift::unlike(weighed).into_iter().map(numbered).collect();
        let each = |(radiograph, kind): &(usize, &str)| format!("{radiograph} ({kind})");
        let named: Vec<String> = found.iter().take(NAMED).map(each).collect();
        if !named.is_empty() {
            self.warn(format!(
                "{} radiographs are unlike their neighbours, the first of them {}; leave them out \
                 with `acquire.skip`",
                found.len(),
                named.join(", ")
            ));
        }
        let figures =
            |(radiograph, kind): (usize, &str)| OutlierFigures { radiograph, kind: kind.into() };
        self.figures.outliers = found.into_iter().map(figures).collect();
    }

    /// Sums of rows and columns of every radiograph's line integrals.
    fn weigh(&self, scan: &Scan, settings: &CorrectSettings) -> Result<Vec<Weighed>, CorrectError> {
        let FrameShape { frames, rows, columns } = scan.radiographs.shape();
        let batch = (BATCH_BYTES / (4 * rows * columns)).clamp(1, frames);
        let mut counts = Array3::zeros((batch, rows, columns));
        let mut weighed = Vec::with_capacity(frames);
        for first in (0..frames).step_by(batch) {
            let some = first..(first + batch).min(frames);
            let mut part = counts.slice_mut(s![..some.len(), .., ..]);
            scan.radiographs.read(some.clone(), 0..rows, part.view_mut())?;
            let found =
                part.axis_iter_mut(Axis(0)).into_par_iter().zip(some).map(|(mut values, frame)| {
                    let values = values.as_slice_mut().unwrap_or_default();
                    self.weigh_one(scan, settings, (frame, values))
                });
            weighed.extend(found.collect::<Vec<_>>());
        }
        Ok(weighed)
    }

    fn weigh_one(
        &self,
        scan: &Scan,
        settings: &CorrectSettings,
        (frame, values): (usize, &mut [f32]),
    ) -> Weighed {
        let FrameShape { rows, columns, .. } = scan.radiographs.shape();
        let fingerprint = drift::fingerprint(values);
        let spots = settings.spots_of(scan.quantity);
        let window = Window { rows: 0..rows, columns: 0..columns };
        // A row that nothing mends is an error when it is corrected; here it weighs nothing.
        let _ = Cleaner::new(&spots, self.noise, &self.detector).clean(values, &window, 0..rows);
        if scan.quantity == Quantity::Counts {
            let least = settings.flat_field.least_transmission;
            let beam = (&self.open_beam.dark[..], self.open_beam.at(frame));
            absorbance::transmission(values, beam, (0, self.doses[frame]));
            absorbance::bridge_dead_pixels(values, &self.detector, (0, 0..rows), least);
            absorbance::minus_logarithm(values, least);
        }
        let mut sums = (vec![0.0f64; rows], vec![0.0f64; columns]);
        for (line, sum) in values.chunks_exact(columns).zip(&mut sums.0) {
            for (value, column) in line.iter().zip(&mut sums.1) {
                let value = if value.is_finite() { f64::from(*value) } else { 0.0 };
                (*sum, *column) = (*sum + value, *column + value);
            }
        }
        let narrow = |sums: Vec<f64>| sums.into_iter().map(to_f32).collect();
        Weighed { rows: narrow(sums.0), columns: narrow(sums.1), fingerprint }
    }
}
