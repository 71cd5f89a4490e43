//! Whether the views look as if they spanned the turn that is told. Finds no axis.

use std::f64::consts::{PI, TAU};

use ndarray::{Array2, ArrayView1};
use voltomo_types::Radian;

/// A span within this of a half or a whole turn is one.
const NEARLY: f64 = 10.0 * PI / 180.0;
/// Pairs of views that are compared.
const PAIRS: usize = 16;
/// Fewer views cannot be told apart.
const FEWEST: usize = 16;

/// That `angles` span half a turn where the views look like a whole one, or the other way round;
/// `None` where they fit, or where the sample is too round to tell.
///
/// `rows`: sinograms of some rows, `[angle, column]`. A whole turn ends as it began, and its views
/// half a scan apart are mirror images of each other; half a turn ends with the mirror image of its
/// beginning. Views a quarter of the scan apart say how much views differ at all. In a cone beam
/// mirror images are not exact; where they are too far from it, nothing is said.
#[must_use]
pub fn turn_doubt(rows: &[Array2<f32>], angles: &[Radian]) -> Option<String> {
    let count = angles.len();
    let has_views = rows.iter().all(|row| row.nrows() == count && row.ncols() >= 8);
    if count < FEWEST || rows.is_empty() || !has_views {
        return None;
    }
    let span = (angles[count - 1].0 - angles[0].0).abs() * count as f64 / (count - 1) as f64;
    let views = Views { rows, count };
    let like = views.likeness();
    let degrees = span.to_degrees();
    if (span - PI).abs() < NEARLY && like.is_whole_turn() {
        return Some(format!(
            "the angles span {degrees:.1}°, but the views look like a whole turn: the last is as the \
             first, and those told 90° apart are mirror images; expected that of views 180° apart: \
             is `acquire.angles` 0:360?"
        ));
    }
    if (span - TAU).abs() < NEARLY && like.is_half_turn() {
        return Some(format!(
            "the angles span {degrees:.1}°, but the views look like half a turn: the last is the \
             mirror image of the first, and those told 180° apart are no mirror images; expected the \
             last to be as the first: is `acquire.angles` 0:180?"
        ));
    }
    None
}

/// How much views differ, by mean squares over those of the views themselves.
#[derive(Debug, Clone, Copy)]
struct Likeness {
    /// Neighbours.
    near: f64,
    /// A quarter of the scan apart.
    far: f64,
    /// The first and the last.
    ends: f64,
    /// The same with one of both mirrored, about the axis that suits best.
    mirrored_ends: f64,
    mirrored_quarter: f64,
    mirrored_half: f64,
}

impl Likeness {
    fn is_telling(&self) -> bool {
        self.far > 4.0 * self.near
    }

    fn is_whole_turn(&self) -> bool {
        self.is_telling()
            && self.ends < (2.5 * self.near).max(0.15 * self.far)
            && self.mirrored_half < 0.3 * self.mirrored_quarter
    }

    fn is_half_turn(&self) -> bool {
        self.is_telling()
            && self.ends > 0.4 * self.far
            && self.mirrored_ends < 0.3 * self.ends
            && self.mirrored_half > 3.0 * self.mirrored_ends
    }
}

struct Views<'a> {
    rows: &'a [Array2<f32>],
    count: usize,
}

impl Views<'_> {
    fn likeness(&self) -> Likeness {
        let (quarter, half) = (self.count / 4, self.count / 2);
        let ends = [[0, self.count - 1]];
        Likeness {
            near: self.difference(&self.pairs(1)),
            far: self.difference(&self.pairs(quarter)),
            ends: self.difference(&ends),
            mirrored_ends: self.mirrored(&ends),
            mirrored_quarter: self.mirrored(&self.pairs(quarter)),
            mirrored_half: self.mirrored(&self.pairs(half)),
        }
    }

    /// Some pairs of views so far apart, all over the scan.
    fn pairs(&self, apart: usize) -> Vec<[usize; 2]> {
        let firsts = self.count - apart;
        (0..firsts).step_by(firsts.div_ceil(PAIRS)).map(|first| [first, first + apart]).collect()
    }

    fn difference(&self, pairs: &[[usize; 2]]) -> f64 {
        self.mean(pairs, |a, b| squares(a.iter().zip(b.iter())))
    }

    /// The least over all axes: columns `c` and `turned − c` are compared.
    fn mirrored(&self, pairs: &[[usize; 2]]) -> f64 {
        let columns = self.rows[0].ncols();
        let about = |turned: usize| {
            self.mean(pairs, |a, b| {
                let first = (turned + 1).saturating_sub(columns);
                let last = turned.min(columns - 1);
                let pairs = (first..=last).map(|column| (&a[column], &b[turned - column]));
                let [apart, own] = squares(pairs);
                // A column without a partner counts whole.
                let [_, all] = squares(a.iter().zip(b.iter()));
                [apart + all - own, all]
            })
        };
        // At least half of the columns have a partner.
        let range = columns / 2..3 * columns / 2;
        range.map(about).fold(f64::INFINITY, f64::min)
    }

    fn mean(
        &self,
        pairs: &[[usize; 2]],
        of: impl Fn(ArrayView1<'_, f32>, ArrayView1<'_, f32>) -> [f64; 2],
    ) -> f64 {
        let (mut difference, mut size) = (0.0, 0.0);
        for row in self.rows {
            for &[a, b] in pairs {
                let [apart, own] = of(row.row(a), row.row(b));
                (difference, size) = (difference + apart, size + own);
            }
        }
        difference / size.max(f64::MIN_POSITIVE)
    }
}

/// Sums of `(a − b)²` and of `a² + b²`.
fn squares<'v>(pairs: impl Iterator<Item = (&'v f32, &'v f32)>) -> [f64; 2] {
    pairs.fold([0.0; 2], |[apart, own], (a, b)| {
        let (a, b) = (f64::from(*a), f64::from(*b));
        [apart + (a - b) * (a - b), own + a * a + b * b]
    })
}

/// Sinograms with at most so many columns, neighbours averaged; and how many became one.
#[must_use]
pub fn coarser(sinogram: &Array2<f32>, most: usize) -> (Array2<f32>, usize) {
    let (views, columns) = sinogram.dim();
    let factor = columns.div_ceil(most.max(1)).max(1);
    let coarse = Array2::from_shape_fn((views, columns / factor), |(view, column)| {
        let first = column * factor;
        (first..first + factor).map(|column| sinogram[[view, column]]).sum::<f32>() / factor as f32
    });
    (coarse, factor)
}
