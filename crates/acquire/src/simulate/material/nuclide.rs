//! Elements and single isotopes: symbols, atomic weights, bound neutron cross-sections. Knows no formula.

use std::fmt;
use std::sync::OnceLock;

use super::error::MaterialError;
use super::nearest::hint;

/// An element in its natural mixture of isotopes, or one isotope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nuclide {
    /// Protons.
    z: u8,
    /// Nucleons; 0 for the natural mixture.
    mass_number: u16,
}

/// Bound cross-sections, barn; absorption at 1.798 Å.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct BoundCrossSections {
    pub(super) coherent: f64,
    pub(super) incoherent: f64,
    pub(super) absorption: f64,
}

/// A row of the tables.
struct Row {
    nuclide: Nuclide,
    symbol: &'static str,
    weight: f64,
    neutron: Option<BoundCrossSections>,
}

impl Nuclide {
    /// The nuclide of a symbol: `Fe`, `6Li`, `D`; `None` where the tables hold none.
    #[must_use]
    pub fn from_symbol(text: &str) -> Option<Self> {
        let symbol = text.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = &text[..text.len() - symbol.len()];
        let (symbol, number) = if text == "D" { ("H", "2") } else { (symbol, number) };
        let mass_number = if number.is_empty() { 0 } else { number.parse().ok()? };
        let is_meant = |row: &&Row| row.symbol == symbol && row.nuclide.mass_number == mass_number;
        rows().iter().find(is_meant).map(|row| row.nuclide)
    }

    /// As [`Nuclide::from_symbol`], with an error that names the nearest element. `text`: where it stands.
    pub(super) fn named(symbol: &str, text: &str) -> Result<Self, MaterialError> {
        Self::from_symbol(symbol).ok_or_else(|| MaterialError::UnknownElement {
            symbol: symbol.into(),
            hint: hint(symbol, rows().iter().map(|row| row.symbol)),
            text: text.into(),
        })
    }

    /// Number of protons.
    #[must_use]
    pub fn protons(self) -> u8 {
        self.z
    }

    /// Atomic weight, g/mol.
    #[must_use]
    pub fn weight(self) -> f64 {
        self.row().weight
    }

    /// The natural mixture of its element.
    #[must_use]
    pub fn element(self) -> Self {
        Self { mass_number: 0, ..self }
    }

    /// Whether this is natural hydrogen or the proton, not deuterium.
    pub(super) fn is_light_hydrogen(self) -> bool {
        self.z == 1 && self.mass_number < 2
    }

    pub(super) fn neutron(self) -> Option<BoundCrossSections> {
        self.row().neutron
    }

    fn row(self) -> &'static Row {
        let found = rows().iter().find(|row| row.nuclide == self);
        found.expect("a nuclide is only made from a row of the tables")
    }
}

impl fmt::Display for Nuclide {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mass_number > 0 {
            write!(to, "{}", self.mass_number)?;
        }
        to.write_str(self.row().symbol)
    }
}

/// Elements by rising protons, then isotopes.
fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let elements = data_lines(include_str!("tables/elements.csv")).map(|line| row(line, None));
        let mut rows: Vec<Row> = elements.collect();
        let isotopes = data_lines(include_str!("tables/isotopes.csv"));
        let isotopes: Vec<Row> = isotopes.map(|line| row(line, Some(&rows))).collect();
        rows.extend(isotopes);
        rows
    })
}

/// Lines after the comments and the heading.
fn data_lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#')).skip(1)
}

/// First column: Z for an element; the mass number for an isotope, whose element is in `elements`.
fn row(line: &'static str, elements: Option<&[Row]>) -> Row {
    let cells: Vec<&str> = line.split(',').collect();
    let first: u16 = cells[0].parse().expect("the first column holds whole numbers");
    let symbol = cells[1];
    let natural = elements.and_then(|rows| rows.iter().find(|row| row.symbol == symbol));
    let nuclide = match natural {
        Some(row) => Nuclide { mass_number: first, ..row.nuclide },
        None => Nuclide { z: u8::try_from(first).expect("Z is below 99"), mass_number: 0 },
    };
    let number = |at: usize| cells[at].parse::<f64>().ok();
    let neutron =
        number(3).zip(number(4)).zip(number(5)).map(|((coherent, incoherent), absorption)| {
            BoundCrossSections { coherent, incoherent, absorption }
        });
    Row { nuclide, symbol, weight: number(2).expect("every row has a weight"), neutron }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_and_its_nuclide_go_both_ways() {
        for symbol in ["H", "Fe", "U", "6Li", "10B"] {
            assert_eq!(Nuclide::from_symbol(symbol).unwrap().to_string(), symbol);
        }
        assert_eq!(Nuclide::from_symbol("D"), Nuclide::from_symbol("2H"));
        assert_eq!(Nuclide::from_symbol("9Li"), None);
        assert_eq!(rows().iter().filter(|row| row.nuclide.mass_number == 0).count(), 98);
    }
}
