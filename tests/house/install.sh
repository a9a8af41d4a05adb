#!/usr/bin/env bash
# install.sh CMAKE BUILD: an installed copy works from wherever it is moved to, without the source tree.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
"$1" --install "$2" --prefix "$folder/first" >"$folder/log"
mv "$folder/first" "$folder/moved"
cd "$folder"
moved/bin/puente --version
moved/bin/puente run reference --households 2000 --quiet -o results.h5
[[ -s results.h5 ]]
