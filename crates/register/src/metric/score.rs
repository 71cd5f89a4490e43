//! The score of a placement, and the sums from which a better one follows. Knows no search.

use std::ops::Range;

use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;

use super::{Degrees, Level};
use crate::{
    placement::Placement,
    solve::{Eliminated, Sums},
};

/// Points of the field next to its border that are not used.
const MARGIN: f64 = 1.0;
/// No ring is explained better than to this variance, 1/cm².
const LEAST_VARIANCE: f64 = 1e-5;

/// A placement that may change in some ways.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Motion<'a> {
    pub(crate) placement: Placement<'a>,
    pub(crate) degrees: Degrees,
    pub(crate) centre: [f64; 3],
}

impl<'a> Motion<'a> {
    /// A placement that stays.
    pub(crate) fn still(placement: Placement<'a>) -> Self {
        Self { placement, degrees: Degrees::None, centre: [0.0; 3] }
    }
}

/// What a placement explains.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Explained {
    /// Share of the neutron volume's variance, where the X-ray volume reaches.
    pub(crate) score: f64,
    /// What placements are compared by: the likelihood that noise of each ring's own size is all that
    /// is left, over that of the rings' means alone, `½ Σ_r N_r ln(T_r / S_r)` with the sums of squares
    /// `S_r` that are left and `T_r` about the mean, a point.
    pub(crate) gain: f64,
    /// Neutron attenuation of each class, 1/cm, by ring.
    pub(crate) attenuations: Vec<Vec<f32>>,
    /// Points compared.
    pub(crate) count: usize,
    /// One over the variance that is left, by ring, cm².
    pub(crate) weights: Vec<f64>,
}

/// Shares of the classes at a placed point, and what they change by the degrees.
struct Reader<'a> {
    level: &'a Level,
    motion: &'a Motion<'a>,
    /// Neutron attenuations of the classes, by ring; needed where there are degrees.
    attenuations: &'a [Vec<f32>],
}

impl Reader<'_> {
    fn columns(&self) -> usize {
        self.level.field.channels
    }

    fn size(&self) -> usize {
        self.columns() + self.motion.degrees.count() + 1
    }

    /// Fills a row: shares of the classes, derivatives, neutron attenuation. False where the field
    /// does not reach.
    fn fill(&self, (ring, point): (usize, usize), row: &mut [f64], shares: &mut [f32]) -> bool {
        let place = self.motion.placement.apply(self.level.places[point]);
        let field = &self.level.field;
        let Some(corner) = field.corner(place, MARGIN) else { return false };
        field.values_at(&corner, shares);
        if !shares[0].is_finite() {
            return false;
        }
        row.iter_mut().zip(&*shares).for_each(|(into, share)| *into = f64::from(*share));
        let last = row.len() - 1;
        if self.motion.degrees != Degrees::None {
            let gradient = field.gradient_at(&corner, &self.attenuations[ring]);
            let offset = std::array::from_fn(|i| place[i] - self.motion.centre[i]);
            let into = &mut row[self.columns()..last];
            self.motion.degrees.derivatives(gradient, offset, into);
        }
        row[last] = self.level.values[point];
        true
    }

    /// Sums of one ring, always in the same order.
    fn ring(&self, (ring, part): (usize, &Range<usize>)) -> Sums {
        let mut sums = Sums::new(self.size());
        let mut row = vec![0.0; self.size()];
        let mut shares = vec![0.0f32; self.columns()];
        for point in part.clone() {
            if self.fill((ring, point), &mut row, &mut shares) {
                sums.add(&row);
            }
        }
        sums
    }

    fn rings(&self) -> Vec<Sums> {
        self.level.rings.par_iter().enumerate().map(|ring| self.ring(ring)).collect()
    }
}

/// What a placement explains. Many may be asked for side by side.
pub(crate) fn explained(level: &Level, placement: Placement<'_>) -> Explained {
    let motion = Motion::still(placement);
    let reader = Reader { level, motion: &motion, attenuations: &[] };
    let columns = reader.columns();
    let (mut left, mut gain, mut whole) = (0.0, 0.0, Sums::new(reader.size()));
    let mut attenuations = Vec::with_capacity(level.rings.len());
    let mut weights = Vec::with_capacity(level.rings.len());
    for sums in reader.rings() {
        let eliminated = sums.eliminated(columns);
        let (count, unexplained) = (sums.count as f64, eliminated.unexplained());
        let floor = LEAST_VARIANCE * count.max(1.0);
        left += unexplained;
        gain += 0.5 * count * ((sums.spread() + floor) / (unexplained + floor)).ln();
        weights.push(count.max(1.0) / (unexplained + floor));
        let found = eliminated.coefficients(columns);
        attenuations.push(found.into_iter().map(to_f32).collect());
        whole.add_sums(&sums, 1.0);
    }
    let spread = whole.spread();
    let score = if spread > 0.0 { 1.0 - left / spread } else { 0.0 };
    gain /= level.places.len().max(1) as f64;
    Explained { score, gain, attenuations, count: whole.count, weights }
}

/// Sums of the derivatives by the degrees and of the neutron attenuation, over all rings with their
/// weights, without what the classes explain.
pub(crate) fn step_sums(level: &Level, motion: &Motion<'_>, explained: &Explained) -> Sums {
    let reader = Reader { level, motion, attenuations: &explained.attenuations };
    let mut whole = Sums::new(motion.degrees.count() + 1);
    for (sums, weight) in reader.rings().iter().zip(&explained.weights) {
        whole.add_sums(&sums.eliminated(reader.columns()).rest(), *weight);
    }
    whole
}

/// For each point the derivatives by the degrees and the neutron attenuation, without what the
/// classes of its ring explain, times the root of the ring's weight; empty where the field does not reach.
pub(crate) fn projected(
    level: &Level,
    motion: &Motion<'_>,
    explained: &Explained,
) -> Vec<Vec<f64>> {
    let reader = Reader { level, motion, attenuations: &explained.attenuations };
    let columns = reader.columns();
    let parts = level.rings.par_iter().enumerate().map(|(ring, part)| {
        let eliminated: Eliminated = reader.ring((ring, part)).eliminated(columns);
        let explaining: Vec<Vec<f64>> =
            (columns..reader.size()).map(|column| eliminated.coefficients(column)).collect();
        let root = explained.weights[ring].sqrt();
        let mut row = vec![0.0; reader.size()];
        let mut shares = vec![0.0f32; columns];
        let mut point = |point: usize| {
            if !reader.fill((ring, point), &mut row, &mut shares) {
                return Vec::new();
            }
            let rest = explaining.iter().zip(&row[columns..]);
            let left = |(of, value): (&Vec<f64>, &f64)| {
                root * (value - of.iter().zip(&row).map(|(a, b)| a * b).sum::<f64>())
            };
            rest.map(left).collect()
        };
        part.clone().map(&mut point).collect::<Vec<Vec<f64>>>()
    });
    parts.collect::<Vec<_>>().into_iter().flatten().collect()
}

/// What stays unexplained of each point, 1/cm; NaN where the field does not reach.
pub(crate) fn residuals(
    level: &Level,
    placement: Placement<'_>,
    explained: &Explained,
) -> Vec<f64> {
    let motion = Motion::still(placement);
    let reader = Reader { level, motion: &motion, attenuations: &[] };
    let parts = level.rings.par_iter().zip(&explained.attenuations).enumerate();
    let parts = parts.map(|(ring, (part, attenuations))| {
        let mut row = vec![0.0; reader.size()];
        let mut shares = vec![0.0f32; reader.columns()];
        let mut point = |point: usize| {
            if !reader.fill((ring, point), &mut row, &mut shares) {
                return f64::NAN;
            }
            let expected =
                attenuations.iter().zip(&shares).map(|(a, b)| f64::from(*a) * f64::from(*b));
            level.values[point] - expected.sum::<f64>()
        };
        part.clone().map(&mut point).collect::<Vec<f64>>()
    });
    parts.collect::<Vec<_>>().into_iter().flatten().collect()
}
