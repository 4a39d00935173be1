"""Regressors by scikit-learn's contract."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils.validation import check_array, column_or_1d

from ._arrays import Array
from ._base import PARAMETERS, Estimator
from ._callback_support import with_callbacks
from ._fitting import PartialFits, zero_of
from ._model import Model
from ._sequences import Given, Inputs, by_position, is_list_of_sequences, padded_answers
from ._watchers import FitTasks


def _predictions(model: Model, X: Array, divisor: float, lengths: Array | None) -> Array:
    return model._predict(X, divisor, lengths)


class Regressor(RegressorMixin, Estimator):
    __doc__ = f"""A neural network that predicts numbers, one or several for each example.

    Targets are learned with mean 0 and deviation 1, and predicted in their own units.
{PARAMETERS}
    Examples
    --------
    >>> import lithe, numpy
    >>> X = numpy.linspace(-1, 1, 200).reshape(-1, 1)
    >>> lithe.Regressor(random_state=0, n_jobs=1).fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2) > 0.9
    True
    """

    @with_callbacks
    def fit(
        self, X: Any, y: Any = None, sample_weight: Any = None, *, lengths: Any = None,
        X_val: Any = None, y_val: Any = None, lengths_val: Any = None,
    ) -> Regressor:  # fmt: skip
        """Learns from `X` and `y` [examples] or [examples][targets], or from what `lithe.read_table`
        or `lithe.windows` gave.

        `X` has [examples][values], or sequences: [examples][positions][channels], or, of unequal
        length, a list of arrays [length][channels], or padded ones with their `lengths`. Where the
        network ends with a sequence, as "gru(64, all)" does, `y` has a number, or several, for each
        position, [examples][positions] or [examples][positions][targets], where NaN stands for none;
        or it is a list of arrays. The other arguments are those of `Classifier.fit`.
        """
        fresh = not (self.warm_start and hasattr(self, "model_"))
        X, y, sample_weight = self._unpacked(X, y, sample_weight, reset=fresh)
        tasks = FitTasks(self, X, y, sample_weight)
        self._learn(X, y, sample_weight, lengths, (X_val, y_val, lengths_val), tasks=tasks)
        tasks.fitted()
        return self

    def partial_fit(
        self, X: Any, y: Any = None, sample_weight: Any = None, *, lengths: Any = None
    ) -> Regressor:
        """Goes on learning: one pass over these examples, with the optimizer as the last call, or
        `fit`, left it. The learning rate is constant."""
        X, y, sample_weight = self._unpacked(X, y, sample_weight, reset=not hasattr(self, "model_"))
        return self._learn(X, y, sample_weight, lengths, (None, None, None), calls=self._calls_before())

    def _learn(
        self, X: Any, y: Any, sample_weight: Any, lengths: Any, own: tuple[Any, Any, Any],
        calls: PartialFits | None = None, tasks: FitTasks | None = None,
    ) -> Regressor:  # fmt: skip
        goes_on = hasattr(self, "model_") and (calls is not None or self.warm_start)
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but the target y is None."
            )
        inputs = self._inputs(X, lengths, reset=not (goes_on and calls is not None))
        self._by_position = self._answers_by_position(inputs)
        targets, self._flat = self._targets(y, inputs)
        self._target_names = _names(y, targets.shape[-1])
        if len(targets) != inputs.rows:
            raise ValueError(
                f"Found input variables with inconsistent numbers of samples: [{inputs.rows}, {len(targets)}]"
            )
        weights = self._checked_weights(sample_weight, inputs)
        if not goes_on:
            self._zero = zero_of(targets)
        width = targets.shape[-1]
        held_out = self._own_validation(*own, width, lambda values, of: self._targets(values, of)[0] - self._zero)
        self._train(
            inputs, targets - self._zero, width, weights, held_out,
            fresh=not goes_on, calls=calls, zero=self._zero, tasks=tasks,
        )  # fmt: skip
        return self

    def _targets(self, y: Any, inputs: Inputs) -> tuple[Array, bool]:
        """[examples][targets] or [examples][positions][targets], and whether there is one alone."""
        if self._by_position or is_list_of_sequences(y, lists=True):
            padded = padded_answers(y, inputs, np.nan)
            if np.isinf(padded).any():
                raise ValueError("Input y contains infinity")
            if self._by_position:
                return padded.reshape(*padded.shape[:2], -1), padded.ndim == 2
        y = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
        if y.ndim == 2 and y.shape[1] == 1:
            column_or_1d(y, warn=True)
        return y.reshape(len(y), -1), y.ndim == 1

    def predict(self, X: Any, *, lengths: Any = None) -> Any:
        """Numbers in the targets' own units, [examples] or [examples][targets] as `y` was.

        Where the network ends with a sequence, those of each position, with NaN behind the end of a
        sequence, or a list of arrays where `X` is a list.
        """
        outputs, inputs = self._answered(X, lengths, _predictions)
        outputs = outputs[..., 0] if self._flat else outputs
        return by_position(outputs, inputs) if self._by_position else outputs

    def score(self, X: Any, y: Any = None, sample_weight: Any = None, *, lengths: Any = None) -> float:
        """R², of all positions that have a target where the network ends with a sequence. `X` may be
        what has its own `y`, as in `fit`."""
        if isinstance(X, Given):
            y = X.y if y is None else y
        predicted = self.predict(X, lengths=lengths)
        if not self._by_position:
            return float(r2_score(y, predicted, sample_weight=sample_weight))
        inputs = self._inputs(X, lengths, reset=False)
        truth = self._targets(y, inputs)[0]
        if isinstance(predicted, list):
            predicted = padded_answers(predicted, inputs, np.nan)
        predicted = predicted.reshape(truth.shape)
        counts = ~np.isnan(truth).any(axis=2)
        weights = None
        if sample_weight is not None:
            weights = np.broadcast_to(np.asarray(sample_weight)[:, None], counts.shape)[counts]
        return float(r2_score(truth[counts], predicted[counts], sample_weight=weights))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _names(y: Any, columns: int) -> list[str]:
    """Of the columns of a data frame or series; "y" of one that has none."""
    names = getattr(y, "columns", None)
    if names is not None and len(names) == columns:
        return [str(name) for name in names]
    name = str(getattr(y, "name", None) or "y")
    return [name] if columns == 1 else [f"{name}{place}" for place in range(1, columns + 1)]
