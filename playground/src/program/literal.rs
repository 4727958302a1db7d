//! Numbers and matrices as they are written in Rust.

/// `[1.0, 2.5]`
pub(super) fn row(values: impl IntoIterator<Item = f64>) -> String {
    let numbers: Vec<String> = values.into_iter().map(|x| format!("{x:?}")).collect();
    format!("[{}]", numbers.join(", "))
}

/// `array![[1.0, 2.5], [0.0, 3.0]]`, over several lines if one would be long.
pub(super) fn matrix(rows: impl IntoIterator<Item: IntoIterator<Item = f64>>) -> String {
    let rows: Vec<String> = rows.into_iter().map(row).collect();
    let line = format!("array![{}]", rows.join(", "));
    if line.len() <= 80 { line } else { format!("array![\n        {},\n    ]", rows.join(",\n        ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long() {
        assert_eq!(matrix([vec![1.0, -2.5]]), "array![[1.0, -2.5]]");
        assert!(matrix(vec![vec![1.0 / 3.0; 4]; 2]).contains("],\n        [0.3333333333333333"));
    }
}
