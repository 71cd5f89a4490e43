//! Tube settings and a tilt under which a cell lets enough through, by tracing it. Reads no scan.

use serde::Serialize;
use voltomo_acquire::simulate::{
    ColumnRays, PathLengths, RowRay, Sample,
    cell::{Cell, CellFile},
    material::Library,
    shape::Scene,
    spectrum::{AttenuationTable, PanelResponse, Spectrum, TubeBeam},
};
use voltomo_correct::CorrectError;
use voltomo_types::Problem;

use crate::{error::RunError, recipe::Recipe};

/// What is tried.
const KILOVOLTS: [f64; 4] = [60.0, 70.0, 80.0, 90.0];
const COPPER_MM: [f64; 4] = [0.1, 0.25, 0.5, 1.0];
const TILTS_DEG: [f64; 9] = [0.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 45.0];
/// Azimuths of a turn, and rays along and across the cell.
const AZIMUTHS: u32 = 12;
const RAYS: [usize; 2] = [64, 48];
/// Settings are as good as the best within so much of the rays; then the lesser tilt is taken.
const ALIKE: f64 = 0.01;

/// How layers that no ray runs along are told apart; `docs/inclined-coin.toml` holds all keys.
pub(super) const LAYERED: &str = "`reconstruct.method = fista_tv`, `reconstruct.cone.inclination_deg`, and of \
     `reconstruct.iterative` `tv_along_axis = 0.005`, `tv_weight = 1e-3`, `noise_weights = true`, \
     `start = coarser`, `min = 0` and `max` of the steel (page reconstruction, flat cells)";

/// Settings of a scan, and how many rays they starve.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Advice {
    /// Tube voltage, kV.
    pub kilovolts: f64,
    /// Copper filter, mm.
    pub copper_mm: f64,
    /// Angle between the rays and the plane at right angles to the rotation axis, the same in
    /// every view (laminography), degrees.
    pub tilt_deg: f64,
    /// Share of the rays through the cell that are still starved, %.
    pub percent: f64,
    /// The same without the tilt, with the best beam, %.
    pub percent_upright: f64,
    /// Exposure against a beam behind 0.5 mm Cu at 80 kV, for as many detected quanta.
    pub exposure: f64,
    /// Depth along the axis that is told of what is 1 mm wide across it, mm: the tangent of the
    /// tilt, since frequencies within the tilt of the axis are not measured.
    pub depth_per_width: f64,
}

impl Advice {
    pub(super) fn text(&self) -> String {
        format!(
            "tilt {} °, {} mm Cu, {} kV, {:.1} times the exposure of 0.5 mm Cu at 80 kV: {:.0} % \
             starved (computed; upright {:.0} %){}",
            self.tilt_deg,
            self.copper_mm,
            self.kilovolts,
            self.exposure,
            self.percent,
            self.percent_upright,
            self.unseen()
        )
    }

    /// What the tilt leaves unseen, and how to reconstruct; nothing where there is none.
    fn unseen(&self) -> String {
        if self.tilt_deg == 0.0 {
            return String::new();
        }
        format!(
            ". So tilted no ray runs along the layers: what is 1 mm wide is told in depth to {:.2} mm \
             only, wide flat layers by their rims alone; reconstruct with {LAYERED}",
            self.depth_per_width
        )
    }
}

/// Traces the cell of a name through candidate settings and takes those that starve fewest rays;
/// among those alike, the least tilt, and then the most quanta.
///
/// # Errors
/// A cell that cannot be read or built.
pub(super) fn advise(cell: &str, recipe: &Recipe) -> Result<Advice, RunError> {
    let refused = |error: &dyn std::fmt::Display| {
        let expected = "the name of a built-in cell (`voltomo simulate --list`) or its TOML file";
        let found = format!("`{cell}`: {error}");
        RunError::from(CorrectError::Setting(Problem::new(
            "correct.starvation.cell",
            found,
            expected,
        )))
    };
    let file = CellFile::read(cell).map_err(|error| refused(&error))?;
    let cell = Cell::build(&file, &[], &Library::standard()).map_err(|error| refused(&error))?;
    let below = recipe.correct.starvation.below;
    let spectra = spectra();
    let mut tried = Vec::new();
    for tilt_deg in TILTS_DEG {
        let lengths = lengths(&cell.scene, tilt_deg.to_radians());
        for beam in &spectra {
            tried.push((tilt_deg, beam, starved(beam, &cell.scene, (&lengths, below))));
        }
    }
    let least = |upright: bool| {
        let shares = tried.iter().filter(|(tilt, ..)| !upright || *tilt == 0.0);
        shares.map(|(.., share)| *share).fold(f64::INFINITY, f64::min)
    };
    let best = least(false);
    let mut alike: Vec<_> = tried.iter().filter(|(.., share)| *share <= best + ALIKE).collect();
    alike.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.quanta.total_cmp(&a.1.quanta)));
    let (tilt_deg, beam, share) = alike[0];
    let usual = spectra.iter().find(|it| it.kilovolts == 80.0 && it.copper_mm == 0.5);
    Ok(Advice {
        kilovolts: beam.kilovolts,
        copper_mm: beam.copper_mm,
        tilt_deg: *tilt_deg,
        percent: 100.0 * share,
        percent_upright: 100.0 * least(true),
        exposure: usual.map_or(1.0, |usual| usual.quanta / beam.quanta),
        depth_per_width: tilt_deg.to_radians().tan(),
    })
}

/// A beam that is tried.
struct Candidate {
    kilovolts: f64,
    copper_mm: f64,
    spectrum: Spectrum,
    /// Detected quanta for the same current and time.
    quanta: f64,
}

fn spectra() -> Vec<Candidate> {
    let settings = KILOVOLTS.into_iter().flat_map(|kv| COPPER_MM.map(|copper| (kv, copper)));
    let candidate = |(kilovolts, copper_mm): (f64, f64)| {
        let tube = TubeBeam::with_copper(kilovolts, copper_mm);
        let spectrum = Spectrum::tube(&tube, &PanelResponse::default(), 24).ok()?;
        let quanta = spectrum.quanta() * spectrum.detected_fraction();
        Some(Candidate { kilovolts, copper_mm, spectrum, quanta })
    };
    settings.filter_map(candidate).collect()
}

/// Path lengths of parallel rays through the cell about a whole turn, inclined against the plane at
/// right angles to its axis; a ray each, none that misses it.
fn lengths(scene: &Scene, inclination: f64) -> Vec<PathLengths> {
    let bounds = scene.bounds();
    let middle = (bounds.z[0] + bounds.z[1]) / 2.0;
    let half = (bounds.z[1] - bounds.z[0]) / 2.0;
    let reach = half * inclination.cos() + bounds.radius * inclination.sin();
    let [across, along] = RAYS;
    let place = |k: usize, count: usize| (k as f64 + 0.5) / count as f64 * 2.0 - 1.0;
    let mut found = Vec::new();
    for azimuth in 0..AZIMUTHS {
        let angle = f64::from(azimuth) / f64::from(AZIMUTHS) * std::f64::consts::TAU;
        let (sin, cos) = angle.sin_cos();
        for (u, v) in (0..across).flat_map(|u| (0..along).map(move |v| (u, v))) {
            let (side, up) = (bounds.radius * place(u, across), reach * place(v, along));
            // On the axis' plane the ray is at the height up / cos of its inclination.
            let rows = [RowRay { z: middle + up / inclination.cos(), slope: inclination.tan() }];
            let rays = ColumnRays {
                origin: [-sin * side, cos * side],
                direction: [cos, sin],
                rows: &rows,
            };
            let mut lengths = PathLengths::new(scene.materials().len(), 1);
            scene.trace(&rays, &mut lengths);
            if (0..lengths.materials()).any(|material| lengths.material(material)[0] > 0.0) {
                found.push(lengths);
            }
        }
    }
    found
}

fn starved(beam: &Candidate, scene: &Scene, (rays, below): (&[PathLengths], f64)) -> f64 {
    let table = AttenuationTable::new(&beam.spectrum, scene.materials());
    let mut signal = [0.0f32];
    let is_starved = |lengths: &&PathLengths| {
        table.transmission(lengths, &mut signal);
        f64::from(signal[0]) < below
    };
    rays.iter().filter(is_starved).count() as f64 / rays.len().max(1) as f64
}
