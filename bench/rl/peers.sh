#!/bin/sh
# Installs the peers of `lithe bench rl`: Gymnasium and, where PyTorch is at hand, Stable-Baselines3;
# builds the program of RLtools, whose headers come in its wheel. Running it again changes nothing. A
# peer that cannot be installed is named, and is no failure.
#
#     bench/rl/peers.sh build/rl-peers [PYTHON]
#
# PyTorch is taken from PYTHON, or from what the folder has already. It is not downloaded: its wheels
# on PyPI bring gigabytes of libraries for GPUs. The message says how to.
set -u

folder=${1:?"usage: bench/rl/peers.sh FOLDER [PYTHON] (for example build/rl-peers)"}
at_hand=${2:-}
here=$(cd "$(dirname "$0")" && pwd)

has_torch() {
  "$1" -c 'import torch; assert tuple(map(int, torch.__version__.split(".")[:2])) >= (2, 8)' \
    >/dev/null 2>&1
}

# Lets the folder's Python import what PYTHON has; they must be of one version.
borrow_torch() {
  packages=$("$at_hand" -c 'import pathlib, torch; print(pathlib.Path(torch.__file__).parents[1])')
  own=$("$folder/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  echo "$packages" >"$own/torch_at_hand.pth"
  has_torch "$folder/bin/python" || rm "$own/torch_at_hand.pth"
}

# By the name at the beginning of its line in requirements.txt; what follows are pip's options.
install() {
  what=$(grep "^$1==" "$here/requirements.txt")
  shift
  "$folder/bin/python" -m pip install -q --disable-pip-version-check "$@" "$what" || {
    echo "Missing: $what (pip could not install it)"
    return 1
  }
}

# For this processor: it is a peer at its best. Its sizes are types, which takes a minute.
build_rl_tools() {
  program=$folder/bin/bench_rl_tools
  install rltools --no-deps || return
  [ "$program" -nt "$here/peers/rl_tools.cc" ] && return
  echo "Building bench_rl_tools"
  packages=$("$folder/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  version=$(sed -n 's/^rltools==//p' "$here/requirements.txt")
  "${CXX:-c++}" -std=c++17 -O3 -march=native -ffast-math -w \
    -DRL_TOOLS_BACKEND_ENABLE_OPENBLAS -DRL_TOOLS_WHEEL="\"$version\"" \
    -isystem "$packages/rltools/external/rl_tools/include" \
    -I/usr/include/x86_64-linux-gnu/openblas-pthread \
    "$here/peers/rl_tools.cc" -o "$program" -lopenblas -lpthread ||
    echo "Missing: RLtools (its program does not build; Debian's libopenblas-dev and" \
      "nlohmann-json3-dev are needed)"
}

if [ ! -x "$folder/bin/python" ] && ! "${at_hand:-python3}" -m venv "$folder"; then
  echo "Missing: all peers (python3 -m venv failed: is python3-venv installed?)"
  exit 0
fi
if [ -n "$at_hand" ] && has_torch "$at_hand" && ! has_torch "$folder/bin/python"; then
  borrow_torch
fi
install gymnasium
if has_torch "$folder/bin/python"; then
  install stable-baselines3
else
  echo "Missing: Stable-Baselines3 and PyTorch (no PyTorch 2.8 at hand; PYTHON=/path/to/python names"
  echo "  one of the version of $folder/bin/python that has it, or"
  echo "  $folder/bin/pip install torch downloads it, some gigabytes; then again)"
fi
build_rl_tools
exit 0
