//! Cylindrical cells: from dimensions to parts and records. Knows no file on disk and no beam.

mod can;
mod defect_fit;
mod file;
mod fit;
mod inclusions;
mod levels;
mod records;
mod roll_defects;
mod site;
mod tabs;
mod winding;

pub use file::{
    Bead, Can, CylindricalFile, CylindricalKind, Disc, Electrode, Electrolyte, Gasket, Insulator,
    Lid, Ptc, Roll, Separator, Tab, Wrap,
};

use super::defect::Defect;
use super::draft::Draft;
use crate::simulate::shape::Part;
use levels::Levels;
use site::Site;
use winding::Winding;

/// Puts a cylindrical cell together; what does not fit is noted in the draft.
pub(super) fn assemble(file: &CylindricalFile, defects: &[Defect], draft: &mut Draft<'_>) {
    let levels = Levels::of(file);
    fit::heights(file, &levels, &mut draft.fit);
    fit::radii(file, &levels, &mut draft.fit);
    fit::discs(file, &levels, &mut draft.fit);
    let mut winding = Winding::of(file, &levels, &mut draft.palette);
    fit::tabs(file, &winding, &mut draft.fit);
    fit::tab_places(file, &winding, &mut draft.fit);
    for defect in defects {
        roll_defects::apply(defect, &levels, &mut winding);
    }
    let level = pool_level(file, defects);
    if level > levels.floor {
        let palette = &mut draft.palette;
        roll_defects::fill_overhang(level, (file, &levels), &mut winding, palette);
    }
    fit::roll_in_can(&winding.roll, &levels, &mut draft.fit);

    can::add(file, &levels, draft);
    tabs::add(file, &levels, &winding, draft);
    draft.parts.push(Part::roll("roll", winding.roll.clone()));
    let site = Site { file, levels: &levels, winding };
    if level > levels.floor {
        inclusions::add_pool(level, &site, draft);
    }
    draft.records.extend(records::features(&site));
    for (index, defect) in defects.iter().enumerate() {
        defect_fit::check(index, defect, &site, &mut draft.fit);
        inclusions::add(index, defect, &site, draft);
        draft.records.push(records::of(defect, &site));
    }
}

/// Height of the free electrolyte in the cell frame, mm.
fn pool_level(file: &CylindricalFile, defects: &[Defect]) -> f64 {
    let spilled = defects.iter().map(|defect| match defect {
        Defect::FreeElectrolyte(pool) => pool.height_mm,
        _ => 0.0,
    });
    file.can.base_mm + spilled.fold(file.electrolyte.pool_mm, f64::max)
}
