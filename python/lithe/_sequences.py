"""Sequences: of unequal length, and with an answer at each position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ._arrays import Array, features
from ._error import Error

NO_TARGET = -1  # the label of a position that has none


@dataclass(frozen=True)
class Inputs:
    """Examples as the library reads them: rows of values, and what a row is."""

    matrix: Array  # [rows][values]; with `starts`: the rows that windows are made of
    shape: tuple[int, ...]  # of an example; of sequences the first size is the longest length
    lengths: Array | None = None  # of sequences of unequal length
    starts: Array | None = None  # of windows that do not follow one another evenly: their first rows
    overlap: int = 0  # of windows: how many next ones share rows with one
    listed: bool = False  # the sequences came as a list, and so do answers at each position

    @property
    def rows(self) -> int:
        return len(self.matrix if self.starts is None else self.starts)

    def options(self) -> dict[str, Any]:
        """As the library's examples take them."""
        return {
            "lengths": self.lengths,
            "most": self.shape[0],
            "starts": self.starts,
            "window": self.shape[0] if self.starts is not None else 0,
            "overlap": self.overlap,
        }

    def whole(self) -> Array:
        """All examples, [rows][values]; windows that do not follow one another evenly are copied."""
        if self.starts is None:
            return self.matrix
        all_windows = np.lib.stride_tricks.sliding_window_view(self.matrix, self.shape[0], axis=0)
        return all_windows[self.starts].transpose(0, 2, 1).reshape(self.rows, -1)

    def parts(self, most: int) -> list[Inputs]:
        """Windows with `starts`, at most that many in each."""
        starts = self.starts if self.starts is not None else np.arange(self.rows)
        return [replace(self, starts=starts[first : first + most]) for first in range(0, len(starts), most)]

    def padded_to(self, most: int) -> Inputs:
        """The same sequences of unequal length for a network that takes `most` positions."""
        if self.lengths is None or self.shape[0] == most:
            return self
        if int(self.lengths.max(initial=0)) > most:
            raise Error(
                f"a sequence of {self.lengths.max()} positions, and the longest one that was learned from has {most}",
                "X",
                f"sequences of at most {most} positions",
                "data",
            )
        channels = self.matrix.shape[1] // self.shape[0]
        matrix = np.zeros((self.rows, most * channels), dtype=self.matrix.dtype)
        kept = min(most, self.shape[0]) * channels
        matrix[:, :kept] = self.matrix[:, :kept]
        return replace(self, matrix=matrix, shape=(most, *self.shape[1:]))

    def array(self) -> Array:
        """All examples in their shape, [rows][positions][channels]; rows of values as they are."""
        if len(self.shape) < 2:
            return self.matrix
        return self.whole().reshape(self.rows, *self.shape)

    def before_end(self) -> Array:
        """[rows][positions]: whether a position is one of the sequence."""
        positions = np.arange(self.shape[0])
        return positions < (len(positions) if self.lengths is None else self.lengths[:, None])


class Given:
    """Examples with their answers, which an estimator and `Examples` take in the place of X."""

    y: Any = None
    sample_weight: Any = None

    @property
    def X(self) -> Array:
        return self._inputs().array()

    def _inputs(self) -> Inputs:
        raise NotImplementedError

    def _form(self) -> Any:
        """What a model keeps of the files that they come from."""
        return None


def is_list_of_sequences(X: Any, *, lists: bool = False) -> bool:
    """Whether `X` is a list, or an array of objects, of sequences: matrices [length][channels], or
    arrays of numbers that are not equally long. `lists`: lists of numbers may be such sequences too;
    as features they are rows of a matrix in which a number is missing."""
    if isinstance(X, np.ndarray):
        if X.dtype != object or X.ndim != 1:
            return False
    elif not isinstance(X, (list, tuple)):
        return False
    if len(X) == 0 or any(isinstance(one, (str, bytes)) or not hasattr(one, "__len__") for one in X):
        return False
    if dimensions(X[0]) > 1:
        return True
    return (lists or hasattr(X[0], "ndim")) and len({len(one) for one in X}) > 1


def dimensions(one: Any) -> int:
    """Of an array, or of lists in lists."""
    dimensions = 0
    while hasattr(one, "ndim") or (isinstance(one, (list, tuple)) and len(one) > 0):
        if hasattr(one, "ndim"):
            return dimensions + int(one.ndim)
        one, dimensions = one[0], dimensions + 1
    return dimensions


def inputs_of(X: Any, lengths: Any = None, *, flat: bool = False, unequal: bool = False) -> Inputs:
    """`X` as rows.

    `lengths`: of padded sequences [rows][longest][channels]. `flat`: a row of numbers is one of
    categories, and not a sequence of one channel. `unequal`: they are for a network of sequences of
    unequal length, so a list of rows of numbers has sequences also where all are equally long.
    """
    listed = is_list_of_sequences(X)
    if lengths is not None and listed:
        raise Error("lengths are given for a list of sequences", "lengths", "leave them out: each has its own", "data")
    if listed:
        X, lengths = padded(X, "X")
    given = np.asarray(X) if not hasattr(X, "__dlpack__") else X
    if unequal and lengths is None:
        if not isinstance(X, (list, tuple)):
            # Padding would pass for values.
            raise Error(
                "an array without lengths, for a network of sequences of unequal length",
                "X",
                "lengths=, a number for each sequence; or a list of sequences, such as [X[0]] or list(X)",
                "data",
            )
        if given.ndim == 2:
            lengths = np.full(len(given), given.shape[1])
    matrix = features(given)
    shape = tuple(int(size) for size in given.shape[1:])
    if lengths is None:
        return Inputs(matrix, shape)
    if len(shape) == 1 and not flat:
        shape = (*shape, 1)
    if len(shape) > 2:
        raise Error(
            f"padded sequences with {len(shape) + 1} dimensions", "X", "[examples][longest length][channels]", "data"
        )
    checked = _checked_lengths(lengths, len(matrix), shape[0])
    return Inputs(matrix, shape, checked, listed=listed)


def _checked_lengths(lengths: Any, rows: int, most: int) -> Array:
    given = np.asarray(lengths)
    if given.ndim != 1 or len(given) != rows:
        raise Error(f"lengths of the shape {given.shape} for {rows} sequences", "lengths", "one for each", "data")
    if given.dtype.kind not in "iu":
        raise Error(f"lengths of type {given.dtype}", "lengths", f"whole numbers from 1 to {most}", "data")
    wrong = np.flatnonzero((given < 1) | (given > most))
    if wrong.size:
        row = int(wrong[0])
        raise Error(
            f"sequence {row} has the length {given[row]} of {most} positions",
            "lengths",
            f"whole numbers from 1 to {most}; leave empty sequences out",
            "data",
        )
    return np.ascontiguousarray(given, dtype=np.int32)


def padded(X: Sequence[Any], name: str, fill: Any = 0) -> tuple[Array, Array]:
    """Sequences [length] or [length][channels] as one array, filled up to the longest of them, and
    their lengths."""
    arrays = [np.asarray(one) for one in X]
    first = arrays[0]
    for place, one in enumerate(arrays):
        where = f"{name}[{place}]"
        if one.dtype == object:
            raise Error("a sequence that is no array of numbers", where, "[length][channels]", "data")
        if one.ndim not in (1, 2):
            raise Error(f"a sequence with {one.ndim} dimensions", where, "[length][channels]", "data")
        if len(one) == 0:
            raise Error("an empty sequence", where, "leave it out", "data")
        if one.shape[1:] != first.shape[1:]:
            raise Error(
                f"a sequence of the shape {one.shape}, and {name}[0] has {first.shape}",
                where,
                "the same number of channels in each",
                "data",
            )
    lengths = np.array([len(one) for one in arrays], dtype=np.int32)
    dtype = np.result_type(*{one.dtype for one in arrays})
    together = np.full((len(arrays), int(lengths.max()), *first.shape[1:]), fill, dtype=dtype)
    for row, one in zip(together, arrays, strict=True):
        row[: len(one)] = one
    return together, lengths


def check_finite(inputs: Inputs) -> None:
    """Refuses what is not a number before a sequence's end; what stands behind it is not looked at."""
    if inputs.matrix.dtype.kind != "f":
        return
    if inputs.lengths is None:
        if np.isfinite(np.sum(inputs.matrix, dtype=np.float64)):
            return
        bad: Array = ~np.isfinite(inputs.matrix)
    else:
        finite = np.isfinite(inputs.matrix.reshape(inputs.rows, inputs.shape[0], -1))
        bad = ~finite.all(axis=2) & inputs.before_end()
    wrong = np.argwhere(bad)
    if len(wrong):
        row, place = (int(number) for number in wrong[0])
        kind = "position" if inputs.lengths is not None else "value"
        raise Error(
            "Input X contains NaN or infinity", f"X[{row}], {kind} {place}", "numbers: leave it out or replace it", "data"
        )


def padded_answers(y: Any, inputs: Inputs, fill: Any) -> Array:
    """Answers at each position, [rows][positions] or [rows][positions][targets], with `fill` behind
    the end of each sequence. Raises `lithe.Error` where they do not fit the sequences."""
    most = inputs.shape[0]
    _check_count(len(y), inputs)
    if is_list_of_sequences(y, lists=True):
        lengths = np.full(inputs.rows, most) if inputs.lengths is None else inputs.lengths
        for place, (one, length) in enumerate(zip(y, lengths, strict=True)):
            if len(one) != length:
                raise Error(
                    f"{len(one)} answers for {length} positions", f"y[{place}]", "one for each position", "data"
                )
        y, _ = padded([_that_holds(np.asarray(one), fill) for one in y], "y", fill)
    array = _that_holds(np.asarray(y), fill)
    if array.ndim in (2, 3) and inputs.lengths is not None and _reaches(array, inputs):
        rest = np.full((len(array), most - array.shape[1], *array.shape[2:]), fill, dtype=array.dtype)
        array = np.concatenate([array, rest], axis=1)
        array[~inputs.before_end()] = fill
    if array.ndim not in (2, 3) or array.shape[1] != most:
        raise Error(
            f"answers of the shape {array.shape} for {inputs.rows} sequences of {most} positions",
            "y",
            "one for each position, [examples][positions]; or a network that ends with one row, such as gru(64)",
            "data",
        )
    return array


def _reaches(array: Array, inputs: Inputs) -> bool:
    """Whether all positions have an answer, though not all of the padding."""
    longest = 0 if inputs.lengths is None else int(inputs.lengths.max(initial=0))
    return bool(longest <= array.shape[1] <= inputs.shape[0])


def _that_holds(answers: Array, fill: Any) -> Array:
    """The answers in a type that `fill` is of."""
    if isinstance(fill, str):
        return answers.astype(str)
    if isinstance(fill, float):
        return answers if answers.dtype.kind == "f" else answers.astype(np.float64)
    return answers.astype(np.int64)


def _check_count(answers: int, inputs: Inputs) -> None:
    if answers != inputs.rows:
        raise Error(f"{inputs.rows} examples and {answers} answers", "y", "one for each example", "data")


def by_position(outputs: Array, inputs: Inputs, fill: Any = np.nan) -> Any:
    """Outputs [rows][positions], or [rows][positions][columns], with `fill` behind the ends of the
    sequences; a list of arrays where the sequences were a list."""
    if inputs.lengths is None:
        return outputs
    if inputs.listed:
        return [row[:length] for row, length in zip(outputs, inputs.lengths, strict=True)]
    outputs[~inputs.before_end()] = fill
    return outputs
