//! Results of work side by side, and which error is told. Knows no frames.

use rayon::prelude::*;

/// All results, or the error of the first of them by its place: not whichever came first.
pub(crate) fn first_error<T: Send, E: Send>(
    results: impl IndexedParallelIterator<Item = Result<T, E>>,
) -> Result<Vec<T>, E> {
    results.collect::<Vec<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_errors_that_of_the_first_place_is_told() {
        let work = |place: usize| {
            // The first one is the slowest.
            std::thread::sleep(std::time::Duration::from_millis(if place == 3 { 30 } else { 0 }));
            if place < 3 { Ok(place) } else { Err(place) }
        };
        assert_eq!(first_error((0..64).into_par_iter().map(work)), Err(3));
        assert_eq!(first_error((0..3).into_par_iter().map(work)), Ok(vec![0, 1, 2]));
    }
}
