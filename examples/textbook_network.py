"""The textbook network, written as textbooks write it: why is it slow?

784-30-10, sigmoid, quadratic cost, stochastic gradient descent with mini-batches of 10. Run it under

    lithe doctor -- python3 examples/textbook_network.py
    lithe doctor -- python3 examples/textbook_network.py --batched

One image at a time every operation is a call of its own and makes a new array; --batched does the
same arithmetic for the ten images at once, --in-place also into arrays that are made only once.
"""

import argparse
import gzip
import os
import pathlib

import numpy as np

SIZES = (784, 30, 10)
BATCH = 10
RATE = 3.0


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def read_idx(path):
    with gzip.open(path) as file:
        header = file.read(4)
        shape = [int.from_bytes(file.read(4), "big") for _ in range(header[3])]
        return np.frombuffer(file.read(), np.uint8).reshape(shape)


def mnist(folder):
    """Images from 0 to 1, and their digits; None where the files are not there."""
    images = sorted(pathlib.Path(folder).glob("**/train-images-idx3-ubyte.gz"))
    labels = sorted(pathlib.Path(folder).glob("**/train-labels-idx1-ubyte.gz"))
    if not images or not labels:
        return None
    return read_idx(images[0]).reshape(-1, 784) / 255.0, read_idx(labels[0])


def synthetic(random, count):
    """Ten blots with noise on them, and some black around, as digits have it."""
    blots = random.random((10, 784)) * (random.random((10, 784)) < 0.2)
    digits = random.integers(0, 10, count)
    return np.clip(blots[digits] + random.normal(0, 0.1, (count, 784)), 0, 1), digits


class Network:
    def __init__(self, random):
        self.weights = [random.normal(size=(n, m)) for m, n in zip(SIZES, SIZES[1:])]
        self.biases = [random.normal(size=(n, 1)) for n in SIZES[1:]]

    def gradients(self, x, y):
        """Of the columns of x together: for each layer that of its weights and its biases."""
        activations = [x]
        for w, b in zip(self.weights, self.biases):
            activations.append(sigmoid(np.dot(w, activations[-1]) + b))
        result = []
        error = activations[-1] - y
        for layer in (1, 0):
            a = activations[layer + 1]
            delta = error * a * (1 - a)
            error = np.dot(self.weights[layer].T, delta)
            result.insert(0, (np.dot(delta, activations[layer].T),
                              delta.sum(axis=1, keepdims=True)))
        return result

    def update(self, gradients):
        for layer, (w, b) in enumerate(gradients):
            self.weights[layer] = self.weights[layer] - RATE / BATCH * w
            self.biases[layer] = self.biases[layer] - RATE / BATCH * b

    def step_by_image(self, images, answers):
        sums = [(np.zeros(w.shape), np.zeros(b.shape))
                for w, b in zip(self.weights, self.biases)]
        for x, y in zip(images, answers):
            one = self.gradients(x[:, np.newaxis], y[:, np.newaxis])
            sums = [(sw + w, sb + b) for (sw, sb), (w, b) in zip(sums, one)]
        self.update(sums)

    def step_batched(self, images, answers):
        self.update(self.gradients(images.T, answers.T))

    def correct(self, images, digits):
        a = images.T
        for w, b in zip(self.weights, self.biases):
            a = sigmoid(np.dot(w, a) + b)
        return int((a.argmax(axis=0) == digits).sum())


class InPlace(Network):
    """Each result goes into an array that was made before the first step."""

    def __init__(self, random):
        super().__init__(random)
        self.x = np.empty((SIZES[0], BATCH))
        self.y = np.empty((SIZES[-1], BATCH))
        self.a = [np.empty((n, BATCH)) for n in SIZES[1:]]
        self.delta = [np.empty((n, BATCH)) for n in SIZES[1:]]
        self.slope = [np.empty((n, BATCH)) for n in SIZES[1:]]
        self.change = [np.empty(w.shape) for w in self.weights]
        self.shift = [np.empty(b.shape) for b in self.biases]

    def forward(self):
        below = self.x
        for w, b, a in zip(self.weights, self.biases, self.a):
            np.dot(w, below, out=a)
            a += b
            np.negative(a, out=a)
            np.exp(a, out=a)
            a += 1.0
            np.reciprocal(a, out=a)
            below = a

    def step_batched(self, images, answers):
        self.x[...] = images.T
        self.y[...] = answers.T
        self.forward()
        np.subtract(self.a[1], self.y, out=self.delta[1])
        for layer in (1, 0):
            a, delta, slope = self.a[layer], self.delta[layer], self.slope[layer]
            np.subtract(1.0, a, out=slope)
            slope *= a
            delta *= slope
            if layer == 1:
                np.dot(self.weights[1].T, delta, out=self.delta[0])
        for layer, below in enumerate((self.x, self.a[0])):
            np.dot(self.delta[layer], below.T, out=self.change[layer])
            self.change[layer] *= RATE / BATCH
            self.weights[layer] -= self.change[layer]
            np.sum(self.delta[layer], axis=1, keepdims=True, out=self.shift[layer])
            self.shift[layer] *= RATE / BATCH
            self.biases[layer] -= self.shift[layer]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batched", action="store_true", help="a mini-batch at a time")
    parser.add_argument("--in-place", action="store_true",
                        help="a mini-batch at a time, into arrays that are there already")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--images", type=int, default=10_000, help="of an epoch")
    parser.add_argument("--synthetic", action="store_true", help="leave MNIST alone")
    options = parser.parse_args()

    random = np.random.default_rng(1)
    data = None
    if not options.synthetic:
        data = mnist(os.environ.get("LITHE_DATA", os.path.expanduser("~/.local/share/lithe")))
    images, digits = data or synthetic(random, options.images)
    images, digits = images[:options.images], digits[:options.images]
    answers = np.eye(10)[digits]

    network = InPlace(random) if options.in_place else Network(random)
    step = network.step_batched if options.batched or options.in_place else network.step_by_image
    for epoch in range(options.epochs):
        order = random.permutation(len(images))
        for first in range(0, len(order) - BATCH + 1, BATCH):
            rows = order[first:first + BATCH]
            step(images[rows], answers[rows])
        print(f"Epoch {epoch + 1}: {network.correct(images, digits)}/{len(images)}")


if __name__ == "__main__":
    main()
