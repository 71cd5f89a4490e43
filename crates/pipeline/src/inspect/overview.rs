//! The cell as a whole: each volume cut open in its light, and cut along the axis. Finds nothing.

use std::path::Path;

use serde::Serialize;
use voltomo_inspect::cylindrical::place;
use voltomo_inspect::frame::CellFrame;
use voltomo_inspect::{InspectSettings, Plots, Seen, Views};
use voltomo_numeric::cast::to_f32;
use voltomo_show::picture::{ColourMap, SliceStyle, Window, map_figure, slice_picture};
use voltomo_show::render::{Camera, Caption, Cut, RenderStyle, VolumeToRender, render};
use voltomo_types::{CellKind, Finding, Probe, Verdict};

use super::pictures::axial;
use crate::error::RunError;
use crate::findings_file::name;
use crate::preview::write;
use crate::provenance::write_json;

/// Name of the list of pictures.
pub(crate) const PICTURES: &str = "pictures.json";
/// Pixels of a rendering.
const SIZE: [usize; 2] = [1100, 900];
/// Where the lamp and the viewer stand, and where a wound cell is cut open, degrees.
const AZIMUTH: f64 = -60.0;
const ELEVATION: f64 = 28.0;
const WEDGE: [f64; 2] = [-115.0, -15.0];
/// Findings that a rendering points at.
const NAMED: usize = 6;
/// Percentiles of the inside of a cell that become the first and the last colour.
const INSIDE: [f64; 2] = [0.5, 99.5];

/// A picture, and what it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Listed {
    file: String,
    title: String,
    caption: String,
}

/// Draws a rendering and a section of each volume into `folder`, and the list of them.
///
/// # Errors
/// A picture that cannot be written.
pub(super) fn draw(
    (views, kind, settings): (&Views<'_>, CellKind, &InspectSettings),
    (findings, plots): (&[Finding], &Plots),
    folder: &Path,
) -> Result<(), RunError> {
    let mut listed = Vec::new();
    let cell = match kind {
        CellKind::Cylindrical => place(views, &settings.cylindrical).ok().map(|(cell, _)| cell),
        CellKind::Coin => None,
    };
    for seen in telling_first(views, findings) {
        let placed = cell.as_ref().and_then(|cell| match seen.probe {
            Probe::Xray => cell.xray.as_ref(),
            Probe::Neutron => cell.neutron.as_ref(),
        });
        let frame = placed.map(|placed| *placed.frame());
        listed.extend(rendering(seen, frame, findings, folder)?);
        if let Some(frame) = frame {
            listed.extend(section(seen, frame, folder)?);
        }
    }
    for map in &plots.maps {
        let file = format!("map-{}.png", map.name);
        write(&map_figure(map, ColourMap::Turbo, None).picture(), &folder.join(&file))?;
        let caption = "Laid flat: once round the clock from left to right.".into();
        listed.push(Listed { file, title: map.title.clone(), caption });
    }
    write_json(&folder.join(PICTURES), &listed)
}

/// The volumes; that of which more can be told stands first, else that of X-rays.
fn telling_first<'v, 'd>(views: &'v Views<'d>, findings: &[Finding]) -> Vec<&'v Seen<'d>> {
    let mut seen: Vec<_> = views.xray.iter().chain(&views.neutron).collect();
    let is_blind = |seen: &&Seen<'d>| {
        let told = findings.iter().filter(|it| it.shown_by.first() == Some(&seen.probe));
        told.filter(|it| it.verdict != Verdict::CannotTell).count() == 0
    };
    seen.sort_by_key(is_blind);
    seen
}

fn words(probe: Probe) -> (&'static str, &'static str) {
    match probe {
        Probe::Neutron => ("neutron", "neutrons"),
        Probe::Xray => ("xray", "X-rays"),
    }
}

/// The volume in its light, cut open; `None` of a volume of a few slices or one that is all air.
fn rendering(
    seen: &Seen<'_>,
    frame: Option<CellFrame>,
    findings: &[Finding],
    folder: &Path,
) -> Result<Option<Listed>, RunError> {
    let (short, long) = words(seen.probe);
    let is_upside_down = frame
        .is_some_and(|it| it.volume_point(1.0, 0.0, 0.0)[0] < it.volume_point(0.0, 0.0, 0.0)[0]);
    let camera = Camera {
        azimuth_degrees: AZIMUTH,
        elevation_degrees: ELEVATION,
        is_upside_down,
        size: SIZE,
        ..Camera::default()
    };
    let style = RenderStyle {
        title: vec![format!("The cell cut open ({long})")],
        camera,
        probe: Some(seen.probe),
        cuts: [cut(seen, frame)].into_iter().chain(Cut::outside_the_circle(&seen.grid)).collect(),
        captions: captions(seen.probe, findings),
        ..RenderStyle::default()
    };
    let volume = VolumeToRender { attenuation: seen.attenuation, grid: seen.grid };
    // A volume that cannot be rendered is told by its findings.
    let Ok(picture) = render(&volume, &style) else { return Ok(None) };
    let file = format!("rendering-{short}.png");
    write(&picture, &folder.join(&file))?;
    Ok(Some(Listed {
        file,
        title: format!("The cell cut open, {long}"),
        caption: "Blue: low attenuation, red: high. The arrows point at what fails or is doubtful."
            .into(),
    }))
}

/// A wedge about the axis of a wound cell; a plane through the middle of another.
fn cut(seen: &Seen<'_>, frame: Option<CellFrame>) -> Cut {
    let grid = &seen.grid;
    let middle = grid.centre_of([0, 1, 2].map(|axis| grid.shape[axis] / 2));
    if let Some(frame) = frame {
        let [_, y, x] = frame.volume_point(frame.cell_from_volume.apply(middle)[0], 0.0, 0.0);
        return Cut::upright_wedge([y, x], WEDGE);
    }
    let (sin, cos) = AZIMUTH.to_radians().sin_cos();
    Cut::Plane { point: middle, normal: [0.0, sin, cos] }
}

/// What fails or is doubtful in this beam's own volume, the worst first.
fn captions(probe: Probe, findings: &[Finding]) -> Vec<Caption> {
    let mut worst: Vec<&Finding> = findings
        .iter()
        .filter(|it| it.shown_by.first() == Some(&probe))
        .filter(|it| matches!(it.verdict, Verdict::Fail | Verdict::Doubtful))
        .collect();
    worst.sort_by_key(|finding| finding.verdict != Verdict::Fail);
    let caption = |finding: &&Finding| {
        let at = finding.place?.volume_mm;
        let kind = name(&finding.kind).replace('_', " ");
        let measure = finding.measures.first().map(|it| {
            format!(", {} {:.2} {}", it.name.replace('_', " "), it.value, it.unit.symbol())
        });
        Some(Caption { at, text: format!("{kind}{}", measure.unwrap_or_default()) })
    };
    worst.iter().filter_map(caption).take(NAMED).collect()
}

/// The volume cut along the axis, through the tab where one was found.
fn section(seen: &Seen<'_>, frame: CellFrame, folder: &Path) -> Result<Option<Listed>, RunError> {
    let degrees = frame.tab_angle.unwrap_or(0.0).to_degrees();
    let Some(section) = axial(seen, degrees, frame) else { return Ok(None) };
    let (short, long) = words(seen.probe);
    let [low, high] = Window::Inside(INSIDE).limits(&[section.values.view()]);
    let quantity = if seen.is_quantitative { "µ, 1/cm" } else { "grey value" };
    let style = SliceStyle {
        colour_map: ColourMap::Turbo,
        window: Window::Given([to_f32(low), to_f32(high)]),
        quantity: quantity.into(),
        pixel_size: seen.grid.voxel,
        unit: seen.grid.unit,
        title: vec![format!("Along the axis ({long})"), section.title],
        longest_side: 1000,
        ..SliceStyle::default()
    };
    let file = format!("section-{short}.png");
    write(&slice_picture(section.values.view(), &style), &folder.join(&file))?;
    let at = if frame.tab_angle.is_some() { " and the tab" } else { "" };
    Ok(Some(Listed {
        file,
        title: format!("Along the axis, {long}"),
        caption: format!("A section through the axis{at}, the lid at the top."),
    }))
}
