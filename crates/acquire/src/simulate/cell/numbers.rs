//! Every number of a cell's file against what its key's unit allows. Knows no kinds of cells.

use toml::Value;
use voltomo_types::Problem;

/// Last words of keys whose value may be zero.
const MAY_BE_ZERO: [&str; 18] = [
    "depth_mm.bead",
    "corner_mm",
    "slot_mm",
    "hole_mm",
    "thickness_um.tape",
    "thickness_um.sleeve",
    "thickness_mm.lower_spacer",
    "thickness_mm.upper_spacer",
    "pool_mm",
    "foil_um",
    "gas_gap_mm",
    "radius_mm",
    "sigma_mm",
    "skirt_mm",
    "cathode_ends_early_turns",
    "one_sided_turns",
    "turn",
    "z_mm",
];

/// No cell has more turns or waves.
const MOST_COUNTED: i64 = 1000;

/// Last words of keys whose value may have either sign.
const MAY_BE_NEGATIVE: [&str; 2] = ["change_mm", "drift_mm"];

/// What is wrong with the numbers of a file, by their keys.
pub(super) fn problems(file: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    walk(file, "", &mut found);
    found
}

fn walk(value: &Value, key: &str, found: &mut Vec<Problem>) {
    match value {
        Value::Table(table) => {
            let own = |name: &str| key.is_empty() && name == "materials";
            for (name, below) in table.iter().filter(|(name, _)| !own(name)) {
                let below_key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                walk(below, &below_key, found);
            }
        }
        Value::Array(list) => {
            for (index, below) in list.iter().enumerate() {
                walk(below, &format!("{key}[{index}]"), found);
            }
        }
        Value::Float(number) => found.extend(number_problem(key, *number)),
        Value::Integer(number) => found.extend(count_problem(key, *number)),
        _ => {}
    }
}

/// Turns and waves; a seed may be anything.
fn count_problem(key: &str, number: i64) -> Option<Problem> {
    let fits = key.ends_with("seed") || (0..=MOST_COUNTED).contains(&number);
    (!fits).then(|| Problem::new(key, number, format!("a number of 0 to {MOST_COUNTED}")))
}

fn number_problem(key: &str, number: f64) -> Option<Problem> {
    let (table, name) = key.rsplit_once('.').unwrap_or(("", key));
    let full = format!("{name}.{table}");
    let listed = |list: &[&str]| list.iter().any(|entry| *entry == name || *entry == full);
    let (unit, most) = match name.rsplit('_').next() {
        Some("mm") => (" mm", 500.0),
        Some("um") => (" µm", 3000.0),
        Some("deg") => (" degrees", 360.0),
        _ => ("", 200.0),
    };
    let (least, open, bound) = if unit == " degrees" {
        (-most, false, format!("{} to {most}{unit}", -most))
    } else if listed(&MAY_BE_NEGATIVE) {
        (-50.0, false, format!("-50 to 50{unit}"))
    } else if listed(&MAY_BE_ZERO) {
        (0.0, false, format!("0 to {most}{unit}"))
    } else {
        (0.0, true, format!("more than 0 and at most {most}{unit}"))
    };
    let (least, open, bound) = match unit {
        // A defect of less than a micrometre is none.
        " mm" | " µm" if open && key.starts_with("defect[") => {
            let least = if unit == " mm" { 1e-3 } else { 1.0 };
            (least, false, format!("at least {least}{unit} and at most {most}{unit}"))
        }
        _ => (least, open, bound),
    };
    let most = if listed(&MAY_BE_NEGATIVE) { 50.0 } else { most };
    let fits = number <= most && if open { number > least } else { number >= least };
    (!fits).then(|| Problem::new(key, number, format!("a number of {bound}")))
}
