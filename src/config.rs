//! Settings by name: what a layer says of itself, so that a file can hold it.

use crate::kernels::Size2D;
use crate::{Error, Init, Result};

/// The settings of a layer, from which a file makes it again: [`Layer::config`](crate::Layer::config).
///
/// # Examples
/// ```
/// use chainrule::Config;
///
/// let config = Config::new().with("units", 3).with("rate", 0.5);
/// assert_eq!(config.count("units")?, 3);
/// assert_eq!(config.number("rate")?, 0.5);
/// assert!(config.flag("bias").unwrap_err().to_string().contains("expected a yes or no"));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config(Vec<(String, Value)>);

/// One setting.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// How many.
    Count(usize),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Several of them.
    List(Vec<Value>),
}

impl Config {
    /// No settings.
    ///
    /// # Examples
    /// See [`Config`].
    pub fn new() -> Self {
        Config::default()
    }

    /// One setting more; it replaces one of the same name.
    ///
    /// # Examples
    /// See [`Config`].
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(own, _)| *own == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
        self
    }

    /// A setting, if there is one of that name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// All settings, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// A yes or no.
    ///
    /// # Errors
    /// [`Error::Data`] if there is no setting of that name or it is something else; so for all of these.
    ///
    /// # Examples
    /// See [`Config`].
    pub fn flag(&self, name: &str) -> Result<bool> {
        self.find(name, "a yes or no", Value::as_flag)
    }

    /// How many.
    ///
    /// # Errors
    /// As [`flag`](Self::flag).
    ///
    /// # Examples
    /// See [`Config`].
    pub fn count(&self, name: &str) -> Result<usize> {
        self.find(name, "a count", Value::as_count)
    }

    /// A number; a count is one too.
    ///
    /// # Errors
    /// As [`flag`](Self::flag).
    ///
    /// # Examples
    /// See [`Config`].
    pub fn number(&self, name: &str) -> Result<f64> {
        self.find(name, "a number", Value::as_number)
    }

    /// A text.
    ///
    /// # Errors
    /// As [`flag`](Self::flag).
    pub fn text(&self, name: &str) -> Result<&str> {
        self.find(name, "a text", Value::as_text)
    }

    /// Several counts, such as a shape.
    ///
    /// # Errors
    /// As [`flag`](Self::flag).
    ///
    /// # Examples
    /// ```
    /// use chainrule::Config;
    ///
    /// assert_eq!(Config::new().with("shape", vec![1, 28, 28]).counts("shape")?, [1, 28, 28]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn counts(&self, name: &str) -> Result<Vec<usize>> {
        self.find(name, "a list of counts", |value| match value {
            Value::List(values) => values.iter().map(Value::as_count).collect(),
            _ => None,
        })
    }

    /// A height and a width, as two counts.
    ///
    /// # Errors
    /// As [`flag`](Self::flag).
    ///
    /// # Examples
    /// ```
    /// use chainrule::{Config, kernels::Size2D};
    ///
    /// let config = Config::new().with("kernel", Size2D::from([3, 5]));
    /// assert_eq!(config.size("kernel")?, [3, 5].into());
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn size(&self, name: &str) -> Result<Size2D> {
        self.find(name, "a height and a width", |value| match value {
            Value::List(values) => match &**values {
                [Value::Count(height), Value::Count(width)] => Some([*height, *width].into()),
                _ => None,
            },
            _ => None,
        })
    }

    /// The initialiser of that name, if there is one.
    ///
    /// # Errors
    /// [`Error::Data`] if the setting is no initialiser.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{Config, Init};
    ///
    /// let config = Config::new().with("init", Init::Normal(0.0, 0.5));
    /// assert_eq!(config.init("init")?, Some(Init::Normal(0.0, 0.5)));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn init(&self, name: &str) -> Result<Option<Init>> {
        if self.get(name).is_none() {
            return Ok(None);
        }
        self.find(name, "an initialiser", Init::from_value).map(Some)
    }

    fn find<'a, T>(
        &'a self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<T> {
        let value = self.get(name);
        value.and_then(read).ok_or_else(|| {
            let got = value.map_or("nothing".to_owned(), |value| format!("{value:?}"));
            let help = "what Layer::config writes is what the constructor of the layer reads";
            Error::data(format!("setting {name:?}"), expected, got, help)
        })
    }
}

impl Value {
    fn as_flag(&self) -> Option<bool> {
        if let Value::Flag(flag) = self { Some(*flag) } else { None }
    }

    fn as_count(&self) -> Option<usize> {
        if let Value::Count(count) = self { Some(*count) } else { None }
    }

    /// The number; a file has no other way than a text for those that are not finite.
    pub(crate) fn as_number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            Value::Count(count) => Some(*count as f64),
            Value::Text(text) => text.parse().ok().filter(|number: &f64| !number.is_finite()),
            _ => None,
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Flag(flag)
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Value::Count(count)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<Size2D> for Value {
    fn from(size: Size2D) -> Self {
        vec![size.height, size.width].into()
    }
}

impl<V: Into<Value>> From<Vec<V>> for Value {
    fn from(values: Vec<V>) -> Self {
        Value::List(values.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_read_as_what_it_is() {
        let config = Config::new().with("flag", true).with("count", 3).with("text", "a").with("count", 4);
        assert_eq!(config.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["flag", "count", "text"]);
        assert_eq!((config.flag("flag").unwrap(), config.count("count").unwrap()), (true, 4));
        assert_eq!((config.number("count").unwrap(), config.text("text").unwrap()), (4.0, "a"));
        assert_eq!(
            config.count("text").unwrap_err().to_string(),
            "setting \"text\": expected a count, but got Text(\"a\")\n  help: what Layer::config writes is what the \
             constructor of the layer reads"
        );
        assert!(config.number("no").unwrap_err().to_string().contains("expected a number, but got nothing"));
        assert!(config.number("text").is_err() && config.counts("count").is_err());
    }

    #[test]
    fn numbers_that_are_not_finite_may_come_as_text() {
        let config = Config::new().with("inf", "inf").with("nan", "NaN").with("half", "0.5");
        assert_eq!(config.number("inf").unwrap(), f64::INFINITY);
        assert!(config.number("nan").unwrap().is_nan());
        assert!(config.number("half").is_err());
    }

    #[test]
    fn every_initialiser_comes_back() {
        for init in [
            Init::Zeros,
            Init::Constant(-0.1),
            Init::Uniform(-1.0, 2.5),
            Init::Normal(0.0, f64::INFINITY),
            Init::GlorotUniform,
            Init::GlorotNormal,
            Init::HeUniform,
            Init::HeNormal,
            Init::LeCunUniform,
            Init::LeCunNormal,
        ] {
            assert_eq!(Config::new().with("init", init).init("init").unwrap(), Some(init));
        }
        assert_eq!(Config::new().init("init").unwrap(), None);
        for wrong in
            [Value::Flag(true), "glorot".into(), vec![Value::from("normal")].into(), Value::List(vec![])]
        {
            assert!(Config::new().with("init", wrong).init("init").is_err());
        }
    }
}
