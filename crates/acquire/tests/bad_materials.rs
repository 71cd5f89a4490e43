//! Mistakes in materials and beams, each with the message that a person reads. Knows no file.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::collections::BTreeMap;

use voltomo_acquire::simulate::material::{
    HydrogenModel, Library, MaterialDefinition, MaterialError, Substance,
};
use voltomo_acquire::simulate::spectrum::{
    Filter, PanelResponse, ScreenResponse, Spectrum, ThermalBeam, TubeBeam, report,
};
use voltomo_types::Probe;

fn formula_message(formula: &str) -> String {
    Substance::formula("cathode", formula, 3.0).unwrap_err().to_string()
}

fn defined(text: &str) -> Result<Library, MaterialError> {
    let definitions: BTreeMap<String, MaterialDefinition> = toml::from_str(text).unwrap();
    Library::standard().with(&definitions)
}

fn definition_message(text: &str) -> String {
    defined(text).unwrap_err().to_string()
}

fn assert_says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
}

#[test]
fn bad_element_is_named_with_the_nearest() {
    assert_says(&formula_message("LiFeQ4"), &["`Q` is no element", "LiFeQ4"]);
    assert_says(&formula_message("Lx2O"), &["`Lx` is no element, did you mean `"]);
    assert_says(&formula_message("9LiF"), &["`9Li` is no element", "6Li"]);
}

#[test]
fn bad_formula_says_where() {
    assert_says(&formula_message("Fe(CN6"), &["character 7", "the end", "expected `)`"]);
    assert_says(&formula_message("Fe)2"), &["character 3", "`)`"]);
    assert_says(&formula_message("fe2O3"), &["character 1", "`f`", "element such as Fe"]);
    assert_says(&formula_message("Fe2-O3"), &["character 4", "`-`"]);
    assert_says(&formula_message("Fe1.2.3O"), &["character 3", "`1.2.3`", "index"]);
    assert_says(&formula_message("Fe0O"), &["character 3", "`0`", "index above 0"]);
    assert_says(&formula_message(""), &["character 1", "the end"]);
    assert_says(&formula_message("CuSO4·"), &["character 7", "the end"]);
    assert_says(&formula_message(&"(".repeat(100)), &["character 17", "brackets"]);
}

#[test]
fn bad_density_is_refused() {
    for density in [-1.0, f64::NAN, f64::INFINITY, 7930.0] {
        let message = Substance::formula("can", "Fe", density).unwrap_err().to_string();
        assert_says(&message, &["density of `can`", &density.to_string(), "0 to 25"]);
    }
}

#[test]
fn bad_mass_fractions_are_refused() {
    let message = |list| Substance::mass_fractions("can", list, 7.9).unwrap_err().to_string();
    assert_says(&message("Fe:0.7;Cr:0.2"), &["mass fractions of `can` sum to 0.9"]);
    assert_says(&message("Fe:0.7;Cr"), &["`Cr` in `Fe:0.7;Cr`", "Fe:0.705"]);
    assert_says(&message("Fe:1.5;Cr:-0.5"), &["`Fe` in `can`", "1.5"]);
    assert_says(&message("Fe:NaN;Cr:0.5"), &["NaN", "0 to 1"]);
    assert_says(&message("Fr:1"), &["no neutron data for Fr"]);
    assert_says(&message(""), &["sum to 0"]);
}

#[test]
fn bad_element_without_data_is_refused() {
    assert_says(&formula_message("PoO2"), &["no neutron data for Po", "cathode"]);
    assert_says(&formula_message("PuO2"), &["no X-ray data for Pu"]);
}

#[test]
fn bad_mixture_is_refused() {
    let steel = Library::standard().get("ss304").unwrap();
    let error = Substance::mixture("stack", &[(&steel, 0.7), (&steel, 0.6)]).unwrap_err();
    assert_says(&error.to_string(), &["volume fractions of `stack` sum to 1.3000", "at most 1"]);
    let error = Substance::soaked("coat", &steel, &steel, 1.5).unwrap_err();
    assert_says(&error.to_string(), &["`ss304` in `coat`", "1.5"]);
}

#[test]
fn bad_name_is_answered_with_the_nearest() {
    let message = Library::standard().get("ss340").unwrap_err().to_string();
    assert_says(&message, &["no material `ss340`, did you mean `ss304`?", "[materials.ss340]"]);
}

#[test]
fn bad_definitions_are_refused() {
    assert_says(
        &definition_message("[foam]\ndensity = 1.0"),
        &["materials.foam", "no composition"],
    );
    assert_says(&definition_message("[foam]\nformula = \"C\""), &["no `density`"]);
    let two = "[foam]\nformula = \"C\"\nmass = \"C:1\"\ndensity = 1.0";
    assert_says(&definition_message(two), &["`formula` and `mass`", "one of"]);
    let density = "[foam]\nmixture = { pp = 0.5 }\ndensity = 1.0";
    assert_says(&definition_message(density), &["a `density`", "follows from the parts"]);
    assert_says(&definition_message("[foam]\ndry = \"pp\""), &["lacks one of", "porosity"]);
    let circle = "[a]\nmixture = { b = 0.5 }\n[b]\nmixture = { a = 0.5 }";
    assert_says(&definition_message(circle), &["needs itself, by way of a, b"]);
    let unknown = "[foam]\nmixture = { ppp_membrane_dry = 0.5 }";
    assert_says(&definition_message(unknown), &["did you mean `pp_membrane_dry`?"]);
}

#[test]
fn bad_key_of_a_definition_is_named() {
    let text = "[foam]\nformula = \"C\"\ndensty = 1.0";
    let parsed: Result<BTreeMap<String, MaterialDefinition>, _> = toml::from_str(text);
    assert_says(&parsed.unwrap_err().to_string(), &["line 3", "densty", "density"]);
}

#[test]
fn definitions_in_any_order_and_over_built_in_ones_are_made() {
    let text = "[a]\nmixture = { b = 0.5 }\n[b]\nblend = { SiO2 = 0.5, pp = 0.5 }\ndensity = 2.0
        [pp]\nformula = \"C3H6\"\ndensity = 0.8";
    let library = defined(text).unwrap();
    assert!((library.get("a").unwrap().density() - 1.0).abs() < 1e-12);
    assert!((library.get("pp").unwrap().density() - 0.8).abs() < 1e-12);
}

#[test]
fn bad_beams_are_refused() {
    let tube = |kv, filters| {
        let beam = TubeBeam { kv, filters };
        Spectrum::tube(&beam, &PanelResponse::default(), 16).unwrap_err().to_string()
    };
    assert_says(&tube(120.0, Vec::new()), &["tube voltage, kV, is 120", "30 to 90"]);
    assert_says(&tube(f64::NAN, Vec::new()), &["NaN"]);
    let lead = Substance::formula("lead", "Pb", 11.35).unwrap();
    let filter = |mm| vec![Filter { substance: lead.clone(), mm }];
    assert_says(&tube(80.0, filter(-1.0)), &["filter of lead, mm, is -1"]);
    assert_says(&tube(80.0, filter(1000.0)), &["sees nothing", "thinner filters"]);
    let beam = ThermalBeam { range_angstrom: [3.0, 2.0], ..ThermalBeam::default() };
    let error = Spectrum::thermal(&beam, &ScreenResponse::default(), 16).unwrap_err();
    assert_says(&error.to_string(), &["longest wavelength, angstrom, is 2"]);
    let error = Spectrum::thermal(&ThermalBeam::default(), &ScreenResponse::default(), 0);
    assert_says(&error.unwrap_err().to_string(), &["number of bins is 0"]);
    let error = Spectrum::line(Probe::Xray, 200.0).unwrap_err();
    assert_says(&error.to_string(), &["energy of the line, keV, is 200"]);
}

#[test]
fn bad_reports_are_refused() {
    let message =
        |text, density| report(text, density, HydrogenModel::Organic).unwrap_err().to_string();
    assert_says(&message("C3H6", None), &["`C3H6` is a formula", "--density"]);
    assert_says(&message("ss340", None), &["did you mean `ss304`?"]);
    assert_says(&message("C3Hx6", Some(1.0)), &["`Hx` is no element"]);
    assert_says(&message("pp", Some(-1.0)), &["density of `pp` is -1"]);
}

#[test]
fn a_report_holds_the_key_values_of_both_beams() {
    let report = report("C3H6", Some(0.905), HydrogenModel::Organic).unwrap();
    let text = report.to_string();
    assert_says(&text, &["C3H6, 0.9050 g/cm3", "0.85628", "60 keV", "80 kV, 0.5 mm Cu", "1.8 A"]);
    assert!((report.neutron[1].total_per_cm / 4.5766 - 1.0).abs() < 0.01, "{text}");
    assert!((report.xray[3].total_per_cm / 0.17827 - 1.0).abs() < 0.005, "{text}");
    assert!((report.neutron_effective_per_cm / 4.4543 - 1.0).abs() < 0.02, "{text}");
}

#[test]
fn bad_formula_that_looks_like_a_name_is_asked_about() {
    let said = report("SS304", Some(7.9), HydrogenModel::Organic).unwrap_err().to_string();
    assert_says(&said, &["`SS304` reads as a formula", "write `ss304`", "`(SS304)`"]);
    assert!(report("(SS304)", Some(7.9), HydrogenModel::Organic).is_ok());
    let said = report("steel", None, HydrogenModel::Organic).unwrap_err().to_string();
    assert_says(&said, &["did you mean `can_steel`?", "material --list"]);
}
