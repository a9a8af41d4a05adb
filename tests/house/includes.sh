#!/usr/bin/env bash
# The arrows of the house: engine <- io <- hpc, a source's own header first, one seam for MPI, no mathematics whose bits depend on the processor.
# First shows that it would notice each kind of mistake, then looks at the tree.
set -euo pipefail

sources() { find "$@" -name '*.hpp' -o -name '*.cpp' 2>/dev/null | sort; }

# forbid WHAT PATTERN FOLDER...: prints every line that matches.
forbid() {
  local what=$1 pattern=$2 files
  shift 2
  mapfile -t files < <(sources "$@")
  [[ ${#files[@]} -gt 0 ]] || return 0
  { grep -nHE "$pattern" "${files[@]}" || true; } | sed "s|\$|    <- $what|"
}

include='^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]'

check_arrows() {
  forbid "engine knows neither io nor hpc" "$include(io|hpc)/" engine
  forbid "engine knows no files, ranks or threads' runtime" \
    "$include(mpi|omp|hdf5|H5|toml|CLI/|nlohmann/|readstat|zlib|fstream|iostream|filesystem)" engine
  forbid "engine prints nothing" '(^|[^a-z_])(printf|fprintf|puts|fputs)\(|std::(cout|cerr|clog)' engine
  forbid "io knows no hpc" "${include}hpc/" io
  forbid "io makes no MPI call and starts no thread" "$include(mpi|omp)\\.h|(^|[^A-Za-z_])MPI_[A-Z]" io
  forbid "includes are relative to the root" '^[[:space:]]*#[[:space:]]*include[[:space:]]*"(\.|[^"/]*")' engine io hpc
}

check_numbers() {
  forbid "use engine/core/elementary.hpp: libm's bits depend on the processor" \
    '(^|[^a-z_])std::(exp|exp2|expm1|log|log2|log10|log1p|pow|sin|cos|tan|tanh|erf|erfc|tgamma|lgamma|cbrt)\(' engine
}

# Each source includes its own header first: so the header is seen to stand alone. Before it may stand only comments.
check_own_header_first() {
  local file header first
  while read -r file; do
    header=${file%.cpp}.hpp
    [[ -f $header ]] || continue
    first=$(grep -m1 -vE '^[[:space:]]*(//.*)?$' "$file" || true)
    [[ $first == "#include \"$header\""* ]] || echo "$file: $first    <- a source includes its own header first"
  done < <(sources engine io hpc | grep '\.cpp$' || true)
}

# MPI, and the condition of being built with it, live in one header and its source.
check_seam() {
  local stems
  mapfile -t stems < <(forbid '' "PUENTE_HAS_MPI|${include}mpi\\.h" engine io hpc | sed 's|\.[ch]pp:.*||' | sort -u)
  [[ ${#stems[@]} -le 1 ]] || printf '%s    <- more than one seam for MPI\n' "${stems[@]}"
}

check_flags() {
  { grep -nHE '^[^#]*(-ffast-math|-Ofast|-fassociative-math)' CMakeLists.txt cmake/* 2>/dev/null || true; } |
    sed 's|$|    <- changes values|'
}

findings() { (cd "$1" && check_arrows && check_numbers && check_own_header_first && check_seam && check_flags); }

# notices LINE FILE: a tree with this one line in it must give a finding.
notices() {
  local tree count
  tree=$(mktemp -d)
  mkdir -p "$tree/engine" "$tree/io" "$tree/hpc" "$tree/cmake"
  echo '#include <mpi.h>' >"$tree/hpc/communicator.cpp"
  touch "$tree/engine/own.hpp"
  echo "$1" >"$tree/$2"
  count=$(findings "$tree" | wc -l)
  rm -r "$tree"
  [[ $count -ge 1 ]] || { echo "the check does not notice '$1' in $2"; exit 1; }
}

notices '#include "io/hdf5/handle.hpp"' engine/a.cpp
notices '#include <hdf5.h>' engine/a.hpp
notices '  # include <iostream>' engine/a.hpp
notices '  std::printf("%d", 1);' engine/a.cpp
notices '#include "hpc/driver.hpp"' io/a.cpp
notices '  MPI_Barrier(comm);' io/a.cpp
notices '#include "handle.hpp"' io/a.cpp
notices '  y = std::exp(x);' engine/a.cpp
notices '#include <cmath>' engine/own.cpp
notices '#ifdef PUENTE_HAS_MPI' hpc/driver.cpp
notices 'add_compile_options(-ffast-math)' cmake/a.cmake

found=$(findings "$1")
[[ -z $found ]] || { echo "$found"; exit 1; }
