//! A small cross of axes that says how a volume is turned. Knows no voxels.

use super::camera::Viewer;
use super::strokes::arrow;
use super::vector::dot;
use crate::picture::{LABEL, Picture};

const LENGTH: f64 = 44.0;
const MARGIN: f64 = 70.0;
/// Smaller pictures have no room for it.
const LEAST_SIDE: usize = 240;
const AXES: [(&str, [u8; 3]); 3] =
    [("z", [40, 90, 190]), ("y", [40, 140, 60]), ("x", [190, 50, 45])];

/// Draws it into the lower right corner.
pub(super) fn draw(image: &mut Picture, viewer: &Viewer) {
    if image.width().min(image.height()) < LEAST_SIDE {
        return;
    }
    // Smaller in a small picture.
    let share = (image.width().min(image.height()) as f64 / 900.0).clamp(0.5, 1.0);
    let (length, margin) = (share * LENGTH, 24.0 + share * (MARGIN - 24.0));
    let middle = [image.width() as f64 - margin, image.height() as f64 - margin];
    let mut order = [0, 1, 2];
    // Those that point away are drawn first.
    order.sort_by(|a, b| viewer.towards[*a].total_cmp(&viewer.towards[*b]));
    for axis in order {
        let mut direction = [0.0; 3];
        direction[axis] = 1.0;
        let seen = [dot(direction, viewer.right), -dot(direction, viewer.up)];
        let at = |length: f64| [middle[0] + length * seen[0], middle[1] + length * seen[1]];
        let (name, colour) = AXES[axis];
        arrow(image, [middle, at(length)], 2.6, colour);
        let place = at(length + 13.0);
        let half = [LABEL.width_of(name) as f64 / 2.0, LABEL.line_height() as f64 / 2.0];
        let corner = [0, 1].map(|axis| voltomo_numeric::cast::to_index(place[axis] - half[axis]));
        LABEL.in_colour(colour).write(image, corner, name);
    }
}
