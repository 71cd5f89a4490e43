//! Figures of arrays: what is drawn where, and what the files say of it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::collections::BTreeMap;

use ndarray::{Array2, array};
use voltomo_show::picture::{
    Arrow, Coding, ColourMap, Counting, FigureStyle, GreyScale, Layer, NOT_A_NUMBER, Orientation,
    Panel, encode_grey16, figure, map_figure, plot,
};
use voltomo_types::{Counted, Curve, CurveLine, LengthUnit, UnrolledMap};

fn scale(colour_map: ColourMap, quantity: &str) -> Coding<'static> {
    Coding::Scale { colour_map, limits: [0.0, 1.0], quantity: quantity.into() }
}

fn panel<'a>(values: &'a Array2<f32>, coding: Coding<'a>) -> Panel<'a> {
    let layers = vec![Layer { values: values.view(), coding, opacity: 1.0 }];
    Panel { layers, caption: String::new(), outside: None, arrows: vec![] }
}

fn count(drawing: &voltomo_show::picture::Drawing, colour: [u8; 3]) -> usize {
    drawing.picture().bytes().chunks(3).filter(|it| **it == colour).count()
}

#[test]
fn an_image_has_its_colours_and_paper_outside_the_volume() {
    let values = array![[1.0, 0.0], [f32::NAN, f32::NAN]];
    let outside = array![[false, false], [false, true]];
    let style = FigureStyle { longest_side: 40, ..FigureStyle::default() };
    let mut one = panel(&values, scale(ColourMap::Viridis, "µ"));
    let bare = figure(std::slice::from_ref(&one), &style);
    assert_eq!(count(&bare, NOT_A_NUMBER), 2 * 400);
    one.outside = Some(outside.view());
    let drawn = figure(&[one], &style);
    assert_eq!(count(&drawn, NOT_A_NUMBER), 400, "a square of 20 pixels an element");
    let picture = drawn.picture();
    let first = (0..picture.width()).find(|x| picture.at(*x, 34) == Some([253, 231, 37]));
    assert!(first.is_some(), "the highest colour lies in the upper left square");
}

#[test]
fn an_upper_layer_shows_through_by_its_opacity_and_leaves_what_has_no_number() {
    let under = array![[0.0, 0.0, 0.0]];
    let over = array![[1.0, f32::NAN, 0.0]];
    let mut fused = panel(&under, scale(ColourMap::Grey, "X-rays"));
    let coding = scale(ColourMap::Cividis, "neutrons");
    fused.layers.push(Layer { values: over.view(), coding, opacity: 0.5 });
    let style = FigureStyle { longest_side: 60, ..FigureStyle::default() };
    let drawn = figure(&[fused], &style);
    let top = ColourMap::Cividis.colour(1.0).map(|level| level.div_ceil(2));
    assert_eq!(count(&drawn, top), 400);
    let svg = drawn.svg().unwrap();
    assert_eq!(svg.matches("class=\"key\"").count(), 2, "a colour bar each");
    assert!(svg.contains(">X-rays</text>") && svg.contains(">neutrons</text>"));
}

#[test]
fn equal_colour_bars_stand_there_once_and_others_each() {
    let values = Array2::from_elem((30, 40), 0.3_f32);
    let one = panel(&values, scale(ColourMap::Grey, "µ, 1/cm"));
    let other = panel(&values, scale(ColourMap::Inferno, "µ, 1/cm"));
    let bars = |panels: &[Panel<'_>]| {
        let svg = figure(panels, &FigureStyle::default()).svg().unwrap();
        (svg.matches("class=\"key\"").count(), svg.matches("<image ").count())
    };
    assert_eq!(bars(&[one.clone(), one.clone()]), (1, 2));
    assert_eq!(bars(&[one, other]), (2, 2));
}

#[test]
fn an_svg_carries_title_bar_scale_arrows_and_captions_as_text() {
    let values = Array2::from_shape_fn((120, 160), |(y, x)| (y + x) as f32 / 280.0);
    let mut one = panel(&values, scale(ColourMap::Turbo, "µ, 1/cm"));
    one.arrows = vec![Arrow { at: [40.0, 60.0], caption: "gap <0.2 mm & more".into() }];
    let style = FigureStyle {
        title: vec!["Slice".into(), "x".into()],
        pixel_size: Some(0.1),
        unit: LengthUnit::Millimetre,
        orientation: Some(Orientation { right: [0.0, 0.0, 1.0], down: [0.0, 1.0, 0.0] }),
        ..FigureStyle::default()
    };
    let drawn = figure(&[one], &style);
    let svg = drawn.svg().unwrap();
    for words in [">Slice<", ">µ, 1/cm<", ">2 mm<", ">gap &lt;0.2 mm &amp; more<", ">z<", ">y<"] {
        assert!(svg.contains(words), "{words}");
    }
    assert_eq!(svg.matches("<g ").count(), svg.matches("</g>").count());
    assert_eq!(drawn.left_out(), 0);
    let picture = drawn.picture();
    assert_eq!([picture.width(), picture.height()], drawn.size());
}

#[test]
fn labels_have_a_legend_of_those_that_are_there() {
    let labels = array![[0.0, 2.0], [2.0, 5.0]];
    let names = BTreeMap::from([(2, "copper".to_string()), (3, "steel".to_string())]);
    let svg = figure(&[panel(&labels, Coding::Labels(&names))], &FigureStyle::default());
    let svg = svg.svg().unwrap();
    assert!(svg.contains(">copper<") && svg.contains(">label 5<") && !svg.contains(">steel<"));
}

#[test]
fn a_grey_picture_of_16_bit_says_what_its_levels_are() {
    let values = array![[0.25_f32, -1.0, f32::NAN], [3.0, 9.0, 0.1234]];
    let scale = GreyScale {
        limits: [-1.0, 3.0],
        unit: "1/cm".into(),
        pixel_mm: Some(0.048),
        title: "a – b".into(),
    };
    let bytes = encode_grey16(values.view(), &scale).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let text = |key: &str| -> String {
        let found = reader.info().uncompressed_latin1_text.iter().find(|it| it.keyword == key);
        found.unwrap().text.clone()
    };
    let number = |key: &str| text(key).parse::<f64>().unwrap();
    let (slope, intercept) = (number("voltomo:slope"), number("voltomo:intercept"));
    assert_eq!((text("voltomo:unit"), number("voltomo:pixel_mm")), ("1/cm".into(), 0.048));
    assert_eq!((text("Title").as_str(), reader.info().pixel_dims.unwrap().xppu), ("a - b", 20833));
    let mut levels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut levels).unwrap();
    for (pair, value) in levels.chunks(2).zip(&values) {
        let level = u16::from_be_bytes([pair[0], pair[1]]);
        let wanted = f64::from(*value).clamp(-1.0, 3.0);
        let found = intercept + slope * f64::from(level);
        assert_eq!(level == 0, value.is_nan());
        assert!(value.is_nan() || (found - wanted).abs() <= 0.51 * slope, "{value}: {found}");
    }
}

#[test]
fn maps_and_curves_are_drawn_with_their_axes() {
    let map = UnrolledMap {
        name: "overhang".into(),
        title: "Overhang round the clock".into(),
        quantity: Counted::new("overhang", "mm"),
        values: Array2::from_shape_fn((20, 90), |(y, x)| if x == 3 { f32::NAN } else { y as f32 }),
        up: Counted::new("height", "mm"),
        up_range: [1.0, 20.0],
        angle_range: [0.0, 356.0],
    };
    let svg = map_figure(&map, ColourMap::Viridis, None).svg().unwrap();
    for words in [">height in mm<", ">angle in °<", ">90<", ">overhang in mm<", ">20<"] {
        assert!(svg.contains(words), "{words}");
    }
    let line = |label: &str, values: Vec<f64>| CurveLine { label: label.into(), values };
    let curve = Curve {
        name: "dose".into(),
        title: "Dose".into(),
        across: Counted::new("time", "min"),
        quantity: Counted::new("dose", ""),
        along: vec![0.0, 1.0, 2.0, 3.0],
        lines: vec![line("a", vec![1.0, f64::NAN, 0.4, 0.5]), line("b", vec![0.9; 4])],
        levels: vec![("limit".into(), 0.2)],
    };
    let svg = plot(&curve).svg().unwrap();
    for words in [">a<", ">b<", ">limit<", ">time in min<", ">dose<", ">0.4<"] {
        assert!(svg.contains(words), "{words}");
    }
}

#[test]
fn bad_arrays_still_give_a_figure() {
    let nothing = Array2::<f32>::zeros((0, 0));
    let none = panel(&nothing, scale(ColourMap::Grey, ""));
    assert!(figure(&[none], &FigureStyle::default()).svg().is_err(), "an image without pixels");
    let one = array![[f32::INFINITY]];
    let counting = || Counting { name: "°".into(), range: [f64::NAN, 1.0] };
    let style = FigureStyle { axes: Some([counting(), counting()]), ..FigureStyle::default() };
    let mut single = panel(&one, scale(ColourMap::Grey, "µ"));
    single.arrows = vec![Arrow { at: [0.0, f64::NAN], caption: String::new() }];
    assert!(figure(&[single], &style).picture().width() > 10);
    let empty = Curve {
        name: String::new(),
        title: String::new(),
        across: Counted::new("", ""),
        quantity: Counted::new("", ""),
        along: vec![],
        lines: vec![],
        levels: vec![],
    };
    assert!(plot(&empty).picture().width() > 100);
    assert!(figure(&[], &FigureStyle::default()).picture().width() > 0);
}
