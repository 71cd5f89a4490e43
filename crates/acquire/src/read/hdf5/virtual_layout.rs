//! The boxes of other datasets that a virtual dataset shows. Opens no file.
//!
//! The library composes a virtual dataset whole before it takes a part; a scan does not fit.

use rust_hdf5::{Hyperslab, RegularHyperslab, Selection, VirtualMapping};

use super::element::SourceBox;

/// First element and extent of one box.
type Corner = (Vec<usize>, Vec<usize>);

/// The mappings of a virtual dataset of shape `shape` as boxes.
///
/// # Errors
/// A mapping that is no list of boxes one behind the other along the first axis, in words.
pub(crate) fn boxes(
    mappings: &[VirtualMapping],
    shape: &[usize],
) -> Result<Vec<SourceBox>, String> {
    let nested: Result<Vec<_>, String> = mappings
        .iter()
        .map(|mapping| {
            pair(mapping, shape).ok_or_else(|| {
                format!(
                    "the virtual dataset takes `{}` of {} in a pattern other than boxes one \
                     behind the other along its first axis",
                    mapping.source_dset_name, mapping.source_file_name
                )
            })
        })
        .collect();
    Ok(nested?.into_iter().flatten().collect())
}

fn pair(mapping: &VirtualMapping, shape: &[usize]) -> Option<Vec<SourceBox>> {
    let shown = corners(&mapping.virtual_selection, shape)?;
    let taken = match &mapping.source_selection {
        Selection::All => one_behind_the_other(&shown),
        Selection::Hyperslab { .. } => {
            let taken = corners(&mapping.source_selection, shape)?;
            if taken.len() == 1 && shown.len() > 1 { split(&taken[0], &shown)? } else { taken }
        }
        _ => return None,
    };
    let shown = if shown.len() == 1 && taken.len() > 1 { split(&shown[0], &taken)? } else { shown };
    if shown.len() != taken.len() {
        return None;
    }
    shown.into_iter().zip(taken).map(|(shown, taken)| source_box(mapping, shown, taken)).collect()
}

/// A source box of a lower rank shows its last axes; the axes before must be one element wide.
fn source_box(mapping: &VirtualMapping, shown: Corner, taken: Corner) -> Option<SourceBox> {
    let (virtual_start, extent) = shown;
    let missing = extent.len().checked_sub(taken.1.len())?;
    if extent[..missing].iter().any(|&width| width != 1) || extent[missing..] != taken.1 {
        return None;
    }
    Some(SourceBox {
        file: mapping.source_file_name.clone(),
        dataset: mapping.source_dset_name.clone(),
        source_start: taken.0,
        virtual_start,
        extent,
    })
}

/// The boxes of a whole source dataset, when the virtual side shows them in these boxes.
fn one_behind_the_other(shown: &[Corner]) -> Vec<Corner> {
    let mut first = 0;
    let place = |(_, extent): &Corner| {
        let mut start = vec![0; extent.len()];
        start[0] = first;
        first += extent[0];
        (start, extent.clone())
    };
    shown.iter().map(place).collect()
}

/// Cuts one box along its first axis into the extents of `pattern`.
fn split(whole: &Corner, pattern: &[Corner]) -> Option<Vec<Corner>> {
    let mut first = whole.0[0];
    let mut parts = Vec::with_capacity(pattern.len());
    for (_, extent) in pattern {
        let height = if extent.len() == whole.1.len() { extent[0] } else { 1 };
        let (mut start, mut part) = whole.clone();
        start[0] = first;
        part[0] = height;
        first += height;
        parts.push((start, part));
    }
    (first == whole.0[0] + whole.1[0]).then_some(parts)
}

/// The boxes of a selection in the order in which its elements count.
fn corners(selection: &Selection, shape: &[usize]) -> Option<Vec<Corner>> {
    match selection {
        Selection::All => Some(vec![(vec![0; shape.len()], shape.to_vec())]),
        Selection::Hyperslab { form: Hyperslab::Regular(slab), .. } => regular(slab),
        Selection::Hyperslab { form: Hyperslab::Blocks(blocks), .. } if blocks.len() == 1 => {
            let block = &blocks[0];
            let start = indices(&block.start)?;
            let end = indices(&block.end)?;
            let width = |(start, end): (&usize, &usize)| (end + 1).checked_sub(*start);
            let extent: Option<Vec<_>> = start.iter().zip(&end).map(width).collect();
            Some(vec![(start, extent?)])
        }
        _ => None,
    }
}

/// More boxes than this are no scan.
const MOST_BOXES: usize = 1 << 20;

fn regular(slab: &RegularHyperslab) -> Option<Vec<Corner>> {
    if slab.unlim_dim().is_some() {
        return None;
    }
    let (start, stride) = (indices(&slab.start)?, indices(&slab.stride)?);
    let (count, block) = (indices(&slab.count)?, indices(&slab.block)?);
    let rank = start.len();
    if rank == 0 || [stride.len(), count.len(), block.len()] != [rank; 3] {
        return None;
    }
    let is_solid = |axis: usize| count[axis] == 1 || stride[axis] == block[axis];
    if !(1..rank).all(is_solid) {
        return None;
    }
    let width: Option<Vec<_>> =
        (0..rank).map(|axis| count[axis].checked_mul(block[axis])).collect();
    let width = width?;
    if is_solid(0) {
        return Some(vec![(start, width)]);
    }
    if count[0] > MOST_BOXES {
        return None;
    }
    let place = |index: usize| {
        let (mut first, mut extent) = (start.clone(), width.clone());
        first[0] += index * stride[0];
        extent[0] = block[0];
        (first, extent)
    };
    Some((0..count[0]).map(place).collect())
}

fn indices(numbers: &[u64]) -> Option<Vec<usize>> {
    numbers.iter().map(|&number| usize::try_from(number).ok()).collect()
}
