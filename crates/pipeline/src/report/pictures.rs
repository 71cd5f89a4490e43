//! Pictures as they lie beside findings. Draws none.

use std::path::{Component, Path};

use serde::Deserialize;
use voltomo_show::report::{ReportFigure, ReportFinding, ReportPicture, reduce_png};
use voltomo_types::{Finding, Verdict};

/// The list of further pictures.
const PICTURES: &str = "pictures.json";
/// Bytes of pictures from which on they are made smaller; with all else a report of it stays below
/// 15 MB.
const MANY: usize = 7_000_000;
/// Bytes of pictures from which on they are left out.
const MOST: usize = 9_000_000;
/// A smaller picture's width, pixels.
const SMALL: u32 = 360;
/// Beginnings of the names of pictures that show the whole cell.
const AT_THE_TOP: [&str; 2] = ["overview", "rendering"];
/// Further pictures are at most so wide, pixels.
const WIDE: u32 = 1600;

/// A picture as `pictures.json` lists it.
#[derive(Debug, Deserialize)]
struct Listed {
    file: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    caption: String,
}

/// The pictures that no finding owns.
#[derive(Debug, Default)]
pub(super) struct Album {
    /// The one at the top: the first of a file whose name begins with `overview` or `rendering`.
    pub(super) overview: Option<ReportFigure>,
    /// The others.
    pub(super) figures: Vec<ReportFigure>,
}

/// The pictures that `pictures.json` lists; nothing where there is no list.
pub(super) fn read(folder: &Path, warnings: &mut Vec<String>) -> Album {
    let mut album = Album::default();
    let Ok(bytes) = std::fs::read(folder.join(PICTURES)) else { return album };
    let listed: Vec<Listed> = match serde_json::from_slice(&bytes) {
        Ok(listed) => listed,
        Err(error) => {
            warnings.push(format!("{PICTURES} lists no pictures: {error}"));
            return album;
        }
    };
    let mut bytes = 0;
    for one in listed {
        let alt = [one.title.as_str(), one.caption.as_str()].map(str::trim).join(". ");
        let picture = is_below(&one.file).then(|| png(&folder.join(&one.file), alt)).flatten();
        let Some(picture) = picture.map(|it| reduce_png(&it, WIDE)) else {
            warnings
                .push(format!("{PICTURES} lists `{}`, which is no PNG in the folder", one.file));
            continue;
        };
        let picture = if bytes > MANY / 2 { reduce_png(&picture, SMALL) } else { picture };
        bytes += picture.png.len();
        let is_first = album.overview.is_none()
            && AT_THE_TOP.iter().any(|beginning| one.file.starts_with(beginning));
        let figure = ReportFigure { picture, title: one.title, caption: one.caption };
        match is_first {
            true => album.overview = Some(figure),
            false => album.figures.push(figure),
        }
    }
    album
}

/// Whether a path leads into the folder, and nowhere else.
fn is_below(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|it| matches!(it, Component::Normal(_)))
}

/// The findings with `finding-NN.png`. Where there are very many, those of findings that matter less
/// are made smaller, and then left out.
pub(super) fn of_findings(
    folder: &Path,
    findings: Vec<Finding>,
    warnings: &mut Vec<String>,
) -> Vec<ReportFinding> {
    let bare = |finding| ReportFinding { finding, picture: None, part: None };
    let mut found: Vec<ReportFinding> = findings.into_iter().map(bare).collect();
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|number| match found[*number].finding.verdict {
        Verdict::Fail => 0,
        Verdict::Doubtful => 1,
        Verdict::CannotTell => 2,
        Verdict::Pass => 3,
        Verdict::Seen => 4,
    });
    let (mut bytes, mut left_out) = (0, 0);
    for number in order {
        if found[number].finding.slice.is_none() {
            continue; // A picture of that number is of an inspection before this one.
        }
        let file = folder.join(format!("finding-{:02}.png", number + 1));
        let alt = alt(&found[number].finding, number + 1);
        let Some(picture) = png(&file, alt) else {
            if file.symlink_metadata().is_ok() {
                warnings.push(format!("finding-{:02}.png is no PNG file", number + 1));
            }
            continue;
        };
        let picture = if bytes > MANY { reduce_png(&picture, SMALL) } else { picture };
        if bytes + picture.png.len() > MOST {
            left_out += 1;
            continue;
        }
        bytes += picture.png.len();
        found[number].picture = Some(picture);
    }
    if left_out > 0 {
        warnings.push(format!(
            "{left_out} pictures are left out here, so that the report stays small; they lie beside \
             it as finding-NN.png"
        ));
    }
    found
}

/// What a finding's picture shows, in words.
fn alt(finding: &Finding, number: usize) -> String {
    let note = finding.note.trim();
    let note: String = note.chars().take(200).collect();
    format!("Slice with the place of finding {number} framed. {note}").trim().into()
}

/// A PNG file with its size; `None` of anything else.
fn png(path: &Path, alt: String) -> Option<ReportPicture> {
    let png = std::fs::read(path).ok()?;
    let is_png = png.starts_with(b"\x89PNG\r\n\x1a\n") && png.get(12..16) == Some(b"IHDR");
    let side = |at: usize| {
        let bytes = png.get(at..at + 4)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    };
    let (width, height) = side(16).zip(side(20)).filter(|_| is_png)?;
    Some(ReportPicture { width, height, alt, png })
}
