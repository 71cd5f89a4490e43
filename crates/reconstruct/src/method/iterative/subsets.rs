//! Views divided into subsets, and the order in which these are taken. Knows no projections.

/// Parts of `order` (all views by direction): subset `k` holds every `count`-th view from the
/// `k`-th on, so that each looks from all sides; the subsets follow each other by the golden
/// section, so that each is far from those just before it.
///
/// With as many subsets as views, each view is alone.
/// Source: Hudson & Larkin 1994, doi:10.1109/42.363108 (balanced subsets); Köhler 2004,
/// doi:10.1109/NSSMIC.2004.1466745 (golden section).
pub(super) fn subsets_of(order: &[usize], count: usize) -> Vec<Vec<usize>> {
    let count = count.clamp(1, order.len().max(1));
    let subset = |k: usize| order.iter().copied().skip(k).step_by(count).collect();
    golden_order(count).into_iter().map(subset).collect()
}

/// 0 … count − 1, each step going round by about the golden section.
fn golden_order(count: usize) -> Vec<usize> {
    let golden = voltomo_numeric::cast::to_index(count as f64 * 0.618_033_988_749_895 + 0.5).max(1);
    // Steps beside the golden one, until one meets all.
    let step = (0..count.max(1))
        .flat_map(|away| [golden + away, golden.saturating_sub(away)])
        .find(|step| *step > 0 && divisor(*step, count) == 1)
        .unwrap_or(1);
    (0..count).map(|k| k * step % count).collect()
}

fn divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subsets_hold_every_view_once_and_neighbours_in_order_are_far_apart() {
        for (views, count) in [(90, 10), (7, 7), (360, 360), (5, 20), (1, 1), (12, 2)] {
            let order: Vec<usize> = (0..views).rev().collect();
            let subsets = subsets_of(&order, count);
            assert_eq!(subsets.len(), count.min(views));
            let mut all: Vec<usize> = subsets.concat();
            all.sort_unstable();
            assert_eq!(all, (0..views).collect::<Vec<_>>());
        }
        let order: Vec<usize> = (0..360).collect();
        let single: Vec<usize> = subsets_of(&order, 360).concat();
        assert!(single.windows(2).all(|pair| pair[0].abs_diff(pair[1]) > 90));
    }
}
