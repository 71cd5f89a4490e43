//! What the command line may say. Does nothing.

mod export;
mod render;
mod show;
mod volumes;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use voltomo_pipeline::{Bytes, Override};

pub(crate) use export::{ExportArguments, Numbers};
pub(crate) use render::RenderArguments;
pub(crate) use show::{
    Colours, CutArguments, OtherArguments, PictureFile, Projection, Section, ShowArguments,
};
pub(crate) use volumes::{
    Cell, CompareArguments, InspectArguments, Modality, Model, RegisterArguments, ReportArguments,
    SegmentArguments, VoxelSize,
};

/// Neutron and X-ray tomography of battery cells, from raw radiographs to attenuation in 1/cm.
#[derive(Debug, Parser)]
#[command(name = "voltomo", version, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The stages of the way, each alone or all in a row.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Two cells in two simulated instruments, the whole way to their reports, held to the truth.
    Demo(DemoArguments),
    /// Simulate the scan of a cell in an instrument: raw frames, and the truth beside them.
    Simulate(SimulateArguments),
    /// Print how a material attenuates neutrons and X-rays.
    Material(MaterialArguments),
    /// Show what is understood of a scan: frames, angles, units, counts, what is missing.
    Look(LookArguments),
    /// Write a complete, commented recipe for a scan.
    Recipe(RecipeArguments),
    /// Do what a recipe says.
    Run(RunArguments),
    /// Repeat a finished run from its run.json, and compare the volumes bit by bit.
    Rerun(RerunArguments),
    /// Find the rotation axis of a scan, or the geometry of a cone beam from a phantom of balls.
    Calibrate(CalibrateArguments),
    /// Correct a scan and write its line integrals as TIFF images, but for rings and two materials
    Correct(ScanRunArguments),
    /// Correct and reconstruct a scan without writing a recipe first.
    Reconstruct(ReconstructArguments),
    /// Find where the neutron volume of a cell lies in its X-ray volume.
    Register(RegisterArguments),
    /// Give each voxel of a cell's volume a material.
    Segment(SegmentArguments),
    /// Find and measure what there is in a cell: volumes in, findings out.
    Inspect(InspectArguments),
    /// Find what differs between two volumes of one beam: two states of a cell, or two cells.
    Compare(CompareArguments),
    /// Make the report of an inspected cell again, from the files in its folder.
    Report(ReportArguments),
    /// Draw a volume: slices, any plane, unrolled, projected, two volumes beside or over each other.
    Show(Box<ShowArguments>),
    /// Write a volume for other programs: another format, a surface of a part, regions at findings.
    Export(ExportArguments),
    /// Draw a volume in its light, cut open, or turning round.
    Render(RenderArguments),
    /// Print the JSON Schema of the recipe, for editors.
    Schema(SchemaArguments),
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArguments {
    /// Print that of findings.json instead, for programs that read it.
    #[arg(long)]
    pub(crate) findings: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Folder for scans, volumes, findings and reports.
    #[arg(long, default_value = "out/demo")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) machine: MachineArguments,
}

/// A scan, and settings told on the command line.
#[derive(Debug, Args)]
pub(crate) struct ScanArguments {
    /// The scan: an HDF5 file, a folder of images, one image file, or a pattern in quotes. A
    /// `recipe.toml` in that folder tells how to read it.
    pub(crate) scan: PathBuf,
    /// A setting of the recipe, as in --set correct.dose.region=0:50,0:50; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = Override::parse)]
    pub(crate) overrides: Vec<Override>,
}

#[derive(Debug, Args)]
pub(crate) struct LookArguments {
    #[command(flatten)]
    pub(crate) scan: ScanArguments,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Draw a contact sheet of radiographs, flats and darks into this PNG.
    #[arg(long, value_name = "PNG")]
    pub(crate) picture: Option<PathBuf>,
    /// Read every frame for the count figures, not a sample of 32.
    #[arg(long)]
    pub(crate) all: bool,
    /// Measure how good the scan is: dose, spots, starved pixels, flat field, rings, sharpest edge,
    /// resolution and contrast of the middle slice. The scan is corrected as its recipe says.
    #[arg(long)]
    pub(crate) quality: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RecipeArguments {
    #[command(flatten)]
    pub(crate) scan: ScanArguments,
    /// File for the recipe; without it, it is printed.
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Replace a file that is there.
    #[arg(long)]
    pub(crate) force: bool,
}

/// What the machine may give.
#[derive(Debug, Args, Clone)]
pub(crate) struct MachineArguments {
    /// Memory allowed, as 4GiB; without it, 60 % of what is free.
    #[arg(long, value_name = "SIZE")]
    pub(crate) memory: Option<Bytes>,
    /// Threads; without it, all cores.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

/// Where results go.
#[derive(Debug, Args)]
pub(crate) struct OutArguments {
    /// Output folder.
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Print peak memory, disk and time, and stop.
    #[arg(long)]
    pub(crate) plan: bool,
    /// Go on where a stopped run ended.
    #[arg(long, conflicts_with = "force")]
    pub(crate) resume: bool,
    /// Replace a run that is in the folder.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) machine: MachineArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// The recipe, a TOML file; `voltomo recipe SCAN` writes one.
    pub(crate) recipe: PathBuf,
    /// A setting that goes before the recipe's; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = Override::parse)]
    pub(crate) overrides: Vec<Override>,
    #[command(flatten)]
    pub(crate) out: OutArguments,
}

#[derive(Debug, Args)]
pub(crate) struct CalibrateArguments {
    /// The recipe of the scan, a TOML file; what it tells of the axis is searched anew.
    pub(crate) recipe: PathBuf,
    /// A setting that goes before the recipe's; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = Override::parse)]
    pub(crate) overrides: Vec<Override>,
    /// The scan shows small balls on a holder that turned: find source, axis and detector by them.
    #[arg(long)]
    pub(crate) balls: bool,
    /// Distance from each ball to the next, in mm: without it the distance to the axis comes out
    /// as a ratio.
    #[arg(long, value_name = "MM", requires = "balls", allow_negative_numbers = true)]
    pub(crate) spacing_mm: Option<f64>,
    /// File for what was found, as JSON.
    #[arg(long, value_name = "JSON", default_value = "calibration.json")]
    pub(crate) out: PathBuf,
    /// Replace a file that is there.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) machine: MachineArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RerunArguments {
    /// Output folder of a finished run.
    pub(crate) folder: PathBuf,
    /// New output folder.
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Replace a run that is in the new folder.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) machine: MachineArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ScanRunArguments {
    #[command(flatten)]
    pub(crate) scan: ScanArguments,
    /// Output folder.
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Replace a run that is in the folder.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) machine: MachineArguments,
}

/// File formats of raw frames.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum FrameFormat {
    /// A 16-bit TIFF image a frame.
    Tiff,
    /// A 16-bit FITS image a frame.
    Fits,
    /// One HDF5 file in the NeXus layout NXtomo.
    Nexus,
}

#[derive(Debug, Args)]
pub(crate) struct SimulateArguments {
    /// The cell: a TOML file, or the name of a built-in one (--list).
    #[arg(required_unless_present_any = ["list", "show_cell", "show_instrument"])]
    pub(crate) cell: Option<String>,
    /// The instrument: titan, imax, or a TOML file.
    #[arg(long, value_name = "NAME|FILE",
        required_unless_present_any = ["list", "show_cell", "show_instrument"])]
    pub(crate) instrument: Option<String>,
    /// Preset of the instrument, as demo or full; without it, the instrument as its file has it.
    #[arg(long)]
    pub(crate) preset: Option<String>,
    /// Seed of the noise and of random defects.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Draw so many defects, beside those of the cell's file.
    #[arg(long, value_name = "K", default_value_t = 0)]
    pub(crate) random_defects: usize,
    /// File format of the frames; without it, TIFF of neutrons and NeXus of X-rays.
    #[arg(long, value_enum)]
    pub(crate) format: Option<FrameFormat>,
    /// Leave out everything that is drawn by chance, and the detector's faults.
    #[arg(long)]
    pub(crate) noise_free: bool,
    /// Write no volumes of the truth, only its records.
    #[arg(long)]
    pub(crate) no_truth: bool,
    /// List the built-in cells, and the instruments with their presets.
    #[arg(long)]
    pub(crate) list: bool,
    /// Print the file of a built-in cell, to be copied and changed.
    #[arg(long, value_name = "NAME")]
    pub(crate) show_cell: Option<String>,
    /// Print the file of a built-in instrument, to be copied and changed.
    #[arg(long, value_name = "NAME", conflicts_with = "show_cell")]
    pub(crate) show_instrument: Option<String>,
    /// Output folder; a plan needs none.
    #[arg(long,
        required_unless_present_any = ["list", "plan", "show_cell", "show_instrument"])]
    pub(crate) out: Option<PathBuf>,
    /// Print frames, memory, disk and time, and stop.
    #[arg(long)]
    pub(crate) plan: bool,
    /// Go on where a stopped simulation ended.
    #[arg(long, conflicts_with = "force")]
    pub(crate) resume: bool,
    /// Replace a simulated scan that is in the folder.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) machine: MachineArguments,
}

/// How the neutron cross-section of hydrogen is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Hydrogen {
    /// As measured in organic matter, falling with energy.
    Organic,
    /// As in water.
    Water,
    /// Bound: 82 barn at every wavelength, too much for most beams.
    Bound,
}

#[derive(Debug, Args)]
pub(crate) struct MaterialArguments {
    /// A material of the library, a formula as C3H6, or mass fractions as "Fe:0.7;Cr:0.3".
    #[arg(required_unless_present = "list")]
    pub(crate) material: Option<String>,
    /// List the materials of the library.
    #[arg(long)]
    pub(crate) list: bool,
    /// Density in g/cm³; a formula and mass fractions need it.
    #[arg(long, value_name = "G/CM3", allow_negative_numbers = true)]
    pub(crate) density: Option<f64>,
    /// How the neutron cross-section of hydrogen is taken.
    #[arg(long, value_enum, default_value_t = Hydrogen::Organic)]
    pub(crate) hydrogen: Hydrogen,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// File formats of a volume.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Store {
    /// OME-Zarr 0.5.
    Zarr,
    /// One TIFF a slice.
    Tiff,
    /// MetaImage.
    Mha,
    /// NRRD.
    Nrrd,
    /// NIfTI-1.
    Nifti,
}

#[derive(Debug, Args)]
pub(crate) struct ReconstructArguments {
    #[command(flatten)]
    pub(crate) scan: ScanArguments,
    /// Rows of the frame to reconstruct, `A:B`.
    #[arg(long, value_name = "A:B")]
    pub(crate) rows: Option<String>,
    /// File format of the volume.
    #[arg(long, value_enum)]
    pub(crate) store: Option<Store>,
    #[command(flatten)]
    pub(crate) out: OutArguments,
}

impl ReconstructArguments {
    /// The options that stand for recipe keys, as overrides.
    pub(crate) fn overrides(&self) -> Vec<Override> {
        let mut overrides = self.scan.overrides.clone();
        let rows = self.rows.iter().map(|rows| Override::new("reconstruct.rows", rows));
        overrides.extend(rows);
        let store = self.store.map(|store| match store {
            Store::Zarr => "zarr",
            Store::Tiff => "tiff",
            Store::Mha => "mha",
            Store::Nrrd => "nrrd",
            Store::Nifti => "nifti",
        });
        overrides.extend(store.map(|store| Override::new("store.format", store)));
        overrides
    }
}
