//! A scan from image files: stacks of radiographs, flats and darks. Knows no single format's bytes.

use std::{path::Path, sync::Arc};

use rayon::prelude::*;
use voltomo_types::{
    BlackBodies, ConeFacts, Detector, Fact, Frames, Millimetre, PixelFrame, Quantity, Radian,
    ReferenceFrames, Scan, When,
};

use super::{
    find_images::ImageSet,
    fits,
    image_sets::{ImageSets, choose},
    image_stack::ImageStack,
    numbering::gaps,
    sinogram::SinogramFrames,
};
use crate::{AcquireError, AcquireSettings, AngleUnit, Kind};

/// Opens a scan of TIFF or FITS images; `path` is a folder, a file or a pattern.
///
/// # Errors
/// Nothing matches; unclear names; a file that is no image or unlike the others.
pub(crate) fn open(path: &Path, settings: &AcquireSettings) -> Result<Scan, AcquireError> {
    let sets = choose(path, settings)?;
    let stack = ImageStack::open(sets.radiographs.files.clone(), sets.radiographs.key)?;
    check_kind(settings.kind, &stack)?;
    let mut facts =
        vec![Fact::from_file("format", format!("{}, {}", stack.storage, stack.number()))];
    facts.push(fact_of("radiographs", &sets.radiographs, &stack));
    facts.extend(numbering(&sets.radiographs));
    let flats = references(&sets.flats, "flat fields", (&stack, &mut facts))?;
    let darks = references(&sets.darks, "dark fields", (&stack, &mut facts))?;
    let quantity = quantity_of(settings.kind);
    if quantity == Quantity::Counts {
        add_missing(&sets, &mut facts);
    }
    let angles = match &settings.angle_key {
        Some(key) => Some(angles_of_headers(&stack, (key, settings.angle_unit), &mut facts)?),
        None => None,
    };
    let pixel = pixel_of(&stack, &mut facts);
    let saturation = stack.number().saturation().filter(|_| quantity == Quantity::Counts);
    let files = files_of(&stack, &sets);
    let radiographs: Arc<dyn Frames> = match settings.kind {
        Kind::Sinogram => Arc::new(SinogramFrames(Arc::new(stack))),
        _ => Arc::new(stack),
    };
    let shape = radiographs.shape();
    let frame = PixelFrame::whole(shape.rows, shape.columns);
    let detector = Detector { frame, pixel, saturation };
    Ok(Scan {
        radiographs,
        flats,
        darks,
        black_bodies: BlackBodies::default(),
        angles,
        quantity,
        probe: None,
        cone: ConeFacts::default(),
        detector,
        facts,
        files,
    })
}

fn pixel_of(stack: &ImageStack, facts: &mut Vec<Fact>) -> Option<Millimetre> {
    let mm = stack.pixel_mm?;
    facts.push(Fact::from_file("pixel size", format!("{mm} mm (ImageJ's text)")));
    Some(Millimetre(mm))
}

fn files_of(stack: &ImageStack, sets: &ImageSets) -> Vec<std::path::PathBuf> {
    let references = sets.flats.iter().chain(&sets.darks).flat_map(|(_, set)| &set.files);
    stack.files().iter().chain(references).cloned().collect()
}

fn check_kind(kind: Kind, stack: &ImageStack) -> Result<(), AcquireError> {
    let is_fits = stack.storage.starts_with("FITS");
    let wrong = (kind == Kind::Tiff && is_fits) || (kind == Kind::Fits && !is_fits);
    if wrong {
        let found = format!("`{kind:?}`, but the images are {}", stack.storage).to_lowercase();
        return Err(AcquireError::setting("kind", found, "`auto`, or the images' own format"));
    }
    Ok(())
}

fn quantity_of(kind: Kind) -> Quantity {
    match kind {
        Kind::Sinogram | Kind::LineIntegrals => Quantity::LineIntegrals,
        _ => Quantity::Counts,
    }
}

fn fact_of(item: &str, set: &ImageSet, stack: &ImageStack) -> Fact {
    let shape = stack.shape();
    let (first, last) = (stack.name_of(0), stack.name_of(shape.frames - 1));
    let names = if shape.frames > 1 { format!("{first} … {last}") } else { first };
    let value = format!("{} of {} × {} ({names})", shape.frames, shape.rows, shape.columns);
    if set.is_guess {
        let value =
            format!("{value}, guessed from the names `{}`; `{}` says else", set.told, set.key);
        return Fact::from_file(item, value);
    }
    Fact::from_recipe(item, format!("{value}, `{}` in {}", set.told, set.key))
}

/// Gaps in the numbers of the files: a radiograph that was lost shifts all later angles.
fn numbering(set: &ImageSet) -> Option<Fact> {
    let gaps: Vec<String> = gaps(&set.files).iter().map(ToString::to_string).collect();
    if gaps.is_empty() {
        return None;
    }
    tracing::warn!("acquire: numbers are missing {}", gaps.join(", "));
    let shown = gaps[..gaps.len().min(5)].join(", ");
    let mend =
        "a range of `acquire.angles` takes the files as evenly spaced; an angle file does not";
    Some(Fact::missing(
        "radiographs in the numbering",
        format!("{} gaps: {shown}; {mend}", gaps.len()),
    ))
}

fn references(
    sets: &[(When, ImageSet)],
    item: &str,
    (radiographs, facts): (&ImageStack, &mut Vec<Fact>),
) -> Result<Vec<ReferenceFrames>, AcquireError> {
    let wanted = radiographs.shape();
    let mut references = Vec::new();
    for (when, set) in sets {
        let stack = ImageStack::open(set.files.clone(), set.key)?;
        let shape = stack.shape();
        if (shape.rows, shape.columns) != (wanted.rows, wanted.columns) {
            let first = (radiographs.name_of(0), set.key);
            return Err(stack.wrong_size(0, (wanted.rows, wanted.columns), first));
        }
        let moment = match when {
            When::Before => ", before the radiographs",
            When::After => ", after the radiographs",
            _ => "",
        };
        let mut fact = fact_of(item, set, &stack);
        fact.value.push_str(moment);
        facts.push(fact);
        references.push(ReferenceFrames { frames: Arc::new(stack), when: *when });
    }
    Ok(references)
}

fn add_missing(sets: &ImageSets, facts: &mut Vec<Fact>) {
    if sets.flats.is_empty() {
        facts
            .push(Fact::missing("flat fields", "set `acquire.flats` to a folder, file or pattern"));
    }
    if sets.darks.is_empty() {
        facts
            .push(Fact::missing("dark fields", "set `acquire.darks` to a folder, file or pattern"));
    }
}

fn angles_of_headers(
    stack: &ImageStack,
    (key, unit): (&str, Option<AngleUnit>),
    facts: &mut Vec<Fact>,
) -> Result<Vec<Radian>, AcquireError> {
    if !stack.storage.starts_with("FITS") {
        let expected = "no key, since TIFF images have none; set `acquire.angles`";
        return Err(AcquireError::setting("angle_key", format!("`{key}`"), expected));
    }
    if stack.has_pages() {
        let expected = "one image a file, since a header tells one angle; set `acquire.angles`";
        return Err(AcquireError::setting("angle_key", format!("`{key}` of cubes"), expected));
    }
    let read = |path: &std::path::PathBuf| {
        let image = |what| AcquireError::Image { what, path: path.clone() };
        fits::header_number(path, key).map_err(image)
    };
    // The error of the first file that has one, not whichever came first.
    let numbers: Vec<Result<f64, _>> = stack.files().par_iter().map(read).collect();
    let numbers: Vec<f64> = numbers.into_iter().collect::<Result<_, _>>()?;
    let (name, assumed) = match unit {
        Some(AngleUnit::Radians) => ("radians", ""),
        Some(AngleUnit::Degrees) => ("degrees", ""),
        None => ("degrees", " (nobody tells the unit; `acquire.angle_unit` does)"),
    };
    let value = format!("{} from the header key {key}, {name}{assumed}", numbers.len());
    facts.push(Fact::from_file("rotation angles", value));
    let radians = matches!(unit, Some(AngleUnit::Radians));
    Ok(numbers.iter().map(|&n| if radians { Radian(n) } else { Radian::from_degrees(n) }).collect())
}
