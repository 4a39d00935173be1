#!/usr/bin/env bash
# Trains the recipe `seed`: on MNIST, which is fetched if it is not there, or on the built-in digits.
set -euo pipefail
lithe=$1
shift
if ! "$lithe" data list | grep -qE '^ *mnist +there$'; then
  echo "MNIST is not there yet: fetching it"
  if ! reason=$("$lithe" data fetch mnist 2>&1); then
    echo "MNIST cannot be fetched: training on the built-in digits instead"
    echo "$reason"
    exec "$lithe" train seed --data digits "$@"
  fi
fi
exec "$lithe" train seed "$@"
