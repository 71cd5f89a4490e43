//! Axis and attenuation of the parts: found beside true. Reconstructs nothing.

use std::path::Path;

use super::parts::{PartMean, part_means};
use crate::{
    error::RunError,
    layout::volume_in,
    provenance::RECORD,
    simulate::{Setup, SimulateError, SimulateOptions, Simulated, truth_volume},
    summary::number,
};

/// Why found and true differ.
const WHY: [&str; 2] = [
    "What differs in µ is physics: scattered neutrons fill in the dark and take from the bright,",
    "the beam hardens, and thin parts are blurred with what lies beside them.",
];

/// Lines for a person: the axis, and µ in each part of the cell.
pub(super) fn compare(
    (options, simulated): (&SimulateOptions, &Simulated),
    run: &Path,
) -> Result<Vec<String>, SimulateError> {
    let path = run.join(RECORD);
    let failed = |source| RunError::File { what: "cannot read", path: path.clone(), source };
    let text = std::fs::read(&path).map_err(failed)?;
    let record: serde_json::Value =
        serde_json::from_slice(&text).map_err(|error| failed(error.into()))?;
    let axis = simulated.axis;
    let (centre, tilt) =
        (number(&record["axis"], "centre_px"), number(&record["axis"], "tilt_deg"));
    let mut lines = vec![
        String::new(),
        "in the neutron scan             found      true".into(),
        format!("axis column, px               {centre:>9.3} {:>9.3}", axis.centre),
        format!("axis tilt, degrees            {tilt:>9.4} {:>9.4}", axis.tilt.degrees()),
    ];
    let setup = Setup::read(options)?;
    let truth = truth_volume(&options.out, "mu_neutron");
    let voxels = (setup.scene(), &simulated.request);
    let means = part_means(voxels, &volume_in(run), &truth)?;
    let line = |part: &PartMean| {
        let label = format!("µ of {}, 1/cm", part.name);
        format!("{label:<29} {:>9.3} {:>9.3}", part.found, part.truth)
    };
    lines.extend(means.iter().map(line));
    lines.extend(WHY.map(String::from));
    Ok(lines)
}
