"""Logistic regression on synthetic clicks, with a focal loss."""

import numpy as np

FEATURES = 200
BATCH = 1000
GAMMA = 2.0


def make_clicks(rng, count):
    x = rng.standard_normal((count, FEATURES), dtype=np.float32)
    truth = rng.standard_normal(FEATURES, dtype=np.float32) / 6
    return x, (x @ truth + rng.standard_normal(count, dtype=np.float32) > 0).astype(np.float32)


def focal_loss(p, y):
    likely = np.where(y == 1, p, 1 - p)
    return float(-np.mean((1 - likely) ** GAMMA * np.log(likely + 1e-7)))


class Model:
    def __init__(self):
        self.weights = np.zeros(FEATURES, np.float32)

    def predict(self, x):
        return 1 / (1 + np.exp(-(x @ self.weights)))

    def step(self, x, y, rate=np.float32(0.05)):
        p = self.predict(x)
        loss = focal_loss(p, y)
        for _ in range(8):
            self.weights -= rate / len(y) * (x.T @ (self.predict(x) - y))
        return loss


def main():
    rng = np.random.default_rng(6)
    x, y = make_clicks(rng, 600_000)
    model = Model()
    for epoch in range(5):
        losses = []
        for start in range(0, len(x), BATCH):
            losses.append(model.step(x[start:start + BATCH], y[start:start + BATCH]))
        print(f"epoch {epoch + 1} loss {sum(losses) / len(losses):.4f}", flush=True)


if __name__ == "__main__":
    main()
