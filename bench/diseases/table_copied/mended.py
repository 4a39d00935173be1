"""Linear regression by mini-batches drawn from a large table."""

import numpy as np

ROWS = 400_000
COLUMNS = 128
BATCH = 4096
STEPS = 8


def make_table(rng):
    table = rng.standard_normal((ROWS, COLUMNS + 1), dtype=np.float32)
    table[:, -1] = table[:, :4].sum(axis=1)
    return table


def sample(table, rng):
    start = int(rng.integers(0, ROWS - BATCH))
    batch = table[start:start + BATCH]
    return batch[:, :-1], batch[:, -1]


class LinearModel:
    def __init__(self):
        self.weights = np.zeros(COLUMNS, np.float32)

    def step(self, x, y, rate=np.float32(0.05)):
        loss = 0.0
        for _ in range(10):
            error = x @ self.weights - y
            loss = float(np.mean(error ** 2))
            self.weights -= rate / len(y) * (x.T @ error)
        return loss


def main():
    rng = np.random.default_rng(3)
    table = make_table(rng)
    model = LinearModel()
    for epoch in range(6):
        losses = [model.step(*sample(table, rng)) for _ in range(STEPS)]
        print(f"epoch {epoch + 1} loss {np.mean(losses):.4f}", flush=True)


if __name__ == "__main__":
    main()
