#!/usr/bin/env bash
# readme.sh README PUENTE: does what the README says. Of its fenced blocks, `toml file=NAME` and the like become files;
# `sh runnable`, `python runnable` and `r runnable` are run in order, in an empty folder, with puente in the path.
set -euo pipefail
readme=$1
PATH="$(dirname "$2"):$PATH"
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
cd "$folder"

# Writes block N to .block-N and a line "N WORDS" for each that has more than a language in its first line.
awk '/^```[a-z]+ /{n++; words=substr($0, 4); print n, words; inside=1; next}
     /^```/{inside=0; next}
     inside{print >(".block-" n)}' "$readme" >.blocks

has_python() { /usr/bin/python3 -c 'import xarray, h5netcdf' 2>/dev/null; }
has_r() { command -v Rscript >/dev/null && Rscript -e 'library(hdf5r)' >/dev/null 2>&1; }

run_block() {
  case $2 in
    *\ file=*) cp ".block-$1" "${2##* file=}" ;;
    sh\ runnable) bash -euo pipefail ".block-$1" ;;
    python\ runnable) if has_python; then /usr/bin/python3 ".block-$1"; else echo "skipped: no xarray"; fi ;;
    r\ runnable) if has_r; then Rscript ".block-$1"; else echo "skipped: no hdf5r"; fi ;;
    *) echo "README: block of unknown kind '$2'"; return 1 ;;
  esac
}

commands=0
while read -r number words <&3; do
  echo "-- $words"
  run_block "$number" "$words" || { echo "README: this block fails:"; cat ".block-$number"; exit 1; }
  [[ $words != *runnable* ]] || commands=$((commands + 1))
done 3<.blocks
[[ $commands -ge 3 ]] || { echo "README has only $commands runnable blocks"; exit 1; }
