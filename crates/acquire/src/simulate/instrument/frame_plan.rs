//! What a profile says of the frames of a scan, and the list that follows from it. Knows no pixels.

use serde::{Deserialize, Serialize};
use voltomo_types::Radian;

/// `[frames]`: which frames a scan has.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FramePlan {
    /// Number of radiographs.
    pub views: usize,
    /// First angle and arc, degrees; the end of the arc is not taken.
    pub arc_deg: [f64; 2],
    /// Order of the angles.
    pub order: Order,
    /// Exposure of a frame, s.
    pub exposure_s: f64,
    /// Time between frames, s.
    pub pause_s: f64,
    /// Open beams before the first radiograph.
    pub open_before: usize,
    /// Open beams after the last radiograph.
    pub open_after: usize,
    /// Dark fields, before everything.
    pub darks: usize,
    /// Radiographs with a grid of black bodies, evenly over the arc, and as many open beams with
    /// it. 0: none.
    pub black_bodies: usize,
    /// Diameter of a black body, mm.
    pub black_body_mm: f64,
    /// Distance from one black body to the next, mm.
    pub black_body_pitch_mm: f64,
}

/// Order of the angles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Equal steps.
    #[default]
    Uniform,
    /// Steps of the golden ratio of the arc, folded into it.
    Golden,
}

/// What a frame shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameKind {
    /// Shutter closed.
    Dark,
    /// Open beam before the radiographs.
    OpenBefore,
    /// Open beam behind the grid of black bodies.
    BlackBodyOpen,
    /// The sample.
    Radiograph,
    /// The sample behind the grid of black bodies.
    BlackBodySample,
    /// Open beam after the radiographs.
    OpenAfter,
}

impl FrameKind {
    /// Whether the sample stands in the beam.
    #[must_use]
    pub fn shows_sample(self) -> bool {
        matches!(self, Self::Radiograph | Self::BlackBodySample)
    }

    /// Whether the grid of black bodies stands in the beam.
    #[must_use]
    pub fn shows_black_bodies(self) -> bool {
        matches!(self, Self::BlackBodyOpen | Self::BlackBodySample)
    }
}

/// One frame to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FrameJob {
    /// What it shows.
    pub kind: FrameKind,
    /// Its number among the frames of its kind, from 0.
    pub index: usize,
    /// Rotation angle; 0 where the sample is out of the beam.
    pub angle: Radian,
    /// Start of the exposure, s after the start of the scan.
    pub time_s: f64,
}

impl FramePlan {
    /// Angle of every radiograph.
    #[must_use]
    pub fn angles(&self) -> Vec<Radian> {
        let [start, arc] = self.arc_deg;
        let golden_ratio = (5f64.sqrt() - 1.0) / 2.0;
        let fraction = |view: usize| match self.order {
            Order::Uniform => view as f64 / self.views as f64,
            Order::Golden => (view as f64 * golden_ratio).fract(),
        };
        (0..self.views).map(|view| Radian::from_degrees(start + arc * fraction(view))).collect()
    }

    /// Every frame of the scan in the order in which it is taken.
    #[must_use]
    pub fn schedule(&self) -> Vec<FrameJob> {
        let turned = |count: usize| {
            let [start, arc] = self.arc_deg;
            let angle = move |k: usize| start + arc * k as f64 / count as f64;
            (0..count).map(angle).map(Radian::from_degrees).collect()
        };
        let still = |count: usize| vec![Radian(0.0); count];
        let kinds: [(FrameKind, Vec<Radian>); 6] = [
            (FrameKind::Dark, still(self.darks)),
            (FrameKind::OpenBefore, still(self.open_before)),
            (FrameKind::BlackBodyOpen, still(self.black_bodies)),
            (FrameKind::Radiograph, self.angles()),
            (FrameKind::BlackBodySample, turned(self.black_bodies)),
            (FrameKind::OpenAfter, still(self.open_after)),
        ];
        let frames = kinds.into_iter().flat_map(|(kind, angles)| {
            angles.into_iter().enumerate().map(move |(index, angle)| (kind, index, angle))
        });
        let step = self.exposure_s + self.pause_s;
        let job = |(number, (kind, index, angle))| {
            let time_s = number as f64 * step;
            FrameJob { kind, index, angle, time_s }
        };
        frames.enumerate().map(job).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedule_lists_every_frame_once_in_the_order_of_time() {
        let plan = FramePlan {
            views: 4,
            arc_deg: [10.0, 360.0],
            exposure_s: 20.0,
            pause_s: 1.0,
            open_before: 2,
            open_after: 1,
            darks: 3,
            black_bodies: 2,
            ..FramePlan::default()
        };
        let schedule = plan.schedule();
        assert_eq!(schedule.len(), 3 + 2 + 2 + 4 + 2 + 1);
        assert_eq!(schedule[7].kind, FrameKind::Radiograph);
        assert!((schedule[8].angle.degrees() - 100.0).abs() < 1e-12);
        assert!(schedule.windows(2).all(|pair| pair[1].time_s - pair[0].time_s == 21.0));
        assert!((schedule[12].angle.degrees() - 190.0).abs() < 1e-12);
    }

    #[test]
    fn golden_angles_are_steps_of_the_golden_ratio_folded_into_the_arc() {
        let plan = FramePlan {
            views: 3,
            arc_deg: [0.0, 180.0],
            order: Order::Golden,
            ..FramePlan::default()
        };
        let degrees: Vec<f64> = plan.angles().into_iter().map(Radian::degrees).collect();
        assert!((degrees[1] - 111.246_117_975).abs() < 1e-6);
        assert!((degrees[2] - 42.492_235_95).abs() < 1e-6);
    }
}
