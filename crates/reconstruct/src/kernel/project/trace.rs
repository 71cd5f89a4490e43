//! Where the rays of a detector column meet the planes of a block of voxels. Knows no data.

use std::ops::Range;

use super::{
    block::Span,
    fan::clamped,
    sheaf::{Form, Raster, Sheaf},
    windows::FARTHEST,
};

/// The rays of one detector column and phase.
///
/// Ray r rises by `q(r) = up/below = (above + r·slope)/(below + r·lean)`, and runs across by
/// `flat + turn·q(r)`: the rays meet a plane on a straight line, which is their trace.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sheet {
    above: f64,
    slope: f64,
    below: f64,
    lean: f64,
    flat: f64,
    turn: f64,
    /// How many rays.
    pub(super) rays: usize,
}

impl Sheet {
    /// The rays `phase + k·interleave` of a column.
    #[inline(always)]
    pub(super) fn new(sheaf: &Sheaf, raster: &Raster, [column, phase]: [usize; 2]) -> Self {
        let along = |form: Form| {
            let start = form[0] + form[1] * column as f64 + form[2] * phase as f64;
            [start, form[2] * raster.interleave as f64]
        };
        let ([above, slope], across) = (along(sheaf.up), along(sheaf.across));
        let [below, lean] = along(sheaf.below);
        let rays = raster.rows_of(phase);
        let flat = across[0] / below;
        let turn = (across[1] * below - across[0] * lean) / (slope * below - above * lean);
        if (lean * rays as f64).abs() < 1e-10 * below.abs() && turn.abs() < 1e-9 {
            return Self { above, slope, below, lean: 0.0, flat, turn: 0.0, rays };
        }
        Self { above, slope, below, lean, flat: flat - turn * above / below, turn, rays }
    }

    /// Whether the rays are evenly spaced and their traces stand upright.
    #[inline(always)]
    pub(super) fn is_even(&self) -> bool {
        self.lean == 0.0 && self.turn == 0.0
    }

    /// q of a ray, its change from ray to ray there, and how much of itself this loses each time.
    #[inline(always)]
    pub(super) fn rise(&self, ray: f64) -> [f64; 3] {
        let below = 1.0 / (self.below + ray * self.lean);
        [(self.above + ray * self.slope) * below, self.change() * below * below, self.lean * below]
    }

    #[inline(always)]
    fn change(&self) -> f64 {
        self.slope * self.below - self.above * self.lean
    }
}

/// The traces of a sheet on the planes of a block; heights from its first voxel.
///
/// What changes from plane to plane does so evenly: `[0]` is that of plane 0, `[1]` the change.
#[derive(Debug, Clone)]
pub(super) struct Traces {
    /// Planes whose voxels the traces come by.
    pub(super) touched: Range<usize>,
    /// z of ray r is `base + depth·q(r)`.
    pub(super) base: f64,
    depth: [f64; 2],
    /// Place across the plane at z is `across + turn·z`.
    across: [f64; 2],
    /// See above.
    pub(super) turn: f64,
    /// Voxels of the block along z, and across its planes.
    extent: [f64; 2],
    /// The rays that meet the block on any of the planes.
    pub(super) rays: Range<usize>,
    /// Least and most voxels from ray to ray, on any of the planes; none that is known where the
    /// detector is seen from along itself.
    pub(super) spacings: [f64; 2],
    /// Most that the spacing changes from ray to ray, as a part of it.
    pub(super) lean: f64,
    finder: [f64; 6],
}

impl Traces {
    /// Those of a sheet.
    #[inline(always)]
    pub(super) fn new(sheaf: &Sheaf, sheet: &Sheet, span: &Span) -> Self {
        let [main, other] = sheaf.axes();
        let first = span.first[main] as f64;
        let base = sheaf.height - span.first[0] as f64;
        let depth = [sheaf.depth_of(first), sheaf.depth[1]];
        let beside = sheaf.place[0] - span.first[other] as f64 + first * sheaf.place[1];
        let start = beside + depth[0] * sheet.flat - sheet.turn * base;
        let across = [start, sheaf.place[1] + depth[1] * sheet.flat];
        // (z − base)/depth = (above + r·slope)/(below + r·lean)
        let finder = [
            -base * sheet.below - depth[0] * sheet.above,
            -depth[1] * sheet.above,
            sheet.below,
            depth[0] * sheet.slope + base * sheet.lean,
            depth[1] * sheet.slope,
            -sheet.lean,
        ];
        let (deep, wide) = (span.count[0] as f64, span.count[other] as f64);
        let turned = (deep - 1.0) * sheet.turn;
        let mut traces = Self {
            touched: touched((across, turned), wide, span.count[main]),
            base,
            depth,
            across,
            turn: sheet.turn,
            extent: [deep, wide],
            rays: 0..0,
            spacings: [0.0, f64::INFINITY],
            lean: 0.0,
            finder,
        };
        traces.find_rays(sheet, deep);
        traces
    }

    /// Whether no ray meets the block.
    #[inline(always)]
    pub(super) fn is_idle(&self) -> bool {
        self.touched.is_empty() || self.rays.is_empty()
    }

    /// The rays between the heights −1 and `deep`, and how far apart they are.
    #[inline(always)]
    fn find_rays(&mut self, sheet: &Sheet, deep: f64) {
        let none = [f64::INFINITY, f64::NEG_INFINITY];
        let (mut rays, mut depths, mut spacings, mut leanest) = (none, none, none, 0.0);
        for plane in [self.touched.start, self.touched.end.max(1) - 1] {
            let [start, rate, below, lean] = self.finder(plane);
            let apart = 1.0 / (sheet.change() * self.depth(plane)).abs();
            for z in [-1.0, deep] {
                let depth = below + lean * z;
                let ray = (start + rate * z) / depth;
                rays = [least(rays[0], ray), most(rays[1], ray)];
                let spacing = depth * depth * apart;
                depths = [least(depths[0], depth), most(depths[1], depth)];
                spacings = [least(spacings[0], spacing), most(spacings[1], spacing)];
                leanest = most(leanest, (lean * depth).abs() * apart);
            }
        }
        let last = sheet.rays as f64;
        let is_near = rays[0] > -FARTHEST && rays[1] < FARTHEST;
        if depths[0] * depths[1] > 0.0 && is_near {
            let [from, until] = [rays[0] + 0.999, rays[1] + 1.001].map(|ray| clamped(ray, last));
            self.rays = from as usize..until.max(from) as usize;
            (self.spacings, self.lean) = (spacings, leanest);
        } else {
            self.rays = 0..sheet.rays;
        }
    }

    /// What the height of a ray on a plane grows with q.
    #[inline(always)]
    pub(super) fn depth(&self, plane: usize) -> f64 {
        self.depth[0] + plane as f64 * self.depth[1]
    }

    /// Place across a plane at z = 0.
    #[inline(always)]
    pub(super) fn across(&self, plane: usize) -> f64 {
        self.across[0] + plane as f64 * self.across[1]
    }

    /// Heights from −1 to the upper end of the block between which a trace comes by voxels of a plane.
    #[inline(always)]
    pub(super) fn heights(&self, plane: usize) -> [f64; 2] {
        let ([deep, wide], across) = (self.extent, self.across(plane));
        if self.turn.abs() < 1e-9 {
            return [-1.0, deep];
        }
        let each = 1.0 / self.turn;
        let ends = [(-1.0 - across) * each, (wide - across) * each];
        let [low, high] = [least(ends[0], ends[1]), most(ends[0], ends[1])];
        [low.max(-1.0).min(deep), high.min(deep).max(-1.0)]
    }

    /// The vectors of so many rays, from the first ray on, that come by voxels on some planes.
    #[inline(always)]
    pub(super) fn vectors(&self, planes: Range<usize>, lanes: usize) -> Range<usize> {
        let mut ends = [f64::INFINITY, f64::NEG_INFINITY];
        for plane in planes {
            let [start, rate, below, lean] = self.finder(plane);
            for z in self.heights(plane) {
                // The rays about a height are those about the whole ones beside it.
                let ray = (start + rate * z) / (below + lean * z);
                ends = [least(ends[0], ray), most(ends[1], ray)];
            }
        }
        let (first, count) = (self.rays.start as f64, self.rays.len() as f64);
        let [low, high] = [ends[0] - 2.0, ends[1] + 3.0].map(|ray| clamped(ray - first, count));
        low as usize / lanes..(high as usize).div_ceil(lanes)
    }

    /// Terms of the ray that meets a plane at z: `(f[0] + f[1]·z)/(f[2] + f[3]·z)`.
    #[inline(always)]
    pub(super) fn finder(&self, plane: usize) -> [f64; 4] {
        let [start, starts, rate, below, belows, lean] = self.finder;
        [start + plane as f64 * starts, rate, below + plane as f64 * belows, lean]
    }

    /// Where a ray meets a plane.
    #[inline(always)]
    pub(super) fn height_of(&self, plane: usize, (sheet, ray): (&Sheet, usize)) -> f64 {
        self.base + self.depth(plane) * sheet.rise(ray as f64)[0]
    }
}

#[inline(always)]
fn least(one: f64, other: f64) -> f64 {
    if one < other { one } else { other }
}

#[inline(always)]
fn most(one: f64, other: f64) -> f64 {
    if one > other { one } else { other }
}

/// The planes, of so many, whose voxels a line comes by: at `start + plane·along`, and `beside` from
/// there, between −1 and `wide`.
#[inline(always)]
fn touched(([start, along], beside): ([f64; 2], f64), wide: f64, count: usize) -> Range<usize> {
    let ends = [-1.0 - most(0.0, beside) - start, wide - least(0.0, beside) - start];
    // Where one begins, a ray weighs nothing yet.
    if along.abs() < 1e-9 {
        return if ends[0] < 1e-6 && ends[1] > -1e-6 { 0..count } else { 0..0 };
    }
    let ends = ends.map(|end| end / along);
    let from = clamped(least(ends[0], ends[1]).ceil(), count as f64);
    let until = clamped(most(ends[0], ends[1]) + 1.0, count as f64);
    from as usize..until as usize
}
