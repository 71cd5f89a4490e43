//! The file of limits: what a measure is held against. Judges nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use voltomo_types::{FindingKind, Limit};

use crate::InspectError;

/// The limits of the house, with their sources.
const DEFAULTS: &str = include_str!("limits.toml");

/// Least and most of one measure, in the measure's unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Nothing below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<f64>,
    /// Nothing above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<f64>,
}

/// Limits by kind of finding and name of measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits(BTreeMap<String, BTreeMap<String, Range>>);

impl Default for Limits {
    fn default() -> Self {
        Self(toml::from_str(DEFAULTS).expect("the limits of the house are read by a test"))
    }
}

impl Limits {
    /// The commented text of the default limits, for a person to copy.
    #[must_use]
    pub fn default_text() -> &'static str {
        DEFAULTS
    }

    /// The default limits with those of a file in their place: `[kind]`, then `measure = { least =
    /// …, most = … }`; `measure = {}` takes a limit away.
    ///
    /// # Errors
    /// Text that is no TOML, a kind or a measure that has no default, limits that no value meets.
    pub fn from_toml(text: &str) -> Result<Self, InspectError> {
        let own: BTreeMap<String, BTreeMap<String, Range>> =
            toml::from_str(text).map_err(|error| InspectError::Limits {
                key: "file".into(),
                found: error.to_string().trim().into(),
                expected: "`[kind]` and lines `measure = { least = 0.0, most = 1.0 }`".into(),
            })?;
        let mut all = Self::default();
        for (kind, measures) in own {
            all.replace(&kind, measures)?;
        }
        Ok(all)
    }

    fn replace(
        &mut self,
        kind: &str,
        measures: BTreeMap<String, Range>,
    ) -> Result<(), InspectError> {
        let kinds: Vec<String> = self.0.keys().cloned().collect();
        let known = self.0.get_mut(kind).ok_or_else(|| InspectError::Limits {
            key: kind.into(),
            found: "a kind of finding without limits".into(),
            expected: format!("one of {}", kinds.join(", ")),
        })?;
        for (measure, range) in measures {
            let key = format!("{kind}.{measure}");
            if !known.contains_key(&measure) {
                let names: Vec<&str> = known.keys().map(String::as_str).collect();
                let expected = format!("one of {}", names.join(", "));
                let found = "a measure without limits".into();
                return Err(InspectError::Limits { key, found, expected });
            }
            if let Some(number) =
                [range.least, range.most].into_iter().flatten().find(|it| it.is_nan())
            {
                let (found, expected) = (number.to_string(), "a number".into());
                return Err(InspectError::Limits { key, found, expected });
            }
            if let (Some(least), Some(most)) = (range.least, range.most)
                && least.total_cmp(&most).is_gt()
            {
                let found = format!("least {least} above most {most}");
                let expected = "least ≤ most".into();
                return Err(InspectError::Limits { key, found, expected });
            }
            known.insert(measure, range);
        }
        Ok(())
    }

    /// The limit of a measure of a kind (by [`kind_key`]); `None` where it has none.
    #[must_use]
    pub fn of(&self, kind: &str, measure: &str) -> Option<Limit> {
        let Range { least, most } = *self.0.get(kind)?.get(measure)?;
        let key = format!("{kind}.{measure}");
        (least.is_some() || most.is_some()).then_some(Limit { key, least, most })
    }
}

/// The table of a kind of finding in the file of limits.
#[must_use]
pub fn kind_key(kind: FindingKind) -> String {
    let name = format!("{kind:?}");
    let mut key = String::new();
    for (place, letter) in name.char_indices() {
        if letter.is_uppercase() && place > 0 {
            key.push('_');
        }
        key.extend(letter.to_lowercase());
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_takes_the_place_of_what_it_names_alone() {
        let limits = Limits::from_toml("[can_dent]\ndepth = { most = 0.3 }").unwrap();
        assert_eq!(limits.of("can_dent", "depth").unwrap().most, Some(0.3));
        assert_eq!(
            limits.of("ovality", "difference"),
            Limits::default().of("ovality", "difference")
        );
        let nothing = Limits::from_toml("[can_dent]\ndepth = { most = nan }");
        assert!(nothing.unwrap_err().to_string().contains("can_dent.depth"));
        let without = Limits::from_toml("[can_dent]\ndepth = {}").unwrap();
        assert_eq!(without.of("can_dent", "depth"), None);
    }

    #[test]
    fn kinds_are_named_as_in_the_findings() {
        for kind in [FindingKind::RollCanGap, FindingKind::Can, FindingKind::CoreCollapse] {
            let written = serde_json::to_string(&kind).unwrap();
            assert_eq!(format!("\"{}\"", kind_key(kind)), written);
        }
    }

    #[test]
    fn bad_limits_are_named() {
        for (text, wanted) in [
            ("[can_dints]\ndepth = {}", "can_dints"),
            ("[can_dent]\ndeep = {}", "can_dent.deep"),
            ("[can_dent]\ndepth = { least = 2.0, most = 1.0 }", "least 2 above most 1"),
            ("[can_dent]\ndepth = { mots = 1.0 }", "mots"),
        ] {
            let said = Limits::from_toml(text).unwrap_err().to_string();
            assert!(said.contains(wanted), "{said}");
        }
    }
}
