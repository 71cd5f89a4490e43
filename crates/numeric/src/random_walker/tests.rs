//! Walks against a dense solution of their equations, and their laws.

use super::*;
use crate::{eigen::solve_symmetric, random::Random, watershed::neighbours};

/// Potentials of marker 1 by the whole matrix.
fn dense(values: &Array3<f32>, markers: &Array3<u32>, beta: f64) -> Array3<f64> {
    let places: Vec<[usize; 3]> = values.indexed_iter().map(|it| it.0.into()).collect();
    let step = |a: [usize; 3], b: [usize; 3]| f64::from(values[a] - values[b]).powi(2);
    let around = |place: [usize; 3]| neighbours(place, values.dim());
    let steps = places.iter().flat_map(|a| around(*a).map(move |b| step(*a, b)));
    let most = steps.fold(0.0, f64::max);
    let weight = |a, b| (-beta * step(a, b) / most).exp() + LEAST_WEIGHT;
    let free: Vec<[usize; 3]> = places.into_iter().filter(|it| markers[*it] == 0).collect();
    let count = free.len();
    let (mut matrix, mut right) = (vec![0.0; count * count], vec![0.0; count]);
    for (row, place) in free.iter().enumerate() {
        for other in around(*place) {
            let weight = weight(*place, other);
            matrix[row * count + row] += weight;
            match free.iter().position(|it| *it == other) {
                Some(column) => matrix[row * count + column] -= weight,
                None => right[row] += weight * f64::from(u8::from(markers[other] == 1)),
            }
        }
    }
    let found = solve_symmetric(&matrix, &right);
    let mut potentials = markers.mapv(|marker| f64::from(u8::from(marker == 1)));
    free.iter().zip(found).for_each(|(place, value)| potentials[*place] = value);
    potentials
}

#[test]
fn potentials_are_those_of_the_whole_matrix() {
    let mut random = Random::new(4);
    let values = Array3::from_shape_fn((3, 4, 5), |_| to_f32(random.even()));
    let mut markers = Array3::zeros(values.dim());
    (markers[[0, 0, 0]], markers[[2, 3, 4]]) = (1, 2);
    let net = Net::new(values.view(), markers.view(), 20.0);
    let (potentials, is_solved) = net.solve(1);
    assert!(is_solved);
    let expected = dense(&values, &markers, 20.0);
    let farthest = expected.iter().zip(&potentials).map(|(a, b)| (a - b).abs());
    assert!(farthest.fold(0.0, f64::max) < 1e-3);
}

#[test]
fn walks_stay_on_their_side_of_an_edge_and_probabilities_say_so() {
    let mut random = Random::new(6);
    let values = Array3::from_shape_fn((4, 9, 20), |(_, _, x)| {
        to_f32(0.1 * random.normal()) + if x < 11 { 0.0 } else { 1.0 }
    });
    let mut markers = Array3::zeros(values.dim());
    (markers[[1, 4, 2]], markers[[2, 2, 17]], markers[[2, 8, 18]]) = (1, 2, 3);
    let walks = random_walker(values.view(), markers.view(), 200.0);
    assert!(walks.is_solved);
    for ((z, y, x), label) in walks.labels.indexed_iter() {
        assert_eq!(*label == 1, x < 11, "{z} {y} {x}: {label}");
        assert!(walks.probability[[z, y, x]] > 0.33);
    }
}

#[test]
fn what_no_marker_reaches_has_no_label() {
    let mut values = Array3::zeros((1, 3, 7));
    (0..3).for_each(|y| values[[0, y, 3]] = f32::NAN);
    let mut markers = Array3::zeros(values.dim());
    markers[[0, 1, 1]] = 1;
    let walks = random_walker(values.view(), markers.view(), 90.0);
    assert_eq!((walks.labels[[0, 0, 0]], walks.labels[[0, 0, 5]]), (1, 0));
    assert_eq!(walks.labels[[0, 0, 3]], 0);
    let none = random_walker(values.view(), Array3::zeros(values.dim()).view(), 90.0);
    assert!(none.labels.iter().all(|label| *label == 0));
}
