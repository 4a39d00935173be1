"""What the estimators are fitted on: X and y to fit, X and y to score, in float32.

Columns are brought to mean 0 and deviation 1 here, before any clock runs. The synthetic data are the
same on every machine.
"""

import gzip
import os
import pathlib

import numpy as np
from sklearn.datasets import load_digits, make_friedman1
from sklearn.model_selection import train_test_split

_SEED = 0


def examples(workload):
    X, y = {"digits": digits, "mnist": mnist, "covertype-like": covertype_like, "regression": regression}[workload]()
    X = np.asarray(X, dtype=np.float32)
    deviation = X.std(axis=0)
    X = (X - X.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
    y = y.astype(np.float32 if workload == "regression" else np.int64)
    return train_test_split(X, y, test_size=0.2, random_state=_SEED)


def digits():
    return load_digits(return_X_y=True)


def mnist():
    """The training images of real MNIST from $LITHE_DATA, or random ones of that shape."""
    folder = pathlib.Path(os.environ.get("LITHE_DATA", "none"), "mnist")
    found = {name: next(folder.glob(f"train-{name}*"), None) for name in ("images", "labels")}
    if not all(found.values()):
        random = np.random.default_rng(_SEED)
        return random.integers(0, 256, (60_000, 784)), random.integers(0, 10, 60_000)

    def read(path, head):
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rb") as file:
            return np.frombuffer(file.read(), np.uint8, offset=head)

    return read(found["images"], 16).reshape(-1, 784), read(found["labels"], 8)


def covertype_like(rows=125_000):
    """In the form of the forest cover types (Blackard and Dean, 1999): 10 numbers, then indicators of
    4 areas and 40 soils; 7 classes of very unequal size, which depend on all of these."""
    random = np.random.default_rng(_SEED)
    numbers = random.normal(size=(rows, 10))
    areas = _drawn(random, numbers @ random.normal(size=(10, 4)))
    soils = _drawn(random, numbers @ random.normal(size=(10, 40)))
    shares = np.array([0.365, 0.488, 0.062, 0.005, 0.016, 0.03, 0.034])
    scores = 2 * np.tanh(numbers @ random.normal(size=(10, 30)) / 2) @ random.normal(size=(30, 7)) / 2
    scores += random.normal(size=(4, 7))[areas] + random.normal(size=(40, 7))[soils]
    return np.hstack([numbers, np.eye(4)[areas], np.eye(40)[soils]]), _drawn(random, scores + np.log(shares))


def _drawn(random, scores):
    """For each row a column, with the softmax of the scores as probabilities."""
    return (scores + random.gumbel(size=scores.shape)).argmax(axis=1)


def regression():
    X, y = make_friedman1(25_000, 50, noise=1, random_state=_SEED)
    return X, (y - y.mean()) / y.std()
