#!/usr/bin/env bash
# Builds the playground into target/playground.html, one file that needs nothing beside it: the core by build-core.sh, then the
# page around it by npm. Exit code 3: the core's target, or npm's packages, can't be had here.
set -euo pipefail
cd "$(dirname "$0")/.."

playground/build-core.sh
[ -f playground/page/package.json ] || { echo "the page is not here: only the core was built"; exit 0; }
command -v npm >/dev/null || { echo "there is no npm: the page can't be built"; exit 3; }
cd playground/page
npm ci --silent 2>/dev/null || npm install --silent --no-audit --no-fund || {
  echo "npm's packages can't be had here"
  exit 3
}
npm run --silent build
