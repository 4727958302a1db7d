//! A full disk and missing rights: an error that says so, and the old file as it was.
//!
//! What happens is tried in a child, which is this program again: without rights for a file of any size, or as somebody who
//! may do nothing. The system can't tell the former from a disk that is full but by the number of its error.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use chainrule::data::{Csv, ImageFolder, Npz, read_idx, read_npy};
use chainrule::disk;
use chainrule::prelude::*;
use chainrule::training::{CsvLog, History};

use super::files::model;

/// The folder in which a child is to write.
const FOLDER: &str = "CHAINRULE_BAD_INPUT";

/// Every writer, with the name of its file.
fn write_all(folder: &Path) -> Vec<(&'static str, Result<()>)> {
    let at = |name: &str| folder.join(name);
    let mut trained = model();
    let (x, t) = (array![[0.0, 1.0], [1.0, 0.0]], array![[1.0], [0.0]]);
    let trainer = || Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).epochs(2);
    vec![
        ("model", model().save(at("model"))),
        ("with_history", model().save_with_history(at("with_history"), &History::default())),
        ("checkpoint", trainer().checkpoint(at("checkpoint"), 1).fit(&mut trained, (&x, &t)).map(drop)),
        ("log.csv", trainer().callback(CsvLog::create(at("log.csv"))).fit(&mut trained, (&x, &t)).map(drop)),
        (
            "history.csv",
            trainer().fit(&mut trained, (&x, &t)).and_then(|history| history.save_csv(at("history.csv"))),
        ),
        ("net.onnx", model().export_onnx(at("net.onnx"))),
        ("net.rs", model().to_rust().and_then(|source| disk::write(at("net.rs"), source))),
        ("net.py", model().to_pytorch().and_then(|source| disk::write(at("net.py"), source))),
    ]
}

/// Every reader of a file.
fn read_all(path: &Path) -> Vec<Result<()>> {
    vec![
        disk::read(path).map(drop),
        read_idx(path).map(drop),
        read_npy::<f32>(path).map(drop),
        Npz::open(path).map(drop),
        Csv::open(path).map(drop),
        ImageFolder::new("").image::<f32>(path).map(drop),
        Sequential::<f32>::load(path).map(drop),
        History::load(path).map(drop),
        model().load_weights(path),
    ]
}

/// The folder, in a child.
fn given() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// Runs a test once more, as a child, by that command.
fn in_child(command: &mut Command, test: &str, folder: &Path) {
    let output = command.args(["--exact", test, "--nocapture"]).env(FOLDER, folder).output().unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_old_files() {
    if let Some(folder) = given() {
        for (name, result) in write_all(&folder) {
            let text = result.unwrap_err().to_string();
            let (path, help) = (folder.join(name), "make room on the disk, or choose another one");
            let expected = format!("{}: File too large (os error 27)\n  help: {help}", path.display());
            assert!(text.ends_with(&expected), "{name}: {text}");
        }
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let all = || {
        let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|file| (fs::read(&file).unwrap(), file)).collect::<Vec<_>>()
    };
    write_all(folder.path())
        .into_iter()
        .for_each(|(name, result)| result.unwrap_or_else(|e| panic!("{name}: {e}")));
    let before = all();
    assert_eq!(before.len(), 8);
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""]).arg(std::env::current_exe().unwrap());
    in_child(&mut shell, "full_disk::a_full_disk_leaves_the_old_files", folder.path());
    assert!(all() == before, "a file was lost, or something is left beside");
}

#[test]
#[cfg(unix)]
fn missing_rights_are_an_error_and_leave_the_old_files() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    if let Some(folder) = given() {
        let path = folder.join("secret");
        let help = "help: check that you may access it";
        for result in read_all(&path) {
            let text = result.unwrap_err().to_string();
            assert_eq!(text, format!("{}: Permission denied (os error 13)\n  {help}", path.display()));
        }
        for (name, result) in write_all(&folder) {
            let text = result.unwrap_err().to_string();
            let expected =
                format!("{}: Permission denied (os error 13)\n  {help}", folder.join(name).display());
            assert!(text.ends_with(&expected), "{name}: {text}");
        }
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, "old").unwrap();
    let set = |path: &Path, mode: u32| fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    set(&secret, 0o000);
    set(folder.path(), 0o555);
    // root may do everything, so that nobody is asked, who may not come to where this program lies
    let program = tempfile::Builder::new().prefix("program").tempfile().unwrap().into_temp_path();
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    set(&program, 0o755);
    let mut command = Command::new(&program);
    if fs::read(&secret).is_ok() {
        command.uid(65_534).gid(65_534);
    }
    in_child(
        command.current_dir("/"),
        "full_disk::missing_rights_are_an_error_and_leave_the_old_files",
        folder.path(),
    );
    set(folder.path(), 0o755);
    set(&secret, 0o644);
    assert_eq!(fs::read_to_string(&secret).unwrap(), "old");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

// On the way

const EPOCHS: usize = 60;

/// A training with a checkpoint after each epoch, whose history makes the file ever larger; `meanwhile` comes after each
/// epoch, before its checkpoint.
fn training<'a>(folder: &Path, meanwhile: impl FnMut(usize) + 'a) -> (Sequential<f64>, Trainer<'a, f64>) {
    let mut meanwhile = meanwhile;
    let model =
        Sequential::new([2]).add(Dense::new(4)).add(Dropout::new(0.2)).add(Dense::new(1)).build(1).unwrap();
    let trainer =
        Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(EPOCHS).progress_bar(false).threads(1);
    let after_epoch =
        move |epoch: &chainrule::training::Epoch, _: &mut Sequential<f64>| meanwhile(epoch.number);
    (model, trainer.after_epoch(after_epoch).checkpoint(folder.join("checkpoint"), 1))
}

fn few_samples() -> (Array2<f64>, Array2<f64>) {
    (array![[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], array![[1.0], [0.0], [0.5]])
}

/// What a training without interruption leaves: its history and its weights.
fn unbroken() -> (String, Vec<Array2<f64>>) {
    let (folder, (x, t)) = (tempfile::tempdir().unwrap(), few_samples());
    let (mut model, mut trainer) = training(folder.path(), |_| ());
    let history = trainer.fit(&mut model, (&x, &t)).unwrap();
    (format!("{history:?}"), model.params().map(|(_, value)| value.to_owned()).collect())
}

/// In the child: the training fails on the way, with that text, and model, history and file are good.
fn fails_on_the_way(folder: &Path, meanwhile: impl FnMut(usize), text: &str) {
    let (x, t) = few_samples();
    let (mut model, mut trainer) = training(folder, meanwhile);
    let error = trainer.fit(&mut model, (&x, &t)).unwrap_err().to_string();
    assert_eq!(error, format!("{}: {text}", folder.join("checkpoint").display()));
    let done = trainer.unfinished_history().unwrap().epochs().len();
    assert!(done > 1 && done < EPOCHS, "{done}");
    assert!(model.predict(&x).unwrap().iter().all(|y| y.is_finite()));
    trainer.train_batch(&mut model, &x, &t).unwrap();
    // the file is that of the epoch before
    let saved = History::load(folder.join("checkpoint")).unwrap();
    assert_eq!(saved.epochs().len(), done - 1);
}

/// In the parent: nothing lies beside the file, and from there the training comes to the same bits.
fn goes_on(folder: &Path) {
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "something is left beside");
    let (x, t) = few_samples();
    let (mut model, mut trainer) = training(folder, |_| ());
    let history = trainer.resume(folder.join("checkpoint"), &mut model, (&x, &t)).unwrap();
    let weights = model.params().map(|(_, value)| value.to_owned()).collect();
    assert_eq!((format!("{history:?}"), weights), unbroken());
}

#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_fills_up_on_the_way_leaves_the_last_checkpoint() {
    if let Some(folder) = given() {
        let help = "make room on the disk, or choose another one";
        return fails_on_the_way(&folder, |_| (), &format!("File too large (os error 27)\n  help: {help}"));
    }
    // the file grows with the history: it is to be too large about halfway
    let (folder, mut sizes) = (tempfile::tempdir().unwrap(), Vec::new());
    let (x, t) = few_samples();
    let (mut model, mut trainer) = training(folder.path(), |_| {
        sizes.extend(fs::metadata(folder.path().join("checkpoint")).map(|file| file.len()));
    });
    trainer.fit(&mut model, (&x, &t)).unwrap();
    drop(trainer);
    let blocks = sizes[sizes.len() / 2].div_ceil(512);
    assert!(sizes[0] < 512 * blocks && 512 * blocks < sizes[sizes.len() - 1], "{sizes:?}");

    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    shell.args(["-c", &limited]).arg(std::env::current_exe().unwrap());
    in_child(
        &mut shell,
        "full_disk::a_disk_that_fills_up_on_the_way_leaves_the_last_checkpoint",
        folder.path(),
    );
    goes_on(folder.path());
}

#[test]
#[cfg(unix)]
fn rights_that_are_lost_on_the_way_leave_the_last_checkpoint() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    let set = |path: &Path, mode: u32| fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    if let Some(folder) = given() {
        let inner = folder.join("inner");
        fs::create_dir(&inner).unwrap();
        let lose = |epoch: usize| {
            if epoch == 5 {
                set(&inner, 0o555)
            }
        };
        fails_on_the_way(
            &inner,
            lose,
            "Permission denied (os error 13)\n  help: check that you may access it",
        );
        return set(&inner, 0o755);
    }
    let folder = tempfile::tempdir().unwrap();
    set(folder.path(), 0o777);
    // root may do everything, so that nobody is asked, who may not come to where this program lies
    let program = tempfile::Builder::new().prefix("program").tempfile().unwrap().into_temp_path();
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    set(&program, 0o755);
    let mut command = Command::new(&program);
    let probe = folder.path().join("probe");
    fs::write(&probe, "").unwrap();
    set(&probe, 0o000);
    if fs::read(&probe).is_ok() {
        command.uid(65_534).gid(65_534);
    }
    fs::remove_file(&probe).unwrap();
    in_child(
        command.current_dir("/"),
        "full_disk::rights_that_are_lost_on_the_way_leave_the_last_checkpoint",
        folder.path(),
    );
    goes_on(&folder.path().join("inner"));
}
