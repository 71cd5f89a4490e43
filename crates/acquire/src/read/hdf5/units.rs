//! Units as HDF5 files write them. Knows no datasets.

use crate::AngleUnit;

/// The length `value` in millimetres; `None` where the unit is not one of a length.
pub(crate) fn in_millimetres(value: f64, unit: &str) -> Option<f64> {
    let factor = match unit.trim().to_lowercase().as_str() {
        "m" | "metre" | "meter" | "metres" | "meters" => 1e3,
        "cm" | "centimetre" | "centimeter" | "centimetres" | "centimeters" => 10.0,
        "mm" | "millimetre" | "millimeter" | "millimetres" | "millimeters" => 1.0,
        // Both letters mu of Unicode, and what is left of one in broken encodings.
        "um" | "µm" | "μm" | "micron" | "microns" | "micrometre" | "micrometer" | "micrometres"
        | "micrometers" | "\u{fffd}m" | "\u{fffd}\u{fffd}m" => 1e-3,
        "nm" | "nanometre" | "nanometer" | "nanometres" | "nanometers" => 1e-6,
        _ => return None,
    };
    Some(value * factor)
}

/// The angle unit that a `units` attribute names.
pub(crate) fn angle_unit(unit: &str) -> Option<AngleUnit> {
    match unit.trim().to_lowercase().as_str() {
        "deg" | "degs" | "degree" | "degrees" | "°" => Some(AngleUnit::Degrees),
        "rad" | "rads" | "radian" | "radians" => Some(AngleUnit::Radians),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_in_every_unit_are_the_same_millimetre() {
        for (value, unit) in [(1e-3, "m"), (0.1, "cm"), (1.0, "mm"), (1e3, "um"), (1e3, "µm")] {
            assert!((in_millimetres(value, unit).unwrap() - 1.0).abs() < 1e-12, "{unit}");
        }
        assert_eq!(in_millimetres(1.0, "counts"), None);
        assert_eq!(in_millimetres(1.0, ""), None);
    }

    #[test]
    fn angle_units_are_known_by_their_usual_names() {
        assert_eq!(angle_unit(" Degrees "), Some(AngleUnit::Degrees));
        assert_eq!(angle_unit("rad"), Some(AngleUnit::Radians));
        assert_eq!(angle_unit("counts"), None);
    }
}
