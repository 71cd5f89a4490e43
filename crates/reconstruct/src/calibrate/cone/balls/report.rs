//! From tracks of balls to a geometry with its uncertainties, and what is to be said of it. Knows
//! no pixels.

use voltomo_types::{ConeCircle, Millimetre, Radian};

use super::{
    BallCalibration, BallError, BallScan, BallTrack, Correlation, Figure,
    fit::{self, ASSUMED_TURN, Ball, Fitted, GEOMETRY},
    orbit::{Orbit, Seen},
    start::start,
    track::LEAST_ARC,
};

/// Figures correlated more strongly than this are told.
const STRONG: f64 = 0.9;
/// Pitch and yaw are measured where their sigma is below this part of what was assumed.
const MEASURED: f64 = 0.7;
/// A distance less certain than this part of itself is warned of.
const UNSURE: f64 = 0.02;
/// Distances between neighbouring balls that scatter by more than this are warned of.
const UNEVEN: f64 = 0.01;
/// Largest residual without a warning, pixels.
const RESIDUAL: f64 = 0.5;

/// The geometry that the balls' tracks show.
///
/// Balls with shadows over less than a third of a turn are left out. Where no length is told, only
/// ratios come out, and no millimetres. Memory: the square of six and three times the balls.
///
/// # Errors
/// Fewer than two balls, balls all at one height, lengths or shadows that are no numbers, distances
/// that cannot be.
pub fn calibrate(tracks: &[BallTrack], scan: &BallScan) -> Result<BallCalibration, BallError> {
    check(tracks, scan)?;
    let mut balls = vec![];
    let mut orbits = vec![];
    for track in tracks {
        let seen = seen(track, scan);
        if arc(&seen) >= LEAST_ARC
            && let Some(orbit) = Orbit::through(&seen)
        {
            balls.push(Ball { seen, radius_px: track.radius_px });
            orbits.push(orbit);
        }
    }
    if balls.len() < 2 {
        return Err(BallError::TooFewBalls { found: balls.len(), arc_deg: LEAST_ARC.to_degrees() });
    }
    let size = (scan.frame.detector_rows as f64, scan.frame.detector_columns as f64);
    let fitted = fit::fit(&balls, &start(&orbits, size.0)?, size)?;
    let scale = scale(&fitted, balls.len());
    let widest = balls.iter().map(|ball| arc(&ball.seen)).fold(0.0, f64::max);
    Ok(report(scan, &fitted, (&scale, widest)))
}

fn check(tracks: &[BallTrack], scan: &BallScan) -> Result<(), BallError> {
    for (what, length, key) in [
        ("the pixel", scan.pixel, "`reconstruct.cone.detector_pixel_mm`"),
        ("the spacing of the balls", scan.spacing, "--spacing-mm"),
        ("the distance to the axis", scan.source_to_axis, "`reconstruct.cone.source_to_axis_mm`"),
    ] {
        if let Some(length) = length.filter(|length| !(length.0.is_finite() && length.0 > 0.0)) {
            return Err(BallError::BadLength { what, value_mm: length.0, key });
        }
    }
    let views = scan.angles.len();
    for (ball, track) in tracks.iter().enumerate() {
        for point in &track.points {
            let [row, column] = point.place;
            let is_well = row.is_finite() && column.is_finite() && track.radius_px.is_finite();
            let angle = scan.angles.get(point.view);
            if !is_well || !angle.is_some_and(|angle| angle.0.is_finite()) {
                return Err(BallError::BadPoint { ball, view: point.view, views, row, column });
            }
        }
    }
    Ok(())
}

fn seen(track: &BallTrack, scan: &BallScan) -> Vec<Seen> {
    let mut seen: Vec<Seen> = track
        .points
        .iter()
        .map(|point| Seen { angle: scan.angles[point.view].0, place: point.place })
        .collect();
    seen.sort_by(|a, b| a.angle.total_cmp(&b.angle));
    seen
}

fn arc(seen: &[Seen]) -> f64 {
    seen.first().zip(seen.last()).map_or(0.0, |(first, last)| last.angle - first.angle)
}

/// The distances between balls that follow one another in height.
struct Scale {
    /// Their mean, in distances from source to axis, with its derivatives.
    mean: f64,
    derivatives: Vec<(usize, f64)>,
    /// Their standard deviation over their mean; 0 for one.
    uneven: f64,
}

fn scale(fitted: &Fitted, count: usize) -> Scale {
    let mut balls: Vec<([f64; 3], usize)> = (0..count).map(|ball| fitted.ball(ball)).collect();
    balls.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]));
    let pairs = balls.len() - 1;
    let mut lengths = vec![];
    let mut by = vec![0.0; GEOMETRY + 3 * count];
    for pair in balls.windows(2) {
        let step: [f64; 3] = std::array::from_fn(|k| pair[1].0[k] - pair[0].0[k]);
        let length = step.iter().map(|k| k * k).sum::<f64>().sqrt();
        for k in 0..3 {
            by[pair[1].1 + k] += step[k] / length / pairs as f64;
            by[pair[0].1 + k] -= step[k] / length / pairs as f64;
        }
        lengths.push(length);
    }
    let mean = lengths.iter().sum::<f64>() / pairs as f64;
    let square = lengths.iter().map(|length| (length / mean - 1.0).powi(2)).sum::<f64>();
    let uneven = if pairs > 1 { (square / (pairs - 1) as f64).sqrt() } else { 0.0 };
    let derivatives = by.into_iter().enumerate().filter(|(_, value)| *value != 0.0).collect();
    Scale { mean, derivatives, uneven }
}

fn report(scan: &BallScan, fitted: &Fitted, (scale, widest): (&Scale, f64)) -> BallCalibration {
    let p = &fitted.minimum.parameters;
    let mut figures = turns(fitted);
    figures.push(centre(fitted, scan.frame.middle_row()));
    figures.extend(distances(scan, fitted, scale));
    let near = scan.spacing.map(|spacing| spacing.0 / scale.mean);
    let near = near.or(scan.source_to_axis.map(|told| told.0));
    let circle = near.zip(scan.pixel).map(|(near, pixel)| ConeCircle {
        source_to_axis: Millimetre(near),
        source_to_detector: Millimetre(p[0] * pixel.0),
        pixel,
        centre: [p[1], p[2]],
        roll: Radian(p[3]),
        pitch: Radian(p[4]),
        yaw: Radian(p[5]),
    });
    let correlations = correlations(fitted);
    let count = (p.len() - GEOMETRY) / 3;
    let mut warnings = doubts(scan, fitted, (scale, widest));
    warnings.extend(circle.as_ref().and_then(before_axis));
    BallCalibration {
        circle,
        warnings,
        balls: (0..count).map(|ball| fitted.ball(ball).0).collect(),
        residual_px: fitted.residual,
        shadows: fitted.shadows,
        figures,
        correlations,
    }
}

/// A detector before the axis: the pixel or the spacing is not what was told.
fn before_axis(circle: &ConeCircle) -> Option<String> {
    let magnification = circle.magnification();
    (magnification <= 1.0).then(|| {
        format!(
            "the detector would stand before the axis (magnification {magnification:.3}), expected \
             behind it: is the pixel on the detector {} mm, and is the length told right?",
            circle.pixel.0
        )
    })
}

const NAMES: [&str; GEOMETRY] = [
    "source to detector",
    "reconstruct.cone.centre_row_px",
    "column of the central ray",
    "reconstruct.cone.roll_deg",
    "reconstruct.cone.pitch_deg",
    "reconstruct.cone.yaw_deg",
];

/// The six figures of the detector.
fn turns(fitted: &Fitted) -> Vec<Figure> {
    let figure = |index: usize| {
        let value = fitted.minimum.parameters[index];
        let sigma = fitted.sigma(index);
        let (unit, factor) = if index < 3 { ("px", 1.0) } else { ("°", 1f64.to_degrees()) };
        Figure {
            name: NAMES[index].into(),
            value: value * factor,
            sigma: sigma.map(|sigma| sigma * factor),
            unit,
            is_measured: index < 4 || is_seen(fitted, index),
        }
    };
    (0..GEOMETRY).map(figure).collect()
}

/// The column of the axis at the detector's middle row, where recipes tell the centre.
fn centre(fitted: &Fitted, middle: f64) -> Figure {
    let p = &fitted.minimum.parameters;
    let (slope, below) = (p[3].tan(), middle - p[1]);
    let derivatives = [(1, -slope), (2, 1.0), (3, below * (1.0 + slope * slope))];
    Figure {
        name: "reconstruct.centre_px".into(),
        value: p[2] + below * slope,
        sigma: fitted.variance(&derivatives).map(f64::sqrt),
        unit: "px",
        is_measured: true,
    }
}

fn is_seen(fitted: &Fitted, index: usize) -> bool {
    fitted.sigma(index).is_some_and(|sigma| sigma < MEASURED * ASSUMED_TURN)
}

/// Distances in mm as far as lengths are told.
fn distances(scan: &BallScan, fitted: &Fitted, scale: &Scale) -> Vec<Figure> {
    let distance = fitted.minimum.parameters[0];
    let figure = |name: &str, value: f64, relative: Option<f64>| Figure {
        name: name.into(),
        value,
        sigma: relative.map(|relative| value * relative),
        unit: "mm",
        is_measured: relative.is_some(),
    };
    let far = fitted.sigma(0).map(|sigma| sigma / distance);
    let mut figures = vec![];
    if let Some(pixel) = scan.pixel {
        figures.push(figure("reconstruct.cone.source_to_detector_mm", distance * pixel.0, far));
    }
    // Relative derivatives of the spacing, and of the spacing times the distance.
    let of_scale: Vec<(usize, f64)> =
        scale.derivatives.iter().map(|&(k, by)| (k, by / scale.mean)).collect();
    let mut of_pixel = of_scale.clone();
    of_pixel.push((0, 1.0 / distance));
    let relative = |by: &[(usize, f64)]| fitted.variance(by).map(f64::sqrt);
    match (scan.spacing, scan.source_to_axis) {
        (Some(spacing), _) => {
            let near = spacing.0 / scale.mean;
            let name = "reconstruct.cone.source_to_axis_mm";
            figures.push(figure(name, near, relative(&of_scale)));
            let name = "pixel in the plane of the axis";
            figures.push(figure(name, near / distance, relative(&of_pixel)));
        }
        (None, Some(told)) => {
            figures.push(figure("reconstruct.cone.source_to_axis_mm", told.0, None));
        }
        (None, None) => {}
    }
    figures
}

fn correlations(fitted: &Fitted) -> Vec<Correlation> {
    let pairs = (0..GEOMETRY).flat_map(|a| (a + 1..GEOMETRY).map(move |b| (a, b)));
    pairs
        .filter_map(|(a, b)| Some((a, b, fitted.minimum.correlation(a, b)?)))
        .filter(|(_, _, value)| value.abs() > STRONG)
        .map(|(a, b, value)| Correlation { between: [NAMES[a].into(), NAMES[b].into()], value })
        .collect()
}

/// What puts the geometry in doubt.
fn doubts(scan: &BallScan, fitted: &Fitted, (scale, widest): (&Scale, f64)) -> Vec<String> {
    let mut warnings = unseen(fitted);
    warnings.extend(missing(scan));
    if scan.spacing.is_some() && scale.uneven > UNEVEN {
        warnings.push(format!(
            "the distances between neighbouring balls differ by {:.1} %, expected alike within {} \
             %: is the spacing told that of all neighbours?",
            100.0 * scale.uneven,
            100.0 * UNEVEN
        ));
    }
    if widest < 5.5 {
        warnings.push(format!(
            "no ball was seen over more than {:.0}°, expected a whole turn: distances are less \
             certain so",
            widest.to_degrees()
        ));
    }
    if fitted.residual > RESIDUAL {
        warnings.push(format!(
            "the shadows are off by {:.2} px (rms), expected below {RESIDUAL} px: the holder shakes, \
             or the detector is not flat",
            fitted.residual
        ));
    }
    let [used, left] = fitted.shadows;
    if 10 * left > used + left {
        warnings.push(format!(
            "{left} of {} shadows were left out as too far off, expected no more than a tenth",
            used + left
        ));
    }
    warnings
}

/// Figures that the balls do not show.
fn unseen(fitted: &Fitted) -> Vec<String> {
    let mut warnings = vec![];
    let distance = fitted.minimum.parameters[0];
    let sigma = fitted.sigma(0);
    if sigma.is_none_or(|sigma| sigma > UNSURE * distance) {
        let part = sigma.map_or(f64::INFINITY, |sigma| 100.0 * sigma / distance);
        warnings.push(format!(
            "the distance from source to detector is known to ± {part:.1} % only: the beam is \
             nearly parallel to these balls; take balls farther from the axis, or a shorter \
             distance"
        ));
    }
    for index in [4, 5].into_iter().filter(|&index| !is_seen(fitted, index)) {
        warnings.push(format!(
            "the balls do not show `{}`: it is assumed to be 0 within {:.1}°, which the other \
             uncertainties allow for",
            NAMES[index],
            ASSUMED_TURN.to_degrees()
        ));
    }
    warnings
}

/// Lengths that nobody told.
fn missing(scan: &BallScan) -> Vec<String> {
    let mut warnings = vec![];
    if scan.spacing.is_none() {
        warnings.push(match scan.source_to_axis {
            Some(told) => format!(
                "the distance from source to axis is {} mm as it was told: the balls show it only \
                 where their spacing is known (--spacing-mm)",
                told.0
            ),
            None => "no length of the balls is known: distances along the beam come out as ratios \
                     to that from source to axis; tell the spacing of the balls (--spacing-mm)"
                .into(),
        });
    }
    if scan.pixel.is_none() {
        warnings.push(
            "the pixel on the detector is unknown: its distance comes out in pixels; tell \
             `reconstruct.cone.detector_pixel_mm`"
                .into(),
        );
    }
    warnings
}
