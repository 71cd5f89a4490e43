//! Renders a raw volume: `render_raw FILE Z Y X VOXEL_MM OUT.png [KEY=VALUE …]`. The numbers are
//! little-endian f32, or labels of a byte with `labels=yes`. Keys: probe azimuth elevation zoom
//! wedge=FROM,TO upside_down view=perspective background=DARK size=W,H turn=FRAMES hide=LABEL,…
//! caption=Z,Y,X,TEXT (mm from the middle; may be given again).
#![allow(clippy::unwrap_used, reason = "an example may stop")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use ndarray::Array3;
use voltomo_numeric::cast::to_index;
use voltomo_show::picture::write_png;
use voltomo_show::render::{
    Caption, Cut, LabelsToRender, Projection, RenderStyle, Renderer, VolumeToRender, turntable,
    write_turntable,
};
use voltomo_types::{LengthUnit, Material, Probe, VoxelGrid};

/// What a picture of a raw volume is asked to be.
#[derive(Default)]
struct Wish {
    style: RenderStyle,
    frames: usize,
    are_labels: bool,
}

impl Wish {
    fn take(&mut self, word: &str) {
        let (key, value) = word.split_once('=').unwrap();
        let numbers: Vec<f64> = value.split(',').filter_map(|part| part.parse().ok()).collect();
        let style = &mut self.style;
        match key {
            "probe" if value == "neutron" => style.probe = Some(Probe::Neutron),
            "probe" => style.probe = Some(Probe::Xray),
            "azimuth" => style.camera.azimuth_degrees = numbers[0],
            "elevation" => style.camera.elevation_degrees = numbers[0],
            "zoom" => style.camera.zoom = numbers[0],
            "size" => style.camera.size = [0, 1].map(|at| to_index(numbers[at])),
            "wedge" => {
                style.cuts.push(Cut::upright_wedge([0.0, 0.0], [numbers[0], numbers[1]]));
            }
            "upside_down" => style.camera.is_upside_down = true,
            "view" => {
                style.camera.projection = Projection::Perspective { field_of_view_degrees: 30.0 };
            }
            "background" => style.background = [22, 24, 29],
            "turn" => self.frames = value.parse().unwrap(),
            "labels" => self.are_labels = true,
            "hide" => {
                let labels = value.split(',').filter_map(|label| label.parse::<u8>().ok());
                style.label_opacity.extend(labels.map(|label| (label, 0.0)));
            }
            "caption" => {
                let text = value.splitn(4, ',').last().unwrap().into();
                let at = [0, 1, 2].map(|axis| numbers[axis]);
                style.captions.push(Caption { at, text });
            }
            other => panic!("`{other}` is no key"),
        }
    }
}

fn draw(mut renderer: Renderer, frames: usize, out: &Path) {
    let begin = Instant::now();
    if frames > 0 {
        write_turntable(turntable(&mut renderer, frames), out, 15.0).unwrap();
    } else {
        write_png(&renderer.picture(), out).unwrap();
    }
    println!("{:?}\ndone in {:.2} s", renderer.transfer(), begin.elapsed().as_secs_f64());
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let shape = [1, 2, 3].map(|at| words[at].parse::<usize>().unwrap());
    let voxel = words[4].parse().unwrap();
    let mut wish = Wish::default();
    words[6..].iter().for_each(|word| wish.take(word));
    let first = shape.map(|side| -0.5 * (side - 1) as f64 * voxel);
    let grid = VoxelGrid { shape, voxel, first, unit: LengthUnit::Millimetre };
    let bytes = std::fs::read(&words[0]).unwrap();
    let out = Path::new(&words[5]);
    if wish.are_labels {
        let labels = Array3::from_shape_vec(shape, bytes).unwrap();
        let named = Material::ALL.map(|it| (usize::from(it.number()), it.name().to_owned()));
        let names = BTreeMap::from(named);
        let given = LabelsToRender { labels: labels.view(), grid, names: &names };
        return draw(Renderer::of_labels(&given, &wish.style).unwrap(), wish.frames, out);
    }
    let floats = bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap()));
    let attenuation = Array3::from_shape_vec(shape, floats.collect()).unwrap();
    drop(bytes);
    let given = VolumeToRender { attenuation: attenuation.view(), grid };
    draw(Renderer::of_volume(&given, &wish.style).unwrap(), wish.frames, out);
}
