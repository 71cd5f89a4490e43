//! Files that describe a cone beam: distances as TOML or JSON, or source and detector of every
//! radiograph as a table. Knows no radiograph.

use std::path::Path;

use serde::Deserialize;
use voltomo_types::{ConeFacts, ConeView, Millimetre, Radian};

use crate::{AcquireError, text_file::read_text};

/// Columns of a table, in the order that a table without a header has.
const COLUMNS: [&str; 12] = [
    "source_x", "source_y", "source_z", "origin_x", "origin_y", "origin_z", "u_x", "u_y", "u_z",
    "v_x", "v_y", "v_z",
];

/// What a geometry file says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GeometryFile {
    /// Distances, axis, turns, views.
    pub(crate) cone: ConeFacts,
    /// Rows and columns of the frames that it was written for.
    pub(crate) frame: [Option<usize>; 2],
}

/// The file's keys.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Text {
    /// For whoever reads the file.
    #[serde(rename = "beam")]
    _beam: Cone,
    source_to_axis_mm: Option<f64>,
    source_to_detector_mm: Option<f64>,
    detector_pixel_mm: Option<f64>,
    rows: Option<usize>,
    columns: Option<usize>,
    centre_px: Option<f64>,
    centre_row_px: Option<f64>,
    roll_deg: Option<f64>,
    pitch_deg: Option<f64>,
    yaw_deg: Option<f64>,
    view: Vec<ViewText>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cone {
    #[default]
    Cone,
}

/// One view; vectors `[x, y, z]`, mm.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ViewText {
    source: [f64; 3],
    origin: [f64; 3],
    u: [f64; 3],
    v: [f64; 3],
}

impl ViewText {
    fn view(&self) -> ConeView {
        let turned = |[x, y, z]: [f64; 3]| [z, y, x];
        let source = turned(self.source);
        ConeView {
            angle: ConeView::angle_of(source),
            source,
            origin: turned(self.origin),
            along_columns: turned(self.u),
            along_rows: turned(self.v),
        }
    }
}

/// Reads a geometry file: `.toml`, `.json`, else a table with a view a line (commas, semicolons,
/// tabs or spaces between twelve numbers; `#` starts a comment; a first line may name the columns).
///
/// # Errors
/// A file that cannot be read, unknown keys, lines that are not twelve numbers.
pub(crate) fn read_geometry_file(path: &Path) -> Result<GeometryFile, AcquireError> {
    let text =
        read_text(path).map_err(|source| AcquireError::Open { path: path.into(), source })?;
    let refuse = |found: String, expected: &str| {
        let found = format!("{found} ({})", path.display());
        AcquireError::setting("geometry", found, expected)
    };
    let ending = path.extension().map(|it| it.to_string_lossy().to_lowercase());
    let parsed: Result<Text, String> = match ending.as_deref() {
        Some("toml") => toml::from_str(&text).map_err(|error| error.to_string()),
        Some("json") => serde_json::from_str(&text).map_err(|error| error.to_string()),
        _ => table(&text).map(|view| Text { view, ..Text::default() }),
    };
    let expected = "`source_to_axis_mm`, `source_to_detector_mm` and `detector_pixel_mm`, or views \
                    of source, origin, u and v, each x, y, z in mm";
    let parsed = parsed.map_err(|found| refuse(found.trim().replace('\n', " "), expected))?;
    let file = GeometryFile { frame: [parsed.rows, parsed.columns], cone: facts(&parsed) };
    if file.cone.is_empty() {
        return Err(refuse("a file without a geometry".into(), expected));
    }
    match bad_view(&file.cone) {
        Some((view, found)) => Err(refuse(format!("view {view}: {found}"), "finite lengths in mm")),
        None => Ok(file),
    }
}

fn facts(text: &Text) -> ConeFacts {
    let turn = |degrees: Option<f64>| degrees.map(Radian::from_degrees);
    let views: Vec<ConeView> = text.view.iter().map(ViewText::view).collect();
    ConeFacts {
        source_to_axis: text.source_to_axis_mm.map(Millimetre),
        source_to_detector: text.source_to_detector_mm.map(Millimetre),
        pixel: text.detector_pixel_mm.map(Millimetre),
        axis_column: text.centre_px,
        centre_row: text.centre_row_px,
        roll: turn(text.roll_deg),
        pitch: turn(text.pitch_deg),
        yaw: turn(text.yaw_deg),
        views: (!views.is_empty()).then_some(views),
    }
}

fn bad_view(cone: &ConeFacts) -> Option<(usize, String)> {
    let is_bad = |view: &ConeView| {
        let all = [view.source, view.origin, view.along_rows, view.along_columns];
        all.into_iter().flatten().find(|value| !value.is_finite())
    };
    let views = cone.views.iter().flatten().enumerate();
    views.filter_map(|(index, view)| Some((index, is_bad(view)?.to_string()))).next()
}

fn table(text: &str) -> Result<Vec<ViewText>, String> {
    let mut order: [usize; 12] = std::array::from_fn(|k| k);
    let mut views = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let content = line.split('#').next().unwrap_or_default();
        let fields: Vec<&str> = content
            .split(|c: char| c == ',' || c == ';' || c.is_whitespace())
            .map(|field| field.trim_matches('"'))
            .filter(|field| !field.is_empty())
            .collect();
        if fields.is_empty() {
            continue;
        }
        let wrong = |found: String| format!("line {}: {found}", index + 1);
        if views.is_empty() && fields.iter().all(|field| field.parse::<f64>().is_err()) {
            order = header(&fields).map_err(wrong)?;
            continue;
        }
        let numbers: Vec<f64> = fields.iter().flat_map(|field| field.parse()).collect();
        if numbers.len() != 12 || fields.len() != 12 {
            let count = fields.len();
            return Err(wrong(format!("{count} columns, {} of them numbers", numbers.len())));
        }
        let vector = |first: usize| std::array::from_fn(|k| numbers[order[first + k]]);
        views.push(ViewText { source: vector(0), origin: vector(3), u: vector(6), v: vector(9) });
    }
    Ok(views)
}

/// Where each of [`COLUMNS`] stands.
fn header(fields: &[&str]) -> Result<[usize; 12], String> {
    let mut order = [0; 12];
    for (place, name) in order.iter_mut().zip(COLUMNS) {
        let at = fields.iter().position(|field| field.eq_ignore_ascii_case(name));
        *place = at.ok_or_else(|| format!("no column `{name}` of {}", COLUMNS.join(", ")))?;
    }
    if fields.len() == 12 { Ok(order) } else { Err(format!("{} columns, not 12", fields.len())) }
}
