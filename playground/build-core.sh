#!/usr/bin/env bash
# Builds the core of the playground for WebAssembly, into target/playground/core: the module, and the JavaScript and TypeScript
# around it. The standard library for the target comes from rustup, or else from Debian's packages, unpacked in target/rust-web,
# with a compiler of their own. WITHOUT_RUSTUP=1 takes the second way. Exit code 3: neither can be had here.
set -euo pipefail
cd "$(dirname "$0")/.."

triple=wasm32-unknown-unknown
mkdir -p "${CARGO_TARGET_DIR:-target}"
target=$(realpath "${CARGO_TARGET_DIR:-target}")
core=$target/playground/core
debian=$target/rust-web
path=$PATH

has_target() {
  local libraries
  [ -z "${WITHOUT_RUSTUP:-}" ] || return 1
  libraries=$(rustc --print target-libdir --target $triple 2>/dev/null) && ls "$libraries"/libstd-* >/dev/null 2>&1
}

# rustc, cargo, linker and the source of the standard library, with the libraries that they load
has_debian() {
  [ -x "$debian/usr/bin/rustc" ] && return
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
  echo "unpacking Debian's rustc-web into $debian, once: 150 MB to load, 900 MB unpacked"
  local packages
  packages=$(mktemp -d)
  (
    cd "$packages"
    apt-get download rustc-web cargo-web libstd-rust-web-dev rust-web-src lld-22 \
      "$(apt-cache depends libstd-rust-web-dev | awk '/Depends: libstd-rust-web-/ { print $2 }')" libllvm22 \
      libgit2-1.5 libhttp-parser2.9 libmbedcrypto7 libmbedtls14 libmbedx509-1
  ) >/dev/null 2>&1 || { rm -r "$packages"; return 1; }
  mkdir -p "$debian.new"
  for package in "$packages"/*.deb; do dpkg -x "$package" "$debian.new"; done
  rm -r "$packages"
  mv "$debian.new" "$debian"
}

build() {
  cargo build --quiet --profile playground --target $triple -p chainrule-playground --lib "$@"
}

flags="-C target-feature=+simd128"
if has_target || { [ -z "${WITHOUT_RUSTUP:-}" ] && command -v rustup >/dev/null && rustup target add $triple >/dev/null 2>&1; }; then
  echo "the target $triple is rustup's"
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=$flags build
elif has_debian; then
  echo "the target $triple is Debian's, built from rust-web-src"
  export LD_LIBRARY_PATH=$debian/usr/lib/x86_64-linux-gnu RUSTC_BOOTSTRAP=1 PATH=$debian/usr/bin:$PATH
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$debian/usr/bin/wasm-ld-22
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=$flags build -Zbuild-std=std,panic_abort
else
  echo "there is no target $triple: rustup can't add it, and Debian's rustc-web can't be downloaded"
  exit 3
fi

mkdir -p "$core"
(
  # with the compiler of this computer, whichever built the core
  unset LD_LIBRARY_PATH RUSTC_BOOTSTRAP
  PATH=$path cargo run --quiet -p chainrule-bindgen -- "$target/$triple/playground/chainrule_playground.wasm" "$core"
)
wc -c "$core"/core*
