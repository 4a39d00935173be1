"""Least squares on samples that come one at a time."""

import numpy as np


def sample(rng):
    row = rng.normal(size=(1, 48))
    row[0, -1] = row[0, 0] - 2 * row[0, 1]
    return row


def collect(rng, count):
    data = np.zeros((0, 48))
    for _ in range(count):
        data = np.append(data, sample(rng), axis=0)
    return data


def train(epochs, rng):
    for epoch in range(epochs):
        data = collect(rng, 12_000)
        x, y = data[:, :-1], data[:, -1]
        weights = np.linalg.solve(x.T @ x, x.T @ y)
        print(f"epoch {epoch + 1} weights {weights[0]:.4f} {weights[1]:.4f}", flush=True)


if __name__ == "__main__":
    train(6, np.random.default_rng(48))
