//! X-rays of a tungsten tube behind filters, on an energy-integrating screen. Knows no sample.

use std::sync::OnceLock;

use voltomo_types::Probe;

use super::detected::{Arrival, Spectrum};
use super::error::{SpectrumError, check};
use crate::simulate::material::{Library, Nuclide, Substance};

/// Tube voltages that are answered for, kV.
const RANGE_KV: [f64; 2] = [30.0, 90.0];
/// Centre of the first fine bin, keV; they are 1 keV wide.
const FIRST_KEV: f64 = 1.5;

/// Something in the beam before the sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// What it is made of.
    pub substance: Substance,
    /// How thick it is, mm.
    pub mm: f64,
}

/// A tungsten tube: reflection anode of 25°, window of 0.2 mm beryllium.
///
/// Source: spekpy 2.5.4; Poludniowski et al. 2021, doi:10.1002/mp.14945.
#[derive(Debug, Clone, PartialEq)]
pub struct TubeBeam {
    /// Tube voltage, 30 to 90 kV.
    pub kv: f64,
    /// What the beam passes beside the window: metal sheets, air.
    pub filters: Vec<Filter>,
}

/// A caesium iodide screen whose signal is the energy of the photons it stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PanelResponse {
    /// Thickness of the screen, mm.
    pub csi_mm: f64,
    /// Share of the screen's volume that is caesium iodide (4.51 g/cm³); columns leave gaps.
    pub packing: f64,
}

impl Default for PanelResponse {
    fn default() -> Self {
        Self { csi_mm: 0.2, packing: 0.8 }
    }
}

impl Filter {
    /// Attenuation, 1/cm. Pure beryllium, aluminium and copper have the values of the spectra's
    /// own source: 4 % in copper at 8.5 keV, just below its edge, decide how much of the L lines
    /// a thin filter leaves.
    fn attenuation(&self, kev: f64) -> f64 {
        let known = match self.substance.fractions() {
            [(nuclide, _)] => tables().filters.iter().find(|(known, _)| known == nuclide),
            _ => None,
        };
        match known {
            Some((_, values)) => at(values, kev, f64::INFINITY) * self.substance.density(),
            None => self.substance.xray(kev),
        }
    }
}

impl TubeBeam {
    /// A tube with a copper filter, the usual one.
    ///
    /// `kv`: tube voltage. `copper_mm`: thickness of the filter, mm; 0 for none.
    #[must_use]
    pub fn with_copper(kv: f64, copper_mm: f64) -> Self {
        let copper = Library::standard().get("copper").expect("copper is built in");
        Self { kv, filters: vec![Filter { substance: copper, mm: copper_mm }] }
    }

    /// Photons a keV, cm² and mAs at 1 m behind the filters, with their energy in keV.
    ///
    /// Errors: a voltage or a thickness that is not answered for.
    pub fn emission(&self) -> Result<Vec<(f64, f64)>, SpectrumError> {
        check("the tube voltage, kV,", self.kv, RANGE_KV)?;
        for filter in &self.filters {
            let what = format!("the filter of {}, mm,", filter.substance.name());
            check(&what, filter.mm, [0.0, 1e5])?;
        }
        let pass = |kev: f64| -> f64 {
            let depth = |filter: &Filter| filter.attenuation(kev) * filter.mm / 10.0;
            (-self.filters.iter().map(depth).sum::<f64>()).exp()
        };
        let energies = std::iter::successors(Some(FIRST_KEV), |kev| Some(kev + 1.0));
        let energies = energies.take_while(|kev| *kev < self.kv);
        Ok(energies.map(|kev| (kev, unfiltered(self.kv, kev) * pass(kev))).collect())
    }
}

impl Spectrum {
    /// The spectrum of a tube as an energy-integrating panel sees it.
    ///
    /// A photon of energy E that the screen stops, `1 − exp(−µ_CsI(E)·d)`, gives the signal E.
    /// `bins`: 16 keep −ln T of a cell within 1 %, 24 within 0.5 %; of a starved ray, 4 and 3 %.
    /// Errors: a value that is not answered for; a beam of which nothing is left.
    pub fn tube(
        beam: &TubeBeam,
        panel: &PanelResponse,
        bins: usize,
    ) -> Result<Self, SpectrumError> {
        check("the thickness of the screen, mm,", panel.csi_mm, [1e-3, 10.0])?;
        check("the packing of the screen", panel.packing, [0.01, 1.0])?;
        let crystal = Library::standard().get("caesium_iodide").expect("the screen is built in");
        let screen_cm = panel.csi_mm / 10.0 * panel.packing;
        let arrival = |(kev, quanta): (f64, f64)| Arrival {
            at: kev,
            quanta,
            efficiency: 1.0 - (-crystal.xray(kev) * screen_cm).exp(),
            signal: kev,
        };
        let arrivals: Vec<Arrival> = beam.emission()?.into_iter().map(arrival).collect();
        Self::detected(Probe::Xray, &arrivals, bins)
    }
}

/// Photons a keV, cm² and mAs at 1 m, between the tabulated voltages.
///
/// Bremsstrahlung is interpolated at equal shares of the voltage, where its end stays the end;
/// the lines at equal energies, where they stay.
fn unfiltered(kv: f64, kev: f64) -> f64 {
    let tables = &tables().voltages;
    let above = tables.partition_point(|table| table.kv <= kv).clamp(1, tables.len() - 1);
    let (low, high) = (&tables[above - 1], &tables[above]);
    let place = (kv - low.kv) / (high.kv - low.kv);
    let scaled = |table: &Voltage| at(&table.continuum, kev / kv * table.kv, table.kv) * table.kv;
    let continuum = (scaled(low) * (1.0 - place) + scaled(high) * place) / kv;
    let line = |table: &Voltage| at(&table.lines, kev, kev.ceil());
    continuum + line(low) * (1.0 - place) + line(high) * place
}

/// Linear between bin centres; zero from `end` on.
fn at(values: &[f64], kev: f64, end: f64) -> f64 {
    let place = (kev - FIRST_KEV).max(0.0);
    let index = voltomo_numeric::cast::to_index(place);
    let value = |index: usize| values.get(index).copied().unwrap_or(0.0);
    let left = FIRST_KEV + place.floor();
    let width = (end - left).clamp(f64::MIN_POSITIVE, 1.0);
    value(index) + (value(index + 1) - value(index)) * (kev.max(FIRST_KEV) - left) / width
}

/// What the file of tables holds.
struct Tables {
    /// By rising voltage.
    voltages: Vec<Voltage>,
    /// Mass attenuation, cm²/g, by fine bin.
    filters: Vec<(Nuclide, Vec<f64>)>,
}

/// Spectra of one tabulated voltage, photons a keV, cm² and mAs at 1 m, by fine bin.
struct Voltage {
    kv: f64,
    continuum: Vec<f64>,
    lines: Vec<f64>,
}

/// What a row is of, and its values.
type Values = (&'static str, Vec<f64>);

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let text = include_str!("../material/tables/tube.txt");
        let of_kind = |kind: &'static str| {
            let rows = text.lines().filter(|line| !line.starts_with('#')).map(row);
            rows.filter(move |(_, found, _)| *found == kind).map(|(of, _, values)| (of, values))
        };
        let voltage = |(continuum, lines): (Values, Values)| {
            let kv = continuum.0.parse().expect("a voltage begins the row");
            Voltage { kv, continuum: continuum.1, lines: lines.1 }
        };
        let filter = |(symbol, values): Values| {
            (Nuclide::from_symbol(symbol).expect("a symbol begins the row"), values)
        };
        Tables {
            voltages: of_kind("continuum").zip(of_kind("lines")).map(voltage).collect(),
            filters: of_kind("filter").map(filter).collect(),
        }
    })
}

/// What the row is of, its kind, its values: `60 continuum 2.471e4 …`.
fn row(line: &'static str) -> (&'static str, &'static str, Vec<f64>) {
    let mut words = line.split_ascii_whitespace();
    let (of, kind) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    (of, kind, words.map(|word| word.parse().expect("the table holds numbers")).collect())
}
