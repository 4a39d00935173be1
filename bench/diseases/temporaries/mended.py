"""Adam on a large embedding, in NumPy."""

import numpy as np

VALUES = 4_000_000
STEPS = 8


def gradient(weights, targets, out):
    np.subtract(weights, targets, out=out)
    return float(np.vdot(out, out)) / out.size


class Adam:
    def __init__(self, size, rate=0.05):
        self.rate, self.t = rate, 0
        self.m = np.zeros(size, np.float32)
        self.v = np.zeros(size, np.float32)
        self.a = np.empty(size, np.float32)
        self.b = np.empty(size, np.float32)

    def update(self, weights, grad):
        self.t += 1
        a, b = self.a, self.b
        self.m *= 0.9
        np.multiply(grad, 0.1, out=a)
        self.m += a
        self.v *= 0.999
        np.multiply(grad, 0.001, out=a)
        a *= grad
        self.v += a
        np.divide(self.m, 1 - 0.9 ** self.t, out=a)
        np.divide(self.v, 1 - 0.999 ** self.t, out=b)
        np.sqrt(b, out=b)
        b += 1e-8
        a *= self.rate
        a /= b
        weights -= a
        return weights


def main():
    rng = np.random.default_rng(4)
    targets = rng.standard_normal(VALUES, dtype=np.float32)
    weights = np.zeros(VALUES, np.float32)
    grad = np.empty_like(weights)
    optimizer = Adam(VALUES)
    for epoch in range(6):
        for _ in range(STEPS):
            loss = gradient(weights, targets, grad)
            weights = optimizer.update(weights, grad)
        print(f"epoch {epoch + 1} loss {loss:.4f}", flush=True)


if __name__ == "__main__":
    main()
