"""What the estimators share, by scikit-learn's contract: they drop in where MLPClassifier and
MLPRegressor stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import (
    _check_feature_names,
    _check_n_features,
    _check_sample_weight,
    check_array,
    check_is_fitted,
    validate_data,
)

from . import _core
from ._arrays import Array, divisor_of, features
from ._callback_support import CallbackSupport
from ._error import Error
from ._examples import Examples
from ._fitting import PartialFits, Settings, build_network, ends_with_sequence, seed_of, takes_flat_rows
from ._frame import ArrayFrame, FrameEncoder, is_frame
from ._model import Model, outputs_of
from ._reading import Data, Form
from ._running import OwnValidation, history_of, model_of, run, threads_for, weights_precision
from ._sequences import Given, Inputs, check_finite, dimensions, inputs_of, is_list_of_sequences
from ._trainer import Trainer
from ._watchers import FitTasks, Progress, UserCallback, Watcher

_DTYPES = (np.float64, np.float32, np.uint8)

PARAMETERS = """
    Parameters
    ----------
    network : str
        The hidden layers, such as "dense(100, relu) -> dropout(0.2)"; the input and the head come
        from the data. "auto" suits the data; "" is a linear model. Columns are brought to mean 0
        and deviation 1 first, unless X is uint8: then they are pixels and divided by 255.
    loss, optimizer : str
        Sentences that `lithe.catalogue()` lists, such as "adam(one_cycle(3e-3))".
    batch, epochs : int
        Examples of a step, and passes over the data.
    validation : float
        A share of the examples that is held out to choose the epoch that is kept.
    patience : int
        Epochs without a lower validation loss after which training ends.
    average : str
        Of the weights: "none", "ema(0.999)", "swa(75%)".
    augment : str or None
        Random changes of images: "shift(2) -> rotate(10)". `image` says their shape.
    image : tuple of int or None
        The shape of an example as an image: (28, 28) or (32, 32, 3).
    categories : "from_dtype", "none" or list of column names
        Which columns of a data frame hold categories; each becomes indicators.
    embed : None, "auto", list of column names, or dict
        Columns of categories that become learned numbers instead: {"shop": 8} 8 of them, None in
        the place of 8 as many as fit, "auto" all columns of more than 20 categories. Columns of an
        array are named by their numbers. A category that `fit` did not meet, or met in a single
        row, has learned numbers too.
    ensemble : int
        The number of models, from seeds one after another, whose mean is the answer: of probabilities, or
        of numbers. They are trained side by side, each on one thread.
    warm_start : bool
        Whether `fit` goes on with the weights that are there.
    precision : {"float32", "float64", "bfloat16"}
        Of the weights and of all that is computed. "bfloat16" keeps float32, and rounds what dense
        layers multiply while they are trained; see `Trainer`.
    random_state : int, RandomState or None
        Of initial weights, order, dropout and the examples held out.
    n_jobs : int or None
        Threads. None: the number measured to be fastest, and 1 in a worker of joblib's.
    verbose : int
        1: the last epoch and the time that is left, in one line; 2: a line for each epoch.
    callback : callable or None
        Called after each epoch with the estimator and the `EpochReport`; true ends the training.

    "auto" chooses as `lithe train` does for the same data (docs/defaults.md).

    Attributes
    ----------
    model_ : Model
        The trained network; `model_.save` writes a file that every command of `lithe` takes.
    history_ : dict
        The figures of each epoch: "epoch", "loss", "validation_loss", ...
    n_iter_ : int
        Epochs that were run.
    loss_ : float
        Of the last epoch.
    n_features_in_ : int
    feature_names_in_ : array of str, where X had names of columns
"""


class Estimator(CallbackSupport, BaseEstimator):
    """What all estimators share: parameters, validation, training, and answers."""

    def __init__(
        self,
        network: str = "auto",
        *,
        loss: str = "auto",
        optimizer: str = "auto",
        batch: int | str = "auto",
        epochs: int | str = "auto",
        validation: float | str = "auto",
        patience: int | str = "auto",
        average: str = "none",
        augment: str | None = None,
        image: Any = None,
        categories: Any = "from_dtype",
        embed: Any = None,
        ensemble: int = 1,
        warm_start: bool = False,
        precision: str = "float32",
        random_state: Any = None,
        n_jobs: int | None = None,
        verbose: int = 0,
        callback: Any = None,
    ) -> None:
        self.network = network
        self.loss = loss
        self.optimizer = optimizer
        self.batch = batch
        self.epochs = epochs
        self.validation = validation
        self.patience = patience
        self.average = average
        self.augment = augment
        self.image = image
        self.categories = categories
        self.embed = embed
        self.ensemble = ensemble
        self.warm_start = warm_start
        self.precision = precision
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.callback = callback

    def _kind(self) -> str:
        """What is learned: "classes", "labels" or "numbers"."""
        return "numbers"

    def _unpacked(self, X: Any, y: Any, sample_weight: Any, reset: bool) -> tuple[Any, Any, Any]:
        """The arrays of a table, or of pictures, in the place of X; windows and sequences stay."""
        form = None
        if isinstance(X, Given):
            if y is not None:
                raise ValueError(f"y is given, and a {type(X).__name__} has its own: fit(table), or fit(table.X, y)")
            form, y = X._form(), X.y
            sample_weight = X.sample_weight if sample_weight is None else sample_weight
            X = X.X if _are_rows(X._inputs()) else X
        if reset:
            self._form: Form | None = form
        return X, y, sample_weight

    def _keep_form(self, pixels: bool) -> None:
        form = self._form
        if form is None and self._encoder is not None:
            form = self._encoder_form(self._encoder)
        if form is None:
            return
        # Answers that were learned as something else are not what the schema says.
        schema = form.schema if form.answers == self._kind() else ""
        self.model_._set_form(schema, form.image if pixels and form.image else (), form.resize)
        for key, note in form.notes.items():
            self.model_._set_metadata(key, note)

    def _encoder_form(self, encoder: FrameEncoder) -> Form:
        kind = self._kind()
        classes = [str(name) for name in getattr(self, "classes_", ())]
        task = {"classes": "classification", "labels": "multi_label", "numbers": "regression"}[kind]
        return Form(kind, None, None, "crop", encoder.schema(task, classes, self._target_names))

    # Of the columns of y, where a model keeps how files are read.
    _target_names: list[str] = ["y"]

    def _columns(self) -> tuple[tuple[int, ...], ...]:
        """Of columns that are embedded, as `Form.columns` has them."""
        if self._encoder is not None and self._encoder.embedded_:
            return self._encoder.row_columns()
        return self._form.columns if self._form is not None else ()

    def _inputs(self, X: Any, lengths: Any, reset: bool) -> Inputs:
        """What was given, checked, as the library reads it."""
        inputs = self._sequences(X, lengths, reset)
        if inputs is None:
            matrix = features(self._validate(X, reset))
            return Inputs(matrix, (matrix.shape[1],))
        if inputs.rows == 0:
            raise ValueError("Found array with 0 sample(s) while a minimum of 1 is required.")
        check_finite(inputs)
        if reset:
            self._encoder: FrameEncoder | None = None
            self.n_features_in_ = inputs.shape[-1]
            if hasattr(self, "feature_names_in_"):
                del self.feature_names_in_
            self._example = (inputs.shape, inputs.lengths is not None)
        self._check_example(inputs)
        return inputs

    # Of sequences: the shape of an example in `fit`, and whether each had a length of its own.
    _example: tuple[tuple[int, ...], bool] | None = None

    def _sequences(self, X: Any, lengths: Any, reset: bool) -> Inputs | None:
        """X where its examples are sequences or images; None where they are rows of values."""
        unequal = not reset and self._example is not None and self._example[1]
        if isinstance(X, Given):
            inputs = X._inputs()
            return None if _are_rows(inputs) else inputs
        sequences = lengths is not None or is_list_of_sequences(X) or dimensions(X) > 2
        if not sequences and not unequal:
            if reset:
                self._example = None
            elif self._example is not None:
                raise Error(
                    f"rows of values, and {type(self).__name__} was fitted with examples of the shape "
                    f"{self._example[0]}",
                    "X",
                    "X.reshape(len(X), *shape)",
                    "data",
                )
            return None
        return inputs_of(X, lengths, flat=takes_flat_rows(self._hidden_layers()), unequal=unequal)

    def _check_example(self, inputs: Inputs) -> None:
        if self._example is None:
            raise Error(
                f"examples of the shape {inputs.shape}, and {type(self).__name__} was fitted with rows of values",
                "X",
                "rows of values, [examples][values]",
                "data",
            )
        shape, unequal = self._example
        if unequal and inputs.lengths is not None and inputs.shape[1:] == shape[1:]:
            return
        if unequal == (inputs.lengths is not None) and inputs.shape == shape:
            return
        raise Error(
            f"X has {_words(inputs.shape, inputs.lengths is not None)}, but {type(self).__name__} is expecting "
            f"{_words(shape, unequal)}",
            "X",
            "a list of sequences, or lengths=" if unequal else "arrays of the shape that it was fitted with",
            "data",
        )

    def _validate(self, X: Any, reset: bool) -> Array:
        """Rows of values."""
        if isinstance(X, Data):
            X = X.X
        if not is_frame(X) and self.embed is not None and (reset or self._encoder is not None):
            self._check_columns(X, reset)
            # Of a list, each value keeps its type.
            X = ArrayFrame(np.asarray(X, dtype=getattr(X, "dtype", object)))
        if is_frame(X):
            if reset:
                encoder = FrameEncoder(self.categories, self.embed).fit(X)
                self._encoder = encoder if encoder.categories_ else None
            if self._encoder is not None:
                _check_feature_names(self, X, reset=reset)
                _check_n_features(self, X, reset=reset)
                return check_array(self._encoder.transform(X), dtype=np.float64, input_name="X")
        elif reset:
            self._encoder = None
        array = validate_data(self, X, reset=reset, dtype=_DTYPES, accept_sparse="csr")
        return array if isinstance(array, np.ndarray) else array.toarray()

    def _check_columns(self, X: Any, reset: bool) -> None:
        validate_data(self, X, reset=reset, dtype=None, ensure_all_finite=False)

    def _checked_weights(self, sample_weight: Any, inputs: Inputs) -> Array | None:
        if sample_weight is None:
            return None
        rows = np.broadcast_to(np.zeros(1), (inputs.rows, 1))
        return _check_sample_weight(sample_weight, rows, dtype=np.float64, ensure_non_negative=True)

    def _hidden_layers(self) -> str | None:
        return None if self.network == "auto" else self.network

    def _shape(self, inputs: Inputs) -> tuple[int, ...]:
        if len(inputs.shape) > 1 or inputs.lengths is not None:
            return inputs.shape
        if self.image is not None:
            return tuple(self.image)
        return (self._form and self._form.image) or inputs.shape

    # Whether the network ends with a sequence, so that there is an answer at each position.
    _by_position = False

    def _answers_by_position(self, inputs: Inputs) -> bool:
        return ends_with_sequence(self._hidden_layers(), inputs, self._shape(inputs), self._columns())

    def _train(
        self, inputs: Inputs, answers: Array, outputs: int, weights: Array | None, own: Examples | None,
        fresh: bool = True, calls: PartialFits | None = None, zero: Array | None = None,
        tasks: FitTasks | None = None,
    ) -> None:  # fmt: skip
        """Makes the model, where it is `fresh`, and trains it: wholly, with the `tasks` of a fit,
        or for one epoch, with what `calls` of partial_fit go on from. `zero`: what was taken off the
        targets, because their units may lie far from it and the library keeps float32."""
        examples = self._examples(inputs, answers, outputs, weights)
        shape = self._shape(inputs)
        settings = Settings(self, examples, shape)
        seed = seed_of(self.random_state)
        if fresh:
            network = build_network(settings, inputs, shape, outputs, self._columns())
            self.model_ = Model(network, weights_precision(self.precision), seed)
            self.model_._standardize(examples)
            self._keep_form(inputs.matrix.dtype == np.uint8)
        elif inputs.lengths is not None:
            inputs = inputs.padded_to(self.model_.network.input_shape[0])
            examples = self._examples(inputs, answers, outputs, weights)
        if calls is not None:
            seed = calls.prepare(settings, seed)
        if getattr(self, "unknown", None) is not None:
            settings.hold_out_for(self.unknown)
        elif own is not None:
            settings.validation = 0
        self._held_out, self._seed = settings.validation, seed
        if self.ensemble != 1:
            alone = {"warm_start or partial_fit": not fresh or calls is not None, "X_val": own is not None,
                     "callback": self.callback is not None, "unknown": getattr(self, "unknown", None) is not None}  # fmt: skip
            self._train_members(examples, settings, shape, seed, alone)
            if zero is not None:
                self.model_._shift_targets(zero.tolist())
            return
        if zero is not None and not fresh:
            self.model_._shift_targets((-zero).tolist())
        try:
            trainer = Trainer(
                self.model_, examples, own,
                loss=settings.loss, optimizer=settings.optimizer, average=self.average,
                augment=self.augment or "", image=shape, batch=settings.batch,
                epochs=settings.epochs, seed=seed, threads=threads_for(self.n_jobs),
                validation=settings.validation, patience=settings.patience if own is None else 0,
                standardize_targets=settings.standardize_targets,
                bfloat16=self.precision == "bfloat16",
            )  # fmt: skip
            if calls is not None:
                calls.restore(trainer)
            kept = OwnValidation(trainer, settings.patience) if own is not None else None
            watchers: list[Watcher] = [kept] if kept is not None else []
            watchers += self._watchers(settings.epochs, calls.epochs if calls is not None else 0)
            if tasks is not None:
                tasks.begin(settings.epochs, lambda: self._as_if_ended(trainer, inputs.matrix, weights, zero))
                watchers.append(tasks)
            run(trainer, watchers)
        finally:
            if zero is not None:
                self.model_._shift_targets(zero.tolist())
        if kept is not None:
            kept.restore(self.model_)
        self._calls = PartialFits.after_fit(settings, seed) if calls is None else calls
        self._calls.keep(trainer)
        trainer._keep_history(self.model_, examples, own if own is not None else _core.Examples())
        self._keep_figures(trainer, own is not None)

    def _train_members(
        self, examples: Examples, settings: Settings, shape: tuple[int, ...], seed: int, alone: dict[str, bool]
    ) -> None:
        """Makes the model an ensemble. `alone`: what goes with a single model, and whether it is there."""
        if int(self.ensemble) < 1:
            raise ValueError(f"ensemble={self.ensemble!r}: it is a number of models, from 1 on")
        for name in (name for name, given in alone.items() if given):
            raise ValueError(f"ensemble={self.ensemble} does not go with {name}, which is for a single model: ensemble=1")
        options = dict(
            loss=settings.loss, optimizer=settings.optimizer, average=self.average, augment=self.augment or "",
            image=list(shape), batch=settings.batch, epochs=settings.epochs, seed=seed, threads=threads_for(self.n_jobs),
            validation=settings.validation, patience=settings.patience,
            standardize_targets=settings.standardize_targets, bfloat16=self.precision == "bfloat16",
        )  # fmt: skip
        members = _core._train_ensemble(self.model_, examples, _core.Examples(), options, int(self.ensemble))
        # The mean over the members, of the epochs that all have done.
        histories = [history_of(reports, False) for reports in members]
        self.history_ = {
            name: [float(np.mean(values)) for values in zip(*(history[name] for history in histories))]
            for name in histories[0]
        }
        self.n_iter_ = max(len(reports) for reports in members)
        self.loss_ = float(np.mean([reports[-1].loss for reports in members]))

    def _examples(self, inputs: Inputs, answers: Array, outputs: int, weights: Array | None = None) -> Examples:
        classes = outputs if answers.dtype.kind in "iu" else None
        return Examples(inputs, answers, weights, classes=classes, per_position=self._by_position)

    def _watchers(self, epochs: int, done: int) -> list[Watcher]:
        watchers: list[Watcher] = []
        if self.verbose:
            watchers.append(Progress(epochs, self.verbose, done=done))
        if self.callback is not None:
            watchers.append(UserCallback(self.callback, self))
        return watchers

    def _as_if_ended(
        self, trainer: Trainer, X: Array, weights: Array | None, zero: Array | None
    ) -> dict[str, Any]:
        """The attributes by which a copy answers with the values of the last epoch."""
        model = model_of(trainer)
        if zero is not None:
            model._shift_targets(zero.tolist())
        return {"model_": model, **self._derived(model, X, weights)}

    def _derived(self, model: Model, X: Array, weights: Array | None) -> dict[str, Any]:
        """Attributes that follow from the model; `X` and `weights` are those of `fit`."""
        return {}

    def _calls_before(self) -> PartialFits:
        calls: PartialFits | None = getattr(self, "_calls", None)
        return PartialFits() if calls is None else calls

    def _keep_figures(self, trainer: Trainer, own: bool) -> None:
        reports = trainer.history
        self.history_ = history_of(reports, own)
        self.n_iter_ = len(reports)
        self.loss_ = reports[-1].loss if reports else float("nan")

    def _own_validation(
        self, X_val: Any, y_val: Any, lengths_val: Any, outputs: int, answers_of: Callable[[Any, Inputs], Array]
    ) -> Examples | None:
        if isinstance(X_val, Given) and y_val is None:
            y_val = X_val.y
        if (X_val is None) != (y_val is None):
            raise ValueError("X_val and y_val go together: give both or neither")
        if X_val is None:
            return None
        inputs = self._inputs(X_val, lengths_val, reset=False)
        if inputs.lengths is not None and self._example is not None:
            inputs = inputs.padded_to(self._example[0][0])
        answers = answers_of(y_val, inputs)
        if len(answers) != inputs.rows:
            raise ValueError(f"X_val has {inputs.rows} examples and y_val {len(answers)}")
        return self._examples(inputs, answers, outputs)

    def _outputs(self, X: Any, answer: Callable[[Model, Array, float], Any]) -> Any:
        """An answer for rows of values."""
        check_is_fitted(self, "model_")
        X = features(self._validate(X, reset=False))
        return answer(self.model_, X, self.model_.divisor)

    def _answered(self, X: Any, lengths: Any, answer: Callable[..., Array]) -> tuple[Array, Inputs]:
        """What the model answers, [rows][outputs] or [rows][positions][outputs], and to what."""
        check_is_fitted(self, "model_")
        inputs = self._inputs(X, lengths, reset=False)
        return outputs_of(self.model_, inputs, self.model_.divisor, answer), inputs

    def plot_history(self, ax: Any = None) -> Any:
        """Draws loss and validation loss by epoch on Matplotlib's `ax`, which it returns."""
        check_is_fitted(self, "model_")
        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots()
        for name in ("loss", "validation_loss"):
            if name in self.history_:
                ax.plot(self.history_["epoch"], self.history_[name], label=name.replace("_", " "))
        ax.set_xlabel("epoch")
        ax.set_ylabel("loss")
        ax.legend()
        return ax

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def predictions(model: Model, X: Array, divisor: float) -> Array:
    return model._predict(X, divisor)


def _are_rows(inputs: Inputs) -> bool:
    """Whether examples are rows of values, and neither images nor sequences of any kind."""
    return len(inputs.shape) == 1 and inputs.lengths is None


def _words(shape: tuple[int, ...], unequal: bool) -> str:
    if not unequal:
        return f"examples of the shape {shape}"
    if len(shape) == 1:
        return "sequences of categories"
    return f"sequences of {shape[1]} channel{'' if shape[1] == 1 else 's'}, each with a length of its own"
