#!/usr/bin/env bash
# Changes one operator, one condition or one result of the library after the other, as cargo-mutants does, and asks who
# notices: the unit tests, and then the tests of behaviour. Works in a copy, as tests/mutations.sh does. What nobody can
# notice is listed in tests/mutants.md with the reason, and what nobody has looked at yet; any other change that nobody
# notices fails the script.
#
#   tests/mutants.sh                           all of layers, losses, optimizers, model, training and metrics: a day
#   tests/mutants.sh src/layer/dense.rs        those of some files
#   tests/mutants.sh --sample 10 --seed 7      ten of all, drawn by the seed
#   tests/mutants.sh --list                    the names of all, as tests/mutants.md has them
#
# A change that leads to an endless loop is noticed by the time that the tests may take: five times as long as without it,
# and at least two minutes, so that a busy machine is no reason to take a change for noticed, nor for unnoticed.
set -euo pipefail
cd "$(dirname "$0")/.."

rooms=(src/layer.rs src/layer/'**' src/loss.rs src/loss/'**' src/optimizer.rs src/optimizer/'**' src/sequential.rs
  src/sequential/'**' src/training.rs src/training/'**' src/metrics.rs src/metrics/'**')
# those of tests/ that notice what unit tests do not; here they are one program, for linking takes longer than asking them
behaviour="boxes callbacks checkpoint distributed dropout every_equation files golden gradient_check layers metrics model nan
  not_finite optimizers pass stability training weighted_losses"

sample='' seed=1 only_list='' files=()
while [ $# -gt 0 ]; do
  case $1 in
    --sample) sample=$2 && shift 2 ;;
    --seed) seed=$2 && shift 2 ;;
    --list) only_list=1 && shift ;;
    -*) sed -n '2,14s/^# \{0,1\}//p' "$0" && exit 2 ;;
    *) files+=("$1") && shift ;;
  esac
done
[ ${#files[@]} -gt 0 ] || files=("${rooms[@]}")

version=27.1.0
tools=$(mkdir -p "${CARGO_TARGET_DIR:-target}" && realpath "${CARGO_TARGET_DIR:-target}")/tools
if ! grep -q "\"cargo-mutants $version " "$tools/.crates2.json" 2>/dev/null; then
  echo "installing cargo-mutants $version into $tools, once; that takes some minutes"
  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 cargo install --quiet --locked --root "$tools" "cargo-mutants@$version" || {
    echo "cargo-mutants could not be installed: it comes from crates.io, and is built here"
    exit 3
  }
fi

. tests/spoiled_copy.sh
work=$place/mutants
rm -rf "$work" && mkdir "$work"
# only what these tests need is built again for every change
sed -i '/^chainrule-[a-z]* = /d; s/^chainrule = .*/chainrule = { path = "..", features = ["csv", "files"] }/' \
  "$copy/tests/Cargo.toml"
printf '\n[[test]]\nname = "behaviour"\npath = "behaviour.rs"\n' >>"$copy/tests/Cargo.toml"
for name in $behaviour; do
  printf '#[path = "%s.rs"]\nmod %s;\n' "$name" "$name"
done >"$copy/tests/behaviour.rs"

mutants() {
  "$tools/bin/cargo-mutants" mutants --dir "$copy" --package chainrule --colors never "$@"
}

# Each as its name, a tab, and how tests/mutants.md has it: the name without line and column, and the first line that is
# another one, which stay as they are when something changes elsewhere in the file.
mutants --list --diff "${files[@]/#/--file=}" | awk '
  !in_diff && /^src\// { name = $0; shown = 0 }
  /^--- src\// { in_diff = 1 }
  /^$/ { in_diff = 0 }
  in_diff && /^\+/ && !/^\+\+\+/ && !shown {
    line = substr($0, 2)
    sub(/ *\/\* ~ changed by cargo-mutants ~ \*\//, "", line); sub(/^ +/, "", line); sub(/ +$/, "", line)
    short = name; sub(/:[0-9]+:[0-9]+:/, ":", short)
    print name "\t`" short "`: `" line "`"
    shown = 1
  }
' >"$work/all"
sed -n 's/^- \(`src\/[^`]*`: `[^`]*`\).*/\1/p' tests/mutants.md | LC_ALL=C sort -u >"$work/listed"
[ -z "$only_list" ] || { cut -f 2 "$work/all"; exit; }

# A listed one is only tried if all are: to see whether somebody notices it by now.
if [ -n "$sample" ]; then
  # the random numbers are of this script, as those of one awk are not those of another: Park and Miller, 1988
  awk -F '\t' -v seed="$seed" -v sample="$sample" '
    FILENAME == ARGV[1] { listed[$0]; next }
    !($2 in listed) { rows[++count] = $0 }
    END {
      number = seed % 2147483646 + 1
      for (i = 1; i <= sample && i <= count; i++) {
        for (j = 0; j < 3; j++) number = number * 16807 % 2147483647
        k = i + number % (count - i + 1)
        row = rows[k]; rows[k] = rows[i]
        print row
      }
    }
  ' "$work/listed" "$work/all" >"$work/chosen"
  echo "$(wc -l <"$work/chosen") of $(wc -l <"$work/all") changes, drawn by the seed $seed; again: tests/mutants.sh --sample $sample --seed $seed"
else
  cp "$work/all" "$work/chosen"
fi

# Tries the named ones in a stage of its own folder, some hundred at a time, as each name is an argument.
try() {
  local stage=$1 names=$2 part
  shift 2
  mkdir "$work/$stage" && touch "$work/$stage"/{caught,missed,timeout,unviable}
  split -l 200 "$names" "$work/$stage/part-"
  for part in "$work/$stage"/part-*; do
    [ -e "$part" ] || continue
    # the names as regular expressions, and their files, for a deleted field is tried whatever its name
    { sed 's/[][(){}.^$*+?|\\]/\\&/g; s/^/--re=^/; s/$/$/' "$part"; sed 's/:.*//; s/^/--file=/' "$part" | sort -u; } >"$part.arguments"
    mapfile -t wanted <"$part.arguments"
    # 2 and 3 say that some were missed or took too long
    mutants --in-place --output "$work/$stage" --minimum-test-timeout 120 --no-times "${wanted[@]}" "$@" \
      >"$work/$stage/log" 2>&1 || [[ $? == [23] ]] || { tail -n 40 "$work/$stage/log" >&2; fail "cargo-mutants could not do its work"; }
    for outcome in caught missed timeout unviable; do
      grep -Fxf "$part" "$work/$stage/mutants.out/$outcome.txt" >>"$work/$stage/$outcome" || true
    done
  done
}

start=$SECONDS
cut -f 1 "$work/chosen" >"$work/names"
try units "$work/names" --features csv,files -- --lib
try behaviour "$work/units/missed" --timeout 600 --baseline skip --test-package chainrule-tests -- --test behaviour

count() { cat "$@" | wc -l; }
unviable=$(count "$work/units/unviable")
viable=$(($(count "$work/names") - unviable))
echo "$(count "$work/names") changes, of which $viable compile: $(count "$work"/units/{caught,timeout}) noticed by unit tests," \
  "$(count "$work"/behaviour/{caught,timeout}) by tests of behaviour, $(count "$work/behaviour/missed") by nobody;" \
  "$(count "$work"/{units,behaviour}/timeout) of them took too long; $((SECONDS - start)) s"
[ "$(count "$work/names")" -lt 5 ] || [ "$viable" -gt 0 ] || fail "none of them compiles: that is not because of the changes"

as_listed() { awk -F '\t' 'FILENAME == ARGV[1] { wanted[$0]; next } $1 in wanted { print $2 }' "$1" "$work/chosen" | LC_ALL=C sort -u; }
as_listed "$work/behaviour/missed" >"$work/survivors"
cat "$work"/{units,behaviour}/{caught,timeout} >"$work/noticed"
as_listed "$work/noticed" | LC_ALL=C comm -12 - "$work/listed" >"$work/noticed_by_now"
if [ -s "$work/noticed_by_now" ]; then
  echo "noticed by now, so that tests/mutants.md need not list them:"
  cat "$work/noticed_by_now"
fi
LC_ALL=C comm -23 "$work/survivors" "$work/listed" >"$work/gaps"
if [ -s "$work/gaps" ]; then
  echo "nobody notices these: they need a test, or a reason in tests/mutants.md why nobody can"
  sed 's/^/- /' "$work/gaps"
  exit 1
fi
