//! Why two volumes could not be registered. Knows no recipe format.

use voltomo_types::{Probe, Problem};

/// Why two volumes could not be registered: what was found, what was expected, what mends it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// A setting cannot be used.
    #[error("`{}` is {}; expected {}", .0.key, .0.found, .0.expected)]
    Setting(Problem),
    /// A volume without a unit of length.
    #[error(
        "the {} volume has voxels of unknown size; expected millimetres: name the voxel size with \
         the volume, or the pixel size in `acquire.pixel_mm`", name(*.which)
    )]
    Unit {
        /// The volume.
        which: Probe,
    },
    /// A grid that does not fit its array, or has no size.
    #[error(
        "the {} volume is {shape:?} voxels of {voxel_mm} mm; expected at least {least_mm} mm and 4 \
         voxels along each axis", name(*.which)
    )]
    Size {
        /// The volume.
        which: Probe,
        /// Voxels along `[z, y, x]`.
        shape: [usize; 3],
        /// Edge of a voxel, mm.
        voxel_mm: f64,
        /// Least extent along each axis, mm.
        least_mm: f64,
    },
    /// Too much of a volume is not a number.
    #[error(
        "{share:.1} % of the {} volume is NaN or infinite; expected at most {most:.0} %: look at its \
         reconstruction", name(*.which)
    )]
    NotNumbers {
        /// The volume.
        which: Probe,
        /// Percent of the voxels that are no number.
        share: f64,
        /// Percent that may be.
        most: f64,
    },
    /// Nothing in a volume looks like a cell.
    #[error(
        "no cell is seen in the {} volume: {found}; expected a round can that stands out of the \
         noise", name(*.which)
    )]
    NoCell {
        /// The volume.
        which: Probe,
        /// What was seen instead.
        found: String,
    },
    /// A volume holds only a part of the can's circle.
    #[error(
        "the can's outer wall is seen over {seen_deg:.0}° of its circle in the {} volume; expected \
         at least {least_deg:.0}°: the field of view holds only a part of the cell", name(*.which)
    )]
    PartOfCell {
        /// The volume.
        which: Probe,
        /// Degrees of the circle on which the wall was seen.
        seen_deg: f64,
        /// Degrees that are needed.
        least_deg: f64,
    },
    /// The cans differ in diameter.
    #[error(
        "the can is {neutron_mm:.2} mm across in the neutron volume and {xray_mm:.2} mm in the \
         X-ray volume; expected the same within {tolerance:.0} %: two different cells, or a wrong \
         voxel size"
    )]
    Diameter {
        /// Diameter in the neutron volume, mm.
        neutron_mm: f64,
        /// Diameter in the X-ray volume, mm.
        xray_mm: f64,
        /// Percent that they may differ.
        tolerance: f64,
    },
    /// The cans differ in length.
    #[error(
        "the can is {neutron_mm:.2} mm long in the neutron volume and {xray_mm:.2} mm in the X-ray \
         volume; expected the same within 6 %: two different cells, or a wrong voxel size"
    )]
    Length {
        /// Length in the neutron volume, mm.
        neutron_mm: f64,
        /// Length in the X-ray volume, mm.
        xray_mm: f64,
    },
    /// The two volumes fit at another scale than their voxel sizes say.
    #[error(
        "the volumes fit best with the neutron volume {scale:.4} times as large (± {sigma:.4}); \
         expected 1 ± {tolerance}: mend the voxel size of one of them, or raise \
         `register.scale_tolerance`"
    )]
    Scale {
        /// X-ray length of a neutron length of 1.
        scale: f64,
        /// Its standard deviation.
        sigma: f64,
        /// How far from 1 it may be.
        tolerance: f64,
    },
    /// One of the volumes shows no end of the can.
    #[error(
        "the neutron volume shows {} of the can's ends, the X-ray volume {}; expected at least one \
         in each: a roll is alike all along, so that nothing else tells where along the axis the \
         two belong together: scan the same end, lid or bottom, in both beams, with 1 mm of air \
         beyond it", ends(*.neutron), ends(*.xray)
    )]
    NoEnd {
        /// Ends that the neutron volume shows.
        neutron: usize,
        /// Ends that the X-ray volume shows.
        xray: usize,
    },
    /// The volumes hold different parts of the cell, or too little of the same.
    #[error(
        "the two volumes share at most {found:.0} % of the smaller cell; expected at least \
         {least:.0} % (`register.least_overlap`): scan the same part of the cell"
    )]
    NoOverlap {
        /// Percent that both hold.
        found: f64,
        /// Percent that is needed.
        least: f64,
    },
    /// The best placement explains too little of the neutron volume.
    #[error(
        "at the best placement the X-ray volume explains {score:.3} of the neutron volume's \
         variance; expected at least {least} (`register.least_score`): two different cells, or \
         volumes that are mostly noise"
    )]
    PoorMatch {
        /// Share that is explained.
        score: f64,
        /// Share that is needed.
        least: f64,
    },
    /// Two different placements fit alike.
    #[error(
        "two placements fit alike: the second, {turn_deg:.1}° and {shift_mm:.2} mm from the first, \
         explains {second:.5} of the variance against {best:.5}, {margin:.1} standard deviations \
         less; expected at least {least} (`register.least_margin`): nothing in the volumes tells \
         the angle about the axis, or they show two different cells, or different parts of one; \
         scan the same end of one cell in both beams, at its lid, where the tab tells the angle"
    )]
    Ambiguous {
        /// Score of the best placement.
        best: f64,
        /// Score of the second.
        second: f64,
        /// Turn between them, degrees.
        turn_deg: f64,
        /// Distance between the places of the cell's middle, mm.
        shift_mm: f64,
        /// Their difference in its standard deviations.
        margin: f64,
        /// Margin that is needed.
        least: f64,
    },
    /// The mirror image of the neutron volume fits better than the volume.
    #[error(
        "the volumes look like mirror images of each other: the mirrored neutron volume fits better, by \
         {margin:.1} standard deviations; expected less than {least} (`register.least_margin`): one scan \
         was reconstructed with the wrong sense of rotation (`acquire.reverse_rotation`), or its slices \
         were stored in the other order; or the volumes show two different cells"
    )]
    Mirrored {
        /// By how many standard deviations the mirror image fits better.
        margin: f64,
        /// What is refused.
        least: f64,
    },
    /// A placement that was told does not lay one can onto the other.
    #[error(
        "the registration does not fit these volumes: {found}; expected {expected}: it was made of other \
         volumes, or changed by hand: register these volumes again"
    )]
    Apart {
        /// How the cans lie.
        found: String,
        /// How they should lie.
        expected: String,
    },
    /// The result is less certain than asked for.
    #[error(
        "points of the cell are placed within {error_mm:.3} mm (root mean square); expected at most \
         {most_mm} mm (`register.most_error_mm`): the volumes share too little that both see, or they \
         show two different cells; scan more of the same end of one cell in both beams"
    )]
    Uncertain {
        /// Target error, mm.
        error_mm: f64,
        /// Target error that is allowed, mm.
        most_mm: f64,
    },
}

/// How a volume is called.
fn name(which: Probe) -> &'static str {
    match which {
        Probe::Neutron => "neutron",
        Probe::Xray => "X-ray",
    }
}

/// How many ends there are, in words.
fn ends(count: usize) -> &'static str {
    match count {
        0 => "none",
        1 => "one",
        _ => "both",
    }
}
