//! Places and lengths as a person writes them. Cuts nothing.

use std::str::FromStr;

/// Two numbers, the lower one first, as `LOW:HIGH`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits(pub [f32; 2]);

impl FromStr for Limits {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || format!("`{text}`; expected `LOW:HIGH`, two numbers, the lower one first");
        let (low, high) = text.split_once(':').ok_or_else(refuse)?;
        let number = |text: &str| text.trim().parse::<f32>().ok().filter(|it| it.is_finite());
        match number(low).zip(number(high)) {
            Some((low, high)) if low < high => Ok(Self([low, high])),
            _ => Err(refuse()),
        }
    }
}

/// A plane as `z,y,x; nz,ny,nx`: a point of it in mm, and a direction at right angles to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlaneAt {
    /// A point of it, `[z, y, x]`, mm.
    pub through: [f64; 3],
    /// At right angles to it, `[z, y, x]`.
    pub normal: [f64; 3],
}

impl FromStr for PlaneAt {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || {
            format!(
                "`{text}`; expected a point in mm and a direction, as `z,y,x; nz,ny,nx`, the \
                 direction not all 0"
            )
        };
        let (point, normal) = text.split_once(';').ok_or_else(refuse)?;
        let (through, normal) = numbers::<3>(point).zip(numbers::<3>(normal)).ok_or_else(refuse)?;
        if normal == [0.0; 3] {
            return Err(refuse());
        }
        Ok(Self { through, normal })
    }
}

/// Where the upright axis stands, as `y,x` in mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AxisAt(pub [f64; 2]);

impl FromStr for AxisAt {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || format!("`{text}`; expected `y,x`, two numbers in mm");
        numbers::<2>(text).map(Self).ok_or_else(refuse)
    }
}

/// One radius or a range of them, as `R` or `R:R` in mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Radii(pub [f64; 2]);

impl FromStr for Radii {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || format!("`{text}`; expected a radius above 0 in mm, or two, as 4.2:5.0");
        let (inner, outer) = text.split_once(':').unwrap_or((text, text));
        let number = |text: &str| numbers::<1>(text).map(|[radius]| radius);
        match number(inner).zip(number(outer)) {
            Some((inner, outer)) if 0.0 < inner && inner <= outer => Ok(Self([inner, outer])),
            _ => Err(refuse()),
        }
    }
}

/// So many finite numbers between commas.
fn numbers<const COUNT: usize>(text: &str) -> Option<[f64; COUNT]> {
    let numbers = text.split(',').map(|it| it.trim().parse::<f64>().ok());
    let numbers: Option<Vec<f64>> = numbers.map(|it| it.filter(|it| it.is_finite())).collect();
    numbers?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_and_others_refused_with_what_was_expected() {
        let plane: PlaneAt = "1, -2.5,3; 0,1,1".parse().unwrap();
        assert_eq!((plane.through, plane.normal), ([1.0, -2.5, 3.0], [0.0, 1.0, 1.0]));
        for bad in ["", "1,2,3", "1,2,3;0,0,0", "1,2;0,0,1", "1,2,nan;0,0,1", "1,2,3;0,0,1;4"] {
            assert!(bad.parse::<PlaneAt>().unwrap_err().contains("z,y,x; nz,ny,nx"), "{bad}");
        }
        assert_eq!("4".parse(), Ok(Radii([4.0; 2])));
        assert_eq!("4:5.5".parse(), Ok(Radii([4.0, 5.5])));
        for bad in ["0", "-1", "5:4", "a", "4:", "inf"] {
            assert!(bad.parse::<Radii>().unwrap_err().contains("4.2:5.0"), "{bad}");
        }
        assert_eq!("0.1,-2".parse(), Ok(AxisAt([0.1, -2.0])));
        assert!("1".parse::<AxisAt>().unwrap_err().contains("y,x"));
    }
}
