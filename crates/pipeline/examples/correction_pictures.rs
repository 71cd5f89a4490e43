//! Draws radiographs and a slice before and after single corrections, as the documentation shows
//! them. Reads no scan: cells are simulated, and the fringes behind two fibres computed.
//!
//! `cargo run --release -p voltomo-pipeline --example correction_pictures -- docs/pictures`
#![allow(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a tool of the bench tells one tale"
)]

use std::{f64::consts::TAU, path::Path, sync::Arc};

use ndarray::{Array2, Array3, ArrayView2, Axis, s, stack};
use voltomo_acquire::simulate::{
    cell::{Cell, CellFile},
    instrument::{Aim, FrameKind, Profile, Twin},
    material::Library,
};
use voltomo_correct::{Block, CorrectSettings, Survey, correct_block, decide_rings};
use voltomo_numeric::{
    cast::{to_f32, to_index},
    random::Random,
};
use voltomo_reconstruct::{Projections, ReconstructSettings, prepare};
use voltomo_show::picture::{ColourMap, SliceStyle, Tile, Window, contact_sheet, write_png};
use voltomo_types::{
    BlackBodies, ConeFacts, Detector, LengthUnit, MemoryFrames, Millimetre, PixelFrame, Probe,
    Quantity, Radian, ReferenceFrames, Scan, VoxelGrid, When,
};

/// Pixels of both pictures beside each other, at most.
const WIDTH: usize = 640;

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "docs/pictures".into());
    let folder = Path::new(&folder);
    let (coin, wound) = (cell("2032-k-li"), cell("18650-na-1500"));
    neutrons(&coin, folder);
    beam_and_lens(&coin, folder);
    rings(&wound, folder);
    phase(folder);
}

fn cell(name: &str) -> Cell {
    Cell::build(&CellFile::read(name).unwrap(), &[], &Library::standard()).unwrap()
}

fn settings(json: &str) -> CorrectSettings {
    serde_json::from_str(json).unwrap()
}

fn references(frames: Array3<f32>, when: When) -> ReferenceFrames {
    ReferenceFrames { frames: Arc::new(MemoryFrames(frames)), when }
}

/// A scan of these counts or transmissions, with these references.
fn scan_of(radiographs: Array3<f32>, references: [Vec<ReferenceFrames>; 2]) -> Scan {
    let (_, rows, columns) = radiographs.dim();
    let [flats, darks] = references;
    Scan {
        radiographs: Arc::new(MemoryFrames(radiographs)),
        flats,
        darks,
        black_bodies: BlackBodies::default(),
        angles: None,
        quantity: Quantity::Counts,
        probe: None,
        cone: ConeFacts::default(),
        detector: Detector {
            frame: PixelFrame::whole(rows, columns),
            pixel: None,
            saturation: None,
        },
        facts: Vec::new(),
        files: Vec::new(),
    }
}

fn frames_of(twin: &Twin<'_>, kind: FrameKind) -> Array3<f32> {
    let schedule = twin.schedule();
    let jobs = (0..schedule.len()).filter(|k| schedule[*k].kind == kind);
    let frames: Vec<Array2<f32>> = jobs.map(|k| twin.render(k..k + 1)[0].mapv(f32::from)).collect();
    let views: Vec<_> = frames.iter().map(|frame| frame.view()).collect();
    stack(Axis(0), &views).unwrap()
}

/// What an instrument writes of a cell.
fn simulated(twin: &Twin<'_>, probe: Probe) -> Scan {
    let flats = references(frames_of(twin, FrameKind::OpenBefore), When::Before);
    let darks = references(frames_of(twin, FrameKind::Dark), When::Before);
    let radiographs = frames_of(twin, FrameKind::Radiograph);
    let mut scan = scan_of(radiographs, [vec![flats], vec![darks]]);
    let jobs = twin.schedule().iter().filter(|job| job.kind == FrameKind::Radiograph);
    scan.angles = Some(jobs.map(|job| job.angle).collect());
    scan.probe = Some(probe);
    scan.detector.frame = twin.geometry().frame();
    scan.detector.pixel = Some(Millimetre(twin.profile().detector.pixel_mm));
    scan
}

/// All line integrals of a scan.
fn corrected(scan: &Scan, settings: &CorrectSettings) -> Array3<f32> {
    let survey = Survey::measure(scan, settings, &|_, _| {}).unwrap();
    let survey = decide_rings(scan, survey, settings, &|_, _| {}).unwrap();
    let shape = survey.shape();
    let block = Block { frames: 0..shape.frames, rows: 0..shape.rows };
    correct_block(scan, &survey, settings, block).unwrap().line_integrals
}

/// Two pictures beside each other, in one window.
struct Pair<'a> {
    title: &'a str,
    quantity: &'a str,
    captions: [&'a str; 2],
    window: [f32; 2],
    pixel_mm: f64,
}

impl Pair<'_> {
    fn draw(&self, pictures: [ArrayView2<'_, f32>; 2], path: &Path) {
        let tiles: Vec<Tile<'_>> = pictures
            .into_iter()
            .zip(self.captions)
            .map(|(values, caption)| Tile { values, caption: caption.into(), is_marked: false })
            .collect();
        let style = SliceStyle {
            colour_map: ColourMap::Grey,
            window: Window::Given(self.window),
            quantity: self.quantity.into(),
            pixel_size: self.pixel_mm,
            unit: LengthUnit::Millimetre,
            title: vec![self.title.into()],
            longest_side: WIDTH,
            ..SliceStyle::default()
        };
        write_png(&contact_sheet(&tiles, 2, &style), path).unwrap();
        println!("{}", path.display());
    }
}

/// A coin cell in neutrons: flat field, spots, blur.
fn neutrons(coin: &Cell, folder: &Path) {
    let mut profile = Profile::titan();
    profile.detector.region = [240, 400];
    profile.rays.per_pixel = [1, 2];
    // A hundred times the usual spots, so that many are seen in a part of one frame.
    profile.spots.per_megapixel_s *= 100.0;
    let frames = &mut profile.frames;
    (frames.views, frames.open_before, frames.open_after, frames.darks) = (3, 10, 0, 5);
    let twin = Twin::new(coin, &profile, None, 1).unwrap();
    let scan = simulated(&twin, Probe::Neutron);
    let pixel_mm = profile.detector.pixel_mm;
    let transmission = |json: &str| corrected(&scan, &settings(json)).mapv(|p| (-p).exp());
    let plain = transmission(r#"{"spots": {"method": "none"}}"#);
    let clean = transmission("{}");
    let sharp = transmission(
        r#"{"deblur": {"method": "wiener", "gaussian": 2.0, "noise_to_signal": 0.02}}"#,
    );
    let smooth = transmission(r#"{"denoise": {"method": "non_local_means", "strength": 1.5}}"#);
    let mut counts = Array3::zeros(plain.dim());
    let shape = scan.radiographs.shape();
    scan.radiographs.read(0..shape.frames, 0..shape.rows, counts.view_mut()).unwrap();
    let mut sorted: Vec<f32> = counts.iter().copied().collect();
    sorted.sort_by(f32::total_cmp);
    counts /= sorted[sorted.len() * 99 / 100];
    let view = |stack: &Array3<f32>| stack.index_axis(Axis(0), 0).to_owned();
    let [counts, plain, clean, sharp, smooth] =
        [&counts, &plain, &clean, &sharp, &smooth].map(view);
    let pair = |title, captions| Pair {
        title,
        quantity: "transmission",
        captions,
        window: [0.0, 1.1],
        pixel_mm,
    };
    let captions = ["counts as read", "over dark and open beam"];
    let path = folder.join("flat-field.png");
    pair("Flat field: a coin cell in neutrons", captions)
        .draw([counts.view(), plain.view()], &path);
    let captions = ["as it is", "spots mended"];
    let path = folder.join("spots.png");
    let part = s![40..200, 60..220];
    let pictures = [plain.slice(part), clean.slice(part)];
    pair("Spots of gamma rays, a hundred times the usual", captions).draw(pictures, &path);
    let captions = ["as it is", "deblurred (Wiener)"];
    let path = folder.join("deblur.png");
    let pictures = [clean.slice(part), sharp.slice(part)];
    pair("Blur of 2 pixels taken back", captions).draw(pictures, &path);
    let captions = ["as it is", "non-local means"];
    let path = folder.join("denoise.png");
    let pictures = [clean.slice(part), smooth.slice(part)];
    pair("Noise of a radiograph", captions).draw(pictures, &path);
}

/// A coin cell before a beam whose stripes move, and through a lens that bends straight lines.
fn beam_and_lens(coin: &Cell, folder: &Path) {
    const BEND: f64 = 4e-4;
    let mut profile = Profile::titan();
    profile.detector.region = [240, 400];
    profile.rays.per_pixel = [1, 2];
    profile.frames.views = 3;
    let twin = Twin::new(coin, &profile, None, 1).unwrap();
    let truth = twin.transmission(0).unwrap();
    let (rows, columns) = truth.dim();
    let mut random = Random::new(5);
    let mut frame = |sample: Option<&Array2<f32>>| {
        let moved = 6.0 * random.even();
        Array2::from_shape_fn((rows, columns), |(row, column)| {
            let beam = 20_000.0 * (1.0 + 0.15 * (0.2 * (row as f64 - moved)).sin());
            let expected = beam * sample.map_or(1.0, |sample| f64::from(sample[[row, column]]));
            to_f32(expected + expected.sqrt() * random.normal())
        })
    };
    let flats: Vec<Array2<f32>> = (0..40).map(|_| frame(None)).collect();
    let radiographs: Vec<Array2<f32>> = (0..3).map(|_| frame(Some(&truth))).collect();
    // r pixels from the middle belongs what stands r·(1 + BEND·r) from it.
    let middle = [rows, columns].map(|count| (count as f64 - 1.0) / 2.0);
    let bent = Array2::from_shape_fn((rows, columns), |(row, column)| {
        let away = [row as f64 - middle[0], column as f64 - middle[1]];
        let far = away[0].hypot(away[1]).max(1e-9);
        let share = ((1.0 + 4.0 * BEND * far).sqrt() - 1.0) / (2.0 * BEND * far);
        let place = |k: usize, count: usize| {
            to_index((middle[k] + share * away[k]).round().clamp(0.0, count as f64 - 1.0))
        };
        20_000.0 * truth[[place(0, rows), place(1, columns)]]
    });
    let stacked = |frames: &[Array2<f32>]| {
        stack(Axis(0), &frames.iter().map(|frame| frame.view()).collect::<Vec<_>>()).unwrap()
    };
    let dark = || vec![references(Array3::zeros((1, rows, columns)), When::Before)];
    let moving =
        scan_of(stacked(&radiographs), [vec![references(stacked(&flats), When::Before)], dark()]);
    let even = Array3::from_elem((1, rows, columns), 20_000.0);
    let lens = scan_of(stacked(&[bent]), [vec![references(even, When::Before)], dark()]);
    let view = |scan: &Scan, more: &str| {
        let bare = r#""spots": {"method": "none"}, "dose": {"method": "none"}"#;
        let stack = corrected(scan, &settings(&format!("{{{bare}{more}}}")));
        stack.index_axis(Axis(0), 0).mapv(|p| (-p).exp())
    };
    let pair = |title, captions| Pair {
        title,
        quantity: "transmission",
        captions,
        window: [0.0, 1.1],
        pixel_mm: profile.detector.pixel_mm,
    };
    let [still, followed] =
        ["", r#", "dynamic_flat": {"method": "components"}"#].map(|more| view(&moving, more));
    let captions = ["over the mean open beam", "dynamic_flat = components"];
    pair("A beam whose stripes move", captions)
        .draw([still.view(), followed.view()], &folder.join("dynamic-flat.png"));
    let radial = format!(r#", "distortion": {{"method": "radial", "coefficients": [1, {BEND}]}}"#);
    let [curved, straight] = ["", radial.as_str()].map(|more| view(&lens, more));
    let captions = ["as the lens bends it", "distortion = radial"];
    pair("A lens that bends straight lines", captions)
        .draw([curved.view(), straight.view()], &folder.join("distortion.png"));
}

/// The middle of a wound cell in X-rays: a slice with the rings of unlike pixels, and without.
fn rings(wound: &Cell, folder: &Path) {
    let mut profile = Profile::imax();
    profile.detector.bin = 6;
    profile.detector.region = [39 * 6, 1440];
    profile.rays.per_pixel = [1, 2];
    profile.geometry.aim = Aim::Height(30.0);
    // As if nobody had taken new open beams for a while: thirty times the usual.
    profile.readout.gain_residual = 0.06;
    profile.preset.clear();
    let frames = &mut profile.frames;
    (frames.views, frames.open_before, frames.open_after, frames.darks) = (360, 20, 0, 5);
    let twin = Twin::new(wound, &profile, None, 1).unwrap();
    let scan = simulated(&twin, Probe::Xray);
    let voxel = 0.096;
    let side = 212;
    let first =
        [0.0, -(f64::from(side) - 1.0) / 2.0 * voxel, -(f64::from(side) - 1.0) / 2.0 * voxel];
    let side = usize::try_from(side).unwrap();
    let grid = VoxelGrid { shape: [1, side, side], voxel, first, unit: LengthUnit::Millimetre };
    let slice = |method: &str| {
        let json = format!(r#"{{"rings": {{"method": "{method}"}}}}"#);
        let stack = corrected(&scan, &settings(&json));
        let (_, rows, columns) = stack.dim();
        let made =
            prepare(twin.geometry(), (rows, columns), &grid, &ReconstructSettings::default());
        let slab = made.unwrap().reconstruct(Projections::new(stack.view(), 0), 0..1, &());
        slab.unwrap().index_axis_move(Axis(0), 0)
    };
    let pictures = ["none", "auto"].map(slice);
    let pair = Pair {
        title: "Rings of pixels whose gain errs by 1 %",
        quantity: "attenuation, 1/cm",
        captions: ["as it is", "rings = auto"],
        window: [0.0, 2.0],
        pixel_mm: voxel,
    };
    let part = s![52..160, 52..160];
    let pictures = [pictures[0].slice(part), pictures[1].slice(part)];
    pair.draw(pictures, &folder.join("rings.png"));
}

/// Two fibres 20 mm before a detector of 2 µm pixels, at 20 keV: edges with fringes.
fn phase(folder: &Path) {
    const PIXEL_MM: f64 = 0.002;
    const DISTANCE_MM: f64 = 20.0;
    const RATIO: f64 = 100.0;
    const WAVE_MM: f64 = 1.239_841_984e-6 / 20.0;
    const PER_MM: f64 = 1.5;
    let (rows, columns) = (160, 160);
    // Line integrals of µ, soft by a pixel, and what the waves that they bend make of them.
    let fibre = |x: f64, radius: f64| {
        let chord = (radius * radius - x * x).max(0.0).sqrt();
        2.0 * PER_MM * PIXEL_MM * chord
    };
    let exact = |y: f64, x: f64| {
        let slanted = [x - 55.0 - 0.15 * y, x - 105.0 + 0.1 * y];
        fibre(slanted[0], 26.0) + fibre(slanted[1], 9.0)
    };
    let soft = |y: i32, x: i32| {
        let near = (-2..=2).flat_map(|dy: i32| (-2..=2).map(move |dx: i32| (dy, dx)));
        let (sum, weight) = near.fold((0.0, 0.0), |(sum, weight), (dy, dx)| {
            let share = (-0.5 * f64::from(dy * dy + dx * dx)).exp();
            (sum + share * exact(f64::from(y + dy), f64::from(x + dx)), weight + share)
        });
        (-sum / weight).exp()
    };
    // The equation of transport: T − (zλδ/4πβ)·∇²T, for one material.
    let spread = DISTANCE_MM * WAVE_MM * RATIO / (2.0 * TAU) / (PIXEL_MM * PIXEL_MM);
    let seen = Array3::from_shape_fn((1, rows, columns), |(_, y, x)| {
        let at =
            |dy: i32, dx: i32| soft(i32::try_from(y).unwrap() + dy, i32::try_from(x).unwrap() + dx);
        let laplacian = at(1, 0) + at(-1, 0) + at(0, 1) + at(0, -1) - 4.0 * at(0, 0);
        to_f32(10_000.0 * (at(0, 0) - spread * laplacian))
    });
    let open = references(Array3::from_elem((1, rows, columns), 10_000.0), When::Before);
    let dark = references(Array3::zeros((1, rows, columns)), When::Before);
    let mut scan = scan_of(seen, [vec![open], vec![dark]]);
    scan.angles = Some(vec![Radian(0.0)]);
    scan.detector.pixel = Some(Millimetre(PIXEL_MM));
    let bare = r#""spots": {"method": "none"}, "dose": {"method": "none"}"#;
    let plain = corrected(&scan, &settings(&format!("{{{bare}}}")));
    let phase = format!(
        r#"{{{bare}, "phase": {{"method": "paganin", "delta_over_beta": {RATIO},
            "energy_kev": 20.0, "distance_mm": {DISTANCE_MM}}}}}"#
    );
    let after = corrected(&scan, &settings(&phase));
    let pair = Pair {
        title: "Two fibres of one material, 20 mm before the detector",
        quantity: "line integral",
        captions: ["with fringes", "paganin"],
        window: [-0.1, 0.3],
        pixel_mm: PIXEL_MM,
    };
    let view = |stack: &Array3<f32>| stack.index_axis(Axis(0), 0).to_owned();
    let [plain, after] = [view(&plain), view(&after)];
    pair.draw([plain.view(), after.view()], &folder.join("phase.png"));
}
