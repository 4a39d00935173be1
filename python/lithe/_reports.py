"""What this machine can do, and what slows programs on it: reports of the program as objects."""

from __future__ import annotations

import html
import json
import subprocess
from collections.abc import Mapping
from typing import Any

from ._error import Error
from ._program import path


class Report(Mapping[str, Any]):
    """A report of `lithe`, with the keys of its JSON; printed, its text."""

    def __init__(self, text: str, figures: dict[str, Any]) -> None:
        self.text = text
        self._figures = figures

    def __getitem__(self, key: str) -> Any:
        return self._figures[key]

    def __iter__(self) -> Any:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text)}</pre>"


def _run(words: list[str]) -> str:
    done = subprocess.run([str(path()), *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Error(done.stderr.strip() or f"lithe {words[0]} ended with {done.returncode}")
    return done.stdout


def info() -> Report:
    """This machine, its limits, and the kernels that run on it (`lithe info`)."""
    return Report(_run(["info"]), json.loads(_run(["info", "--json"])))


def doctor(*, seconds: float | None = None) -> Report:
    """What makes numeric programs slow on this machine, what it costs, and what to do.

    It takes some 15 seconds unless `seconds` says otherwise. A program is examined by the command:
    `lithe doctor -- python train.py`.
    """
    words = ["doctor"] if seconds is None else ["doctor", "--seconds", str(seconds)]
    figures = json.loads(_run([*words, "--json"]))
    lines = [f"{one['problem']}\n  {one['remedy']}" for one in figures.get("findings", [])]
    return Report("\n".join(lines) or "nothing was found", figures)
