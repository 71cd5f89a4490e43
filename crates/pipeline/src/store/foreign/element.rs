//! The number types of other programs' volumes. Knows no headers.

/// How one voxel is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    F32,
    F64,
}

/// Each number type by its names in MetaImage, NRRD and Zarr.
const NAMES: [(Element, &[&str]); 8] = [
    (Element::U8, &["MET_UCHAR", "uchar", "unsigned char", "uint8", "uint8_t"]),
    (Element::I8, &["MET_CHAR", "signed char", "int8", "int8_t"]),
    (Element::U16, &["MET_USHORT", "ushort", "unsigned short", "uint16", "uint16_t"]),
    (Element::I16, &["MET_SHORT", "short", "signed short", "int16", "int16_t"]),
    (Element::U32, &["MET_UINT", "uint", "unsigned int", "uint32", "uint32_t"]),
    (Element::I32, &["MET_INT", "int", "signed int", "int32", "int32_t"]),
    (Element::F32, &["MET_FLOAT", "float", "float32"]),
    (Element::F64, &["MET_DOUBLE", "double", "float64"]),
];

impl Element {
    /// The number type of that name.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, names)| names.contains(&name)).map(|(element, _)| *element)
    }

    /// Bytes of a number.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// The numbers in `bytes`.
    pub(super) fn decode(self, bytes: &[u8], is_big_endian: bool) -> Vec<f32> {
        match self {
            Self::U8 => bytes.iter().map(|&byte| f32::from(byte)).collect(),
            Self::I8 => bytes.iter().map(|&byte| f32::from(byte.cast_signed())).collect(),
            Self::U16 => each(bytes, is_big_endian, |b| f32::from(u16::from_le_bytes(b))),
            Self::I16 => each(bytes, is_big_endian, |b| f32::from(i16::from_le_bytes(b))),
            Self::U32 => each(bytes, is_big_endian, |b| nearest(u32::from_le_bytes(b).into())),
            Self::I32 => each(bytes, is_big_endian, |b| nearest(i32::from_le_bytes(b).into())),
            Self::F32 => each(bytes, is_big_endian, f32::from_le_bytes),
            Self::F64 => each(bytes, is_big_endian, |b| nearest(f64::from_le_bytes(b))),
        }
    }
}

fn nearest(number: f64) -> f32 {
    voltomo_numeric::cast::to_f32(number)
}

fn each<const N: usize>(bytes: &[u8], turn: bool, number: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    let (whole, _) = bytes.as_chunks::<N>();
    let cell = |cell: &[u8; N]| {
        let mut cell = *cell;
        if turn {
            cell.reverse();
        }
        number(cell)
    };
    whole.iter().map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_either_byte_order_are_read() {
        assert_eq!(Element::I16.decode(&[0xFF, 0xFE], true), [-2.0]);
        assert_eq!(Element::I16.decode(&[0xFE, 0xFF], false), [-2.0]);
        assert_eq!(Element::F64.decode(&1.5_f64.to_be_bytes(), true), [1.5]);
        assert_eq!(Element::U32.decode(&70_000_u32.to_le_bytes(), false), [70_000.0]);
        assert_eq!(Element::of_name("MET_SHORT"), Some(Element::I16));
        assert_eq!(Element::of_name("block"), None);
    }
}
