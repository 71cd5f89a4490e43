//! Frames put straight: lens distortion, a turned detector and drift in one interpolation. Knows no
//! counts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_numeric::interpolate::CubicTaps;
use voltomo_types::Problem;

/// Radii at which a distortion is asked whether it folds the picture.
const LOOKED_AT: usize = 256;

/// How distortion is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DistortionMethod {
    /// Frames stay as they are.
    #[default]
    None,
    /// A polynomial of the distance from a centre, and a turn about it.
    Radial,
}

/// Distortion of the lens before the camera, and the turn of the detector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DistortionSettings {
    /// `radial` or `none`.
    pub method: DistortionMethod,
    /// k₀, k₁, k₂ …: what belongs r pixels from the centre stands r·(k₀ + k₁·r + k₂·r² + …) pixels
    /// from it in the frames as read (the backward model of Vo 2015, as discorpy writes it).
    pub coefficients: Vec<f64>,
    /// Row of the centre in the frames as read, from 0; left out, their middle.
    pub centre_row: Option<f64>,
    /// Column of the centre; left out, the middle.
    pub centre_column: Option<f64>,
    /// How far the picture stands turned, in degrees, from the columns (right) to the rows (down).
    pub roll_degrees: f64,
}

impl Default for DistortionSettings {
    fn default() -> Self {
        Self {
            method: DistortionMethod::None,
            coefficients: vec![1.0],
            centre_row: None,
            centre_column: None,
            roll_degrees: 0.0,
        }
    }
}

impl DistortionSettings {
    /// Everything that cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let first = self.coefficients.first().copied().unwrap_or(f64::NAN);
        let are_numbers = self.coefficients.iter().all(|k| k.is_finite());
        if !(0.2..=5.0).contains(&first) || !are_numbers || self.coefficients.len() > 12 {
            let found = format!("{:?}", self.coefficients);
            let expected =
                "1 to 12 numbers k₀, k₁, …, of which k₀ is 0.2 to 5 (1 without distortion)";
            problems.push(Problem::new("correct.distortion.coefficients", found, expected));
        }
        let centres = [("centre_row", self.centre_row), ("centre_column", self.centre_column)];
        for (key, centre) in centres {
            if centre.is_some_and(|centre| !centre.is_finite()) {
                let key = format!("correct.distortion.{key}");
                problems.push(Problem::new(&key, "no number", "pixels of the frames as read"));
            }
        }
        if !(-45.0..=45.0).contains(&self.roll_degrees) {
            let expected = "-45 to 45 degrees; larger turns are `acquire`'s";
            let key = "correct.distortion.roll_degrees";
            problems.push(Problem::new(key, self.roll_degrees, expected));
        }
        problems
    }
}

/// Where the pixels of a straight frame stand in a frame as read.
#[derive(Debug)]
pub(super) struct Warp {
    size: [usize; 2],
    centre: [f64; 2],
    /// k₀, k₁, …
    coefficients: Vec<f64>,
    /// Sine and cosine of the turn.
    turn: [f64; 2],
}

impl Warp {
    /// For frames of `size` = rows, columns.
    pub(super) fn new(settings: &DistortionSettings, size: [usize; 2]) -> Self {
        let middle = size.map(|length| (length as f64 - 1.0) / 2.0);
        let (coefficients, roll) = match settings.method {
            DistortionMethod::None => (vec![1.0], 0.0),
            DistortionMethod::Radial => (settings.coefficients.clone(), settings.roll_degrees),
        };
        let centre =
            [settings.centre_row.unwrap_or(middle[0]), settings.centre_column.unwrap_or(middle[1])];
        let (sin, cos) = roll.to_radians().sin_cos();
        Self { size, centre, coefficients, turn: [sin, cos] }
    }

    /// Row and column in the frame as read.
    fn source(&self, row: usize, column: usize) -> [f64; 2] {
        let [y, x] = [row as f64 - self.centre[0], column as f64 - self.centre[1]];
        let [sin, cos] = self.turn;
        let [y, x] = [sin * x + cos * y, cos * x - sin * y];
        let radius = (y * y + x * x).sqrt();
        let factor = self.coefficients.iter().rev().fold(0.0, |sum, k| sum * radius + k);
        [self.centre[0] + factor * y, self.centre[1] + factor * x]
    }

    /// What is wrong with a distortion that folds the picture, or reads it a frame's width beside the
    /// frame: no lens does.
    pub(super) fn problem(&self) -> Option<Problem> {
        const KEY: &str = "correct.distortion.coefficients";
        let found = |what: String| format!("{:?}, which {what}", self.coefficients);
        let [last_row, last_column] = self.size.map(|length| length.saturating_sub(1));
        let corners = [[0, 0], [0, last_column], [last_row, 0], [last_row, last_column]];
        let beside = |[row, column]: [usize; 2]| {
            let source = self.source(row, column);
            let inside = |axis: usize| {
                let length = self.size[axis] as f64;
                (-length..2.0 * length).contains(&source[axis])
            };
            (!(inside(0) && inside(1))).then_some((row, column, source))
        };
        let radius = |[row, column]: [usize; 2]| {
            (row as f64 - self.centre[0]).hypot(column as f64 - self.centre[1])
        };
        let farthest = corners.map(radius).into_iter().fold(0.0, f64::max);
        let stands = |radius: f64| {
            radius * self.coefficients.iter().rev().fold(0.0, |sum, k| sum * radius + k)
        };
        let steps =
            (0..LOOKED_AT).map(|k| [k, k + 1].map(|k| farthest * k as f64 / LOOKED_AT as f64));
        if let Some([_, r]) = steps.into_iter().find(|[a, b]| *b > 0.0 && stands(*b) <= stands(*a))
        {
            let what = format!("folds the picture {r:.0} pixels from the centre");
            let expected = "coefficients by which what lies farther out stands farther out, as far as \
                            the frame's corners";
            return Some(Problem::new(KEY, found(what), expected));
        }
        let (row, column, [y, x]) = corners.into_iter().find_map(beside)?;
        let what = format!("reads row {row}, column {column} at row {y:.0}, column {x:.0}");
        let expected = "a place at most a frame's width beside the frame";
        Some(Problem::new(KEY, found(what), expected))
    }

    /// Puts one frame straight, in place, by cubic convolution; what lies beyond an edge is the
    /// edge. `shift`: rows and columns that its picture stands off.
    pub(super) fn apply(&self, values: &mut [f32], shift: [f64; 2]) {
        let [rows, columns] = self.size;
        let before = values.to_vec();
        for (row, line) in values.chunks_exact_mut(columns).enumerate() {
            for (column, value) in line.iter_mut().enumerate() {
                let [y, x] = self.source(row, column);
                let down = CubicTaps::at(y + shift[0], rows);
                let right = CubicTaps::at(x + shift[1], columns);
                let across = |row: usize| -> f32 {
                    let line = &before[row * columns..][..columns];
                    (0..4).map(|k| right.weight[k] * line[right.index[k]]).sum()
                };
                *value = (0..4).map(|k| down.weight[k] * across(down.index[k])).sum();
            }
        }
    }

    /// Bytes that one thread takes.
    pub(super) fn bytes([rows, columns]: [usize; 2]) -> u64 {
        4 * (rows * columns) as u64
    }
}

#[cfg(test)]
mod tests {
    use voltomo_numeric::cast::to_f32;

    use super::*;

    const SIZE: [usize; 2] = [60, 80];

    fn soft(y: f64, x: f64) -> f64 {
        (0.13 * y).sin() + (0.11 * x + 0.05 * y).cos()
    }

    fn radial() -> DistortionSettings {
        DistortionSettings {
            method: DistortionMethod::Radial,
            coefficients: vec![1.0, 2e-4, -1.5e-5],
            centre_row: Some(27.5),
            centre_column: Some(44.0),
            roll_degrees: 3.0,
        }
    }

    /// The frame as read is what stands where the formula says: its inverse by fixed-point steps.
    #[test]
    fn a_distorted_and_turned_frame_becomes_straight() {
        let shift = [0.7, -1.3];
        let (sin, cos) = 3.0f64.to_radians().sin_cos();
        let belongs = |row: f64, column: f64| {
            let (y, x) = (row - shift[0] - 27.5, column - shift[1] - 44.0);
            let (mut v, mut u) = (y, x);
            for _ in 0..60 {
                let r = (v * v + u * u).sqrt();
                let factor = 1.0 + 2e-4 * r - 1.5e-5 * r * r;
                (v, u) = (y / factor, x / factor);
            }
            (27.5 + cos * v - sin * u, 44.0 + sin * v + cos * u)
        };
        let mut frame: Vec<f32> = (0..60 * 80)
            .map(|k| {
                let (y, x) = belongs((k / 80) as f64, (k % 80) as f64);
                to_f32(soft(y, x))
            })
            .collect();
        Warp::new(&radial(), SIZE).apply(&mut frame, shift);
        for row in 8..52 {
            for column in 8..72 {
                let expected = soft(row as f64, column as f64);
                let found = f64::from(frame[row * 80 + column]);
                assert!((found - expected).abs() < 1e-3, "{row} {column}: {found} {expected}");
            }
        }
    }

    #[test]
    fn a_straight_frame_keeps_its_bits_and_whole_steps_are_exact() {
        let frame: Vec<f32> =
            (0..60 * 80).map(|k| to_f32(soft(k as f64, 0.3 * k as f64))).collect();
        let mut same = frame.clone();
        Warp::new(&DistortionSettings::default(), SIZE).apply(&mut same, [0.0, 0.0]);
        assert_eq!(same, frame);
        Warp::new(&DistortionSettings::default(), SIZE).apply(&mut same, [2.0, -3.0]);
        assert_eq!(same[10 * 80 + 10], frame[12 * 80 + 7]);
    }
}
