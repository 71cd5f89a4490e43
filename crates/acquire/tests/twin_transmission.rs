//! What comes through the cells: rays traced through them, held to transmissions that were worked
//! out from thicknesses alone.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use voltomo_acquire::simulate::{
    ColumnRays, PathLengths, RowRay, Sample,
    cell::{Cell, CellFile},
    material::{HydrogenModel, Library},
    spectrum::{AttenuationTable, PanelResponse, ScreenResponse, Spectrum, ThermalBeam, TubeBeam},
};
use voltomo_types::Probe;

/// Materials and their thicknesses, mm.
type Layers = &'static [(&'static str, f64)];

fn neutrons() -> Spectrum {
    Spectrum::thermal(&ThermalBeam::default(), &ScreenResponse::default(), 24).unwrap()
}

fn tube(kv: f64, copper_mm: f64) -> Spectrum {
    Spectrum::tube(&TubeBeam::with_copper(kv, copper_mm), &PanelResponse::default(), 48).unwrap()
}

/// The cell as its figures are given: without the sleeve. The tabs stay, or become thin.
fn sodium_cell(tabs_mm: f64) -> Cell {
    let mut file = CellFile::read("18650-na-1500").unwrap().without_defects();
    let CellFile::Cylindrical(roll) = &mut file else { panic!("an 18650 is cylindrical") };
    roll.sleeve.thickness_um = 0.0;
    (roll.positive_tab.thickness_mm, roll.negative_tab.thickness_mm) = (tabs_mm, tabs_mm);
    Cell::build(&file, &[], &Library::standard()).unwrap()
}

/// Mean transmission of horizontal rays at the distance `s` from the axis, from all sides.
fn transmission(cell: &Cell, spectrum: &Spectrum, s: f64) -> f64 {
    let table = AttenuationTable::new(spectrum, cell.substances());
    let mut lengths = PathLengths::new(cell.substances().len(), 1);
    let (mut sum, count) = (0.0, 120);
    for k in 0..count {
        let (sin, cos) = (f64::from(k) * std::f64::consts::TAU / f64::from(count)).sin_cos();
        let rows = [RowRay { z: 32.0, slope: 0.0 }];
        let rays = ColumnRays { origin: [s * cos, -s * sin], direction: [sin, cos], rows: &rows };
        lengths.clear();
        cell.trace(&rays, &mut lengths);
        let mut through = [0.0];
        table.transmission(&lengths, &mut through);
        sum += f64::from(through[0]);
    }
    sum / f64::from(count)
}

/// The figures are for a roll of uniform rings from the radius 1.75 to 8.75 mm, without tabs. A
/// spiral's innermost turn begins half a pitch farther out on average, so the ray beside the core
/// is taken at 2.0 mm. X-rays at the rim meet the negative tab, which the figures leave out: there
/// tabs are thin.
#[test]
fn transmission_of_the_sodium_cell_is_that_of_its_thicknesses() {
    // Distance from the axis, mm; neutrons, 60 kV with 0.1 and 0.5 mm Cu, 80 kV with the same.
    let expected = [
        (0.0, ["0.151", "0.025", "0.051", "0.066", "0.12"]),
        (2.0, ["0.101", "0.015", "0.033", "0.047", "0.089"]),
        (6.0, ["0.173", "0.023", "0.048", "0.064", "0.12"]),
        (8.5, ["0.483", "0.023", "0.049", "0.068", "0.13"]),
        (8.88, ["0.62", "9e-4", "2.3e-3", "9e-3", "0.020"]),
    ];
    let beams = [neutrons(), tube(60.0, 0.1), tube(60.0, 0.5), tube(80.0, 0.1), tube(80.0, 0.5)];
    let (whole, thin) = (sodium_cell(0.1), sodium_cell(0.001));
    for (s, figures) in expected {
        for (spectrum, figure) in beams.iter().zip(figures) {
            let at_tab = s == 8.5 && spectrum.probe() == Probe::Xray;
            let cell = if at_tab { &thin } else { &whole };
            let found = transmission(cell, spectrum, s);
            let value: f64 = figure.parse().unwrap();
            let allowed = 0.05 * value + half_of_the_last_digit(figure);
            assert!((found - value).abs() < allowed, "s = {s} mm: {found}, expected {figure}");
        }
    }
}

/// Edge-on through a coin cell: twice 0.25 mm of can, 0.25 mm of cap and 0.35 mm of gasket, and
/// what lies in the plane; the floor of the can has nothing around it. Where a foil ends before the
/// separator does, there is electrolyte beside it.
#[test]
fn transmission_edge_on_through_a_coin_is_that_of_its_thicknesses() {
    let walls = [("ss304", 1.0), ("pp", 0.7)];
    let planes: [(Layers, [&str; 6]); 7] = [
        (&[("ss304", 15.5)], ["0.11", "8e-10", "2e-9", "1e-6", "3e-6", "8e-6"]),
        (&[("ss304", 15.0), ("pp", -0.7)], ["0.16", "1e-9", "4e-9", "1e-6", "4e-6", "1e-5"]),
        (
            &[("copper", 15.0), ("electrolyte_lipf6", 3.0)],
            ["0.08", "4e-13", "1e-12", "2e-8", "7e-8", "2e-7"],
        ),
        (
            &[("lithium", 15.6), ("electrolyte_lipf6", 1.0)],
            ["0.011", "0.070", "0.13", "0.050", "0.14", "0.24"],
        ),
        (&[("pp_membrane_soaked", 18.0)], ["0.003", "0.054", "0.10", "0.039", "0.11", "0.19"]),
        (&[("pp_nonwoven_dry", 18.0)], ["0.074", "0.074", "0.14", "0.052", "0.15", "0.25"]),
        (&[], ["0.65", "0.082", "0.15", "0.058", "0.17", "0.28"]),
    ];
    let beams = [neutrons(), tube(60.0, 0.1), tube(60.0, 0.5)];
    let beams = beams.into_iter().chain([tube(80.0, 0.0), tube(80.0, 0.1), tube(80.0, 0.5)]);
    let beams: Vec<Spectrum> = beams.collect();
    let library = Library::standard();
    for (plane, figures) in planes {
        let layers: Vec<_> = walls.iter().chain(plane).collect();
        let substances: Vec<_> =
            layers.iter().map(|(name, _)| library.get(name).unwrap()).collect();
        let lengths: Vec<_> =
            substances.iter().zip(&layers).map(|(substance, (_, mm))| (substance, *mm)).collect();
        for (spectrum, figure) in beams.iter().zip(figures) {
            let found = spectrum.transmission(&lengths, HydrogenModel::Organic);
            let value: f64 = figure.parse().unwrap();
            let share = if value < 1e-5 { 0.3 } else { 0.05 };
            let allowed = share * value + half_of_the_last_digit(figure);
            assert!((found - value).abs() < allowed, "{plane:?}: {found:e}, expected {figure}");
        }
    }
}

fn half_of_the_last_digit(figure: &str) -> f64 {
    let (digits, power) = figure.split_once('e').unwrap_or((figure, "0"));
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let decimals = i32::try_from(decimals).unwrap();
    0.5 * 10f64.powi(power.parse::<i32>().unwrap() - decimals)
}
