#!/bin/sh
# Installs the peers of the benchmarks: Debian's NumPy, OpenBLAS, oneDNN and PyTorch with apt where
# that is allowed, PyPI's NumPy, JAX and ONNX Runtime into a folder of their own. Running it again
# changes nothing. A peer that cannot be installed is named, and is no failure: the benchmark runs
# without it.
#
#     bench/peers.sh build/peers        the peers in Python
#     bench/peers.sh build/peers c++    and what the peers in C++ are built from (bench-conv)
set -u

folder=${1:?"usage: bench/peers.sh FOLDER [c++] (for example build/peers)"}
headers=
[ "${2:-}" = c++ ] && headers="libtorch-dev libdlib-dev libdnnl-dev"
here=$(cd "$(dirname "$0")" && pwd)
python=/usr/bin/python3

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$1" \
    >/dev/null 2>&1
}

install_from_debian() {
  updated=no
  # OpenBLAS is named because NumPy alone is content with the slow reference BLAS.
  for package in python3-venv libopenblas0-pthread libdnnl2 \
    python3-numpy python3-torch $headers; do
    installed "$package" && continue
    echo "Installing $package"
    apt_install "$package" && continue
    if [ $updated = no ]; then
      updated=yes
      as_root apt-get update -qq >/dev/null 2>&1
      apt_install "$package" && continue
    fi
    echo "Missing: $package (apt-get could not install it, or may not)"
  done
}

install_from_pypi() {
  if [ ! -x "$folder/bin/python" ] && ! "$python" -m venv "$folder"; then
    echo "Missing: what comes from PyPI ($python -m venv failed: is python3-venv installed?)"
    return
  fi
  "$folder/bin/python" -m pip install -q --disable-pip-version-check -r "$here/requirements.txt" ||
    echo "Missing: JAX and PyPI's NumPy (pip could not install bench/requirements.txt)"
  "$folder/bin/python" -m pip install -q --disable-pip-version-check \
    -r "$here/requirements-onnx.txt" ||
    echo "Missing: ONNX Runtime (pip could not install bench/requirements-onnx.txt)"
}

if command -v apt-get >/dev/null; then
  install_from_debian
else
  echo "Missing: Debian's NumPy and PyTorch, unless they are there already (no apt-get here)"
fi
install_from_pypi
exit 0
