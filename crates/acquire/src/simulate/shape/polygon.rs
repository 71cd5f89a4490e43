//! Closed polygons in a plane. Knows no solids.

/// Whether a point lies inside, by counting crossings of the half-line to the right.
pub(super) fn holds(outline: &[[f64; 2]], [u, v]: [f64; 2]) -> bool {
    let mut inside = false;
    for (a, b) in edges(outline) {
        if (a[1] <= v) != (b[1] <= v) {
            let at = a[0] + (v - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
            inside ^= at > u;
        }
    }
    inside
}

/// Edges in order, closing at the first point.
pub(super) fn edges(outline: &[[f64; 2]]) -> impl Iterator<Item = ([f64; 2], [f64; 2])> + '_ {
    let next = outline.iter().cycle().skip(1);
    outline.iter().zip(next).map(|(&a, &b)| (a, b))
}

/// Least and greatest value of a coordinate.
pub(super) fn range(outline: &[[f64; 2]], axis: usize) -> [f64; 2] {
    outline.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], point| {
        [low.min(point[axis]), high.max(point[axis])]
    })
}

/// Enclosed area, positive anticlockwise.
pub(super) fn area(outline: &[[f64; 2]]) -> f64 {
    edges(outline).map(|(a, b)| 0.5 * (a[0] * b[1] - b[0] * a[1])).sum()
}

/// What is wrong with an outline, if anything: too few points, no numbers, no area.
pub(super) fn problem(outline: &[[f64; 2]]) -> Option<(String, &'static str)> {
    if outline.len() < 3 {
        let found = format!("an outline of {} points", outline.len());
        return Some((found, "three or more"));
    }
    if outline.iter().flatten().any(|value| !value.is_finite() || value.abs() > 1e4) {
        return Some(("an outline with a point that is no place".into(), "millimetres below 1e4"));
    }
    (area(outline).abs() < 1e-12)
        .then(|| ("an outline that encloses nothing".into(), "a closed polygon with an inside"))
}
