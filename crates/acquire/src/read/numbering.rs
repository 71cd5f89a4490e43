//! Gaps in the numbers of files. Opens none of them.

use std::path::PathBuf;

use super::find_images::name_of;
use crate::natural_order::numbers_of;

/// Files that are missing between two others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gap {
    /// The file before it.
    pub(crate) before: String,
    /// The file after it.
    pub(crate) after: String,
    /// The first and the last number that are missing.
    pub(crate) missing: [u64; 2],
}

impl std::fmt::Display for Gap {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "between {} and {}", self.before, self.after)
    }
}

/// The gaps in the numbers of files that are in natural order. Nothing where their names are unlike, or
/// differ in more than one number: then nobody can tell.
pub(crate) fn gaps(files: &[PathBuf]) -> Vec<Gap> {
    let names: Vec<String> = files.iter().map(|file| name_of(file)).collect();
    let numbers: Vec<_> = names.iter().map(|name| numbers_of(name)).collect();
    let Some((pattern, first)) = numbers.first() else { return Vec::new() };
    let is_alike = |(other, all): &(String, Vec<u64>)| other == pattern && all.len() == first.len();
    let changing =
        (0..first.len()).filter(|&at| numbers.iter().any(|(_, n)| n.get(at) != first.get(at)));
    let changing: Vec<usize> = changing.collect();
    let ([at], true) = (&changing[..], numbers.iter().all(is_alike)) else { return Vec::new() };
    let of: Vec<u64> = numbers.iter().map(|(_, all)| all[*at]).collect();
    let steps: Vec<u64> = of.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
    let usual = steps.iter().copied().min().unwrap_or(0);
    let gap = |(k, step): (usize, &u64)| {
        (*step != usual).then(|| Gap {
            before: names[k].clone(),
            after: names[k + 1].clone(),
            missing: [of[k].saturating_add(usual), of[k + 1].saturating_sub(usual)],
        })
    };
    steps.iter().enumerate().filter_map(gap).collect()
}
