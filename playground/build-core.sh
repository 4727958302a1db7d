#!/usr/bin/env bash
# Builds the core of the playground for WebAssembly, into target/playground/core: the module, and the JavaScript and TypeScript
# around it. Exit code 3: the target, or the tool that binds it to JavaScript, can't be had here.
set -euo pipefail
cd "$(dirname "$0")/.."

bindgen=0.2.130                                     # the version of wasm-bindgen in playground/Cargo.toml
triple=wasm32-unknown-unknown
target=${CARGO_TARGET_DIR:-target}
tools=$target/tools
core=$target/playground/core

has_target() {
  local libraries
  libraries=$(rustc --print target-libdir --target $triple 2>/dev/null) && ls "$libraries"/libstd-* >/dev/null 2>&1
}
has_target || { command -v rustup >/dev/null && rustup target add $triple >/dev/null 2>&1; } || true
has_target || { echo "rustc has no target $triple here, and rustup can't add it"; exit 3; }

if [ "$("$tools/bin/wasm-bindgen" --version 2>/dev/null)" != "wasm-bindgen $bindgen" ]; then
  echo "installing wasm-bindgen $bindgen into $tools, once; that takes some minutes"
  cargo install --quiet --root "$tools" "wasm-bindgen-cli@$bindgen" || {
    echo "wasm-bindgen could not be installed: it comes from crates.io, and is built here"
    exit 3
  }
fi

export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="-C target-feature=+simd128"
cargo build --quiet --profile playground --target $triple -p chainrule-playground
mkdir -p "$core"
"$tools/bin/wasm-bindgen" --target web --remove-name-section --remove-producers-section --out-dir "$core" --out-name core \
  "$target/$triple/playground/chainrule_playground.wasm"
ls -l "$core"
