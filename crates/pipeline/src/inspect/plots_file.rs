//! What was measured along something, as files: curves for programs, unrolled maps as pictures.
//! Measures only histograms.

use std::path::Path;

use ndarray::ArrayView3;
use voltomo_inspect::{Plots, Seen};
use voltomo_types::{Counted, Curve, CurveLine, Probe};

use crate::error::RunError;
use crate::provenance::write_json;

/// Name of the file of curves.
pub(crate) const CURVES: &str = "curves.json";
/// Bars of a histogram.
const BARS: usize = 200;
/// Percentiles between which the bars lie, widened by a tenth.
const ENDS: [f64; 2] = [0.001, 0.999];
/// About so many voxels are looked at.
const LOOKED_AT: usize = 4_000_000;

/// Writes the curves of an inspection, with a histogram of each volume, into `folder`.
///
/// # Errors
/// A folder that cannot be written.
pub(super) fn write(plots: &Plots, volumes: &[Seen<'_>], folder: &Path) -> Result<(), RunError> {
    let mut curves = plots.curves.clone();
    curves.extend(volumes.iter().filter_map(histogram));
    write_json(&folder.join(CURVES), &curves)
}

/// How often each attenuation is found in a volume; `None` where nothing in it is a number.
fn histogram(seen: &Seen<'_>) -> Option<Curve> {
    let values = sampled(seen.attenuation);
    let at = |share: f64| values.get(voltomo_numeric::cast::to_index(share * values.len() as f64));
    let (low, high) = (f64::from(*at(ENDS[0])?), f64::from(*at(ENDS[1])?));
    let room = 0.1 * (high - low);
    let (low, width) = (low - room, (high - low + 2.0 * room) / BARS as f64);
    if width <= 0.0 {
        return None;
    }
    let mut counts = vec![0.0_f64; BARS];
    for value in &values {
        let bar = (f64::from(*value) - low) / width;
        if (0.0..BARS as f64).contains(&bar) {
            counts[voltomo_numeric::cast::to_index(bar)] += 1.0;
        }
    }
    let total = values.len() as f64;
    let (short, long) = match seen.probe {
        Probe::Neutron => ("neutron", "neutrons"),
        Probe::Xray => ("xray", "X-rays"),
    };
    let across = if seen.is_quantitative {
        Counted::new("attenuation", "1/cm")
    } else {
        Counted::new("grey value", "")
    };
    Some(Curve {
        name: format!("histogram-{short}"),
        title: format!("How often each value is found ({long})"),
        across,
        quantity: Counted::new("share of the voxels", "%"),
        along: (0..BARS).map(|bar| low + (bar as f64 + 0.5) * width).collect(),
        lines: vec![CurveLine {
            label: String::new(),
            values: counts.iter().map(|count| 100.0 * count / total).collect(),
        }],
        levels: Vec::new(),
    })
}

/// Values of a volume, evenly picked, sorted; those that are numbers.
fn sampled(volume: ArrayView3<'_, f32>) -> Vec<f32> {
    let step = (volume.len() / LOOKED_AT).max(1);
    let mut values: Vec<f32> =
        volume.iter().step_by(step).copied().filter(|value| value.is_finite()).collect();
    values.sort_unstable_by(f32::total_cmp);
    values
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use voltomo_types::{LengthUnit, VoxelGrid};

    use super::*;

    #[test]
    fn a_histogram_counts_every_value_once() {
        let shape = [2, 50, 50];
        let grid = VoxelGrid { shape, voxel: 0.1, first: [0.0; 3], unit: LengthUnit::Millimetre };
        let mut volume =
            Array3::from_shape_fn(shape, |(z, _, x)| if z == 0 { 1.0 } else { x as f32 });
        volume[[0, 0, 0]] = f32::NAN;
        let curve = histogram(&Seen {
            attenuation: volume.view(),
            grid,
            probe: Probe::Xray,
            is_quantitative: false,
        });
        let curve = curve.unwrap();
        let total: f64 = curve.lines[0].values.iter().sum();
        assert!((total - 100.0).abs() < 0.1, "{total}");
        let most = curve.lines[0].values.iter().copied().fold(0.0, f64::max);
        assert!(most > 50.0 && curve.across.unit.is_empty());
        volume.fill(f32::NAN);
        let blank =
            Seen { attenuation: volume.view(), grid, probe: Probe::Xray, is_quantitative: true };
        assert!(histogram(&blank).is_none());
    }
}
