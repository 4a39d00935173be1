"""From the parameters of an estimator and its data to a trained model."""

from __future__ import annotations

import math
import multiprocessing
import os
import tempfile
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from . import _core
from ._arrays import Array
from ._core import EpochReport
from ._error import Error
from ._examples import Examples
from ._model import Model
from ._network import Network
from ._trainer import Trainer
from ._watchers import Progress, Watcher


def threads_for(n_jobs: int | None) -> int:
    """The library's number of threads; 0 measures which is fastest.

    In a worker of joblib's, or in another thread than the main one, None means 1: the others
    compute too.
    """
    if n_jobs is None:
        beside = (
            multiprocessing.parent_process() is not None
            or "Loky" in multiprocessing.current_process().name
            or threading.current_thread() is not threading.main_thread()
        )
        return 1 if beside else 0
    if n_jobs == 0:
        raise ValueError("n_jobs == 0 has no meaning: None, a number of threads, or -1 for all")
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return n_jobs if n_jobs > 0 else max(1, usable + 1 + n_jobs)


def chosen(given: Any, default: Any) -> Any:
    return default if isinstance(given, str) and given == "auto" else given


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


def build_network(settings: Settings, shape: tuple[int, ...], outputs: int, pixels: bool) -> Network:
    """The sentence with its input, standardized columns and head."""
    layers = settings.layers
    if layers and Network(layers).has_input:
        raise Error(
            "the network says its input", "network", "leave `input` off: it comes from X", "sentence"
        )
    if layers is None:
        sentence = settings.default_network
    else:
        sentence = f"{layers} -> dense({outputs})" if layers else f"dense({outputs})"
    if not pixels and not sentence.startswith("standardize"):
        sentence = f"standardize -> {sentence}"
    return Network(sentence).with_input(shape)


def zero_of(targets: Array) -> Array:
    """What is taken off the targets: their mean, where it is so large beside their deviation that
    float32, in which the library keeps them, would lose digits of what is to be learned."""
    mean, deviation = targets.mean(axis=0, dtype=np.float64), targets.std(axis=0, dtype=np.float64)
    far: Array = np.where(np.abs(mean) > 100 * deviation, mean, 0.0)
    return far


class OwnValidation(Watcher):
    """Examples of the user's own that decide which epoch is kept, and when training ends."""

    def __init__(self, trainer: Trainer, patience: int) -> None:
        self._trainer, self._patience = trainer, patience
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name, "best.safetensors")
        self._lowest, self._since = math.inf, 0

    def end_epoch(self, report: EpochReport) -> bool:
        if report.test_loss < self._lowest:
            self._lowest, self._since = report.test_loss, 0
            self._trainer.save_model(self._path)
        else:
            self._since += 1
        return 0 < self._patience <= self._since

    def restore(self, model: Model) -> None:
        if self._path.exists():
            best = Model.load(self._path)
            for name in model:
                model[name] = best[name]
        self._folder.cleanup()


def run(trainer: Trainer, watchers: list[Watcher]) -> None:
    """Runs the epochs until all are done or a watcher ends it; Ctrl-C ends the training with a model
    that answers."""
    within = [watcher.within_epoch for watcher in watchers if isinstance(watcher, Progress)]
    try:
        while not trainer.finished:
            for watcher in watchers:
                watcher.begin_epoch()
            report = trainer.run_epoch(within[0] if within else None)
            if any([watcher.end_epoch(report) for watcher in watchers]):
                break
    except KeyboardInterrupt:
        warnings.warn("Training interrupted by user.", stacklevel=4)
    finally:
        for watcher in watchers:
            watcher.end()
    trainer.finish()


def model_of(trainer: Trainer) -> Model:
    """A model of its own, with the values of the last epoch."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.safetensors")
        trainer.save_model(path)
        return Model.load(path)


def history_of(reports: list[EpochReport], own: bool) -> dict[str, list[float]]:
    """The figures of the epochs, by name; those that were not measured are left out."""
    rows: dict[str, list[float]] = {
        "epoch": [report.epoch for report in reports],
        "loss": [report.loss for report in reports],
        "learning_rate": [report.learning_rate for report in reports],
        "seconds": [report.seconds for report in reports],
    }
    if own:
        rows["validation_loss"] = [report.test_loss for report in reports]
        accuracy = [report.accuracy for report in reports]
    else:
        rows["validation_loss"] = [report.validation_loss for report in reports]
        accuracy = [report.validation_accuracy for report in reports]
        if not any(rows["validation_loss"]):
            del rows["validation_loss"]
    if not any(math.isnan(value) for value in accuracy):
        rows["validation_accuracy"] = accuracy
    return rows
