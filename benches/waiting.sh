#!/usr/bin/env bash
# Measures what a newcomer and a user wait for: the first output of `cargo run --example xor` in a fresh clone (seconds
# by the clock), and `cargo build --release` after an edit of benches/waiting/program.rs (seconds of CPU).
#
#   benches/waiting.sh                   this commit
#   benches/waiting.sh COMMIT [ROUNDS]   and another one, in turns, with the ratios of the medians (three rounds)
set -Eeuo pipefail
cd "$(dirname "$0")/.."
here=$PWD commits=(HEAD ${1:+"$1"}) rounds=${2:-3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'tail -n 20 "$folder/log" >&2' ERR
export TIMEFORMAT='%R %U %S' CARGO_TERM_QUIET=true
unset CARGO_TARGET_DIR

for commit in "${commits[@]}"; do
  git clone --quiet "$here" "$folder/$commit/chainrule"
  git -C "$folder/$commit/chainrule" checkout --quiet "$(git rev-parse "$commit")"
  cargo fetch --manifest-path "$folder/$commit/chainrule/Cargo.toml" # so that the network is not measured
  mkdir -p "$folder/$commit/program/src"
  cp benches/waiting/program.rs "$folder/$commit/program/src/main.rs"
  cat >"$folder/$commit/program/Cargo.toml" <<TOML
[package]
name = "program"
edition = "2024"
[dependencies]
chainrule = { path = "../chainrule" }
[workspace]
TOML
done

first_output() { # seconds until the first line
  local start
  cd "$folder/$1/chainrule"
  rm -rf target
  start=$(date +%s.%N)
  cargo run --example xor 2>>"$folder/log" | { read -r _ && date +%s.%N >"$folder/end" && cat >/dev/null; }
  awk "BEGIN { print $(cat "$folder/end") - $start }"
}

rebuild() { # seconds of CPU on all cores
  cd "$folder/$1/program"
  cargo build --release 2>>"$folder/log"
  echo "// edited" >>src/main.rs
  { time cargo build --release 2>>"$folder/log"; } 2>&1 | awk '{ print $2 + $3 }'
}

for _ in $(seq "$rounds"); do
  for commit in "${commits[@]}"; do
    (first_output "$commit") >>"$folder/$commit/first_output"
    (rebuild "$commit") >>"$folder/$commit/rebuild"
  done
done

median() { sort -n "$1" | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
for what in first_output rebuild; do
  line="$what:"
  for commit in "${commits[@]}"; do line+=" $commit $(median "$folder/$commit/$what") s"; done
  [ "${#commits[@]}" = 1 ] || line+=", ratio $(awk "BEGIN { printf \"%.2f\", $(median "$folder/HEAD/$what") / $(median "$folder/$1/$what") }")"
  echo "$line"
done
