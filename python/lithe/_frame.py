"""Data frames: columns of categories become indicator columns.

pandas and polars are known by what their columns say of themselves; neither is imported.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._arrays import Array


def is_frame(X: Any) -> bool:
    return hasattr(X, "columns") and hasattr(X, "__getitem__") and not isinstance(X, np.ndarray)


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


class FrameEncoder:
    """Numbers stay; a column of categories becomes one indicator for each category.

    Parameters
    ----------
    categories : "from_dtype", "none" or a list of column names
        Which columns hold categories: those whose dtype says so (category, object, string).

    A missing value, or a category that was not there when it was fitted, is 0 in all indicators.
    """

    def __init__(self, categories: Any = "from_dtype") -> None:
        self.categories = categories

    def fit(self, X: Any) -> FrameEncoder:
        self.columns_: list[Any] = list(X.columns)
        self.categories_: dict[Any, list[Any]] = {}
        for name in self.columns_:
            column = _column(X, name)
            if self._holds_categories(name, column):
                present = {value for value in _values(column) if value is not None}
                self.categories_[name] = sorted(present, key=lambda value: (str(type(value)), value))
        return self

    def _holds_categories(self, name: Any, column: Any) -> bool:
        by_dtype = _is_categorical(name, column)
        if isinstance(self.categories, str):
            return self.categories == "from_dtype" and by_dtype
        return name in self.categories

    def transform(self, X: Any) -> Array:
        blocks = []
        for name in self.columns_:
            column = _column(X, name)
            if name in self.categories_:
                blocks.append(_indicators(_values(column), self.categories_[name]))
            else:
                blocks.append(_numbers(name, column))
        return np.concatenate(blocks, axis=1)

    def names_out(self) -> list[str]:
        """The names of the columns that `transform` gives."""
        return [
            text
            for name in self.columns_
            for text in (
                [f"{name}={value}" for value in self.categories_[name]]
                if name in self.categories_
                else [str(name)]
            )
        ]


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
