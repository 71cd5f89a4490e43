//! One run from start to end: recipe, check, plan, run, store, provenance. Knows no science.

mod axis;
mod axis_pace;
mod bands;
mod beam;
mod calibrate;
mod cell;
mod compare;
mod cone_axis;
mod correct_only;
mod cupping;
mod demo;
mod disk;
mod error;
mod export;
mod findings_file;
mod gate;
mod hardening;
mod hardening_record;
mod inspect;
mod iterations;
mod joint;
mod journal;
mod kept;
mod layout;
mod look;
mod memory;
mod metal;
mod metal_memory;
mod method;
mod pace;
mod plan;
mod prepare;
mod preview;
mod provenance;
mod quality;
mod ready;
mod recipe;
mod register;
mod registered;
mod rendered;
mod replaced;
mod report;
mod rerun;
mod resume;
mod run;
mod sampled;
mod scan_warnings;
mod segment;
mod shown;
mod simulate;
mod spool;
mod stack;
mod starvation;
pub mod store;
mod summary;
mod survey;
mod tally;
mod unseen;
mod volume_input;
mod volumes;
mod watch;
mod way;
mod whole_file;
mod whole_frames;
mod whole_volumes;

pub use calibrate::{CalibrateOptions, Calibration, calibrate};
pub use cell::{
    BeamPlan, CellFacts, CellOptions, CellPlan, CellRecipe, CellScan, plan_cell, run_cell,
};
pub use compare::{CompareOptions, compare};
pub use correct_only::correct_only;
pub use demo::{Demo, demo};
pub use error::RunError;
pub use export::{ExportOptions, export};
pub use findings_file::{FindingsRecord, Inspected, findings_schema};
pub use hardening_record::HardeningRecord;
pub use inspect::{InspectOptions, default_limits, inspect};
pub use iterations::SlabIterations;
pub use look::{look, recipe_for};
pub use memory::Bytes;
pub use method::{MethodPlan, MethodRecord};
pub use plan::Plan;
pub use prepare::plan_only;
pub use provenance::{RunRecord, Status};
pub use quality::{EdgeQuality, Quality, SliceQuality, quality};
pub use recipe::{Override, Place, PlacedProblem, Recipe, RecipeError, json_schema};
pub use register::{RegisterOptions, RegistrationRecord, Resampled, register};
pub use registered::{Registered, RegisteredGrids};
pub use rendered::{RenderOptions, render_volume};
pub use replaced::may_replace_recipe;
pub use report::{ReportOutcome, report};
pub use rerun::rerun;
pub use run::{RunOptions, run};
pub use segment::{SegmentOptions, SegmentationRecord, segment};
pub use shown::{
    Along, AxisAt, Cut, Limits, Other, PictureFormat, PlaneAt, Radii, SectionAxis, ShowOptions,
    Shown, ShownFindings, Together, show,
};
pub use simulate::{
    ScanFormat, SimulateError, SimulateOptions, Simulated, SimulationPlan, builtin_cell,
    builtin_instrument, list_materials, list_simulations, plan_simulation, simulate,
};
pub use starvation::{Advice, StarvationRecord, StarvedView};
pub use voltomo_acquire::read_text;
pub use voltomo_acquire::simulate::{
    material::{HydrogenModel, MaterialError},
    spectrum::{MaterialReport, report as material_report},
};
pub use voltomo_inspect::{InspectSettings, compare::CompareSettings};
pub use voltomo_register::{Model, RegisterSettings};
pub use voltomo_segment::SegmentSettings;
pub use voltomo_show::{picture::ColourMap, section::Over};
pub use volume_input::{VolumeInput, VolumeRequest};
pub use watch::{Silent, Watch};
