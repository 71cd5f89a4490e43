//! Connected places of a map that goes around the clock along its second axis. Knows no unit.

use std::ops::Range;

use ndarray::{Array2, Array3};

/// Connected regions (four neighbours; the second axis is a circle) where a map is above a threshold,
/// in the order of their first place. NaN is never above.
#[must_use]
pub(super) fn above(map: &Array2<f64>, threshold: f64) -> Vec<Vec<(usize, usize)>> {
    let (rows, columns) = map.dim();
    let mut is_seen = Array2::from_elem(map.dim(), false);
    let mut regions = Vec::new();
    for start in ndarray::indices(map.dim()) {
        if is_seen[start] || map[start].is_nan() || map[start] <= threshold {
            continue;
        }
        let (mut region, mut open) = (Vec::new(), vec![start]);
        is_seen[start] = true;
        while let Some((i, j)) = open.pop() {
            region.push((i, j));
            let beside = [(i, (j + 1) % columns), (i, (j + columns - 1) % columns)];
            let over = [(i + 1, j), (i.wrapping_sub(1), j)].into_iter().filter(|(i, _)| *i < rows);
            for next in beside.into_iter().chain(over) {
                if !is_seen[next] && map[next] > threshold {
                    is_seen[next] = true;
                    open.push(next);
                }
            }
        }
        regions.push(region);
    }
    regions
}

/// Connected regions of true places (six neighbours; the middle axis is a circle), in the order of
/// their first place.
#[must_use]
pub(super) fn above_in(flags: &Array3<bool>) -> Vec<Vec<[usize; 3]>> {
    let mut is_open = flags.clone();
    let mut regions = Vec::new();
    for start in ndarray::indices(flags.dim()) {
        if !is_open[start] {
            continue;
        }
        is_open[start] = false;
        let (mut region, mut edge) = (Vec::new(), vec![[start.0, start.1, start.2]]);
        while let Some(place) = edge.pop() {
            region.push(place);
            let new =
                neighbours(flags.dim(), place).filter(|next| std::mem::take(&mut is_open[*next]));
            edge.extend(new);
        }
        regions.push(region);
    }
    regions
}

fn neighbours(
    (rows, angles, radii): (usize, usize, usize),
    [h, a, r]: [usize; 3],
) -> impl Iterator<Item = [usize; 3]> {
    let all = [
        [h + 1, a, r],
        [h.wrapping_sub(1), a, r],
        [h, (a + 1) % angles, r],
        [h, (a + angles - 1) % angles, r],
        [h, a, r + 1],
        [h, a, r.wrapping_sub(1)],
    ];
    all.into_iter().filter(move |[h, _, r]| *h < rows && *r < radii)
}

/// The run of true flags about a place.
#[must_use]
pub(super) fn run(flags: Vec<bool>, at: usize) -> Range<usize> {
    let before = flags[..at].iter().rev().take_while(|flag| **flag).count();
    let after = flags[at..].iter().take_while(|flag| **flag).count();
    at - before..at + after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_goes_on_across_the_beginning_of_the_circle() {
        let mut map = Array2::zeros((4, 10));
        for place in [(1, 9), (1, 0), (2, 0), (3, 5)] {
            map[place] = 1.0;
        }
        map[(0, 3)] = f64::NAN;
        let found = above(&map, 0.5);
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);
        assert_eq!(run(vec![true, false, true, true, false], 2), 2..4);
    }
}
