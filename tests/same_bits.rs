//! Trains nets of all layers with all optimizers, and compares every bit that they leave with those of the tests, which run
//! without the optimisations of a release: `cargo run --release --package chainrule-tests --bin same_bits`.

fn main() {
    let profile = if cfg!(debug_assertions) { "with debug assertions" } else { "in release" };
    println!("{}, {profile}", chainrule_tests::compare_digests());
}
