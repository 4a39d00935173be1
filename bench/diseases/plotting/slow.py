"""Linear regression that keeps a picture of its loss."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

BATCH = 1000


def draw(losses):
    figure, axes = plt.subplots()
    axes.plot(losses)
    axes.set_xlabel("step")
    figure.savefig("loss.png")
    plt.close(figure)


def step(weights, x, y):
    for _ in range(2000):
        error = x @ weights - y
        weights -= 1e-3 * (x.T @ error) / len(x)
    return float(error @ error) / len(x)


def train(epochs, rng):
    x = rng.normal(size=(10_000, 64))
    y = x[:, 0] - x[:, 1]
    weights, losses = np.zeros(64), []
    for epoch in range(epochs):
        for i in range(0, len(x), BATCH):
            losses.append(step(weights, x[i:i + BATCH], y[i:i + BATCH]))
            draw(losses)
        print(f"epoch {epoch + 1} loss {losses[-1]:.4f}", flush=True)


if __name__ == "__main__":
    train(8, np.random.default_rng(12))
