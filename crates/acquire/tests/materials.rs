//! Materials against reference values computed by other programs. Knows no cell.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use voltomo_acquire::simulate::material::{HydrogenModel, Library, Substance};

/// One line of `physics_reference.csv`.
struct Row {
    id: u32,
    composition: String,
    density: f64,
    quantity: String,
    condition: String,
    value: f64,
    tolerance: f64,
}

fn rows() -> Vec<Row> {
    let text = include_str!("data/physics_reference.csv");
    text.lines().skip(1).map(|line| row(&cells(line))).collect()
}

/// Cells between commas; a quoted cell keeps its commas.
fn cells(line: &str) -> Vec<String> {
    let mut is_quoted = false;
    let split = line.split(move |c| {
        is_quoted ^= c == '"';
        c == ',' && !is_quoted
    });
    split.map(|cell| cell.trim_matches('"').to_owned()).collect()
}

fn row(cells: &[String]) -> Row {
    Row {
        id: cells[0].parse().unwrap(),
        composition: cells[3].clone(),
        density: cells[4].parse().unwrap(),
        quantity: cells[5].clone(),
        condition: cells[6].clone(),
        value: cells[7].parse().unwrap(),
        tolerance: cells[9].parse().unwrap(),
    }
}

fn substance(row: &Row) -> Substance {
    let made = if row.composition.contains(':') {
        Substance::mass_fractions("row", &row.composition, row.density)
    } else {
        Substance::formula("row", &row.composition, row.density)
    };
    made.unwrap()
}

/// The number in `E=20 keV` or `lambda=1.8 A`.
fn number(condition: &str) -> f64 {
    let text = condition.split('=').nth(1).unwrap();
    text.split_whitespace().next().unwrap().parse().unwrap()
}

fn assert_near(what: &str, found: f64, expected: f64, tolerance: f64) {
    let error = found / expected - 1.0;
    assert!(error.abs() <= tolerance, "{what}: {found}, expected {expected}, off by {error:.4}");
}

#[test]
fn xray_attenuation_meets_every_reference_row() {
    let rows: Vec<Row> = rows().into_iter().filter(|row| row.quantity == "mu_total").collect();
    assert_eq!(rows.len(), 27);
    for row in rows {
        let found = substance(&row).xray(number(&row.condition));
        assert_near(&format!("row {}", row.id), found, row.value, row.tolerance);
    }
}

#[test]
fn neutron_attenuation_meets_every_reference_row_at_one_wavelength() {
    let is_meant =
        |row: &Row| row.quantity.starts_with("Sigma_total") && row.condition.contains('=');
    let rows: Vec<Row> = rows().into_iter().filter(is_meant).collect();
    assert_eq!(rows.len(), 21);
    for row in rows {
        let model = match row.quantity.as_str() {
            "Sigma_total bound-H" => HydrogenModel::Bound,
            "Sigma_total eff-H (water)" => HydrogenModel::Water,
            _ => HydrogenModel::Organic,
        };
        let found = substance(&row).neutron(number(&row.condition), model);
        assert_near(&format!("row {}", row.id), found, row.value, row.tolerance);
    }
}

#[test]
fn soaked_coats_have_the_densities_of_the_reference() {
    let library = Library::standard();
    let expected = [
        ("graphite_coat_soaked", 1.90),
        ("hard_carbon_coat_soaked", 1.45),
        ("lfp_coat_soaked", 2.65),
        ("nmc622_coat_soaked", 3.40),
        ("nfm111_coat_soaked", 3.24),
        ("prussian_white_coat_soaked", 1.68),
        ("nvpf_coat_soaked", 2.43),
        ("pp_membrane_dry", 0.53),
        ("pp_nonwoven_dry", 0.27),
        ("glass_fibre_dry", 0.25),
    ];
    for (name, density) in expected {
        let found = library.get(name).unwrap().density();
        assert!((found - density).abs() <= 0.011, "{name}: {found}, expected {density}");
    }
}
