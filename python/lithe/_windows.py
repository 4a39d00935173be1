"""Windows over rows that follow one another in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._arrays import Array, features
from ._error import Error
from ._sequences import Given, Inputs

__all__ = ["Windows", "windows"]

_sliding = np.lib.stride_tricks.sliding_window_view


@dataclass(frozen=True)
class _Form:
    """How windows lie on rows. `rows` has those of all parts, series by series."""

    rows: Array
    places: Array | None  # of these rows in the array that was given; None: the same
    names: Array | None  # the series of each row
    length: int
    horizons: tuple[int, ...]
    stride: int
    targets: tuple[int, ...]

    @property
    def reach(self) -> int:
        """Rows from the first of a window to the last of its answers."""
        return self.length + self.horizons[-1]


class Windows(Given):
    """Windows of rows, and the answer to each: what `lithe.windows` gives.

    `fit`, `predict` and `score` of an estimator, and `lithe.Examples`, take it in the place of X and
    y, and copy no window.

    Attributes
    ----------
    X : array [windows][window][channels]
        A view of the rows. With `groups` it is a copy, made when it is asked for.
    y : array [windows] or [windows][answers]
        With several horizons and targets, all targets of the nearest horizon come first.
    first_rows : array [windows] of int
        The row with which each window begins.
    groups : array [windows], or None
        The group of each window.
    test : Windows or None
        Those of the rows held out; `X_test` and `y_test` are theirs.
    between : int
        Windows that are in neither part, because they look at rows of both.
    """

    def __init__(self, form: _Form, runs: list[tuple[int, int]], test: Windows | None = None, between: int = 0) -> None:
        self._how, self._runs = form, runs
        self.test, self.between = test, between
        starts = [np.arange(begin, end - form.reach + 1, form.stride) for begin, end in runs]
        self._starts = np.concatenate(starts) if starts else np.arange(0)
        self.first_rows = self._starts if form.places is None else form.places[self._starts]
        self.groups = None if form.names is None else form.names[self._starts]
        self.y = self._answers()

    def _answers(self) -> Array:
        form = self._how
        last = self._starts + form.length - 1
        if len(form.targets) == 1 and form.names is None and len(last):
            # Views, where they are evenly spaced.
            column = form.rows[:, form.targets[0]]
            nearest, farthest = form.horizons[0], form.horizons[-1]
            span = column[last[0] + nearest : last[-1] + farthest + 1]
            if len(form.horizons) == 1:
                return span[:: form.stride]
            if form.horizons == tuple(range(nearest, farthest + 1)):
                return _sliding(span, len(form.horizons))[:: form.stride]
        answers: Array = form.rows[last[:, None] + np.array(form.horizons)][:, :, form.targets].reshape(len(last), -1)
        return answers[:, 0] if answers.shape[1] == 1 else answers

    def _inputs(self) -> Inputs:
        form = self._how
        channels = form.rows.shape[1]
        shape = (form.length, channels)
        overlap = max(1, (form.reach - 1) // form.stride)
        if form.names is not None:
            starts = np.ascontiguousarray(self._starts, dtype=np.uint32)
            return Inputs(form.rows, shape, starts=starts, overlap=overlap)
        begin, end = (self._starts[0], self._starts[-1] + form.length) if len(self) else (0, form.length)
        view = _sliding(form.rows[begin:end].reshape(-1), form.length * channels)
        matrix = view[:: form.stride * channels][: len(self)]
        return Inputs(matrix, shape, overlap=overlap)

    @property
    def X_test(self) -> Array | None:
        return None if self.test is None else self.test.X

    @property
    def y_test(self) -> Array | None:
        return None if self.test is None else self.test.y

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, place: int) -> tuple[Array, Any]:
        """A window, [window][channels], which is a view, and its answer."""
        start = self._starts[place]
        return self._how.rows[start : start + self._how.length], self.y[place]

    def naive(self, season: int | None = None) -> dict[str, float]:
        """The root mean squared error, over these windows, of forecasts that take no learning.

        "last value" says what the target was in the last row of the window; with a `season`, in
        rows, "24 rows before" says what it was at the same time of the last season that is known.

        >>> import lithe, numpy
        >>> lithe.windows(numpy.arange(10.0), window=3).naive(season=2)
        {'last value': 1.0, '2 rows before': 2.0}
        """
        form = self._how
        last = self._starts + form.length - 1
        steps = np.array(form.horizons)
        wanted = form.rows[last[:, None] + steps][:, :, form.targets]
        known = form.rows[last][:, None, form.targets]
        scores = {"last value": _rmse(wanted - known)}
        if season is not None:
            back = -(-steps // season) * season
            from_rows = last[:, None] + steps - back
            whole = (from_rows >= self._begins()[:, None]).all(axis=1)
            if whole.any():
                scores[f"{season} rows before"] = _rmse(wanted[whole] - form.rows[from_rows[whole]][:, :, form.targets])
        return scores

    def _begins(self) -> Array:
        """The first row of the run that each window is of."""
        begins = np.array([begin for begin, _ in self._runs])
        found: Array = begins[np.searchsorted(begins, self._starts, side="right") - 1]
        return found

    def __repr__(self) -> str:
        form = self._how
        text = f"{len(self)} windows of {form.length} rows x {form.rows.shape[1]}"
        if self.test is not None:
            text += f", {len(self.test)} to test on, {self.between} in neither part"
        return text


def _rmse(errors: Array) -> float:
    return float(np.sqrt(np.mean(np.square(errors, dtype=np.float64))))


def windows(
    array: Any,
    *,
    window: int,
    horizon: int | Iterable[int] = 1,
    stride: int = 1,
    target: int | Iterable[int] = -1,
    groups: Any = None,
    test_share: float = 0.0,
) -> Windows:
    """Windows over rows in the order of time: the examples of a forecast.

    An example is `window` rows one behind the other, and its answer what the target is `horizon`
    rows behind the last of them. Windows are views of the array. The targets' own past is part of
    the windows, since it is known.

    Parameters
    ----------
    array : array [rows] or [rows][channels]
        float32 and float64 are read where they are; other numbers are converted once, as rows.
    window : int
        Rows of a window.
    horizon : int or several
        1 is the row behind the window. `range(1, 25)` asks for 24 answers, one for each row.
    stride : int
        Rows from the beginning of a window to that of the next.
    target : int or several
        The columns to forecast, by number.
    groups : array [rows], optional
        Which series each row belongs to, such as a shop or a patient: no window reaches from one
        into another. Rows of a series need not stand together; where they do not, the rows (not
        the windows) are copied once.
    test_share : float
        The last rows (of each series), as a share or a number of rows, that are held out: `test`.
        No window reaches from one part into the other, so that `window + horizon - 1` windows (of
        stride 1) are in neither.

    Raises
    ------
    lithe.Error
        Where a value is not a number, or no series has enough rows for a window and its answer.

    Examples
    --------
    >>> import lithe, numpy
    >>> load = numpy.arange(10.0)
    >>> w = lithe.windows(load, window=3, horizon=2)
    >>> w.X[0].ravel().tolist(), w.y[0].item()
    ([0.0, 1.0, 2.0], 4.0)
    >>> w.X.shape, numpy.shares_memory(w.X, load)
    ((6, 3, 1), True)
    >>> lithe.windows(load, window=2, test_share=0.5)
    3 windows of 2 rows x 1, 3 to test on, 2 in neither part
    """
    rows = _rows(array)
    horizons = tuple(sorted({int(horizon)} if isinstance(horizon, (int, np.integer)) else {int(h) for h in horizon}))
    for name, number in (("window", window), ("stride", stride), ("horizon", horizons[0] if horizons else 0)):
        if number < 1:
            raise Error(f"a {name} of {number}", name, "1 or more")
    places, names, runs = _runs(rows, groups)
    if places is not None:
        rows = np.ascontiguousarray(rows[places])
    form = _Form(rows, places, names, int(window), horizons, int(stride), _targets(target, rows.shape[1]))
    train, test = _divided(runs, test_share)
    _check_long_enough(form, train, "to train on" if test else "")
    if not test:
        return Windows(form, train)
    _check_long_enough(form, test, "to test on")
    parts = Windows(form, train), Windows(form, test)
    between = len(Windows(form, runs)) - len(parts[0]) - len(parts[1])
    return Windows(form, train, parts[1], between)


def _rows(array: Any) -> Array:
    given = np.asarray(array)
    if given.dtype == np.uint8:  # which would mean pixels
        given = given.astype(np.float32)
    if given.ndim not in (1, 2):
        raise Error(f"rows of {given.ndim} dimensions", "array", "[rows] or [rows][channels]", "data")
    rows = features(given.reshape(len(given), -1)) if given.size else given
    if not given.size:
        raise Error("an array without rows", "array", "rows in the order of time", "data")
    if rows.strides != (rows.shape[1] * rows.itemsize, rows.itemsize):
        rows = np.ascontiguousarray(rows)
    if rows.dtype.kind == "f" and not np.isfinite(np.sum(rows, dtype=np.float64)):
        wrong = np.argwhere(~np.isfinite(rows))
        if len(wrong):
            row, column = (int(number) for number in wrong[0])
            raise Error(
                "a value that is not a number",
                f"row {row}, column {column}",
                "replace it: a row that is left out would shift those behind it",
                "data",
            )
    return rows


def _targets(target: Any, channels: int) -> tuple[int, ...]:
    given = (target,) if isinstance(target, (int, np.integer)) else tuple(target)
    for one in given:
        if not -channels <= one < channels:
            raise Error(f"column {one} of {channels}", "target", f"from 0 to {channels - 1}")
    return tuple(int(one) % channels for one in given)


def _runs(rows: Array, groups: Any) -> tuple[Array | None, Array | None, list[tuple[int, int]]]:
    """The rows series by series, where they are not so already; the series of each of these; and
    from where to where each reaches."""
    if groups is None:
        return None, None, [(0, len(rows))]
    names = np.asarray(groups)
    if names.ndim != 1 or len(names) != len(rows):
        raise Error(f"groups of the shape {names.shape} for {len(rows)} rows", "groups", "one for each row", "data")
    _, first, which = np.unique(names, return_index=True, return_inverse=True)
    order = np.argsort(first[which], kind="stable")
    places = None if np.array_equal(order, np.arange(len(rows))) else order
    sorted_firsts = first[which][order]
    edges = [0, *(np.flatnonzero(np.diff(sorted_firsts)) + 1).tolist(), len(rows)]
    return places, names[order], list(zip(edges[:-1], edges[1:], strict=True))


def _divided(runs: list[tuple[int, int]], share: float) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    if share < 0:
        raise Error(f"{share} of the rows to test on", "test_share", "a share such as 0.2, or a number of rows")
    if share == 0:
        return runs, []
    train, test = [], []
    for begin, end in runs:
        held = int(np.floor(share * (end - begin) + 0.5)) if share < 1 else int(share)
        middle = max(begin, end - held)
        train.append((begin, middle))
        test.append((middle, end))
    return train, test


def _check_long_enough(form: _Form, runs: list[tuple[int, int]], use: str) -> None:
    longest = max(end - begin for begin, end in runs)
    if longest >= form.reach:
        return
    raise Error(
        f"a window of {form.length} rows and an answer {form.horizons[-1]} behind it take {form.reach} rows, and there "
        f"are {longest}{' ' + use if use else ''}{' in the longest group' if form.names is not None else ''}",
        "window",
        "a smaller window" + (", or another test_share" if use else ", or more rows"),
        "data",
    )
