"""Linear regression on a CSV file, shuffled anew each epoch."""

import numpy as np
import pandas as pd

BATCH = 500


def load(path):
    frame = pd.read_csv(path)
    values = frame.to_numpy(np.float32)
    return values[:, :-1], values[:, -1]


def batches(x, y, rng):
    order = rng.permutation(len(x))
    for start in range(0, len(x), BATCH):
        rows = order[start:start + BATCH]
        yield x[rows], y[rows]


def step(weights, x, y, rate=np.float32(1e-3)):
    for _ in range(10):
        error = x @ weights - y
        weights -= rate / len(y) * (x.T @ error)
    return float(np.mean(error ** 2))


def train(weights, epochs, rng):
    for epoch in range(epochs):
        x, y = load("measurements.csv")
        losses = [step(weights, *batch) for batch in batches(x, y, rng)]
        print(f"epoch {epoch + 1} loss {np.mean(losses):.4f}", flush=True)


if __name__ == "__main__":
    train(np.zeros(20, np.float32), 8, np.random.default_rng(25))
