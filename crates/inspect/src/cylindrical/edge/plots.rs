//! Overhang round the clock and winding by winding, for plots. Measures nothing.

use ndarray::ArrayView1;
use voltomo_numeric::cast::to_f32;
use voltomo_types::{Counted, Curve, CurveLine, UnrolledMap};

use super::settled::settled;
use super::table::{EdgeTable, RollEnd};
use crate::plots::{Plots, clock, direction, spread};

/// Overhang at one end of the roll: round the clock, by winding, and as a map of both.
#[must_use]
pub fn edge_plots(table: &EdgeTable, tab_angle: Option<f64>) -> Plots {
    let (short, long) = match table.end {
        RollEnd::Top => ("top", "upper"),
        RollEnd::Bottom => ("bottom", "lower"),
    };
    // As the finding tells it, so that curve and finding have the same least.
    let overhang = settled(&table.overhang());
    let (along, order) = clock(&table.angles, tab_angle);
    let quantity = Counted::new("anode beyond cathode", "mm");
    let round = Curve {
        name: format!("overhang-{short}"),
        title: format!("Overhang at the {long} end, round the clock"),
        across: direction(tab_angle),
        quantity: quantity.clone(),
        lines: lines(order.iter().map(|sector| overhang.column(*sector))),
        along,
        levels: vec![("no overhang".into(), 0.0)],
    };
    let winding = Curve {
        name: format!("overhang-by-winding-{short}"),
        title: format!("Overhang at the {long} end, winding by winding from the core"),
        across: Counted::new("winding", ""),
        quantity: quantity.clone(),
        along: (1..=overhang.nrows()).map(|turn| turn as f64).collect(),
        lines: lines(overhang.rows().into_iter()),
        levels: vec![("no overhang".into(), 0.0)],
    };
    let values = ndarray::Array2::from_shape_fn(overhang.dim(), |(turn, k)| {
        to_f32(overhang[[turn, order[k]]])
    });
    let map = UnrolledMap {
        name: format!("overhang-map-{short}"),
        title: format!("Overhang at the {long} end, by winding and direction"),
        quantity,
        up: Counted::new("winding", ""),
        up_range: [1.0, overhang.nrows() as f64],
        angle_range: [0, order.len().saturating_sub(1)]
            .map(|k| round.along.get(k).copied().unwrap_or(0.0)),
        values,
    };
    Plots { curves: vec![round, winding], maps: vec![map] }
}

/// Median, least and greatest of each row of values.
fn lines<'a>(rows: impl Iterator<Item = ArrayView1<'a, f64>>) -> Vec<CurveLine> {
    let spreads: Vec<[f64; 3]> = rows.map(|row| spread(row.iter().copied())).collect();
    let line = |label: &str, k: usize| CurveLine {
        label: label.into(),
        values: spreads.iter().map(|it| it[k]).collect(),
    };
    vec![line("median", 1), line("least", 0), line("greatest", 2)]
}
