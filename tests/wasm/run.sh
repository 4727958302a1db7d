#!/usr/bin/env bash
# The library where there is no system: builds the program for wasm32-unknown-unknown and runs it in node. Where the target
# or node can't be had it says so and passes; the program runs on this computer in any case.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=wasm32-unknown-unknown

cargo run --quiet --release -p chainrule-wasm-test
echo "trains here"

has_target() {
  local libraries
  libraries=$(rustc --print target-libdir --target $target 2>/dev/null) && ls "$libraries"/libstd-* >/dev/null 2>&1
}
has_target || { command -v rustup >/dev/null && rustup target add $target >/dev/null 2>&1; } || true
has_target || { echo "not run on $target: rustc has no such target here, and it can't be added"; exit 0; }
command -v node >/dev/null || { echo "not run on $target: there is no node"; exit 0; }

cargo build --quiet --release --target $target -p chainrule-wasm-test
node tests/wasm/run.mjs "${CARGO_TARGET_DIR:-target}/$target/release/trains.wasm"
