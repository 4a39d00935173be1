"""Estimators by scikit-learn's contract: they drop in where MLPClassifier and MLPRegressor stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import (
    _check_feature_names,
    _check_n_features,
    _check_sample_weight,
    check_array,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from . import _core
from ._arrays import Array, features
from ._examples import Examples
from ._fitting import (
    OwnValidation,
    PartialFits,
    Settings,
    build_network,
    history_of,
    model_of,
    run,
    seed_of,
    threads_for,
    zero_of,
)
from ._frame import FrameEncoder, is_frame
from ._model import Model
from ._reading import Data, Form
from ._trainer import Trainer
from ._watchers import CallbackSupport, FitTasks, Progress, UserCallback, Watcher, with_callbacks

_DTYPES = (np.float64, np.float32, np.uint8)

_PARAMETERS = """
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
    warm_start : bool
        Whether `fit` goes on with the weights that are there.
    precision : {"float32", "float64"}
        Of the weights and of all that is computed.
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


class _Estimator(CallbackSupport, BaseEstimator):
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
        """The arrays of a table, or of pictures, in the place of X."""
        form = None
        if isinstance(X, Data):
            if y is not None:
                raise ValueError(f"y is given, and a {type(X).__name__} has its own: fit(table), or fit(table.X, y)")
            form, y = X._form(), X.y
            sample_weight = X.sample_weight if sample_weight is None else sample_weight
            X = X.X
        if reset:
            self._form: Form | None = form
        return X, y, sample_weight

    def _keep_form(self, pixels: bool) -> None:
        form = self._form
        if form is None:
            return
        # Answers that were learned as something else are not what the schema says.
        schema = form.schema if form.answers == self._kind() else ""
        self.model_._set_form(schema, form.image if pixels and form.image else (), form.resize)

    def _validate(self, X: Any, reset: bool) -> Array:
        if isinstance(X, Data):
            X = X.X
        if is_frame(X):
            if reset:
                encoder = FrameEncoder(self.categories).fit(X)
                self._encoder = encoder if encoder.categories_ else None
            if self._encoder is not None:
                _check_feature_names(self, X, reset=reset)
                _check_n_features(self, X, reset=reset)
                return check_array(self._encoder.transform(X), dtype=np.float64, input_name="X")
        elif reset:
            self._encoder = None
        array = validate_data(self, X, reset=reset, dtype=_DTYPES, accept_sparse="csr")
        return array if isinstance(array, np.ndarray) else array.toarray()

    def _checked_weights(self, sample_weight: Any, X: Array) -> Array | None:
        if sample_weight is None:
            return None
        return _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)

    def _hidden_layers(self) -> str | None:
        return None if self.network == "auto" else self.network

    def _shape(self, X: Array) -> tuple[int, ...]:
        if self.image is not None:
            return tuple(self.image)
        return (self._form and self._form.image) or (X.shape[1],)

    def _train(
        self, X: Array, answers: Array, outputs: int, weights: Array | None, own: Examples | None,
        fresh: bool = True, calls: PartialFits | None = None, zero: Array | None = None,
        tasks: FitTasks | None = None,
    ) -> None:  # fmt: skip
        """Makes the model, where it is `fresh`, and trains it: wholly, with the `tasks` of a fit,
        or for one epoch, with what `calls` of partial_fit go on from. `zero`: what was taken off the
        targets, because their units may lie far from it and the library keeps float32."""
        classes = outputs if answers.ndim == 1 else None
        examples = Examples(X, answers, weights, classes=classes)
        settings = Settings(self, examples, self._shape(X))
        pixels = X.dtype == np.uint8
        seed = seed_of(self.random_state)
        if fresh:
            network = build_network(settings, self._shape(X), outputs, pixels)
            self.model_ = Model(network, self.precision, seed)
            self.model_._standardize(examples)
            self._keep_form(pixels)
        if calls is not None:
            seed = calls.prepare(settings, seed)
        if getattr(self, "unknown", None) is not None:
            settings.hold_out_for(self.unknown)
        elif own is not None:
            settings.validation = 0
        self._held_out, self._seed = settings.validation, seed
        if zero is not None and not fresh:
            self.model_._shift_targets((-zero).tolist())
        try:
            trainer = Trainer(
                self.model_, examples, own,
                loss=settings.loss, optimizer=settings.optimizer, average=self.average,
                augment=self.augment or "", image=self._shape(X), batch=settings.batch,
                epochs=settings.epochs, seed=seed, threads=threads_for(self.n_jobs),
                validation=settings.validation, patience=settings.patience if own is None else 0,
                standardize_targets=settings.standardize_targets,
            )  # fmt: skip
            if calls is not None:
                calls.restore(trainer)
            kept = OwnValidation(trainer, settings.patience) if own is not None else None
            watchers: list[Watcher] = [kept] if kept is not None else []
            watchers += self._watchers(settings.epochs, calls.epochs if calls is not None else 0)
            if tasks is not None:
                tasks.begin(settings.epochs, lambda: self._as_if_ended(trainer, X, weights, zero))
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

    def _own_validation(self, X_val: Any, y_val: Any, answers_of: Callable[[Any], Array]) -> Any:
        if (X_val is None) != (y_val is None):
            raise ValueError("X_val and y_val go together: give both or neither")
        if X_val is None:
            return None
        X = self._validate(X_val, reset=False)
        answers = answers_of(y_val)
        if len(answers) != len(X):
            raise ValueError(f"X_val has {len(X)} examples and y_val {len(answers)}")
        classes = len(self.classes_) if answers.ndim == 1 else None
        return Examples(X, answers, classes=classes)

    def _outputs(self, X: Any, answer: Callable[[Model, Array, float], Any]) -> Any:
        check_is_fitted(self, "model_")
        X = features(self._validate(X, reset=False))
        return answer(self.model_, X, self.model_.divisor)

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


def _predictions(model: Model, X: Array, divisor: float) -> Array:
    return model._predict(X, divisor)


def _probabilities(model: Model, X: Array, divisor: float) -> Array:
    return _core._probabilities(model, X, divisor)


class Classifier(ClassifierMixin, _Estimator):
    __doc__ = f"""A neural network that tells classes, or labels of which any number can hold.
{_PARAMETERS}
    classes_ : array
        The labels of the classes.

    Other parameters
    ----------------
    class_weight : dict, "balanced" or None
        The weight of the examples of each class.
    unknown : str or None
        A score ("energy", "knn(50)", ...) by which `is_unknown` tells what is none of the classes;
        its threshold accepts 95% of the examples that `validation` holds out ("auto": a tenth).

    Examples
    --------
    >>> import lithe
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> lithe.Classifier(random_state=0, n_jobs=1).fit(X, y).score(X, y) > 0.9
    True
    """

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
        class_weight: Any = None,
        average: str = "none",
        augment: str | None = None,
        image: Any = None,
        categories: Any = "from_dtype",
        unknown: str | None = None,
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
        self.class_weight = class_weight
        self.unknown = unknown

    @with_callbacks
    def fit(
        self, X: Any, y: Any = None, sample_weight: Any = None, *, X_val: Any = None, y_val: Any = None
    ) -> Classifier:
        """Learns from `X` [examples][values] and `y`, the class of each (or a matrix of labels), or
        from what `lithe.read_table` or `lithe.read_images` gave.

        `sample_weight` says how much each example counts. `X_val` and `y_val` decide which epoch is
        kept instead of a held-out share.
        """
        fresh = not (self.warm_start and hasattr(self, "model_"))
        X, y, sample_weight = self._unpacked(X, y, sample_weight, reset=fresh)
        tasks = FitTasks(self, X, y, sample_weight)
        X, y = self._checked(X, y, reset=True)
        if fresh:
            self._learn_classes(y)
        answers = self._answers(y)
        weights = self._weights(sample_weight, X, y)
        own = self._own_validation(X_val, y_val, self._answers)
        self._train(X, answers, self._width, weights, own, fresh=fresh, tasks=tasks)
        self._name_classes()
        if self.unknown is not None:
            _core._calibrate(
                self.model_, Examples(X, answers), self._held_out, self._seed, self.unknown, 0.95
            )
        tasks.fitted()
        return self

    def partial_fit(self, X: Any, y: Any = None, classes: Any = None, sample_weight: Any = None) -> Classifier:
        """Goes on learning: one pass over these examples, with the optimizer as the last call, or
        `fit`, left it. The learning rate is constant, the one that its schedule is made from.

        Not with `unknown`, whose threshold needs examples of all that was learned. The first call says all `classes` that there will be, where `y` does not have them all. A
        label that is none of them raises ValueError.
        """
        if self.unknown is not None:
            raise ValueError(
                f"partial_fit cannot choose the threshold of unknown={self.unknown!r}, which needs examples of "
                "all that was learned: call fit, or set unknown=None"
            )
        first = not hasattr(self, "model_")
        X, y, sample_weight = self._unpacked(X, y, sample_weight, reset=first)
        X, y = self._checked(X, y, reset=first)
        if first:
            self._learn_classes(y if classes is None else np.asarray(classes))
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise ValueError(
                f"`classes={classes!r}` is not the same as on last call to partial_fit, was: {self.classes_!r}"
            )
        answers = self._answers(y)
        weights = self._weights(sample_weight, X, y)
        self._train(X, answers, self._width, weights, None, fresh=first, calls=self._calls_before())
        self._name_classes()
        return self

    def predict(self, X: Any) -> Array:
        """The most probable class of each example; of labels, 1 for each with at least 0.5."""
        probabilities = self.predict_proba(X)
        if self._multilabel:
            return (probabilities >= 0.5).astype(int)
        return self.classes_[probabilities.argmax(axis=1)]

    def predict_proba(self, X: Any) -> Array:
        """Probabilities [examples][classes]."""
        return self._outputs(X, _probabilities)

    def _kind(self) -> str:
        return "labels" if self._multilabel else "classes"

    def is_unknown(self, X: Any) -> Array:
        """Whether each example is none of the classes; `unknown` must name a score."""
        return self._unknown(X)[1].astype(bool)

    def unknown_score(self, X: Any) -> Array:
        """The higher, the less an example resembles the classes."""
        return self._unknown(X)[0]

    def _unknown(self, X: Any) -> Any:
        if self.unknown is None:
            raise ValueError("no score was fitted: Classifier(unknown='energy', validation=0.1)")
        return self._outputs(X, lambda model, array, divisor: _core._unknown(model, array, divisor))

    def _checked(self, X: Any, y: Any, reset: bool) -> tuple[Array, Array]:
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but the target y is None."
            )
        X = self._validate(X, reset=reset)
        kind = type_of_target(y, input_name="y")
        if kind == "multilabel-indicator":
            y = check_array(y, accept_sparse=False, dtype=None, input_name="y")
        else:
            y = column_or_1d(y, warn=True)
            if kind not in ("binary", "multiclass"):
                check_classification_targets(y)
        if len(y) != len(X):
            raise ValueError(
                f"Found input variables with inconsistent numbers of samples: [{len(X)}, {len(y)}]"
            )
        return X, y

    def _learn_classes(self, y: Array) -> None:
        self._multilabel = y.ndim == 2
        known = self._form.classes if self._form is not None else None
        classes = np.unique(y) if known is None else known
        self.classes_ = np.arange(y.shape[1]) if self._multilabel else classes
        if len(self.classes_) < 2 and not self._multilabel:
            raise ValueError(
                f"This {type(self).__name__} needs samples of at least 2 classes in the data, but the "
                f"data contains only one class: {self.classes_[0]!r}"
            )
        self._width = len(self.classes_)

    def _answers(self, y: Any) -> Array:
        y = np.asarray(y)
        if self._multilabel:
            return y.astype(np.float32)
        places = np.searchsorted(self.classes_, y).clip(0, len(self.classes_) - 1)
        if not np.array_equal(self.classes_[places], y):
            unseen = np.setdiff1d(y, self.classes_)
            raise ValueError(f"y contains previously unseen labels: {unseen.tolist()}")
        return places.astype(np.int32)

    def _weights(self, sample_weight: Any, X: Array, y: Array) -> Array | None:
        weights = self._checked_weights(sample_weight, X)
        if self.class_weight is None:
            return weights
        by_class = compute_sample_weight(self.class_weight, y)
        return by_class if weights is None else weights * by_class

    def _name_classes(self) -> None:
        names = [] if self._multilabel else [str(name) for name in self.classes_]
        self.model_._set_preprocessing(self.model_.divisor, names)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


class MultiLabelClassifier(Classifier):
    """A neural network that tells which labels hold of an example: none, one, or several.

    `y` is a matrix [examples][labels] of 0 and 1. A vector of classes is learned one class against
    the rest. The parameters are those of `Classifier`; the loss is binary cross entropy.

    Examples
    --------
    >>> import lithe, numpy
    >>> X = numpy.random.default_rng(0).normal(size=(400, 2))
    >>> above = (X > 0).astype(int)
    >>> clf = lithe.MultiLabelClassifier(random_state=0, n_jobs=1).fit(X, above)
    >>> clf.predict([[2.0, 2.0], [-2.0, 2.0]]).tolist()
    [[1, 1], [0, 1]]
    """

    def _kind(self) -> str:
        return "labels"

    def _answers(self, y: Any) -> Array:
        answers = super()._answers(y)
        if self._multilabel:
            return answers
        return np.eye(self._width, dtype=np.float32)[answers]

    def predict_proba(self, X: Any) -> Array:
        """The probability of each label; of classes, their sum is 1."""
        probabilities = super().predict_proba(X)
        if self._multilabel:
            return probabilities
        # All may be 0 where no class fits.
        sums = probabilities.sum(axis=1, keepdims=True)
        return np.where(sums > 0, probabilities / np.where(sums > 0, sums, 1), 1 / self._width)


class Regressor(RegressorMixin, _Estimator):
    __doc__ = f"""A neural network that predicts numbers, one or several for each example.

    Targets are learned with mean 0 and deviation 1, and predicted in their own units.
{_PARAMETERS}
    Examples
    --------
    >>> import lithe, numpy
    >>> X = numpy.linspace(-1, 1, 200).reshape(-1, 1)
    >>> lithe.Regressor(random_state=0, n_jobs=1).fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2) > 0.9
    True
    """

    @with_callbacks
    def fit(
        self, X: Any, y: Any = None, sample_weight: Any = None, *, X_val: Any = None, y_val: Any = None
    ) -> Regressor:
        """Learns from `X` [examples][values] and `y` [examples] or [examples][targets], or from what
        `lithe.read_table` gave."""
        fresh = not (self.warm_start and hasattr(self, "model_"))
        X, y, sample_weight = self._unpacked(X, y, sample_weight, reset=fresh)
        tasks = FitTasks(self, X, y, sample_weight)
        self._learn(X, y, sample_weight, X_val, y_val, tasks=tasks)
        tasks.fitted()
        return self

    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Regressor:
        """Goes on learning: one pass over these examples, with the optimizer as the last call, or
        `fit`, left it. The learning rate is constant."""
        X, y, sample_weight = self._unpacked(X, y, sample_weight, reset=not hasattr(self, "model_"))
        return self._learn(X, y, sample_weight, None, None, calls=self._calls_before())

    def _learn(
        self, X: Any, y: Any, sample_weight: Any, X_val: Any, y_val: Any,
        calls: PartialFits | None = None, tasks: FitTasks | None = None,
    ) -> Regressor:  # fmt: skip
        goes_on = hasattr(self, "model_") and (calls is not None or self.warm_start)
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but the target y is None."
            )
        X = self._validate(X, reset=not (goes_on and calls is not None))
        targets, self._flat = self._targets(y)
        if len(targets) != len(X):
            raise ValueError(
                f"Found input variables with inconsistent numbers of samples: [{len(X)}, {len(targets)}]"
            )
        weights = self._checked_weights(sample_weight, X)
        if not goes_on:
            self._zero = zero_of(targets)
        own = self._own_validation(X_val, y_val, lambda values: self._answers(values) - self._zero)
        self._train(
            X, targets - self._zero, targets.shape[1], weights, own,
            fresh=not goes_on, calls=calls, zero=self._zero, tasks=tasks,
        )  # fmt: skip
        return self

    def _targets(self, y: Any) -> tuple[Array, bool]:
        y = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
        if y.ndim == 2 and y.shape[1] == 1:
            column_or_1d(y, warn=True)
        return y.reshape(len(y), -1), y.ndim == 1

    def _answers(self, y: Any) -> Array:
        return self._targets(y)[0]

    def predict(self, X: Any) -> Array:
        """Numbers in the targets' own units, [examples] or [examples][targets] as `y` was."""
        outputs = self._outputs(X, _predictions)
        return outputs[:, 0] if self._flat else outputs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
