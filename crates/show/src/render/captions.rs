//! Texts beside a rendering, each with an arrow at its point. Knows no volume.

use voltomo_numeric::cast::to_index;

use super::strokes::{arrow, line};
use crate::picture::{INK, LABEL, PAPER, Picture};

/// Pixels between a text and the picture's edge.
const MARGIN: usize = 12;
/// Pixels between two texts.
const GAP: usize = 8;
/// Pixels about a text that its plate covers.
const PAD: usize = 4;

/// A text in its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub(super) text: String,
    /// `[left, top, width, height]` of its plate.
    pub(super) plate: [usize; 4],
    /// The point that it is about.
    pub(super) point: [f64; 2],
}

/// Places texts in two columns at the picture's left and right edge, each on the side of its point
/// while there is room, from top to bottom as their points are. None overlaps another or leaves the
/// picture. Points beside the picture are left out; where there is no room for all, the last text
/// says how many are missing.
pub(super) fn placed([width, height]: [usize; 2], captions: &[([f64; 2], &str)]) -> Vec<Placed> {
    let line = LABEL.line_height() + 2 * PAD;
    let rows = (height.saturating_sub(2 * MARGIN) + GAP) / (line + GAP);
    let widest = (width / 3).saturating_sub(MARGIN + 2 * PAD);
    if widest < LABEL.width_of("....") || rows == 0 {
        return Vec::new();
    }
    let is_inside = |point: &[f64; 2]| {
        (0.0..width as f64).contains(&point[0]) && (0.0..height as f64).contains(&point[1])
    };
    let mut sides: [Vec<([f64; 2], String)>; 2] = [Vec::new(), Vec::new()];
    let mut missing = 0;
    for (point, text) in captions.iter().filter(|(point, _)| is_inside(point)) {
        let own = usize::from(point[0] >= width as f64 / 2.0);
        match [own, 1 - own].into_iter().find(|side| sides[*side].len() < rows) {
            Some(side) => sides[side].push((*point, LABEL.cut(text, widest))),
            None => missing += 1,
        }
    }
    if missing > 0
        && let Some((_, text)) = sides[1].last_mut()
    {
        *text = format!("and {} more", missing + 1);
    }
    let column = |side: usize| column(&sides[side], (side, [width, height]), rows);
    [column(0), column(1)].concat()
}

/// One column of texts, as near to their points as they may.
fn column(
    texts: &[([f64; 2], String)],
    (side, [width, height]): (usize, [usize; 2]),
    rows: usize,
) -> Vec<Placed> {
    let mut texts: Vec<_> = texts.iter().collect();
    texts.sort_by(|a, b| a.0[1].total_cmp(&b.0[1]));
    let line = LABEL.line_height() + 2 * PAD;
    let step = line + GAP;
    let count = texts.len().min(rows);
    let lowest = height - MARGIN - line;
    let mut free = MARGIN;
    let mut placed = Vec::new();
    for (index, (point, text)) in texts.into_iter().enumerate() {
        let wish = to_index(point[1]).saturating_sub(line / 2);
        let rest = (count - 1).saturating_sub(index) * step;
        let top = wish.max(free).min(lowest.saturating_sub(rest)).max(free);
        free = top + step;
        let wide = LABEL.width_of(text) + 2 * PAD;
        let left = if side == 0 { MARGIN } else { width - MARGIN - wide };
        placed.push(Placed { text: text.clone(), plate: [left, top, wide, line], point: *point });
    }
    placed
}

/// Draws texts with arrows at their points, in pixels of the image.
pub(super) fn draw(image: &mut Picture, captions: &[([f64; 2], &str)]) {
    let placed = placed([image.width(), image.height()], captions);
    for caption in &placed {
        let [left, top, width, height] = caption.plate;
        let middle = (top + height / 2) as f64;
        let is_left = caption.point[0] >= (left + width) as f64;
        let start = if is_left { (left + width) as f64 } else { left as f64 };
        // A short level piece first, then straight to the point.
        let knee = if is_left { start + 14.0 } else { start - 14.0 };
        line(image, [[start, middle], [knee, middle]], 4.5, PAPER);
        line(image, [[knee, middle], caption.point], 4.5, PAPER);
        line(image, [[start, middle], [knee, middle]], 1.6, INK);
        arrow(image, [[knee, middle], caption.point], 1.6, INK);
    }
    for caption in &placed {
        let [left, top, width, height] = caption.plate;
        for y in top..top + height {
            (left..left + width).for_each(|x| image.mix([x, y], PAPER, 225));
        }
        LABEL.write(image, [left + PAD, top + PAD], &caption.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_stand_apart_and_within_the_picture() {
        let points: Vec<_> = (0..23).map(|at| [f64::from(at * 31 % 600), 200.0]).collect();
        let texts: Vec<_> =
            points.iter().map(|point| (*point, "a finding of some words")).collect();
        let all = placed([800, 300], &texts);
        assert!(all.len() > 10);
        for (index, caption) in all.iter().enumerate() {
            let [left, top, width, height] = caption.plate;
            assert!(left + width <= 800 && top + height <= 300, "{caption:?}");
            for other in &all[..index] {
                let [x, y, wide, high] = other.plate;
                let apart = left + width <= x || x + wide <= left || top + height <= y;
                assert!(apart || y + high <= top, "{caption:?} {other:?}");
            }
        }
        assert!(all.iter().any(|caption| caption.text.ends_with("more")));
        assert_eq!(placed([30, 30], &texts), []);
    }
}
