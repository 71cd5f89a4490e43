//! The steps on one frame, in their order. Knows no method's inside.

use voltomo_numeric::plane_filter::PlaneRoom;
use voltomo_types::{Quantity, Scan};

use super::{
    deblur::{Deblur, DeblurMethod, DeblurSettings},
    denoise::{self, DenoiseMethod, DenoiseSettings},
    phase::{Phase, PhaseMethod, PhaseSettings},
    warp::{DistortionMethod, DistortionSettings, Warp},
};
use crate::CorrectError;

/// What a recipe says of whole frames.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Whether the sample drifts.
    pub(crate) drifts: bool,
    pub(crate) distortion: &'a DistortionSettings,
    pub(crate) deblur: &'a DeblurSettings,
    pub(crate) phase: &'a PhaseSettings,
    pub(crate) denoise: &'a DenoiseSettings,
}

impl Wanted<'_> {
    /// The first table of the recipe that asks for something; `None` where nothing is to be done.
    pub(crate) fn key(&self) -> Option<&'static str> {
        let asks = [
            (self.drifts, "drift"),
            (self.distortion.method != DistortionMethod::None, "distortion"),
            (self.deblur.method != DeblurMethod::None, "deblur"),
            (self.phase.method != PhaseMethod::None, "phase"),
            (self.denoise.method != DenoiseMethod::None, "denoise"),
        ];
        asks.into_iter().find(|(asks, _)| *asks).map(|(_, key)| key)
    }

    fn is_warped(&self) -> bool {
        self.drifts || self.distortion.method != DistortionMethod::None
    }

    /// Whether the scan has what the steps need.
    pub(crate) fn check(&self, scan: &Scan) -> Result<(), CorrectError> {
        let (deblur, phase) =
            (self.deblur.method != DeblurMethod::None, self.phase.method != PhaseMethod::None);
        let keys = [(deblur, "deblur"), (phase, "phase")];
        let key = keys.into_iter().find(|(asks, _)| *asks).map(|(_, key)| key);
        if let Some(key) = key.filter(|_| scan.quantity == Quantity::LineIntegrals) {
            return Err(CorrectError::NotCounts { key, place: scan.radiographs.name_of(0) });
        }
        let needs = [(self.deblur.needs_pixel(), "deblur"), (phase, "phase")];
        let needs = needs.into_iter().find(|(needs, _)| *needs);
        if let Some((_, key)) = needs.filter(|_| scan.detector.pixel.is_none()) {
            return Err(CorrectError::NoPixel { key });
        }
        let shape = scan.radiographs.shape();
        let size = [shape.rows, shape.columns];
        let problem = Warp::new(self.distortion, size).problem();
        let problem = problem.or_else(|| self.deblur.too_wide(size, pixel_mm(scan)));
        problem.map_or(Ok(()), |problem| Err(CorrectError::Setting(problem)))
    }
}

/// Edge of a pixel of the frames as read, in mm; 1 where nobody told it, which is checked first.
pub(crate) fn pixel_mm(scan: &Scan) -> f64 {
    scan.detector.pixel.map_or(1.0, |pixel| pixel.0 * scan.detector.frame.bin as f64)
}

/// The steps of a recipe, made ready for frames of one size.
#[derive(Debug)]
pub(crate) struct FrameSteps {
    columns: usize,
    warp: Option<Warp>,
    deblur: Option<Deblur>,
    phase: Option<Phase>,
    denoise: DenoiseSettings,
    /// Whether what comes out is line integrals.
    pub(crate) gives_line_integrals: bool,
}

/// What a thread works in, kept from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct FrameRoom {
    plane: PlaneRoom,
}

impl FrameSteps {
    /// `None` where a recipe asks for none; for frames of `size` = rows, columns.
    pub(crate) fn new(wanted: Wanted<'_>, size: [usize; 2], pixel_mm: f64) -> Option<Self> {
        wanted.key()?;
        Some(Self {
            columns: size[1],
            warp: wanted.is_warped().then(|| Warp::new(wanted.distortion, size)),
            deblur: Deblur::new(wanted.deblur, size, pixel_mm),
            phase: Phase::new(wanted.phase, size, pixel_mm),
            denoise: wanted.denoise.clone(),
            gives_line_integrals: wanted.phase.gives_line_integrals(),
        })
    }

    /// Does them to one frame, whole rows of transmission, in place; `shift`: rows and columns that
    /// its sample stands off.
    pub(crate) fn apply(&self, values: &mut [f32], shift: [f64; 2], room: &mut FrameRoom) {
        if let Some(warp) = &self.warp {
            warp.apply(values, shift);
        }
        if let Some(deblur) = &self.deblur {
            deblur.apply(values, &mut room.plane);
        }
        if let Some(phase) = &self.phase {
            phase.apply(values, &mut room.plane);
        }
        denoise::frame(&self.denoise, values, self.columns);
    }

    /// Bytes of the steps, and bytes that one thread takes for [`Self::apply`] beside the frame.
    pub(crate) fn bytes(wanted: Wanted<'_>, size: [usize; 2], pixel_mm: f64) -> [u64; 2] {
        let deblur = Deblur::bytes(wanted.deblur, size, pixel_mm);
        let phase = Phase::bytes(wanted.phase, size, pixel_mm);
        let denoise = denoise::frame_bytes(wanted.denoise, size);
        let warp = if wanted.is_warped() { Warp::bytes(size) } else { 0 };
        [deblur[0] + phase[0], deblur[1].max(phase[1]) + denoise + warp]
    }
}
