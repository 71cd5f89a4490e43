//! Draws a coin cell's section as it is, from an upright scan in X-rays and from one at the settings
//! that the verdict on it recommends, and prints how far both are off. Reads no scan.
//!
//! `cargo run --release -p voltomo-pipeline --example inclined_coin -- docs/pictures`
#![allow(clippy::unwrap_used, reason = "a tool of the bench may stop")]

#[path = "../tests/inclined_coin/mod.rs"]
mod scan;

use std::path::Path;

use ndarray::{Array2, s};
use scan::{Coin, Compared};
use voltomo_acquire::simulate::instrument::Profile;
use voltomo_show::picture::{ColourMap, SliceStyle, Tile, Window, contact_sheet, write_png};
use voltomo_types::LengthUnit;

/// Not the coin that the settings were chosen on.
const COIN: Coin = Coin { cell: "2032-k-li", seed: 11, defects: 2 };
/// What is drawn above and below the middle, mm.
const HALF_MM: f64 = 2.4;

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "docs/pictures".into());
    let work = std::env::temp_dir().join(format!("inclined-coin-{}", std::process::id()));
    let made = |name: &str, profile: &Profile, is_documented: bool| {
        let folder = work.join(name);
        let axis = scan::simulated(&folder, &COIN, profile);
        let mut recipe = scan::recipe(&folder, axis, is_documented);
        recipe.correct.starvation.despite = true;
        let compared = scan::compared(&recipe, &folder);
        println!("{name}: interior {:.1} % off", 100.0 * compared.interior_error());
        compared
    };
    let profile = scan::imax(16, 60);
    let upright = made("upright", &profile, false);
    let inclined = made("inclined", &scan::inclined(profile), true);
    std::fs::remove_dir_all(&work).unwrap();
    draw(&upright, &inclined, &Path::new(&folder).join("inclined-coin.png"));
}

/// The middle section through the axis.
fn section(compared: &Compared, is_truth: bool) -> Array2<f32> {
    let volume = if is_truth { &compared.truth } else { &compared.found };
    let grid = &compared.grid;
    let heights: Vec<usize> =
        (0..grid.shape[0]).filter(|z| grid.centre_of([*z, 0, 0])[0].abs() < HALF_MM).collect();
    let (first, last) = (heights[0], heights[heights.len() - 1]);
    volume.slice(s![first..=last, grid.shape[1] / 2, ..]).to_owned()
}

fn draw(upright: &Compared, inclined: &Compared, path: &Path) {
    let percent = |compared: &Compared| 100.0 * compared.interior_error();
    let sections = [section(inclined, true), section(upright, false), section(inclined, false)];
    let captions = [
        "truth".to_string(),
        format!("upright, 80 kV, 0.5 mm Cu, fdk: {:.0} % off", percent(upright)),
        format!("15 degrees, 90 kV, 1 mm Cu, fista_tv: {:.0} % off", percent(inclined)),
    ];
    let tiles: Vec<Tile<'_>> = sections
        .iter()
        .zip(captions)
        .map(|(values, caption)| Tile { values: values.view(), caption, is_marked: false })
        .collect();
    let style = SliceStyle {
        colour_map: ColourMap::Grey,
        window: Window::Given([0.0, 10.0]),
        quantity: "µ, 1/cm".into(),
        pixel_size: inclined.grid.voxel,
        unit: LengthUnit::Millimetre,
        title: vec!["Coin cell in X-rays: section through the axis".into()],
        longest_side: 640,
        ..SliceStyle::default()
    };
    write_png(&contact_sheet(&tiles, 1, &style), path).unwrap();
    println!("{}", path.display());
}
