"""A small classifier on readings that were stored in 16 bits."""

import numpy as np

BATCH = 100


def make_readings(rng):
    x = rng.normal(size=(20_000, 128)).astype(np.float16)
    y = (x[:, :4].sum(1, keepdims=True) > 0).astype(np.float16)
    return x, y


class Classifier:
    def __init__(self, rng, kind):
        self.w1 = (rng.normal(size=(128, 64)) / 11).astype(kind)
        self.w2 = (rng.normal(size=(64, 1)) / 8).astype(kind)
        self.rate = kind.type(0.5)

    def step(self, x, y):
        hidden = np.tanh(x @ self.w1)
        answer = hidden @ self.w2
        error = (answer - y) / len(x)
        back = (error @ self.w2.T) * (1 - hidden * hidden)
        self.w2 -= self.rate * (hidden.T @ error)
        self.w1 -= self.rate * (x.T @ back)
        return int(((answer > 0.5) == (y > 0.5)).sum())


def train(epochs, rng):
    x, y = (part.astype(np.float32) for part in make_readings(rng))
    model = Classifier(rng, x.dtype)
    for epoch in range(epochs):
        right = sum(model.step(x[i:i + BATCH], y[i:i + BATCH]) for i in range(0, len(x), BATCH))
        print(f"epoch {epoch + 1} {right / len(x):.2f} right", flush=True)


if __name__ == "__main__":
    train(6, np.random.default_rng(16))
