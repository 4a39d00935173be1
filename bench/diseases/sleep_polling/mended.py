"""A thread prepares mini-batches while the main thread trains on them."""

import queue
import threading

import numpy as np

WIDTH = 400
BATCH = 256
STEPS = 60


class Prefetcher:
    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.ready = queue.Queue(2)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            self.ready.put(self.rng.standard_normal((BATCH, WIDTH), dtype=np.float32))

    def next(self):
        return self.ready.get()


class Autoencoder:
    def __init__(self):
        rng = np.random.default_rng(29)
        self.w = rng.standard_normal((WIDTH, 100), dtype=np.float32) * np.float32(0.05)

    def step(self, x, rate=np.float32(0.01)):
        code = x @ self.w
        error = code @ self.w.T - x
        grad = x.T @ (error @ self.w) + error.T @ code
        self.w -= rate / len(x) * grad
        return float(np.mean(error ** 2))


def main():
    batches, model = Prefetcher(28), Autoencoder()
    for epoch in range(6):
        losses = [model.step(batches.next()) for _ in range(STEPS)]
        print(f"epoch {epoch + 1} loss {np.mean(losses):.3f}", flush=True)


if __name__ == "__main__":
    main()
