//! Shadows of balls in one radiograph. Knows no other radiograph.
//!
//! What stands out of its surroundings by more than a third of the strongest contrast, is round and
//! away from the border; its middle is the mean place weighed by the line integral above the
//! surroundings.

use ndarray::{Array2, ArrayView2, s};
use voltomo_numeric::cast::{to_f32, to_index};

/// Part of the strongest contrast that a ball's shadow rises above.
const RISE: f32 = 0.35;
/// The rise must be so many standard deviations of the noise.
const ABOVE_NOISE: f32 = 6.0;
/// Blocks along the longer side of a frame, over which the surroundings are measured.
const BLOCKS: usize = 24;
/// Fewest pixels of a shadow.
const FEWEST: usize = 12;
/// Longest over shortest axis of a round shadow at most.
const ROUND: f64 = 1.5;
/// Pixels of a shadow over those of the ellipse with its moments, at least and at most.
const FILLED: [f64; 2] = [0.85, 1.12];

/// A round shadow, in frame pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shadow {
    /// `[row, column]` of its middle.
    pub(super) place: [f64; 2],
    pub(super) radius: f64,
}

/// The round shadows of a radiograph, `[row, column]` of line integrals.
///
/// Memory: three times the radiograph.
pub(super) fn shadows(view: &Array2<f32>) -> Vec<Shadow> {
    let contrast = view - &surroundings(view);
    let mut strongest: Vec<f32> = contrast.iter().copied().filter(|v| v.is_finite()).collect();
    if strongest.len() < 64 {
        return vec![];
    }
    let noise = noise(&contrast);
    // The strongest but for a few pixels that may be faulty.
    let rank = strongest.len() - FEWEST;
    let (_, &mut top, _) = strongest.select_nth_unstable_by(rank, f32::total_cmp);
    let level = (RISE * top).max(ABOVE_NOISE * noise);
    if top < level {
        return vec![];
    }
    let found = components(&contrast, level);
    let round: Vec<Shadow> = found.iter().filter_map(Component::round).collect();
    let apart = |shadow: &&Shadow| {
        let near = |one: &Component| one.is_within(shadow.place, 1.5 * shadow.radius + 2.0);
        found.iter().filter(|one| near(one)).count() == 1
    };
    round.iter().filter(apart).filter_map(|shadow| centred(&contrast, shadow)).collect()
}

/// Standard deviation of the pixels' noise, from neighbours; a shadow's edges do not count.
fn noise(contrast: &Array2<f32>) -> f32 {
    let steps = contrast.slice(s![..;3, 1..]).to_owned() - contrast.slice(s![..;3, ..-1]);
    let mut steps: Vec<f32> = steps.iter().map(|step| step.abs()).collect();
    if steps.is_empty() {
        return 0.0;
    }
    let middle = steps.len() / 2;
    // The median of |a − b| of two equal normal errors is 0.9539 standard deviations of each.
    *steps.select_nth_unstable_by(middle, f32::total_cmp).1 / 0.9539
}

/// Medians of blocks, linear between their middles: the holder without the balls.
fn surroundings(view: &Array2<f32>) -> Array2<f32> {
    let (rows, columns) = view.dim();
    let side = rows.max(columns).div_ceil(BLOCKS).max(8);
    let (down, across) = (rows.div_ceil(side), columns.div_ceil(side));
    let medians = Array2::from_shape_fn((down, across), |(y, x)| {
        let block = view.slice(s![
            y * side..((y + 1) * side).min(rows),
            x * side..((x + 1) * side).min(columns)
        ]);
        lower_median(block)
    });
    // A block that is mostly ball: the lowest of its neighbours beside it stand for it.
    let calm = Array2::from_shape_fn((down, across), |(y, x)| {
        let around = medians.slice(s![
            y.saturating_sub(1)..(y + 2).min(down),
            x.saturating_sub(1)..(x + 2).min(across)
        ]);
        lower_median(around)
    });
    let place = |at: usize, count: usize| {
        let position = ((at as f64 + 0.5) / side as f64 - 0.5).clamp(0.0, count as f64 - 1.0);
        let below = to_index(position);
        (below, (below + 1).min(count - 1), to_f32(position - below as f64))
    };
    Array2::from_shape_fn((rows, columns), |(row, column)| {
        let ((top, bottom, v), (left, right, u)) = (place(row, down), place(column, across));
        let along = |y: usize| calm[[y, left]] * (1.0 - u) + calm[[y, right]] * u;
        along(top) * (1.0 - v) + along(bottom) * v
    })
}

/// The value below which 40 % of all finite ones lie.
fn lower_median(values: ArrayView2<'_, f32>) -> f32 {
    let mut finite: Vec<f32> = values.iter().copied().filter(|value| value.is_finite()).collect();
    if finite.is_empty() {
        return 0.0;
    }
    let rank = finite.len() * 2 / 5;
    *finite.select_nth_unstable_by(rank, f32::total_cmp).1
}

/// Neighbouring pixels above the level.
#[derive(Debug, Clone)]
struct Component {
    pixels: Vec<[usize; 2]>,
    /// Whether one is at the border of the frame.
    is_cut: bool,
}

fn components(contrast: &Array2<f32>, level: f32) -> Vec<Component> {
    let (rows, columns) = contrast.dim();
    let mut is_open = contrast.mapv(|value| value > level);
    let mut found = vec![];
    for row in 0..rows {
        for column in 0..columns {
            if is_open[[row, column]] {
                found.push(component(&mut is_open, [row, column]));
            }
        }
    }
    found
}

/// Collects a pixel's component and closes it.
fn component(is_open: &mut Array2<bool>, first: [usize; 2]) -> Component {
    let (rows, columns) = is_open.dim();
    let mut pixels = vec![first];
    is_open[first] = false;
    let (mut next, mut is_cut) = (0, false);
    while let Some(&[row, column]) = pixels.get(next) {
        next += 1;
        is_cut |= row == 0 || column == 0 || row + 1 == rows || column + 1 == columns;
        let around = [
            [row.wrapping_sub(1), column],
            [row + 1, column],
            [row, column.wrapping_sub(1)],
            [row, column + 1],
        ];
        for pixel in around {
            if is_open.get(pixel).copied().unwrap_or(false) {
                is_open[pixel] = false;
                pixels.push(pixel);
            }
        }
    }
    Component { pixels, is_cut }
}

impl Component {
    fn is_within(&self, [row, column]: [f64; 2], reach: f64) -> bool {
        let is_near =
            |pixel: &[usize; 2]| (pixel[0] as f64 - row).hypot(pixel[1] as f64 - column) < reach;
        self.pixels.iter().any(is_near)
    }

    /// The shadow, where it is whole and round.
    fn round(&self) -> Option<Shadow> {
        let area = self.pixels.len() as f64;
        if self.is_cut || self.pixels.len() < FEWEST {
            return None;
        }
        let mean: [f64; 2] = std::array::from_fn(|k| {
            self.pixels.iter().map(|pixel| pixel[k] as f64).sum::<f64>() / area
        });
        let moment = |a: usize, b: usize| {
            let product = |p: &[usize; 2]| (p[a] as f64 - mean[a]) * (p[b] as f64 - mean[b]);
            self.pixels.iter().map(product).sum::<f64>() / area
        };
        // A pixel is itself 1/12 wide.
        let (yy, xx, xy) = (moment(0, 0) + 1.0 / 12.0, moment(1, 1) + 1.0 / 12.0, moment(0, 1));
        let (half, root) = ((yy + xx) / 2.0, ((yy - xx) / 2.0).hypot(xy));
        let (long, short) = (half + root, (half - root).max(1e-9));
        let filled = area / (4.0 * std::f64::consts::PI * (long * short).sqrt());
        let is_round = (long / short).sqrt() < ROUND && (FILLED[0]..FILLED[1]).contains(&filled);
        is_round.then(|| Shadow { place: mean, radius: (area / std::f64::consts::PI).sqrt() })
    }
}

/// The middle of a shadow by its line integrals above those around it; `None` where it is too near
/// the border.
fn centred(contrast: &Array2<f32>, shadow: &Shadow) -> Option<Shadow> {
    let (rows, columns) = contrast.dim();
    let (inner, outer) = (1.3 * shadow.radius + 2.0, 1.7 * shadow.radius + 4.0);
    let [row, column] = shadow.place;
    let fits = row > inner
        && column > inner
        && row < rows as f64 - 1.0 - inner
        && column < columns as f64 - 1.0 - inner;
    if !fits {
        return None;
    }
    let span = |middle: f64, count: usize| {
        to_index((middle - outer).max(0.0))..(to_index(middle + outer) + 2).min(count)
    };
    let (mut inside, mut around) = (vec![], vec![]);
    for y in span(row, rows) {
        for x in span(column, columns) {
            let reach = (y as f64 - row).hypot(x as f64 - column);
            if reach <= inner {
                inside.push([y as f64, x as f64, f64::from(contrast[[y, x]])]);
            } else if reach <= outer {
                around.push(contrast[[y, x]]);
            }
        }
    }
    let base = around.len() / 2;
    let base = f64::from(*around.select_nth_unstable_by(base, f32::total_cmp).1);
    let sum: f64 = inside.iter().map(|pixel| pixel[2] - base).sum();
    let mean = |k: usize| inside.iter().map(|p| (p[2] - base) * p[k]).sum::<f64>() / sum;
    let place = [mean(0), mean(1)];
    let moved = (place[0] - row).hypot(place[1] - column);
    (moved < 0.3 * shadow.radius + 0.5).then_some(Shadow { place, radius: shadow.radius })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Balls of contrast 1 and radius 5, on a holder that grows to the right.
    fn view(balls: &[[f64; 2]]) -> Array2<f32> {
        Array2::from_shape_fn((96, 128), |(row, column)| {
            let ball = |at: &[f64; 2]| {
                let off = (row as f64 - at[0]).powi(2) + (column as f64 - at[1]).powi(2);
                (1.0 - off / 25.0).max(0.0).sqrt()
            };
            let ripple = 0.01 * ((row * 7 + column * 13) as f64).sin();
            to_f32(balls.iter().map(ball).sum::<f64>() + 0.002 * column as f64 + ripple)
        })
    }

    #[test]
    fn the_middle_of_a_ball_is_found_between_pixels() {
        let places = [[20.3, 40.8], [60.0, 90.5]];
        let found = shadows(&view(&places));
        assert_eq!(found.len(), 2);
        for (found, place) in found.iter().zip(places) {
            let off = (found.place[0] - place[0]).hypot(found.place[1] - place[1]);
            assert!(off < 0.05, "{found:?}");
        }
    }

    #[test]
    fn balls_that_overlap_or_leave_the_field_are_left_out() {
        assert_eq!(shadows(&view(&[[40.0, 50.0], [40.0, 57.0], [2.0, 100.0]])).len(), 0);
        assert_eq!(shadows(&view(&[])).len(), 0);
    }
}
