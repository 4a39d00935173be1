"""MNIST's files as published, from the folder where Lithe keeps them."""

import functools
import gzip
import os
import pathlib

import numpy as np

TRAIN, TEST = "train", "t10k"


def images(part, dtype, rows=None):
    """Pixels as rows of 784 numbers in 0..1."""
    pixels = _read_idx(f"{part}-images-idx3-ubyte")[:rows]
    return pixels.reshape(len(pixels), -1).astype(dtype) / np.dtype(dtype).type(255)


def labels(part):
    return _read_idx(f"{part}-labels-idx1-ubyte")


@functools.lru_cache
def _read_idx(name):
    """One IDX file of unsigned bytes: plain, or compressed with gzip."""
    folder = _data_folder() / "mnist"
    for path, opener in ((folder / f"{name}.gz", gzip.open), (folder / name, open)):
        if path.exists():
            with opener(path, "rb") as file:
                content = file.read()
            dimensions = content[3]
            shape = np.frombuffer(content, ">u4", dimensions, offset=4)
            return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
    raise FileNotFoundError(f"MNIST's {name} is not in {folder}: run `lithe data fetch mnist`, "
                            "or name the data folder in LITHE_DATA")


def _data_folder():
    """Where Lithe looks as well: LITHE_DATA, or the user's cache folder (XDG)."""
    if os.environ.get("LITHE_DATA"):
        return pathlib.Path(os.environ["LITHE_DATA"])
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "lithe"
