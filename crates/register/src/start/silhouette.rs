//! The outside of a cell: where the air around it ends. Knows no shape.

use std::collections::VecDeque;

use voltomo_numeric::threshold::otsu;

use crate::field::Field;

/// A cell's outer surface on a coarse grid.
#[derive(Debug)]
pub(super) struct Silhouette {
    /// Of each point of the grid, whether it belongs to the cell, its hollows included.
    pub(super) is_inside: Vec<bool>,
    /// Places of the surface, `[z, y, x]`, mm.
    pub(super) places: Vec<[f64; 3]>,
    /// Direction into the cell at each, length 1.
    pub(super) normals: Vec<[f64; 3]>,
}

/// The surface where the air ends that reaches the field's border, of the largest body. Empty where
/// nothing stands out.
///
/// The threshold is Otsu's on the square root of the values, so that steel in X-rays does not
/// outweigh everything else. A point that is NaN is air.
pub(super) fn silhouette(field: &Field) -> Silhouette {
    let root = |value: f32| value.max(0.0).sqrt();
    let threshold = otsu(field.values.iter().map(|value| root(*value))).map(|root| root * root);
    let Some(threshold) = threshold else {
        return Silhouette { is_inside: Vec::new(), places: Vec::new(), normals: Vec::new() };
    };
    let is_air: Vec<bool> =
        field.values.iter().map(|value| value.is_nan() || *value < threshold).collect();
    let border = (0..is_air.len()).filter(|flat| is_air[*flat] && is_border(field, *flat));
    let mut is_outside = vec![false; is_air.len()];
    for start in border {
        flood(field, start, &is_air, &mut is_outside);
    }
    let is_inside = largest_body(field, &is_outside);
    let (places, normals) = surface(field, threshold, (&is_inside, &is_outside));
    Silhouette { is_inside, places, normals }
}

fn is_border(field: &Field, flat: usize) -> bool {
    field.index(flat).iter().zip(&field.shape).any(|(at, size)| *at == 0 || at + 1 == *size)
}

/// Marks what is connected with `start` through the faces of points that `may` be marked. Returns
/// how many points it marked.
fn flood(field: &Field, start: usize, may: &[bool], marked: &mut [bool]) -> usize {
    if marked[start] {
        return 0;
    }
    let mut waiting = VecDeque::from([start]);
    marked[start] = true;
    let mut count = 1;
    while let Some(flat) = waiting.pop_front() {
        for next in neighbours(field, flat).into_iter().flatten() {
            if may[next] && !marked[next] {
                marked[next] = true;
                count += 1;
                waiting.push_back(next);
            }
        }
    }
    count
}

/// The six neighbours of a point; along each axis the one before, then the one after.
fn neighbours(field: &Field, flat: usize) -> [Option<usize>; 6] {
    let index = field.index(flat);
    std::array::from_fn(|k| {
        let (axis, is_after) = (k / 2, k % 2 == 1);
        let mut at = index;
        if is_after {
            at[axis] += 1;
            return (at[axis] < field.shape[axis]).then(|| field.flat(at));
        }
        at[axis] = at[axis].checked_sub(1)?;
        Some(field.flat(at))
    })
}

/// The largest connected part of what is not outside.
fn largest_body(field: &Field, is_outside: &[bool]) -> Vec<bool> {
    let may: Vec<bool> = is_outside.iter().map(|outside| !outside).collect();
    let mut seen = vec![false; may.len()];
    let (mut best, mut most) = (None, 0);
    for start in 0..may.len() {
        if may[start] {
            let count = flood(field, start, &may, &mut seen);
            if count > most {
                (best, most) = (Some(start), count);
            }
        }
    }
    let mut body = vec![false; may.len()];
    if let Some(start) = best {
        flood(field, start, &may, &mut body);
    }
    body
}

/// Where the values cross the threshold between a point of the body and one outside.
fn surface(
    field: &Field,
    threshold: f32,
    (is_inside, is_outside): (&[bool], &[bool]),
) -> (Vec<[f64; 3]>, Vec<[f64; 3]>) {
    let (mut places, mut normals) = (Vec::new(), Vec::new());
    for flat in (0..is_inside.len()).filter(|flat| is_inside[*flat]) {
        for (k, next) in neighbours(field, flat).into_iter().enumerate() {
            let Some(next) = next.filter(|next| is_outside[*next]) else { continue };
            let (inner, outer) = (field.values[flat], field.values[next]);
            let share = f64::from((inner - threshold) / (inner - outer));
            if !(0.0..=1.0).contains(&share) {
                continue;
            }
            let mut place = field.place(field.index(flat));
            let sense = if k % 2 == 1 { 1.0 } else { -1.0 };
            place[k / 2] += sense * share * field.voxel;
            let gradient = field.corner(place, 0.0).map(|at| field.gradient_at(&at, &[1.0]));
            if let Some(normal) = gradient.and_then(unit) {
                places.push(place);
                normals.push(normal);
            }
        }
    }
    (places, normals)
}

/// The vector with length 1; `None` of one without a direction.
pub(super) fn unit(vector: [f64; 3]) -> Option<[f64; 3]> {
    let length = dot(vector, vector).sqrt();
    (length.is_normal()).then(|| vector.map(|value| value / length))
}

pub(super) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(super) fn difference(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|axis| a[axis] - b[axis])
}
