#!/usr/bin/env bash
# Lithe's learning curve and weights on the seed recipe against NumPy's, from the same start and order.
#   seed_curve_test.sh LITHE PRINT_ORDER        exit status 77: skipped, and the line says why
set -euo pipefail
lithe=$1 print_order=$2
here=$(cd "$(dirname "$0")" && pwd)
[ -d "${LITHE_DATA:-/nowhere}/mnist" ] || { echo "skipped: needs MNIST: run \`lithe data fetch mnist\`, set LITHE_DATA to its data folder"; exit 77; }
# Debian's NumPy is Debian's Python's, which need not be the first one found.
for python in python3 /usr/bin/python3; do "$python" -c 'import numpy' 2>/dev/null && break; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
compare() {  # epochs, more arguments of seed_curve.py
  local epochs=$1
  shift
  "$lithe" train seed --seed 3 --epochs 0 --output start >/dev/null
  "$lithe" train seed --seed 3 --epochs "$epochs" --output final --json >curve
  "$print_order" 50000 3 "$epochs" order
  PYTHONDONTWRITEBYTECODE=1 "$python" "$here/seed_curve.py" --start start --order order --curve curve "$@"
}
compare 1 --weights final --relative 1e-6
compare 3
