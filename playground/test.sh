#!/usr/bin/env bash
# Tests the playground: the core as a native library, the page's types, style and units, and the one built file in a real
# browser; with --page all but the core's own tests, with --install none, it only installs a browser. Exit code 3: the target,
# node or a browser can't be had here, and it says which.
set -euo pipefail
cd "$(dirname "$0")/.."

part() {
  echo "-- $1: $((SECONDS - start)) s"
  start=$SECONDS
}
start=$SECONDS

find_chromium() {
  CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
  if [ -z "$CHROMIUM" ] && command -v apt-get >/dev/null; then
    as_root=
    [ "$(id -u)" = 0 ] || as_root="sudo -n"
    { $as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq chromium; } >/dev/null 2>&1 || true
    CHROMIUM=$(command -v chromium || true)
  fi
}

[ "${1:-}" != --install ] || { find_chromium; exit; }
if [ "${1:-}" != --page ]; then
  cargo test --quiet -p chainrule-playground
  part "the core"
fi
playground/build.sh
part "built"
# what the native library makes of every preset: the browser has to come to the same
target=$(realpath "${CARGO_TARGET_DIR:-target}")
cargo run --quiet --release -p chainrule-playground --example numbers >"$target/playground/numbers.json"
node playground/numbers.mjs "$target/playground/numbers.json"
part "the numbers of the native library"
cd playground/page
npm run --silent check
part "types, style, units"

find_chromium
[ -n "$CHROMIUM" ] || { echo "there is no Chromium here, and it can't be installed: the page is not tested in a browser"; exit 3; }
CHROMIUM=$CHROMIUM npm run --silent browser
part "in a browser"
