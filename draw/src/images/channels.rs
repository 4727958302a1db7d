//! What a convolution has learned and what it sees: its filters, and its feature maps.

use chainrule::ndarray::Ix3;
use chainrule::{Error, Float, Result, Sequential};

use super::ImageGrid;

impl ImageGrid {
    /// One image for each filter of a layer such as [`Conv2D`](chainrule::Conv2D), and for each channel that it looks at.
    ///
    /// # Errors
    /// [`Error::Data`] if that layer has no weights of filters × channels × height × width.
    ///
    /// # Examples
    /// ```
    /// use chainrule_draw::{Drawing, ImageGrid};
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([1, 28, 28]).add(Conv2D::new(6, 5)).build(1)?;
    /// let svg = ImageGrid::filters(&model, 0)?.title("First layer").to_svg();
    /// assert!(svg.contains("filter 5"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn filters<F: Float>(model: &Sequential<F>, layer: usize) -> Result<Self> {
        let params = model.layers().nth(layer).map(|layer| layer.params()).unwrap_or_default();
        let Some((weight, &[_, channels, height, width])) =
            params.iter().find_map(|param| Some((param, <&[usize; 4]>::try_from(param.shape()).ok()?)))
        else {
            let kind = model.layers().nth(layer).map_or("none of the model's", |layer| layer.name());
            return Err(Error::data(
                format!("layer {layer} for a picture of filters"),
                "a layer with weights of filters × channels × height × width",
                kind,
                "give the number of a Conv2D, counted from 0 as in the table of the model",
            ));
        };
        let mut grid = ImageGrid::new(8).signed();
        for (filter, numbers) in weight.value.rows().into_iter().enumerate() {
            let images = numbers.to_shape((channels, height, width));
            for (channel, image) in images.iter().flat_map(|images| images.outer_iter()).enumerate() {
                let of = if channels > 1 { format!(", {channel}") } else { String::new() };
                grid = grid.image(&image, format!("filter {filter}{of}"));
            }
        }
        if channels > 1 {
            grid = grid.columns(channels.min(8));
        }
        Ok(grid)
    }

    /// One image for each channel at a position of a model, as the last [`forward`](Sequential::forward) has left it there
    /// for one of the samples: 0 is the input, i + 1 the output of layer i.
    ///
    /// # Errors
    /// [`Error::Data`] if there is no such position or sample, no pass was run, or the numbers there are no images of
    /// channels × height × width.
    ///
    /// # Examples
    /// ```
    /// use chainrule_draw::{Drawing, ImageGrid};
    /// use chainrule::ndarray::Array4;
    /// use chainrule::prelude::*;
    ///
    /// let mut model = Sequential::<f32>::new([1, 8, 8]).add(Conv2D::new(6, 5)).add(ReLU).build(1)?;
    /// model.forward(&Array4::from_elem((1, 1, 8, 8), 0.5))?;
    /// let svg = ImageGrid::feature_maps(&model, 2, 0)?.to_svg();
    /// assert!(svg.contains("channel 5"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn feature_maps<F: Float>(model: &Sequential<F>, position: usize, sample: usize) -> Result<Self> {
        let error = |got: String| {
            Error::data(
                format!("position {position} for a picture of feature maps"),
                "images of channels × height × width that a forward pass has left",
                got,
                "run model.forward(&x), and give the position before a Flatten",
            )
        };
        let activation = model.activation(position).ok_or_else(|| error("nothing".to_owned()))?;
        let shape = model.shape(position).unwrap_or_default();
        let &[channels, height, width] = shape else { return Err(error(format!("samples of {shape:?}"))) };
        if sample >= activation.nrows() {
            return Err(error(format!("{} samples, and none of number {sample}", activation.nrows())));
        }
        let maps = activation.row(sample).to_shape((channels, height, width)).map(|maps| maps.into_owned());
        let maps = maps.map_err(|_| error(format!("samples of {shape:?}")))?.into_dimensionality::<Ix3>();
        let mut grid = ImageGrid::new(8);
        if activation.row(sample).iter().any(|&value| value < F::zero()) {
            grid = grid.signed();
        }
        for (channel, map) in maps.iter().flat_map(|maps| maps.outer_iter()).enumerate() {
            grid = grid.image(&map, format!("channel {channel}"));
        }
        Ok(grid)
    }
}

#[cfg(test)]
mod tests {
    use chainrule::ndarray::Array4;
    use chainrule::prelude::*;

    use super::*;
    use crate::Drawing;

    fn net() -> Sequential<f32> {
        let net = Sequential::new([1, 6, 6]).add(Conv2D::new(2, 3)).add(Conv2D::new(3, 2)).add(Flatten);
        net.add(Dense::new(2)).build(1).unwrap()
    }

    #[test]
    fn a_tile_for_each_filter_and_channel() {
        let captions = |layer| ImageGrid::filters(&net(), layer).unwrap().to_svg().matches("filter").count();
        assert_eq!([captions(0), captions(1)], [2, 6]);
        let error = ImageGrid::filters(&net(), 3).unwrap_err().to_string();
        assert!(
            error.starts_with("layer 3 for a picture of filters: expected a layer with weights of"),
            "{error}"
        );
    }

    #[test]
    fn a_tile_for_each_map() {
        let mut model = net();
        assert!(ImageGrid::feature_maps(&model, 1, 0).is_err());
        model.forward(&Array4::from_elem((2, 1, 6, 6), 0.5)).unwrap();
        let svg = ImageGrid::feature_maps(&model, 2, 1).unwrap().to_svg();
        assert_eq!(svg.matches("channel").count(), 3);
        for (position, sample, got) in
            [(3, 0, "samples of [27]"), (2, 2, "2 samples, and none of number 2"), (9, 0, "nothing")]
        {
            let error = ImageGrid::feature_maps(&model, position, sample).unwrap_err().to_string();
            assert!(error.contains(got), "{error}");
        }
    }
}
