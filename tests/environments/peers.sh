#!/usr/bin/env bash
# Gymnasium and dm_control from PyPI, for comparison, into a virtual environment of their own.
#   peers.sh FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ -x "$1/bin/python" ] || python3 -m venv "$1"
"$1/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
