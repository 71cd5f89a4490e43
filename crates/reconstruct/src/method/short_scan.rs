//! What a ray of a cone beam weighs that is seen once, twice, or from both sides. Knows no filter.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use voltomo_types::Radian;

use crate::{
    ShortScan,
    weights::{AngularWeights, whole_turn_weights},
};

/// A whole turn may lack this much and still be one.
const NEARLY: f64 = 1e-6;

/// Whether the views go all the way round.
pub(super) fn is_whole_turn(angles: &[Radian]) -> bool {
    covers_whole_turn(&whole_turn_weights(angles))
}

fn covers_whole_turn(views: &AngularWeights) -> bool {
    views.covered.0 > TAU - NEARLY
}

/// Weights of views and rays: over all views, those of one ray sum to one.
#[derive(Debug)]
pub(super) struct Redundancy {
    views: AngularWeights,
    /// Angle of each view from the beginning of the arc.
    along: Vec<f64>,
    /// Half of what the arc has over the half turn; `None` for a whole turn.
    spare: Option<f64>,
    kind: ShortScan,
}

impl Redundancy {
    /// `widest`: the largest fan angle of a ray.
    pub(super) fn new(angles: &[Radian], widest: Radian, kind: ShortScan) -> Self {
        let mut views = whole_turn_weights(angles);
        let covered = views.covered.0;
        let first = views.first.0;
        let half_step = covered / views.directions as f64 / 2.0;
        let along = angles.iter().map(|angle| (angle.0 - first + half_step).rem_euclid(TAU));
        let along = along.collect();
        let whole = covers_whole_turn(&views);
        let needed = PI + 2.0 * widest.0;
        // The widest gap comes last: in a short scan it is what lies outside of the arc.
        views.warnings.pop();
        if !whole && covered < needed - NEARLY {
            views.warnings.push(format!(
                "the views cover {:.1}°, expected {:.1}° or more (half a turn and the fan of \
                 {:.1}°): edges along the missing directions will be blurred and attenuations wrong",
                covered.to_degrees(),
                needed.to_degrees(),
                2.0 * widest.degrees()
            ));
        }
        let spare = (!whole).then_some(((covered - PI) / 2.0).max(widest.0 * 1e-3));
        Self { views, along, spare, kind }
    }

    pub(super) fn warnings(&self) -> &[String] {
        &self.views.warnings
    }

    pub(super) fn directions(&self) -> usize {
        self.views.directions
    }

    pub(super) fn is_whole_turn(&self) -> bool {
        self.spare.is_none()
    }

    /// Weight of the ray with the fan angle `fan` in a view, in radians of the turn; on a whole
    /// turn it is one half of the view's step.
    pub(super) fn weight(&self, view: usize, fan: Radian) -> f64 {
        let step = self.views.weights[view];
        let Some(spare) = self.spare else { return step / 2.0 };
        let (along, fan) = (self.along[view], fan.0.clamp(-spare, spare));
        step * match self.kind {
            ShortScan::Parker => parker((along, fan), spare),
            ShortScan::Smooth => smooth((along, fan), spare),
        }
    }
}

/// Rises from 0 at 0 to 1 at 1, without a kink.
fn rise(way: f64) -> f64 {
    if way < 1.0 { (FRAC_PI_2 * way.max(0.0)).sin().powi(2) } else { 1.0 }
}

/// The ray (β, γ) is seen again as (β + π + 2γ, −γ). Where an arc of π + 2Γ is covered, its weight
/// is `sin²(π/2·β/(2Γ − 2γ))` at the beginning, one in the middle, and
/// `sin²(π/2·(π + 2Γ − β)/(2Γ + 2γ))` at the end.
/// Source: Parker 1982, doi:10.1118/1.595078; for arcs beyond the least: Silver 2000,
/// doi:10.1118/1.599019.
fn parker((along, fan): (f64, f64), spare: f64) -> f64 {
    rise(along / (2.0 * (spare - fan))) * rise((PI + 2.0 * spare - along) / (2.0 * (spare + fan)))
}

/// Each view has the worth `c(β)`, rising from zero at the beginning of the arc over all that it has
/// beyond half a turn, 2Γ, and falling so at its end; of a ray's weight each sight has its share,
/// `c(β)/(c(β) + c(β'))`, β' the view that sees it again. No width depends on the fan angle, so that
/// weights change smoothly across a view, too.
/// Source: Noo, Defrise, Clackdoyle & Kudo 2002, section 3, doi:10.1088/0031-9155/47/14/311.
fn smooth((along, fan): (f64, f64), spare: f64) -> f64 {
    let covered = PI + 2.0 * spare;
    let worth = |along: f64| {
        let inside = along.min(covered - along);
        if inside > 0.0 { rise(inside / (2.0 * spare)) } else { 0.0 }
    };
    let own = worth(along);
    let again = [PI, -PI].map(|turn| worth(along + turn + 2.0 * fan));
    let all = own + again[0] + again[1];
    // Both sights at the very ends of the arc: they share evenly.
    if all > 1e-12 { own / all } else { 0.5 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sights_of_a_ray_weigh_one_together_on_any_arc() {
        let widest = Radian(0.2);
        for (covered, kind) in [PI + 0.4, PI + 0.9, TAU]
            .into_iter()
            .flat_map(|covered| [(covered, ShortScan::Parker), (covered, ShortScan::Smooth)])
        {
            let count = 5000;
            let step = covered / f64::from(count);
            let angles: Vec<Radian> = (0..count).map(|k| Radian(f64::from(k) * step)).collect();
            let redundancy = Redundancy::new(&angles, widest, kind);
            assert_eq!(redundancy.warnings().len(), 0);
            for fan in [-0.19, -0.03, 0.0, 0.11, 0.19] {
                // All directions φ = β + γ of half a turn, each ray once or twice.
                let forward = (0..angles.len()).map(|view| redundancy.weight(view, Radian(fan)));
                let backward = (0..angles.len()).map(|view| redundancy.weight(view, Radian(-fan)));
                let sum: f64 = forward.chain(backward).sum();
                assert!((sum / TAU - 1.0).abs() < 1e-3, "{kind:?} {covered} {fan} {sum}");
            }
        }
    }

    #[test]
    fn an_arc_shorter_than_half_a_turn_and_the_fan_is_warned_of() {
        let angles: Vec<Radian> = (0..180).map(|k| Radian::from_degrees(f64::from(k))).collect();
        let redundancy = Redundancy::new(&angles, Radian(0.2), ShortScan::Parker);
        assert!(redundancy.warnings()[0].contains("180.0°, expected 202.9°"));
    }
}
