//! A cell as its file describes it, of either kind. Builds nothing.

use std::collections::BTreeMap;

use voltomo_types::Problem;

use super::coin::CoinFile;
use super::cylindrical::CylindricalFile;
use super::defect::Defect;
use super::idle;
use super::numbers;
use crate::simulate::material::MaterialDefinition;

/// Keys whose value is the name of a material.
const MATERIAL_KEYS: [&str; 5] = ["material", "material_dry", "foil", "coat", "coat_dry"];

/// What a cell's file says.
#[derive(Debug, Clone, PartialEq)]
pub enum CellFile {
    /// A roll in a can.
    Cylindrical(Box<CylindricalFile>),
    /// A flat stack.
    Coin(Box<CoinFile>),
}

impl CellFile {
    /// Name of the cell.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Cylindrical(file) => &file.name,
            Self::Coin(file) => &file.name,
        }
    }

    /// What the file says is wrong with the cell.
    #[must_use]
    pub fn defects(&self) -> &[Defect] {
        match self {
            Self::Cylindrical(file) => &file.defect,
            Self::Coin(file) => &file.defect,
        }
    }

    /// Substances of the file's own.
    #[must_use]
    pub fn materials(&self) -> &BTreeMap<String, MaterialDefinition> {
        match self {
            Self::Cylindrical(file) => &file.materials,
            Self::Coin(file) => &file.materials,
        }
    }

    /// The same cell with nothing wrong with it.
    #[must_use]
    pub fn without_defects(mut self) -> Self {
        match &mut self {
            Self::Cylindrical(file) => file.defect.clear(),
            Self::Coin(file) => file.defect.clear(),
        }
        self
    }

    /// Numbers that their unit does not allow, and defects of the other kind of cell.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let value = match self {
            Self::Cylindrical(file) => toml::Value::try_from(file),
            Self::Coin(file) => toml::Value::try_from(file),
        };
        let mut problems = match value {
            Ok(value) => numbers::problems(&value),
            Err(error) => vec![Problem::new("materials", error, "plain TOML values")],
        };
        problems.extend(self.foreign_defects());
        problems.extend(self.repeated_defects());
        problems.extend(idle::problems(self.defects()));
        problems
    }

    /// Every material that the file names, also of parts that are not there: key and name.
    #[must_use]
    pub fn material_names(&self) -> Vec<(String, String)> {
        let value = match self {
            Self::Cylindrical(file) => toml::Table::try_from(file),
            Self::Coin(file) => toml::Table::try_from(file),
        };
        let mut names = Vec::new();
        for (table, value) in value.unwrap_or_default() {
            let Some(part) = value.as_table().filter(|_| table != "materials") else { continue };
            let named = part.iter().filter(|(key, _)| MATERIAL_KEYS.contains(&key.as_str()));
            let named = named.filter_map(|(key, name)| Some((key, name.as_str()?)));
            names.extend(named.map(|(key, name)| (format!("{table}.{key}"), name.to_string())));
        }
        names
    }

    fn repeated_defects(&self) -> impl Iterator<Item = Problem> + '_ {
        let repeated = |(index, defect): &(usize, &Defect)| {
            let before = &self.defects()[..*index];
            defect.is_single() && before.iter().any(|other| other.kind() == defect.kind())
        };
        self.defects().iter().enumerate().filter(repeated).map(|(index, defect)| {
            let found = format!("a second `{}`", defect.kind());
            let expected = "no more than one of this kind, since it concerns the whole cell";
            Problem::new(&format!("defect[{index}].kind"), found, expected)
        })
    }

    fn foreign_defects(&self) -> impl Iterator<Item = Problem> + '_ {
        let (is_coin, kind) = match self {
            Self::Cylindrical(_) => (false, "cylindrical"),
            Self::Coin(_) => (true, "coin"),
        };
        let wrong = move |defect: &Defect| !defect.suits(is_coin);
        self.defects().iter().enumerate().filter(move |(_, defect)| wrong(defect)).map(
            move |(index, defect)| {
                let expected = format!("a kind of defect that a {kind} cell can have");
                Problem::new(&format!("defect[{index}].kind"), defect.kind(), expected)
            },
        )
    }
}
