//! Rays in space through a volume, on the threads of the processor. Knows no geometry.

use ndarray::{ArrayView3, ArrayViewMut3, Axis};
use rayon::prelude::*;

use super::{
    Lines, Raster, Sheaf,
    block::{Block, DEEP, SIDE, Span, spans},
    fan::stride,
    rail::{Rail, Rails},
    sheaf::{Crossing, Sheet},
    sheet::Passage,
};
use crate::kernel::backproject::Processor;

/// Most views that a thread takes in one go, so that a block of voxels is copied once for them.
const MOST_VIEWS: usize = 32;

/// What a thread holds.
#[derive(Default)]
struct Desk {
    block: Block,
    sheet: Sheet,
    crossings: Vec<Crossing>,
    rails: Vec<Rail>,
}

/// A sheet that meets a block.
enum Meeting<'a> {
    Even(Rails<'a>),
    Any(Passage<'a>),
}

/// Sums of voxels along the rays of each view, in steps from plane to plane: `sums`
/// `[view·column, phase, row + MARGIN]`, made ready for them, is overwritten.
///
/// `views`: the sheaves of each. Memory: half a megabyte a thread.
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
/// `rays`: `[view·column, phase, row + MARGIN]`. Memory: half a megabyte a thread.
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

impl Desk {
    /// Adds what the rays of a view meet in the block.
    #[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables, reason = "one processor kind"))]
    fn walk(&mut self, processor: Processor, sight: Sight<'_>, sums: &mut [f32]) {
        match processor {
            // SAFETY: chosen only where the processor was found to have these instructions.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx512 => unsafe { self.walk_avx512(sight, sums) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx2 => unsafe { self.walk_avx2(sight, sums) },
            _ => self.walk_portable::<{ cfg!(target_arch = "aarch64") }>(sight, sums),
        }
    }

    /// Adds to the block what the rays of a view give it.
    #[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables, reason = "one processor kind"))]
    fn give(&mut self, processor: Processor, sight: Sight<'_>, rays: &[f32]) {
        match processor {
            // SAFETY: chosen only where the processor was found to have these instructions.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx512 => unsafe { self.give_avx512(sight, rays) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx2 => unsafe { self.give_avx2(sight, rays) },
            _ => self.give_portable::<{ cfg!(target_arch = "aarch64") }>(sight, rays),
        }
    }

    #[inline(always)]
    fn walk_portable<const FUSED: bool>(&mut self, sight: Sight<'_>, sums: &mut [f32]) {
        let stride = stride(sight.1.sheet_rows());
        self.each_sheet(sight, |meeting, block, line| {
            let sums = &mut sums[line * stride..][..stride];
            match meeting {
                Meeting::Even(rails) => rails.walk_portable::<FUSED>(block, sums),
                Meeting::Any(passage) => passage.walk_portable(block, sums),
            }
        });
    }

    #[inline(always)]
    fn give_portable<const FUSED: bool>(&mut self, sight: Sight<'_>, rays: &[f32]) {
        let stride = stride(sight.1.sheet_rows());
        self.each_sheet(sight, |meeting, block, line| {
            let rays = &rays[line * stride..][..stride];
            match meeting {
                Meeting::Even(rails) => rails.give_portable::<FUSED>(rays, block),
                Meeting::Any(passage) => passage.give_portable(rays, block),
            }
        });
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn walk_avx2(&mut self, sight: Sight<'_>, sums: &mut [f32]) {
        self.walk_portable::<true>(sight, sums);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn give_avx2(&mut self, sight: Sight<'_>, rays: &[f32]) {
        self.give_portable::<true>(sight, rays);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx2,fma")]
    fn walk_avx512(&mut self, sight: Sight<'_>, sums: &mut [f32]) {
        let stride = stride(sight.1.sheet_rows());
        self.each_sheet(sight, |meeting, block, line| {
            let sums = &mut sums[line * stride..][..stride];
            match meeting {
                Meeting::Even(rails) => rails.walk_avx512(block, sums),
                Meeting::Any(passage) => passage.walk_avx512(block, sums),
            }
        });
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx2,fma")]
    fn give_avx512(&mut self, sight: Sight<'_>, rays: &[f32]) {
        let stride = stride(sight.1.sheet_rows());
        self.each_sheet(sight, |meeting, block, line| {
            let rays = &rays[line * stride..][..stride];
            match meeting {
                Meeting::Even(rails) => rails.give_avx512(rays, block),
                Meeting::Any(passage) => passage.give_avx512(rays, block),
            }
        });
    }

    /// Calls `work` for each sheet of a view that meets the box, with its line in the view.
    #[inline(always)]
    fn each_sheet(
        &mut self,
        (view, raster, span): Sight<'_>,
        mut work: impl FnMut(&Meeting<'_>, &mut Block, usize),
    ) {
        for sheaf in view {
            let [rows, columns] = sheaf.touching(span, raster);
            let sheets = columns.flat_map(|u| (0..raster.interleave).map(move |k| [u, k]));
            for [column, phase] in sheets.filter(|_| !rows.is_empty()) {
                let from = rows.start.saturating_sub(phase) / raster.interleave;
                let until = rows.end.saturating_sub(phase).div_ceil(raster.interleave);
                let line = column * raster.interleave + phase;
                let meeting = if self.lay_rails(sheaf, (raster, span), [column, phase]) {
                    let lengths = [raster.sheet_rows(), span.count[0]];
                    Meeting::Even(Rails { rails: &self.rails, rays: from..until, lengths })
                } else {
                    self.sheet.table(raster.rows_of(phase));
                    self.cross(sheaf, span);
                    let [main, other] = sheaf.axes();
                    Meeting::Any(Passage {
                        sheet: &self.sheet,
                        span,
                        crossings: &self.crossings,
                        columns: main == 2,
                        wide: span.count[other],
                        rays: from..until,
                    })
                };
                work(&meeting, &mut self.block, line);
            }
        }
    }

    /// The planes of the box that an even sheet touches; whether it is one, and rails will do.
    #[inline(always)]
    fn lay_rails(
        &mut self,
        sheaf: &Sheaf,
        (raster, span): (&Raster, &Span),
        sheet: [usize; 2],
    ) -> bool {
        if !self.sheet.take(sheaf, raster, sheet) {
            return false;
        }
        let [main, other] = sheaf.axes();
        self.rails.clear();
        for plane in 0..span.count[main] {
            let column = |across: usize| {
                self.block.column(if main == 2 { [across, plane] } else { [plane, across] })
            };
            let crossing = Crossing::new(sheaf, &self.sheet, span, plane);
            self.rails.extend(crossing.rail(span.count[other], column));
        }
        self.rails.iter().all(Rail::fits)
    }

    /// The planes of the box that the tabled sheet may touch.
    #[inline(always)]
    fn cross(&mut self, sheaf: &Sheaf, span: &Span) {
        let [main, other] = sheaf.axes();
        self.crossings.clear();
        for plane in 0..span.count[main] {
            let crossing = Crossing::new(sheaf, &self.sheet, span, plane);
            if crossing.touches(span.count[0], span.count[other]) {
                self.crossings.push(crossing);
            }
        }
    }
}
