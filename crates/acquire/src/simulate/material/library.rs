//! Materials by name: the built-in ones and those that a cell file defines. Opens no file.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::definition::MaterialDefinition;
use super::error::MaterialError;
use super::nearest::{hint, lookalike};
use super::substance::Substance;

/// Materials by name.
#[derive(Debug, Clone, PartialEq)]
pub struct Library {
    materials: BTreeMap<String, Substance>,
}

impl Library {
    /// The built-in materials of batteries, their cans and instruments.
    #[must_use]
    pub fn standard() -> Self {
        static STANDARD: OnceLock<Library> = OnceLock::new();
        let build = || {
            let nothing = Self { materials: BTreeMap::new() };
            let text = include_str!("tables/materials.toml");
            let definitions = toml::from_str(text).expect("the built-in materials are valid TOML");
            nothing.with(&definitions).expect("the built-in materials can be made")
        };
        STANDARD.get_or_init(build).clone()
    }

    /// These materials and others; a definition replaces a material of its name.
    ///
    /// `definitions`: the tables `[materials.NAME]`; they may use each other in any order.
    /// Errors: a definition that says too little or too much, a circle, an unknown material, and
    /// all that [`Substance`] refuses.
    pub fn with(
        &self,
        definitions: &BTreeMap<String, MaterialDefinition>,
    ) -> Result<Self, MaterialError> {
        let mut maker = Maker { known: self.materials.clone(), definitions, open: Vec::new() };
        definitions.keys().for_each(|name| drop(maker.known.remove(name)));
        for name in definitions.keys() {
            maker.make(name)?;
        }
        Ok(Self { materials: maker.known })
    }

    /// The material of a name.
    ///
    /// Errors: the name is unknown; the message holds the nearest one.
    pub fn get(&self, name: &str) -> Result<Substance, MaterialError> {
        self.materials.get(name).cloned().ok_or_else(|| unknown(name, &self.materials))
    }

    /// The material whose name a formula is easily mistaken for, as `ss304` for `SS304`.
    #[must_use]
    pub fn lookalike(&self, formula: &str) -> Option<&str> {
        lookalike(formula, self.names())
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.materials.keys().map(String::as_str)
    }
}

fn unknown<T>(name: &str, known: &BTreeMap<String, T>) -> MaterialError {
    let hint = hint(name, known.keys().map(String::as_str));
    MaterialError::UnknownMaterial { name: name.into(), hint }
}

/// Makes definitions in the order in which they need each other.
struct Maker<'a> {
    known: BTreeMap<String, Substance>,
    definitions: &'a BTreeMap<String, MaterialDefinition>,
    /// Names that are being made, outermost first.
    open: Vec<String>,
}

/// Shares by the name of a part.
type Shares = BTreeMap<String, f64>;

impl Maker<'_> {
    fn make(&mut self, name: &str) -> Result<Substance, MaterialError> {
        if let Some(known) = self.known.get(name) {
            return Ok(known.clone());
        }
        let Some(definition) = self.definitions.get(name) else {
            return Err(unknown(name, &self.known));
        };
        if self.open.iter().any(|open| open == name) {
            let circle = format!("needs itself, by way of {}", self.open.join(", "));
            return Err(fault(name, &circle, "parts that are made without it"));
        }
        self.open.push(name.into());
        let made = self.make_of(name, definition)?;
        self.open.pop();
        self.known.insert(name.into(), made.clone());
        Ok(made)
    }

    fn make_of(
        &mut self,
        name: &str,
        definition: &MaterialDefinition,
    ) -> Result<Substance, MaterialError> {
        let MaterialDefinition { formula, mass, blend, mixture, dry, liquid, porosity, density } =
            definition;
        check_kind(name, definition)?;
        if let (Some(dry), Some(liquid), Some(porosity)) = (dry, liquid, porosity) {
            let (dry, liquid) = (self.make(dry)?, self.make(liquid)?);
            return Substance::soaked(name, &dry, &liquid, *porosity);
        }
        if let Some(shares) = mixture {
            let parts = self.parts(shares, Self::make)?;
            return Substance::mixture(name, &borrowed(&parts));
        }
        let Some(density) = *density else {
            return Err(fault(name, "has no `density`", "`density` in g/cm3"));
        };
        match (formula, mass, blend) {
            (Some(formula), ..) => Substance::formula(name, formula, density),
            (_, Some(list), _) => Substance::mass_fractions(name, list, density),
            (.., Some(shares)) => {
                let parts = self.parts(shares, Self::make_or_formula)?;
                Substance::blend(name, &borrowed(&parts), density)
            }
            _ => Err(fault(name, "says nothing", "a composition")),
        }
    }

    fn parts(
        &mut self,
        shares: &Shares,
        make: fn(&mut Self, &str) -> Result<Substance, MaterialError>,
    ) -> Result<Vec<(Substance, f64)>, MaterialError> {
        shares.iter().map(|(part, share)| Ok((make(self, part)?, *share))).collect()
    }

    /// A blend by mass needs no density of its parts, so that a formula will do.
    fn make_or_formula(&mut self, name: &str) -> Result<Substance, MaterialError> {
        match self.make(name) {
            Err(MaterialError::UnknownMaterial { name: asked, hint }) if asked == name => {
                let unknown = MaterialError::UnknownMaterial { name: asked, hint };
                Substance::formula(name, name, 1.0).map_err(|_| unknown)
            }
            made => made,
        }
    }
}

fn borrowed(parts: &[(Substance, f64)]) -> Vec<(&Substance, f64)> {
    parts.iter().map(|(part, share)| (part, *share)).collect()
}

/// Just one kind of definition, and nothing that it would ignore.
fn check_kind(name: &str, definition: &MaterialDefinition) -> Result<(), MaterialError> {
    let pores =
        [definition.dry.is_some(), definition.liquid.is_some(), definition.porosity.is_some()];
    let kinds = [
        ("formula", definition.formula.is_some()),
        ("mass", definition.mass.is_some()),
        ("blend", definition.blend.is_some()),
        ("mixture", definition.mixture.is_some()),
        ("dry", pores.contains(&true)),
    ];
    let said: Vec<&str> =
        kinds.iter().filter(|(_, is_said)| *is_said).map(|(key, _)| *key).collect();
    let one_kind =
        "one of `formula`, `mass`, `blend`, `mixture`, or `dry` with `liquid` and `porosity`";
    match said[..] {
        [] => Err(fault(name, "has no composition", one_kind)),
        ["dry"] if pores.contains(&false) => {
            Err(fault(name, "lacks one of `dry`, `liquid` and `porosity`", "all three"))
        }
        ["dry" | "mixture"] if definition.density.is_some() => {
            Err(fault(name, "has a `density`", "none: it follows from the parts"))
        }
        [_] => Ok(()),
        _ => Err(fault(name, &format!("has `{}`", said.join("` and `")), one_kind)),
    }
}

fn fault(name: &str, found: &str, expected: &str) -> MaterialError {
    MaterialError::Definition { name: name.into(), found: found.into(), expected: expected.into() }
}
