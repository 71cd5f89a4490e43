//! A volume in another format, slab by slab. Knows no reconstruction.

use std::path::Path;

use serde_json::json;
use voltomo_numeric::cast::to_index;
use voltomo_types::Problem;

use super::source::{ExportOptions, Source};
use crate::disk::check_disk;
use crate::error::RunError;
use crate::memory::Bytes;
use crate::shown::Limits;
use crate::store::{
    self, Content, Existing, NumberType, StoreError, StoreFormat, StoreSettings, VolumeMetadata,
    disk_bytes, slab_alignment,
};
use crate::watch::{Watch, refuse_cancelled};
use crate::whole_volumes::check_memory;

/// Bytes that a voxel of a slab takes: as it is read, as numbers, and as it is stored.
const SLAB_BYTES: f64 = 12.0;

/// Formats by the endings of their files, and what they cannot hold.
fn format(ending: &str) -> Option<(StoreFormat, &'static str)> {
    Some(match ending {
        "zarr" => (StoreFormat::Zarr, "OME-Zarr 0.5: viewers of 0.4 alone do not open it"),
        "mha" => (StoreFormat::Mha, "MetaImage: one file, no compression, no coarser copies"),
        "nrrd" => (StoreFormat::Nrrd, "NRRD: one file, no compression, no coarser copies"),
        "nii" => (
            StoreFormat::Nifti,
            "NIfTI-1: 32767 voxels along an axis at most, places to seven digits, no unit of µ",
        ),
        "" => (StoreFormat::Tiff, "TIFF: ImageJ takes the distance of slices from the first one"),
        _ => return None,
    })
}

/// Writes the volume; lines for a person.
pub(super) fn write(
    source: &Source,
    (options, ending): (&ExportOptions, &str),
    watch: &dyn Watch,
) -> Result<Vec<String>, RunError> {
    let out = &options.out;
    let refuse = |why: String| RunError::Export { why, path: out.clone() };
    let Some((format, limit)) = format(ending) else {
        let known = ".zarr, .mha, .nrrd, .nii, a folder (TIFF), .stl, .ply, .obj or .zip";
        return Err(refuse(format!("a file that ends in .{ending}; expected {known}")));
    };
    let name = out.file_stem().and_then(|it| it.to_str());
    let name = name.ok_or_else(|| refuse("no file name; expected one".into()))?;
    let folder = out.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let settings = settings(source, options, format);
    let (content, provenance) = match source {
        Source::Own(stored) => (stored.content(), stored.provenance().clone()),
        Source::Foreign(..) => (Content::Attenuation, json!({})),
    };
    let provenance = json!({ "exported_from": provenance });
    let metadata = VolumeMetadata { name: name.into(), grid: *source.grid(), content, provenance };
    let at_once = slab_alignment(&settings).max(16);
    let slab = at_once.min(source.grid().shape[0]) as f64
        * source.grid().shape[1..].iter().map(|side| *side as f64).product::<f64>();
    check_memory("the export", Bytes(to_index(slab * SLAB_BYTES) as u64), options.memory)?;
    check_disk("the volume", Bytes(disk_bytes(&settings, source.grid())), out)?;
    let existing = if options.force { Existing::Replace } else { Existing::Refuse };
    let store = store::create_at_once(folder, &settings, &metadata, existing);
    let mut store = store.map_err(in_options)?;
    let slices = source.grid().shape[0];
    watch.begin("export the volume", slices);
    for from in (0..slices).step_by(at_once) {
        let z = from..(from + at_once).min(slices);
        store.write_slab(z.clone(), source.read(z.clone())?.view())?;
        watch.advance(z.end);
        refuse_cancelled(watch, out)?;
    }
    watch.end();
    let stored = store.finish(false)?;
    let mut lines = vec![format!("written   {}", stored.path.display())];
    let findings = stored.figures.findings(&settings).into_iter();
    lines.extend(findings.map(|it| format!("finding   {}", with_options(&it))));
    lines.push(format!("limits    {limit}"));
    Ok(lines)
}

/// A complaint about settings in the words of this door's options.
fn in_options(error: StoreError) -> StoreError {
    let StoreError::Setting { problem: Problem { key, found, expected } } = error else {
        return error;
    };
    let [key, expected] = [key, expected].map(|text| with_options(&text));
    StoreError::Setting { problem: Problem { key, found, expected } }
}

/// A text in which the options of this door stand for the keys of a recipe.
fn with_options(text: &str) -> String {
    let pairs = [
        ("store.limits", "--range"),
        ("[0.0, 2.0]", "0.0:2.0"),
        ("store.numbers", "--numbers"),
        ("store.format", "--out"),
    ];
    pairs.iter().fold(text.to_string(), |text, (key, option)| text.replace(key, option))
}

/// As the volume is stored, or as wished.
fn settings(source: &Source, options: &ExportOptions, format: StoreFormat) -> StoreSettings {
    let told = options.limits.map(|Limits(limits)| limits);
    let stored = match source {
        Source::Own(stored) => (stored.numbers(), stored.limits()),
        Source::Foreign(..) => (NumberType::F32, None),
    };
    let numbers = options.numbers.unwrap_or(stored.0);
    let kept = stored.1.filter(|_| numbers != NumberType::F32);
    StoreSettings { format, numbers, limits: told.or(kept), ..StoreSettings::default() }
}
