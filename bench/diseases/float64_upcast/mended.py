"""A denoising network in NumPy: noise is added to each mini-batch."""

import numpy as np

WIDTH = 512
BATCH = 512
STEPS = 20


def load(rng):
    basis = rng.standard_normal((32, WIDTH), dtype=np.float32)
    return rng.standard_normal((STEPS * BATCH, 32), dtype=np.float32) @ basis / np.float32(6)


def add_noise(x, table, step):
    return x + table[step % len(table)]


class Denoiser:
    def __init__(self, rng):
        self.w1 = rng.standard_normal((WIDTH, WIDTH), dtype=np.float32) * np.float32(0.04)
        self.w2 = rng.standard_normal((WIDTH, WIDTH), dtype=np.float32) * np.float32(0.04)

    def step(self, noisy, clean, rate=np.float32(0.02)):
        hidden = np.maximum(noisy @ self.w1, 0)
        error = hidden @ self.w2 - clean
        back = (error @ self.w2.T) * (hidden > 0)
        self.w2 -= rate / BATCH * (hidden.T @ error)
        self.w1 -= rate / BATCH * (noisy.T @ back)
        return float(np.vdot(error, error)) / error.size


def main():
    rng = np.random.default_rng(32)
    clean = load(rng)
    noise = rng.normal(0, 0.3, (8, BATCH, WIDTH)).astype(np.float32)
    model = Denoiser(rng)
    for epoch in range(6):
        losses = []
        for step in range(STEPS):
            batch = clean[step * BATCH:(step + 1) * BATCH]
            losses.append(model.step(add_noise(batch, noise, step), batch))
        print(f"epoch {epoch + 1} loss {np.mean(losses):.4f}", flush=True)


if __name__ == "__main__":
    main()
