//! From volumes on disk to findings on disk. Inspects nothing itself.

mod cuts;
mod overview;
mod pictures;
mod plots_file;

use std::path::{Path, PathBuf};

use voltomo_inspect::frame::FoundCell;
use voltomo_inspect::{
    InspectSettings, Inspection, Limits, Seen, Views, inspect_coin, inspect_cylindrical,
};
use voltomo_show::report::part_in_words;
use voltomo_types::{CellKind, CellPart, CellPlace, Finding, Probe, Verdict, Volume};

use crate::error::RunError;
pub(crate) use crate::findings_file::JSON as FINDINGS;
use crate::findings_file::{self, FindingsRecord, Inspected};
use crate::memory::Bytes;
use crate::registered::Registered;
use crate::report::{REPORT, report};
use crate::volume_input::{VolumeInput, VolumeRequest};
use crate::watch::{Watch, refuse_cancelled};
use crate::whole_volumes::{
    check_beams, check_memory, check_place, hold_place, read_all, remove_former,
};

/// What the inspection holds beside the volumes, as a share of them: the cell unrolled, copies of parts,
/// pictures; of small volumes the first share, of large ones the second and so many bytes. At full size
/// (6.7 GB held) 0.9 GB were taken.
const BESIDE: [f64; 2] = [0.6, 0.2];
const BESIDE_BYTES: f64 = 4e8;

/// What is to be inspected, and where the findings go.
#[derive(Debug, Clone)]
pub struct InspectOptions {
    /// Name of the cell, for the report; may be empty.
    pub name: String,
    /// One volume, or one of each beam.
    pub volumes: Vec<VolumeRequest>,
    /// What the cell is.
    pub cell: CellKind,
    /// What is known already, of a beam that gave no volume.
    pub beforehand: Vec<Finding>,
    /// Where points of the neutron volume lie in the X-ray volume, where a registration told it.
    pub xray_from_neutron: Option<Registered>,
    /// A file of limits instead of the default ones.
    pub limits: Option<PathBuf>,
    /// How to look.
    pub settings: InspectSettings,
    /// Folder for the findings.
    pub out: PathBuf,
    /// Replace findings that are there.
    pub force: bool,
    /// Memory allowed.
    pub memory: Option<Bytes>,
}

/// Inspects the volumes of a cell; writes `findings.json`, `findings.csv`, a picture for each
/// finding with a place, and `report.html`. Memory: the volumes, and six tenths of them.
///
/// # Errors
/// Volumes that cannot be read or do not show such a cell; two of the same beam; findings that are
/// there already; a limit on the memory that the volumes pass.
pub fn inspect(options: &InspectOptions, watch: &dyn Watch) -> Result<FindingsRecord, RunError> {
    let limits = read_limits(options.limits.as_deref())?;
    let inputs: Result<Vec<_>, _> = options.volumes.iter().map(VolumeInput::open).collect();
    let inputs = inputs?;
    let _held = hold_place(&options.out)?;
    check(options, &inputs)?;
    let registered = options.xray_from_neutron.as_ref();
    registered.map_or(Ok(()), |it| it.check(&inputs, watch))?;
    let volumes = read_all(&inputs, &options.out, watch)?;
    watch.begin_unwritten("inspect the cell", 1);
    registered.map_or(Ok(()), |it| it.check_volumes(&inputs, &volumes, watch))?;
    let seen = |probe| seen_by(probe, &inputs, &volumes);
    let views = Views {
        xray: seen(Probe::Xray),
        neutron: seen(Probe::Neutron),
        xray_from_neutron: registered.map(|it| it.xray_from_neutron),
    };
    let starved = inputs.iter().find(|input| input.probe == Probe::Xray);
    let starved = starved.and_then(|input| input.starved_share());
    let Inspection { findings, plots, cells } = match options.cell {
        CellKind::Cylindrical => inspect_cylindrical(&views, &options.settings, &limits)?,
        CellKind::Coin => inspect_coin(&views, starved, &options.settings, &limits)?,
    };
    watch.end();
    let findings = placed([options.beforehand.clone(), findings].concat());
    let told = inputs.iter().map(|input| Inspected::of(input, part_of(input.probe, &cells)));
    let record = recorded(options, told.collect(), findings);
    refuse_cancelled(watch, &options.out)?;
    remove_former(&options.out);
    watch.begin("draw the findings", record.findings.len());
    pictures::draw((&views, &cells), &record.findings, &options.out)?;
    let seen: Vec<Seen<'_>> = views.xray.into_iter().chain(views.neutron).collect();
    plots_file::write(&plots, &seen, &options.out)?;
    let cell = (&views, options.cell, cells.as_slice());
    overview::draw(cell, (&record.findings, &plots), &options.out)?;
    watch.end();
    drop(volumes);
    record.write(&options.out)?;
    report(&options.out, None)?;
    Ok(record)
}

/// The findings with what was asked.
fn recorded(
    options: &InspectOptions,
    volumes: Vec<Inspected>,
    findings: Vec<Finding>,
) -> FindingsRecord {
    FindingsRecord {
        name: options.name.clone(),
        limits: options.limits.as_ref().map(|path| path.display().to_string()),
        ..FindingsRecord::new(Some(options.cell), volumes, findings)
    }
}

/// What of the cell the volume of a beam holds, where it was found there.
fn part_of(probe: Probe, cells: &[FoundCell]) -> Option<CellPart> {
    cells.iter().find(|cell| cell.probe == probe).map(|cell| cell.part)
}

/// Without places that are no numbers.
fn placed(mut findings: Vec<Finding>) -> Vec<Finding> {
    for finding in &mut findings {
        let is_known = |place: &CellPlace| {
            let numbers = [place.z_mm, place.radius_mm, place.angle_deg];
            numbers.iter().chain(&place.volume_mm).all(|it| it.is_finite())
        };
        finding.place = finding.place.take().filter(is_known);
    }
    findings
}

/// The limits in a file; the default ones without.
///
/// # Errors
/// A file that cannot be read, or that holds something else.
pub(crate) fn read_limits(path: Option<&Path>) -> Result<Limits, RunError> {
    let Some(path) = path else { return Ok(Limits::default()) };
    let what = "cannot read the limits, a TOML file that `voltomo inspect --show-limits` prints";
    let failed = |source| RunError::File { what, path: path.into(), source };
    let text = voltomo_acquire::read_text(path).map_err(failed)?;
    Limits::from_toml(&text)
        .map_err(|source| RunError::LimitsFile { source: Box::new(source), path: path.into() })
}

/// The commented text of the default limits.
#[must_use]
pub fn default_limits() -> &'static str {
    Limits::default_text()
}

/// What can be known to be wrong before a voxel is read.
fn check(options: &InspectOptions, inputs: &[VolumeInput]) -> Result<(), RunError> {
    check_beams(inputs)?;
    let held: u64 = inputs.iter().map(VolumeInput::bytes).sum();
    check_memory("the inspection", needed(held), options.memory)?;
    check_place(&options.out, FINDINGS, options.force)
}

/// Memory that the inspection of volumes of so many bytes takes.
pub(crate) fn needed(held: u64) -> Bytes {
    let [small, large] = BESIDE.map(|share| share * held as f64);
    Bytes(held + voltomo_numeric::cast::to_index(small.min(large + BESIDE_BYTES)) as u64)
}

fn seen_by<'a>(probe: Probe, inputs: &[VolumeInput], volumes: &'a [Volume]) -> Option<Seen<'a>> {
    let place = inputs.iter().position(|input| input.probe == probe)?;
    let volume = &volumes[place];
    Some(Seen {
        attenuation: volume.attenuation.view(),
        grid: volume.grid,
        probe,
        is_quantitative: inputs[place].is_attenuation,
    })
}

impl FindingsRecord {
    /// What a person wants to know at once: the verdict, then a line a finding, the worst first.
    #[must_use]
    pub fn lines(&self, out: &Path) -> Vec<String> {
        let mut lines = vec![format!("verdict   {}", findings_file::name(&self.verdict))];
        for volume in &self.volumes {
            let Some(part) = volume.part else { continue };
            let beam = findings_file::name(&volume.probe);
            lines.push(format!("seen      {beam}: {}", part_in_words(&part)));
        }
        lines.extend(self.worst(self.findings.len()));
        lines.push(format!("findings  {}", out.join(FINDINGS).display()));
        lines.push(format!("table     {}", out.join(findings_file::CSV).display()));
        let report = out.join(REPORT);
        lines.extend(report.is_file().then(|| format!("report    {}", report.display())));
        lines
    }

    /// A line for each of so many findings, the worst first.
    #[must_use]
    pub fn worst(&self, count: usize) -> Vec<String> {
        let mut sorted: Vec<(usize, &Finding)> = self.findings.iter().enumerate().collect();
        let rank = |verdict: Verdict| match verdict {
            Verdict::Fail => 0,
            Verdict::Doubtful => 1,
            Verdict::Pass => 2,
            Verdict::Seen => 3,
            Verdict::CannotTell => 4,
        };
        sorted.sort_by_key(|(number, finding)| (rank(finding.verdict), *number));
        sorted.into_iter().take(count).map(|(number, finding)| line(number, finding)).collect()
    }
}

fn line(number: usize, finding: &Finding) -> String {
    let value = finding.measures.first().map(|measure| {
        let unit = measure.unit.symbol();
        let sigma = measure.uncertainty.map_or(String::new(), |sigma| format!(" ± {sigma:.3}"));
        format!("{} {:.3}{sigma} {unit}", measure.name, measure.value)
    });
    let place = finding.place.map(|at| {
        format!("at z {:.1} mm, radius {:.2} mm, {:.0}°", at.z_mm, at.radius_mm, at.angle_deg)
    });
    let told: Vec<String> = value.into_iter().chain(place).collect();
    let told = if told.is_empty() { finding.note.clone() } else { told.join(", ") };
    let verdict = findings_file::name(&finding.verdict);
    format!("{:>3}  {verdict:<11}  {:<17}  {told}", number + 1, findings_file::name(&finding.kind))
}
