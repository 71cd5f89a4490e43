//! Sections through volumes on disk as pictures. Draws nothing itself.

mod cutting;
mod drawn;
mod labels;
mod options;
mod pointed;
mod source;
mod words;

use std::path::Path;

use ndarray::Array2;
use voltomo_show::ShowError;
use voltomo_show::picture::{GreyScale, encode_grey16, encode_png};
use voltomo_show::section::{Flat, Surface};
use voltomo_types::{LengthUnit, Probe, Transform};

pub(crate) use labels::label_names;
pub use options::{
    Along, Cut, Other, PictureFormat, SectionAxis, ShowOptions, Shown, ShownFindings, Together,
};
pub use words::{AxisAt, Limits, PlaneAt, Radii};

use crate::{error::RunError, whole_file::write_whole};
use cutting::{surface, upright};
use drawn::{Section, drawn};
use pointed::{Pointed, here_from_other, pointed};
use source::ShownVolume;

/// Draws a section through a volume of a run or of another program into a file, alone or with a
/// second volume; the file is written whole or not at all. Lines for a person. Memory: the sections
/// and some slices.
///
/// # Errors
/// No volume there, a section outside it, wishes that do not go together, a picture that cannot be
/// written.
pub fn show(options: &ShowOptions) -> Result<Vec<String>, RunError> {
    let volume = ShownVolume::open(&options.shown)?;
    let (surface, title) = surface(&volume, options)?;
    let other = options.other.as_ref().map(|other| open_other(other, options)).transpose()?;
    let captions = captions(options);
    let section = section(&volume, (&options.shown, captions[0].clone()), (&surface, options))?;
    let mut lines = vec![format!("picture   {}", options.out.display())];
    let (bytes, line) = if options.format == PictureFormat::Grey16 {
        let (bytes, line) = grey(&section, (&surface, volume.unit), title, &options.out)?;
        (bytes, Some(line))
    } else {
        let second =
            other.map(|other| second(other, (&volume, captions[1].clone()), (&surface, options)));
        let found = pointed(options, &surface, upright(&volume, options))?;
        figure((&section, second.transpose()?), (&surface, volume.unit), (title, found), options)?
    };
    write(&bytes, &options.out)?;
    lines.extend(line);
    Ok(lines)
}

/// The second volume's section, where it meets that volume.
fn second<'a>(
    (other, volume, moved): (&'a Other, ShownVolume, Transform),
    (first, caption): (&ShownVolume, String),
    (surface, options): (&Surface, &ShowOptions),
) -> Result<(Section<'a>, &'a Other), RunError> {
    if first.unit != volume.unit || options.xray_from_neutron.is_some() {
        first.needs_millimetres()?;
        volume.needs_millimetres()?;
    }
    let surface = surface.clone().moved(&moved);
    let section = section(&volume, (&other.shown, caption), (&surface, options))?;
    misses(&section, &volume)?;
    Ok((section, other))
}

/// The bytes of a figure, and a line about its arrows.
fn figure(
    (section, second): (&Section<'_>, Option<(Section<'_>, &Other)>),
    (surface, unit): (&Surface, LengthUnit),
    (title, found): (String, Pointed),
    options: &ShowOptions,
) -> Result<(Vec<u8>, Option<String>), RunError> {
    let second = second.as_ref();
    let second = second.map(|(section, other)| (section, other.together, other.has_same_range));
    let Pointed { arrows, placed, strange } = found;
    let on_it = arrows.len();
    let drawing = drawn((section, second), (surface, unit), title, arrows);
    let bytes = match options.format {
        PictureFormat::Svg => drawing.svg().map(String::into_bytes),
        _ => encode_png(&drawing.picture()),
    };
    let bytes = bytes.map_err(|error| named(error, &options.out))?;
    let line = options.findings.is_some();
    let line = line.then(|| about_findings(placed, strange, (on_it, drawing.left_out())));
    Ok((bytes, line))
}

fn about_findings(placed: usize, strange: usize, (on_it, crowded): (usize, usize)) -> String {
    let mut line = format!("findings  {on_it} of {placed} with a place lie on the section");
    if crowded > 0 {
        line += &format!(", {crowded} arrows found no room");
    }
    if strange > 0 {
        line += &format!(
            ", {strange} of the other beam need `--transform` (or `--modality`, where they are of this one)"
        );
    }
    line
}

/// The second volume, and what takes points of the first to it.
fn open_other<'a>(
    other: &'a Other,
    options: &ShowOptions,
) -> Result<(&'a Other, ShownVolume, Transform), RunError> {
    let volume = ShownVolume::open(&other.shown)?;
    let moved = here_from_other(options).map(|here_from_other| {
        here_from_other.inverse().ok_or_else(|| RunError::Picture {
            found: "a transform that takes all points to one plane".into(),
            expected: "one that can be undone".into(),
            path: volume.path.clone(),
        })
    });
    let moved = moved.transpose()?;
    if moved.is_none() && !other.has_same_frame {
        return Err(RunError::NotRegistered { path: volume.path });
    }
    Ok((other, volume, moved.unwrap_or(Transform::IDENTITY)))
}

/// A second volume that the section does not meet is no picture.
fn misses(section: &Section<'_>, volume: &ShownVolume) -> Result<(), RunError> {
    if section.outside.iter().any(|is_outside| !is_outside) {
        return Ok(());
    }
    let [first, last] = [volume.lattice.first, volume.lattice.last()]
        .map(|corner| corner.map(cutting::short).join(", "));
    Err(RunError::Picture {
        found: "a section that misses the second volume".into(),
        expected: format!("one that meets it, from z, y, x = {first} to {last} mm"),
        path: volume.path.clone(),
    })
}

fn section<'a>(
    volume: &ShownVolume,
    (shown, caption): (&'a Shown, String),
    (surface, options): (&Surface, &ShowOptions),
) -> Result<Section<'a>, RunError> {
    let [rows, columns] = surface.shape();
    let outside = |(row, column)| !surface.is_inside(&volume.lattice, [row, column]);
    Ok(Section {
        shown,
        numbers: volume.numbers,
        values: volume.read(surface, options.over)?,
        outside: Array2::from_shape_fn((rows, columns), outside),
        names: label_names(&volume.path),
        caption,
    })
}

/// What tells two volumes from each other: their beams where a transform joins them, their names
/// otherwise.
fn captions(options: &ShowOptions) -> [String; 2] {
    let beams = ["X-rays", "neutrons"].map(String::from);
    match (options.xray_from_neutron, options.modality) {
        (Some(_), Some(Probe::Neutron)) => [beams[1].clone(), beams[0].clone()],
        (Some(_), _) => beams,
        (None, _) => {
            let second = options.other.as_ref().map(|other| other.shown.path.as_path());
            [name(&options.shown.path), second.map_or(String::new(), name)]
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |it| it.to_string_lossy().into())
}

/// The bare numbers as a file, and a line that says their scale.
fn grey(
    section: &Section<'_>,
    (surface, unit): (&Surface, LengthUnit),
    title: String,
    out: &Path,
) -> Result<(Vec<u8>, String), RunError> {
    let known = section.values.iter().copied().filter(|value| value.is_finite());
    let (low, high) =
        known.fold((f32::INFINITY, f32::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    let all = if low <= high { [low, high] } else { [0.0, 1.0] };
    let limits = section.shown.range.map_or(all, |range| range.0).map(f64::from);
    let pixel_mm = match surface.flat() {
        Flat::Plane { pixel, .. } if unit == LengthUnit::Millimetre => Some(*pixel),
        _ => None,
    };
    let words = section.quantity();
    let unit = words.rsplit(", ").next().unwrap_or_default().to_string();
    let line =
        format!("levels    1 to 65535 are {} to {} {unit}; 0: no number", limits[0], limits[1]);
    let scale = GreyScale { limits, unit, pixel_mm, title };
    let bytes = encode_grey16(section.values.view(), &scale).map_err(|error| named(error, out))?;
    Ok((bytes, line))
}

/// An error of a picture with its path.
fn named(error: ShowError, path: &Path) -> RunError {
    match error {
        ShowError::Empty { width, height, .. } => {
            ShowError::Empty { width, height, path: path.into() }.into()
        }
        ShowError::Write { source, .. } => ShowError::Write { path: path.into(), source }.into(),
        other => other.into(),
    }
}

/// Writes a file: first beside its place, then renamed onto it.
fn write(bytes: &[u8], path: &Path) -> Result<(), RunError> {
    let failed = |source| ShowError::Write { path: path.into(), source };
    Ok(write_whole(path, bytes).map_err(failed)?)
}
