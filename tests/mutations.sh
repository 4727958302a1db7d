#!/usr/bin/env bash
# Spoils one equation of the library after the other, and asks who notices: a training over several batches
# (tests/every_equation.rs) and at least one unit test must. Works in a copy; prints the table that tests/mutations.md
# shows. Fails if a mutation survives, does not compile or no longer finds its line.
#
#   tests/mutations.sh                      all of them
#   tests/mutations.sh sgd-half dense-db    only these
#   tests/mutations.sh --list               their names
set -euo pipefail
cd "$(dirname "$0")/.."

# name, file under src/, the line that stands there exactly once, the line that takes its place
mutations() {
  mutation sgd-half optimizer/sgd.rs \
    'return gradient.add_to(theta, -rate); // a product goes straight into θ' \
    'return gradient.add_to(theta, -rate * F::of(0.5));'
  mutation sgd-uphill optimizer/sgd.rs \
    'return gradient.add_to(theta, -rate); // a product goes straight into θ' \
    'return gradient.add_to(theta, rate);'
  mutation step-product gradient.rs \
    '&& add_product(alpha, a.t(), *b, theta.view_mut())' \
    '&& add_product(alpha + alpha, a.t(), *b, theta.view_mut())'
  mutation step-matrix kernels/entries.rs \
    'let next = *theta + alpha * g;' \
    'let next = *theta + alpha * alpha * g;'

  mutation dense-dW layer/dense.rs \
    'return Gradient::product(pass.x, pass.dy, room); // dW = xᵀ·dy' \
    'room.fill(F::zero()); return room.into();'
  mutation dense-db layer/dense.rs \
    'sum_rows(pass.dy, room); // db = Σ dy' \
    'room.fill(F::zero());'
  mutation dense-dx layer/dense.rs \
    'matmul(F::one(), pass.dy, w.value.t(), F::zero(), dx);' \
    'matmul(F::zero(), pass.dy, w.value.t(), F::zero(), dx);'
  mutation dense-b layer/dense.rs \
    'repeat_row(&b.value, y.view_mut());' \
    'repeat_row(&Array2::zeros(b.value.dim()), y.view_mut());'

  mutation relu-mask layer/relu.rs \
    'if x > F::zero() { dy } else { closed }' \
    'if x > F::zero() { dy } else { dy + F::zero() * closed }'
  mutation sigmoid-y layer/sigmoid.rs \
    'map2(pass.dy, pass.y, dx, |dy, y| dy * y * (F::one() - y));' \
    'map2(pass.dy, pass.y, dx, |dy, y| dy * (F::one() - y));'
  mutation sigmoid-1-y layer/sigmoid.rs \
    'map2(pass.dy, pass.y, dx, |dy, y| dy * y * (F::one() - y));' \
    'map2(pass.dy, pass.y, dx, |dy, y| dy * y);'
  mutation sigmoid-dy layer/sigmoid.rs \
    'map2(pass.dy, pass.y, dx, |dy, y| dy * y * (F::one() - y));' \
    'map2(pass.dy, pass.y, dx, |_, y| y * (F::one() - y));'
  mutation tanh-square layer/tanh.rs \
    'map2(pass.dy, pass.y, dx, |dy, y| dy * (F::one() - y * y));' \
    'map2(pass.dy, pass.y, dx, |dy, y| dy * (F::one() - y));'
  mutation tanh-slope layer/tanh.rs \
    'map2(pass.dy, pass.y, dx, |dy, y| dy * (F::one() - y * y));' \
    'map2(pass.dy, pass.y, dx, |dy, _| dy);'
  mutation softmax-y layer/softmax.rs \
    'dx.iter_mut().zip(dy).zip(y).for_each(|((dx, &dy), &y)| *dx = y * (dy - mean));' \
    'dx.iter_mut().zip(dy).for_each(|(dx, &dy)| *dx = dy - mean);'
  mutation softmax-mean layer/softmax.rs \
    'let mean = dot(dy, y);' \
    'let mean = F::zero();'
  mutation step-slope layer/step.rs \
    'dx.fill(F::zero());' \
    'dx.fill(F::one());'
  mutation maxout-mask layer/maxout.rs \
    '.map(move |((sample, unit), &dy)| (sample, self.winner(pass.memory.saved.row(sample), unit), dy))' \
    '.map(move |((sample, unit), &dy)| (sample, unit * self.pieces, dy))'
  mutation maxout-dW layer/maxout.rs \
    'room.column_mut(column).scaled_add(dy, &pass.x.row(sample)); // dW = xᵀ·dz' \
    'let _ = (sample, column, dy);'
  mutation maxout-db layer/maxout.rs \
    '*db = self.sum_of_wins(column, pass); // db = Σ dz' \
    '*db = self.sum_of_wins(column, pass) * F::zero();'
  mutation maxout-dx layer/maxout.rs \
    'dx.row_mut(sample).scaled_add(dy, &w.column(column));' \
    'dx.row_mut(sample).scaled_add(F::zero() * dy, &w.column(column));'

  mutation mse-n loss/mean_squared_error.rs \
    'let factor = F::of(2.0) / F::from_count(y.len());' \
    'let factor = F::of(2.0);'
  mutation mse-2 loss/mean_squared_error.rs \
    'let factor = F::of(2.0) / F::from_count(y.len());' \
    'let factor = F::one() / F::from_count(y.len());'
  mutation bce-n loss/binary_cross_entropy.rs \
    '(p - t) / (p * (F::one() - p)) / count' \
    '(p - t) / (p * (F::one() - p))'
  mutation bce-logits-n loss/binary_cross_entropy.rs \
    'map2(p, t, dz, |p, t| (p - t) / count);' \
    'map2(p, t, dz, |p, t| p - t);'
  mutation cce-n loss/categorical_cross_entropy.rs \
    'map2(y, t, dy, |p, t| -t / clip(p) / n);' \
    'map2(y, t, dy, |p, t| -t / clip(p));'
  mutation cce-logits-n loss/categorical_cross_entropy.rs \
    'map2(p, t, dz, |p, t| (p - t) / n);' \
    'map2(p, t, dz, |p, t| p - t);'
  mutation half-half loss/half.rs \
    'x / F::of(2.0)' \
    'x'
  mutation summed-n loss/summed.rs \
    'dy *= count(&self.0, y.dim());' \
    ''

  mutation chain-last sequential.rs \
    'for layer in (lowest..top).rev() {' \
    'for layer in (lowest..top).rev().skip(1) {'
  mutation chain-first sequential.rs \
    'for layer in (lowest..top).rev() {' \
    'for layer in (lowest + 1..top).rev() {'
  mutation chain-pair sequential.rs \
    'top = self.route.logits();' \
    ''
}

# Reads the table once to know the names.
names=()
mutation() { names+=("$1"); }
mutations
case "${1:-}" in
  --list) printf '%s\n' "${names[@]}"; exit ;;
  -*) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
for name in "$@"; do
  [[ " ${names[*]} " == *" $name "* ]] || { echo "no mutation $name; there are: ${names[*]}" >&2; exit 2; }
done
chosen=" ${*:-${names[*]}} "

# The training is a test of the library's package there, which saves building what else tests/ needs.
. tests/spoiled_copy.sh
log=$place/log
printf '\n[[test]]\nname = "every_equation"\npath = "tests/every_equation.rs"\n' >>"$copy/Cargo.toml"

# Replaces a line of the copy, keeps the file as it was in `original`, and says how often that line stood there.
replace() {
  cp "$copy/src/$1" "$place/original"
  OLD=$2 NEW=$3 awk '
    { line = $0; sub(/^ +/, "", line) }
    line == ENVIRON["OLD"] { found++; $0 = substr($0, 1, length($0) - length(line)) ENVIRON["NEW"] }
    { print >FILE }
    END { print found + 0 }
  ' FILE="$copy/src/$1" "$place/original"
}

cargo_test() {
  cargo test --manifest-path "$copy/Cargo.toml" --quiet -p chainrule "$@" >"$log" 2>&1
}

builds() {
  cargo_test --no-run --lib --test every_equation
}

# Leaves the names of the tests that fail in `failing`.
run_tests() {
  failing=()
  cargo_test "$@" -- --format pretty && return
  mapfile -t failing < <(sed -n 's/^test \(.*\) \.\.\. FAILED$/\1/p' "$log" | LC_ALL=C sort)
  [ ${#failing[@]} -gt 0 ] || { cat "$log" >&2; fail "the tests of $* did not run to their end"; }
}

# How many of the tests that ran fail, and one of them: of the mutated file's own, if there is one.
summary() {
  local ran name own=${failing[0]:-}
  [ -n "$own" ] || { echo "**none**"; return; }
  for name in "${failing[@]}"; do
    [[ $name != *"$(basename "$1" .rs)"* ]] || { own=$name; break; }
  done
  ran=$(sed -n 's/^running \([0-9]*\) tests*$/\1/p' "$log")
  echo "${#failing[@]} of $ran, as \`$own\`"
}

builds || { cat "$log" >&2; fail "the library does not build without a mutation"; }
for tests in "--test every_equation" --lib; do
  # shellcheck disable=SC2086 # the words of a command
  run_tests $tests
  [ ${#failing[@]} -eq 0 ] || fail "without a mutation these fail already: ${failing[*]}"
done
echo "| mutation | instead of | stands | a training spoiled | unit tests that fail |"
echo "| --- | --- | --- | --- | --- |"
echo "| none | | | none | none |"

survivors=()
mutation() {
  local name=$1 file=$2 old=$3 new=$4 found training units
  [[ $chosen == *" $name "* ]] || return 0
  found=$(replace "$file" "$old" "$new")
  [ "$found" = 1 ] || fail "mutation $name: src/$file has its line $found times instead of once: $old
Bring the line in tests/mutations.sh up to date."
  builds || { cat "$log" >&2; fail "mutation $name does not compile: mend its new line in tests/mutations.sh"; }
  run_tests --test every_equation
  training=$(summary "$file")
  run_tests --lib
  units=$(summary "$file")
  echo "| $name | ${old:+\`${old//|/\\|}\`} | ${new:+\`${new//|/\\|}\`} | $training | $units |"
  [[ $training$units != *none* ]] || survivors+=("$name")
  cp "$place/original" "$copy/src/$file"
}
start=$SECONDS
mutations
echo "$(wc -w <<<"$chosen") mutations in $((SECONDS - start)) s" >&2
[ ${#survivors[@]} -eq 0 ] || fail "survived the training or the unit tests: ${survivors[*]}"
