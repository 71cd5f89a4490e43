//! Can and gap round the clock, for plots. Measures nothing.

use voltomo_types::{Counted, Curve, CurveLine, Probe, UnrolledMap};

use super::can::{self, Can};
use super::roll_gap::Gap;
use super::survey::Survey;
use crate::plots::{clock, direction};

/// What a view is called in names and in titles.
fn beam(survey: &Survey<'_>) -> (&'static str, &'static str) {
    match survey.seen.probe {
        Probe::Neutron => ("neutron", "neutrons"),
        Probe::Xray => ("xray", "X-rays"),
    }
}

fn curve(
    survey: &Survey<'_>,
    (name, title, quantity): (&str, &str, Counted),
    (angles, values): (&[f64], &[f64]),
) -> Curve {
    let tab = survey.body.frame.tab_angle;
    let (along, order) = clock(angles, tab);
    let (short, long) = beam(survey);
    Curve {
        name: format!("{name}-{short}"),
        title: format!("{title} ({long})"),
        across: direction(tab),
        quantity,
        along,
        lines: vec![CurveLine {
            label: String::new(),
            values: order.iter().map(|k| values[*k]).collect(),
        }],
        levels: Vec::new(),
    }
}

/// How far the can's outer face lies beyond its mean radius, mm, median over the heights.
pub(super) fn can_radius(survey: &Survey<'_>, can: &Can) -> Curve {
    let angles: Vec<f64> = (0..can::BINS).map(can::bin_angle).collect();
    let values: Vec<f64> = can.radii().iter().map(|radius| radius - can.outer.terms[0]).collect();
    let title = "Outer face of the can against its mean radius, round the clock";
    let named = ("can-radius", title, Counted::new("radius less its mean", "mm"));
    curve(survey, named, (&angles, &values))
}

/// Width of the space between roll and can, mm.
pub(super) fn gap_width(survey: &Survey<'_>, gap: &Gap) -> Curve {
    let title = "Gap between roll and can, round the clock";
    let named = ("roll-can-gap", title, Counted::new("gap", "mm"));
    let mut curve = curve(survey, named, (&Gap::angles(), &gap.widths));
    curve.levels.push(("least gap that can be told".into(), gap.least));
    curve
}

/// The cell laid flat just inside the can, from the tab on: mean over a millimetre behind its outer
/// face.
pub(super) fn unrolled(survey: &Survey<'_>, can: &Can) -> UnrolledMap {
    let map = &survey.unrolled;
    let radius = can.outer.terms[0];
    let [first, last] = [radius - 1.2, radius - 0.2].map(|it| map.radius_index(it.max(0.0)));
    let part = map.map.slice(ndarray::s![.., .., first..=last]);
    let values = part.mean_axis(ndarray::Axis(2)).unwrap_or_default();
    let (short, long) = beam(survey);
    let unit = if survey.seen.is_quantitative { "1/cm" } else { "" };
    let ends = [map.heights.first(), map.heights.last()];
    let count = values.ncols().max(1) as f64;
    let columns: Vec<f64> =
        (0..values.ncols()).map(|k| k as f64 / count * std::f64::consts::TAU).collect();
    let (along, order) = clock(&columns, survey.body.frame.tab_angle);
    UnrolledMap {
        name: format!("inside-the-can-{short}"),
        title: format!("The cell laid flat, 0.2 to 1.2 mm inside its outer face ({long})"),
        quantity: Counted::new("attenuation", unit),
        up: Counted::new("height", "mm"),
        up_range: ends.map(|height| height.copied().unwrap_or(0.0)),
        angle_range: [along.first(), along.last()].map(|it| it.copied().unwrap_or(0.0)),
        values: values.select(ndarray::Axis(1), &order),
    }
}
