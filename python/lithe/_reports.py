"""What this machine can do, and what slows programs on it: reports of the program as objects."""

from __future__ import annotations

import html
import json
import subprocess
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, overload

from ._error import Error
from ._program import path

if TYPE_CHECKING:
    from ._doctor import CallReport


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

    @property
    def findings(self) -> list[dict[str, Any]]:
        """Causes, the most costly first."""
        return list(self._figures.get("findings", []))

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


@overload
def doctor() -> Report: ...


@overload
def doctor(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> CallReport: ...


def doctor(function: Callable[..., Any] | None = None, /, *args: Any, **kwargs: Any) -> Report:
    """What makes a function slow, or numeric programs on this machine; what it costs; what to do.

    `lithe.doctor()` measures the machine, as `lithe doctor` does, which takes some 15 seconds.
    `lithe.doctor(function, *args, **kwargs)` calls the function once, while the program examines
    this process from outside: the lines that take the time, what they spend it on or wait for, the
    causes, and what to write instead. The heap, epochs and trials are left to the command, which
    starts the program itself: `lithe doctor -- python train.py`.

    Returns
    -------
    Report
        With the keys of `--json`; printed, the text of the command. Of a function it has its
        `result`, and `save("page.html")`.

    Raises
    ------
    lithe.Error
        In another thread than the main one. What the function raises is raised here too.

    Examples
    --------
    >>> import lithe
    >>> def train():
    ...     return sum(i * i for i in range(100_000))
    >>> report = lithe.doctor(train)
    >>> report.result, report["process"] > 0
    (333328333350000, True)
    """
    if function is not None:
        from ._doctor import examine

        return examine(function, *args, **kwargs)
    figures = json.loads(_run(["doctor", "--json"]))
    return Report(figures["text"], figures)
