use std::time::{Duration, Instant};

use ndarray::array;

use super::{Column, Columns, Csv, InputColumn, InputKind, Missing, TargetColumns};
use crate::{Dataset, Result};

const PENGUINS: &str = "\
species,island,bill,mass,sex
Adelie,Torgersen,39.1,3750,male
Adelie,Dream,NA,3800,female
Gentoo,Biscoe,46.1,?,female
Chinstrap,Dream,46.5,3500,
Gentoo,Biscoe,46.2,5000,male
";

fn penguins() -> Csv<'static> {
    Csv::parse(PENGUINS, "penguins.csv").classes("species")
}

fn text(result: Result<Dataset<f64>>) -> String {
    result.unwrap_err().to_string()
}

fn error(file: &str) -> String {
    text(Csv::parse(file, "f.csv").classes("y").read())
}

#[test]
fn text_becomes_numbers_categories_and_classes() {
    let csv = penguins().one_hot(["island", "sex"]).on_missing_in("bill", Missing::Mean);
    let csv = csv.on_missing_in("mass", Missing::Median).on_missing_in("sex", Missing::MostFrequent);
    let data: Dataset<f64> = csv.read().unwrap();
    assert_eq!(
        data.feature_names(),
        ["island=Biscoe", "island=Dream", "island=Torgersen", "bill", "mass", "sex=female", "sex=male"]
    );
    let mean = (39.1 + 46.1 + 46.5 + 46.2) / 4.0;
    // both sexes occur twice: the first in order fills the gap
    let expected = array![
        [0., 0., 1., 39.1, 3750., 0., 1.],
        [0., 1., 0., mean, 3800., 1., 0.],
        [1., 0., 0., 46.1, 3775., 1., 0.],
        [0., 1., 0., 46.5, 3500., 1., 0.],
        [1., 0., 0., 46.2, 5000., 0., 1.],
    ];
    let inputs = data.inputs().into_owned();
    assert!((&inputs - &expected.into_dyn()).iter().all(|difference| difference.abs() < 1e-12), "{inputs}");
    assert_eq!(data.class_names(), ["Adelie", "Chinstrap", "Gentoo"]);
    assert_eq!(data.labels().unwrap(), array![0, 0, 2, 1, 2]);
}

#[test]
fn what_was_learned_can_be_looked_at_and_used_again() {
    let csv = penguins().inputs(["mass"]).one_hot(["sex"]).on_missing(Missing::DropRow);
    let columns = csv.fit().unwrap();
    assert_eq!(
        columns.to_string(),
        "  column   read as       learned
  ───────  ────────────  ───────────────────────────────────────
  mass     number        missing: row left out
  sex      2 categories  \"female\", \"male\"; missing: row left out
  species  2 classes     \"Adelie\", \"Gentoo\"
"
    );
    let mass = InputColumn {
        column: Column::Name("mass".into()),
        name: "mass".into(),
        kind: InputKind::Number { fill: None },
        drops_row: true,
    };
    assert_eq!(columns.inputs()[0], mass);
    assert!(matches!(columns.targets(), TargetColumns::Classes { names, .. } if names.len() == 2));
    assert_eq!(columns.parse::<f64>(PENGUINS.as_bytes(), "again").unwrap(), csv.read().unwrap());

    let new = "sex,extra,mass,species\nmale,1,4000,Gentoo\n,2,1,Adelie\n";
    let data = columns.clone().parse::<f64>(new, "new.csv").unwrap();
    assert_eq!(data.inputs(), array![[4000., 0., 1.]].into_dyn());
    assert_eq!(data.labels().unwrap(), array![1]);
    assert_eq!(data.class_names(), columns.class_names());
    assert_eq!(columns.parse_inputs::<f64>("sex,mass\nmale,1\n", "new.csv").unwrap(), array![[1., 0., 1.]]);
    assert_eq!(columns.row::<f32>([" 7 ", "female"]).unwrap(), array![7., 1., 0.]);
    assert_eq!(
        columns.row::<f64>(["7", ""]).unwrap_err().to_string(),
        "column \"sex\": expected a value, but got \"\", a missing value\n  help: rows like this were left out of the \
         training data: give the value"
    );
    assert_eq!(
        columns.row::<f64>(["7"]).unwrap_err().to_string(),
        "row: expected 2 fields: \"mass\", \"sex\", but got 1\n  help: give a field for each input column, in their order, \
         and \"\" for a missing value"
    );
    assert_eq!(
        columns.row::<f64>(["7", "other"]).unwrap_err().to_string(),
        "column \"sex\": expected one of \"female\", \"male\", but got \"other\"\n  help: the model knows the categories of \
         its training data only: check how it is spelt, or train with it"
    );
}

#[test]
fn each_rule_fills_what_it_says() {
    let read = |rule| {
        let csv = Csv::parse("x,y\n4,0\n1,0\nNA,0\n9,0\n1,0\n4,0\n", "f.csv").targets(["y"]).on_missing(rule);
        csv.read::<f64>().unwrap().inputs().iter().copied().collect::<Vec<_>>()
    };
    assert_eq!(read(Missing::MostFrequent), [4., 1., 1., 9., 1., 4.]);
    assert_eq!(read(Missing::Median), [4., 1., 4., 9., 1., 4.]);
    assert_eq!(read(Missing::Value(-7.5)), [4., 1., -7.5, 9., 1., 4.]);
    assert_eq!(read(Missing::DropRow), [4., 1., 9., 1., 4.]);
    assert!((read(Missing::Mean)[2] - 3.8).abs() < 1e-12);
    let even =
        Csv::parse("x,y\n4,0\n1,0\n,0\n9,0\n2,0\n", "f.csv").targets(["y"]).on_missing(Missing::Median);
    assert_eq!(even.read::<f64>().unwrap().inputs()[[2, 0]], 3.0);
    let wide =
        Csv::parse("x,y\n-1e308,0\n1e308,0\n1e308,0\n,0\n", "f.csv").targets(["y"]).on_missing(Missing::Mean);
    assert!((wide.read::<f64>().unwrap().inputs()[[3, 0]] / 1e308 - 1.0 / 3.0).abs() < 1e-12);
}

#[test]
fn labels_are_sorted_as_numbers_if_all_are() {
    let names = |labels: &[&str]| {
        let file = labels.iter().fold("x,y\n".to_owned(), |file, label| file + "1," + label + "\n");
        Csv::parse(&file, "f.csv").classes("y").read::<f64>().unwrap().class_names().to_vec()
    };
    assert_eq!(names(&["10", "9", "-1", "2"]), ["-1", "2", "9", "10"]);
    assert_eq!(names(&["10", "9", "b", "B", "ä"]), ["10", "9", "B", "b", "ä"]);
    assert_eq!(names(&["1", "1.0"]), ["1", "1.0"]);
}

#[test]
fn separators_quotes_spaces_and_line_ends() {
    let lines = "\u{feff} a ;'the ''b''; twice';y\r\n\r\n 1,5 ; -2e1 ;'one;\ntwo'\r\n2;3;four";
    let csv = Csv::parse(lines, "f.csv").separator(';').quote('\'').decimal(',').classes("y");
    let data = csv.read::<f64>().unwrap();
    assert_eq!(data.feature_names(), ["a", "the 'b'; twice"]);
    assert_eq!(data.inputs(), array![[1.5, -20.0], [2.0, 3.0]].into_dyn());
    assert_eq!(data.class_names(), ["four", "one;\ntwo"]);
    let tabs = Csv::parse("a\ty\n1\tu\n2\tv\n", "f.tsv").separator('\t').classes("y");
    assert_eq!(tabs.read::<f64>().unwrap().len(), 2);
}

#[test]
fn without_a_header_columns_are_numbers() {
    let csv = Csv::parse("1,2,a\n3,4,b\n", "f.csv").has_header(false).classes(2);
    let columns = csv.fit().unwrap();
    assert_eq!(columns.feature_names(), ["0", "1"]);
    assert_eq!(csv.read::<f64>().unwrap().inputs(), array![[1., 2.], [3., 4.]].into_dyn());
    assert_eq!(columns.parse_inputs::<f64>("5,6\n", "g.csv").unwrap(), array![[5., 6.]]);
    assert_eq!(
        text(Csv::parse("1,2\n3,x\n", "f.csv").has_header(false).targets([0]).read()),
        "f.csv: line 2, column 1: expected a number, but got \"x\"\n  help: is it a category? .one_hot takes it; is it no \
         input? .ignore leaves it out; does it stand for a missing value? .missing names it"
    );
    assert_eq!(
        error("5.1,3.5,0\n4.9,3.0,1\n"),
        "f.csv: line 1: expected a header with the names of the columns, but got nothing but numbers\n  help: say that \
         there is none, with .has_header(false), and choose columns by their numbers from 0; or say .has_header(true), if \
         these are names"
    );
    let pixels = Csv::parse("0,1\n5,6\n7,8\n", "f.csv").has_header(true).targets(["1"]);
    assert_eq!(pixels.read::<f64>().unwrap().inputs(), array![[5.], [7.]].into_dyn());
    assert_eq!(
        text(Csv::parse("1,2\n", "f.csv").has_header(false).classes("y").read()),
        "f.csv: columns: expected a column \"y\", but got a file without a header\n  help: choose columns by their numbers \
         from 0: .classes(4)"
    );
    assert_eq!(
        text(Csv::parse("1,2\n", "f.csv").has_header(false).classes(2).read()),
        "f.csv: column 2: expected a column from 0 to 1, but got 2\n  help: columns are counted from 0"
    );
}

#[test]
fn numbers_that_are_none() {
    let help = |field: &str| {
        let file = format!("x,y\n1,0\n\"{field}\",1\n");
        let error = error(&file);
        let got = format!("f.csv: line 3, column \"x\": expected a number, but got {field:?}\n  help: ");
        error.strip_prefix(&got).unwrap_or_else(|| panic!("{error}")).to_owned()
    };
    assert_eq!(help("3,5"), "for numbers with a decimal comma choose .decimal(',')");
    assert_eq!(help("1,000,000"), "write numbers without separators of thousands");
    assert_eq!(help("12 %"), "write numbers without a unit");
    assert!(help("tall").starts_with("is it a category? .one_hot takes it"));
    assert_eq!(
        error("x,y\n-inf,0\n1,1\n"),
        "f.csv: line 2, column \"x\": expected a finite number, but got \"-inf\"\n  help: leave such rows out, or name it in \
         .missing, if it stands for a missing value"
    );
    let long = "x".repeat(500);
    assert!(error(&format!("x,y\n{long},0\n")).contains(&format!("but got \"{}\"…\n", "x".repeat(40))));
    let large = Csv::parse("x,y\n1e300,2\n", "f.csv").targets(["y"]);
    assert_eq!(
        large.read::<f32>().unwrap_err().to_string(),
        "f.csv: line 2, column \"x\": expected at most 3.4028235e38 in size, but got 1e300\n  help: take f64 for such \
         numbers, or another unit"
    );
    assert!(large.read::<f64>().is_ok());
}

#[test]
fn wrong_fields_and_files() {
    assert_eq!(
        error("x,y\n1,0\n\n1,2,0\n"),
        "f.csv: line 4: expected 2 fields, as in the header, but got 3\n  help: put fields that hold a separator into quotes"
    );
    assert!(error("x,y\r\n1,0\r\n\r\n\r\n2,1\r\n\r\n,0\r\n").starts_with("f.csv: line 7, column \"x\""));
    assert!(error("\n\nx,y\n\"1\",\"a\n\nb\"\nz,0\n").starts_with("f.csv: line 7, column \"x\""));
    assert_eq!(
        error("x,y\n1\n"),
        "f.csv: line 2: expected 2 fields, as in the header, but got 1\n  help: look for a separator that is missing, or \
         for another one"
    );
    assert_eq!(
        error("x,y\n\"1,0\n2,1\n"),
        "f.csv: line 2: expected 2 fields, as in the header, but got 1\n  help: a field goes over several lines: look for a \
         quote that is not closed"
    );
    // without the check the rest of the file would be one class
    let open = "x,y\n1,cat\n2,dog\n3,\"bird\n4,cat\n5,dog\n";
    let expected = "f.csv: line 4: expected fields that end before the file does, but got a quote that is not closed\n  \
                    help: close it, or choose another .quote, such as '|', if it is part of a text";
    assert_eq!(error(open), expected);
    assert!(Csv::parse("x,y\n1,a\n2,\"b\n c\" \n\n", "f.csv").classes("y").read::<f64>().is_ok());
    for empty in ["", "\n\n", "\u{feff}"] {
        let expected =
            "f.csv: expected a header and rows, but got an empty file\n  help: check how it was made";
        assert_eq!(error(empty), expected);
    }
    assert_eq!(
        error("x,y\n"),
        "f.csv: expected at least one row, but got none\n  help: give a file with samples; rows with missing values may have \
         been left out"
    );
    let latin = b"x,y\n1,gr\xfcn\n";
    assert_eq!(
        text(Csv::parse(latin, "f.csv").classes("y").read()),
        "f.csv: line 2, column \"y\": expected text in UTF-8, but got another encoding\n  help: save it as UTF-8: \
         spreadsheets and editors let you choose when they save"
    );
    let wide: Vec<u8> = "\u{feff}x,y\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(text(Csv::parse(&wide, "f.csv").classes("y").read()).contains("text in UTF-8, but got UTF-16"));
    assert!(Csv::open("no such file").unwrap_err().to_string().starts_with("no such file: "));
}

#[test]
fn columns_that_are_not_there_or_there_twice() {
    assert_eq!(
        error("a,b,Y\n1,2,3\n"),
        "f.csv: header: expected a column \"y\", but got \"a\", \"b\", \"Y\"\n  help: write it as the header does: \"Y\""
    );
    assert_eq!(
        error("a,b\n1,2\n"),
        "f.csv: header: expected a column \"y\", but got \"a\", \"b\"\n  help: choose one of these; a file without a \
         header needs .has_header(false)"
    );
    assert_eq!(
        error("a;y\n1;2\n"),
        "f.csv: header: expected a column \"y\", but got \"a;y\"\n  help: these are columns apart: choose .separator(';')"
    );
    let many = (0..30).map(|column| format!("c{column}")).collect::<Vec<_>>().join(",");
    assert!(error(&many).contains("\"c19\", and 10 more\n"));
    assert_eq!(
        error("a,a,y\n1,2,3\n"),
        "f.csv: header: expected one column \"a\", but got several of that name\n  help: choose it by its number from 0, or \
         give each column a name of its own"
    );
    let by_number = Csv::parse("a,a,y\n1,2,3\n", "f.csv").inputs([1]).targets(["y"]);
    assert_eq!(by_number.read::<f64>().unwrap().inputs(), array![[2.]].into_dyn());

    let csv = || Csv::parse("a,b,y\n1,2,p\n3,4,q\n", "f.csv").classes("y");
    let twice = "f.csv: columns: expected each column once, but got column";
    let help = "twice\n  help: a column is an input or an answer: name it once";
    assert_eq!(text(csv().inputs(["a", "a"]).read()), format!("{twice} \"a\" {help}"));
    assert_eq!(text(csv().inputs(["a", "y"]).read()), format!("{twice} \"y\" {help}"));
    assert_eq!(text(csv().targets(["b", "b"]).read()), format!("{twice} \"b\" {help}"));
    assert_eq!(
        text(csv().ignore(["a", "b"]).read()),
        "f.csv: columns: expected at least one input, but got none\n  help: choose .inputs that are no answers"
    );
    assert_eq!(
        text(csv().one_hot(["a"]).ignore(["a"]).read()),
        "f.csv: column \"a\": expected an input, but got a column to ignore\n  help: leave it out of .ignore"
    );
    assert_eq!(
        text(Csv::parse("a,b\n1,2\n", "f.csv").read()),
        "f.csv: columns: expected one that holds the answers, but got none\n  help: choose .classes(…), or .targets([…]) for \
         numbers, out of \"a\", \"b\""
    );
}

#[test]
fn missing_values_and_rules_that_do_not_fit() {
    assert_eq!(
        error("x,y\n1,a\n2,\n"),
        "f.csv: line 3, column \"y\": expected a class, but got \"\", a missing value\n  help: an answer can't be filled in: \
         leave such rows out, with .on_missing(Missing::DropRow)"
    );
    let csv = || Csv::parse("x,k,y\n1,a,0\n2,-,1\n", "f.csv").targets(["y"]).one_hot(["k"]);
    assert_eq!(csv().read::<f64>().unwrap().feature_names(), ["x", "k=-", "k=a"]);
    assert!(text(csv().missing(["-"]).on_missing(Missing::Mean).read()).starts_with(
        "f.csv: line 3, column \"k\": expected a category, but got \"-\", a missing value\n  help: fill it with \
         .on_missing_in(column, Missing::MostFrequent)"
    ));
    assert_eq!(
        text(csv().on_missing_in("k", Missing::Mean).read()),
        "rule: must be MostFrequent, DropRow or Refuse for a column of categories, but is Mean\n  help: categories have no \
         mean: .on_missing_in(column, Missing::MostFrequent)"
    );
    assert!(
        text(csv().on_missing(Missing::Value(f64::NAN)).read()).starts_with("Missing::Value: must be finite")
    );
    assert_eq!(
        text(csv().on_missing_in("y", Missing::Mean).read()),
        "f.csv: column \"y\": expected an input, for it has a rule for missing values, but got another column\n  help: an \
         answer can't be filled in: .on_missing(Missing::DropRow) leaves out rows without one"
    );
    assert_eq!(
        text(Csv::parse("x,y\n?,1\n?,2\n", "f.csv").targets(["y"]).on_missing(Missing::Mean).read()),
        "f.csv: column \"x\": expected at least one value, but got none: all are missing\n  help: leave it out, with .ignore"
    );
    let columns: Columns = Csv::parse("x,y\n1,a\n2,b\n", "f.csv").classes("y").fit().unwrap();
    assert_eq!(
        text(columns.parse("x,y\n,a\n", "g.csv")),
        "g.csv: line 2, column \"x\": expected a number, but got a missing value\n  help: no rule was given for it when the \
         columns were fitted: fill it in, or fit with .on_missing(…)"
    );
}

#[test]
fn classes_and_letters_that_make_no_sense() {
    assert_eq!(
        error("x,y\n1,a\n2,a\n"),
        "f.csv: column \"y\": expected at least two classes, but got \"a\"\n  help: is this the column of the classes? \
         .class_names names those that the file lacks"
    );
    let csv =
        |names: [&'static str; 2]| Csv::parse("x,y\n1,a\n2,b\n", "f.csv").classes("y").class_names(names);
    assert_eq!(csv(["b", "a"]).read::<f64>().unwrap().labels().unwrap(), array![1, 0]);
    assert!(text(csv(["a", "a"]).read()).contains("expected class names that differ, but got \"a\", \"a\""));
    assert!(
        text(csv(["a", "c"]).read())
            .contains("line 3, column \"y\": expected one of \"a\", \"c\", but got \"b\"")
    );
    for letter in ['é', 'a', '7', '\n'] {
        let error = text(Csv::parse("x\n", "f.csv").separator(letter).read());
        assert!(
            error.starts_with(
                "separator: must be a sign of ASCII that is no letter, digit or line break, but"
            )
        );
    }
    assert_eq!(
        text(Csv::parse("x\n", "f.csv").decimal(',').read()),
        "separator, quote and decimal: must be three different signs, but is ',', '\"' and ','\n  help: for numbers like 3,5 \
         the separator is usually ';': .separator(';').decimal(',')"
    );
}

/// Any bytes give a data set or an error: every file that differs in one byte, and every piece of one.
#[test]
fn no_file_is_a_panic() {
    let good = penguins().one_hot(["island", "sex"]).on_missing(Missing::MostFrequent).fit().unwrap();
    let mut bytes = PENGUINS.as_bytes().to_vec();
    for position in 0..bytes.len() {
        for byte in [0, b',', b'"', b'\n', b'\r', b'?', 0xc3, 0xff] {
            let before = std::mem::replace(&mut bytes[position], byte);
            let _ = Csv::parse(&bytes, "f.csv").classes("species").one_hot(["island", "sex"]).read::<f32>();
            let _ = good.parse::<f32>(&bytes, "f.csv");
            bytes[position] = before;
        }
        let _ = good.parse::<f32>(&bytes[..position], "f.csv");
    }
}

/// A hundred times the rows, or the columns, take about a hundred times as long, and not ten thousand.
#[test]
fn large_files_take_their_share() {
    let time = |rows: usize, columns: usize| {
        let header = (0..columns).map(|column| format!("c{column},")).collect::<String>() + "y\n";
        let rows = (0..rows).map(|row| "?,".to_owned() + &"1,".repeat(columns - 1) + &format!("k{row}\n"));
        let file = header + &rows.collect::<String>();
        let csv = Csv::parse(&file, "f.csv").one_hot(["c1"]).classes("y").on_missing(Missing::MostFrequent);
        let csv = csv.on_missing_in("c0", Missing::Value(0.0));
        let start = Instant::now();
        csv.read::<f32>().unwrap();
        start.elapsed()
    };
    let small = time(200, 3).max(Duration::from_micros(500));
    assert!(time(20_000, 3) < 2_000 * small && time(2, 20_000) < 2_000 * small);
}
