//! The joint histogram of both beams, as it lies beside the labels. Counts nothing.

use std::path::Path;

use voltomo_show::report::HeatMap;
use voltomo_types::Counted;

use crate::joint::{JOINT, JointRecord};

/// Where the histogram lies, from the folder of the findings.
const FOLDERS: [&str; 2] = ["", "../5-segment"];

/// The joint histogram as a plot; `None` where there is none, or a broken one, of which a warning tells.
pub(super) fn read(folder: &Path, warnings: &mut Vec<String>) -> Option<HeatMap> {
    let record = FOLDERS.iter().find_map(|it| match JointRecord::read(&folder.join(it)) {
        Ok(record) => record,
        Err(why) => {
            warnings.push(format!("{JOINT} holds no joint histogram: {why}"));
            None
        }
    })?;
    let counted = |name: &str, unit: &str| Counted { name: name.into(), unit: unit.into() };
    Some(HeatMap {
        title: "Both beams: how many voxels have which pair of µ".into(),
        across: counted("µ for X-rays", "1/cm"),
        across_range: record.xray_per_cm,
        up: counted("µ for neutrons", "1/cm"),
        up_range: record.neutron_per_cm,
        quantity: counted("voxels", ""),
        values: record.values().mapv(|count| if count > 0.0 { count } else { f32::NAN }),
        is_logarithmic: true,
    })
}
