"""Those that watch a training, epoch by epoch, and may end it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

from ._core import EpochReport

__all__ = ["FitTasks", "Progress", "UserCallback", "Watcher"]


class Watcher:
    """What `run` tells of: each does what it needs."""

    def begin_epoch(self) -> None:
        """An epoch begins."""

    def end_epoch(self, report: EpochReport) -> bool:
        """An epoch is done; whether the training should end."""
        return False

    def end(self) -> None:
        """The training has ended, or was interrupted."""


class UserCallback(Watcher):
    """A function of the user's that takes the estimator and the report of an epoch."""

    def __init__(self, function: Callable[[Any, EpochReport], Any], estimator: Any) -> None:
        self._function, self._estimator = function, estimator

    def end_epoch(self, report: EpochReport) -> bool:
        return bool(self._function(self._estimator, report))


class FitTasks(Watcher):
    """The tasks of a fit, as scikit-learn's callbacks (SLEP023) hear of them: the fit, and in it
    each epoch. They are told of what was given to `fit`."""

    def __init__(self, estimator: Any, X: Any, y: Any, sample_weight: Any) -> None:
        self._estimator = estimator
        metadata = {} if sample_weight is None else {"sample_weight": sample_weight}
        self._given = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
        self._fit: Any = None
        # The attributes of the estimator as if the fit had ended here.
        self._attributes: Callable[[], dict[str, Any]] = dict

    def begin(self, epochs: int, attributes: Callable[[], dict[str, Any]]) -> None:
        self._attributes = attributes
        if hasattr(self._estimator, "set_callbacks"):
            self._fit = self._estimator._init_callback_context(max_subtasks=epochs)
            self._fit.call_on_fit_task_begin(**self._given)

    def begin_epoch(self) -> None:
        if self._fit is not None:
            self._epoch = self._fit.subcontext(task_name="epoch")
            self._epoch.call_on_fit_task_begin(**self._given)

    def end_epoch(self, report: EpochReport) -> bool:
        if self._fit is None:
            return False
        return bool(
            self._epoch.call_on_fit_task_end(
                **self._given, reconstruction_attributes=self._attributes
            )
        )

    def fitted(self) -> None:
        """The estimator has all its attributes."""
        if self._fit is not None:
            self._fit.call_on_fit_task_end(**self._given, reconstruction_attributes=dict)


class Progress(Watcher):
    """The figures of the last epoch and the time that is left, on standard output as scikit-learn's
    estimators write: in one line that is drawn anew, where there is a terminal or a notebook and
    `verbose` is 1, or else in a line for each epoch."""

    _SECONDS = 0.1  # between two drawings

    def __init__(
        self, epochs: int, verbose: int, stream: TextIO | None = None, done: int = 0
    ) -> None:
        """`done`: of the epochs, those that others have run."""
        self._epochs, self._before = epochs, done
        self._stream = stream or sys.stdout
        in_notebook = type(self._stream).__module__.startswith("ipykernel")
        self._one_line = verbose == 1 and (self._stream.isatty() or in_notebook)
        self._epochs_left = True
        self._begun = time.monotonic()
        self._drawn = -self._SECONDS
        self._epoch, self._figures, self._width = done, "", 0

    def within_epoch(self, done: float) -> None:
        """Called some fifty times an epoch with the share that is done."""
        if self._one_line and time.monotonic() - self._drawn >= self._SECONDS:
            self._draw(self._epoch + done)

    def end_epoch(self, report: EpochReport) -> bool:
        self._epoch = report.epoch
        self._figures = figures_of(report)
        if not self._one_line:
            print(self._text(self._epoch), file=self._stream, flush=True)
        elif time.monotonic() - self._drawn >= self._SECONDS:
            self._draw(self._epoch)
        return False

    def end(self) -> None:
        if self._one_line:
            self._epochs_left = False
            self._draw(self._epoch)
            print(file=self._stream, flush=True)

    def _text(self, done: float) -> str:
        """`done`: epochs, the one that has begun in part."""
        running = min(int(done) + 1, self._epochs) if done > self._epoch else self._epoch
        text = f"epoch {running}/{self._epochs}{self._figures}"
        if self._epochs_left and self._before < done < self._epochs:
            each = (time.monotonic() - self._begun) / (done - self._before)
            text += f"  {duration(each * (self._epochs - done))} left"
        return text

    def _draw(self, done: float) -> None:
        text = self._text(done)
        print(f"\r{text:<{self._width}}", end="", file=self._stream, flush=True)
        self._width, self._drawn = len(text), time.monotonic()


def figures_of(report: EpochReport) -> str:
    text = f"  loss {report.loss:.4g}"
    validation = report.validation_loss or report.test_loss
    return f"{text}  validation {validation:.4g}" if validation else text


def duration(seconds: float) -> str:
    """Such as "8 s", "3 min 20 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
