//! `voltomo inspect`. No science.

use voltomo_pipeline::{
    FindingsRecord, InspectOptions, InspectSettings, Registered, default_limits,
};
use voltomo_types::{CellKind, Verdict};

use super::{
    outcome::Outcome,
    screen::{print, print_lines, use_threads},
    volumes::volumes,
};
use crate::{
    arguments::{Cell, InspectArguments},
    progress::Console,
};

/// Inspects one volume, or one of each beam.
pub(crate) fn inspect(arguments: &InspectArguments) -> Result<Outcome, String> {
    if arguments.show_limits {
        return print(default_limits()).map(|()| Outcome::Done);
    }
    use_threads(&arguments.machine)?;
    let Some(options) = options(arguments)? else {
        return Err("a volume, --cell, --modality and --out are needed".into());
    };
    let console = Console::listening()?;
    let record =
        voltomo_pipeline::inspect(&options, &console).map_err(|error| error.to_string())?;
    print_lines(&record.lines(&options.out))?;
    Ok(outcome(&record))
}

/// How an inspection ended: beyond limits where a finding fails, or may.
pub(super) fn outcome(record: &FindingsRecord) -> Outcome {
    match record.verdict {
        Verdict::Fail | Verdict::Doubtful => Outcome::BeyondLimits,
        _ => Outcome::Done,
    }
}

/// What the arguments ask for; `None` where clap let one be missing.
fn options(arguments: &InspectArguments) -> Result<Option<InspectOptions>, String> {
    let needed = (&arguments.volume, arguments.cell, arguments.modality, &arguments.out);
    let (Some(volume), Some(cell), Some(modality), Some(out)) = needed else { return Ok(None) };
    let transform = arguments.transform.as_deref().map(Registered::read).transpose();
    Ok(Some(InspectOptions {
        name: arguments.name.clone(),
        volumes: volumes(
            (volume, arguments.voxel_mm),
            (arguments.partner.as_deref(), arguments.partner_voxel_mm),
            modality,
            arguments.per_cm,
        ),
        cell: match cell {
            Cell::Cylindrical => CellKind::Cylindrical,
            Cell::Coin => CellKind::Coin,
        },
        beforehand: Vec::new(),
        xray_from_neutron: transform.map_err(|error| error.to_string())?,
        limits: arguments.limits.clone(),
        settings: InspectSettings::default(),
        out: out.clone(),
        force: arguments.force,
        memory: arguments.machine.memory,
    }))
}
