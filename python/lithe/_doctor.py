"""What slows a function: the program `lithe` examines this process while it is called."""

from __future__ import annotations

import ctypes
import html
import json
import linecache
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ._error import Error
from ._program import path
from ._reports import Report

__all__ = ["CallReport", "examine"]

_PR_SET_PTRACER = 0x59616D61


class CallReport(Report):
    """What `lithe.doctor(function)` gives: printed, the text of `lithe doctor`; in a notebook, a table.

    Attributes
    ----------
    result : object
        What the function returned.
    findings : list of dict
        Causes, the most costly first: `name`, `problem`, `factor` (without it the function is that
        many times as fast; 0: unknown), `low` and `high` (its range), `cost` (these in words),
        `place` (the line that has it), `evidence`, `remedy`, `instead` (what to write there),
        `commands`.
    """

    def __init__(self, figures: dict[str, Any], page: str, result: Any) -> None:
        super().__init__(figures["text"], figures)
        self.result = result
        self._page = page

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the page: findings, a timeline, a flame graph, and the lines in their source."""
        Path(path).write_text(self._page, encoding="utf-8")

    def _repr_html_(self) -> str:
        findings = "".join(_finding_html(one) for one in self.findings if _worth(one))
        rows = "".join(_line_html(line) for line in self["lines"][:8])
        names = ("share", "interpreter", "compiled", "system", "waiting", "line")
        head = "".join(f"<th>{name}</th>" for name in names)
        missing = "".join(f"<li>{html.escape(one)}</li>" for one in self["not_seen"])
        causes = f"<ol>{findings}</ol>" if findings else "<p>Nothing makes it slow that could be seen.</p>"
        lines = f"<table><tr>{head}</tr>{rows}</table>" if rows else ""
        return (
            f"<p>{self['seconds']:.3g} s</p>{causes}{lines}"
            f"<details><summary>Not seen</summary><ul>{missing}</ul></details>"
        )


def _worth(finding: dict[str, Any]) -> bool:
    """Whether it costs 1.05 times or more, or nobody knows."""
    return not 0 < finding["factor"] < 1.05


def _finding_html(finding: dict[str, Any]) -> str:
    text = f"<b>{html.escape(finding['cost'])}</b>: {html.escape(finding['problem'])}"
    if place := finding["place"]:
        text += f"<br/>{html.escape(_where(place))}: <code>{html.escape(place['text'])}</code>"
    text += f"<br/>{html.escape(finding['remedy'])}"
    if finding["instead"]:
        text += f"<br/><code>{html.escape(finding['instead'])}</code>"
    return f"<li>{text}</li>"


def _line_html(line: dict[str, Any]) -> str:
    shares = (line[part] for part in ("share", "interpreter", "native", "system", "waiting"))
    cells = "".join(f"<td>{share:.0%}</td>" if share >= 0.005 else "<td></td>" for share in shares)
    text = f"{html.escape(_where(line))} <code>{html.escape(line['text'])}</code>"
    return f'<tr>{cells}<td style="text-align: left">{text}</td></tr>'


def _where(line: dict[str, Any]) -> str:
    file = Path(line["file"])
    if file.parent.name.startswith("ipykernel_") or file.name.startswith("<"):
        function = line["function"].replace("<module>", "the cell")
        return f"{function}, line {line['line']}"
    return f"{file.name}:{line['line']}"


def _allow(process: int) -> None:
    """Lets that process read the memory of this one, where the system asks for that (Yama)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PTRACER, ctypes.c_ulong(process), 0, 0, 0)


def _sources() -> dict[str, str]:
    """Code that is in no file: cells of a notebook, and what was typed."""
    return {
        name: "".join(entry[2])
        for name, entry in list(linecache.cache.items())
        if len(entry) == 4 and entry[1] is None
    }


@contextmanager
def _examined(folder: Path) -> Iterator[list[str]]:
    """The program examines this process in the meantime; its report is then in the folder, or what
    went wrong in the list."""
    problems: list[str] = []
    words = [str(path()), "doctor", "--pid", str(os.getpid()), "--json", "-o", str(folder / "report.json")]
    words += ["--report", str(folder / "page.html"), "--sources", str(folder / "sources.json")]
    # In a session of its own, because Ctrl-C is the function's.
    none, pipe = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(
        words, stdin=none, stdout=none, stderr=pipe, text=True, start_new_session=True
    ) as program:
        assert program.stderr is not None
        try:
            _allow(program.pid)
            said = program.stderr.readline()
            if not said.startswith("Examining"):
                raise Error((said + program.stderr.read()).strip() or "lithe doctor does not start", kind="machine")
            yield problems
            (folder / "sources.json").write_text(json.dumps(_sources()), encoding="utf-8")
            program.send_signal(signal.SIGINT)
            said = program.stderr.read().strip()
        except BaseException:
            program.kill()
            raise
        finally:
            _allow(0)
    if program.returncode != 0:
        problems.append(said or f"lithe doctor ended with {program.returncode}")


def _without_report(problem: str) -> dict[str, Any]:
    """The figures where the program failed: what the function returned is not lost."""
    return {"text": f"There is no report: {problem}", "seconds": 0.0, "findings": [], "lines": [], "not_seen": [problem]}


def examine(function: Callable[..., Any], *args: Any, **kwargs: Any) -> CallReport:
    """Calls the function, and reports what made it slow."""
    if threading.current_thread() is not threading.main_thread():
        raise Error("lithe.doctor(function) examines the main thread", "", "call it from there")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _examined(folder) as problems:
            result = function(*args, **kwargs)
        if problems:
            return CallReport(_without_report(problems[0]), "", result)
        figures = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        return CallReport(figures, (folder / "page.html").read_text(encoding="utf-8"), result)
