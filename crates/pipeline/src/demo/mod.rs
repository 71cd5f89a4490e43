//! The demonstration: a scan of known truth is written, run like any other, and held to its truth.
//! No science of its own.

mod cell;
mod instrument;

use std::path::{Path, PathBuf};

use ndarray::ArrayView2;
use voltomo_types::VoxelGrid;

use crate::{
    error::RunError,
    memory::Bytes,
    provenance::RunRecord,
    recipe::{Recipe, commented},
    run::{RunOptions, run},
    stack::write_text,
    store,
    summary::number,
    watch::Watch,
};

/// What the demonstration shows.
#[derive(Debug)]
pub struct Demo {
    /// The record of its run.
    pub record: RunRecord,
    /// What was found beside what is true, as lines for a person.
    pub lines: Vec<String>,
}

/// Generates the raw radiographs of a cell-like phantom as a neutron camera would write them
/// (counts with noise, gamma spots, a dead column, a drifting beam, a tilted axis off the middle),
/// writes a recipe, runs it, and compares what comes out with what was put in.
///
/// # Errors
/// A folder that cannot be written.
pub fn demo(out: &Path, memory: Option<Bytes>, watch: &dyn Watch) -> Result<Demo, RunError> {
    let folder = out.join("scan");
    watch.begin("generate the radiographs", instrument::ANGLES);
    instrument::write(&folder, watch)?;
    watch.end();
    let recipe = recipe();
    let head = ["The demonstration's recipe; run it again with: voltomo run demo.toml --out DIR"];
    let path = out.join("demo.toml");
    write_text(&path, &commented(&recipe, &head.map(String::from)))?;
    let run_folder = out.join("run");
    let base = out.into();
    let options = RunOptions { out: run_folder.clone(), base, memory, resume: false, force: true };
    let record = run(&recipe, &options, watch)?;
    let lines = compare(&record, &run_folder)?;
    Ok(Demo { record, lines })
}

fn recipe() -> Recipe {
    let mut recipe = Recipe::default();
    recipe.acquire.path = PathBuf::from("scan");
    recipe.acquire.radiographs = Some("radiographs".into());
    recipe.acquire.flats_before = Some("flats_before".into());
    recipe.acquire.flats_after = Some("flats_after".into());
    recipe.acquire.darks = Some("darks".into());
    recipe.acquire.angles = Some("0:360".into());
    recipe.acquire.pixel_mm = Some(instrument::PIXEL_MM);
    recipe.acquire.probe = Some(voltomo_types::Probe::Neutron);
    recipe
}

/// Found beside true: the axis, and µ in each part of the cell.
fn compare(record: &RunRecord, folder: &Path) -> Result<Vec<String>, RunError> {
    let axis = instrument::axis();
    let (centre, tilt) = (number(&record.axis, "centre_px"), number(&record.axis, "tilt_deg"));
    let mut lines = vec![
        "                            found      true".to_string(),
        format!("axis column, px           {centre:>9.3} {:>9.3}", axis.centre),
        format!("axis tilt, degrees        {tilt:>9.4} {:>9.4}", axis.tilt.degrees()),
    ];
    let Some(volume) = &record.volume else { return Ok(lines) };
    for part in cell::PARTS {
        let z = slice_of(&record.plan.grid, part.height_mm);
        let slice = store::read_slab(&folder.join(&volume.path), z..z + 1)?;
        let slice = slice.index_axis(ndarray::Axis(0), 0);
        let mean = ring_mean(&slice, &record.plan.grid, part.ring_mm);
        let label = format!("µ of {}, 1/cm", part.name);
        lines.push(format!("{label:<25} {mean:>9.3} {:>9.3}", part.attenuation_per_cm));
    }
    lines.push(format!("pictures    {}", folder.join("3-reconstruct").display()));
    Ok(lines)
}

fn slice_of(grid: &VoxelGrid, height_mm: f64) -> usize {
    let index = (height_mm - grid.first[0]) / grid.voxel;
    voltomo_numeric::cast::to_index(index.round()).min(grid.shape[0] - 1)
}

/// Mean of the voxels whose distance from the axis lies in `ring`.
fn ring_mean(slice: &ArrayView2<'_, f32>, grid: &VoxelGrid, [inner, outer]: [f64; 2]) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for ((y, x), &value) in slice.indexed_iter() {
        let [_, y, x] = grid.centre_of([0, y, x]);
        if (inner..outer).contains(&x.hypot(y)) {
            sum += f64::from(value);
            count += 1.0;
        }
    }
    sum / count
}
