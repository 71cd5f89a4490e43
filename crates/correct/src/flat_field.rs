//! Open beam and dark field as they were when a radiograph was taken. Knows no spots.

use voltomo_types::When;

use crate::references::Reference;

/// Open beams at known moments, and the dark field.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenBeam {
    /// Moment (radiograph index) and counts above the dark field; in the order of the moments.
    sets: Vec<(f64, Vec<f32>)>,
    /// Flat fields of each.
    counts: Vec<usize>,
    /// Dark field in counts.
    pub(crate) dark: Vec<f32>,
    /// What is added to them, in counts.
    components: Vec<Vec<f32>>,
    /// How often each is added in each radiograph.
    weights: Vec<Vec<f32>>,
}

/// Two sets of open beams and the share of the second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mixed<'a> {
    first: &'a [f32],
    second: &'a [f32],
    share: f32,
    components: &'a [Vec<f32>],
    weights: &'a [f32],
}

impl Mixed<'_> {
    /// Open beam above the dark field in pixel `index`, in counts.
    #[inline]
    pub(crate) fn at(&self, index: usize) -> f32 {
        let (first, second) = (self.first[index], self.second[index]);
        let mut beam = first + self.share * (second - first);
        for (component, weight) in self.components.iter().zip(self.weights) {
            beam += weight * component[index];
        }
        beam
    }
}

impl OpenBeam {
    /// Sets of the same moment become one; so do all if a moment is unknown or time is not to be
    /// followed.
    pub(crate) fn new(
        flats: Vec<(When, Reference)>,
        dark: Vec<f32>,
        (radiograph_count, interpolate): (usize, bool),
    ) -> Self {
        let moments: Option<Vec<f64>> =
            flats.iter().map(|(when, _)| when.radiograph_index(radiograph_count)).collect();
        let moments = moments.filter(|_| interpolate).unwrap_or_else(|| vec![0.0; flats.len()]);
        let mut timed: Vec<(f64, Reference)> =
            moments.into_iter().zip(flats).map(|(moment, (_, flat))| (moment, flat)).collect();
        timed.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut sets, mut counts) = (Vec::new(), Vec::new());
        for same in timed.chunk_by(|a, b| a.0 == b.0) {
            let mut mean = weighted_mean(same.iter().map(|(_, flat)| flat));
            mean.iter_mut().zip(&dark).for_each(|(flat, dark)| *flat -= dark);
            sets.push((same[0].0, mean));
            counts.push(same.iter().map(|(_, flat)| flat.count).sum());
        }
        Self { sets, counts, dark, components: Vec::new(), weights: Vec::new() }
    }

    /// The same, with `components` added to every radiograph as often as its `weights` say.
    pub(crate) fn with_components(self, components: Vec<Vec<f32>>, weights: Vec<Vec<f32>>) -> Self {
        Self { components, weights, ..self }
    }

    /// How many flat fields the open beam of a radiograph is a mean of, by its variance.
    pub(crate) fn flats_behind(&self, radiograph: usize) -> f32 {
        let ([before, after], share) = self.neighbours(radiograph);
        let part = |set: usize, share: f32| share * share / self.counts[set].max(1) as f32;
        match before == after {
            true => self.counts[before].max(1) as f32,
            false => 1.0 / (part(before, 1.0 - share) + part(after, share)),
        }
    }

    /// Open beams above the dark field, one a moment.
    pub(crate) fn sets(&self) -> Vec<&[f32]> {
        self.sets.iter().map(|(_, set)| set.as_slice()).collect()
    }

    /// Linear in time between the sets before and after; constant beyond the first and the last.
    pub(crate) fn at(&self, radiograph: usize) -> Mixed<'_> {
        let ([before, after], share) = self.neighbours(radiograph);
        let weights = self.weights.get(radiograph).map_or(&[][..], Vec::as_slice);
        let components = &self.components[..];
        let (first, second) = (&self.sets[before].1, &self.sets[after].1);
        Mixed { first, second, share, components, weights }
    }

    /// The sets before and after a radiograph, and the share of the second.
    fn neighbours(&self, radiograph: usize) -> ([usize; 2], f32) {
        let now = radiograph as f64;
        let after = self.sets.partition_point(|(moment, _)| *moment <= now);
        let (before, after) = (after.saturating_sub(1), after.min(self.sets.len() - 1));
        let (start, end) = (self.sets[before].0, self.sets[after].0);
        let share = if end > start { (now - start) / (end - start) } else { 0.0 };
        ([before, after], voltomo_numeric::cast::to_f32(share.clamp(0.0, 1.0)))
    }
}

/// Mean of reference frames, each as heavy as it has frames; NaN where all are.
pub(crate) fn weighted_mean<'a>(
    references: impl Iterator<Item = &'a Reference> + Clone,
) -> Vec<f32> {
    let length = references.clone().map(|reference| reference.values.len()).max().unwrap_or(0);
    let mean = |index: usize| {
        let (mut sum, mut weight) = (0.0, 0.0);
        for reference in references.clone().filter(|one| one.values[index].is_finite()) {
            sum += f64::from(reference.values[index]) * reference.count as f64;
            weight += reference.count as f64;
        }
        voltomo_numeric::cast::to_f32(sum / weight)
    };
    (0..length).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(value: f32) -> Reference {
        Reference { values: vec![value], count: 1, spots: 0 }
    }

    #[test]
    fn flats_before_and_after_are_interpolated_in_time() {
        let flats = vec![(When::After, flat(300.0)), (When::Before, flat(100.0))];
        let open_beam = OpenBeam::new(flats, vec![50.0], (9, true));
        assert_eq!(open_beam.at(4).at(0), 150.0);
        assert_eq!(open_beam.at(0).at(0), 50.0 + 200.0 * 0.1);
        let flats = vec![(When::Before, flat(100.0)), (When::During(3), flat(300.0))];
        let open_beam = OpenBeam::new(flats, vec![50.0], (9, true));
        assert_eq!(open_beam.at(8).at(0), 250.0);
        assert_eq!(open_beam.flats_behind(8), 1.0);
        assert!((open_beam.flats_behind(1) - 1.96).abs() < 1e-3, "{}", open_beam.flats_behind(1));
    }

    #[test]
    fn flats_of_unknown_moments_are_one_mean_of_all_frames() {
        let more = Reference { count: 3, ..flat(100.0) };
        let flats = vec![(When::Before, more), (When::Unknown, flat(300.0))];
        let open_beam = OpenBeam::new(flats, vec![0.0], (9, true));
        assert_eq!(open_beam.sets(), [&[150.0]]);
    }
}
