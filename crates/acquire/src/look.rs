//! What a person wants to know of a scan before working with it. Judges angles and a few frames.

use serde::{Deserialize, Serialize};
use voltomo_types::{Fact, FrameShape, Origin, PixelFrame, Probe, Quantity, Scan, When};

use crate::{
    AcquireError,
    look_angles::AngleLook,
    look_counts::{CountLook, count},
};

/// All that is understood of a scan, and counts of some of its frames.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Radiographs, their rows and columns.
    pub radiographs: FrameShape,
    /// Sets of flat fields.
    pub flats: Vec<ReferenceLook>,
    /// Sets of dark fields.
    pub darks: Vec<ReferenceLook>,
    /// Counts or line integrals.
    pub quantity: Quantity,
    /// What passed through the sample.
    pub probe: Option<Probe>,
    /// Edge of an unbinned detector pixel, in mm.
    pub pixel_mm: Option<f64>,
    /// Where the frames lie on the detector.
    pub window: PixelFrame,
    /// Count at which a pixel is saturated.
    pub saturation: Option<f32>,
    /// The rotation angles; `None` where nobody told them.
    pub angles: Option<AngleLook>,
    /// Numbers of the radiographs looked at.
    pub counts: CountLook,
    /// What was understood, from whom.
    pub facts: Vec<Fact>,
    /// What is missing, and the key that tells it.
    pub missing: Vec<Fact>,
    /// How many files the scan is read from.
    pub files: usize,
}

/// One set of flat or dark fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReferenceLook {
    /// How many.
    pub frames: usize,
    /// When they were taken.
    pub when: When,
    /// Numbers of those looked at.
    pub counts: CountLook,
}

/// Looks at a scan: what its files told, its angles, and the counts of `frames_to_sample` of its
/// radiographs (evenly spaced; at least one) and as many of each set of flats and darks.
///
/// Memory: one frame, and a byte a pixel.
///
/// # Errors
/// A frame that cannot be read; its file is named.
pub fn look(scan: &Scan, frames_to_sample: usize) -> Result<Look, AcquireError> {
    let references = |sets: &[voltomo_types::ReferenceFrames]| {
        let one = |set: &voltomo_types::ReferenceFrames| {
            let counts = count(&*set.frames, frames_to_sample, scan)?;
            Ok(ReferenceLook { frames: set.frames.shape().frames, when: set.when, counts })
        };
        sets.iter().map(one).collect::<Result<Vec<_>, AcquireError>>()
    };
    let (missing, facts) =
        scan.facts.iter().cloned().partition(|fact| fact.origin == Origin::Missing);
    Ok(Look {
        radiographs: scan.radiographs.shape(),
        flats: references(&scan.flats)?,
        darks: references(&scan.darks)?,
        quantity: scan.quantity,
        probe: scan.probe,
        pixel_mm: scan.detector.pixel.map(|pixel| pixel.0),
        window: scan.detector.frame,
        saturation: scan.detector.saturation,
        angles: scan.angles.as_deref().and_then(AngleLook::of),
        counts: count(&*scan.radiographs, frames_to_sample, scan)?,
        facts,
        missing,
        files: scan.files.len(),
    })
}

impl Look {
    /// The look in lines of text, as `voltomo look` prints it.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let FrameShape { frames, rows, columns } = self.radiographs;
        let mut lines = vec![format!(
            "radiographs   {frames} of {rows} × {columns} pixels (rows × columns), {}",
            if self.quantity == Quantity::Counts { "counts" } else { "line integrals" }
        )];
        for (name, sets) in [("flat fields", &self.flats), ("dark fields", &self.darks)] {
            for set in sets {
                lines.push(format!("{name:<13} {}, {}", set.frames, when_words(set.when)));
                lines.extend(set.counts.lines());
            }
        }
        lines.push(self.window_line());
        if let Some(mm) = self.pixel_mm {
            lines.push(format!("pixel size    {mm} mm"));
        }
        lines.extend(self.angles.iter().flat_map(AngleLook::lines));
        lines.push(format!("counts        of {} radiographs", self.counts.frames_sampled));
        lines.extend(self.counts.lines());
        lines.push(format!("files         {}", self.files));
        lines.push("understood".into());
        for fact in &self.facts {
            let who = if fact.origin == Origin::File { "files" } else { "recipe" };
            lines.push(format!("  {:<20} {} [{who}]", fact.item, fact.value));
        }
        lines.push(if self.missing.is_empty() { "nothing missing" } else { "missing" }.into());
        lines.extend(self.missing.iter().map(|f| format!("  {:<20} {}", f.item, f.value)));
        lines
    }

    fn window_line(&self) -> String {
        let window = &self.window;
        format!(
            "detector      {} × {} pixels; the frames begin at row {}, column {}{}",
            window.detector_rows,
            window.detector_columns,
            window.first_row,
            window.first_column,
            if window.bin > 1 { format!(", binned by {}", window.bin) } else { String::new() }
        )
    }
}

fn when_words(when: When) -> String {
    match when {
        When::Before => "before the radiographs".into(),
        When::After => "after the radiographs".into(),
        When::During(index) => format!("before radiograph {index}"),
        When::Unknown => "nobody told when".into(),
    }
}
