//! Which crate may use which, read from the manifests.

use super::fault::Fault;
use super::tree::Tree;

const FLOOR_1: [&str; 3] = ["types", "numeric", "gpu"];
/// Below floor 1: what is slow to compile and seldom changes.
const CELLAR: &str = "fourier";
const STAGES: [&str; 7] =
    ["acquire", "correct", "reconstruct", "register", "segment", "inspect", "show"];
const DOORS: [&str; 3] = ["cli", "serve", "python"];

/// Every arrow that the floors do not allow.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, manifest) in &tree.manifests {
        let Some(allowed) = allowed_for(name) else {
            let complaint = "this crate is on no floor; give it one in xtask/src/rooms/arrows.rs";
            faults.push(Fault::new(format!("crates/{name}"), complaint));
            continue;
        };
        for table in ["dependencies", "build-dependencies"] {
            let found = own_crates(manifest, table);
            faults
                .extend(found.filter(|used| !allowed.contains(used)).map(|used| arrow(name, used)));
        }
        let found = own_crates(manifest, "dev-dependencies");
        let is_allowed = |used: &&str| allowed.contains(used) || is_for_tests(name, used);
        faults.extend(found.filter(|used| !is_allowed(used)).map(|used| arrow(name, used)));
    }
    faults
}

fn arrow(from: &str, to: &str) -> Fault {
    let complaint = format!("may not use `{to}`; see the floors in ARCHITECTURE.md");
    Fault::new(format!("crates/{from}/Cargo.toml"), complaint)
}

/// The crates that `name` may use; `None` where it has no floor.
fn allowed_for(name: &str) -> Option<Vec<&'static str>> {
    match name {
        "xtask" => Some(Vec::new()),
        CELLAR => Some(Vec::new()),
        "numeric" => Some(vec![CELLAR]),
        _ if FLOOR_1.contains(&name) => Some(Vec::new()),
        _ if STAGES.contains(&name) => Some(FLOOR_1.into()),
        "pipeline" => Some([&FLOOR_1[..], &STAGES[..]].concat()),
        _ if DOORS.contains(&name) => Some(vec!["pipeline", "types"]),
        _ => None,
    }
}

/// Tests above floor 1 may draw their scans from `acquire::simulate`.
fn is_for_tests(name: &str, used: &str) -> bool {
    used == "acquire" && !FLOOR_1.contains(&name) && name != "xtask"
}

fn own_crates<'a>(manifest: &'a toml::Table, table: &str) -> impl Iterator<Item = &'a str> {
    let table = manifest.get(table).and_then(toml::Value::as_table);
    table.into_iter().flat_map(toml::Table::keys).filter_map(|key| key.strip_prefix("voltomo-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(name: &str, manifest: &str) -> Vec<Fault> {
        let manifests = vec![(name.into(), manifest.parse().unwrap())];
        check(&Tree { manifests, ..Tree::default() })
    }

    #[test]
    fn a_stage_may_use_floor_1_and_no_stage() {
        let manifest = "[dependencies]\nvoltomo-types.workspace = true\nndarray = \"0\"";
        assert_eq!(faults_of("correct", manifest), []);
        let faults = faults_of("correct", "[dependencies]\nvoltomo-acquire.workspace = true");
        assert!(faults[0].complaint.contains("may not use `acquire`"), "{faults:?}");
    }

    #[test]
    fn tests_of_a_stage_may_use_the_phantom_and_tests_of_floor_1_may_not() {
        let manifest = "[dev-dependencies]\nvoltomo-acquire.workspace = true";
        assert_eq!(faults_of("reconstruct", manifest), []);
        assert_eq!(faults_of("numeric", manifest).len(), 1);
    }

    #[test]
    fn a_door_may_not_reach_past_the_pipeline() {
        let manifest = "[dependencies]\nvoltomo-reconstruct.workspace = true";
        assert_eq!(faults_of("cli", manifest).len(), 1);
        assert_eq!(faults_of("pipeline", manifest), []);
    }

    #[test]
    fn a_crate_without_a_floor_is_named() {
        assert_eq!(faults_of("extras", "").len(), 1);
    }
}
