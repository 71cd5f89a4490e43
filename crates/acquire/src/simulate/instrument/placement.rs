//! Where source, axis and detector stand, and which rays meet which place on it. Traces nothing.

use voltomo_types::{
    ConeCircle, ConeGeometry, ConeView, Geometry, Millimetre, ParallelGeometry, PixelFrame, Probe,
    Radian, RotationAxis,
};

use super::{error::InstrumentError, layout::Aim, profile::Profile};
use crate::simulate::{Bounds, RowRay};

/// The instrument with a sample in it, all lengths mm. "Upright" places are `[v, u]` down and
/// right of the pivot on the detector, before the picture is turned.
#[derive(Debug, Clone)]
pub(super) struct Placement {
    pub(super) frame: PixelFrame,
    /// Rows and columns of a frame.
    pub(super) shape: [usize; 2],
    pub(super) pixel_mm: f64,
    pub(super) turn: Radian,
    /// Detector `[row, column]` about which the picture is turned.
    pub(super) pivot: [f64; 2],
    /// Height in the cell's frame that the detector's middle row sees on the axis.
    pub(super) aim_mm: f64,
    pub(super) bounds: Bounds,
    pub(super) beam: BeamShape,
}

/// How rays run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum BeamShape {
    Parallel { axis_screen: f64 },
    Cone { source_axis: f64, source_detector: f64, axis_offset: f64, source_z: f64 },
}

/// Where the source is for one picture: slopes of a parallel beam or shift of a spot,
/// `[up, across]`.
pub(super) type SourceShift = [f64; 2];

/// The horizontal line of one detector column, and what turns heights on the detector into rays.
#[derive(Debug, Clone, Copy)]
pub(super) struct ColumnLine {
    pub(super) origin: [f64; 2],
    pub(super) direction: [f64; 2],
    /// Height of the ray of v = 0 at the origin, and its slope.
    start: RowRay,
    /// Change of both a mm of v.
    change: RowRay,
}

impl ColumnLine {
    /// The ray that meets the detector `v` mm below the pivot.
    pub(super) fn ray(&self, v: f64) -> RowRay {
        RowRay {
            z: self.start.z + self.change.z * v,
            slope: self.start.slope + self.change.slope * v,
        }
    }
}

impl Placement {
    pub(super) fn new(profile: &Profile, bounds: Bounds) -> Result<Self, InstrumentError> {
        let (frame, shape) = window(profile);
        let geometry = &profile.geometry;
        let pixel_mm = profile.detector.pixel_mm;
        let middle_column = (frame.detector_columns as f64 - 1.0) / 2.0;
        let mut placement = Self {
            frame,
            shape,
            pixel_mm,
            turn: Radian::from_degrees(geometry.axis_tilt_deg),
            pivot: [frame.middle_row(), middle_column + geometry.axis_offset_mm / pixel_mm],
            aim_mm: 0.0,
            bounds,
            beam: BeamShape::Parallel { axis_screen: geometry.axis_screen_mm },
        };
        if profile.probe == Probe::Xray {
            placement.turn = Radian(placement.turn.0 + geometry.panel_roll_deg.to_radians());
            placement.pivot = [
                frame.middle_row() + profile.piercing_row(),
                middle_column + geometry.piercing_offset[1],
            ];
            placement.beam = BeamShape::Cone {
                source_axis: geometry.source_axis_mm,
                source_detector: geometry.source_detector_mm,
                axis_offset: geometry.axis_offset_mm,
                source_z: 0.0,
            };
        }
        placement.aim_mm = placement.aim(geometry.aim);
        placement.raise_source();
        placement.check(&profile.name)?;
        Ok(placement)
    }

    /// Magnification of what is on the axis.
    pub(super) fn magnification(&self) -> f64 {
        match self.beam {
            BeamShape::Parallel { .. } => 1.0,
            BeamShape::Cone { source_axis, source_detector, .. } => source_detector / source_axis,
        }
    }

    /// Distance from the axis to the detector.
    pub(super) fn axis_detector(&self) -> f64 {
        match self.beam {
            BeamShape::Parallel { axis_screen } => axis_screen,
            BeamShape::Cone { source_axis, source_detector, .. } => source_detector - source_axis,
        }
    }

    /// Edge of a frame pixel.
    pub(super) fn pitch(&self) -> f64 {
        self.pixel_mm * self.frame.bin as f64
    }

    fn aim(&self, aim: Aim) -> f64 {
        let [bottom, top] = self.bounds.z;
        match aim {
            Aim::Middle => f64::midpoint(bottom, top),
            Aim::Top => self.aim_below(top),
            Aim::Height(height) => height,
        }
    }

    /// The aim at which the highest that is seen of `top`, on the side of the source, is a
    /// twentieth of the frame below its upper edge.
    fn aim_below(&self, top: f64) -> f64 {
        let height = self.shape[0] as f64 * self.pitch();
        let below_middle = (self.pivot[0] - self.frame.middle_row()) * self.pixel_mm;
        let nearest = match self.beam {
            BeamShape::Parallel { .. } => 1.0,
            BeamShape::Cone { source_axis, source_detector, .. } => {
                source_detector / (source_axis - self.bounds.radius).max(0.01 * source_axis)
            }
        };
        let from_source = (0.45 * height + below_middle) / nearest;
        top - from_source + below_middle / self.magnification()
    }

    fn raise_source(&mut self) {
        let below_middle = (self.pivot[0] - self.frame.middle_row()) * self.pixel_mm;
        let height = self.aim_mm - below_middle / self.magnification();
        if let BeamShape::Cone { source_z, .. } = &mut self.beam {
            *source_z = height;
        }
    }

    fn check(&self, name: &str) -> Result<(), InstrumentError> {
        let radius = self.bounds.radius;
        let too_wide = |room, key, distance| InstrumentError::SampleTooWide {
            radius,
            room,
            distance,
            key,
            name: name.into(),
        };
        match self.beam {
            BeamShape::Parallel { axis_screen } if radius >= axis_screen => {
                return Err(too_wide("the screen", "geometry.axis_screen_mm", axis_screen));
            }
            BeamShape::Cone { source_axis, axis_offset, .. }
                if radius + axis_offset.abs() >= source_axis =>
            {
                return Err(too_wide("the source", "geometry.source_axis_mm", source_axis));
            }
            BeamShape::Cone { .. } if radius >= self.axis_detector() => {
                let key = "geometry.source_detector_mm";
                return Err(too_wide("the panel", key, self.axis_detector()));
            }
            _ => {}
        }
        let half = 0.5 * self.shape[0] as f64 * self.pitch() / self.magnification();
        let [low, high] = [self.aim_mm - half, self.aim_mm + half];
        let [bottom, top] = self.bounds.z;
        if low >= top || high <= bottom {
            let name = name.into();
            return Err(InstrumentError::SampleOutOfSight { low, high, bottom, top, name });
        }
        Ok(())
    }

    /// Upright place `[v, u]`, mm, of a frame `[row, column]`.
    pub(super) fn upright(&self, [row, column]: [f64; 2]) -> [f64; 2] {
        let place = [self.frame.detector_row(row), self.frame.detector_column(column)];
        let (sin, cos) = self.turn.0.sin_cos();
        let [down, right] = [0, 1].map(|k| (place[k] - self.pivot[k]) * self.pixel_mm);
        [down * cos + right * sin, right * cos - down * sin]
    }

    /// The line of the upright column at `u`, at a rotation angle.
    pub(super) fn line(&self, angle: Radian, u: f64, shift: SourceShift) -> ColumnLine {
        let [up, across] = shift;
        let (sin, cos) = angle.0.sin_cos();
        let in_cell = |[s, b]: [f64; 2]| [s * cos + b * sin, b * cos - s * sin];
        match self.beam {
            BeamShape::Parallel { axis_screen } => {
                let start = -(self.bounds.radius + 1.0);
                let stretch = across.hypot(1.0);
                ColumnLine {
                    origin: in_cell([u + across * (start - axis_screen), start]),
                    direction: in_cell([across / stretch, 1.0 / stretch]),
                    start: RowRay {
                        z: self.aim_mm + up * (start - axis_screen),
                        slope: up / stretch,
                    },
                    change: RowRay { z: -1.0, slope: 0.0 },
                }
            }
            BeamShape::Cone { source_axis, source_detector, axis_offset, source_z } => {
                let length = (u - across).hypot(source_detector);
                let direction = [(u - across) / length, source_detector / length];
                ColumnLine {
                    origin: in_cell([across - axis_offset, -source_axis]),
                    direction: in_cell(direction),
                    start: RowRay { z: source_z + up, slope: -up / length },
                    change: RowRay { z: 0.0, slope: -1.0 / length },
                }
            }
        }
    }

    /// What the detector sees of the sample: least and greatest `[v, u]`, mm.
    pub(super) fn shadow(&self) -> [[f64; 2]; 2] {
        let (radius, [bottom, top]) = (self.bounds.radius, self.bounds.z);
        match self.beam {
            BeamShape::Parallel { .. } => {
                [[self.aim_mm - top, -radius], [self.aim_mm - bottom, radius]]
            }
            BeamShape::Cone { source_axis, source_detector, axis_offset, source_z } => {
                let scales = [-radius, radius].map(|b| source_detector / (source_axis + b));
                let fall = |z: f64| scales.map(|scale| (source_z - z) * scale);
                let distance = source_axis.hypot(axis_offset);
                let (middle, half) = ((axis_offset / source_axis).atan(), radius / distance);
                let side = |angle: f64| source_detector * angle.tan();
                let [v_top, v_bottom] = [fall(top), fall(bottom)];
                [
                    [v_top[0].min(v_top[1]), side(middle - half.asin())],
                    [v_bottom[0].max(v_bottom[1]), side(middle + half.asin())],
                ]
            }
        }
    }

    /// Least and greatest upright `[v, u]` of the frame, mm, its pixels' edges included.
    pub(super) fn frame_extent(&self) -> [[f64; 2]; 2] {
        let [rows, columns] = self.shape.map(|count| count as f64 - 0.5);
        let corners = [[-0.5, -0.5], [-0.5, columns], [rows, -0.5], [rows, columns]];
        let places = corners.map(|corner| self.upright(corner));
        let least = |k: usize| places.iter().map(|place| place[k]).fold(f64::INFINITY, f64::min);
        let most = |k: usize| places.iter().map(|place| place[k]).fold(-f64::INFINITY, f64::max);
        [[least(0), least(1)], [most(0), most(1)]]
    }

    /// The geometry for the world outside; `spots` is the place of the spot at each view.
    pub(super) fn geometry(&self, angles: Vec<Radian>, spots: &[SourceShift]) -> Geometry {
        let frame = self.frame;
        if let BeamShape::Cone { .. } = self.beam {
            let views = angles.iter().zip(spots);
            let views = views.filter_map(|(angle, spot)| self.cone_view(*angle, *spot)).collect();
            return Geometry::Cone(ConeGeometry { views, frame });
        }
        let axis = RotationAxis { centre: self.pivot[1], tilt: self.turn };
        Geometry::Parallel(ParallelGeometry {
            angles,
            axis,
            frame,
            pixel: Some(Millimetre(self.pixel_mm)),
        })
    }

    /// Source and panel at an angle, heights counted downwards from the aim; none in a parallel
    /// beam.
    pub(super) fn cone_view(&self, angle: Radian, [up, across]: SourceShift) -> Option<ConeView> {
        let BeamShape::Cone { source_axis, source_detector, axis_offset, source_z } = self.beam
        else {
            return None;
        };
        let circle = ConeCircle {
            source_to_axis: Millimetre(source_axis),
            source_to_detector: Millimetre(source_detector),
            pixel: Millimetre(self.pixel_mm),
            centre: self.pivot,
            roll: self.turn,
            pitch: Radian(0.0),
            yaw: Radian(0.0),
        };
        let mut view = circle.view(angle);
        let (sin, cos) = angle.0.sin_cos();
        let moved = |[z, y, x]: [f64; 3], [down, s]: [f64; 2]| [z + down, y - s * sin, x + s * cos];
        let down = self.aim_mm - source_z;
        view.source = moved(view.source, [down - up, across - axis_offset]);
        view.origin = moved(view.origin, [down, -axis_offset]);
        Some(view)
    }
}

impl Profile {
    /// Detector rows from the middle to where the ray at right angles to the axis meets the panel's
    /// plane, unbinned.
    #[must_use]
    pub fn piercing_row(&self) -> f64 {
        self.geometry.piercing_offset[0] + self.planned_row()
    }

    /// The part of [`Self::piercing_row`] that the inclination is, which an operator knows.
    #[must_use]
    pub fn planned_row(&self) -> f64 {
        let inclination = self.geometry.inclination_deg.to_radians();
        -self.geometry.source_detector_mm * inclination.tan() / self.detector.pixel_mm
    }

    /// Rows and columns of a frame.
    #[must_use]
    pub fn frame_shape(&self) -> [usize; 2] {
        window(self).1
    }
}

/// The window about the detector's middle, in whole frame pixels, and its rows and columns.
fn window(profile: &Profile) -> (PixelFrame, [usize; 2]) {
    let detector = &profile.detector;
    let bin = detector.bin.max(1);
    let sides = [detector.rows, detector.columns];
    let read = |k: usize| if detector.region[k] == 0 { sides[k] } else { detector.region[k] } / bin;
    let first = |k: usize| (sides[k] - read(k) * bin) / 2;
    let frame = PixelFrame {
        detector_rows: detector.rows,
        detector_columns: detector.columns,
        first_row: first(0),
        first_column: first(1),
        bin,
    };
    (frame, [read(0), read(1)])
}
