#!/usr/bin/env bash
# Makes the notebooks of the guide: one for each chapter, of guide/*.md, executed. With --check nothing is written, and what is
# checked in has to be what comes out. NAME… makes these alone, such as 08_logic_gates.
# Needs cargo, Python 3.9 or later with venv, and pip's index; the kernel, evcxr, is built once, into target/tools, and with
# --install nothing else is done.
set -euo pipefail
cd "$(dirname "$0")/.."

evcxr=0.22.0
mkdir -p "${CARGO_TARGET_DIR:-target}"
target=$(realpath "${CARGO_TARGET_DIR:-target}")
tools=$target/tools
python=$target/notebooks-venv/bin/python
work=$target/notebooks
check=
[ "${1:-}" != --check ] || { check=1; shift; }

# cargo install looks at what is there by itself, but would ask the index first
if ! grep -q "\"evcxr_jupyter $evcxr " "$tools/.crates2.json" 2>/dev/null; then
  echo "installing evcxr_jupyter $evcxr into $tools, once; that takes some minutes"
  # the compiler that it calls takes the time, not the kernel
  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 cargo install --quiet --locked --root "$tools" "evcxr_jupyter@$evcxr" || {
    echo "evcxr_jupyter could not be installed: it comes from crates.io, and is built here"
    exit 3
  }
fi
# an index that does not answer is one that is not there
"$python" -c "import nbclient" 2>/dev/null || {
  python3 -m venv "$target/notebooks-venv" &&
    timeout 900 "$python" -m pip install --quiet --disable-pip-version-check --no-compile nbconvert
} || {
  echo "nbconvert could not be installed: it comes from pip's index, into a venv"
  exit 3
}
[ "${1:-}" != --install ] || exit 0
export JUPYTER_PATH=$work/jupyter
mkdir -p "$work/out"
"$tools/bin/evcxr_jupyter" --install >/dev/null

echo "documentation of every item"
cargo doc --quiet -p chainrule --no-deps --all-features
cargo run --quiet -p chainrule-book -- notebooks guide "$target/doc" "$work/plain"

# Two notebooks at a time, each row of them in one folder, where the library is built once: those with the features for files,
# and after them as many of the others as give both rows as long to run.
plain=() files=() others=()
for notebook in "$work"/plain/*.ipynb; do
  name=$(basename "$notebook")
  case " ${*:-${name%.ipynb}} " in *" ${name%.ipynb} "*) ;; *) continue ;; esac
  case $name in
    12_* | 14_* | 15_*) files+=("$name") ;;
    13_* | doctor*) others+=("$name") ;;
    *) plain+=("$name") ;;
  esac
done
run() {
  local build=$work/$1-build
  shift
  [ $# != 0 ] || return 0
  mkdir -p "$build"
  EVCXR_TMPDIR=$build "$python" notebooks/execute.py "$work/plain" "$work/out" "$@" 2>"$build/stderr" || {
    cat "$build/stderr"
    return 1
  }
}
{ run files ${files[@]+"${files[@]}"} && run others ${others[@]+"${others[@]}"}; } &
run plain ${plain[@]+"${plain[@]}"}
wait $!

for name in ${plain[@]+"${plain[@]}"} ${files[@]+"${files[@]}"} ${others[@]+"${others[@]}"}; do
  if [ -z "$check" ]; then
    cp "$work/out/$name" "notebooks/$name"
  else
    diff -u "notebooks/$name" "$work/out/$name" || { echo "notebooks/$name is another one: notebooks/make.sh"; exit 1; }
  fi
done
