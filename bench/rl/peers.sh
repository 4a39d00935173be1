#!/bin/sh
# Installs the peers of `lithe bench rl`: Gymnasium and, where PyTorch is at hand, Stable-Baselines3.
# Running it again changes nothing. A peer that cannot be installed is named, and is no failure.
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

install() {
  "$folder/bin/python" -m pip install -q --disable-pip-version-check "$@" ||
    echo "Missing: $* (pip could not install it)"
}

# Lets the folder's Python import what PYTHON has; they must be of one version.
borrow_torch() {
  packages=$("$at_hand" -c 'import pathlib, torch; print(pathlib.Path(torch.__file__).parents[1])')
  own=$("$folder/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  echo "$packages" >"$own/torch_at_hand.pth"
  has_torch "$folder/bin/python" || rm "$own/torch_at_hand.pth"
}

if [ ! -x "$folder/bin/python" ] && ! "${at_hand:-python3}" -m venv "$folder"; then
  echo "Missing: all peers (python3 -m venv failed: is python3-venv installed?)"
  exit 0
fi
if [ -n "$at_hand" ] && has_torch "$at_hand" && ! has_torch "$folder/bin/python"; then
  borrow_torch
fi
if has_torch "$folder/bin/python"; then
  install -r "$here/requirements.txt"
else
  install "$(grep '^gymnasium' "$here/requirements.txt")"
  echo "Missing: Stable-Baselines3 and PyTorch (no PyTorch 2.8 at hand; PYTHON=/path/to/python names"
  echo "  one of the version of $folder/bin/python that has it, or"
  echo "  $folder/bin/pip install torch downloads it, some gigabytes; then again)"
fi
exit 0
