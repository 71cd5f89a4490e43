//! Arrows with captions that stay inside a picture and off each other. Knows no findings.

use super::canvas::{Colour, FRAME, INK, PAPER};
use super::drawing::{Drawing, Item};
use super::polygon;
use super::text::CAPTION;

const WHITE: Colour = [255; 3];
const SHAFT: f64 = 3.0;
const HEAD: f64 = 13.0;
/// Pixels between a place and the arrow's tip.
const OFF: f64 = 4.0;
/// Pixels between captions, and from the picture's edge.
const AIR: f64 = 4.0;
/// Lengths of arrows that are tried, pixels.
const LENGTHS: [f64; 7] = [30.0, 44.0, 62.0, 86.0, 118.0, 160.0, 220.0];
/// Directions that are tried.
const DIRECTIONS: usize = 24;
/// What an arrow that points outwards costs, in pixels of its length.
const INWARDS: f64 = 24.0;

/// A place that an arrow points to.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrow {
    /// `[row, column]`, in elements of the array.
    pub at: [f64; 2],
    /// What stands at its tail.
    pub caption: String,
}

/// An arrow that has found its room; places are `[x, y]` in pixels of the image.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Laid {
    tip: [f64; 2],
    tail: [f64; 2],
    /// `[x, y, width, height]` of the caption's plate.
    plate: [f64; 4],
    caption: String,
}

/// Finds room for the captions of places `[x, y]` on an image, the earlier ones first; those that
/// find none, or do not lie on the image, are left out.
pub(super) fn lay(places: &[([f64; 2], &str)], size: [f64; 2]) -> Vec<Laid> {
    let mut laid: Vec<Laid> = Vec::new();
    for (place, caption) in places {
        if !(0..2).all(|side| (0.0..size[side]).contains(&place[side])) {
            continue;
        }
        let most = size[0] - 2.0 * AIR - 10.0;
        if most < 4.0 * CAPTION.width_of("m") as f64 {
            continue;
        }
        let caption = CAPTION.cut(caption, voltomo_numeric::cast::to_index(most));
        let extent = [CAPTION.width_of(&caption) as f64 + 8.0, CAPTION.line_height() as f64 + 4.0];
        let mut best: Option<(f64, Laid)> = None;
        for (direction, length) in
            (0..DIRECTIONS).flat_map(|k| LENGTHS.iter().map(move |length| (k, *length)))
        {
            let turn = std::f64::consts::TAU * direction as f64 / DIRECTIONS as f64;
            let towards = [turn.cos(), turn.sin()];
            let one = stretched((*place, towards, length), extent, &caption);
            let cost = length + INWARDS * (1.0 - outwards(*place, towards, size));
            let is_better = best.as_ref().is_none_or(|(least, _)| cost < *least);
            if is_better && fits(&one, (&laid, places), size) {
                best = Some((cost, one));
            }
        }
        laid.extend(best.map(|(_, one)| one));
    }
    laid
}

/// Cosine between a direction and the way from the picture's middle to a place.
fn outwards(place: [f64; 2], towards: [f64; 2], size: [f64; 2]) -> f64 {
    let [dx, dy] = [place[0] - 0.5 * size[0], place[1] - 0.5 * size[1]];
    (dx * towards[0] + dy * towards[1]) / dx.hypot(dy).max(1.0)
}

/// An arrow of a length whose caption lies beyond its tail.
fn stretched(
    (place, [dx, dy], length): ([f64; 2], [f64; 2], f64),
    [width, height]: [f64; 2],
    caption: &str,
) -> Laid {
    let tip = [place[0] + OFF * dx, place[1] + OFF * dy];
    let tail = [place[0] + length * dx, place[1] + length * dy];
    // The plate's middle is so far beyond the tail that its edge is there.
    let beyond = (0.5 * width / dx.abs().max(1e-9)).min(0.5 * height / dy.abs().max(1e-9));
    let middle = [tail[0] + beyond * dx, tail[1] + beyond * dy];
    let plate = [middle[0] - 0.5 * width, middle[1] - 0.5 * height, width, height];
    Laid { tip, tail, plate: plate.map(f64::round), caption: caption.into() }
}

fn fits(one: &Laid, (laid, places): (&[Laid], &[([f64; 2], &str)]), size: [f64; 2]) -> bool {
    let [x, y, width, height] = one.plate;
    let inside = x >= AIR && y >= AIR && x + width <= size[0] - AIR && y + height <= size[1] - AIR;
    let arrow = [one.tip, one.tail];
    let is_free = |other: &Laid| {
        !overlap(one.plate, other.plate)
            && !meets(other.plate, [other.tip, other.tail], one.plate)
            && !meets(one.plate, arrow, other.plate)
            && !cross(arrow, [other.tip, other.tail])
    };
    inside
        && laid.iter().all(is_free)
        && places.iter().all(|(place, _)| !holds(one.plate, *place, HEAD))
}

fn overlap([ax, ay, aw, ah]: [f64; 4], [bx, by, bw, bh]: [f64; 4]) -> bool {
    ax < bx + bw + AIR && bx < ax + aw + AIR && ay < by + bh + AIR && by < ay + ah + AIR
}

fn holds([x, y, width, height]: [f64; 4], at: [f64; 2], about: f64) -> bool {
    (x - about..x + width + about).contains(&at[0])
        && (y - about..y + height + about).contains(&at[1])
}

/// Whether an arrow of the plate `own` runs over another plate.
fn meets(own: [f64; 4], [tip, tail]: [[f64; 2]; 2], plate: [f64; 4]) -> bool {
    own != plate
        && (0..=32).any(|k| {
            let part = f64::from(k) / 32.0;
            let at = [0, 1].map(|side| tip[side] + part * (tail[side] - tip[side]));
            holds(plate, at, 0.5 * HEAD)
        })
}

/// Whether two lines cross.
fn cross([a, b]: [[f64; 2]; 2], [c, d]: [[f64; 2]; 2]) -> bool {
    let side = |p: [f64; 2], q: [f64; 2], r: [f64; 2]| {
        (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
    };
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

/// Draws arrows that have their room on an image whose top left corner is at `[x, y]`.
pub(super) fn draw(drawing: &mut Drawing, laid: &[Laid], [left, top]: [f64; 2]) {
    drawing.push(Item::Open("arrows"));
    for one in laid {
        let ends = [one.tail, one.tip].map(|[x, y]| [x + left, y + top]);
        for (more, colour) in [(1.6, INK), (0.0, WHITE)] {
            let corners = polygon::arrow(ends, (SHAFT, HEAD), more);
            drawing.push(Item::Polygon { corners, colour, share: 255 });
        }
    }
    for one in laid {
        let [x, y, width, height] = one.plate;
        let place = [x + left, y + top, width, height];
        drawing.push(Item::Rectangle { place, colour: PAPER, share: 235 });
        drawing.push(Item::Frame { place, colour: FRAME });
        drawing.text([place[0] + 4.0, place[1] + 2.0], &one.caption, CAPTION);
    }
    drawing.push(Item::Close);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corners([x, y, width, height]: [f64; 4]) -> [f64; 4] {
        [x, y, x + width, y + height]
    }

    #[test]
    fn captions_stay_inside_and_off_each_other_and_off_the_places() {
        let size = [700.0, 500.0];
        let spots: Vec<[f64; 2]> =
            (0..12).map(|k| [(k * 137 % 690) as f64 + 5.0, (k * 89 % 480) as f64 + 10.0]).collect();
        let places: Vec<_> = spots.iter().map(|spot| (*spot, "winding gap 210 µm")).collect();
        let laid = lay(&places, size);
        assert!(laid.len() >= 9, "{} of 12", laid.len());
        for (k, one) in laid.iter().enumerate() {
            let [left, top, right, bottom] = corners(one.plate);
            assert!(left >= 0.0 && top >= 0.0 && right <= size[0] && bottom <= size[1], "{one:?}");
            assert!(spots.iter().all(|spot| !holds(one.plate, *spot, 0.0)), "{one:?}");
            assert!(laid[..k].iter().all(|other| !overlap(one.plate, other.plate)), "{one:?}");
        }
    }

    #[test]
    fn a_place_beside_the_picture_has_no_arrow_and_no_room_is_no_panic() {
        assert!(lay(&[([-1.0, 5.0], "a"), ([f64::NAN, 5.0], "b")], [300.0, 200.0]).is_empty());
        assert!(lay(&[([5.0, 5.0], "a")], [12.0, 12.0]).is_empty());
        let long =
            "a caption that is far longer than the picture is wide, by any measure".repeat(3);
        let laid = lay(&[([100.0, 100.0], &long)], [300.0, 300.0]);
        assert!(laid[0].plate[2] <= 300.0 && laid[0].caption.ends_with(".."), "{laid:?}");
    }

    #[test]
    fn an_arrow_begins_at_its_caption_and_ends_at_its_place() {
        let laid = lay(&[([150.0, 120.0], "gap")], [400.0, 300.0]);
        let [left, top, right, bottom] = corners(laid[0].plate);
        let [x, y] = laid[0].tail;
        let is_at_edge = (x - left).abs().min((x - right).abs()) <= 1.0
            || (y - top).abs().min((y - bottom).abs()) <= 1.0;
        assert!(is_at_edge, "{laid:?}");
        let off = (laid[0].tip[0] - 150.0).hypot(laid[0].tip[1] - 120.0);
        assert!((off - OFF).abs() < 1e-9);
    }
}
