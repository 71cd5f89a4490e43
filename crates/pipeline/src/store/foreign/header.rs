//! Text headers of MetaImage and NRRD as other programs write them. Reads no numbers.
//!
//! Sources: ITK's MetaImage documentation, <https://itk.org/Wiki/ITK/MetaIO/Documentation>; the NRRD
//! format definition, <https://teem.sourceforge.net/nrrd/format.html>.

use std::path::{Path, PathBuf};

use super::element::Element;

/// Where raw numbers lie, and what the header says of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawHeader {
    pub(super) shape: [usize; 3],
    /// Distances of voxels `[z, y, x]`, in mm where `has_unit`.
    pub(super) spacing: Option<[f64; 3]>,
    /// Centre of the first voxel `[z, y, x]`.
    pub(super) first: Option<[f64; 3]>,
    pub(super) element: Element,
    pub(super) is_big_endian: bool,
    pub(super) is_gzip: bool,
    /// Where the numbers begin; `None`: they end with the file.
    pub(super) offset: Option<u64>,
    pub(super) file: PathBuf,
}

/// The header of the file `path`, whose first bytes are `head`. `None`: neither format.
///
/// Errors: what was found, what was expected.
pub(super) fn read(head: &[u8], path: &Path) -> Option<Result<RawHeader, String>> {
    if head.starts_with(b"NRRD") {
        return Some(nrrd(head, path));
    }
    let start = String::from_utf8_lossy(&head[..head.len().min(4096)]).into_owned();
    start.contains("ElementDataFile").then(|| metaimage(head, path))
}

/// Pairs of a header's lines, `key SEPARATOR value`.
struct Fields<'a> {
    lines: Vec<(&'a str, &'a str)>,
}

impl<'a> Fields<'a> {
    fn new(text: &'a str, separator: char) -> Self {
        let pairs = text.lines().filter(|line| !line.starts_with('#'));
        let pairs = pairs.filter_map(|line| line.split_once(separator));
        Self { lines: pairs.map(|(key, value)| (key.trim(), value.trim())).collect() }
    }

    fn get(&self, key: &str) -> Option<&'a str> {
        self.lines.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| *value)
    }

    fn need(&self, key: &str) -> Result<&'a str, String> {
        self.get(key).ok_or_else(|| format!("no field `{key}` in the header"))
    }

    /// Three numbers, given for x, y, z and returned for `[z, y, x]`.
    fn triple<T: std::str::FromStr + Copy>(&self, key: &str) -> Result<Option<[T; 3]>, String> {
        let Some(text) = self.get(key) else { return Ok(None) };
        let refuse = || format!("`{key}` is `{text}`, expected three numbers: a volume");
        let numbers: Result<Vec<T>, _> = text.split_whitespace().map(str::parse).collect();
        match numbers.map_err(|_| refuse())?[..] {
            [x, y, z] => Ok(Some([z, y, x])),
            [x, y] if key == "DimSize" || key == "sizes" => {
                let one = "1".parse().map_err(|_| refuse())?;
                Ok(Some([one, y, x]))
            }
            _ => Err(refuse()),
        }
    }
}

fn metaimage(head: &[u8], path: &Path) -> Result<RawHeader, String> {
    let key = b"ElementDataFile";
    let at = head.windows(key.len()).position(|window| window == key).unwrap_or_default();
    let length = head[at..].iter().position(|&byte| byte == b'\n');
    let end = length.map_or(head.len(), |length| at + length + 1);
    let text = String::from_utf8_lossy(&head[..end]).into_owned();
    let fields = Fields::new(&text, '=');
    let is_true = |key: &str| fields.get(key).is_some_and(|it| it.eq_ignore_ascii_case("true"));
    let name = fields.need("ElementType")?;
    let element = Element::of_name(name).ok_or_else(|| {
        format!("`ElementType` is `{name}`, expected grey numbers of 1 to 8 bytes")
    })?;
    if fields.get("ElementNumberOfChannels").is_some_and(|count| count != "1") {
        return Err("several channels a voxel, expected one number a voxel".into());
    }
    let data = fields.need("ElementDataFile")?;
    let is_local = data.eq_ignore_ascii_case("local");
    if data.starts_with("LIST") || data.contains('%') {
        return Err(format!(
            "numbers in several files (`{data}`), expected one file; save it as one"
        ));
    }
    let shape = fields.triple("DimSize")?.ok_or("no field `DimSize` in the header")?;
    let either = |one: &str, other: &str| match fields.triple(one)? {
        None => fields.triple(other),
        told => Ok::<_, String>(told),
    };
    Ok(RawHeader {
        shape,
        spacing: either("ElementSpacing", "ElementSize")?,
        first: either("Offset", "Position")?,
        element,
        is_big_endian: is_true("BinaryDataByteOrderMSB") || is_true("ElementByteOrderMSB"),
        is_gzip: is_true("CompressedData"),
        offset: if is_local { Some(end as u64) } else { skipped(fields.get("HeaderSize")) },
        file: if is_local { path.to_path_buf() } else { path.with_file_name(data) },
    })
}

/// Where numbers begin in a file of their own: none skipped without a word, `None` for -1.
fn skipped(told: Option<&str>) -> Option<u64> {
    let bytes: i64 = told.and_then(|it| it.parse().ok()).unwrap_or(0);
    u64::try_from(bytes).ok()
}

fn nrrd(head: &[u8], path: &Path) -> Result<RawHeader, String> {
    let at = head.windows(2).position(|window| window == b"\n\n").map(|at| at + 2);
    let crlf = head.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4);
    let end = at.or(crlf).unwrap_or(head.len());
    let text = String::from_utf8_lossy(&head[..end]).into_owned();
    let fields = Fields::new(&text, ':');
    let name = fields.need("type")?;
    let element = Element::of_name(name)
        .ok_or_else(|| format!("`type` is `{name}`, expected grey numbers of 1 to 8 bytes"))?;
    let encoding = fields.need("encoding")?;
    let is_gzip = matches!(encoding, "gzip" | "gz");
    if !is_gzip && encoding != "raw" {
        return Err(format!("`encoding` is `{encoding}`, expected `raw` or `gzip`"));
    }
    let data = fields.get("data file").or_else(|| fields.get("datafile"));
    let shape = fields.triple("sizes")?.ok_or("no field `sizes` in the header")?;
    let in_mm = fields.get("space units").is_none_or(|units| units.contains("mm"));
    let spacing = match fields.triple("spacings")? {
        None => fields.get("space directions").map(directions).transpose()?,
        told => told,
    };
    let origin = fields.get("space origin").map(numbers).filter(|it| it.len() == 3);
    Ok(RawHeader {
        shape,
        spacing: spacing.filter(|_| in_mm),
        first: origin.map(|it| [it[2], it[1], it[0]]),
        element,
        is_big_endian: fields.get("endian").is_some_and(|it| it.eq_ignore_ascii_case("big")),
        is_gzip,
        offset: if data.is_none() { Some(end as u64) } else { skipped(fields.get("byte skip")) },
        file: data.map_or(path.to_path_buf(), |data| path.with_file_name(data)),
    })
}

/// Lengths of NRRD's three `space directions`, `[z, y, x]`; they must lie along the axes.
fn directions(text: &str) -> Result<[f64; 3], String> {
    let refuse = || {
        format!(
            "`space directions` is `{text}`, expected three vectors along x, y and z; resample \
                 the volume onto its own axes first"
        )
    };
    let vectors: Vec<Vec<f64>> = text.split(')').map(numbers).filter(|it| !it.is_empty()).collect();
    let [x, y, z] = &vectors[..] else { return Err(refuse()) };
    let along = |vector: &[f64], axis: usize| {
        let others = (0..3).filter(|&i| i != axis).all(|i| vector.get(i) == Some(&0.0));
        vector.get(axis).filter(|_| others).map(|length| length.abs())
    };
    match (along(z, 2), along(y, 1), along(x, 0)) {
        (Some(z), Some(y), Some(x)) => Ok([z, y, x]),
        _ => Err(refuse()),
    }
}

/// All numbers in `(1,0,0)` and its like.
fn numbers(text: &str) -> Vec<f64> {
    text.split(|letter: char| "(), \t".contains(letter)).filter_map(|it| it.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metaimage_of_another_program_is_understood() {
        let head =
            b"ObjectType = Image\nNDims = 3\nElementSpacing = 0.1 0.2 0.3\nDimSize = 4 5 6\n\
            Offset = 1 2 3\nElementType = MET_SHORT\nBinaryDataByteOrderMSB = True\n\
            ElementDataFile = LOCAL\n\x00\x01";
        let found = read(head, Path::new("a.mha")).unwrap().unwrap();
        assert_eq!((found.shape, found.spacing), ([6, 5, 4], Some([0.3, 0.2, 0.1])));
        assert_eq!(
            (found.first, found.offset),
            (Some([3.0, 2.0, 1.0]), Some(head.len() as u64 - 2))
        );
        assert!(found.is_big_endian && found.element == Element::I16);
    }

    #[test]
    fn a_nrrd_of_another_program_is_understood() {
        let head = b"NRRD0004\n# by hand\ntype: unsigned short\ndimension: 3\nsizes: 4 5 6\n\
            space directions: (0.1,0,0) (0,0.2,0) (0,0,0.3)\nendian: little\nencoding: gzip\n\
            data file: numbers.raw.gz\n\n";
        let found = read(head, Path::new("/x/a.nhdr")).unwrap().unwrap();
        assert_eq!((found.shape, found.spacing), ([6, 5, 4], Some([0.3, 0.2, 0.1])));
        assert_eq!((found.file, found.offset), ("/x/numbers.raw.gz".into(), Some(0)));
        assert!(found.is_gzip);
    }

    #[test]
    fn slanted_axes_and_colours_are_refused() {
        let slanted = b"NRRD0004\ntype: float\nsizes: 1 1 1\nencoding: raw\n\
            space directions: (1,1,0) (0,1,0) (0,0,1)\n\n";
        let complaint = read(slanted, Path::new("a")).unwrap().unwrap_err();
        assert!(complaint.contains("resample"), "{complaint}");
        let colours = b"DimSize = 1 1 1\nElementType = MET_UCHAR\nElementNumberOfChannels = 3\n\
            ElementDataFile = LOCAL\n";
        let complaint = read(colours, Path::new("a")).unwrap().unwrap_err();
        assert!(complaint.contains("channels"), "{complaint}");
        assert!(read(b"II*\0", Path::new("a")).is_none());
    }
}
