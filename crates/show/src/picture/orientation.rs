//! The sign that says which way the axes of a volume point in a picture. Knows no volume.

use super::canvas::INK;
use super::drawing::{Drawing, Item};
use super::polygon;
use super::text::LABEL;

/// Edge of the sign, pixels.
pub(super) const SIDE: f64 = 84.0;
const LENGTH: f64 = 30.0;
/// Axes with less than this in the picture's plane are a circle.
const FLAT: f64 = 0.25;

/// How a picture lies in its volume, unit vectors `[z, y, x]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Orientation {
    /// Towards the next column.
    pub right: [f64; 3],
    /// Towards the next row.
    pub down: [f64; 3],
}

impl Orientation {
    /// `[right, down, away]` of the volume's axis 0, 1 or 2 (z, y, x) in the picture.
    fn of(&self, axis: usize) -> [f64; 3] {
        let ([rz, ry, rx], [dz, dy, dx]) = (self.right, self.down);
        let away = [rx * dy - ry * dx, rz * dx - rx * dz, ry * dz - rz * dy];
        [self.right[axis], self.down[axis], away[axis]]
    }
}

/// Draws the sign into the square with its top left corner at `[x, y]`: arrows in the picture's
/// plane, a circle with a dot for an axis towards the viewer, with a cross for one away from him.
pub(super) fn draw(drawing: &mut Drawing, orientation: &Orientation, [left, top]: [f64; 2]) {
    drawing.push(Item::Open("orientation"));
    let signs = [0, 1, 2].map(|axis| orientation.of(axis));
    let is_flat = |sign: &[f64; 3]| sign[0].hypot(sign[1]) >= FLAT;
    // The origin is where the arrows have room: away from where they point.
    let reach = |side: usize| {
        let ends = signs.iter().filter(|sign| is_flat(sign)).map(|sign| sign[side] * LENGTH);
        let (low, high) = ends.fold((0.0_f64, 0.0_f64), |(a, b), v| (a.min(v), b.max(v)));
        0.5 * SIDE - 0.5 * (low + high)
    };
    let [x, y] = [left + reach(0), top + reach(1)];
    for (sign, name) in signs.iter().zip(["z", "y", "x"]) {
        if is_flat(sign) {
            let tip = [x + LENGTH * sign[0], y + LENGTH * sign[1]];
            let corners = polygon::arrow([[x, y], tip], (2.0, 9.0), 0.0);
            drawing.push(Item::Polygon { corners, colour: INK, share: 255 });
            let length = sign[0].hypot(sign[1]);
            let [along_x, along_y] = [sign[0] / length, sign[1] / length];
            // The letter of a shorter arrow stands beside its tip: another may lie on the same line.
            let (ahead, beside) = if length < 0.95 { (2.0, 11.0) } else { (10.0, 0.0) };
            let at = [
                tip[0] + ahead * along_x + beside * along_y,
                tip[1] + ahead * along_y - beside * along_x,
            ];
            drawing.text(centred(at), name, LABEL);
        } else {
            circle(drawing, [x, y], sign[2] > 0.0);
            let free = [signs[0], signs[1], signs[2]].into_iter().filter(is_flat);
            let away = free.fold([0.0, 0.0], |sum, sign| [sum[0] - sign[0], sum[1] - sign[1]]);
            let length = away[0].hypot(away[1]).max(1e-9);
            let at = [x + 15.0 * away[0] / length, y + 15.0 * away[1] / length];
            drawing.text(centred(at), name, LABEL);
        }
    }
    drawing.push(Item::Close);
}

fn centred([x, y]: [f64; 2]) -> [f64; 2] {
    [x - 0.5 * LABEL.width_of("m") as f64, y - 0.5 * LABEL.line_height() as f64]
}

fn circle(drawing: &mut Drawing, [x, y]: [f64; 2], is_away: bool) {
    let ring = |radius: f64| -> Vec<[f64; 2]> {
        let turns = (0..24).map(|k| std::f64::consts::TAU * f64::from(k) / 24.0);
        turns.map(|turn| [x + radius * turn.cos(), y + radius * turn.sin()]).collect()
    };
    drawing.push(Item::Polygon { corners: ring(7.0), colour: INK, share: 255 });
    drawing.push(Item::Polygon { corners: ring(5.4), colour: [255; 3], share: 255 });
    if is_away {
        let arm = 5.4 * std::f64::consts::FRAC_1_SQRT_2;
        drawing.line([[x - arm, y - arm], [x + arm, y + arm]], 1.6, INK);
        drawing.line([[x - arm, y + arm], [x + arm, y - arm]], 1.6, INK);
    } else {
        drawing.push(Item::Polygon { corners: ring(2.2), colour: INK, share: 255 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_is_seen_along_z_and_an_upright_section_against_y() {
        let slice = Orientation { right: [0.0, 0.0, 1.0], down: [0.0, 1.0, 0.0] };
        assert_eq!(slice.of(2), [1.0, 0.0, 0.0]);
        assert_eq!(slice.of(0), [0.0, 0.0, 1.0]);
        let upright = Orientation { right: [0.0, 0.0, 1.0], down: [1.0, 0.0, 0.0] };
        assert_eq!(upright.of(0), [0.0, 1.0, 0.0]);
        assert_eq!(upright.of(1), [0.0, 0.0, -1.0]);
    }
}
