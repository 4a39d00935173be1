"""Training, epoch by epoch."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from . import _core
from ._core import EpochReport, LearningRateTest, TrainingResult
from ._error import Error
from ._examples import Examples
from ._insight import ProfileReport, WatchReport
from ._model import Model

__all__ = [
    "EpochReport",
    "LearningRateTest",
    "Trainer",
    "TrainingResult",
    "calibrate_unknown",
    "evaluate",
    "find_learning_rate",
]


class Trainer(_core.Trainer):
    """A model, data, a loss and an optimizer, compiled into a plan and run epoch by epoch.

    The same seed gives the same weights, to the bit, on any number of threads, and the same as
    `lithe train` and the C++ library with the same options.

    Parameters
    ----------
    model : Model
        Its values change in place.
    train, test : Examples
        To learn from, and to be evaluated after each epoch. Without `test` nothing is evaluated.
    loss, optimizer : str
        Sentences, such as "cross_entropy" and "adam(cosine(0.003))"; `lithe.catalogue()` lists them.
    average : str
        Of the weights: "none", "ema(0.999)", "swa(75%)".
    augment : str
        Random changes of images, such as "shift(2) -> rotate(10)".
    image : sequence of int
        The shape of an example as an image; () is the shape that the network takes.
    batch : int
        Examples of a step.
    epochs : int
        The schedule of the learning rate covers them.
    seed : int
        Of the order of the examples, of dropout and of noise.
    threads : int
        0 measures which number is fastest.
    bfloat16 : bool
        The products of dense layers take values rounded to bfloat16 and sum them in float32, which
        processors with AVX-512 BF16 do twice as fast. The model must be in float32, and stays so:
        weights, optimizer and evaluations are not rounded.
    validation : float
        A share of `train` below 1, or a number of examples, that is held out.
    patience : int
        Epochs without a lower validation loss after which training ends; the best weights are then
        kept. 0: all epochs are run.
    class_weights : sequence of float
        The weight of the examples of each class.
    balanced : bool
        All classes have the same weight in total.
    frozen : sequence of int
        Layers, by number from 1, that stay as they are, until epoch `unfreeze_at` if that is set.
    standardize_targets : bool
        Numbers are learned with mean 0 and standard deviation 1; the model answers in their units.
    stateful : bool
        `train` has windows of one long sequence, side by side: recurrent layers go on where the
        window before ended. The batch is as many streams, and nothing is shuffled.
    recover : bool
        If the loss is no longer a number, begin the epoch again with half the learning rate.
    watch : bool
        Some steps of each epoch are looked at, for `watched`.
    profile : bool
        Some steps of each epoch are timed, for `profile`.
    state : path, optional
        A file for the state of the training, written every `keep_every` seconds and by `finish`.

    Raises
    ------
    lithe.Error
        For an option out of range, or data that do not fit the network or the loss.

    Examples
    --------
    >>> import lithe
    >>> model = lithe.Model("input(2) -> dense(8, tanh) -> dense(2)")
    >>> corners = lithe.Examples([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    >>> trainer = lithe.Trainer(model, corners, loss="cross_entropy", optimizer="adam(0.05)",
    ...                         batch=4, epochs=200, threads=1)
    >>> losses = [report.loss for report in trainer]
    >>> losses[-1] < 0.05
    True
    """

    def __init__(
        self,
        model: Model,
        train: _core.Examples,
        test: _core.Examples | None = None,
        *,
        loss: str = "quadratic",
        optimizer: str = "sgd(0.1)",
        average: str = "none",
        augment: str = "",
        image: Sequence[int] = (),
        batch: int = 32,
        epochs: int = 10,
        seed: int = 1,
        threads: int = 0,
        pin: bool = False,
        isa: str = "auto",
        blas: str = "native",
        validation: float = 0,
        patience: int = 0,
        class_weights: Sequence[float] = (),
        balanced: bool = False,
        ignore: int | None = None,
        frozen: Sequence[int] = (),
        unfreeze_at: int = 0,
        standardize_targets: bool = False,
        stateful: bool = False,
        bfloat16: bool = False,
        recover: bool = False,
        watch: bool = False,
        profile: bool = False,
        state: str | os.PathLike[str] | None = None,
        keep_every: float = 60,
    ) -> None:
        options: dict[str, Any] = dict(
            loss=loss, optimizer=optimizer, average=average, augment=augment, image=list(image),
            batch=batch, epochs=epochs, seed=seed, threads=threads, pin=pin, isa=isa, blas=blas,
            validation=float(validation), patience=patience, class_weights=list(class_weights),
            balanced=balanced, frozen=list(frozen), unfreeze_at=unfreeze_at,
            standardize_targets=standardize_targets, stateful=stateful, bfloat16=bfloat16,
            recover=recover,
            keep_every=float(keep_every),
            watch=watch, profile=profile,
        )  # fmt: skip
        if ignore is not None:
            options["ignore"] = ignore
        if state is not None:
            options["state"] = Path(state)
        self._model, self._train, self._options = model, train, options
        self._test = test if test is not None else _core.Examples()
        super().__init__(model, train, self._test, options)

    def run_epoch(self, callback: Callable[[float], bool | None] | None = None) -> EpochReport:
        """Trains for an epoch, and evaluates.

        `callback` is called some fifty times with the share of the epoch that is done; returning
        False ends the epoch there. Ctrl-C, and what `callback` raises, leaves the epoch where it is:
        the model can be used, and the next call goes on within the epoch, to the same bits. Raises
        `lithe.Error` if the loss is no longer a number.
        """
        return self._run_epoch(callback)

    def __iter__(self) -> Iterator[EpochReport]:
        """Runs the epochs that are left, and gives the report of each; then `finish` is called."""
        while not self.finished:
            yield self.run_epoch()
        result = self.finish()
        if result.state_error:
            warnings.warn(f"the state was not written: {result.state_error}", stacklevel=2)

    def profile(self) -> ProfileReport:
        """Where the time of the epochs went, as `lithe profile` prints it. Needs `profile=True`.

        The limits of the machine are measured at the first call on it, which takes seconds. Raises
        `lithe.Error` without `profile=True`.

        Examples
        --------
        >>> import lithe
        >>> digits = lithe.load_dataset("lithe:digits")
        >>> model = lithe.Model("input(784) -> dense(30, sigmoid) -> dense(10)")
        >>> examples = lithe.Examples(digits.X, digits.y.astype(int))
        >>> trainer = lithe.Trainer(model, examples, loss="cross_entropy", threads=1, profile=True)
        >>> report = trainer.run_epoch()
        >>> profile = trainer.profile()          # print(profile); profile.save("out")
        >>> 0.5 < profile["accounted"] <= 1
        True
        """
        if not self._options["profile"]:
            raise Error("this training was not timed", "Trainer", "Trainer(..., profile=True)")
        return ProfileReport(_core._profile(self, self._options["isa"]))

    def watched(self) -> WatchReport:
        """How the layers fared, and what is wrong with them. Needs `watch=True`.

        Raises `lithe.Error` without `watch=True`, and before the first epoch.
        """
        if not self._options["watch"] or not self.history:
            raise Error("no epoch of this training was looked at", "Trainer", "Trainer(..., watch=True), and an epoch")
        return WatchReport(_core._watched(self))

    def save_state(self, path: str | os.PathLike[str]) -> None:
        """Writes all that the training needs to go on to the same bits, between two epochs."""
        self._save_state(Path(path))

    def load_state(self, path: str | os.PathLike[str]) -> None:
        """Goes on where `save_state` was called, with the same model, examples and options.

        Raises `lithe.Error` that names what differs, and changes nothing then.
        """
        self._load_state(Path(path))

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("cannot pickle a Trainer: `save_state` writes what another one goes on from")

    def save_model(self, path: str | os.PathLike[str]) -> None:
        """Saves the model with the weights of the last evaluation, and goes on as if it had not."""
        self._save_model(Path(path))


def evaluate(
    model: Model, examples: Examples, loss: str = "", streams: int | None = None
) -> dict[str, float]:
    """How well the model answers: "loss" (the mean), "correct" and "total", or "rmse".

    `loss` is that of the training unless another is given. Windows of one long sequence can go on
    where the one before ended, in that many `streams`; 0: each begins without a past. None: as the
    model was trained (`Trainer(stateful=True)`).
    """
    return dict(_core._evaluate(model, examples, loss or model.metadata.get("lithe.loss", ""), streams))


def find_learning_rate(
    model: Model,
    train: Examples,
    *,
    loss: str = "quadratic",
    optimizer: str = "sgd(0.1)",
    augment: str = "",
    image: Sequence[int] = (),
    batch: int = 32,
    seed: int = 1,
    standardize_targets: bool = False,
    lowest: float = 1e-6,
    highest: float = 10,
    steps: int = 200,
) -> LearningRateTest:
    """A range test of the learning rate (Smith, 2017), as `lithe find-lr` makes it.

    The rate grows from `lowest` to `highest` over `steps` steps, on a copy of the model, until the
    loss has grown to four times its least. The other options are those of `Trainer`. Raises
    `lithe.Error` for an option out of range.

    Examples
    --------
    >>> import lithe, numpy
    >>> X = numpy.random.default_rng(0).normal(size=(400, 2))
    >>> examples = lithe.Examples(X, (X[:, 0] > 0).astype(int))
    >>> model = lithe.Model("input(2) -> dense(8, tanh) -> dense(2)")
    >>> test = lithe.find_learning_rate(model, examples, loss="cross_entropy", optimizer="adam(0.001)")
    >>> 1e-4 < test.best < 1
    True
    """
    options = dict(
        loss=loss, optimizer=optimizer, augment=augment, image=list(image), batch=batch, seed=seed,
        standardize_targets=standardize_targets,
    )  # fmt: skip
    return _core._find_learning_rate(model, train, options, float(lowest), float(highest), steps)


def calibrate_unknown(
    model: Model, train: Examples, validation: Examples, *, score: str = "energy", acceptance_rate: float = 0.95
) -> dict[str, Any]:
    """Chooses by which score, and above what threshold, an input is none of the classes.

    The score is fitted on `train`, which the model was trained on; the threshold accepts
    `acceptance_rate` of `validation`, which it was not. Both are kept in the model: see
    `Model.unknown_score` and `Model.is_unknown`. Raises `lithe.Error` for examples without labels, too
    few of them, or a score that is not known.

    Returns "score", "threshold", "acceptance_rate" and "temperature", by which logits are divided for
    calibrated probabilities.
    """
    return dict(_core._calibrate_unknown(model, train, validation, score, float(acceptance_rate)))
