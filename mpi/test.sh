#!/usr/bin/env bash
# Two ranks on this machine: the weights of one process, a rank that is killed, ranks that disagree, and what a step costs.
# Needs MPI, as README.md says; where there is none it says so and passes.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v mpirun >/dev/null; then
  echo "not run: no mpirun (on Debian and Ubuntu: apt-get install libopenmpi-dev openmpi-bin libclang-dev)"
  exit 0
fi

cargo build --quiet --release --examples
examples=${CARGO_TARGET_DIR:-target}/release/examples
folder=$(mktemp -d)
job=
trap '[ -z "$job" ] || kill "$job" 2>/dev/null || true; rm -rf "$folder"' EXIT

# Open MPI asks for this where the tests run as root, or with more ranks than cores; others don't mind
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe

fail() {
  echo "FAILED: $1"
  tail -n 20 "$folder"/*.log
  exit 1
}

echo "== the weights of one process"
"$examples/digits" --epochs 2 --samples 6000 --checkpoint "$folder/one.safetensors" 2>"$folder/one.log"
for ranks in 2 3; do
  timeout 120 mpirun -n $ranks "$examples/digits" --epochs 2 --samples 6000 --like "$folder/one.safetensors" 2>"$folder/$ranks.log" |
    tail -n 2 || fail "$ranks ranks"
done

for killed in 0 1; do
  echo "== rank $killed is killed"
  timeout 120 mpirun -n 2 "$examples/digits" --epochs 100000 --samples 640 --checkpoint "$folder/$killed.safetensors" \
    >"$folder/out.log" 2>"$folder/killed.log" &
  job=$!
  for _ in $(seq 600); do
    process=$(sed -n "s/^rank $killed of 2 is process //p" "$folder/killed.log")
    [ -z "$process" ] || [ ! -s "$folder/$killed.safetensors" ] || break
    sleep 0.1
  done
  [ -n "$process" ] && [ -s "$folder/$killed.safetensors" ] || fail "no epoch in a minute"
  kill -9 "$process"
  code=0
  wait "$job" || code=$?
  job=
  [ "$code" != 0 ] && [ "$code" != 124 ] || fail "mpirun has ended with $code"
  grep -q "signal 9" "$folder/killed.log" || fail "nothing was said of the signal"
  ! pgrep -f "$examples/digits --epochs 100000" >/dev/null || fail "a rank is left"
  epochs=$(($(grep -c "^epoch" "$folder/out.log") + 3))
  timeout 120 mpirun -n 2 "$examples/digits" --epochs $epochs --samples 640 --checkpoint "$folder/$killed.safetensors" \
    >"$folder/again.log" 2>"$folder/killed.log" || fail "the checkpoint is of no use"
  timeout 120 mpirun -n 2 "$examples/digits" --epochs $epochs --samples 640 --like "$folder/$killed.safetensors" \
    >"$folder/out.log" 2>"$folder/killed.log" || fail "another training"
  grep -q "at most 0.0e0 from" "$folder/out.log" || fail "other bits"
  echo "mpirun has ended with $code; from the checkpoint the training has come to the same bits"
done

echo "== ranks that disagree"
code=0
timeout 120 mpirun -n 1 "$examples/digits" --samples 640 --batch 32 : -n 1 "$examples/digits" --samples 640 --batch 16 \
  >"$folder/out.log" 2>"$folder/disagree.log" || code=$?
[ "$code" != 0 ] && [ "$code" != 124 ] || fail "mpirun has ended with $code"
grep -h 'this rank has "batch size: 16", but rank 0 "batch size: 32"' "$folder/disagree.log" || fail "another error"

# a figure to look at, and no test: ranks that wait for a core say nothing of the library
echo "== what a step costs"
timeout 120 mpirun -n 2 "$examples/allreduce" 2>"$folder/allreduce.log" ||
  echo "two ranks lose more than their communication takes here, at a load of $(cut -d ' ' -f 1 /proc/loadavg) on $(nproc) cores"
