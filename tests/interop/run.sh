#!/usr/bin/env bash
# Takes models of every kind of layer, and random ones, to PyTorch and ONNX Runtime, and weights of PyTorch and Keras back.
# Needs cargo, Python 3.10 or later with venv, and pip's index; or the environment variable INTEROP_PYTHON: a Python that has
# the packages already. INTEROP_RANDOM: how many random models, 100 unless it is set. --install installs the packages and ends.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
python=${INTEROP_PYTHON:-$target/interop-venv/bin/python}

# All packages at once; where that fails, one by one, so that one that can't be had leaves the others there.
packages() {
  local package
  [ -x "$python" ] || python3 -m venv "$target/interop-venv"
  pip -r tests/interop/requirements.txt && return
  grep -v '^#' tests/interop/requirements.txt | while read -r package; do
    pip "$package" || echo "pip can't install $package"
  done
}

# An index that does not answer is one that is not there.
pip() {
  timeout 900 "$python" -m pip install --quiet --disable-pip-version-check --no-compile "$@"
}

start=$SECONDS
[ -n "${INTEROP_PYTHON:-}" ] || packages
echo "packages of Python: $((SECONDS - start)) s"
[ "${1:-}" != --install ] || exit 0
folder=$target/interop
rm -rf "$folder"
cargo build --quiet -p chainrule-interop
"$target/debug/chainrule-interop" write "$folder" "${INTEROP_RANDOM:-100}"
"$python" tests/interop/check.py "$folder"
"$target/debug/chainrule-interop" read "$folder"
