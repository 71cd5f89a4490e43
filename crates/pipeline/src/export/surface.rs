//! The surface of a part as a file. Draws nothing.

use std::io::{BufWriter, Write};
use std::path::Path;

use ndarray::{Array3, s};
use voltomo_show::viewer::{Mesh, MeshFormat, surface, write_mesh};

use super::source::{ExportOptions, Source, refuse_taken};
use crate::disk::check_disk;
use crate::error::RunError;
use crate::memory::Bytes;
use crate::shown::label_names;
use crate::store::Content;
use crate::watch::{Watch, refuse_cancelled};
use crate::whole_file::WholeFile;
use crate::whole_volumes::check_memory;

/// Slices that are read at once.
const AT_ONCE: usize = 16;
/// Bytes a voxel: the part, and a usual surface about it.
const BYTES: u64 = 3;
/// Bytes in a file of a point, and of a triangle, at most: as texts of OBJ.
const VERTEX_BYTES: usize = 64;
const TRIANGLE_BYTES: usize = 64;

/// Writes the surface; lines for a person.
pub(super) fn write(
    source: &Source,
    options: &ExportOptions,
    watch: &dyn Watch,
) -> Result<Vec<String>, RunError> {
    let out = &options.out;
    let _folder = refuse_taken(out, options.force)?;
    let part = part(source, options)?;
    let grid = *source.grid();
    check_memory("the surface", Bytes(grid.voxel_count() as u64 * BYTES), options.memory)?;
    let mut mask = Array3::<u8>::zeros(grid.shape);
    watch.begin("find the part", grid.shape[0]);
    for from in (0..grid.shape[0]).step_by(AT_ONCE) {
        let z = from..(from + AT_ONCE).min(grid.shape[0]);
        let slab = source.read(z.clone())?;
        mask.slice_mut(s![z.clone(), .., ..])
            .assign(&slab.mapv(|value| u8::from(part.holds(value))));
        watch.advance(z.end);
        refuse_cancelled(watch, out)?;
    }
    watch.end();
    let mesh = surface(mask.view(), 1, &grid);
    refuse_cancelled(watch, out)?;
    if mesh.triangles.is_empty() {
        let why = format!("no voxel is {}; expected a part that the volume holds", part.name);
        return Err(RunError::Export { why, path: source.path().into() });
    }
    keep(&mesh, &part.name, out)?;
    let unit = grid.unit.symbol();
    Ok(vec![
        format!("written   {}", out.display()),
        format!(
            "surface   {} points, {} triangles, {:.2} {unit}³ within",
            mesh.vertices.len(),
            mesh.triangles.len(),
            mesh.volume()
        ),
        format!(
            "limits    lengths are {unit} (no surface file says so); edges finer than a voxel are rounded"
        ),
    ])
}

/// Writes the file beside its place, then renames it onto it.
fn keep(mesh: &Mesh, name: &str, out: &Path) -> Result<(), RunError> {
    let ending = out.extension().and_then(|it| it.to_str()).unwrap_or_default();
    let format = MeshFormat::of_ending(ending).unwrap_or(MeshFormat::Stl);
    let failed = |error| RunError::File { what: "cannot write", path: out.into(), source: error };
    let bytes = (mesh.vertices.len() * VERTEX_BYTES + mesh.triangles.len() * TRIANGLE_BYTES) as u64;
    check_disk("the surface", Bytes(bytes), out)?;
    let (whole, file) = WholeFile::create(out).map_err(failed)?;
    let mut file = BufWriter::new(file);
    let written = write_mesh(mesh, format, name, &mut file).and_then(|()| file.flush());
    drop(file);
    written.and_then(|()| whole.publish()).map_err(failed)
}

/// What belongs to a part: values in a range, its ends left out; and what it is called.
struct Part {
    between: [f32; 2],
    name: String,
}

impl Part {
    fn holds(&self, value: f32) -> bool {
        value > self.between[0] && value < self.between[1]
    }
}

fn part(source: &Source, options: &ExportOptions) -> Result<Part, RunError> {
    let refuse = |why: String| RunError::Export { why, path: source.path().into() };
    if let Some(above) = options.above {
        return Ok(Part { between: [above, f32::INFINITY], name: format!("above {above}") });
    }
    let wish = options.label.clone().unwrap_or_default();
    if let Source::Own(stored) = source
        && stored.content() != Content::Labels
    {
        return Err(refuse(format!(
            "a volume of {:?}, in which `--label {wish}` names nothing; give `--above LEVEL`, or the \
             label volume that `voltomo segment` wrote",
            stored.content()
        )));
    }
    let names = label_names(source.path());
    let named = names.iter().find(|(_, name)| name.eq_ignore_ascii_case(&wish));
    let number = named.map(|(number, _)| *number).or_else(|| wish.parse::<usize>().ok());
    let number = number.filter(|number| *number <= 255).ok_or_else(|| {
        let known: Vec<String> = names.iter().map(|(k, name)| format!("{k} {name}")).collect();
        refuse(format!(
            "a label `{wish}`; expected a number to 255 or one of: {}",
            known.join(", ")
        ))
    })?;
    let name = names.get(&number).cloned().unwrap_or_else(|| format!("label {number}"));
    let value = number as f32;
    Ok(Part { between: [value - 0.5, value + 0.5], name })
}
