//! Runs a Python script of `tests/python` in the interpreter that the environment names.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use ndarray::Array3;
use voltomo_types::Frames;

/// Runs `tests/python/<script>` with `folder` as its argument.
pub(crate) fn run_python(script: &str, folder: &Path) {
    let python = std::env::var("VOLTOMO_PYTHON")
        .expect("VOLTOMO_PYTHON names the Python with the clients; cargo xtask test sets it up");
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/python").join(script);
    let done = Command::new(python).arg(&script).arg(folder).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{}: {said}", script.display());
}

/// The values that Python wrote as f32, `[frame, row, column]`.
pub(crate) fn written_values(path: &Path, shape: (usize, usize, usize)) -> Array3<f32> {
    let bytes = std::fs::read(path).unwrap();
    let values = bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    Array3::from_shape_vec(shape, values).unwrap()
}

/// All frames, and again in two bands of rows and from the last frame back: must be the same.
pub(crate) fn read_all(frames: &dyn Frames) -> Array3<f32> {
    let shape = frames.shape();
    let mut whole = Array3::zeros((shape.frames, shape.rows, shape.columns));
    frames.read(0..shape.frames, 0..shape.rows, whole.view_mut()).unwrap();
    let middle = shape.rows / 2 - shape.rows / 7;
    for rows in [0..middle, middle..shape.rows] {
        for frame in (0..shape.frames).rev() {
            let mut band = Array3::zeros((1, rows.len(), shape.columns));
            frames.read(frame..frame + 1, rows.clone(), band.view_mut()).unwrap();
            let part = whole.slice(ndarray::s![frame..frame + 1, rows.clone(), ..]);
            assert!(same(&band, &part.to_owned()), "frame {frame}, rows {rows:?}");
        }
    }
    whole
}

/// Equal bits, or both NaN.
pub(crate) fn same(left: &Array3<f32>, right: &Array3<f32>) -> bool {
    let equal = |(a, b): (&f32, &f32)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    left.dim() == right.dim() && left.iter().zip(right).all(equal)
}
