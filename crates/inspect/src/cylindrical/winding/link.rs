//! Ridges linked into windings: the turn of each, and the sense of the spiral. Knows no volume.

use super::ridge::Ridge;

/// Ridges on neighbouring rays belong together within this share of the pitch.
const ANGULAR_REACH: f64 = 0.3;
/// Ridges on one ray are neighbours within these shares of the pitch.
const RADIAL_REACH: [f64; 2] = [0.65, 1.35];
/// What a link along the radius costs more than one along the winding.
const RADIAL_COST: f64 = 0.3;

/// Which turn each ridge belongs to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Linked {
    /// By angle, then by ridge: the turn, from 0; none for ridges of no winding.
    pub(super) turns: Vec<Vec<Option<usize>>>,
    /// By how many turns a winding has moved on after the last angle: 1 or −1 for a spiral.
    pub(super) advance: i64,
    /// How many windings agree on it, and how many were seen.
    pub(super) votes: [usize; 2],
}

/// A pair of ridges and by how many turns the second is further out.
struct Link {
    ends: [usize; 2],
    turns: i64,
    cost: f64,
}

/// Sets of ridges whose turns are known relative to one another.
struct Sets {
    parent: Vec<usize>,
    /// Turns relative to the parent.
    turns: Vec<i64>,
    size: Vec<usize>,
}

impl Sets {
    fn new(count: usize) -> Self {
        Self { parent: (0..count).collect(), turns: vec![0; count], size: vec![1; count] }
    }

    /// The set's root, and the turns relative to it.
    fn root(&self, mut node: usize) -> (usize, i64) {
        let mut turns = 0;
        while self.parent[node] != node {
            turns += self.turns[node];
            node = self.parent[node];
        }
        (node, turns)
    }

    fn join(&mut self, link: &Link) {
        let [(a, turns_a), (b, turns_b)] = link.ends.map(|end| self.root(end));
        if a == b {
            return;
        }
        // turns(second) = turns(first) + link.turns.
        let second_root = turns_a + link.turns - turns_b;
        let (child, parent, turns) =
            if self.size[a] >= self.size[b] { (b, a, second_root) } else { (a, b, -second_root) };
        self.parent[child] = parent;
        self.turns[child] = turns;
        self.size[parent] += self.size[child];
    }
}

/// Links the ridges of all angles (`pitch` in the unit of the radii).
///
/// Ridges that follow one another along the winding, and neighbours one pitch apart, tell each
/// other's turn; the surest links count first (a least spanning tree), so that a gap or a tab, at
/// which neighbours are not one pitch apart, is spanned by the windings around it. Nothing is
/// linked across the seam between the last angle and the first: there the turns are compared, and
/// the spiral's sense is what they say.
#[must_use]
pub(super) fn link(ridges: &[Vec<Ridge>], pitch: f64) -> Linked {
    let mut first = vec![0; ridges.len() + 1];
    for (k, of_angle) in ridges.iter().enumerate() {
        first[k + 1] = first[k] + of_angle.len();
    }
    let mut links = Vec::new();
    for k in 0..ridges.len() {
        links.extend(radial(&ridges[k], first[k], pitch));
        if let Some(next) = ridges.get(k + 1) {
            let along = matches(&ridges[k], next, pitch).into_iter();
            links.extend(along.map(|(i, j, distance)| Link {
                ends: [first[k] + i, first[k + 1] + j],
                turns: 0,
                cost: distance / pitch,
            }));
        }
    }
    links.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(a.ends.cmp(&b.ends)));
    let mut sets = Sets::new(first[ridges.len()]);
    links.iter().for_each(|link| sets.join(link));
    let turns = numbered(&sets, &first);
    let (advance, votes) = seam(ridges, &turns, pitch);
    Linked { turns, advance, votes }
}

fn radial(ridges: &[Ridge], first: usize, pitch: f64) -> Vec<Link> {
    let pairs = ridges.windows(2).enumerate();
    let link = |(i, pair): (usize, &[Ridge])| {
        let share = (pair[1].radius - pair[0].radius) / pitch;
        (share > RADIAL_REACH[0] && share < RADIAL_REACH[1]).then(|| Link {
            ends: [first + i, first + i + 1],
            turns: 1,
            cost: RADIAL_COST + (share - 1.0).abs(),
        })
    };
    pairs.filter_map(link).collect()
}

/// Pairs of ridges of two angles that are each other's nearest.
fn matches(here: &[Ridge], there: &[Ridge], pitch: f64) -> Vec<(usize, usize, f64)> {
    let nearest = |radius: f64, among: &[Ridge]| {
        let after = among.partition_point(|ridge| ridge.radius < radius);
        let distance = |i: usize| (among[i].radius - radius).abs();
        let candidates = [after.checked_sub(1), (after < among.len()).then_some(after)];
        candidates.into_iter().flatten().min_by(|a, b| distance(*a).total_cmp(&distance(*b)))
    };
    let pair = |(i, ridge): (usize, &Ridge)| {
        let j = nearest(ridge.radius, there)?;
        let distance = (there[j].radius - ridge.radius).abs();
        let is_mutual = nearest(there[j].radius, here) == Some(i);
        (is_mutual && distance < ANGULAR_REACH * pitch).then_some((i, j, distance))
    };
    here.iter().enumerate().filter_map(pair).collect()
}

/// Turns of the largest set, from 0.
fn numbered(sets: &Sets, first: &[usize]) -> Vec<Vec<Option<usize>>> {
    let count = sets.parent.len();
    let largest = (0..count).filter(|node| sets.parent[*node] == *node);
    let largest = largest.max_by_key(|node| (sets.size[*node], count - node));
    let turn = |node: usize| {
        let (root, turns) = sets.root(node);
        (Some(root) == largest).then_some(turns)
    };
    let least = (0..count).filter_map(turn).min().unwrap_or(0);
    let of_angle = |k: usize| {
        let nodes = first[k]..first[k + 1];
        nodes.map(|node| turn(node).and_then(|it| usize::try_from(it - least).ok())).collect()
    };
    (0..first.len() - 1).map(of_angle).collect()
}

/// By how many turns windings move on across the seam: the most frequent answer, and how many gave
/// it of how many.
fn seam(ridges: &[Vec<Ridge>], turns: &[Vec<Option<usize>>], pitch: f64) -> (i64, [usize; 2]) {
    let (Some(last), Some(first)) = (ridges.last(), ridges.first()) else { return (0, [0; 2]) };
    let signed = |turn: Option<usize>| turn.and_then(|turn| i64::try_from(turn).ok());
    let of_pair = |(i, j, _): (usize, usize, f64)| {
        Some(signed(turns[0][j])? - signed(turns[turns.len() - 1][i])?)
    };
    let pairs = matches(last, first, pitch).into_iter();
    // Where the radius grows with the angle, a winding ends its turn at the place where the next
    // one began.
    let answers: Vec<i64> = pairs.filter_map(of_pair).collect();
    let count = |answer: i64| answers.iter().filter(|it| **it == answer).count();
    let best = answers.iter().copied().max_by_key(|it| (count(*it), -it.abs())).unwrap_or(0);
    (best, [count(best), answers.len()])
}
