"""The seed's workload, said once: every peer reads its sizes, data, start and order from here.

784-30-10, sigmoid on both layers, the quadratic cost 1/2 |a - y|^2 averaged over the mini-batch,
plain gradient descent, standard normal weights and biases, the first 50,000 training images,
shuffled anew every epoch, and the 10,000 test images after each.
"""

import gzip
import os
import pathlib

import numpy as np

SIZES = (784, 30, 10)
LEARNING_RATE = 1.25
BATCH = 10
TRAIN_IMAGES = 50_000


class Data:
    """MNIST as the peers need it: images as float rows in 0..1, targets as one-hot rows."""

    def __init__(self, dtype, images=TRAIN_IMAGES):
        self.train_images = _images("train-images-idx3-ubyte", dtype)[:images]
        labels = _read_idx("train-labels-idx1-ubyte")[:images]
        self.train_targets = np.eye(SIZES[-1], dtype=dtype)[labels]
        self.test_images = _images("t10k-images-idx3-ubyte", dtype)
        self.test_labels = _read_idx("t10k-labels-idx1-ubyte")


def start(rng, dtype):
    """The weights [outputs, inputs] and biases [outputs] of every layer, drawn from `rng`."""
    weights = [rng.standard_normal(shape).astype(dtype) for shape in zip(SIZES[1:], SIZES)]
    biases = [rng.standard_normal(size).astype(dtype) for size in SIZES[1:]]
    return weights, biases


def _images(name, dtype):
    images = _read_idx(name)
    return (images.reshape(len(images), -1) / 255.0).astype(dtype)


def _read_idx(name):
    """One IDX file of unsigned bytes, as published: plain, or compressed with gzip."""
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
