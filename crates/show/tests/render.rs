//! Renderings as their callers see them: labels, captions, turntables and users' mistakes.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::collections::BTreeMap;

use ndarray::Array3;
use voltomo_show::picture::{Picture, label_colour};
use voltomo_show::render::{
    Camera, Caption, ControlPoint, Cut, LabelsToRender, Projection, RenderStyle, Renderer, Shading,
    TransferFunction, VolumeToRender, render, render_labels, turntable, working_bytes,
    write_turntable,
};
use voltomo_types::{LengthUnit, VoxelGrid};

fn grid(shape: [usize; 3]) -> VoxelGrid {
    let first = shape.map(|side| -0.05 * (side as f64 - 1.0));
    VoxelGrid { shape, voxel: 0.1, first, unit: LengthUnit::Millimetre }
}

fn style() -> RenderStyle {
    let camera = Camera { size: [320, 260], ..Camera::default() };
    RenderStyle { camera, ..RenderStyle::default() }
}

/// A ball of 2 in air.
fn ball(side: usize) -> Array3<f32> {
    let middle = (side - 1) as f32 / 2.0;
    Array3::from_shape_fn([side; 3], |(z, y, x)| {
        let [z, y, x] = [z, y, x].map(|at| at as f32 - middle);
        if (z * z + y * y + x * x).sqrt() < 0.7 * middle { 2.0 } else { 0.0 }
    })
}

fn volume(values: &Array3<f32>) -> VolumeToRender<'_> {
    let (depth, rows, columns) = values.dim();
    VolumeToRender { attenuation: values.view(), grid: grid([depth, rows, columns]) }
}

/// A ball of label 2 in a shell of label 1 in nothing.
fn labels() -> Array3<u8> {
    Array3::from_shape_fn([40; 3], |(z, y, x)| {
        let [z, y, x] = [z, y, x].map(|at| at as f32 - 19.5);
        match (z * z + y * y + x * x).sqrt() {
            away if away < 8.0 => 2,
            away if away < 15.0 => 1,
            _ => 0,
        }
    })
}

fn label_image(labels: &Array3<u8>, style: &RenderStyle) -> Picture {
    let names = BTreeMap::new();
    let given = LabelsToRender { labels: labels.view(), grid: grid([40; 3]), names: &names };
    Renderer::of_labels(&given, style).unwrap().image()
}

#[test]
fn labels_have_their_colours_on_faces_and_in_full_light() {
    let labels = labels();
    let mut look = style();
    look.shading =
        Shading { ambient: 1.0, diffuse: 0.0, specular: 0.0, occlusion: 0.0, ..look.shading };
    let middle = |picture: &Picture| picture.at(160, 130).unwrap();
    assert_eq!(middle(&label_image(&labels, &look)), label_colour(1));
    let mut hidden = look.clone();
    hidden.label_opacity = BTreeMap::from([(1, 0.0)]);
    assert_eq!(middle(&label_image(&labels, &hidden)), label_colour(2));
    let mut glass = look.clone();
    glass.label_opacity = BTreeMap::from([(1, 0.25)]);
    let seen = middle(&label_image(&labels, &glass));
    for channel in 0..3 {
        let [one, two] = [1, 2].map(|label| f64::from(label_colour(label)[channel]));
        let expected = 0.25 * one + 0.75 * two;
        assert!((f64::from(seen[channel]) - expected).abs() < 2.0, "{seen:?}");
    }
    let mut cut = style();
    cut.camera.azimuth_degrees = 0.0;
    cut.camera.elevation_degrees = 0.0;
    cut.cuts = vec![Cut::Plane { point: [0.0; 3], normal: [0.0, 0.0, 1.0] }];
    assert_eq!(middle(&label_image(&labels, &cut)), label_colour(2), "no lamp on a face");
}

#[test]
fn the_rim_of_a_body_is_not_dark() {
    let mut look = style();
    look.shading.specular = 0.0;
    let image = label_image(&labels(), &look);
    let bright = f64::from(label_colour(1)[0]);
    for y in 0..image.height() {
        for x in 0..image.width() {
            let seen = f64::from(image.at(x, y).unwrap()[0]);
            assert!(seen > 0.45 * bright, "{seen} of {bright} at {x}, {y}");
        }
    }
}

#[test]
fn a_caption_points_at_its_point() {
    let values = ball(40);
    let mut look = style();
    look.captions = vec![Caption { at: [0.9, 0.7, 1.0], text: "dent".into() }];
    let plain = RenderStyle { captions: Vec::new(), ..look.clone() };
    let at =
        Renderer::of_volume(&volume(&values), &look).unwrap().project([0.9, 0.7, 1.0]).unwrap();
    let [with, without] = [look, plain].map(|look| render(&volume(&values), &look).unwrap());
    // The image lies 24 pixels from the left and from the top of a picture without a title.
    let differs = |x: usize, y: usize| with.at(x, y) != without.at(x, y);
    let [x, y] = at.map(|part| voltomo_numeric::cast::to_index(part) + 24);
    let near = (x - 3..x + 3).flat_map(|x| (y - 3..y + 3).map(move |y| (x, y)));
    assert!(near.clone().any(|(x, y)| differs(x, y)), "an arrow ends at {at:?}");
    let beyond = (x + 8..300).all(|x| !differs(x, y));
    let before = (24..x - 8).all(|x| !differs(x, y));
    assert!(beyond || before, "and comes from one side");
}

#[test]
fn a_turntable_turns_once_and_runs_for_ever() {
    let values =
        Array3::from_shape_fn([24; 3], |(_, y, x)| if x > 12 && y > 8 { 2.0 } else { 0.0 });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("turn.png");
    let given = volume(&values);
    let mut renderer = Renderer::of_volume(&given, &style()).unwrap();
    let first = renderer.picture();
    let frames: Vec<_> = turntable(&mut renderer, 4).collect();
    assert_eq!((frames.len(), &frames[0]), (4, &first));
    assert!(frames[1] != frames[0] && frames[2] != frames[0]);
    write_turntable(turntable(&mut renderer, 4), &path, 12.5).unwrap();
    let file = std::io::BufReader::new(std::fs::File::open(&path).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let control = reader.info().animation_control.unwrap();
    assert_eq!((control.num_frames, control.num_plays), (4, 0));
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    for frame in &frames {
        reader.next_frame(&mut bytes).unwrap();
        assert_eq!(bytes, frame.bytes());
    }
    let none = write_turntable(Vec::new().into_iter(), &path, 10.0).unwrap_err();
    assert!(none.to_string().contains("0 by 0"), "{none}");
}

#[test]
fn any_shape_and_any_number_gives_a_picture() {
    let shapes = [[1, 1, 1], [1, 30, 30], [30, 1, 7], [9, 40, 3]];
    for shape in shapes {
        let values = Array3::from_shape_fn(shape, |(z, y, x)| ((z + y + x) % 5) as f32 - 1.0);
        let picture = render(&volume(&values), &style()).unwrap();
        assert!(picture.width() > 320);
    }
    let same = Array3::from_elem([8; 3], -2.0);
    assert!(render(&volume(&same), &style()).is_ok(), "all below air: an empty picture");
    let mut holes = ball(30);
    holes[[15, 15, 15]] = f32::NAN;
    holes[[2, 2, 2]] = f32::INFINITY;
    let mut look = style();
    look.transfer = Some(TransferFunction {
        colour_map: voltomo_show::picture::ColourMap::Grey,
        colour_limits: [0.0, 2.0],
        opacity: vec![ControlPoint { attenuation: -10.0, opacity: 3.0 }],
    });
    assert!(render(&volume(&holes), &look).is_ok());
    let turned = holes.view().permuted_axes([2, 1, 0]);
    let turned = VolumeToRender { attenuation: turned, grid: grid([30; 3]) };
    assert!(render(&turned, &style()).is_ok(), "another order in memory");
}

#[test]
fn from_within_the_volume_there_is_a_picture_too() {
    let values = ball(40);
    let mut look = style();
    look.camera.projection = Projection::Perspective { field_of_view_degrees: 60.0 };
    look.camera.zoom = 40.0;
    let image = Renderer::of_volume(&volume(&values), &look).unwrap().image();
    assert!(image.bytes().iter().any(|level| *level < 250));
}

#[test]
fn the_bytes_beside_a_volume_are_told_and_few() {
    let bytes = working_bytes([512; 3], [1600, 1200]);
    assert!(bytes < 512 * 512 * 512 * 4 / 5, "{bytes}");
}

#[test]
fn bad_volumes_are_refused_with_a_reason() {
    let refused = |values: Array3<f32>, grid: VoxelGrid| {
        let given = VolumeToRender { attenuation: values.view(), grid };
        render(&given, &style()).unwrap_err().to_string()
    };
    let empty = refused(Array3::zeros([0, 4, 4]), grid([0, 4, 4]));
    assert!(empty.contains("[0, 4, 4]") && empty.contains("at least one voxel"), "{empty}");
    let none = refused(Array3::from_elem([4; 3], f32::NAN), grid([4; 3]));
    assert!(none.contains("no finite number"), "{none}");
    let other = refused(Array3::zeros([4; 3]), grid([4, 4, 5]));
    assert!(other.contains("[4, 4, 5]"), "{other}");
    let flat = refused(Array3::zeros([4; 3]), VoxelGrid { voxel: 0.0, ..grid([4; 3]) });
    assert!(flat.contains("edge"), "{flat}");
}

type Change<'a> = &'a dyn Fn(&mut RenderStyle);

#[test]
fn bad_settings_are_refused_by_their_key() {
    let values = ball(12);
    let refused = |change: Change| {
        let mut look = style();
        change(&mut look);
        render(&volume(&values), &look).unwrap_err().to_string()
    };
    let wedge = |degrees: [f64; 2]| Cut::upright_wedge([0.0; 2], degrees);
    let cases: [(Change, &str); 9] = [
        (&|it| it.camera.zoom = 0.0, "camera.zoom"),
        (&|it| it.camera.zoom = f64::NAN, "camera.zoom"),
        (&|it| it.camera.size = [0, 10], "camera.size"),
        (&|it| it.camera.elevation_degrees = 91.0, "camera.elevation_degrees"),
        (&|it| it.cuts = vec![wedge([30.0, 30.0])], "cuts[0].wedge.degrees"),
        (&|it| it.cuts = vec![wedge([0.0, 90.0]), wedge([0.0, 360.0])], "cuts[1].wedge.degrees"),
        (&|it| it.step = 0.0, "step"),
        (&|it| it.anti_aliasing = 0, "anti_aliasing"),
        (&|it| it.label_opacity = BTreeMap::from([(3, 1.5)]), "label_opacity.3"),
    ];
    for (change, key) in cases {
        let message = refused(change);
        assert!(message.contains(key) && message.contains("expected"), "{message}");
    }
    let names = BTreeMap::new();
    let none = Array3::zeros([0, 0, 0]);
    let none = LabelsToRender { labels: none.view(), grid: grid([0; 3]), names: &names };
    assert!(render_labels(&none, &style()).is_err());
}
