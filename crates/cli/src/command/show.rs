//! `voltomo show`. No science.

use std::path::PathBuf;

use voltomo_pipeline::{
    Along, ColourMap, Cut, Other, Over, PictureFormat, Registered, SectionAxis, ShowOptions, Shown,
    ShownFindings, Together,
};
use voltomo_types::Probe;

use super::screen::print_lines;
use crate::arguments::{
    Colours, CutArguments, Modality, OtherArguments, PictureFile, Projection, Section,
    ShowArguments,
};

/// Draws a picture of a volume.
pub(crate) fn show(arguments: &ShowArguments) -> Result<(), String> {
    section(arguments)
}

/// Draws a section of a volume.
fn section(arguments: &ShowArguments) -> Result<(), String> {
    let options = options(arguments)?;
    let lines = voltomo_pipeline::show(&options).map_err(|error| error.to_string())?;
    print_lines(&lines)
}

fn options(arguments: &ShowArguments) -> Result<ShowOptions, String> {
    let (format, out) = file(arguments)?;
    let other = &arguments.other;
    let transform = other.transform.as_deref().map(Registered::read).transpose();
    let transform = transform.map_err(|error| error.to_string())?;
    let findings = arguments.findings.clone();
    let within_mm = arguments.within;
    Ok(ShowOptions {
        shown: Shown {
            path: arguments.volume.clone(),
            voxel_mm: arguments.voxel_mm.map(|size| size.0),
            range: arguments.range,
            colours: colours(arguments.colours),
            is_per_cm: arguments.per_cm,
        },
        modality: Some(match other.modality {
            Modality::Xray => Probe::Xray,
            Modality::Neutron => Probe::Neutron,
        }),
        cut: cut(&arguments.cut)?,
        axis: axis(&arguments.cut)?,
        thickness_mm: arguments.cut.thickness,
        over: match arguments.cut.projection {
            Some(Projection::Max) => Over::Max,
            Some(Projection::Min) => Over::Min,
            Some(Projection::Mean) | None => Over::Mean,
        },
        other: second(arguments)?,
        xray_from_neutron: transform.map(|it| it.xray_from_neutron),
        findings: findings.map(|path| ShownFindings { path, within_mm }),
        format,
        out,
    })
}

fn cut(arguments: &CutArguments) -> Result<Cut, String> {
    let along = match (arguments.slice, arguments.at) {
        (Some(index), _) => Along::Index(index),
        (None, Some(at)) => Along::Millimetre(at),
        (None, None) => Along::Middle,
    };
    let axis = match arguments.section {
        Some(Section::Y) => SectionAxis::Y,
        Some(Section::X) => SectionAxis::X,
        Some(Section::Z) | None => SectionAxis::Z,
    };
    let is_deep = arguments.thickness.is_some_and(|thickness| thickness > 0.0);
    let is_projected = arguments.projection.is_some() && !is_deep;
    let cut = match (arguments.plane, arguments.angle, arguments.unroll) {
        (Some(plane), ..) => Cut::Plane(plane),
        (_, Some(degrees), _) => Cut::Angle(degrees),
        (.., Some(radii)) => Cut::Unrolled(radii),
        _ if arguments.polar => Cut::Polar(along),
        _ if is_projected && along == Along::Middle => {
            Cut::Projection(axis, [arguments.from, arguments.to])
        }
        _ => Cut::Across(axis, along),
    };
    let has_depth = match cut {
        Cut::Projection(..) => true,
        Cut::Unrolled(radii) => radii.0[0] < radii.0[1],
        _ => false,
    };
    if is_projected && !has_depth {
        return Err(
            "`--projection` of a section without depth; expected `--thickness` in mm beside \
                    it, or a range of radii in `--unroll`"
                .into(),
        );
    }
    Ok(cut)
}

fn axis(arguments: &CutArguments) -> Result<Option<[f64; 2]>, String> {
    let is_about = arguments.angle.is_some() || arguments.unroll.is_some() || arguments.polar;
    match arguments.axis {
        Some(_) if !is_about => {
            Err("`--axis` of a section that no axis makes; expected `--angle`, `--unroll` or \
                 `--polar` beside it"
                .into())
        }
        axis => Ok(axis.map(|axis| axis.0)),
    }
}

fn second(arguments: &ShowArguments) -> Result<Option<Other>, String> {
    let OtherArguments { beside, fuse, .. } = &arguments.other;
    let other = &arguments.other;
    let (path, together) = match (beside, fuse) {
        (Some(path), _) => (path, Together::Beside),
        (None, Some(path)) => (path, Together::Fused(other.opacity)),
        (None, None) => {
            let alone = [
                (other.same_frame, "--same-frame"),
                (other.other_voxel_mm.is_some(), "--other-voxel-mm"),
                (other.other_range.is_some(), "--other-range"),
                (other.other_colours.is_some(), "--other-colours"),
                (other.transform.is_some() && arguments.findings.is_none(), "--transform"),
            ];
            return match alone.into_iter().find(|(is_told, _)| *is_told) {
                Some((_, name)) => Err(format!(
                    "`{name}` without a second volume; expected `--beside` or `--fuse` beside it"
                )),
                None => Ok(None),
            };
        }
    };
    let own = match together {
        Together::Beside => arguments.colours,
        Together::Fused(_) => Colours::Inferno,
    };
    Ok(Some(Other {
        shown: Shown {
            path: path.clone(),
            voxel_mm: other.other_voxel_mm.map(|size| size.0),
            range: if other.same_range { arguments.range } else { other.other_range },
            colours: colours(other.other_colours.unwrap_or(own)),
            is_per_cm: arguments.per_cm,
        },
        together,
        has_same_frame: other.same_frame,
        has_same_range: other.same_range,
    }))
}

/// What is written, and where.
fn file(arguments: &ShowArguments) -> Result<(PictureFormat, PathBuf), String> {
    let out = match (&arguments.out, arguments.format) {
        (Some(out), _) => out.clone(),
        (None, Some(PictureFile::Svg)) => "slice.svg".into(),
        (None, _) => "slice.png".into(),
    };
    let ending = out.extension().map(|it| it.to_string_lossy().to_lowercase());
    let format = match (ending.as_deref(), arguments.format) {
        (Some("svg"), None | Some(PictureFile::Svg)) => PictureFormat::Svg,
        (Some("png"), None | Some(PictureFile::Png)) => PictureFormat::Png,
        (_, wished) => {
            let wished = wished.map_or(String::new(), |wished| {
                let name = if wished == PictureFile::Svg { "svg" } else { "png" };
                format!(" and `--format {name}`")
            });
            return Err(format!(
                "a picture called `{}`{wished}; expected the ending .png or .svg of what is \
                 written: mend `--out`",
                out.display()
            ));
        }
    };
    if arguments.depth == 8 {
        return Ok((format, out));
    }
    let is_drawn = format == PictureFormat::Svg
        || arguments.findings.is_some()
        || arguments.other.beside.is_some()
        || arguments.other.fuse.is_some()
        || arguments.colours != Colours::Grey;
    if is_drawn {
        return Err(
            "`--depth 16`, the bare numbers in grey, with colours, arrows, a second volume \
                    or SVG; expected one without them: leave them out, or take `--depth 8`"
                .into(),
        );
    }
    Ok((PictureFormat::Grey16, out))
}

pub(super) fn colours(colours: Colours) -> ColourMap {
    match colours {
        Colours::Grey => ColourMap::Grey,
        Colours::Viridis => ColourMap::Viridis,
        Colours::Turbo => ColourMap::Turbo,
        Colours::Inferno => ColourMap::Inferno,
        Colours::Magma => ColourMap::Magma,
        Colours::Cividis => ColourMap::Cividis,
        Colours::BlueRed => ColourMap::BlueRed,
    }
}
