//! Whether the parts of a coin cell fit together, by their dimensions. Builds nothing.

use super::file::{CoinFile, SpringForm};
use super::levels::Levels;
use crate::simulate::cell::fit::Fit;

/// Notes what does not fit.
pub(super) fn check(file: &CoinFile, levels: &Levels, fit: &mut Fit) {
    stack(file, levels, fit);
    diameters(file, levels, fit);
    closure(file, levels, fit);
}

/// Heights of the stack between floor and cap.
fn stack(file: &CoinFile, levels: &Levels, fit: &mut Fit) {
    let spring = &file.spring;
    let strip = if spring.form == SpringForm::None { 0.0 } else { spring.strip_mm };
    fit.at_most(
        (["stack", "cap"], "the stack's height with the spring pressed flat", "height_mm"),
        levels.upper_spacer[1] + strip,
        levels.cavity[1],
    );
    if matches!(spring.form, SpringForm::Wave | SpringForm::Cone) {
        fit.at_least(
            (["spring", "cap"], "the spring's height without load", "spring.free_height_mm"),
            spring.free_height_mm,
            levels.cavity_height(),
        );
    }
}

/// Diameters of the discs.
fn diameters(file: &CoinFile, levels: &Levels, fit: &mut Fit) {
    let (cap, separator) = (2.0 * levels.cap_inside, file.separator.diameter_mm);
    let foot = file.gasket.hole_mm;
    let discs = [
        ("lower spacer", "gasket", "lower_spacer", file.lower_spacer.diameter_mm, foot),
        ("upper spacer", "cap", "upper_spacer", file.upper_spacer.diameter_mm, cap),
        ("spring", "cap", "spring", file.spring.diameter_mm, cap),
        ("cathode", "separator", "cathode", file.cathode.diameter_mm, separator),
        ("anode", "separator", "anode", file.anode.diameter_mm, separator),
        ("separator", "cap", "separator", separator, cap),
    ];
    for (first, second, table, diameter, limit) in discs {
        let key = format!("{table}.diameter_mm");
        fit.at_most(([first, second], "its diameter", &key), diameter, limit);
    }
    fit.at_most(
        (["spring", "spring"], "the width of its ring", "spring.width_mm"),
        file.spring.width_mm,
        0.5 * file.spring.diameter_mm,
    );
}

/// Can, gasket and cap.
fn closure(file: &CoinFile, levels: &Levels, fit: &mut Fit) {
    let rim = 0.5 * file.cap.rim_diameter_mm;
    fit.at_most(
        (["gasket", "can"], "the wall of the gasket between cap and can", "gasket.wall_mm"),
        file.gasket.wall_mm,
        levels.can_inside - rim,
    );
    fit.at_least(
        (["cap", "can"], "the cap's inner radius over the gasket's foot", "cap.rim_diameter_mm"),
        levels.cap_inside,
        0.5 * file.gasket.hole_mm,
    );
    let cap_end = file.height_mm - file.cap.height_mm;
    fit.at_most(
        (["gasket", "cap"], "the foot of the gasket under the cap's wall", "gasket.foot_mm"),
        file.gasket.foot_mm,
        cap_end - file.can.wall_mm,
    );
    fit.at_most(
        (["gasket", "can"], "the height of the gasket under the lip", "gasket.height_mm"),
        file.gasket.height_mm,
        levels.lip[0] - file.can.wall_mm,
    );
    fit.at_most(
        (["cap", "cap"], "the diameter of the cap's top", "cap.diameter_mm"),
        file.cap.diameter_mm,
        file.cap.rim_diameter_mm,
    );
    fit.at_most(
        (["can", "cap"], "how far the lip reaches inwards", "can.lip_mm"),
        file.can.lip_mm,
        levels.can_inside - cap_radius_at(file, levels.lip[0]),
    );
    fit.at_most(
        (["cap", "cap"], "the height of the shoulder", "cap.shoulder_mm"),
        file.cap.shoulder_mm,
        file.cap.height_mm,
    );
}

/// Outer radius of the cap's slanting shoulder at a height, mm.
fn cap_radius_at(file: &CoinFile, z: f64) -> f64 {
    let (top, rim) = (0.5 * file.cap.diameter_mm, 0.5 * file.cap.rim_diameter_mm);
    let share = (file.height_mm - z) / file.cap.shoulder_mm;
    top + share.clamp(0.0, 1.0) * (rim - top)
}
