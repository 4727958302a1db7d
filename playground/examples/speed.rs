//! Steps a second of the core on this machine: `cargo run --release -p chainrule-playground --example speed`; the same in
//! WebAssembly: `node playground/speed.mjs`.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Instant;

use chainrule_playground::Core;
use chainrule_playground::contract::Settings;

const STEPS: usize = 5_000;

fn main() -> Result<(), Box<dyn Error>> {
    let cases: BTreeMap<String, Settings> = serde_json::from_str(include_str!("../speed.json"))?;
    for (name, settings) in cases {
        let mut core = Core::new(settings)?;
        core.run(STEPS);
        let mut seconds: Vec<f64> = (0..5)
            .map(|_| {
                let start = Instant::now();
                core.run(STEPS);
                start.elapsed().as_secs_f64()
            })
            .collect();
        seconds.sort_by(f64::total_cmp);
        println!("{name}: {:.0} steps a second", STEPS as f64 / seconds[2]);
    }
    Ok(())
}
