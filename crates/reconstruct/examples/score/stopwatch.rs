//! Wall and processor seconds of a piece of work. Knows no work.

use std::time::Instant;

/// Seconds that something took.
pub(crate) struct Seconds {
    pub(crate) wall: f64,
    pub(crate) processor: f64,
}

/// The result of `work`, and what it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Seconds) {
    let (wall, processor) = (Instant::now(), processor_seconds());
    let result = work();
    let processor = processor_seconds() - processor;
    (result, Seconds { wall: wall.elapsed().as_secs_f64(), processor })
}

/// User and system seconds of this process, from the kernel's own account (Linux; else NaN).
fn processor_seconds() -> f64 {
    let Ok(text) = std::fs::read_to_string("/proc/self/stat") else {
        return f64::NAN;
    };
    let ticks = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    ticks.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
