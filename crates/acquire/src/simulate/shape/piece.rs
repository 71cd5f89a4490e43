//! A part made ready for rays: where it is at most, and how a line runs through it. Knows no other
//! parts.

use super::component::{Part, Rank, Shape};
use super::line::Line;
use super::placement::Placement;
use super::roll::{Roll, RollPlan};
use super::solid::Solid;
use super::spans::{Buffers, Spans};

/// What fills a piece.
#[derive(Debug, Clone)]
pub(super) enum Filling {
    /// One material.
    Solid { solid: Box<Solid>, material: usize, placement: Option<Placement> },
    /// A roll, and its place among the rolls of the scene.
    Roll { plan: Box<RollPlan>, place: usize },
}

/// A part made ready.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) filling: Filling,
    pub(super) over: bool,
    /// Lowest and highest point, mm.
    pub(super) z: [f64; 2],
    /// An upright cylinder around it: axis and radius, mm.
    pub(super) centre: [f64; 2],
    pub(super) radius: f64,
}

impl Piece {
    /// Makes a part ready; `place` is for the next roll.
    pub(super) fn new(part: &Part, place: usize) -> Self {
        let over = part.rank == Rank::Over;
        match &part.shape {
            Shape::Roll(roll) => Self::roll(roll, place),
            Shape::Solid { solid, material } => {
                let (placement, solid) = (part.placement, solid.clone());
                let [low, high] = bounds(&solid, placement);
                let (centre, radius) = circle(&solid, placement, [low, high]);
                let solid = Box::new(solid);
                let filling = Filling::Solid { solid, material: *material, placement };
                Self { filling, over, z: [low[2], high[2]], centre, radius }
            }
        }
    }

    fn roll(roll: &Roll, place: usize) -> Self {
        let filling = Filling::Roll { plan: Box::new(RollPlan::new(roll)), place };
        let (centre, radius) = (roll.centre, roll.outer_radius());
        Self { filling, over: false, z: roll.z_range(), centre, radius }
    }

    /// The part of a horizontal line `[origin, direction]` over which the piece may be.
    #[inline]
    pub(super) fn chord(&self, [origin, direction]: [[f64; 2]; 2]) -> Option<[f64; 2]> {
        let [x, y] = [0, 1].map(|i| origin[i] - self.centre[i]);
        let side = x * direction[1] - y * direction[0];
        let square = self.radius * self.radius - side * side;
        (square > 0.0).then(|| {
            let (middle, half) = (-(x * direction[0] + y * direction[1]), square.sqrt());
            [middle - half, middle + half]
        })
    }

    /// Appends where a line of the cell runs inside a solid; nothing for a roll.
    pub(super) fn spans(&self, line: &Line, buffers: &mut Buffers, out: &mut Spans) {
        if let Filling::Solid { solid, placement, .. } = &self.filling {
            let seen = placement.map_or(*line, |placement| placement.line(line));
            solid.spans(&seen, buffers, out);
        }
    }

    /// Appends the ranges of z where its horizontal section changes.
    pub(super) fn busy(&self, out: &mut Spans) {
        match &self.filling {
            Filling::Roll { plan, .. } => plan.busy(out),
            Filling::Solid { solid, placement: None, .. } => solid.busy(out),
            Filling::Solid { solid, placement: Some(placement), .. } if placement.is_upright() => {
                let first = out.len();
                solid.busy(out);
                for range in &mut out[first..] {
                    *range = range.map(|z| z + placement.shift[2]);
                }
            }
            Filling::Solid { .. } => out.push(self.z),
        }
    }
}

/// A box `[low, high]` around a solid in the cell.
pub(super) fn bounds(solid: &Solid, placement: Option<Placement>) -> [[f64; 3]; 2] {
    let ends = solid.bounds();
    let Some(placement) = placement else { return ends };
    let corner = |k: usize| [0, 1, 2].map(|axis| ends[(k >> axis) & 1][axis]);
    let start = [[f64::INFINITY; 3], [f64::NEG_INFINITY; 3]];
    (0..8).map(|k| placement.cell_from_solid(corner(k))).fold(start, |[low, high], point| {
        let least = std::array::from_fn(|i| low[i].min(point[i]));
        [least, std::array::from_fn(|i| high[i].max(point[i]))]
    })
}

fn circle(
    solid: &Solid,
    placement: Option<Placement>,
    [low, high]: [[f64; 3]; 2],
) -> ([f64; 2], f64) {
    let middle = [0, 1].map(|i| 0.5 * (low[i] + high[i]));
    let half = [0, 1].map(|i| 0.5 * (high[i] - low[i]));
    let round = matches!(solid, Solid::Revolved(_) | Solid::Ellipsoid(_) | Solid::WaveRing(_));
    // A box that is not turned about a round solid: the circle that touches it.
    let radius = if round && placement.is_none_or(|it| it.is_upright()) {
        half[0].max(half[1])
    } else {
        half[0].hypot(half[1])
    };
    (middle, radius * (1.0 + 1e-12))
}
