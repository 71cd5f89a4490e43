//! Rays in space through a volume, on the threads of the processor. Knows no geometry.

use ndarray::{ArrayView3, ArrayViewMut3, Axis};
use rayon::prelude::*;

use super::{
    Lines, Raster, Sheaf,
    block::{Block, DEEP, SIDE, spans},
    fan::stride,
    sheaf::{Crossing, Sheet, Span},
    sheet::Passage,
};
use crate::kernel::backproject::Processor;

/// Most views that a thread takes in one go, so that a block of voxels is copied once for them.
const MOST_VIEWS: usize = 16;

/// What a thread holds.
#[derive(Default)]
struct Desk {
    block: Block,
    sheet: Sheet,
    crossings: Vec<Crossing>,
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
    let share = views.len().div_ceil(2 * rayon::current_num_threads()).clamp(1, MOST_VIEWS);
    let view_stride = raster.columns * sums.line_stride();
    let parts = sums.parts_mut(share * raster.columns).zip(views.chunks(share));
    parts.collect::<Vec<_>>().into_par_iter().for_each_init(
        Desk::default,
        |desk, (sums, views)| {
            sums.fill(0.0);
            for span in &spans {
                desk.block.load(volume, span);
                for (view, sums) in views.iter().zip(sums.chunks_mut(view_stride)) {
                    desk.each_sheet((view, raster), span, |passage, block, line| {
                        let stride = stride(raster.sheet_rows());
                        passage.walk(processor, block, &mut sums[line * stride..][..stride]);
                    });
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
            desk.each_sheet((view, raster), &span, |passage, block, line| {
                let stride = stride(raster.sheet_rows());
                passage.give(processor, &rays[line * stride..][..stride], block);
            });
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

impl Desk {
    /// Calls `work` for each sheet of a view that meets the box, with its line in the view.
    fn each_sheet(
        &mut self,
        (view, raster): (&[Sheaf], &Raster),
        span: &Span,
        mut work: impl FnMut(&Passage<'_>, &mut Block, usize),
    ) {
        for sheaf in view {
            let [rows, columns] = sheaf.touching(span, raster);
            let [main, other] = sheaf.axes();
            let sheets = columns.flat_map(|u| (0..raster.interleave).map(move |k| [u, k]));
            for [column, phase] in sheets.filter(|_| !rows.is_empty()) {
                let from = rows.start.saturating_sub(phase) / raster.interleave;
                let until = rows.end.saturating_sub(phase).div_ceil(raster.interleave);
                self.sheet.table(sheaf, raster, [column, phase]);
                let crossing = |plane| Crossing::new(sheaf, &self.sheet, span, plane);
                self.crossings.clear();
                self.crossings.extend((0..span.count[main]).map(crossing));
                let passage = Passage {
                    sheet: &self.sheet,
                    span,
                    crossings: &self.crossings,
                    columns: main == 2,
                    wide: span.count[other],
                    rays: from..until,
                };
                work(&passage, &mut self.block, column * raster.interleave + phase);
            }
        }
    }
}

impl Passage<'_> {
    #[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables, reason = "one processor kind"))]
    fn walk(&self, processor: Processor, block: &Block, sums: &mut [f32]) {
        match processor {
            // SAFETY: chosen only where the processor was found to have these instructions.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx512 => unsafe { self.walk_avx512(block, sums) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx2 => unsafe { self.walk_avx2(block, sums) },
            _ => self.walk_portable(block, sums),
        }
    }

    #[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables, reason = "one processor kind"))]
    fn give(&self, processor: Processor, rays: &[f32], block: &mut Block) {
        match processor {
            // SAFETY: chosen only where the processor was found to have these instructions.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx512 => unsafe { self.give_avx512(rays, block) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx2 => unsafe { self.give_avx2(rays, block) },
            _ => self.give_portable(rays, block),
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn walk_avx2(&self, block: &Block, sums: &mut [f32]) {
        self.walk_portable(block, sums);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn give_avx2(&self, rays: &[f32], block: &mut Block) {
        self.give_portable(rays, block);
    }
}
