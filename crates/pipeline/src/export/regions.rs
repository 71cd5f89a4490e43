//! Findings as regions on the slices of a volume. Finds nothing.

use voltomo_numeric::cast::to_index;
use voltomo_show::viewer::{Region, write_regions};
use voltomo_types::{Finding, LengthUnit, VoxelGrid};

use super::source::{ExportOptions, Source, refuse_taken};
use crate::error::RunError;
use crate::findings_file::read_findings;
use crate::whole_file::write_whole;

/// Side of the square at a finding without an extent, mm.
const LEAST_MM: f64 = 1.0;

/// Writes the regions; lines for a person.
pub(super) fn write(source: &Source, options: &ExportOptions) -> Result<Vec<String>, RunError> {
    let path = options.findings.clone().unwrap_or_default();
    if source.grid().unit == LengthUnit::Pixel {
        let why = "findings in mm, and a volume that does not tell how large a voxel is; expected its \
                   size: give `--voxel-mm`";
        return Err(RunError::Export { why: why.into(), path: source.path().into() });
    }
    let findings = read_findings(&path)?;
    let regions: Vec<Region> = findings
        .iter()
        .enumerate()
        .filter_map(|(k, finding)| region(k + 1, finding, source.grid()))
        .collect();
    if regions.is_empty() {
        let why = format!(
            "none of {} findings has a place in this volume; expected the findings of this volume",
            findings.len()
        );
        return Err(RunError::Export { why, path });
    }
    let _folder = refuse_taken(&options.out, options.force)?;
    let mut bytes = Vec::new();
    let told =
        |error| RunError::File { what: "cannot write", path: options.out.clone(), source: error };
    write_regions(&regions, &mut bytes).map_err(told)?;
    write_whole(&options.out, &bytes).map_err(told)?;
    Ok(vec![
        format!("written   {}", options.out.display()),
        format!("regions   {} of {} findings", regions.len(), findings.len()),
        "limits    a square that holds each finding, on the slice through its middle".into(),
    ])
}

/// A square about a finding; `None` for one without a place in the volume.
fn region(number: usize, finding: &Finding, grid: &VoxelGrid) -> Option<Region> {
    let place = finding.place?;
    let at = [0, 1, 2].map(|k| (place.volume_mm[k] - grid.first[k]) / grid.voxel);
    let is_in = (0..3).all(|k| at[k] > -0.5 && at[k] < grid.shape[k] as f64 - 0.5);
    let [radial, tangential, _] = finding.extent_mm.unwrap_or([LEAST_MM; 3]);
    // What reaches around the axis is shown at its middle alone.
    let tangential = if tangential > 2.0 * place.radius_mm { radial } else { tangential };
    let side = radial.max(tangential).max(2.0 * grid.voxel) / grid.voxel;
    let kind = serde_json::to_value(finding.kind).ok()?;
    let verdict = serde_json::to_value(finding.verdict).ok()?;
    is_in.then(|| Region {
        name: format!(
            "{number:02} {} {}",
            kind.as_str().unwrap_or_default(),
            verdict.as_str().unwrap_or_default()
        ),
        slice: to_index(at[0].round().max(0.0)),
        // Pixels count from their corners, voxels from their middles.
        corner: [at[1] + 0.5 - 0.5 * side, at[2] + 0.5 - 0.5 * side].map(|it| it.max(0.0)),
        size: [side; 2],
    })
}
