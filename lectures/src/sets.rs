//! Three small data sets that the examples read; `lectures/data/README.md` says where they are from.

use std::path::PathBuf;

use chainrule::data::Csv;
use chainrule::{Dataset, Float, Result};

/// The path of a file in `lectures/data`.
pub fn path(file: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/data")).join(file)
}

/// Fisher's 150 irises: four measures of the flower in cm, and its species.
///
/// # Errors
/// If the file can't be read.
pub fn iris<F: Float>() -> Result<Dataset<F>> {
    Csv::open(path("iris.csv"))?.classes("species").read()
}

/// 178 wines: thirteen measures of what is in them, and which of three cultivars they are of.
///
/// # Errors
/// If the file can't be read.
pub fn wine<F: Float>() -> Result<Dataset<F>> {
    Csv::open(path("wine.csv"))?.classes("cultivar").read()
}

/// 442 patients with diabetes: ten measures, and how far the disease has progressed a year later.
///
/// # Errors
/// If the file can't be read.
pub fn diabetes<F: Float>() -> Result<Dataset<F>> {
    Csv::open(path("diabetes.csv"))?.targets(["progression"]).read()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainrule::ndarray::Axis;

    /// The means are those of the sources: R's iris, UCI's wine, and Efron's diabetes.
    #[test]
    fn the_files_hold_what_their_sources_do() {
        let means = |data: &Dataset<f64>| {
            data.inputs()
                .mean_axis(Axis(0))
                .unwrap()
                .iter()
                .map(|mean| format!("{mean:.3}"))
                .collect::<Vec<_>>()
        };
        let iris = iris::<f64>().unwrap();
        assert_eq!(iris.to_string(), "150 samples of shape 4, 3 classes");
        assert_eq!(
            (iris.class_counts().unwrap(), iris.class_names()),
            (vec![50; 3], &["setosa", "versicolor", "virginica"].map(String::from)[..])
        );
        assert_eq!(means(&iris), ["5.843", "3.057", "3.758", "1.199"]);

        let wine = wine::<f64>().unwrap();
        assert_eq!(wine.to_string(), "178 samples of shape 13, 3 classes");
        assert_eq!(
            (wine.class_counts().unwrap(), wine.class_names()),
            (vec![59, 71, 48], &["1", "2", "3"].map(String::from)[..])
        );
        assert_eq!((&*means(&wine)[0], &*means(&wine)[12]), ("13.001", "746.893"));

        let diabetes = diabetes::<f64>().unwrap();
        assert_eq!(diabetes.to_string(), "442 samples of shape 10, 1 target each");
        assert_eq!((&*means(&diabetes)[0], &*means(&diabetes)[2]), ("48.518", "26.376"));
        assert_eq!(format!("{:.3}", diabetes.targets().mean().unwrap()), "152.133");
    }
}
