//! What a person wants known of one cell: its scans or volumes, and how to look. Touches no data.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use voltomo_inspect::InspectSettings;
use voltomo_register::RegisterSettings;
use voltomo_segment::SegmentSettings;
use voltomo_types::{CellKind, Probe, Problem};

use crate::recipe::{Override, Place, PlacedProblem, Recipe, RecipeError};

/// One beam's share of a cell: a scan with its recipe, or a volume that is there already.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CellScan {
    /// Recipe of the scan; a relative path counts from the cell's recipe.
    pub recipe: String,
    /// A volume instead: output folder of a run, OME-Zarr, TIFF slices, MetaImage, NRRD.
    pub volume: String,
    /// Edge of the volume's voxels in mm, where its files do not tell.
    pub voxel_mm: Option<f64>,
    /// The numbers of another program's volume are attenuation coefficients in 1/cm.
    pub per_cm: bool,
}

impl CellScan {
    /// What is wrong with it; `table` is where it stands.
    fn problems(&self, table: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        let told = (!self.recipe.is_empty(), !self.volume.is_empty());
        if told.0 == told.1 {
            let found = if told.0 { "both a recipe and a volume" } else { "neither" };
            let expected = format!("one of `{table}.recipe` and `{table}.volume`");
            problems.push(Problem::new(table, found, expected));
        }
        let key = format!("{table}.voxel_mm");
        if told.0 && (self.voxel_mm.is_some() || self.per_cm) {
            let found = format!("given beside `{table}.recipe`");
            problems.push(Problem::new(&key, found, "with a volume only: a run knows both"));
        }
        if let Some(voxel) = self.voxel_mm.filter(|it| !(it.is_finite() && *it > 0.0)) {
            problems.push(Problem::new(&key, voxel, "a length above 0, in mm"));
        }
        problems
    }
}

/// A cell's recipe: `voltomo run` takes it where the table `[cell]` is there.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellRecipe {
    /// What the cell is.
    pub cell: CellFacts,
    /// Its neutrons.
    #[serde(default)]
    pub neutron: Option<CellScan>,
    /// Its X-rays.
    #[serde(default)]
    pub xray: Option<CellScan>,
    /// How to register one onto the other.
    #[serde(default)]
    pub register: RegisterSettings,
    /// How to give each voxel a material.
    #[serde(default)]
    pub segment: SegmentSettings,
    /// How to inspect.
    #[serde(default)]
    pub inspect: InspectSettings,
}

/// What is known of a cell beforehand.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellFacts {
    /// `cylindrical` or `coin`.
    pub kind: CellKind,
    /// Its name, for the report.
    #[serde(default)]
    pub name: String,
    /// Whether each voxel gets a material.
    #[serde(default = "yes")]
    pub segment: bool,
}

fn yes() -> bool {
    true
}

impl CellRecipe {
    /// Whether a text is a cell's recipe and not a scan's.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("cell"))
    }

    /// Reads and checks it whole; the recipes of its scans too. `path` is the file.
    ///
    /// # Errors
    /// A file that cannot be read, and what is wrong with it.
    pub fn open(path: &Path) -> Result<Self, RecipeError> {
        let text = voltomo_acquire::read_text(path)
            .map_err(|source| RecipeError::Open { path: path.into(), why: source.to_string() })?;
        let recipe: Self = toml::from_str(&text).map_err(|error| RecipeError::Unreadable {
            source_name: path.display().to_string(),
            message: error.to_string().trim().into(),
        })?;
        let problems = recipe.problems();
        if problems.is_empty() {
            return Ok(recipe);
        }
        let source_name = path.display().to_string();
        let place = |problem| PlacedProblem {
            problem,
            place: Place::Line { source_name: source_name.clone(), line: 1, column: 1 },
        };
        Err(RecipeError::Problems(problems.into_iter().map(place).collect()))
    }

    /// Everything that is wrong with the settings by themselves.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.neutron.is_none() && self.xray.is_none() {
            let expected = "a table [neutron], [xray], or both";
            problems.push(Problem::new("cell", "no scan and no volume", expected));
        }
        for (probe, scan) in self.scans() {
            problems.extend(scan.problems(table(probe)));
        }
        problems.extend(self.register.problems());
        problems.extend(self.segment.problems());
        problems.extend(self.inspect.problems());
        problems
    }

    /// The file of limits that it names; `base`: the folder from which its paths count.
    pub(super) fn limits(&self, base: &Path) -> Option<PathBuf> {
        let told = &self.inspect.limits;
        (!told.is_empty()).then(|| base.join(told))
    }

    /// The beams there are, X-rays first.
    pub fn scans(&self) -> impl Iterator<Item = (Probe, &CellScan)> {
        let xray = self.xray.iter().map(|scan| (Probe::Xray, scan));
        xray.chain(self.neutron.iter().map(|scan| (Probe::Neutron, scan)))
    }
}

/// The recipe of a scan, its file, and the folder that its paths count from.
pub(super) fn scan_recipe(
    scan: &CellScan,
    base: &Path,
    overrides: &[Override],
) -> Result<(Recipe, PathBuf), RecipeError> {
    let path = base.join(&scan.recipe);
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    Recipe::open(&path, overrides).map(|recipe| (recipe, folder))
}

/// The table of a beam.
pub(super) fn table(probe: Probe) -> &'static str {
    match probe {
        Probe::Neutron => "neutron",
        Probe::Xray => "xray",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> CellRecipe {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_cells_recipe_is_told_from_a_scans() {
        assert!(CellRecipe::is_one("[cell]\nkind = \"coin\"\n"));
        assert!(!CellRecipe::is_one("[acquire]\npath = \"x\"\n"));
        assert!(!CellRecipe::is_one("[cell"));
    }

    #[test]
    fn a_beam_needs_one_source_and_a_cell_one_beam() {
        let keys = |text: &str| -> Vec<String> {
            read(text).problems().into_iter().map(|problem| problem.key).collect()
        };
        let kind = "[cell]\nkind = \"cylindrical\"\n";
        assert_eq!(keys(kind), ["cell"]);
        assert_eq!(keys(&format!("{kind}[xray]\n")), ["xray"]);
        assert_eq!(keys(&format!("{kind}[xray]\nrecipe = \"a\"\nvolume = \"b\"")), ["xray"]);
        let voxel = format!("{kind}[neutron]\nvolume = \"b\"\nvoxel_mm = -1.0");
        assert_eq!(keys(&voxel), ["neutron.voxel_mm"]);
        let beside = format!("{kind}[neutron]\nrecipe = \"b\"\nper_cm = true");
        assert_eq!(keys(&beside), ["neutron.voxel_mm"]);
        assert!(keys(&format!("{kind}[xray]\nrecipe = \"a\"")).is_empty());
    }

    #[test]
    fn unknown_keys_are_refused() {
        let text = "[cell]\nkind = \"coin\"\nshape = 3";
        assert!(toml::from_str::<CellRecipe>(text).unwrap_err().to_string().contains("shape"));
    }
}
