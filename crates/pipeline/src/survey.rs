//! What must be known of a whole scan before it is corrected, with the screen told. Measures nothing
//! itself.

use voltomo_correct::{CorrectSettings, RingMethod, Survey, decide_rings};
use voltomo_types::Scan;

use crate::{error::RunError, hardening, recipe::Recipe, watch::Watch};

/// Measures references and dose of a scan, and how its rings are removed, unless its radiographs
/// are corrected whole before.
pub(crate) fn survey(scan: &Scan, recipe: &Recipe, watch: &dyn Watch) -> Result<Survey, RunError> {
    watch.begin_unwritten("measure references and dose", 100);
    let survey = Survey::measure(scan, &recipe.correct, &|done, total| {
        watch.advance(done * 100 / total.max(1));
    })?;
    watch.end();
    let survey = hardening::linearised(survey, (scan, recipe), watch)?;
    if recipe.correct.needs_whole_frames() {
        return Ok(survey);
    }
    rings(scan, survey, &recipe.correct, watch)
}

/// The survey with the way that rings are removed.
pub(crate) fn rings(
    scan: &Scan,
    survey: Survey,
    settings: &CorrectSettings,
    watch: &dyn Watch,
) -> Result<Survey, RunError> {
    let is_measured = matches!(settings.rings.method, RingMethod::Auto | RingMethod::GainMap);
    if is_measured {
        watch.begin_unwritten("measure the gains of the pixels", 100);
    }
    let survey = decide_rings(scan, survey, settings, &|done, total| {
        watch.advance(done * 100 / total.max(1));
    })?;
    if is_measured {
        watch.end();
    }
    if let Some(rings) = &survey.figures().rings {
        watch.note(&format!("rings: {}", rings.why));
    }
    Ok(survey)
}
