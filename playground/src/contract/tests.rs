//! The contract in TypeScript is what Rust says.

use std::fmt::Write;
use std::path::Path;

use ts_rs::{Config, TS};

use super::*;
use crate::{Phase, Problem};

const HEAD: &str = "// Made from playground/src/contract/*.rs; `WRITE=1 cargo test -p chainrule-playground contract` writes it anew.\n";

/// The class itself, whose methods wasm-bindgen makes: what goes in and out as JSON text, and what as typed arrays.
const CORE: &str = include_str!("core.ts");

fn add<T: TS>(text: &mut String) {
    let config = Config::new();
    for line in T::docs().unwrap_or_default().lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let _ = writeln!(text, "export {}\n", T::decl(&config));
}

macro_rules! all {
    ($($name:ty),* $(,)?) => {{
        let mut text = String::from(HEAD);
        text.push('\n');
        $(add::<$name>(&mut text);)*
        text + CORE
    }};
}

#[test]
fn the_contract_in_typescript_is_this_one() {
    let text = all![
        Settings,
        Data,
        Planar,
        Gate,
        Curve,
        Surface,
        Drawn,
        TaskChoice,
        Input,
        LayerSettings,
        OutputSettings,
        OutputActivation,
        Activation,
        Initializer,
        LossName,
        OptimizerSettings,
        OptimizerKind,
        EarlierRate,
        ScheduleSettings,
        ScheduleKind,
        StartValue,
        Edit,
        Mistake,
        Preset,
        Problem,
        Structure,
        LayerInfo,
        ParamInfo,
        Position,
        Samples,
        Task,
        Picture,
        Frame,
        Histogram,
        HistoryPoints,
        Past,
        Cursor,
        Phase,
        Target,
        Explained,
        Block,
        Finding,
        CsvPreview,
        Column,
        SampleView,
    ];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("page/src/contract.ts");
    if std::env::var_os("WRITE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == text,
        "page/src/contract.ts is another: WRITE=1 cargo test -p chainrule-playground contract"
    );
}

#[test]
fn settings_come_back_from_their_text() {
    for preset in crate::presets().unwrap() {
        let text = serde_json::to_string(&preset).unwrap();
        assert_eq!(serde_json::from_str::<Preset>(&text).unwrap(), preset);
    }
    assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), Settings::default());
    assert!(serde_json::from_str::<Settings>("{\"colour\": 1}").is_err());
}
