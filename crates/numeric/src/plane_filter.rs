//! Filters on pictures by their two-dimensional spectrum. Knows no physics.

use std::sync::Arc;

use crate::{
    cast::to_f32,
    fft::{Complex, Fft, forward, inverse, quick_length},
};

/// Columns of the spectrum that are transformed together.
const TOGETHER: usize = 16;

/// A real, even filter on pictures of one size, with their edges repeated outwards.
///
/// Even: `response(−f) = response(f)` along both axes.
pub struct PlaneFilter {
    /// Rows and columns of the picture.
    size: [usize; 2],
    /// Rows and columns with the border.
    padded: [usize; 2],
    /// `[padded row, frequency along x]`, over the number of padded pixels.
    response: Vec<f32>,
    along_x: [Arc<dyn Fft<f32>>; 2],
    along_y: [Arc<dyn Fft<f32>>; 2],
}

impl std::fmt::Debug for PlaneFilter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PlaneFilter").field("padded", &self.padded).finish()
    }
}

/// What [`PlaneFilter::apply`] works in; kept between pictures.
#[derive(Debug, Default)]
pub struct PlaneRoom {
    spectrum: Vec<Complex<f32>>,
    line: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl PlaneFilter {
    /// The filter for pictures of `size` = rows, columns, with at least `border` pixels around
    /// them; `response(fy, fx)` for the frequencies in cycles a pixel, 0 to ½ along both axes.
    #[must_use]
    pub fn new(size: [usize; 2], border: usize, response: impl Fn(f64, f64) -> f64) -> Self {
        let padded = Self::padded(size, border);
        let [rows, columns] = padded;
        let width = columns / 2 + 1;
        let scale = 1.0 / (rows * columns) as f64;
        let mut values = Vec::with_capacity(rows * width);
        for row in 0..rows {
            let along_y = row.min(rows - row) as f64 / rows as f64;
            let at = |k: usize| to_f32(scale * response(along_y, k as f64 / columns as f64));
            values.extend((0..width).map(at));
        }
        Self {
            size,
            padded,
            response: values,
            along_x: [forward(columns), inverse(columns)],
            along_y: [forward(rows), inverse(rows)],
        }
    }

    fn padded(size: [usize; 2], border: usize) -> [usize; 2] {
        size.map(|length| quick_length(length + 2 * border))
    }

    /// Bytes of the filter, and of one [`PlaneRoom`].
    #[must_use]
    pub fn bytes(size: [usize; 2], border: usize) -> [u64; 2] {
        let [rows, columns] = Self::padded(size, border);
        let values = (rows * (columns / 2 + 1)) as u64;
        let lines = (2 * columns + 3 * TOGETHER * rows) as u64;
        [4 * values, 8 * (values + lines)]
    }

    /// Filters a picture in place: whole rows, as many as the filter is for.
    ///
    /// # Panics
    /// If the picture has another size.
    pub fn apply(&self, picture: &mut [f32], room: &mut PlaneRoom) {
        assert_eq!(picture.len(), self.size[0] * self.size[1], "a picture of the filter's size");
        let [rows, columns] = self.padded;
        let width = columns / 2 + 1;
        room.spectrum.resize(rows * width, Complex::default());
        room.line.resize(columns.max(TOGETHER * rows), Complex::default());
        let scratch = [&self.along_x, &self.along_y].into_iter().flatten();
        let scratch = scratch.map(|fft| fft.get_inplace_scratch_len()).max().unwrap_or(0);
        room.scratch.resize(scratch.max(room.scratch.len()), Complex::default());
        for pair in 0..rows / 2 {
            self.rows_forward(picture, pair, room);
        }
        for first in (0..width).step_by(TOGETHER) {
            self.filter_columns(first..(first + TOGETHER).min(width), room);
        }
        for pair in 0..rows / 2 {
            self.rows_inverse(picture, pair, room);
        }
    }

    /// Row of the picture that a padded row shows, and the columns before the picture's first.
    fn source(&self, row: usize) -> usize {
        let before = (self.padded[0] - self.size[0]) / 2;
        row.saturating_sub(before).min(self.size[0] - 1)
    }

    /// Transforms two rows at once, one as the real, one as the imaginary part, and takes their
    /// spectra apart.
    fn rows_forward(&self, picture: &[f32], pair: usize, room: &mut PlaneRoom) {
        let [columns, width] = [self.padded[1], self.padded[1] / 2 + 1];
        let before = (columns - self.size[1]) / 2;
        let [a, b] = [2 * pair, 2 * pair + 1].map(|row| {
            let first = self.source(row) * self.size[1];
            &picture[first..first + self.size[1]]
        });
        let line = &mut room.line[..columns];
        for (column, value) in line.iter_mut().enumerate() {
            let from = column.saturating_sub(before).min(self.size[1] - 1);
            *value = Complex::new(a[from], b[from]);
        }
        self.along_x[0].process_with_scratch(line, &mut room.scratch);
        let (first, second) = room.spectrum[2 * pair * width..].split_at_mut(width);
        for k in 0..width {
            let (here, there) = (line[k], line[(columns - k) % columns].conj());
            let (sum, difference) = ((here + there) * 0.5, (here - there) * 0.5);
            first[k] = sum;
            second[k] = Complex::new(difference.im, -difference.re);
        }
    }

    /// Transforms columns of the spectrum, weighs them, and transforms them back.
    fn filter_columns(&self, columns: std::ops::Range<usize>, room: &mut PlaneRoom) {
        let [rows, width] = [self.padded[0], self.padded[1] / 2 + 1];
        let lines = &mut room.line[..columns.len() * rows];
        for row in 0..rows {
            let values = &room.spectrum[row * width..][columns.clone()];
            values.iter().enumerate().for_each(|(k, value)| lines[k * rows + row] = *value);
        }
        self.along_y[0].process_with_scratch(lines, &mut room.scratch);
        for row in 0..rows {
            let factors = &self.response[row * width..][columns.clone()];
            factors.iter().enumerate().for_each(|(k, factor)| lines[k * rows + row] *= *factor);
        }
        self.along_y[1].process_with_scratch(lines, &mut room.scratch);
        for row in 0..rows {
            let values = &mut room.spectrum[row * width..][columns.clone()];
            values.iter_mut().enumerate().for_each(|(k, value)| *value = lines[k * rows + row]);
        }
    }

    /// The way back of [`Self::rows_forward`]; only rows of the picture are written.
    fn rows_inverse(&self, picture: &mut [f32], pair: usize, room: &mut PlaneRoom) {
        let [columns, width] = [self.padded[1], self.padded[1] / 2 + 1];
        let above = (self.padded[0] - self.size[0]) / 2;
        let inside = above..above + self.size[0];
        if !inside.contains(&(2 * pair)) && !inside.contains(&(2 * pair + 1)) {
            return;
        }
        let (first, second) = room.spectrum[2 * pair * width..].split_at(width);
        let line = &mut room.line[..columns];
        for k in 0..width {
            let (a, b) = (first[k], second[k]);
            line[k] = Complex::new(a.re - b.im, a.im + b.re);
            if k > 0 && k < columns - k {
                line[columns - k] = Complex::new(a.re + b.im, b.re - a.im);
            }
        }
        self.along_x[1].process_with_scratch(line, &mut room.scratch);
        let line = &line[(columns - self.size[1]) / 2..][..self.size[1]];
        for (row, is_second) in [(2 * pair, false), (2 * pair + 1, true)] {
            if inside.contains(&row) {
                let into = &mut picture[(row - above) * self.size[1]..][..self.size[1]];
                let part = |value: &Complex<f32>| if is_second { value.im } else { value.re };
                into.iter_mut().zip(line).for_each(|(into, value)| *into = part(value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::random::Random;

    fn response(y: f64, x: f64) -> f64 {
        1.0 / (1.0 + 30.0 * y * y + 12.0 * x * x) + 0.3 * (x * 4.0).cos()
    }

    /// The slow twin: the padded picture's spectrum by plain sums in `f64`.
    #[test]
    fn the_filter_agrees_with_plain_sums_over_the_spectrum() {
        let (size, border) = ([5usize, 9usize], 3);
        let filter = PlaneFilter::new(size, border, response);
        let [rows, columns] = filter.padded;
        let mut random = Random::new(6);
        let picture: Vec<f32> = (0..45).map(|_| to_f32(random.normal())).collect();
        let before = [(rows - size[0]) / 2, (columns - size[1]) / 2];
        let at = |y: usize, x: usize| {
            let y = y.saturating_sub(before[0]).min(size[0] - 1);
            let x = x.saturating_sub(before[1]).min(size[1] - 1);
            f64::from(picture[y * size[1] + x])
        };
        // The kernel of the response, then the circular convolution with it.
        let kernel = |y: usize, x: usize| -> f64 {
            let wave = |(v, u): (usize, usize)| {
                let fold = |k: usize, n: usize| k.min(n - k) as f64 / n as f64;
                let phase = (v * y) as f64 / rows as f64 + (u * x) as f64 / columns as f64;
                response(fold(v, rows), fold(u, columns)) * (TAU * phase).cos()
            };
            let all = (0..rows).flat_map(|v| (0..columns).map(move |u| (v, u)));
            all.map(wave).sum::<f64>() / (rows * columns) as f64
        };
        let kernel: Vec<f64> =
            (0..rows * columns).map(|k| kernel(k / columns, k % columns)).collect();
        let mut fast = picture.clone();
        filter.apply(&mut fast, &mut PlaneRoom::default());
        for (k, value) in fast.iter().enumerate() {
            let [y, x] = [k / size[1] + before[0], k % size[1] + before[1]];
            let mut slow = 0.0;
            for row in 0..rows {
                for column in 0..columns {
                    let far = [(y + rows - row) % rows, (x + columns - column) % columns];
                    slow += kernel[far[0] * columns + far[1]] * at(row, column);
                }
            }
            assert!((f64::from(*value) - slow).abs() < 3e-6, "{k}: {value} {slow}");
        }
    }

    #[test]
    fn a_response_of_one_gives_the_picture_back_and_its_border_is_the_edge() {
        let mut random = Random::new(7);
        let picture: Vec<f32> = (0..31 * 22).map(|_| to_f32(random.normal())).collect();
        let mut same = picture.clone();
        let mut room = PlaneRoom::default();
        PlaneFilter::new([31, 22], 4, |_, _| 1.0).apply(&mut same, &mut room);
        assert!(same.iter().zip(&picture).all(|(a, b)| (a - b).abs() < 1e-5));
        let mut flat = vec![3.0f32; 31 * 22];
        PlaneFilter::new([31, 22], 4, response).apply(&mut flat, &mut room);
        let expected = 3.0 * to_f32(response(0.0, 0.0));
        assert!(flat.iter().all(|value| (value - expected).abs() < 1e-5));
    }
}
