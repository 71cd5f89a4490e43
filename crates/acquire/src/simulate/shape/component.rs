//! A named part of a scene: a solid or a roll, where it stands, and what yields to what. Knows no
//! rays.

use super::placement::Placement;
use super::roll::Roll;
use super::solid::Solid;

/// What a part is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// One material.
    Solid {
        /// The solid.
        solid: Solid,
        /// Index of its material in the scene.
        material: usize,
    },
    /// A jelly roll, which names its materials layer by layer.
    Roll(Box<Roll>),
}

/// What a part does to others where both are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rank {
    /// A body: it shares its place with no other body.
    Body,
    /// It replaces what is beneath: bodies, and earlier parts of this rank.
    Over,
}

/// A part of a scene.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its name, as fit checks and messages give it.
    pub name: String,
    /// Solid or roll.
    pub shape: Shape,
    /// How it is moved from its own frame into the cell; not at all where none is given. A roll
    /// is not moved: it has its own centre.
    pub placement: Option<Placement>,
    /// Body, or replacing what is beneath.
    pub rank: Rank,
}

impl Part {
    /// A body of one material.
    #[must_use]
    pub fn body(name: impl Into<String>, material: usize, solid: Solid) -> Self {
        let shape = Shape::Solid { solid, material };
        Self { name: name.into(), shape, placement: None, rank: Rank::Body }
    }

    /// A solid that replaces what is beneath.
    #[must_use]
    pub fn over(name: impl Into<String>, material: usize, solid: Solid) -> Self {
        Self { rank: Rank::Over, ..Self::body(name, material, solid) }
    }

    /// A jelly roll.
    #[must_use]
    pub fn roll(name: impl Into<String>, roll: Roll) -> Self {
        let shape = Shape::Roll(Box::new(roll));
        Self { name: name.into(), shape, placement: None, rank: Rank::Body }
    }

    /// The part, moved.
    #[must_use]
    pub fn placed(mut self, placement: Placement) -> Self {
        self.placement = Some(placement);
        self
    }
}
