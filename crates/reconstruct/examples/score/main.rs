//! Reconstructs what the peers' benchmark makes, so that it can be scored and timed beside them: the
//! data in memory, only the call timed. Knows no peers.
//!
//! ```text
//! score parallel  IN.npy OUT.npy METHOD [RUNS]
//! score cone      IN.npy OUT.npy SIDE [SLICES [RUNS]]
//! score iterative IN.npy OUT.npy METHOD [ITERATIONS [KEY=VALUE ...]]
//! score tv        [SIDE [VIEWS [METHOD [ITERATIONS [KEY=VALUE ...]]]]]
//! ```
//!
//! IN and OUT are float32; OUT may be `-` for none. Keys are those of `[reconstruct.iterative]`,
//! values are JSON. One line a run: seconds of the call and of the processor.

#![allow(clippy::unwrap_used, reason = "a tool for measurements may stop")]

mod cone;
mod iterative;
mod npy;
mod parallel;
mod phantom;
mod stopwatch;
mod tv;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match &arguments[..] {
        ["parallel", rest @ ..] if rest.len() >= 3 => parallel::score(rest),
        ["cone", rest @ ..] if rest.len() >= 3 => cone::score(rest),
        ["iterative", rest @ ..] if rest.len() >= 3 => iterative::score(rest),
        ["tv", rest @ ..] => tv::score(rest),
        _ => {
            eprintln!("usage: score parallel|cone|iterative|tv ARGUMENTS; its source says which");
            std::process::exit(2);
        }
    }
}

/// The argument at a place, or what it is without one.
fn argument<T: std::str::FromStr<Err: std::fmt::Debug>>(
    arguments: &[&str],
    place: usize,
    usual: T,
) -> T {
    arguments.get(place).map_or(usual, |text| text.parse().unwrap())
}
