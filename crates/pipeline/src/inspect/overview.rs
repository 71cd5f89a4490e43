//! The cell as a whole: each volume cut open in its light, and cut along the axis. Finds nothing.

use std::path::Path;

use serde::Serialize;
use voltomo_inspect::frame::{CellFrame, FoundCell};
use voltomo_inspect::{Plots, Seen, Views};
use voltomo_numeric::cast::to_f32;
use voltomo_show::picture::{ColourMap, SliceStyle, Window, map_figure, slice_picture};
use voltomo_show::render::{Camera, Caption, Cut, RenderStyle, VolumeToRender, render};
use voltomo_types::{CellKind, Finding, FindingKind, Probe, Verdict};

use super::cuts::{Section, across, axial};
use crate::error::RunError;
use crate::findings_file::name;
use crate::preview::write;
use crate::provenance::write_json;

/// Name of the list of pictures.
pub(crate) const PICTURES: &str = "pictures.json";
/// Pixels of a rendering.
const SIZE: [usize; 2] = [760, 600];
/// Where the viewer stands if nothing is to be shown, and how high, degrees.
const AZIMUTH: f64 = -60.0;
const ELEVATION: f64 = 28.0;
/// Where a wound cell is cut open, degrees from the viewer.
const WEDGE: [f64; 2] = [-55.0, 45.0];
/// What lies so near to a cut face is seen on it, degrees about the axis of a wound cell; mm in a coin.
const NEAR_FACE_DEGREES: f64 = 12.0;
const NEAR_FACE_MM: f64 = 1.0;
/// What lies within this part of the radius is seen in the core, beyond the next part on the can.
const CORE: f64 = 0.2;
const RIM: f64 = 0.9;
/// The can is seen so far to either side of the viewer, degrees.
const IN_SIGHT_DEGREES: f64 = 75.0;
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
    (views, kind, cells): (&Views<'_>, CellKind, &[FoundCell]),
    (findings, plots): (&[Finding], &Plots),
    folder: &Path,
) -> Result<(), RunError> {
    let mut listed = Vec::new();
    for seen in telling_first(views, findings) {
        let cell = cells.iter().find(|cell| cell.probe == seen.probe);
        listed.extend(rendering(seen, (cell.map(|cell| cell.frame), kind), findings, folder)?);
        let Some(cell) = cell else { continue };
        let cuts = match kind {
            CellKind::Cylindrical => vec![along_the_tab(seen, cell)],
            CellKind::Coin => through_a_coin(seen, cell, findings),
        };
        for (number, cut) in cuts.into_iter().flatten().enumerate() {
            listed.push(drawn(seen, (cut, number + 1), folder)?);
        }
    }
    for map in &plots.maps {
        let file = format!("map-{}.png", map.name);
        write(&map_figure(map, ColourMap::Turbo, None).picture(), &folder.join(&file))?;
        let caption =
            "Laid flat: once round the clock from left to right, from the positive tab where \
                       one was found, else from +x of the volume."
                .into();
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
    (frame, kind): (Option<CellFrame>, CellKind),
    findings: &[Finding],
    folder: &Path,
) -> Result<Option<Listed>, RunError> {
    let (short, long) = words(seen.probe);
    let is_upside_down = frame
        .is_some_and(|it| it.volume_point(1.0, 0.0, 0.0)[0] < it.volume_point(0.0, 0.0, 0.0)[0]);
    let wound = frame.filter(|_| kind == CellKind::Cylindrical);
    let sight = Sight::of(seen, wound, findings);
    let camera = Camera {
        azimuth_degrees: sight.azimuth,
        elevation_degrees: ELEVATION,
        is_upside_down,
        size: SIZE,
        ..Camera::default()
    };
    let style = RenderStyle {
        title: vec![format!("The cell cut open ({long})")],
        camera,
        probe: Some(seen.probe),
        cuts: [sight.cut()].into_iter().chain(Cut::outside_the_circle(&seen.grid)).collect(),
        captions: captions(&sight, seen.probe, findings),
        quantity: (!seen.is_quantitative).then(|| "grey value".into()),
        ..RenderStyle::default()
    };
    let volume = VolumeToRender { attenuation: seen.attenuation, grid: seen.grid };
    let pointing = match style.captions.is_empty() {
        true => "",
        false => " The arrows point at what fails or is doubtful and can be seen from here.",
    };
    // A volume that cannot be rendered is told by its findings.
    let Ok(picture) = render(&volume, &style) else { return Ok(None) };
    let file = format!("rendering-{short}.png");
    write(&picture, &folder.join(&file))?;
    Ok(Some(Listed {
        file,
        title: format!("The cell cut open, {long}"),
        caption: format!("Blue: low attenuation, red: high.{pointing}"),
    }))
}

/// From where a cell is looked at, and where it is cut open.
struct Sight {
    azimuth: f64,
    /// The axis of a wound cell, `[y, x]`.
    axis: Option<[f64; 2]>,
    /// The middle of the volume.
    middle: [f64; 3],
    /// The largest distance of a finding from the axis, mm.
    rim: f64,
}

impl Sight {
    /// So that the worst finding inside a wound cell lies on a cut face.
    fn of(seen: &Seen<'_>, frame: Option<CellFrame>, findings: &[Finding]) -> Self {
        let grid = &seen.grid;
        let middle = grid.centre_of([0, 1, 2].map(|axis| grid.shape[axis] / 2));
        let axis = frame.map(|frame| {
            let [_, y, x] = frame.volume_point(frame.cell_from_volume.apply(middle)[0], 0.0, 0.0);
            [y, x]
        });
        let radii = findings.iter().filter_map(|it| Some(it.place?.radius_mm));
        let rim = radii.filter(|it| it.is_finite()).fold(0.0, f64::max);
        let mut sight = Self { azimuth: AZIMUTH, axis, middle, rim };
        let inside = worst(seen.probe, findings).into_iter().filter_map(|it| it.place);
        let mut inside = inside.filter(|it| (CORE * rim..RIM * rim).contains(&it.radius_mm));
        if let Some(angle) = inside.next().and_then(|place| sight.angle(place.volume_mm)) {
            sight.azimuth = angle - WEDGE[1];
        }
        sight
    }

    /// Direction of a point from the axis, degrees from +x towards +y.
    fn angle(&self, [_, y, x]: [f64; 3]) -> Option<f64> {
        let [axis_y, axis_x] = self.axis?;
        Some((y - axis_y).atan2(x - axis_x).to_degrees()).filter(|it| it.is_finite())
    }

    /// A wedge about the axis of a wound cell; a plane through the middle of another.
    fn cut(&self) -> Cut {
        match self.axis {
            Some(axis) => Cut::upright_wedge(axis, WEDGE.map(|side| self.azimuth + side)),
            None => Cut::Plane { point: self.middle, normal: self.towards_viewer() },
        }
    }

    fn towards_viewer(&self) -> [f64; 3] {
        let (sin, cos) = self.azimuth.to_radians().sin_cos();
        [0.0, sin, cos]
    }

    /// Whether a finding can be seen: on a cut face, in the core, or on the can where it is whole.
    fn shows(&self, finding: &Finding) -> bool {
        let Some(place) = finding.place else { return false };
        let Some(angle) = self.angle(place.volume_mm) else {
            let normal = self.towards_viewer();
            let steps = place.volume_mm.iter().zip(self.middle).zip(normal);
            let before: f64 = steps.map(|((at, middle), normal)| (at - middle) * normal).sum();
            return self.axis.is_none() && before.abs() < NEAR_FACE_MM;
        };
        let turned = (angle - self.azimuth + 180.0).rem_euclid(360.0) - 180.0;
        let is_on_face = WEDGE.iter().any(|side| (turned - side).abs() < NEAR_FACE_DEGREES);
        let is_cut_away = (WEDGE[0]..WEDGE[1]).contains(&turned) && !is_on_face;
        let is_on_can = place.radius_mm > RIM * self.rim && turned.abs() < IN_SIGHT_DEGREES;
        place.radius_mm < CORE * self.rim || is_on_face || (is_on_can && !is_cut_away)
    }
}

/// What fails or is doubtful in a beam's own volume, the worst first.
fn worst(probe: Probe, findings: &[Finding]) -> Vec<&Finding> {
    let judged = findings.iter().filter(|it| it.shown_by.first() == Some(&probe));
    let judged = judged.filter(|it| matches!(it.verdict, Verdict::Fail | Verdict::Doubtful));
    let mut worst: Vec<&Finding> = judged.collect();
    worst.sort_by_key(|finding| finding.verdict != Verdict::Fail);
    worst
}

/// What is wrong and can be seen, the worst first.
fn captions(sight: &Sight, probe: Probe, findings: &[Finding]) -> Vec<Caption> {
    let caption = |finding: &Finding| {
        let at = finding.place?.volume_mm;
        let kind = name(&finding.kind).replace('_', " ");
        let measure = finding.measures.first().map(|it| {
            format!(", {} {:.2} {}", it.name.replace('_', " "), it.value, it.unit.symbol())
        });
        Some(Caption { at, text: format!("{kind}{}", measure.unwrap_or_default()) })
    };
    let seen = worst(probe, findings).into_iter().filter(|finding| sight.shows(finding));
    seen.filter_map(caption).take(NAMED).collect()
}

/// A section, and what is said of it.
struct Cutting {
    section: Section,
    title: &'static str,
    caption: String,
}

/// The volume cut along the axis, through the tab where one was found.
fn along_the_tab(seen: &Seen<'_>, cell: &FoundCell) -> Option<Cutting> {
    let degrees = cell.frame.tab_angle.unwrap_or(0.0).to_degrees();
    let section = axial(seen, degrees, cell)?;
    let at = if cell.frame.tab_angle.is_some() { " and the tab" } else { "" };
    let caption = format!("A section through the axis{at}, the top above.");
    Some(Cutting { section, title: "Along the axis", caption })
}

/// A coin cut twice along its axis, and across at its separator, else in the middle.
fn through_a_coin(seen: &Seen<'_>, cell: &FoundCell, findings: &[Finding]) -> Vec<Option<Cutting>> {
    let own = |it: &&Finding| it.shown_by.first() == Some(&seen.probe);
    let band = findings.iter().filter(own).find(|it| it.kind == FindingKind::SeparatorBand);
    let band = band.and_then(|it| it.measure("height")).map(|it| it.value);
    let [low, high] = cell.part.heights_mm;
    let (height, what) = match band {
        Some(height) => (height, "at the separator band"),
        None => (0.5 * (low + high), "in the middle of the cell"),
    };
    let along = |degrees: f64| {
        let caption = "A section through the axis, the cap above.".into();
        Some(Cutting { section: axial(seen, degrees, cell)?, title: "Along the axis", caption })
    };
    let across = across(seen, height, cell).map(|section| {
        let caption = format!("A section across the axis, {what}.");
        Cutting { section, title: "Across the axis", caption }
    });
    vec![along(0.0), along(90.0), across]
}

/// Writes a section in colours; `number` counts those of a volume from 1.
fn drawn(
    seen: &Seen<'_>,
    (cut, number): (Cutting, usize),
    folder: &Path,
) -> Result<Listed, RunError> {
    let Cutting { section, title, caption } = cut;
    let (short, long) = words(seen.probe);
    let [low, high] = Window::Inside(INSIDE).limits(&[section.values.view()]);
    let quantity = if seen.is_quantitative { "µ, 1/cm" } else { "grey value" };
    let style = SliceStyle {
        colour_map: ColourMap::Turbo,
        window: Window::Given([to_f32(low), to_f32(high)]),
        quantity: quantity.into(),
        pixel_size: seen.grid.voxel,
        unit: seen.grid.unit,
        title: vec![format!("{title} ({long})"), section.title],
        longest_side: 1000,
        ..SliceStyle::default()
    };
    let file = match number {
        1 => format!("section-{short}.png"),
        _ => format!("section-{short}-{number}.png"),
    };
    write(&slice_picture(section.values.view(), &style), &folder.join(&file))?;
    Ok(Listed { file, title: format!("{title}, {long}"), caption })
}
