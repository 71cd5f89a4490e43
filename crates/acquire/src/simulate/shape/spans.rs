//! Sorted, disjoint intervals along a ray. Knows no solids.

/// Intervals `[from, to]` of t, sorted and disjoint.
pub(super) type Spans = Vec<[f64; 2]>;

/// Buffers that are used again, so that a ray allocates nothing.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    free: Vec<Spans>,
}

impl Buffers {
    /// An empty buffer.
    pub(super) fn take(&mut self) -> Spans {
        self.free.pop().unwrap_or_default()
    }

    /// Gives a buffer back.
    pub(super) fn give(&mut self, mut spans: Spans) {
        spans.clear();
        self.free.push(spans);
    }
}

/// Appends what lies in both.
pub(super) fn intersect(a: &[[f64; 2]], b: &[[f64; 2]], out: &mut Spans) {
    let (mut i, mut j) = (0, 0);
    while let (Some(left), Some(right)) = (a.get(i), b.get(j)) {
        let both = [left[0].max(right[0]), left[1].min(right[1])];
        if both[0] < both[1] {
            out.push(both);
        }
        if left[1] < right[1] { i += 1 } else { j += 1 }
    }
}

/// Appends what lies in `a` and not in `b`.
pub(super) fn subtract(a: &[[f64; 2]], b: &[[f64; 2]], out: &mut Spans) {
    let mut first = 0;
    for &[mut from, to] in a {
        while b.get(first).is_some_and(|hole| hole[1] <= from) {
            first += 1;
        }
        for hole in b[first..].iter().take_while(|hole| hole[0] < to) {
            if hole[0] > from {
                out.push([from, hole[0]]);
            }
            from = from.max(hole[1]);
        }
        if from < to {
            out.push([from, to]);
        }
    }
}

/// Sorts intervals that may overlap, and joins them.
pub(super) fn join(spans: &mut Spans) {
    spans.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]));
    let mut last = 0;
    for index in 1..spans.len() {
        let next = spans[index];
        if next[0] <= spans[last][1] {
            spans[last][1] = spans[last][1].max(next[1]);
        } else {
            last += 1;
            spans[last] = next;
        }
    }
    spans.truncate(last + 1);
}

/// At most so many crossings of one solid's surface are kept.
const CROSSINGS: usize = 32;

/// Places where a ray crosses a closed surface, gathered in any order.
#[derive(Debug)]
pub(super) struct Crossings {
    places: [f64; CROSSINGS],
    count: usize,
}

impl Crossings {
    pub(super) fn new() -> Self {
        Self { places: [0.0; CROSSINGS], count: 0 }
    }

    /// Keeps one, in order.
    #[inline]
    pub(super) fn push(&mut self, t: f64) {
        if self.count == CROSSINGS {
            return;
        }
        let mut at = self.count;
        while at > 0 && self.places[at - 1] > t {
            self.places[at] = self.places[at - 1];
            at -= 1;
        }
        self.places[at] = t;
        self.count += 1;
    }

    /// Appends the intervals inside. Every second crossing leaves; where a corner was counted
    /// twice or not at all, `holds(t)` decides piece by piece.
    pub(super) fn spans(&self, holds: impl Fn(f64) -> bool, out: &mut Spans) {
        let places = &self.places[..self.count];
        if self.count.is_multiple_of(2) {
            out.extend(places.chunks_exact(2).filter(|it| it[0] < it[1]).map(|it| [it[0], it[1]]));
            return;
        }
        for pair in places.windows(2) {
            if pair[0] < pair[1] && holds(0.5 * (pair[0] + pair[1])) {
                out.push([pair[0], pair[1]]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_subtracted_and_what_is_shared_make_up_the_whole() {
        let a = [[0.0, 2.0], [3.0, 4.0], [5.0, 9.0]];
        let b = [[-1.0, 0.5], [1.0, 3.5], [6.0, 7.0], [8.5, 10.0]];
        let (mut shared, mut rest) = (Vec::new(), Vec::new());
        intersect(&a, &b, &mut shared);
        subtract(&a, &b, &mut rest);
        assert_eq!(shared, [[0.0, 0.5], [1.0, 2.0], [3.0, 3.5], [6.0, 7.0], [8.5, 9.0]]);
        assert_eq!(rest, [[0.5, 1.0], [3.5, 4.0], [5.0, 6.0], [7.0, 8.5]]);
    }

    #[test]
    fn a_hole_over_two_spans_is_taken_from_both() {
        let mut rest = Vec::new();
        subtract(&[[0.0, 2.0], [3.0, 5.0]], &[[1.0, 4.0]], &mut rest);
        assert_eq!(rest, [[0.0, 1.0], [4.0, 5.0]]);
        let mut joined = vec![[3.0, 4.0], [0.0, 1.0], [0.5, 2.0]];
        join(&mut joined);
        assert_eq!(joined, [[0.0, 2.0], [3.0, 4.0]]);
    }
}
