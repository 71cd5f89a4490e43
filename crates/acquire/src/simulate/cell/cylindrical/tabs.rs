//! The tabs of a cylindrical cell outside the roll, and the discs that let them through. Knows no
//! defects.

use super::can::disc;
use super::file::{CylindricalFile, Tab};
use super::levels::Levels;
use super::winding::{TabPlace, Winding};
use crate::simulate::cell::draft::Draft;
use crate::simulate::cell::ribbon;
use crate::simulate::shape::{Part, Prism, Revolved, Sector, Solid};

/// Radial width of the slot beyond the tab's thickness, mm.
const SLOT_PLAY_MM: f64 = 0.6;

/// Adds both tabs and the upper insulator.
pub(super) fn add(
    file: &CylindricalFile,
    levels: &Levels,
    winding: &Winding,
    draft: &mut Draft<'_>,
) {
    let centre = winding.roll.centre;
    let positive = winding.positive;
    let path = s_bend(file, levels, positive.radius);
    let strip =
        Strip { centre, angle: positive.angle, half_width: 0.5 * file.positive_tab.width_mm };
    let sheet = strip.prism(ribbon::outline(&path, file.positive_tab.thickness_mm));
    draft.body("positive tab", ("positive_tab.material", &file.positive_tab.material), sheet);

    let mut insulator = disc(&file.top_insulator, levels.top_insulator);
    if file.top_insulator.slot_mm > 0.0 {
        let half = 0.5 * (file.positive_tab.thickness_mm + SLOT_PLAY_MM);
        let [low, high] = levels.top_insulator;
        let (inner, outer) = (positive.radius - half, positive.radius + half);
        let outline =
            vec![[inner, low - 1.0], [outer, low - 1.0], [outer, high + 1.0], [inner, high + 1.0]];
        let slot = Strip { half_width: 0.5 * file.top_insulator.slot_mm, ..strip };
        insulator = insulator.without(slot.prism(outline));
    }
    let material = ("top_insulator.material", file.top_insulator.material.as_str());
    draft.body("top insulator", material, insulator);
    negative(&file.negative_tab, levels, winding, draft);
}

/// Along the floor from beyond the middle, and up at the rim to the roll.
fn negative(tab: &Tab, levels: &Levels, winding: &Winding, draft: &mut Draft<'_>) {
    let TabPlace { radius, angle, .. } = winding.negative;
    let centre = winding.roll.centre;
    let half = 0.5 * tab.thickness_mm;
    let (low, high) = (levels.floor, levels.floor + tab.thickness_mm);
    let outer = radius + half;
    let strip = Strip { centre, angle, half_width: 0.5 * tab.width_mm };
    let flat = strip.prism(vec![[-1.5, low], [outer, low], [outer, high], [-1.5, high]]);
    let rim = Solid::Revolved(Revolved {
        outline: vec![[0.0, low], [outer, low], [outer, high], [0.0, high]],
        centre,
        sector: None,
    });
    let riser = Solid::Revolved(Revolved {
        outline: vec![
            [outer - tab.thickness_mm, high],
            [outer, high],
            [outer, levels.roll[0]],
            [outer - tab.thickness_mm, levels.roll[0]],
        ],
        centre,
        sector: Some(Sector {
            from: angle - 0.5 * tab.width_mm / radius,
            width: tab.width_mm / radius,
        }),
    });
    let material = draft.palette.index("negative_tab.material", &tab.material);
    draft.parts.push(Part::body("negative tab", material, flat.within(rim)));
    draft.parts.push(Part::body("negative tab riser", material, riser));
}

/// A flat strip that stands on a radius: where, and how wide.
#[derive(Debug, Clone, Copy)]
struct Strip {
    centre: [f64; 2],
    angle: f64,
    half_width: f64,
}

impl Strip {
    /// The outline `[distance from the roll's axis, z]`, as wide as the strip.
    fn prism(&self, outline: Vec<[f64; 2]>) -> Solid {
        let (sin, cos) = self.angle.sin_cos();
        Solid::Prism(Prism {
            outline,
            w: [-self.half_width, self.half_width],
            origin: [self.centre[0], self.centre[1], 0.0],
            u: [cos, sin, 0.0],
            v: [0.0, 0.0, 1.0],
        })
    }
}

/// Up from the roll, in towards the axis, back out, and up to the vent disc, mm `[radius, z]`.
fn s_bend(file: &CylindricalFile, levels: &Levels, radius: f64) -> Vec<[f64; 2]> {
    let half = 0.5 * file.positive_tab.thickness_mm;
    let (low, high) = (levels.top_insulator[1], levels.vent[0]);
    let room = high - low;
    let (fold, weld) = (0.55 * radius, 0.35 * radius);
    vec![
        [radius, levels.roll[1]],
        [radius, low + 0.2 * room],
        [radius - fold, low + 0.35 * room],
        [radius - fold, low + 0.6 * room],
        [radius - 0.2 * fold, low + 0.7 * room],
        [radius - 0.2 * fold, high - half],
        [radius - 0.2 * fold - weld, high - half],
    ]
}
