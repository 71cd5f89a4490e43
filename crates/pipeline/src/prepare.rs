//! Everything that must be known before the first slab: references, dose, axis, grid, plan.
//! Writes no volume.

use std::path::Path;

use voltomo_correct::Survey;
use voltomo_reconstruct::{
    ReconstructSettings, Reconstruction, angular_weights,
    calibrate::{AxisEstimate, find_axis},
    choose, cone_grid_for, grid_for, prepare_variances,
};
use voltomo_types::{
    Geometry, Millimetre, ParallelGeometry, PixelFrame, Radian, RotationAxis, Scan, VoxelGrid,
};

use crate::{
    axis_pace::axis_seconds,
    bands::CorrectedBands,
    beam::{BeamFound, beam},
    error::RunError,
    memory::{Bytes, default_budget},
    plan::{Plan, Sizing, plan},
    provenance::as_json,
    ready::ready,
    recipe::Recipe,
    watch::Watch,
};

/// Tilt that a plan made before the axis is known allows for.
const TILT_ASSUMED: Radian = Radian(0.017_453);

/// The rotation angles of a scan.
///
/// # Errors
/// A scan without angles, with what its files do say of them.
pub(crate) fn angles(scan: &Scan) -> Result<&[Radian], RunError> {
    let said = || scan.facts.iter().find(|fact| fact.item == "rotation angles");
    scan.angles.as_deref().ok_or_else(|| RunError::NoAngles {
        known: said()
            .map_or_else(|| "its files say nothing of them".into(), |fact| fact.value.clone()),
        path: scan.files.first().cloned().unwrap_or_default(),
    })
}

/// The geometry of a scan with an axis, for frames as they come out of the correction.
///
/// # Errors
/// A scan without angles.
pub(crate) fn geometry(
    (scan, beam): (&Scan, &BeamFound),
    frame: PixelFrame,
    axis: RotationAxis,
) -> Result<Geometry, RunError> {
    Ok(beam.geometry(angles(scan)?, (frame, scan.detector.pixel), axis))
}

/// The grid that the settings ask for in any beam.
///
/// # Errors
/// Settings that do not fit the scan.
pub(crate) fn any_grid(
    geometry: &Geometry,
    shape: (usize, usize),
    settings: &ReconstructSettings,
) -> Result<VoxelGrid, RunError> {
    Ok(match geometry {
        Geometry::Parallel(parallel) => grid_for(parallel, shape, settings)?,
        Geometry::Cone(cone) => cone_grid_for(cone, shape, settings)?,
    })
}

/// An axis to plan with, before it is known: as the recipe tells it, else in the middle of the
/// frame with a degree of tilt.
#[must_use]
pub(crate) fn assumed_axis(
    (recipe, beam): (&Recipe, &BeamFound),
    frame: &PixelFrame,
    columns: usize,
) -> RotationAxis {
    let middle = frame.detector_column((columns as f64 - 1.0) / 2.0);
    if !matches!(beam, BeamFound::Parallel { .. }) {
        let told = beam.told_axis(frame).map(|(axis, _)| axis);
        let tilt = beam.told_tilt().unwrap_or(TILT_ASSUMED);
        return told.unwrap_or(RotationAxis { centre: middle, tilt });
    }
    RotationAxis {
        centre: recipe.reconstruct.centre_px.unwrap_or(middle),
        tilt: recipe.reconstruct.tilt_deg.map_or(TILT_ASSUMED, Radian::from_degrees),
    }
}

/// Finds the axis: in some whole frames, and a row band at a time.
///
/// # Errors
/// Bands that cannot be read, and an axis that cannot be found.
pub(crate) fn axis(
    bands: &CorrectedBands<'_>,
    recipe: &Recipe,
    watch: &dyn Watch,
) -> Result<AxisEstimate, RunError> {
    let (scan, survey) = (bands.scan, bands.survey);
    let parallel = BeamFound::Parallel { warning: None };
    let axis = assumed_axis((recipe, &parallel), &survey.frame(), survey.shape().columns);
    let (angles, frame) = (angles(scan)?.to_vec(), survey.frame());
    let geometry = ParallelGeometry { angles, axis, frame, pixel: scan.detector.pixel };
    begin_axis(recipe, watch);
    let estimate = find_axis(bands, &geometry, &recipe.reconstruct, &|done, total| {
        watch.advance(done * 100 / total.max(1));
    })?;
    watch.end();
    estimate.warnings.iter().for_each(|warning| watch.warn(warning));
    Ok(estimate)
}

/// Begins the search of the axis, in which nothing is written but where radiographs were corrected whole
/// before: these lie on the disk.
pub(crate) fn begin_axis(recipe: &Recipe, watch: &dyn Watch) {
    let step = "find the axis";
    match recipe.correct.needs_whole_frames() {
        true => watch.begin(step, 100),
        false => watch.begin_unwritten(step, 100),
    }
}

/// The axis search as it stands in the record: in pixels, and in mm where the pixel size is known.
#[must_use]
pub(crate) fn axis_record(estimate: &AxisEstimate, pixel: Option<Millimetre>) -> serde_json::Value {
    let mut record = as_json(estimate);
    record["centre_px"] = estimate.axis.centre.into();
    record["centre_mm"] = pixel.map(|pixel| estimate.axis.centre * pixel.0).into();
    record["tilt_deg"] = estimate.axis.tilt.degrees().into();
    with_units(record)
}

/// A record whose angles and lengths say in their names what they are measured in.
#[must_use]
pub(crate) fn with_units(record: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    let named = |key: String| match key.as_str() {
        "tilt" | "tilt_sigma" | "roll" | "roll_sigma" | "pitch" | "yaw" => key + "_rad",
        "source_to_axis" | "source_to_detector" | "pixel" => key + "_mm",
        _ => key,
    };
    match record {
        Value::Object(fields) => {
            let fields = fields.into_iter();
            let is_number = |value: &Value| value.is_number() || value.is_null();
            let renamed = fields.map(|(key, value)| {
                (if is_number(&value) { named(key) } else { key }, with_units(value))
            });
            Value::Object(renamed.collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(with_units).collect()),
        other => other,
    }
}

/// What puts the axis itself in doubt, from its record.
pub(crate) fn axis_findings(record: &serde_json::Value) -> Vec<String> {
    const CENTRE_PX: f64 = 0.5;
    const TILT_DEG: f64 = 0.5;
    let number = |key: &str| record[key].as_f64().unwrap_or(0.0);
    let tilt_deg = Radian(number("tilt_sigma_rad")).degrees();
    let doubts = [
        ("the methods' centres differ by", number("disagreement_px"), CENTRE_PX, "px"),
        ("the centre is uncertain by", 3.0 * number("centre_sigma_px"), CENTRE_PX, "px"),
        ("the tilt is uncertain by", 3.0 * tilt_deg, TILT_DEG, "degrees"),
    ];
    let beyond = doubts.into_iter().filter(|(_, value, limit, _)| value > limit);
    beyond
        .map(|(what, value, limit, unit)| {
            format!("{what} {value:.2} {unit}; expected at most {limit} {unit}")
        })
        .collect()
}

/// The reconstruction made ready: geometry, grid, filters, plan.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The geometry.
    pub geometry: Geometry,
    /// The volume's grid.
    pub grid: VoxelGrid,
    /// The method.
    pub method: Box<dyn Reconstruction>,
    /// Rows and columns of corrected frames.
    pub frame: (usize, usize),
    /// What turns variances of line integrals into those of voxels, where a noise map is wanted.
    pub variances: Option<Box<dyn Reconstruction>>,
    /// The plan.
    pub plan: Plan,
}

impl Prepared {
    /// Makes the reconstruction of corrected frames of `shape` (rows, columns) ready.
    ///
    /// # Errors
    /// Settings that do not fit the scan, and a budget that is too small.
    pub(crate) fn new(
        recipe: &Recipe,
        scan: &Scan,
        geometry: Geometry,
        (shape, budget): ((usize, usize), Option<Bytes>),
    ) -> Result<Self, RunError> {
        let grid = any_grid(&geometry, shape, &recipe.reconstruct)?;
        let method = voltomo_reconstruct::prepare(&geometry, shape, &grid, &recipe.reconstruct)?;
        let variances = prepare_variances(&geometry, shape, &grid, &recipe.reconstruct)?;
        let sizing = Sizing {
            recipe,
            scan,
            geometry: &geometry,
            frame: shape,
            methods: (method.as_ref(), variances.as_deref()),
            choice: choose(&geometry, &recipe.reconstruct),
            grid: &grid,
        };
        let plan = plan(&sizing, budget.unwrap_or_else(default_budget))?;
        Ok(Self { geometry, grid, method, frame: shape, variances, plan })
    }
}

/// Holds a recipe and a memory budget to the scan, before any radiograph is read: angles, rows,
/// regions, voxels, the axis as far as it is told, and a slab of one slice in the budget.
///
/// # Errors
/// Whatever would stop the run once the axis is known.
pub(crate) fn check(recipe: &Recipe, scan: &Scan, budget: Option<Bytes>) -> Result<(), RunError> {
    let (shape, frame) = Survey::corrected_shape(scan, &recipe.correct)?;
    let beam = beam(recipe, scan)?;
    let told = beam.told_tilt().or(recipe.reconstruct.tilt_deg.map(Radian::from_degrees));
    let axis = assumed_axis((recipe, &beam), &frame, shape.columns);
    let axis = RotationAxis { tilt: told.unwrap_or(Radian(0.0)), ..axis };
    let geometry = geometry((scan, &beam), frame, axis)?;
    let frame = (shape.rows, shape.columns);
    let settings = &before_the_axis(recipe, &geometry);
    let grid = any_grid(&geometry, frame, settings)?;
    let method = voltomo_reconstruct::prepare(&geometry, frame, &grid, settings)?;
    let variances = prepare_variances(&geometry, frame, &grid, settings)?;
    let methods = (method.as_ref(), variances.as_deref());
    let choice = choose(&geometry, &recipe.reconstruct);
    let sizing = Sizing { recipe, scan, geometry: &geometry, frame, methods, choice, grid: &grid };
    sizing.slab_slices(budget.unwrap_or_else(default_budget))?;
    Ok(())
}

/// The settings that a scan can be held to before its axis is known: how wide the field of a whole
/// turn is hangs on where the axis lies, so that a region waits for it.
fn before_the_axis(recipe: &Recipe, geometry: &Geometry) -> ReconstructSettings {
    let mut settings = recipe.reconstruct.clone();
    let Geometry::Parallel(parallel) = geometry else { return settings };
    if settings.centre_px.is_none() && angular_weights(&parallel.angles).full_turn {
        settings.region = None;
    }
    settings
}

/// The plan of a recipe before any radiograph is read.
///
/// # Errors
/// A scan that cannot be opened, settings that do not fit it, a budget that is too small.
pub fn plan_only(recipe: &Recipe, base: &Path, budget: Option<Bytes>) -> Result<Plan, RunError> {
    let recipe = &ready(recipe, base)?;
    let scan = voltomo_acquire::open(&recipe.acquire, base)?;
    let (shape, frame) = Survey::corrected_shape(&scan, &recipe.correct)?;
    let beam = beam(recipe, &scan)?;
    let axis = assumed_axis((recipe, &beam), &frame, shape.columns);
    let geometry = geometry((&scan, &beam), frame, axis)?;
    let size = (shape.rows, shape.columns);
    let kind = geometry.clone();
    let mut plan = Prepared::new(recipe, &scan, geometry, (size, budget))?.plan;
    if is_axis_searched((recipe, &beam), &frame) {
        let size = [kind.view_count(), shape.rows, shape.columns];
        plan.axis_seconds = Some(axis_seconds(&kind, size, recipe.reconstruct.bands));
    }
    Ok(plan)
}

/// Whether nobody tells where the axis is.
fn is_axis_searched((recipe, beam): (&Recipe, &BeamFound), frame: &PixelFrame) -> bool {
    match beam {
        BeamFound::Parallel { .. } => recipe.reconstruct.centre_px.is_none(),
        _ => beam.told_axis(frame).is_none(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ndarray::ArrayViewMut3;
    use voltomo_types::{ConeFacts, Detector, FrameError, FrameShape, Frames, Quantity};

    use super::*;

    /// Frames that have a size and nothing else.
    #[derive(Debug)]
    struct Sizes(FrameShape);

    impl Frames for Sizes {
        fn shape(&self) -> FrameShape {
            self.0
        }

        fn read(
            &self,
            _: std::ops::Range<usize>,
            _: std::ops::Range<usize>,
            _: ArrayViewMut3<'_, f32>,
        ) -> Result<(), FrameError> {
            panic!("a plan reads no frame")
        }

        fn name_of(&self, frame: usize) -> String {
            frame.to_string()
        }
    }

    fn large_cone() -> Scan {
        let shape = FrameShape { frames: 900, rows: 2266, columns: 1781 };
        let frame = PixelFrame::whole(shape.rows, shape.columns);
        let pixel = Some(Millimetre(0.016));
        Scan {
            radiographs: Arc::new(Sizes(shape)),
            flats: vec![],
            darks: vec![],
            black_bodies: Default::default(),
            angles: Some((0..900).map(|k| Radian::from_degrees(0.4 * f64::from(k))).collect()),
            quantity: Quantity::Counts,
            probe: None,
            cone: ConeFacts::default(),
            detector: Detector { frame, pixel, saturation: None },
            facts: vec![],
            files: vec![],
        }
    }

    /// 1024³ voxels from the whole panel of the micro-focus tube, at its steepest.
    #[test]
    fn a_large_cone_is_planned_within_six_gibibytes_whichever_slab_takes_most() {
        let scan = large_cone();
        let mut recipe = Recipe::default();
        let cone = &mut recipe.reconstruct.cone;
        (cone.source_to_axis_mm, cone.source_to_detector_mm) = (Some(60.0), Some(240.0));
        recipe.reconstruct.voxel_mm = Some(0.0271);
        let (found, frame) = (beam(&recipe, &scan).unwrap(), scan.detector.frame);
        let axis = RotationAxis { centre: 890.0, tilt: Radian(0.0) };
        let geometry = geometry((&scan, &found), frame, axis).unwrap();
        for slices in [voltomo_reconstruct::ConeSlices::Axis, Default::default()] {
            recipe.reconstruct.cone.slices = slices;
            let budget = Bytes(6 << 30);
            let size = ((2266, 1781), Some(budget));
            let prepared = Prepared::new(&recipe, &scan, geometry.clone(), size).unwrap();
            let Plan { grid, slabs, peak_memory, .. } = &prepared.plan;
            println!("{:?} {} slabs, {peak_memory}", grid.shape, slabs.len());
            assert!(grid.shape[1] >= 1024 && grid.shape[0] > 1000, "{:?}", grid.shape);
            assert!(*peak_memory <= budget);
            let takes = |slab: &std::ops::Range<usize>| {
                let rows = prepared.method.rows_needed(slab.clone()).len() as u64;
                4 * 900 * 1781 * rows + prepared.method.working_bytes(slab.clone())
            };
            let most = slabs.iter().map(takes).max().unwrap();
            assert!(most < peak_memory.0 && takes(&slabs[slabs.len() / 2]) < most);
        }
    }
}
