//! A homogeneous material by its nuclides and density, and its attenuation. Knows no names of others.

use super::error::MaterialError;
use super::formula;
use super::neutron::{self, HydrogenModel, NeutronParts};
use super::nuclide::Nuclide;
use super::xray::{self, XrayParts};

/// No material on earth is denser, g/cm³ (osmium: 22.6).
const HIGHEST_DENSITY: f64 = 25.0;
/// Fractions may miss 1 by this: tables print three digits.
const SUM_TOLERANCE: f64 = 2e-3;
/// Avogadro's number times 1e-24: barn a gram-atom to cm².
const AVOGADRO_BARN: f64 = 0.602_214_076;

/// A homogeneous material. Every nuclide in it has X-ray and neutron data.
#[derive(Debug, Clone, PartialEq)]
pub struct Substance {
    name: String,
    density: f64,
    fractions: Vec<(Nuclide, f64)>,
}

impl Substance {
    /// A material by its chemical formula, such as `Na2Mn[Fe(CN)6]`, `LiNi0.6Mn0.2Co0.2O2`,
    /// `CuSO4·5H2O`, `[6Li]F` or `D2O`.
    ///
    /// `density`: g/cm³; 0 attenuates nothing.
    /// Errors: a formula that does not parse, an unknown element, missing data, a density that
    /// nothing has.
    pub fn formula(name: &str, formula: &str, density: f64) -> Result<Self, MaterialError> {
        let atoms = formula::parse(formula)?;
        let masses = atoms.into_iter().map(|(nuclide, count)| (nuclide, count * nuclide.weight()));
        Self::of_masses(name, masses, density)
    }

    /// A material by a list of mass fractions, such as `Fe:0.705;Cr:0.185;Ni:0.11`.
    ///
    /// `density`: g/cm³. Fractions may miss 1 by 0.002 and are scaled to it.
    /// Errors: as [`Substance::formula`], and fractions that do not make a whole.
    pub fn mass_fractions(name: &str, list: &str, density: f64) -> Result<Self, MaterialError> {
        let entry = |entry: &str| -> Result<(Nuclide, f64), MaterialError> {
            let split = entry.split_once(':');
            let parsed =
                split.and_then(|(symbol, share)| Some((symbol, share.trim().parse().ok()?)));
            let Some((symbol, share)) = parsed else {
                return Err(MaterialError::Entry { entry: entry.trim().into(), text: list.into() });
            };
            Ok((Nuclide::named(symbol.trim(), list)?, share))
        };
        let entries = list.split([';', ',']).filter(|text| !text.trim().is_empty());
        let shares: Vec<_> = entries.map(entry).collect::<Result<_, _>>()?;
        for (nuclide, share) in &shares {
            check_share(name, &nuclide.to_string(), *share)?;
        }
        check_sum(name, "mass", shares.iter().map(|(_, share)| *share).sum())?;
        Self::of_masses(name, shares, density)
    }

    /// A mixture by volume; what is missing to 1 is gas, so that porosity needs no part.
    ///
    /// `parts`: materials and their volume fractions.
    /// Errors: a fraction outside 0 to 1, or a sum above 1.
    pub fn mixture(name: &str, parts: &[(&Self, f64)]) -> Result<Self, MaterialError> {
        for (part, share) in parts {
            check_share(name, &part.name, *share)?;
        }
        let sum: f64 = parts.iter().map(|(_, share)| share).sum();
        if sum > 1.0 + SUM_TOLERANCE {
            let expected = "at most 1; the rest is gas";
            return Err(MaterialError::Sum { name: name.into(), kind: "volume", sum, expected });
        }
        Self::of_volumes(name, parts)
    }

    /// A porous material whose pores hold a liquid: density `ρ_dry + porosity·ρ_liquid`.
    ///
    /// `dry`: with empty pores, of density ρ_dry. `porosity`: volume fraction of the pores.
    /// Errors: a porosity outside 0 to 1.
    pub fn soaked(
        name: &str,
        dry: &Self,
        liquid: &Self,
        porosity: f64,
    ) -> Result<Self, MaterialError> {
        check_share(name, &liquid.name, porosity)?;
        Self::of_volumes(name, &[(dry, 1.0), (liquid, porosity)])
    }

    /// A blend by mass, of a density that was measured.
    ///
    /// `parts`: materials and their mass fractions. `density`: g/cm³.
    /// Errors: fractions that do not make a whole, a density that nothing has.
    pub fn blend(name: &str, parts: &[(&Self, f64)], density: f64) -> Result<Self, MaterialError> {
        for (part, share) in parts {
            check_share(name, &part.name, *share)?;
        }
        check_sum(name, "mass", parts.iter().map(|(_, share)| share).sum())?;
        let masses = parts.iter().flat_map(|(part, share)| part.grams(*share));
        Self::of_masses(name, masses, density)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Density, g/cm³; 0 for what attenuates nothing.
    #[must_use]
    pub fn density(&self) -> f64 {
        self.density
    }

    /// Mass fractions by nuclide, by rising protons; they sum to 1.
    #[must_use]
    pub fn fractions(&self) -> &[(Nuclide, f64)] {
        &self.fractions
    }

    /// The same with another name.
    #[must_use]
    pub fn renamed(mut self, name: &str) -> Self {
        self.name = name.into();
        self
    }

    /// X-ray attenuation with coherent scattering, 1/cm, at an energy in keV.
    ///
    /// Energies outside 1 to 160 keV are taken at the nearest end.
    #[must_use]
    pub fn xray(&self, kev: f64) -> f64 {
        self.xray_parts(kev).total()
    }

    /// X-ray attenuation by process, 1/cm, at an energy in keV; as [`Substance::xray`].
    #[must_use]
    pub fn xray_parts(&self, kev: f64) -> XrayParts {
        let mut sum = XrayParts::default();
        for (nuclide, share) in &self.fractions {
            let part = xray::mass_attenuation(*nuclide, kev);
            let grams = share * self.density;
            sum.photoelectric += grams * part.photoelectric;
            sum.coherent += grams * part.coherent;
            sum.incoherent += grams * part.incoherent;
        }
        sum
    }

    /// Neutron attenuation `Σ n_i (σ_s,i + σ_a,i λ/1.798 Å)`, 1/cm, at a wavelength in Å.
    ///
    /// Wavelengths outside 0.3 to 10 Å are taken at the nearest end.
    #[must_use]
    pub fn neutron(&self, angstrom: f64, hydrogen: HydrogenModel) -> f64 {
        self.neutron_parts(angstrom, hydrogen).total()
    }

    /// Neutron attenuation by process, 1/cm, at a wavelength in Å; as [`Substance::neutron`].
    #[must_use]
    pub fn neutron_parts(&self, angstrom: f64, hydrogen: HydrogenModel) -> NeutronParts {
        let mut sum = NeutronParts::default();
        for (nuclide, share) in &self.fractions {
            let part = neutron::cross_sections(*nuclide, angstrom, hydrogen);
            let atoms = share * self.density * AVOGADRO_BARN / nuclide.weight();
            sum.absorption += atoms * part.absorption;
            sum.coherent += atoms * part.coherent;
            sum.incoherent += atoms * part.incoherent;
        }
        sum
    }

    /// Masses by nuclide, of so much of the whole.
    fn grams(&self, whole: f64) -> impl Iterator<Item = (Nuclide, f64)> {
        self.fractions.iter().map(move |(nuclide, share)| (*nuclide, share * whole))
    }

    fn of_volumes(name: &str, parts: &[(&Self, f64)]) -> Result<Self, MaterialError> {
        let density = parts.iter().map(|(part, volume)| part.density * volume).sum();
        let masses = parts.iter().flat_map(|(part, volume)| part.grams(part.density * volume));
        Self::of_masses(name, masses, density)
    }

    /// Sums masses by nuclide and scales them to 1; nothing but gas has no fractions.
    fn of_masses(
        name: &str,
        masses: impl IntoIterator<Item = (Nuclide, f64)>,
        density: f64,
    ) -> Result<Self, MaterialError> {
        if !(0.0..=HIGHEST_DENSITY).contains(&density) {
            let (name, highest) = (name.into(), HIGHEST_DENSITY);
            return Err(MaterialError::Density { name, found: density, highest });
        }
        let mut fractions: Vec<(Nuclide, f64)> = Vec::new();
        for (nuclide, mass) in masses.into_iter().filter(|(_, mass)| *mass > 0.0) {
            check_data(name, nuclide)?;
            match fractions.iter_mut().find(|(known, _)| *known == nuclide) {
                Some((_, sum)) => *sum += mass,
                None => fractions.push((nuclide, mass)),
            }
        }
        fractions.sort_by_key(|(nuclide, _)| *nuclide);
        let whole: f64 = fractions.iter().map(|(_, mass)| mass).sum();
        fractions.iter_mut().for_each(|(_, mass)| *mass /= whole);
        Ok(Self { name: name.into(), density, fractions })
    }
}

fn check_data(name: &str, nuclide: Nuclide) -> Result<(), MaterialError> {
    let table = match (nuclide.neutron(), xray::is_tabulated(nuclide)) {
        (None, _) => "neutron",
        (_, false) => "X-ray",
        _ => return Ok(()),
    };
    Err(MaterialError::MissingData { symbol: nuclide.to_string(), table, name: name.into() })
}

fn check_share(name: &str, part: &str, share: f64) -> Result<(), MaterialError> {
    if (0.0..=1.0).contains(&share) {
        return Ok(());
    }
    Err(MaterialError::Fraction { name: name.into(), part: part.into(), found: share.to_string() })
}

fn check_sum(name: &str, kind: &'static str, sum: f64) -> Result<(), MaterialError> {
    if (sum - 1.0).abs() <= SUM_TOLERANCE {
        return Ok(());
    }
    // An empty sum is −0.
    Err(MaterialError::Sum { name: name.into(), kind, sum: sum + 0.0, expected: "1" })
}
