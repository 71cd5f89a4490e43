//! Noise and faults of an instrument against its profile. Looks at no geometry.
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    missing_docs,
    unreachable_pub,
    reason = "a test may stop"
)]

mod traced_solids;

use ndarray::{Array2, s};
use traced_solids::{Solid, Solids};
use voltomo_acquire::simulate::{
    PathLengths,
    instrument::{Aim, FrameKind, Profile, Spots, Twin},
    material::Substance,
    spectrum::{AttenuationTable, PanelResponse, Spectrum, TubeBeam},
};

/// TITAN with counting and electronics alone: an even, steady beam on even pixels.
fn counting_titan() -> Profile {
    let mut profile = Profile::titan();
    profile.scatter = Default::default();
    profile.spots = Default::default();
    profile.defects = Default::default();
    profile.beam.drift_per_hour = 0.0;
    profile.beam.jitter = 0.0;
    profile.beam.falloff = 0.0;
    profile.screen.light_fwhm_mm = 0.0;
    profile.screen.afterglow = 0.0;
    profile.readout.prnu = 0.0;
    profile.detector.region = [300, 400];
    profile.frames.views = 3;
    profile
}

fn counting_imax() -> Profile {
    let mut profile = Profile::imax();
    profile.scatter = Default::default();
    profile.defects = Default::default();
    profile.beam.drift_per_hour = 0.0;
    profile.beam.jitter = 0.0;
    profile.screen.light_fwhm_mm = 0.0;
    profile.screen.glare = 0.0;
    profile.screen.afterglow = 0.0;
    profile.readout.prnu = 0.0;
    profile.readout.gain_residual = 0.0;
    let tube = profile.tube.as_mut().unwrap();
    tube.inverse_square = false;
    tube.heel_per_degree = 0.0;
    profile.detector.region = [300, 400];
    profile.geometry.piercing_offset = [0.0, 0.0];
    profile.frames.views = 3;
    profile
}

/// An opaque block in the middle of the field, 2 mm wide.
fn block() -> Solids {
    Solids::opaque(&[Solid::Block([-1.0, -1.0, 0.0], [1.0, 1.0, 20.0])])
}

fn frames(twin: &Twin, kind: FrameKind) -> Vec<Array2<f64>> {
    let first = twin.schedule().iter().position(|job| job.kind == kind).unwrap();
    let count = twin.schedule().iter().filter(|job| job.kind == kind).count();
    let as_f64 = |frame: Array2<u16>| frame.mapv(f64::from);
    twin.render(first..first + count).into_iter().map(as_f64).collect()
}

fn mean(values: impl Iterator<Item = f64> + Clone) -> f64 {
    values.clone().sum::<f64>() / values.count() as f64
}

fn variance(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let mean = mean(values.clone());
    self::mean(values.map(|value| (value - mean).powi(2)))
}

/// Variance of counts over their mean above the bias, against gain/Swank + gain: neutrons of a
/// hundred electrons, their spread, and the electrons' own noise.
#[test]
fn variance_grows_with_the_mean_by_gain_and_swank() {
    for flux in [1e6, 3e6, 1e7] {
        let mut profile = counting_titan();
        profile.neutrons.as_mut().unwrap().flux_per_cm2_s = flux;
        let (sample, readout) = (block(), profile.readout.clone());
        let twin = Twin::new(&sample, &profile, None, 4).unwrap();
        let frame = frames(&twin, FrameKind::OpenBefore).remove(0);
        let signal = mean(frame.iter().copied()) - readout.bias;
        let detected = flux * 0.15 * 20.0 * 0.0042 * 0.0042;
        assert!((signal / (detected * 100.0) - 1.0).abs() < 0.003, "{signal} {detected}");
        let expected = signal * 100.0 / profile.screen.swank + signal + 49.0 + 1.0 / 12.0;
        let found = variance(frame.iter().copied());
        assert!((found / expected - 1.0).abs() < 0.015, "{flux}: {found} {expected}");
    }
}

/// Energy-integrating noise behind steel: fewer and larger quanta, the hard ones.
#[test]
fn variance_behind_a_hardening_sample_is_that_of_its_spectrum() {
    let steel = Substance::formula("steel", "Fe", 7.87).unwrap();
    let plate = Solid::Block([-8.0, -1.5, 0.0], [8.0, 1.5, 20.0]);
    let sample = Solids::of(&[plate], steel.clone());
    let mut profile = counting_imax();
    profile.detector.region = [100, 100];
    profile.geometry.aim = Aim::Middle;
    profile.tube.as_mut().unwrap().spot_drift_mm = 0.0;
    profile.noise.electronic = false;
    profile.readout.electrons_per_count = 200.0;
    let twin = Twin::new(&sample, &profile, None, 4).unwrap();

    let beam = TubeBeam::with_copper(80.0, 0.5);
    let panel = PanelResponse { csi_mm: 0.2, packing: 3.61 / 4.51 };
    let spectrum = Spectrum::tube(&beam, &panel, 16).unwrap();
    let mut lengths = PathLengths::new(1, 1);
    lengths.material_mut(0)[0] = 3.0;
    let (mut signal, mut spread) = ([0.0], [0.0]);
    AttenuationTable::new(&spectrum, &[steel]).transmission_and_variance(
        &lengths,
        &mut signal,
        &mut spread,
    );
    // 3.7e4 quanta a pixel in 5 s at 0.5 mA, 240 mm; 5 counts a quantum.
    let open = 3.68e4;
    let moment = spectrum.mean_square_signal() / spectrum.mean_signal().powi(2);
    let frame = frames(&twin, FrameKind::Radiograph).remove(0) - 200.0;
    let level = mean(frame.iter().copied());
    let expected = open * f64::from(signal[0]) * 5.0;
    assert!((level / expected - 1.0).abs() < 0.02, "{level} {expected}");
    let ratio = variance(frame.iter().copied()) / level;
    let expected = 5.0 * moment / 0.9 * f64::from(spread[0] / signal[0]);
    assert!((ratio / expected - 1.0).abs() < 0.06, "{ratio} {expected}");
    assert!(spread[0] / signal[0] > 1.1);
}

#[test]
fn swank_0_gives_every_neutron_the_same_light() {
    let mut profile = counting_titan();
    profile.screen.swank = 0.0;
    let sample = block();
    let twin = Twin::new(&sample, &profile, None, 4).unwrap();
    let frame = frames(&twin, FrameKind::OpenBefore).remove(0);
    let signal = mean(frame.iter().copied()) - 300.0;
    let ratio = variance(frame.iter().copied()) / (signal * 101.0 + 49.0);
    assert!((ratio - 1.0).abs() < 0.015, "{ratio}");
}

/// Neighbours share light: for a Gaussian of σ pixels the correlation at the distance d is
/// exp(−d²/4σ²), and the variance falls to 1/(4πσ²).
#[test]
fn light_spread_correlates_neighbours_over_its_width() {
    let mut profile = counting_titan();
    profile.noise.electronic = false;
    let sample = block();
    let sharp = Twin::new(&sample, &profile, None, 4).unwrap();
    let sharp = frames(&sharp, FrameKind::OpenBefore).remove(0);
    profile.screen.light_fwhm_mm = 0.158;
    let twin = Twin::new(&sample, &profile, None, 4).unwrap();
    let frame = frames(&twin, FrameKind::OpenBefore).remove(0);
    let sigma = 0.158 / 2.3548 / 0.042;
    let inner = frame.slice(s![12..288, 12..388]).to_owned();
    let spread = variance(inner.iter().copied());
    let fall = spread / variance(sharp.iter().copied());
    let expected = 1.0 / (4.0 * std::f64::consts::PI * sigma * sigma);
    assert!((fall / expected - 1.0).abs() < 0.08, "{fall} {expected}");
    let centre = mean(inner.iter().copied());
    for distance in [1, 2, 3] {
        let left = inner.slice(s![.., ..-distance]);
        let right = inner.slice(s![.., distance..]);
        let products = left.iter().zip(right.iter()).map(|(a, b)| (a - centre) * (b - centre));
        let found = mean(products) / spread;
        let expected = (-(distance as f64 / sigma).powi(2) / 4.0).exp();
        assert!((found - expected).abs() < 0.04, "{distance}: {found} {expected}");
    }
}

#[test]
fn darks_have_the_bias_the_dark_current_and_the_read_noise() {
    let mut profile = counting_titan();
    profile.readout.dark_electrons_per_s = 2.0;
    profile.readout.electrons_per_count = 1.5;
    let sample = block();
    let twin = Twin::new(&sample, &profile, None, 4).unwrap();
    let dark = frames(&twin, FrameKind::Dark).remove(3);
    let average = mean(dark.iter().copied());
    assert!((average - 300.0 - 40.0 / 1.5).abs() < 0.06, "{average}");
    let expected = (40.0 + 49.0) / 2.25 + 1.0 / 12.0;
    let found = variance(dark.iter().copied());
    assert!((found / expected - 1.0).abs() < 0.02, "{found} {expected}");
}

/// Binned pixels are averaged: the same level, a quarter of the variance.
#[test]
fn binning_keeps_the_level_and_divides_the_variance() {
    let mut profile = counting_titan();
    let sample = block();
    let open = |profile: &Profile| {
        let twin = Twin::new(&sample, profile, None, 4).unwrap();
        let frame = frames(&twin, FrameKind::OpenBefore).remove(0);
        [mean(frame.iter().copied()), variance(frame.iter().copied())]
    };
    let single = open(&profile);
    profile.detector.bin = 2;
    let binned = open(&profile);
    assert!((binned[0] / single[0] - 1.0).abs() < 0.002, "{binned:?} {single:?}");
    assert!((4.0 * binned[1] / single[1] - 1.0).abs() < 0.03, "{binned:?} {single:?}");
}

#[test]
fn gamma_spots_are_as_many_and_as_large_as_the_profile_says() {
    let mut profile = counting_titan().without_noise();
    profile.detector.region = [1000, 1000];
    let sample = Solids::opaque(&[Solid::Block([-1.0, -1.0, 0.0], [1.0, 1.0, 20.0])]);
    let clean = Twin::new(&sample, &profile, None, 4).unwrap();
    let clean = frames(&clean, FrameKind::OpenBefore).remove(0);
    profile.spots =
        Spots { per_megapixel_s: 2.4, mean_pixels: 4.0, mean_counts: 3000.0, dark_share: 0.1 };
    let twin = Twin::new(&sample, &profile, None, 4).unwrap();
    let (mut spots, mut pixels, mut light) = (0, 0, 0.0);
    let open = frames(&twin, FrameKind::OpenBefore);
    for frame in &open {
        let above = frame - &clean;
        pixels += above.iter().filter(|&&value| value > 0.5).count();
        light += above.iter().sum::<f64>();
        spots += clusters(&above);
    }
    // 48 a frame, 480 in ten; a few touch, a few are lower than half a count.
    assert!((f64::from(spots) - 480.0).abs() < 75.0, "{spots}");
    let size = pixels as f64 / f64::from(spots);
    assert!((2.5..4.6).contains(&size), "{size}");
    // The first pixel of a track is bright, the others half as bright on average; a track has
    // 1 + floor(exponential of the mean 3) pixels: 1 + 1/(e^(1/3) − 1) = 3.53.
    let height = light / 480.0 / (1.0 + 0.5 * 2.53);
    assert!((height / 3000.0 - 1.0).abs() < 0.15, "{height}");
    let dark = frames(&twin, FrameKind::Dark);
    let in_darks: i32 = dark.iter().map(|frame| clusters(&(frame - 300.0))).sum();
    assert!((25..75).contains(&in_darks), "{in_darks}");
}

/// Groups of pixels above half a count that touch.
fn clusters(above: &Array2<f64>) -> i32 {
    let mut left = above.mapv(|value| value > 0.5);
    let mut count = 0;
    let (rows, columns) = left.dim();
    for start in 0..rows * columns {
        let mut stack = vec![(start / columns, start % columns)];
        if !left[stack[0]] {
            continue;
        }
        count += 1;
        while let Some((row, column)) = stack.pop() {
            if !std::mem::replace(&mut left[[row, column]], false) {
                continue;
            }
            for r in row.saturating_sub(1)..(row + 2).min(rows) {
                for c in column.saturating_sub(1)..(column + 2).min(columns) {
                    stack.push((r, c));
                }
            }
        }
    }
    count
}

#[test]
fn intensity_drifts_an_hour_and_jitters_a_frame_as_the_profile_says() {
    let mut profile = counting_titan();
    profile.detector.region = [100, 100];
    profile.beam.drift_per_hour = -0.05;
    profile.beam.jitter = 0.005;
    profile.frames.views = 1;
    profile.frames.open_before = 400;
    let sample = block();
    let twin = Twin::new(&sample, &profile, None, 4).unwrap();
    let first = twin.schedule().iter().position(|job| job.kind == FrameKind::OpenBefore).unwrap();
    let quanta: Vec<[f64; 2]> = (first..first + 400)
        .map(|frame| {
            let hours = (twin.schedule()[frame].time_s + 10.0) / 3600.0;
            [hours, f64::from(twin.expected_quanta(frame).unwrap()[[0, 0]]) / 264.6]
        })
        .collect();
    let [hours, level] = [0, 1].map(|k| mean(quanta.iter().map(|q| q[k])));
    let slope = quanta.iter().map(|q| (q[0] - hours) * (q[1] - level)).sum::<f64>()
        / quanta.iter().map(|q| (q[0] - hours).powi(2)).sum::<f64>();
    assert!((slope + 0.05).abs() < 0.0012, "{slope}");
    let rest = variance(quanta.iter().map(|q| q[1] - level - slope * (q[0] - hours))).sqrt();
    assert!((rest / 0.005 - 1.0).abs() < 0.12, "{rest}");
}

#[test]
fn faulty_pixels_are_as_many_as_the_profile_says_and_stay_where_they_are() {
    let mut profile = counting_titan().without_noise();
    profile.defects.dead_share = 1e-3;
    profile.defects.hot_share = 2e-3;
    profile.defects.hot_counts_per_s = 50.0;
    profile.defects.dead_columns = 2;
    profile.defects.hot_columns = 1;
    let sample = block();
    let twin = |seed| Twin::new(&sample, &profile, None, seed).unwrap();
    let twins = [twin(1), twin(2)];
    let open = frames(&twins[0], FrameKind::OpenBefore).remove(0);
    let dark = frames(&twins[0], FrameKind::Dark).remove(0);
    assert_eq!(dark, frames(&twins[1], FrameKind::Dark).remove(0));
    let is_dead = |column: usize| open.column(column).iter().all(|&value| value < 2000.0);
    let dead_columns: Vec<usize> = (0..400).filter(|&column| is_dead(column)).collect();
    assert_eq!(dead_columns.len(), 2);
    let single = open
        .indexed_iter()
        .filter(|((_, column), value)| !dead_columns.contains(column) && **value < 2000.0);
    let single = single.count();
    assert!((110..=120).contains(&single), "{single}");
    let glows: Vec<f64> = dark.iter().map(|value| value - 300.0).filter(|v| *v > 0.0).collect();
    // 240 single ones and a column of 300 that glows with 500 counts.
    assert!((530..=540).contains(&glows.len()), "{}", glows.len());
    let others = glows.iter().copied().filter(|value| *value != 500.0).collect::<Vec<_>>();
    let height = mean(others.iter().copied());
    assert!((height / 1000.0 - 1.0).abs() < 0.25, "{height}");
}

#[test]
fn gains_spread_as_the_profile_says_and_their_residual_is_not_in_the_open_beams() {
    let mut profile = counting_titan().without_noise();
    profile.readout.prnu = 0.02;
    profile.readout.gain_residual = 0.01;
    let sample = block();
    let twin = Twin::new(&sample, &profile, None, 1).unwrap();
    let open = frames(&twin, FrameKind::OpenBefore).remove(0) - 300.0;
    let spread = variance(open.iter().copied()).sqrt() / mean(open.iter().copied());
    assert!((spread / 0.02 - 1.0).abs() < 0.02, "{spread}");
    let radiograph = frames(&twin, FrameKind::Radiograph).remove(0) - 300.0;
    let beside = s![.., ..100];
    let ratio = &radiograph.slice(beside) / &open.slice(beside);
    let rings = variance(ratio.iter().copied()).sqrt();
    assert!((rings / 0.01 - 1.0).abs() < 0.03, "{rings}");
}

/// Behind an opaque block only the light of the frame before is left.
#[test]
fn afterglow_is_a_share_of_the_frame_before() {
    let mut profile = counting_titan().without_noise();
    profile.screen.afterglow = 0.02;
    profile.neutrons.as_mut().unwrap().collimation = 0.0;
    let sample = block();
    let twin = Twin::new(&sample, &profile, None, 1).unwrap();
    let open = mean(frames(&twin, FrameKind::OpenBefore)[1].iter().copied()) - 300.0;
    let radiographs = frames(&twin, FrameKind::Radiograph);
    let behind = |view: usize| radiographs[view][[150, 208]] - 300.0;
    assert!((behind(0) / open - 0.02).abs() < 1e-3, "{} {open}", behind(0));
    assert!(behind(1).abs() < 1.0, "{}", behind(1));
}

/// Nothing comes through: what is left is scatter, backlight and glare.
#[test]
fn a_starved_pixel_shows_scatter_and_glare() {
    let mut profile = counting_titan().without_noise();
    profile.scatter = Profile::titan().scatter;
    profile.neutrons.as_mut().unwrap().collimation = 0.0;
    let sample = block();
    let twin = Twin::new(&sample, &profile, None, 1).unwrap();
    let frame = frames(&twin, FrameKind::Radiograph).remove(0);
    let strewn = twin.scattered(0).unwrap();
    let quanta = 264.6 * f64::from(strewn[[150, 208]]);
    assert!((frame[[150, 208]] - 300.0 - 100.0 * quanta).abs() < 2.0);
    // 40 mm² that nothing leaves, on the middle of a Gaussian of 40 mm: half of its length of
    // 20 mm is in sight of its own middle with 0.97, so k·A/(2πσ²)·0.98 and the backlight.
    let expected = 0.28 * 40.0 / (std::f64::consts::TAU * 1600.0) * 0.99 + 0.02;
    assert!((f64::from(strewn[[150, 208]]) / expected - 1.0).abs() < 0.02);

    let mut profile = counting_imax().without_noise();
    profile.screen.glare = 0.09;
    profile.screen.glare_fwhm_mm = 5.0;
    profile.tube.as_mut().unwrap().spot_mm = 0.0;
    let twin = Twin::new(&sample, &profile, None, 1).unwrap();
    let frame = frames(&twin, FrameKind::Radiograph).remove(0) - 200.0;
    let open = mean(frames(&twin, FrameKind::OpenBefore)[0].iter().copied()) - 200.0;
    let behind = frame[[150, 200]] / open;
    // The shadow is 8 mm wide: of a Gaussian of 5 mm (σ = 2.1) 6 % lie beyond ±4 mm.
    assert!((behind - 0.09 * 0.06).abs() < 0.002, "{behind}");
}

/// The same frames whole, one by one, backwards, and with one thread or three.
#[test]
fn frames_have_the_same_bits_for_any_partition_and_any_threads() {
    let sample = block();
    for mut profile in [Profile::titan(), Profile::imax()] {
        profile.detector.region = [120, 160];
        profile.frames.views = 5;
        profile.frames.open_before = 2;
        profile.frames.darks = 1;
        profile.frames.black_body_pitch_mm = 3.0;
        profile.frames.black_body_mm = 1.0;
        profile.frames.black_bodies = 1;
        let twin = Twin::new(&sample, &profile, None, 9).unwrap();
        let count = twin.schedule().len();
        let whole = twin.render(0..count);
        assert_eq!(whole.len(), count);
        let backwards: Vec<_> = (0..count).rev().flat_map(|k| twin.render(k..k + 1)).collect();
        assert!(backwards.iter().rev().eq(whole.iter()));
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let again = pool.install(|| {
                let twin = Twin::new(&sample, &profile, None, 9).unwrap();
                let mut frames = twin.render(0..3);
                frames.extend(twin.render(3..usize::MAX));
                frames
            });
            assert!(again == whole, "{threads} threads");
        }
        let other = Twin::new(&sample, &profile, None, 10).unwrap();
        assert_ne!(other.render(4..5)[0], whole[4]);
    }
}

#[test]
fn without_noise_no_seed_makes_a_difference() {
    let sample = block();
    for profile in [Profile::titan(), Profile::imax()] {
        let mut profile = profile.without_noise();
        profile.detector.region = [60, 60];
        let render = |seed| Twin::new(&sample, &profile, None, seed).unwrap().render(9..32);
        assert!(render(1) == render(2));
    }
}

/// The instrument's own part, with a block that is traced in no time: processor time, all threads.
#[test]
#[cfg(target_os = "linux")]
#[ignore = "slow: times frames of every preset"]
fn slow_frames_take_less_than_their_budget() {
    let cell = Solids::of(
        &[Solid::Block([-6.4, -6.4, 0.0], [6.4, 6.4, 65.0])],
        Substance::formula("aluminium", "Al", 2.7).unwrap(),
    );
    for (profile, preset, budget_ms) in [
        (Profile::titan(), "demo", 150.0),
        (Profile::titan(), "full", 2000.0),
        (Profile::imax(), "demo", 300.0),
        (Profile::imax(), "full", 6000.0),
    ] {
        let twin = Twin::new(&cell, &profile, Some(preset), 1).unwrap();
        let kind = FrameKind::Radiograph;
        let first = twin.schedule().iter().position(|job| job.kind == kind).unwrap();
        let count = if preset == "demo" { 40 } else { 4 };
        drop(twin.render(first..first + 1));
        let start = processor_ms();
        drop(twin.render(first + 1..first + 1 + count));
        let whole = (processor_ms() - start) / count as f64;
        let start = processor_ms();
        (0..count).for_each(|view| drop(twin.transmission(view)));
        let picture = (processor_ms() - start) / count as f64;
        let memory = twin.memory_bytes(16) >> 20;
        println!(
            "{} {preset} {:?}: {whole:.0} ms a frame, of it {picture:.0} ms picture; {memory} MiB",
            profile.name,
            twin.shape()
        );
        assert!(whole < budget_ms);
    }
}

#[cfg(target_os = "linux")]
/// Processor time of this process over all its threads, ms.
fn processor_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    ticks * 10.0
}
