#!/usr/bin/env bash
# What `bootstrap` decides, on a copy with stand-ins for the programs it calls: what it installs, when, and that it
# does nothing twice. Nothing on this machine is changed.
set -euo pipefail
tree=$(mktemp -d)
trap 'rm -r "$tree"' EXIT
cp "$1/bootstrap" "$tree/"
mkdir "$tree/bin"
export PATH="$tree/bin:$PATH" LOG="$tree/log"

# stand_in NAME BODY: a program that notes its call in the log.
stand_in() { printf '#!/bin/bash\necho "%s $*" >>"$LOG"\n%s\n' "$1" "$2" >"$tree/bin/$1" && chmod +x "$tree/bin/$1"; }
stand_in apt-get ''
stand_in sudo 'exit 1'
stand_in ccache ''
stand_in cmake 'mkdir -p build/release build/workstation
  printf "PUENTE_MPI:BOOL=ON\n" >build/release/CMakeCache.txt
  printf "PUENTE_MPI:BOOL=OFF\n" >build/workstation/CMakeCache.txt
  touch build/release/build.ninja build/workstation/build.ninja'
stand_in ninja ''

installed() { stand_in dpkg-query "shift 2; for p; do case \$p in $1) ;; *) echo \"installed \$p\";; esac; done"; }
as_user() { stand_in id "echo $1"; }
call() { : >"$LOG"; output=$(cd / && "$tree/bootstrap" "$@" </dev/null 2>&1) || status=$?; }
logged() { grep -qE "$1" "$LOG" || { echo "expected '$1' in:"; cat "$LOG"; echo "$output"; exit 1; }; }
not_logged() { ! grep -qE "$1" "$LOG" || { echo "unexpected '$1' in:"; cat "$LOG"; exit 1; }; }
says() { grep -qF -- "$1" <<<"$output" || { echo "expected '$1' in: $output"; exit 1; }; }
status=0

as_user 0
installed 'libfmt-dev|openmpi-bin'
call build
logged '^apt-get update'
logged '^apt-get install .*--no-install-recommends libfmt-dev openmpi-bin$'
logged '^cmake --preset release'
logged '^ninja -C build/release .* puente$'

installed 'none'
call build
not_logged '^(apt-get|cmake)'
logged '^ninja'

installed 'libopenmpi-dev|libhdf5-openmpi-dev|openmpi-bin'
rm -r "$tree/build"
call workstation
not_logged '^apt-get'
logged '^cmake --preset workstation'

installed 'python3-numpy'
mkdir -p "$tree/bench/reference"
stand_in npm ''
stand_in node ''
call bench
logged '^apt-get install .*--no-install-recommends python3-numpy$'
logged '^npm ci --prefix bench/reference$'
logged '^ninja -C build/release .* benchmarks$'
PUENTE_INSTALL=no call bench
not_logged '^(apt-get install|npm)'
says 'not present as Debian packages: python3-numpy'

as_user 1000
status=0
installed 'libfmt-dev'
rm -r "$tree/build"
stand_in cmake 'exit 1'
call build
[[ $status -eq 1 ]] || { echo "a failed configuration must fail the script: $output"; exit 1; }
not_logged '^apt-get'
says 'not present as Debian packages: libfmt-dev'
says 'module load'

# The check of benchmarks: what counts is installed, only its bench is built, another revision in a folder of its own.
as_user 0
installed 'valgrind'
stand_in cmake 'mkdir -p build/release && printf "PUENTE_BENCH:BOOL=ON\n" >build/release/CMakeCache.txt && touch build/release/build.ninja'
stand_in git 'case "$*" in *rev-parse*known*) echo 0123abc ;; *rev-parse*) exit 1 ;; *) exec tar -c -T /dev/null ;; esac'
stand_in python3 'exit 1'
mkdir -p "$tree/bench" "$tree/scenarios/reference" "$tree/build/base/0123abc/scenarios"
status=0
call bench --check
[[ $status -eq 1 ]] || { echo "a check that fails must fail the script: $output"; exit 1; }
logged '^apt-get install .* valgrind$'
logged '^ninja -C build/release .* gate_bench$'
logged '^python3 bench/gate/check.py$'
stand_in python3 ''
call bench --check --base known --update -- --only rules
logged '^python3 bench/gate/check.py --base-program build/base/0123abc/build/release/bench/gate/gate_bench --base-name known --update --only rules$'
stand_in ninja '[[ $PWD != */base/* ]]'
call bench --check --base known
says 'does not build'
logged '^python3 bench/gate/check.py$'
for wrong in '--check --base nosuch' '--base known' '--update'; do
  status=0
  call bench $wrong
  [[ $status -eq 64 ]] || { echo "bench $wrong: exit $status"; exit 1; }
done

status=0
call help
[[ $status -eq 0 ]] || { echo "help: exit $status"; exit 1; }
says './bootstrap COMMAND'
says 'module load'

call nonsense
[[ $status -eq 64 ]] || { echo "unknown command: exit $status"; exit 1; }
