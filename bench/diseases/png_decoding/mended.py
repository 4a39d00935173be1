"""Learns to tell textures apart: softmax regression on small pictures."""

import pathlib

import numpy as np
from PIL import Image

BATCH = 40
SIZE = 32


class Pictures:
    def __init__(self, folder):
        self.paths = sorted(pathlib.Path(folder).glob("*.png"))
        self.labels = np.array([int(path.name[0]) for path in self.paths])
        self.images = [self.read(path) for path in self.paths]

    def __len__(self):
        return len(self.paths)

    def image(self, index):
        return self.images[index]

    @staticmethod
    def read(path):
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("RGB"), np.float32)
        pixels = pixels.reshape(SIZE, 4, SIZE, 4, 3).mean(axis=(1, 3))
        return pixels.ravel() / 255


def load(folder):
    return Pictures(folder)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def train_epoch(weights, pictures, order, rate=np.float32(0.05)):
    loss = 0.0
    for start in range(0, len(order), BATCH):
        rows = order[start:start + BATCH]
        x = np.stack([pictures.image(row) for row in rows])
        y = np.eye(10, dtype=np.float32)[pictures.labels[rows]]
        p = softmax(x @ weights)
        loss -= float(np.log((p * y).sum(axis=1) + 1e-9).sum())
        weights -= rate / BATCH * (x.T @ (p - y))
    return loss / len(order)


def main():
    rng = np.random.default_rng(2)
    pictures = load("images")
    weights = np.zeros((SIZE * SIZE * 3, 10), np.float32)
    for epoch in range(6):
        loss = train_epoch(weights, pictures, rng.permutation(len(pictures)))
        print(f"epoch {epoch + 1} loss {loss:.4f}", flush=True)


if __name__ == "__main__":
    main()
