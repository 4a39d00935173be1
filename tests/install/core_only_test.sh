#!/usr/bin/env bash
# Does a project that takes Lithe in with FetchContent build lithe::core and train with it, where
# nothing can be found that only the other parts need? The same as shared libraries, installed and
# found again by CMake and by pkg-config.
#   core_only_test.sh SOURCE_FOLDER LIBDIR, with CMAKE, GENERATOR, CXX, CXXFLAGS, PKG_CONFIG, LAUNCHER
# Built without optimisation and for one instruction set, because the kernels would take minutes.
set -euo pipefail
source=$1 libdir=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A compiler cache, if there is one, finds what it compiled in another temporary folder.
export CCACHE_BASEDIR=$work CCACHE_NOHASHDIR=1

quietly() {
  "$@" >"$work/said" 2>&1 || { tail -50 "$work/said"; exit 1; }
}

absent=()
for package in PNG ZLIB GIF CLI11 GTest; do
  absent+=("-DCMAKE_DISABLE_FIND_PACKAGE_$package=ON")
done
common=(-G "$GENERATOR" -S "$here/core_only" "${absent[@]}" -DEXAMPLES="$source/examples"
  -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_INSTALL_LIBDIR="$libdir")

echo "By FetchContent"
quietly "$CMAKE" "${common[@]}" -B "$work/fetched" -DLITHE_SOURCE="$source" -DBUILD_SHARED_LIBS=ON \
  -DLITHE_INSTALL=ON -DLITHE_UNITY=ON -DCMAKE_CXX_COMPILER_LAUNCHER="${LAUNCHER:-}" \
  -DCMAKE_CXX_FLAGS="$CXXFLAGS -O0 -DHWY_COMPILE_ONLY_STATIC"
if grep -E "^(JPEG|DEFLATE|HWLOC|PNG|CURL)_" "$work/fetched/CMakeCache.txt"; then
  echo "the core looked for a library that it does not need" >&2
  exit 1
fi
quietly "$CMAKE" --build "$work/fetched"
(cd "$work" && "$work/fetched/own_arrays")

echo "Installed, by find_package"
quietly "$CMAKE" --install "$work/fetched" --prefix "$work/prefix"
quietly "$CMAKE" "${common[@]}" -B "$work/found" -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON -DCMAKE_CXX_FLAGS="$CXXFLAGS"
quietly "$CMAKE" --build "$work/found"
(cd "$work" && "$work/found/own_arrays")
if "$CMAKE" "${common[@]}" -B "$work/missing" -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCOMPONENTS=data >"$work/said" 2>&1; then
  echo "find_package found a component that is not installed" >&2
  exit 1
fi
grep -q "lithe" "$work/said"

echo "Installed, by pkg-config"
export PKG_CONFIG_PATH=$work/prefix/$libdir/pkgconfig
# shellcheck disable=SC2046,SC2086  # the flags are words
"$CXX" $CXXFLAGS -std=c++20 "$source/examples/own_arrays.cc" -o "$work/own_arrays" \
  $("$PKG_CONFIG" --cflags --libs lithe-core) -Wl,-rpath,"$work/prefix/$libdir"
(cd "$work" && ./own_arrays)
