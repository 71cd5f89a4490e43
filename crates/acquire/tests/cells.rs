//! Cells of the house: that they build, hold what their dimensions say, and change where a defect
//! says. Knows no instrument.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use voltomo_acquire::simulate::cell::{Cell, CellFile};
use voltomo_acquire::simulate::material::Library;

fn build(name: &str) -> Cell {
    let file = CellFile::read(name).unwrap();
    Cell::build(&file, &[], &Library::standard()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_built_in_cell_builds_without_overlaps() {
    for name in CellFile::builtin_names() {
        let cell = build(name);

        assert_eq!(cell.name, name);
        assert!(cell.scene.parts().len() > 7, "{name} has {} parts", cell.scene.parts().len());
        let overlaps = cell.scene.overlaps(2000);
        assert!(overlaps.is_empty(), "{name}: {overlaps:?}");
    }
}
