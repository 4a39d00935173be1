"""Examples: features, and for each row its answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core
from ._arrays import divisor_of
from ._error import Error
from ._sequences import NO_TARGET, Given, Inputs, inputs_of, is_list_of_sequences, padded_answers


class Examples(_core.Examples):
    """Features, and for each row the answer and perhaps a weight.

    Parameters
    ----------
    X : array [rows][columns], sequences, images [rows, height, width, ...], or what `lithe.windows` gave
        uint8, float32 or float64 are read where they are, without a copy; other numbers are
        converted. Bytes are taken for pixels: they are divided by 255 when they are read.
        Sequences are [rows][positions][channels], or, of unequal length, a list of arrays
        [length][channels], which are copied side by side.
    y : array [rows] or [rows][targets], optional
        Whole numbers from 0 on are classes; floating-point numbers are targets.
    sample_weight : array [rows], optional
        0 or more; how much each example counts. None: 1.
    classes : int, optional
        How many there are. None: one more than the largest in `y`.
    lengths : array [rows] of int, optional
        How many positions each of the padded sequences in X has. What stands behind them changes
        nothing, whatever it is. The network must take sequences of unequal length:
        `Network.with_input(shape, lengths=True)`.
    per_position : bool
        `y` has an answer at each position, [rows][positions] or [rows][positions][targets], for a
        network that ends with a sequence. -1 (of classes) or NaN (of numbers) says that a position
        has none. True where `y` is a list of arrays.

    Raises
    ------
    lithe.Error
        Where the lengths differ, a class is negative, or a target is not finite.

    Examples
    --------
    >>> import lithe, numpy
    >>> lithe.Examples([[0.0], [1.0]], [0, 1]).classes
    2
    >>> short, long = numpy.zeros((3, 2)), numpy.ones((5, 2))      # 3 and 5 positions of 2 channels
    >>> lithe.Examples([short, long], [0, 1]).columns
    10
    """

    def __init__(
        self,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        classes: int | None = None,
        *,
        lengths: Any = None,
        per_position: bool = False,
    ) -> None:
        if isinstance(X, Given):
            y = X.y if y is None else y
            X = X._inputs()
        inputs = X if isinstance(X, Inputs) else inputs_of(X, lengths)
        if y is not None and (per_position or is_list_of_sequences(y, lists=True)):
            per_position = True
            y = padded_answers(y, inputs, NO_TARGET if _are_whole(y) else np.nan)
        answers = None if y is None else np.asarray(y)
        labels = targets = weights = None
        if answers is not None and len(answers) != inputs.rows:
            raise Error(f"{inputs.rows} examples and {len(answers)} answers", "y", "one for each row", "data")
        if answers is not None and answers.dtype.kind in "iub" and (answers.ndim == 1 or per_position):
            labels = _labels(answers, NO_TARGET if per_position else 0)
        elif answers is not None:
            targets = _targets(answers, inputs.rows * inputs.shape[0] if per_position else len(answers))
        if labels is not None and classes is None:
            classes = int(labels.max(initial=-1)) + 1
        if sample_weight is not None:
            weights = np.ascontiguousarray(sample_weight, dtype=np.float32)
        super().__init__(
            inputs.matrix, divisor_of(inputs.matrix), labels, classes or 0, targets, weights,
            positions=inputs.shape[0] if per_position else 1, **inputs.options(),
        )  # fmt: skip
        # The library reads these where they are.
        self._kept = (inputs, labels, targets, weights)

    def __reduce__(self) -> tuple[object, ...]:
        inputs, labels, targets, weights = self._kept
        answers = targets if labels is None else labels
        if self.positions > 1 and answers is not None:
            answers = answers.reshape(inputs.rows, self.positions, *answers.shape[1:])
        return _examples_from, (inputs, answers, weights, self.classes or None, self.positions > 1)


def _examples_from(inputs: Inputs, answers: Any, weights: Any, classes: int | None, per_position: bool) -> Examples:
    return Examples(inputs, answers, weights, classes, per_position=per_position)


def _are_whole(y: Any) -> bool:
    first = np.asarray(y[0] if is_list_of_sequences(y, lists=True) else y)
    return first.dtype.kind in "iub"


def _labels(answers: np.ndarray[Any, Any], lowest: int) -> np.ndarray[Any, Any]:
    if answers.size and (answers.min() < lowest or answers.max() > np.iinfo(np.int32).max):
        raise Error(f"a class below {lowest} or above 2147483647", "y", "classes from 0 on", "data")
    return np.ascontiguousarray(answers, dtype=np.int32).ravel()


def _targets(answers: np.ndarray[Any, Any], count: int) -> np.ndarray[Any, Any]:
    """[count][targets]"""
    if answers.dtype.kind not in "iubf":
        raise Error(f"answers of type {answers.dtype}", "y", "classes from 0 on, or numbers", "data")
    columns = answers.reshape(count, -1) if answers.size else answers.reshape(count, 1)
    if answers.dtype.itemsize > 4 and len(columns):
        _check_spread(columns)
    return np.ascontiguousarray(columns, dtype=np.float32)


def _check_spread(columns: np.ndarray[Any, Any]) -> None:
    """Refuses numbers that float32 does not tell apart, as the readers of tables do."""
    if np.isnan(columns).any():  # positions without a target
        columns = columns[~np.isnan(columns).any(axis=1)]
        if not len(columns):
            return
    mean, deviation = columns.mean(axis=0), columns.std(axis=0)
    with np.errstate(over="ignore"):
        step = np.spacing(np.abs(mean).astype(np.float32))
    for i in np.flatnonzero((step > 0.01 * deviation) & (deviation > 0)):
        raise Error(
            f"target {i + 1} has values near {mean[i]:.6g} with a standard deviation of {deviation[i]:.3g}, "
            f"and float32 tells numbers there apart only if they differ by {step[i]:.3g}",
            "y",
            "subtract their mean: y - y.mean(axis=0)",
            "data",
        )
