#!/usr/bin/env bash
# Is every C++ file formatted as .clang-format says? `make format` formats them.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files -z --cached --others --exclude-standard '*.h' '*.cc' '*.inc' |
  xargs -0 clang-format-16 --dry-run -Werror
