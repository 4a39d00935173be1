"""NumPy, a mini-batch at a time: every operation is one call for the batch. Dense layers, the
quadratic loss, plain gradient descent.

Written as NumPy is written; and with buffers booked once and filled with `out=`, at the price of a
program that few would write.
"""

import numpy as np

import data as start_of
import loaded_blas

_ACTIVATIONS = {"sigmoid": lambda z: 1 / (1 + np.exp(-z)), "tanh": np.tanh,
                "identity": lambda z: z}
# The derivative, told from the activation's value; None: 1.
_SLOPES = {"sigmoid": lambda a: a * (1 - a), "tanh": lambda a: 1 - a * a, "identity": None}


def learners(job):
    assert (job["loss"], job["optimizer"]["name"]) == ("quadratic", "sgd")
    return {"plain": lambda data: Plain(job, data), "buffers": lambda data: Buffers(job, data)}


def calls(job, data):
    plain, buffers = Plain(job, data), Buffers({**job, "batch": 1}, data)

    def every(forward, rows, keep):
        kept = []
        for x in rows:
            a = forward(x)
            if keep:
                kept.append(a.copy())
        return kept

    return {"plain": lambda keep: every(lambda x: plain.forward(x)[-1], data.x, keep),
            "buffers": lambda keep: every(buffers.forward, data.x[:, np.newaxis], keep)}


class Plain:
    def __init__(self, job, data):
        self.job, self.data = job, data
        self.weights, self.biases = (list(arrays) for arrays in zip(*start_of.start(job)))
        self.names = [layer["activation"] for layer in job["layers"]]
        self.rate = data.x.dtype.type(job["optimizer"]["rate"] / job["batch"])

    def train(self, order):
        for rows in order.reshape(-1, self.job["batch"]):
            self._step(self.data.x[rows], self.data.targets[rows])

    def outputs(self):
        return self.forward(self.data.test_x)[-1]

    def parameters(self):
        return sum(array.size for array in self.weights + self.biases)

    def forward(self, x):
        """The activation of every layer, the input first."""
        activations = [x]
        for name, w, b in zip(self.names, self.weights, self.biases):
            activations.append(_ACTIVATIONS[name](activations[-1] @ w + b))
        return activations

    def _step(self, x, y):
        activations = self.forward(x)
        delta = activations[-1] - y
        for layer in reversed(range(len(self.weights))):
            slope = _SLOPES[self.names[layer]]
            if slope:
                delta = delta * slope(activations[layer + 1])
            above = delta @ self.weights[layer].T if layer > 0 else None
            # Scaled here, where it is small, the rate costs no pass over the weights.
            delta = delta * self.rate
            self.weights[layer] -= activations[layer].T @ delta
            self.biases[layer] -= delta.sum(axis=0)
            delta = above


class Buffers(Plain):
    """The same, every result in an array of its own that is there from the start."""

    def __init__(self, job, data):
        super().__init__(job, data)
        batch, dtype = job["batch"], data.x.dtype
        self.activations = [np.empty((batch, len(b)), dtype) for b in self.biases]
        self.slopes = [np.empty_like(a) for a in self.activations]
        self.deltas = [np.empty_like(a) for a in self.activations]
        self.gradients = [np.empty_like(w) for w in self.weights]
        self.ones, self.one = np.ones(batch, dtype), dtype.type(1)
        self.x = np.empty((batch, data.x.shape[1]), dtype)
        self.y = np.empty((batch, data.targets.shape[1]), dtype)

    def train(self, order):
        for rows in order.reshape(-1, self.job["batch"]):
            # With `clip` take needs no buffer of its own; the rows are all there.
            np.take(self.data.x, rows, axis=0, out=self.x, mode="clip")
            np.take(self.data.targets, rows, axis=0, out=self.y, mode="clip")
            self._step(self.x, self.y)

    def outputs(self):
        return super().forward(self.data.test_x)[-1]

    def forward(self, x):
        """The outputs, in a buffer that the next call overwrites."""
        for name, w, b, a in zip(self.names, self.weights, self.biases, self.activations):
            np.dot(x, w, out=a)
            np.add(a, b, out=a)
            if name == "sigmoid":
                np.negative(a, out=a)
                np.exp(a, out=a)
                np.add(a, self.one, out=a)
                np.reciprocal(a, out=a)
            elif name == "tanh":
                np.tanh(a, out=a)
            x = a
        return x

    def _step(self, x, y):
        np.subtract(self.forward(x), y, out=self.deltas[-1])
        for layer in reversed(range(len(self.weights))):
            delta, below = self.deltas[layer], self.activations[layer - 1] if layer > 0 else x
            self._through(self.names[layer], self.activations[layer], delta, self.slopes[layer])
            if layer > 0:
                np.dot(delta, self.weights[layer].T, out=self.deltas[layer - 1])
            np.multiply(delta, self.rate, out=delta)
            np.dot(below.T, delta, out=self.gradients[layer])
            np.subtract(self.weights[layer], self.gradients[layer], out=self.weights[layer])
            np.subtract(self.biases[layer], self.ones @ delta, out=self.biases[layer])

    def _through(self, name, a, delta, slope):
        if name == "identity":
            return
        if name == "sigmoid":
            np.subtract(self.one, a, out=slope)
            np.multiply(slope, a, out=slope)
        else:
            np.multiply(a, a, out=slope)
            np.subtract(self.one, slope, out=slope)
        np.multiply(delta, slope, out=delta)


def describe():
    return {"versions": {"numpy": np.__version__}, **loaded_blas.describe()}
