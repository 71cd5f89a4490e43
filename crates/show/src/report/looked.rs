//! What of the cell was looked at, in words. Measures nothing.

use voltomo_types::{CellPart, HeightOrigin};

use super::content::ReportVolume;
use super::html::Html;
use super::number::fixed;
use super::words::beam_name;

/// What of the cell a volume holds, in words: `the top of the cell, heights 45.1 to 65.0 mm; …`.
#[must_use]
pub fn part_in_words(part: &CellPart) -> String {
    let [low, high] = part.heights_mm.map(|height| fixed(height, 1));
    let span = format!("heights {low} to {high}\u{a0}mm");
    if part.counted_from == HeightOrigin::Volume {
        return format!(
            "a part of the cell without its bottom and its top, {high}\u{a0}mm high; heights are \
             counted from the lower end of the volume"
        );
    }
    let from = match part.counted_from {
        HeightOrigin::NominalTop => "; its top is taken to be at the nominal height",
        _ => "",
    };
    let told = match (part.holds_bottom, part.holds_top) {
        (true, true) => format!("the whole cell, {span}"),
        (true, false) => {
            format!("the bottom of the cell, {span}; what lies above is not in the volume")
        }
        (false, true) => {
            format!("the top of the cell, {span}; what lies below is not in the volume")
        }
        (false, false) => {
            format!("a part of the cell, {span}; what lies above and below is not in the volume")
        }
    };
    format!("{told}{from}")
}

/// A line for each volume in which the cell was found.
pub(super) fn looked_at(html: &mut Html, volumes: &[ReportVolume]) {
    let parts = || volumes.iter().filter_map(|volume| Some((volume.probe, volume.part?)));
    if parts().next().is_none() {
        return;
    }
    html.raw("<div class=\"looked\"><p>What was looked at:</p><ul>");
    for (probe, part) in parts() {
        html.raw("<li>").text(beam_name(probe)).raw(": ").text(&part_in_words(&part));
        html.raw("</li>");
    }
    html.raw("</ul></div>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_the_volume_is_said() {
        let whole = CellPart {
            heights_mm: [0.0, 65.04],
            counted_from: HeightOrigin::Bottom,
            holds_bottom: true,
            holds_top: true,
        };
        assert_eq!(part_in_words(&whole), "the whole cell, heights 0.0 to 65.0\u{a0}mm");
        let top = CellPart { heights_mm: [45.1, 65.0], holds_bottom: false, ..whole };
        assert!(part_in_words(&top).starts_with("the top of the cell, heights 45.1 to 65.0"));
        assert!(part_in_words(&top).ends_with("what lies below is not in the volume"));
        let slice = CellPart { counted_from: HeightOrigin::Volume, holds_top: false, ..top };
        assert!(part_in_words(&slice).contains("lower end of the volume"));
    }
}
