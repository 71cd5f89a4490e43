//! A cell-like phantom: can, roll, mandrel void, gaps, gasket. Knows no instrument.

use voltomo_acquire::simulate::{Body, Phantom, Profile};
use voltomo_types::Radian;

/// A part of the cell whose attenuation is checked.
pub(crate) struct Part {
    /// What it is.
    pub(crate) name: &'static str,
    /// Height along the axis at which it is measured.
    pub(crate) height_mm: f64,
    /// Between which distances from the axis.
    pub(crate) ring_mm: [f64; 2],
    /// Its true attenuation coefficient.
    pub(crate) attenuation_per_cm: f64,
}

const ROLL: f64 = 0.60;
const CAN: f64 = 1.15;
const GASKET: f64 = 2.40;

/// Parts without a defect in them.
pub(crate) const PARTS: [Part; 4] = [
    Part { name: "roll", height_mm: 6.0, ring_mm: [2.2, 3.6], attenuation_per_cm: ROLL },
    Part { name: "can", height_mm: 6.0, ring_mm: [8.45, 8.65], attenuation_per_cm: CAN },
    Part { name: "mandrel void", height_mm: 6.0, ring_mm: [0.0, 1.0], attenuation_per_cm: 0.0 },
    Part { name: "gasket", height_mm: -8.2, ring_mm: [6.6, 7.8], attenuation_per_cm: GASKET },
];

/// The upper 20 mm of a cylindrical cell, as thermal neutrons see it: a steel can, a roll about a
/// mandrel void, a gap stripe, a wedge void beside the tab, thin rings where windings part, and a
/// bright gasket under the lid (smaller z is up).
pub(crate) fn phantom() -> Phantom {
    let tube = |outer: f64, inner: f64, [top, bottom]: [f64; 2], attenuation: f64| {
        let (middle, half) = (f64::midpoint(top, bottom), (bottom - top) / 2.0);
        [
            Body::cylinder([middle, 0.0, 0.0], outer, half, attenuation),
            Body::cylinder([middle, 0.0, 0.0], inner, half, -attenuation),
        ]
    };
    let mut bodies = vec![];
    bodies.extend(tube(8.8, 8.3, [-8.9, 9.0], CAN));
    bodies.extend(tube(8.2, 1.3, [-6.0, 9.0], ROLL));
    bodies.extend(tube(8.0, 6.4, [-8.7, -7.7], GASKET));
    bodies.push(Body::cylinder([-8.8, 0.0, 0.0], 6.3, 0.15, CAN));
    for radius in [4.4, 5.0, 5.7, 6.3, 7.0, 7.6] {
        bodies.extend(tube(radius, radius - 0.12, [-6.0, 3.0], -0.35 * ROLL));
    }
    bodies.push(stripe([2.0, 0.4, -1.7], [3.5, 0.25, 0.8], 0.5));
    bodies.push(stripe([-1.0, -2.0, 5.6], [4.5, 0.9, 0.25], 0.3));
    Phantom { bodies }
}

/// An elongated void in the roll.
fn stripe(centre: [f64; 3], half_axes: [f64; 3], turn: f64) -> Body {
    let (profile, turn) = (Profile::Ellipsoid, Radian(turn));
    Body { profile, centre, half_axes, turn, attenuation: -ROLL }
}
