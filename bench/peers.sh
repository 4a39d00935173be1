#!/bin/sh
# Installs the peers of the benchmarks: Debian's NumPy, OpenBLAS and PyTorch, and what the peers in
# C++ are built from (libtorch, dlib, oneDNN, LIBXSMM, FANN), with apt where that is allowed; PyPI's
# NumPy, JAX, scikit-learn, ONNX Runtime, PyTensor and Keras into a folder of their own. Running it
# again changes nothing. A peer that cannot be installed is named, and is no failure: it is left out.
#
#     bench/peers.sh build/peers
#
# PyTorch compiled (torch.compile) wants PyTorch 2, whose wheels on PyPI bring gigabytes of
# libraries for GPUs: it is not installed here, but measured where a Python has it (lithe bench
# --python ...).
set -u

folder=${1:?"usage: bench/peers.sh FOLDER (for example build/peers)"}
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
  for package in python3-venv libopenblas0-pthread python3-numpy python3-torch \
    libtorch-dev libdlib-dev libdnnl-dev libxsmm-dev libfann-dev; do
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
  for list in requirements.txt requirements-keras.txt; do
    "$folder/bin/python" -m pip install -q --disable-pip-version-check -r "$here/$list" ||
      echo "Missing: what bench/$list names (pip could not install it)"
  done
}

if command -v apt-get >/dev/null; then
  install_from_debian
else
  echo "Missing: Debian's NumPy and PyTorch, unless they are there already (no apt-get here)"
fi
install_from_pypi
exit 0
