//! The substances that a cell asks for, each once, and the keys of those that do not exist. Knows
//! no shapes.

use voltomo_types::Problem;

use crate::simulate::material::{Library, Substance};

/// Substances in the order in which they are asked for.
#[derive(Debug)]
pub(super) struct Palette<'a> {
    library: &'a Library,
    names: Vec<String>,
    substances: Vec<Substance>,
    problems: Vec<Problem>,
}

impl<'a> Palette<'a> {
    /// An empty palette.
    pub(super) fn new(library: &'a Library) -> Self {
        Self { library, names: Vec::new(), substances: Vec::new(), problems: Vec::new() }
    }

    /// Index of the substance that the cell's file names at `key`; a name that does not exist is
    /// noted, and stands for the first substance until then.
    pub(super) fn index(&mut self, key: &str, name: &str) -> usize {
        if let Some(known) = self.names.iter().position(|known| known == name) {
            return known;
        }
        match self.library.get(name) {
            Ok(substance) => {
                self.names.push(name.into());
                self.substances.push(substance);
                self.substances.len() - 1
            }
            Err(error) => {
                let found = format!("`{name}`");
                let expected = format!("a material that exists ({error})");
                self.problems.push(Problem::new(key, found, expected));
                0
            }
        }
    }

    /// Index of a gas that attenuates nothing.
    pub(super) fn gas(&mut self) -> usize {
        self.index("gas", "gas")
    }

    /// The substances, or what is wrong with their names.
    pub(super) fn finish(self) -> Result<Vec<Substance>, Vec<Problem>> {
        if self.problems.is_empty() { Ok(self.substances) } else { Err(self.problems) }
    }
}
