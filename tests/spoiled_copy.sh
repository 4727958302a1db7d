# For the scripts that spoil the library, which source this in the root of the project: a copy of the tree as it is now.
# Both use the same, so that what one has built the other need not build. The copy has a target directory of its own, as
# cargo takes two copies of a package for one.
mkdir -p "${CARGO_TARGET_DIR:-target}/mutations"
place=$(cd "${CARGO_TARGET_DIR:-target}/mutations" && pwd)
export CARGO_TARGET_DIR=$place/target
copy=$place/source
rm -rf "$copy" && mkdir "$copy"
# -m: a file is as new as this copy, whatever was built of the last one
git ls-files -z --cached --others --exclude-standard |
  while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
  tar --null -T - -cf - | tar -xmf - -C "$copy"
[ ! -e Cargo.lock ] || cp Cargo.lock "$copy"

fail() {
  echo "$*" >&2
  exit 1
}
