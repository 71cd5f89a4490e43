//! X-ray attenuation of elements, tabulated from 1 to 160 keV. Knows no mixtures.
//!
//! Between nodes log µ is linear in log E; an absorption edge has two nodes of one energy, the
//! upper side counting there. Against the source: 0.36 % of the total at worst, any element.
//! Source: Elam, Ravel & Sieber 2002, doi:10.1016/S0969-806X(01)00227-4.

use std::sync::OnceLock;

use super::nuclide::Nuclide;

/// Lowest and highest tabulated energy, keV.
pub(super) const RANGE_KEV: [f64; 2] = [1.0, 160.0];

/// The processes that attenuate X-rays, in the unit of the asker: 1/cm or cm²/g.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
pub struct XrayParts {
    /// Photoelectric absorption.
    pub photoelectric: f64,
    /// Coherent (Rayleigh) scattering.
    pub coherent: f64,
    /// Incoherent (Compton) scattering.
    pub incoherent: f64,
}

impl XrayParts {
    /// All processes together.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.photoelectric + self.coherent + self.incoherent
    }
}

/// One process of one element: logarithms of energy (keV) and of mass attenuation (cm²/g).
type Curve = Vec<[f64; 2]>;

/// Whether the tables hold the element.
pub(super) fn is_tabulated(nuclide: Nuclide) -> bool {
    (1..=curves().len()).contains(&usize::from(nuclide.protons()))
}

/// Mass attenuation of an element, cm²/g; of an isotope, with its own weight. Energies outside
/// the table are taken at its nearest end.
pub(super) fn mass_attenuation(nuclide: Nuclide, kev: f64) -> XrayParts {
    let [photoelectric, coherent, incoherent] = &curves()[usize::from(nuclide.protons()) - 1];
    let log_kev = kev.clamp(RANGE_KEV[0], RANGE_KEV[1]).ln();
    let lighter = nuclide.element().weight() / nuclide.weight();
    XrayParts {
        photoelectric: at(photoelectric, log_kev) * lighter,
        coherent: at(coherent, log_kev) * lighter,
        incoherent: at(incoherent, log_kev) * lighter,
    }
}

fn at(curve: &Curve, log_kev: f64) -> f64 {
    let above = curve.partition_point(|node| node[0] <= log_kev).clamp(1, curve.len() - 1);
    let ([x0, y0], [x1, y1]) = (curve[above - 1], curve[above]);
    (y0 + (y1 - y0) * (log_kev - x0) / (x1 - x0)).exp()
}

/// Photoelectric, coherent, incoherent; by Z − 1.
fn curves() -> &'static [[Curve; 3]] {
    static CURVES: OnceLock<Vec<[Curve; 3]>> = OnceLock::new();
    CURVES.get_or_init(|| {
        let text = include_str!("tables/xray.txt");
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        lines.chunks_exact(3).map(|three| std::array::from_fn(|i| curve(three[i]))).collect()
    })
}

/// `Fe photoelectric 1:9081 1.5:3390 …`.
fn curve(line: &str) -> Curve {
    let number = |text: &str| text.parse::<f64>().expect("the table holds numbers").ln();
    let nodes = line.split_ascii_whitespace().skip(2).filter_map(|word| word.split_once(':'));
    nodes.map(|(kev, value)| [number(kev), number(value)]).collect()
}
