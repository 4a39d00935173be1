"""What every peer begins with: examples and initial weights, the same for all.

Both are functions of their place, so that programs in other languages make the same
(bench/programs/data.h says them in C++): a hash of an array's number and an index gives a number in
0..1, that gives a value. MNIST is read from its files.
"""

import functools
import math

import numpy as np

import mnist

# The numbers of the arrays; a layer's weights and biases have 4 and 5, the next one's 6 and 7, and
# what else a layer learns has 10,000 and more, 100 for each layer.
_ZEROS, _TEACHER, _FEATURES, _FIRST_LAYER, _VALUES = 0, 1, 1_000, 2, 10_000
_TEST_ROWS = {"random": 2_000, "table": 2_000, "tokens": 100}
CLASSES = 10


def hashed(array, first, count):
    """Numbers in 0..1: splitmix64 (Steele, Lea, Flood, 2014) of the place."""
    x = np.arange(first, first + count, dtype=np.uint64) + np.uint64(array << 40)
    x = (x + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53


@functools.lru_cache(64)
def uniform(array, shape, first=0):
    """Uniform with mean 0 and variance 1."""
    count = math.prod(shape)
    return ((2 * hashed(array, first, count) - 1) * math.sqrt(3)).reshape(shape)


@functools.lru_cache(64)
def normal(array, shape):
    """Normal with mean 0 and variance 1 (Box and Muller, 1958)."""
    pairs = hashed(array, 0, 2 * math.prod(shape)).reshape(-1, 2)
    radius = np.sqrt(-2 * np.log(1 - pairs[:, 0]))
    return (radius * np.cos(2 * math.pi * pairs[:, 1])).reshape(shape)


def start(job, channels_first=False):
    """(weight, bias) of each dense layer, convolution and batch norm, in their order.

    Weights are [inputs][units], or [row][column][from channel][to channel]. With `channels_first`
    the rows of a dense layer that follows a flattened image are in that order.
    """
    dtype, result, flattened = np.dtype(job["precision"]), [], None
    draw = {"normal": normal, "uniform": uniform}
    for number, layer in enumerate(job["layers"]):
        flattened = layer.get("from", flattened)
        if layer["layer"] == "batch_norm":
            units = layer["units"]
            result.append((np.ones(units, dtype), np.zeros(units, dtype)))
        elif "shape" in layer:
            array = 2 * (_FIRST_LAYER + number)
            weight = draw[layer["distribution"]](array, tuple(layer["shape"])) * layer["deviation"]
            bias = normal(array + 1, (layer["units"],)) * layer["bias_deviation"]
            if flattened and channels_first:
                weight = weight.reshape(*flattened, -1).transpose(2, 0, 1, 3).reshape(weight.shape)
            flattened = None
            result.append((weight.astype(dtype), bias.astype(dtype)))
    return result


def values(job):
    """What each layer learns, by Lithe's names for it: {"weight": ..., "bias": ...}."""
    dtype, plain = np.dtype(job["precision"]), iter(start(job))
    result = []
    for number, layer in enumerate(job["layers"]):
        if "values" not in layer:
            result.append(dict(zip(("weight", "bias"), next(plain))) if "units" in layer else {})
            continue
        result.append({})
        for place, value in enumerate(layer["values"]):
            drawn = normal(_VALUES + 100 * number + place, tuple(value["shape"]))
            result[-1][value["name"]] = (drawn * value["deviation"] + value["mean"]).astype(dtype)
    return result


class Data:
    """Examples to learn from and to test on: rows of numbers, classes, and targets that the loss
    compares outputs with (one-hot, or 0 and 1). Of tokens each position has a class."""

    def __init__(self, job, rows=None):
        rows = min(rows or job["rows"], job["rows"])
        dtype = np.dtype(job["precision"])
        if job["data"] == "mnist":
            self.x, self.classes = _mnist(mnist.TRAIN, dtype, rows)
            self.test_x, self.test_classes = _mnist(mnist.TEST, dtype, None)
        else:
            make = {"random": _random, "table": _table, "tokens": _tokens}[job["data"]]
            test_rows = _TEST_ROWS[job["data"]] if job["kind"] == "train" else 0
            x, classes = make(job, rows, test_rows)
            self.x, self.test_x = np.split(x.astype(dtype), [rows])
            self.classes, self.test_classes = np.split(classes, [rows])
        self.targets = self._targets(job, dtype)

    def _targets(self, job, dtype):
        if job["loss"] == "binary_cross_entropy":
            return self.classes[:, np.newaxis].astype(dtype)
        return np.eye(outputs(job), dtype=dtype)[self.classes]


def has_images(job):
    return any(layer["layer"] == "conv2d" for layer in job["layers"])


def outputs(job):
    return next(layer["units"] for layer in reversed(job["layers"]) if "units" in layer)


def test(job, data, answers):
    """The mean loss over the test examples, and how many are read rightly, from the outputs."""
    classes = data.test_classes.ravel()
    answers = np.asarray(answers, dtype=np.float64).reshape(len(classes), -1)
    if job["loss"] == "binary_cross_entropy":
        a, y = answers[:, 0], classes
        return float((np.logaddexp(0, a) - a * y).mean()), int(((a > 0) == y).sum())
    right = int((answers.argmax(axis=1) == classes).sum())
    if job["loss"] == "cross_entropy":
        own = answers[np.arange(len(classes)), classes]
        return float((np.logaddexp.reduce(answers, axis=1) - own).mean()), right
    targets = np.eye(answers.shape[1])[classes]
    return float(0.5 * np.square(answers - targets).sum(axis=1).mean()), right


def convolution(job):
    """The images, the weights and the gradient of the outputs of a convolution alone."""
    (height, width, channels), layer = job["input"], job["layers"][0]
    rows, columns, _, filters = layer["shape"]
    shapes = [(job["batch"], height, width, channels), (rows, columns, channels, filters),
              (job["batch"], height, width, filters)]
    return [uniform(_FEATURES + i, shape).astype(np.float32) for i, shape in enumerate(shapes)]


def fingerprint(result):
    """What tells whether a result is the same: its squares, each weighted by its place."""
    flat = np.asarray(result, dtype=np.float64).ravel()
    return float((np.square(flat) * (1 + np.arange(flat.size) % 13)).sum())


def _mnist(part, dtype, rows):
    return mnist.images(part, dtype, rows), mnist.labels(part)[:rows].astype(np.int64)


def _parts(job, rows, test_rows, columns):
    """Where the rows of an array begin, and how many: those to test on follow the whole epoch's."""
    return [((n, columns), first * columns) for first, n in ((0, rows), (job["rows"], test_rows))]


def _table(job, rows, test_rows):
    """Numbers of categories in front of uniform numbers, which tell the class alone."""
    sizes = [value["shape"][0] for value in job["layers"][0]["values"]]
    numbers = job["input"][0] - len(sizes)
    x, classes = _random({**job, "input": [numbers]}, rows, test_rows)
    drawn = np.concatenate([hashed(_ZEROS, first, math.prod(shape)).reshape(shape) for shape, first
                            in _parts(job, rows, test_rows, len(sizes))])
    return np.concatenate([np.floor(drawn * sizes), x], axis=1), classes


def _tokens(job, rows, test_rows):
    """A sequence of tokens, of which each is one of eight that the one before it allows."""
    length, kinds = job["input"][0], outputs(job)
    drawn = np.concatenate([hashed(_FEATURES, first, math.prod(shape)).reshape(shape)
                            for shape, first in _parts(job, rows, test_rows, length + 1)])
    tokens = np.floor(drawn * kinds).astype(np.int64)
    for i in range(1, length + 1):
        tokens[:, i] = (5 * tokens[:, i - 1] + tokens[:, i] % 8) % kinds
    return tokens[:, :-1], tokens[:, 1:]


def _random(job, rows, test_rows):
    """Uniform rows of variance 1, and the class that a linear map of them tells."""
    inputs, classes = math.prod(job["input"]), max(outputs(job), 1)
    x = np.concatenate([uniform(_FEATURES, *part)
                        for part in _parts(job, rows, test_rows, inputs)]).astype(np.float32)
    if job["zeros"]:
        x[hashed(_ZEROS, 0, x.size).reshape(x.shape) < job["zeros"]] = 0
    scores = x @ normal(_TEACHER, (inputs, classes))
    return x, (scores[:, 0] > 0).astype(np.int64) if classes == 1 else scores.argmax(axis=1)
