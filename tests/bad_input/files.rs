//! Files: missing, no file at all, without an end, of another kind, damaged, without permission.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use chainrule::data::{
    Csv, ImageFolder, Missing, Npz, parse_idx, parse_idx_as, parse_npy, read_idx, read_idx_as, read_npy,
};
use chainrule::disk;
use chainrule::files::Layers;
use chainrule::prelude::*;
use chainrule::training::History;
use tempfile::TempDir;

use super::table::{Case, assert_all, case};

/// A folder with files of each kind: good ones, and such as are none.
pub struct Files(TempDir);

impl Files {
    pub fn new() -> Self {
        let files = Files(tempfile::tempdir().unwrap());
        fs::create_dir(files.path("folder")).unwrap();
        fs::write(files.path("empty"), "").unwrap();
        fs::write(files.path("text"), "x,kind\n1,cat\n2,dog\n").unwrap();
        fs::write(files.path("latin"), b"x,kind\n1,caf\xe9\n").unwrap();
        fs::write(files.path("labels"), [0, 0, 8, 1, 0, 0, 0, 2, 0, 1]).unwrap();
        fs::write(files.path("images"), [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 5, 6]).unwrap();
        fs::write(files.path("cut.gz"), [0x1f, 0x8b, 8, 0, 0, 0]).unwrap();
        File::create(files.path("endless")).unwrap().set_len(9 << 30).unwrap(); // which takes no room
        File::create(files.path("zeros")).unwrap().set_len(7 << 30).unwrap();
        for image in
            ["pets/cat/1.png", "pets/dog/1.png", "one/cat/1.png", "mixed/cat/1.gif", "mixed/dog/1.png"]
        {
            fs::create_dir_all(files.path(image).parent().unwrap()).unwrap();
            fs::write(files.path(image), "no image").unwrap();
        }
        fs::create_dir(files.path("one/empty")).unwrap();
        model().save(files.path("model")).unwrap();
        files
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }
}

pub fn model() -> Sequential<f32> {
    Sequential::new([2]).add(Dense::new(1)).add(Sigmoid).build(1).unwrap()
}

fn csv(text: &str) -> Csv<'_> {
    Csv::parse(text, "f.csv").classes("kind")
}

const PETS: &str = "x,kind\n1,cat\n2,dog\n";

/// A NPY file with that header and these numbers.
fn npy(header: &str, numbers: &[u8]) -> Vec<u8> {
    [b"\x93NUMPY\x01\x00", &[header.len() as u8, 0][..], header.as_bytes(), numbers].concat()
}

#[rustfmt::skip]
pub fn cases() -> Vec<Case> {
    let files = &Files::new();
    let at = |name: &str| files.path(name);
    let columns = csv(PETS).fit().unwrap();
    let load = |name: &str| Sequential::<f32>::load(at(name));
    let other = |layers: &[u8]| Sequential::<f32>::from_bytes(layers, &Layers::new());
    let good = model().to_bytes().unwrap();
    let cases = vec![
        case("read", "a missing file", || disk::read(at("none")), "…/none: No such file or directory (os error 2)\n  help: check that it exists and how its name is spelt"),
        case("read", "a folder", || disk::read(at("folder")), "…/folder: is a directory\n  help: this is a folder: give the file in it"),
        case("read", "below a file", || disk::read(at("text/below")), "…/text/below: Not a directory (os error 20)\n  help: a folder on the way there is a file: give another path"),
        case("read", "a device", || disk::read("/dev/zero"), "/dev/zero: byte 0: this is a device or a pipe\n  help: give a file"),
        case("read", "9 GiB", || disk::read(at("endless")), "…/endless: byte 0: the file has 9,663,676,416 bytes, and at most 8 GiB are read\n  help: give a part of it"),
        case("read", "no name", || disk::read(""), "\"\": No such file or directory (os error 2)\n  help: check that it exists and how its name is spelt"),
        case("read", "a name with a zero in it", || disk::read("a\0b"), "a\\0b: file name contained an unexpected NUL byte\n  help: give it a shorter name, of usual letters"),
        case("write", "a folder", || disk::write(at("folder"), ""), "…/folder: is a directory\n  help: this is a folder: give the file in it"),
        case("write", "below a file", || disk::write(at("text/below"), ""), "…/text/below: not a directory\n  help: a folder on the way there is a file: give another path"),
        case("write", "a device", || disk::write("/dev/null", ""), "/dev/null: byte 0: this is a device or a pipe\n  help: give a file"),
        case("write", "no name", || disk::write("", ""), "\"\": invalid filename\n  help: give it a shorter name, of usual letters"),
        case("write", "a name of 300 letters", || disk::write("x".repeat(300), ""), "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: File name too long (os error 36)\n  help: give it a shorter name, of usual letters"),
        case("read_idx", "a missing file", || read_idx(at("none")), "…/none: No such file or directory (os error 2)\n  help: check that it exists and how its name is spelt"),
        case("read_idx", "a folder", || read_idx(at("folder")), "…/folder: is a directory\n  help: this is a folder: give the file in it"),
        case("read_idx", "a device", || read_idx("/dev/zero"), "/dev/zero: byte 0: this is a device or a pipe\n  help: give a file"),
        case("read_idx", "9 GiB", || read_idx(at("endless")), "…/endless: byte 0: the file has 9,663,676,416 bytes, and at most 8 GiB are read\n  help: give a part of it"),
        case("read_idx", "7 GiB of zeros", || read_idx(at("zeros")), "…/zeros: byte 2: the elements are of an unknown type (0x00)\n  help: give an IDX file, such as train-images-idx3-ubyte; its third byte is from 0x08 to 0x0e"),
        case("read_idx", "an empty file", || read_idx(at("empty")), "…/empty: byte 0: the file ends after 0 of the 4 bytes that an IDX file starts with\n  help: the file is incomplete or damaged: download it again"),
        case("read_idx", "a text", || read_idx(at("text")), "…/text: byte 0: the file starts with 78 2c 6b 69, but an IDX file with 00 00\n  help: give an IDX file, such as train-images-idx3-ubyte; take it out of its archive first"),
        case("read_idx", "a damaged archive", || read_idx(at("cut.gz")), "…/cut.gz: byte 0: the file can't be decompressed from here on (unexpected end of file)\n  help: the file is incomplete or damaged: download it again"),
        case("read_idx_as", "a missing file", || read_idx_as::<f32>(at("none")), "…/none: No such file or directory (os error 2)\n  help: check that it exists and how its name is spelt"),
        case("read_idx_as", "a device", || read_idx_as::<f32>("/dev/zero"), "/dev/zero: byte 0: this is a device or a pipe\n  help: give a file"),
        case("parse_idx", "floats", || parse_idx(&[0, 0, 13, 1, 0, 0, 0, 1], "f"), "f: byte 2: the elements are 32-bit floating-point numbers (0x0d), but bytes (0x08) are asked for\n  help: read it as numbers, with read_idx_as::<f32>, say"),
        case("parse_idx", "no axis", || parse_idx(&[0, 0, 8, 0], "f"), "f: byte 3: the array has 0 axes, but only 1 to 8 can be read\n  help: give an IDX file with one axis for labels, or three for images"),
        case("parse_idx", "no sample", || parse_idx(&[0, 0, 8, 1, 0, 0, 0, 0], "f"), "f: byte 4: axis 0 of the array has the size 0\n  help: give a file that holds samples"),
        case("parse_idx", "2¹²⁸ bytes", || parse_idx(&[&[0, 0, 8, 4], &[255; 16][..]].concat(), "f"), "f: byte 4: the header promises 4,294,967,295 × 4,294,967,295 × 4,294,967,295 × 4,294,967,295 numbers, and an array has at most 8 GiB\n  help: give a part of it; or is the file damaged? download it again"),
        case("parse_idx", "64 GiB", || parse_idx(&[0, 0, 8, 2, 0, 16, 0, 0, 0, 1, 0, 0, 1], "f"), "f: byte 4: the header promises 1,048,576 × 65,536 numbers, and an array has at most 8 GiB\n  help: give a part of it; or is the file damaged? download it again"),
        case("parse_idx", "an end too soon", || parse_idx(&[0, 0, 8, 1, 0, 0, 0, 3, 1, 2], "f"), "f: byte 10: the file ends after 2 of the 3 bytes of data that its header promises\n  help: the file is incomplete or damaged: download it again"),
        case("parse_idx", "an end too late", || parse_idx(&[0, 0, 8, 1, 0, 0, 0, 1, 1, 2], "f"), "f: byte 9: the file goes on after the 1 bytes of data that its header promises\n  help: the file is incomplete or damaged: download it again"),
        case("parse_idx_as", "a number that does not fit", || parse_idx_as::<u8>(&[0, 0, 9, 1, 0, 0, 0, 1, 255], "f"), "f: byte 8: the number is -1, which is no u8\n  help: read the file as numbers of another type, such as f64"),
        case("parse_idx_as", "8 GiB as f64", || parse_idx_as::<f64>(&[0, 0, 8, 1, 127, 255, 255, 255], "f"), "f: byte 4: the header promises 2,147,483,647 numbers, and an array has at most 8 GiB\n  help: give a part of it; or is the file damaged? download it again"),
        case("Dataset::from_idx", "a missing file", || Dataset::<f32>::from_idx(at("none"), at("labels"), 2), "…/none: No such file or directory (os error 2)\n  help: check that it exists and how its name is spelt"),
        case("Dataset::from_idx", "the files in the wrong order", || Dataset::<f32>::from_idx(at("labels"), at("images"), 2), "…/labels: byte 3: the array has one axis, but images have samples, rows and columns\n  help: the file of the images comes first, then that of the labels"),
        case("Dataset::from_idx", "a label too many", || Dataset::<f32>::from_idx(at("images"), at("labels"), 2), "…/labels: byte 4: there are 2 labels, but 1 images in …/images\n  help: give the labels that belong to the images"),
        case("read_npy", "a missing file", || read_npy::<f32>(at("none")), "…/none: No such file or directory (os error 2)\n  help: check that it exists and how its name is spelt"),
        case("read_npy", "a folder", || read_npy::<f32>(at("folder")), "…/folder: is a directory\n  help: this is a folder: give the file in it"),
        case("read_npy", "a device", || read_npy::<f32>("/dev/zero"), "/dev/zero: byte 0: this is a device or a pipe\n  help: give a file"),
        case("read_npy", "7 GiB of zeros", || read_npy::<f32>(at("zeros")), "…/zeros: byte 0: the file does not start with \\x93NUMPY, as a NPY file does\n  help: give a file that numpy.save has written"),
        case("read_npy", "a text", || read_npy::<f32>(at("text")), "…/text: byte 0: the file does not start with \\x93NUMPY, as a NPY file does\n  help: give a file that numpy.save has written"),
        case("parse_npy", "nothing", || parse_npy::<f32>(b"", "f.npy"), "f.npy: byte 0: the file ends after 0 of the 8 bytes that a NPY file starts with\n  help: the file is incomplete or damaged: download it again"),
        case("parse_npy", "an archive", || parse_npy::<f32>(b"PK\x03\x04____", "f.npy"), "f.npy: byte 0: the file starts with PK, but a NPY file with \\x93NUMPY\n  help: this is an archive of arrays, NPZ: open it with Npz::open, behind the feature `npz`"),
        case("parse_npy", "text", || parse_npy::<f32>(&npy("{'descr': '<U5', 'fortran_order': False, 'shape': (1,)}", &[]), "f.npy"), "f.npy: byte 10: the entries are text (\"<U5\"), no numbers\n  help: save class numbers: numpy.unique(labels, return_inverse=True)[1], say"),
        case("parse_npy", "2¹²⁸ numbers", || parse_npy::<f32>(&npy("{'descr': '<f8', 'fortran_order': False, 'shape': (18446744073709551615, 18446744073709551615)}", &[]), "f.npy"), "f.npy: byte 10: the header promises 18,446,744,073,709,551,615 × 18,446,744,073,709,551,615 numbers, and an array has at most 8 GiB\n  help: give a part of it; or is the file damaged? download it again"),
        case("parse_npy", "2³³ bytes as f64", || parse_npy::<f64>(&npy("{'descr': '|u1', 'fortran_order': False, 'shape': (8589934592,)}", &[]), "f.npy"), "f.npy: byte 10: the header promises 8,589,934,592 numbers, and an array has at most 8 GiB\n  help: give a part of it; or is the file damaged? download it again"),
        case("parse_npy", "no shape", || parse_npy::<f32>(&npy("{'descr': '<f8', 'fortran_order': False}", &[]), "f.npy"), "f.npy: byte 10: the header has no shape that can be read\n  help: save one plain array of numbers with numpy.save"),
        case("parse_npy", "an end too soon", || parse_npy::<f32>(&npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}", &[0; 8]), "f.npy"), "f.npy: byte 73: the file ends after 8 of the 16 bytes of data that its header promises\n  help: the file is incomplete or damaged: download it again"),
        case("parse_npy", "a number that does not fit", || parse_npy::<u8>(&npy("{'descr': '|i1', 'fortran_order': False, 'shape': (1,)}", &[255]), "f.npy"), "f.npy: byte 65: the number is -1, which is no u8\n  help: read the file as numbers of another type, such as f64"),
        case("Npz::open", "a missing file", || Npz::open(at("none")), "…/none: No such file or directory (os error 2)\n  help: check that it exists and how its name is spelt"),
        case("Npz::open", "a device", || Npz::open("/dev/zero"), "/dev/zero: byte 0: this is a device or a pipe\n  help: give a file"),
        case("Npz::open", "a text", || Npz::open(at("text")), "…/text: byte 0: this is no archive (invalid Zip archive: Could not find EOCD)\n  help: give a file that numpy.savez has written, the whole of it; one array is read with read_npy"),
        case("Npz::parse", "nothing", || Npz::parse(*b"", "f.npz"), "f.npz: byte 0: this is no archive (invalid Zip archive: Could not find EOCD)\n  help: give a file that numpy.savez has written, the whole of it; one array is read with read_npy"),
        case("Npz::array", "a name that is not there", || Npz::parse(zip("x.npy"), "f.npz")?.array::<f32>("y"), "f.npz: expected an array \"y\", but got \"x\"\n  help: choose one of these"),
        case("Npz::array", "an empty array", || Npz::parse(zip("x.npy"), "f.npz")?.array::<f32>("x"), "f.npz/x: byte 0: the file ends after 0 of the 8 bytes that a NPY file starts with\n  help: the file is incomplete or damaged: download it again"),
        case("Csv::open", "a missing file", || Csv::open(at("none")), "…/none: No such file or directory (os error 2)\n  help: check that it exists and how its name is spelt"),
        case("Csv::open", "a folder", || Csv::open(at("folder")), "…/folder: is a directory\n  help: this is a folder: give the file in it"),
        case("Csv::open", "a device", || Csv::open("/dev/zero"), "/dev/zero: byte 0: this is a device or a pipe\n  help: give a file"),
        case("Csv::open", "9 GiB", || Csv::open(at("endless")), "…/endless: byte 0: the file has 9,663,676,416 bytes, and at most 8 GiB are read\n  help: give a part of it"),
        case("Csv::parse", "nothing", || csv("").read::<f64>(), "f.csv: expected a header and rows, but got an empty file\n  help: check how it was made"),
        case("Csv::parse", "a header alone", || csv("x,kind\n").read::<f64>(), "f.csv: expected at least one row, but got none\n  help: give a file with samples; rows with missing values may have been left out"),
        case("Csv::parse", "no header", || csv("1,2\n3,4\n").read::<f64>(), "f.csv: line 1: expected a header with the names of the columns, but got nothing but numbers\n  help: say that there is none, with .has_header(false), and choose columns by their numbers from 0; or say .has_header(true), if these are names"),
        case("Csv::parse", "a field too many", || csv("x,kind\n1,2,cat\n").read::<f64>(), "f.csv: line 2: expected 2 fields, as in the header, but got 3\n  help: put fields that hold a separator into quotes"),
        case("Csv::parse", "a column twice", || csv("x,x,kind\n1,2,cat\n").read::<f64>(), "f.csv: header: expected one column \"x\", but got several of that name\n  help: choose it by its number from 0, or give each column a name of its own"),
        case("Csv::parse", "an open quote", || csv("x,kind\n1,cat\n2,\"dog\n3,cat\n").read::<f64>(), "f.csv: line 3: expected fields that end before the file does, but got a quote that is not closed\n  help: close it, or choose another .quote, such as '|', if it is part of a text"),
        case("Csv::parse", "a name that steers a terminal", || csv("\u{1b}[2Jx,kind\none,cat\n").read::<f64>(), "f.csv: line 2, column \"\\u{1b}[2Jx\": expected a number, but got \"one\"\n  help: is it a category? .one_hot takes it; is it no input? .ignore leaves it out; does it stand for a missing value? .missing names it"),
        case("Csv::read", "another encoding", || Csv::open(at("latin"))?.classes("kind").read::<f64>(), "…/latin: line 2, column \"kind\": expected text in UTF-8, but got another encoding\n  help: save it as UTF-8: spreadsheets and editors let you choose when they save"),
        case("Csv::read", "no answer", || Csv::parse(PETS, "f.csv").read::<f64>(), "f.csv: columns: expected one that holds the answers, but got none\n  help: choose .classes(…), or .targets([…]) for numbers, out of \"x\", \"kind\""),
        case("Csv::read", "a word among numbers", || csv("x,kind\none,cat\n2,dog\n").read::<f64>(), "f.csv: line 2, column \"x\": expected a number, but got \"one\"\n  help: is it a category? .one_hot takes it; is it no input? .ignore leaves it out; does it stand for a missing value? .missing names it"),
        case("Csv::read", "NaN", || csv("x,kind\nNaN,cat\n2,dog\n").read::<f64>(), "f.csv: line 2, column \"x\": expected a number, but got \"NaN\", a missing value\n  help: fill it by a rule, with .on_missing(Missing::Mean), or leave such rows out, with Missing::DropRow"),
        case("Csv::read", "∞", || csv("x,kind\ninf,cat\n2,dog\n").read::<f64>(), "f.csv: line 2, column \"x\": expected a finite number, but got \"inf\"\n  help: leave such rows out, or name it in .missing, if it stands for a missing value"),
        case("Csv::read", "1e300 as f32", || csv("x,kind\n1e300,cat\n2,dog\n").read::<f32>(), "f.csv: line 2, column \"x\": expected at most 3.4028235e38 in size, but got 1e300\n  help: take f64 for such numbers, or another unit"),
        case("Csv::read", "a missing answer", || csv("x,kind\n1,\n2,dog\n").read::<f64>(), "f.csv: line 2, column \"kind\": expected a class, but got \"\", a missing value\n  help: an answer can't be filled in: leave such rows out, with .on_missing(Missing::DropRow)"),
        case("Csv::fit", "one class", || csv("x,kind\n1,cat\n2,cat\n").fit(), "f.csv: column \"kind\": expected at least two classes, but got \"cat\"\n  help: is this the column of the classes? .class_names names those that the file lacks"),
        case("Csv::inputs", "an unknown name", || csv(PETS).inputs(["y"]).fit(), "f.csv: header: expected a column \"y\", but got \"x\", \"kind\"\n  help: choose one of these; a file without a header needs .has_header(false)"),
        case("Csv::inputs", "a number beyond the last", || csv(PETS).inputs([usize::MAX]).fit(), "f.csv: column 18446744073709551615: expected a column from 0 to 1, but got 18446744073709551615\n  help: columns are counted from 0"),
        case("Csv::inputs", "twice", || csv(PETS).inputs(["x", "x"]).fit(), "f.csv: columns: expected each column once, but got column \"x\" twice\n  help: a column is an input or an answer: name it once"),
        case("Csv::inputs", "none", || csv(PETS).inputs([0_usize; 0]).fit(), "f.csv: columns: expected at least one input, but got none\n  help: choose .inputs that are no answers"),
        case("Csv::ignore", "all", || csv(PETS).ignore(["x"]).fit(), "f.csv: columns: expected at least one input, but got none\n  help: choose .inputs that are no answers"),
        case("Csv::ignore", "an unknown name", || csv(PETS).ignore(["y"]).fit(), "f.csv: header: expected a column \"y\", but got \"x\", \"kind\"\n  help: choose one of these; a file without a header needs .has_header(false)"),
        case("Csv::one_hot", "a column that is ignored", || csv(PETS).ignore(["x"]).one_hot(["x"]).fit(), "f.csv: column \"x\": expected an input, but got a column to ignore\n  help: leave it out of .ignore"),
        case("Csv::classes", "an unknown name", || Csv::parse(PETS, "f.csv").classes("sort").fit(), "f.csv: header: expected a column \"sort\", but got \"x\", \"kind\"\n  help: choose one of these; a file without a header needs .has_header(false)"),
        case("Csv::class_names", "twice the same", || csv(PETS).class_names(["cat", "cat"]).read::<f64>(), "f.csv: column \"kind\": expected class names that differ, but got \"cat\", \"cat\"\n  help: give each class a name of its own"),
        case("Csv::class_names", "one that the file has not", || csv(PETS).class_names(["cat", "owl"]).read::<f64>(), "f.csv: line 3, column \"kind\": expected one of \"cat\", \"owl\", but got \"dog\"\n  help: a model knows the classes of its training data only: check how it is spelt, or train with it"),
        case("Csv::targets", "words", || Csv::parse(PETS, "f.csv").targets(["kind"]).read::<f64>(), "f.csv: line 2, column \"kind\": expected a number, but got \"cat\"\n  help: is it a category? .one_hot takes it; is it no input? .ignore leaves it out; does it stand for a missing value? .missing names it"),
        case("Csv::targets", "none", || Csv::parse(PETS, "f.csv").targets([0_usize; 0]).read::<f64>(), "f.csv: columns: expected one that holds the answers, but got none\n  help: choose .classes(…), or .targets([…]) for numbers, out of \"x\", \"kind\""),
        case("Csv::on_missing", "NaN", || csv(PETS).on_missing(Missing::Value(f64::NAN)).fit(), "Missing::Value: must be finite, but is NaN\n  help: 0.0 is one"),
        case("Csv::on_missing_in", "an answer", || csv(PETS).on_missing_in("kind", Missing::MostFrequent).fit(), "f.csv: column \"kind\": expected an input, for it has a rule for missing values, but got another column\n  help: an answer can't be filled in: .on_missing(Missing::DropRow) leaves out rows without one"),
        case("Csv::on_missing_in", "the mean of categories", || csv(PETS).one_hot(["x"]).on_missing_in("x", Missing::Mean).fit(), "rule: must be MostFrequent, DropRow or Refuse for a column of categories, but is Mean\n  help: categories have no mean: .on_missing_in(column, Missing::MostFrequent)"),
        case("Csv::has_header", "none, and a name", || csv(PETS).has_header(false).fit(), "f.csv: columns: expected a column \"kind\", but got a file without a header\n  help: choose columns by their numbers from 0: .classes(4)"),
        case("Csv::separator", "no letter of ASCII", || csv(PETS).separator('é').fit(), "separator: must be a sign of ASCII that is no letter, digit or line break, but is 'é'\n  help: ',' and ';' and '\\t' are usual separators, '\"' is the usual quote"),
        case("Csv::separator", "a line break", || csv(PETS).separator('\n').fit(), "separator: must be a sign of ASCII that is no letter, digit or line break, but is '\\n'\n  help: ',' and ';' and '\\t' are usual separators, '\"' is the usual quote"),
        case("Csv::quote", "the separator", || csv(PETS).quote(',').fit(), "separator, quote and decimal: must be three different signs, but is ',', ',' and '.'\n  help: for numbers like 3,5 the separator is usually ';': .separator(';').decimal(',')"),
        case("Csv::decimal", "the separator", || csv(PETS).decimal(',').fit(), "separator, quote and decimal: must be three different signs, but is ',', '\"' and ','\n  help: for numbers like 3,5 the separator is usually ';': .separator(';').decimal(',')"),
        case("Csv::summary", "nothing", || Csv::parse("", "f.csv").summary(), "f.csv: expected a header and rows, but got an empty file\n  help: check how it was made"),
        case("Columns::read", "a missing file", || columns.read::<f64>(at("none")), "…/none: No such file or directory (os error 2)\n  help: check that it exists and how its name is spelt"),
        case("Columns::read", "a device", || columns.read::<f64>("/dev/zero"), "/dev/zero: byte 0: this is a device or a pipe\n  help: give a file"),
        case("Columns::parse", "a class that was not there", || columns.parse::<f64>("x,kind\n1,owl\n", "g.csv"), "g.csv: line 2, column \"kind\": expected one of \"cat\", \"dog\", but got \"owl\"\n  help: a model knows the classes of its training data only: check how it is spelt, or train with it"),
        case("Columns::parse", "a column too few", || columns.parse::<f64>("kind\ncat\n", "g.csv"), "g.csv: header: expected a column \"x\", but got \"kind\"\n  help: choose one of these; a file without a header needs .has_header(false)"),
        case("Columns::read_inputs", "a folder", || columns.read_inputs::<f64>(at("folder")), "…/folder: is a directory\n  help: this is a folder: give the file in it"),
        case("Columns::parse_inputs", "no row", || columns.parse_inputs::<f64>("x\n", "g.csv"), "g.csv: expected at least one row, but got none\n  help: give a file with samples; rows with missing values may have been left out"),
        case("Columns::row", "a field too many", || columns.row::<f64>(["1", "cat"]), "row: expected 1 fields: \"x\", but got 2\n  help: give a field for each input column, in their order, and \"\" for a missing value"),
        case("Columns::row", "a word", || columns.row::<f64>(["one"]), "column \"x\": expected a number, but got \"one\"\n  help: is it a category? .one_hot takes it; is it no input? .ignore leaves it out; does it stand for a missing value? .missing names it"),
        case("Columns::row", "a missing value", || columns.row::<f64>([""]), "column \"x\": expected a number, but got a missing value\n  help: no rule was given for it when the columns were fitted: fill it in, or fit with .on_missing(…)"),
        case("ImageFolder::new", "a missing folder", || ImageFolder::new(at("none")).read::<f32>(), "…/none: No such file or directory (os error 2)\n  help: check that it exists and how its name is spelt"),
        case("ImageFolder::new", "a file", || ImageFolder::new(at("text")).read::<f32>(), "…/text: Not a directory (os error 20)\n  help: a folder on the way there is a file: give another path"),
        case("ImageFolder::read", "no folder in it", || ImageFolder::new(at("folder")).read::<f32>(), "…/folder: expected a folder for each of at least two classes, but got 0\n  help: put the images of each class into a folder of its own, pets/cat and pets/dog, and give the folder above, pets"),
        case("ImageFolder::read", "a damaged image", || ImageFolder::new(at("pets")).read::<f32>(), "…/pets/cat/1.png: expected a PNG or JPEG image, but got The image format could not be determined\n  help: look whether other programs open it; save it again as PNG, or take it out of the folder"),
        case("ImageFolder::read", "a GIF", || ImageFolder::new(at("mixed")).read::<f32>(), "…/mixed/cat/1.gif: expected a PNG or JPEG image, but got a .gif file\n  help: save it as PNG, or take it out of the folder"),
        case("ImageFolder::class_names", "without the folder's", || ImageFolder::new(at("pets")).class_names(["dog", "owl"]).read::<f32>(), "…/pets/cat: expected one of \"dog\", \"owl\", but got \"cat\"\n  help: a model knows the classes of its training data only: move the folder, or train with it"),
        case("ImageFolder::image", "a missing file", || ImageFolder::new("").image::<f32>(at("none.png")), "…/none.png: No such file or directory (os error 2)\n  help: check that it exists and how its name is spelt"),
        case("ImageFolder::image", "a folder", || ImageFolder::new("").image::<f32>(at("folder")), "…/folder: is a directory\n  help: this is a folder: give the file in it"),
        case("ImageFolder::image", "a device", || ImageFolder::new("").image::<f32>("/dev/zero"), "/dev/zero: byte 0: this is a device or a pipe\n  help: give a file"),
        case("ImageFolder::resize", "to nothing", || ImageFolder::new("").resize(0, 5).image::<f32>(at("none.png")), "size: must be from 1 to 4,096 rows and columns, but is 0 × 5\n  help: 32 × 32 is a good first try"),
        case("ImageFolder::resize", "to usize::MAX", || ImageFolder::new("").resize(usize::MAX, 5).image::<f32>(at("none.png")), "size: must be from 1 to 4,096 rows and columns, but is 18446744073709551615 × 5\n  help: 32 × 32 is a good first try"),
        case("Sequential::save", "a folder", || model().save(at("folder")), "…/folder: is a directory\n  help: this is a folder: give the file in it"),
        case("Sequential::save", "below a file", || model().save(at("text/below")), "…/text/below: not a directory\n  help: a folder on the way there is a file: give another path"),
        case("Sequential::save", "a device", || model().save("/dev/null"), "/dev/null: byte 0: this is a device or a pipe\n  help: give a file"),
        case("Sequential::save_with_history", "no name", || model().save_with_history("", &History::default()), "\"\": invalid filename\n  help: give it a shorter name, of usual letters"),
        case("Sequential::load", "a missing file", || load("none"), "…/none: No such file or directory (os error 2)\n  help: check that it exists and how its name is spelt"),
        case("Sequential::load", "a folder", || load("folder"), "…/folder: is a directory\n  help: this is a folder: give the file in it"),
        case("Sequential::load", "an empty file", || load("empty"), "…/empty: byte 0: the file ends here; a model file begins with 8 bytes for a length\n  help: the file is incomplete or damaged, or no safetensors file: copy or save it again"),
        case("Sequential::load", "a text", || load("text"), "…/text: byte 0: the header is said to have 3,533,747,283,003,387,000 bytes, but the file ends after 11\n  help: the file is incomplete or damaged, or no safetensors file: copy or save it again"),
        case("Sequential::load", "7 GiB of zeros", || load("zeros"), "…/zeros: byte 0: the header is said to have no bytes\n  help: the file is incomplete or damaged, or no safetensors file: copy or save it again"),
        case("Sequential::load", "a device", || Sequential::<f32>::load("/dev/zero"), "/dev/zero: byte 0: this is a device or a pipe\n  help: give a file"),
        case("Sequential::load_with", "a missing file", || Sequential::<f32>::load_with(at("none"), &Layers::new()), "…/none: No such file or directory (os error 2)\n  help: check that it exists and how its name is spelt"),
        case("Sequential::from_bytes", "half of a model", || other(&good[..good.len() / 2]), "the bytes: byte 0: the header is said to have 344 bytes, but the file ends after 174\n  help: the file is incomplete or damaged, or no safetensors file: copy or save it again"),
        case("Sequential::from_bytes", "a byte too many", || other(&[&good[..], &[0]].concat()), "the bytes: byte 352: the tensors take 12 bytes, but the file has 13 for them\n  help: the file is incomplete or damaged, or no safetensors file: copy or save it again"),
        case("Sequential::from_bytes", "a header of 2⁶⁴ bytes", || other(&[255; 8]), "the bytes: byte 0: the header is said to have 18,446,744,073,709,551,615 bytes, but the file ends after 0\n  help: the file is incomplete or damaged, or no safetensors file: copy or save it again"),
        case("Sequential::load_weights", "of another model", || Sequential::<f32>::new([3]).add(Dense::new(1)).build(1)?.load_weights(at("model")), "…/model: layer 0 (dense): tensor \"0.weight\": expected shape [1, 3], but got [1, 2]\n  help: the file is of a model with other layers: build the one that it belongs to"),
        case("Sequential::load_weights", "a missing file", || model().load_weights(at("none")), "…/none: No such file or directory (os error 2)\n  help: check that it exists and how its name is spelt"),
        case("History::load", "a missing file", || History::load(at("none")), "…/none: No such file or directory (os error 2)\n  help: check that it exists and how its name is spelt"),
        case("History::load", "a model without one", || History::load(at("model")), "…/model: byte 0: the file has a model, but no history\n  help: save it with Sequential::save_with_history"),
        case("History::save_csv", "another ending", || History::default().save_csv(at("history.png")), "…/history.png: a file of this name can't be written\n  help: end the name with .csv"),
        case("History::save_csv", "below a file", || History::default().save_csv(at("text/below.csv")), "…/text/below.csv: not a directory\n  help: a folder on the way there is a file: give another path"),
        case("History::save_csv", "no name", || History::default().save_csv(""), "\"\": invalid filename\n  help: give it a shorter name, of usual letters"),
    ];
    cases.into_iter().map(|case| case.without(files.folder())).collect()
}

/// A ZIP archive that holds one file without bytes.
fn zip(name: &str) -> Vec<u8> {
    let length = (name.len() as u16).to_le_bytes();
    let local =
        [b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0", &[0; 12][..], &length, &[0, 0], name.as_bytes()].concat();
    let central =
        [b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0", &[0; 12][..], &length, &[0; 16], name.as_bytes()]
            .concat();
    let (size, start) = ((central.len() as u32).to_le_bytes(), (local.len() as u32).to_le_bytes());
    let end = [b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &size[..], &start, &[0, 0]].concat();
    [local, central, end].concat()
}

#[test]
#[cfg(target_os = "linux")]
fn wrong_files() {
    assert_all(&cases());
}

/// A pipe into which nobody writes is refused and not waited for, whoever would read or write it.
#[test]
#[cfg(unix)]
fn nobody_waits_for_a_pipe() {
    let files = Files::new();
    let pipe = files.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let said: Vec<Result<()>> = vec![
        disk::read(&pipe).map(drop),
        disk::write(&pipe, ""),
        read_idx(&pipe).map(drop),
        read_npy::<f32>(&pipe).map(drop),
        Npz::open(&pipe).map(drop),
        Csv::open(&pipe).map(drop),
        ImageFolder::new("").image::<f32>(&pipe).map(drop),
        Sequential::<f32>::load(&pipe).map(drop),
        History::load(&pipe).map(drop),
        model().load_weights(&pipe),
        model().save(&pipe),
        model().export_onnx(&pipe),
        History::default().save_csv(&pipe),
    ];
    for result in said {
        let text = result.unwrap_err().to_string();
        assert!(text.ends_with(": byte 0: this is a device or a pipe\n  help: give a file"), "{text}");
    }
}
