"""Data frames: columns of categories become indicators, or learned numbers.

pandas and polars are known by what their columns say of themselves; neither is imported.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from . import _core
from ._arrays import Array


def is_frame(X: Any) -> bool:
    return hasattr(X, "columns") and hasattr(X, "__getitem__") and not isinstance(X, np.ndarray)


def write_csv(X: Any, path: Path) -> None:
    """The columns of a frame, without its index, as a file whose numbers are the same."""
    if hasattr(X, "to_csv"):
        X.to_csv(path, index=False)
    else:
        X.write_csv(path)


def _column(X: Any, name: Any) -> Any:
    return X[name]


def _is_categorical(name: Any, column: Any) -> bool:
    dtype = column.dtype
    if getattr(dtype, "kind", "") in ("M", "m") or (
        hasattr(dtype, "is_temporal") and dtype.is_temporal()
    ):
        raise ValueError(
            f"column {name!r} holds dates or times ({dtype}): make numbers of them first, such as the "
            "day of the week, or the days since the first"
        )
    if hasattr(dtype, "is_numeric"):  # polars
        return not (dtype.is_numeric() or str(dtype) == "Boolean")
    return str(dtype) == "category" or getattr(dtype, "kind", "O") in "OUST"


def _values(column: Any) -> list[Any]:
    """The values of a column, with None for what is missing."""
    if hasattr(column, "to_list"):
        return [None if value is None or value != value else value for value in column.to_list()]
    return list(column)


class ArrayFrame:
    """An array as a data frame whose columns are named by their numbers."""

    def __init__(self, array: Array) -> None:
        self._array = array
        self.columns = list(range(array.shape[1]))
        self.shape = array.shape

    def __getitem__(self, name: int) -> _ArrayColumn:
        return _ArrayColumn(self._array[:, name])

    def __len__(self) -> int:
        return len(self._array)


class _ArrayColumn:
    def __init__(self, values: Array) -> None:
        self._values = values
        texts = values.dtype == object and any(isinstance(value, str) for value in values)
        self.dtype = np.dtype(object if texts or values.dtype.kind in "US" else np.float64)

    def to_list(self) -> list[Any]:
        return list(self._values.tolist())

    def to_numpy(self) -> Array:
        return self._values


class FrameEncoder:
    """Numbers stay; a column of categories becomes one indicator for each category, or where it is
    embedded the number of a row of learned numbers.

    Parameters
    ----------
    categories : "from_dtype", "none" or a list of column names
        Which columns hold categories: those whose dtype says so (category, object, string).
    embed : None, "auto", a list of column names, or a dict from names to sizes
        Columns that become learned numbers; "auto": those of more than 20 categories. Columns that
        are named hold categories, whatever their dtype is. A size of None: as many as
        `lithe train --embed` takes.

    A missing value, or a category that was not there when it was fitted, is 0 in all indicators.
    Where some column is embedded, the model keeps how files are read, and what was not there is the
    most frequent category, as `lithe predict` reads it. Of an embedded column, what was not there
    has row 0, as a category has that a single row had, where others had more; a missing value has
    the last row, if there were some.
    """

    MANY = 20

    def __init__(self, categories: Any = "from_dtype", embed: Any = None) -> None:
        self.categories = categories
        self.embed = embed

    def fit(self, X: Any) -> FrameEncoder:
        self.columns_: list[Any] = list(X.columns)
        self.categories_: dict[Any, list[Any]] = {}
        self.embedded_: dict[Any, int] = {}  # learned numbers for each category
        self.missing_: set[Any] = set()
        self._usual: dict[Any, Any] = {}
        asked = self._asked()
        for name in self.columns_:
            column = _column(X, name)
            if name in asked or self._holds_categories(name, column):
                self._fit_column(name, _values(column), asked)
        numbers = [name for name in self.columns_ if name not in self.categories_] if self.embedded_ else []
        self._means = {name: float(_numbers(name, _column(X, name)).mean()) for name in numbers}
        return self

    def _asked(self) -> dict[Any, int | None]:
        """The columns that are to be embedded, by name."""
        if self.embed is None or isinstance(self.embed, str):
            if self.embed not in (None, "auto"):
                raise ValueError(f"embed={self.embed!r}: 'auto', names of columns, or a dict from names to sizes")
            return {}
        asked = dict(self.embed) if isinstance(self.embed, dict) else dict.fromkeys(self.embed)
        for name, size in asked.items():
            if name not in self.columns_:
                raise ValueError(f"embed names the column {name!r}, and there are {self.columns_!r}")
            if size is not None and not 1 <= int(size) <= 4096:
                raise ValueError(f"embed={{{name!r}: {size!r}}}: a number from 1 to 4096, or None")
        return asked

    def _fit_column(self, name: Any, values: list[Any], asked: dict[Any, int | None]) -> None:
        counts = Counter(value for value in values if value is not None)
        if len(counts) < len(values) and any(value is None for value in values):
            self.missing_.add(name)
        embeds = name in asked or (self.embed == "auto" and len(counts) > self.MANY)
        if not embeds:
            # Of a table with learned numbers, the order is that of its schema.
            by_text = self.embed is not None
            self.categories_[name] = sorted(
                counts, key=lambda value: str(value) if by_text else (str(type(value)), value)
            )
            self._usual[name] = counts.most_common(1)[0][0] if counts else None
            return
        if not counts:
            raise ValueError(f"the column {name!r} is to be embedded, and has no value: leave it out")
        shares_rare = max(counts.values()) > 1
        known = sorted((value for value in counts if counts[value] > 1 or not shares_rare), key=str)
        self.categories_[name] = known
        self._usual[name] = max(known, key=lambda value: counts[value])
        size = asked.get(name)
        self.embedded_[name] = _core._embedding_size(len(known)) if size is None else int(size)

    def _holds_categories(self, name: Any, column: Any) -> bool:
        by_dtype = _is_categorical(name, column)
        if isinstance(self.categories, str):
            return self.categories == "from_dtype" and by_dtype
        return name in self.categories

    def transform(self, X: Any) -> Array:
        blocks = []
        for name in self.columns_:
            column = _column(X, name)
            if name in self.embedded_:
                behind = 1 + len(self.categories_[name]) if name in self.missing_ else 0
                blocks.append(_numbers_of(_values(column), self.categories_[name], behind))
            elif name in self.categories_:
                blocks.append(_indicators(self._filled(name, _values(column)), self.categories_[name]))
            else:
                blocks.append(_numbers(name, column))
        return np.concatenate(blocks, axis=1)

    def _filled(self, name: Any, values: list[Any]) -> list[Any]:
        """With the most frequent category in the place of others, where the schema says so."""
        if not self.embedded_:
            return values
        known, usual = set(self.categories_[name]), self._usual[name]
        if name in self.missing_:
            known.add(None)
        return [value if value in known else usual for value in values]

    def names_out(self) -> list[str]:
        """The names of the columns that `transform` gives."""
        return [
            text
            for name in self.columns_
            for text in (
                [f"{name}={value}" for value in self.categories_[name]]
                if name in self.categories_ and name not in self.embedded_
                else [str(name)]
            )
        ]

    def row_columns(self) -> tuple[tuple[int, ...], ...]:
        """What each column of `transform` is for the layer embed_columns, as `Form.columns` has it."""
        result: list[tuple[int, ...]] = []
        for name in self.columns_:
            known = len(self.categories_.get(name, ()))
            if name in self.embedded_:
                result.append((1 + known + (name in self.missing_), self.embedded_[name]))
                continue
            count = known if name in self.categories_ else 1
            if result and len(result[-1]) == 1:
                count += result.pop()[0]
            if count:
                result.append((count,))
        return tuple(result) if self.embedded_ else ()

    def schema(self, task: str, class_names: list[str], targets: list[str]) -> str:
        """How `lithe predict` reads a file with these columns; "" where nothing is embedded."""
        if not self.embedded_:
            return ""
        columns: list[dict[str, Any]] = [self._column_schema(name) for name in self.columns_]
        known = {column["name"] for column in columns}
        if len(known) < len(columns) or any(_stand_twice(column) for column in columns):
            return ""  # a file could not tell them apart
        columns += [{"name": _unlike(name, known), "kind": "target"} for name in targets]
        return json.dumps(
            {
                "header": True,
                "task": task,
                "class_names": class_names,
                "missing": "mean",
                "missing_texts": ["", "NA", "N/A", "<NA>", "NaN", "nan", "None", "null", "NaT"],
                "decimal": ".",
                "columns": columns,
            }
        )

    def _column_schema(self, name: Any) -> dict[str, Any]:
        column: dict[str, Any] = {"name": str(name)}
        if name not in self.categories_:
            return column | {"kind": "number", "replacement": self._means[name]}
        if not self.categories_[name]:
            return column | {"kind": "ignored"}
        texts = [str(value) for value in self.categories_[name]]
        column |= {"kind": "category", "categories": texts, "usual": str(self._usual[name])}
        if name in self.missing_:
            column["had_missing"] = True
        if name in self.embedded_:
            column["embedding"] = self.embedded_[name]
        return column


def _stand_twice(column: dict[str, Any]) -> bool:
    texts = column.get("categories", [])
    return len(set(texts)) < len(texts)


def _unlike(name: str, known: set[str]) -> str:
    while name in known:
        name += "_"
    known.add(name)
    return name


def _numbers_of(values: list[Any], categories: list[Any], missing: int) -> Array:
    """The rows of a table of learned numbers."""
    rows: dict[Any, int] = {category: place for place, category in enumerate(categories, 1)}
    return np.array([[missing if value is None else rows.get(value, 0)] for value in values], dtype=np.float64)


def _indicators(values: list[Any], categories: list[Any]) -> Array:
    places = {category: place for place, category in enumerate(categories)}
    block = np.zeros((len(values), len(categories)), dtype=np.float64)
    for row, value in enumerate(values):
        if value in places:
            block[row, places[value]] = 1
    return block


def _numbers(name: Any, column: Any) -> Array:
    try:
        numbers = np.asarray(column.to_numpy(), dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"could not convert column {name!r} to float: categories need the dtype 'category' or "
            "'object', or their names in `categories`"
        ) from None
    return numbers.reshape(-1, 1)
