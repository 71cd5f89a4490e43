//! Reports of folders as they may lie on a disk: whole, bare, broken.

use super::*;

/// An inspected folder with one finding that fails.
fn folder(findings: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        r#"{{"format": "voltomo findings 1", "program": "voltomo 0.1.0", "name": "Zelle <1>",
            "cell": "cylindrical", "verdict": "fail",
            "volumes": [{{"path": "{}/run/3-reconstruct/volume.zarr", "probe": "xray", "facts": []}}],
            "findings": [{findings}]}}"#,
        folder.path().display()
    );
    std::fs::write(folder.path().join("findings.json"), text).unwrap();
    folder
}

const DENT: &str = r#"{"kind": "can_dent", "measures": [
    {"name": "depth", "value": 0.2, "uncertainty": null, "unit": "mm",
     "limit": {"key": "can_dent.depth", "most": 0.1}},
    {"name": "width", "value": null, "unit": "mm"}],
    "place": {"z_mm": null, "radius_mm": 9.0, "angle_deg": 12.0, "volume_mm": [0, 0, 0]},
    "confidence": 0.99, "shown_by": ["xray"], "verdict": "fail",
    "slice": {"direction": "z", "position": 1.0}, "note": "A dent."}"#;

fn page(folder: &tempfile::TempDir) -> String {
    let written = report(folder.path(), None).unwrap();
    assert_eq!(written.path, folder.path().join("report.html"));
    std::fs::read_to_string(written.path).unwrap()
}

#[test]
fn findings_alone_make_a_report_and_what_is_not_known_is_a_warning() {
    let folder = folder(DENT);
    let told = report(folder.path(), None).unwrap().lines();
    assert_eq!(told[0], "Fails: the can is dented by 0.20\u{a0}mm.");
    let page = page(&folder);
    assert!(page.contains("Zelle &lt;1&gt;") && page.contains("A dent."));
    assert!(page.contains("finding 1: its `place` is not known"));
    assert!(page.contains("finding 1: its `width` is not known"));
}

#[test]
fn curves_pictures_and_the_run_are_taken_up_where_they_lie_beside() {
    let folder = folder(DENT);
    let at = |name: &str| folder.path().join(name);
    let curve = r#"[{"name": "gap", "title": "Gap <round> the clock", "across": {"name": "direction",
        "unit": "°"}, "quantity": {"name": "gap", "unit": "mm"}, "along": [0, 90],
        "lines": [{"label": "", "values": [0.1, null]}], "levels": [["limit", 0.7]]}]"#;
    std::fs::write(at("curves.json"), curve).unwrap();
    std::fs::write(at("other.json"), "{}").unwrap();
    let listed = r#"[{"file": "overview.png", "title": "The cell"}, {"file": "../x.png"}]"#;
    std::fs::write(at("pictures.json"), listed).unwrap();
    let pixel = ndarray::Array2::from_elem((2, 3), 7_u16);
    voltomo_show::picture::write_png16(pixel.view(), &at("overview.png")).unwrap();
    voltomo_show::picture::write_png16(pixel.view(), &at("finding-01.png")).unwrap();
    std::fs::create_dir_all(at("run/3-reconstruct")).unwrap();
    let run = r#"{"program": {"name": "voltomo", "version": "0.1.0", "commit": "abc"},
        "recipe": {"acquire": {"path": "scan", "kind": null}}, "warnings": ["too few views"],
        "references": {"dose": {"per_radiograph": [1.0, 0.99]}},
        "quality": {"slice": {"contrast_to_noise": 11.91}}, "volume": {"unit": "1/cm"}}"#;
    std::fs::write(at("run/run.json"), run).unwrap();
    let page = page(&folder);
    for told in [
        "Gap &lt;round&gt; the clock",
        "The cell",
        "id=\"picture-1\"",
        "X-rays: too few views",
        "Dose of each radiograph",
        "11.9",
        "[acquire]",
        "`../x.png`, which is no PNG in the folder",
        "href=\"./curves.json\"",
    ] {
        assert!(page.contains(told), "{told}");
    }
}

#[test]
fn a_folder_without_findings_is_refused_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let error = report(folder.path(), None).unwrap_err().to_string();
    assert!(error.contains("voltomo inspect") && error.contains("findings.json"), "{error}");
    std::fs::write(folder.path().join("findings.json"), "[1, 2").unwrap();
    assert!(report(folder.path(), None).is_err());
    std::fs::write(folder.path().join("findings.json"), "[1, 2]").unwrap();
    assert!(report(folder.path(), None).is_err());
}

#[test]
fn a_report_that_cannot_be_written_says_where() {
    let folder = folder(DENT);
    let out = folder.path().join("nowhere/report.html");
    let error = report(folder.path(), Some(&out)).unwrap_err().to_string();
    assert!(error.contains("cannot write") && error.contains("nowhere"), "{error}");
}

#[test]
fn the_schema_in_docs_is_that_of_the_findings() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/findings.schema.json");
    let there: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).unwrap()).expect("docs hold JSON");
    let mend = "`voltomo schema --findings > docs/findings.schema.json` writes it anew";
    assert_eq!(there, crate::findings_file::findings_schema(), "{mend}");
}

#[test]
fn broken_lists_are_told_on_the_page_and_on_the_screen() {
    let folder = folder(DENT);
    for (name, text) in [
        ("curves.json", "{"),
        ("pictures.json", "{\"format\": \"pictures 9\"}"),
        ("joint-histogram.json", "[]"),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
        let told = report(folder.path(), None).unwrap().lines().join("\n");
        assert!(told.contains(&format!("WARNING   {name} ")), "{told}");
        assert!(page(&folder).contains(name));
    }
}

#[test]
fn findings_that_contradict_themselves_are_refused() {
    let folder = folder(DENT);
    let path = folder.path().join("findings.json");
    let text = std::fs::read_to_string(&path).unwrap();
    for (from, to, said) in [
        ("findings 1", "findings 7", "its format is \"voltomo findings 7\", expected"),
        (
            "\"verdict\": \"fail\",\n            \"volumes\"",
            "\"verdict\": \"pass\",\n            \"volumes\"",
            "its verdict is \"pass\", but the worst of its 1 findings is \"fail\"",
        ),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text);
        std::fs::write(&path, changed).unwrap();
        let error = report(folder.path(), None).unwrap_err().to_string();
        assert!(error.contains(said) && error.contains("inspect again"), "{error}");
        assert!(crate::findings_file::read_findings(&path).is_err());
    }
}
