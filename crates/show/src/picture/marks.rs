//! Places on a picture, framed and numbered. Knows no findings.

use voltomo_numeric::cast::to_index;

use super::canvas::{Colour, Picture};
use super::text::MARKED;

/// Colour of the frames: seen on grey and on the colour maps.
const MARK: Colour = [255, 64, 160];
/// Least side of a frame, in pixels of the picture.
const LEAST_SIDE: f64 = 14.0;

/// A place in an array that a picture shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Its middle, `[row, column]`, in elements of the array.
    pub at: [f64; 2],
    /// Its extent `[rows, columns]`.
    pub extent: [f64; 2],
    /// What stands beside it.
    pub label: String,
}

/// Frames each mark on the image of an array of which an element is `zoom` pixels wide.
pub(super) fn draw(image: &mut Picture, marks: &[Mark], zoom: f64) {
    let size = [image.height() as f64, image.width() as f64];
    if size.iter().any(|&side| side < LEAST_SIDE) {
        return;
    }
    for mark in marks {
        let middle = mark.at.map(|at| (at + 0.5) * zoom);
        if !(0..2).all(|axis| (0.0..size[axis]).contains(&middle[axis])) {
            continue;
        }
        let half = mark.extent.map(|extent| (extent * zoom).max(LEAST_SIDE) / 2.0 + 2.0);
        let edge = |axis: usize, side: f64| {
            to_index((middle[axis] + side * half[axis]).clamp(2.0, size[axis] - 3.0))
        };
        let [top, bottom, left, right] = [edge(0, -1.0), edge(0, 1.0), edge(1, -1.0), edge(1, 1.0)];
        image.frame([left, top, right - left, bottom - top], 2, MARK);
        let beside = if right + 4 + MARKED.width_of(&mark.label) < image.width() {
            right + 4
        } else {
            left.saturating_sub(4 + MARKED.width_of(&mark.label))
        };
        let line = MARKED.line_height();
        let plate = [beside, top, MARKED.width_of(&mark.label), line];
        image.fill(plate, [255; 3]);
        MARKED.write(image, [beside, top], &mark.label);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_framed_where_it_is_and_left_out_beside_the_picture() {
        let mut image = Picture::new(200, 100, [0; 3]);
        let mark = Mark { at: [24.5, 49.5], extent: [10.0, 20.0], label: "1".into() };
        let beyond = Mark { at: [99.0, 10.0], ..mark.clone() };
        draw(&mut image, &[beyond], 2.0);
        assert!(image.bytes().iter().all(|&byte| byte == 0));
        let mut thin = Picture::new(200, 1, [0; 3]);
        draw(&mut thin, std::slice::from_ref(&mark), 2.0);
        assert!(thin.bytes().iter().all(|&byte| byte == 0), "no room for a frame");
        draw(&mut image, &[mark], 2.0);
        assert_eq!(image.at(100, 50), Some([0; 3]), "the middle stays free");
        assert_eq!(image.at(77, 38), Some(MARK));
        assert_eq!(image.at(100, 37), Some(MARK));
    }
}
