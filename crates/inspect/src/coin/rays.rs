//! How thin layers read that lie along the rays. Knows no volume.

/// Blur acts on the light that comes through, not on µ: where a flat coin turns about its own axis,
/// every ray runs along its layers, and the edge of a layer lies where half of the light is, which
/// is not where half of µ is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rays {
    /// Along the layers, through so many mm of them on average.
    Along(f64),
    /// Across them, or from all sides.
    Across,
}

impl Rays {
    /// A quantity that blur adds up linearly; it falls with µ (1/cm).
    pub(super) fn light(self, mu: f64) -> f64 {
        match self {
            Self::Along(chord_mm) => (-0.1 * mu * chord_mm).exp(),
            Self::Across => -mu,
        }
    }

    /// µ of that quantity, 1/cm.
    pub(super) fn mu(self, light: f64) -> f64 {
        match self {
            Self::Along(chord_mm) => -light.max(f64::MIN_POSITIVE).ln() / (0.1 * chord_mm),
            Self::Across => -light,
        }
    }

    /// What the edge between two plateaus reads, 1/cm.
    pub(super) fn middle(self, one: f64, other: f64) -> f64 {
        self.mu(0.5 * (self.light(one) + self.light(other)))
    }
}

/// Where `values` first rise to `level` (fall to it, if not `rises`) along `order`, in indices of
/// `values`, between neighbours of `order` on a line; values that are no numbers are passed over.
pub(super) fn crossing(
    values: &[f64],
    order: impl Iterator<Item = usize>,
    level: f64,
    rises: bool,
) -> Option<f64> {
    let sense = if rises { 1.0 } else { -1.0 };
    let mut before: Option<(usize, f64)> = None;
    for index in order {
        let above = sense * (values.get(index).copied().unwrap_or(f64::NAN) - level);
        if above.is_nan() {
            continue;
        }
        match before {
            Some((last, below)) if below < 0.0 && above >= 0.0 => {
                let share = below / (below - above);
                return Some(last as f64 + share * (index as f64 - last as f64));
            }
            _ => before = Some((index, above)),
        }
    }
    None
}
