//! Colours for numbers. Knows no units.

use serde::{Deserialize, Serialize};
use voltomo_numeric::cast::to_index;

/// Colour of a pixel that is NaN or infinite: none of the maps has it.
pub const NOT_A_NUMBER: [u8; 3] = [255, 0, 255];

/// Which colours stand for low and high numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColourMap {
    /// Black to white.
    #[default]
    Grey,
    /// Dark blue over green to yellow, even to the eye (Smith & van der Walt 2015).
    Viridis,
    /// Blue over green and yellow to red (Mikhailov 2019).
    Turbo,
    /// Black over purple and red to pale yellow, even to the eye (Smith & van der Walt 2015).
    Inferno,
    /// Black over purple and rose to pale yellow, even to the eye (Smith & van der Walt 2015).
    Magma,
    /// Dark blue over grey to yellow, the same to the colour-blind (Nuñez, Anderton & Renslow 2018).
    Cividis,
    /// Blue over white to red, for differences (Brewer).
    BlueRed,
}

impl ColourMap {
    /// The colour at `position`: 0 the lowest, 1 the highest; beyond them the nearest of both.
    /// NaN gets [`NOT_A_NUMBER`].
    #[must_use]
    pub fn colour(self, position: f64) -> [u8; 3] {
        if position.is_nan() {
            return NOT_A_NUMBER;
        }
        let position = position.clamp(0.0, 1.0);
        let gradient = match self {
            Self::Grey => {
                let level = to_index((position * 255.0).round()).to_le_bytes()[0];
                return [level; 3];
            }
            Self::Viridis => colorous::VIRIDIS,
            Self::Turbo => colorous::TURBO,
            Self::Inferno => colorous::INFERNO,
            Self::Magma => colorous::MAGMA,
            Self::Cividis => colorous::CIVIDIS,
            Self::BlueRed => return colorous::RED_BLUE.eval_continuous(1.0 - position).as_array(),
        };
        gradient.eval_continuous(position).as_array()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_each_map_are_its_published_colours() {
        let ends = |map: ColourMap| [map.colour(0.0), map.colour(1.0)];
        assert_eq!(ends(ColourMap::Grey), [[0; 3], [255; 3]]);
        assert_eq!(ends(ColourMap::Viridis), [[0x44, 0x01, 0x54], [0xfd, 0xe7, 0x25]]);
        let [low, high] = ends(ColourMap::BlueRed);
        assert!(low[2] > low[0] && high[0] > high[2], "{low:?} {high:?}");
    }

    #[test]
    fn beyond_the_ends_the_colour_stays_and_nan_has_its_own() {
        assert_eq!(ColourMap::Grey.colour(-3.0), [0; 3]);
        assert_eq!(ColourMap::Turbo.colour(7.0), ColourMap::Turbo.colour(1.0));
        assert_eq!(ColourMap::Viridis.colour(f64::NAN), NOT_A_NUMBER);
    }
}
