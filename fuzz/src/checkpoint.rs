//! Checkpoints: a training that goes on from whatever is in a file.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use chainrule::training::{Cosine, History, ReduceOnPlateau};
use chainrule::{Error, Snapshot, prelude::*};

use crate::archive::assembled;
use crate::model_file::comes_back;
use crate::{shown, told};

const EPOCHS: usize = 3;

/// A digit for the kind of the training, then its checkpoint, or the parts of one.
pub fn checkpoint(bytes: &[u8]) -> bool {
    let Some((kind, file)) = bytes.split_first() else { return false };
    resumes(usize::from(kind % 4), &assembled(file)).is_some_and(|()| true)
}

/// Where the file stands that is tried: each process and each of its threads has its own.
fn place() -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = std::env::temp_dir().join(format!("chainrule-fuzz-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for files");
        folder
    });
    FOLDER.join(format!("{:?}", std::thread::current().id()))
}

fn resumes(kind: usize, bytes: &[u8]) -> Option<()> {
    let path = place();
    fs::write(&path, bytes).expect("room for a file");
    let history = told(History::load(&path));
    if let Ok(history) = &history {
        shown(history.to_csv());
    }
    let _ = told(net().load_weights(&path));
    let (x, t) = samples();
    let mut left = Vec::new();
    for _ in 0..2 {
        let mut model = net();
        let before = Snapshot::of(&model);
        match trainer(kind).resume(&path, &mut model, (&x, &t)) {
            Ok(history) => {
                shown(history.to_csv());
                left.push((model, history));
            }
            Err(error) => {
                if matches!(error, Error::File { .. } | Error::InFile { .. }) {
                    assert_eq!(Snapshot::of(&model), before, "{error}");
                }
                shown(error);
                break;
            }
        }
    }
    fs::remove_file(&path).expect("the file is there");
    let [(one, first), (other, second)] = &left[..] else {
        assert!(left.is_empty(), "a training that goes on once goes on twice");
        return None;
    };
    assert_eq!(format!("{first:?}"), format!("{second:?}")); // a NaN is not even itself
    assert_eq!(told(one.to_bytes()), told(other.to_bytes()));
    assert!(history.is_ok(), "what can be resumed has a history");
    comes_back(one);
    Some(())
}

/// The net of all of them.
pub(crate) fn net() -> Sequential<f32> {
    let layers =
        Sequential::new([2]).add(Dense::new(3)).add(BatchNorm::new()).add(Tanh).add(Dropout::new(0.25));
    layers.add(Dense::new(1)).build(7).expect("a net")
}

/// The samples of all of them.
pub(crate) fn samples() -> (Array2<f32>, Array2<f32>) {
    let x = array![[0.0, 0.5], [1.0, -0.5], [-1.0, 0.25], [0.5, 2.0]];
    (x, array![[1.0], [0.0], [0.5], [-0.5]])
}

/// A training of one kind of four.
pub(crate) fn trainer<'a>(kind: usize) -> Trainer<'a, f32> {
    let (x, t) = samples();
    let validation = Dataset::new(x, t).expect("samples");
    let optimizer: Box<dyn Optimizer<f32>> = match kind {
        0 => Box::new(Sgd::new(0.05).momentum(0.5)),
        1 => Box::new(Adam::new(0.01).amsgrad()),
        2 => Box::new(ClipNorm::new(1.0, RmsProp::new(0.01).centered())),
        _ => Box::new(AdaGrad::new(0.1)),
    };
    let trainer = Trainer::new(MeanSquaredError, optimizer)
        .epochs(EPOCHS)
        .batch_size(2)
        .shuffle(11)
        .progress_bar(false);
    match kind {
        0 => trainer,
        1 => trainer.schedule(Cosine::new().warm_up(0.3)).validation(validation),
        2 => trainer.schedule(ReduceOnPlateau::new(0.5, 0)),
        _ => trainer.validation(validation).callback(EarlyStopping::new(1)),
    }
}
