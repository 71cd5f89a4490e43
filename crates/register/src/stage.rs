//! Orders the steps of a registration. Computes nothing itself.

use voltomo_types::{Probe, Transform, Volume};

use crate::{
    Model, RegisterError, RegisterSettings, Registration,
    affine::affine,
    bootstrap::{Spread, spread},
    can::Can,
    check::check,
    deformable::deform,
    deformation::Deformation,
    half_samples::{between, half_samples, placed},
    metric::{Classes, Degrees, Level, LevelPlan},
    placement::Placement,
    registration::{RunnerUp, TargetError},
    rigid::{Fit, Region, Steps, improve},
    search::{Search, mirror_margin, search},
    start::{candidates, find_can},
};

/// Share by which the cans' diameters may differ before the cells do.
const DIAMETER_TOLERANCE: f64 = 0.06;
/// Length by which the cans may differ, mm, at least: a lid's edge is blurred.
const LENGTH_TOLERANCE_MM: f64 = 1.0;
/// How far the mixed X-ray voxels at the face of a wall let its edge move, in voxels: their attenuations
/// are free. On the twin the scale is off as by 0.27 of a voxel at the wall, at voxels of 0.15 and 0.05 mm.
const EDGE_VOXELS: f64 = 0.3;
/// X-ray voxels from which the classes are found, about.
const CLASS_VOXELS: usize = 1_000_000;
/// Edge of the voxels and sharpness (standard deviation) of the coarse and the middle level, mm.
const COARSE_MM: [f64; 2] = [0.3, 0.3];
const MIDDLE_MM: [f64; 2] = [0.2, 0.15];
/// Sharpness (standard deviation) of the finest level, mm: sharper, the waves on the peak grow.
const FINEST_SIGMA_MM: f64 = 0.2;
/// Sharpness of two more such levels, mm, that say how far the placement hangs on it.
const OTHER_SIGMAS_MM: [f64; 2] = [0.15, 0.3];
/// Points of the coarse and the middle level.
const POINTS: [usize; 2] = [20_000, 120_000];

/// Finds where the neutron volume lies in the X-ray volume's frame.
///
/// The can is found in each volume alone; its axis and ends give all but the angle about the axis
/// and, where an end is not in both volumes, the height. All angles are tried on a coarse level; the
/// best that differ are followed to finer ones, and the best of these must be better than the next
/// by more than chance. Deterministic, and the same bits for any number of threads. Memory beside
/// the volumes: some 1.5 GB at most.
/// Source: as `metric` and `bootstrap` say.
///
/// # Errors
/// Settings or volumes that cannot be used, and every case in which the result would not be sure.
pub fn register(
    neutron: &Volume,
    xray: &Volume,
    settings: &RegisterSettings,
) -> Result<Registration, RegisterError> {
    if let Some(problem) = settings.problems().into_iter().next() {
        return Err(RegisterError::Setting(problem));
    }
    check(neutron, Probe::Neutron)?;
    check(xray, Probe::Xray)?;
    let run = Run::new(neutron, xray, settings)?;
    let (winner, alone) = run.searched()?;
    let fine = run.fine(FINEST_SIGMA_MM, &winner);
    let region = run.region(&winner.transform);
    let start = Fit::at(&fine, winner.transform);
    let placed = placed(&fine, start, (&region, &run.xray_can));
    tracing::debug!(score = placed.score(), "placed on the finest level");
    run.judged(&fine, &placed, &alone)?;
    run.finished(&fine, placed, alone)
}

/// Refuses cans of two lengths, where both volumes show both ends.
fn same_length(neutron: &Can, xray: &Can) -> Result<(), RegisterError> {
    let length = |can: &Can| Some(can.ends[1]? - can.ends[0]?);
    match (length(neutron), length(xray)) {
        (Some(neutron_mm), Some(xray_mm))
            if (neutron_mm - xray_mm).abs()
                > LENGTH_TOLERANCE_MM.max(DIAMETER_TOLERANCE * xray_mm) =>
        {
            Err(RegisterError::Length { neutron_mm, xray_mm })
        }
        _ => Ok(()),
    }
}

/// Where a level of another sharpness places the volume: the step from here, and its free scale.
#[derive(Debug, Clone, Copy)]
struct Opinion {
    step: [f64; 6],
    scale: f64,
}

/// How far the winner of a search stands alone.
#[derive(Debug, Clone, Copy)]
struct Alone {
    runner_up: Option<RunnerUp>,
    /// As `Registration::mirror_margin`.
    mirror_margin: Option<f64>,
    is_upside_down: bool,
}

/// What the steps of one registration share.
pub(crate) struct Run<'a> {
    neutron: &'a Volume,
    xray: &'a Volume,
    settings: &'a RegisterSettings,
    neutron_can: Can,
    xray_can: Can,
    classes: Classes,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        neutron: &'a Volume,
        xray: &'a Volume,
        settings: &'a RegisterSettings,
    ) -> Result<Self, RegisterError> {
        let neutron_can = find_can(neutron, Probe::Neutron)?;
        let xray_can = find_can(xray, Probe::Xray)?;
        tracing::debug!(?neutron_can, ?xray_can, "cans");
        let ratio = neutron_can.radius_mm / xray_can.radius_mm;
        if (ratio - 1.0).abs() > DIAMETER_TOLERANCE {
            return Err(RegisterError::Diameter {
                neutron_mm: 2.0 * neutron_can.radius_mm,
                xray_mm: 2.0 * xray_can.radius_mm,
                tolerance: 100.0 * DIAMETER_TOLERANCE,
            });
        }
        same_length(&neutron_can, &xray_can)?;
        let step = (xray.attenuation.len() / CLASS_VOXELS) | 1;
        let classes = Classes::of(xray.attenuation.iter().copied().step_by(step), settings.classes);
        Ok(Self { neutron, xray, settings, neutron_can, xray_can, classes })
    }

    /// The level on which a search begins.
    pub(crate) fn coarse(&self) -> Level {
        self.level(COARSE_MM, POINTS[0])
    }

    /// A level of `[edge, sharpness]`, mm, with so many points.
    fn level(&self, sizes: [f64; 2], points: usize) -> Level {
        self.level_near(sizes, (points, None))
    }

    /// A level with points where the X-ray volume reaches, if it is known how the neutron volume lies.
    fn level_near(
        &self,
        [edge_mm, sigma_mm]: [f64; 2],
        (points, near): (usize, Option<Transform>),
    ) -> Level {
        let neutron_blur_mm = self.settings.neutron_blur_mm;
        let plan = LevelPlan { edge_mm, sigma_mm, neutron_blur_mm, points, near };
        let neutron = (self.neutron, &self.neutron_can);
        Level::new(neutron, (self.xray, &self.xray_can), &self.classes, &plan)
    }

    /// A level as fine as asked for, about a placement.
    fn fine(&self, sigma_mm: f64, near: &Fit) -> Level {
        let settings = self.settings;
        let near = Some(near.transform);
        self.level_near([settings.finest_mm, sigma_mm], (settings.points, near))
    }

    pub(crate) fn cans(&self) -> (&Can, &Can) {
        (&self.neutron_can, &self.xray_can)
    }

    /// The winner on the middle level, and how far it stands alone.
    fn searched(&self) -> Result<(Fit, Alone), RegisterError> {
        let settings = self.settings;
        let ends = |can: &Can| can.ends.iter().flatten().count();
        let (neutron, xray) = (ends(&self.neutron_can), ends(&self.xray_can));
        if neutron.min(xray) == 0 {
            return Err(RegisterError::NoEnd { neutron, xray });
        }
        let wanted = (settings.least_overlap, settings.upside_down);
        let (found, largest) = candidates(self.cans(), settings.reach_mm, wanted);
        let no_overlap = RegisterError::NoOverlap {
            found: 100.0 * largest,
            least: 100.0 * settings.least_overlap,
        };
        if found.is_empty() {
            return Err(no_overlap);
        }
        let coarse = self.coarse();
        let middle = self.level(MIDDLE_MM, POINTS[1]);
        let [low, high] = self.xray_can.held;
        let region = self.region_at(f64::midpoint(low, high), 0.5 * (high - low));
        let angle_step_deg = settings.angle_step_deg;
        let levels = (&coarse, &middle);
        let setup =
            Search { cans: self.cans(), candidates: &found, angle_step_deg, region, mirror: None };
        let (winner, runner_up) = search(&setup, levels.0, levels.1).ok_or(no_overlap)?;
        let mirror_margin = mirror_margin(&setup, levels, &winner);
        let along: f64 = (0..3)
            .map(|i| {
                let turned: f64 = (0..3)
                    .map(|j| winner.transform.matrix[i][j] * self.neutron_can.direction[j])
                    .sum();
                turned * self.xray_can.direction[i]
            })
            .sum();
        tracing::debug!(?winner, ?runner_up, mirror_margin, "searched");
        Ok((winner, Alone { runner_up, mirror_margin, is_upside_down: along < 0.0 }))
    }

    fn region_at(&self, height: f64, half: f64) -> Region {
        let can = &self.xray_can;
        let centre = std::array::from_fn(|i| can.point[i] + height * can.direction[i]);
        Region { centre, radius: half.hypot(can.radius_mm) }
    }

    /// Heights of the X-ray axis that both volumes hold.
    pub(crate) fn shared(&self, transform: &Transform) -> [f64; 2] {
        let (neutron, xray) = self.cans();
        let placed = neutron.held.map(|height| {
            let point = std::array::from_fn(|i| neutron.point[i] + height * neutron.direction[i]);
            let point = transform.apply(point);
            (0..3).map(|i| (point[i] - xray.point[i]) * xray.direction[i]).sum::<f64>()
        });
        let low = placed[0].min(placed[1]).max(xray.held[0]);
        let high = placed[0].max(placed[1]).min(xray.held[1]);
        [low, high.max(low)]
    }

    /// The part of the cell that both volumes hold.
    pub(crate) fn region(&self, transform: &Transform) -> Region {
        let [low, high] = self.shared(transform);
        self.region_at(f64::midpoint(low, high), 0.5 * (high - low))
    }

    /// Refuses what explains too little, or does not stand alone.
    fn judged(&self, fine: &Level, placed: &Fit, alone: &Alone) -> Result<(), RegisterError> {
        let settings = self.settings;
        if placed.score() < settings.least_score || fine.places.is_empty() {
            let (score, least) = (placed.score(), settings.least_score);
            return Err(RegisterError::PoorMatch { score, least });
        }
        if let Some(second) = alone.runner_up.filter(|it| it.margin < settings.least_margin) {
            return Err(RegisterError::Ambiguous {
                best: second.winner_score,
                second: second.score,
                turn_deg: second.turn_deg,
                shift_mm: second.shift_mm,
                margin: second.margin,
                least: settings.least_margin,
            });
        }
        match alone.mirror_margin {
            Some(margin) if margin <= -settings.least_margin => {
                Err(RegisterError::Mirrored { margin: -margin, least: settings.least_margin })
            }
            _ => Ok(()),
        }
    }

    /// A placement with the scale left free.
    fn grown(level: &Level, placed: &Fit, region: &Region) -> Fit {
        let steps = Steps { most: 10, least_mm: 5e-4, longest_mm: 0.3 };
        improve(level, placed.clone(), (Degrees::Similar, region), &steps)
    }

    /// The placement found anew at other sharpnesses, and the scale there. Another sharpness is another
    /// opinion.
    fn otherwise(&self, placed_at: &Fit, region: &Region) -> Vec<Opinion> {
        let opinion = |sigma_mm: &f64| {
            let level = self.fine(*sigma_mm, placed_at);
            let start = Fit::at(&level, placed_at.transform);
            let found = placed(&level, start, (region, &self.xray_can));
            let step = between(&placed_at.transform, &found.transform, region.centre);
            let scale = Self::grown(&level, &found, region).transform.determinant().cbrt();
            Opinion { step, scale }
        };
        OTHER_SIGMAS_MM.iter().map(opinion).collect()
    }

    /// Scale and its standard deviation, and where the volume lies with it; refused where it is off.
    ///
    /// The deviation holds the bootstrap, how far the scale moves with the sharpness, and how far an edge
    /// may move within its mixed voxels.
    fn scale(
        &self,
        fine: &Level,
        (placed, others): (&Fit, &[Opinion]),
        region: &Region,
    ) -> Result<([f64; 2], Transform), RegisterError> {
        let grown = Self::grown(fine, placed, region);
        let scale = grown.transform.determinant().cbrt();
        let samples = self.settings.bootstraps;
        let spread =
            spread(fine, (&grown, Degrees::Similar), (region, &self.xray_can), (samples, &[]));
        let drawn = spread.map_or(f64::INFINITY, |spread| spread.covariance[6][6].sqrt());
        let moved = others.iter().map(|other| (other.scale - scale).powi(2)).sum::<f64>();
        let moved = (moved / others.len().max(1) as f64).sqrt();
        let edge = EDGE_VOXELS * self.xray.grid.voxel / self.xray_can.radius_mm;
        let sigma = drawn.hypot(moved).hypot(edge);
        tracing::debug!(scale, drawn, moved, edge, "scale left free");
        let tolerance = self.settings.scale_tolerance;
        if (scale - 1.0).abs() > tolerance {
            return Err(RegisterError::Scale { scale, sigma, tolerance });
        }
        Ok(([scale, sigma], grown.transform))
    }

    /// How far the placement may be off; refused where that is too far.
    fn spread(
        &self,
        fine: &Level,
        (placed_at, scaled, others): (&Fit, &Transform, &[Opinion]),
        region: &Region,
    ) -> Result<Spread, RegisterError> {
        let can = &self.xray_can;
        let halves = half_samples(fine, placed_at, (region, can));
        let softer: Vec<[f64; 6]> = others.iter().map(|other| other.step).collect();
        tracing::debug!(?halves, ?softer, "placed otherwise");
        // What hangs on an edge that the two beams see at different places moves with a free scale.
        let freed = [between(&placed_at.transform, scaled, region.centre)];
        let others = [halves.as_slice(), softer.as_slice(), freed.as_slice()];
        let samples = (self.settings.bootstraps, others.as_slice());
        let found = spread(fine, (placed_at, Degrees::Rigid), (region, can), samples);
        let most_mm = self.settings.most_error_mm;
        let found = found.ok_or(RegisterError::Uncertain { error_mm: f64::INFINITY, most_mm })?;
        self.sure(found.error)?;
        Ok(found)
    }

    /// Refuses an error that is larger than asked for.
    fn sure(&self, error: TargetError) -> Result<TargetError, RegisterError> {
        let (error_mm, most_mm) = (error.rms_mm, self.settings.most_error_mm);
        if error_mm <= most_mm {
            return Ok(error);
        }
        Err(RegisterError::Uncertain { error_mm, most_mm })
    }

    fn finished(
        &self,
        fine: &Level,
        placed: Fit,
        alone: Alone,
    ) -> Result<Registration, RegisterError> {
        let region = self.region(&placed.transform);
        let others = self.otherwise(&placed, &region);
        let ([scale, scale_sigma], scaled) = self.scale(fine, (&placed, &others), &region)?;
        let Spread { covariance, error } =
            self.spread(fine, (&placed, &scaled, &others), &region)?;
        let rigid = placed.transform;
        let (best, deformation) = self.freed(fine, placed, &region)?;
        let bent = Placement { transform: best.transform, deformation: deformation.as_ref() };
        let error = self.sure(error.beyond(self.moved(fine, &rigid, &bent)))?;
        Ok(Registration {
            xray_from_neutron: best.transform,
            deformation,
            score: best.score(),
            runner_up: alone.runner_up,
            mirror_margin: alone.mirror_margin,
            target_error: error,
            covariance: std::array::from_fn(|i| std::array::from_fn(|j| covariance[i][j])),
            centre: region.centre,
            scale,
            scale_sigma,
            overlap: self.overlap(&best.transform),
            is_upside_down: alone.is_upside_down,
            neutron_can: self.neutron_can,
            xray_can: self.xray_can,
        })
    }

    /// The placement with the further degrees that were asked for.
    fn freed(
        &self,
        fine: &Level,
        placed: Fit,
        region: &Region,
    ) -> Result<(Fit, Option<Deformation>), RegisterError> {
        match self.settings.model {
            Model::Rigid => Ok((placed, None)),
            Model::Affine => Ok((affine(fine, &placed, region), None)),
            Model::Deformable => {
                let (bend, score) = deform(fine, &placed, &self.xray_can, self.settings)?;
                let mut best = placed;
                best.explained.score = score;
                Ok((best, Some(bend)))
            }
        }
    }

    /// How far a placement moves points of the cell from where a rigid one places them, mm: root mean
    /// square, and at most.
    fn moved(&self, fine: &Level, rigid: &Transform, bent: &Placement<'_>) -> [f64; 2] {
        let squares = fine.places.iter().filter_map(|place| {
            let (from, to) = (rigid.apply(*place), bent.apply(*place));
            let is_held = self.xray_can.height_and_radius(from)[1] <= self.xray_can.radius_mm;
            is_held.then(|| (0..3).map(|i| (to[i] - from[i]).powi(2)).sum::<f64>())
        });
        let (sum, most, count) = squares.fold((0.0, 0.0f64, 0.0), |(sum, most, count), it| {
            (sum + it, most.max(it), count + 1.0)
        });
        [(sum / f64::max(count, 1.0)).sqrt(), most.sqrt()]
    }

    /// Share of the shorter can that both volumes hold.
    pub(crate) fn overlap(&self, transform: &Transform) -> f64 {
        let [low, high] = self.shared(transform);
        let length = |can: &Can| can.held[1] - can.held[0];
        ((high - low) / length(&self.neutron_can).min(length(&self.xray_can))).min(1.0)
    }
}
