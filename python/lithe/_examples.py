"""Examples: features, and for each row its answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core
from ._arrays import divisor_of, features
from ._error import Error


class Examples(_core.Examples):
    """Features, and for each row the answer and perhaps a weight.

    Parameters
    ----------
    X : array [rows][columns] or images [rows, height, width, ...]
        uint8, float32 or float64 are read where they are, without a copy; other numbers are
        converted. Bytes are taken for pixels: they are divided by 255 when they are read.
    y : array [rows] or [rows][targets], optional
        Whole numbers from 0 on are classes; floating-point numbers are targets.
    sample_weight : array [rows], optional
        0 or more; how much each example counts. None: 1.
    classes : int, optional
        How many there are. None: one more than the largest in `y`.

    Raises
    ------
    lithe.Error
        Where the lengths differ, a class is negative, or a target is not finite.

    Examples
    --------
    >>> import lithe
    >>> lithe.Examples([[0.0], [1.0]], [0, 1]).classes
    2
    """

    def __init__(
        self, X: Any, y: Any = None, sample_weight: Any = None, classes: int | None = None
    ) -> None:
        X = features(X)
        answers = None if y is None else np.asarray(y)
        labels = targets = weights = None
        if answers is not None and len(answers) != len(X):
            raise Error(f"{len(X)} examples and {len(answers)} answers", "y", "one for each row", "data")
        if answers is not None and answers.dtype.kind in "iub" and answers.ndim == 1:
            labels = _labels(answers)
        elif answers is not None:
            targets = _targets(answers)
        if labels is not None and classes is None:
            classes = int(labels.max(initial=-1)) + 1
        if sample_weight is not None:
            weights = np.ascontiguousarray(sample_weight, dtype=np.float32)
        super().__init__(X, divisor_of(X), labels, classes or 0, targets, weights)
        # The library reads these where they are.
        self._kept = (X, labels, targets, weights)

    def __reduce__(self) -> tuple[object, ...]:
        X, labels, targets, weights = self._kept
        return Examples, (X, targets if labels is None else labels, weights, self.classes or None)


def _labels(answers: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if answers.size and (answers.min() < 0 or answers.max() > np.iinfo(np.int32).max):
        raise Error("a class below 0 or above 2147483647", "y", "classes from 0 on", "data")
    return np.ascontiguousarray(answers, dtype=np.int32)


def _targets(answers: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if answers.dtype.kind not in "iubf":
        raise Error(f"answers of type {answers.dtype}", "y", "classes from 0 on, or numbers", "data")
    columns = answers.reshape(len(answers), -1)
    if answers.dtype.itemsize > 4 and len(columns):
        _check_spread(columns)
    return np.ascontiguousarray(columns, dtype=np.float32)


def _check_spread(columns: np.ndarray[Any, Any]) -> None:
    """Refuses numbers that float32 does not tell apart, as the readers of tables do."""
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
