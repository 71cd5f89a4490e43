//! What a list of rotation angles covers: range, step, gaps, end point. Knows no frames.

use serde::{Deserialize, Serialize};
use voltomo_types::Radian;

/// In even order, a step is a gap above so many median steps.
const GAP: f64 = 1.5;
/// Steps of golden order come in up to three lengths, the longest 1 + φ times the shortest.
const GAP_UNORDERED: f64 = 3.0;

/// What the rotation angles cover, in degrees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AngleLook {
    /// Angle of the first radiograph.
    pub first_deg: f64,
    /// Angle of the last radiograph.
    pub last_deg: f64,
    /// From the smallest to the largest angle.
    pub span_deg: f64,
    /// Median step between neighbouring angles.
    pub step_deg: f64,
    /// How the angles follow each other.
    pub direction: Direction,
    /// Whether the end of 180 or 360 degrees belongs to them.
    pub end: EndPoint,
    /// Steps above 1.5 median steps (3, where the angles are in no order).
    pub gaps: Vec<AngleGap>,
}

/// How angles follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Each angle is larger than the one before.
    Rising,
    /// Each angle is smaller than the one before.
    Falling,
    /// In no such order, as golden-ratio scans.
    Unordered,
}

/// Whether the end of a half or whole turn belongs to the angles.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndPoint {
    /// The angles and one step more are so many degrees.
    Excluded(f64),
    /// The angles are so many degrees.
    Included(f64),
    /// Neither: not a multiple of 180 degrees.
    Neither,
}

/// A step that is larger than the others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AngleGap {
    /// Index of the radiograph before the gap (by angle).
    pub after_radiograph: usize,
    /// Its angle, in degrees.
    pub from_deg: f64,
    /// The next angle, in degrees.
    pub to_deg: f64,
}

impl AngleLook {
    /// What `angles` cover; `None` of no angles.
    #[must_use]
    pub fn of(angles: &[Radian]) -> Option<Self> {
        let degrees: Vec<f64> = angles.iter().map(|angle| angle.degrees()).collect();
        let (first, last) = (*degrees.first()?, *degrees.last()?);
        let direction = direction(&degrees);
        let mut order: Vec<usize> = (0..degrees.len()).collect();
        order.sort_by(|&a, &b| degrees[a].total_cmp(&degrees[b]));
        let mut steps: Vec<f64> = order.windows(2).map(|p| degrees[p[1]] - degrees[p[0]]).collect();
        steps.sort_by(f64::total_cmp);
        let step = steps.get(steps.len() / 2).copied().unwrap_or(0.0);
        let span = degrees[order[order.len() - 1]] - degrees[order[0]];
        let limit = if direction == Direction::Unordered { GAP_UNORDERED } else { GAP } * step;
        let gap = |pair: &[usize]| AngleGap {
            after_radiograph: pair[0],
            from_deg: degrees[pair[0]],
            to_deg: degrees[pair[1]],
        };
        let pairs = order.windows(2).filter(|p| degrees[p[1]] - degrees[p[0]] > limit);
        Some(Self {
            first_deg: first,
            last_deg: last,
            span_deg: span,
            step_deg: step,
            direction,
            end: end_point(span, step),
            gaps: pairs.map(gap).collect(),
        })
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let direction = match self.direction {
            Direction::Rising => "rising",
            Direction::Falling => "falling",
            Direction::Unordered => "in no order",
        };
        let end = match self.end {
            EndPoint::Excluded(turn) => format!("{turn} degrees, the end excluded"),
            EndPoint::Included(turn) => format!("{turn} degrees, the end included"),
            EndPoint::Neither => "no multiple of 180 degrees".into(),
        };
        let mut lines = vec![
            format!(
                "angles        {:.5} to {:.5} degrees, {direction}",
                self.first_deg, self.last_deg
            ),
            format!("  span {:.5}, step {:.5} degrees: {end}", self.span_deg, self.step_deg),
        ];
        lines.extend(self.gaps.iter().map(|gap| {
            format!(
                "  gap from {:.5} to {:.5} degrees, after radiograph {}",
                gap.from_deg, gap.to_deg, gap.after_radiograph
            )
        }));
        lines
    }
}

fn direction(degrees: &[f64]) -> Direction {
    if degrees.windows(2).all(|pair| pair[1] >= pair[0]) {
        Direction::Rising
    } else if degrees.windows(2).all(|pair| pair[1] <= pair[0]) {
        Direction::Falling
    } else {
        Direction::Unordered
    }
}

fn end_point(span: f64, step: f64) -> EndPoint {
    let near = |covered: f64| {
        let turn = (covered / 180.0).round() * 180.0;
        (turn > 0.0 && (covered - turn).abs() <= step / 4.0).then_some(turn)
    };
    match (near(span + step), near(span)) {
        (Some(turn), _) => EndPoint::Excluded(turn),
        (None, Some(turn)) => EndPoint::Included(turn),
        (None, None) => EndPoint::Neither,
    }
}
