"""Files as what the estimators take: tables, arrays in files, and folders of pictures.

They are read by the rules of the command line, with options of the same names.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from . import _core
from ._arrays import Array
from ._error import Error

__all__ = ["Images", "Table", "read_images", "read_table"]

PathLike = str | os.PathLike[str]
Column = str | int
Columns = Column | Sequence[Column]


class _Data:
    """Examples and answers, and what was understood of the files."""

    def __init__(self, read: dict[str, Any]) -> None:
        self.class_names: list[str] = read["class_names"]
        self._lines = [_in_python(line) for line in read["lines"]]
        shape = tuple(read["shape"])
        self.image = shape if len(shape) > 1 else None
        self._labels = bool(read.get("labels", False))
        self._take(read["train"], read["test"])

    def _take(self, train: dict[str, Any], test: dict[str, Any]) -> None:
        self.X, self.y, self.sample_weight = self._part(train)
        self.X_test: Any = None
        self.y_test: Any = None
        self.sample_weight_test: Any = None
        if len(test["features"]) > 0:
            self.X_test, self.y_test, self.sample_weight_test = self._part(test)

    def _part(self, part: dict[str, Any]) -> tuple[Array, Any, Any]:
        X = part["features"]
        # Bytes mean pixels to the estimators.
        if X.dtype == np.uint8 and part["divisor"] != 255:
            X = X.astype(np.float32) / np.float32(part["divisor"])
        weights = part["weights"]
        return X, self._answers(part), None if weights is None else weights[:, 0]

    def _answers(self, part: dict[str, Any]) -> Any:
        if part["labels"] is not None:
            return _named(self.class_names)[part["labels"][:, 0]]
        targets = part["targets"]
        if targets is None:
            return None
        if self._labels:
            return targets.astype(int)
        return targets[:, 0] if targets.shape[1] == 1 else targets

    def __str__(self) -> str:
        return "\n".join(self._lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


class Table(_Data):
    """What `read_table` gives. Printing it says how the file was understood.

    Attributes
    ----------
    X : array [rows][features]
        Numbers as they are; a column of categories is one indicator for each of its values.
    y : array [rows] or [rows][targets], or None
        Classes by their names (whole numbers where all are), labels of 0 and 1, or numbers (float32).
    sample_weight : array [rows] or None
        From the column that `weight` names.
    X_test, y_test, sample_weight_test : the same of the rows held out, or None
    feature_names, target_names, class_names : list of str
    image : tuple of int or None
        The shape of an example, where a file of arrays has images.
    """

    def __init__(self, read: dict[str, Any], options: dict[str, Any]) -> None:
        super().__init__(read)
        self.feature_names: list[str] = read["feature_names"]
        self.target_names: list[str] = read["target_names"]
        self._schema: str = read["schema"]
        self._options = options

    def read(self, path: PathLike, *, unseen: str = "usual") -> Table:
        """Another file, with the columns, categories and replacements of this one; all of its rows
        are in `X`, and `y` is None where it has no target.

        `unseen`: what a category that is not in this table counts as: "usual" (the most frequent
        one), "zeros" or "error".
        """
        if not self.feature_names:
            raise Error("the columns of this table have no names", str(path), "read_table of that file")
        options = {"schema": self._schema, "unseen": _chosen("unseen", unseen, _core.UnknownCategory)}
        # How the file is written is seen anew, unless it was said.
        options |= {name: self._options[name] for name in ("delimiter", "missing_text")}
        read = _call(_core._read_table, Path(path), options)
        read["train"], read["test"] = read["test"], read["train"]
        return Table(read, self._options)


class Images(_Data):
    """What `read_images` gives. Printing it says how the folder was understood.

    Attributes
    ----------
    X : uint8 array [pictures][height * width * channels]
    y : array of str [pictures]
        The folder of each picture.
    X_test, y_test : the same of the pictures held out, or None
    image : tuple of int
        The shape of a picture, for `Classifier(image=...)`: (height, width) or (height, width, 3).
    class_names : list of str
    files, files_test : list of str
        The file of each picture, below the folder.
    skipped : list of str
        With `skip_broken`: the files that could not be read, and why.
    """

    def __init__(self, read: dict[str, Any]) -> None:
        super().__init__(read)
        self.image: tuple[int, ...] = tuple(read["shape"])
        self.files: list[str] = read["files"]
        self.files_test: list[str] = read["test_files"]
        self.skipped: list[str] = read["skipped"]


def read_table(
    path: PathLike,
    target: Columns | None = None,
    *,
    task: str = "auto",
    test_share: float = 0.0,
    test_data: PathLike | None = None,
    seed: int = 1,
    missing: str = "mean",
    missing_text: str | Sequence[str] = (),
    indicator: bool = False,
    ignore: Columns = (),
    categorical: Columns = (),
    numeric: Columns = (),
    weight: Column | None = None,
    group: Column | None = None,
    time: Column | None = None,
    header: str = "auto",
    delimiter: str = "",
    decimal: str = "auto",
    dates: str = "auto",
    inputs: str = "",
    answers: str = "",
    layout: str = "auto",
) -> Table:
    """Reads a table: .csv, .tsv, .txt and the like (also .gz and .zst), .libsvm, .npy, .npz or .xlsx.

    Columns are named by name or by number from 1.

    Parameters
    ----------
    path : path
    target : column or columns
        What to predict. None: the last column.
    task : {"auto", "classification", "regression", "multi_label"}
        "auto": texts and whole numbers of few values are classes, other numbers are numbers.
    test_share : float
        A share of the rows that is held out, of each class in proportion: `X_test`, `y_test`. What
        is learned of a column (its mean, its categories) is then learned from the others alone.
    test_data : path
        Another file whose rows are those.
    seed : int
        Of the rows held out.
    missing : {"mean", "median", "zero", "drop", "error"}
        What a missing value becomes; "drop" leaves the row out.
    missing_text : str or list of str
        Texts that stand for a missing value, besides NA, None, ? and the like.
    indicator : bool
        Adds a column that marks what was missing.
    ignore, categorical, numeric : columns
        Left out; categories, whatever their cells are; numbers, although they look like codes.
    weight : column
        The weight of each row.
    group, time : column
        By which rows are held out: whole groups, or the last rows.
    header : {"auto", "yes", "no"}
    delimiter : str
        One character. "": what divides the first lines evenly.
    decimal : {"auto", ".", ","}
    dates : {"auto", "day_first", "month_first"}
        What 3/4/2024 is.
    inputs, answers : str
        The arrays of a .npz; for a .npy, `answers` is the file with its answers.
    layout : {"auto", "channels_first", "channels_last"}
        Of images in an array.

    Raises
    ------
    lithe.Error
        Where the file cannot be read or is no table; `where` names line and column.

    Examples
    --------
    >>> import lithe, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "pets.csv")
    >>> _ = path.write_text("kind,weight,pet\\ncat,4.5,yes\\nox,700,no\\ndog,20,yes\\nox,650.5,no\\n")
    >>> table = lithe.read_table(path, target="pet")
    >>> table.feature_names
    ['kind=cat', 'kind=dog', 'kind=ox', 'weight']
    >>> table.X.shape, table.y.tolist()
    ((4, 4), ['yes', 'no', 'yes', 'no'])
    """
    if len(delimiter) > 1:
        raise Error(f"'{delimiter}' is no delimiter, which is one character", "delimiter", "';'")
    if decimal not in ("auto", ".", ","):
        raise Error(f"'{decimal}' is no decimal sign", "decimal", '".", "," or "auto"')
    options: dict[str, Any] = {
        "target": [] if target is None else _columns(target),
        "task": _chosen("task", task, _core.TableTask),
        "test_share": float(test_share),
        "seed": seed,
        "missing": _chosen("missing", missing, _core.MissingPolicy),
        "missing_text": [missing_text] if isinstance(missing_text, str) else list(missing_text),
        "indicator": bool(indicator),
        "ignore": _columns(ignore),
        "categorical": _columns(categorical),
        "numeric": _columns(numeric),
        "header": _chosen("header", header, _core.CsvHeader),
        "delimiter": delimiter,
        "decimal": "" if decimal == "auto" else decimal,
        "dates": _chosen("dates", dates, _core.DateOrder),
        "inputs": inputs,
        "answers": answers,
        "layout": _chosen("layout", layout, _core.ImageLayout),
    }
    for name, column in (("weight", weight), ("group", group), ("time", time)):
        if column is not None:
            options[name] = str(column)
    if test_data is not None:
        options["test_data"] = Path(test_data)
    return Table(_call(_core._read_table, Path(path), options), options)


def read_images(
    folder: PathLike,
    *,
    size: int | tuple[int, int] | None = None,
    resize: str = "crop",
    channels: int | None = None,
    test_share: float = 0.0,
    seed: int = 1,
    val_folder: str = "train",
    skip_broken: bool = False,
    max_pixels: int = 1 << 26,
    data_dir: PathLike = "",
) -> Images:
    """Reads a folder of pictures (PNG, JPEG, WebP, GIF, BMP) with one folder for each class.

    Decoded pictures are kept in the data folder, and read from there the next time.

    Parameters
    ----------
    folder : path
        pets/cat/1.jpg, ...; where it has a folder for tests (pets/test/cat/...), these are `X_test`.
    size : int or (height, width)
        To which pictures are brought. None: their own; 64 or less where it differs or is large.
    resize : {"crop", "pad", "stretch", "ink"}
        How: "ink" centres writing on a dark ground as in MNIST.
    channels : {1, 3}
        None: 3 where a picture has colours.
    test_share : float
        A share of each class that is held out, where there is no folder for tests.
    seed : int
        Of the pictures held out.
    val_folder : {"train", "test", "none"}
        To which part a folder for validation belongs, where there is one for tests too.
    skip_broken : bool
        Leaves out pictures that cannot be read, instead of raising an error.
    max_pixels : int
        Larger pictures are refused.
    data_dir : path
        The data folder. "": $LITHE_DATA, or else lithe in the user's cache.

    Raises
    ------
    lithe.Error
        Where the folder has no classes, or a picture cannot be read.
    """
    height, width = (size, size) if isinstance(size, int) else size or (0, 0)
    options = {
        "height": height,
        "width": width,
        "channels": channels or 0,
        "resize": resize,
        "test_share": float(test_share),
        "seed": seed,
        "val_folder": val_folder,
        "skip_broken": bool(skip_broken),
        "max_pixels": max_pixels,
        "data_dir": os.fspath(data_dir),
    }
    return Images(_call(_core._read_images, Path(folder), options))


def _columns(given: Columns) -> list[str]:
    return [str(given)] if isinstance(given, (str, int)) else [str(column) for column in given]


def _chosen(name: str, word: str, values: Any) -> Any:
    """The value of an enumeration that a word names."""
    words = [value.name for value in values]
    if word not in words:
        raise Error(f"'{word}' is no {name}", name, ", ".join(words))
    return values[word]


def _named(class_names: list[str]) -> Array:
    """The classes as an array: whole numbers where all names are such."""
    numbers = all(re.fullmatch(r"0|-?[1-9]\d{0,17}", name) for name in class_names)
    return np.array([int(name) for name in class_names] if numbers else class_names)


def _call(read: Callable[[Path, dict[str, Any]], dict[str, Any]], path: Path, options: dict[str, Any]) -> Any:
    try:
        return read(path, options)
    except Error as error:
        parts = [_in_python(part) for part in (error.problem, error.where, error.remedy)]
        problem, where, remedy = parts
        raise Error(problem, where, remedy, error.kind, _in_python(str(error))) from None


def _in_python(text: str) -> str:
    """A text that names options of the command line, such as "--missing-text NA", with the keyword
    arguments of the same names: "missing_text=NA"."""
    named = re.sub(r"--([a-z][a-z-]*)(?:[ =](?=[\w\"'\[]))?", lambda m: m[1].replace("-", "_") + "=", text)
    return named.replace("multi-label", "multi_label")
