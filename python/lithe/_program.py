"""The program `lithe`, which lies beside the modules."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def path() -> Path:
    """Where the program is."""
    return Path(__file__).with_name("bin") / "lithe"


def main() -> None:
    """Becomes the program, with the same arguments."""
    program = str(path())
    os.execv(program, [program, *sys.argv[1:]])
