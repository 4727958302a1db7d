//! The values that a state can hold: numbers, truth values, texts, matrices, and options, lists and pairs of them.

use ndarray::Array2;

use super::record::Value;
use super::{Field, State};
use crate::{Float, Result};

impl Field for u64 {
    fn visit(&mut self, state: &mut State) -> Result<()> {
        let written = Value::Count(*self);
        state.value(self, written, "a whole number", |value| match value {
            Value::Count(count) => Some(count),
            _ => None,
        })
    }
}

impl Field for usize {
    fn visit(&mut self, state: &mut State) -> Result<()> {
        let written = Value::Count(*self as u64);
        state.value(self, written, "a whole number", |value| match value {
            Value::Count(count) => usize::try_from(count).ok(),
            _ => None,
        })
    }
}

impl Field for bool {
    fn visit(&mut self, state: &mut State) -> Result<()> {
        let written = Value::Flag(*self);
        state.value(self, written, "true or false", |value| match value {
            Value::Flag(flag) => Some(flag),
            _ => None,
        })
    }
}

impl Field for String {
    fn visit(&mut self, state: &mut State) -> Result<()> {
        let written = Value::Text(self.clone());
        state.value(self, written, "a text", |value| match value {
            Value::Text(text) => Some(text),
            _ => None,
        })
    }
}

impl<F: Float> Field for F {
    fn visit(&mut self, state: &mut State) -> Result<()> {
        let written = Value::Number(self.as_f64());
        state.value(self, written, "a number", |value| match value {
            Value::Number(number) => Some(F::of(number)),
            _ => None,
        })
    }
}

/// A matrix may be read in another shape than it has.
impl<F: Float> Field for Array2<F> {
    fn visit(&mut self, state: &mut State) -> Result<()> {
        state.matrix(self, None)
    }
}

impl<T: Field + Default> Field for Option<T> {
    fn visit(&mut self, state: &mut State) -> Result<()> {
        let mut is_some = self.is_some();
        state.field("is_some", &mut is_some)?;
        if is_some {
            state.field("value", self.get_or_insert_default())
        } else {
            *self = None;
            Ok(())
        }
    }
}

impl<T: Field + Default> Field for Vec<T> {
    #[expect(clippy::indexing_slicing, reason = "one was pushed where it was missing")]
    fn visit(&mut self, state: &mut State) -> Result<()> {
        let mut count = self.len();
        state.field("count", &mut count)?;
        if state.is_read() {
            self.clear();
        }
        for index in 0..count {
            if index == self.len() {
                self.push(T::default()); // one by one: the first that is missing ends it
            }
            state.field(&index.to_string(), &mut self[index])?;
        }
        Ok(())
    }
}

impl<A: Field, B: Field> Field for (A, B) {
    fn visit(&mut self, state: &mut State) -> Result<()> {
        state.field("0", &mut self.0)?;
        state.field("1", &mut self.1)
    }
}
