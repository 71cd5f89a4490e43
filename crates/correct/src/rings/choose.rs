//! From settings to a filter, and the filter over many sinograms. Knows no method's inside.

use std::sync::{Mutex, PoisonError};

use ndarray::{ArrayViewMut2, ArrayViewMut3, Axis};
use rayon::prelude::*;
use voltomo_numeric::cast::to_index;

use crate::CorrectError;

use super::{
    boin_haibel::BoinHaibel,
    combined::Combined,
    dead::Dead,
    filter::{Filter, Room},
    filtering::Filtering,
    fitting,
    gentle::Gentle,
    large::Large,
    low_pass::LowPass,
    oimoen::Oimoen,
    profile::{ByProfile, FastPart, constant},
    raven,
    regularised::Regularised,
    rivers::Rivers,
    settings::{RingMethod, RingSettings},
    sijbers_postnov::SijbersPostnov,
    sorting::Sorting,
    wavelet_fourier::WaveletFourier,
};

/// Least angles, and least columns, that a filter works on.
const LEAST: usize = 8;

/// A method of ring removal, made ready for sinograms of one shape.
pub struct RingFilter {
    filter: Option<Box<dyn Filter>>,
    shape: (usize, usize),
    /// Room that no thread works in at the moment.
    rooms: Mutex<Vec<Room>>,
}

impl std::fmt::Debug for RingFilter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RingFilter").field("shape", &self.shape).finish_non_exhaustive()
    }
}

impl RingFilter {
    /// The method of these settings for sinograms of so many angles and columns.
    ///
    /// # Errors
    /// Settings that cannot be used; a sinogram of less than 8 angles or columns.
    pub fn new(
        settings: &RingSettings,
        (angles, columns): (usize, usize),
    ) -> Result<Self, CorrectError> {
        if settings.method == RingMethod::Auto {
            return Err(CorrectError::RingsUndecided);
        }
        if let Some(problem) = settings.problems().into_iter().next() {
            return Err(CorrectError::Setting(problem));
        }
        let settings = &settings.of_sinograms();
        let filter = filter(settings, (angles, columns));
        if filter.is_some() && angles.min(columns) < LEAST {
            return Err(CorrectError::TooSmallForRings { angles, columns, least: LEAST });
        }
        Ok(Self { filter, shape: (angles, columns), rooms: Mutex::default() })
    }

    /// Bytes that a filter with these settings takes for each sinogram that is filtered at the
    /// same time, the sinogram itself not counted.
    #[must_use]
    pub fn working_bytes(settings: &RingSettings, (angles, columns): (usize, usize)) -> u64 {
        let settings = &settings.of_sinograms();
        let [planes, lines] = match settings.method {
            RingMethod::None => return 0,
            RingMethod::Sorting
            | RingMethod::Filtering
            | RingMethod::Large
            | RingMethod::Dead
            | RingMethod::Combined
            | RingMethod::Oimoen => [3, 64],
            RingMethod::SijbersPostnov => [4, 64],
            RingMethod::Auto => [3, 1024],
            RingMethod::WaveletFourier => {
                let waves = to_index(12.0 * f64::from(settings.sigma())) + 2;
                [0, waves * (settings.levels + 2) + 256]
            }
            _ => [0, 64],
        };
        4 * (planes * angles * columns + lines * (angles + columns)) as u64 + (1 << 20)
    }

    /// Filters one sinogram, `[angle, column]`, in place.
    ///
    /// # Panics
    /// If it has another shape than the filter was made for, or its rows do not lie in one piece.
    pub fn apply(&self, sinogram: ArrayViewMut2<'_, f32>) {
        let Some(filter) = &self.filter else {
            return;
        };
        assert_eq!(sinogram.dim(), self.shape, "a sinogram of the filter's shape");
        let mut rows: Vec<&mut [f32]> = rows_of(sinogram);
        let mut room = self.take_room();
        filter.apply(&mut rows, &mut room);
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).push(room);
    }

    /// Filters every row of a block of line integrals, `[angle, row, column]`, in place.
    ///
    /// # Panics
    /// As [`Self::apply`].
    pub fn apply_to_rows(&self, mut line_integrals: ArrayViewMut3<'_, f32>) {
        if self.filter.is_some() {
            let sinograms = line_integrals.axis_iter_mut(Axis(1)).into_par_iter();
            sinograms.for_each(|sinogram| self.apply(sinogram));
        }
    }

    fn take_room(&self) -> Room {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.pop().unwrap_or_default()
    }
}

/// The rows of a sinogram.
pub(crate) fn rows_of(sinogram: ArrayViewMut2<'_, f32>) -> Vec<&mut [f32]> {
    let (mut rest, mut rows) = (sinogram, Vec::new());
    while !rest.is_empty() {
        let (row, below) = rest.split_at(Axis(0), 1);
        rows.push(row.into_slice().expect("a row in one piece"));
        rest = below;
    }
    rows
}

fn filter(settings: &RingSettings, (angles, columns): (usize, usize)) -> Option<Box<dyn Filter>> {
    let window = settings.window();
    let large =
        Large { window: settings.large_window, threshold: settings.threshold, drop: settings.drop };
    let dead = Dead { large };
    Some(match settings.method {
        RingMethod::None | RingMethod::Auto | RingMethod::GainMap => return None,
        RingMethod::Sorting => Box::new(Sorting { window }),
        RingMethod::Filtering => {
            Box::new(Filtering { low_pass: LowPass::gaussian(angles, settings.sigma()), window })
        }
        RingMethod::Large => Box::new(large),
        RingMethod::Dead => Box::new(dead),
        RingMethod::Combined => Box::new(Combined { dead, window }),
        RingMethod::Gentle => Box::new(Gentle::new(dead, constant(angles), window)),
        RingMethod::WaveletFourier => {
            let wavelet = (settings.wavelet, settings.levels);
            Box::new(WaveletFourier::new(angles, wavelet, settings.sigma()))
        }
        RingMethod::BoinHaibel => Box::new(BoinHaibel { window }),
        RingMethod::Oimoen => Box::new(Oimoen { window, angle_window: settings.angle_window }),
        RingMethod::SijbersPostnov => {
            Box::new(SijbersPostnov { window, even_share: settings.even_share })
        }
        _ => return by_profile(settings, (angles, columns)),
    })
}

/// The methods that see each column as a few numbers.
fn by_profile(
    settings: &RingSettings,
    (angles, columns): (usize, usize),
) -> Option<Box<dyn Filter>> {
    Some(match settings.method {
        RingMethod::Fitting => {
            let gaussian =
                |waves: f64| (-0.5 * (waves / f64::from(settings.sigma())).powi(2)).exp();
            Box::new(ByProfile {
                basis: fitting::polynomials(angles, settings.degree),
                stripes: FastPart { slow: LowPass::exact(columns, &gaussian) },
            })
        }
        RingMethod::Raven => Box::new(ByProfile {
            basis: raven::cosines(angles, settings.frequencies),
            stripes: FastPart { slow: raven::butterworth(columns, settings.cutoff) },
        }),
        RingMethod::Rivers => Box::new(ByProfile {
            basis: constant(angles),
            stripes: Rivers { window: settings.window() },
        }),
        RingMethod::Regularised => Box::new(ByProfile {
            basis: constant(angles),
            stripes: Regularised { strength: settings.strength },
        }),
        _ => return None,
    })
}
