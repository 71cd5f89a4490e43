//! Path lengths through single solids against closed forms. Knows no cell.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use voltomo_acquire::simulate::material::Substance;
use voltomo_acquire::simulate::shape::{
    Ellipsoid, Part, Placement, Prism, Revolved, Scene, Sector, Solid, WaveRing,
};
use voltomo_acquire::simulate::{ColumnRays, PathLengths, RowRay, Sample};

fn materials(count: usize) -> Vec<Substance> {
    let substance = |k| Substance::formula(&format!("m{k}"), "Fe", 1.0).unwrap();
    (0..count).map(substance).collect()
}

fn scene(part: Part) -> Scene {
    Scene::new(materials(1), vec![part]).unwrap()
}

/// Length of one ray: the line stands `s` from the axis at `angle`, z + slope·t.
fn length(scene: &Scene, [s, angle]: [f64; 2], [z, slope]: [f64; 2]) -> f64 {
    let (sin, cos) = angle.sin_cos();
    let (origin, direction) = ([s * cos, -s * sin], [sin, cos]);
    let rows = [RowRay { z, slope }];
    let mut lengths = PathLengths::new(1, 1);
    scene.trace(&ColumnRays { origin, direction, rows: &rows }, &mut lengths);
    f64::from(lengths.material(0)[0])
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-5 * expected.max(1.0), "{found} for {expected}");
}

fn body(solid: Solid) -> Scene {
    scene(Part::body("body", 0, solid))
}

#[test]
fn a_cylinder_is_crossed_by_its_chord() {
    let cylinder = body(Solid::cylinder(5.0, [1.0, 9.0]));
    for s in [0.0f64, 2.0, 4.999] {
        near(length(&cylinder, [s, 0.7], [5.0, 0.0]), 2.0 * (25.0 - s * s).sqrt());
        let slope = 0.3f64;
        near(
            length(&cylinder, [s, 0.7], [5.0, slope]),
            2.0 * (25.0 - s * s).sqrt() * slope.hypot(1.0),
        );
    }
    assert_eq!(length(&cylinder, [5.1, 0.7], [5.0, 0.0]), 0.0);
    assert_eq!(length(&cylinder, [0.0, 0.7], [0.5, 0.0]), 0.0);
    // In through the side at t = −5, out through the lid at z = 9.
    near(length(&cylinder, [0.0, 0.1], [8.0, 0.5]), 7.0 * 0.5f64.hypot(1.0));
    // In through the floor and out through the lid.
    near(length(&cylinder, [1.0, 0.1], [5.0, 4.0]), 2.0 * 17f64.sqrt());
}

#[test]
fn a_tube_is_crossed_twice() {
    let tube = body(Solid::tube([4.0, 5.0], [0.0, 10.0]));
    for s in [0.0f64, 3.9, 4.0, 4.5] {
        let inner = 2.0 * (16.0 - s * s).max(0.0).sqrt();
        near(
            length(&tube, [s, 1.0], [5.0, 0.01]),
            (2.0 * (25.0 - s * s).sqrt() - inner) * 0.01f64.hypot(1.0),
        );
    }
}

#[test]
fn a_ball_and_an_ellipsoid_are_crossed_by_their_chords() {
    let ball = body(Solid::ball([1.0, 0.0, 2.0], 0.5));
    near(length(&ball, [1.0, 0.0], [2.3, 0.0]), 0.8);
    let (half_axes, centre) = ([3.0, 2.0, 1.0], [0.0, 0.0, 0.0]);
    let ellipsoid = body(Solid::Ellipsoid(Ellipsoid { centre, half_axes }));
    // Along y, at x = 1.2, z = 0.5: half chord 2·√(1 − 0.16 − 0.25).
    near(length(&ellipsoid, [1.2, 0.0], [0.5, 0.0]), 4.0 * 0.59f64.sqrt());
    let turned = Part::body("e", 0, Solid::Ellipsoid(Ellipsoid { centre, half_axes }))
        .placed(Placement::turned([0.0; 3], [0.0, 0.0, 1.0], std::f64::consts::FRAC_PI_2));
    near(length(&scene(turned), [1.2, 0.0], [0.5, 0.0]), 6.0 * (0.75f64 - 0.36).sqrt());
}

#[test]
fn a_cone_frustum_is_crossed_by_hyperbola_and_line() {
    // Radius 4 at z = 0, 2 at z = 4.
    let cone = body(Solid::revolved(vec![[0.0, 0.0], [4.0, 0.0], [2.0, 4.0], [0.0, 4.0]]));
    near(length(&cone, [1.0, 0.4], [2.0, 0.0]), 2.0 * 8f64.sqrt());
    // In the plane of the axis the ray z = 1 + t/2 meets r = 4 − z/2 at 3.5 = t·1.25, and
    // r = −t at −t = 3.5 − t/4, outside; there it leaves through the floor at t = −2.
    near(length(&cone, [0.0, 0.4], [1.0, 0.5]), (2.8 + 2.0) * 0.5f64.hypot(1.0));
}

#[test]
fn a_tilted_disc_is_crossed_through_its_faces() {
    // A spacer 1 mm thick, tilted by 30° about y: a ray along x rises in its frame by tan 30°.
    let angle = 30f64.to_radians();
    let part = Part::body("spacer", 0, Solid::cylinder(8.0, [-0.5, 0.5]));
    let tilted =
        scene(part.placed(Placement::tilted([0.0; 3], std::f64::consts::FRAC_PI_2, angle)));
    near(length(&tilted, [0.0, std::f64::consts::FRAC_PI_2], [0.0, 0.0]), 1.0 / angle.sin());
    // Along y it runs within the disc; at height h its middle is h / cos 30° from the axis... of
    // the disc's plane only at h = 0.
    near(length(&tilted, [0.0, 0.0], [0.0, 0.0]), 16.0);
}

#[test]
fn a_prism_is_crossed_through_its_slab_and_its_sides() {
    let cuboid = body(Solid::cuboid([-1.0, -2.0, 0.0], [1.0, 2.0, 3.0]));
    near(length(&cuboid, [0.5, 0.0], [1.0, 0.0]), 4.0);
    near(length(&cuboid, [0.0, std::f64::consts::FRAC_PI_4], [1.0, 0.0]), 2.0 * 2f64.sqrt());
    near(length(&cuboid, [0.0, 0.0], [2.0, 1.0]), 3.0 * 2f64.sqrt());
    // An S in (x, z), 4 mm wide along y: a level ray along x meets three legs of it.
    let outline = vec![
        [0.0, 0.0],
        [3.0, 0.0],
        [3.0, 2.0],
        [1.0, 2.0],
        [1.0, 3.0],
        [3.0, 3.0],
        [3.0, 4.0],
        [0.0, 4.0],
        [0.0, 1.0],
        [2.0, 1.0],
        [2.0, 0.5],
        [0.0, 0.5],
    ];
    let s_bend =
        Prism { outline, w: [-2.0, 2.0], origin: [0.0; 3], u: [1.0, 0.0, 0.0], v: [0.0, 0.0, 1.0] };
    let s_bend = body(Solid::Prism(s_bend));
    near(length(&s_bend, [0.0, std::f64::consts::FRAC_PI_2], [0.75, 0.0]), 1.0);
    near(length(&s_bend, [0.5, 0.0], [3.5, 0.0]), 4.0);
    near(length(&s_bend, [2.5, 0.0], [0.7, 0.0]), 4.0);
    assert_eq!(length(&s_bend, [1.5, 0.0], [0.7, 0.0]), 0.0);
}

#[test]
fn a_sector_keeps_its_part_of_the_turn() {
    let outline = vec![[1.0, 0.0], [2.0, 0.0], [2.0, 1.0], [1.0, 1.0]];
    let sector = |from: f64, width: f64| {
        let sector = Some(Sector { from: from.to_radians(), width: width.to_radians() });
        let outline = outline.clone();
        body(Solid::Revolved(Revolved { outline, centre: [0.0; 2], sector }))
    };
    let along_x = [0.1, std::f64::consts::FRAC_PI_2];
    let whole = 4f64 - 0.01;
    let one = whole.sqrt() - (1f64 - 0.01).sqrt();
    near(length(&sector(-30.0, 60.0), along_x, [0.5, 0.0]), one);
    near(length(&sector(-150.0, 300.0), along_x, [0.5, 0.0]), one);
    near(length(&sector(-150.0, 340.0), along_x, [0.5, 0.0]), 2.0 * one);
    near(length(&sector(-170.0, 340.0), along_x, [0.5, 0.0]), one);
    assert_eq!(length(&sector(30.0, 60.0), along_x, [0.5, 0.0]), 0.0);
}

/// Fine sampling of the slow twin along one ray.
fn sampled(scene: &Scene, [s, angle]: [f64; 2], [z, slope]: [f64; 2]) -> f64 {
    let (sin, cos) = angle.sin_cos();
    let step = 5e-4;
    let inside = |k: i32| {
        let t = (f64::from(k) + 0.5) * step;
        scene.material_at([s * cos + t * sin, -s * sin + t * cos, z + slope * t]).is_some()
    };
    let count = (-24_000..24_000).filter(|k| inside(*k)).count();
    count as f64 * step * slope.hypot(1.0)
}

#[test]
fn a_wave_spring_and_cut_solids_agree_with_fine_sampling() {
    let spring = WaveRing {
        centre: [0.1, -0.2],
        radius: [5.7, 7.7],
        z: 1.0,
        amplitude: 0.3,
        waves: 3,
        phase: 0.4,
        thickness: 0.25,
    };
    let dent = Solid::ball([8.0, 0.0, 0.0], 2.0).within(Solid::tube([6.5, 7.0], [-5.0, 5.0]));
    let holed = Solid::tube([2.0, 7.0], [0.5, 1.5]).without(Solid::cylinder(3.0, [0.0, 1.2]));
    for solid in [Solid::WaveRing(spring), dent, holed] {
        let part = Part::body("part", 0, solid);
        let scene = scene(part.placed(Placement::tilted([0.0, 0.0, 1.0], 0.3, 0.02)));
        for k in 0..24 {
            let ray = [f64::from(k) * 0.6 - 7.0, f64::from(k) * 0.9];
            let heights = [0.9 + 0.02 * f64::from(k), f64::from(k - 12) * 0.004];
            let (found, slow) = (length(&scene, ray, heights), sampled(&scene, ray, heights));
            assert!((found - slow).abs() < 2e-3 + 1e-4 * slow, "{k}: {found} for {slow}");
        }
    }
}

#[test]
fn a_ray_along_a_face_or_through_a_corner_gives_a_length_between_none_and_all() {
    let cylinder = body(Solid::cylinder(5.0, [0.0, 5.0]));
    near(length(&cylinder, [0.0, 0.0], [0.0, 0.0]), 10.0);
    assert_eq!(length(&cylinder, [0.0, 0.0], [5.0, 0.0]), 0.0);
    // Through the lower corner at t = −5 and the upper one at t = 5.
    let found = length(&cylinder, [0.0, 0.0], [2.5, 0.5]);
    assert!(found == 0.0 || (found - 125f64.sqrt()).abs() < 1e-5, "{found}");
}
