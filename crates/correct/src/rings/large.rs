//! Removal of wide stripes. Knows sinograms; knows no files.

use voltomo_numeric::cast::{to_f32, to_index};

use super::{
    detect::standing_out,
    filter::{Filter, Room},
    plane::Rows,
    sliding_median::median_across,
};

/// Part of the mean level that every level is raised by, so that air has a ratio.
const AIR: f32 = 0.1;

/// Columns that a stripe which does not stand out is held against.
const NARROW: usize = 5;

/// Finds columns whose level stands out, and gives them the sorted values of their neighbours.
///
/// With every column sorted, its level is the mean of its values without the extremes, and its
/// stripe the level above that of the median across columns. Columns whose stripe stands out
/// ([`standing_out`]) get the median itself, sent back to the angles; the others lose their stripe.
/// Takes stripes narrower than half the window.
///
/// The source judges, and divides by, the ratio of both levels. Here their difference is taken off:
/// a gain is added to line integrals. It is judged in parts of the level and a tenth of the mean
/// level, since air, where line integrals are zero, has no ratio. And since a wide median lies off
/// the level wherever the sample bends, columns that do not stand out lose only what they have above
/// the median over 5 columns.
/// Source: Vo, Atwood & Drakopoulos 2018, algorithm 5, doi:10.1364/OE.26.028396.
#[derive(Debug, Clone, Copy)]
pub(super) struct Large {
    /// Columns of the median, an odd number.
    pub(super) window: usize,
    /// How far a stripe stands out.
    pub(super) threshold: f32,
    /// Share of the values that the level leaves out.
    pub(super) drop: f32,
}

impl Large {
    /// Flattens the sorted columns in `room.ranked`, each of `angles` values; their order stays.
    pub(super) fn flatten(&self, room: &mut Room, angles: usize) {
        median_across(&room.ranked.sorted, angles, self.window, &mut room.plane);
        let (stripes, found) = self.stripes(room, angles);
        let columns = room.ranked.sorted.chunks_exact_mut(angles);
        for ((sorted, smooth), (stripe, is_wide)) in
            columns.zip(room.plane.chunks_exact(angles)).zip(stripes.iter().zip(found))
        {
            if is_wide {
                sorted.copy_from_slice(smooth);
            } else {
                sorted.iter_mut().for_each(|value| *value -= stripe);
            }
        }
    }

    /// What each column loses, and whether it stands out.
    fn stripes(&self, room: &Room, angles: usize) -> (Vec<f32>, Vec<bool>) {
        let dropped = to_index(0.5 * f64::from(self.drop) * angles as f64);
        let level = |column: &[f32]| {
            let kept = &column[dropped..angles - dropped];
            to_f32(kept.iter().copied().map(f64::from).sum::<f64>() / kept.len() as f64)
        };
        let levels: Vec<f32> = room.plane.chunks_exact(angles).map(level).collect();
        let sorted = room.ranked.sorted.chunks_exact(angles);
        let mut stripes: Vec<f32> =
            sorted.zip(&levels).map(|(column, usual)| level(column) - usual).collect();
        let mean = levels.iter().map(|level| level.abs()).sum::<f32>() / levels.len() as f32;
        let share = |(stripe, level): (&f32, &f32)| match level.abs() + AIR * mean {
            size if size > 0.0 => stripe / size,
            _ => 0.0,
        };
        let shares: Vec<f32> = stripes.iter().zip(&levels).map(share).collect();
        let mut slow = Vec::new();
        median_across(&stripes, 1, NARROW, &mut slow);
        stripes.iter_mut().zip(slow).for_each(|(stripe, slow)| *stripe -= slow);
        (stripes, standing_out(&shares, self.threshold))
    }
}

impl Filter for Large {
    fn apply(&self, rows: Rows<'_, '_>, room: &mut Room) {
        room.ranked.take(rows);
        self.flatten(room, rows.len());
        room.ranked.put_back(&room.ranked.sorted, rows, |value, new| *value = new);
    }
}
