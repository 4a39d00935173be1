"""A thread prepares mini-batches while the main thread trains on them."""

import collections
import threading
import time

import numpy as np

WIDTH = 400
BATCH = 256
STEPS = 60


class Prefetcher:
    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.ready = collections.deque()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            if len(self.ready) < 2:
                self.ready.append(self.rng.standard_normal((BATCH, WIDTH), dtype=np.float32))
            else:
                time.sleep(0.02)

    def next(self):
        while not self.ready:
            time.sleep(0.02)
        return self.ready.popleft()


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
