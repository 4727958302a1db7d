//! Tables as text.

use chainrule::data::{Columns, Csv, Missing};
use chainrule::files::Layers;
use chainrule::prelude::*;

use crate::{shown, told};

/// Two bytes that say how the table is to be read, then the table; behind a zero byte a second one, which is read by what
/// was learned from the first.
pub fn csv(bytes: &[u8]) -> bool {
    let Some((&choices, tables)) = bytes.split_first_chunk() else { return false };
    let mut tables = tables.splitn(2, |&byte| byte == 0);
    let first = tables.next().unwrap_or_default();
    let second = tables.next().unwrap_or(first);

    let csv = configured(Csv::parse(first, "the file"), choices);
    let _ = told(csv.summary()).map(shown);
    let Ok(columns) = told(csv.fit()) else {
        assert!(told(csv.read::<f64>()).is_err());
        return false;
    };
    shown(&columns);
    travels(&columns);
    for text in [first, second] {
        if let Ok(data) = told(columns.parse::<f64>(text, "new data")) {
            check(&data, &columns);
            // a row that is left out for want of an answer counts among those without answers
            let inputs = told(columns.parse_inputs::<f64>(text, "new data")).ok();
            let inputs = inputs.filter(|inputs| inputs.nrows() == data.len());
            assert!(inputs.is_none_or(|inputs| data.inputs() == inputs.into_dyn()));
        }
    }
    let fields = String::from_utf8_lossy(second.split(|&byte| byte == b'\n').next().unwrap_or_default());
    let _ = told(columns.row::<f32>(fields.split(',')));
    match told(csv.read::<f32>()) {
        Ok(data) => check(&data, &columns),
        Err(_) => return false,
    }
    assert!(told(csv.read::<f64>()).is_ok(), "f64 holds every number of f32");
    true
}

fn configured<'a>(csv: Csv<'a>, [shape, letters]: [u8; 2]) -> Csv<'a> {
    let csv = match shape & 3 {
        1 => csv.has_header(true),
        2 => csv.has_header(false),
        _ => csv,
    };
    let csv = match shape >> 2 & 7 {
        1 => csv.on_missing(Missing::Mean),
        2 => csv.on_missing(Missing::Median),
        3 => csv.on_missing(Missing::MostFrequent),
        4 => csv.on_missing(Missing::Value(0.5)),
        5 => csv.on_missing(Missing::DropRow),
        6 => csv.on_missing(Missing::Mean).on_missing_in(1, Missing::MostFrequent),
        _ => csv,
    };
    let csv = match shape >> 5 & 7 {
        1 => csv.classes(0),
        2 => csv.classes("y"),
        3 => csv.targets(["y"]),
        4 => csv.targets([0, 1]),
        5 => csv.classes("y").class_names(["a", "b"]),
        6 => csv.classes(2),
        _ => csv.targets([0]),
    };
    let csv = csv.separator([',', ';', '\t', ' '][usize::from(letters & 3)]);
    let csv = if letters & 4 > 0 { csv.decimal(',') } else { csv };
    let csv = if letters & 8 > 0 { csv.quote('\'') } else { csv };
    let csv = if letters & 16 > 0 { csv.one_hot(["c"]) } else { csv };
    let csv = if letters & 32 > 0 { csv.one_hot([1]) } else { csv };
    let csv = if letters & 64 > 0 { csv.ignore([2]) } else { csv };
    if letters & 128 > 0 { csv.inputs([1, 2]) } else { csv }
}

fn check<F: Float>(data: &Dataset<F>, columns: &Columns) {
    let (inputs, targets) = (data.inputs(), data.targets());
    assert!(data.len() > 0, "no samples are an error");
    assert_eq!(inputs.shape(), [data.len(), columns.feature_names().len()]);
    assert_eq!(data.class_names(), columns.class_names());
    assert_eq!(data.feature_names(), columns.feature_names());
    assert!(inputs.iter().chain(&targets).all(|number| number.is_finite()));
}

/// Columns that a model takes along into its file come out of it as they were.
fn travels(columns: &Columns) {
    let (inputs, outputs) = (columns.feature_names().len(), columns.class_names().len().max(1));
    if !(1..50).contains(&inputs) || outputs > 50 {
        return;
    }
    let mut model = Sequential::<f32>::new([inputs])
        .add(Dense::new(outputs).init(Init::Zeros))
        .build(1)
        .expect("a small model");
    if told(model.set_columns(columns.clone())).is_err() {
        return;
    }
    let bytes = told(model.to_bytes()).expect("a small model");
    let again =
        told(Sequential::<f32>::from_bytes(&bytes, &Layers::new())).expect("the file was just written");
    assert_eq!(again.columns(), Some(columns));
}
