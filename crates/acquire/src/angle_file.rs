//! Angle files: a number a line, or file names and angles in columns. Knows no radiograph.

use std::path::Path;

use crate::AcquireError;

/// One angle of a file, in the file's unit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AngleLine {
    /// Line of the file, from 1.
    pub(crate) line: usize,
    /// File name of the radiograph, where the file has names.
    pub(crate) name: Option<String>,
    /// The angle.
    pub(crate) angle: f64,
}

const EXPECTED: &str = "one angle a line, or a file name and an angle with a comma between them";

/// Reads an angle file. `#` starts a comment; commas, semicolons and tabs part columns; a first
/// line without numbers names the columns (`file, angle`).
///
/// # Errors
/// Cannot be opened; a line that is no angle, or an angle that is not finite; no line at all.
pub(crate) fn read_angle_file(path: &Path) -> Result<Vec<AngleLine>, AcquireError> {
    let open = |source| AcquireError::Open { path: path.into(), source };
    let bytes = std::fs::read(path).map_err(open)?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().enumerate().map(|(index, line)| {
        let content = line.split('#').next().unwrap_or_default().trim();
        (index + 1, content)
    });
    let mut lines = lines.filter(|(_, content)| !content.is_empty()).peekable();
    let columns = lines.peek().and_then(|(_, content)| Columns::of_header(&fields(content)));
    if columns.is_some() {
        lines.next();
    }
    let columns = columns.unwrap_or(Columns { name: None, angle: None });
    let angles: Vec<AngleLine> = lines
        .map(|(line, content)| {
            columns.parse(line, content).map_err(|problem| AcquireError::AngleLine {
                line,
                text: content.chars().take(80).collect(),
                problem,
                expected: EXPECTED.into(),
                path: path.into(),
            })
        })
        .collect::<Result<_, _>>()?;
    if angles.is_empty() {
        let (found, expected) = ("a file without angles", EXPECTED);
        let found = format!("{found} ({})", path.display());
        return Err(AcquireError::setting("angles", found, expected));
    }
    Ok(angles)
}

/// Which columns hold what, where a header line tells it.
struct Columns {
    name: Option<usize>,
    angle: Option<usize>,
}

impl Columns {
    fn of_header(fields: &[String]) -> Option<Self> {
        if fields.iter().any(|field| field.parse::<f64>().is_ok()) {
            return None;
        }
        let find = |words: &[&str]| {
            let is_one = |field: &String| {
                let field = field.to_lowercase();
                words.iter().any(|word| field.contains(word))
            };
            fields.iter().position(is_one)
        };
        let angle = Some(find(&["angle", "theta", "rotation", "degree"])?);
        Some(Self { name: find(&["file", "name", "image", "radiograph"]), angle })
    }

    fn parse(&self, line: usize, content: &str) -> Result<AngleLine, String> {
        let fields = fields(content);
        let (name, angle) = match (self.angle, &fields[..]) {
            (Some(column), _) => {
                let name = self.name.map(|name| fields.get(name).ok_or("too short a line"));
                (name.transpose()?.cloned(), fields.get(column).ok_or("too short a line")?)
            }
            (None, [angle]) => (None, angle),
            (None, [name, angle]) if name.parse::<f64>().is_err() => (Some(name.clone()), angle),
            (None, [angle, name]) if name.parse::<f64>().is_err() => (Some(name.clone()), angle),
            _ => return Err(format!("{} columns", fields.len())),
        };
        match angle.parse::<f64>() {
            Ok(angle) if angle.is_finite() => Ok(AngleLine { line, name, angle }),
            Ok(_) => Err("not finite".into()),
            Err(_) => Err("not an angle".into()),
        }
    }
}

fn fields(content: &str) -> Vec<String> {
    let clean = |field: &str| field.trim().trim_matches('"').to_owned();
    if content.contains([',', ';', '\t']) {
        return content.split([',', ';', '\t']).map(clean).collect();
    }
    let words: Vec<String> = content.split_whitespace().map(clean).collect();
    match &words[..] {
        [first, last] if looks_like_a_file(first) && last.parse::<f64>().is_ok() => words,
        _ => vec![clean(content)],
    }
}

fn looks_like_a_file(word: &str) -> bool {
    word.contains(|c: char| c == '.' || c.is_ascii_digit())
}
