//! Settings that were told and that the method does not heed. Knows no data.

use voltomo_types::Geometry;

use crate::{
    IterativeSettings, Method, ReconstructSettings, choose,
    iterative::{starts_filtered, usual_iterations},
};

/// A setting: its key, whether it was told, whether the method heeds it, and what it is for.
type Told = (&'static str, bool, bool, &'static str);

const FILTERED: &str = "filtered back-projections (`fbp`, `fourier`, `fdk`) and iterations that \
                        start from one";
const ITERATIVE: &str = "iterative methods";
const STEPPING: &str = "methods that iterate on the volume";

/// What a person should know of settings that change nothing, a line each.
///
/// A setting counts as told where it is not its default.
#[must_use]
pub fn unheeded(geometry: &Geometry, settings: &ReconstructSettings) -> Vec<String> {
    let method = choose(geometry, settings).method;
    let told = filter(method, settings).into_iter().chain(steps(method, &settings.iterative));
    let told = told.chain(ends(method, &settings.iterative)).chain(places(geometry, settings));
    let lost = told.filter(|(_, is_told, is_heeded, _)| *is_told && !is_heeded);
    let line = |(key, _, _, used_by): Told| {
        format!("`reconstruct.{key}` is told but changes nothing here: it is for {used_by}")
    };
    let subsets = too_many_subsets(method, geometry, &settings.iterative);
    lost.map(line).chain(subsets).chain(inclined(method, settings)).collect()
}

/// A filter cannot fill in what no view of an inclined axis holds.
fn inclined(method: Method, settings: &ReconstructSettings) -> Option<String> {
    const UPRIGHT_DEG: f64 = 2.0;
    let inclination = settings.cone.inclination_deg.filter(|deg| deg.abs() > UPRIGHT_DEG)?;
    (method == Method::Fdk).then(|| {
        format!(
            "the axis is inclined by {inclination}°, and `fdk` leaves empty what no view holds then: \
             layers across the axis come out faint and smeared along it; expected `fista_tv` with \
             `reconstruct.iterative.tv_along_axis`"
        )
    })
}

/// Shape of the filter.
fn filter(method: Method, settings: &ReconstructSettings) -> [Told; 6] {
    let usual = ReconstructSettings::default();
    let is_filtered = match usual_iterations(method) {
        None => true,
        Some(_) => starts_filtered(method, settings.iterative.start),
    };
    let is_padded = is_filtered || method == Method::SirtFbp;
    [
        ("window", settings.window != usual.window, is_filtered, FILTERED),
        ("window_parameter", settings.window_parameter.is_some(), is_filtered, FILTERED),
        ("window_table", settings.window_table.is_some(), is_filtered, FILTERED),
        ("cutoff", settings.cutoff != usual.cutoff, is_filtered, FILTERED),
        (
            "butterworth_order",
            settings.butterworth_order != usual.butterworth_order,
            is_filtered,
            FILTERED,
        ),
        ("padding", settings.padding != usual.padding, is_padded, FILTERED),
    ]
}

/// How an iteration goes on.
fn steps(method: Method, settings: &IterativeSettings) -> [Told; 7] {
    let usual = IterativeSettings::default();
    let is_iterative = usual_iterations(method).is_some();
    let is_stepping = is_iterative && !matches!(method, Method::MrFbp | Method::SirtFbp);
    let relaxed = matches!(method, Method::Sirt | Method::Sart | Method::OsSart | Method::SirtFbp);
    let varied = matches!(method, Method::FistaTv | Method::PdhgTv);
    let divided = matches!(method, Method::OsSart | Method::Osem);
    [
        (
            "iterative.iterations",
            settings.iterations.is_some(),
            is_iterative && method != Method::MrFbp,
            "iterative methods but `mr_fbp`",
        ),
        ("iterative.subsets", settings.subsets != usual.subsets, divided, "`os_sart` and `osem`"),
        (
            "iterative.relaxation",
            settings.relaxation != usual.relaxation,
            relaxed,
            "`sirt`, `sart`, `os_sart` and `sirt_fbp`",
        ),
        (
            "iterative.tv_weight",
            settings.tv_weight != usual.tv_weight,
            varied,
            "`fista_tv` and `pdhg_tv`",
        ),
        (
            "iterative.tv_along_axis",
            settings.tv_along_axis != usual.tv_along_axis,
            varied,
            "`fista_tv` and `pdhg_tv`",
        ),
        ("iterative.start", settings.start != usual.start, is_stepping, STEPPING),
        ("iterative.field", settings.field.is_some(), is_iterative, ITERATIVE),
    ]
}

/// What an iteration is held to, and when it ends.
fn ends(method: Method, settings: &IterativeSettings) -> [Told; 5] {
    let is_iterative = usual_iterations(method).is_some();
    let is_weighing = is_iterative && method != Method::SirtFbp;
    let is_stepping = is_weighing && method != Method::MrFbp;
    let weighing = "iterative methods but `sirt_fbp`";
    [
        (
            "iterative.min",
            settings.min.is_some(),
            is_iterative && !matches!(method, Method::Mlem | Method::Osem),
            "iterative methods but `mlem` and `osem`, which stay above 0",
        ),
        ("iterative.max", settings.max.is_some(), is_iterative, ITERATIVE),
        ("iterative.noise_weights", settings.noise_weights, is_weighing, weighing),
        (
            "iterative.stop_at_discrepancy",
            settings.stop_at_discrepancy.is_some(),
            is_weighing,
            weighing,
        ),
        ("iterative.stop_at_change", settings.stop_at_change.is_some(), is_stepping, STEPPING),
    ]
}

/// Where the axis is searched, and the cone's own.
fn places(geometry: &Geometry, settings: &ReconstructSettings) -> [Told; 4] {
    let is_cone = matches!(geometry, Geometry::Cone(_));
    let cone = &settings.cone;
    let is_filtered = usual_iterations(choose(geometry, settings).method).is_none()
        || starts_filtered(settings.method, settings.iterative.start);
    [
        (
            "search_px",
            settings.search_px.is_some(),
            settings.centre_px.is_none(),
            "scans without `reconstruct.centre_px`",
        ),
        (
            "cone.short_scan",
            cone.short_scan != Default::default(),
            is_cone && is_filtered,
            "`fdk`, and iterations that start from it",
        ),
        (
            "iterative.within_rows",
            settings.iterative.within_rows,
            is_cone && usual_iterations(choose(geometry, settings).method).is_some(),
            "iterative methods in a cone beam",
        ),
        (
            "cone.slices",
            cone.slices != Default::default(),
            is_cone && settings.rows.is_none(),
            "a cone beam without `reconstruct.rows`",
        ),
    ]
}

/// More subsets than views are as many as views.
fn too_many_subsets(
    method: Method,
    geometry: &Geometry,
    settings: &IterativeSettings,
) -> Option<String> {
    let (subsets, views) = (settings.subsets, geometry.view_count());
    let is_used = matches!(method, Method::OsSart | Method::Osem);
    (is_used && subsets > views).then(|| {
        format!(
            "`reconstruct.iterative.subsets` is {subsets}, but there are {views} views: each view is \
             a subset of its own"
        )
    })
}

#[cfg(test)]
mod tests {
    use voltomo_types::{ParallelGeometry, PixelFrame, Radian, RotationAxis};

    use super::*;
    use crate::{Padding, Start, Window};

    fn beam() -> Geometry {
        Geometry::Parallel(ParallelGeometry {
            angles: (0..20).map(|k| Radian(f64::from(k) * 0.1)).collect(),
            axis: RotationAxis { centre: 8.0, tilt: Radian(0.0) },
            frame: PixelFrame::whole(4, 17),
            pixel: None,
        })
    }

    fn lines(method: Method, change: impl Fn(&mut ReconstructSettings)) -> Vec<String> {
        let mut settings = ReconstructSettings { method, ..Default::default() };
        change(&mut settings);
        assert!(settings.problems().is_empty(), "{:?}", settings.problems());
        unheeded(&beam(), &settings)
    }

    #[test]
    fn defaults_are_never_told() {
        for method in [Method::Auto, Method::Fbp, Method::Sirt, Method::MrFbp, Method::FistaTv] {
            assert_eq!(lines(method, |_| {}), [""; 0]);
        }
    }

    #[test]
    fn an_inclined_axis_is_no_task_for_a_filter_alone() {
        let mut settings = ReconstructSettings::default();
        settings.cone.inclination_deg = Some(20.0);
        let told = inclined(Method::Fdk, &settings);
        assert!(told.is_some_and(|line| line.contains("inclined by 20°")));
        assert_eq!(inclined(Method::FistaTv, &settings), None);
        settings.cone.inclination_deg = Some(-0.5);
        assert_eq!(inclined(Method::Fdk, &settings), None);
    }

    #[test]
    fn each_setting_that_changes_nothing_is_named_by_its_key() {
        type Change = fn(&mut ReconstructSettings);
        let cases: [(&str, Method, Change); 11] = [
            ("iterative.iterations", Method::Fbp, |s| s.iterative.iterations = Some(5)),
            ("iterative.relaxation", Method::Cgls, |s| s.iterative.relaxation = 0.5),
            ("iterative.tv_weight", Method::Sirt, |s| s.iterative.tv_weight = 0.1),
            ("iterative.min", Method::Fourier, |s| s.iterative.min = Some(0.0)),
            ("iterative.noise_weights", Method::SirtFbp, |s| s.iterative.noise_weights = true),
            ("iterative.start", Method::MrFbp, |s| s.iterative.start = Start::Filtered),
            ("iterative.subsets", Method::Osem, |s| s.iterative.subsets = 30),
            ("window", Method::Sirt, |s| s.window = Window::Hann),
            ("padding", Method::Sirt, |s| s.padding = Padding::Zero),
            ("cutoff", Method::Cgls, |s| s.cutoff = 0.5),
            ("cone.slices", Method::Fbp, |s| s.cone.slices = crate::ConeSlices::Axis),
        ];
        for (key, method, change) in cases {
            let found = lines(method, change);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].contains(&format!("`reconstruct.{key}`")), "{found:?}");
        }
        let heeded: [(Method, Change); 4] = [
            (Method::Sirt, |s| s.iterative.relaxation = 0.5),
            (Method::Osem, |s| s.iterative.subsets = 12),
            (Method::SirtFbp, |s| s.padding = Padding::Zero),
            (Method::FistaTv, |s| s.window = Window::Hann),
        ];
        for (method, change) in heeded {
            assert_eq!(lines(method, change), [""; 0]);
        }
    }
}
