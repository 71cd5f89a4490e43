//! Chemical formulas: brackets, decimal indices, hydrates, isotopes. Knows no densities.
//!
//! `Na2Mn[Fe(CN)6]`, `LiNi0.6Mn0.2Co0.2O2`, `CuSO4·5H2O` or `CuSO4*5H2O`, `[6Li]F`, `6LiF`, `D2O`.
//! A number at the beginning of the formula or of a bracket is a mass number; a number after `·`
//! multiplies what follows it.

use super::error::MaterialError;
use super::nuclide::Nuclide;

/// Deepest brackets in brackets: what a person may write, and no stack can overflow by.
const DEEPEST: usize = 16;

/// Atoms by nuclide, in no order, with repeats.
type Atoms = Vec<(Nuclide, f64)>;

/// Number of atoms of each nuclide in one formula unit.
pub(super) fn parse(formula: &str) -> Result<Atoms, MaterialError> {
    let characters: Vec<char> = formula.chars().filter(|c| !c.is_whitespace()).collect();
    let mut reader = Reader { formula, characters, at: 0, depth: 0 };
    let mut atoms = reader.group()?;
    while matches!(reader.peek(), Some('·' | '*')) {
        reader.at += 1;
        let factor = reader.number()?.unwrap_or(1.0);
        atoms.extend(times(reader.group()?, factor));
    }
    if reader.peek().is_some() {
        return Err(reader.expected("an element, a bracket that was opened, or the end"));
    }
    Ok(atoms)
}

fn times(atoms: Atoms, factor: f64) -> impl Iterator<Item = (Nuclide, f64)> {
    atoms.into_iter().map(move |(nuclide, count)| (nuclide, count * factor))
}

struct Reader<'a> {
    formula: &'a str,
    characters: Vec<char>,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    /// Elements and brackets with their indices, as far as they go; at least one.
    fn group(&mut self) -> Result<Atoms, MaterialError> {
        let mut atoms = Atoms::new();
        let isotope = self.take(|c| c.is_ascii_digit());
        if !isotope.is_empty() && !self.peek().is_some_and(|c| c.is_ascii_uppercase()) {
            return Err(self.expected("the element that the mass number belongs to"));
        }
        let mut mass_number = isotope;
        loop {
            let part = match self.peek() {
                Some(open @ ('(' | '[' | '{')) => self.bracket(open)?,
                Some(c) if c.is_ascii_uppercase() => {
                    let symbol = std::mem::take(&mut mass_number) + &self.symbol();
                    vec![(Nuclide::named(&symbol, self.formula)?, 1.0)]
                }
                _ if atoms.is_empty() => {
                    return Err(self.expected("an element such as Fe, or a bracket"));
                }
                _ => return Ok(atoms),
            };
            let count = self.number()?.unwrap_or(1.0);
            atoms.extend(times(part, count));
        }
    }

    fn bracket(&mut self, open: char) -> Result<Atoms, MaterialError> {
        let close = match open {
            '(' => ')',
            '[' => ']',
            _ => '}',
        };
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.expected("fewer brackets in brackets"));
        }
        self.at += 1;
        let inside = self.group()?;
        if self.peek() != Some(close) {
            return Err(self.expected(&format!("`{close}`")));
        }
        self.at += 1;
        self.depth -= 1;
        Ok(inside)
    }

    fn symbol(&mut self) -> String {
        let first = self.characters[self.at];
        self.at += 1;
        format!("{first}{}", self.take(|c| c.is_ascii_lowercase()))
    }

    /// An index or factor, if one stands here.
    fn number(&mut self) -> Result<Option<f64>, MaterialError> {
        let start = self.at;
        let text = self.take(|c| c.is_ascii_digit() || c == '.');
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(number) if number > 0.0 && number <= 1e6 => Ok(Some(number)),
            _ => {
                self.at = start;
                Err(self.found(&format!("`{text}`"), "an index above 0"))
            }
        }
    }

    fn take(&mut self, is_wanted: impl Fn(char) -> bool) -> String {
        let taken: String =
            self.characters[self.at..].iter().take_while(|c| is_wanted(**c)).collect();
        self.at += taken.chars().count();
        taken
    }

    fn expected(&self, expected: &str) -> MaterialError {
        let found = self.peek().map_or("the end".into(), |c| format!("`{c}`"));
        self.found(&found, expected)
    }

    fn found(&self, found: &str, expected: &str) -> MaterialError {
        MaterialError::Formula {
            formula: self.formula.into(),
            at: self.at + 1,
            found: found.into(),
            expected: expected.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Atoms of one symbol in a formula.
    fn count(formula: &str, symbol: &str) -> f64 {
        let meant = Nuclide::from_symbol(symbol).unwrap();
        parse(formula).unwrap().iter().filter(|(n, _)| *n == meant).map(|(_, count)| count).sum()
    }

    #[test]
    fn parse_counts_through_brackets_hydrates_decimals_and_isotopes() {
        assert_eq!(count("Na2Mn[Fe(CN)6]", "N"), 6.0);
        assert_eq!(count("Na3V2(PO4)2F3", "O"), 8.0);
        assert_eq!(count("LiNi0.6Mn0.2Co0.2O2", "Ni"), 0.6);
        assert_eq!(count("CuSO4·5H2O", "O"), 9.0);
        assert_eq!(count("CuSO4*5H2O", "H"), 10.0);
        assert_eq!(count("[6Li]2CO3", "6Li"), 2.0);
        assert_eq!(count("6LiF", "6Li"), 1.0);
        assert_eq!(count("D2O", "2H"), 2.0);
        assert_eq!(count("Li [10B] F4", "10B"), 1.0);
    }
}
