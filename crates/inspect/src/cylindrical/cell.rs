//! The cell as it was found in each volume. Finds nothing itself.

use super::frame::Body;
use crate::frame::{CellFrame, FoundCell};
use crate::seen::Seen;

/// A volume and the cell that was found in it: what every room starts from.
#[derive(Debug, Clone)]
pub struct Placed<'a> {
    /// The volume.
    pub seen: Seen<'a>,
    /// The cell in it.
    pub body: Body,
}

impl Placed<'_> {
    /// Where the cell lies in this volume.
    #[must_use]
    pub fn frame(&self) -> &CellFrame {
        &self.body.frame
    }

    /// The cell without its volume.
    #[must_use]
    pub fn found(&self) -> FoundCell {
        FoundCell {
            probe: self.seen.probe,
            frame: self.body.frame,
            part: self.body.part(),
            radius_mm: self.body.radius,
        }
    }
}

/// The cell as it was found in each volume; rooms take what they can use.
#[derive(Debug, Clone, Default)]
pub struct CylindricalCell<'a> {
    /// In the X-ray volume.
    pub xray: Option<Placed<'a>>,
    /// In the neutron volume.
    pub neutron: Option<Placed<'a>>,
    /// Whether both frames are one, by a registration.
    pub is_registered: bool,
}

impl<'a> CylindricalCell<'a> {
    /// The view that shows geometry best: X-rays, where there are any.
    #[must_use]
    pub fn best(&self) -> Option<&Placed<'a>> {
        self.xray.as_ref().or(self.neutron.as_ref())
    }

    /// Both views, X-rays first.
    pub fn views(&self) -> impl Iterator<Item = &Placed<'a>> {
        self.xray.iter().chain(&self.neutron)
    }
}
