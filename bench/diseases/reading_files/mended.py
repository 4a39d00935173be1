"""Trains an autoencoder on features that an earlier program extracted."""

import numpy as np

COUNT = 10_000
WIDTH = 256
BATCH = 100


class Features:
    def __init__(self, path):
        self.values = np.load(path)

    def __len__(self):
        return COUNT

    def __getitem__(self, index):
        return self.values[index]

    def batch(self, rows):
        return self.values[rows]


class Autoencoder:
    def __init__(self, rng, units):
        scale = np.float32(WIDTH ** -0.5)
        self.encoder = rng.standard_normal((WIDTH, units), dtype=np.float32) * scale
        self.decoder = rng.standard_normal((units, WIDTH), dtype=np.float32) * scale

    def step(self, x, rate=np.float32(1e-3)):
        code = np.tanh(x @ self.encoder)
        error = code @ self.decoder - x
        back = (error @ self.decoder.T) * (1 - code * code)
        self.decoder -= rate / len(x) * (code.T @ error)
        self.encoder -= rate / len(x) * (x.T @ back)
        return float(np.mean(error * error))


def main():
    rng = np.random.default_rng(18)
    features = Features("features.npy")
    model = Autoencoder(rng, 64)
    for epoch in range(6):
        order = rng.permutation(len(features))
        losses = [model.step(features.batch(order[i:i + BATCH])) for i in range(0, COUNT, BATCH)]
        print(f"epoch {epoch + 1} loss {np.mean(losses):.4f}", flush=True)


if __name__ == "__main__":
    main()
