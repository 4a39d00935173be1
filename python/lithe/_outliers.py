"""Examples that are unlike those that were learned from."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import OutlierMixin

from ._arrays import Array, features
from ._autoencoder import Autoencoder
from ._model import Model
from ._callback_support import with_callbacks


def _threshold(values: Array, share: float, weights: Array | None) -> float:
    """The least value above the lowest ones that have this share of the total weight."""
    order = np.argsort(values)
    sums = np.cumsum(np.ones(len(values)) if weights is None else weights[order])
    lowest = values[order][int(np.searchsorted(sums, share * sums[-1] * (1 - 1e-12)))]
    above = values[values > lowest]
    return float(above.min() if above.size else lowest)


def _nearness(model: Model, X: Array, divisor: float) -> Array:
    """Minus the mean squared distance of each example to what comes back."""
    deviation = np.asarray(model._target_scaling()[1]) if divisor == 1 else 1.0
    distance = (model._predict(X, divisor) - X / divisor) / deviation
    return -np.mean(distance**2, axis=1)


class OutlierDetector(OutlierMixin, Autoencoder):
    """Finds outliers by how badly an autoencoder gives them back.

    The score of an example is the mean squared distance to what comes back, each column in units of
    its standard deviation. Where the examples have classes, `Classifier(unknown="energy")` finds
    what is none of them.

    Parameters
    ----------
    contamination : float
        The share of the examples in `fit` that are taken for outliers, above 0 and at most 0.5.

    The others are those of `Autoencoder`.

    Attributes
    ----------
    offset_ : float
        `decision_function` is `score_samples` minus this.

    Examples
    --------
    >>> import lithe, numpy
    >>> X = numpy.random.default_rng(0).normal(size=(300, 4))
    >>> detector = lithe.OutlierDetector(random_state=0, n_jobs=1).fit(X)
    >>> detector.predict([[0, 0, 0, 0], [30, -30, 30, -30]]).tolist()
    [1, -1]
    """

    def __init__(
        self,
        network: str = "auto",
        *,
        contamination: float = 0.1,
        code: int = 2,
        decoder: str = "auto",
        loss: str = "mean_squared",
        optimizer: str = "auto",
        batch: int | str = "auto",
        epochs: int | str = "auto",
        validation: float | str = "auto",
        patience: int | str = "auto",
        average: str = "none",
        augment: str | None = None,
        image: Any = None,
        categories: Any = "from_dtype",
        warm_start: bool = False,
        precision: str = "float32",
        random_state: Any = None,
        n_jobs: int | None = None,
        verbose: int = 0,
        callback: Any = None,
    ) -> None:
        super().__init__(
            network, code=code, decoder=decoder, loss=loss, optimizer=optimizer, batch=batch,
            epochs=epochs, validation=validation, patience=patience, average=average,
            augment=augment, image=image, categories=categories, warm_start=warm_start,
            precision=precision, random_state=random_state, n_jobs=n_jobs, verbose=verbose,
            callback=callback,
        )  # fmt: skip
        self.contamination = contamination

    @with_callbacks
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> OutlierDetector:
        """Learns what usual examples look like; `y` is ignored."""
        if not 0 < self.contamination <= 0.5:
            raise ValueError(f"contamination must be in (0, 0.5], got: {self.contamination!r}")
        self._learn(X, y, sample_weight)
        return self

    def _derived(self, model: Model, X: Array, weights: Array | None) -> dict[str, Any]:
        nearness = _nearness(model, features(X), model.divisor)
        offset = _threshold(nearness, self.contamination, weights)
        return {"offset_": offset, **super()._derived(model, X, weights)}

    def score_samples(self, X: Any) -> Array:
        """Minus the distance: the lower, the more an example is an outlier."""
        return self._outputs(X, _nearness)

    def decision_function(self, X: Any) -> Array:
        """Below 0 for outliers."""
        return self.score_samples(X) - self.offset_

    def predict(self, X: Any) -> Array:
        """1 for usual examples, -1 for outliers."""
        return np.where(self.decision_function(X) < 0, -1, 1)
