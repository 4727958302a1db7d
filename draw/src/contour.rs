//! The area where a field of numbers is at least a level: marching squares.

use std::collections::BTreeMap;

use chainrule::ndarray::Array2;

use super::area::Point;

/// An edge of the grid: from a node (row, column) to the next in its row (`false`) or in its column (`true`).
type EdgeId = (isize, isize, bool);

/// The outlines of the regions in which the field is at least `level`, as closed lines of (column, row): linear
/// between the nodes, along the border where a region reaches it. Holes have lines of their own, so that they are
/// filled by the even-odd rule and by the non-zero rule. A field that is not a number is in no region.
///
/// Source: Lorensen and Cline, *Marching Cubes*, SIGGRAPH 1987, in two dimensions.
#[expect(clippy::indexing_slicing, reason = "a cell has four edges and corners, counted modulo 4")]
pub(crate) fn outlines(field: &Array2<f64>, level: f64) -> Vec<Vec<Point>> {
    let above = |row: isize, column: isize| {
        let inside = usize::try_from(row).ok().zip(usize::try_from(column).ok());
        let value = inside.and_then(|node| field.get(node)).map_or(f64::NEG_INFINITY, |value| value - level);
        if value.is_nan() { f64::NEG_INFINITY } else { value }
    };
    let (rows, columns) = (field.nrows() as isize, field.ncols() as isize);

    // in each cell a line goes in at one edge and out at another; seen from the cell behind, that edge is its way in
    let mut next: BTreeMap<EdgeId, EdgeId> = BTreeMap::new();
    for row in -1..rows {
        for column in -1..columns {
            let corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)];
            let values = corners.map(|(row, column)| above(row, column));
            let edges = [
                (row, column, false),
                (row, column + 1, true),
                (row + 1, column, false),
                (row, column, true),
            ];
            let inside = values.map(|value| value >= 0.0);
            let leaves = |edge: usize| inside[edge] && !inside[(edge + 1) % 4];
            let enters = |edge: usize| !inside[edge] && inside[(edge + 1) % 4];
            // if two opposite corners are inside, the middle tells whether they belong together
            let joined = values.iter().sum::<f64>() >= 0.0;
            for edge in (0..4).filter(|&edge| leaves(edge)) {
                let turn = |step: usize| (edge + if joined { step } else { 4 - step }) % 4;
                if let Some(other) = (1..4).map(turn).find(|&other| enters(other)) {
                    next.insert(edges[edge], edges[other]);
                }
            }
        }
    }

    let point = |(row, column, down): EdgeId| -> Point {
        let end = if down { (row + 1, column) } else { (row, column + 1) };
        let (a, b) = (above(row, column), above(end.0, end.1));
        let part = if b == f64::NEG_INFINITY {
            0.0
        } else if a == f64::NEG_INFINITY {
            1.0
        } else if a.is_infinite() || b.is_infinite() {
            0.5
        } else {
            a / (a - b)
        };
        let along = |start: isize, end: isize| start as f64 + part * (end - start) as f64;
        (along(column, end.1), along(row, end.0))
    };
    let mut lines = Vec::new();
    while let Some((&start, _)) = next.first_key_value() {
        let mut line = Vec::new();
        let mut edge = start;
        while let Some(following) = next.remove(&edge) {
            line.push(point(edge));
            edge = following;
        }
        lines.push(straightened(&line));
    }
    lines
}

/// The closed line without the points that lie on the way from the one before to the one after.
fn straightened(line: &[Point]) -> Vec<Point> {
    let turns = |before: Point, point: Point, after: Point| {
        let (way, step) =
            ((after.0 - before.0, after.1 - before.1), (point.0 - before.0, point.1 - before.1));
        let aside = (way.0 * step.1 - way.1 * step.0).abs();
        aside > 0.02 * way.0.hypot(way.1) || way.0 * step.0 + way.1 * step.1 < 0.0
    };
    let mut kept: Vec<Point> = Vec::new();
    for (index, &point) in line.iter().enumerate() {
        let Some(&after) = line.get(index + 1).or(line.first()) else { break };
        if kept.last().is_none_or(|&before| turns(before, point, after)) {
            kept.push(point);
        }
    }
    if let [first, second, .., last] = kept[..]
        && !turns(last, first, second)
    {
        kept.remove(0);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainrule::ndarray::array;

    /// The area inside closed lines, without their holes.
    fn area(lines: &[Vec<Point>]) -> f64 {
        let cross = |line: &Vec<Point>| -> f64 {
            (0..line.len())
                .map(|i| (line[i], line[(i + 1) % line.len()]))
                .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
                .sum()
        };
        (lines.iter().map(cross).sum::<f64>() / 2.0).abs()
    }

    #[test]
    fn all_of_a_field_is_its_rectangle() {
        assert_eq!(area(&outlines(&Array2::ones((4, 6)), 0.5)), 15.0);
        assert!(outlines(&Array2::zeros((4, 6)), 0.5).is_empty());
        assert!(outlines(&Array2::zeros((0, 0)), 0.5).is_empty());
        assert_eq!(outlines(&Array2::ones((1, 1)), 0.5).len(), 1);
    }

    #[test]
    fn a_half_plane_ends_between_the_nodes() {
        let field = Array2::from_shape_fn((5, 5), |(_, column)| column as f64);
        assert!((area(&outlines(&field, 1.5)) - 10.0).abs() < 1e-9);
        let line = &outlines(&field, 1.5)[0];
        assert_eq!(line.len(), 4, "straight sides have no points between: {line:?}");
    }

    #[test]
    fn a_disc_has_its_area_and_a_ring_its_hole() {
        let field = Array2::from_shape_fn((201, 201), |(row, column)| {
            let (x, y) = (column as f64 - 100.0, row as f64 - 100.0);
            -(x.hypot(y))
        });
        let disc = area(&outlines(&field, -80.0));
        assert!((disc / (std::f64::consts::PI * 6400.0) - 1.0).abs() < 1e-3, "{disc}");
        let ring = field.mapv(|radius| 20.0 - (radius + 60.0).abs());
        let lines = outlines(&ring, 0.0);
        assert_eq!(lines.len(), 2);
        let wanted = std::f64::consts::PI * (6400.0 - 1600.0);
        assert!((area(&lines) / wanted - 1.0).abs() < 2e-3, "{}", area(&lines));
    }

    #[test]
    fn opposite_corners_and_numbers_that_are_none() {
        let apart = array![[1.0, -3.0], [-3.0, 1.0]];
        assert_eq!(outlines(&apart, 0.0).len(), 2);
        let together = array![[3.0, -1.0], [-1.0, 3.0]];
        assert_eq!(outlines(&together, 0.0).len(), 1);
        let mut field = Array2::ones((3, 3));
        field[[1, 1]] = f64::NAN;
        assert!(outlines(&field, 0.5).len() == 2);
        field.fill(f64::NAN);
        assert!(outlines(&field, 0.5).is_empty());
        assert_eq!(area(&outlines(&array![[f64::INFINITY, 1.0], [1.0, f64::NEG_INFINITY]], 0.0)), 0.5);
    }
}
