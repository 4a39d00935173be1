"""Data sets by name."""

from __future__ import annotations

import os
from typing import Any

from . import _core
from ._reading import Data, PathLike, call

__all__ = ["Dataset", "dataset_names", "load_dataset"]


class Dataset(Data):
    """What `load_dataset` gives; an estimator's `fit` takes it.

    Attributes
    ----------
    X, X_test : array [rows][values]
        uint8 for images.
    y, y_test : array [rows]
    image : tuple of int or None
        The shape of an example.
    class_names : list of str
    """

    def __init__(self, read: dict[str, Any]) -> None:
        super().__init__(read)
        self._schema, self._resize = read["schema"], read["resize"]


def load_dataset(name: str, *, data_dir: PathLike = "") -> Dataset:
    """A data set that the command knows by name: `lithe.load_dataset("digits")`.

    Parameters
    ----------
    name : str
        One of `lithe.dataset_names()`. Before it may stand "inverted:", "permuted:", "mirrored:",
        "flipped:" or "corrupted:". Those that are published are downloaded by `lithe data fetch`.
    data_dir : path
        The data folder. "": $LITHE_DATA, or else lithe in the user's cache.

    Raises
    ------
    lithe.Error
        For a name that is not known, or a data set that has not been downloaded.

    Examples
    --------
    >>> import lithe
    >>> digits = lithe.load_dataset("lithe:digits")
    >>> digits.X.dtype, digits.image, len(digits.class_names)
    (dtype('uint8'), (28, 28), 10)
    """
    return Dataset(call(_core._load_dataset, name, os.fspath(data_dir)))


def dataset_names() -> list[str]:
    """The names that `load_dataset` knows."""
    return list(_core._dataset_names())
