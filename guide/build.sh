#!/usr/bin/env bash
# Builds the guide as a book into target/book, with the documentation of every item beside it in target/book/api. Runs every
# block of Rust in it first, and checks every link and picture. `guide/build.sh --without-tests` runs none, and then the book
# says of none that it passed. Needs cargo; mdBook is built once, into target/tools, if it is not there; with --install only that.
set -euo pipefail
cd "$(dirname "$0")/.."

mdbook=0.5.2                                        # the last that needs no newer Rust than the library
target=${CARGO_TARGET_DIR:-target}
tools=$target/tools
sources=$target/book-sources
options=()

if [ "$("$tools/bin/mdbook" --version 2>/dev/null)" != "mdbook v$mdbook" ]; then
  echo "installing mdbook $mdbook into $tools, once; that takes some minutes"
  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 cargo install --quiet --locked --root "$tools" --no-default-features --features search "mdbook@$mdbook" || {
    echo "mdbook could not be installed: it comes from crates.io, and is built here"
    exit 3
  }
fi

case ${1:-} in
  --install) exit ;;
  --without-tests) ;;
  "")
    echo "every block of the guide as a test"
    output=$target/book-tests.txt
    cargo test -p chainrule --doc --all-features -- guide >"$output" || { cat "$output"; exit 1; }
    cargo test -p chainrule-lectures --doc >>"$output" || { cat "$output"; exit 1; }
    options+=(--tests "$output")
    ;;
  *) echo "usage: guide/build.sh [--without-tests | --install]"; exit 1 ;;
esac
if [ -e "$target/playground.html" ]; then
  options+=(--playground "$target/playground.html")
else
  echo "without the playground: $target/playground.html is not there (playground/build.sh makes it)"
fi

echo "documentation of every item"
cargo doc --quiet -p chainrule --no-deps --all-features
cargo run --quiet -p chainrule-book -- sources guide "$target/doc" "$sources" ${options[@]+"${options[@]}"}
# the font of the equations, from the package that typesets them
font=$(cargo metadata --format-version 1 --offline | grep -o '"[^"]*/pulldown-latex-[^"]*/Cargo.toml"' | tr -d '"' | head -n 1) ||
  { echo "cargo metadata does not tell where pulldown-latex is"; exit 1; }
mkdir -p "$sources/shown/src/fonts"
cp "$(dirname "$font")/font/latinmodern-math.woff2" "$sources/shown/src/fonts/"
rm -rf "$target/book"
# a relative folder would be one beside book.toml
for of in searched shown; do
  "$tools/bin/mdbook" build "$sources/$of" --dest-dir "$(realpath "$sources")/$of/book" 2>&1 | tee "$sources/$of/log"
  ! grep -q WARN "$sources/$of/log" || { echo "mdBook warns of what it was given in $sources/$of"; exit 1; }
done
mv "$sources/shown/book" "$target/book"
cargo run --quiet -p chainrule-book -- search guide "$sources/searched/book" "$target/book"
cp -r "$target/doc" "$target/book/api"
cargo run --quiet -p chainrule-book -- check "$target/book"
echo "open $target/book/index.html"
