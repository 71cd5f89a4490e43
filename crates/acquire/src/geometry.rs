//! The geometry of a cone beam as scan files and a geometry file tell it together. Knows no format.

use std::path::Path;

use voltomo_types::{ConeFacts, ConeView, Fact, Millimetre, Origin, Scan};

use crate::{
    AcquireError, AcquireSettings, angles::find_file, geometry_file::read_geometry_file,
    select::View,
};

/// Adds what the file of `settings.geometry` tells to what the scan's own files told.
///
/// `kept`: the radiographs that are not skipped; the file has a view for each of all radiographs or
/// of those kept. Views are turned and mirrored as the frames are.
///
/// # Errors
/// No such file, one that says nothing useful, frames or views of another number.
pub(crate) fn tell_geometry(
    scan: &mut Scan,
    settings: &AcquireSettings,
    (kept, folders): (&[usize], [&Path; 2]),
) -> Result<(), AcquireError> {
    let Some(name) = &settings.geometry else { return Ok(()) };
    let path = find_file(Path::new(name), "acquire.geometry", folders)?;
    let file = read_geometry_file(&path)?;
    let shape = scan.radiographs.shape();
    let refuse = |found: String, expected: String| {
        let found = format!("{found} ({})", path.display());
        AcquireError::setting("geometry", found, expected)
    };
    let sizes = [("rows", file.frame[0], shape.rows), ("columns", file.frame[1], shape.columns)];
    if let Some((what, Some(told), found)) =
        sizes.into_iter().find(|(_, told, found)| told.is_some_and(|told| told != *found))
    {
        let expected = format!(
            "the {found} {what} of the radiographs; where they were binned, the file's pixels are \
             others"
        );
        return Err(refuse(format!("a geometry for frames of {told} {what}"), expected));
    }
    let mut told = file.cone;
    let count = told.views.as_ref().map_or(0, Vec::len);
    if let Some(views) = told.views.take() {
        let views = kept_views(views, kept, shape.frames).ok_or_else(|| {
            let expected = format!("{} views, one for each radiograph", shape.frames);
            refuse(format!("{count} views"), expected)
        })?;
        let view = View::of(settings, (shape.rows, shape.columns))?;
        let size = (shape.rows, shape.columns);
        told.views = Some(views.iter().map(|one| view.turned(one, size)).collect());
    }
    scan.facts.push(Fact::from_file("geometry file", words(&told, &path)));
    scan.files.push(path);
    scan.cone = told.or(std::mem::take(&mut scan.cone));
    angles_of_views(scan);
    Ok(())
}

fn kept_views(views: Vec<ConeView>, kept: &[usize], frames: usize) -> Option<Vec<ConeView>> {
    match views.len() {
        count if count == frames => Some(kept.iter().map(|&frame| views[frame]).collect()),
        count if count == kept.len() => Some(views),
        _ => None,
    }
}

/// Where nobody else tells the angles, the views do.
fn angles_of_views(scan: &mut Scan) {
    let (Some(views), None) = (&scan.cone.views, &scan.angles) else { return };
    scan.angles = Some(views.iter().map(|view| view.angle).collect());
    scan.facts.retain(|fact| fact.item != "rotation angles" || fact.origin != Origin::Missing);
    let value = format!("{} from the sources of the geometry file", views.len());
    scan.facts.push(Fact::from_file("rotation angles", value));
}

fn words(cone: &ConeFacts, path: &Path) -> String {
    let length =
        |what: &str, value: Option<Millimetre>| value.map(|value| format!("{what} {} mm", value.0));
    let views = cone.views.as_ref().map(|views| format!("{} views as free vectors", views.len()));
    let parts = [
        length("source to axis", cone.source_to_axis),
        length("source to detector", cone.source_to_detector),
        length("detector pixel", cone.pixel),
        cone.axis_column.map(|column| format!("axis at column {column}")),
        views,
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("{} in {}", parts.join(", "), path.display())
}

/// The pixel size in the plane of the sample, where that on the detector is known and no other, or
/// one that only the images tell beside a geometry file: theirs is that on the detector.
pub(crate) fn tell_pixel(scan: &mut Scan, settings: &AcquireSettings) {
    let cone = &scan.cone;
    let (Some(axis), Some(detector), Some(pixel)) =
        (cone.source_to_axis, cone.source_to_detector, cone.pixel)
    else {
        return;
    };
    let is_usable = axis.0 > 0.0 && detector.0 > axis.0 && pixel.0 > 0.0;
    if (scan.detector.pixel.is_some() && settings.geometry.is_none()) || !is_usable {
        return;
    }
    let magnification = detector.0 / axis.0;
    let mm = pixel.0 / magnification;
    scan.detector.pixel = Some(Millimetre(mm));
    scan.facts.retain(|fact| fact.item != "pixel size" || fact.origin != Origin::Missing);
    let value =
        format!("{mm} mm on the axis, {} mm over the magnification {magnification}", pixel.0);
    scan.facts.push(Fact::from_file("pixel size", value));
}
