//! Two parts that do not fit, in words and numbers. Knows no cell.

use std::fmt;

/// On which side of its limit a length must stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The length may not exceed the limit.
    AtMost,
    /// The length may not fall below the limit.
    AtLeast,
    /// Both parts are where only one can be: the lengths are the place's distance from the axis
    /// and its height.
    Apart,
}

/// Two parts that do not fit together.
#[derive(Debug, Clone, PartialEq)]
pub struct Misfit {
    /// The part that does not fit, and the part that it does not fit.
    pub parts: [String; 2],
    /// What was measured.
    pub measure: String,
    /// Its length.
    pub found_mm: f64,
    /// Which side of the limit would do.
    pub side: Limit,
    /// The limit that the other part sets.
    pub limit_mm: f64,
    /// The key that mends it.
    pub key: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = &self.parts;
        let (verb, side) = match self.side {
            Limit::AtMost => ("lower", "at most"),
            Limit::AtLeast => ("raise", "at least"),
            Limit::Apart => {
                return write!(
                    out,
                    "{first} and {second}: {} {:.3} mm from the axis and {:.3} mm above the \
                     bottom, expected one of them there; move them apart with {}",
                    self.measure, self.found_mm, self.limit_mm, self.key
                );
            }
        };
        write!(
            out,
            "{first} and {second}: {} is {:.3} mm, expected {side} {:.3} mm; {verb} it with `{}`",
            self.measure, self.found_mm, self.limit_mm, self.key
        )
    }
}

/// Lengths within this are equal, mm.
const SAME_MM: f64 = 1e-9;

/// Collects what does not fit.
#[derive(Debug, Default)]
pub(super) struct Fit {
    misfits: Vec<Misfit>,
}

/// A question with the length found and its limit, both mm.
pub(super) type Rule<'a> = (Question<'a>, [f64; 2]);

/// Two parts, a measure in words, and the key that changes it.
pub(super) type Question<'a> = ([&'a str; 2], &'a str, &'a str);

impl Fit {
    /// Every rule whose length may not exceed its limit.
    pub(super) fn all_at_most<'q>(&mut self, rules: impl IntoIterator<Item = Rule<'q>>) {
        for (question, [found, limit]) in rules {
            self.at_most(question, found, limit);
        }
    }

    /// Every rule whose length may not fall below its limit.
    pub(super) fn all_at_least<'q>(&mut self, rules: impl IntoIterator<Item = Rule<'q>>) {
        for (question, [found, limit]) in rules {
            self.at_least(question, found, limit);
        }
    }

    /// Notes the parts unless `found_mm` is at most `limit_mm`.
    pub(super) fn at_most(&mut self, question: Question<'_>, found_mm: f64, limit_mm: f64) {
        if found_mm > limit_mm + SAME_MM {
            self.note(question, (found_mm, limit_mm), Limit::AtMost);
        }
    }

    /// Notes the parts unless `found_mm` is at least `limit_mm`.
    pub(super) fn at_least(&mut self, question: Question<'_>, found_mm: f64, limit_mm: f64) {
        if found_mm < limit_mm - SAME_MM {
            self.note(question, (found_mm, limit_mm), Limit::AtLeast);
        }
    }

    fn note(&mut self, question: Question<'_>, (found_mm, limit_mm): (f64, f64), side: Limit) {
        let (parts, measure, key) = question;
        self.misfits.push(Misfit {
            parts: parts.map(String::from),
            measure: measure.into(),
            found_mm,
            side,
            limit_mm,
            key: key.into(),
        });
    }

    /// What does not fit.
    pub(super) fn misfits(self) -> Vec<Misfit> {
        self.misfits
    }
}
