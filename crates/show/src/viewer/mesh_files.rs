//! Surfaces as files: STL, PLY, OBJ. Knows no volumes.
//!
//! Sources: StereoLithography Interface Specification, 3D Systems 1988 (binary form); Turk 1994, the
//! PLY polygon file format; Wavefront OBJ, appendix B1.

use std::io::{self, Write};

use super::nets::Mesh;

/// File format of a surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeshFormat {
    /// Binary STL: triangles alone, no unit.
    Stl,
    /// Binary PLY: points and triangles.
    Ply,
    /// OBJ: points and triangles as text.
    Obj,
}

impl MeshFormat {
    /// The format of a file's ending.
    #[must_use]
    pub fn of_ending(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "stl" => Some(Self::Stl),
            "ply" => Some(Self::Ply),
            "obj" => Some(Self::Obj),
            _ => None,
        }
    }
}

/// Writes a surface; `name` stands in the header.
///
/// # Errors
/// A file that cannot be written.
pub fn write_mesh(
    mesh: &Mesh,
    format: MeshFormat,
    name: &str,
    to: &mut impl Write,
) -> io::Result<()> {
    let name: String = name.chars().filter(|it| it.is_ascii_graphic() || *it == ' ').collect();
    match format {
        MeshFormat::Stl => stl(mesh, &name, to),
        MeshFormat::Ply => ply(mesh, &name, to),
        MeshFormat::Obj => obj(mesh, &name, to),
    }
}

fn stl(mesh: &Mesh, name: &str, to: &mut impl Write) -> io::Result<()> {
    let mut head = [b' '; 80];
    // A binary file must not begin as a text file does: `solid`.
    let text = format!("voltomo, mm: {name}");
    let length = text.len().min(80);
    head[..length].copy_from_slice(&text.as_bytes()[..length]);
    to.write_all(&head)?;
    to.write_all(&count(mesh.triangles.len())?.to_le_bytes())?;
    for triangle in &mesh.triangles {
        let corners = triangle.map(|k| mesh.vertices[k as usize]);
        for number in normal(&corners).into_iter().chain(corners.into_iter().flatten()) {
            to.write_all(&number.to_le_bytes())?;
        }
        to.write_all(&[0; 2])?;
    }
    Ok(())
}

fn ply(mesh: &Mesh, name: &str, to: &mut impl Write) -> io::Result<()> {
    let (points, faces) = (count(mesh.vertices.len())?, count(mesh.triangles.len())?);
    write!(
        to,
        "ply\nformat binary_little_endian 1.0\ncomment voltomo, mm: {name}\n\
         element vertex {points}\nproperty float x\nproperty float y\nproperty float z\n\
         element face {faces}\nproperty list uchar uint vertex_indices\nend_header\n"
    )?;
    for number in mesh.vertices.iter().flatten() {
        to.write_all(&number.to_le_bytes())?;
    }
    for triangle in &mesh.triangles {
        to.write_all(&[3])?;
        triangle.iter().try_for_each(|k| to.write_all(&k.to_le_bytes()))?;
    }
    Ok(())
}

fn obj(mesh: &Mesh, name: &str, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "# voltomo, mm\no {}", name.replace(' ', "_"))?;
    for [x, y, z] in &mesh.vertices {
        writeln!(to, "v {x} {y} {z}")?;
    }
    for triangle in &mesh.triangles {
        // OBJ counts from 1.
        let [a, b, c] = triangle.map(|k| k + 1);
        writeln!(to, "f {a} {b} {c}")?;
    }
    Ok(())
}

/// A number of things as these formats count them.
fn count(found: usize) -> io::Result<u32> {
    u32::try_from(found).map_err(|_| {
        let said = format!("{found} points or triangles; a surface file holds 4294967295 at most");
        io::Error::new(io::ErrorKind::InvalidInput, said)
    })
}

fn normal(corners: &[[f32; 3]; 3]) -> [f32; 3] {
    let side = |k: usize| [0, 1, 2].map(|axis| corners[k][axis] - corners[0][axis]);
    let (a, b) = (side(1), side(2));
    let cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let length = cross.iter().map(|it| it * it).sum::<f32>().sqrt();
    if length > 0.0 { cross.map(|it| it / length) } else { [0.0; 3] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corner() -> Mesh {
        Mesh {
            vertices: vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            triangles: vec![[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]],
        }
    }

    fn written(format: MeshFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_mesh(&corner(), format, "Zelle ä", &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn an_stl_is_as_long_as_its_triangles_say() {
        let bytes = written(MeshFormat::Stl);
        assert_eq!(bytes.len(), 84 + 4 * 50);
        assert!(bytes.starts_with(b"voltomo, mm: Zelle ") && bytes[80..84] == 4_u32.to_le_bytes());
        // The first triangle faces down.
        assert_eq!(bytes[92..96], (-1.0_f32).to_le_bytes());
    }

    #[test]
    fn texts_name_every_point_and_triangle() {
        let text = String::from_utf8(written(MeshFormat::Obj)).unwrap();
        assert_eq!(text.lines().filter(|line| line.starts_with("v ")).count(), 4);
        assert!(text.ends_with("f 2 3 4\n"));
        let ply = written(MeshFormat::Ply);
        let end = ply.windows(11).position(|it| it == b"end_header\n").unwrap() + 11;
        assert_eq!(ply.len() - end, 4 * 12 + 4 * 13);
    }
}
