//! Scatter in the survey of a scan: measured after the air, before the dose is final. Knows no
//! method.

use ndarray::Array2;
use voltomo_types::Scan;

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

    /// Measures the background, and takes it off the air that the doses were read in.
    pub(super) fn measure_scatter(
        &mut self,
        scan: &Scan,
        settings: &CorrectSettings,
    ) -> Result<(), CorrectError> {
        if settings.scatter.method == ScatterMethod::None {
            return Ok(());
        }
        let shape = scan.radiographs.shape();
        let region = self.figures.dose.region.as_ref().and_then(|text| Region::parse(text).ok());
        let given = Given {
            instrument: self.instrument(scan, settings),
            settings,
            grid: grid(shape.rows, shape.columns),
            air: &self.doses,
            region: region.as_ref(),
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
