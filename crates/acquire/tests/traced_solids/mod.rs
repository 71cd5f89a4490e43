//! Balls and blocks whose path lengths are closed forms, as a sample for instruments. Knows no
//! instrument.
#![allow(dead_code, reason = "each test takes what it needs")]

use voltomo_acquire::simulate::{Bounds, ColumnRays, PathLengths, Sample, material::Substance};
use voltomo_numeric::cast::to_f32;

/// A solid, lengths in mm in the cell's frame.
#[derive(Debug, Clone, Copy)]
pub enum Solid {
    /// A ball: centre `[x, y, z]` and radius.
    Ball([f64; 3], f64),
    /// A block: least and greatest `[x, y, z]`.
    Block([f64; 3], [f64; 3]),
}

/// Solids of one material that do not overlap.
#[derive(Debug, Clone)]
pub struct Solids {
    pub solids: Vec<Solid>,
    pub substances: Vec<Substance>,
    pub bounds: Bounds,
}

impl Solids {
    /// Solids of so thick a material that nothing comes through.
    pub fn opaque(solids: &[Solid]) -> Self {
        Self::of(solids, Substance::formula("opaque", "GdW", 20.0).unwrap())
    }

    /// Solids of a material.
    pub fn of(solids: &[Solid], substance: Substance) -> Self {
        let reach = |x: f64, y: f64| x.hypot(y);
        let each = solids.iter().map(|solid| match *solid {
            Solid::Ball([x, y, z], radius) => (reach(x, y) + radius, [z - radius, z + radius]),
            Solid::Block(low, high) => {
                let far = |k: usize| low[k].abs().max(high[k].abs());
                (reach(far(0), far(1)), [low[2], high[2]])
            }
        });
        let start = Bounds { radius: 0.0, z: [f64::INFINITY, -f64::INFINITY] };
        let bounds = each.fold(start, |all, (radius, z)| Bounds {
            radius: all.radius.max(radius),
            z: [all.z[0].min(z[0]), all.z[1].max(z[1])],
        });
        Self { solids: solids.to_vec(), substances: vec![substance], bounds }
    }
}

impl Solid {
    /// Where a ray is inside: from `t` to `t`, empty where the second is smaller.
    fn cut(&self, origin: [f64; 3], direction: [f64; 3]) -> [f64; 2] {
        match *self {
            Self::Ball(centre, radius) => {
                let away = [0, 1, 2].map(|k| origin[k] - centre[k]);
                let dot = |a: [f64; 3], b: [f64; 3]| -> f64 { (0..3).map(|k| a[k] * b[k]).sum() };
                let (a, b) = (dot(direction, direction), dot(direction, away));
                let root = b * b - a * (dot(away, away) - radius * radius);
                if root <= 0.0 {
                    return [0.0, 0.0];
                }
                [(-b - root.sqrt()) / a, (-b + root.sqrt()) / a]
            }
            Self::Block(low, high) => (0..3).fold([-1e9, 1e9], |[from, to], k| {
                if direction[k].abs() < 1e-12 {
                    let inside = origin[k] > low[k] && origin[k] < high[k];
                    return if inside { [from, to] } else { [0.0, -1.0] };
                }
                let ends = [low[k], high[k]].map(|end| (end - origin[k]) / direction[k]);
                [from.max(ends[0].min(ends[1])), to.min(ends[0].max(ends[1]))]
            }),
        }
    }
}

impl Sample for Solids {
    fn materials(&self) -> &[Substance] {
        &self.substances
    }

    fn bounds(&self) -> Bounds {
        self.bounds
    }

    fn trace(&self, rays: &ColumnRays<'_>, lengths: &mut PathLengths) {
        for (ray, length) in rays.rows.iter().zip(lengths.material_mut(0)) {
            let origin = [rays.origin[0], rays.origin[1], ray.z];
            let direction = [rays.direction[0], rays.direction[1], ray.slope];
            for solid in &self.solids {
                let [from, to] = solid.cut(origin, direction);
                *length += to_f32((to - from).max(0.0) * ray.slope.hypot(1.0));
            }
        }
    }
}
