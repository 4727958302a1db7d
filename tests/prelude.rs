//! The prelude beside the names of std that programs use most.

use std::error::Error;
use std::fmt;

use chainrule::prelude::*;

#[derive(Debug)]
struct Own;

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such column")
    }
}

impl Error for Own {}

fn model() -> Result<Sequential<f64>> {
    Sequential::new([1]).add(Dense::new(1)).build(1)
}

fn own() -> Result<(), Own> {
    Err(Own)
}

fn any() -> Result<f64, Box<dyn Error>> {
    let loss = evaluate(&model()?, &MeanSquaredError, (&array![[1.0]], &array![[2.0]]))?.measures.loss;
    own()?;
    Ok(loss)
}

#[test]
fn errors_of_std_and_of_the_library_meet() {
    assert_eq!(any().unwrap_err().to_string(), "no such column");
}

/// Without a `use` of its own, `Error` is no name at all, and every other common one is std's.
#[test]
fn it_takes_no_common_name_of_std() {
    mod beside {
        use chainrule::prelude::*;
        use std::collections::*;
        use std::error::*;
        use std::io::{Read, Write};
        use std::process::*;

        pub(super) fn read(mut from: impl Read, mut to: impl Write) -> Result<String, Box<dyn Error>> {
            let mut text = String::new();
            from.read_to_string(&mut text)?;
            to.write_all(text.as_bytes())?;
            let _ = (HashMap::<String, f64>::new(), Command::new("none"), array![1.0]);
            Ok(text)
        }
    }
    assert_eq!(beside::read(&b"a"[..], Vec::new()).unwrap(), "a");
}
