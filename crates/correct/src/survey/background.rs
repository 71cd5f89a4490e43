//! Scatter in the survey of a scan: measured after the air, before the dose is final. Knows no
//! method.

use ndarray::Array2;
use voltomo_types::{Probe, Quantity, Scan};

use super::{Survey, beam::dose_figures};
use crate::{
    CorrectError, CorrectSettings,
    region::Region,
    scatter::{self, Given, grid},
    scatter_settings::ScatterMethod,
};

impl Survey {
    /// Background of scatter and glare in a radiograph as a share of the open beam, `[row, column]` of
    /// the frames as read; `None` where none is taken off. Memory: the result.
    #[must_use]
    pub fn scatter_share(&self, radiograph: usize) -> Option<Array2<f32>> {
        let field = self.scatter.as_ref()?;
        let columns = self.detector.columns;
        let rows = self.detector.dead.len() / columns;
        let values: Vec<f32> =
            (0..rows).flat_map(|row| field.rows(radiograph, row)[0].clone()).collect();
        Array2::from_shape_vec((rows, columns), values).ok()
    }

    /// The survey with the background of scatter and glare that is usual in X-rays, in a few
    /// radiographs, and the settings that take it off there; `None` where the settings take one off
    /// anyway, where no length is known to measure it in, and of other scans.
    ///
    /// What a recipe says of the kernel is held to. Of other radiographs than those in `frames` the
    /// background is nothing. Reads these frames and a few more. Memory: 10 kB a radiograph.
    ///
    /// # Errors
    /// Frames that cannot be read.
    pub fn with_usual_background(
        &self,
        scan: &Scan,
        settings: &CorrectSettings,
        frames: &[usize],
    ) -> Result<Option<(Self, CorrectSettings)>, CorrectError> {
        let is_meant = settings.scatter.method == ScatterMethod::None
            && scan.probe == Some(Probe::Xray)
            && scan.quantity == Quantity::Counts
            && scan.cone.pixel.or(scan.detector.pixel).is_some();
        if !is_meant {
            return Ok(None);
        }
        let mut settings = settings.clone();
        settings.scatter.method = ScatterMethod::Kernel;
        let mut survey = self.clone();
        match survey.measure_scatter_of(scan, &settings, Some(frames)) {
            Ok(()) => Ok(Some((survey, settings))),
            Err(CorrectError::NoDose { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Measures the background, and takes it off the air that the doses were read in.
    pub(super) fn measure_scatter(
        &mut self,
        scan: &Scan,
        settings: &CorrectSettings,
    ) -> Result<(), CorrectError> {
        if settings.scatter.method == ScatterMethod::None {
            return Ok(());
        }
        self.measure_scatter_of(scan, settings, None)
    }

    fn measure_scatter_of(
        &mut self,
        scan: &Scan,
        settings: &CorrectSettings,
        only: Option<&[usize]>,
    ) -> Result<(), CorrectError> {
        let shape = scan.radiographs.shape();
        let region = self.figures.dose.region.as_ref().and_then(|text| Region::parse(text).ok());
        let given = Given {
            instrument: self.instrument(scan, settings),
            settings,
            grid: grid(shape.rows, shape.columns),
            air: &self.doses,
            region: region.as_ref(),
            only,
        };
        let measured = scatter::measure(&given, self.counting, &|_| {})?;
        if let Some(region) = &region {
            let method = self.figures.dose.method.clone();
            self.figures.dose = dose_figures(&measured.doses, Some(region), &method);
        }
        self.doses = measured.doses;
        self.scatter = Some(measured.field);
        self.figures.scatter = Some(measured.figures);
        measured.warnings.into_iter().for_each(|warning| self.warn(warning));
        Ok(())
    }
}
