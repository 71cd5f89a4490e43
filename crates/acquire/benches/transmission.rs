//! Time of polychromatic transmission a ray. Knows no shapes.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may stop")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use voltomo_acquire::simulate::PathLengths;
use voltomo_acquire::simulate::material::{HydrogenModel, Library, Substance};
use voltomo_acquire::simulate::spectrum::{AttenuationTable, PanelResponse, Spectrum, TubeBeam};

const ROWS: usize = 1024;
const MATERIALS: [&str; 12] = [
    "can_steel",
    "nfm111_coat_soaked",
    "hard_carbon_coat_soaked",
    "pe_membrane_soaked",
    "aluminium",
    "electrolyte_napf6",
    "pp",
    "pet",
    "nickel",
    "pbt",
    "copper",
    "ss304",
];

/// Every ray crosses every material.
fn lengths() -> PathLengths {
    let mut lengths = PathLengths::new(MATERIALS.len(), ROWS);
    for material in 0..MATERIALS.len() {
        for (row, mm) in lengths.material_mut(material).iter_mut().enumerate() {
            *mm = 0.02 + 0.001 * ((row * 7 + material * 13) % 97) as f32;
        }
    }
    lengths
}

fn transmission(criterion: &mut Criterion) {
    let library = Library::standard();
    let substances: Vec<Substance> = MATERIALS.map(|name| library.get(name).unwrap()).into();
    let lengths = lengths();
    let mut group = criterion.benchmark_group("transmission");
    group.throughput(Throughput::Elements(ROWS as u64));
    for bins in [16, 24] {
        let beam = TubeBeam::with_copper(80.0, 0.5);
        let spectrum = Spectrum::tube(&beam, &PanelResponse::default(), bins).unwrap();
        let table = AttenuationTable::new(&spectrum, &substances);
        let (mut signal, mut variance) = (vec![0.0; ROWS], vec![0.0; ROWS]);
        table.transmission(&lengths, &mut signal);
        let crossed = substances.iter().enumerate();
        let crossed: Vec<_> =
            crossed.map(|(m, substance)| (substance, f64::from(lengths.material(m)[3]))).collect();
        let exact = spectrum.transmission(&crossed, HydrogenModel::Organic);
        assert!((f64::from(signal[3]) / exact - 1.0).abs() < 0.01, "{} {exact}", signal[3]);
        group.bench_function(format!("signal/{bins} bins x 12 materials/cpu"), |bencher| {
            bencher.iter(|| table.transmission(&lengths, &mut signal));
        });
        group.bench_function(format!("signal and variance/{bins} bins x 12 materials/cpu"), |b| {
            b.iter(|| table.transmission_and_variance(&lengths, &mut signal, &mut variance));
        });
    }
    group.finish();
}

criterion_group!(benches, transmission);
criterion_main!(benches);
