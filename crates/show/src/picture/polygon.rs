//! Polygons with soft edges. Knows no arrows.

use voltomo_numeric::cast::to_index;

use super::canvas::{Colour, Picture};

/// Samples a pixel along each side.
const FINE: usize = 4;

/// Fills a polygon, corners `[x, y]` in pixels from the top left; its edge pixels as far as it
/// covers them. `share` 255 hides what is under it.
pub(super) fn fill(picture: &mut Picture, corners: &[[f64; 2]], (colour, share): (Colour, u8)) {
    if corners.len() < 3 || corners.iter().flatten().any(|value| !value.is_finite()) {
        return;
    }
    let range = |axis: usize, most: usize| {
        let low = corners.iter().map(|corner| corner[axis]).fold(f64::INFINITY, f64::min);
        let high = corners.iter().map(|corner| corner[axis]).fold(0.0, f64::max);
        to_index(low)..to_index(high.ceil()).min(most)
    };
    let (columns, rows) = (range(0, picture.width()), range(1, picture.height()));
    for y in rows {
        for x in columns.clone() {
            let covered = (0..FINE * FINE).filter(|k| {
                let part = |k: usize| (k as f64 + 0.5) / FINE as f64;
                holds(corners, [x as f64 + part(k % FINE), y as f64 + part(k / FINE)])
            });
            let covered = covered.count() * usize::from(share) / (FINE * FINE);
            picture.mix([x, y], colour, covered.to_le_bytes()[0]);
        }
    }
}

/// Whether a point lies in a polygon: an odd number of its edges are to the right of the point.
fn holds(corners: &[[f64; 2]], [x, y]: [f64; 2]) -> bool {
    let last = corners.len() - 1;
    let mut is_inside = false;
    for (k, [x1, y1]) in corners.iter().enumerate() {
        let [x0, y0] = corners[if k == 0 { last } else { k - 1 }];
        if (*y1 > y) != (y0 > y) && x < (x0 - x1) * (y - y1) / (y0 - y1) + x1 {
            is_inside = !is_inside;
        }
    }
    is_inside
}

/// The corners of a line so wide.
pub(super) fn line([from, to]: [[f64; 2]; 2], width: f64) -> Vec<[f64; 2]> {
    let [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    let scale = 0.5 * width / dx.hypot(dy).max(f64::MIN_POSITIVE);
    let [across_x, across_y] = [-dy * scale, dx * scale];
    vec![
        [from[0] + across_x, from[1] + across_y],
        [to[0] + across_x, to[1] + across_y],
        [to[0] - across_x, to[1] - across_y],
        [from[0] - across_x, from[1] - across_y],
    ]
}

/// The corners of an arrow from its tail to its tip: a shaft so wide, a head so long and half as
/// wide to each side, all of it larger by `more` pixels.
pub(super) fn arrow(
    [tail, tip]: [[f64; 2]; 2],
    (width, head): (f64, f64),
    more: f64,
) -> Vec<[f64; 2]> {
    let [dx, dy] = [tip[0] - tail[0], tip[1] - tail[1]];
    let length = dx.hypot(dy).max(f64::MIN_POSITIVE);
    let [ax, ay] = [dx / length, dy / length];
    let at = |along: f64, across: f64| {
        [tip[0] + along * ax - across * ay, tip[1] + along * ay + across * ax]
    };
    let (half, neck) = (0.5 * width + more, -head.min(length) - more);
    let side = 0.45 * head + 1.6 * more;
    let end = -length - more;
    vec![
        at(2.2 * more, 0.0),
        at(neck, side),
        at(neck, half),
        at(end, half),
        at(end, -half),
        at(neck, -half),
        at(neck, -side),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_covers_its_pixels_and_half_of_those_at_its_edge() {
        let mut picture = Picture::new(10, 10, [0; 3]);
        let square = [[2.0, 2.0], [6.5, 2.0], [6.5, 5.0], [2.0, 5.0]];
        fill(&mut picture, &square, ([255; 3], 255));
        assert_eq!(picture.at(3, 3), Some([255; 3]));
        assert_eq!(
            (picture.at(1, 3), picture.at(7, 3), picture.at(3, 5)),
            (Some([0; 3]), Some([0; 3]), Some([0; 3]))
        );
        let half = picture.at(6, 3).unwrap()[0];
        assert!((100..156).contains(&half), "{half}");
    }

    #[test]
    fn an_arrow_ends_at_its_tip_and_what_is_no_number_draws_nothing() {
        let mut picture = Picture::new(60, 20, [0; 3]);
        fill(&mut picture, &arrow([[5.0, 10.0], [50.0, 10.0]], (3.0, 12.0), 0.0), ([255; 3], 255));
        assert_eq!((picture.at(20, 10), picture.at(52, 10)), (Some([255; 3]), Some([0; 3])));
        assert_eq!((picture.at(40, 13), picture.at(20, 13)), (Some([255; 3]), Some([0; 3])));
        let before = picture.clone();
        fill(&mut picture, &[[f64::NAN, 0.0], [1.0, 1.0], [5.0, 0.0]], ([9; 3], 255));
        assert_eq!(picture, before);
    }
}
