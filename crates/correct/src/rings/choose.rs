//! From settings to a filter, and the filter over many sinograms. Knows no method's inside.

use std::sync::{Mutex, PoisonError};

use ndarray::{ArrayViewMut2, ArrayViewMut3, Axis};
use rayon::prelude::*;

use crate::CorrectError;

use super::{
    combined::Combined,
    dead::Dead,
    filter::{Filter, Room},
    filtering::Filtering,
    large::Large,
    low_pass::LowPass,
    settings::{RingMethod, RingSettings},
    sorting::Sorting,
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
        if let Some(problem) = settings.problems().into_iter().next() {
            return Err(CorrectError::Setting(problem));
        }
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
        let [planes, lines] = match settings.method {
            RingMethod::None => return 0,
            RingMethod::Sorting
            | RingMethod::Filtering
            | RingMethod::Large
            | RingMethod::Dead
            | RingMethod::Combined => [3, 64],
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

fn rows_of(sinogram: ArrayViewMut2<'_, f32>) -> Vec<&mut [f32]> {
    let (mut rest, mut rows) = (sinogram, Vec::new());
    while !rest.is_empty() {
        let (row, below) = rest.split_at(Axis(0), 1);
        rows.push(row.into_slice().expect("a row in one piece"));
        rest = below;
    }
    rows
}

fn filter(settings: &RingSettings, (angles, _): (usize, usize)) -> Option<Box<dyn Filter>> {
    let window = settings.window();
    let large =
        Large { window: settings.large_window, threshold: settings.threshold, drop: settings.drop };
    let dead = Dead { large };
    Some(match settings.method {
        RingMethod::None => return None,
        RingMethod::Sorting => Box::new(Sorting { window }),
        RingMethod::Filtering => {
            Box::new(Filtering { low_pass: LowPass::gaussian(angles, settings.sigma()), window })
        }
        RingMethod::Large => Box::new(large),
        RingMethod::Dead => Box::new(dead),
        RingMethod::Combined => Box::new(Combined { dead, window }),
    })
}
