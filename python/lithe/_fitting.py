"""From the parameters of an estimator and its data to a trained model."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from . import _core
from ._arrays import Array
from ._error import Error
from ._examples import Examples
from ._network import Network
from ._running import chosen
from ._sequences import Inputs
from ._trainer import Trainer


# What the answers are: the loss that fits them, and whether they are brought to deviation 1.
_ENDS = {
    "classes": ("cross_entropy", False),
    "labels": ("binary_cross_entropy", False),
    "numbers": ("mean_squared", True),
}


class Settings:
    """What a training does: what the estimator says, and what suits the data for the rest."""

    def __init__(self, estimator: Any, examples: Examples, shape: tuple[int, ...]) -> None:
        batch = 0 if estimator.batch == "auto" else int(estimator.batch)
        default = _core._default_training(examples, list(shape), batch)
        loss, self.standardize_targets = _ENDS[estimator._kind()]
        self.loss: str = chosen(estimator.loss, loss)
        self.given_optimizer: str = estimator.optimizer
        self.optimizer: str = chosen(estimator.optimizer, default["optimizer"])
        self.batch = min(batch or default["batch"], max(1, examples.rows))
        self.epochs = int(chosen(estimator.epochs, default["epochs"]))
        # Whoever says how many epochs there are says when the training ends.
        own = estimator.epochs != "auto"
        self.validation = float(chosen(estimator.validation, 0 if own else default["validation"]))
        self.patience = int(chosen(estimator.patience, self.epochs if self.validation > 0 else 0))
        # None: the layers that suit the data, with their head.
        self.layers: str | None = estimator._hidden_layers()
        self.default_network: str = default["network"]
        self._validation_is_open = estimator.validation == "auto"

    def hold_out_for(self, score: str) -> None:
        """Examples that are not learned from, by which the threshold of a score is chosen."""
        _core._check_score(score)
        if self.validation == 0 and not self._validation_is_open:
            raise ValueError("unknown needs examples that are held out: validation=0.1")
        self.validation = self.validation or 0.1


def seed_of(random_state: Any) -> int:
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


class PartialFits:
    """The calls of partial_fit up to now, and a fit before them: a training in parts, each an epoch
    on other examples.

    No one knows how many follow, so the learning rate is constant.
    """

    def __init__(self) -> None:
        self.epochs = 0
        self._seed: int | None = None
        # As it was given, and as it is used: "auto" depends on the examples of the first call.
        self._given = self._optimizer = ""
        self._state: dict[str, Array] | None = None

    @classmethod
    def after_fit(cls, settings: Settings, seed: int) -> PartialFits:
        """What calls of partial_fit go on from: the optimizer and the seed of a fit."""
        made = cls()
        made._given, made._seed = settings.given_optimizer, seed
        made._optimizer = _core._with_constant_rate(settings.optimizer)
        return made

    def prepare(self, settings: Settings, seed: int) -> int:
        """The settings become those of the next epoch, whose seed is returned: the first one's, since
        the order of an epoch follows from its number too."""
        if settings.given_optimizer != self._given or self._optimizer == "":
            self._given = settings.given_optimizer
            self._optimizer = _core._with_constant_rate(settings.optimizer)
            self._state, self.epochs, self._seed = None, 0, seed
        settings.optimizer = self._optimizer
        settings.epochs, settings.validation, settings.patience = self.epochs + 1, 0, 0
        return seed if self._seed is None else self._seed

    def restore(self, trainer: Trainer) -> None:
        if self._state is not None:
            trainer.restore_optimizer({name: array.astype(np.float64) for name, array in self._state.items()})

    def keep(self, trainer: Trainer) -> None:
        self._state = {name: _narrow(array) for name, array in trainer.optimizer_state().items()}
        self.epochs = int(self._state["epochs"][0])


def _narrow(array: Array) -> Array:
    """The array in float32, where that is as exact."""
    narrow = array.astype(np.float32)
    return narrow if np.array_equal(narrow, array) else array


def build_network(
    settings: Settings, inputs: Inputs, shape: tuple[int, ...], outputs: int, columns: Any = ()
) -> Network:
    """The sentence with its input, what becomes of the columns, and its head.

    `columns`: of those that are embedded, as `Form` has them.
    """
    layers = settings.layers
    if layers and Network(layers).has_input:
        raise Error(
            "the network says its input", "network", "leave `input` off: it comes from X", "sentence"
        )
    if layers is None:
        sentence = settings.default_network
    else:
        sentence = f"{layers} -> dense({outputs})" if layers else f"dense({outputs})"
    return whole_network(sentence, inputs, shape, columns)


def whole_network(sentence: str, inputs: Inputs, shape: tuple[int, ...], columns: Any = ()) -> Network:
    """With its input, behind which numbers are standardized; bytes are pixels and stay as they are."""
    standardize = inputs.matrix.dtype != np.uint8
    front = _core._with_table_input(Network(sentence), [list(sizes) for sizes in columns], standardize)
    return Network(str(front)).with_input(shape, lengths=inputs.lengths is not None)


def takes_flat_rows(layers: str | None) -> bool:
    """Whether a row of numbers is one of categories, and not a sequence of one channel."""
    return bool(layers) and str(layers).lstrip().startswith("embedding")


def ends_with_sequence(layers: str | None, inputs: Inputs, shape: tuple[int, ...], columns: Any = ()) -> bool:
    """Whether a network of these hidden layers answers at each position."""
    if layers is None:
        return False
    try:
        network = whole_network(f"{layers} -> dense(1)" if layers else "dense(1)", inputs, shape, columns)
    except Error:  # told where the network is made
        return False
    return len(network.output_shape) == 2


def zero_of(targets: Array) -> Array:
    """What is taken off the targets, [...][columns]: their mean, where it is so large beside their
    deviation that float32, in which the library keeps them, would lose digits of what is to be
    learned. Positions without a target have not-a-number."""
    columns = targets.reshape(-1, targets.shape[-1])
    if np.isnan(columns).any():
        columns = columns[~np.isnan(columns).any(axis=1)]
    mean, deviation = columns.mean(axis=0, dtype=np.float64), columns.std(axis=0, dtype=np.float64)
    far: Array = np.where(np.abs(mean) > 100 * deviation, mean, 0.0)
    return far
