//! Methods that sort nothing hold to their slow twins or closed forms, and take full stripes.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod rings_sinogram;
mod rings_twins;

use std::f64::consts::TAU;

use ndarray::{Array1, Array2, Axis};
use rings_sinogram::{Kind, filtered, left_of, psnr, rms, striped_by_all};
use rings_twins::{median_across, mirrored};
use voltomo_correct::{RingMethod, RingSettings};

#[track_caller]
fn assert_holds_to(settings: &RingSettings, slow: impl Fn(&Array2<f64>) -> Array2<f64>) {
    let sinogram = striped_by_all();
    let decibels = psnr(&filtered(&sinogram, settings), &slow(&sinogram.mapv(f64::from)));
    assert!(decibels > 100.0, "{decibels} dB");
    let changed = rms(&filtered(&sinogram, settings), &sinogram);
    assert!(changed > 1e-3, "hardly anything is taken off: {changed}");
}

fn mean_row(sinogram: &Array2<f64>) -> Array1<f64> {
    sinogram.mean_axis(Axis(0)).unwrap()
}

#[test]
fn rivers_agrees_with_plain_moving_averages() {
    assert_holds_to(&RingSettings::of(RingMethod::Rivers), |sinogram| {
        let mean = mean_row(sinogram);
        let average = |x: usize| {
            let near = (-4..=4).map(|step| mean[mirrored(x as isize + step, mean.len())]);
            near.sum::<f64>() / 9.0
        };
        Array2::from_shape_fn(sinogram.dim(), |(y, x)| sinogram[[y, x]] - mean[x] + average(x))
    });
}

/// The source's sum over all columns: the inverse of second difference and α is
/// `cosh((i + ½)τ)·cosh((n − j − ½)τ)/(sinh τ·sinh nτ)`, i ≤ j, with `2 cosh τ = 2 + α`.
#[test]
fn regularised_agrees_with_its_closed_form() {
    let settings = RingSettings { strength: 2e-3, ..RingSettings::of(RingMethod::Regularised) };
    assert_holds_to(&settings, |sinogram| {
        let (mean, strength) = (mean_row(sinogram), f64::from(2e-3f32));
        let (n, tau) = (mean.len() as f64, (1.0 + 0.5 * strength).acosh());
        let inverse = |i: usize, j: usize| {
            let (i, j) = (i.min(j) as f64, i.max(j) as f64);
            ((i + 0.5) * tau).cosh() * ((n - j - 0.5) * tau).cosh()
                / (tau.sinh() * (n * tau).sinh())
        };
        let smooth: Vec<f64> = (0..mean.len())
            .map(|i| strength * (0..mean.len()).map(|j| inverse(i, j) * mean[j]).sum::<f64>())
            .collect();
        Array2::from_shape_fn(sinogram.dim(), |(y, x)| sinogram[[y, x]] - mean[x] + smooth[x])
    });
}

#[test]
fn boin_haibel_agrees_with_plain_column_sums() {
    assert_holds_to(&RingSettings::of(RingMethod::BoinHaibel), |sinogram| {
        let mean = mean_row(sinogram);
        let smooth = median_across(&mean.clone().insert_axis(Axis(0)), 11);
        let least = 0.05 * smooth.iter().copied().fold(0.0, f64::max);
        Array2::from_shape_fn(sinogram.dim(), |(y, x)| {
            let (value, smooth) = (sinogram[[y, x]], smooth[[0, x]]);
            match mean[x].min(smooth) > least {
                true => value * smooth / mean[x],
                false => value + smooth - mean[x],
            }
        })
    });
}

#[test]
fn oimoen_agrees_with_two_plain_medians() {
    let settings =
        RingSettings { window: Some(11), angle_window: 15, ..RingSettings::of(RingMethod::Oimoen) };
    assert_holds_to(&settings, |sinogram| {
        let standing = sinogram - &median_across(sinogram, 11);
        let lasting = median_across(&standing.reversed_axes(), 15).reversed_axes();
        sinogram - &lasting
    });
}

/// The mirrored sinogram's plain Fourier sums along the angle and then across columns.
#[test]
fn raven_agrees_with_plain_fourier_sums_of_the_mirrored_sinogram() {
    let settings = RingSettings { cutoff: 12.0, ..RingSettings::of(RingMethod::Raven) };
    assert_holds_to(&settings, |sinogram| {
        let (angles, columns) = sinogram.dim();
        let (n, m) = (2 * angles, 2 * columns);
        let mut filtered = sinogram.clone();
        for k in -2..=2isize {
            let phase = |y: usize| TAU * k as f64 * y as f64 / n as f64;
            let wave = |x: usize| {
                (0..n).fold([0.0; 2], |[re, im], y| {
                    let value =
                        sinogram[[mirrored(y as isize, angles), mirrored(x as isize, columns)]];
                    [re + value * phase(y).cos(), im - value * phase(y).sin()]
                })
            };
            let half: Vec<[f64; 2]> = (0..columns).map(wave).collect();
            let fast = [0, 1].map(|part| {
                let line: Vec<f64> =
                    (0..m).map(|x| half[mirrored(x as isize, columns)][part]).collect();
                fast_waves(&line, |waves| 1.0 - 1.0 / (1.0 + (0.5 * waves / 12.0).powi(16)))
            });
            for ((y, x), value) in filtered.indexed_iter_mut() {
                *value -= (fast[0][x] * phase(y).cos() - fast[1][x] * phase(y).sin()) / n as f64;
            }
        }
        filtered
    });
}

/// Each wave of a symmetric, periodic line times its factor: a plain sum of cosines.
fn fast_waves(line: &[f64], factor: impl Fn(f64) -> f64) -> Vec<f64> {
    let m = line.len();
    let kernel: Vec<f64> = (0..m)
        .map(|step| {
            let wave = |u: usize| {
                factor(u.min(m - u) as f64) * (TAU * ((u * step) % m) as f64 / m as f64).cos()
            };
            (0..m).map(wave).sum::<f64>() / m as f64
        })
        .collect();
    (0..m).map(|x| (0..m).map(|from| line[from] * kernel[(x + m - from) % m]).sum()).collect()
}

/// Least squares by the normal equations of plain powers, and a plain Gaussian mean.
#[test]
fn fitting_agrees_with_plain_least_squares_and_a_plain_gaussian_mean() {
    assert_holds_to(&RingSettings::of(RingMethod::Fitting), |sinogram| {
        let (angles, columns) = sinogram.dim();
        let time = |y: usize| y as f64 / angles as f64 - 0.5;
        let fit = Array2::from_shape_fn((3, columns), |(power, x)| {
            let sum = |power: i32| (0..angles).map(|y| time(y).powi(power)).sum::<f64>();
            let with = |power: i32| {
                (0..angles).map(|y| sinogram[[y, x]] * time(y).powi(power)).sum::<f64>()
            };
            let normal = [0, 1, 2].map(|row| [sum(row), sum(row + 1), sum(row + 2)]);
            let right = [with(0), with(1), with(2)];
            let mut changed = normal;
            (0..3).for_each(|row| changed[row][power] = right[row]);
            determinant(&changed) / determinant(&normal)
        });
        let smooth = rings_twins::slow_part(&fit.t().to_owned(), 10.0).reversed_axes();
        let stripes = fit - smooth;
        Array2::from_shape_fn(sinogram.dim(), |(y, x)| {
            let stripe: f64 = (0..3)
                .map(|power| stripes[[power, x]] * time(y).powi(i32::try_from(power).unwrap()))
                .sum();
            sinogram[[y, x]] - stripe
        })
    });
}

fn determinant(m: &[[f64; 3]; 3]) -> f64 {
    let minor = |a: usize, b: usize| m[1][a] * m[2][b] - m[1][b] * m[2][a];
    m[0][0] * minor(1, 2) - m[0][1] * minor(0, 2) + m[0][2] * minor(0, 1)
}

#[test]
fn sijbers_postnov_agrees_with_plain_windows() {
    let settings =
        RingSettings { window: Some(51), ..RingSettings::of(RingMethod::SijbersPostnov) };
    assert_holds_to(&settings, |sinogram| {
        let (angles, columns) = sinogram.dim();
        let firsts: Vec<usize> = (0..columns - 51).step_by(12).chain([columns - 51]).collect();
        let line = |first: usize, y: usize| {
            let values: Vec<f64> = (first..first + 51).map(|x| sinogram[[y, x]]).collect();
            let mean = values.iter().sum::<f64>() / 51.0;
            let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 51.0;
            (mean, variance)
        };
        let all = firsts.iter().flat_map(|first| (0..angles).map(move |y| (*first, y)));
        let mut variances: Vec<f64> = all.map(|(first, y)| line(first, y).1).collect();
        variances.sort_by(f64::total_cmp);
        let limit = variances[(variances.len() - 1) / 2];
        let mut stripes = vec![[0.0; 2]; columns];
        for first in firsts {
            let even: Vec<usize> = (0..angles).filter(|y| line(first, *y).1 <= limit).collect();
            for x in (0..51).filter(|_| !even.is_empty()) {
                let values = even.iter().map(|y| sinogram[[*y, first + x]] - line(first, *y).0);
                let mut values: Vec<f64> = values.collect();
                values.sort_by(f64::total_cmp);
                let half = values.len() / 2;
                let median = 0.5 * (values[half] + values[(values.len() - 1) / 2]);
                let weight = even.len() as f64 * (26.0 - (x as f64 - 25.0).abs());
                stripes[first + x][0] += weight * median;
                stripes[first + x][1] += weight;
            }
        }
        Array2::from_shape_fn(sinogram.dim(), |(y, x)| {
            let [sum, weight] = stripes[x];
            sinogram[[y, x]] - if weight > 0.0 { sum / weight } else { 0.0 }
        })
    });
}

/// Daubechies' filter of four vanishing moments, as printed.
const DB4: [f64; 8] = [
    0.230_377_813_308_855_2,
    0.714_846_570_552_541_5,
    0.630_880_767_929_590_4,
    -0.027_983_769_416_983_85,
    -0.187_034_811_718_881_14,
    0.030_841_381_835_986_965,
    0.032_883_011_666_982_945,
    -0.010_597_401_784_997_278,
];

/// One half of every row: `[coarse]` or what is left.
fn halves(image: &Array2<f64>, is_coarse: bool) -> Array2<f64> {
    let tap = |i: usize| if is_coarse { DB4[i] } else { (1.0 - 2.0 * (i % 2) as f64) * DB4[7 - i] };
    let columns = image.ncols();
    Array2::from_shape_fn((image.nrows(), (columns + 7) / 2), |(y, k)| {
        let at = |i: usize| image[[y, mirrored(2 * k as isize - 6 + i as isize, columns)]];
        (0..8).map(|i| tap(i) * at(i)).sum()
    })
}

fn joined(half: &Array2<f64>, is_coarse: bool, columns: usize) -> Array2<f64> {
    let tap = |i: usize| if is_coarse { DB4[i] } else { (1.0 - 2.0 * (i % 2) as f64) * DB4[7 - i] };
    Array2::from_shape_fn((half.nrows(), columns), |(y, x)| {
        let taps = (0..half.ncols()).map(|k| (k, x as isize - 2 * k as isize + 6));
        let inside = taps.filter(|(_, i)| (0..8).contains(i));
        inside.map(|(k, i)| half[[y, k]] * tap(i as usize)).sum()
    })
}

fn turned(image: &Array2<f64>) -> Array2<f64> {
    image.t().to_owned()
}

/// Münch 2009 as printed: all four bands, a Fourier sum along the angle, and back.
fn munch(image: &Array2<f64>, levels: usize, sigma: f64) -> Array2<f64> {
    if levels == 0 {
        return image.clone();
    }
    let (angles, columns) = image.dim();
    let across = [true, false].map(|is_coarse| halves(image, is_coarse));
    let [coarse_fine, coarse] =
        [&across[1], &across[0]].map(|half| turned(&halves(&turned(half), true)));
    let [fine_fine, fine] =
        [&across[1], &across[0]].map(|half| turned(&halves(&turned(half), false)));
    let stripes = damped(&coarse_fine, sigma);
    let coarse = munch(&coarse, levels - 1, sigma);
    let back = |slow: &Array2<f64>, fast: &Array2<f64>| {
        let slow = joined(&turned(slow), true, angles);
        turned(&(slow + joined(&turned(fast), false, angles)))
    };
    joined(&back(&coarse, &fine), true, columns)
        + joined(&back(&stripes, &fine_fine), false, columns)
}

/// Each wave along the angle times `1 − exp(−k²/2σ²)`.
fn damped(band: &Array2<f64>, sigma: f64) -> Array2<f64> {
    let lines = band.nrows();
    let kernel: Vec<f64> = (0..lines)
        .map(|step| {
            let wave = |k: usize| {
                let near = k.min(lines - k) as f64;
                (1.0 - (-0.5 * (near / sigma).powi(2)).exp())
                    * (TAU * ((k * step) % lines) as f64 / lines as f64).cos()
            };
            (0..lines).map(wave).sum::<f64>() / lines as f64
        })
        .collect();
    Array2::from_shape_fn(band.dim(), |(y, x)| {
        (0..lines).map(|from| band[[from, x]] * kernel[(y + lines - from) % lines]).sum()
    })
}

#[test]
fn wavelet_fourier_agrees_with_the_whole_transform_and_plain_fourier_sums() {
    for sigma in [1.0, 2.7] {
        let settings = RingSettings {
            wavelet: 4,
            levels: 3,
            sigma: Some(sigma),
            ..RingSettings::of(RingMethod::WaveletFourier)
        };
        assert_holds_to(&settings, |sinogram| munch(sinogram, 3, f64::from(sigma)));
    }
}

#[test]
fn each_method_takes_full_stripes_and_leaves_fluctuating_ones_as_its_paper_says() {
    for (method, most) in [
        (RingMethod::Fitting, 0.1),
        (RingMethod::WaveletFourier, 0.05),
        (RingMethod::Regularised, 0.05),
        (RingMethod::Raven, 0.2),
        (RingMethod::Rivers, 0.2),
        (RingMethod::BoinHaibel, 0.3),
        (RingMethod::Oimoen, 0.15),
        (RingMethod::SijbersPostnov, 0.15),
    ] {
        let left = |kind| left_of(kind, &RingSettings::of(method));
        assert!(left(Kind::Full) < most, "{method:?}: {}", left(Kind::Full));
        assert!(left(Kind::Fluctuating) > 0.9, "{method:?}: {}", left(Kind::Fluctuating));
    }
}

#[test]
fn a_second_median_takes_partial_stripes_that_mean_rows_do_not_know() {
    let left = |method| left_of(Kind::Partial, &RingSettings::of(method));
    assert!(left(RingMethod::Oimoen) < 0.15);
    for method in [RingMethod::Rivers, RingMethod::Regularised, RingMethod::BoinHaibel] {
        assert!(left(method) > 0.5, "{method:?}: {}", left(method));
    }
}

#[test]
fn large_stripes_go_with_the_levels_of_the_wavelets() {
    let with = |levels| RingSettings { levels, ..RingSettings::of(RingMethod::WaveletFourier) };
    let (few, many) = (left_of(Kind::Large, &with(2)), left_of(Kind::Large, &with(6)));
    assert!(few > 0.5 && many < 0.35, "{few} {many}");
}
