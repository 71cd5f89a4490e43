//! Why balls could not tell a geometry. Knows no recipe format.

use voltomo_types::FrameError;

/// Why balls could not tell a geometry: what was found, what was expected, what mends it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BallError {
    /// No shadows that could be balls.
    #[error(
        "no ball was followed through {views} views ({shadows} round shadows in all), expected 2 or \
         more balls that stand out of their holder; look at the radiographs, and at `correct`"
    )]
    NoBalls {
        /// Views looked at.
        views: usize,
        /// Round shadows in all of them.
        shadows: usize,
    },
    /// Fewer than two balls.
    #[error(
        "{found} ball over an arc of {arc_deg:.0}° or more, expected 2 or more at different heights: \
         one alone does not tell where the axis is; keep the balls within the frame in most views"
    )]
    TooFewBalls {
        /// Balls with enough views.
        found: usize,
        /// Least arc.
        arc_deg: f64,
    },
    /// Balls that are all at one height.
    #[error(
        "the {balls} balls stand within {height_px:.0} rows, expected them at heights over \
         {needed_px:.0} rows or more: at one height they do not tell the tilt of the axis"
    )]
    OneHeight {
        /// Balls.
        balls: usize,
        /// Rows between the lowest and the highest.
        height_px: f64,
        /// Rows that would do.
        needed_px: f64,
    },
    /// Shadows that run the other way round than they should.
    #[error(
        "the balls run backwards: the distance from source to detector would be {distance_px:.0} \
         pixels, expected one above 0; the sample turned the other way: mend \
         `acquire.reverse_rotation`"
    )]
    Reversed {
        /// The distance that would follow, in pixels.
        distance_px: f64,
    },
    /// A figure at the end of what can be.
    #[error(
        "{name} would be {value:.4} {unit}, expected between {low:.4} and {high:.4}: these are no \
         shadows of balls on a circle; are `acquire.angles` right, and did the holder turn about a \
         fixed axis?"
    )]
    Absurd {
        /// Which figure.
        name: &'static str,
        /// Its value.
        value: f64,
        /// Its unit.
        unit: &'static str,
        /// Least value that can be.
        low: f64,
        /// Largest value that can be.
        high: f64,
    },
    /// Shadows that no geometry explains.
    #[error(
        "no geometry explains the shadows of {balls} balls; expected shadows on conics: are \
         `acquire.angles` right, and did the holder turn about a fixed axis?"
    )]
    NoFit {
        /// Balls.
        balls: usize,
    },
    /// A track with a place that is no number, or a view that is not there.
    #[error(
        "ball {ball} has a shadow at row {row}, column {column} of view {view}; expected finite \
         numbers and a view below {views}"
    )]
    BadPoint {
        /// Which ball.
        ball: usize,
        /// Which view.
        view: usize,
        /// Views of the scan.
        views: usize,
        /// Row.
        row: f64,
        /// Column.
        column: f64,
    },
    /// Not one angle a frame.
    #[error("{angles} angles for {frames} radiographs, expected one each; mend `acquire.angles`")]
    AngleCount {
        /// Angles.
        angles: usize,
        /// Radiographs.
        frames: usize,
    },
    /// An angle that is no number.
    #[error("angle {index} is {value}, expected a finite number; mend `acquire.angles`")]
    BadAngle {
        /// Which angle, from 0.
        index: usize,
        /// Its value in radians.
        value: f64,
    },
    /// Frames could not be read.
    #[error(transparent)]
    Read(#[from] FrameError),
    /// A length that cannot be.
    #[error("{what} is {value_mm} mm, expected a length above 0; mend {key}")]
    BadLength {
        /// Which length.
        what: &'static str,
        /// Its value.
        value_mm: f64,
        /// What mends it.
        key: &'static str,
    },
}
