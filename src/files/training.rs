//! The training of a checkpoint: matrices as tensors, everything else as one text, all under `training/`.

use std::collections::BTreeMap;

use safetensors::Dtype;
use serde::{Deserialize, Serialize};

use super::archive::{Archive, NewArchive};
use super::description::Description;
use super::load::{TRAINING, numbers_of};
use super::tensor::Bytes;
use crate::state::{Record, Shapes, Tensor, Value};
use crate::table::thousands;
use crate::training::History;
use crate::{Error, Float, Result, Sequential, Snapshot, State};

/// The tensor of bytes that holds the text.
const VALUES: &str = "training/values";
/// The longest text, so that what parsing takes of memory stays below 64 MB.
const MAX_VALUES: usize = 3 << 20;

/// A value as JSON has it; a number is a text, which keeps those that are not finite, and every NaN.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum ValueText {
    Flag(bool),
    Count(u64),
    Text(String),
    Number { number: String },
}

impl From<Value> for ValueText {
    fn from(value: Value) -> Self {
        match value {
            Value::Flag(flag) => ValueText::Flag(flag),
            Value::Count(count) => ValueText::Count(count),
            Value::Text(text) => ValueText::Text(text),
            Value::Number(x) if x.is_nan() => ValueText::Number { number: format!("NaN {:x}", x.to_bits()) },
            Value::Number(x) => ValueText::Number { number: format!("{x:?}") },
        }
    }
}

impl ValueText {
    /// The value; `None` if a number is none.
    fn value(self) -> Option<Value> {
        Some(match self {
            ValueText::Flag(flag) => Value::Flag(flag),
            ValueText::Count(count) => Value::Count(count),
            ValueText::Text(text) => Value::Text(text),
            ValueText::Number { number } => Value::Number(match number.strip_prefix("NaN ") {
                Some(bits) => f64::from_bits(u64::from_str_radix(bits, 16).ok()?),
                None => number.parse().ok()?,
            }),
        })
    }
}

impl NewArchive {
    /// Adds what a training remembers.
    pub(crate) fn add_training(&mut self, record: Record) -> Result<()> {
        let values: BTreeMap<String, ValueText> =
            record.values.into_iter().map(|(name, value)| (name, value.into())).collect();
        let bytes = serde_json::to_vec(&values).map_err(|error| {
            Error::mismatch(format!("the training can't be written as JSON: {error}"), "report it, please")
        })?;
        if bytes.len() > MAX_VALUES {
            let (has, most) = (thousands(bytes.len()), thousands(MAX_VALUES));
            return Err(Error::mismatch(
                format!("the single values of the training take {has} bytes of text, of at most {most}"),
                "let State::field write many numbers as one Array2, and not as a list",
            ));
        }
        self.add(VALUES, Bytes { dtype: Dtype::U8, shape: vec![bytes.len()], bytes });
        for (name, Tensor { shape: (rows, columns), width, bytes }) in record.tensors {
            let dtype = if width == 4 { Dtype::F32 } else { Dtype::F64 };
            self.add(format!("{TRAINING}{name}"), Bytes { dtype, shape: vec![rows, columns], bytes });
        }
        Ok(())
    }
}

impl Archive<'_> {
    /// The history of a training as far as it had come; `None` if this is no checkpoint.
    pub(super) fn history_so_far(&self) -> Result<Option<History>> {
        if self.tensor(VALUES).is_none() {
            return Ok(None);
        }
        let (mut state, mut history) = (State::read(self.training()?, Shapes::default()), History::default());
        state.field("settings", &mut history.settings)?;
        state.within("progress", |state| history.state(state))?;
        Ok(Some(history))
    }

    /// What a training has remembered.
    pub(crate) fn training(&self) -> Result<Record> {
        let wrong = |expected: &str, got: String| {
            let help = "the file is damaged: begin anew with Trainer::fit";
            Error::data(format!("tensor {VALUES:?}"), expected, got, help)
        };
        let Some(text) = self.tensor(VALUES) else {
            let problem = "the file holds a model, but no training to go on with";
            return Err(Error::mismatch(problem, "give one that Trainer::checkpoint has written"));
        };
        if text.dtype != Dtype::U8 || text.bytes.len() > MAX_VALUES {
            let got = format!("{} bytes of the type {}", thousands(text.bytes.len()), text.dtype);
            return Err(wrong(&format!("at most {} bytes of the type U8", thousands(MAX_VALUES)), got));
        }
        let values: BTreeMap<String, ValueText> =
            serde_json::from_slice(text.bytes).map_err(|error| wrong("values by name", error.to_string()))?;
        let value = |(name, text): (String, ValueText)| {
            let value =
                text.value().ok_or_else(|| wrong("numbers", format!("something else for {name:?}")))?;
            Ok((name, value))
        };
        let values = values.into_iter().map(value).collect::<Result<_>>()?;
        let mut tensors = BTreeMap::new();
        for name in self.names() {
            let Some(own) = name.strip_prefix(TRAINING).filter(|_| name != VALUES) else { continue };
            let Some(tensor) = self.tensor(&name) else { continue };
            let (Dtype::F32 | Dtype::F64, &[rows, columns]) = (tensor.dtype, tensor.shape) else {
                let got = format!("{:?} of the type {}", tensor.shape, tensor.dtype);
                let help = "the file is damaged: begin anew with Trainer::fit";
                return Err(Error::data(format!("tensor {name:?}"), "a matrix of F32 or F64", got, help));
            };
            let width = if tensor.dtype == Dtype::F32 { 4 } else { 8 };
            let bytes = tensor.bytes.to_vec();
            tensors.insert(own.to_owned(), Tensor { shape: (rows, columns), width, bytes });
        }
        Ok(Record { values, tensors })
    }

    /// The numbers for a model that has the layers of the file.
    pub(crate) fn numbers_for<F: Float>(&self, model: &Sequential<F>) -> Result<Snapshot<F>> {
        Description::read(self)?.check_same_layers(&Description::of(model))?;
        numbers_of(model, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use std::path::Path;

    fn through(mut state: State) -> Result<Record> {
        let mut archive = NewArchive::of("key", String::new());
        state.field("matrix", &mut array![[1.0_f32, -0.0]])?;
        archive.add_training(state.into_record())?;
        Archive::new(&archive.bytes()?, Path::new("file"))?.training()
    }

    #[test]
    fn every_value_comes_back_with_its_bits() {
        let numbers = [0.1 + 0.2, -0.0, f64::NEG_INFINITY, 5e-324, f64::NAN, -f64::NAN, f64::MAX];
        let write = || {
            let mut state = State::new();
            state.field("numbers", &mut numbers.to_vec()).unwrap();
            state.field("text", &mut "NaN \"läßt\"\n".to_owned()).unwrap();
            state.field("count", &mut { u64::MAX }).unwrap();
            state.field("flag", &mut true).unwrap();
            state
        };
        let Record { values, tensors } = through(write()).unwrap();
        let expected = write().into_record().values;
        assert_eq!(format!("{values:?}"), format!("{expected:?}")); // NaN is not even itself
        for (index, number) in numbers.iter().enumerate() {
            let Value::Number(read) = values[&format!("numbers/{index}")] else { panic!("{values:?}") };
            assert_eq!(read.to_bits(), number.to_bits());
        }
        assert_eq!(tensors["matrix"], Tensor::of(&array![[1.0_f32, -0.0]]));
    }

    #[test]
    fn a_long_list_of_numbers_is_to_be_a_matrix() {
        let mut state = State::new();
        state.field("losses", &mut vec![0.5_f64; 200_000]).unwrap();
        let error = through(state).unwrap_err().to_string();
        assert_eq!(
            error,
            "the single values of the training take 6,488,913 bytes of text, of at most 3,145,728\n  help: let \
             State::field write many numbers as one Array2, and not as a list"
        );
    }
}
