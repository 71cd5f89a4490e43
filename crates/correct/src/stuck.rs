//! Pixels that answer in the flat fields and stand still in the radiographs. Knows no files.

/// Widest run of stuck pixels along a row, and most stuck rows side by side.
const WIDEST: usize = 4;
/// A row is stuck as a whole with this part of its pixels: beside a sample there is air in it.
const WHOLE: f64 = 0.9;
/// Radiographs that must be seen before a pixel is called stuck.
const LEAST_FRAMES: usize = 4;

/// Pixels that were without light, or saturated, in every radiograph seen so far.
#[derive(Debug)]
pub(crate) struct Stuck {
    columns: usize,
    pixels: Vec<bool>,
    frames: usize,
}

/// The range of counts in which a pixel answers to light.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answering {
    /// At or below it, no light is seen.
    pub(crate) least: f32,
    /// At or above it, the pixel is saturated.
    pub(crate) most: f32,
}

impl Stuck {
    /// Nothing seen yet, of a detector of `pixels` pixels.
    pub(crate) fn new(pixels: usize, columns: usize) -> Self {
        Self { columns, pixels: vec![true; pixels], frames: 0 }
    }

    /// Sees one whole radiograph; `answering` tells the range of each pixel.
    pub(crate) fn see(&mut self, counts: &[f32], answering: impl Fn(usize) -> Answering) {
        self.frames += 1;
        for (index, (stuck, count)) in self.pixels.iter_mut().zip(counts).enumerate() {
            if *stuck {
                let Answering { least, most } = answering(index);
                *stuck = !(*count > least && *count < most);
            }
        }
    }

    /// Pixels that stood still in runs of at most [`WIDEST`] along their row, or in so many whole
    /// rows: a shadow that never moves is wider than that, and stays what it is.
    pub(crate) fn found(&self) -> Vec<usize> {
        let mut found = Vec::new();
        if self.frames < LEAST_FRAMES {
            return found;
        }
        let whole = self.whole_rows();
        for (row, line) in self.pixels.chunks(self.columns).enumerate() {
            if whole[row] {
                let stuck = line.iter().enumerate().filter(|(_, stuck)| **stuck);
                found.extend(stuck.map(|(column, _)| row * self.columns + column));
                continue;
            }
            let mut first = row * self.columns;
            for run in line.chunk_by(|a, b| a == b) {
                if run[0] && run.len() <= WIDEST {
                    found.extend(first..first + run.len());
                }
                first += run.len();
            }
        }
        found
    }

    /// Rows that stood still as a whole, at most [`WIDEST`] side by side; none where all of them did.
    fn whole_rows(&self) -> Vec<bool> {
        let is_whole = |line: &[bool]| {
            let stuck = line.iter().filter(|stuck| **stuck).count();
            stuck as f64 >= WHOLE * line.len() as f64
        };
        let whole: Vec<bool> = self.pixels.chunks(self.columns).map(is_whole).collect();
        let most = WIDEST.min(whole.len().saturating_sub(1));
        let runs = whole.chunk_by(|a, b| a == b);
        runs.flat_map(|run| vec![run[0] && run.len() <= most; run.len()]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANGE: Answering = Answering { least: 10.0, most: 65_535.0 };

    fn seen(frame: &[f32], times: usize) -> Vec<usize> {
        let mut stuck = Stuck::new(frame.len(), 12);
        (0..times).for_each(|_| stuck.see(frame, |_| RANGE));
        stuck.found()
    }

    #[test]
    fn a_dark_and_a_saturated_column_are_stuck_and_a_wide_shadow_is_not() {
        let mut frame = vec![500.0; 12];
        (frame[0], frame[7]) = (0.0, 65_535.0);
        assert_eq!(seen(&frame, 5), [0, 7]);
        let shadow: Vec<f32> = (0..12).map(|x| if x < 8 { 3.0 } else { 500.0 }).collect();
        assert_eq!(seen(&shadow, 5), [] as [usize; 0]);
    }

    #[test]
    fn a_dark_row_is_stuck_and_a_dark_band_is_not() {
        let rows = |dark: std::ops::Range<usize>| -> Vec<f32> {
            (0..120).map(|k| if dark.contains(&(k / 12)) { 0.0 } else { 500.0 }).collect()
        };
        assert_eq!(seen(&rows(3..4), 5), (36..48).collect::<Vec<_>>());
        assert_eq!(seen(&rows(3..9), 5), [] as [usize; 0]);
        assert_eq!(seen(&[f32::NAN; 24], 5), [] as [usize; 0], "nothing beside to bridge from");
    }

    #[test]
    fn a_pixel_that_answers_once_or_is_seen_too_seldom_is_not_stuck() {
        let mut frame = vec![500.0; 12];
        frame[5] = 0.0;
        assert!(seen(&frame, 3).is_empty());
        let mut stuck = Stuck::new(12, 12);
        (0..5).for_each(|_| stuck.see(&frame, |_| RANGE));
        stuck.see(&[500.0; 12], |_| RANGE);
        assert!(stuck.found().is_empty());
    }
}
