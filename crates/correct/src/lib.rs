//! Counts to line integrals. Knows no files.
//!
//! In: a [`Scan`](voltomo_types::Scan) with its flat and dark fields, and [`CorrectSettings`].
//! Out: a [`Survey`] of the whole scan once, then [`Corrected`] line integrals −ln(I/I₀),
//! `[angle, row, column]`, block by block ([`correct_block`]); no block can tell how many there are.
//!
//! The order is fixed: spots and dead pixels in the raw frames, dark field, scatter, flat field, dose,
//! what is done to whole frames, binning of the transmission, minus the logarithm, beam hardening,
//! rings.

mod absorbance;
mod air;
mod beam_hardening;
mod cleaning;
mod clipped;
mod counting;
mod detector_pixels;
mod dose;
mod drift;
mod dynamic_flat;
mod error;
mod figures;
mod first_error;
mod flat_field;
mod gain_map;
mod hardened;
mod mark;
mod noise;
mod numbers;
mod peak;
mod quality;
mod references;
mod region;
mod ring_choice;
mod rings;
mod row_air;
mod scatter;
mod scatter_settings;
mod settings;
mod shared_noise;
mod spots;
mod stage;
mod starvation;
mod stuck;
mod survey;
mod variance;
mod whole_frame;

pub use beam_hardening::{
    BeamHardeningSettings, Cupping, Curve, HardeningBeam, HardeningMethod, Linearisation,
    MetalArtefacts, MetalLevels, MetalPaths, Polychromatic, Polynomial, radial_profile,
};
pub use drift::{DriftMethod, DriftSettings};
pub use dynamic_flat::{DynamicFlatMethod, DynamicFlatSettings};
pub use error::CorrectError;
pub use figures::{
    BlockFigures, DoseFigures, DriftFigures, DynamicFlatFigures, OutlierFigures, SurveyFigures,
};
pub use quality::{FrameQuality, RingQuality, frame_quality, ring_quality};
pub use ring_choice::decide_rings;
pub use rings::{
    GainFigures, RingChoice, RingFilter, RingMethod, RingSettings, RingTrial, SliceRings,
    choose_method, remove_rings_from_slice,
};
pub use row_air::RowAirSettings;
pub use scatter::{DotFigures, KernelFigures, ScatterFigures, StarvedView};
pub use scatter_settings::{
    BeamStopSettings, BlackBodySettings, ConstantSettings, DotValue, KernelForm, KernelSettings,
    OverAngle, ScatterMethod, ScatterSettings, SurfaceKind,
};
pub use settings::{
    Average, CorrectSettings, DoseMethod, DoseSettings, FlatFieldSettings, OutlierRadiographs,
    SpotMethod, SpotSettings,
};
pub use spots::{SpotCount, remove_spots};
pub use stage::{Block, Corrected, correct_block, working_bytes};
pub use starvation::{SeenRays, StarvationSettings, StarvedRays, count_starved};
pub use survey::Survey;
pub use variance::NoiseGains;
pub use whole_frame::{
    AnalyserImages, DeblurMethod, DeblurSettings, DenoiseMethod, DenoiseSettings, DistortionMethod,
    DistortionSettings, OutlierKind, PhaseMethod, PhaseSettings, RockingPoint, denoise_reach,
    denoise_volume, separate_analyser_images,
};
