"""Fits a two-layer network to sensor readings."""

import numpy as np

FEATURES = 512
HIDDEN = 1024
BATCH = 512
RATE = 0.02


def load_readings(seed, count):
    rng = np.random.default_rng(seed)
    raw = rng.integers(-2000, 2000, (count, FEATURES), dtype=np.int16)
    x = raw.astype(np.float32) / 1150
    target = np.sin(x[:, :1]) + 0.5 * np.cos(x[:, 1:2])
    return x, target


class Regressor:
    def __init__(self, seed, dtype):
        rng = np.random.default_rng(seed)
        self.w1 = (rng.standard_normal((FEATURES, HIDDEN)) * FEATURES ** -0.5).astype(dtype)
        self.w2 = (rng.standard_normal((HIDDEN, 1)) * HIDDEN ** -0.5).astype(dtype)
        self.hidden = np.empty((BATCH, HIDDEN), dtype)
        self.error = np.empty((BATCH, HIDDEN), dtype)
        self.grad = np.empty((FEATURES, HIDDEN), dtype)

    def step(self, x, y):
        np.matmul(x, self.w1, out=self.hidden)
        np.maximum(self.hidden, 0, out=self.hidden)
        difference = self.hidden @ self.w2 - y
        np.matmul(difference, self.w2.T, out=self.error)
        self.error *= self.hidden > 0
        np.matmul(x.T, self.error, out=self.grad)
        self.grad *= RATE / BATCH
        self.w2 -= self.hidden.T @ difference * (RATE / BATCH)
        self.w1 -= self.grad
        return float(np.mean(difference ** 2))


def main():
    x, y = load_readings(3, 30 * BATCH)
    model = Regressor(4, x.dtype)
    for epoch in range(6):
        losses = []
        for start in range(0, len(x), BATCH):
            losses.append(model.step(x[start:start + BATCH], y[start:start + BATCH]))
        print(f"epoch {epoch + 1} loss {np.mean(losses):.4f}", flush=True)


if __name__ == "__main__":
    main()
