//! Sheets of even thickness in a plane: a bent line given a width. Knows no parts.

/// The two faces of a sheet whose middle runs along `line` (`[u, v]`, mm): right-hand face first,
/// both in the order of the line, corners mitred.
pub(super) fn faces(line: &[[f64; 2]], thickness: f64) -> [Vec<[f64; 2]>; 2] {
    let offset = |side: f64| -> Vec<[f64; 2]> {
        let reach = 0.5 * side * thickness;
        let at = |index: usize| {
            let [u, v] = line[index];
            let [across_u, across_v] = mitre(line, index);
            [u + reach * across_u, v + reach * across_v]
        };
        (0..line.len()).map(at).collect()
    };
    [offset(1.0), offset(-1.0)]
}

/// The closed outline of a sheet whose middle runs along `line`.
pub(super) fn outline(line: &[[f64; 2]], thickness: f64) -> Vec<[f64; 2]> {
    let [mut outline, other] = faces(line, thickness);
    outline.extend(other.into_iter().rev());
    outline
}

/// Vector from a point of the line to its right-hand face, for half a thickness of 1.
fn mitre(line: &[[f64; 2]], index: usize) -> [f64; 2] {
    let normal = |from: usize| {
        let [du, dv] = [0, 1].map(|axis| line[from + 1][axis] - line[from][axis]);
        let length = du.hypot(dv);
        [dv / length, -du / length]
    };
    let before = normal(index.saturating_sub(1));
    let after = normal(index.min(line.len() - 2));
    let scale = 1.0 / (1.0 + before[0] * after[0] + before[1] * after[1]);
    [scale * (before[0] + after[0]), scale * (before[1] + after[1])]
}

#[cfg(test)]
mod tests {
    use super::outline;

    #[test]
    fn outline_of_a_bent_sheet_keeps_its_thickness_around_the_corner() {
        let corners = outline(&[[0.0, 0.0], [0.0, 2.0], [3.0, 2.0]], 0.2);

        let expected = [[0.1, 0.0], [0.1, 1.9], [3.0, 1.9], [3.0, 2.1], [-0.1, 2.1], [-0.1, 0.0]];
        for (corner, expected) in corners.iter().zip(expected) {
            assert!((corner[0] - expected[0]).abs() < 1e-12, "{corners:?}");
            assert!((corner[1] - expected[1]).abs() < 1e-12, "{corners:?}");
        }
    }
}
