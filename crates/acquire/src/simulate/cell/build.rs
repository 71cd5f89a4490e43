//! A cell from its file: parts in a scene, substances, and what is true of it. Knows no beam.

use voltomo_types::Problem;

use super::defect::Defect;
use super::draft::Draft;
use super::error::CellError;
use super::file::CellFile;
use super::fit::{Limit, Misfit};
use super::palette::Palette;
use super::record::DefectRecord;
use super::{coin, cylindrical};
use crate::simulate::material::{Library, MaterialError, Substance};
use crate::simulate::sample::{Bounds, ColumnRays, PathLengths, Sample};
use crate::simulate::shape::{Overlap, Part, Scene, Shape};
use crate::simulate::written::PlacedProblem;

/// Points laid in each part to find overlaps.
const OVERLAP_SAMPLES: usize = 24;

/// A part of a cell and the box around it.
#[derive(Debug, Clone, PartialEq)]
pub struct PartSize {
    /// Its name.
    pub name: String,
    /// Its material; `several` for the roll.
    pub material: String,
    /// Lower corner of the box, `[x, y, z]`, mm.
    pub low_mm: [f64; 3],
    /// Upper corner of the box, `[x, y, z]`, mm.
    pub high_mm: [f64; 3],
}

/// A cell that an instrument can look through, and the truth about it.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Its name.
    pub name: String,
    /// What it was built from, without the defects that were added to the file's.
    pub file: CellFile,
    /// Its parts and substances.
    pub scene: Scene,
    /// What is wrong with it.
    pub defects: Vec<DefectRecord>,
    /// What belongs to it and can be seen.
    pub features: Vec<DefectRecord>,
    /// All that is wrong with it, in the order of `defects`.
    listed: Vec<Defect>,
    /// The materials, those of the file included.
    library: Library,
}

impl Cell {
    /// Builds a cell with the defects of its file and with `more` of them.
    ///
    /// `library`: the named materials; the file's own `[materials.NAME]` come on top.
    ///
    /// # Errors
    /// Materials that do not exist, parts that do not fit together (both are named, with lengths
    /// in mm and the key that mends it), defects outside their part.
    pub fn build(file: &CellFile, more: &[Defect], library: &Library) -> Result<Self, CellError> {
        let own = checked_library(file, library)?;
        let draft = assemble(file, more, &own);
        let Draft { palette, parts, mut records, fit, ovality, mount } = draft;
        let substances = palette.finish().map_err(|list| unplaced(file, list))?;
        let cell = file.name().to_string();
        let misfits = fit.misfits();
        if !misfits.is_empty() {
            return Err(CellError::Fit { cell, misfits });
        }
        let shape = |source| CellError::Shape { cell: cell.clone(), source };
        let mut scene = Scene::new(substances, parts).map_err(shape)?;
        let misfits = overlaps(&scene);
        if !misfits.is_empty() {
            return Err(CellError::Fit { cell, misfits });
        }
        if let Some(ovality) = ovality {
            scene = scene.with_ovality(ovality).map_err(shape)?;
            records.iter_mut().for_each(|record| record.squeeze(ovality));
        }
        if let Some(mount) = mount {
            scene = scene.placed(&mount).map_err(shape)?;
            records.iter_mut().for_each(|record| record.mount(&mount));
        }
        let (defects, features) = records.into_iter().partition(DefectRecord::is_defect);
        let listed = file.defects().iter().chain(more).cloned().collect();
        Ok(Self { name: cell, file: file.clone(), scene, defects, features, listed, library: own })
    }

    /// The cell's parts as they were without its defect `index`.
    ///
    /// # Errors
    /// Dimensions that make no solid without it.
    pub fn without(&self, index: usize) -> Result<Scene, CellError> {
        let rest: Vec<Defect> =
            self.listed[..index].iter().chain(&self.listed[index + 1..]).cloned().collect();
        let draft = assemble(&self.file.clone().without_defects(), &rest, &self.library);
        let shape = |source| CellError::Shape { cell: self.name.clone(), source };
        let substances = draft.palette.finish().unwrap_or_default();
        let mut scene = Scene::new(substances, draft.parts).map_err(shape)?;
        if let Some(ovality) = draft.ovality {
            scene = scene.with_ovality(ovality).map_err(shape)?;
        }
        if let Some(mount) = draft.mount {
            scene = scene.placed(&mount).map_err(shape)?;
        }
        Ok(scene)
    }

    /// The substances that the scene's materials count.
    #[must_use]
    pub fn substances(&self) -> &[Substance] {
        self.scene.materials()
    }

    /// Pairs of parts that claim the same place, found by `samples` rays a part.
    #[must_use]
    pub fn overlaps(&self, samples: usize) -> Vec<Overlap> {
        confirmed(&self.scene, samples)
    }

    /// Every part with the box around it, for documents.
    #[must_use]
    pub fn part_sizes(&self) -> Vec<PartSize> {
        let size = |(part, [low_mm, high_mm]): (&Part, [[f64; 3]; 2])| {
            let material = match &part.shape {
                Shape::Solid { material, .. } => self.substances()[*material].name().to_string(),
                Shape::Roll(_) => "several".into(),
            };
            PartSize { name: part.name.clone(), material, low_mm, high_mm }
        };
        self.scene.parts().iter().zip(self.scene.part_bounds()).map(size).collect()
    }
}

impl Sample for Cell {
    fn materials(&self) -> &[Substance] {
        self.scene.materials()
    }

    fn bounds(&self) -> Bounds {
        self.scene.bounds()
    }

    fn trace(&self, rays: &ColumnRays<'_>, lengths: &mut PathLengths) {
        self.scene.trace(rays, lengths);
    }
}

/// The library with the file's own materials.
pub(super) fn own_library(file: &CellFile, library: &Library) -> Result<Library, CellError> {
    library.with(file.materials()).map_err(|error| {
        let problem = Problem::new("materials", error, "a material that can be made");
        let source_name = format!("cell `{}`", file.name());
        CellError::Problems(vec![PlacedProblem { problem, line: None, source_name }])
    })
}

/// The library with the file's own materials, once nothing is wrong with the file by itself.
fn checked_library(file: &CellFile, library: &Library) -> Result<Library, CellError> {
    let problems = file.problems();
    if !problems.is_empty() {
        return Err(unplaced(file, problems));
    }
    let own = own_library(file, library)?;
    let problems = unknown_materials(file, &own);
    if problems.is_empty() { Ok(own) } else { Err(unplaced(file, problems)) }
}

/// Problems of a file whose text is not at hand any more.
fn unplaced(file: &CellFile, problems: Vec<Problem>) -> CellError {
    let source_name = format!("cell `{}`", file.name());
    let place = |problem| PlacedProblem { problem, line: None, source_name: source_name.clone() };
    CellError::Problems(problems.into_iter().map(place).collect())
}

/// Materials that the file names and that do not exist, those of absent parts included.
fn unknown_materials(file: &CellFile, library: &Library) -> Vec<Problem> {
    let names = file.material_names().into_iter();
    let unknown = names.filter_map(|(key, name)| Some((key, library.get(&name).err()?, name)));
    let problem = |(key, error, name): (String, MaterialError, String)| {
        Problem::new(&key, format!("`{name}`"), format!("a material that exists ({error})"))
    };
    unknown.map(problem).collect()
}

/// Parts, records and misfits of a cell with its own defects and `more`.
pub(super) fn assemble<'a>(file: &CellFile, more: &[Defect], library: &'a Library) -> Draft<'a> {
    let mut draft = Draft::new(Palette::new(library));
    let defects: Vec<Defect> = file.defects().iter().chain(more).cloned().collect();
    match file {
        CellFile::Cylindrical(file) => cylindrical::assemble(file, &defects, &mut draft),
        CellFile::Coin(file) => coin::assemble(file, &defects, &mut draft),
    }
    draft
}

/// Overlaps whose point lies in both parts by the plain formula too: a steep ray through a bent
/// sheet is found step by step, and may be a little off.
fn confirmed(scene: &Scene, samples: usize) -> Vec<Overlap> {
    let holds = |name: &str, point: [f64; 3]| {
        scene.parts().iter().filter(|part| part.name == name).any(|part| match &part.shape {
            Shape::Solid { solid, .. } => solid.holds(own_point(part, point)),
            Shape::Roll(_) => true,
        })
    };
    let mut found = scene.overlaps(samples);
    found.retain(|overlap| overlap.parts.iter().all(|name| holds(name, overlap.point)));
    found
}

/// A point of the cell in a part's own frame.
fn own_point(part: &Part, point: [f64; 3]) -> [f64; 3] {
    let Some(placement) = part.placement else { return point };
    let moved: [f64; 3] = std::array::from_fn(|axis| point[axis] - placement.shift[axis]);
    let along = |axis: usize| (0..3).map(|row| placement.rotation[row][axis] * moved[row]).sum();
    std::array::from_fn(along)
}

/// Bodies that claim the same place.
fn overlaps(scene: &Scene) -> Vec<Misfit> {
    let found = confirmed(scene, OVERLAP_SAMPLES);
    found
        .into_iter()
        .map(|overlap| {
            let [x, y, z] = overlap.point;
            let table = |name: &String| format!("`[{}]`", name.replace(' ', "_"));
            Misfit {
                key: overlap.parts.each_ref().map(table).join(" or "),
                parts: overlap.parts,
                measure: "both are".into(),
                found_mm: x.hypot(y),
                side: Limit::Apart,
                limit_mm: z,
            }
        })
        .collect()
}
