//! A wound cell found in its volume: axis, lid, ends, the can's circle. Knows no roll.

use ndarray::{Array2, Axis, s};
use rayon::prelude::*;
use voltomo_numeric::cast::to_index;
use voltomo_numeric::least_squares::{Line, Point, robust_line};
use voltomo_types::{CellKind, CellPart, HeightOrigin, Probe, VoxelGrid};

use super::circle::{Circle, find_circle};
use super::ends::{End, Rings};
use super::settings::{CylindricalSettings, LidSide};
use crate::error::InspectError;
use crate::frame::CellFrame;
use crate::round::{median, median_and_sigma};
use crate::seen::Seen;

/// Usual cells by their outer diameter with sleeve, mm: `[least, most, height]`.
const USUAL: [[f64; 3]; 5] = [
    [13.5, 14.8, 50.0],
    [17.8, 18.9, 65.0],
    [20.5, 21.9, 70.0],
    [25.5, 26.9, 65.0],
    [45.0, 47.0, 80.0],
];
/// Narrower than this share of the can's radius is the groove under the lid.
const GROOVE: [f64; 2] = [0.75, 0.97];
/// The bottom of the groove is narrower than this: for neutrons less may be a brighter part inside
/// the wall, for X-rays nothing is brighter than the wall.
const GROOVE_BOTTOM: [(Probe, f64); 2] = [(Probe::Neutron, 0.94), (Probe::Xray, 0.965)];
/// No radius is known better than to so many voxels.
const LEAST_SIGMA: f64 = 0.05;
/// A body whose round slices reach over less than `[0]` diameters, with `[1]` diameters or more of
/// other slices at either side, is a disc.
const DISC: [f64; 2] = [0.8, 0.4];
/// So much of the can may be unseen between two heights at which it is plain, mm.
const UNSEEN_MM: f64 = 1.0;

/// How it is known where the lid is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LidBy {
    /// The settings say so.
    Settings,
    /// The groove of the can is near that end.
    Groove,
    /// That end is a stud narrower than the can, or the other one a flat floor.
    Ends,
    /// Nothing in the volume tells: taken to be towards slice 0.
    Assumed,
}

/// A wound cell in its volume. Heights are of the cell's frame, mm.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// Where the cell lies.
    pub frame: CellFrame,
    /// Radius at which the can's outer edge is half-way bright, mm; a sleeve that the beam sees
    /// counts as can.
    pub radius: f64,
    /// Standard deviation of the radius over the slices, mm.
    pub radius_sigma: f64,
    /// Standard deviation of the axis, mm.
    pub axis_sigma: f64,
    /// Angle between the axis and the volume's z, radians.
    pub tilt: f64,
    /// Value half-way between outside and can.
    pub level: f64,
    /// Heights that the volume holds.
    pub seen: [f64; 2],
    /// Heights at which the can is a plain cylinder: no groove, no crimp, no floor.
    pub plain: [f64; 2],
    /// Outer face of the bottom, where the volume holds it.
    pub bottom: Option<f64>,
    /// Top of the cell, where the volume holds it.
    pub top: Option<f64>,
    /// Lower and upper end of the groove under the lid, where it was seen.
    pub groove: Option<[f64; 2]>,
    /// How it is known where the lid is.
    pub lid_by: LidBy,
    /// What heights are counted from.
    pub counted_from: HeightOrigin,
    /// Height of the whole cell: between both ends, else nominal.
    pub height: f64,
}

impl Body {
    /// The same body in another frame of the same volume; its heights are counted anew.
    #[must_use]
    pub fn in_frame(&self, frame: CellFrame) -> Self {
        let height =
            |old: f64| frame.cell_from_volume.apply(self.frame.volume_point(old, 0.0, 0.0))[0];
        let span = |[a, b]: [f64; 2]| in_order([height(a), height(b)]);
        let is_turned = height(1.0) < height(0.0);
        let (low, high) = if is_turned { (self.top, self.bottom) } else { (self.bottom, self.top) };
        Self {
            frame,
            seen: span(self.seen),
            plain: span(self.plain),
            bottom: low.map(height),
            top: high.map(height),
            groove: self.groove.map(span),
            ..self.clone()
        }
    }

    /// What of the cell the volume holds.
    #[must_use]
    pub fn part(&self) -> CellPart {
        let [low, high] = self.seen;
        CellPart {
            heights_mm: [self.bottom.unwrap_or(low), self.top.unwrap_or(high)],
            counted_from: self.counted_from,
            holds_bottom: self.bottom.is_some(),
            holds_top: self.top.is_some(),
        }
    }

    /// Whether the lid lies towards slice 0.
    #[must_use]
    pub fn is_lid_first(&self) -> bool {
        self.frame.volume_from_cell.matrix[0][0] < 0.0
    }
}

/// The circles of a volume, at so many places along z.
struct Stack {
    /// Middle slice and circle, voxels.
    circles: Vec<(f64, Option<Circle>)>,
    /// Median radius of the round ones, voxels.
    radius: f64,
}

/// Finds a wound cell: the circle of its can slice by slice, the line through their centres, the ends.
///
/// `seen`: the cell stands along z, whole in every slice, to within a few degrees; it may be cut in z.
/// Memory: a few slices a thread.
///
/// # Errors
/// A volume that cannot be read, no round can, a can beyond the field, another kind of cell.
pub fn find_frame(seen: &Seen<'_>, settings: &CylindricalSettings) -> Result<Body, InspectError> {
    seen.check()?;
    let stack = Stack::of(seen, settings)?;
    let plain = stack.plain();
    let [y, x] = [0, 1].map(|k| axis_line(&plain, k, stack.radius));
    let centre_of = |slice: f64| [y.at(slice), x.at(slice)];
    let rings = Rings::of(seen, centre_of, stack.radius);
    let voxel = seen.grid.voxel;
    let ends = [true, false].map(|is_first| rings.end(is_first, voxel));
    let groove = stack.groove(seen.probe);
    let (is_lid_first, lid_by) = lid(&ends, groove, (&stack, settings));
    let upright = Upright { grid: seen.grid, stack: &stack, ends, is_lid_first };
    let height = upright.height(settings)?;
    let (middle, at, counted_from) = upright.origin(height);
    let point = |slice: f64| {
        let [y, x] = centre_of(slice);
        let index = [slice, y, x];
        [0, 1, 2].map(|axis| seen.grid.first[axis] + index[axis] * voxel)
    };
    let frame = CellFrame::new(point(middle), at, [y.slope, x.slope], is_lid_first);
    let height_of = |slice: f64| frame.cell_from_volume.apply(point(slice))[0];
    let span = |[a, b]: [f64; 2]| in_order([height_of(a), height_of(b)]);
    let [top, bottom] = if is_lid_first { ends } else { [ends[1], ends[0]] };
    let (radius_sigma, level) = spread(&plain);
    Ok(Body {
        frame,
        radius: stack.radius * voxel,
        radius_sigma: radius_sigma * voxel,
        axis_sigma: y.value_sigma.max(x.value_sigma) * voxel,
        tilt: y.slope.hypot(x.slope).atan(),
        level,
        seen: span([-0.5, seen.grid.shape[0] as f64 - 0.5]),
        plain: span(stack.plain_run(UNSEEN_MM / voxel)),
        bottom: bottom.map(|end| height_of(end.slice)),
        top: top.map(|end| height_of(end.slice)),
        groove: groove.map(span),
        lid_by,
        counted_from,
        height,
    })
}

fn in_order([a, b]: [f64; 2]) -> [f64; 2] {
    [a.min(b), a.max(b)]
}

/// Robust standard deviation of the radii, or of one of them where that is more, and the median level.
fn spread(plain: &[(f64, Circle)]) -> (f64, f64) {
    let radii: Vec<f64> = plain.iter().map(|(_, circle)| circle.radius).collect();
    let own = median(plain.iter().map(|(_, circle)| circle.sigma).collect()).unwrap_or(0.0);
    let levels = plain.iter().map(|(_, circle)| circle.level).collect();
    let between = median_and_sigma(&radii).map_or(0.0, |(_, sigma)| sigma);
    (between.max(own).max(LEAST_SIGMA), median(levels).unwrap_or(0.0))
}

impl Stack {
    fn of(seen: &Seen<'_>, settings: &CylindricalSettings) -> Result<Self, InspectError> {
        let slices = seen.grid.shape[0];
        let thick = to_index((settings.height_step_mm / seen.grid.voxel).round()).clamp(1, slices);
        let circles: Vec<(f64, Option<Circle>)> = (0..slices / thick)
            .into_par_iter()
            .map(|group| {
                let first = group * thick;
                let picture = mean_picture(seen, first..first + thick);
                (first as f64 + 0.5 * (thick - 1) as f64, find_circle(picture.view()))
            })
            .collect();
        let round = || circles.iter().filter_map(|(_, it)| it.filter(Circle::is_round));
        let Some(radius) = median(round().map(|circle| circle.radius).collect()) else {
            return Err(no_can(seen, &circles));
        };
        let outside = median(round().map(|circle| circle.outside).collect()).unwrap_or(0.0);
        if outside > 0.0 {
            let diameter_mm = 2.0 * radius * seen.grid.voxel;
            return Err(InspectError::OutsideField { probe: seen.probe, outside, diameter_mm });
        }
        Ok(Self { circles, radius })
    }

    /// Places where the can is a plain cylinder.
    fn plain(&self) -> Vec<(f64, Circle)> {
        let all = self.circles.iter().filter_map(|(slice, it)| Some((*slice, (*it)?)));
        all.filter(|(_, it)| self.is_plain(it)).collect()
    }

    fn is_plain(&self, circle: &Circle) -> bool {
        let near = (0.015 * self.radius).max(1.5);
        circle.is_round() && (circle.radius - self.radius).abs() < near
    }

    /// First and last slice of the longest run in which the can is a plain cylinder: neither groove
    /// nor crimp is in it, and no more than `unseen` slices without a circle.
    fn plain_run(&self, unseen: f64) -> [f64; 2] {
        let mut best: Option<[f64; 2]> = None;
        let mut run: Option<[f64; 2]> = None;
        for (slice, circle) in &self.circles {
            match circle {
                Some(circle) if self.is_plain(circle) => {
                    let goes_on = run.filter(|[_, last]| slice - last <= unseen);
                    run = Some([goes_on.map_or(*slice, |[first, _]| first), *slice]);
                }
                Some(circle) if circle.is_round() => run = None,
                _ => {}
            }
            let length = |[first, last]: [f64; 2]| last - first;
            if let Some(now) = run
                && best.is_none_or(|best| length(now) > length(best))
            {
                best = Some(now);
            }
        }
        best.unwrap_or_else(|| [0.0, self.circles.last().map_or(0.0, |it| it.0)])
    }

    /// First and last slice of the longest run of narrower circles that has the plain can at both
    /// its ends.
    fn groove(&self, probe: Probe) -> Option<[f64; 2]> {
        let bottom = GROOVE_BOTTOM.iter().find(|it| it.0 == probe).map_or(0.0, |it| it.1);
        let share: Vec<Option<f64>> = self
            .circles
            .iter()
            .map(|(_, it)| it.filter(Circle::is_round).map(|it| it.radius / self.radius))
            .collect();
        let is_narrow =
            |k: &usize| share[*k].is_some_and(|it| (GROOVE[0]..GROOVE[1]).contains(&it));
        let is_plain = |k: usize| share[k].is_some_and(|it| (it - 1.0).abs() < 0.02);
        let mut best: Option<[usize; 2]> = None;
        let mut from = 0;
        while from < share.len() {
            // The bottom of a pressed groove need not be round.
            let is_in = |k: &usize| is_narrow(k) || (is_narrow(&from) && share[*k].is_none());
            let end = (from..share.len()).find(|k| !is_in(k)).unwrap_or(share.len());
            let is_deep = share[from..end].iter().flatten().any(|it| *it < bottom);
            let has_ends = from > 0 && end < share.len() && end > from && is_deep;
            // The neighbours of the groove are on their way in: look one further.
            let beside = |k: Option<usize>| k.is_some_and(|k| k < share.len() && is_plain(k));
            let before = beside(from.checked_sub(1)) || beside(from.checked_sub(2));
            let after = beside(Some(end)) || beside(Some(end + 1));
            if has_ends && before && after && best.is_none_or(|[a, b]| end - from > b - a) {
                best = Some([from, end]);
            }
            from = end + 1;
        }
        best.map(|[a, b]| [self.circles[a].0, self.circles[b - 1].0])
    }
}

/// What keeps every circle from being a can.
fn no_can(seen: &Seen<'_>, circles: &[(f64, Option<Circle>)]) -> InspectError {
    let (probe, slices) = (seen.probe, circles.len());
    let best = circles
        .iter()
        .filter_map(|(_, circle)| *circle)
        .max_by(|a, b| (a.covered - a.outside).total_cmp(&(b.covered - b.outside)));
    let Some(best) = best else {
        let seen = "nothing that is dark outside and bright inside".into();
        return InspectError::NoCan { probe, slices, seen };
    };
    let diameter_mm = 2.0 * best.radius * seen.grid.voxel;
    let is_sharp = best.scatter < 0.02 * best.radius && best.covered + best.outside > 0.6;
    if best.outside > 0.02 && is_sharp {
        return InspectError::OutsideField { probe, outside: best.outside, diameter_mm };
    }
    let seen = format!(
        "the nearest thing to it: a circle of {diameter_mm:.2} mm, seen over {:.0} % of its length",
        100.0 * best.covered
    );
    InspectError::NoCan { probe, slices, seen }
}

/// Mean of some slices, values that are no numbers as 0.
fn mean_picture(seen: &Seen<'_>, slices: std::ops::Range<usize>) -> Array2<f32> {
    let scale = 1.0 / slices.len() as f32;
    let mut sum = Array2::<f32>::zeros(seen.attenuation.index_axis(Axis(0), 0).dim());
    for slice in seen.attenuation.slice(s![slices, .., ..]).outer_iter() {
        sum.zip_mut_with(&slice, |sum, value| {
            *sum += if value.is_finite() { *value } else { 0.0 };
        });
    }
    sum.mapv_into(|value| value * scale)
}

/// Coordinate `k` of the centre against the slice, voxels. Upright where the volume is too low to tell.
fn axis_line(plain: &[(f64, Circle)], k: usize, radius: f64) -> Line {
    let points: Vec<Point> = plain
        .iter()
        .map(|(slice, it)| Point { x: *slice, value: it.centre[k], sigma: it.sigma.max(1e-3) })
        .collect();
    let span = plain.last().map_or(0.0, |last| last.0) - plain.first().map_or(0.0, |it| it.0);
    let slope = if span < 0.5 * radius || plain.len() < 6 { Some(0.0) } else { None };
    robust_line(&points, slope, 4.0).unwrap_or(Line {
        value: points.first().map_or(0.0, |point| point.value),
        slope: 0.0,
        value_sigma: 0.0,
        slope_sigma: 0.0,
        residual: 0.0,
        kept: Vec::new(),
    })
}

/// Whether the lid is towards slice 0, and how that is known.
fn lid(
    [first, last]: &[Option<End>; 2],
    groove: Option<[f64; 2]>,
    (stack, settings): (&Stack, &CylindricalSettings),
) -> (bool, LidBy) {
    match settings.lid {
        LidSide::First => return (true, LidBy::Settings),
        LidSide::Last => return (false, LidBy::Settings),
        LidSide::Auto => {}
    }
    if let Some([a, b]) = groove {
        let low = first.map_or(stack.circles[0].0, |end| end.slice);
        let high = last.map_or(stack.circles[stack.circles.len() - 1].0, |end| end.slice);
        return (a - low < high - b, LidBy::Groove);
    }
    // A stud is about half as wide as the can, a floor as wide.
    let is_stud = |end: &Option<End>| end.is_some_and(|end| end.width < 0.75);
    let is_floor = |end: &Option<End>| end.is_some_and(|end| end.width > 0.85);
    match (is_stud(first) || is_floor(last), is_stud(last) || is_floor(first)) {
        (true, false) => (true, LidBy::Ends),
        (false, true) => (false, LidBy::Ends),
        _ => (true, LidBy::Assumed),
    }
}

/// What is known once it is known which end is up.
struct Upright<'a> {
    grid: VoxelGrid,
    stack: &'a Stack,
    ends: [Option<End>; 2],
    is_lid_first: bool,
}

impl Upright<'_> {
    /// Height of the whole cell, mm.
    fn height(&self, settings: &CylindricalSettings) -> Result<f64, InspectError> {
        let diameter_mm = 2.0 * self.stack.radius * self.grid.voxel;
        let wrong = |height_mm: f64| {
            let wanted = CellKind::Cylindrical;
            Err(InspectError::WrongKind { wanted, height_mm, diameter_mm })
        };
        if let [Some(first), Some(last)] = self.ends {
            let height_mm = (last.slice - first.slice) * self.grid.voxel;
            return if height_mm < 1.2 * diameter_mm { wrong(height_mm) } else { Ok(height_mm) };
        }
        // Noise around a disc may hide its ends.
        if let Some(height_mm) = self.disc_height() {
            return wrong(height_mm);
        }
        if settings.height_mm > 0.0 {
            return Ok(settings.height_mm);
        }
        let usual = USUAL.iter().find(|[low, high, _]| (*low..=*high).contains(&diameter_mm));
        // Most wound cells are three to four times as high as wide.
        Ok(usual.map_or(3.5 * diameter_mm, |[.., height]| *height))
    }

    /// Height of what is round, mm, where it is flat and the volume goes on far beyond it.
    fn disc_height(&self) -> Option<f64> {
        let is_round = |circle: &Option<Circle>| circle.as_ref().is_some_and(Circle::is_round);
        let round = self.stack.circles.iter().filter(|(_, circle)| is_round(circle));
        let slices: Vec<f64> = round.map(|(slice, _)| *slice).collect();
        let (first, last) = (*slices.first()?, *slices.last()?);
        let diameter = 2.0 * self.stack.radius;
        let beyond = first.min(self.grid.shape[0] as f64 - 1.0 - last);
        let is_disc = last - first < DISC[0] * diameter && beyond > DISC[1] * diameter;
        is_disc.then_some((last - first) * self.grid.voxel)
    }

    /// A slice, its height in the cell, and what that was counted from.
    fn origin(&self, height: f64) -> (f64, f64, HeightOrigin) {
        let [top, bottom] =
            if self.is_lid_first { self.ends } else { [self.ends[1], self.ends[0]] };
        if let Some(bottom) = bottom {
            return (bottom.slice, 0.0, HeightOrigin::Bottom);
        }
        if let Some(top) = top {
            return (top.slice, height, HeightOrigin::NominalTop);
        }
        let lower_end = if self.is_lid_first { self.grid.shape[0] as f64 - 0.5 } else { -0.5 };
        (lower_end, 0.0, HeightOrigin::Volume)
    }
}
