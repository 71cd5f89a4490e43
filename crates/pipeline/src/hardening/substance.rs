//! A material as a recipe names it: by name, by formula, or as a mixture by volume. Knows no beam.

use voltomo_acquire::simulate::material::{Library, Substance};

use super::refuse::refuse;
use crate::error::RunError;

/// The material of a key.
///
/// # Errors
/// Nothing told, an unknown name, a formula without density, shares that sum to more than 1.
pub(super) fn told(
    key: &str,
    text: Option<&str>,
    density: Option<f64>,
) -> Result<Substance, RunError> {
    let expected = "a name that `voltomo material --list` prints, a formula with a density, or a \
                    mixture by volume such as `0.6 pp + 0.4 aluminium`";
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Err(refuse(key, "nothing", expected));
    };
    let wrong = |error: &dyn std::fmt::Display| refuse(key, format!("`{text}`: {error}"), expected);
    if is_mixture(text) {
        return mixture(text).map_err(|error| wrong(&error));
    }
    let library = Library::standard();
    match (library.get(text), density) {
        (Ok(known), None) => Ok(known),
        (Ok(_), Some(_)) => {
            let found = format!("a density beside `{text}`, whose density is known");
            Err(refuse(key, found, "one of the two"))
        }
        (Err(_), Some(density)) => {
            Substance::formula(text, text, density).map_err(|error| wrong(&error))
        }
        (Err(unknown), None) => match Substance::formula(text, text, 1.0) {
            Ok(_) if library.lookalike(text).is_none() => {
                Err(refuse(key, format!("the formula `{text}` without a density"), expected))
            }
            _ => Err(wrong(&unknown)),
        },
    }
}

/// `0.6 pp + 0.4 aluminium`: a share and a name, one or more of them.
fn is_mixture(text: &str) -> bool {
    text.contains('+') || share(text).is_some()
}

fn share(part: &str) -> Option<(f64, &str)> {
    let (share, name) = part.trim().split_once(char::is_whitespace)?;
    Some((share.parse().ok()?, name.trim()))
}

fn mixture(text: &str) -> Result<Substance, String> {
    let library = Library::standard();
    let mut parts = Vec::new();
    for part in text.split('+') {
        let (share, name) =
            share(part).ok_or_else(|| format!("`{}` is no share and name", part.trim()))?;
        let substance = library.get(name).map_err(|error| error.to_string())?;
        parts.push((substance, share));
    }
    let borrowed: Vec<(&Substance, f64)> =
        parts.iter().map(|(substance, share)| (substance, *share)).collect();
    Substance::mixture(text, &borrowed).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_material_is_a_name_a_formula_or_a_mixture() {
        assert!((told("material", Some("ss304"), None).unwrap().density() - 7.93).abs() < 1e-9);
        let water = told("material", Some("H2O"), Some(1.0)).unwrap();
        assert!((water.density() - 1.0).abs() < 1e-9);
        let mixed = told("material", Some("0.5 aluminium + 0.25 copper"), None).unwrap();
        assert!((mixed.density() - (0.5 * 2.70 + 0.25 * 8.94)).abs() < 1e-9);
    }

    #[test]
    fn bad_material_is_told_with_its_key_and_the_nearest_name() {
        let message = |text: Option<&str>, density: Option<f64>| {
            told("metal", text, density).unwrap_err().to_string()
        };
        for (text, density, words) in [
            (None, None, "is nothing"),
            (Some("can_stel"), None, "can_steel"),
            (Some("H2O"), None, "without a density"),
            (Some("ss304"), Some(7.0), "one of the two"),
            (Some("0.5 pp + aluminium"), None, "no share and name"),
            (Some("0.9 pp + 0.9 aluminium"), None, "sum to 1.8"),
        ] {
            let message = message(text, density);
            assert!(message.contains("`correct.beam_hardening.metal`"), "{message}");
            assert!(message.contains(words), "{words} is missing in: {message}");
        }
    }
}
