//! Model files: out and back, damaged ones, those of earlier versions, and what is refused.

use std::fs;
use std::path::Path;

use chainrule::data::Csv;
use chainrule::files::Layers;
use chainrule::ndarray::ArrayD;
use chainrule::prelude::*;
use chainrule::training::History;
use chainrule::{Config, Snapshot};
use chainrule_tests::{random_batch, random_net};

fn opened<F: Float>(bytes: &[u8]) -> Result<Sequential<F>> {
    Sequential::from_bytes(bytes, &Layers::new())
}

fn refusal(bytes: &[u8]) -> String {
    opened::<f32>(bytes).map(drop).unwrap_err().to_string()
}

fn shaped<F: Float>(model: &Sequential<F>, samples: usize, seed: u64) -> ArrayD<F> {
    let shape: Vec<usize> = std::iter::once(samples).chain(model.input_shape().iter().copied()).collect();
    random_batch(model, samples, seed).into_shape_with_order(shape).unwrap()
}

fn bits<F: Float>(numbers: &Array2<F>) -> Vec<u64> {
    numbers.iter().map(|number| number.as_f64().to_bits()).collect()
}

fn comes_back<F: Float>(seed: u64) {
    let model = random_net::<F>(seed);
    let bytes = model.to_bytes().unwrap();
    let loaded = opened::<F>(&bytes).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{model}"));
    let x = shaped(&model, 1 + (seed % 33) as usize, seed);
    assert_eq!(bits(&loaded.predict(&x).unwrap()), bits(&model.predict(&x).unwrap()), "seed {seed}\n{model}");
    assert_eq!(loaded.to_string(), model.to_string());
    assert_eq!(loaded.to_bytes().unwrap(), bytes, "seed {seed}: the same model, the same file");
    let layers =
        |model: &Sequential<F>| -> Vec<Config> { model.layers().map(|layer| layer.config()).collect() };
    assert_eq!(layers(&loaded), layers(&model));
    assert_eq!(Snapshot::of(&loaded), Snapshot::of(&model));
}

#[test]
fn random_nets_come_back_bit_by_bit() {
    for seed in 0..500 {
        comes_back::<f32>(seed);
        comes_back::<f64>(seed);
    }
}

/// A net of every kind of layer with parameters or state.
fn net<F: Float>() -> Sequential<F> {
    Sequential::new([1, 6, 6])
        .add(Rescale::new([F::of(0.5)], [F::of(2.0)]))
        .add(Conv2D::new(3, 3).padding(1))
        .add(BatchNorm::new())
        .add(LeakyReLU::new(0.1))
        .add(MaxPool2D::new(2))
        .add(Flatten)
        .add(Dense::new(5))
        .add(LayerNorm::new())
        .add(Maxout::new(4, 2))
        .add(Dropout::new(0.5))
        .add(Dense::new(2))
        .add(Softmax)
        .build(7)
        .unwrap()
}

#[test]
fn a_loaded_model_trains_as_the_saved_one() {
    let (x, t) =
        (shaped(&net::<f32>(), 16, 3), Array2::from_shape_fn((16, 2), |(i, j)| ((i + j) % 2) as f32));
    let trained = |mut model: Sequential<f32>| {
        let mut trainer = Trainer::new(CategoricalCrossEntropy, Adam::new(0.01)).epochs(2).batch_size(4);
        trainer.fit(&mut model, (&x, &t)).unwrap();
        model.to_bytes().unwrap()
    };
    let loaded = opened(&net::<f32>().to_bytes().unwrap()).unwrap();
    assert_eq!(trained(loaded), trained(net()));
}

#[test]
fn either_number_type_opens_files_of_the_other() {
    let bytes = net::<f32>().to_bytes().unwrap();
    let wide = opened::<f64>(&bytes).unwrap();
    let x = shaped(&wide, 5, 1);
    let narrow = net::<f32>().predict(&x.mapv(|x| x as f32)).unwrap();
    let difference = (wide.predict(&x).unwrap() - narrow.mapv(f64::from)).mapv(f64::abs);
    assert!(difference.iter().all(|&difference| difference < 1e-6), "{difference}");
    let back = opened::<f32>(&wide.to_bytes().unwrap()).unwrap();
    assert_eq!(back.to_bytes().unwrap(), bytes, "f32 as f64 and back is the same");

    let mut large = Sequential::<f64>::new([1]).add(Dense::new(1)).build(1).unwrap();
    large.set_param("0.bias", &array![1e39]).unwrap();
    assert_eq!(
        refusal(&large.to_bytes().unwrap()),
        "the bytes: layer 0 (dense): tensor \"0.bias\", number 0: expected at most 3.4028235e38, but got 1e39\n  help: \
         open the file as a model of f64"
    );
    large.set_param("0.bias", &array![f64::INFINITY]).unwrap();
    assert_eq!(
        opened::<f32>(&large.to_bytes().unwrap()).unwrap().param("0.bias").unwrap()[[0, 0]],
        f32::INFINITY
    );
}

#[test]
fn names_and_columns_travel_with_the_model() {
    let table = "width,length,place,kind\n1,2,a,cat\n3,4,b,dog\n,5,a,cat\n";
    let csv = Csv::parse(table, "train.csv").classes("kind").one_hot(["place"]);
    let columns = csv.on_missing(chainrule::data::Missing::Mean).fit().unwrap();
    let mut model = Sequential::<f64>::new([4]).add(Dense::new(2)).add(Softmax).build(1).unwrap();
    model.set_columns(columns.clone()).unwrap();
    let loaded = opened::<f64>(&model.to_bytes().unwrap()).unwrap();
    assert_eq!(loaded.columns(), Some(&columns));
    assert_eq!(loaded.feature_names(), ["width", "length", "place=a", "place=b"]);
    assert_eq!(loaded.class_names(), ["cat", "dog"]);
    assert_eq!(
        columns.row::<f64>(["", "5", "a"]).unwrap(),
        loaded.columns().unwrap().row::<f64>(["", "5", "a"]).unwrap()
    );

    let mut other = Sequential::<f64>::new([3]).add(Dense::new(2)).add(Softmax).build(1).unwrap();
    other.set_class_names(["yes", "no"]).unwrap();
    assert!(other.set_columns(columns).is_err());
    assert_eq!((other.class_names(), other.columns()), (&["yes".to_owned(), "no".to_owned()][..], None));
}

#[test]
fn files_of_this_version_are_opened_for_ever() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/model_files");
    let model = Sequential::<f32>::load(folder.join("format_1.safetensors")).unwrap();
    let answers: Vec<f32> =
        serde_json::from_str(&fs::read_to_string(folder.join("format_1.json")).unwrap()).unwrap();
    let x = shaped(&model, 2, 1);
    for (got, expected) in model.predict(&x).unwrap().iter().zip(&answers) {
        assert!((got - expected).abs() < 1e-6, "{got} {expected}"); // another CPU may round exp and sums differently
    }
    assert_eq!(answers.len(), 4);
    assert_eq!(model.class_names(), ["cat", "dog"]);
    assert_eq!(History::load(folder.join("format_1.safetensors")).unwrap().epochs().len(), 2);
}

/// Writes the file of this version; only a new format adds another.
#[test]
#[ignore = "the file is there: this is how it was made"]
fn write_the_file_of_this_version() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/model_files");
    let mut model = net::<f32>();
    model.set_class_names(["cat", "dog"]).unwrap();
    let (x, t) = (shaped(&model, 8, 3), Array2::from_shape_fn((8, 2), |(i, j)| ((i + j) % 2) as f32));
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).epochs(2).batch_size(4);
    let history = trainer.fit(&mut model, (&x, &t)).unwrap();
    model.save_with_history(folder.join("format_1.safetensors"), &history).unwrap();
    let answers: Vec<f32> = model.predict(&shaped(&model, 2, 1)).unwrap().into_iter().collect();
    fs::write(folder.join("format_1.json"), serde_json::to_string(&answers).unwrap()).unwrap();
}

/// The header of a file as JSON, changed, with the tensors as they were.
fn with_header(bytes: &[u8], change: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let mut header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    change(&mut header);
    let header = serde_json::to_vec(&header).unwrap();
    [&(header.len() as u64).to_le_bytes()[..], &header, &bytes[8 + length..]].concat()
}

/// What the file says of its model, changed.
fn with_description(bytes: &[u8], change: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
    with_header(bytes, |header| {
        let text = header["__metadata__"]["chainrule"].as_str().unwrap();
        let mut description = serde_json::from_str(text).unwrap();
        change(&mut description);
        header["__metadata__"]["chainrule"] = description.to_string().into();
    })
}

fn small() -> Vec<u8> {
    Sequential::<f32>::new([2]).add(Dense::new(3)).add(Tanh).build(1).unwrap().to_bytes().unwrap()
}

#[test]
fn a_file_of_a_later_version_is_refused_with_a_sentence() {
    let later = with_description(&small(), |description| {
        *description = serde_json::json!({"format": 2, "version": "3.0.0", "other": true});
    });
    assert_eq!(
        refusal(&later),
        "the bytes: byte 0: the file is of format 2, written by chainrule 3.0.0; this is chainrule 0.1.0, which opens \
         formats up to 1\n  help: update it: cargo update -p chainrule"
    );
}

#[test]
fn damaged_files_say_where_and_what_to_do() {
    let bytes = small();
    let help = "\n  help: the file is incomplete or damaged, or no safetensors file: copy or save it again";
    assert_eq!(
        refusal(&bytes[..5]),
        format!("the bytes: byte 5: the file ends here; a model file begins with 8 bytes for a length{help}")
    );
    let header = bytes.len() - 8 - 36;
    assert_eq!(
        refusal(&bytes[..20]),
        format!(
            "the bytes: byte 0: the header is said to have {header} bytes, but the file ends after 12{help}"
        )
    );
    let short = refusal(&bytes[..bytes.len() - 4]);
    assert!(short.contains("the tensors take 36 bytes, but the file has 32 for them"), "{short}");
    let text = refusal(b"x,y,class\n1,2,cat\n");
    assert!(
        text.starts_with("the bytes: byte 0: the header is said to have 8,314,045,560,306,347,128 bytes"),
        "{text}"
    );
    let mut no_json = bytes.clone();
    no_json[8] = b'x';
    assert!(
        refusal(&no_json).starts_with("the bytes: byte 8: the header is no list of tensors (expected value")
    );
    let long = [&(5_000_000_u64).to_le_bytes()[..], &[b' '; 5_000_000]].concat();
    assert!(refusal(&long).contains("the header has 5,000,000 bytes, and that of a model at most 2,097,152"));
    let bare = with_header(&bytes, |header| drop(header.as_object_mut().unwrap().remove("__metadata__")));
    assert_eq!(
        refusal(&bare),
        "the bytes: byte 0: the file has tensors, but says nothing of the layers that they belong to\n  help: build the \
         model, and fill it with Sequential::load_weights"
    );
}

#[test]
fn what_the_header_promises_is_compared_with_what_is_there() {
    let bytes = small();
    let told = |change: &dyn Fn(&mut serde_json::Value)| refusal(&with_description(&bytes, change));
    let units = |units: u64| told(&|description| description["layers"][0]["config"]["units"] = units.into());
    assert_eq!(
        units(1 << 40),
        "the bytes: layer 0 (dense): needs 2 × 1,099,511,627,776 numbers, but the file has 9 more for it\n  help: settings \
         and tensors of the file don't belong together: save the model again"
    );
    assert_eq!(
        units(2),
        "the bytes: layer 0 (dense): tensor \"0.weight\": expected shape [2, 2], but got [3, 2]\n  help: the file is of \
         a model with other layers: build the one that it belongs to"
    );
    assert!(units(u64::MAX).contains("layer 0 (dense)"), "{}", units(u64::MAX));
    assert!(units(0).contains("has 0 units"));
    let renamed = told(&|description| description["layers"][0]["name"] = "dence".into());
    assert_eq!(
        renamed,
        "the bytes: layer 0 (dence): is none that is known here\n  help: say how one is made: \
         Sequential::load_with(path, &Layers::new().with(\"dence\", |config| …))"
    );
    let bare = told(&|description| drop(description["layers"][0].as_object_mut().unwrap().remove("config")));
    assert!(
        bare.starts_with(
            "the bytes: layer 0 (dense): setting \"units\": expected a count, but got nothing\n"
        )
    );
    let missing = told(&|description| drop(description.as_object_mut().unwrap().remove("input")));
    assert!(missing.contains("can't be understood (missing field `input`"), "{missing}");
    let none = told(&|description| description["layers"] = serde_json::json!([]));
    assert!(none.contains("a model needs at least one layer"), "{none}");
    let fewer = told(&|description| description["layers"] = serde_json::json!([{"name": "tanh"}]));
    assert!(fewer.contains("got \"0.bias\", which belongs to no layer"), "{fewer}");
    for input in
        [serde_json::json!([u64::MAX]), serde_json::json!([]), serde_json::json!([1_u64 << 40, 1_u64 << 40])]
    {
        let text = told(&|description| description["input"] = input.clone());
        assert!(text.starts_with("the bytes: "), "{text}");
    }
    let names = told(&|description| description["classes"] = serde_json::json!(["one", "two"]));
    assert_eq!(names, "the bytes: class names: expected 3, but got 2\n  help: give one name for each output");
    let columns = told(&|description| description["columns"] = serde_json::json!({"inputs": 3}));
    assert!(columns.starts_with("the bytes: columns: expected those of a table, but got "), "{columns}");
    let without = with_header(&bytes, |header| {
        let tensors = header.as_object_mut().unwrap();
        let bias = tensors.remove("0.bias").unwrap();
        tensors.insert("0.offset".into(), bias);
    });
    assert!(refusal(&without).contains(
        "layer 0 (dense): tensors: expected one of the name \"0.bias\", but got only 0.offset, 0.weight\n"
    ));
    let halves = with_header(&bytes, |header| {
        header["0.weight"]["dtype"] = "F16".into();
        header["0.weight"]["shape"] = serde_json::json!([3, 4]);
    });
    assert!(refusal(&halves).contains("expected shape [3, 2], but got [3, 4]"), "{}", refusal(&halves));
}

#[test]
fn large_promises_of_layers_without_tensors_ask_for_no_memory() {
    let model = Sequential::<f32>::new([4]).add(BatchNorm::new()).add(LayerNorm::new()).build(1).unwrap();
    let bytes = model.to_bytes().unwrap();
    let input = |size: u64| {
        refusal(&with_description(&bytes, |description| description["input"] = serde_json::json!([size])))
    };
    assert!(input(1 << 38).starts_with("the bytes: layer 0 (batch_norm): needs 1 × 274,877,906,944 numbers"));
    let pool = Sequential::<f32>::new([1, 4, 4]).add(MaxPool2D::new(2).padding(1)).build(1).unwrap();
    let padded = with_description(&pool.to_bytes().unwrap(), |description| {
        description["layers"][0]["config"]["padding"] = serde_json::json!([1_u64 << 40, 1_u64 << 40]);
    });
    // a window that sees nothing but padding, or an image that no memory holds
    assert!(refusal(&padded).starts_with("the bytes: layer 0 (max_pool2d): "), "{}", refusal(&padded));
}

#[test]
fn mutated_files_are_errors_or_models_that_work() {
    let mut bytes = net::<f32>().to_bytes().unwrap();
    let original = bytes.clone();
    let header = 8 + u64::from_le_bytes(original[..8].try_into().unwrap()) as usize;
    let mut rng = Rng::new(5);
    let mut opened_models = 0;
    for _ in 0..20_000 {
        bytes.clone_from(&original);
        for _ in 0..1 + rng.below(3) {
            let end = if rng.below(10) == 0 { bytes.len() } else { header.min(bytes.len()) };
            let at = rng.below(end.max(1)).min(bytes.len() - 1);
            match rng.below(4) {
                0 => bytes[at] = rng.below(256) as u8,
                1 => bytes[at] = b"0123456789[]{}\",:-e"[rng.below(19)],
                2 => bytes.truncate(at.max(1)),
                _ if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => {}
            }
        }
        if let Ok(model) = opened::<f32>(&bytes) {
            opened_models += 1;
            if model.shape(1).is_some_and(|shape| shape.iter().product::<usize>() < 10_000) {
                let _ = model.predict(&shaped(&model, 1, 1));
                let _ = model.to_string();
            }
        }
    }
    assert!(opened_models > 100, "most mutations are found, but {opened_models} models were opened");
}

#[test]
fn a_file_that_can_not_be_read_or_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let told = |path: &Path| Sequential::<f32>::load(path).map(drop).unwrap_err().to_string();
    let missing = folder.path().join("no.safetensors");
    assert!(
        told(&missing).starts_with(&missing.display().to_string())
            && told(&missing).contains("check that it exists")
    );
    assert!(told(folder.path()).contains("this is a folder"));
    let model = net::<f32>();
    let path = folder.path().join("a/new/folder/model.safetensors");
    model.save(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), model.to_bytes().unwrap());
    assert!(model.save(path.join("below")).unwrap_err().to_string().contains("below: "));
    assert!(model.save(path.parent().unwrap()).unwrap_err().to_string().contains("this is a folder"));
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    assert!(History::load(&path).unwrap_err().to_string().contains("the file has a model, but no history"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_no_file() {
    for device in ["/dev/zero", "/dev/null"] {
        let error = Sequential::<f32>::load(device).map(drop).unwrap_err().to_string();
        assert_eq!(error, format!("{device}: byte 0: this is a device or a pipe\n  help: give a file"));
    }
}

#[test]
fn a_layer_and_a_shape_of_the_file_are_told_in_a_line() {
    let description = |layers: serde_json::Value, input: Vec<usize>| {
        with_description(&small(), |description| {
            description["layers"] = layers;
            description["input"] = input.into();
        })
    };
    let named = refusal(&description(serde_json::json!([{"name": "\u{1b}[2J\nall is well"}]), vec![2]));
    assert!(
        named.starts_with("the bytes: layer 0 (\\u{1b}[2J\\nall is well): is none that is known here"),
        "{named}"
    );

    // 2,000 layers that repeat the shape
    let relu = vec![serde_json::json!({"name": "relu"}); 2000];
    let axes = refusal(&description(relu.into(), vec![1; 100_000]));
    assert!(
        axes.starts_with("the bytes: a model can't have samples of 100,000 axes, of at most 64\n"),
        "{axes:.200}"
    );
    let reshape = serde_json::json!([{"name": "reshape", "config": {"shape": vec![1; 65]}}]);
    let axes = refusal(&description(reshape, vec![1]));
    assert!(axes.contains("layer 0 (reshape): can't give samples of 65 axes, of at most 64"), "{axes:.200}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_old_file() {
    // /dev/full refuses every byte; a file can't be made there, which is an error all the same
    let error = net::<f32>().save("/dev/full/model.safetensors").unwrap_err().to_string();
    assert!(error.starts_with("/dev/full/model.safetensors: "), "{error}");
}

/// y = x² of one's own, with the name of a layer of the library.
#[derive(Clone, Debug)]
struct Own(&'static str);

impl<F: Float> Layer<F> for Own {
    fn name(&self) -> &str {
        self.0
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        azip!((y in y, &x in x) *y = x * x);
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        azip!((dx in dx, &x in pass.x, &dy in pass.dy) *dx = (x + x) * dy);
    }
}

#[test]
fn a_layer_of_ones_own_is_no_layer_of_the_library() {
    let model = Sequential::<f32>::new([2]).add(Own("relu")).build(1).unwrap();
    assert_eq!(
        model.to_bytes().unwrap_err().to_string(),
        "layer 0 (relu): is a layer of your own with the name of one of the library, which a file would give back\n  \
         help: return another name from Layer::name"
    );
    let boxed: Box<dyn Layer<f32>> = Box::new(Own("square"));
    let model = Sequential::<f32>::new([2]).add(boxed).build(1).unwrap();
    let layers = Layers::new().with("square", |_| Ok(Own("square")));
    let loaded = Sequential::from_bytes(&model.to_bytes().unwrap(), &layers).unwrap();
    assert_eq!(loaded.predict(&array![[1.0, 3.0]]).unwrap(), array![[1.0, 9.0]]);
}

#[test]
fn weights_of_another_model_leave_this_one_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.safetensors");
    let mut model = net::<f32>();
    let before = Snapshot::of(&model);
    let other = Sequential::<f32>::new([2]).add(Dense::new(3)).build(1).unwrap();
    other.save(&path).unwrap();
    let error = model.load_weights(&path).unwrap_err().to_string();
    assert!(error.contains(
        "layer 0 (rescale): tensors: expected one of the name \"0.shift\", but got only 0.bias, 0.weight"
    ));
    assert_eq!(Snapshot::of(&model), before);
    // as PyTorch writes them: no metadata, and a counter of batches that nobody reads
    let plain = with_header(&model.to_bytes().unwrap(), |header| {
        let tensors = header.as_object_mut().unwrap();
        tensors.remove("__metadata__");
        let end: u64 =
            tensors.values().map(|tensor| tensor["data_offsets"][1].as_u64().unwrap()).max().unwrap();
        let counter = serde_json::json!({"dtype": "I64", "shape": [], "data_offsets": [end, end + 8]});
        tensors.insert("2.num_batches_tracked".into(), counter);
    });
    fs::write(&path, [&plain[..], &[0; 8]].concat()).unwrap();
    let mut fresh = net::<f32>();
    fresh.set_param("6.bias", &Array1::from_elem(5, 9.0)).unwrap();
    fresh.load_weights(&path).unwrap();
    assert_eq!(Snapshot::of(&fresh), before);
}
