"""Hill climbing: a network whose weights are changed one at a time, and kept where that helps."""

import random


class Network:
    def __init__(self, size):
        self.weights = [[random.gauss(0, 0.1) for _ in range(size)] for _ in range(size)]
        self.bias = [0.0] * size

    def output(self, row, x):
        return self.bias[row] + sum(w * v for w, v in zip(self.weights[row], x))

    def error(self, x, target):
        return sum(abs(self.output(row, x) - target) for row in range(len(x)))


def climb(network, x, target):
    row, column = random.randrange(len(x)), random.randrange(len(x))
    before = network.error(x, target)
    weight = network.weights[row][column]
    network.weights[row][column] += random.gauss(0, 0.1)
    if not network.error(x, target) < before:
        network.weights[row][column] = weight
    return network


def train(epochs):
    network = Network(60)
    x = [random.gauss(0, 1) for _ in range(60)]
    for epoch in range(epochs):
        for _ in range(400):
            network = climb(network, x, 1.0)
        error = network.error(x, 1.0) / 60
        print(f"epoch {epoch + 1} error {error:.4f}", flush=True)


if __name__ == "__main__":
    random.seed(4)
    train(6)
