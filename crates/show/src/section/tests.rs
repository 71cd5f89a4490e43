//! Sections held to closed forms.

use std::f64::consts::{FRAC_PI_2, TAU};

use ndarray::{Array3, Axis as Along, s};
use voltomo_numeric::cast::to_f32;
use voltomo_types::Transform;

use super::*;

const PLAIN: (Reading, Over) = (Reading::Linear, Over::Mean);

fn lattice() -> Lattice {
    Lattice { shape: [21, 17, 19], first: [-3.0, 1.0, -2.0], spacing: [0.5, 0.25, 0.25] }
}

fn volume(lattice: &Lattice, value: impl Fn([f64; 3]) -> f64) -> Array3<f32> {
    let [depth, height, width] = lattice.shape;
    let at = |(z, y, x)| to_f32(value(lattice.centre_of([z, y, x])));
    Array3::from_shape_fn((depth, height, width), at)
}

fn ramp([z, y, x]: [f64; 3]) -> f64 {
    0.3 * z - 1.1 * y + 0.7 * x + 2.0
}

/// A volume about the upright axis through y = x = 0.
fn about_axis(value: impl Fn([f64; 3]) -> f64) -> (Lattice, Array3<f32>) {
    let lattice =
        Lattice { shape: [12, 81, 81], first: [10.0, -4.0, -4.0], spacing: [0.1, 0.1, 0.1] };
    let volume = volume(&lattice, value);
    (lattice, volume)
}

#[test]
fn an_oblique_plane_through_a_ramp_is_exact() {
    let (lattice, through) = (lattice(), [1.3, 2.9, -0.4]);
    let volume = volume(&lattice, ramp);
    let tilted = Directions::Normal([0.4, -0.3, 0.8]);
    let spanned = Directions::RightDown([0.2, 0.9, 0.4], [0.9, 0.1, 0.0]);
    for directions in [tilted, spanned] {
        let surface = oblique(&lattice, through, directions).unwrap();
        let section = cut(volume.view(), &lattice, &surface, PLAIN);
        let inside = section.iter().filter(|value| value.is_finite()).count();
        assert!(inside > 100, "{inside} of {:?}", section.dim());
        for ((row, column), value) in section.indexed_iter() {
            let point = surface.point(row, column);
            assert_eq!(value.is_finite(), surface.is_inside(&lattice, [row, column]));
            if value.is_finite() {
                assert!((f64::from(*value) - ramp(point)).abs() < 1e-5, "{value} at {point:?}");
            }
        }
    }
}

#[test]
fn slices_are_the_voxels_bit_by_bit_whatever_lies_beside_them() {
    let cubes = Lattice { spacing: [0.1; 3], ..lattice() };
    let mut volume = volume(&cubes, |[z, y, x]| (7.0 * z).sin() + (3.0 * y).cos() * x);
    volume[[5, 6, 7]] = f32::NAN;
    for axis in 0..3 {
        for index in [0, 5, cubes.shape[axis] - 1] {
            let at = cubes.centre_of([index; 3])[axis];
            let surface = slice(&cubes, axis, at).unwrap();
            let section = cut(volume.view(), &cubes, &surface, PLAIN);
            let wanted = volume.index_axis(Along(axis), index);
            assert_eq!(section.dim(), wanted.dim());
            let same = section.iter().zip(wanted).all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same, "across {axis} at {index}");
            let slices = surface.slices(&cubes).unwrap();
            assert_eq!(slices, if axis == 0 { index..index + 1 } else { 0..cubes.shape[0] });
        }
    }
}

#[test]
fn slabs_of_any_size_give_the_same_bits() {
    let lattice = lattice();
    let volume = volume(&lattice, |[z, y, x]| (7.0 * z).sin() + (3.0 * y).cos() * x);
    let tilted = oblique(&lattice, lattice.middle(), Directions::Normal([0.5, -0.3, 0.8])).unwrap();
    let axis = Axis::free(lattice.middle(), [1.0, 0.3, -0.2]).unwrap();
    let round = cylinder(&lattice, &axis, [0.5, 1.4]).unwrap();
    for surface in [tilted.thick(2.0, 0.2).unwrap(), round] {
        for over in [Over::Mean, Over::Max, Over::Min] {
            let how = (Reading::Linear, over);
            let whole = cut(volume.view(), &lattice, &surface, how);
            for step in [1, 2, 7] {
                let mut gather = Gather::new(&surface, &lattice, how);
                for first in (0..lattice.shape[0] - 1).step_by(step) {
                    let end = (first + step + 1).min(lattice.shape[0]);
                    gather.add(first, volume.slice(s![first..end, .., ..]));
                }
                let parts = gather.finish();
                let same = parts.iter().zip(&whole).all(|(a, b)| a.to_bits() == b.to_bits());
                assert!(same, "{over:?}, slabs of {step}");
            }
        }
    }
}

#[test]
fn a_section_through_the_axis_has_radii_on_both_sides() {
    let (lattice, volume) = about_axis(|[z, y, x]| 2.0 * x - y + z);
    let angle = 0.7_f64;
    let surface = through_axis(&lattice, &Axis::upright([0.0; 2]), angle).unwrap();
    let section = cut(volume.view(), &lattice, &surface, PLAIN);
    let middle = surface.place([10.0, 0.0, 0.0]).at;
    assert_eq!(middle[0], 0.0);
    for ((row, column), value) in section.indexed_iter().filter(|(_, value)| value.is_finite()) {
        let radius = (column as f64 - middle[1]) * 0.1;
        let wanted = radius * (2.0 * angle.cos() - angle.sin()) + 10.0 + row as f64 * 0.1;
        assert!((f64::from(*value) - wanted).abs() < 1e-5, "{row} {column}: {value} {wanted}");
    }
    assert_eq!(section.nrows(), 12);
    assert!(section.ncols() >= 81);
}

#[test]
fn a_cylinder_unrolled_is_flat_and_a_roll_unrolled_rises_with_its_radius() {
    let (lattice, volume) = about_axis(|[_, y, x]| y.hypot(x));
    let axis = Axis::upright([0.0; 2]);
    let wall = cylinder(&lattice, &axis, [3.0, 3.0]).unwrap();
    let map = cut(volume.view(), &lattice, &wall, PLAIN);
    assert_eq!(map.dim(), (12, 189));
    assert!(map.iter().all(|value| (value - 3.0).abs() < 1e-3), "{map}");
    let thick = cylinder(&lattice, &axis, [2.0, 3.0]).unwrap();
    let mean = cut(volume.view(), &lattice, &thick, PLAIN);
    assert!(mean.iter().all(|value| (value - 2.5).abs() < 1e-3));
    let disc = roll(&lattice, &axis, (10.5, 3.5)).unwrap();
    let map = cut(volume.view(), &lattice, &disc, PLAIN);
    for ((row, _), value) in map.indexed_iter().filter(|((row, _), _)| *row > 10) {
        assert!((value - 0.1 * row as f32).abs() < 2e-3, "{row}: {value}");
    }
}

#[test]
fn a_slanted_rod_lies_where_it_is_on_the_unrolled_wall() {
    // A rod on the wall of radius 3: its angle rises with its height.
    let angle_at = |z: f64| 0.5 + 1.2 * (z - 10.0);
    let (lattice, volume) = about_axis(|[z, y, x]| {
        let (sin, cos) = angle_at(z).sin_cos();
        (-((x - 3.0 * cos).powi(2) + (y - 3.0 * sin).powi(2)) / 0.1).exp()
    });
    let wall = cylinder(&lattice, &Axis::upright([0.0; 2]), [3.0, 3.0]).unwrap();
    let map = cut(volume.view(), &lattice, &wall, PLAIN);
    for (row, line) in map.outer_iter().enumerate() {
        let brightest = (0..line.len()).max_by(|a, b| line[*a].total_cmp(&line[*b])).unwrap();
        let z = 10.0 + 0.1 * row as f64;
        let found = brightest as f64 / line.len() as f64 * TAU;
        assert!((found - angle_at(z)).abs() < 0.05, "row {row}: {found} {}", angle_at(z));
        let (sin, cos) = angle_at(z).sin_cos();
        let placed = wall.place([z, 3.0 * sin, 3.0 * cos]);
        assert!((placed.at[1] - brightest as f64).abs() < 1.5 && placed.away < 1e-9, "{placed:?}");
    }
}

#[test]
fn projections_are_those_of_the_voxels() {
    let lattice = Lattice { spacing: [0.1; 3], ..lattice() };
    let volume = volume(&lattice, |[z, y, x]| (7.0 * z).sin() + (3.0 * y).cos() * x);
    for axis in 0..3 {
        let ends = [2.0, 11.4].map(|k| lattice.first[axis] + 0.1 * k);
        let surface = projection(&lattice, axis, ends).unwrap();
        let taken = volume.slice_axis(Along(axis), (2..12).into());
        let fold = |over, first: f32, join: fn(f32, f32) -> f32| {
            let found = cut(volume.view(), &lattice, &surface, (Reading::Linear, over));
            let wanted = taken.fold_axis(Along(axis), first, |a, b| join(*a, *b));
            let away = (&found - &wanted).iter().fold(0.0_f32, |most, it| most.max(it.abs()));
            assert!(away == 0.0, "across {axis}, {over:?}: {away}");
        };
        fold(Over::Max, f32::MIN, f32::max);
        fold(Over::Min, f32::MAX, f32::min);
        let mean = cut(volume.view(), &lattice, &surface, PLAIN);
        let wanted = taken.mean_axis(Along(axis)).unwrap();
        assert!((&mean - &wanted).iter().all(|it| it.abs() < 1e-5));
    }
}

#[test]
fn another_volume_is_cut_at_the_same_place_through_a_transform() {
    let lattice = lattice();
    let here_from_other = Transform::rigid([0.1, -0.05, 0.2], [0.0, 3.0, 0.0], [0.3, -0.1, 0.2]);
    let other = volume(&lattice, |point| ramp(here_from_other.apply(point)));
    let back = here_from_other.inverse().unwrap();
    let surface = slice(&lattice, 0, 1.1).unwrap().moved(&back);
    let section = cut(other.view(), &lattice, &surface, PLAIN);
    let inside: Vec<_> = section.indexed_iter().filter(|(_, value)| value.is_finite()).collect();
    assert!(inside.len() > 100);
    for ((row, column), value) in inside {
        assert!((f64::from(*value) - ramp(surface.point(row, column))).abs() < 1e-5);
    }
}

#[test]
fn every_surface_knows_where_its_points_lie() {
    let (lattice, _) = about_axis(|_| 0.0);
    let axis = Axis::free([10.5, 0.1, -0.2], [1.0, 0.05, 0.02]).unwrap();
    let surfaces = [
        oblique(&lattice, [10.4, 0.3, 0.2], Directions::Normal([0.2, 0.7, -0.4])).unwrap(),
        through_axis(&lattice, &axis, 2.0).unwrap(),
        cylinder(&lattice, &axis, [1.5, 2.0]).unwrap(),
        roll(&lattice, &axis, (0.1, 3.0)).unwrap(),
    ];
    for surface in &surfaces {
        let [rows, columns] = surface.shape();
        let (row, column) = (rows / 2, columns / 3);
        let placed = surface.place(surface.point(row, column));
        let near = (placed.at[0] - row as f64).abs() + (placed.at[1] - column as f64).abs();
        assert!(near < 1e-6 && placed.away < 1e-9, "{placed:?}, wanted {row} {column}");
    }
    let far = surfaces[2].place(axis.at(0.0));
    assert!((far.away - 1.5).abs() < 1e-9, "a wall from 1.5 to 2 mm: {far:?}");
}

#[test]
fn labels_are_read_and_never_mixed() {
    let lattice = lattice();
    let labels = volume(&lattice, |[z, _, _]| if z > 0.0 { 7.0 } else { 2.0 });
    let surface = oblique(&lattice, lattice.middle(), Directions::Normal([0.5, 0.3, 0.8])).unwrap();
    let section = cut(labels.view(), &lattice, &surface, (Reading::Nearest, Over::Mean));
    assert!(section.iter().all(|value| value.is_nan() || *value == 7.0 || *value == 2.0));
    assert!([2.0, 7.0].iter().all(|label| section.iter().any(|value| value == label)));
}

#[test]
fn one_voxel_and_one_slice_are_volumes() {
    let one = Lattice { shape: [1; 3], first: [0.0; 3], spacing: [0.1; 3] };
    let volume = Array3::from_elem((1, 1, 1), 4.0_f32);
    let plane = oblique(&one, [0.0; 3], Directions::Normal([1.0, 1.0, 1.0])).unwrap();
    assert_eq!(cut(volume.view(), &one, &plane, PLAIN), ndarray::array![[4.0]]);
    let flat = Lattice { shape: [1, 9, 9], ..one };
    let upright = through_axis(&flat, &Axis::upright([0.4; 2]), FRAC_PI_2).unwrap();
    assert_eq!(upright.shape(), [1, 9]);
}

#[test]
fn bad_requests_say_what_was_expected() {
    let lattice = lattice();
    let says = |error: Result<Surface, SectionError>, words: &str| {
        let text = error.unwrap_err().to_string();
        assert!(text.contains(words), "{text}");
    };
    let normal = |normal| oblique(&lattice, [0.0; 3], Directions::Normal(normal));
    says(normal([0.0; 3]), "not all 0");
    says(normal([f64::NAN, 0.0, 1.0]), "not all 0");
    let both = Directions::RightDown([0.0, 0.0, 1.0], [0.0, 0.0, -2.0]);
    says(oblique(&lattice, [0.0; 3], both), "not parallel");
    says(slice(&lattice, 0, 99.0), "z -3 to 7 mm, y 1 to 5 mm, x -2 to 2.5 mm");
    says(slice(&lattice, 1, f64::NAN), "misses the volume");
    let axis = Axis::upright([3.0, 0.0]);
    says(through_axis(&lattice, &Axis::upright([90.0, 0.0]), 0.0), "misses the volume");
    says(cylinder(&lattice, &axis, [2.0, 1.0]), "the smaller radius first");
    says(cylinder(&lattice, &axis, [0.0, 1.0]), "a radius of 0 mm");
    says(cylinder(&lattice, &axis, [50.0, 51.0]), "a cylinder misses");
    says(roll(&lattice, &axis, (90.0, 2.0)), "a disc misses");
    says(projection(&lattice, 0, [0.1, 0.2]), "a projection misses");
    says(slice(&lattice, 0, 0.0).unwrap().thick(-1.0, 0.1), "a thickness of -1 mm");
    says(slice(&lattice, 0, 0.0).unwrap().thick(f64::NAN, 0.1), "a thickness");
    says(slice(&Lattice { shape: [0, 3, 3], ..lattice }, 0, 0.0), "at least one");
    assert!(
        Axis::free([0.0; 3], [0.0; 3]).is_err() && Axis::free([f64::NAN; 3], [1.0; 3]).is_err()
    );
}
