//! Which images of a folder are radiographs, flats and darks, by the usual names. Opens none.

use std::path::{Path, PathBuf};

use voltomo_types::When;

use super::find_images::{ImageSet, entries, images_in, name_of};
use crate::{AcquireError, natural_order::numbers_of};

/// What an image is, by its name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Role {
    Radiograph,
    Flat(When),
    Dark,
}

/// What a file's or folder's name tells: `proj…`, `radio…`, `tomo…`, `sample…` are radiographs;
/// `flat…`, `ob`, `open…`, `white…` flats; `dark…`, `dc`, `di` darks.
pub(crate) fn role_of(name: &str) -> Option<Role> {
    let name = name.to_lowercase();
    let words: Vec<&str> =
        name.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    let first = *words.first()?;
    let begins = |starts: &[&str]| starts.iter().any(|start| first.starts_with(start));
    let has = |known: &[&str]| words.iter().any(|word| known.contains(word));
    let is_dark = begins(&["dark"])
        || ["dc", "dcs", "di", "dis"].contains(&first)
        || has(&["dark", "darks", "darkfield"]);
    let is_flat = begins(&["flat", "open", "white"])
        || ["ob", "obs"].contains(&first)
        || has(&["flat", "flats", "flatfield", "openbeam", "whitefield"]);
    if is_dark {
        return Some(Role::Dark);
    }
    if is_flat {
        let when = if has(&["before", "pre"]) {
            When::Before
        } else if has(&["after", "post"]) {
            When::After
        } else {
            When::Unknown
        };
        return Some(Role::Flat(when));
    }
    begins(&["proj", "radio", "tomo", "sample"]).then_some(Role::Radiograph)
}

/// Images that go together: of one sub-folder, or of one pattern of names.
struct Group {
    told: String,
    role: Option<Role>,
    files: Vec<PathBuf>,
}

/// Sorts the images of a folder and its sub-folders by their names. Files in `taken` are left out.
///
/// Images of one pattern of names that tell nothing are radiographs, where no others are.
///
/// # Errors
/// More than one group that could be the radiographs, or none; several that could be one of the
/// others.
pub(crate) fn guess(
    folder: &Path,
    taken: &[PathBuf],
) -> Result<Vec<(Role, ImageSet)>, AcquireError> {
    let groups = groups_of(folder, taken)?;
    let is_candidate = |group: &&Group| matches!(group.role, None | Some(Role::Radiograph));
    let candidates: Vec<&Group> = groups.iter().filter(is_candidate).collect();
    let [_] = candidates[..] else {
        return Err(unclear("radiographs", &candidates, folder));
    };
    let mut sets: Vec<(Role, ImageSet)> = Vec::new();
    for group in &groups {
        let role = group.role.unwrap_or(Role::Radiograph);
        if sets.iter().any(|(other, _)| *other == role) {
            let same = |g: &&Group| g.role == Some(role);
            let same: Vec<&Group> = groups.iter().filter(same).collect();
            return Err(unclear(noun(role), &same, folder));
        }
        let (told, files) = (group.told.clone(), group.files.clone());
        sets.push((role, ImageSet { key: key(role), told, is_guess: true, files }));
    }
    Ok(sets)
}

/// What a role is called.
pub(crate) fn noun(role: Role) -> &'static str {
    match role {
        Role::Radiograph => "radiographs",
        Role::Flat(_) => "flat fields",
        Role::Dark => "dark fields",
    }
}

fn key(role: Role) -> &'static str {
    match role {
        Role::Radiograph => "acquire.radiographs",
        Role::Flat(When::Before) => "acquire.flats_before",
        Role::Flat(When::After) => "acquire.flats_after",
        Role::Flat(_) => "acquire.flats",
        Role::Dark => "acquire.darks",
    }
}

fn unclear(what: &str, groups: &[&Group], folder: &Path) -> AcquireError {
    let list = |group: &&Group| format!("`{}` ({} images)", group.told, group.files.len());
    let found = match groups {
        [] => format!("no {what} by the usual names"),
        _ => {
            format!("{} could be {what}", groups.iter().map(list).collect::<Vec<_>>().join(" and "))
        }
    };
    AcquireError::UnclearFolder { found, folder: folder.into() }
}

fn groups_of(folder: &Path, taken: &[PathBuf]) -> Result<Vec<Group>, AcquireError> {
    let mut groups: Vec<Group> = Vec::new();
    for path in images_in(folder)?.into_iter().filter(|path| !taken.contains(path)) {
        let name = name_of(&path);
        let role = role_of(&name);
        let told = numbers_of(&name).0.replace('#', "*");
        match groups.iter_mut().find(|group| group.told == told) {
            Some(group) => group.files.push(path),
            None => groups.push(Group { told, role, files: vec![path] }),
        }
    }
    for path in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let name = name_of(&path);
        let mut files = images_in(&path)?;
        files.retain(|file| !taken.contains(file));
        if let (Some(role), false) = (role_of(&name), files.is_empty()) {
            groups.push(Group { told: format!("{name}/"), role: Some(role), files });
        }
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_names_tell_their_role() {
        for name in ["proj_0001.tif", "Radiographs", "tomo12.fits", "sample_a_3.tif"] {
            assert_eq!(role_of(name), Some(Role::Radiograph), "{name}");
        }
        for name in ["flat_1.tif", "OB.tif", "ob001.fits", "open_beam", "sample_flat_2.tif"] {
            assert_eq!(role_of(name), Some(Role::Flat(When::Unknown)), "{name}");
        }
        assert_eq!(role_of("flats_before"), Some(Role::Flat(When::Before)));
        assert_eq!(role_of("white_post_1.tif"), Some(Role::Flat(When::After)));
        for name in ["dark.tif", "dc_01.tif", "di0.tif", "cell_dark_3.tif"] {
            assert_eq!(role_of(name), Some(Role::Dark), "{name}");
        }
        for name in ["object_1.tif", "disc_1.tif", "edge20mm_0001.tif", "0001.tif"] {
            assert_eq!(role_of(name), None, "{name}");
        }
    }
}
