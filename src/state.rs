//! What a training remembers, on its way into a checkpoint and out of it again: one description for both.

use ndarray::Array2;

#[cfg(any(test, feature = "files"))]
use crate::table::one_line;
use crate::{Error, Float, Result};

mod field;
mod record;

pub(crate) use record::{Record, Shapes, Tensor, Value};

/// What a training remembers, being written into a [checkpoint](crate::Trainer) or read from one.
///
/// Whatever remembers something names it once, for both ways: an [optimizer](crate::Optimizer::state), a
/// [schedule](crate::Schedule::state), a [callback](crate::Callback::state).
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule::{Callback, State};
///
/// #[derive(Default)]
/// struct Patience {
///     smallest: Option<f64>,
///     waited: usize,
/// }
///
/// impl Callback<f64> for Patience {
///     fn state(&mut self, state: &mut State) -> Result<()> {
///         state.field("smallest", &mut self.smallest)?;
///         state.field("waited", &mut self.waited)
///     }
/// }
///
/// let (mut one, mut other) = (Patience { smallest: Some(0.1), waited: 3 }, Patience::default());
/// let mut state = State::new();
/// Callback::<f64>::state(&mut one, &mut state)?;              // written
/// let mut state = state.into_read();
/// Callback::<f64>::state(&mut other, &mut state)?;            // and read
/// assert_eq!((other.smallest, other.waited), (Some(0.1), 3));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct State {
    record: Record,
    /// the names that the field lies in
    path: Vec<String>,
    reads: bool,
    shapes: Option<Shapes>,
}

/// A value that a [`State`] can hold.
///
/// Numbers, truth values, texts, matrices, and options and lists of them do, as do [`PerParam`](crate::optimizer::PerParam),
/// [`Snapshot`](crate::Snapshot) and [`Rng`](crate::Rng).
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule::{State, state::Field};
///
/// #[derive(Default)]
/// struct Mean {
///     sum: f64,
///     count: u64,
/// }
///
/// impl Field for Mean {
///     fn visit(&mut self, state: &mut State) -> Result<()> {
///         state.field("sum", &mut self.sum)?;
///         state.field("count", &mut self.count)
///     }
/// }
///
/// let mut state = State::new();
/// state.field("mean", &mut Mean { sum: 7.0, count: 2 })?;
/// let (mut state, mut mean) = (state.into_read(), Mean::default());
/// state.field("mean", &mut mean)?;
/// assert_eq!((mean.sum, mean.count), (7.0, 2));
/// # Ok::<(), chainrule::Error>(())
/// ```
pub trait Field {
    /// Writes the value into the state, or takes it from there.
    ///
    /// # Errors
    /// [`Error::Data`] if there is none of that kind to be read, [`Error::Mismatch`] if one was written already.
    fn visit(&mut self, state: &mut State) -> Result<()>;
}

const HELP: &str = "the file is damaged, or of another training: begin anew with Trainer::fit";

impl State {
    /// A state to write into.
    ///
    /// # Examples
    /// See [`State`].
    pub fn new() -> Self {
        State::default()
    }

    /// The state to be read.
    ///
    /// # Examples
    /// See [`State`].
    #[must_use]
    pub fn into_read(self) -> Self {
        State { reads: true, ..self }
    }

    /// A state to be read, of a training with a model of these shapes.
    #[cfg(any(test, feature = "files"))]
    pub(crate) fn read(record: Record, shapes: Shapes) -> Self {
        State { record, path: Vec::new(), reads: true, shapes: Some(shapes) }
    }

    /// All that was written.
    #[cfg(any(test, feature = "files"))]
    pub(crate) fn into_record(self) -> Record {
        self.record
    }

    /// The shapes of the model, where they are known.
    pub(crate) fn shapes(&self) -> Option<&Shapes> {
        self.shapes.as_ref()
    }

    /// Whether values are read, and not written.
    ///
    /// # Examples
    /// ```
    /// use chainrule::State;
    ///
    /// assert!(!State::new().is_read());
    /// assert!(State::new().into_read().is_read());
    /// ```
    pub fn is_read(&self) -> bool {
        self.reads
    }

    /// Writes a value under that name, or reads it.
    ///
    /// # Errors
    /// Those of [`Field::visit`].
    ///
    /// # Examples
    /// See [`State`].
    pub fn field(&mut self, name: &str, value: &mut (impl Field + ?Sized)) -> Result<()> {
        self.within(name, |state| value.visit(state))
    }

    /// Puts a name before those of the fields that `visit` names, so that what lies inside another thing can't clash with
    /// the fields of that.
    ///
    /// # Errors
    /// Those of `visit`.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    /// use chainrule::State;
    ///
    /// /// An optimizer around another one.
    /// fn state(steps: &mut u64, inner: &mut Sgd<f64>, state: &mut State) -> Result<()> {
    ///     state.field("steps", steps)?;
    ///     state.within("inner", |state| inner.state(state))
    /// }
    ///
    /// let mut written = State::new();
    /// state(&mut 3, &mut Sgd::new(0.1), &mut written)?;
    /// let (mut steps, mut inner) = (0, Sgd::new(0.5));
    /// state(&mut steps, &mut inner, &mut written.into_read())?;
    /// assert_eq!((steps, inner.learning_rate()), (3, Some(0.1)));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn within(&mut self, name: &str, visit: impl FnOnce(&mut State) -> Result<()>) -> Result<()> {
        self.path.push(name.to_owned());
        let visited = visit(self);
        self.path.pop();
        visited
    }

    /// The names below the present one that are there to be read.
    pub(crate) fn names(&self) -> Vec<String> {
        let prefix = self.name() + "/";
        let all = self.record.values.keys().chain(self.record.tensors.keys());
        let below = all.filter_map(|name| name.strip_prefix(&prefix)?.split('/').next().map(str::to_owned));
        let mut names: Vec<String> = below.collect();
        names.sort();
        names.dedup();
        names
    }

    /// The error of something that is there to be read, and is not what it has to be.
    pub(crate) fn wrong(&self, expected: impl Into<String>, got: impl Into<String>) -> Error {
        Error::data(format!("{} of the training", self.name()), expected, got, HELP)
    }

    /// The error of values that are there, though nothing has read them.
    #[cfg(any(test, feature = "files"))]
    pub(crate) fn check_all_read(&self) -> Result<()> {
        let mut left = self.record.values.keys().chain(self.record.tensors.keys());
        left.next().map_or(Ok(()), |name| {
            Err(Error::mismatch(format!("nothing in this training remembers {}", one_line(name)), HELP))
        })
    }

    fn name(&self) -> String {
        self.path.join("/")
    }

    fn put<V>(&mut self, put: impl FnOnce(&mut Record, String) -> Option<V>) -> Result<()> {
        let name = self.name();
        match put(&mut self.record, name.clone()) {
            None => Ok(()),
            Some(_) => Err(Error::mismatch(
                format!("two fields of a state are called {name:?}"),
                "give each a name of its own, and those of an inner thing a name before it with State::within",
            )),
        }
    }

    /// Writes a value, or reads one of which `of` makes it again.
    fn value<T>(
        &mut self,
        own: &mut T,
        written: Value,
        kind: &str,
        of: impl FnOnce(Value) -> Option<T>,
    ) -> Result<()> {
        if !self.reads {
            return self.put(|record, name| record.values.insert(name, written));
        }
        let Some(value) = self.record.values.remove(&self.name()) else {
            return Err(self.wrong(kind, "nothing"));
        };
        let got = match &value {
            Value::Count(count) => count.to_string(),
            Value::Number(number) => format!("{number:?}"),
            Value::Flag(flag) => flag.to_string(),
            Value::Text(text) => format!("{:?}", text.chars().take(40).collect::<String>()),
        };
        *own = of(value).ok_or_else(|| self.wrong(kind, got))?;
        Ok(())
    }

    /// Writes a matrix, or reads one: in that shape, if there is one.
    pub(crate) fn matrix<F: Float>(
        &mut self,
        matrix: &mut Array2<F>,
        shape: Option<(usize, usize)>,
    ) -> Result<()> {
        if !self.reads {
            let tensor = Tensor::of(matrix);
            return self.put(|record, name| record.tensors.insert(name, tensor));
        }
        let words = |(rows, columns): (usize, usize), width: usize| {
            format!("a matrix of {rows} × {columns} numbers of {} bits", 8 * width)
        };
        let own = size_of::<F>();
        let expected =
            shape.map_or(format!("a matrix of numbers of {} bits", 8 * own), |shape| words(shape, own));
        let Some(tensor) = self.record.tensors.remove(&self.name()) else {
            return Err(self.wrong(expected, "nothing"));
        };
        let read = tensor.to_matrix().filter(|read| shape.is_none_or(|shape| shape == read.dim()));
        *matrix = read.ok_or_else(|| self.wrong(expected, words(tensor.shape, tensor.width)))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimizer::PerParam;
    use ndarray::array;

    fn through<T: Field>(mut value: T, mut into: T) -> Result<T> {
        let mut state = State::new();
        state.field("x", &mut value)?;
        let mut state = state.into_read();
        state.field("x", &mut into)?;
        state.check_all_read()?;
        Ok(into)
    }

    #[test]
    fn every_value_comes_back_with_its_bits() {
        assert_eq!(through(u64::MAX, 0).unwrap(), u64::MAX);
        assert_eq!(through(7_usize, 0).unwrap(), 7);
        assert!(through(true, false).unwrap());
        assert_eq!(through("läßt\n\"".to_owned(), String::new()).unwrap(), "läßt\n\"");
        for x in [0.1 + 0.2, -0.0, f64::INFINITY, 5e-324, f64::NAN, -f64::NAN] {
            assert_eq!(through(x, 0.0).unwrap().to_bits(), x.to_bits());
            assert_eq!(through(x as f32, 0.0).unwrap().to_bits(), (x as f32).to_bits());
        }
        assert_eq!(through(Some(3_u64), None).unwrap(), Some(3));
        assert_eq!(through(None, Some(3_u64)).unwrap(), None);
        assert_eq!(through(vec![Some(1.5), None], vec![None; 5]).unwrap(), [Some(1.5), None]);
        let matrix = array![[0.1, f64::INFINITY], [-0.0, 5e-324], [f64::MIN, 2.0]];
        assert_eq!(through(matrix.clone(), array![[]]).unwrap(), matrix);
        assert_eq!(through(array![[0.1_f32], [3.0]], array![[]]).unwrap(), array![[0.1], [3.0]]);
    }

    #[test]
    fn what_is_missing_or_of_another_kind_is_refused() {
        let mut state = State::new();
        state.field("a", &mut 1_u64).unwrap();
        state.within("b", |state| state.field("c", &mut array![[1.0_f32, 2.0]])).unwrap();
        let mut state = state.into_read();
        let text = |error: Result<()>| error.unwrap_err().to_string();
        assert_eq!(
            text(state.field("d", &mut 0_u64)),
            "d of the training: expected a whole number, but got nothing\n  help: the file is damaged, or of another \
             training: begin anew with Trainer::fit"
        );
        assert!(
            text(state.field("a", &mut 0.5)).starts_with("a of the training: expected a number, but got 1\n")
        );
        let matrix = text(state.within("b", |state| state.field("c", &mut array![[1.0_f64]])));
        assert!(
            matrix.starts_with(
                "b/c of the training: expected a matrix of numbers of 64 bits, but got a matrix of 1 × 2 numbers of \
                 32 bits\n"
            ),
            "{matrix}"
        );
    }

    #[test]
    fn a_name_is_given_once_and_everything_is_read() {
        let mut state = State::new();
        state.field("a", &mut 1_u64).unwrap();
        let twice = state.field("a", &mut 2_u64).unwrap_err().to_string();
        assert!(twice.starts_with("two fields of a state are called \"a\"\n"), "{twice}");
        let left = state.into_read().check_all_read().unwrap_err().to_string();
        assert!(left.starts_with("nothing in this training remembers a\n"), "{left}");
    }

    #[test]
    fn what_an_optimizer_remembers_has_to_fit_the_model() {
        let mut moments = PerParam::<f64, 2>::default();
        moments.step(0, (1, 2)).1[1].fill(0.5);
        moments.step(2, (3, 1));
        let read = |params: Vec<(usize, usize)>| {
            let mut state = State::new();
            state.field("moments", &mut moments.clone())?;
            let mut state = State::read(state.into_record(), Shapes { params, layers: Vec::new() });
            let mut read = PerParam::<f64, 2>::default();
            state.field("moments", &mut read)?;
            state.check_all_read().map(|()| read)
        };
        let mut same = read(vec![(1, 2), (5, 5), (3, 1)]).unwrap();
        let (step, [mean, square]) = same.step(0, (1, 2));
        assert_eq!((step, mean.sum(), square.sum()), (2, 0.0, 1.0));
        let text = |read: Result<PerParam<f64, 2>>| read.unwrap_err().to_string();
        let other = text(read(vec![(1, 2), (5, 5), (1, 3)]));
        assert!(
            other.starts_with("moments/2/0 of the training: expected a matrix of 1 × 3 numbers"),
            "{other}"
        );
        let fewer = text(read(vec![(1, 2)]));
        assert!(
            fewer.starts_with("moments of the training: expected 1 parameters, but got one more: 2"),
            "{fewer}"
        );
    }

    #[test]
    fn a_length_of_the_files_own_word_is_not_believed() {
        let mut state = State::new();
        state.within("list", |state| state.field("count", &mut { u64::MAX })).unwrap();
        let error = state.into_read().field("list", &mut vec![0.0_f64]).unwrap_err().to_string();
        assert!(error.starts_with("list/0 of the training: expected a number, but got nothing"), "{error}");
    }
}
