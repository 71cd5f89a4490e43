//! What a ray goes through, and what a pixel gathers on its way. Knows neither µ nor labels.

/// Less light than this is left aside.
pub(super) const DARK: f32 = 1.0 / 512.0;

/// A stretch of a ray, in voxels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walk {
    /// Where it begins.
    pub(super) origin: [f32; 3],
    /// Of length 1.
    pub(super) direction: [f32; 3],
    pub(super) length: f32,
}

impl Walk {
    #[inline]
    pub(super) fn at(&self, way: f32) -> [f32; 3] {
        std::array::from_fn(|axis| self.origin[axis] + way * self.direction[axis])
    }

    /// How far it is to the far side of a box about a point of the walk.
    pub(super) fn leaves(&self, [low, high]: [[f32; 3]; 2]) -> f32 {
        let mut leaves = self.length;
        for axis in 0..3 {
            let speed = self.direction[axis];
            let side = if speed > 0.0 { high[axis] } else { low[axis] };
            if speed.abs() > 1e-9 {
                leaves = leaves.min((side - self.origin[axis]) / speed);
            }
        }
        leaves
    }
}

/// Light that a pixel has gathered, front to back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gathered {
    pub(super) colour: [f32; 3],
    /// Part of the light from behind that still comes through.
    pub(super) left: f32,
}

impl Gathered {
    pub(super) const NOTHING: Self = Self { colour: [0.0; 3], left: 1.0 };

    #[inline]
    pub(super) fn add(&mut self, colour: [f32; 3], opacity: f32) {
        let share = self.left * opacity;
        for (sum, level) in self.colour.iter_mut().zip(colour) {
            *sum += share * level;
        }
        self.left *= 1.0 - opacity;
    }

    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.left < DARK
    }

    /// Before a background.
    pub(super) fn before(&self, background: [f32; 3]) -> [f32; 3] {
        std::array::from_fn(|channel| self.colour[channel] + self.left * background[channel])
    }
}

/// Something that fills a box of voxels and can be seen.
pub(super) trait Medium: Sync {
    /// Voxels along `[z, y, x]`.
    fn shape(&self) -> [usize; 3];
    /// Whether it has faces where a cut or its box ends it.
    fn has_faces(&self) -> bool;
    /// What is seen where a cut lays the point open.
    fn face(&self, at: [f32; 3], gathered: &mut Gathered);
    /// What is seen along a walk.
    fn walk(&self, walk: &Walk, gathered: &mut Gathered);
}
