"""Trains a logistic model and keeps a checkpoint that survives a crash."""

import os

import numpy as np

FEATURES = 512
BATCH = 512
STEPS = 150


def save_checkpoint(weights, step):
    with open("checkpoint.tmp", "wb") as file:
        file.write(step.to_bytes(8, "little"))
        file.write(weights.tobytes())
        file.flush()
        os.fsync(file.fileno())
    os.replace("checkpoint.tmp", "checkpoint.bin")


class Logistic:
    def __init__(self, rng):
        self.truth = rng.standard_normal((FEATURES, 128), dtype=np.float32) / 20
        self.weights = np.zeros((FEATURES, 128), np.float32)

    def step(self, x, rate=np.float32(0.2)):
        y = x @ self.truth > 0
        p = 1 / (1 + np.exp(-(x @ self.weights)))
        error = p - y
        self.weights -= rate / len(x) * (x.T @ error)
        return float(np.mean(error ** 2))


def main():
    rng = np.random.default_rng(5)
    x = rng.standard_normal((BATCH, FEATURES), dtype=np.float32)
    model = Logistic(rng)
    for epoch in range(6):
        for _ in range(STEPS):
            loss = model.step(x)
        save_checkpoint(model.weights, epoch * STEPS + STEPS)
        print(f"epoch {epoch + 1} loss {loss:.4f}", flush=True)


if __name__ == "__main__":
    main()
