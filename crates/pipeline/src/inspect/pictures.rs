//! A picture for each finding: the slice that shows it, with its place framed. Finds nothing.

use std::path::Path;

use ndarray::{Array2, Axis};
use voltomo_inspect::cylindrical::place;
use voltomo_inspect::frame::CellFrame;
use voltomo_inspect::{InspectSettings, Seen, Views, sample};
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_show::picture::{ColourMap, Mark, SliceStyle, Window, slice_picture};
use voltomo_types::{Finding, Probe, ShownSlice, SliceDirection};

use crate::error::RunError;
use crate::findings_file::name;
use crate::preview::write;

/// Percentiles of the inside of a cell that become the first and the last colour.
const INSIDE: [f64; 2] = [0.5, 99.5];

/// Volumes of fewer slices are not cut along the axis.
const FEW: usize = 8;

/// A section through a volume: the numbers, and where a point of the volume lies in it.
pub(super) struct Section {
    pub(super) values: Array2<f32>,
    pub(super) title: String,
    direction: SliceDirection,
    /// The cell's axis, about: `[y, x]`, mm of the volume.
    axis: [f64; 2],
    /// `[row, column]` of a point `[z, y, x]` in mm of the volume.
    place: Box<dyn Fn([f64; 3]) -> [f64; 2]>,
}

impl Section {
    /// Height and width of a finding's box in the section, mm; about its middle where it is known.
    fn extent_of(&self, finding: &Finding, middle: [f64; 3]) -> [f64; 2] {
        let [radial, tangential, axial] = finding.extent_mm.unwrap_or_default();
        let [y, x] = [middle[1] - self.axis[0], middle[2] - self.axis[1]];
        let radius = x.hypot(y).max(f64::MIN_POSITIVE);
        let (sin, cos) = (y / radius, x / radius);
        // What reaches around the axis, or about it, is shown at its middle alone.
        let tangential = if tangential > 2.0 * radius { 0.0 } else { tangential };
        let down = (radial * sin).abs() + (tangential * cos).abs();
        let across = (radial * cos).abs() + (tangential * sin).abs();
        match self.direction {
            SliceDirection::Z => [down, across],
            SliceDirection::Y => [axial, across],
            SliceDirection::X => [axial, down],
            SliceDirection::Axial => [axial, radial],
        }
    }
}

/// Draws `finding-01.png` and so on into `folder`, one for each finding that names a slice.
///
/// # Errors
/// A picture that cannot be written.
pub(super) fn draw(
    (views, settings): (&Views<'_>, &InspectSettings),
    findings: &[Finding],
    folder: &Path,
) -> Result<(), RunError> {
    let is_axial = |finding: &Finding| {
        finding.slice.is_some_and(|slice| slice.direction == SliceDirection::Axial)
    };
    let placed = findings.iter().any(is_axial);
    let cell = placed.then(|| place(views, &settings.cylindrical).ok()).flatten();
    for (k, finding) in findings.iter().enumerate() {
        let by = finding.shown_by.first();
        let (seen, frame) = match by {
            Some(Probe::Neutron) => {
                let frame = cell.as_ref().and_then(|(cell, _)| cell.neutron.as_ref());
                (views.neutron, frame.map(|placed| *placed.frame()))
            }
            _ => {
                let frame = cell.as_ref().and_then(|(cell, _)| cell.xray.as_ref());
                (views.xray, frame.map(|placed| *placed.frame()))
            }
        };
        let Some((seen, shown)) = seen.zip(finding.slice) else { continue };
        let Some(section) = section(&seen, shown, frame) else { continue };
        let style = style(&section, finding, &seen);
        let picture = slice_picture(section.values.view(), &style);
        write(&picture, &folder.join(format!("finding-{:02}.png", k + 1)))?;
    }
    Ok(())
}

/// The section that a finding names; `None` where it lies outside the volume.
fn section(seen: &Seen<'_>, shown: ShownSlice, frame: Option<CellFrame>) -> Option<Section> {
    let (grid, at) = (seen.grid, shown.position);
    let index_of = |axis: usize| {
        let index = ((at - grid.first[axis]) / grid.voxel).round();
        (index >= 0.0 && index < grid.shape[axis] as f64).then(|| to_index(index))
    };
    let plane = |axis: usize, name: &str, rest: [usize; 2]| {
        let index = index_of(axis)?;
        let values = seen.attenuation.index_axis(Axis(axis), index).to_owned();
        let title = format!("at {name} = {at:.2} mm");
        let place = Box::new(move |point: [f64; 3]| {
            rest.map(|axis| (point[axis] - grid.first[axis]) / grid.voxel)
        });
        let middle = grid.centre_of([0, grid.shape[1] / 2, grid.shape[2] / 2]);
        let axis = frame.map_or([middle[1], middle[2]], |frame| {
            let [_, y, x] = frame.volume_point(frame.cell_from_volume.apply(middle)[0], 0.0, 0.0);
            [y, x]
        });
        Some(Section { values, title, direction: shown.direction, axis, place })
    };
    match shown.direction {
        SliceDirection::Z => plane(0, "z", [1, 2]),
        SliceDirection::Y => plane(1, "y", [0, 2]),
        SliceDirection::X => plane(2, "x", [0, 1]),
        // A cut along the axis of a few slices shows nothing.
        SliceDirection::Axial if grid.shape[0] < FEW => {
            let middle = grid.centre_of([grid.shape[0] / 2, 0, 0])[0];
            let flat = ShownSlice { direction: SliceDirection::Z, position: middle };
            section(seen, flat, frame)
        }
        SliceDirection::Axial => axial(seen, at, frame?),
    }
}

/// The half planes at an angle about the axis and opposite it, the lid at the top.
pub(super) fn axial(seen: &Seen<'_>, degrees: f64, frame: CellFrame) -> Option<Section> {
    let grid = seen.grid;
    let ends = [0, grid.shape[0] - 1].map(|z| {
        let middle = grid.centre_of([z, grid.shape[1] / 2, grid.shape[2] / 2]);
        frame.cell_from_volume.apply(middle)[0]
    });
    let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    let reach = 0.5 * grid.voxel * grid.shape[1].min(grid.shape[2]) as f64;
    let rows = to_index((high - low) / grid.voxel) + 1;
    let half = to_index(reach / grid.voxel);
    if half == 0 {
        return None;
    }
    let angle = degrees.to_radians();
    let values = Array2::from_shape_fn((rows, 2 * half + 1), |(row, column)| {
        let radius = (column as f64 - half as f64) * grid.voxel;
        let z = high - row as f64 * grid.voxel;
        sample::at(&seen.attenuation, &grid, frame.volume_point(z, radius, angle))
    });
    let place = Box::new(move |point: [f64; 3]| {
        let [z, y, x] = frame.cell_from_volume.apply(point);
        let across = x * angle.cos() + y * angle.sin();
        [(high - z) / grid.voxel, across / grid.voxel + half as f64]
    });
    let title = format!("through the axis at {degrees:.0}° from +x, the lid at the top");
    let direction = SliceDirection::Axial;
    Some(Section { values, title, direction, axis: [0.0; 2], place })
}

fn style(section: &Section, finding: &Finding, seen: &Seen<'_>) -> SliceStyle {
    let window = Window::Inside(INSIDE);
    let [low, high] = window.limits(&[section.values.view()]);
    let quantity = if seen.is_quantitative { "µ, 1/cm" } else { "grey value" };
    let beam = match seen.probe {
        Probe::Neutron => "neutrons",
        Probe::Xray => "X-rays",
    };
    let kind = name(&finding.kind).replace('_', " ");
    let marks = finding.place.map(|at| Mark {
        at: (section.place)(at.volume_mm),
        extent: section.extent_of(finding, at.volume_mm).map(|side| side / seen.grid.voxel),
        label: kind.clone(),
    });
    SliceStyle {
        colour_map: ColourMap::Grey,
        window: Window::Given([to_f32(low), to_f32(high)]),
        quantity: quantity.into(),
        pixel_size: seen.grid.voxel,
        unit: seen.grid.unit,
        title: vec![kind, format!("{beam}, {}", section.title)],
        marks: marks.into_iter().collect(),
        ..SliceStyle::default()
    }
}
