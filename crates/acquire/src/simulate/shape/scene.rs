//! Parts put together into a sample. Knows no detector.

use std::cell::RefCell;

use voltomo_numeric::cast::to_f32;

use super::column::{Column, Pieces};
use super::component::{Part, Rank, Shape};
use super::error::ShapeError;
use super::piece::{self, Filling, Piece};
use super::placement::Placement;
use super::roll::materials;
use crate::simulate::material::Substance;
use crate::simulate::sample::{Bounds, ColumnRays, PathLengths, Sample};

/// A cell made of parts; what no part holds is a void.
#[derive(Debug, Clone)]
pub struct Scene {
    substances: Vec<Substance>,
    parts: Vec<Part>,
    pieces: Pieces,
    ovality: Option<Ovality>,
    bounds: Bounds,
}

/// A squeeze of the whole scene in x and y.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ovality {
    /// Scale along `angle`.
    pub along: f64,
    /// Scale across it.
    pub across: f64,
    /// Direction, radians anticlockwise from x.
    pub angle: f64,
}

impl Ovality {
    /// The vector before the squeeze.
    fn undo(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let (sin, cos) = self.angle.sin_cos();
        let along = (x * cos + y * sin) / self.along;
        let across = (y * cos - x * sin) / self.across;
        [along * cos - across * sin, along * sin + across * cos]
    }
}

thread_local! {
    static COLUMN: RefCell<(Column, Vec<f64>)> = RefCell::default();
}

impl Scene {
    /// A scene of `parts`, whose materials are indices of `substances`.
    ///
    /// # Errors
    /// [`ShapeError`] names a part with a shape that has no inside or a material that is not there.
    pub fn new(substances: Vec<Substance>, parts: Vec<Part>) -> Result<Self, ShapeError> {
        for part in &parts {
            check(part, substances.len())?;
        }
        let mut rolls = 0;
        let ready = |part: &Part| {
            let piece = Piece::new(part, rolls);
            rolls += usize::from(matches!(piece.filling, Filling::Roll { .. }));
            piece
        };
        let pieces = Pieces::new(parts.iter().map(ready).collect(), substances.len());
        let bounds = bounds(&pieces.pieces, &parts);
        Ok(Self { substances, parts, pieces, ovality: None, bounds })
    }

    /// The scene, squeezed.
    ///
    /// # Errors
    /// [`ShapeError::Ovality`] where a scale is not within 0.5 to 2.
    pub fn with_ovality(mut self, ovality: Ovality) -> Result<Self, ShapeError> {
        let Ovality { along, across, angle } = ovality;
        if ![along, across].iter().all(|scale| (0.5..=2.0).contains(scale)) || !angle.is_finite() {
            return Err(ShapeError::Ovality { along, across });
        }
        self.bounds = bounds(&self.pieces.pieces, &self.parts);
        self.bounds.radius *= along.max(across);
        self.ovality = Some(ovality);
        Ok(self)
    }

    /// The scene with every part moved, before any squeeze.
    ///
    /// # Errors
    /// [`ShapeError::Part`] where a part is a roll, which cannot be moved.
    pub fn placed(self, placement: &Placement) -> Result<Self, ShapeError> {
        let moved = |part: Part| {
            let whole = part.placement.map_or(*placement, |own| own.then(placement));
            part.placed(whole)
        };
        let scene = Self::new(self.substances, self.parts.into_iter().map(moved).collect())?;
        match self.ovality {
            Some(ovality) => scene.with_ovality(ovality),
            None => Ok(scene),
        }
    }

    /// The box `[low, high]` of `[x, y, z]` around each part, mm, before any squeeze.
    #[must_use]
    pub fn part_bounds(&self) -> Vec<[[f64; 3]; 2]> {
        self.parts.iter().map(part_box).collect()
    }

    /// The parts.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The parts as rays see them.
    pub(super) fn pieces(&self) -> &Pieces {
        &self.pieces
    }

    /// Index of the part at a point `[x, y, z]` of the cell, mm; none in a void. Slow and plain.
    #[must_use]
    pub fn part_at(&self, point: [f64; 3]) -> Option<usize> {
        let point = self.unsqueezed(point);
        let holds = |index: &usize| self.holds(*index, point).is_some();
        let over = |index: &usize| self.parts[*index].rank == Rank::Over;
        let mut above = (0..self.parts.len()).rev().filter(over);
        let mut bodies = (0..self.parts.len()).filter(|index| !over(index));
        above.find(holds).or_else(|| bodies.find(holds))
    }

    /// Index of the material at a point `[x, y, z]` of the cell, mm; none in a void. Slow and
    /// plain.
    #[must_use]
    pub fn material_at(&self, point: [f64; 3]) -> Option<usize> {
        self.part_at(point).and_then(|index| self.holds(index, self.unsqueezed(point)))
    }

    /// Begins a column for the line `origin + t·direction` of the cell; returns by how much t grows
    /// in the unsqueezed scene.
    pub(super) fn begin(&self, column: &mut Column, [origin, direction]: [[f64; 2]; 2]) -> f64 {
        let Some(ovality) = self.ovality else {
            column.begin(&self.pieces, [origin, direction]);
            return 1.0;
        };
        let (origin, direction) = (ovality.undo(origin), ovality.undo(direction));
        let stretch = direction[0].hypot(direction[1]);
        column.begin(&self.pieces, [origin, direction.map(|part| part / stretch)]);
        stretch
    }

    fn unsqueezed(&self, [x, y, z]: [f64; 3]) -> [f64; 3] {
        let [x, y] = self.ovality.map_or([x, y], |ovality| ovality.undo([x, y]));
        [x, y, z]
    }

    /// Material of a part at a point of the unsqueezed scene, if it is there.
    fn holds(&self, index: usize, point: [f64; 3]) -> Option<usize> {
        let part = &self.parts[index];
        let inner = part.placement.map_or(point, |placement| placement.solid_from_cell(point));
        match &part.shape {
            Shape::Solid { solid, material } => solid.holds(inner).then_some(*material),
            Shape::Roll(roll) => roll.material_at(point),
        }
    }

    fn trace_rows(
        &self,
        rays: &ColumnRays<'_>,
        lengths: &mut PathLengths,
        (column, sums): (&mut Column, &mut Vec<f64>),
    ) {
        let stretch = self.begin(column, [rays.origin, rays.direction]);
        if column.is_empty() {
            return;
        }
        for (row, ray) in rays.rows.iter().enumerate() {
            let slope = ray.slope / stretch;
            let scale = ray.slope.mul_add(ray.slope, 1.0).sqrt() / stretch;
            let found = match column.calm_about(ray.z, slope) {
                Some(calm) => column.calm_lengths(&self.pieces, calm),
                None => {
                    sums.clear();
                    sums.resize(self.substances.len(), 0.0);
                    column.ray_lengths(&self.pieces, [ray.z, slope], sums);
                    &*sums
                }
            };
            for (material, length) in found.iter().enumerate().filter(|(_, length)| **length > 0.0)
            {
                lengths.material_mut(material)[row] += to_f32(length * scale);
            }
        }
    }
}

impl Sample for Scene {
    fn materials(&self) -> &[Substance] {
        &self.substances
    }

    fn bounds(&self) -> Bounds {
        self.bounds
    }

    fn trace(&self, rays: &ColumnRays<'_>, lengths: &mut PathLengths) {
        COLUMN.with_borrow_mut(|(column, sums)| self.trace_rows(rays, lengths, (column, sums)));
    }
}

fn bounds(pieces: &[Piece], parts: &[Part]) -> Bounds {
    let start = Bounds { radius: 0.0, z: [f64::INFINITY, f64::NEG_INFINITY] };
    let all = pieces.iter().zip(parts).fold(start, |bounds, (piece, part)| Bounds {
        radius: bounds.radius.max(farthest(piece, part_box(part))),
        z: [bounds.z[0].min(piece.z[0]), bounds.z[1].max(piece.z[1])],
    });
    if pieces.is_empty() { Bounds { radius: 0.0, z: [0.0; 2] } } else { all }
}

/// How far from the axis a piece may be: no farther than its circle and its box reach.
fn farthest(piece: &Piece, [low, high]: [[f64; 3]; 2]) -> f64 {
    let circle = piece.centre[0].hypot(piece.centre[1]) + piece.radius;
    let [x, y] = [0, 1].map(|axis| low[axis].abs().max(high[axis].abs()));
    circle.min(x.hypot(y) * (1.0 + 1e-12))
}

/// The box `[low, high]` of `[x, y, z]` around a part.
fn part_box(part: &Part) -> [[f64; 3]; 2] {
    match &part.shape {
        Shape::Solid { solid, .. } => piece::bounds(solid, part.placement),
        Shape::Roll(roll) => {
            let (radius, [bottom, top], [x, y]) =
                (roll.outer_radius(), roll.z_range(), roll.centre);
            [[x - radius, y - radius, bottom], [x + radius, y + radius, top]]
        }
    }
}

fn check(part: &Part, count: usize) -> Result<(), ShapeError> {
    let name = || part.name.clone();
    let (used, problem) = match &part.shape {
        Shape::Solid { solid, material } => (vec![*material], solid.problem()),
        Shape::Roll(roll) => (materials(roll), roll.problem()),
    };
    let moved = match (&part.shape, part.placement, part.rank) {
        (Shape::Roll(_), Some(_), _) => Some(("a roll that is moved", "its own `centre`")),
        (Shape::Roll(_), _, Rank::Over) => Some(("a roll over other parts", "a roll as a body")),
        _ => None,
    };
    let moved = moved.map(|(found, expected)| (found.to_owned(), expected));
    if let Some((found, expected)) = problem.or(moved) {
        return Err(ShapeError::Part { part: name(), found, expected });
    }
    match used.into_iter().find(|material| *material >= count) {
        Some(material) => Err(ShapeError::Material { part: name(), material, count }),
        None => Ok(()),
    }
}
