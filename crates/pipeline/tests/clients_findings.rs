//! Findings as another program takes them: held to the published schema by jsonschema.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::process::Command;

use voltomo_pipeline::FindingsRecord;
use voltomo_types::{
    CellKind, CellPlace, Finding, FindingKind, Limit, Measure, MeasureUnit, Probe, ShownSlice,
    SliceDirection, Verdict,
};

const VALIDATE: &str = r"
import json, sys
import jsonschema
schema, findings = (json.load(open(path, encoding='utf-8')) for path in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
validator.validate(findings)
for key, wrong in [('verdict', 'good'), ('findings', {}), ('program', None)]:
    broken = dict(findings, **{key: wrong})
    assert not validator.is_valid(broken), f'{key} = {wrong!r} passes'
broken = json.loads(json.dumps(findings))
del broken['findings'][0]['measures'][0]['unit']
assert not validator.is_valid(broken), 'a measure without a unit passes'
";

fn findings() -> Vec<Finding> {
    let measure = Measure::new("thickness", 0.11, Some(0.01), MeasureUnit::Millimetre);
    let limit = Limit { key: "winding_gap.thickness".into(), least: None, most: Some(0.05) };
    let volume_mm = [6.3, -0.01, -2.3];
    let full = Finding {
        kind: FindingKind::WindingGap,
        place: Some(CellPlace { z_mm: 40.2, radius_mm: 2.3, angle_deg: 249.0, volume_mm }),
        extent_mm: Some([0.1, 3.9, 27.5]),
        measures: vec![Measure { limit: Some(limit), ..measure }],
        confidence: 0.99,
        shown_by: vec![Probe::Neutron, Probe::Xray],
        verdict: Verdict::Fail,
        slice: Some(ShownSlice { direction: SliceDirection::Axial, position: 180.0 }),
        note: "A gap, 0.11 mm.".into(),
    };
    let bare = Finding {
        place: None,
        extent_mm: None,
        measures: Vec::new(),
        slice: None,
        verdict: Verdict::CannotTell,
        ..full.clone()
    };
    vec![full, bare]
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn jsonschema_takes_findings_by_the_published_schema() {
    let python = std::env::var_os("VOLTOMO_PYTHON")
        .expect("VOLTOMO_PYTHON names no interpreter; `cargo xtask test` sets it up");
    let folder = tempfile::tempdir().unwrap();
    FindingsRecord::new(Some(CellKind::Cylindrical), vec![], findings())
        .write(folder.path())
        .unwrap();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/findings.schema.json");
    let findings = folder.path().join("findings.json");
    let output =
        Command::new(python).args(["-c", VALIDATE, schema]).arg(findings).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
