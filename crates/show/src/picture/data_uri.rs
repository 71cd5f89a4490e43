//! A PNG file as text, to stand in a page or a figure. Knows no pictures.

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A PNG file as an address that holds the file itself. Source: RFC 2397, RFC 4648 section 4.
pub(crate) fn png_uri(png: &[u8]) -> String {
    let mut uri = String::with_capacity(22 + png.len().div_ceil(3) * 4);
    uri.push_str("data:image/png;base64,");
    for three in png.chunks(3) {
        let byte = |k: usize| u32::from(three.get(k).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for k in 0..4 {
            let is_there = k <= three.len();
            let six = (bits >> (18 - 6 * k) & 63) as usize;
            uri.push(if is_there { char::from(LETTERS[six]) } else { '=' });
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_its_standard() {
        let of = |text: &str| png_uri(text.as_bytes()).split_once(',').unwrap().1.to_string();
        for (text, code) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(of(text), code);
        }
        assert_eq!(png_uri(&[0xff, 0xee, 0xfb]), "data:image/png;base64,/+77");
    }
}
