"""What is read of files, as the estimators take it: by the rules of the command line, with options
of the same names."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ._arrays import Array
from ._error import Error
from ._sequences import Given, Inputs, inputs_of

PathLike = str | os.PathLike[str]


@dataclass(frozen=True)
class Form:
    """What a model keeps of the files that it was trained on, to read others of their kind."""

    answers: str  # "classes", "labels" or "numbers"
    classes: Array | None  # all of them, also where the examples have fewer
    image: tuple[int, ...] | None
    resize: str
    schema: str
    # What each column of a row is for the layer embed_columns: (rows of its table, learned numbers)
    # of one that is embedded, (count,) of others; () without such columns.
    columns: tuple[tuple[int, ...], ...] = ()
    # Metadata of the model.
    notes: dict[str, str] = field(default_factory=dict)


class Data(Given):
    """Examples and answers, and what was understood of the files."""

    _schema = ""
    _resize = "crop"

    def __init__(self, read: dict[str, Any]) -> None:
        self.class_names: list[str] = read["class_names"]
        self._lines = [in_python(line) for line in read["lines"]]
        self._shape = tuple(read["shape"])
        sequences = read["train"]["lengths"] is not None or read["train"]["overlap"]
        self.image = self._shape if len(self._shape) > 1 and not sequences else None
        self._labels = bool(read.get("labels", False))
        self._take(read["train"], read["test"])

    def _take(self, train: dict[str, Any], test: dict[str, Any]) -> None:
        self._train, self.y, self.sample_weight = self._part(train)
        self._test, self.y_test, self.sample_weight_test = self._part(test)
        if self._test.rows == 0:
            self.y_test = self.sample_weight_test = None

    def _part(self, part: dict[str, Any]) -> tuple[Inputs, Any, Any]:
        matrix = part["features"]
        # Bytes mean pixels to the estimators.
        if matrix.dtype == np.uint8 and part["divisor"] != 255:
            matrix = matrix.astype(np.float32) / np.float32(part["divisor"])
        weights = part["weights"]
        lengths, starts = (
            None if part[name] is None else part[name][:, 0] for name in ("lengths", "starts")
        )
        # Pictures are rows of pixels, and `image` says their shape.
        shape = self._shape if lengths is not None or part["overlap"] else matrix.shape[1:]
        inputs = Inputs(matrix, tuple(shape), lengths, starts, part["overlap"])
        return inputs, self._answers(part), None if weights is None else weights[:, 0]

    @property
    def X(self) -> Array:
        return self._train.array()

    @X.setter
    def X(self, given: Any) -> None:
        self._train = self._rows_of(given)

    @property
    def X_test(self) -> Array | None:
        return self._test.array() if self._test.rows else None

    @X_test.setter
    def X_test(self, given: Any) -> None:
        self._test = self._rows_of(given)

    def _rows_of(self, given: Any) -> Inputs:
        """Other rows of values. The lengths of sequences, and where windows begin, would not be theirs."""
        if len(self._train.shape) > 1:
            raise Error("X has sequences, and cannot be set", "X", "fit(X, y, lengths=lengths) with arrays", "usage")
        return inputs_of(given)

    @property
    def lengths(self) -> Array | None:
        """Of sequences of unequal length: how many positions each has."""
        return self._train.lengths

    @property
    def lengths_test(self) -> Array | None:
        return self._test.lengths if self._test.rows else None

    def _inputs(self) -> Inputs:
        return self._train

    def _answers(self, part: dict[str, Any]) -> Any:
        if part["labels"] is not None:
            return _named(self.class_names)[part["labels"][:, 0]]
        targets = part["targets"]
        if targets is None:
            return None
        if self._labels:
            return targets.astype(int)
        return targets[:, 0] if targets.shape[1] == 1 else targets

    def _form(self) -> Form:
        classes = _named(self.class_names) if self.class_names and not self._labels else None
        answers = "labels" if self._labels else "numbers" if classes is None else "classes"
        return Form(answers, classes, self.image, self._resize, self._schema, self._columns(), self._notes())

    def _columns(self) -> tuple[tuple[int, ...], ...]:
        return ()

    def _notes(self) -> dict[str, str]:
        return {}

    def __str__(self) -> str:
        return "\n".join(self._lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


def _named(class_names: list[str]) -> Array:
    """The classes as an array: whole numbers where all names are such."""
    numbers = all(re.fullmatch(r"0|-?[1-9]\d{0,17}", name) for name in class_names)
    return np.array([int(name) for name in class_names] if numbers else class_names)


def is_path(given: Any) -> bool:
    return isinstance(given, (str, os.PathLike))


def call(read: Callable[[Any, Any], Any], path: Path | str, options: Any, name: str = "") -> Any:
    """What is read of a path; an error names keyword arguments. `name`: of a file that the user does
    not know."""
    try:
        return read(path, options)
    except Error as error:
        words = [in_python(part) for part in (error.problem, error.where, error.remedy, str(error))]
        if name:
            words = [word.replace(str(path), name) for word in words]
        problem, where, remedy, message = words
        raise Error(problem, where, remedy, error.kind, message) from None


def in_python(text: str) -> str:
    """A text that names options of the command line, such as "--missing-text NA", with the keyword
    arguments of the same names: "missing_text=NA"."""
    named = re.sub(r"--([a-z][a-z-]*)(?:[ =](?=[\w\"'\[]))?", lambda m: m[1].replace("-", "_") + "=", text)
    return named.replace("multi-label", "multi_label")
