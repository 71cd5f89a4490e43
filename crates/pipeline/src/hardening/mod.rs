//! Beam hardening where spectrum and materials meet: curves for the correction. Corrects nothing
//! itself, and knows no reconstruction.

mod beam;
mod model;
mod refuse;
mod substance;

use voltomo_correct::{HardeningMethod, Linearisation, Polychromatic, Survey};
use voltomo_types::Scan;

use crate::{
    error::RunError,
    memory::{Bytes, default_budget},
    metal_memory::metal_memory,
    recipe::Recipe,
    watch::Watch,
};

pub(crate) use model::{largest, two_materials};
pub(crate) use refuse::refuse;

/// Holds the settings to what is known of spectra and materials, before any radiograph is read.
///
/// # Errors
/// No spectrum told, one of other quanta than the scan's, an unknown material, a search for metal
/// that takes more memory than is allowed.
pub(crate) fn check(
    (scan, recipe): (&Scan, &Recipe),
    frame: (usize, usize),
    budget: Option<Bytes>,
) -> Result<(), RunError> {
    if recipe.correct.beam_hardening.method == HardeningMethod::TwoMaterials {
        two_materials(recipe, scan)?;
        return check_memory((scan, recipe), frame, budget);
    }
    linearisation(recipe, scan).map(|_| ())
}

/// The survey with the curve that the recipe asks for, if it asks for one.
///
/// # Errors
/// As [`check`].
pub(crate) fn linearised(
    survey: Survey,
    (scan, recipe): (&Scan, &Recipe),
    watch: &dyn Watch,
) -> Result<Survey, RunError> {
    let Some((linearisation, beam)) = linearisation(recipe, scan)? else {
        return Ok(survey);
    };
    watch.note(&format!(
        "beam hardening: {} as if all were {}, µ {:.4} 1/cm",
        beam.1,
        recipe.correct.beam_hardening.material.as_deref().unwrap_or_default(),
        beam.0.linear_per_cm[0]
    ));
    Ok(survey.with_linearisation(linearisation))
}

/// A beam in two materials, and how a person would call it.
type Named = (Polychromatic, String);

fn linearisation(recipe: &Recipe, scan: &Scan) -> Result<Option<(Linearisation, Named)>, RunError> {
    let settings = &recipe.correct.beam_hardening;
    if settings.method != HardeningMethod::Material {
        return Ok(None);
    }
    let (spectrum, name) = beam::spectrum(&settings.beam, scan.probe)?;
    let material = substance::told("material", settings.material.as_deref(), settings.density)?;
    let beam = model::polychromatic((&spectrum, settings), [&material, &material])?;
    let curve = beam.curve(model::largest(recipe))?;
    Ok(Some((Linearisation::Curve(curve), (beam, name))))
}

/// Refuses what needs more memory than is allowed, with the key that mends it.
fn check_memory(
    asked: (&Scan, &Recipe),
    frame: (usize, usize),
    budget: Option<Bytes>,
) -> Result<(), RunError> {
    let views = asked.0.radiographs.shape().frames;
    let needed = Bytes(metal_memory(asked, views, frame)[0]);
    let budget = budget.unwrap_or_else(default_budget);
    if needed <= budget {
        return Ok(());
    }
    let coarser = asked.1.correct.beam_hardening.coarser;
    let expected =
        format!("coarser voxels (8 at most), since {budget} are allowed; or more with --memory");
    Err(refuse("coarser", format!("{coarser}, which takes {needed}"), expected))
}
