//! Total variation of a volume, slices side by side. Knows no settings.

use ndarray::{Array3, ArrayView3};
use rayon::prelude::*;
use voltomo_numeric::denoise::{Dual, TotalVariation};

/// The volume with short edges. `volume`: `[z, y, x]`. Memory: four times the volume.
pub(super) fn volume(filter: TotalVariation, volume: ArrayView3<'_, f32>) -> Array3<f32> {
    let (depth, rows, columns) = volume.dim();
    let size = rows * columns;
    let volume = volume.as_standard_layout();
    let values = volume.as_slice().expect("standard layout");
    let zeros = || vec![0.0f32; values.len()];
    let (mut along_z, mut along_y, mut along_x, mut g) = (zeros(), zeros(), zeros(), zeros());
    for done in 0..=filter.iterations {
        g.par_chunks_exact_mut(size).enumerate().for_each(|(z, into)| {
            let here = z * size..(z + 1) * size;
            let above = (z > 0).then(|| &along_z[here.start - size..here.start]);
            let dual = [&along_z[here.clone()], &along_y[here.clone()], &along_x[here.clone()]];
            filter.divergence((&values[here], columns), (dual, above, z + 1 == depth), into);
        });
        if done == filter.iterations {
            break;
        }
        let duals = along_z.par_chunks_exact_mut(size).zip(along_y.par_chunks_exact_mut(size));
        let duals = duals.zip(along_x.par_chunks_exact_mut(size)).enumerate();
        duals.for_each(|(z, ((along_z, along_y), along_x))| {
            let end = (z + 1) * size;
            let below = (z + 1 < depth).then(|| &g[end..end + size]);
            let dual = Dual { of: [along_z, along_y, along_x], columns };
            filter.ascend(dual, (&g[z * size..end], below, depth > 1));
        });
    }
    filter.denoised(&g, &mut along_z);
    Array3::from_shape_vec((depth, rows, columns), along_z).expect("as many values as voxels")
}
