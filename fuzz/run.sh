#!/usr/bin/env bash
# Lets a fuzzer look for bytes that a reader, or a model made of them, can't stand: fuzz/run.sh [--seconds N | --runs N]
# [TARGET…]; a minute for each target unless another time or a number of executions is given. What it finds goes into
# fuzz/found, what it learns into fuzz/corpus, what it says into fuzz/logs. As many run at once as there are cores.
#
# A case may take 10 s and 512 MB; a process gets addresses for 2 GB, so that a size on a header's word fails. No sanitizer
# looks on, because nothing here is unsafe, and so stable Rust is enough; overflows and debug assertions are checked. With
# cargo-fuzz a target runs too: cargo fuzz run --features fuzzer csv. Exit code 3: libFuzzer can't be built here.
set -euo pipefail
self=$(realpath "$0")
cd "$(dirname "$self")/.."

all="idx csv npy model_file checkpoint any_model"
# what counts the edges of the program that a case has taken, for libFuzzer
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
  -Cllvm-args=-sanitizer-coverage-pc-table"

# the longest input that is tried: longer than every seed, and short, so that many are
longest() {
  case $1 in
    idx) echo 128 ;;
    csv | any_model) echo 512 ;;
    npy) echo 600 ;;
    *) echo 8192 ;;
  esac
}

# one target, with its figures on a line; everything that the fuzzer says is in its log
one() {
  local target=$1 log=fuzz/logs/$1.txt dictionary= name=$1 code=0 folder
  [ "$name" = checkpoint ] && name=model_file
  [ -e "fuzz/dict/$name.txt" ] && dictionary=-dict=fuzz/dict/$name.txt
  mkdir -p "fuzz/corpus/$target" "fuzz/found/$target" fuzz/logs
  folder=$(mktemp -d)
  (
    ulimit -v 2000000
    # shellcheck disable=SC2086 # no word where there is no dictionary
    TMPDIR=$folder MALLOC_ARENA_MAX=1 RUST_BACKTRACE=0 \
      "$binaries/$target" "fuzz/corpus/$target" "fuzz/seeds/$target" "fuzz/found/$target" "$limit" $dictionary \
      -max_len="$(longest "$target")" -timeout=10 -rss_limit_mb=512 -print_final_stats=1 \
      -artifact_prefix="fuzz/found/$target/"
  ) >"$log" 2>&1 || code=$?
  rm -rf "$folder"
  awk -v target="$target" -v code="$code" '
    / cov: / { for (i = 1; i < NF; i++) { if ($i == "cov:") cov = $(i + 1); if ($i == "corp:") kept = $(i + 1) } }
    /^stat::number_of_executed_units/ { runs = $2 }
    /^stat::average_exec_per_sec/ { rate = $2 }
    /^stat::peak_rss_mb/ { memory = $2 }
    /Test unit written to/ { found = found " " $NF }
    END {
      what = found ? "FOUND" found : code ? "FAILED with code " code : "nothing found"
      printf "%-11s %9d executions, %5d a second, coverage %5d, corpus %s, %d MB, %s\n",
        target, runs, rate, cov, kept, memory, what
    }' "$log"
  return "$code"
}

limit=${FUZZ_LIMIT:--max_total_time=60}
targets=
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) limit=-max_total_time=${2:?a number of seconds}; shift 2 ;;
    --runs) limit=-runs=${2:?a number of executions}; shift 2 ;;
    --one) one "$2"; exit ;;                        # for this script itself
    *)
      case " $all " in
        *" $1 "*) targets="$targets $1"; shift ;;
        *) echo "usage: fuzz/run.sh [--seconds N | --runs N] [TARGET…], targets: $all"; exit 1 ;;
      esac
      ;;
  esac
done

command -v c++ >/dev/null || command -v clang++ >/dev/null ||
  { echo "there is no compiler of C++ here, in which libFuzzer is written"; exit 3; }
start=$SECONDS
host=$(rustc -vV | sed -n 's/^host: //p')
target=${CARGO_TARGET_DIR:-fuzz/target}
RUSTFLAGS=$coverage cargo build --quiet --manifest-path fuzz/Cargo.toml --release --bins --features fuzzer --target "$host" \
  --target-dir "$target"
echo "built in $((SECONDS - start)) s"
export FUZZ_LIMIT=$limit binaries=$target/$host/release
printf '%s\n' ${targets:-$all} | xargs -P "$(nproc)" -n 1 "$self" --one ||
  { echo "the cases in fuzz/found break something: mend it, and keep them; the texts are in fuzz/logs"; exit 1; }
