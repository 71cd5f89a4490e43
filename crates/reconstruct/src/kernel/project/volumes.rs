//! Rays in space through a volume, on the threads of the processor. Knows no geometry.

use std::ops::Range;

use ndarray::{ArrayView3, ArrayViewMut3, Axis};
use rayon::prelude::*;

use super::{
    Lines, Raster, Sheaf, Walk,
    blend::{Columns, Line, Uprights, blend},
    block::{Block, DEEP, PROFILES, Profiles, SIDE, Span, spans},
    fan::{GROUP, MARGIN, stride},
    gather::{Gift, Giver},
    trace::{Sheet, Traces},
    walk::{Rays, Rises, WIDEST, Walkers},
};
use crate::kernel::{
    backproject::Processor,
    pick::Pick,
    simd::{Plain, prefetch},
};

/// Most views that a thread takes in one go, so that a block of voxels is copied once for them.
const MOST_VIEWS: usize = 256;

/// What a thread holds.
#[derive(Default)]
struct Desk {
    block: Block,
    profiles: Profiles,
    rises: Rises,
    columns: Columns,
    giver: Giver,
}

/// Sums of voxels along the rays of each view, in steps from plane to plane: `sums`
/// `[view·column, phase, row + MARGIN]`, made ready for them, is overwritten.
///
/// `views`: the sheaves of each. Memory: three quarters of a megabyte a thread.
pub fn project_sheaves(
    processor: Processor,
    volume: ArrayView3<'_, f32>,
    (views, raster): (&[&[Sheaf]], &Raster),
    sums: &mut Lines,
) {
    let (depth, height, width) = volume.dim();
    let spans = spans([depth, height, width]);
    let share = views.len().div_ceil(rayon::current_num_threads()).clamp(1, MOST_VIEWS);
    let view_stride = raster.columns * sums.line_stride();
    let parts = sums.parts_mut(share * raster.columns).zip(views.chunks(share));
    parts.collect::<Vec<_>>().into_par_iter().for_each_init(
        Desk::default,
        |desk, (sums, views)| {
            sums.fill(0.0);
            for span in &spans {
                desk.block.load(volume, span);
                desk.profiles.clear(desk.block.deep());
                for (view, sums) in views.iter().zip(sums.chunks_mut(view_stride)) {
                    desk.walk(processor, (view, raster, span), sums);
                }
            }
        },
    );
}

/// Values of the rays given back to the voxels with the weights of [`project_sheaves`], added to
/// `into`, `[z, y, x]`.
///
/// `rays`: `[view·column, phase, row + MARGIN]`. Memory: three quarters of a megabyte a thread.
pub fn backproject_sheaves(
    processor: Processor,
    (views, raster): (&[&[Sheaf]], &Raster),
    rays: &Lines,
    into: ArrayViewMut3<'_, f32>,
) {
    let (depth, height, width) = into.dim();
    let spans = spans([depth, height, width]);
    let view_stride = raster.columns * rays.line_stride();
    let parts = spans.into_iter().zip(boxes(into)).collect::<Vec<_>>();
    parts.into_par_iter().for_each_init(Desk::default, |desk, (span, part)| {
        desk.block.clear(&span);
        desk.profiles.clear(desk.block.deep());
        for (view, rays) in views.iter().zip(rays.values.chunks(view_stride)) {
            desk.give(processor, (view, raster, &span), rays);
        }
        desk.block.add_to(part);
    });
}

/// The boxes of [`spans`], in their order.
fn boxes(volume: ArrayViewMut3<'_, f32>) -> Vec<ArrayViewMut3<'_, f32>> {
    let bands = cut(volume, Axis(1), SIDE).into_iter();
    let columns = bands.flat_map(|band| cut(band, Axis(2), SIDE));
    columns.flat_map(|column| cut(column, Axis(0), DEEP)).collect()
}

fn cut(part: ArrayViewMut3<'_, f32>, axis: Axis, edge: usize) -> Vec<ArrayViewMut3<'_, f32>> {
    let mut parts = Vec::new();
    let mut rest = part;
    while rest.len_of(axis) > edge {
        let (first, other) = rest.split_at(axis, edge);
        parts.push(first);
        rest = other;
    }
    parts.push(rest);
    parts
}

/// The rays of a view, and a box.
type Sight<'a> = (&'a [Sheaf], &'a Raster, &'a Span);

/// Calls a function of a desk for vectors of the processor's kind, with its instructions enabled.
macro_rules! dispatch {
    ($desk:ident.$work:ident, $avx512:ident, $avx2:ident, $processor:ident, $($argument:expr),*) => {
        match $processor {
            // SAFETY: chosen only where the processor was found to have these instructions.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx512 => unsafe { $desk.$avx512($($argument),*) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx2 => unsafe { $desk.$avx2($($argument),*) },
            // SAFETY: every processor of the family has them.
            #[cfg(target_arch = "aarch64")]
            Processor::Neon => unsafe {
                $desk.$work::<std::arch::aarch64::float32x4_t>($($argument),*);
            },
            // SAFETY: it needs no instructions of its own.
            _ => unsafe { $desk.$work::<Plain>($($argument),*) },
        }
    };
}

impl Desk {
    /// Adds what the rays of a view meet in the block.
    fn walk(&mut self, processor: Processor, sight: Sight<'_>, sums: &mut [f32]) {
        dispatch!(self.walk_view, walk_avx512, walk_avx2, processor, sight, sums);
    }

    /// Adds to the block what the rays of a view give it.
    fn give(&mut self, processor: Processor, sight: Sight<'_>, rays: &[f32]) {
        dispatch!(self.give_view, give_avx512, give_avx2, processor, sight, rays);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn walk_avx2(&mut self, sight: Sight<'_>, sums: &mut [f32]) {
        // SAFETY: this function has the instructions.
        unsafe { self.walk_view::<std::arch::x86_64::__m256>(sight, sums) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn give_avx2(&mut self, sight: Sight<'_>, rays: &[f32]) {
        // SAFETY: this function has the instructions.
        unsafe { self.give_view::<std::arch::x86_64::__m256>(sight, rays) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
    fn walk_avx512(&mut self, sight: Sight<'_>, sums: &mut [f32]) {
        // SAFETY: this function has the instructions.
        unsafe { self.walk_view::<std::arch::x86_64::__m512>(sight, sums) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
    fn give_avx512(&mut self, sight: Sight<'_>, rays: &[f32]) {
        // SAFETY: this function has the instructions.
        unsafe { self.give_view::<std::arch::x86_64::__m512>(sight, rays) }
    }

    /// # Safety
    ///
    /// As [`Pick`].
    #[inline(always)]
    unsafe fn walk_view<V: Pick>(&mut self, sight: Sight<'_>, sums: &mut [f32]) {
        for place in places(sight) {
            place.fetch_next(sums);
            let sums = &mut sums[place.line()];
            // SAFETY: of this function.
            unsafe { self.walk_sheet::<V>(&place, sums) }
        }
    }

    /// # Safety
    ///
    /// As [`Pick`].
    #[inline(always)]
    unsafe fn walk_sheet<V: Pick>(&mut self, place: &Place<'_>, sums: &mut [f32]) {
        let (sheet, traces, is_column) = place.meet();
        if traces.is_idle() {
            return;
        }
        let (rays, planes) = ((&sheet, &traces), traces.touched.clone());
        let fits = traces.spacings[1] <= WIDEST;
        // SAFETY: of this function; the profiles were made for this block.
        unsafe {
            if fits {
                self.rises.table::<V>(rays, self.profiles.length());
            }
            if fits && sheet.is_even() {
                let uprights = Uprights::new(&traces, &self.block, is_column);
                let vectors = 0..self.rises.count();
                let walkers = Walkers { rays, rises: &self.rises, planes, vectors };
                return walkers.walk_even::<V>((self.block.values(), &uprights), sums);
            }
            self.columns.fill::<V>(&traces, self.block.deep() / V::COUNT);
            for first in planes.clone().step_by(PROFILES) {
                let planes = first..planes.end.min(first + PROFILES);
                self.walk_planes::<V>((rays, is_column, fits), planes, sums);
            }
        }
    }

    /// Some planes, whose profiles are made first; `fits`: the windows, which are there then.
    ///
    /// # Safety
    ///
    /// As [`Pick`].
    #[inline(always)]
    unsafe fn walk_planes<V: Pick>(
        &mut self,
        (rays, is_column, fits): (Rays<'_>, bool, bool),
        planes: Range<usize>,
        sums: &mut [f32],
    ) {
        let (traces, block, all) = (rays.1, &self.block, self.block.deep() / V::COUNT);
        let vectors = if fits { traces.vectors(planes.clone(), V::COUNT) } else { 0..0 };
        if fits && vectors.is_empty() {
            return;
        }
        // SAFETY: of this function.
        unsafe {
            for plane in planes.clone() {
                let line = (&Line::new(traces, block, (plane, is_column)), plane);
                let voxels =
                    if fits { self.rises.voxels::<V>(plane, &vectors, all) } else { 0..all };
                let profile = self.profiles.of_plane_mut(plane - planes.start);
                blend::<V>(line, (&self.columns, voxels), block, profile);
            }
            let walkers = Walkers { rays, rises: &self.rises, planes, vectors };
            if fits {
                walkers.walk_profiles::<V>(&self.profiles, sums);
            } else {
                walkers.walk_exactly(&self.profiles, sums);
            }
        }
    }

    /// # Safety
    ///
    /// As [`Pick`].
    #[inline(always)]
    unsafe fn give_view<V: Pick>(&mut self, sight: Sight<'_>, rays: &[f32]) {
        for place in places(sight) {
            place.fetch_next(rays);
            let (sheet, traces, is_column) = place.meet();
            if traces.is_idle() {
                continue;
            }
            let rays = &rays[place.line()];
            let gift = Gift { sheet: &sheet, traces: &traces, rays, is_column };
            // SAFETY: of this function; the profiles were made for this block.
            unsafe { self.giver.give::<V>(&gift, &mut self.block, &mut self.profiles) }
        }
    }
}

/// A sheet that may meet a box.
struct Place<'a> {
    sheaf: &'a Sheaf,
    raster: &'a Raster,
    span: &'a Span,
    column: usize,
    phase: usize,
    /// Rows of its rays that may.
    rows: Range<usize>,
}

/// The sheets of a view that may meet a box, as they lie in memory.
#[inline(always)]
fn places<'a>((view, raster, span): Sight<'a>) -> impl Iterator<Item = Place<'a>> {
    view.iter().flat_map(move |sheaf| {
        let [rows, columns] = sheaf.touching(span, raster);
        let columns = if rows.is_empty() { 0..0 } else { columns };
        columns.flat_map(move |column| {
            let rows = rows.clone();
            let place =
                move |phase| Place { sheaf, raster, span, column, phase, rows: rows.clone() };
            (0..raster.interleave).map(place)
        })
    })
}

impl Place<'_> {
    /// Its rays, where they meet the box, and whether the planes are columns of voxels.
    #[inline(always)]
    fn meet(&self) -> (Sheet, Traces, bool) {
        let sheet = Sheet::new(self.sheaf, self.raster, [self.column, self.phase]);
        let traces = Traces::new(self.sheaf, &sheet, self.span);
        (sheet, traces, self.sheaf.walk == Walk::Columns)
    }

    /// Where its values are among those of the view.
    fn line(&self) -> Range<usize> {
        let stride = stride(self.raster.sheet_rows());
        let start = (self.column * self.raster.interleave + self.phase) * stride;
        start..start + stride
    }

    /// Asks for the values of the next sheet: those of a view come from far, one block after the other.
    #[inline(always)]
    fn fetch_next(&self, values: &[f32]) {
        let rows = [self.rows.start, self.rows.end].map(|row| row / self.raster.interleave);
        let next = &values[self.line().end..];
        let from = (MARGIN + rows[0]).min(next.len());
        let part = &next[from..(MARGIN + rows[1] + GROUP).clamp(from, next.len())];
        part.iter().step_by(GROUP).for_each(|value| prefetch(value));
    }
}
