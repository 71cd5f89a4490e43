//! What stands beside the ends of rows while they are filtered. Knows no filter.

use voltomo_numeric::{cast::to_f32, fft::Complex};

use crate::Padding;

/// Outermost pixels whose mean goes on: enough to calm noise.
const EDGE_PIXELS: usize = 8;
/// The part of the columns at an end whose squares tell where a body ends, and the fewest and most.
const SLOPE_PART: usize = 12;
const SLOPE_PIXELS: [usize; 2] = [4, 64];

/// Outermost pixels of rows of so many columns whose mean goes on.
pub(crate) fn edge_pixels(columns: usize) -> usize {
    (columns / 32).clamp(1, EDGE_PIXELS)
}

impl Padding {
    /// Fills what stands before two rows (one in the real parts, one in the imaginary ones) and behind
    /// them; `axis`: the column of the rotation axis; `count`: outermost pixels whose mean goes on.
    pub(crate) fn go_on(
        self,
        (rows, axis): (&[Complex<f32>], f64),
        count: usize,
        [before, behind]: [&mut [Complex<f32>]; 2],
    ) {
        let columns = rows.len();
        let reach = (columns / 2).min(before.len()).min(behind.len()).max(1);
        let first = Ending::of(rows.iter().copied(), (columns, count), axis);
        let last =
            Ending::of(rows.iter().rev().copied(), (columns, count), columns as f64 - 1.0 - axis);
        let beyond = self.beyond(&first, reach);
        before.iter_mut().rev().enumerate().for_each(|(away, value)| *value = beyond(away));
        let beyond = self.beyond(&last, reach);
        behind.iter_mut().enumerate().for_each(|(away, value)| *value = beyond(away));
    }

    /// The value so many columns beyond the outermost one.
    fn beyond(self, ending: &Ending, reach: usize) -> impl Fn(usize) -> Complex<f32> {
        let edge = ending.edge;
        let ellipses = (self == Self::Cylinder).then(|| ending.ellipses(reach));
        let distance = ending.distance;
        move |away: usize| match self {
            Self::Edge => edge,
            Self::Zero => Complex::default(),
            Self::Cosine => {
                let part = ((away + 1) as f32 / reach as f32).min(1.0);
                edge * (0.5 + 0.5 * (std::f32::consts::PI * part).cos())
            }
            Self::Cylinder => {
                let place = distance + 1.0 + away as f64;
                let [re, im] = ellipses.map_or([0.0; 2], |both| both.map(|one| one.at(place)));
                Complex::new(re, im)
            }
        }
    }
}

/// One end of two rows.
struct Ending {
    /// Mean of the outermost pixels.
    edge: Complex<f32>,
    /// How many those are.
    count: usize,
    /// The pixels from the outermost inwards.
    slope: Vec<Complex<f32>>,
    /// Columns from the axis to the outermost pixel.
    distance: f64,
}

impl Ending {
    /// `inwards`: the rows from their end.
    fn of(
        inwards: impl Iterator<Item = Complex<f32>>,
        (columns, count): (usize, usize),
        distance: f64,
    ) -> Self {
        let [least, most] = SLOPE_PIXELS;
        let taken = (columns / SLOPE_PART).clamp(least, most).max(count).min(columns);
        let slope: Vec<Complex<f32>> = inwards.take(taken).collect();
        let edge = slope[..count].iter().sum::<Complex<f32>>() / count as f32;
        Self { edge, count, slope, distance }
    }

    fn ellipses(&self, reach: usize) -> [Chords; 2] {
        let row = |part: fn(&Complex<f32>) -> f32| -> Chords {
            let values: Vec<f64> = self.slope.iter().map(|value| f64::from(part(value))).collect();
            Chords::of(&values, self.count, (self.distance, reach as f64))
        };
        [row(|value| value.re), row(|value| value.im)]
    }
}

/// The chords of an even ellipse about the axis, `p(x) = height·√(radius² − x²)`.
#[derive(Debug, Clone, Copy)]
struct Chords {
    height: f64,
    square: f64,
}

impl Chords {
    /// `inwards`: the row from its end; the mean of the first `count` is kept. p² falls as a straight
    /// line over x², whose zero is radius²; it is taken to lie between the end of the row and `reach`
    /// beyond it.
    fn of(inwards: &[f64], count: usize, (distance, reach): (f64, f64)) -> Self {
        let place = |pixel: usize| distance - pixel as f64;
        let used = (0..inwards.len()).take_while(|pixel| place(*pixel) > 0.0).count();
        let points = || (0..used).map(|k| (place(k) * place(k), inwards[k] * inwards[k]));
        let n = used.max(1) as f64;
        let [mean_x, mean_y] = points().fold([0.0; 2], |[x, y], (a, b)| [x + a / n, y + b / n]);
        let [product, square] = points().fold([0.0; 2], |[xy, xx], (x, y)| {
            [xy + (x - mean_x) * (y - mean_y), xx + (x - mean_x).powi(2)]
        });
        let slope = if square > 0.0 { product / square } else { 0.0 };
        let last = (distance + reach).max(1.0).powi(2);
        let zero = if slope < 0.0 { mean_x - mean_y / slope } else { last };
        let square = zero.clamp((distance + 0.5).max(0.5).powi(2).min(last), last);
        let edge = &inwards[..count];
        let shape: f64 = (0..count).map(|k| (square - place(k).powi(2)).max(0.0).sqrt()).sum();
        let height = if shape > 0.0 { edge.iter().sum::<f64>() / shape } else { 0.0 };
        Self { height, square }
    }

    fn at(&self, place: f64) -> f32 {
        to_f32(self.height * (self.square - place * place).max(0.0).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chords_of_cylinders_go_on_to_their_rims() {
        let chord = |radius: f64, level: f64, place: f64| {
            to_f32(level * (radius * radius - place * place).max(0.0).sqrt())
        };
        let axis = 61.3;
        let both = |column: f64| {
            let place = column - axis;
            Complex::new(chord(80.0, 0.02, place), chord(95.0, 0.01, place))
        };
        let rows: Vec<_> = (0..128).map(|column| both(f64::from(column))).collect();
        let (mut before, mut behind) = (vec![Complex::default(); 64], vec![Complex::default(); 64]);
        Padding::Cylinder.go_on((&rows, axis), 4, [&mut before, &mut behind]);
        for k in 0..64 {
            let away = k as f64;
            assert!((before[k] - both(away - 64.0)).norm() < 1e-4, "{k} before");
            assert!((behind[k] - both(away + 128.0)).norm() < 1e-4, "{k} behind");
        }
    }

    #[test]
    fn rows_that_rise_outwards_or_hold_nothing_go_on_within_bounds() {
        let rising: Vec<_> = (0..40).map(|k| Complex::new(k as f32, 0.0)).collect();
        let (mut before, mut behind) = (vec![Complex::default(); 20], vec![Complex::default(); 20]);
        for axis in [-3.0, 0.0, 19.5, 60.0] {
            Padding::Cylinder.go_on((&rising, axis), 1, [&mut before, &mut behind]);
            let all = before.iter().chain(&behind);
            assert!(all.clone().all(|v| v.re.is_finite() && v.re.abs() < 60.0 && v.im == 0.0));
        }
    }
}
