"""Trains a small network on synthetic digits with stochastic gradient descent."""

import numpy as np

SIZES = [784, 30, 10]
BATCH = 10
RATE = 3.0
EPOCHS = 5


def load_digits(rng, count):
    shapes = rng.random((10, SIZES[0])) * (rng.random((10, SIZES[0])) < 0.2)
    labels = rng.integers(0, 10, count)
    images = np.clip(shapes[labels] + rng.normal(0, 0.1, (count, SIZES[0])), 0, 1)
    return images.astype(np.float32), np.eye(10, dtype=np.float32)[labels]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Network:
    def __init__(self, rng):
        self.weights = [rng.normal(0, n ** -0.5, (m, n)).astype(np.float32)
                        for n, m in zip(SIZES, SIZES[1:])]
        self.biases = [np.zeros((m, 1), np.float32) for m in SIZES[1:]]

    def backprop(self, x, y):
        activations = [x]
        for w, b in zip(self.weights, self.biases):
            activations.append(sigmoid(np.dot(w, activations[-1]) + b))
        loss = float(((activations[-1] - y) ** 2).sum())
        error = activations[-1] - y
        grads = []
        for layer in (1, 0):
            a = activations[layer + 1]
            delta = error * a * (1 - a)
            error = np.dot(self.weights[layer].T, delta)
            grads.insert(0, (np.dot(delta, activations[layer].T), delta))
        return grads, loss

    def train_batch(self, images, labels):
        grad_w = [np.zeros(w.shape, np.float32) for w in self.weights]
        grad_b = [np.zeros(b.shape, np.float32) for b in self.biases]
        total = 0.0
        for image, label in zip(images, labels):
            grads, loss = self.backprop(image[:, None], label[:, None])
            total += loss
            for layer, (dw, db) in enumerate(grads):
                grad_w[layer] += dw
                grad_b[layer] += db
        for layer in range(len(self.weights)):
            self.weights[layer] -= RATE / BATCH * grad_w[layer]
            self.biases[layer] -= RATE / BATCH * grad_b[layer]
        return total


def main():
    rng = np.random.default_rng(1)
    images, labels = load_digits(rng, 12000)
    network = Network(rng)
    for epoch in range(EPOCHS):
        order = rng.permutation(len(images))
        loss = 0.0
        for start in range(0, len(order), BATCH):
            rows = order[start:start + BATCH]
            loss += network.train_batch(images[rows], labels[rows])
        print(f"epoch {epoch + 1} loss {loss / len(images):.4f}", flush=True)


if __name__ == "__main__":
    main()
