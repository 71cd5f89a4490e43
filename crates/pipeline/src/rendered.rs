//! A volume on disk in its light, cut open, as a picture or turning round. Draws nothing itself.

use std::path::{Path, PathBuf};

use voltomo_show::ShowError;
use voltomo_show::picture::{ColourMap, Picture};
use voltomo_show::render::{
    Camera, Cut, RenderStyle, Renderer, Turntable, VolumeToRender, turntable, working_bytes,
    write_turntable,
};
use voltomo_types::{Problem, VoxelGrid};

use crate::disk::check_disk;
use crate::error::RunError;
use crate::memory::Bytes;
use crate::preview::{check_name, write};
use crate::volume_input::{VolumeInput, VolumeRequest};
use crate::watch::{Watch, refuse_cancelled};
use crate::whole_file::WholeFile;
use crate::whole_volumes::{Reading, check_memory};

/// Pictures a second of a turning volume.
const PER_SECOND: f64 = 12.0;

/// How a volume is rendered.
#[derive(Debug, Clone)]
pub struct RenderOptions {
    /// The volume.
    pub volume: VolumeRequest,
    /// Where the viewer stands about the upright axis and above the ground, degrees.
    pub view_degrees: [f64; 2],
    /// Whether small z is up, as in cells that stand with their lid at slice 0.
    pub is_upside_down: bool,
    /// 1 shows all of it.
    pub zoom: f64,
    /// A wedge that is taken away about the middle of the volume, degrees from +x towards +y.
    pub wedge_degrees: Option<[f64; 2]>,
    /// All beyond this height is taken away, mm of the volume's frame, upwards.
    pub cut_above_mm: Option<f64>,
    /// Colours.
    pub colours: ColourMap,
    /// Pixels across and down.
    pub size: [usize; 2],
    /// So many pictures of a whole turn, as one animated PNG.
    pub turntable: Option<usize>,
    /// The file.
    pub out: PathBuf,
    /// Memory allowed.
    pub memory: Option<Bytes>,
}

/// Renders a volume into a PNG. Memory: the volume, and what the renderer says.
///
/// # Errors
/// No volume there, or one in which nothing stands out; settings that cannot be used; a file that
/// cannot be written.
pub fn render_volume(options: &RenderOptions, watch: &dyn Watch) -> Result<Vec<String>, RunError> {
    check_name(&options.out)?;
    let input = VolumeInput::open(&options.volume)?;
    let style = style(options, input.grid());
    check(options, &style, &input)?;
    let mut reading = Reading::begin(&[&input], &options.out, watch);
    let volume = reading.read(&input)?;
    reading.end();
    let shown = VolumeToRender { attenuation: volume.attenuation.view(), grid: volume.grid };
    watch.begin_unwritten("make the rendering ready", 1);
    let mut renderer = Renderer::of_volume(&shown, &style)?;
    watch.end();
    if let Some(frames) = options.turntable {
        write_turn(turntable(&mut renderer, frames), &options.out, watch)?;
        return Ok(vec![format!("animation {} ({frames} pictures)", options.out.display())]);
    }
    watch.begin_unwritten("render", 1);
    let picture = renderer.picture();
    watch.end();
    refuse_cancelled(watch, &options.out)?;
    write(&picture, &options.out)?;
    Ok(vec![format!("picture   {}", options.out.display())])
}

/// What can be known to be wrong before a voxel is read.
fn check(
    options: &RenderOptions,
    style: &RenderStyle,
    input: &VolumeInput,
) -> Result<(), RunError> {
    if let Some(Problem { key, found, expected }) = style.problems().into_iter().next() {
        return Err(ShowError::Setting { key: option(&key), found, expected }.into());
    }
    let beside = working_bytes(input.grid().shape, options.size);
    let needed = Bytes(input.bytes().saturating_add(beside));
    check_memory("the rendering", needed, options.memory)?;
    let pixels = options.size.iter().fold(1_u64, |all, side| all.saturating_mul(*side as u64));
    let pictures = options.turntable.unwrap_or(1) as u64;
    let disk = Bytes(pixels.saturating_mul(3 * pictures));
    check_disk("the picture, before it is compressed,", disk, &options.out)?;
    let failed = |source| ShowError::Write { path: options.out.clone(), source };
    Ok(WholeFile::create(&options.out).map(drop).map_err(failed)?)
}

/// The option of this door behind a key of the style.
fn option(key: &str) -> String {
    let parts = ["size", "zoom", "azimuth", "elevation", "wedge"];
    let part = parts.iter().find(|part| key.contains(**part));
    match part {
        Some(part) => format!("--{part}"),
        None if key.starts_with("cuts") => "--cut-above".into(),
        None => key.into(),
    }
}

/// Writes the pictures of a turn as one file.
fn write_turn(turn: Turntable<'_, '_>, out: &Path, watch: &dyn Watch) -> Result<(), RunError> {
    let failed = |source| ShowError::Write { path: out.into(), source };
    let (whole, file) = WholeFile::create(out).map_err(failed)?;
    drop(file);
    watch.begin("render a turn", turn.len());
    let written = write_turntable(Watched { turn, done: 0, watch }, whole.beside(), PER_SECOND);
    refuse_cancelled(watch, out)?;
    written?;
    watch.end();
    Ok(whole.publish().map_err(failed)?)
}

/// The pictures of a turn, until it is cancelled.
struct Watched<'a, 'r, 'v> {
    turn: Turntable<'r, 'v>,
    done: usize,
    watch: &'a dyn Watch,
}

impl Iterator for Watched<'_, '_, '_> {
    type Item = Picture;

    fn next(&mut self) -> Option<Picture> {
        let picture = if self.watch.is_cancelled() { None } else { self.turn.next() };
        self.done += usize::from(picture.is_some());
        self.watch.advance(self.done);
        picture
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.turn.size_hint()
    }
}

impl ExactSizeIterator for Watched<'_, '_, '_> {}

fn style(options: &RenderOptions, grid: &VoxelGrid) -> RenderStyle {
    let middle = grid.centre_of([0, 1, 2].map(|axis| grid.shape[axis] / 2));
    let [azimuth_degrees, elevation_degrees] = options.view_degrees;
    let wedge = options.wedge_degrees.map(|it| Cut::upright_wedge([middle[1], middle[2]], it));
    // The upward direction is that of the picture.
    let up = if options.is_upside_down { -1.0 } else { 1.0 };
    let lid = options
        .cut_above_mm
        .map(|height| Cut::Plane { point: [height, middle[1], middle[2]], normal: [up, 0.0, 0.0] });
    let name = options.volume.path.file_name().unwrap_or(options.volume.path.as_os_str());
    RenderStyle {
        title: vec![name.to_string_lossy().into_owned()],
        camera: Camera {
            azimuth_degrees,
            elevation_degrees,
            is_upside_down: options.is_upside_down,
            zoom: options.zoom,
            size: options.size,
            ..Camera::default()
        },
        probe: Some(options.volume.probe),
        colour_map: options.colours,
        cuts: wedge.into_iter().chain(lid).collect(),
        ..RenderStyle::default()
    }
}
