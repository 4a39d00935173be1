"""Data sets by name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import _core
from ._error import Error
from ._reading import Data, PathLike, call

__all__ = ["Dataset", "dataset_names", "fetch_dataset", "load_dataset"]


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
        "flipped:" or "corrupted:". `lithe.fetch_dataset` downloads those that are published.
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


def fetch_dataset(name: str, *, data_dir: PathLike = "", mirrors: Sequence[str] = ()) -> None:
    """Downloads a published data set into the data folder, as `lithe data fetch` does.

    Files that are there are left as they are; each is checked against its published digest.

    Parameters
    ----------
    name : str
        "mnist", "fashion-mnist", ...
    data_dir : path
        The data folder. "": $LITHE_DATA, or else lithe in the user's cache.
    mirrors : sequence of str
        Addresses of folders that have the files. (): those of the data set.

    Raises
    ------
    lithe.Error
        With what each mirror said, if none has a file.
    """
    folder, places = os.fspath(data_dir), list(mirrors)
    try:
        _core._fetch_dataset(name, folder, places)
    except Error as error:
        if error.kind != "machine":  # there is no libcurl
            raise
        for path, addresses, most in _core._missing_files(name, folder, places):
            _download(path, addresses, most)
        if damaged := _core._missing_files(name, folder, places):
            raise Error("what was downloaded is damaged", str(damaged[0][0]), "another mirror", "io") from None


def _download(path: Path, addresses: Sequence[str], most: int) -> None:
    """By Python's own means, from the first address that has the file."""
    import http.client
    import urllib.request

    said = []
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    for address in addresses:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                part.write_bytes(answer.read(most))  # whether it is right is asked behind it
            part.replace(path)
            return
        except (OSError, http.client.HTTPException) as error:
            said.append(f"{address}: {error}")
        finally:
            part.unlink(missing_ok=True)
    raise Error(f"no mirror could give '{path.name}'", "; ".join(said), "the same again when the network is there", "io")


def dataset_names() -> list[str]:
    """The names that `load_dataset` knows."""
    return list(_core._dataset_names())
