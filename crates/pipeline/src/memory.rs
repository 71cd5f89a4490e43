//! Memory: what a person allows, what the machine has, what the run took. Plans nothing.

use std::str::FromStr;

use serde::Serialize;

/// A number of bytes, as people write it: `4GiB`, `512 MiB`, `6e9`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Bytes(pub u64);

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let digits = text.find(|c: char| c.is_alphabetic() && c != 'e').unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let factor = match unit.trim() {
            "" | "B" => Some(1.0),
            "kB" | "KB" => Some(1e3),
            "MB" => Some(1e6),
            "GB" => Some(1e9),
            "TB" => Some(1e12),
            "KiB" | "k" | "K" => Some(2f64.powi(10)),
            "MiB" | "M" => Some(2f64.powi(20)),
            "GiB" | "G" => Some(2f64.powi(30)),
            "TiB" | "T" => Some(2f64.powi(40)),
            _ => None,
        };
        let number: Option<f64> = number.trim().parse().ok();
        match number.zip(factor) {
            Some((number, factor)) if number > 0.0 && number.is_finite() => {
                Ok(Self(voltomo_numeric::cast::to_index(number * factor) as u64))
            }
            _ => Err(format!("found `{text}`; expected a size such as 4GiB, 512MiB or 6e9")),
        }
    }
}

impl std::fmt::Display for Bytes {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = self.0 as f64;
        let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
        for (unit, power) in units {
            if bytes >= 2f64.powi(power) {
                return write!(out, "{:.2} {unit}", bytes / 2f64.powi(power));
            }
        }
        write!(out, "{} B", self.0)
    }
}

/// Memory that the machine can still give, where the system tells it; a control group's limit
/// counts too.
#[must_use]
pub(crate) fn available() -> Option<Bytes> {
    let free = field("/proc/meminfo", "MemAvailable:")?;
    let group = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let limit = group.and_then(|text| text.trim().parse().ok()).unwrap_or(u64::MAX);
    Some(Bytes(free.min(limit)))
}

/// What a run may take unless told otherwise: part of the memory that is free.
#[must_use]
pub(crate) fn default_budget() -> Bytes {
    const SHARE: f64 = 0.6;
    const WHERE_NOBODY_TELLS: f64 = 4.0 * 1024.0 * 1024.0 * 1024.0;
    let free = available().map_or(WHERE_NOBODY_TELLS, |bytes| bytes.0 as f64);
    Bytes(voltomo_numeric::cast::to_index(free * SHARE) as u64)
}

/// Largest resident memory of this process so far, where the system tells it.
#[must_use]
pub(crate) fn peak() -> Option<Bytes> {
    field("/proc/self/status", "VmHWM:").map(Bytes)
}

fn field(file: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_with_binary_and_decimal_units() {
        assert_eq!("4GiB".parse(), Ok(Bytes(4 << 30)));
        assert_eq!(" 512 MiB".parse(), Ok(Bytes(512 << 20)));
        assert_eq!("6e9".parse(), Ok(Bytes(6_000_000_000)));
        assert_eq!("1.5GB".parse(), Ok(Bytes(1_500_000_000)));
    }

    #[test]
    fn bytes_refuse_what_is_no_size_and_say_what_is() {
        for text in ["", "lots", "-4GiB", "4 GX", "0"] {
            let message = text.parse::<Bytes>().unwrap_err();
            assert!(message.contains("expected a size such as 4GiB"), "{message}");
        }
    }

    #[test]
    fn bytes_print_in_the_largest_fitting_unit() {
        assert_eq!(Bytes(3 << 29).to_string(), "1.50 GiB");
        assert_eq!(Bytes(12).to_string(), "12 B");
    }
}
