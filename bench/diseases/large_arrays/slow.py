"""The width of bumps laid over recordings is searched on a grid, in NumPy."""

import numpy as np

VALUES = 24_000_000
STEPS = 8


def overlap(x, gain, y):
    np.multiply(x, gain, out=y)
    np.multiply(y, y, out=y)
    np.subtract(np.float32(1), y, out=y)
    np.multiply(y, y, out=y)
    np.add(y, np.float32(-0.5), out=y)
    np.absolute(y, out=y)
    return float(np.dot(y, y)) / VALUES


def main():
    x = np.random.default_rng(5).standard_normal(VALUES, dtype=np.float32)
    y = np.empty(VALUES, np.float32)
    for epoch in range(6):
        best = 0.0
        for step in range(STEPS):
            best = max(best, overlap(x, np.float32(0.1 * (epoch + step)), y))
        print(f"epoch {epoch + 1} best {best:.3f}", flush=True)


if __name__ == "__main__":
    main()
