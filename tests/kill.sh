#!/usr/bin/env bash
# Kills trainings with SIGKILL at random moments, and compares what they come to: `tests/kill.sh [TRAININGS] [SEED]`,
# 1,000 unless a number is given.
set -euo pipefail
cd "$(dirname "$0")/.."
CHAINRULE_KILLS=${1:-1000} CHAINRULE_KILL_SEED=${2:-$RANDOM} cargo test --package chainrule-tests --test kill
