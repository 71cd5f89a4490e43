//! One detector frame as a picture. Knows no files.

use ndarray::ArrayView2;
use voltomo_types::{LengthUnit, Millimetre};

use super::canvas::Picture;
use super::slice::{SliceStyle, slice_picture};

/// A picture of one detector frame in grey.
///
/// `frame`: `[row, column]`; `quantity`: what it holds, `counts` or `transmission`; `pixel`: edge
/// of a detector pixel, if known (the scale bar is in pixels otherwise); `title`: lines above.
#[must_use]
pub fn radiograph_picture(
    frame: ArrayView2<f32>,
    quantity: &str,
    pixel: Option<Millimetre>,
    title: &[String],
) -> Picture {
    let (pixel_size, unit) = match pixel {
        Some(Millimetre(edge)) => (edge, LengthUnit::Millimetre),
        None => (1.0, LengthUnit::Pixel),
    };
    let style = SliceStyle {
        quantity: quantity.into(),
        pixel_size,
        unit,
        title: title.to_vec(),
        ..SliceStyle::default()
    };
    slice_picture(frame, &style)
}
