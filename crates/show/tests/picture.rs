//! Pictures: what stands in them and what comes back from their files.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ndarray::Array2;
use voltomo_show::picture::{
    ColourMap, NOT_A_NUMBER, Picture, SliceStyle, Tile, Window, contact_sheet, label_colour,
    label_picture, radiograph_picture, slice_picture, write_png, write_png16,
};
use voltomo_types::{LengthUnit, Millimetre};

/// A disc of 1.5 with a hole of 0 on a ground of 0, and a little structure.
fn cell(side: usize) -> Array2<f32> {
    let middle = (side - 1) as f32 / 2.0;
    Array2::from_shape_fn((side, side), |(y, x)| {
        let radius = (y as f32 - middle).hypot(x as f32 - middle) / middle;
        let angle = (y as f32 - middle).atan2(x as f32 - middle);
        let winding = 0.2 * (radius * 60.0 + angle).sin();
        if (0.15..0.9).contains(&radius) { 1.2 + winding } else { 0.02 * (x as f32).sin() }
    })
}

fn style() -> SliceStyle {
    SliceStyle {
        quantity: "attenuation in 1/cm".into(),
        pixel_size: 0.029,
        unit: LengthUnit::Millimetre,
        title: vec!["Slice 512".into(), "z = 3.2 mm, axis at column 1023.6".into()],
        ..SliceStyle::default()
    }
}

/// Where the pictures are kept for a person to look at, if asked for.
fn keep(picture: &Picture, name: &str) -> PathBuf {
    let folder =
        std::env::var_os("VOLTOMO_KEEP_PICTURES").map_or_else(std::env::temp_dir, Into::into);
    let path = Path::new(&folder).join(format!("voltomo-{}-{name}.png", std::process::id()));
    write_png(picture, &path).unwrap();
    path
}

fn read(path: &Path) -> (png::OutputInfo, Vec<u8>) {
    let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    (info, bytes)
}

/// First pixel of the leftmost image of a picture, by its frame.
fn image_corner(picture: &Picture) -> [usize; 2] {
    let frame = [150, 154, 160];
    let found = (0..picture.width())
        .flat_map(|x| (0..picture.height()).map(move |y| [x, y]))
        .find(|[x, y]| picture.at(*x, *y) == Some(frame));
    found.map(|[x, y]| [x + 1, y + 1]).unwrap()
}

#[test]
fn a_known_number_has_the_colour_of_its_place_in_the_window() {
    for map in [ColourMap::Grey, ColourMap::Viridis, ColourMap::Turbo, ColourMap::BlueRed] {
        let values = Array2::from_elem((600, 700), 0.75);
        let window = Window::Given([0.0, 3.0]);
        let picture =
            slice_picture(values.view(), &SliceStyle { colour_map: map, window, ..style() });
        let [x, y] = image_corner(&picture);
        assert_eq!(picture.at(x + 350, y + 300), Some(map.colour(0.25)), "{map:?}");
    }
}

#[test]
fn labels_keep_their_colours_when_drawn_smaller_and_only_those_there_are_named() {
    // Every second element: a mean of the labels 1 and 5 would be a 3 that is nowhere.
    let mut labels = Array2::from_shape_fn((2000, 2000), |(y, x)| [1.0, 5.0][(y + x / 2) % 2]);
    labels.slice_mut(ndarray::s![..200, ..]).fill(0.0);
    let names = [(0, "void"), (1, "steel"), (3, "copper"), (5, "separator, soaked")];
    let names: BTreeMap<_, _> = names.map(|(label, name)| (label, name.to_string())).into();
    let picture = label_picture(labels.view(), &names, &style());
    keep(&picture, "labels");
    let [x, y] = image_corner(&picture);
    assert_eq!(picture.at(x + 500, y + 50), Some([0; 3]));
    let there = |colour: [u8; 3], columns: std::ops::Range<usize>| {
        let mut all = columns.flat_map(|x| (0..picture.height()).map(move |y| [x, y]));
        all.any(|[x, y]| picture.at(x, y) == Some(colour))
    };
    let legend = x + 1010..picture.width();
    for (label, expected) in [(0, true), (1, true), (2, false), (3, false), (5, true)] {
        let colour = label_colour(label);
        assert_eq!(there(colour, x..x + 1000), expected, "label {label} in the image");
        assert_eq!(there(colour, legend.clone()), expected, "label {label} in the legend");
    }
}

#[test]
fn a_nan_is_seen_and_does_not_move_the_window() {
    let mut values = cell(600);
    let clean = slice_picture(values.view(), &style());
    values[[300, 40]] = f32::NAN;
    let picture = slice_picture(values.view(), &style());
    let [x, y] = image_corner(&picture);
    assert_eq!(picture.at(x + 40, y + 300), Some(NOT_A_NUMBER));
    assert_eq!(picture.at(x + 41, y + 300), clean.at(x + 41, y + 300));
}

#[test]
fn the_scale_bar_counts_the_pixels_of_a_picture_made_smaller() {
    let values = cell(2048);
    let picture = slice_picture(values.view(), &style());
    keep(&picture, "slice");
    // 2048 pixels are drawn as 1024: 0.058 mm a pixel, 59.4 mm across, a bar of 10 mm.
    let ink = [32, 34, 38];
    let [left, top] = image_corner(&picture);
    let row = top + 1024 + 14 + 8;
    let bar = (left..picture.width()).take_while(|x| picture.at(*x, row) == Some(ink)).count();
    assert_eq!(bar, 172); // 10 mm / 0.058 mm
}

#[test]
fn a_small_slice_is_drawn_larger_pixel_by_pixel() {
    let mut values = Array2::from_elem((64, 64), 0.0);
    values[[10, 20]] = 1.0;
    let window = Window::Given([0.0, 1.0]);
    let picture = slice_picture(values.view(), &SliceStyle { window, ..style() });
    keep(&picture, "small");
    let [x, y] = image_corner(&picture);
    let white: Vec<_> =
        (0..64 * 8).filter(|at| picture.at(x + at, y + 84) == Some([255; 3])).collect();
    assert_eq!(white, (160..168).collect::<Vec<_>>());
}

#[test]
fn tiles_share_one_window() {
    let cells: Vec<_> = (1..=5).map(|part| cell(300) * part as f32 / 5.0).collect();
    let tiles: Vec<_> = cells
        .iter()
        .enumerate()
        .map(|(index, values)| Tile {
            values: values.view(),
            caption: format!("centre {:.2} px", 295.0 + index as f64 / 4.0),
            is_marked: index == 3,
        })
        .collect();
    let sheet = contact_sheet(&tiles, 3, &SliceStyle { colour_map: ColourMap::Viridis, ..style() });
    keep(&sheet, "contact-sheet");
    let [x, y] = image_corner(&sheet);
    let middle_of_ring = |column: usize| sheet.at(x + column * (300 + 14) + 30, y + 150).unwrap();
    assert_ne!(middle_of_ring(0), middle_of_ring(2));
    assert!(sheet.width() > 3 * 300 && sheet.height() > 2 * 300);
}

#[test]
fn tiles_of_unlike_sizes_get_one_zoom() {
    let (large, small) = (cell(1000), cell(500));
    let arrays = [("large", large), ("small", small)];
    let tiles: Vec<_> = arrays
        .iter()
        .map(|(caption, array)| Tile {
            values: array.view(),
            caption: (*caption).into(),
            is_marked: false,
        })
        .collect();
    let sheet = contact_sheet(&tiles, 2, &style());
    let [x, y] = image_corner(&sheet);
    let frame = Some([150, 154, 160]);
    assert_eq!(sheet.at(x + 500, y + 100), frame, "1000 pixels are drawn as 500");
    assert_eq!(sheet.at(x + 514 + 250, y + 100), frame, "500 pixels are drawn as 250");
}

#[test]
fn a_radiograph_without_pixel_size_has_a_scale_in_pixels() {
    let frame = cell(400) * 1000.0 + 500.0;
    let title = ["Radiograph 0".to_string()];
    let known = radiograph_picture(frame.view(), "counts", Some(Millimetre(0.0552)), &title);
    let unknown = radiograph_picture(frame.view(), "counts", None, &title);
    keep(&unknown, "radiograph");
    assert_ne!(known.bytes(), unknown.bytes());
}

#[test]
fn a_png_gives_back_its_pixels() {
    let picture = slice_picture(cell(100).view(), &style());
    let path = keep(&picture, "back");
    let (info, bytes) = read(&path);
    assert_eq!((info.width as usize, info.height as usize), (picture.width(), picture.height()));
    assert_eq!(bytes, picture.bytes());
}

#[test]
fn a_16_bit_png_gives_back_its_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let numbers =
        Array2::from_shape_fn((3, 5), |(y, x)| u16::try_from(y * 20_000 + x * 257).unwrap());
    let path = folder.path().join("raw.png");
    write_png16(numbers.view(), &path).unwrap();
    let (info, bytes) = read(&path);
    assert_eq!(
        (info.bit_depth, info.color_type),
        (png::BitDepth::Sixteen, png::ColorType::Grayscale)
    );
    let back: Vec<_> = bytes.chunks(2).map(|it| u16::from_be_bytes([it[0], it[1]])).collect();
    assert_eq!(back, numbers.iter().copied().collect::<Vec<_>>());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = write_png(&Picture::new(2, 2, [0; 3]), Path::new("/no/such/folder/a.png"));
    let text = error.unwrap_err().to_string();
    assert!(
        text.contains("cannot write") && text.contains("name a place that can be written"),
        "{text}"
    );
    assert!(text.ends_with("(/no/such/folder/a.png)"), "{text}");
}

#[test]
fn a_picture_without_pixels_is_refused() {
    let error = write_png(&Picture::new(0, 2, [0; 3]), Path::new("a.png"));
    let text = error.unwrap_err().to_string();
    assert!(text.contains("0 by 2") && text.contains("expected at least one"), "{text}");
}
