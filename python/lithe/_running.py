"""A training from its first epoch to its last, for the estimators and for models of text."""

from __future__ import annotations

import math
import multiprocessing
import os
import tempfile
import threading
import warnings
from pathlib import Path
from typing import Any

from ._core import EpochReport
from ._model import Model
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


def weights_precision(precision: str) -> str:
    """That of the model: bfloat16 is what its products are rounded to while it is trained."""
    return "float32" if precision == "bfloat16" else precision


def chosen(given: Any, default: Any) -> Any:
    return default if isinstance(given, str) and given == "auto" else given


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
