#!/usr/bin/env bash
# Builds the playground, target/playground.html: one file with everything inside. Needs cargo, and node with npm.
# Exit code 3: something that it is built with can't be had here.
set -euo pipefail
cd "$(dirname "$0")/.."

npm=$(command -v npm) || { echo "there is no npm here"; exit 3; }
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' ||
  { echo "node $(node --version) is too old: 20 is needed"; exit 3; }
playground/build-core.sh
cd playground/page
# package.json names exact versions; what is there already is not asked for again
if ! cmp -s package.json node_modules/.built-for; then
  "$npm" install --no-audit --no-fund --loglevel error || { echo "the page's packages can't be had here"; exit 3; }
  cp package.json node_modules/.built-for
fi
node build.mjs
