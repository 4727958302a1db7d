#!/usr/bin/env bash
# Kills trainings, and processes that write files, with SIGKILL at random moments, and compares what they come to:
# `tests/kill.sh [KILLS] [SEED]`, 1,000 of each unless a number is given.
set -euo pipefail
cd "$(dirname "$0")/.."
export CHAINRULE_KILLS=${1:-1000} CHAINRULE_WRITE_KILLS=${1:-1000} CHAINRULE_KILL_SEED=${2:-$RANDOM}
cargo test --package chainrule-tests --test kill
