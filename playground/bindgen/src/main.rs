//! `chainrule-bindgen CORE.wasm FOLDER` writes the module as a browser takes it, with the JavaScript and TypeScript around it.
//!
//! That is the command `wasm-bindgen`, as a library: cargo builds it with the rest, and of the same version as the core has.

use std::env;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let [core, folder] = &env::args().skip(1).collect::<Vec<_>>()[..] else {
        eprintln!("usage: chainrule-bindgen CORE.wasm FOLDER");
        return ExitCode::FAILURE;
    };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(core).out_name("core").typescript(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    match bindgen.web(true).and_then(|bindgen| bindgen.generate(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{core}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
