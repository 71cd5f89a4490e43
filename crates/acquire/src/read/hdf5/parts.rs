//! Angles, pixel size, probe and references of a scan, from datasets. Knows no layout of a facility.

use std::{path::PathBuf, sync::Arc};

use voltomo_types::{
    BlackBodies, ConeFacts, Detector, Fact, FrameShape, Frames, Millimetre, PixelFrame, Probe,
    Quantity, Radian, ReferenceFrames, Scan, When,
};

use super::{Dataset, File, Hdf5Error, Order, StackFrames, angle_unit, in_millimetres};
use crate::{AcquireSettings, AngleUnit};

/// What a reader has understood of a scan so far.
pub(crate) struct Parts<'a> {
    /// What the recipe says.
    pub(crate) settings: &'a AcquireSettings,
    file: File,
    cone: ConeFacts,
    facts: Vec<Fact>,
    files: Vec<PathBuf>,
}

/// The stacks of a scan, and what turns them into one.
pub(crate) struct Stacks {
    /// The radiographs.
    pub(crate) radiographs: StackFrames,
    /// Flat fields and dark fields.
    pub(crate) flats: Vec<ReferenceFrames>,
    /// Dark fields.
    pub(crate) darks: Vec<ReferenceFrames>,
    /// Count at which a pixel is saturated.
    pub(crate) saturation: Option<f32>,
}

impl<'a> Parts<'a> {
    /// Nothing understood yet but the layout.
    pub(crate) fn new(file: &File, settings: &'a AcquireSettings, layout: &str) -> Self {
        let files = vec![file.path().to_path_buf()];
        let facts = vec![Fact::from_file("layout", layout)];
        Self { settings, file: file.clone(), cone: ConeFacts::default(), facts, files }
    }

    /// The file says this.
    pub(crate) fn told(&mut self, item: &str, value: impl ToString) {
        self.facts.push(Fact::from_file(item, value));
    }

    /// Nobody says this; `mend` names the recipe key.
    pub(crate) fn missing(&mut self, item: &str, mend: impl ToString) {
        self.facts.push(Fact::missing(item, mend));
    }

    /// The scan is read from this dataset's file, too.
    pub(crate) fn uses(&mut self, dataset: &Dataset) {
        for path in dataset.every_file() {
            if !self.files.contains(&path) {
                self.files.push(path);
            }
        }
    }

    /// The dataset that the recipe names in `key`, or that the layout has at `usual`.
    pub(crate) fn dataset(
        &self,
        named: Option<&String>,
        usual: &str,
        key: &'static str,
    ) -> Result<Option<Dataset>, Hdf5Error> {
        match named {
            Some(path) => self.file.dataset(path, key).map(Some),
            None => self.file.dataset_if_there(usual),
        }
    }

    /// All frames of a dataset of reference frames; they must be of the radiographs' size.
    pub(crate) fn reference(
        &mut self,
        dataset: &Dataset,
        order: Order,
        (what, key, expected): (&'static str, &'static str, FrameShape),
    ) -> Result<StackFrames, Hdf5Error> {
        let frames = StackFrames::whole(dataset, order, key)?;
        let found = frames.shape();
        if (found.rows, found.columns) != (expected.rows, expected.columns) {
            return Err(Hdf5Error::ReferenceSize {
                what,
                found_rows: found.rows,
                found_columns: found.columns,
                rows: expected.rows,
                columns: expected.columns,
                dataset: dataset.name().into(),
                key,
                path: dataset.file().path().into(),
            });
        }
        self.uses(dataset);
        self.told(what, format!("{} in {}", found.frames, dataset.name()));
        Ok(frames)
    }

    /// The rotation angles of the radiographs `indices` of `frames` frames, from a list with one a
    /// frame or one a radiograph. `usual`: the unit that the format defines where none is written.
    ///
    /// `None` where nobody says the unit: then the list is a fact, and so is what mends it.
    pub(crate) fn angles(
        &mut self,
        dataset: &Dataset,
        usual: Option<AngleUnit>,
        (indices, frames): (&[usize], usize),
    ) -> Result<Option<Vec<Radian>>, Hdf5Error> {
        let all = dataset.numbers("acquire.angle_key")?;
        let path = || dataset.file().path().to_path_buf();
        let values: Vec<f64> = match all.len() {
            count if count == frames => indices.iter().map(|&index| all[index]).collect(),
            count if count == indices.len() => all,
            angles => {
                let (dataset, path) = (dataset.name().into(), path());
                return Err(Hdf5Error::AngleCount { angles, frames: indices.len(), dataset, path });
            }
        };
        if let Some(frame) = values.iter().position(|angle| !angle.is_finite()) {
            let (angle, dataset) = (values[frame], dataset.name().into());
            return Err(Hdf5Error::AngleNotFinite { angle, frame, dataset, path: path() });
        }
        self.uses(dataset);
        let span = format!("{} values from {} to {}", values.len(), first(&values), last(&values));
        let Some(unit) = self.unit_of_angles(dataset, usual)? else {
            let mend =
                format!("{span} in {} without a unit; set `acquire.angle_unit`", dataset.name());
            self.missing("rotation angles", mend);
            return Ok(None);
        };
        self.told("rotation angles", format!("{span} {} in {}", unit_name(unit), dataset.name()));
        Ok(Some(values.into_iter().map(|value| in_radians(value, unit)).collect()))
    }

    fn unit_of_angles(
        &mut self,
        dataset: &Dataset,
        usual: Option<AngleUnit>,
    ) -> Result<Option<AngleUnit>, Hdf5Error> {
        let written = dataset.text_attribute("units")?.filter(|unit| !unit.is_empty());
        let known = written.as_deref().and_then(angle_unit);
        if let Some(unit) = known {
            return Ok(Some(unit));
        }
        if let Some(unit) = self.settings.angle_unit {
            self.facts.push(Fact::from_recipe("angle unit", unit_name(unit)));
            return Ok(Some(unit));
        }
        if let Some(found) = written {
            return Err(Hdf5Error::Unit {
                dataset: dataset.name().into(),
                found,
                expected: "degrees or radians".into(),
                key: "acquire.angle_unit",
                path: dataset.file().path().into(),
            });
        }
        if let Some(unit) = usual {
            let value = format!("{}, as the format defines where none is written", unit_name(unit));
            self.told("angle unit", value);
        }
        Ok(usual)
    }

    /// The edge of a pixel from its width and, where there is one, its height. The recipe's
    /// `acquire.pixel_mm` goes before; then what stands here is only told beside it.
    pub(crate) fn pixel(
        &mut self,
        width: Option<&Dataset>,
        height: Option<&Dataset>,
    ) -> Result<Option<Millimetre>, Hdf5Error> {
        const MEND: &str = "set `acquire.pixel_mm`; without it attenuation is in 1/pixel";
        if self.settings.pixel_mm.is_some() {
            if let Some(Ok(Some(mm))) = width.map(length) {
                self.told("pixel size in the files", format!("{mm} mm"));
            }
            return Ok(None);
        }
        let Some(width) = width else {
            self.missing("pixel size", MEND);
            return Ok(None);
        };
        let Some(x_mm) = length(width)? else {
            let value = length_text(width);
            self.missing(
                "pixel size",
                format!("{value} in {}, without a unit; {MEND}", width.name()),
            );
            return Ok(None);
        };
        let y_mm = height.map(length).transpose()?.flatten().unwrap_or(x_mm);
        let is_square = (x_mm - y_mm).abs() <= 1e-3 * x_mm.abs();
        if !(is_square && x_mm > 0.0 && x_mm.is_finite()) {
            let (dataset, path) = (width.name().into(), width.file().path().into());
            return Err(Hdf5Error::PixelSize { x_mm, y_mm, dataset, path });
        }
        self.uses(width);
        self.told("pixel size", format!("{x_mm} mm in {}", width.name()));
        Ok(Some(Millimetre(x_mm)))
    }

    /// What passed through the sample, from a dataset of words.
    pub(crate) fn probe(&mut self, words: Option<&Dataset>) -> Option<Probe> {
        let text =
            words.and_then(|words| words.texts().ok()).and_then(|texts| texts.into_iter().next());
        let lower = text.as_deref().unwrap_or_default().to_lowercase();
        let probe = if lower.contains("neutron") {
            Some(Probe::Neutron)
        } else if ["x-ray", "xray", "x_ray", "synchrotron"].iter().any(|name| lower.contains(name))
        {
            Some(Probe::Xray)
        } else {
            None
        };
        match (probe, text) {
            (Some(_), Some(text)) => self.told("probe", text),
            (_, Some(text)) if !text.trim().is_empty() => {
                self.missing("probe", format!("`{text}` is none known; set `acquire.probe`"));
            }
            _ => self.missing("probe", "set `acquire.probe`"),
        }
        probe
    }

    /// Distances and pixel of a cone beam. The source's distance from the sample may be counted
    /// against the beam, and 0 of it tells nothing; the detector's is counted along the beam.
    pub(crate) fn cone(
        &mut self,
        [source, detector]: [Option<&Dataset>; 2],
        pixel: Option<&Dataset>,
    ) {
        self.tell_number("source distance", source);
        self.tell_number("detector distance", detector);
        let source = source.and_then(distance).map(f64::abs).filter(|mm| *mm > 0.0);
        let detector = detector.and_then(distance);
        let pixel = pixel.and_then(distance).filter(|mm| *mm > 0.0);
        let both = source.zip(detector).map(|(source, detector)| source + detector);
        self.cone.source_to_axis = source.map(Millimetre);
        self.cone.source_to_detector = both.map(Millimetre);
        self.cone.pixel = pixel.map(Millimetre);
    }

    /// A number with its unit, as a fact, where the dataset is there.
    pub(crate) fn tell_number(&mut self, item: &str, dataset: Option<&Dataset>) {
        let Some(dataset) = dataset.filter(|dataset| dataset.element().is_number()) else { return };
        let Ok(values) = dataset.numbers("acquire.dataset") else { return };
        let unit =
            dataset.text_attribute("units").ok().flatten().unwrap_or_else(|| "(no unit)".into());
        let value = match values.as_slice() {
            [] => return,
            [value] => format!("{value} {unit} in {}", dataset.name()),
            _ => {
                let low = values.iter().copied().fold(f64::INFINITY, f64::min);
                let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let count = values.len();
                format!("{count} values from {low} to {high} {unit} in {}", dataset.name())
            }
        };
        self.told(item, value);
    }

    /// The scan, with what is missing among its facts.
    pub(crate) fn finish(
        mut self,
        stacks: Stacks,
        angles: Option<Vec<Radian>>,
        (pixel, probe): (Option<Millimetre>, Option<Probe>),
    ) -> Scan {
        let shape = stacks.radiographs.shape();
        let size = format!("{} of {} × {} pixels", shape.frames, shape.rows, shape.columns);
        self.told("radiographs", size);
        if stacks.flats.is_empty() {
            self.missing("flat fields", "set `acquire.flat_dataset` or `acquire.flats`");
        }
        if stacks.darks.is_empty() {
            self.missing("dark fields", "set `acquire.dark_dataset` or `acquire.darks`");
        }
        let frame = PixelFrame::whole(shape.rows, shape.columns);
        Scan {
            radiographs: Arc::new(stacks.radiographs),
            flats: stacks.flats,
            darks: stacks.darks,
            black_bodies: BlackBodies::default(),
            angles,
            quantity: Quantity::Counts,
            probe,
            cone: self.cone,
            detector: Detector { frame, pixel, saturation: stacks.saturation },
            facts: self.facts,
            files: self.files,
        }
    }
}

/// One set of reference frames.
pub(crate) fn taken(frames: StackFrames, when: When) -> ReferenceFrames {
    ReferenceFrames { frames: Arc::new(frames), when }
}

/// An angle in radians.
pub(crate) fn in_radians(value: f64, unit: AngleUnit) -> Radian {
    match unit {
        AngleUnit::Degrees => Radian::from_degrees(value),
        AngleUnit::Radians => Radian(value),
    }
}

fn unit_name(unit: AngleUnit) -> &'static str {
    match unit {
        AngleUnit::Degrees => "degrees",
        AngleUnit::Radians => "radians",
    }
}

/// A length in mm; `None` where no unit is written.
fn length(dataset: &Dataset) -> Result<Option<f64>, Hdf5Error> {
    let Some(unit) = dataset.text_attribute("units")?.filter(|unit| !unit.is_empty()) else {
        return Ok(None);
    };
    let value = length_value(dataset)?;
    let in_mm = in_millimetres(value, &unit).ok_or_else(|| Hdf5Error::Unit {
        dataset: dataset.name().into(),
        found: unit,
        expected: "m, cm, mm, um or nm".into(),
        key: "acquire.pixel_mm",
        path: dataset.file().path().into(),
    })?;
    Ok(Some(in_mm))
}

/// A length in mm where a number with a unit stands there.
fn distance(dataset: &Dataset) -> Option<f64> {
    dataset.element().is_number().then(|| length(dataset).ok().flatten()).flatten()
}

/// The first number of a dataset; some instruments write it as text.
fn length_value(dataset: &Dataset) -> Result<f64, Hdf5Error> {
    const KEY: &str = "acquire.pixel_mm";
    let found = if dataset.element().is_number() {
        dataset.numbers(KEY)?.first().copied()
    } else {
        dataset.texts()?.first().and_then(|text| text.trim().parse().ok())
    };
    found.ok_or_else(|| dataset.content_error("one length", KEY))
}

fn length_text(dataset: &Dataset) -> String {
    length_value(dataset).map_or_else(|_| dataset.summary(), |value| value.to_string())
}

fn first(values: &[f64]) -> f64 {
    values.first().copied().unwrap_or(f64::NAN)
}

fn last(values: &[f64]) -> f64 {
    values.last().copied().unwrap_or(f64::NAN)
}
