#!/usr/bin/env bash
# Is what is installed whole? Moves an installation elsewhere, then builds and runs a program against
# it twice: with CMake's find_package, and with pkg-config alone.
#   install_test.sh BUILD_FOLDER EXAMPLES_FOLDER LIBDIR, with CMAKE, GENERATOR, CXX, CXXFLAGS, PKG_CONFIG
set -euo pipefail
build=$1 examples=$2 libdir=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$CMAKE" --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/prefix"  # nothing may depend on where it was put
prefix=$work/prefix

check_example() {
  (cd "$work" && "$1") | tee "$work/said"
  grep -qE '^[0-9]+ of 10000 read' "$work/said"
  "$prefix/bin/lithe" evaluate "$work/digits.safetensors" --data digits
  rm "$work/digits.safetensors"
}

echo "The program and its recipes"
(cd "$work" && "$prefix/bin/lithe" --version)
[ -f "$prefix/share/lithe/recipes/seed.toml" ]
if python3 -c "import tomllib" 2>/dev/null; then
  (cd "$work" && "$prefix/bin/lithe" bench --help) | grep -q "lithe bench seed"
fi
"$prefix/bin/lithe" doctor --json --output "$work/doctor.json" -- sh -c "echo epoch"
grep -q '"counted": true' "$work/doctor.json"

echo "By CMake's find_package"
"$CMAKE" -G "$GENERATOR" -S "$examples" -B "$work/examples" -DCMAKE_PREFIX_PATH="$prefix" \
  -DCMAKE_BUILD_TYPE=Release >/dev/null
"$CMAKE" --build "$work/examples" >/dev/null
check_example "$work/examples/train_digits"
"$work/examples/own_environment"

for static in "" --static; do
  echo "By pkg-config $static"
  export PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig
  # shellcheck disable=SC2046,SC2086  # the flags are words
  "$CXX" $CXXFLAGS -std=c++20 "$examples/train_digits.cc" -o "$work/train_digits" \
    $("$PKG_CONFIG" $static --cflags --libs lithe)
  check_example "$work/train_digits"
done

echo "The core alone, by find_package and by pkg-config"
"$CMAKE" -G "$GENERATOR" -S "$(dirname "$0")/core_only" -B "$work/core" -DEXAMPLES="$examples" \
  -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_DISABLE_FIND_PACKAGE_PNG=ON >/dev/null
"$CMAKE" --build "$work/core" >/dev/null
(cd "$work" && "$work/core/own_arrays")
# shellcheck disable=SC2046,SC2086
"$CXX" $CXXFLAGS -std=c++20 "$examples/own_arrays.cc" -o "$work/own_arrays" \
  $("$PKG_CONFIG" --cflags --libs lithe-core)
(cd "$work" && ./own_arrays)
