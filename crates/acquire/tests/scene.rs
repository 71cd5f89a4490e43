//! Scenes: what replaces what, what overlaps, what the voxels hold, and how fast it is traced.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::time::Instant;

use voltomo_acquire::simulate::material::Substance;
use voltomo_acquire::simulate::shape::{
    Ovality, Part, Placement, Roll, RollLayer, Scene, Solid, VoxelRequest, WaveRing,
};
use voltomo_acquire::simulate::{ColumnRays, PathLengths, RowRay, Sample};

fn materials(count: usize) -> Vec<Substance> {
    let substance = |k| Substance::formula(&format!("m{k}"), "Fe", 1.0).unwrap();
    (0..count).map(substance).collect()
}

fn lengths(scene: &Scene, [s, angle]: [f64; 2], rows: &[RowRay]) -> PathLengths {
    let (sin, cos) = angle.sin_cos();
    let (origin, direction) = ([s * cos, -s * sin], [sin, cos]);
    let mut lengths = PathLengths::new(scene.materials().len(), rows.len());
    scene.trace(&ColumnRays { origin, direction, rows }, &mut lengths);
    lengths
}

fn roll() -> Roll {
    let stack = [
        (0.095, 2),
        (0.015, 0),
        (0.095, 2),
        (0.02, 3),
        (0.07, 1),
        (0.015, 0),
        (0.07, 1),
        (0.02, 3),
    ];
    let layers = stack.iter().map(|&(thickness, material)| RollLayer {
        name: format!("layer {material}"),
        thickness,
        material,
        dry: None,
        z: [[2.0, 58.0], [1.0, 59.0], [1.5, 58.5], [0.5, 60.0]][material],
        turns: [0.0, f64::INFINITY],
        moves: material < 3,
    });
    let offsets = (0..18).map(|turn| 0.05 * f64::from(turn * turn % 7) - 0.15).collect();
    let layers = layers.collect();
    Roll { core_radius: 1.5, turns: 17.0, layers, offsets, ..Roll::default() }
}

/// A can with a groove and a lid, a roll, and forty other parts.
fn cell() -> Scene {
    let groove: Vec<[f64; 2]> = (0..=16)
        .map(|k| {
            let angle = std::f64::consts::PI * f64::from(k) / 16.0;
            [9.1 - 1.0 * angle.sin(), 61.5 - 0.8 * angle.cos()]
        })
        .collect();
    let inner = groove.iter().rev().map(|[r, z]| [r - 0.22, *z]);
    let mut outline = vec![[0.0, -0.3], [9.1, -0.3]];
    outline.extend(&groove);
    outline.extend([[9.1, 65.0], [7.6, 65.0], [7.6, 64.8], [8.88, 64.8]]);
    outline.extend(inner);
    outline.extend([[8.88, 0.0], [0.0, 0.0]]);
    let mut parts =
        vec![Part::body("can", 4, Solid::revolved(outline)), Part::roll("roll", roll())];
    for k in 0..30 {
        let low = 62.4 + 0.07 * f64::from(k);
        let radius = [0.2 + 0.2 * f64::from(k), 7.0];
        parts.push(Part::body(format!("ring {k}"), 5, Solid::tube(radius, [low, low + 0.06])));
    }
    for k in 0..9 {
        let at = [0.9 * f64::from(k) - 4.0, 2.0, 7.0 * f64::from(k) + 1.0];
        parts.push(Part::over(format!("particle {k}"), 6, Solid::ball(at, 0.15)));
    }
    Scene::new(materials(7), parts).unwrap()
}

#[test]
fn parts_over_others_replace_them_in_order() {
    let parts = vec![
        Part::body("block", 0, Solid::cuboid([-5.0; 3], [5.0; 3])),
        Part::over("pool", 1, Solid::cuboid([-5.0, -2.0, -1.0], [5.0, 2.0, 1.0])),
        Part::over("bubble", 2, Solid::ball([0.0; 3], 1.0)),
    ];
    let scene = Scene::new(materials(3), parts).unwrap();
    let rows = [0.0, 0.6, 2.0].map(|z| RowRay { z, slope: 0.0 });
    let found = lengths(&scene, [0.0, 0.0], &rows);
    for (material, expected) in
        [[6.0, 6.0, 10.0], [2.0, 2.4, 0.0], [2.0, 1.6, 0.0]].iter().enumerate()
    {
        for (found, expected) in found.material(material).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{material}: {found} for {expected}");
        }
    }
    assert_eq!(scene.material_at([0.0, 0.0, 0.5]), Some(2));
    assert_eq!(scene.material_at([0.0, 1.5, 0.5]), Some(1));
    assert_eq!(scene.part_at([0.0, 2.5, 0.5]), Some(0));
    assert_eq!(scene.part_at([0.0, 5.5, 0.5]), None);
}

#[test]
fn an_oval_cylinder_is_as_long_as_it_is_squeezed() {
    let parts = vec![Part::body("rod", 0, Solid::cylinder(5.0, [0.0, 1.0]))];
    let oval = Ovality { along: 1.1, across: 0.9, angle: 0.3 };
    let scene = Scene::new(materials(1), parts).unwrap().with_ovality(oval).unwrap();
    // The beam of angle θ runs along (sin θ, cos θ): along the squeeze's angle at π/2 − 0.3.
    let angle = std::f64::consts::FRAC_PI_2 - 0.3;
    for (angle, expected) in [(angle, 11.0), (angle - std::f64::consts::FRAC_PI_2, 9.0)] {
        let rows = [0.0, 0.01].map(|slope| RowRay { z: 0.5, slope });
        let found = lengths(&scene, [0.0, angle], &rows);
        assert!((found.material(0)[0] - expected).abs() < 1e-5);
        assert!((found.material(0)[1] - expected * 1.00005).abs() < 1e-4);
    }
    assert!((scene.bounds().radius - 5.5).abs() < 1e-6);
    let refused = scene.with_ovality(Ovality { along: 3.0, ..oval }).unwrap_err();
    assert!(refused.to_string().contains("scales by 3 along"), "{refused}");
}

/// What rows share must not depend on which rows are asked for together.
#[test]
fn rows_together_and_rows_alone_have_the_same_bits() {
    let cell = cell();
    for slope in [0.0, 0.07] {
        let rows: Vec<RowRay> =
            (0..700).map(|k| RowRay { z: 66.0 - 0.1 * f64::from(k), slope }).collect();
        let together = lengths(&cell, [1.3, 0.4], &rows);
        for (row, ray) in rows.iter().enumerate().step_by(7) {
            let alone = lengths(&cell, [1.3, 0.4], std::slice::from_ref(ray));
            for material in 0..7 {
                assert_eq!(alone.material(material)[0], together.material(material)[row]);
            }
        }
    }
}

#[test]
fn a_traced_cell_agrees_with_its_slow_twin() {
    let cell = cell();
    let step = 1e-3;
    for k in 0..30 {
        let (s, z) = (f64::from(k) * 0.55 - 8.2, 64.9 - 0.21 * f64::from(k));
        let slope = [0.0, 0.05, -0.15][usize::try_from(k % 3).unwrap()];
        let (sin, cos) = f64::from(k).sin_cos();
        let found = lengths(&cell, [s, f64::from(k)], &[RowRay { z, slope }]);
        let mut slow = [0.0f64; 7];
        for k in -9500..9500 {
            let t = (f64::from(k) + 0.5) * step;
            let point = [s * cos + t * sin, -s * sin + t * cos, z + slope * t];
            if let Some(material) = cell.material_at(point) {
                slow[material] += step * slope.hypot(1.0);
            }
        }
        let path: f64 = slow.iter().sum();
        for (material, slow) in slow.iter().enumerate() {
            let found = f64::from(found.material(material)[0]);
            // Steps of 1 µm err by some µm over the edges of forty sheets.
            assert!((found - slow).abs() < 1e-3 * path + 1e-2, "{k}, {material}: {found}, {slow}");
        }
    }
}

#[test]
fn parts_that_share_a_place_are_named_and_parts_that_touch_are_not() {
    let names = |parts: Vec<Part>| -> Vec<[String; 2]> {
        let found = Scene::new(materials(7), parts).unwrap().overlaps(100);
        found.into_iter().map(|overlap| overlap.parts).collect()
    };
    let can = || Part::body("can", 0, Solid::tube([8.88, 9.1], [0.0, 65.0]));
    let disc = |radius: f64, z: [f64; 2]| Part::body("disc", 1, Solid::cylinder(radius, z));
    let floor = || Part::body("floor", 2, Solid::cylinder(8.88, [0.0, 0.3]));
    assert!(names(vec![can(), floor(), disc(8.88, [0.3, 0.31])]).is_empty());
    assert_eq!(names(vec![can(), floor(), disc(8.89, [0.3, 0.31])]), [["can", "disc"]]);
    assert_eq!(names(vec![can(), floor(), disc(8.88, [0.295, 2.0])]), [["floor", "disc"]]);
    let tilted = disc(8.0, [0.4, 0.5]).placed(Placement::tilted([0.0, 0.0, 0.45], 1.0, 0.03));
    assert_eq!(names(vec![can(), floor(), tilted]), [["floor", "disc"]]);
    let tab = |low: f64| Part::body("tab", 3, Solid::cuboid([3.0, -2.0, low], [3.1, 2.0, 64.0]));
    assert_eq!(names(vec![Part::roll("roll", roll()), tab(59.0)]), [["roll", "tab"]]);
    assert!(names(vec![Part::roll("roll", roll()), tab(60.001)]).is_empty());
    let wide = Roll { core_radius: 2.0, ..roll() };
    assert_eq!(names(vec![can(), Part::roll("roll", wide)]), [["can", "roll"]]);
    let over = Part::over("particle", 1, Solid::ball([5.0, 0.0, 30.0], 1.0));
    assert!(
        names(vec![can(), Part::roll("roll", Roll { turns: 16.0, ..roll() }), over]).is_empty()
    );
    assert_eq!(cell().overlaps(50), []);
    let spring = |z: f64| {
        let (centre, radius) = ([0.0; 2], [5.7, 7.7]);
        let (amplitude, waves, phase, thickness) = (0.25, 3, 0.0, 0.25);
        let ring = WaveRing { centre, radius, z, amplitude, waves, phase, thickness };
        Part::body("spring", 4, Solid::WaveRing(ring))
    };
    let between = |z: f64| vec![disc(8.0, [0.0, 1.0]), spring(z), floor_at(1.75)];
    assert!(names(between(1.375)).is_empty());
    assert_eq!(names(between(1.37)), [["disc", "spring"]]);
    assert_eq!(names(between(1.38)), [["spring", "cap"]]);
}

fn floor_at(z: f64) -> Part {
    Part::body("cap", 5, Solid::cylinder(8.0, [z, z + 0.25]))
}

#[test]
fn bad_parts_are_refused_by_name() {
    let refused = |part: Part| Scene::new(materials(2), vec![part]).unwrap_err().to_string();
    let message = refused(Part::body("lid", 5, Solid::cylinder(1.0, [0.0, 1.0])));
    assert_eq!(message, "part `lid` is made of material 5, but the scene has 2 materials");
    let message = refused(Part::body("lid", 0, Solid::tube([1.0, 1.0], [0.0, 1.0])));
    assert!(message.contains("`lid`: an outline that encloses nothing"), "{message}");
    let message = refused(Part::body("lid", 0, Solid::tube([-1.0, 1.0], [0.0, 1.0])));
    assert!(message.contains("an outline at radius -1"), "{message}");
    let message = refused(Part::over("speck", 0, Solid::ball([0.0; 3], f64::NAN)));
    assert!(message.contains("`speck`: an ellipsoid with half axes"), "{message}");
    let message = refused(Part::roll("roll", Roll { layers: Vec::new(), ..roll() }));
    assert!(message.contains("a roll without layers; expected one or more"), "{message}");
    let message = refused(Part::roll("roll", Roll { turns: f64::NAN, ..roll() }));
    assert!(message.contains("NaN turns"), "{message}");
}

fn grid(samples: usize) -> VoxelRequest {
    let first = [65.5, -9.45, -9.45];
    VoxelRequest { shape: [90, 64, 64], voxel: 0.3, first, samples }
}

#[test]
fn voxels_hold_the_volume_of_each_material() {
    let parts = vec![
        Part::body("ball", 0, Solid::ball([0.4, 0.0, 55.0], 6.0)),
        Part::over("core", 1, Solid::cylinder(2.0, [50.0, 60.0])),
    ];
    let oval = Ovality { along: 1.05, across: 0.97, angle: 0.4 };
    let scene = Scene::new(materials(2), parts).unwrap().with_ovality(oval).unwrap();
    let lists = [vec![1.0, 0.0], vec![0.0, 2.0]];
    let voxels = scene.voxels(&grid(3), 0..90, &lists);
    let volume = |values: &ndarray::Array3<f32>| {
        values.iter().map(|value| f64::from(*value)).sum::<f64>() * 0.027
    };
    let squeeze = 1.05 * 0.97;
    let core = volume(&voxels.attenuations[1]) / 2.0;
    let expected = std::f64::consts::PI * 40.0 * squeeze;
    assert!((core - expected).abs() < 2e-3 * expected, "{core} for {expected}");
    // Along x the ball stands 0.4 mm beside the core: the core's own part of it by sampling.
    assert!(volume(&voxels.attenuations[0]) > 700.0);
    for ((z, y, x), label) in voxels.labels.indexed_iter() {
        let [z, y, x] = [65.5 - 0.3 * z as f64, -9.45 + 0.3 * y as f64, -9.45 + 0.3 * x as f64];
        let corners = (0..27).map(|k| {
            let of = |n: i32| 0.14 * f64::from(n % 3 - 1);
            scene.material_at([x + of(k), y + of(k / 3), z + of(k / 9)])
        });
        let mut kinds: Vec<Option<usize>> = corners.collect();
        kinds.dedup();
        if let [kind] = kinds[..] {
            assert_eq!(usize::from(*label), kind.map_or(0, |kind| kind + 1), "{x} {y} {z}");
        }
    }
}

/// Flat faces at any height, also two in one voxel and one within the height of a slope: the share
/// of each voxel is exact.
#[test]
fn voxels_cut_by_flat_faces_hold_their_exact_share() {
    let tray = [[0.0, 10.0], [5.0, 10.0], [6.0, 11.0], [6.0, 10.47], [7.0, 10.47], [7.0, 9.0]];
    let parts = vec![
        Part::body("tray", 0, Solid::revolved(tray.into_iter().chain([[0.0, 9.0]]).collect())),
        Part::body("plate", 1, Solid::cylinder(4.0, [10.113, 10.206])),
        Part::over("chip", 2, Solid::cuboid([-1.0, -1.0, 9.481], [1.0, 1.0, 9.5])),
    ];
    let scene = Scene::new(materials(3), parts).unwrap();
    let lists = [0, 1, 2].map(|kind| (0..3).map(|k| f64::from(u8::from(k == kind))).collect());
    let request =
        VoxelRequest { shape: [20, 3, 3], voxel: 0.1, first: [10.85, 0.0, 0.0], samples: 3 };
    let voxels = scene.voxels(&request, 0..20, &lists);
    let share = |kind: usize, low: f64| {
        let slice = ((10.8 - low) / 0.1).round();
        f64::from(voxels.attenuations[kind][[voltomo_numeric::cast::to_index(slice), 1, 1]])
    };
    let close =
        |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-5, "{found} {wanted}");
    close(share(1, 10.1), 0.87);
    close(share(1, 10.2), 0.06);
    close(share(2, 9.4), 0.19);
    close(share(0, 9.4), 0.81);
    close(share(0, 9.9), 1.0);
    close(share(0, 10.0), 0.0);
    let rim = VoxelRequest { first: [10.45, 0.0, 6.45], ..request };
    let rim = scene.voxels(&rim, 0..20, &lists);
    close(f64::from(rim.attenuations[0][[0, 1, 1]]), 0.7);
}

#[test]
fn voxels_do_not_depend_on_slab_or_threads() {
    let (cell, lists) = (cell(), [vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]]);
    let whole = cell.voxels(&grid(2), 0..90, &lists);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    for range in [0..1, 1..40, 40..90] {
        let part = pool.install(|| cell.voxels(&grid(2), range.clone(), &lists));
        for (k, slice) in range.enumerate() {
            let index = ndarray::s![k, .., ..];
            let at = ndarray::s![slice, .., ..];
            assert_eq!(part.labels.slice(index), whole.labels.slice(at));
            assert_eq!(part.attenuations[0].slice(index), whole.attenuations[0].slice(at));
        }
    }
}

/// Times a column and its rows; printed, never judged: run with `--ignored --nocapture`.
#[test]
#[ignore = "slow: a timing for people to read"]
fn slow_timing_of_columns_rows_and_voxels() {
    let cell = cell();
    for (name, slope, [low, high]) in [
        ("parallel, middle", 0.0, [5.0, 55.0]),
        ("cone, middle", 0.1, [5.0, 55.0]),
        ("parallel, top", 0.0, [56.0, 65.0]),
        ("cone, top", 0.1, [56.0, 65.0]),
    ] {
        for count in [1, 501] {
            let z = |k: i32| low + (high - low) * f64::from(k) / 500.0;
            let rows: Vec<RowRay> = (0..count).map(|k| RowRay { z: z(k), slope }).collect();
            let start = Instant::now();
            let mut sum = 0.0;
            for k in 0..400 {
                let s = -9.0 + 0.045 * f64::from(k);
                sum += lengths(&cell, [s, f64::from(k)], &rows).material(0)[0];
            }
            let micro = start.elapsed().as_secs_f64() / 400.0 * 1e6;
            println!("{name}: {count} rows {micro:.1} µs a column ({sum:.1})");
        }
    }
    let start = Instant::now();
    let first = [65.3, -9.618, -9.618];
    let request = VoxelRequest { shape: [774, 230, 230], voxel: 0.084, first, samples: 3 };
    let lists = [vec![0.1; 7], vec![0.2; 7]];
    let voxels = cell.voxels(&request, 0..774, &lists);
    println!("voxels: {:.1} s ({})", start.elapsed().as_secs_f64(), voxels.labels[[300, 100, 50]]);
}
