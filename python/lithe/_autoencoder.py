"""An autoencoder: a network that learns to give back its input through a narrow layer."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted

from ._arrays import Array, features
from ._base import PARAMETERS, Estimator, predictions
from ._callback_support import with_callbacks
from ._fitting import zero_of
from ._model import Model
from ._running import weights_precision
from ._network import Network
from ._reading import Data
from ._sequences import Inputs
from ._watchers import FitTasks


def _layers(sentence: str) -> list[str]:
    """The layers of a sentence; arrows within brackets belong to a layer."""
    layers, depth, begin = [], 0, 0
    for place, letter in enumerate(sentence):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and sentence.startswith("->", place):
            layers.append(sentence[begin:place].strip())
            begin = place + 2
    return [layer for layer in [*layers, sentence[begin:].strip()] if layer]


class Autoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Estimator):
    __doc__ = f"""A network that learns to give back its input through a code of a few numbers.

    `transform` gives the code, `inverse_transform` the input that a code stands for.
{PARAMETERS}
    Other parameters
    ----------------
    code : int
        How many numbers the code has.
    decoder : str
        The hidden layers from the code to the output. "auto": those of `network` in reverse order.

    `network` are the hidden layers up to the code; "auto" is one layer of 64 units.

    Examples
    --------
    >>> import lithe
    >>> from sklearn.datasets import load_iris
    >>> X = load_iris().data
    >>> lithe.Autoencoder(code=2, random_state=0, n_jobs=1).fit_transform(X).shape
    (150, 2)
    """

    def __init__(
        self,
        network: str = "auto",
        *,
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
            network, loss=loss, optimizer=optimizer, batch=batch, epochs=epochs,
            validation=validation, patience=patience, average=average, augment=augment, image=image,
            categories=categories, warm_start=warm_start, precision=precision,
            random_state=random_state, n_jobs=n_jobs, verbose=verbose, callback=callback,
        )  # fmt: skip
        self.code = code
        self.decoder = decoder

    def _halves(self) -> tuple[list[str], list[str]]:
        encoder = _layers("dense(64, relu)" if self.network == "auto" else self.network)
        decoder = encoder[::-1] if self.decoder == "auto" else _layers(self.decoder)
        return encoder, decoder

    def _hidden_layers(self) -> str:
        encoder, decoder = self._halves()
        return " -> ".join([*encoder, f"dense({int(self.code)})", *decoder])

    @with_callbacks
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Autoencoder:
        """Learns to give back `X`; `y` is ignored."""
        self._learn(X, y, sample_weight)
        return self

    def _learn(self, X: Any, y: Any, sample_weight: Any) -> None:
        if isinstance(X, Data):  # its answers are of no use
            X, y = X.X, None
        self._form = None
        tasks = FitTasks(self, X, y, sample_weight)
        array = self._validate(X, reset=True)
        inputs = Inputs(features(array), (array.shape[1],))
        weights = self._checked_weights(sample_weight, inputs)
        fresh = not (self.warm_start and hasattr(self, "model_"))
        targets = array / 255.0 if array.dtype == np.uint8 else array
        if fresh:
            self._zero = zero_of(targets)
        self._train(
            inputs, targets - self._zero, array.shape[1], weights, None,
            fresh=fresh, zero=self._zero, tasks=tasks,
        )  # fmt: skip
        for name, value in self._derived(self.model_, array, weights).items():
            setattr(self, name, value)
        tasks.fitted()

    def _derived(self, model: Model, X: Array, weights: Array | None) -> dict[str, Any]:
        """The two halves as models, which share no memory with the whole one."""
        whole = _layers(str(model.network))
        end = len(whole) - 1 - len(self._halves()[1])  # behind the code; the head comes last
        precision = weights_precision(self.precision)
        encoder = Model(Network(" -> ".join(whole[:end])), precision)
        decoder = Model(
            Network(" -> ".join([f"input({int(self.code)})", *whole[end:]])), precision
        )
        names = model.names()
        first = encoder.names()
        for name in first:
            encoder[name] = model[name]
        encoder._set_preprocessing(model.divisor, [])
        for mine, name in zip(decoder.names(), names[len(first) :], strict=True):
            decoder[mine] = model[name]
        return {"_encoder_model": encoder, "_decoder_model": decoder}

    def transform(self, X: Any) -> Array:
        """The codes [examples][code]."""
        check_is_fitted(self, "model_")
        return self._outputs(X, lambda _, array, divisor: self._encoder_model._predict(array, divisor))

    def inverse_transform(self, codes: Any) -> Array:
        """What the codes [examples][code] stand for, [examples][values], in the units of X."""
        check_is_fitted(self, "model_")
        codes = check_array(codes, dtype=(np.float64, np.float32))
        outputs = self._decoder_model._predict(np.ascontiguousarray(codes), 1.0)
        mean, deviation = self.model_._target_scaling()
        return outputs * np.asarray(deviation) + np.asarray(mean) if len(mean) else outputs

    def reconstruct(self, X: Any) -> Array:
        """What comes back for examples: `inverse_transform(transform(X))`."""
        return self._outputs(X, predictions)

    @property
    def _n_features_out(self) -> int:
        return int(self.code)
