//! Coin cells: from dimensions to parts and records. Knows no file on disk and no beam.

mod defects;
mod file;
mod fit;
mod levels;
mod parts;

pub use file::{
    Can, Cap, CoinFile, CoinKind, Electrode, Gasket, Mount, Separator, Spacer, Spring, SpringForm,
};

use super::defect::Defect;
use super::draft::Draft;
use levels::Levels;

/// Puts a coin cell together; what does not fit is noted in the draft.
pub(super) fn assemble(file: &CoinFile, list: &[Defect], draft: &mut Draft<'_>) {
    let levels = Levels::of(file);
    fit::check(file, &levels, &mut draft.fit);
    parts::add(file, &levels, list, draft);
    draft.records.extend(defects::features(file, &levels));
    draft.mount = parts::mount(file);
    for (index, defect) in list.iter().enumerate() {
        defects::check((index, defect), file, &levels, &mut draft.fit);
        defects::add(defect, file, &levels, draft);
        draft.records.push(defects::record(defect, file, &levels));
    }
}
