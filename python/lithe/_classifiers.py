"""Classifiers by scikit-learn's contract."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_array, column_or_1d

from . import _core
from ._arrays import Array
from ._base import PARAMETERS, Estimator
from ._callback_support import with_callbacks
from ._error import Error
from ._examples import Examples
from ._model import Model, unknown_figures
from ._sequences import NO_TARGET, Given, Inputs, by_position, is_list_of_sequences, padded_answers
from ._watchers import FitTasks


def _probabilities(model: Model, X: Array, divisor: float, lengths: Array | None) -> Array:
    return _core._probabilities(model, X, divisor, lengths)


class Classifier(ClassifierMixin, Estimator):
    __doc__ = f"""A neural network that tells classes, or labels of which any number can hold.
{PARAMETERS}
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
        embed: Any = None,
        ensemble: int = 1,
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
            categories=categories, embed=embed, ensemble=ensemble, warm_start=warm_start, precision=precision,
            random_state=random_state, n_jobs=n_jobs, verbose=verbose, callback=callback,
        )  # fmt: skip
        self.class_weight = class_weight
        self.unknown = unknown

    @with_callbacks
    def fit(
        self, X: Any, y: Any = None, sample_weight: Any = None, *, lengths: Any = None,
        X_val: Any = None, y_val: Any = None, lengths_val: Any = None,
    ) -> Classifier:  # fmt: skip
        """Learns from `X` and `y`, the class of each example (or a matrix of labels), or from what
        `lithe.read_table` or `lithe.read_images` gave.

        `X` has [examples][values], or sequences: [examples][positions][channels], or, of unequal
        length, a list of arrays [length][channels], or padded ones with their `lengths`. Where the
        network ends with a sequence, as "gru(64, all)" does, `y` has a class for each position,
        [examples][positions], where -1 stands for none; or it is a list of arrays.

        `sample_weight` says how much each example counts. `X_val` and `y_val` (and `lengths_val`)
        decide which epoch is kept instead of a held-out share.
        """
        fresh = not (self.warm_start and hasattr(self, "model_"))
        X, y, sample_weight = self._unpacked(X, y, sample_weight, reset=fresh)
        tasks = FitTasks(self, X, y, sample_weight)
        inputs, y = self._checked(X, y, lengths, reset=True)
        if fresh:
            self._learn_classes(self._met(y, inputs))
        answers = self._answers(y, inputs)
        weights = self._weights(sample_weight, inputs, y)
        own = self._own_validation(X_val, y_val, lengths_val, self._width, self._answers)
        self._train(inputs, answers, self._width, weights, own, fresh=fresh, tasks=tasks)
        self._name_classes()
        if self.unknown is not None:
            _core._calibrate(
                self.model_, self._examples(inputs, answers, self._width), self._held_out, self._seed, self.unknown, 0.95
            )
        tasks.fitted()
        return self

    def partial_fit(
        self, X: Any, y: Any = None, classes: Any = None, sample_weight: Any = None, *, lengths: Any = None
    ) -> Classifier:
        """Goes on learning: one pass over these examples, with the optimizer as the last call, or
        `fit`, left it. The learning rate is constant, the one that its schedule is made from.

        Not with `unknown`, whose threshold needs examples of all that was learned. The first call
        says all `classes` that there will be, where `y` does not have them all. A label that is none
        of them raises ValueError. Sequences are at most as long as those of the first call.
        """
        if self.unknown is not None:
            raise ValueError(
                f"partial_fit cannot choose the threshold of unknown={self.unknown!r}, which needs examples of "
                "all that was learned: call fit, or set unknown=None"
            )
        first = not hasattr(self, "model_")
        X, y, sample_weight = self._unpacked(X, y, sample_weight, reset=first)
        inputs, y = self._checked(X, y, lengths, reset=first)
        if first:
            self._learn_classes(self._met(y, inputs) if classes is None else np.asarray(classes))
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise ValueError(
                f"`classes={classes!r}` is not the same as on last call to partial_fit, was: {self.classes_!r}"
            )
        answers = self._answers(y, inputs)
        weights = self._weights(sample_weight, inputs, y)
        self._train(inputs, answers, self._width, weights, None, fresh=first, calls=self._calls_before())
        self._name_classes()
        return self

    def predict(self, X: Any, *, lengths: Any = None) -> Any:
        """The most probable class of each example; of labels, 1 for each with at least 0.5.

        Where the network ends with a sequence, that of each position: [examples][positions], with -1
        ("" of texts) behind the end of a sequence, or a list of arrays where `X` is a list.
        """
        probabilities, inputs = self._answered(X, lengths, _probabilities)
        if self._multilabel:
            return (probabilities >= 0.5).astype(int)
        classes = self.classes_[probabilities.argmax(axis=-1)]
        return by_position(classes, inputs, _none_of(self.classes_)) if classes.ndim == 2 else classes

    def predict_proba(self, X: Any, *, lengths: Any = None) -> Any:
        """Probabilities [examples][classes]; [examples][positions][classes] where the network ends
        with a sequence, with NaN behind the end of one, or a list where `X` is a list."""
        probabilities, inputs = self._answered(X, lengths, _probabilities)
        return by_position(probabilities, inputs) if probabilities.ndim == 3 else probabilities

    def score(self, X: Any, y: Any = None, sample_weight: Any = None, *, lengths: Any = None) -> float:
        """The share of the examples whose class is right; of all positions that have one, where the
        network ends with a sequence. `X` may be what has its own `y`, as in `fit`."""
        if isinstance(X, Given):
            y = X.y if y is None else y
        predicted = self.predict(X, lengths=lengths)
        if not self._by_position:
            return float(accuracy_score(y, predicted, sample_weight=sample_weight))
        inputs = self._inputs(X, lengths, reset=False)
        truth = self._padded(y, inputs)
        counts = truth != _none_of(truth)
        if isinstance(predicted, list):
            predicted = padded_answers(predicted, inputs, _none_of(self.classes_))
        weights = None
        if sample_weight is not None:
            weights = np.broadcast_to(np.asarray(sample_weight)[:, None], truth.shape)[counts]
        return float(accuracy_score(truth[counts], predicted[counts], sample_weight=weights))

    def _kind(self) -> str:
        return "labels" if self._multilabel else "classes"

    def is_unknown(self, X: Any, *, lengths: Any = None) -> Array:
        """Whether each example is none of the classes; `unknown` must name a score."""
        return self._unknown(X, lengths)[:, 1].astype(bool)

    def unknown_score(self, X: Any, *, lengths: Any = None) -> Array:
        """The higher, the less an example resembles the classes."""
        return self._unknown(X, lengths)[:, 0]

    def _unknown(self, X: Any, lengths: Any) -> Array:
        if self.unknown is None:
            raise ValueError("no score was fitted: Classifier(unknown='energy', validation=0.1)")
        return self._answered(X, lengths, unknown_figures)[0]

    def _checked(self, X: Any, y: Any, lengths: Any, reset: bool) -> tuple[Inputs, Any]:
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but the target y is None."
            )
        inputs = self._inputs(X, lengths, reset=reset)
        self._by_position = self._may_answer_by_position and self._answers_by_position(inputs)
        if self._by_position:
            return inputs, y
        if is_list_of_sequences(y, lists=True):
            raise Error(
                "y has answers for each position, and the network ends with one row",
                "network",
                'one that ends with a sequence, such as network="gru(64, all)"',
                "data",
            )
        kind = type_of_target(y, input_name="y")
        if kind == "multilabel-indicator":
            y = check_array(y, accept_sparse=False, dtype=None, input_name="y")
        else:
            y = column_or_1d(y, warn=True)
            if kind not in ("binary", "multiclass"):
                check_classification_targets(y)
        if len(y) != inputs.rows:
            raise ValueError(
                f"Found input variables with inconsistent numbers of samples: [{inputs.rows}, {len(y)}]"
            )
        return inputs, y

    _may_answer_by_position = True

    def _padded(self, y: Any, inputs: Inputs) -> Array:
        """Classes at each position, with what stands for none of them."""
        return padded_answers(y, inputs, _none_of(np.asarray(y[0] if is_list_of_sequences(y, lists=True) else y)))

    def _met(self, y: Any, inputs: Inputs) -> Array:
        """The answers that are classes."""
        if not self._by_position:
            return np.asarray(y)
        padded = self._padded(y, inputs)
        return padded[padded != _none_of(padded)]

    def _learn_classes(self, y: Array) -> None:
        self._multilabel = y.ndim == 2
        known = self._form.classes if self._form is not None else None
        classes = np.unique(y if known is None else known)
        self.classes_ = np.arange(y.shape[1]) if self._multilabel else classes
        if len(self.classes_) == 0:
            raise Error("no position has a class", "y", "a class at some of them: -1 stands for none", "data")
        if len(self.classes_) < 2 and not self._multilabel:
            raise ValueError(
                f"This {type(self).__name__} needs samples of at least 2 classes in the data, but the "
                f"data contains only one class: {self.classes_[0]!r}"
            )
        self._width = len(self.classes_)

    def _answers(self, y: Any, inputs: Inputs) -> Array:
        if self._by_position:
            padded = self._padded(y, inputs)
            answers = np.full(padded.shape, NO_TARGET, dtype=np.int32)
            counts = padded != _none_of(padded)
            answers[counts] = self._places(padded[counts])
            return answers
        y = np.asarray(y)
        return y.astype(np.float32) if self._multilabel else self._places(y)

    def _places(self, y: Array) -> Array:
        """The numbers of the classes."""
        places = np.searchsorted(self.classes_, y).clip(0, len(self.classes_) - 1)
        if not np.array_equal(self.classes_[places], y):
            unseen = np.setdiff1d(y, self.classes_)
            raise ValueError(f"y contains previously unseen labels: {unseen.tolist()}")
        return places.astype(np.int32)

    def _weights(self, sample_weight: Any, inputs: Inputs, y: Any) -> Array | None:
        weights = self._checked_weights(sample_weight, inputs)
        if self.class_weight is None:
            return weights
        if self._by_position:
            raise ValueError(
                "class_weight weighs examples, and here each position has a class: set class_weight=None, and weigh "
                "examples by sample_weight"
            )
        by_class = compute_sample_weight(self.class_weight, y)
        return by_class if weights is None else weights * by_class

    def _name_classes(self) -> None:
        names = [] if self._multilabel else [str(name) for name in self.classes_]
        self.model_._set_preprocessing(self.model_.divisor, names)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def _none_of(classes: Array) -> Any:
    """What stands for no class at a position. Raises `lithe.Error` for numbers with fractions."""
    if classes.dtype.kind in "USO":
        return ""
    if classes.dtype.kind not in "iub":
        raise Error(
            f"classes of type {classes.dtype} at each position", "y", "whole numbers, with -1 for none, or texts", "data"
        )
    return NO_TARGET


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

    _may_answer_by_position = False

    def _answers(self, y: Any, inputs: Inputs) -> Array:
        answers = super()._answers(y, inputs)
        if self._multilabel:
            return answers
        return np.eye(self._width, dtype=np.float32)[answers]

    def predict(self, X: Any, *, lengths: Any = None) -> Array:
        """1 for each label with a probability of at least 0.5; of classes, the most probable one."""
        probabilities = self.predict_proba(X, lengths=lengths)
        if self._multilabel:
            return (probabilities >= 0.5).astype(int)
        return self.classes_[probabilities.argmax(axis=1)]

    def predict_proba(self, X: Any, *, lengths: Any = None) -> Array:
        """The probability of each label; of classes, their sum is 1."""
        probabilities = super().predict_proba(X, lengths=lengths)
        if self._multilabel:
            return probabilities
        # All may be 0 where no class fits.
        sums = probabilities.sum(axis=1, keepdims=True)
        return np.where(sums > 0, probabilities / np.where(sums > 0, sums, 1), 1 / self._width)
