//! What `acquire.angles` may say: a range, golden-ratio order or a file. Opens no file.

use std::path::PathBuf;

/// Where the recipe says the angles are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AngleSource {
    /// `START:STOP`, degrees.
    Range(f64, f64),
    /// Steps of the golden ratio of so many degrees.
    Golden(f64),
    /// A text or CSV file.
    File(PathBuf),
}

/// Angles beyond this are something else: encoder counts, or times.
pub(crate) const LARGEST_DEGREES: f64 = 1e6;

const RANGE: &str = "`START:STOP` in degrees with two different numbers up to 1e6, as `0:360`, `golden`, \
                     `golden:360`, or the name of a text file";

impl AngleSource {
    /// What `acquire.angles` says; the error tells what was expected.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text == "golden" {
            return Ok(Self::Golden(180.0));
        }
        if let Some(arc) = text.strip_prefix("golden:") {
            return match arc.trim() {
                "180" => Ok(Self::Golden(180.0)),
                "360" => Ok(Self::Golden(360.0)),
                _ => Err("`golden`, `golden:180` or `golden:360`".into()),
            };
        }
        match text.split_once(':').map(|(a, b)| (a.trim().parse(), b.trim().parse())) {
            Some((Ok(start), Ok(stop))) => Self::range(start, stop),
            Some((Ok(_), Err(_)) | (Err(_), Ok(_))) => Err(RANGE.into()),
            _ if text.is_empty() => Err(RANGE.into()),
            _ => Ok(Self::File(text.into())),
        }
    }

    fn range(start: f64, stop: f64) -> Result<Self, String> {
        let is_angle = |angle: f64| angle.abs() <= LARGEST_DEGREES;
        let usable = is_angle(start) && is_angle(stop) && start != stop;
        if usable { Ok(Self::Range(start, stop)) } else { Err(RANGE.into()) }
    }
}
