//! What each crate may name: formats, files, threads. Reads code without comments and texts.

use super::fault::Fault;
use super::modules::without_tests;
use super::tree::{Source, Tree};

const FORMAT_CRATES: [&str; 7] =
    ["tiff", "rust_hdf5", "hdf5_metno", "fitsio_pure", "zarrs", "ome_zarr_metadata", "flate2"];
const FORMAT_ROOMS: [&str; 2] = ["read", "store"];
const CRATES_WITH_FILES: [&str; 5] = ["acquire", "show", "pipeline", "cli", "xtask"];
const UNFINISHED: [&str; 3] = ["todo!(", "unimplemented!(", "dbg!("];

/// Code that reaches through a door which is not its own.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults: Vec<_> = tree.sources.iter().flat_map(unfinished).collect();
    for source in &tree.sources {
        let Some(below) = source.below_src() else { continue };
        let code = without_tests(&source.code);
        let complaints =
            [format_crate(below, &code), picture_crate(source, &code), files(source, &code)];
        let complaints = complaints.into_iter().flatten();
        faults.extend(complaints.map(|complaint| Fault::new(&source.path, complaint)));
    }
    faults
}

fn unfinished(source: &Source) -> Vec<Fault> {
    let found = UNFINISHED.iter().filter(|word| source.code.contains(**word));
    found.map(|word| Fault::new(&source.path, format!("`{word}…)` is left in the code"))).collect()
}

fn format_crate(below: &str, code: &str) -> Option<String> {
    let is_in_room =
        below.split('/').any(|part| FORMAT_ROOMS.contains(&part.trim_end_matches(".rs")));
    let found = FORMAT_CRATES.iter().find(|name| !is_in_room && names_crate(code, name))?;
    Some(format!("names the format crate `{found}`; only read/ and store/ may"))
}

fn picture_crate(source: &Source, code: &str) -> Option<String> {
    let is_elsewhere = source.crate_name() != "show" && names_crate(code, "png");
    is_elsewhere.then(|| "names the crate `png`; only the crate show may".into())
}

fn files(source: &Source, code: &str) -> Option<String> {
    let name = source.crate_name();
    let opens = ["std::fs", "File::open", "File::create"].iter().any(|word| code.contains(word));
    (opens && !CRATES_WITH_FILES.contains(&name)).then(|| format!("`{name}` opens no file"))
}

/// Whether `crate_name::…` stands in the code as the start of a path.
fn names_crate(code: &str, crate_name: &str) -> bool {
    let path = format!("{crate_name}::");
    code.match_indices(&path).any(|(at, _)| {
        let before = code[..at].chars().next_back().unwrap_or(' ');
        !(before.is_alphanumeric() || before == '_' || before == ':')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints_of(path: &str, text: &str) -> String {
        let faults = check(&Tree::of(&[(path, text)]));
        faults.into_iter().map(|fault| fault.complaint).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_format_crate_is_named_in_its_rooms_only() {
        let text = "use tiff::decoder::Decoder;";
        assert_eq!(complaints_of("crates/acquire/src/read/tiff.rs", text), "");
        assert_eq!(complaints_of("crates/pipeline/src/store/tiff.rs", text), "");
        assert!(complaints_of("crates/acquire/src/look.rs", text).contains("`tiff`"));
        assert_eq!(complaints_of("crates/acquire/src/look.rs", "use crate::read::tiff::x;"), "");
    }

    #[test]
    fn only_show_names_png() {
        assert_eq!(complaints_of("crates/show/src/picture.rs", "png::Encoder::new()"), "");
        assert!(complaints_of("crates/cli/src/main.rs", "png::Encoder::new()").contains("show"));
    }

    #[test]
    fn types_and_the_middle_stages_open_no_file() {
        let text = "fn f() { std::fs::read(\"a\"); }";
        assert!(complaints_of("crates/types/src/scan.rs", text).contains("opens no file"));
        assert!(complaints_of("crates/correct/src/dose.rs", text).contains("opens no file"));
        assert_eq!(complaints_of("crates/acquire/src/read/open.rs", text), "");
    }

    #[test]
    fn unfinished_code_is_found_and_a_comment_about_it_is_not() {
        assert!(complaints_of("crates/cli/src/main.rs", "fn f() { todo!() }").contains("todo!("));
        assert_eq!(complaints_of("crates/cli/src/main.rs", "// no todo!() here\n"), "");
    }
}
