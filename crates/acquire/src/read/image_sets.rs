//! The radiographs, flats and darks of an image scan, as files. Opens none of them.

use std::path::{Path, PathBuf};

use voltomo_types::When;

use super::{
    find_images::{ImageSet, find, is_pattern, name_of},
    guess_images::{Role, guess, noun, role_of},
};
use crate::{AcquireError, AcquireSettings};

/// Which files are what.
#[derive(Debug)]
pub(crate) struct ImageSets {
    pub(crate) radiographs: ImageSet,
    pub(crate) flats: Vec<(When, ImageSet)>,
    pub(crate) darks: Vec<(When, ImageSet)>,
}

/// The folder at which the names of images start: `path`, or where `path` lies.
pub(crate) fn folder_of(path: &Path) -> &Path {
    if path.is_dir() { path } else { path.parent().unwrap_or(Path::new(".")) }
}

/// Finds the images that the settings name; what they leave open in a folder is guessed by name.
///
/// # Errors
/// Nothing matches; the names leave it open what is what; a dark or flat among the radiographs.
pub(crate) fn choose(path: &Path, settings: &AcquireSettings) -> Result<ImageSets, AcquireError> {
    let folder = folder_of(path);
    let mut flats = Vec::new();
    let told = [
        ("acquire.flats_before", &settings.flats_before, When::Before),
        ("acquire.flats", &settings.flats, When::Unknown),
        ("acquire.flats_after", &settings.flats_after, When::After),
    ];
    for (key, told, when) in told {
        if let Some(told) = told {
            flats.push((when, find(key, told, folder)?));
        }
    }
    let mut darks = Vec::new();
    if let Some(told) = &settings.darks {
        darks.push((When::Unknown, find("acquire.darks", told, folder)?));
    }
    let radiographs = match &settings.radiographs {
        Some(told) => Some(find("acquire.radiographs", told, folder)?),
        None if path.is_dir() => None,
        None => Some(find("acquire.path", &name_of(path), folder)?),
    };
    let sets = match radiographs {
        Some(radiographs) => ImageSets { radiographs, flats, darks },
        None => guess_rest(path, flats, darks)?,
    };
    sets.check_radiographs()?;
    Ok(sets)
}

type Sets = Vec<(When, ImageSet)>;

fn guess_rest(path: &Path, mut flats: Sets, mut darks: Sets) -> Result<ImageSets, AcquireError> {
    let told = flats.iter().chain(&darks);
    let taken: Vec<PathBuf> = told.flat_map(|(_, set)| set.files.clone()).collect();
    let (guess_flats, guess_darks) = (flats.is_empty(), darks.is_empty());
    let mut radiographs = None;
    for (role, set) in guess(path, &taken)? {
        match role {
            Role::Radiograph => radiographs = Some(set),
            Role::Flat(when) if guess_flats => flats.push((when, set)),
            Role::Dark if guess_darks => darks.push((When::Unknown, set)),
            _ => {}
        }
    }
    let found = "no radiographs by the usual names".into();
    let unclear = AcquireError::UnclearFolder { found, folder: path.into() };
    Ok(ImageSets { radiographs: radiographs.ok_or(unclear)?, flats, darks })
}

impl ImageSets {
    /// A dark or flat must never be read as a radiograph.
    fn check_radiographs(&self) -> Result<(), AcquireError> {
        let references = self.flats.iter().chain(&self.darks);
        for file in &self.radiographs.files {
            let error = |looks_like: String| AcquireError::ReferenceAmongRadiographs {
                looks_like,
                path: file.clone(),
            };
            if let Some((_, set)) = references.clone().find(|(_, set)| set.files.contains(file)) {
                return Err(error(format!("reference frame too (`{}` names it)", set.key)));
            }
            match role_of(&name_of(file)).filter(|role| *role != Role::Radiograph) {
                Some(role) if !self.says(role) => {
                    return Err(error(noun(role).trim_end_matches('s').into()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether the recipe's own words for the radiographs have that role, as `sample_flat_*.tif`.
    fn says(&self, role: Role) -> bool {
        let told = &self.radiographs.told;
        let is_name = !self.radiographs.is_guess && (is_pattern(told) || told.contains('.'));
        is_name && role_of(&name_of(Path::new(told))) == Some(role)
    }
}
