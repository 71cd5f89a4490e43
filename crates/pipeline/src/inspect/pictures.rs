//! A picture for each finding: the slice that shows it, with its place framed. Finds nothing.

use std::path::Path;

use voltomo_inspect::frame::FoundCell;
use voltomo_inspect::{Seen, Views};
use voltomo_numeric::cast::to_f32;
use voltomo_show::picture::{ColourMap, Mark, SliceStyle, Window, slice_picture};
use voltomo_types::{Finding, Probe};

use super::cuts::{Section, section};
use crate::error::RunError;
use crate::findings_file::name;
use crate::preview::write;

/// Percentiles of the inside of a cell that become the first and the last colour.
const INSIDE: [f64; 2] = [0.5, 99.5];

/// Draws `finding-01.png` and so on into `folder`, one for each finding that names a slice.
///
/// # Errors
/// A picture that cannot be written.
pub(super) fn draw(
    (views, cells): (&Views<'_>, &[FoundCell]),
    findings: &[Finding],
    folder: &Path,
) -> Result<(), RunError> {
    for (k, finding) in findings.iter().enumerate() {
        let seen = match finding.shown_by.first() {
            Some(Probe::Neutron) => views.neutron,
            _ => views.xray,
        };
        let Some((seen, shown)) = seen.zip(finding.slice) else { continue };
        let cell = cells.iter().find(|cell| cell.probe == seen.probe);
        let Some(section) = section(&seen, shown, cell) else { continue };
        let style = style(&section, finding, &seen);
        let picture = slice_picture(section.values.view(), &style);
        write(&picture, &folder.join(format!("finding-{:02}.png", k + 1)))?;
    }
    Ok(())
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
    let marks = finding.place.map(|place| {
        let (at, extent) = section.framed(finding, place.volume_mm);
        Mark { at, extent: extent.map(|side| side / seen.grid.voxel), label: kind.clone() }
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
