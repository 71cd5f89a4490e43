//! Numbers as a person reads them. Knows no HTML.

/// At most so many digits behind the point.
const MOST_DECIMALS: usize = 6;

/// What stands where a number is not known.
pub(super) const UNKNOWN: &str = "not known";

/// A number with its standard deviation: both to the second digit of the deviation, `0.109 ± 0.010`.
/// Without one, four digits of the number.
pub(super) fn with_uncertainty(value: f64, sigma: Option<f64>) -> String {
    if !value.is_finite() {
        return UNKNOWN.into();
    }
    match sigma.filter(|sigma| sigma.is_finite() && *sigma > 0.0) {
        Some(sigma) if is_plain(value) && sigma >= 1e-6 => {
            let decimals = decimals(sigma, 2);
            format!("{} ± {}", fixed(value, decimals), fixed(sigma, decimals))
        }
        Some(sigma) => format!("{} ± {}", plain(value), plain(sigma)),
        None => plain(value),
    }
}

/// A number to four digits, without zeros at its end.
pub(super) fn plain(value: f64) -> String {
    if !value.is_finite() {
        return UNKNOWN.into();
    }
    if !is_plain(value) {
        return format!("{value:.2e}").replace('-', "\u{2212}");
    }
    let text = fixed(value, decimals(value, 4));
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').into(),
        false => text,
    }
}

/// A number with so many digits behind the point and a true minus sign; never minus zero.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let is_zero = !text.bytes().any(|byte| byte.is_ascii_digit() && byte != b'0');
    match text.strip_prefix('-') {
        Some(rest) if is_zero => rest.into(),
        Some(rest) => format!("\u{2212}{rest}"),
        None => text,
    }
}

/// Whether a number is read more easily without a power of ten.
fn is_plain(value: f64) -> bool {
    value == 0.0 || (1e-5..1e7).contains(&value.abs())
}

/// Decimals that show `digits` digits of a number.
fn decimals(value: f64, digits: i32) -> usize {
    if value == 0.0 {
        return 0;
    }
    let magnitude = voltomo_numeric::cast::to_index(value.abs().log10().floor() + 400.0);
    let wanted = usize::try_from(digits - 1).unwrap_or(0) + 400;
    wanted.saturating_sub(magnitude).min(MOST_DECIMALS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deviation_says_how_many_digits_there_are() {
        assert_eq!(with_uncertainty(0.108_547, Some(0.010_1)), "0.109 ± 0.010");
        assert_eq!(with_uncertainty(-27.459, Some(1.23)), "\u{2212}27.5 ± 1.2");
        assert_eq!(with_uncertainty(253.2, Some(120.0)), "253 ± 120");
        assert_eq!(with_uncertainty(18.0, None), "18");
        assert_eq!(with_uncertainty(3.471_9, Some(0.0)), "3.472");
    }

    #[test]
    fn what_is_no_number_is_said_to_be_unknown() {
        assert_eq!(with_uncertainty(f64::NAN, Some(0.1)), UNKNOWN);
        assert_eq!(with_uncertainty(1.0, Some(f64::NAN)), "1");
        assert_eq!(plain(f64::INFINITY), UNKNOWN);
    }

    #[test]
    fn very_large_and_very_small_numbers_have_a_power_of_ten() {
        assert_eq!(plain(123_456_789.0), "1.23e8");
        assert_eq!(plain(-1.5e-7), "\u{2212}1.50e\u{2212}7");
        assert_eq!(plain(0.0), "0");
        assert_eq!(plain(-0.0), "0");
        assert_eq!(plain(0.05), "0.05");
        assert_eq!(plain(1200.0), "1200");
    }
}
