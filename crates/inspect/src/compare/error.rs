//! Why two volumes could not be compared. Knows no method.

use voltomo_types::Probe;

use crate::error::{InspectError, name};

/// What keeps two volumes from being compared.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// One of them cannot be looked at.
    #[error(transparent)]
    Volume(#[from] InspectError),
    /// Neutrons against X-rays.
    #[error(
        "the first volume is of {}, the second of {}; a difference needs one beam, and `register` \
         brings two beams together",
        beam(*.first),
        beam(*.second)
    )]
    Probes {
        /// Of the first.
        first: Probe,
        /// Of the second.
        second: Probe,
    },
    /// They show different places.
    #[error(
        "the two {} volumes have {:.1} % of the first one's matter in common; at least 5 % was \
         expected; is the transform the right way round (it takes points of the second to the first)?",
        name(*.probe),
        100.0 * .share
    )]
    Apart {
        /// Whose volumes.
        probe: Probe,
        /// Share of the first one's matter that the second shows.
        share: f64,
    },
    /// Two bodies that have nothing to do with each other.
    #[error(
        "the two {} volumes hardly resemble each other (correlation {found:.2}, at least {least} was \
         expected): two different cells, a volume of noise or of another beam, or a transform that \
         is missing or wrong",
        name(*.probe)
    )]
    Unlike {
        /// Whose volumes.
        probe: Probe,
        /// Correlation of their block means.
        found: f64,
        /// The least with which they are compared.
        least: f64,
    },
    /// One of them stands on its head.
    #[error(
        "the second {} volume stands upside down beside the first: the means of its slices resemble \
         those of the first to {over:.2} when it is turned over, to {upright:.2} as it is; turn it over \
         (`acquire.turn`, or in the program that wrote it)",
        name(*.probe)
    )]
    UpsideDown {
        /// Whose volumes.
        probe: Probe,
        /// Correlation of the slices' means as they are.
        upright: f64,
        /// and with the second volume turned over.
        over: f64,
    },
    /// A flat transform.
    #[error("the transform of the second volume has no way back; it flattens space")]
    Flat,
    /// Labels of another grid.
    #[error("the labels have {found:?} voxels, the first volume {expected:?}; both must be equal")]
    Labels {
        /// Voxels of the labels.
        found: [usize; 3],
        /// Voxels of the volume.
        expected: [usize; 3],
    },
}

fn beam(probe: Probe) -> &'static str {
    match probe {
        Probe::Neutron => "neutrons",
        Probe::Xray => "X-rays",
    }
}
