//! Cells drawn by chance. Looks at none.

use voltomo_acquire::simulate::cell::{Cell, CellFile, random_defects};
use voltomo_acquire::simulate::material::Library;

/// The cell, and the heights in its file: cell, can, anode, cathode, separator.
const CELL: (&str, [&str; 5]) = ("18650-na-1500", ["65.0", "64.7", "57.5", "56.0", "60.0"]);
/// By so much they are cut shorter, mm: whole cells would take too long.
const SHORTER_MM: f64 = 35.0;
/// Defects of a cell by its seed's last digit: one cell in five has none.
const DEFECTS: [usize; 10] = [0, 2, 3, 3, 4, 0, 2, 3, 3, 4];

/// A cell with what is wrong with it.
pub(crate) struct Drawn {
    pub(crate) seed: u64,
    pub(crate) name: &'static str,
    pub(crate) cell: Cell,
    pub(crate) height_mm: f64,
}

impl Drawn {
    /// The cell of a seed: shortened, its own defects taken off.
    pub(crate) fn by(seed: u64) -> Self {
        let (name, heights) = CELL;
        let text = CellFile::builtin(name).unwrap();
        let mut text = text.split("\n[[defect]]").next().unwrap().to_string();
        for height in heights {
            let shorter = height.parse::<f64>().unwrap() - SHORTER_MM;
            let from = format!("height_mm = {height}");
            assert!(text.contains(&from), "{name} has no {from}");
            text = text.replace(&from, &format!("height_mm = {shorter:.1}"));
        }
        let file = CellFile::parse(&text, name).unwrap();
        let count = DEFECTS[usize::try_from(seed % 10).unwrap()];
        let more = random_defects(&file, count, seed).unwrap();
        let cell = Cell::build(&file, &more, &Library::standard()).unwrap();
        Self { seed, name, cell, height_mm: 65.0 - SHORTER_MM }
    }
}
