#!/usr/bin/env bash
# Runs clang-tidy (.clang-tidy says what for) over the library, two files at a time, in about three
# minutes. Files that Highway compiles once for each instruction set are left out: their code is seen
# five times over, which takes minutes a file; the compilers' warnings and their tests are their check.
#   scripts/check-tidy.sh [BUILD_FOLDER] [FILE...]
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/release}
shift || true
if [ ! -f "$build/compile_commands.json" ]; then
  echo "$build/compile_commands.json is not there: cmake --preset release" >&2
  exit 1
fi
if ! command -v clang-tidy-16 >/dev/null; then
  echo "clang-tidy-16 is not there: apt-get install clang-tidy-16" >&2
  exit 1
fi
files=("$@")
if [ ${#files[@]} -eq 0 ]; then
  mapfile -t files < <(git ls-files 'src/*.cc' | xargs grep -L 'hwy/foreach_target.h')
fi
# The commands are GCC's, which has warnings that Clang does not know.
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P 2 clang-tidy-16 --quiet -p "$build" \
  --extra-arg=-Wno-unknown-warning-option 2> >(grep -v 'warnings\? .*generated' >&2)
echo "${#files[@]} files: no findings"
