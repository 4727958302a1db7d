//! Layout: columns of a graph, rows in a column, labels on arrows.

use super::area::{Area, Point, steps};

/// The positions nearest to the wanted ones (least squares) at which things of these sizes, in this order, don't
/// touch.
pub(crate) fn apart(wanted: &[f64], sizes: &[f64]) -> Vec<f64> {
    // without the room that each needs, they only have to stay in order: isotonic regression by pooling neighbours
    let (mut room, mut before) = (0.0, None);
    let mut rooms = Vec::with_capacity(sizes.len());
    for size in sizes {
        room += before.map_or(0.0, |before: f64| (before + size) / 2.0);
        rooms.push(room);
        before = Some(*size);
    }
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (wanted, room) in wanted.iter().zip(&rooms) {
        let (mut mean, mut count) = (wanted - room, 1);
        while let Some(&(before, members)) = pools.last() {
            if before <= mean {
                break;
            }
            mean = (mean * count as f64 + before * members as f64) / (count + members) as f64;
            count += members;
            pools.pop();
        }
        pools.push((mean, count));
    }
    let means = pools.into_iter().flat_map(|(mean, count)| std::iter::repeat_n(mean, count));
    means.zip(rooms).map(|(mean, room)| mean + room).collect()
}

/// The column of each node: right of all that lead to it, and what nothing leads to just left of where it is used.
/// Of a circle one arrow goes back.
#[expect(clippy::indexing_slicing, reason = "links are between nodes that there are")]
pub(crate) fn columns(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut next = vec![Vec::new(); nodes];
    let mut waiting = vec![0_usize; nodes];
    for &(from, to) in edges.iter().filter(|(from, to)| from != to) {
        next[from].push(to);
        waiting[to] += 1;
    }
    let sources: Vec<usize> = (0..nodes).filter(|&node| waiting[node] == 0).collect();
    let mut column = vec![0_usize; nodes];
    let mut placed = vec![false; nodes];
    let mut ready = sources.clone();
    let mut unplaced = 0..nodes;
    loop {
        while let Some(node) = ready.pop() {
            if std::mem::replace(&mut placed[node], true) {
                continue;
            }
            for &to in next[node].iter().filter(|&&to| !placed[to]) {
                column[to] = column[to].max(column[node] + 1);
                waiting[to] = waiting[to].saturating_sub(1);
                if waiting[to] == 0 {
                    ready.push(to);
                }
            }
        }
        // what is left waits for itself
        match unplaced.find(|&node| !placed[node]) {
            Some(node) => ready.push(node),
            None => break,
        }
    }
    for source in sources {
        let used = next[source].iter().map(|&to| column[to]).min();
        column[source] = used.map_or(0, |used| used.saturating_sub(1));
    }
    column
}

/// Orders the nodes of each column so that few links between neighbouring columns cross: sweeps by the mean place of the
/// neighbours, each followed by swaps of two that are next to each other; the best result stays. Returns how many cross.
///
/// Source: Gansner, Koutsofios, North and Vo, *A Technique for Drawing Directed Graphs*, 1993, section 3.
#[expect(
    clippy::indexing_slicing,
    reason = "columns and links name nodes up to the largest one, and so count all places"
)]
pub(crate) fn order(columns: &mut [Vec<usize>], links: &[(usize, usize)]) -> usize {
    let nodes = columns.iter().flatten().max().map_or(0, |last| last + 1);
    let mut column_of = vec![0; nodes];
    for (index, column) in columns.iter().enumerate() {
        column.iter().for_each(|&node| column_of[node] = index);
    }
    // the neighbours of each node on its left and on its right
    let mut sides = [vec![Vec::new(); nodes], vec![Vec::new(); nodes]];
    for &(from, to) in links.iter().filter(|&&(from, to)| column_of[to] == column_of[from] + 1) {
        sides[0][to].push(from);
        sides[1][from].push(to);
    }
    let mut place = vec![0; nodes];
    columns.iter().for_each(|column| put(column, &mut place));
    let mut best = columns.to_vec();
    let mut fewest = usize::MAX;
    for sweep in 0..12 {
        if sweep > 0 {
            let side = &sides[(sweep + 1) % 2];
            for step in 0..columns.len() {
                let index = if sweep % 2 == 1 { step } else { columns.len() - 1 - step };
                sort_by_neighbours(&mut columns[index], side, &place);
                put(&columns[index], &mut place);
            }
        }
        for column in columns.iter_mut() {
            for at in 1..column.len() {
                let (above, below) = (column[at - 1], column[at]);
                let crossed = |a: usize, b: usize| -> usize {
                    sides.iter().map(|side| crossings(&side[a], &side[b], &place)).sum()
                };
                if crossed(below, above) < crossed(above, below) {
                    column.swap(at - 1, at);
                    (place[below], place[above]) = (at - 1, at);
                }
            }
        }
        let pairs = |column: &Vec<usize>| -> usize {
            let below = |at: usize| column[at + 1..].iter().map(move |&below| (column[at], below));
            (0..column.len())
                .flat_map(below)
                .map(|(a, b)| crossings(&sides[1][a], &sides[1][b], &place))
                .sum()
        };
        let crossed = columns.iter().map(pairs).sum();
        if crossed < fewest {
            (fewest, best) = (crossed, columns.to_vec());
        }
    }
    columns.clone_from_slice(&best);
    fewest
}

#[expect(clippy::indexing_slicing, reason = "a place for each node")]
fn put(column: &[usize], place: &mut [usize]) {
    column.iter().enumerate().for_each(|(at, &node)| place[node] = at);
}

#[expect(clippy::indexing_slicing, reason = "a place and neighbours for each node")]
fn sort_by_neighbours(column: &mut [usize], side: &[Vec<usize>], place: &[usize]) {
    let mean = |node: usize| {
        let near = &side[node];
        let sum: usize = near.iter().map(|&other| place[other]).sum();
        if near.is_empty() { place[node] as f64 } else { sum as f64 / near.len() as f64 }
    };
    column.sort_by(|&a, &b| mean(a).total_cmp(&mean(b)));
}

/// The number of crossings of the links of two nodes, the first of which is above the second.
#[expect(clippy::indexing_slicing, reason = "a place for each node")]
fn crossings(above: &[usize], below: &[usize], place: &[usize]) -> usize {
    above.iter().map(|&a| below.iter().filter(|&&b| place[a] > place[b]).count()).sum()
}

/// The most pairs of labels and lines: nobody could read more, and nobody should wait for them.
const MOST_PAIRS: usize = 40_000;

/// A label that wants to be somewhere on one of the lines.
pub(crate) struct Label {
    pub(crate) line: usize,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// The places of labels, and how good they are.
#[derive(Debug, Default)]
pub(crate) struct Placement {
    /// `None` for a label that has no place.
    pub(crate) areas: Vec<Option<Area>>,
    pub(crate) missing: usize,
    /// The number of other lines that pass behind labels.
    pub(crate) crossed: usize,
}

/// Places on its line for each label: none on another label or an obstacle, as few as possible crossed by other lines.
#[expect(clippy::indexing_slicing, reason = "a label names one of the lines; each label has a choice")]
pub(crate) fn place_labels(lines: &[Vec<Point>], labels: &[Label], obstacles: &[Area]) -> Placement {
    if labels.len() * lines.len() > MOST_PAIRS {
        return Placement { areas: vec![None; labels.len()], ..Placement::default() };
    }
    const PARTS: [f64; 15] =
        [0.5, 0.46, 0.54, 0.42, 0.58, 0.38, 0.62, 0.34, 0.66, 0.3, 0.7, 0.26, 0.74, 0.22, 0.78];
    let crossed = |area: &Area, own: usize| {
        let wide = area.grown(2.0);
        let others = lines.iter().enumerate().filter(|&(index, _)| index != own);
        others.filter(|(_, line)| steps(line).any(|(from, to)| wide.meets(from, to))).count()
    };
    let candidates: Vec<Vec<(Area, f64)>> = labels
        .iter()
        .map(|label| {
            let rated = PARTS.iter().enumerate().filter_map(|(rank, &part)| {
                let area = Area::around(along(&lines[label.line], part)?, label.width, label.height);
                if obstacles.iter().any(|obstacle| area.overlaps(obstacle)) {
                    return None;
                }
                Some((area, crossed(&area, label.line) as f64 * 20.0 + rank as f64))
            });
            rated.collect()
        })
        .collect();

    let mut chosen: Vec<Option<Area>> = vec![None; labels.len()];
    for _ in 0..6 {
        for (index, candidates) in candidates.iter().enumerate() {
            let cost = |(area, cost): &(Area, f64)| {
                let wide = area.grown(1.0);
                let others = chosen.iter().enumerate().filter(|&(other, _)| other != index);
                cost + others.filter(|(_, other)| other.is_some_and(|other| wide.overlaps(&other))).count()
                    as f64
                    * 1000.0
            };
            chosen[index] =
                candidates.iter().min_by(|a, b| cost(a).total_cmp(&cost(b))).map(|(area, _)| *area);
        }
    }
    let mut placement = Placement::default();
    for (label, area) in labels.iter().zip(chosen) {
        let free = area.filter(|area| !placement.areas.iter().flatten().any(|other| other.overlaps(area)));
        placement.missing += usize::from(free.is_none());
        placement.crossed += free.map_or(0, |area| crossed(&area, label.line));
        placement.areas.push(free);
    }
    placement
}

/// The point at a part of the length of a line.
fn along(line: &[Point], part: f64) -> Option<Point> {
    let length = |(from, to): (Point, Point)| (to.0 - from.0).hypot(to.1 - from.1);
    let mut left = steps(line).map(length).sum::<f64>() * part;
    for (from, to) in steps(line) {
        let step = length((from, to));
        if left <= step && step > 0.0 {
            let part = left / step;
            return Some((from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1)));
        }
        left -= step;
    }
    line.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_move_apart_no_further_than_needed() {
        assert_eq!(apart(&[0.0, 100.0], &[10.0, 10.0]), [0.0, 100.0]);
        assert_eq!(apart(&[50.0, 50.0], &[10.0, 10.0]), [45.0, 55.0]);
        assert_eq!(apart(&[0.0, 0.0, 0.0], &[10.0, 20.0, 10.0]), [-15.0, 0.0, 15.0]);
        assert_eq!(apart(&[], &[]), [0.0; 0]);
    }

    #[test]
    fn a_node_stands_right_of_what_leads_to_it() {
        // 0 and 1 lead to 2, 3 (nothing leads to it) and 2 lead to 4
        assert_eq!(columns(5, &[(0, 2), (1, 2), (2, 4), (3, 4)]), [0, 0, 1, 1, 2]);
        assert_eq!(columns(2, &[(0, 1), (1, 0), (1, 1)]), [0, 1], "a circle ends");
        let long: Vec<(usize, usize)> = (1..100_000).map(|node| (node - 1, node)).collect();
        assert_eq!(columns(100_000, &long)[99_999], 99_999);
    }

    #[test]
    fn columns_are_ordered_to_cross_less() {
        let edges = [(0, 3), (1, 2)];
        let mut nodes = vec![vec![0, 1], vec![2, 3]];
        assert_eq!(order(&mut nodes, &edges), 0);
        assert!(nodes == [[1, 0], [2, 3]] || nodes == [[0, 1], [3, 2]], "{nodes:?}");
    }

    #[test]
    fn labels_keep_apart_and_give_up_only_without_room() {
        let label = |line| Label { line, width: 30.0, height: 14.0 };
        let cross = [vec![(0.0, 0.0), (200.0, 60.0)], vec![(0.0, 60.0), (200.0, 0.0)]];
        let placed = place_labels(&cross, &[label(0), label(1)], &[]);
        let (a, b) = (placed.areas[0].unwrap(), placed.areas[1].unwrap());
        assert!(!a.overlaps(&b));
        assert!(!a.meets(cross[1][0], cross[1][1]), "not where the lines cross");
        assert_eq!((placed.missing, placed.crossed), (0, 0));

        let short = [vec![(0.0, 0.0), (5.0, 0.0)], vec![(0.0, 1.0), (5.0, 1.0)]];
        let placed = place_labels(&short, &[label(0), label(1)], &[]);
        assert_eq!((placed.missing, placed.areas.iter().flatten().count()), (1, 1));
        assert!(place_labels(&[vec![]], &[label(0)], &[]).areas[0].is_none());
    }
}
