#!/usr/bin/env bash
# Builds the guide as a book into target/book, with the documentation of every item beside it in target/book/api, and checks
# every link and picture of it. Needs cargo; mdBook is built once, into target/tools, if it is not there.
set -euo pipefail
cd "$(dirname "$0")/.."

mdbook=0.5.2                                        # the last that needs no newer Rust than the library
target=${CARGO_TARGET_DIR:-target}
tools=$target/tools

if [ "$("$tools/bin/mdbook" --version 2>/dev/null)" != "mdbook v$mdbook" ]; then
  echo "installing mdbook $mdbook into $tools, once; that takes some minutes"
  cargo install --quiet --locked --root "$tools" --no-default-features --features search "mdbook@$mdbook" || {
    echo "mdbook could not be installed: it comes from crates.io, and is built here"
    exit 3
  }
fi

echo "documentation of every item"
cargo doc --quiet -p chainrule --no-deps --all-features
cargo run --quiet -p chainrule-book -- sources guide "$target/doc" "$target/book-sources"
# a relative folder would be one beside book.toml
rm -rf "$target/book"
"$tools/bin/mdbook" build "$target/book-sources" --dest-dir "$(realpath "$target")/book"
cp -r "$target/doc" "$target/book/api"
cargo run --quiet -p chainrule-book -- check "$target/book"
echo "open $target/book/index.html"
