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

    def update(self, weights, grad):
        self.t += 1
        self.m = 0.9 * self.m + 0.1 * grad
        self.v = 0.999 * self.v + 0.001 * grad * grad
        m_hat = self.m / (1 - 0.9 ** self.t)
        v_hat = self.v / (1 - 0.999 ** self.t)
        return weights - self.rate * m_hat / (np.sqrt(v_hat) + 1e-8)


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
