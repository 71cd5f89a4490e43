//! Plain float32 .npy files, in C order, three axes. Knows no other format.

use std::{
    fs::File,
    io::{BufWriter, Read, Write},
};

use ndarray::{Array3, Axis};

/// The array of the file `path`.
pub(crate) fn read_npy(path: &str) -> Array3<f32> {
    let mut bytes = Vec::new();
    File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
    let header_length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..10 + header_length]).unwrap();
    assert!(header.contains("'<f4'") && header.contains("'fortran_order': False"), "{header}");
    let shape = header.split_once("'shape': (").unwrap().1.split_once(')').unwrap().0;
    let shape: Vec<usize> = shape.split(',').filter_map(|text| text.trim().parse().ok()).collect();
    let (values, _) = bytes[10 + header_length..].as_chunks::<4>();
    let values = values.iter().map(|value| f32::from_le_bytes(*value)).collect();
    Array3::from_shape_vec((shape[0], shape[1], shape[2]), values).unwrap()
}

/// Writes the array to the file `path`; `-` is none.
pub(crate) fn write_npy(path: &str, array: &Array3<f32>) {
    let shape = array.dim();
    if path == "-" {
        return;
    }
    let mut header =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape:?}, }}").into_bytes();
    header.resize((10 + header.len() + 1).next_multiple_of(64) - 11, b' ');
    header.push(b'\n');
    let mut file = BufWriter::new(File::create(path).unwrap());
    file.write_all(b"\x93NUMPY\x01\x00").unwrap();
    file.write_all(&u16::try_from(header.len()).unwrap().to_le_bytes()).unwrap();
    file.write_all(&header).unwrap();
    for slice in array.axis_iter(Axis(0)) {
        let bytes: Vec<u8> = slice.iter().flat_map(|value| value.to_le_bytes()).collect();
        file.write_all(&bytes).unwrap();
    }
}
