//! A circular cylinder through points of a surface, of which many may lie elsewhere. Knows no cell.

use voltomo_numeric::eigen::{solve_symmetric, symmetric};

use super::silhouette::{Silhouette, difference, dot, unit};

/// Points further from the wall than this do not count, mm.
const REACH_MM: f64 = 0.6;
/// A wall's normal is at least so nearly at right angles to the axis: cosine.
const UPRIGHT: f64 = 0.35;
/// Sectors in which a wall is looked for.
const SECTORS: usize = 72;

/// A circular cylinder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Circle {
    pub(super) point: [f64; 3],
    pub(super) direction: [f64; 3],
    pub(super) radius: f64,
    /// Share of the points of upright walls that lie on it.
    pub(super) share: f64,
    /// Degrees of the circle on which there are points.
    pub(super) seen_deg: f64,
}

impl Circle {
    /// How much there is of it.
    fn weight(&self) -> f64 {
        self.share * self.seen_deg
    }
}

/// The best cylinder through the surface, its axis near one of the main directions of the normals.
pub(super) fn best_circle(surface: &Silhouette) -> Option<Circle> {
    let all: Vec<usize> = (0..surface.places.len()).collect();
    let starts = main_directions(surface, &all);
    let found = starts.into_iter().filter_map(|direction| refined(surface, direction));
    found.max_by(|a, b| a.weight().total_cmp(&b.weight()))
}

/// Eigenvectors of the mean `n nᵀ` of the normals, the largest eigenvalue first.
fn main_directions(surface: &Silhouette, which: &[usize]) -> Vec<[f64; 3]> {
    let mut matrix = [0.0; 9];
    for normal in which.iter().map(|k| surface.normals[*k]) {
        for (k, sum) in matrix.iter_mut().enumerate() {
            *sum += normal[k / 3] * normal[k % 3];
        }
    }
    symmetric(&matrix, 3).iter().map(|it| [it.vector[0], it.vector[1], it.vector[2]]).collect()
}

fn refined(surface: &Silhouette, start: [f64; 3]) -> Option<Circle> {
    let mut direction = start;
    let mut wall = Vec::new();
    for _ in 0..6 {
        wall = upright(surface, direction);
        if wall.len() < 50 {
            return None;
        }
        direction = *main_directions(surface, &wall).last()?;
    }
    let mut circle = first_circle(surface, &wall, direction)?;
    for round in 0..12 {
        let reach = if round < 4 { 2.0 * REACH_MM } else { REACH_MM };
        circle = improved(surface, &wall, (circle, reach))?;
    }
    Some(judged(surface, circle))
}

/// Points whose normal is at right angles to the axis.
fn upright(surface: &Silhouette, direction: [f64; 3]) -> Vec<usize> {
    let normals = surface.normals.iter().enumerate();
    normals.filter(|(_, normal)| dot(**normal, direction).abs() < UPRIGHT).map(|(k, _)| k).collect()
}

/// Where most normals of the wall meet, and how far from there the outermost large part of the wall
/// is.
fn first_circle(surface: &Silhouette, wall: &[usize], direction: [f64; 3]) -> Option<Circle> {
    let point = meeting_point(surface, wall, direction)?;
    let mut distances: Vec<f64> = wall
        .iter()
        .map(|k| across(difference(surface.places[*k], point), direction))
        .map(|across| dot(across, across).sqrt())
        .collect();
    distances.sort_by(f64::total_cmp);
    let far = distances[distances.len() * 19 / 20];
    let outer = distances.partition_point(|distance| *distance < 0.8 * far);
    let radius = distances[outer + (distances.len() - outer) / 2];
    Some(Circle { point, direction, radius, share: 0.0, seen_deg: 0.0 })
}

/// The place to which the lines along the normals are nearest, most of them: weighted least squares,
/// with less weight for lines that pass at a distance.
fn meeting_point(surface: &Silhouette, wall: &[usize], direction: [f64; 3]) -> Option<[f64; 3]> {
    let mut point = mean(wall.iter().map(|k| surface.places[*k]))?;
    for _ in 0..15 {
        let (mut matrix, mut right) = ([0.0; 9], [0.0; 3]);
        for k in wall {
            let (place, normal) = (surface.places[*k], surface.normals[*k]);
            let aside = unit(cross(direction, normal))?;
            let distance = dot(aside, difference(point, place));
            let weight = 1.0 / (1.0 + (distance / REACH_MM).powi(2));
            for (i, sum) in matrix.iter_mut().enumerate() {
                *sum += weight * aside[i / 3] * aside[i % 3];
            }
            let along = weight * dot(aside, place);
            right.iter_mut().zip(aside).for_each(|(sum, value)| *sum += along * value);
        }
        let found = solve_symmetric(&matrix, &right);
        let height = dot(point, direction);
        let found = [found[0], found[1], found[2]];
        let lost = height - dot(found, direction);
        point = std::array::from_fn(|i| found[i] + lost * direction[i]);
    }
    point.iter().all(|value| value.is_finite()).then_some(point)
}

/// One step of Gauss and Newton on the distances of the wall's points from the cylinder, with
/// Tukey's weights.
fn improved(
    surface: &Silhouette,
    wall: &[usize],
    (circle, reach): (Circle, f64),
) -> Option<Circle> {
    let [u, v] = plane_of(circle.direction)?;
    let (mut matrix, mut right) = ([0.0; 25], [0.0; 5]);
    for k in wall {
        let offset = difference(surface.places[*k], circle.point);
        let outward = across(offset, circle.direction);
        let distance = dot(outward, outward).sqrt();
        let residual = distance - circle.radius;
        if residual.abs() >= reach || dot(outward, surface.normals[*k]) >= 0.0 {
            continue;
        }
        let weight = (1.0 - (residual / reach).powi(2)).powi(2);
        let height = dot(offset, circle.direction) / circle.radius;
        let (a, b) = (dot(outward, u) / distance, dot(outward, v) / distance);
        let row = [a, b, a * height, b * height, 1.0];
        for (i, sum) in matrix.iter_mut().enumerate() {
            *sum += weight * row[i / 5] * row[i % 5];
        }
        right.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value * residual);
    }
    let step = solve_symmetric(&matrix, &right);
    let point = std::array::from_fn(|i| circle.point[i] + step[0] * u[i] + step[1] * v[i]);
    let turn = [step[2] / circle.radius, step[3] / circle.radius];
    let turned = std::array::from_fn(|i| circle.direction[i] + turn[0] * u[i] + turn[1] * v[i]);
    let radius = circle.radius + step[4];
    (radius > 0.0).then_some(Circle { point, direction: unit(turned)?, radius, ..circle })
}

/// The cylinder with how much of the wall lies on it.
fn judged(surface: &Silhouette, circle: Circle) -> Circle {
    let wall = upright(surface, circle.direction);
    let mut sectors = [0usize; SECTORS];
    let mut count = 0;
    let Some([u, v]) = plane_of(circle.direction) else { return circle };
    for k in &wall {
        let outward = across(difference(surface.places[*k], circle.point), circle.direction);
        if (dot(outward, outward).sqrt() - circle.radius).abs() < 0.5 * REACH_MM {
            let angle = dot(outward, v).atan2(dot(outward, u)).rem_euclid(std::f64::consts::TAU);
            let sector = angle / std::f64::consts::TAU * SECTORS as f64;
            sectors[voltomo_numeric::cast::to_index(sector).min(SECTORS - 1)] += 1;
            count += 1;
        }
    }
    let usual = sectors.iter().copied().max().unwrap_or(0) / 10;
    let seen = sectors.iter().filter(|count| **count > usual.max(1)).count();
    let share = count as f64 / wall.len().max(1) as f64;
    Circle { share, seen_deg: 360.0 * seen as f64 / SECTORS as f64, ..circle }
}

/// Two directions at right angles to a direction and to each other.
pub(super) fn plane_of(direction: [f64; 3]) -> Option<[[f64; 3]; 2]> {
    let least = (0..3).min_by(|a, b| direction[*a].abs().total_cmp(&direction[*b].abs()))?;
    let mut other = [0.0; 3];
    other[least] = 1.0;
    let u = unit(across(other, direction))?;
    Some([u, cross(direction, u)])
}

/// The part of a vector at right angles to a direction.
pub(super) fn across(vector: [f64; 3], direction: [f64; 3]) -> [f64; 3] {
    let along = dot(vector, direction);
    std::array::from_fn(|i| vector[i] - along * direction[i])
}

pub(super) fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn mean(places: impl Iterator<Item = [f64; 3]>) -> Option<[f64; 3]> {
    let (mut sum, mut count) = ([0.0; 3], 0.0);
    for place in places {
        sum.iter_mut().zip(place).for_each(|(sum, value)| *sum += value);
        count += 1.0;
    }
    (count > 0.0).then(|| sum.map(|sum| sum / count))
}
