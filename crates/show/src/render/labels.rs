//! Rays through one label a voxel: smooth surfaces in the labels' colours. Knows no materials.

use std::ops::Range;

use ndarray::{ArrayView3, CowArray, Ix3};
use voltomo_numeric::cast::{to_f32, to_index};

use super::blocks::{Blocks, Contents, Pyramid};
use super::light::Light;
use super::medium::{Gathered, Medium, Walk};
use crate::picture::label_colour;

/// Halvings of the step in which a surface lies.
const HALVINGS: usize = 7;

/// Component of the diagonals.
const DIAGONAL: f32 = 0.577_350_3;
/// The axes and the diagonals of a cube, of length 1.
const AROUND: [[f32; 3]; 14] = [
    [1.0, 0.0, 0.0],
    [-1.0, 0.0, 0.0],
    [0.0, 1.0, 0.0],
    [0.0, -1.0, 0.0],
    [0.0, 0.0, 1.0],
    [0.0, 0.0, -1.0],
    [DIAGONAL, DIAGONAL, DIAGONAL],
    [DIAGONAL, DIAGONAL, -DIAGONAL],
    [DIAGONAL, -DIAGONAL, DIAGONAL],
    [DIAGONAL, -DIAGONAL, -DIAGONAL],
    [-DIAGONAL, DIAGONAL, DIAGONAL],
    [-DIAGONAL, DIAGONAL, -DIAGONAL],
    [-DIAGONAL, -DIAGONAL, DIAGONAL],
    [-DIAGONAL, -DIAGONAL, -DIAGONAL],
];

/// Labels in standard order, and how each looks.
pub(super) struct LabelField<'a> {
    values: CowArray<'a, u8, Ix3>,
    shape: [usize; 3],
    /// Opacity of each label; 0 hides it.
    opacity: [f32; 256],
    colours: [[f32; 3]; 256],
}

impl<'a> LabelField<'a> {
    pub(super) fn new(values: ArrayView3<'a, u8>, opacity: [f32; 256]) -> Self {
        let (depth, rows, columns) = values.dim();
        let values = if values.is_standard_layout() {
            CowArray::from(values)
        } else {
            CowArray::from(values.as_standard_layout().into_owned())
        };
        let colours =
            std::array::from_fn(|label| label_colour(label).map(|level| f32::from(level) / 255.0));
        Self { values, shape: [depth, rows, columns], opacity, colours }
    }

    fn data(&self) -> &[u8] {
        self.values.as_slice().unwrap_or_default()
    }

    /// A label that is seen, or 0 for all that are not.
    fn seen(&self, label: u8) -> u8 {
        if self.opacity[usize::from(label)] > 0.0 { label } else { 0 }
    }

    /// The eight labels about a point and their weights.
    fn corners(&self, at: [f32; 3]) -> [(u8, f32); 8] {
        let mut ends = [[0; 2]; 3];
        let mut shares = [[0.0; 2]; 3];
        for axis in 0..3 {
            let last = self.shape[axis] - 1;
            let place = at[axis].clamp(0.0, to_f32(last as f64));
            let low = to_index(f64::from(place)).min(last.saturating_sub(1));
            let share = place - low as f32;
            ends[axis] = [low, (low + 1).min(last)];
            shares[axis] = [1.0 - share, share];
        }
        let data = self.data();
        std::array::from_fn(|corner| {
            let [z, y, x] = [corner >> 2, (corner >> 1) & 1, corner & 1];
            let index = (ends[0][z] * self.shape[1] + ends[1][y]) * self.shape[2] + ends[2][x];
            (self.seen(data[index]), shares[0][z] * shares[1][y] * shares[2][x])
        })
    }

    /// The label with the greatest weight about a point, the lower one of equals; 0 for nothing.
    fn greatest(&self, at: [f32; 3]) -> u8 {
        let corners = self.corners(at);
        if corners.iter().all(|(label, _)| *label == corners[0].0) {
            return corners[0].0;
        }
        let weight = |label: u8| -> f32 {
            corners.iter().filter(|(other, _)| *other == label).map(|(_, weight)| weight).sum()
        };
        let mut best = (0, weight(0));
        for (label, _) in corners {
            let here = weight(label);
            if here > best.1 || (here == best.1 && label < best.0) {
                best = (label, here);
            }
        }
        best.0
    }

    /// How much of a label is about a point, 0 to 1.
    fn presence(&self, label: u8, at: [f32; 3]) -> f32 {
        let corners = self.corners(at);
        corners.iter().filter(|(other, _)| *other == label).map(|(_, weight)| weight).sum()
    }

    /// The direction in which a label grows fewer, without length: from its presence all round, so
    /// that the steps of voxels do not show.
    fn outwards(&self, label: u8, at: [f32; 3], reach: f32) -> [f32; 3] {
        let mut sum = [0.0; 3];
        for (distance, directions) in [(0.7, &AROUND[..6]), (1.4, &AROUND[..])] {
            for direction in directions {
                let way = distance * reach;
                let there = std::array::from_fn(|axis| at[axis] + way * direction[axis]);
                let presence = self.presence(label, there);
                (0..3).for_each(|axis| sum[axis] -= presence * direction[axis]);
            }
        }
        sum
    }
}

impl Contents for LabelField<'_> {
    // The inside of a label is empty of surfaces, and not clear.
    const EMPTY_IS_CLEAR: bool = false;

    fn shape(&self) -> [usize; 3] {
        self.shape
    }

    fn show_any(&self, [z, y, x]: [Range<usize>; 3]) -> bool {
        // The inside of a label shows no more than air does.
        let first = self.values[[z.start, y.start, x.start]];
        let first = self.seen(first);
        let region = self.values.slice(ndarray::s![z, y, x]);
        region.iter().any(|label| self.seen(*label) != first)
    }

    fn mean_opacity(&self, [z, y, x]: [Range<usize>; 3]) -> f32 {
        let region = self.values.slice(ndarray::s![z, y, x]);
        let sum: f32 = region.iter().map(|label| self.opacity[usize::from(*label)]).sum();
        sum / region.len().max(1) as f32
    }
}

/// Labels in their light, to be walked through.
pub(super) struct LitLabels<'a, 'b> {
    pub(super) field: &'a LabelField<'b>,
    pub(super) blocks: &'a Blocks,
    pub(super) pyramid: &'a Pyramid,
    pub(super) light: Light,
    /// Length of a step, in voxels.
    pub(super) step: f32,
}

impl LitLabels<'_, '_> {
    /// Colour and opacity of the surface between two labels, somewhere between two places of a walk.
    fn surface(
        &self,
        walk: &Walk,
        (front, back): (u8, u8),
        [mut near, mut far]: [f32; 2],
    ) -> ([f32; 3], f32) {
        for _ in 0..HALVINGS {
            let middle = 0.5 * (near + far);
            let is_before = self.field.greatest(walk.at(middle)) == front;
            (near, far) = if is_before { (middle, far) } else { (near, middle) };
        }
        let at = walk.at(far);
        let seen = if back > 0 { back } else { front };
        let outwards = self.field.outwards(seen, at, self.light.reach);
        let dot = |a: [f32; 3], b: [f32; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        let length = dot(outwards, outwards).sqrt();
        let mut colour = self.field.colours[usize::from(seen)];
        if length > 1e-6 {
            // Seen from within, towards the viewer; rays that graze a body see its outside.
            let is_within = dot(outwards, walk.direction) > 0.3 * length;
            let sign = if is_within { -1.0 } else { 1.0 };
            let normal = outwards.map(|part| sign * part / length);
            let crowding = self.pyramid.crowding(at, normal);
            colour = self.light.lit(colour, (normal, walk.direction), (crowding, 1.0));
        }
        (colour, self.field.opacity[usize::from(seen)])
    }
}

impl Medium for LitLabels<'_, '_> {
    fn shape(&self) -> [usize; 3] {
        self.field.shape
    }

    fn has_faces(&self) -> bool {
        true
    }

    fn face(&self, at: [f32; 3], gathered: &mut Gathered) {
        let label = usize::from(self.field.greatest(at));
        if label > 0 {
            gathered.add(self.field.colours[label], self.field.opacity[label]);
        }
    }

    fn walk(&self, walk: &Walk, gathered: &mut Gathered) {
        let way = |index: usize| (index as f32 * self.step).min(walk.length);
        let mut index = 0;
        let mut front = self.field.greatest(walk.origin);
        while way(index) < walk.length && !gathered.is_full() {
            if let Some(block) = self.blocks.empty_about(walk.at(way(index))) {
                let last = to_index(f64::from(walk.leaves(block).max(0.0) / self.step));
                if last > index {
                    index = last;
                    front = self.field.greatest(walk.at(way(index)));
                    continue;
                }
            }
            let places = [way(index), way(index + 1)];
            let back = self.field.greatest(walk.at(places[1]));
            if back != front {
                let (colour, opacity) = self.surface(walk, (front, back), places);
                gathered.add(colour, opacity);
            }
            front = back;
            index += 1;
        }
    }
}
