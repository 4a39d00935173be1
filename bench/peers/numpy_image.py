"""NumPy, one image at a time: the textbook's algorithm, with columns and lists of layers. Sigmoid
layers, the quadratic loss, plain gradient descent."""

import numpy as np

import data as start_of
import loaded_blas


def learners(job):
    assert (job["loss"], job["optimizer"]["name"]) == ("quadratic", "sgd")
    assert all(layer["activation"] == "sigmoid" for layer in job["layers"])
    return {"an image at a time": lambda data: Network(job, data)}


class Network:
    def __init__(self, job, data):
        self.batch, self.rate = job["batch"], job["optimizer"]["rate"]
        start = start_of.start(job)
        self.weights = [w.T.copy() for w, _ in start]  # [units][inputs]
        self.biases = [b[:, np.newaxis] for _, b in start]
        self.training = list(zip(data.x[:, :, np.newaxis], data.targets[:, :, np.newaxis]))
        self.testing = data.test_x[:, :, np.newaxis]

    def train(self, order):
        for first in range(0, len(order), self.batch):
            self._step([self.training[i] for i in order[first:first + self.batch]])

    def outputs(self):
        return np.array([self._forward(x)[-1][:, 0] for x in self.testing])

    def parameters(self):
        return sum(array.size for array in self.weights + self.biases)

    def _step(self, batch):
        weight_sums = [np.zeros_like(w) for w in self.weights]
        bias_sums = [np.zeros_like(b) for b in self.biases]
        for x, y in batch:
            weight_gradients, bias_gradients = self._backward(x, y)
            weight_sums = [s + g for s, g in zip(weight_sums, weight_gradients)]
            bias_sums = [s + g for s, g in zip(bias_sums, bias_gradients)]
        rate = self.rate / len(batch)
        self.weights = [w - rate * s for w, s in zip(self.weights, weight_sums)]
        self.biases = [b - rate * s for b, s in zip(self.biases, bias_sums)]

    def _forward(self, x):
        """The activation of every layer, the image first."""
        activations = [x]
        for w, b in zip(self.weights, self.biases):
            activations.append(1.0 / (1.0 + np.exp(-(w @ activations[-1] + b))))
        return activations

    def _backward(self, x, y):
        """The gradient of one image's cost, as a list of layers for weights and for biases."""
        activations = self._forward(x)
        weight_gradients = [None] * len(self.weights)
        bias_gradients = [None] * len(self.biases)
        above = activations[-1] - y
        for layer in reversed(range(len(self.weights))):
            a = activations[layer + 1]
            delta = above * a * (1.0 - a)
            bias_gradients[layer] = delta
            weight_gradients[layer] = delta @ activations[layer].T
            if layer > 0:
                above = self.weights[layer].T @ delta
        return weight_gradients, bias_gradients


def describe():
    return {"versions": {"numpy": np.__version__}, **loaded_blas.describe()}
