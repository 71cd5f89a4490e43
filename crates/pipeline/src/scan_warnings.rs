//! What a person should know of a scan before its radiographs are looked at. Reads no pixel.

use voltomo_types::{Millimetre, Scan};

use crate::recipe::Recipe;

/// What a person should know of a scan before its radiographs are looked at.
pub(crate) fn scan_warnings(scan: &Scan, recipe: &Recipe) -> Vec<String> {
    let pixel = [no_pixel(scan, recipe), unusual_pixel(scan), other_pixel(scan, recipe)].concat();
    [numbering_gaps(scan), pixel, other_distances(scan, recipe)].concat()
}

/// That the volume will have no unit of length.
fn no_pixel(scan: &Scan, recipe: &Recipe) -> Vec<String> {
    let told = [recipe.acquire.pixel_mm, recipe.reconstruct.cone.detector_pixel_mm];
    if scan.detector.pixel.is_some() || told.iter().any(Option::is_some) {
        return vec![];
    }
    vec![
        "nobody tells how large a pixel is: the volume will be in 1/pixel, and the stages after it \
         need mm; expected `acquire.pixel_mm`"
            .into(),
    ]
}

/// Files that seem to be missing among the radiographs: a range of angles would be stretched.
fn numbering_gaps(scan: &Scan) -> Vec<String> {
    let gaps = scan.facts.iter().filter(|fact| fact.item == "radiographs in the numbering");
    gaps.map(|fact| format!("radiographs are missing in the numbering: {}", fact.value)).collect()
}

/// A pixel size that no instrument of the field has: mostly µm taken for mm.
fn unusual_pixel(scan: &Scan) -> Vec<String> {
    const USUAL_MM: std::ops::RangeInclusive<f64> = 1e-4..=1.0;
    let unusual = scan.detector.pixel.filter(|pixel| !USUAL_MM.contains(&pixel.0));
    let text = |pixel: Millimetre| {
        format!(
            "a detector pixel of {} mm is unusual, expected 0.0001 to 1 mm: is `acquire.pixel_mm` \
             in mm?",
            pixel.0
        )
    };
    unusual.map(text).into_iter().collect()
}

/// A pixel size of the recipe that is not that of the files, neither in the plane of the sample nor
/// on a cone's detector.
fn other_pixel(scan: &Scan, recipe: &Recipe) -> Vec<String> {
    const ALIKE: f64 = 0.01;
    let Some(told) = recipe.acquire.pixel_mm else { return vec![] };
    let cone = &recipe.reconstruct.cone;
    let length =
        |recipe: Option<f64>, file: Option<Millimetre>| recipe.or(file.map(|length| length.0));
    let near = length(cone.source_to_axis_mm, scan.cone.source_to_axis);
    let far = length(cone.source_to_detector_mm, scan.cone.source_to_detector);
    let magnification = near.zip(far).map_or(1.0, |(near, far)| far / near);
    let in_files = scan.facts.iter().filter(|fact| fact.item == "pixel size in the files");
    let sizes = in_files.filter_map(|fact| fact.value.split(' ').next()?.parse::<f64>().ok());
    let is_other =
        |mm: &f64| [*mm, mm / magnification].iter().all(|size| (told / size - 1.0).abs() > ALIKE);
    let text = |mm: f64| {
        format!(
            "`acquire.pixel_mm` is {told} mm, but the files say {mm} mm; expected the same within \
             1 %: lengths and attenuations follow the recipe, leave the key out to follow the files"
        )
    };
    sizes.filter(is_other).map(text).collect()
}

/// Distances of the recipe that are not those of the files.
fn other_distances(scan: &Scan, recipe: &Recipe) -> Vec<String> {
    const ALIKE: f64 = 0.001;
    let (told, files) = (&recipe.reconstruct.cone, &scan.cone);
    let pairs = [
        ("source_to_axis_mm", told.source_to_axis_mm, files.source_to_axis),
        ("source_to_detector_mm", told.source_to_detector_mm, files.source_to_detector),
    ];
    let other = |(key, told, file): (&str, Option<f64>, Option<Millimetre>)| {
        let (told, Millimetre(mm)) = told.zip(file)?;
        ((told / mm - 1.0).abs() > ALIKE).then(|| {
            format!(
                "`reconstruct.cone.{key}` is {told}, but the files say {mm} mm; expected the same \
                 within 0.1 %: the recipe counts, leave the key out to follow the files"
            )
        })
    };
    pairs.into_iter().filter_map(other).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ndarray::ArrayViewMut3;
    use voltomo_types::{
        ConeFacts, Detector, Fact, FrameError, FrameShape, Frames, Millimetre, PixelFrame, Quantity,
    };

    use super::*;

    #[derive(Debug)]
    struct NoFrames;

    impl Frames for NoFrames {
        fn shape(&self) -> FrameShape {
            FrameShape { frames: 0, rows: 1, columns: 1 }
        }

        fn read(
            &self,
            _: std::ops::Range<usize>,
            _: std::ops::Range<usize>,
            _: ArrayViewMut3<'_, f32>,
        ) -> Result<(), FrameError> {
            Ok(())
        }

        fn name_of(&self, frame: usize) -> String {
            frame.to_string()
        }
    }

    #[test]
    fn a_pixel_size_unlike_the_files_is_warned_of_and_that_on_a_cone_s_detector_is_not() {
        let mut scan = Scan {
            radiographs: Arc::new(NoFrames),
            flats: vec![],
            darks: vec![],
            angles: None,
            quantity: Quantity::Counts,
            probe: None,
            cone: ConeFacts::default(),
            black_bodies: Default::default(),
            detector: Detector { frame: PixelFrame::whole(1, 1), pixel: None, saturation: None },
            facts: vec![Fact::from_file("pixel size in the files", "0.2 mm")],
            files: vec![],
        };
        let mut recipe = Recipe::default();
        assert!(other_pixel(&scan, &recipe).is_empty());
        recipe.acquire.pixel_mm = Some(0.201);
        assert!(other_pixel(&scan, &recipe).is_empty());
        recipe.acquire.pixel_mm = Some(0.05);
        let told = other_pixel(&scan, &recipe);
        assert!(told[0].contains("`acquire.pixel_mm` is 0.05 mm, but the files say 0.2 mm"));
        scan.cone.source_to_axis = Some(Millimetre(60.0));
        scan.cone.source_to_detector = Some(Millimetre(240.0));
        assert!(other_pixel(&scan, &recipe).is_empty());
        recipe.reconstruct.cone.source_to_axis_mm = Some(60.01);
        recipe.reconstruct.cone.source_to_detector_mm = Some(250.0);
        let told = other_distances(&scan, &recipe);
        assert!(told[0].contains("source_to_detector_mm` is 250, but the files say 240 mm"));
        assert_eq!(told.len(), 1);
    }
}
