"""`%lithe` and `%%lithe` in IPython: what slows a line or a cell."""

from __future__ import annotations

from typing import Any

from ._doctor import CallReport, examine


def load(ipython: Any) -> None:
    """Registers the magic; `%load_ext lithe` calls this."""

    def lithe(line: str, cell: str | None = None) -> CallReport:
        """Runs the line or the cell, and reports what made it slow.

        %lithe train(X, y)

        %%lithe
        for epoch in range(5):
            train(X, y)
        """
        code = line if cell is None else cell
        return examine(lambda: ipython.run_cell(code).result)

    ipython.register_magic_function(lithe, "line_cell", "lithe")
