//! What counts as found, and what as found where there is nothing. Knows no volume.
//!
//! The rules were written before the first cell was inspected. A defect with a place is found by a finding
//! of its kind whose middle lies within the defect's box, grown by 1 mm or 2 voxels. One that changes the
//! whole cell is found where what was measured is within 15 % or a voxel of the truth. It is counted from
//! two voxels on, a gap from one, in the beams that show its kind.

use voltomo_acquire::simulate::cell::DefectRecord;
use voltomo_types::{Finding, FindingKind, Probe, Verdict};

/// Why a finding is wrong: it lies at a defect of another kind.
pub(crate) const MISNAMED: &str = "misnamed";
/// Beams that show a kind.
const BOTH: &[Probe] = &[Probe::Xray, Probe::Neutron];
const XRAY: &[Probe] = &[Probe::Xray];
const NEUTRON: &[Probe] = &[Probe::Neutron];

/// How a kind of defect is told.
struct Rule {
    defect: &'static str,
    finding: FindingKind,
    /// The measure that is its size; of kinds with a place only for the tables.
    measure: &'static str,
    beams: &'static [Probe],
    is_everywhere: bool,
    /// Which part of the record's extent its size is: radial, tangential, axial; 3 the least of them.
    size: usize,
    /// Voxels from which it is counted.
    least: f64,
}

const fn rule(
    defect: &'static str,
    (finding, measure): (FindingKind, &'static str),
    (size, least): (usize, f64),
    (beams, is_everywhere): (&'static [Probe], bool),
) -> Rule {
    Rule { defect, finding, measure, beams, is_everywhere, size, least }
}

const RULES: [Rule; 13] = [
    rule("winding_gap", (FindingKind::WindingGap, "thickness"), (0, 1.0), (BOTH, false)),
    rule("tab_wedge_void", (FindingKind::TabVoid, "thickness"), (0, 1.0), (BOTH, false)),
    rule("core_collapse", (FindingKind::CoreCollapse, "depth"), (0, 2.0), (BOTH, false)),
    rule("can_dent", (FindingKind::CanDent, "depth"), (0, 2.0), (BOTH, false)),
    rule("dry_zone", (FindingKind::DryZone, "volume"), (3, 2.0), (NEUTRON, false)),
    rule("gas_bubble", (FindingKind::GasBubble, "diameter"), (0, 2.0), (NEUTRON, false)),
    rule("foreign_particle", (FindingKind::ForeignParticle, "diameter"), (0, 2.0), (XRAY, false)),
    rule("overhang_change", (FindingKind::Overhang, "change"), (2, 2.0), (XRAY, false)),
    rule("bent_separator", (FindingKind::BentSeparator, "bend"), (0, 2.0), (XRAY, false)),
    rule("ovality", (FindingKind::Ovality, "difference"), (0, 2.0), (BOTH, true)),
    rule("roll_off_centre", (FindingKind::RollOffCentre, "shift"), (0, 2.0), (BOTH, true)),
    rule("free_electrolyte", (FindingKind::ElectrolytePool, "height"), (2, 2.0), (NEUTRON, true)),
    rule("telescoping", (FindingKind::Telescoping, "range"), (2, 2.0), (XRAY, true)),
];

/// A defect and whether it was found.
pub(crate) struct Found {
    pub(crate) kind: String,
    pub(crate) size_mm: f64,
    /// Whether the promise holds for it.
    pub(crate) is_counted: bool,
    /// What was measured of it, where it was found.
    pub(crate) measured: Option<f64>,
}

/// A cell's account in one beam.
pub(crate) struct Counted {
    pub(crate) defects: Vec<Found>,
    /// Findings where there is nothing, and why they are wrong.
    pub(crate) wrong: Vec<(Finding, &'static str)>,
}

/// A kind as the tables name it.
pub(crate) fn kind_key(kind: FindingKind) -> String {
    serde_json::to_value(kind).unwrap().as_str().unwrap().to_string()
}

/// What findings are held against: voxel and the upper end of the volume, mm.
struct Against {
    voxel: f64,
    high: f64,
}

impl Counted {
    /// `high`: height of the volume's upper end in the cell, mm.
    pub(crate) fn of(
        records: &[DefectRecord],
        findings: &[Finding],
        (probe, voxel, high): (Probe, f64, f64),
    ) -> Self {
        let against = Against { voxel, high };
        let records: Vec<&DefectRecord> = records.iter().filter(|it| it.is_defect()).collect();
        let shown = |rule: &&Rule| rule.beams.contains(&probe);
        let mut defects = Vec::new();
        for record in &records {
            let rule = RULES.iter().find(|it| it.defect == record.kind).unwrap();
            if shown(&rule) {
                defects.push(against.found(rule, record, findings));
            }
        }
        let wrong = findings
            .iter()
            .filter(|it| it.verdict != Verdict::CannotTell)
            .filter_map(|it| Some((it.clone(), against.wrong(it, &records)?)))
            .collect();
        Self { defects, wrong }
    }
}

impl Rule {
    fn size(&self, record: &DefectRecord) -> f64 {
        match self.size {
            3 => record.size_mm.into_iter().fold(f64::INFINITY, f64::min),
            k => record.size_mm[k],
        }
    }

    /// The finding's size by this rule; `None` where it is of another kind, or none of a defect.
    fn value(&self, finding: &Finding) -> Option<f64> {
        (finding.kind == self.finding)
            .then(|| finding.measure(self.measure))
            .flatten()
            .map(|it| it.value)
    }
}

impl Against {
    fn found(&self, rule: &Rule, record: &DefectRecord, findings: &[Finding]) -> Found {
        let size_mm = rule.size(record);
        let of_kind = findings.iter().filter(|it| it.verdict != Verdict::CannotTell);
        let values = of_kind.filter_map(|it| Some((it, rule.value(it)?)));
        let is_right = |(finding, value): &(&Finding, f64)| {
            if rule.is_everywhere {
                self.is_as_large(*value, size_mm)
            } else {
                self.is_at(finding, record)
            }
        };
        let measured = values.filter(is_right).map(|it| it.1).next();
        let is_counted = size_mm >= rule.least * self.voxel;
        Found { kind: record.kind.clone(), size_mm, is_counted, measured }
    }

    fn is_as_large(&self, value: f64, truth: f64) -> bool {
        (value - truth).abs() <= (0.15 * truth).max(self.voxel)
    }

    /// Whether a finding's middle lies in the box of a defect, grown by 1 mm or 2 voxels.
    fn is_at(&self, finding: &Finding, record: &DefectRecord) -> bool {
        let Some(place) = finding.place else { return false };
        let [z, y, x] = place.volume_mm;
        let z = self.high - 10.0 - z;
        let play = (2.0 * self.voxel).max(1.0);
        let [radial, tangential, axial] = record.size_mm;
        let turn = y.atan2(x) - record.angle_deg.to_radians();
        let around = turn.sin().atan2(turn.cos()).abs() * record.radius_mm;
        (z - record.place_mm[2]).abs() <= 0.5 * axial + play
            && (x.hypot(y) - record.radius_mm).abs() <= 0.5 * radial + play
            && around <= 0.5 * tangential + play
    }

    /// Why a finding tells of a defect that is not there; `None` where it tells of none, or of one.
    fn wrong(&self, finding: &Finding, records: &[&DefectRecord]) -> Option<&'static str> {
        let Some((rule, value)) = RULES.iter().find_map(|it| Some((it, it.value(finding)?))) else {
            // Summaries of the roll fail with its defects; in a clean cell nothing may.
            let is_bad = finding.verdict == Verdict::Fail && records.is_empty();
            return is_bad.then_some("fails");
        };
        let mut own = records.iter().filter(|it| it.kind == rule.defect);
        if rule.is_everywhere {
            let truth = own.next().map_or(0.0, |it| rule.size(it));
            let is_over = value > truth && !self.is_as_large(value, truth);
            return is_over.then_some("too large");
        }
        if own.any(|it| self.is_at(finding, it)) {
            return None;
        }
        let is_near = records.iter().any(|it| self.is_at(finding, it) && it.size_mm != [0.0; 3]);
        Some(if is_near { MISNAMED } else { "nothing there" })
    }
}
