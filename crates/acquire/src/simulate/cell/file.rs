//! A cell as its file describes it, of either kind. Builds nothing.

use std::collections::BTreeMap;

use voltomo_types::Problem;

use super::coin::CoinFile;
use super::cylindrical::CylindricalFile;
use super::defect::Defect;
use super::numbers;
use crate::simulate::material::MaterialDefinition;

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
        problems
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
