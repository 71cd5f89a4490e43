//! Thresholds between the two modes that smoothing leaves. Knows counts of levels.

/// So often a histogram is smoothed; what has more than two modes then has none to part.
const PASSES: usize = 10_000;

/// The middle between the two modes.
/// Source: Prewitt & Mendelsohn 1966, doi:10.1111/j.1749-6632.1965.tb11715.x.
pub(super) fn between_modes(counts: &[u64]) -> Option<usize> {
    let (_, [low, high]) = two_modes(counts)?;
    Some(low.midpoint(high))
}

/// The least count between the two modes, the first of equals.
/// Source: as [`between_modes`].
pub(super) fn minimum(counts: &[u64]) -> Option<usize> {
    let (smooth, [low, high]) = two_modes(counts)?;
    super::levels::largest(high - low + 1, |step| -smooth[low + step]).map(|step| low + step)
}

/// The histogram smoothed by means of three neighbours until two modes are left, and these;
/// `None` where fewer are left.
fn two_modes(counts: &[u64]) -> Option<(Vec<f64>, [usize; 2])> {
    let mut smooth: Vec<f64> = counts.iter().map(|count| *count as f64).collect();
    for _ in 0..PASSES {
        match modes(&smooth)[..] {
            [low, high] => return Some((smooth, [low, high])),
            [_] | [] => return None,
            _ => smooth = means_of_three(&smooth),
        }
    }
    None
}

/// The ends are mirrored.
fn means_of_three(values: &[f64]) -> Vec<f64> {
    let last = values.len() - 1;
    let mean = |level: usize| {
        (values[level.saturating_sub(1)] + values[level] + values[(level + 1).min(last)]) / 3.0
    };
    (0..=last).map(mean).collect()
}

/// Last levels of the plateaus from which the histogram falls on both sides.
fn modes(values: &[f64]) -> Vec<usize> {
    let mut modes = Vec::new();
    let mut is_rising = true;
    for (level, value) in values.iter().enumerate() {
        let next = values.get(level + 1).copied().unwrap_or(f64::NEG_INFINITY);
        if is_rising && next < *value {
            modes.push(level);
            is_rising = false;
        } else if next > *value {
            is_rising = true;
        }
    }
    modes
}
