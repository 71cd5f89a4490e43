//! What is true of a simulated scan beside its volumes: materials, geometry, defects, and what was
//! simulated. Knows no format of volumes.

use serde_json::{Value, json};
use voltomo_acquire::simulate::{
    Sample,
    cell::DefectRecord,
    instrument::{Profile, Twin},
    material::Substance,
    sight::{Eye, look},
};
use voltomo_types::{ConeGeometry, ConeView, Geometry, ParallelGeometry, Probe, VoxelGrid};

use super::{
    cone_truth::circle_as_read,
    error::SimulateError,
    folder::ScanFolder,
    setup::Setup,
    truth::{Truth, axis_as_read},
};
use crate::provenance::{as_json, write_json};

/// Name of the list that says what the labels beside it stand for.
pub(crate) const MATERIALS: &str = "materials.json";

/// Writes the records; the last one marks the scan as whole.
pub(super) fn write(
    folder: &ScanFolder,
    (setup, twin): (&Setup, &Twin<'_>),
    truth: &Truth<'_>,
) -> Result<(), SimulateError> {
    let at = |name: &str| folder.truth().join(name);
    write_json(&at(MATERIALS), &materials(truth))?;
    write_json(&at("geometry.json"), &geometry(twin, truth))?;
    let cell = &setup.cell;
    let defects = json!({
        "cell": cell.name,
        "about": "visible_in: which tomogram shows a defect, by the figures in seen_by: contrast \
                  (change of mu, blurred to the resolution of the instrument) against what is \
                  needed in the noise of its default scan. Features belong to the cell.",
        "defects": sighted(setup, twin)?,
        "features": as_json(&cell.features),
    });
    write_json(&at("defects.json"), &defects)?;
    Ok(write_json(&folder.record(), &setup.identity)?)
}

/// The defects, with what both beams see of them: the instrument of the scan, and the built-in one
/// of the other kind.
fn sighted(setup: &Setup, twin: &Twin<'_>) -> Result<Vec<Value>, SimulateError> {
    let other = match setup.profile.probe {
        Probe::Neutron => Profile::imax(),
        Probe::Xray => Profile::titan(),
    };
    let (here, other) = (Eye::of(&setup.profile)?, Eye::of(&other)?);
    let field = |point: [f64; 3]| twin.shows(point);
    let record = |(index, defect): (usize, &DefectRecord)| -> Result<Value, SimulateError> {
        let seen = look(&setup.cell, index, &here, Some(&field))?;
        let there = look(&setup.cell, index, &other, None)?;
        let [neutron, xray] = match setup.profile.probe {
            Probe::Neutron => [seen, there],
            Probe::Xray => [there, seen],
        };
        let mut value = as_json(defect);
        value["visible_in"] = json!({ "neutron": neutron.visible, "xray": xray.visible });
        value["seen_by"] = json!({ "neutron": as_json(&neutron), "xray": as_json(&xray) });
        Ok(value)
    };
    setup.cell.defects.iter().enumerate().map(record).collect()
}

/// The labels and what they stand for; 0 is a void.
fn materials(truth: &Truth<'_>) -> Value {
    let [neutron, xray] = &truth.attenuations;
    let record = |(index, substance): (usize, &Substance)| {
        json!({
            "label": index + 1,
            "name": substance.name(),
            "density_g_cm3": substance.density(),
            "mass_fractions": fractions(substance),
            "mu_neutron_per_cm": neutron[index],
            "mu_xray_per_cm": xray[index],
        })
    };
    let all: Vec<Value> = truth.scene.materials().iter().enumerate().map(record).collect();
    json!({
        "about": "Labels of labels.zarr; 0 is a void. Coefficients are those of a thin layer in the \
                  beam, weighted with what the detector sees of it.",
        "materials": all,
    })
}

/// Mass fractions by nuclide.
fn fractions(substance: &Substance) -> Value {
    let shares = substance.fractions().iter();
    shares.map(|(nuclide, share)| (nuclide.to_string(), Value::from(*share))).collect()
}

/// Where everything was, as no instrument would tell it. Every length and angle has its unit in its
/// name; vectors are `[z, y, x]`.
fn geometry(twin: &Twin<'_>, truth: &Truth<'_>) -> Value {
    let frame = twin.geometry().frame();
    let (axis, as_simulated) = match twin.geometry() {
        Geometry::Parallel(geometry) => parallel(geometry, twin.shape()[0]),
        Geometry::Cone(geometry) => cone(twin, geometry),
    };
    let VoxelGrid { shape, voxel, first, .. } = truth.at.grid;
    json!({
        "axis_in_frames": axis,
        "as_simulated": as_simulated,
        "frame": {
            "detector_rows": frame.detector_rows,
            "detector_columns": frame.detector_columns,
            "first_row": frame.first_row,
            "first_column": frame.first_column,
            "bin": frame.bin,
        },
        "cell_height_at_middle_row_mm": twin.aim_mm(),
        "volumes": { "shape": shape, "voxel_mm": voxel, "first_voxel_mm": first },
        "cell_frame": "x and y as in the volumes, from the can's axis; \
                       z_cell = cell_height_at_middle_row_mm - z_volume",
    })
}

/// The axis in the frames on disk; the beam on the whole detector.
fn parallel(geometry: &ParallelGeometry, rows: usize) -> (Value, Value) {
    let (read, axis) = (axis_as_read(geometry, rows), geometry.axis);
    let degrees: Vec<f64> = geometry.angles.iter().map(|angle| angle.degrees()).collect();
    (
        json!({ "centre_px": read.centre, "tilt_deg": read.tilt.degrees() }),
        json!({
            "beam": "parallel",
            "centre_detector_px": axis.centre,
            "tilt_deg": axis.tilt.degrees(),
            "detector_pixel_mm": geometry.pixel.map(|pixel| pixel.0),
            "angles_deg": degrees,
        }),
    )
}

/// The cone in the frames on disk; source and panel of every view, where the spot had wandered to.
fn cone(twin: &Twin<'_>, geometry: &ConeGeometry) -> (Value, Value) {
    let circle = circle_as_read(twin);
    let view = |view: &ConeView| {
        json!({
            "angle_deg": view.angle.degrees(),
            "source_mm": view.source,
            "first_pixel_mm": view.origin,
            "row_step_mm": view.along_rows,
            "column_step_mm": view.along_columns,
        })
    };
    let views: Vec<Value> = geometry.views.iter().map(view).collect();
    (
        json!({
            "centre_px": circle.centre[1],
            "centre_row_px": circle.centre[0],
            "roll_deg": circle.roll.degrees(),
            "source_to_axis_mm": circle.source_to_axis.0,
            "source_to_detector_mm": circle.source_to_detector.0,
            "detector_pixel_mm": circle.pixel.0,
        }),
        json!({ "beam": "cone", "views": views }),
    )
}
