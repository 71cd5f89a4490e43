//! One volume in classes of rising µ, without knowledge of materials. Needs no unit.

use ndarray::{Array3, ArrayView3, Zip};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_numeric::{
    cast::to_f32,
    distance::squared_distance,
    histogram::Histogram,
    k_means::{k_means, nearest},
    random_walker::random_walker,
    threshold::{GlobalThreshold, multi_otsu},
    watershed::watershed,
};
use voltomo_types::Problem;

use crate::SegmentError;

/// Levels of the histogram.
const LEVELS: usize = 1024;
/// Class of a voxel that holds no number.
pub const NO_CLASS: u8 = u8::MAX;
/// Classes at most.
const MOST: usize = 16;

/// How a volume is parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClassMethod {
    /// Two classes, by the global threshold named in `threshold`.
    Threshold,
    /// Classes of least variance.
    #[default]
    MultiOtsu,
    /// Classes about means.
    KMeans,
    /// Flooding of the gradient from the insides of the classes of `multi_otsu`.
    Watershed,
    /// Random walks from the insides of the classes of `multi_otsu`.
    RandomWalker,
}

/// The sixteen global thresholds, by the names that ImageJ gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is told at the global threshold of its name")]
pub enum ThresholdMethod {
    Default,
    Huang,
    Intermodes,
    IsoData,
    Li,
    MaxEntropy,
    Mean,
    MinError,
    Minimum,
    Moments,
    #[default]
    Otsu,
    Percentile,
    RenyiEntropy,
    Shanbhag,
    Triangle,
    Yen,
}

impl ThresholdMethod {
    /// The method of that name.
    #[must_use]
    pub fn global(self) -> GlobalThreshold {
        match self {
            Self::Default => GlobalThreshold::Default,
            Self::Huang => GlobalThreshold::Huang,
            Self::Intermodes => GlobalThreshold::Intermodes,
            Self::IsoData => GlobalThreshold::IsoData,
            Self::Li => GlobalThreshold::Li,
            Self::MaxEntropy => GlobalThreshold::MaxEntropy,
            Self::Mean => GlobalThreshold::Mean,
            Self::MinError => GlobalThreshold::MinError,
            Self::Minimum => GlobalThreshold::Minimum,
            Self::Moments => GlobalThreshold::Moments,
            Self::Otsu => GlobalThreshold::Otsu,
            Self::Percentile => GlobalThreshold::Percentile,
            Self::RenyiEntropy => GlobalThreshold::RenyiEntropy,
            Self::Shanbhag => GlobalThreshold::Shanbhag,
            Self::Triangle => GlobalThreshold::Triangle,
            Self::Yen => GlobalThreshold::Yen,
        }
    }
}

/// How one volume becomes classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClassSettings {
    /// `threshold`, `multi_otsu`, `k_means`, `watershed` or `random_walker`.
    pub method: ClassMethod,
    /// Which global threshold, where the method is `threshold`.
    pub threshold: ThresholdMethod,
    /// How many classes, where the method is another one.
    pub classes: usize,
    /// Seeds of `watershed` and `random_walker` lie so many voxels inside their class.
    pub seed_depth: f64,
    /// How much `random_walker` shuns steps of µ.
    pub beta: f64,
}

impl Default for ClassSettings {
    fn default() -> Self {
        Self {
            method: ClassMethod::default(),
            threshold: ThresholdMethod::default(),
            classes: 3,
            seed_depth: 2.0,
            beta: 130.0,
        }
    }
}

impl ClassSettings {
    /// Everything that is wrong with the settings.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut expect = |is_right: bool, key: &str, found: String, expected: &str| {
            if !is_right {
                problems.push(Problem::new(key, found, expected));
            }
        };
        let (classes, depth, beta) = (self.classes, self.seed_depth, self.beta);
        let is_right = (2..=MOST).contains(&classes);
        expect(is_right, "segment.classes.classes", classes.to_string(), "2 to 16");
        let is_right = (0.0..=100.0).contains(&depth);
        expect(is_right, "segment.classes.seed_depth", depth.to_string(), "0 to 100 voxels");
        let is_right = (0.0..=1e6).contains(&beta);
        expect(is_right, "segment.classes.beta", beta.to_string(), "0 to 1000000");
        problems
    }
}

/// A volume in classes.
#[derive(Debug, Clone)]
pub struct Classes {
    /// Number of each voxel's class from 0, in the order of their µ, `[z, y, x]`; [`NO_CLASS`] where
    /// there is no number, or where no seed leads.
    pub classes: Array3<u8>,
    /// Values between the classes; what `watershed` and `random_walker` started from.
    pub thresholds: Vec<f32>,
    /// Voxels of each class.
    pub voxels: Vec<u64>,
}

/// Parts a volume into classes by its values, without knowing what they are.
///
/// `values`: `[z, y, x]`, in any unit. Errors: settings that cannot be used; no number; one value;
/// a method that finds no threshold. Memory: 1 byte a voxel; `watershed` up to 40 and
/// `random_walker` up to 60 bytes a voxel more.
pub fn classify(
    values: ArrayView3<'_, f32>,
    settings: &ClassSettings,
) -> Result<Classes, SegmentError> {
    if let Some(problem) = settings.problems().into_iter().next() {
        return Err(SegmentError::Setting(problem));
    }
    let histogram = histogram(values)?;
    let thresholds = thresholds(&histogram, settings)?;
    let mut classes = Array3::from_elem(values.dim(), NO_CLASS);
    Zip::from(&mut classes).and(values).par_for_each(|class, value| {
        if value.is_finite() {
            let above = thresholds.iter().filter(|threshold| *value >= **threshold).count();
            *class = number(above);
        }
    });
    match settings.method {
        ClassMethod::Watershed => {
            let seeds = seeds(&classes, thresholds.len() + 1, settings.seed_depth);
            let relief = gradient(values);
            classes = watershed(relief.view(), seeds.view()).mapv(of_marker);
        }
        ClassMethod::RandomWalker => {
            let seeds = seeds(&classes, thresholds.len() + 1, settings.seed_depth);
            classes = random_walker(values, seeds.view(), settings.beta).labels.mapv(of_marker);
        }
        _ => {}
    }
    let mut voxels = vec![0; thresholds.len() + 1];
    let known = classes.iter().filter(|class| **class != NO_CLASS);
    known.for_each(|class| voxels[usize::from(*class)] += 1);
    Ok(Classes { classes, thresholds, voxels })
}

fn number(class: usize) -> u8 {
    u8::try_from(class).expect("at most 16 classes")
}

fn of_marker(marker: u32) -> u8 {
    marker.checked_sub(1).map_or(NO_CLASS, |class| number(class as usize))
}

/// The histogram of the finite values, save for the outermost ten-thousandth at either end, which
/// counts at the ends.
fn histogram(values: ArrayView3<'_, f32>) -> Result<Histogram, SegmentError> {
    let rough = Histogram::of(values.iter().copied(), LEVELS * 16);
    let Some(rough) = rough else {
        let first = values.iter().find(|value| value.is_finite());
        return Err(first.map_or(SegmentError::NoNumbers, |value| SegmentError::Constant {
            value: f64::from(*value),
        }));
    };
    let ends = [1e-4, 1.0 - 1e-4].map(|share| rough.quantile(share));
    let narrow = match ends {
        [Some(low), Some(high)] => Histogram::between(low, high, LEVELS),
        _ => None,
    };
    let Some(mut histogram) = narrow else {
        return Ok(rough);
    };
    values.iter().for_each(|value| {
        if value.is_finite() {
            histogram.add(*value);
        }
    });
    Ok(histogram)
}

fn thresholds(histogram: &Histogram, settings: &ClassSettings) -> Result<Vec<f32>, SegmentError> {
    let found = match settings.method {
        ClassMethod::Threshold => {
            settings.threshold.global().value(histogram).map(|value| vec![value])
        }
        ClassMethod::KMeans => Some(between_means(histogram, settings.classes)),
        _ => multi_otsu(histogram.counts(), settings.classes).map(|levels| {
            levels.into_iter().map(|level| histogram.edge((level + 1) as f64)).collect()
        }),
    };
    found.ok_or_else(|| {
        let key = match settings.method {
            ClassMethod::Threshold => "segment.classes.threshold",
            _ => "segment.classes.classes",
        };
        let found = format!("of {} classes, which these values do not have", settings.classes);
        SegmentError::Setting(Problem::new(key, found, "fewer classes, or another method"))
    })
}

/// Middles between the means of k-means.
fn between_means(histogram: &Histogram, classes: usize) -> Vec<f32> {
    let filled = histogram.counts().iter().enumerate().filter(|it| *it.1 > 0);
    let points: Vec<([f64; 1], f64)> =
        filled.map(|(level, count)| ([level as f64 + 0.5], *count as f64)).collect();
    let means = k_means(&points, classes);
    debug_assert!(points.iter().all(|point| nearest(&means, &point.0).0 < means.len()));
    means.windows(2).map(|pair| histogram.edge(0.5 * (pair[0][0] + pair[1][0]))).collect()
}

/// The class plus 1 of the voxels that lie so deep inside it, 0 elsewhere.
fn seeds(classes: &Array3<u8>, count: usize, depth: f64) -> Array3<u32> {
    let mut seeds = Array3::zeros(classes.dim());
    for class in 0..count {
        let inside = classes.mapv(|it| it == number(class));
        let squares = squared_distance(inside.view());
        let marker = u32::from(number(class)) + 1;
        Zip::from(&mut seeds).and(&squares).par_for_each(|seed, square| {
            if f64::from(*square) > depth * depth {
                *seed = marker;
            }
        });
    }
    seeds
}

/// Size of the gradient, by differences of neighbours; NaN where a value is.
fn gradient(values: ArrayView3<'_, f32>) -> Array3<f32> {
    let (depth, rows, columns) = values.dim();
    let difference = |from: [usize; 3], to: [usize; 3]| {
        let steps: usize = (0..3).map(|axis| to[axis] - from[axis]).sum();
        f64::from(values[to] - values[from]) / steps.max(1) as f64
    };
    let near = |at: usize, count: usize| [at.saturating_sub(1), (at + 1).min(count - 1)];
    Array3::from_shape_fn(values.dim(), |(z, y, x)| {
        let ends = [near(z, depth), near(y, rows), near(x, columns)];
        let square = |axis: usize| {
            let mut places = [[z, y, x]; 2];
            (places[0][axis], places[1][axis]) = (ends[axis][0], ends[axis][1]);
            difference(places[0], places[1]).powi(2)
        };
        let size = (0..3).map(square).sum::<f64>().sqrt();
        if values[[z, y, x]].is_nan() { f32::NAN } else { to_f32(size) }
    })
}
