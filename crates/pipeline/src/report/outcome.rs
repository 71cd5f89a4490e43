//! What is said of a report that was written. Writes nothing.

use std::path::PathBuf;

use voltomo_show::report::Summary;

/// A report that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportOutcome {
    /// The verdict in words.
    pub summary: Summary,
    /// Size of the file, bytes.
    pub bytes: usize,
    /// The file.
    pub path: PathBuf,
    /// What in the folder could not be taken up, as the report says too.
    pub broken: Vec<String>,
}

impl ReportOutcome {
    /// The verdict in a sentence, what is broken, and where the report is.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let megabytes = self.bytes as f64 / 1e6;
        let broken = self.broken.iter().map(|what| format!("WARNING   {what}"));
        let report = format!("report    {} ({megabytes:.1} MB)", self.path.display());
        std::iter::once(self.summary.sentence()).chain(broken).chain([report]).collect()
    }
}
