//! How thick a body is at each of its points. Knows no units.

use ndarray::{Array3, ArrayView3, ArrayViewMut2, Axis, Zip};
use rayon::prelude::*;

use crate::distance::{UNREACHED, root, squared_distance};

/// The centre of a ball that lies in no neighbour's ball.
#[derive(Debug, Clone, Copy)]
struct Ball {
    centre: [usize; 3],
    square: u32,
}

/// Local thickness: the diameter of the largest ball in the body that holds the voxel, in voxels;
/// 0 outside.
///
/// τ(p) = 2·max{r(q) : |p − q| < r(q)} − 1 with r the distance of q to the nearest centre outside.
/// A plate of an odd number n of voxels has n; one of an even number n − 1, as no voxel lies in its
/// middle; a ball has about one less than its volume says. What reaches beyond the array is seen up to its end and no farther out; +∞ where all
/// is inside. Memory: 12 bytes a voxel, and 32 bytes a ball of the body's middle.
/// Source: Hildebrand & Rüegsegger 1997, doi:10.1046/j.1365-2818.1997.1340694.x.
///
/// # Panics
/// If an edge has more than 32 767 voxels.
#[must_use]
pub fn local_thickness(body: ArrayView3<'_, bool>) -> Array3<f32> {
    let squares = squared_distance(body);
    let balls = middle(&squares);
    let largest = balls.iter().map(|ball| ball.square).max().unwrap_or(0);
    let reach = if largest == UNREACHED { usize::MAX } else { largest.isqrt() as usize + 1 };
    let mut most = Array3::<u32>::zeros(squares.dim());
    if largest == UNREACHED {
        most.fill(UNREACHED);
    } else {
        most.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(z, mut slice)| {
            // Balls lie in the order of z.
            let from = balls.partition_point(|ball| ball.centre[0] + reach < z);
            let to = balls.partition_point(|ball| ball.centre[0] <= z.saturating_add(reach));
            balls[from..to].iter().for_each(|ball| paint(&mut slice, z, ball));
        });
    }
    let mut thickness = Array3::zeros(most.dim());
    Zip::from(&mut thickness).and(&most).and(&squares).par_for_each(|thickness, most, square| {
        *thickness = if *square == 0 { 0.0 } else { 2.0 * root(*most) - 1.0 };
    });
    thickness
}

/// The balls of which none lies wholly in that of a neighbour, in the order of the array.
fn middle(squares: &Array3<u32>) -> Vec<Ball> {
    let slice = |z: usize| -> Vec<Ball> {
        let inside = squares.index_axis(Axis(0), z);
        let filled = inside.indexed_iter().filter(|it| *it.1 > 0);
        let balls = filled.map(|((y, x), square)| Ball { centre: [z, y, x], square: *square });
        balls.filter(|ball| !is_covered(squares, ball)).collect()
    };
    (0..squares.dim().0).into_par_iter().map(slice).collect::<Vec<_>>().concat()
}

/// Whether a neighbour's ball holds this one: r(q) ≥ r(p) + |p − q|.
fn is_covered(squares: &Array3<u32>, ball: &Ball) -> bool {
    let radius = f64::from(ball.square).sqrt();
    let steps = (0..27_isize).map(|k| [k / 9 - 1, k / 3 % 3 - 1, k % 3 - 1]);
    steps.into_iter().any(|step| {
        let place = [0, 1, 2].map(|axis| ball.centre[axis].wrapping_add_signed(step[axis]));
        let length = step.iter().map(|it| f64::from(i8::from(*it != 0))).sum::<f64>().sqrt();
        let other = squares.get(place).map_or(0.0, |square| f64::from(*square).sqrt());
        length > 0.0 && other >= radius + length
    })
}

/// Raises the voxels of a slice that the ball holds to its square.
fn paint(slice: &mut ArrayViewMut2<'_, u32>, z: usize, ball: &Ball) {
    let [c, b, a] = ball.centre;
    let up = z.abs_diff(c).pow(2);
    let square = ball.square as usize;
    if up >= square {
        return;
    }
    // |p − q| < r: squares are whole numbers.
    let reach = (square - up - 1).isqrt();
    let (rows, columns) = slice.dim();
    for y in b.saturating_sub(reach)..(b + reach + 1).min(rows) {
        let across = (square - up - 1 - y.abs_diff(b).pow(2)).isqrt();
        for x in a.saturating_sub(across)..(a + across + 1).min(columns) {
            let value = &mut slice[[y, x]];
            *value = ball.square.max(*value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn by_trying_all(body: &Array3<bool>) -> Array3<f32> {
        let squares = squared_distance(body.view());
        Array3::from_shape_fn(body.dim(), |(z, y, x)| {
            let holds = |((c, b, a), square): &((usize, usize, usize), &u32)| {
                let away = z.abs_diff(*c).pow(2) + y.abs_diff(*b).pow(2) + x.abs_diff(*a).pow(2);
                away < **square as usize
            };
            let most = squares.indexed_iter().filter(holds).map(|it| *it.1).max();
            most.map_or(0.0, |square| 2.0 * root(square) - 1.0)
        })
    }

    #[test]
    fn the_thickness_is_that_of_all_balls() {
        let mut random = Random::new(9);
        for share in [0.6, 0.95, 0.995] {
            let body = Array3::from_shape_fn((9, 12, 11), |_| random.even() < share);
            assert_eq!(local_thickness(body.view()), by_trying_all(&body), "{share}");
        }
    }

    #[test]
    fn a_plate_and_a_ball_have_their_widths() {
        let plate = Array3::from_shape_fn((15, 20, 20), |(z, _, _)| (4..9).contains(&z));
        let found = local_thickness(plate.view());
        assert!((4..9).all(|z| found[[z, 10, 10]] == 5.0) && found[[3, 10, 10]] == 0.0);
        let ball = Array3::from_shape_fn((31, 31, 31), |(z, y, x)| {
            [z, y, x].map(|it| it.abs_diff(15).pow(2)).iter().sum::<usize>() <= 144
        });
        let found = local_thickness(ball.view());
        let nearest = 2.0 * 145f32.sqrt() - 1.0;
        assert!(found[[15, 15, 15]] == nearest && found[[15, 15, 26]] == nearest);
    }

    #[test]
    fn nothing_and_everything_have_a_thickness() {
        assert_eq!(local_thickness(Array3::from_elem((2, 0, 2), true).view()).len(), 0);
        let all = local_thickness(Array3::from_elem((2, 2, 2), true).view());
        assert!(all.iter().all(|value| *value == f32::INFINITY));
    }
}
