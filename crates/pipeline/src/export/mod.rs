//! A finished volume as files for other programs: volumes, surfaces of parts, regions at findings.
//! Changes no number.

mod regions;
mod source;
mod surface;
mod volume;

use crate::error::RunError;
use crate::watch::Watch;
use crate::whole_volumes::is_same_file;
pub use source::ExportOptions;
use source::Source;

/// Writes what the ending of `options.out` names: a volume (`.zarr`, `.mha`, `.nrrd`, `.nii`, a
/// folder of TIFF slices), a surface (`.stl`, `.ply`, `.obj`) or regions for ImageJ (`.zip`).
/// Returns lines for a person: what was written, and what that format cannot hold. Memory: a few
/// slices; for a surface one byte a voxel, and the surface.
///
/// # Errors
/// A volume that cannot be read; options that do not belong to that format; something in the way.
pub fn export(options: &ExportOptions, watch: &dyn Watch) -> Result<Vec<String>, RunError> {
    let ending = options.out.extension().and_then(|it| it.to_str()).unwrap_or_default();
    let ending = ending.to_ascii_lowercase();
    let is_surface = matches!(ending.as_str(), "stl" | "ply" | "obj");
    refuse_strangers(options, is_surface, ending == "zip")?;
    let source = Source::open(options)?;
    if [source.path(), &options.volume].iter().any(|input| is_same_file(input, &options.out)) {
        let why = "the volume itself lies there, and would be lost: give another `--out`".into();
        return Err(RunError::Export { why, path: options.out.clone() });
    }
    match ending.as_str() {
        "zip" => regions::write(&source, options),
        "stl" | "ply" | "obj" => surface::write(&source, options, watch),
        _ => volume::write(&source, (options, &ending), watch),
    }
}

/// Options that this kind of file has no use for.
fn refuse_strangers(
    options: &ExportOptions,
    is_surface: bool,
    is_regions: bool,
) -> Result<(), RunError> {
    let is_volume = !is_surface && !is_regions;
    let has_one = options.label.is_some() != options.above.is_some();
    let said = [
        (is_surface && !has_one, "a surface goes about one thing: give `--label` or `--above`"),
        (!is_surface && options.label.is_some(), "`--label` is for a surface: .stl, .ply or .obj"),
        (!is_surface && options.above.is_some(), "`--above` is for a surface: .stl, .ply or .obj"),
        (is_regions && options.findings.is_none(), "regions need `--findings findings.json`"),
        (!is_regions && options.findings.is_some(), "`--findings` is for regions: .zip"),
        (!is_volume && options.numbers.is_some(), "`--numbers` is for a volume"),
        (!is_volume && options.limits.is_some(), "`--range` is for a volume"),
    ];
    match said.into_iter().find(|(is_wrong, _)| *is_wrong) {
        Some((_, why)) => Err(RunError::Export { why: why.into(), path: options.out.clone() }),
        None => Ok(()),
    }
}
