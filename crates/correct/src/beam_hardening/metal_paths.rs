//! How much metal each ray crosses, and what that means for its line integral. Reconstructs nothing.

use ndarray::{Array3, ArrayView2, ArrayView3, Axis, Zip};
use voltomo_numeric::cast::{to_f32, to_index};

use super::{metal_artefacts::MetalArtefacts, path_table::PathTable, polychromatic::Polychromatic};

/// Pixels on each side of a trace whose mean it is joined to.
const BESIDE: usize = 3;
/// Least line integral of the prior by which others are divided.
const LEAST_PRIOR: f32 = 0.05;

/// Lengths of metal along the rays of a scan, with what is done by them.
///
/// Frames may be coarser than the scan's: lengths are read between their pixels, linearly.
#[derive(Debug, Clone, PartialEq)]
pub struct MetalPaths {
    /// Metal along each ray, cm, `[view, row, column]` of the coarser frames.
    pub lengths_cm: Array3<f32>,
    /// Line integrals of the prior of normalised interpolation, of the same shape.
    pub prior: Option<Array3<f32>>,
    /// Pixels of the scan along one edge of a coarser pixel.
    pub coarser: usize,
    /// What is done where rays cross much metal.
    pub artefacts: MetalArtefacts,
    /// How much metal that is, cm.
    pub trace_cm: f64,
    table: PathTable,
    metal_per_cm: f64,
}

impl MetalPaths {
    /// Lengths of the first material of `beam`, the metal, for line integrals up to `largest`.
    #[must_use]
    pub fn new(
        beam: &Polychromatic,
        (lengths_cm, coarser): (Array3<f32>, usize),
        largest: f64,
    ) -> Self {
        let longest = lengths_cm.iter().copied().fold(0.0, f32::max);
        Self {
            table: PathTable::new(beam, f64::from(longest), largest),
            metal_per_cm: beam.linear_per_cm[0],
            lengths_cm,
            prior: None,
            coarser,
            artefacts: MetalArtefacts::None,
            trace_cm: f64::INFINITY,
        }
    }

    /// Line integrals `[view, row, column]` of the coarser frames themselves, corrected.
    ///
    /// Panics where they have another shape than the lengths. Memory: the result.
    #[must_use]
    pub fn corrected(&self, line_integrals: ArrayView3<'_, f32>) -> Array3<f32> {
        assert_eq!(line_integrals.dim(), self.lengths_cm.dim(), "a length for each line integral");
        let mut corrected = line_integrals.to_owned();
        Zip::from(&mut corrected).and(&self.lengths_cm).par_for_each(|value, length| {
            *value = to_f32(self.table.at(f64::from(*length), f64::from(*value)));
        });
        corrected
    }

    /// Share of the rays through the sample, whose line integrals in the coarser frames exceed 0.05,
    /// that are replaced by what lies beside the trace of the metal.
    ///
    /// Panics where they have another shape than the lengths.
    #[must_use]
    pub fn replaced_share(&self, line_integrals: ArrayView3<'_, f32>) -> f64 {
        assert_eq!(line_integrals.dim(), self.lengths_cm.dim(), "a length for each line integral");
        if self.artefacts == MetalArtefacts::None {
            return 0.0;
        }
        let rays = line_integrals.iter().zip(&self.lengths_cm);
        let (mut through, mut replaced) = (0u64, 0u64);
        for (_, length) in rays.filter(|(value, _)| **value > LEAST_PRIOR) {
            through += 1;
            replaced += u64::from(f64::from(*length) > self.trace_cm);
        }
        replaced as f64 / through.max(1) as f64
    }

    /// Corrects one row of a radiograph in place; returns how many values lay beyond the table.
    pub(crate) fn apply(&self, [frame, row]: [usize; 2], values: &mut [f32]) -> u64 {
        let lengths = self.line(self.lengths_cm.index_axis(Axis(0), frame), row, values.len());
        let end = self.table.end();
        let mut beyond = 0;
        for (value, length) in values.iter_mut().zip(&lengths) {
            let measured = f64::from(*value);
            beyond += u64::from(measured > end);
            *value = to_f32(self.table.at(f64::from(*length), measured));
        }
        let prior = self
            .prior
            .as_ref()
            .map(|prior| self.line(prior.index_axis(Axis(0), frame), row, values.len()));
        match (self.artefacts, prior) {
            (MetalArtefacts::None, _) => {}
            (MetalArtefacts::Normalised, Some(prior)) => self.normalised(values, &lengths, &prior),
            _ => self.interpolated(values, &lengths),
        }
        beyond
    }

    /// The line integral before the correction, and the slope of the correction there.
    pub(crate) fn undone(&self, [frame, row, column]: [usize; 3], corrected: f32) -> (f32, f32) {
        let lengths = self.lengths_cm.index_axis(Axis(0), frame);
        let length = sample(lengths, [self.place(row), self.place(column)]);
        let (measured, slope) = self.table.undone(f64::from(length), f64::from(corrected));
        (to_f32(measured), to_f32(slope))
    }

    /// Replaces what lies in the trace of the metal, beside the metal itself, by a straight line.
    ///
    /// Source: Kalender, Hebel & Ebersberger 1987, doi:10.1148/radiology.164.2.3602406.
    fn interpolated(&self, values: &mut [f32], lengths: &[f32]) {
        let metal = |length: f32| to_f32(self.metal_per_cm) * length;
        values.iter_mut().zip(lengths).for_each(|(value, length)| *value -= metal(*length));
        bridge(values, |column| f64::from(lengths[column]) > self.trace_cm);
        values.iter_mut().zip(lengths).for_each(|(value, length)| *value += metal(*length));
    }

    /// The same on line integrals divided by those of the prior, which holds the metal.
    ///
    /// Source: Meyer, Raupach, Lell, Schmidt & Kachelrieß 2010, doi:10.1118/1.3484090.
    fn normalised(&self, values: &mut [f32], lengths: &[f32], prior: &[f32]) {
        let over = |prior: f32| prior.max(LEAST_PRIOR);
        let mut ratios: Vec<f32> =
            values.iter().zip(prior).map(|(value, prior)| value / over(*prior)).collect();
        let is_trace = |column: usize| f64::from(lengths[column]) > self.trace_cm;
        bridge(&mut ratios, is_trace);
        for (column, value) in values.iter_mut().enumerate().filter(|(column, _)| is_trace(*column))
        {
            *value = ratios[column] * over(prior[column]);
        }
    }

    /// Place among the coarser pixels.
    fn place(&self, pixel: usize) -> f64 {
        (pixel as f64 + 0.5) / self.coarser as f64 - 0.5
    }

    /// One row of the scan's frames, read between those of the coarser ones.
    fn line(&self, frame: ArrayView2<'_, f32>, row: usize, columns: usize) -> Vec<f32> {
        let row = self.place(row);
        (0..columns).map(|column| sample(frame, [row, self.place(column)])).collect()
    }
}

/// Value at a place, linear between pixels; the outermost ones go on.
fn sample(frame: ArrayView2<'_, f32>, place: [f64; 2]) -> f32 {
    let (rows, columns) = frame.dim();
    let part = |place: f64, count: usize| {
        let place = place.clamp(0.0, count as f64 - 1.0);
        let low = to_index(place).min(count.saturating_sub(2));
        (low, (low + 1).min(count - 1), to_f32(place - low as f64))
    };
    let ((y0, y1, v), (x0, x1, u)) = (part(place[0], rows), part(place[1], columns));
    let along = |y: usize| frame[[y, x0]] + u * (frame[[y, x1]] - frame[[y, x0]]);
    let (low, high) = (along(y0), along(y1));
    low + v * (high - low)
}

/// Joins the values on both sides of every trace by a straight line; a trace at the edge of the
/// frame takes those of its one side.
fn bridge(values: &mut [f32], is_trace: impl Fn(usize) -> bool) {
    let count = values.len();
    let mut from = 0;
    while from < count {
        if !is_trace(from) {
            from += 1;
            continue;
        }
        let to = (from..count).find(|column| !is_trace(*column)).unwrap_or(count);
        let beside = |columns: &mut dyn Iterator<Item = usize>| {
            let near: Vec<f32> = columns
                .take_while(|column| !is_trace(*column))
                .take(BESIDE)
                .map(|column| values[column])
                .collect();
            voltomo_numeric::statistics::mean(&near)
        };
        let (left, right) = (beside(&mut (0..from).rev()), beside(&mut (to..count)));
        if let Some((left, right)) = left.or(right).zip(right.or(left)) {
            let steps = (to - from + 1) as f32;
            for (step, value) in values[from..to].iter_mut().enumerate() {
                *value = left + (right - left) * (step + 1) as f32 / steps;
            }
        }
        from = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One energy: nothing hardens.
    fn paths(lengths: &[f32]) -> MetalPaths {
        let beam = Polychromatic {
            weights: vec![1.0],
            first_per_cm: vec![10.0],
            second_per_cm: vec![1.0],
            linear_per_cm: [10.0, 1.0],
        };
        let lengths = Array3::from_shape_vec((1, 1, lengths.len()), lengths.to_vec()).unwrap();
        MetalPaths::new(&beam, (lengths, 1), 9.0)
    }

    fn near(found: &[f32], wanted: &[f32]) {
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-3, "{found} for {wanted}");
        }
    }

    #[test]
    fn one_energy_changes_nothing() {
        let mut values = [0.5, 1.0, 3.5, 2.5, 0.2];
        assert_eq!(paths(&[0.0, 0.0, 0.2, 0.1, 0.0]).apply([0, 0], &mut values), 0);
        near(&values, &[0.5, 1.0, 3.5, 2.5, 0.2]);
    }

    #[test]
    fn what_is_wrong_in_the_trace_is_bridged_and_the_metal_put_back() {
        let lengths = [0.0, 0.0, 0.0, 0.3, 0.3, 0.0, 0.0, 0.0];
        let mut spoilt = paths(&lengths);
        (spoilt.artefacts, spoilt.trace_cm) = (MetalArtefacts::Interpolated, 0.1);
        let mut values = [1.0, 1.0, 1.0, 8.9, 2.0, 1.0, 1.0, 1.0];
        spoilt.apply([0, 0], &mut values);
        near(&values, &[1.0, 1.0, 1.0, 4.0, 4.0, 1.0, 1.0, 1.0]);
    }

    #[test]
    fn the_share_that_is_replaced_is_that_of_the_rays_through_the_sample() {
        let mut spoilt = paths(&[0.0, 0.0, 0.3, 0.05, 0.2]);
        let values = Array3::from_shape_vec((1, 1, 5), vec![0.01, 0.5, 3.5, 1.0, 2.5]).unwrap();
        spoilt.trace_cm = 0.1;
        assert_eq!(spoilt.replaced_share(values.view()), 0.0);
        spoilt.artefacts = MetalArtefacts::Interpolated;
        assert_eq!(spoilt.replaced_share(values.view()), 0.5);
    }

    #[test]
    fn a_prior_shapes_what_bridges_the_trace() {
        let lengths = [0.0, 0.0, 0.0, 0.3, 0.3, 0.0, 0.0, 0.0];
        let mut spoilt = paths(&lengths);
        (spoilt.artefacts, spoilt.trace_cm) = (MetalArtefacts::Normalised, 0.1);
        let prior = vec![0.5, 1.0, 2.0, 5.0, 6.0, 2.0, 1.0, 0.5];
        spoilt.prior = Some(Array3::from_shape_vec((1, 1, 8), prior).unwrap());
        let mut values = [0.55, 1.1, 2.2, 0.0, 9.0, 2.2, 1.1, 0.55];
        spoilt.apply([0, 0], &mut values);
        near(&values, &[0.55, 1.1, 2.2, 5.5, 6.6, 2.2, 1.1, 0.55]);
    }

    #[test]
    fn coarser_lengths_are_read_between_their_pixels() {
        let mut coarse = paths(&[0.0, 0.4]);
        coarse.coarser = 2;
        let found = coarse.line(coarse.lengths_cm.index_axis(Axis(0), 0), 1, 4);
        near(&found, &[0.0, 0.1, 0.3, 0.4]);
    }
}
