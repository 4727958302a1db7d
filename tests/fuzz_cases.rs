//! The cases of `fuzz/`, replayed: its seeds, and what a fuzzer has found.
//!
//! `FUZZ_CHANGED=1000000` before `cargo test --release -p chainrule-tests --test fuzz_cases` tries each target with a
//! million changed cases too, where there is no fuzzer.

use std::fs;
use std::path::{Path, PathBuf};

use chainrule::Rng;
use chainrule_fuzz::{TARGETS, Target};

/// What memory all of it may take.
const ALLOWED: usize = 256 << 20;

fn main() {
    let changed: u64 =
        std::env::var("FUZZ_CHANGED").map_or(500, |count| count.parse().expect("a number in FUZZ_CHANGED"));
    for (name, target) in TARGETS {
        let seeds = cases("seeds", name);
        let accepted = seeds.iter().filter(|(path, bytes)| tried(target, path, bytes)).count();
        assert!(
            2 * accepted >= seeds.len(),
            "{name}: {accepted} of {} seeds are accepted: if a format has changed, write them again (fuzz/src/seeds.rs)",
            seeds.len()
        );
        let found = cases("found", name);
        for (path, bytes) in &found {
            tried(target, path, bytes);
        }
        let mut rng = Rng::new(7);
        for number in 0..changed {
            let (path, bytes) = &seeds[rng.below(seeds.len())];
            tried(target, &path.with_extension(number.to_string()), &mutated(bytes, &mut rng));
        }
        println!(
            "{name}: {accepted} of {} seeds accepted, {} found cases, {changed} changed ones",
            seeds.len(),
            found.len()
        );
    }
    let most = most_memory();
    println!("the most memory: {most:?} bytes");
    assert!(most.is_none_or(|bytes| bytes <= ALLOWED), "{most:?} bytes");
}

/// The files of a target.
fn cases(kind: &str, target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz").join(kind).join(target);
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = files.map(|file| file.expect("a folder that can be read").path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).expect("a case that can be read"))).collect()
}

/// Whether something came of it; a panic is told with the case.
fn tried(target: Target, path: &Path, bytes: &[u8]) -> bool {
    struct Case<'a>(&'a Path, &'a [u8]);
    impl Drop for Case<'_> {
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!("{}: {:?}", self.0.display(), self.1.escape_ascii().to_string());
            }
        }
    }
    let case = Case(path, bytes);
    target(case.1)
}

/// The bytes with some changed, left out or doubled.
fn mutated(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..1 + rng.below(4) {
        let at = rng.below(bytes.len().max(1));
        match rng.below(6) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 => bytes.insert(at.min(bytes.len()), rng.below(256) as u8),
            3 if at < bytes.len() => bytes[at] ^= 1 << rng.below(8),
            4 if at < bytes.len() => bytes[at] = b"0123456789[]{}\",:-e\n\0"[rng.below(21)],
            5 => bytes.extend_from_within(at..),
            _ => {}
        }
    }
    bytes
}

/// The most memory that the process has had so far, where the system tells.
fn most_memory() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<usize>().ok()? << 10)
}
