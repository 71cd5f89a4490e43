//! Coin cells of known truth: every defect found, placed and measured, and none in a good cell.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::{Array3, ArrayViewMut1, Axis, Zip, s};
use voltomo_acquire::simulate::Sample;
use voltomo_acquire::simulate::cell::{Cell, CellFile};
use voltomo_acquire::simulate::instrument::Profile;
use voltomo_acquire::simulate::material::{HydrogenModel, Library};
use voltomo_acquire::simulate::shape::{Placement, Scene, VoxelRequest};
use voltomo_inspect::coin::{CoinInspection, CoinSettings, inspect};
use voltomo_inspect::{InspectError, Limits, Seen, judge_all};
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_numeric::random::Random;
use voltomo_types::{Finding, FindingKind, LengthUnit, Probe, Verdict, VoxelGrid};

const VOXEL: f64 = 0.084;
/// Resolution, mm.
const SHARP_MM: f64 = 0.2;
/// Noise of a voxel, 1/cm.
const NOISE: f64 = 0.1;
/// Mean chord of the coin, mm: what light goes through where the layers lie along the rays.
const CHORD_MM: f64 = 15.7;
/// Scattered light behind everything, as a share of the open beam.
const HAZE: f32 = 0.03;
/// Height at z = 0 of the volume.
const AIM_MM: f64 = 1.6;

struct Volume {
    attenuation: Array3<f32>,
    grid: VoxelGrid,
    probe: Probe,
}

impl Volume {
    fn seen(&self) -> Seen<'_> {
        let attenuation = self.attenuation.view();
        Seen { attenuation, grid: self.grid, probe: self.probe, is_quantitative: true }
    }

    fn inspected(&self) -> CoinInspection {
        let mut found = inspect(&self.seen(), None, &CoinSettings::default()).unwrap();
        found.findings = judge_all(found.findings, &Limits::default());
        for finding in &found.findings {
            println!("{:?} {:?} {}", finding.kind, finding.verdict, finding.note);
        }
        found
    }

    /// Standing on its rim: what was z is now x.
    fn standing(mut self) -> Self {
        self.attenuation.swap_axes(0, 2);
        self.attenuation = self.attenuation.as_standard_layout().into_owned();
        self.grid.shape.swap(0, 2);
        self.grid.first.swap(0, 2);
        self
    }
}

fn cell(name: &str, defect: &str) -> Cell {
    let text = format!("{}\n[[defect]]\n{defect}\n", CellFile::builtin(name).unwrap());
    let text = if defect.is_empty() { CellFile::builtin(name).unwrap().to_string() } else { text };
    Cell::build(&CellFile::parse(&text, name).unwrap(), &[], &Library::standard()).unwrap()
}

/// The truth on the voxels of a scan.
fn truth(scene: &Scene, probe: Probe) -> Volume {
    let profile = match probe {
        Probe::Neutron => Profile::titan(),
        Probe::Xray => Profile::imax(),
    };
    let spectrum = profile.spectrum().unwrap();
    let thin = |substance| spectrum.effective_attenuation(substance, HydrogenModel::Organic);
    let coefficients: Vec<f64> = scene.materials().iter().map(thin).collect();
    let shape = [64, 260, 260];
    let half = |count: usize| 0.5 * (count as f64 - 1.0) * VOXEL;
    let request = VoxelRequest {
        shape,
        voxel: VOXEL,
        first: [AIM_MM + half(shape[0]), 0.11 - half(shape[1]), -0.07 - half(shape[2])],
        samples: 2,
    };
    let attenuation = scene.voxels(&request, 0..shape[0], &[coefficients]).attenuations.remove(0);
    let first = [-half(shape[0]), request.first[1], request.first[2]];
    let grid = VoxelGrid { shape, voxel: VOXEL, first, unit: LengthUnit::Millimetre };
    Volume { attenuation, grid, probe }
}

/// As neutrons show it lying flat: light is blurred along the axis, not µ.
fn flat(scene: &Scene) -> Volume {
    let mut volume = truth(scene, Probe::Neutron);
    let light = to_f32(-0.1 * CHORD_MM);
    volume.attenuation.mapv_inplace(|mu| (light * mu).exp() + HAZE);
    blur(&mut volume.attenuation, Axis(0));
    volume.attenuation.mapv_inplace(|through| (through / (1.0 + HAZE)).ln() / light);
    blur(&mut volume.attenuation, Axis(1));
    blur(&mut volume.attenuation, Axis(2));
    with_noise(volume)
}

/// As it shows standing, with a blur that is the same all round.
fn standing(scene: &Scene, probe: Probe) -> Volume {
    let mut volume = truth(scene, probe);
    for axis in 0..3 {
        blur(&mut volume.attenuation, Axis(axis));
    }
    with_noise(volume).standing()
}

fn blur(volume: &mut Array3<f32>, axis: Axis) {
    let sigma = SHARP_MM / 2.3548 / VOXEL;
    let weights: Vec<f64> =
        (-4..=4).map(|k| (-0.5 * (f64::from(k) / sigma).powi(2)).exp()).collect();
    let sum: f64 = weights.iter().sum();
    let lane = |mut lane: ArrayViewMut1<'_, f32>| {
        let old = lane.to_vec();
        let last = old.len() - 1;
        for (at, value) in lane.iter_mut().enumerate() {
            let near = weights.iter().enumerate().map(|(k, weight)| {
                weight / sum * f64::from(old[(at + k).saturating_sub(4).min(last)])
            });
            *value = to_f32(near.sum());
        }
    };
    Zip::from(volume.lanes_mut(axis)).par_for_each(lane);
}

fn with_noise(mut volume: Volume) -> Volume {
    let mut chance = Random::new(5);
    volume.attenuation.mapv_inplace(|mu| mu + to_f32(NOISE * chance.normal()));
    volume
}

fn of(found: &CoinInspection, kind: FindingKind) -> &Finding {
    found.findings.iter().find(|finding| finding.kind == kind).unwrap()
}

fn value(finding: &Finding, name: &str) -> f64 {
    finding.measure(name).unwrap().value
}

/// Where a point of the cell, `[x, y, z]`, lies in the volume of a flat coin, `[z, y, x]`.
fn assert_at(finding: &Finding, [x, y, z]: [f64; 3], within: f64) {
    let found = finding.place.unwrap().volume_mm;
    let wanted = [AIM_MM - z, y, x];
    let away = (0..3).map(|i| (found[i] - wanted[i]).powi(2)).sum::<f64>().sqrt();
    assert!(away < within, "{found:?}, wanted {wanted:?}");
}

fn assert_share(found: f64, wanted: f64, within: f64) {
    assert!((found / wanted - 1.0).abs() < within, "{found}, wanted {wanted}");
}

/// Nothing wrong is said of it.
fn assert_good(found: &CoinInspection) {
    let defects = [FindingKind::GasBubble, FindingKind::LithiumPitting, FindingKind::MissingSpring];
    for finding in &found.findings {
        assert!(!defects.contains(&finding.kind), "{}", finding.note);
        let is_good = !matches!(finding.verdict, Verdict::Fail | Verdict::Doubtful);
        assert!(is_good, "{:?} {:?}: {}", finding.kind, finding.verdict, finding.note);
    }
}

#[test]
fn a_drained_coin_shows_its_band_and_nothing_wrong() {
    let found = flat(&cell("2032-k-li", "").scene).inspected();
    assert_good(&found);
    let whole = of(&found, FindingKind::Cell);
    assert_share(value(whole, "height"), 3.2, 0.01);
    assert_share(value(whole, "diameter"), 20.0, 0.003);
    assert_share(value(whole, "bright_layer_thickness"), 0.475, 0.15);
    let band = of(&found, FindingKind::SeparatorBand);
    assert_at(band, [0.0, 0.0, 0.896], 2.0 * VOXEL);
    // Voxels that are half gas and half steel let through less light than both beside each other.
    assert!((0.03..0.13).contains(&value(band, "gas_thickness")));
    assert!(value(band, "depth") > 0.2);
    let cavity = of(&found, FindingKind::PunchCavity);
    assert_at(cavity, [0.0, 0.0, 2.4355], 2.0 * VOXEL);
    assert_share(value(cavity, "height"), 1.029, 0.05);
    let gasket = of(&found, FindingKind::Gasket);
    assert_share(value(gasket, "covered"), 1.0, 1e-9);
    assert_share(value(gasket, "height"), 2.35, 0.1);
}

#[test]
fn a_wetted_coin_has_no_band_and_that_is_said_to_be_right() {
    let found = flat(&cell("2032-k-li-wetted", "").scene).inspected();
    assert_good(&found);
    let band = of(&found, FindingKind::SeparatorBand);
    assert!(band.place.is_none() && band.note.contains("wetted"), "{}", band.note);
}

#[test]
fn a_coin_between_two_coats_shows_its_band_and_nothing_wrong() {
    let found = flat(&cell("2032-a-k", "").scene).inspected();
    assert_good(&found);
    assert_at(of(&found, FindingKind::SeparatorBand), [0.0, 0.0, 0.896], 2.0 * VOXEL);
}

#[test]
fn a_leaning_spacer_is_measured() {
    let defect = "kind = \"spacer_tilt\"\ntilt_deg = 2.0\nangle_deg = 70.0";
    let cell = cell("2032-k-li", defect);
    let found = flat(&cell.scene).inspected();
    let tilt = of(&found, FindingKind::SpacerTilt);
    assert_eq!(tilt.verdict, Verdict::Fail);
    assert_at(tilt, cell.defects[0].place_mm, 1.0);
    assert_share(value(tilt, "tilt"), 2.0, 0.15);
    assert!((value(tilt, "direction") - 70.0).abs() < 3.0);
    assert_share(value(tilt, "rise"), cell.defects[0].size_mm[2], 0.15);
}

#[test]
fn a_shifted_cathode_and_a_shifted_anode_are_measured() {
    for (side, index, shift, degrees) in [("cathode", 0, 1.0, 200.0), ("anode", 1, 0.8, 40.0)] {
        let defect = format!(
            "kind = \"electrode_shift\"\nelectrode = \"{side}\"\nshift_mm = {shift}\n\
             angle_deg = {degrees}"
        );
        let cell = cell("2032-k-li", &defect);
        let found = flat(&cell.scene).inspected();
        let mut shifts =
            found.findings.iter().filter(|finding| finding.kind == FindingKind::ElectrodeShift);
        let finding = shifts.nth(index).unwrap();
        assert_eq!(finding.verdict, Verdict::Fail);
        assert_at(finding, cell.defects[0].place_mm, 1.0);
        assert_share(value(finding, "shift"), shift, 0.15);
        assert!((value(finding, "direction") - degrees).abs() < 3.0);
    }
}

#[test]
fn a_pit_is_found_and_measured() {
    let defect = "kind = \"lithium_pitting\"\ndepth_um = 250.0\ndiameter_mm = 1.5\n\
                  radius_mm = 4.0\nangle_deg = 60.0";
    let cell = cell("2032-k-li", defect);
    let found = flat(&cell.scene).inspected();
    let pit = of(&found, FindingKind::LithiumPitting);
    assert_at(pit, cell.defects[0].place_mm, 2.0 * VOXEL);
    assert_share(value(pit, "diameter"), 1.5, 0.2);
    assert_share(value(pit, "depth"), 0.25, 0.3);
    assert!(!found.findings.iter().any(|finding| finding.kind == FindingKind::GasBubble));
}

#[test]
fn a_bubble_is_found_and_measured() {
    let defect = "kind = \"gas_bubble\"\ndiameter_mm = 2.5\nradius_mm = 4.0\nangle_deg = 135.0";
    let cell = cell("2032-k-li", defect);
    let found = flat(&cell.scene).inspected();
    let bubble = of(&found, FindingKind::GasBubble);
    assert_at(bubble, cell.defects[0].place_mm, 2.0 * VOXEL);
    assert_share(value(bubble, "diameter"), 2.5, 0.15);
    assert!(!found.findings.iter().any(|finding| finding.kind == FindingKind::LithiumPitting));
}

#[test]
fn a_bubble_in_a_wetted_coin_is_a_bubble() {
    let defect = "kind = \"gas_bubble\"\ndiameter_mm = 2.5\nradius_mm = 3.0\nangle_deg = 300.0";
    let cell = cell("2032-k-li-wetted", defect);
    let found = flat(&cell.scene).inspected();
    let bubble = of(&found, FindingKind::GasBubble);
    assert_at(bubble, cell.defects[0].place_mm, 2.0 * VOXEL);
    assert!(!found.findings.iter().any(|finding| finding.kind == FindingKind::LithiumPitting));
}

#[test]
fn a_shifted_anode_of_graphite_is_seen_where_the_spacer_does_not_hide_it() {
    let defect =
        "kind = \"electrode_shift\"\nelectrode = \"anode\"\nshift_mm = 1.2\nangle_deg = 80.0";
    let found = flat(&cell("2032-a-k", defect).scene).inspected();
    let mut shifts =
        found.findings.iter().filter(|finding| finding.kind == FindingKind::ElectrodeShift);
    let anode = shifts.nth(1).unwrap();
    assert_eq!(anode.verdict, Verdict::Fail);
    assert!((value(anode, "direction") - 80.0).abs() < 5.0);
}

#[test]
fn a_smeared_coin_is_not_looked_into() {
    let mut volume = flat(&cell("2032-k-li", "").scene);
    let old = volume.attenuation.clone();
    // What a tilt of the axis by 3 degrees does: each layer becomes a double cone.
    for ((k, j, i), mu) in volume.attenuation.indexed_iter_mut() {
        let [_, y, x] = volume.grid.centre_of([k, j, i]);
        let by = to_index(0.05 * x.hypot(y) / VOXEL + 0.5);
        let (up, down) = ((k + by).min(63), k.saturating_sub(by));
        *mu = 0.5 * (old[[up, j, i]] + old[[down, j, i]]);
    }
    let found = volume.inspected();
    assert_eq!(found.findings.len(), 1);
    assert!(found.findings[0].note.contains("tilt_deg"), "{}", found.findings[0].note);
}

#[test]
fn a_forgotten_spring_is_missed() {
    let cell = cell("2032-k-li", "kind = \"missing_spring\"");
    let found = flat(&cell.scene).inspected();
    let missing = of(&found, FindingKind::MissingSpring);
    assert_at(missing, cell.defects[0].place_mm, 1.0);
    let size = missing.extent_mm.unwrap();
    for (found, wanted) in size.into_iter().zip(cell.defects[0].size_mm) {
        assert_share(found, wanted, 0.15);
    }
}

#[test]
fn a_gasket_with_a_gap_is_seen_to_be_broken() {
    let mut volume = flat(&cell("2032-k-li", "").scene);
    let grid = volume.grid;
    for ((k, j, i), mu) in volume.attenuation.indexed_iter_mut() {
        let [_, y, x] = grid.centre_of([k, j, i]);
        let (radius, degrees) = (x.hypot(y), y.atan2(x).to_degrees());
        if (9.2..9.8).contains(&radius) && (30.0..50.0).contains(&degrees) && *mu > 1.5 {
            *mu = 0.0;
        }
    }
    let found = volume.inspected();
    let gasket = of(&found, FindingKind::Gasket);
    assert_eq!(gasket.verdict, Verdict::Fail);
    assert_share(value(gasket, "gap"), 20.0, 0.25);
    assert!((gasket.place.unwrap().angle_deg - 40.0).abs() < 4.0);
}

#[test]
fn a_standing_coin_that_leans_is_found_as_well() {
    let lean = Placement::tilted([0.0, 0.0, AIM_MM], 0.6, 4.0f64.to_radians());
    let scene = cell("2032-a-k", "").scene.placed(&lean).unwrap();
    let found = standing(&scene, Probe::Neutron).inspected();
    assert_good(&found);
    let whole = of(&found, FindingKind::Cell);
    assert_share(value(whole, "height"), 3.2, 0.02);
    assert_share(value(whole, "diameter"), 20.0, 0.005);
    assert!((value(whole, "tilt") - 4.0).abs() < 0.1);
    // Up is towards small x of the volume.
    assert!(found.cell.frame.volume_from_cell.matrix[2][0] < -0.99);
}

#[test]
fn a_starved_coin_is_refused_and_a_clear_one_is_not() {
    let clear = standing(&cell("2032-k-li", "").scene, Probe::Xray);
    let found = clear.inspected();
    assert!(found.findings.iter().all(|finding| finding.kind != FindingKind::Starvation));
    assert_share(value(of(&found, FindingKind::PunchCavity), "height"), 1.029, 0.1);
    let dim = |finding: &Finding| finding.kind != FindingKind::Cell;
    let by_share = inspect(&clear.seen(), Some(0.4), &CoinSettings::default()).unwrap();
    assert!(by_share.findings.iter().filter(|it| dim(it)).count() == 1);
    let starved = of(&by_share, FindingKind::Starvation);
    assert!(starved.verdict == Verdict::CannotTell && starved.note.contains("40 %"));
    let lenient = CoinSettings { starved_share: 0.5, ..CoinSettings::default() };
    let found = inspect(&clear.seen(), Some(0.4), &lenient).unwrap();
    assert!(found.findings.iter().all(|finding| finding.kind != FindingKind::Starvation));
    let mut pale = clear;
    pale.attenuation.mapv_inplace(|mu| 0.1 * mu);
    let by_steel = pale.inspected();
    assert!(of(&by_steel, FindingKind::Starvation).note.contains("its steel reads"));
    assert!(by_steel.findings.iter().filter(|it| dim(it)).count() == 1);
}

#[test]
fn bad_volumes_are_refused() {
    let whole = flat(&cell("2032-k-li", "").scene);
    let half = whole.attenuation.slice(s![.., .., ..140]).to_owned();
    let grid = VoxelGrid { shape: [64, 260, 140], ..whole.grid };
    let half = Volume { attenuation: half, grid, probe: Probe::Neutron };
    let error = inspect(&half.seen(), None, &CoinSettings::default()).unwrap_err();
    let is_outside = matches!(error, InspectError::OutsideField { .. });
    assert!(is_outside || matches!(error, InspectError::WrongKind { .. }), "{error}");
    let mut noise = with_noise(whole);
    let mut chance = Random::new(9);
    noise.attenuation.mapv_inplace(|_| to_f32(chance.normal()));
    assert!(inspect(&noise.seen(), None, &CoinSettings::default()).is_err());
    noise.attenuation.fill(f32::NAN);
    assert!(matches!(
        inspect(&noise.seen(), None, &CoinSettings::default()),
        Err(InspectError::Blank { .. })
    ));
}
