//! From the wish to a surface through a volume, and what is said of it. Reads no numbers.

use voltomo_show::section::{
    Axis, Directions, Over, Surface, cylinder, oblique, projection, roll, slice, through_axis,
};

use super::options::{Along, Cut, SectionAxis, ShowOptions};
use super::source::{Numbers, ShownVolume};
use super::words::{PlaneAt, Radii};
use crate::error::RunError;
use crate::store::StoreError;

/// The surface, and a line about it.
pub(super) fn surface(
    volume: &ShownVolume,
    options: &ShowOptions,
) -> Result<(Surface, String), RunError> {
    check(volume, options)?;
    let (surface, title) = bare(volume, options)?;
    let Some(thickness) = options.thickness_mm else { return Ok((surface, title)) };
    let surface = surface.thick(thickness, volume.lattice.finest())?;
    let how = in_words(options.over).to_lowercase();
    Ok((surface, format!("{title}, {how} over {} mm", short(thickness))))
}

/// Wishes that do not go together.
fn check(volume: &ShownVolume, options: &ShowOptions) -> Result<(), RunError> {
    let is_flat = matches!(options.cut, Cut::Across(_, Along::Middle | Along::Index(_)))
        || matches!(options.cut, Cut::Projection(_, [None, None]));
    let is_polar = matches!(options.cut, Cut::Polar(Along::Middle | Along::Index(_)));
    if !(is_flat || is_polar) || options.thickness_mm.is_some() || options.axis.is_some() {
        volume.needs_millimetres()?;
    }
    let is_deep = options.thickness_mm.is_some()
        || matches!(options.cut, Cut::Projection(..))
        || matches!(options.cut, Cut::Unrolled(Radii([inner, outer])) if inner < outer);
    if volume.numbers == Numbers::Labels && is_deep {
        return Err(RunError::Picture {
            found: "a volume of labels, and a section that takes several voxels together".into(),
            expected: "one without `--projection` and `--thickness`, at one radius".into(),
            path: volume.path.clone(),
        });
    }
    Ok(())
}

fn bare(volume: &ShownVolume, options: &ShowOptions) -> Result<(Surface, String), RunError> {
    let lattice = &volume.lattice;
    Ok(match options.cut {
        Cut::Across(across, along) => {
            let (at, place) = place(volume, across, along)?;
            let kind = match across {
                SectionAxis::Z => "Slice",
                _ => "Upright section at",
            };
            (slice(lattice, across.index(), at)?, format!("{kind} {place}"))
        }
        Cut::Plane(PlaneAt { through, normal }) => {
            let [z, y, x] = through.map(short);
            let [nz, ny, nx] = normal.map(short);
            let title =
                format!("Plane through z {z}, y {y}, x {x} mm, normal z {nz}, y {ny}, x {nx}");
            (oblique(lattice, through, Directions::Normal(normal))?, title)
        }
        Cut::Projection(across, [from, to]) => {
            let ends = [lattice.first, lattice.last()].map(|corner| corner[across.index()]);
            let ends = [from.unwrap_or(ends[0]), to.unwrap_or(ends[1])];
            let how = in_words(options.over);
            let ([low, high], unit) = (ends.map(short), volume.unit.symbol());
            let title = format!("{how} along {} from {low} to {high} {unit}", across.name());
            (projection(lattice, across.index(), ends)?, title)
        }
        Cut::Angle(degrees) => through(volume, options, degrees)?,
        Cut::Unrolled(radii) => wall(volume, options, radii)?,
        Cut::Polar(along) => {
            let (at, place) = place(volume, SectionAxis::Z, along)?;
            let stands = upright(volume, options);
            let radius = reach(volume, stands);
            let disc = roll(lattice, &Axis::upright(stands), (at, radius))?;
            (disc, format!("Slice {place}, unrolled"))
        }
    })
}

/// The plane through the upright axis at an angle.
fn through(
    volume: &ShownVolume,
    options: &ShowOptions,
    degrees: f64,
) -> Result<(Surface, String), RunError> {
    let stands = upright(volume, options);
    let section = through_axis(&volume.lattice, &Axis::upright(stands), degrees.to_radians())?;
    let ([y, x], unit) = (stands.map(short), volume.unit.symbol());
    let title = format!("Section through the axis at {}°", short(degrees));
    Ok((section, format!("{title} (axis y {y}, x {x} {unit})")))
}

/// The wall of a cylinder about the upright axis.
fn wall(
    volume: &ShownVolume,
    options: &ShowOptions,
    Radii([inner, outer]): Radii,
) -> Result<(Surface, String), RunError> {
    let axis = Axis::upright(upright(volume, options));
    let wall = cylinder(&volume.lattice, &axis, [inner, outer])?;
    let title = if inner < outer {
        let how = in_words(options.over).to_lowercase();
        format!("Unrolled, {how} from radius {} to {} mm", short(inner), short(outer))
    } else {
        format!("Unrolled at radius {} mm", short(inner))
    };
    Ok((wall, title))
}

/// Where the upright axis stands: as told, or on the rotation axis, or in the middle of a volume
/// that does not hold it.
pub(super) fn upright(volume: &ShownVolume, options: &ShowOptions) -> [f64; 2] {
    let lattice = &volume.lattice;
    let [_, y, x] = lattice.middle();
    let holds_zero = lattice.holds([lattice.first[0], 0.0, 0.0]) && lattice.first[1] < 0.0;
    options.axis.unwrap_or(if holds_zero { [0.0; 2] } else { [y, x] })
}

/// Distance from the axis to the nearest side of the volume.
fn reach(volume: &ShownVolume, [y, x]: [f64; 2]) -> f64 {
    let ([_, top, left], [_, bottom, right]) = (volume.lattice.first, volume.lattice.last());
    [y - top, bottom - y, x - left, right - x].into_iter().fold(f64::INFINITY, f64::min)
}

/// The place along an axis in the volume's unit, and how a person says it.
fn place(
    volume: &ShownVolume,
    across: SectionAxis,
    along: Along,
) -> Result<(f64, String), RunError> {
    let (axis, name) = (across.index(), across.name());
    let (count, unit) = (volume.lattice.shape[axis], volume.unit.symbol());
    let index = match along {
        Along::Middle => count / 2,
        Along::Index(index) => index,
        Along::Millimetre(at) => return Ok((at, format!("{name} = {} {unit}", short(at)))),
    };
    if index >= count {
        let path = volume.path.clone();
        return Err(StoreError::Section { axis: name, found: index, count, path }.into());
    }
    let mut place = [0; 3];
    place[axis] = index;
    let at = volume.lattice.centre_of(place)[axis];
    let beside = match volume.unit {
        voltomo_types::LengthUnit::Millimetre => format!(" ({} mm)", short(at)),
        voltomo_types::LengthUnit::Pixel => String::new(),
    };
    Ok((at, format!("{name} = {index} of {count}{beside}")))
}

fn in_words(over: Over) -> &'static str {
    match over {
        Over::Mean => "Mean",
        Over::Max => "Maximum",
        Over::Min => "Minimum",
    }
}

/// A number with at most three digits behind the point.
pub(super) fn short(number: f64) -> String {
    let text = format!("{number:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}
