"""Tables, and arrays in files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import _core
from ._error import Error
from ._reading import Data, PathLike, call

__all__ = ["Table", "read_table"]

Column = str | int
Columns = Column | Sequence[Column]


class Table(Data):
    """What `read_table` gives. Printing it says how the file was understood.

    An estimator's `fit` takes it for `X`, `y` and `sample_weight`, and its model keeps how files of
    this kind are read: `lithe predict` takes them then. `predict` takes it too.

    Attributes
    ----------
    X : array [rows][features]
        Numbers as they are; a column of categories is one indicator for each of its values, or, of
        those in `embed`, the number of a row of learned numbers. With `window`,
        [windows][window][columns], a view of the rows unless there are several groups.
    y : array [rows] or [rows][targets], or None
        Classes by their names (whole numbers where all are), labels of 0 and 1, or numbers (float32).
    sample_weight : array [rows] or None
        From the column that `weight` names.
    lengths, lengths_test : array [rows] or None
        Of a .ts file, or a .npz with `lengths`: how many positions each sequence of X has.
    naive : dict
        With `window`: the root mean squared error over the test windows of forecasts that take no
        learning.
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
        self.naive: dict[str, float] = read.get("naive", {})
        self._windows: str = read.get("windows", "")

    def _columns(self) -> tuple[tuple[int, ...], ...]:
        behind = len(self.target_names) if self._windows else 0
        return tuple(tuple(sizes) for sizes in _core._row_columns(self._schema, behind)) if self._schema else ()

    def _notes(self) -> dict[str, str]:
        if not self._windows:
            return {}
        notes = {name: self._options.get(name, "") for name in ("time", "group")}
        return {"lithe.windows": self._windows} | {f"lithe.{name}": note for name, note in notes.items() if note}

    def read(self, path: PathLike, *, unseen: str = "usual") -> Table:
        """Another file, with the columns, categories and replacements of this one; all of its rows
        are in `X`, and `y` is None where it has no target.

        `unseen`: what a category that is not in this table counts as: "usual" (the most frequent
        one), "zeros" or "error".
        """
        if not self.feature_names and not self._windows:
            raise Error("the columns of this table have no names", str(path), "read_table of that file")
        options = {"schema": self._schema, "unseen": _chosen("unseen", unseen, _core.UnknownCategory)}
        # How the file is written is seen anew, unless it was said.
        options |= {name: self._options[name] for name in ("delimiter", "missing_text")}
        if self._windows:
            names = ("window", "horizons", "stride", "season", "time", "group")
            options |= {name: self._options[name] for name in names if name in self._options}
        read = call(_core._read_table, Path(path), options)
        read["train"], read["test"] = read["test"], read["train"]
        return Table(read, self._options)


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
    embed: str | Sequence[str] | dict[str, int | None] | None = None,
    window: int | None = None,
    horizon: int | Sequence[int] = 1,
    stride: int = 1,
    season: int = 0,
    text: str | None = None,
    text_column: Column | None = None,
    most_words: int = 10_000,
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
    embed : "auto", columns, or a dict from columns to sizes
        Columns of categories that become learned numbers: {"shop": 8} 8 of them, None in the place
        of 8 as many as fit; "auto" all columns of more than 20 categories.
    window : int
        Takes rows that follow one another in time as windows of that many rows, the targets' own past
        among them. `time` is then the column of times, `group` tells several series apart, and the
        last rows are held out. A model keeps this, so `Model.forecast` and the commands take it.
    horizon : int or several
        How many rows behind the window the answer stands; `range(1, 25)` are 24 answers.
    stride : int
        Rows from the beginning of a window to that of the next.
    season : int
        Rows after which things come again, for a second naive forecast; 0: none.
    text : {"words", "chars", "bytes"} or None
        Takes a column of texts as the only input: `X` has the numbers of each text's tokens, and
        `lengths` how many there are. The network then begins with `embedding`. `window` is how many
        tokens of a text are taken, from its beginning (None: 500).
    text_column : column
        Which one that is, taken as words unless `text` says otherwise. None: the only one that holds
        texts beside the target.
    most_words : int
        The most frequent words that have a number of their own; all others are one unknown word.

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
    if embed is not None:
        options["embed_many"] = embed == "auto"
        options["embed"] = [] if embed == "auto" else _embedded(embed)
    if text is not None or text_column is not None:
        options |= _text_options("words" if text is None else text, text_column, window, most_words)
    elif window is not None:
        steps = [horizon] if isinstance(horizon, int) else sorted(int(step) for step in horizon)
        if window < 1 or stride < 1 or not steps or steps[0] < 1 or season < 0:
            raise Error("a window, stride or horizon below 1", "window", "numbers from 1 on")
        options |= {"window": int(window), "horizons": steps, "stride": int(stride), "season": int(season)}
    for name, column in (("weight", weight), ("group", group), ("time", time)):
        if column is not None:
            options[name] = str(column)
    if test_data is not None:
        options["test_data"] = Path(test_data)
    return Table(call(_core._read_table, Path(path), options), options)


def _columns(given: Columns) -> list[str]:
    return [str(given)] if isinstance(given, (str, int)) else [str(column) for column in given]


def _text_options(unit: str, column: Column | None, window: int | None, most_words: int) -> dict[str, Any]:
    if window is not None and window < 1:
        raise Error(f"{window} tokens of a text", "window", "1 or more")
    if not 2 <= most_words <= 1_000_000:
        raise Error(f"{most_words} words", "most_words", "from 2 to 1,000,000")
    options: dict[str, Any] = {"text": unit, "most_words": int(most_words)}
    if column is not None:
        options["text_column"] = str(column)
    return options if window is None else options | {"window": int(window)}


def _embedded(given: Any) -> list[tuple[str, int]]:
    """Columns with the size of each; 0: as many as fit."""
    sizes = dict(given) if isinstance(given, dict) else dict.fromkeys(_columns(given))
    for name, size in sizes.items():
        if size is not None and not 1 <= int(size) <= 4096:
            raise Error(f"{size} learned numbers for {name!r}", "embed", "from 1 to 4096, or None")
    return [(str(name), int(size or 0)) for name, size in sizes.items()]


def _chosen(name: str, word: str, values: Any) -> Any:
    """The value of an enumeration that a word names."""
    words = [value.name for value in values]
    if word not in words:
        raise Error(f"'{word}' is no {name}", name, ", ".join(words))
    return values[word]
