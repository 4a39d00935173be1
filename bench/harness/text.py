"""Figures in words, and tables as text or as Markdown."""

import math

_UNITS = (("s", 1), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))


def one(noun):
    """With its article: "a step", "an epoch"."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def seconds_unit(seconds):
    """The unit that says so many seconds best, and its size."""
    return next(((unit, size) for unit, size in _UNITS if seconds >= 0.1 * size), _UNITS[-1])


def figure(seconds):
    """Three digits that count: 0.110 s, 12.3 ms."""
    unit, size = seconds_unit(seconds)
    return f"{significant(seconds / size)} {unit}"


def significant(value, digits=3):
    """A number with so many digits that count, without an exponent."""
    if value == 0:
        return "0"
    # How many stand before the point, once it is rounded; below 1, how many zeros come after it.
    before = math.floor(math.log10(abs(float(f"{value:.{digits}g}")))) + 1
    return f"{value:.{max(digits - before, 0)}f}"


def times(ratio):
    return f"{significant(ratio, 2 if ratio < 10 else 3)}x" if ratio else "-"


def heading(words):
    return f"\n{words}\n{'-' * len(words)}"


def aligned(rows, right=frozenset()):
    """The rows as lines, each column as wide as its widest cell; those in `right` end together."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.rjust(width) if i in right else cell.ljust(width)
                      for i, (cell, width) in enumerate(zip(row, widths))).rstrip()
            for row in rows]


def markdown(rows, right=frozenset()):
    """The same as a Markdown table."""
    head, *rest = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    rule = ["---:" if i in right else "---" for i in range(len(head))]
    return [f"| {' | '.join(row)} |" for row in (head, rule, *rest)]
