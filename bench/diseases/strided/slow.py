"""Learns a linear code of recordings, at a sixteenth of their sampling rate."""

import numpy as np

SAMPLES = 256
FRAMES = 512
DECIMATION = 16
STEPS = 100


def record(rng, count):
    return rng.standard_normal((count, FRAMES, SAMPLES * DECIMATION), dtype=np.float32)


def load(rng, count):
    recordings = record(rng, count)
    return recordings[..., ::DECIMATION]


class Encoder:
    def __init__(self, rng, units):
        scale = np.float32(SAMPLES ** -0.5)
        self.weights = rng.standard_normal((SAMPLES, units), dtype=np.float32) * scale
        self.decoder = rng.standard_normal((units, SAMPLES), dtype=np.float32) * scale
        self.code = np.empty((FRAMES, units), np.float32)
        self.error = np.empty((FRAMES, SAMPLES), np.float32)

    def step(self, frames, rate=np.float32(1e-4)):
        np.matmul(frames, self.weights, out=self.code)
        np.matmul(self.code, self.decoder, out=self.error)
        self.error -= frames
        self.decoder -= rate * (self.code.T @ self.error)
        return float(np.vdot(self.error, self.error)) / self.error.size


def main():
    rng = np.random.default_rng(5)
    recordings = load(rng, 8)
    encoder = Encoder(rng, 32)
    for epoch in range(6):
        losses = [encoder.step(recordings[step % len(recordings)]) for step in range(STEPS)]
        print(f"epoch {epoch + 1} loss {np.mean(losses):.4f}", flush=True)


if __name__ == "__main__":
    main()
