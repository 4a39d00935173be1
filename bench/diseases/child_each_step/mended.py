"""Linear regression that writes down which kernel it runs on."""

import subprocess

import numpy as np

BATCH = 200


def kernel():
    return subprocess.run(["uname", "-r"], capture_output=True, text=True, check=True).stdout.strip()


def step(weights, x, y):
    for _ in range(40):
        error = x @ weights - y
        weights -= 1e-3 * (x.T @ error) / len(x)
    return float(error @ error) / len(x)


def train(epochs, rng):
    x = rng.normal(size=(40_000, 64))
    y = x[:, 0] - x[:, 1]
    weights, notes, here = np.zeros(64), [], kernel()
    for epoch in range(epochs):
        for i in range(0, len(x), BATCH):
            loss = step(weights, x[i:i + BATCH], y[i:i + BATCH])
            notes.append((here, loss))
        print(f"epoch {epoch + 1} loss {loss:.4f}", flush=True)


if __name__ == "__main__":
    train(6, np.random.default_rng(40))
