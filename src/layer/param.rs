//! A parameter: a name and a matrix of numbers.

use ndarray::Array2;

use crate::{Error, Result};

/// How a file holds the matrix of a parameter, so that others who read it find what they expect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// As it is, or in the parameter's [own shape](Param::with_shape).
    #[default]
    Matrix,
    /// Columns × rows: the weights of a [`Dense`](crate::Dense) as out × in, as PyTorch has them.
    Transposed,
    /// Its only row as one axis, such as a bias.
    Vector,
}

/// A named parameter of a layer, or a part of its state.
///
/// Its numbers are a matrix; a bias is one with a single row. A parameter whose own shape is no matrix, such as the
/// kernel of a convolution, is a matrix for the arithmetic and says its [shape](Param::shape) beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Param<F> {
    /// Its name within the layer, such as `weight`.
    pub name: &'static str,
    /// Its numbers.
    pub value: Array2<F>,
    /// The shape of its own, if that is no matrix.
    own_shape: Option<Vec<usize>>,
    layout: Layout,
    is_weight: bool,
}

impl<F> Param<F> {
    /// A parameter of that name.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let weight = Param::new("weight", array![[1.0, 2.0]]);
    /// assert_eq!(weight.shape(), [1, 2]);
    /// ```
    pub fn new(name: &'static str, value: Array2<F>) -> Self {
        Param { name, value, own_shape: None, layout: Layout::Matrix, is_weight: true }
    }

    /// The parameter with a shape of its own, of which the matrix holds the numbers row by row.
    ///
    /// # Errors
    /// [`Error::mismatch`](crate::Error::mismatch) if that shape has another number of entries.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// // 8 kernels of 3 × 3 over one channel: a row for each kernel
    /// let kernels = Param::new("weight", Array2::<f32>::zeros((8, 9))).with_shape([8, 1, 3, 3])?;
    /// assert_eq!(kernels.shape(), [8, 1, 3, 3]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn with_shape(mut self, shape: impl Into<Vec<usize>>) -> Result<Self> {
        let shape = shape.into();
        if shape.iter().try_fold(1_usize, |size, &axis| size.checked_mul(axis)) != Some(self.value.len()) {
            let size = self.value.len();
            let problem = format!("{} has {size} numbers, but is to have the shape {shape:?}", self.name);
            return Err(Error::mismatch(problem, "give a shape whose product is the number of entries"));
        }
        self.own_shape = Some(shape);
        Ok(self)
    }

    /// The same parameter with other numbers.
    pub(crate) fn with_value<G>(&self, value: Array2<G>) -> Param<G> {
        Param {
            name: self.name,
            value,
            own_shape: self.own_shape.clone(),
            layout: self.layout,
            is_weight: self.is_weight,
        }
    }

    /// The parameter as one that is no weight but a bias, or the scale of a normalisation: weight decay may leave it alone.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// assert!(!Param::new("bias", array![[0.0]]).not_a_weight().is_weight());
    /// ```
    #[must_use]
    pub fn not_a_weight(mut self) -> Self {
        self.is_weight = false;
        self
    }

    /// Whether it is weights: all that was not said to be [something else](Self::not_a_weight).
    ///
    /// # Examples
    /// See [`not_a_weight`](Self::not_a_weight).
    pub fn is_weight(&self) -> bool {
        self.is_weight
    }

    /// Its own shape: that of its matrix unless it was given another.
    ///
    /// # Examples
    /// See [`with_shape`](Self::with_shape).
    pub fn shape(&self) -> &[usize] {
        self.own_shape.as_deref().unwrap_or(self.value.shape())
    }

    /// A row that has one number for each of a sample's: files hold it in the shape of the sample.
    ///
    /// # Errors
    /// As [`with_shape`](Self::with_shape).
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let scale = || Param::new("scale", Array2::<f32>::ones((1, 6)));
    /// assert_eq!(scale().like_sample(&[2, 3])?.shape_in_files(), [2, 3]);
    /// assert_eq!(scale().like_sample(&[6])?.shape_in_files(), [6]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn like_sample(self, shape: &[usize]) -> Result<Self> {
        if *shape == [self.value.len()] {
            return Ok(self.in_files(Layout::Vector));
        }
        self.with_shape(shape)
    }

    /// The parameter with another layout in files.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    /// use chainrule::layer::Layout;
    ///
    /// let weight = Param::new("weight", array![[1.0, 2.0, 3.0]]).in_files(Layout::Transposed);
    /// assert_eq!((weight.shape(), weight.shape_in_files()), (&[1, 3][..], vec![3, 1]));
    /// ```
    #[must_use]
    pub fn in_files(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// How files hold it.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Its shape in files: its own one unless it has another [layout](Self::in_files) there.
    ///
    /// # Examples
    /// See [`in_files`](Self::in_files).
    pub fn shape_in_files(&self) -> Vec<usize> {
        let (rows, columns) = self.value.dim();
        match self.layout {
            Layout::Matrix => self.shape().to_vec(),
            Layout::Transposed => vec![columns, rows],
            Layout::Vector => vec![self.value.len()],
        }
    }
}
