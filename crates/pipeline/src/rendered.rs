//! A volume on disk in its light, cut open, as a picture or turning round. Draws nothing itself.

use std::path::PathBuf;

use voltomo_show::picture::ColourMap;
use voltomo_show::render::{
    Camera, Cut, RenderStyle, Renderer, VolumeToRender, turntable, working_bytes, write_turntable,
};
use voltomo_types::VoxelGrid;

use crate::error::RunError;
use crate::memory::Bytes;
use crate::preview::{check_name, write};
use crate::volume_input::{VolumeInput, VolumeRequest};
use crate::watch::Watch;
use crate::whole_volumes::check_memory;

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
    let beside = working_bytes(input.grid().shape, options.size);
    check_memory("the rendering", Bytes(input.bytes() + beside), options.memory)?;
    watch.begin("read the volume", 1);
    let volume = input.read()?;
    watch.end();
    let style = style(options, &volume.grid);
    let shown = VolumeToRender { attenuation: volume.attenuation.view(), grid: volume.grid };
    let mut renderer = Renderer::of_volume(&shown, &style)?;
    let Some(frames) = options.turntable else {
        watch.begin("render", 1);
        write(&renderer.picture(), &options.out)?;
        watch.end();
        return Ok(vec![format!("picture   {}", options.out.display())]);
    };
    watch.begin("render a turn", frames);
    let counted = turntable(&mut renderer, frames).enumerate().map(|(k, picture)| {
        watch.advance(k + 1);
        picture
    });
    let mut beside = options.out.as_os_str().to_owned();
    beside.push(".partial");
    let beside = PathBuf::from(beside);
    write_turntable(counted, &beside, PER_SECOND)?;
    let failed =
        |source| RunError::File { what: "cannot write", path: options.out.clone(), source };
    std::fs::rename(&beside, &options.out).map_err(failed)?;
    watch.end();
    Ok(vec![format!("animation {} ({frames} pictures)", options.out.display())])
}

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
