//! What the net, and each of its units, answers all over the plane or along a line.

use chainrule::ndarray::{Array2, s};

use super::Core;
use crate::contract::Picture;
use crate::problem::check_count;
use crate::training::Training;
use crate::{Problem, Result};

/// The most numbers of a grid that are remembered.
const REMEMBERED: usize = 4_000_000;

/// The activations at every point of a grid, at one moment of the training.
pub(super) struct Grid {
    step: usize,
    resolution: usize,
    activations: Vec<Array2<f64>>,
}

impl Core {
    /// The outputs over the plane: outputs × r × r, from the top row; over a line: r numbers.
    ///
    /// # Errors
    /// If the samples lie in neither, or the resolution is none.
    pub fn regions(&mut self, resolution: usize) -> Result<Vec<f32>> {
        let points = points(&self.training, resolution)?;
        let outputs = self.training.model.predict(&points)?;
        Ok(units(&outputs))
    }

    /// The activations at a position over the plane: units × r × r, from the top row; over a line: units × r.
    ///
    /// # Errors
    /// As [`regions`](Self::regions), or if there is no such position.
    #[expect(clippy::indexing_slicing, reason = "`check_count` has looked for the position")]
    pub fn unit_regions(&mut self, position: usize, resolution: usize) -> Result<Vec<f32>> {
        check_count("position", position, 0, self.training.model.layers().len())?;
        let step = self.training.step;
        if let Some(grid) =
            self.grid.as_ref().filter(|grid| (grid.step, grid.resolution) == (step, resolution))
        {
            return Ok(units(&grid.activations[position]));
        }
        let points = points(&self.training, resolution)?;
        let model = &self.training.model;
        let width: usize = (0..=model.layers().len()).filter_map(|at| model.shape(at)?.first()).sum();
        if width * points.nrows() > REMEMBERED {
            let message = format!("{} points are too many for this net", points.nrows());
            return Err(Problem::new("resolution", message, "take a smaller resolution"));
        }
        let activations = model.predict_activations(&points)?;
        let answer = units(&activations[position]);
        self.grid = Some(Grid { step, resolution, activations });
        Ok(answer)
    }
}

/// The points of the picture as the net sees them, from the top row.
fn points(training: &Training, resolution: usize) -> Result<Array2<f64>> {
    check_count("resolution", resolution, 2, 400)?;
    let set = &training.set;
    let Some([from1, to1, from2, to2]) = set.range else {
        return Err(Problem::new(
            "picture",
            "these samples lie in no plane",
            "ask for regions of points of the plane",
        ));
    };
    // the middles of as many equal parts
    let at = |from: f64, to: f64, part: usize| from + (to - from) * (part as f64 + 0.5) / resolution as f64;
    let raw = if set.picture == Picture::Curve {
        Array2::from_shape_fn((resolution, 1), |(part, _)| at(from1, to1, part))
    } else {
        Array2::from_shape_fn((resolution * resolution, 2), |(point, column)| match column {
            0 => at(from1, to1, point % resolution),
            _ => at(to2, from2, point / resolution),
        })
    };
    set.features.of(&raw)
}

/// One unit after the other, as the page draws them.
fn units(activations: &Array2<f64>) -> Vec<f32> {
    let columns = (0..activations.ncols()).map(|unit| activations.slice(s![.., unit]));
    columns.flat_map(|column| column.iter().map(|&x| x as f32).collect::<Vec<_>>()).collect()
}
