//! The middle slice with and without the correction of beam hardening, and its cupping. Stores no
//! volume.

use std::path::Path;

use ndarray::{Array2, Array3, Axis};
use voltomo_correct::{BeamHardeningSettings, Block, CorrectSettings, Cupping, HardeningMethod};
use voltomo_reconstruct::{Method, Projections, ReconstructSettings, prepare};
use voltomo_show::picture::{SliceStyle, Tile, contact_sheet, write_png};
use voltomo_types::VoxelGrid;

use crate::{
    bands::CorrectedBands, error::RunError, hardening_record::HardeningRecord, prepare::Prepared,
    recipe::Recipe,
};

/// Reconstructs the middle slice twice, directly, and measures both; draws them side by side.
/// `None` where nothing is done about beam hardening; nothing before where whole radiographs were
/// corrected beforehand. Memory: below that of a slab.
///
/// # Errors
/// Rows that cannot be read or corrected, a picture that cannot be written.
pub(crate) fn before_and_after(
    (bands, recipe): (&CorrectedBands<'_>, &Recipe),
    prepared: &Prepared,
    picture: &Path,
) -> Result<Option<HardeningRecord>, RunError> {
    let method = recipe.correct.beam_hardening.method;
    if method == HardeningMethod::None {
        return Ok(None);
    }
    let slice = prepared.grid.shape[0] / 2;
    let grid = prepared.grid.slab(slice..slice + 1);
    let settings = direct(&recipe.reconstruct);
    let one = |bands: &CorrectedBands<'_>| middle(bands, (prepared, &grid, &settings));
    let after = one(bands)?;
    let found = Cupping::of(after.view());
    let record = HardeningRecord { metal: Vec::new(), slice, before: None, after: found };
    if bands.row_figures.is_some() && method != HardeningMethod::TwoMaterials {
        return Ok(Some(record));
    }
    let survey = bands.survey.clone().without_linearisation();
    let bare = CorrectSettings {
        beam_hardening: BeamHardeningSettings::default(),
        ..bands.settings.clone()
    };
    let before = one(&CorrectedBands { survey: &survey, settings: &bare, ..*bands })?;
    draw([&before, &after], &grid, picture)?;
    let about = record.after.as_ref();
    let measured =
        about.and_then(|about| Cupping::about(before.view(), about.centre, about.radius));
    Ok(Some(HardeningRecord { before: measured, ..record }))
}

/// The settings with a direct method, and without what it does not know.
fn direct(settings: &ReconstructSettings) -> ReconstructSettings {
    ReconstructSettings { method: Method::Auto, noise_map: false, ..settings.clone() }
}

fn middle(
    bands: &CorrectedBands<'_>,
    (prepared, grid, settings): (&Prepared, &VoxelGrid, &ReconstructSettings),
) -> Result<Array2<f32>, RunError> {
    let shape = bands.survey.shape();
    let method = prepare(&prepared.geometry, (shape.rows, shape.columns), grid, settings)?;
    let rows = method.rows_needed(0..1);
    let block = Block { frames: 0..shape.frames, rows: rows.clone() };
    let corrected = bands.block(block)?;
    let projections = Projections::new(corrected.line_integrals.view(), rows.start);
    let slab: Array3<f32> = method.reconstruct(projections, 0..1, &())?;
    Ok(slab.index_axis_move(Axis(0), 0))
}

fn draw(slices: [&Array2<f32>; 2], grid: &VoxelGrid, path: &Path) -> Result<(), RunError> {
    let captions = ["before", "after"];
    let tiles: Vec<Tile<'_>> = slices
        .iter()
        .zip(captions)
        .map(|(slice, caption)| Tile {
            values: slice.view(),
            caption: caption.into(),
            is_marked: false,
        })
        .collect();
    let style = SliceStyle {
        quantity: format!("µ, {}", grid.attenuation_unit().symbol()),
        pixel_size: grid.voxel,
        unit: grid.unit,
        title: vec!["Beam hardening".into(), "the middle slice before and after".into()],
        longest_side: 1600,
        ..SliceStyle::default()
    };
    Ok(write_png(&contact_sheet(&tiles, 2, &style), path)?)
}
