#!/usr/bin/env bash
# Runs a test by the Python that has Gymnasium and dm_control, if `make rl-peers` installed it.
#   with_peers.sh SOURCE_FOLDER TEST.py LITHE
set -euo pipefail
python=$1/build/rl-peers/bin/python
if [ ! -x "$python" ]; then
  echo "skipped: Gymnasium and dm_control are not there (make rl-peers installs them)"
  exit 77
fi
exec "$python" "$1/tests/$2" "$3"
