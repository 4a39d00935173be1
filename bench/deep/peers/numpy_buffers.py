"""NumPy on the small workloads: every result goes into a buffer booked once."""

import numpy as np

from common import blas
from data import start
from workloads import RATE


def variants(workload, data, threads):
    del threads
    if workload.inference:
        return {"buffers": lambda: _calls(workload, data)}
    if workload.loss != "quadratic" or workload.optimizer != "sgd" or workload.activation != "tanh":
        raise SystemExit(f"NumPy has no step for {workload.name}")
    return {"buffers": lambda: _training(workload, data)}


def _training(workload, data):
    """Two layers: tanh, then none; half the squared error; plain gradient descent."""
    (w1, b1), (w2, b2) = start(workload)
    rate = np.float32(RATE["sgd"] / workload.batch)
    hidden, slope = np.empty((2, workload.batch, len(b1)), np.float32)
    out = np.empty((workload.batch, len(b2)), np.float32)
    g1, g2, ones = np.empty_like(w1), np.empty_like(w2), np.ones(workload.batch, np.float32)
    batches = list(zip(data.batches(data.x, workload), data.batches(data.targets, workload)))

    def step(x, y):
        np.dot(x, w1, out=hidden)
        np.add(hidden, b1, out=hidden)
        np.tanh(hidden, out=hidden)
        np.dot(hidden, w2, out=out)
        np.add(out, b2, out=out)
        np.subtract(out, y, out=out)
        np.multiply(out, rate, out=out)
        np.multiply(hidden, hidden, out=slope)
        np.subtract(1, slope, out=slope)
        np.dot(hidden.T, out, out=g2)
        np.dot(out, w2.T, out=hidden)
        np.multiply(hidden, slope, out=hidden)
        np.dot(x.T, hidden, out=g1)
        np.subtract(w1, g1, out=w1)
        np.subtract(w2, g2, out=w2)
        np.subtract(b1, ones @ hidden, out=b1)
        np.subtract(b2, ones @ out, out=b2)

    def epoch():
        for x, y in batches:
            step(x, y)

    return epoch


def _calls(workload, data):
    layers = [(w, b, np.empty_like(b)) for w, b in start(workload)]

    def epoch():
        for x in data.x:
            for weight, bias, out in layers:
                np.dot(x, weight, out=out)
                np.add(out, bias, out=out)
                np.negative(out, out=out)
                np.exp(out, out=out)
                np.add(out, 1, out=out)
                x = np.reciprocal(out, out=out)

    return epoch


def describe():
    return {"versions": {"numpy": np.__version__}, **blas.describe()}
