//! Smooth straight lines and arrow heads on a picture. Knows no volume.

use voltomo_numeric::cast::to_index;

use crate::picture::{Colour, Picture};

/// A line with smooth edges, `thick` pixels wide.
pub(super) fn line(picture: &mut Picture, [from, to]: [[f64; 2]; 2], thick: f64, colour: Colour) {
    let reach = thick / 2.0 + 1.0;
    let bound = |axis: usize, size: usize| {
        let low = (from[axis].min(to[axis]) - reach).max(0.0);
        let high = (from[axis].max(to[axis]) + reach).min(size as f64);
        to_index(low)..to_index(high.ceil().max(0.0))
    };
    let way = [to[0] - from[0], to[1] - from[1]];
    let square = (way[0] * way[0] + way[1] * way[1]).max(1e-12);
    for y in bound(1, picture.height()) {
        for x in bound(0, picture.width()) {
            let point = [x as f64 + 0.5 - from[0], y as f64 + 0.5 - from[1]];
            let share = ((point[0] * way[0] + point[1] * way[1]) / square).clamp(0.0, 1.0);
            let away = (point[0] - share * way[0]).hypot(point[1] - share * way[1]);
            let cover = (thick / 2.0 + 0.5 - away).clamp(0.0, 1.0);
            picture.mix([x, y], colour, to_index((255.0 * cover).round()).to_le_bytes()[0]);
        }
    }
}

/// A line with a filled head at its end.
pub(super) fn arrow(picture: &mut Picture, [from, to]: [[f64; 2]; 2], thick: f64, colour: Colour) {
    let way = [to[0] - from[0], to[1] - from[1]];
    let length = way[0].hypot(way[1]);
    if length < 1.0 {
        return line(picture, [from, to], thick, colour);
    }
    let along = way.map(|part| part / length);
    let head = (4.0 + 2.5 * thick).min(length);
    let back = [to[0] - head * along[0], to[1] - head * along[1]];
    line(picture, [from, back], thick, colour);
    // Ever narrower strokes across fill the head.
    let steps = to_index(head * 2.0).max(1);
    for step in 0..=steps {
        let share = step as f64 / steps as f64;
        let middle = [to[0] - share * head * along[0], to[1] - share * head * along[1]];
        let half = 0.36 * share * head;
        let across = [-along[1] * half, along[0] * half];
        let ends = [
            [middle[0] - across[0], middle[1] - across[1]],
            [middle[0] + across[0], middle[1] + across[1]],
        ];
        line(picture, ends, 0.8, colour);
    }
}
