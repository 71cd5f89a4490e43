//! Why a material cannot be made: what was found, what was expected. Prints nothing.

/// Why a material cannot be made or found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MaterialError {
    /// A symbol that no element has.
    #[error(
        "`{symbol}` is no element{hint}; expected a symbol such as Fe, or 6Li for an isotope (in `{text}`)"
    )]
    UnknownElement {
        /// What stands there.
        symbol: String,
        /// The nearest symbol, as the end of a sentence.
        hint: String,
        /// The formula or list.
        text: String,
    },
    /// A formula that does not parse.
    #[error("formula `{formula}`, character {at}: found {found}, expected {expected}")]
    Formula {
        /// The formula.
        formula: String,
        /// Which character, from 1.
        at: usize,
        /// What stands there.
        found: String,
        /// What would be right.
        expected: String,
    },
    /// A density that nothing has.
    #[error("the density of `{name}` is {found} g/cm3; expected a number from 0 to {highest}")]
    Density {
        /// The material.
        name: String,
        /// What was given.
        found: f64,
        /// The highest that is accepted.
        highest: f64,
    },
    /// Shares that do not make a whole.
    #[error("the {kind} fractions of `{name}` sum to {sum:.4}; expected {expected}")]
    Sum {
        /// The material.
        name: String,
        /// `mass` or `volume`.
        kind: &'static str,
        /// What they sum to.
        sum: f64,
        /// What they should sum to.
        expected: &'static str,
    },
    /// A share that is no share.
    #[error("`{part}` in `{name}` has the fraction {found}; expected a number from 0 to 1")]
    Fraction {
        /// The material.
        name: String,
        /// The element or part.
        part: String,
        /// What stands there.
        found: String,
    },
    /// A list of mass fractions that does not parse.
    #[error(
        "`{entry}` in `{text}` is no mass fraction; expected entries such as Fe:0.705 with `;` between"
    )]
    Entry {
        /// The entry.
        entry: String,
        /// The whole list.
        text: String,
    },
    /// An element that a table does not hold.
    #[error(
        "no {table} data for {symbol} (in `{name}`); leave it out or replace it by a neighbour"
    )]
    MissingData {
        /// The element or isotope.
        symbol: String,
        /// `X-ray` or `neutron`.
        table: &'static str,
        /// The material.
        name: String,
    },
    /// A material that the library does not hold.
    #[error(
        "there is no material `{name}`{hint}; `voltomo material --list` prints all names, and a \
         cell's file can define it as [materials.{name}]"
    )]
    UnknownMaterial {
        /// What was asked for.
        name: String,
        /// The nearest name, as the end of a sentence.
        hint: String,
    },
    /// A formula that looks like the name of a material.
    #[error(
        "`{found}` reads as a formula, and `{name}` is a material of the library; write `{name}` \
         for that one, or `({found})` for the formula"
    )]
    AlsoName {
        /// What was given.
        found: String,
        /// The material.
        name: String,
    },
    /// A formula without a density.
    #[error("`{formula}` is a formula and has no density; expected one in g/cm3 with `--density`")]
    NoDensity {
        /// The formula.
        formula: String,
    },
    /// A definition that says too little or too much.
    #[error("[materials.{name}] {found}; expected {expected}")]
    Definition {
        /// The material.
        name: String,
        /// What stands there.
        found: String,
        /// What would be right.
        expected: String,
    },
}
