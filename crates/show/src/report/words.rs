//! What findings are called, and what one that fails says, in words of who builds cells. Judges
//! nothing.

use voltomo_types::{CellKind, FindingKind, Measure, MeasureUnit, Probe, Verdict};

use super::number::{fixed, plain, with_uncertainty};

/// The kind of a cell.
pub(super) fn cell_name(cell: Option<CellKind>) -> &'static str {
    match cell {
        Some(CellKind::Cylindrical) => "Cylindrical cell",
        Some(CellKind::Coin) => "Coin cell",
        None => "Cell",
    }
}

/// A beam.
pub(super) fn beam_name(probe: Probe) -> &'static str {
    match probe {
        Probe::Neutron => "Neutrons",
        Probe::Xray => "X-rays",
    }
}

/// A verdict on one finding.
pub(super) fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "Fail",
        Verdict::Doubtful => "Doubtful",
        Verdict::Pass => "Pass",
        Verdict::Seen => "Seen",
        Verdict::CannotTell => "Cannot tell",
    }
}

/// Its class in the page.
pub(super) fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "fail",
        Verdict::Doubtful => "doubtful",
        Verdict::Pass => "pass",
        Verdict::Seen => "seen",
        Verdict::CannotTell => "cannot-tell",
    }
}

/// A sign beside the word, so that colour is never alone.
pub(super) fn verdict_sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "✕",
        Verdict::Doubtful => "!",
        Verdict::Pass => "✓",
        Verdict::Seen => "•",
        Verdict::CannotTell => "?",
    }
}

/// What a finding is about, as a heading.
pub(super) fn kind_name(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Cell => "Cell",
        FindingKind::Can => "Can",
        FindingKind::CanDent => "Dent of the can",
        FindingKind::Ovality => "Ovality of the can",
        FindingKind::MandrelVoid => "Mandrel void",
        FindingKind::CoreCollapse => "Core collapse",
        FindingKind::Windings => "Windings",
        FindingKind::WindingGap => "Gap between windings",
        FindingKind::RollOffCentre => "Roll off centre",
        FindingKind::RollCanGap => "Gap between roll and can",
        FindingKind::Tab => "Tab",
        FindingKind::TabVoid => "Void along a tab",
        FindingKind::LidLead => "Lead to the lid",
        FindingKind::Overhang => "Anode overhang",
        FindingKind::EdgeAlignment => "Edge alignment",
        FindingKind::Telescoping => "Telescoping",
        FindingKind::BentSeparator => "Bent separator",
        FindingKind::Insulator => "Insulator",
        FindingKind::Gasket => "Sealing ring",
        FindingKind::UniformZone => "Uniform zone",
        FindingKind::DryZone => "Dry zone",
        FindingKind::ElectrolytePool => "Free electrolyte",
        FindingKind::GasBubble => "Gas bubble",
        FindingKind::Void => "Void",
        FindingKind::ForeignParticle => "Foreign particle",
        FindingKind::SeparatorBand => "Separator band",
        FindingKind::PunchCavity => "Punch cavity",
        FindingKind::MissingSpring => "Spring",
        FindingKind::SpacerTilt => "Tilted spacer",
        FindingKind::ElectrodeShift => "Shifted electrode",
        FindingKind::LithiumPitting => "Pitted lithium",
        FindingKind::Starvation => "Starved rays",
        FindingKind::Difference => "Difference",
    }
}

/// A measure's name without the marks of a program.
pub(super) fn measure_name(measure: &Measure) -> String {
    measure.name.replace('_', " ")
}

/// A measure as printed: value, deviation, unit.
pub(super) fn measured(measure: &Measure) -> String {
    let number = with_uncertainty(measure.value, measure.uncertainty);
    joined(&number, measure.unit)
}

/// A limit as printed: `at most 0.05 mm`.
pub(super) fn limit(measure: &Measure) -> Option<String> {
    let limit = measure.limit.as_ref()?;
    let of = |word: &str, level: f64| format!("{word} {}", joined(&plain(level), measure.unit));
    match (limit.least, limit.most) {
        (Some(least), Some(most)) => {
            Some(format!("{} to {}", plain(least), joined(&plain(most), measure.unit)))
        }
        (Some(least), None) => Some(of("at least", least)),
        (None, Some(most)) => Some(of("at most", most)),
        (None, None) => None,
    }
}

/// Number and unit; degrees stand close.
fn joined(number: &str, unit: MeasureUnit) -> String {
    match unit.symbol() {
        "" => number.into(),
        "°" => format!("{number}°"),
        symbol => format!("{number}\u{a0}{symbol}"),
    }
}

/// A value in a sentence: two digits at least, no deviation.
fn told(measure: &Measure) -> String {
    let (value, unit) = (measure.value, measure.unit);
    if !value.is_finite() {
        return "by an amount that is not known".into();
    }
    let number = match value.abs() {
        size if size >= 99.95 => fixed(value, 0),
        size if size >= 9.995 => fixed(value, 1),
        size if size >= 0.0995 => fixed(value, 2),
        size if size >= 0.00995 => fixed(value, 3),
        _ => plain(value),
    };
    joined(&number, unit)
}

/// A share in a sentence.
fn share(measure: &Measure) -> String {
    format!("{}\u{a0}%", plain((measure.value * 1000.0).round() / 10.0))
}

/// The measure that tells how large something is which a cell ought not to have; nothing for its parts.
pub(super) fn amiss(kind: FindingKind) -> Option<&'static str> {
    match kind {
        FindingKind::SeparatorBand => Some("gas_thickness"),
        FindingKind::CanDent | FindingKind::CoreCollapse | FindingKind::LithiumPitting => {
            Some("depth")
        }
        FindingKind::WindingGap | FindingKind::TabVoid => Some("thickness"),
        FindingKind::DryZone => Some("volume"),
        FindingKind::ElectrolytePool => Some("height"),
        FindingKind::GasBubble | FindingKind::ForeignParticle => Some("diameter"),
        _ => None,
    }
}

/// What a measure beyond its limit means, as the beginning of a sentence without a capital.
pub(super) fn complaint(kind: FindingKind, measure: &Measure) -> String {
    let much = told(measure);
    let most = measure.limit.as_ref().and_then(|limit| limit.most);
    let above = most.is_some_and(|most| measure.value > most);
    match (kind, measure.name.as_str()) {
        (FindingKind::Can, "wall_least") if !above => {
            format!("the can's wall is only {much} thick")
        }
        (FindingKind::CanDent, "depth") => format!("the can is dented by {much}"),
        (FindingKind::Ovality, "difference") => format!("the can is out of round by {much}"),
        (FindingKind::CoreCollapse, "depth") => {
            format!("the innermost windings have fallen in by {much}")
        }
        (FindingKind::Windings, "deviation_largest") => {
            format!("a winding leaves its spiral by {much}")
        }
        (FindingKind::WindingGap, "thickness") => format!("two windings gape by {much}"),
        (FindingKind::RollOffCentre, "shift") => {
            format!("the roll sits {much} off the can's axis")
        }
        (FindingKind::RollCanGap, "gap_most") if above => {
            format!("the gap between roll and can opens to {much}")
        }
        (FindingKind::TabVoid, "thickness") => format!("a void of {much} runs along a tab"),
        (FindingKind::Overhang, "least") if measure.value < 0.0 => {
            format!("the cathode stands {} beyond the anode", told(&opposite(measure)))
        }
        (FindingKind::Overhang, "least") => format!("the anode overhangs by only {much}"),
        (FindingKind::Telescoping, "range") => {
            format!("the roll is telescoped: its winding edges differ in height by {much}")
        }
        (FindingKind::BentSeparator, "bend") => {
            format!("a sheet above the roll leans over by {much}")
        }
        (FindingKind::Gasket, "covered") => {
            format!("the sealing ring is whole over only {} of the circle", share(measure))
        }
        _ => smaller_complaint(kind, measure, &much),
    }
}

/// The complaints about fillings, coins and whatever has a limit of its own.
fn smaller_complaint(kind: FindingKind, measure: &Measure, much: &str) -> String {
    match (kind, measure.name.as_str()) {
        (FindingKind::DryZone, "volume") => format!("{much} of the roll hold no electrolyte"),
        (FindingKind::ElectrolytePool, "height") => {
            format!("free electrolyte stands {much} high")
        }
        (FindingKind::GasBubble, "diameter") => format!("there is a gas bubble of {much}"),
        (FindingKind::ForeignParticle, "diameter") => {
            format!("there is a foreign particle of {much}")
        }
        (FindingKind::MissingSpring, "spring_steel") => "there is no spring".into(),
        (FindingKind::SpacerTilt, "tilt") => format!("the spacer is tilted by {much}"),
        (FindingKind::ElectrodeShift, "shift") => {
            format!("an electrode lies {much} beside the axis")
        }
        (FindingKind::LithiumPitting, "depth") => format!("the lithium is pitted {much} deep"),
        (FindingKind::SeparatorBand, "gas_thickness") => {
            format!("gas of {much} lies at the separator")
        }
        (FindingKind::Starvation, "starved_share") => {
            format!("{} of the rays got no light through the cell", share(measure))
        }
        _ => {
            let kind = kind_name(kind).to_lowercase();
            format!("{kind}: the {} is {much}", measure_name(measure))
        }
    }
}

/// The measure with its sign turned.
fn opposite(measure: &Measure) -> Measure {
    Measure { value: -measure.value, ..measure.clone() }
}
