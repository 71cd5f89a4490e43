//! What a report tells, as plain data. Knows no HTML.

use ndarray::Array2;
use voltomo_types::{CellKind, CellPart, Counted, Curve, Finding, Probe, Verdict};

/// A picture as it will stand in the page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportPicture {
    /// A whole PNG file.
    pub png: Vec<u8>,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// What it shows, for who cannot see it.
    pub alt: String,
}

/// One finding, with the picture that shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportFinding {
    /// The finding as judged.
    pub finding: Finding,
    /// The slice with its place framed, where there is one.
    pub picture: Option<ReportPicture>,
    /// What of the cell the volumes hold that show it, where that is known.
    pub part: Option<CellPart>,
}

/// A picture with what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportFigure {
    /// The picture.
    pub picture: ReportPicture,
    /// Its heading; may be empty.
    pub title: String,
    /// What it shows, in sentences; may be empty.
    pub caption: String,
}

/// A volume that was inspected.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportVolume {
    /// Which beam made it.
    pub probe: Probe,
    /// Where it lay.
    pub path: String,
    /// What is known of it, each with a name: voxel, method.
    pub facts: Vec<(String, String)>,
    /// What of the cell it holds, where that is known.
    pub part: Option<CellPart>,
}

/// Numbers over two quantities, such as a joint histogram.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    /// One line for a person.
    pub title: String,
    /// What the columns count.
    pub across: Counted,
    /// First and last column's place, in `across`'s unit.
    pub across_range: [f64; 2],
    /// What the rows count.
    pub up: Counted,
    /// First and last row's place, in `up`'s unit.
    pub up_range: [f64; 2],
    /// What the values are.
    pub quantity: Counted,
    /// `[row, column]`, the lowest row first; NaN where nothing is known.
    pub values: Array2<f32>,
    /// Colours stand for the logarithm of the values: for counts over many decades.
    pub is_logarithmic: bool,
}

/// One quality figure of a scan.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityRow {
    /// What was measured.
    pub name: String,
    /// How much, as printed.
    pub value: String,
    /// In which unit; may be empty.
    pub unit: String,
    /// What is thought of it, where somebody judged it.
    pub judged: Option<Verdict>,
    /// What it means, or what to do; may be empty.
    pub note: String,
}

/// The quality figures of one scan, or of a registration.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QualityTable {
    /// Of what.
    pub title: String,
    /// The figures.
    pub rows: Vec<QualityRow>,
}

/// A text to be shown as it is, such as a recipe.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextBlock {
    /// What it is.
    pub title: String,
    /// The text.
    pub text: String,
}

/// A file beside the report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileLink {
    /// Where it lies, from the folder of the report, with `/` between folders.
    pub path: String,
    /// What is in it.
    pub title: String,
}

/// Everything that a report tells. Every list may be empty, every text too.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportContent {
    /// Name of the cell.
    pub title: String,
    /// What is built into it.
    pub cell: Option<CellKind>,
    /// The worst verdict of all findings.
    pub verdict: Verdict,
    /// The volumes.
    pub volumes: Vec<ReportVolume>,
    /// The findings, in the order of `findings.json`: the first has the number 1.
    pub findings: Vec<ReportFinding>,
    /// The cell at a glance.
    pub overview: Option<ReportFigure>,
    /// Further pictures: sections, unrolled maps.
    pub figures: Vec<ReportFigure>,
    /// Plots.
    pub curves: Vec<Curve>,
    /// Plots of two quantities.
    pub heat_maps: Vec<HeatMap>,
    /// Quality figures.
    pub quality: Vec<QualityTable>,
    /// Recipes and the like.
    pub texts: Vec<TextBlock>,
    /// Versions, hashes, devices: each with a name.
    pub provenance: Vec<(String, String)>,
    /// Files beside the report.
    pub files: Vec<FileLink>,
    /// What a person should have read.
    pub warnings: Vec<String>,
}

impl Default for ReportContent {
    fn default() -> Self {
        Self {
            title: String::new(),
            cell: None,
            verdict: Verdict::CannotTell,
            volumes: Vec::new(),
            findings: Vec::new(),
            overview: None,
            figures: Vec::new(),
            curves: Vec::new(),
            heat_maps: Vec::new(),
            quality: Vec::new(),
            texts: Vec::new(),
            provenance: Vec::new(),
            files: Vec::new(),
            warnings: Vec::new(),
        }
    }
}
